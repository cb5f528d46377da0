//! Reference lists and columns of data tables.

use super::Lowering;
use super::predicate::{network, regex_test};
use super::subject::Tested;
use crate::yaral::ast::{Call, Expr, Kind, ListKind};
use std::collections::{BTreeMap, BTreeSet};
use tripline_ir::{
    Case, ListMatch, ListRef, LossReason, Net, Pattern, Predicate, Test, Text, format_smolstr,
};
use tripline_text::{Code, Diagnostic, Span};

impl Lowering<'_> {
    /// `in %list`, `in regex %list`, `in cidr %list`.
    pub(super) fn in_list(
        &mut self,
        tested: &Tested,
        name: &Text,
        how: ListKind,
        nocase: bool,
        span: Span,
    ) -> Predicate {
        self.of_list(tested, name, how, nocase, span, true)
    }

    /// Not in a list; of a repeated field one element is not.
    pub(super) fn not_in_list(
        &mut self,
        tested: &Tested,
        name: &Text,
        how: ListKind,
        nocase: bool,
        span: Span,
    ) -> Predicate {
        if !tested.is_any_of_several() {
            return Predicate::not(self.in_list(tested, name, how, nocase, span));
        }
        self.of_list(tested, name, how, nocase, span, false)
    }

    /// One of the entries fits (`wanted`), or an element that none fits.
    fn of_list(
        &mut self,
        tested: &Tested,
        name: &Text,
        how: ListKind,
        nocase: bool,
        span: Span,
        wanted: bool,
    ) -> Predicate {
        let mut tested = tested.clone();
        tested.span = span;
        let case = tested.case(nocase);
        let test = |test| {
            if wanted {
                tested.any(test)
            } else {
                tested.differs(test)
            }
        };
        let Some(entries) = self.context.lists.get(name).cloned() else {
            self.unknown_list(name, span);
            return test(by_name(name, how, case));
        };
        let entries = entries.into_iter().filter(|entry| !entry.is_empty());
        let mut parts = Vec::new();
        match how {
            ListKind::Text => {
                let entries = entries.filter(|entry| !tested.never(entry, nocase));
                parts
                    .extend(entries.map(|entry| test(Test::Pattern(Pattern::equals(entry, case)))));
            }
            ListKind::Regex => {
                let fold = case == Case::Insensitive;
                for entry in entries {
                    let regex = self.regex(&entry, fold, &tested, span);
                    parts.extend(regex.map(|regex| regex_test(&tested, regex, !wanted)));
                }
            }
            ListKind::Cidr => {
                let nets: Vec<Net> = entries.filter_map(|entry| network(&entry)).collect();
                return test(Test::Cidr(nets));
            }
        }
        if wanted {
            Predicate::or(parts)
        } else {
            Predicate::and(parts)
        }
    }

    pub(super) fn unknown_list(&mut self, name: &Text, span: Span) {
        if self.told.insert(name.clone()) {
            let flaw = Diagnostic::new(
                Code::YaralList,
                self.source,
                format!("the list `%{name}` is not known"),
            );
            flaw.at(span, "kept by name").add_to(&mut self.diagnostics);
        }
        self.loss(
            LossReason::UnresolvedList,
            tripline_ir::format_smolstr!("%{name}"),
            Some(span),
        );
    }

    /// Columns of one table that are compared belong to one row of it; lists are columns by
    /// themselves.
    pub(super) fn table_rows(&mut self) {
        let mut tables: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut place = BTreeMap::new();
        for statement in &self.rule.events {
            statement.visit(&mut |part| {
                if let Kind::Compare { left, right, .. } = &part.kind
                    && let (Kind::List(name), _) | (_, Kind::List(name)) = (&left.kind, &right.kind)
                    && self.context.lists.contains_key(name)
                    && let Some((table, column)) = name.split_once('.')
                {
                    tables.entry(table).or_default().insert(column);
                    place.entry(table).or_insert(part.span);
                }
            });
        }
        let several = tables.iter().filter(|(_, columns)| columns.len() > 1);
        let several: Vec<(Text, Span)> = several
            .filter_map(|(table, _)| Some((Text::new(table), *place.get(table)?)))
            .collect();
        for (table, span) in several {
            let text = format_smolstr!("one row of %{table}");
            self.loss(LossReason::NotExpressible, text, Some(span));
        }
    }
}

/// `re.regex($x, %table.column)`, `net.ip_in_range_cidr($x, %table.column)`: what is tested, the
/// list, and how.
pub(super) fn listed(call: &Call) -> Option<(&Expr, &Text, ListKind)> {
    let how = match call.name.as_str() {
        "re.regex" => ListKind::Regex,
        "net.ip_in_range_cidr" => ListKind::Cidr,
        _ => return None,
    };
    match call.arguments.as_slice() {
        [of, second] => match &second.kind {
            Kind::List(list) => Some((of, list, how)),
            _ => None,
        },
        _ => None,
    }
}

/// A test of a list that is not known.
fn by_name(name: &Text, how: ListKind, case: Case) -> Test {
    let how = match how {
        ListKind::Text => ListMatch::Equals,
        ListKind::Regex => ListMatch::Regex,
        ListKind::Cidr => ListMatch::Cidr,
    };
    let name = name.clone();
    Test::InList(ListRef { name, how, case })
}
