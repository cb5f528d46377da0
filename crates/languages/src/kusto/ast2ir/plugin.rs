//! `evaluate`: the plugins that are functions of the rows alone; and functions of the service
//! that give columns.

use super::Lowering;
use super::relation::{Branch, Column, Relation};
use super::scalar::{Kind, Typed};
use crate::kusto::ast::{Argument, Call, Expr, ExprKind};
use tripline_ir::{
    Aggregate, Expr as Value, FieldRef, Function, Inline, Join, JoinColumns, JoinKey, JoinKind,
    Key, KeyMatch, LossReason, Match, Measure, MeasureFunction, Plan, Predicate, Projection,
    Source as Origin, Text, Value as Constant, Window, format_smolstr,
};
use tripline_schema::{Activity, Scheme};
use tripline_text::Span;

/// The columns that `FileProfile` adds, as Microsoft documents them.
const FILE_PROFILE: [&str; 18] = [
    "SHA1",
    "SHA256",
    "MD5",
    "FileSize",
    "GlobalPrevalence",
    "GlobalFirstSeen",
    "GlobalLastSeen",
    "Signer",
    "Issuer",
    "SignerHash",
    "IsCertificateValid",
    "IsRootSignerMicrosoft",
    "SignatureState",
    "IsExecutable",
    "ThreatName",
    "Publisher",
    "SoftwareName",
    "ProfileAvailability",
];

impl<'a> Lowering<'a> {
    pub(super) fn evaluate(
        &mut self,
        rows: Relation,
        value: &'a Expr,
        span: Span,
    ) -> Option<Relation> {
        let ExprKind::Call(call) = &value.kind else {
            self.lose(LossReason::UnknownFunction, "evaluate", span);
            return Some(rows);
        };
        match call.name.text.as_str() {
            "bag_unpack" => {
                let mut branch = rows.joined();
                self.bag_unpack(&mut branch, call);
                Some(Relation::of(branch))
            }
            "pivot" => {
                let mut branch = rows.joined();
                self.pivot(&mut branch, call, span);
                Some(Relation::of(branch))
            }
            "ipv4_lookup" | "ipv6_lookup" => self.network_lookup(rows, call, span),
            name => {
                let detail = format_smolstr!("evaluate {name}");
                self.lose(LossReason::UnknownFunction, detail, span);
                Some(rows)
            }
        }
    }

    /// `bag_unpack(column, prefix, conflict, ignored)`: the members become columns.
    fn bag_unpack(&mut self, branch: &mut Branch, call: &'a Call) {
        let argument = |name: &str, at: usize| argument_of(call, name, at);
        let Some(column) = call.arguments.first() else {
            return;
        };
        let name = self.default_name(&column.value);
        let Some(bag) = self.scalar(&column.value, Some(branch)) else {
            return;
        };
        let constant = |lowering: &mut Self, of: Option<&'a Expr>| {
            of.and_then(|of| lowering.constant(of))
                .and_then(Typed::constant)
        };
        let prefix = constant(self, argument("OutputColumnPrefix", 1));
        let prefix = prefix
            .and_then(|prefix| prefix.as_text())
            .unwrap_or_default();
        let conflict = constant(self, argument("columnsConflict", 2));
        let keeps = conflict.and_then(|text| text.as_text());
        let ignored = constant(self, argument("ignoredProperties", 3));
        let mut value = bag.value;
        if let Some(ignored) = ignored {
            value = Value::call(Function::WithoutKeys, vec![value, Value::Literal(ignored)]);
        }
        if value != Value::Field(self.field(&name, branch)) {
            branch.derive(vec![(name.clone(), value)]);
        }
        branch.leave_events();
        self.spread(
            branch,
            &name,
            prefix,
            keeps.as_deref() != Some("keep_source"),
        );
    }

    /// Makes the members of an object columns; from here on which columns there are is not known.
    fn spread(&mut self, branch: &mut Branch, name: &Text, prefix: Text, replace: bool) {
        branch.columns.remove(name);
        branch.listed = None;
        let field = self.field(name, branch);
        branch.stage(|input| Plan::Project {
            input,
            projection: Projection::Spread {
                field,
                prefix,
                replace,
            },
        });
    }

    /// `pivot(column, aggregate, keys)`: one column for each value.
    fn pivot(&mut self, branch: &mut Branch, call: &'a Call, span: Span) {
        let Some((column, rest)) = call.arguments.split_first() else {
            return;
        };
        let Some(name) = self.column(branch, column) else {
            return;
        };
        let Some(pivot) = self.scalar(&column.value, Some(branch)) else {
            return;
        };
        let Some((measure, zero)) = self.pivot_measure(branch, rest.first()) else {
            self.lose(LossReason::NotExpressible, "the aggregate of pivot", span);
            return;
        };
        let keys = self.pivot_keys(branch, &name, rest);
        let cell = self.fresh("cell");
        let mut by = keys.clone();
        by.push(key(pivot.value.clone()));
        let measure = Measure {
            name: cell.clone(),
            ..measure
        };
        let whole = |input, group_by, measures| {
            Plan::Aggregate(Aggregate {
                input,
                group_by,
                window: Window::Whole,
                measures,
                having: Predicate::True,
                closed: true,
            })
        };
        branch.leave_events();
        branch.stage(|input| whole(input, by, vec![measure]));
        let text = Value::call(
            Function::ToTextOrJson,
            vec![Value::Field(self.field(&name, branch))],
        );
        let pair = |value| Value::call(Function::Object, vec![text.clone(), value]);
        let bag = self.fresh("bag");
        let every = self.fresh("every");
        if let Some(zero) = zero {
            let blank = MeasureFunction::MakeBag(pair(Value::Literal(zero)));
            let measures = vec![Measure::new(every.clone(), blank)];
            branch.stage(|input| {
                Plan::Inline(Inline {
                    input,
                    group_by: Vec::new(),
                    measures,
                })
            });
        }
        let cells = MeasureFunction::MakeBag(pair(Value::Field(FieldRef::unmapped(cell))));
        let blanks = Value::Field(FieldRef::unmapped(every.clone()));
        let measures = vec![
            Measure::new(bag.clone(), cells),
            Measure::new(every, MeasureFunction::Any(blanks.clone())),
        ];
        branch.stage(|input| whole(input, keys, measures));
        let own = Value::Field(FieldRef::unmapped(bag.clone()));
        let merged = Value::call(Function::Merge, vec![own, blanks]);
        branch.derive(vec![(bag.clone(), merged)]);
        self.spread(branch, &bag, Text::default(), true);
        branch.columns.remove(&name);
    }

    /// The aggregate of a pivot, `count()` without one, and what a cell without rows has.
    fn pivot_measure(
        &mut self,
        branch: &mut Branch,
        argument: Option<&'a Argument>,
    ) -> Option<(Measure, Option<Constant>)> {
        let count = || Measure::new("count_", MeasureFunction::Count);
        let Some(argument) = argument else {
            return Some((count(), Some(Constant::Int(0))));
        };
        self.aggregates = Some(Vec::new());
        let typed = self.scalar(&argument.value, Some(branch));
        let measures = self.aggregates.take().unwrap_or_default();
        typed?;
        let [measure] = <[Measure; 1]>::try_from(measures).ok()?;
        let zero = matches!(
            measure.function,
            MeasureFunction::Count | MeasureFunction::CountDistinct(_) | MeasureFunction::Sum(_)
        );
        Some((measure, zero.then_some(Constant::Int(0))))
    }

    /// What rows of one output row share: the columns named, else all that the pivot does not
    /// read.
    fn pivot_keys(&mut self, branch: &mut Branch, pivot: &Text, rest: &'a [Argument]) -> Vec<Key> {
        let mut names: Vec<Text> = Vec::new();
        for argument in rest.iter().skip(1) {
            names.extend(self.column(branch, argument));
        }
        if rest.len() < 2 {
            let mut read: Vec<Text> = vec![pivot.clone()];
            for argument in rest {
                argument.value.names(&mut |name| read.push(name.clone()));
            }
            if let Some(listed) = &branch.listed {
                names.extend(listed.iter().filter(|name| !read.contains(name)).cloned());
            } else {
                let read = read.into_iter().map(Constant::Text).collect();
                let row = Value::call(Function::RowObject, Vec::new());
                let others = Value::call(
                    Function::WithoutKeys,
                    vec![row, Value::Literal(Constant::List(read))],
                );
                let name = self.fresh("others");
                branch.derive(vec![(name.clone(), others)]);
                names.push(name);
            }
        }
        let fields = names.iter().map(|name| self.field(name, branch));
        fields.map(|field| key(Value::Field(field))).collect()
    }

    /// `ipv4_lookup(table, address, network, more keys, return_unmatched)`.
    fn network_lookup(&mut self, rows: Relation, call: &'a Call, span: Span) -> Option<Relation> {
        let mut left = rows.joined();
        let mut positional = Vec::new();
        let mut unmatched = false;
        for argument in &call.arguments {
            let named = argument.names.first().map(|name| name.text.as_str());
            let constant = match &argument.value.kind {
                ExprKind::Literal(literal) => Some(super::scalar::literal_value(literal)),
                _ => None,
            };
            match (named, constant) {
                (Some("return_unmatched") | None, Some(Constant::Bool(value))) => {
                    unmatched = value;
                }
                _ => positional.push(&argument.value),
            }
        }
        let [table, address, network, more @ ..] = positional.as_slice() else {
            self.lose(LossReason::UnknownFunction, "evaluate ipv4_lookup", span);
            return Some(Relation::of(left));
        };
        let right = self.relation(table)?.joined();
        let mut keys = vec![JoinKey {
            left: self.scalar(address, Some(&left))?.value,
            right: self.scalar(network, Some(&right))?.value,
            how: KeyMatch::Network,
        }];
        for name in more {
            let (own, other) = (
                self.scalar(name, Some(&left))?,
                self.scalar(name, Some(&right))?,
            );
            keys.push(JoinKey::equal(own.value, other.value));
        }
        left.leave_events();
        let mut shown = left.clone();
        super::join::merge(&mut shown, &right);
        shown.plan = Plan::Join(Join {
            left: Box::new(left.plan),
            right: Box::new(right.plan),
            on: vec![keys],
            kind: if unmatched {
                JoinKind::LeftOuter
            } else {
                JoinKind::Inner
            },
            columns: JoinColumns::Numbered,
            limit: None,
        });
        Some(Relation::of(shown))
    }

    /// `invoke FileProfile(column, limit)`: what the service knows of a file, by its hash. That is
    /// a source of rows like any other, one row for each file.
    pub(super) fn file_profile(&mut self, rows: Relation, call: &'a Call) -> Option<Relation> {
        let mut branch = rows.joined();
        let column = match call.arguments.first().map(|argument| &argument.value) {
            None => Text::new_static("SHA1"),
            Some(value) => match &value.kind {
                ExprKind::Name(name) if !self.names.has(name) => name.clone(),
                _ => self.constant(value)?.text()?.clone(),
            },
        };
        let hash = match column.to_ascii_uppercase() {
            name if name.ends_with("SHA256") => "SHA256",
            name if name.ends_with("MD5") => "MD5",
            _ => "SHA1",
        };
        let own = Value::Field(self.field(&column, &branch));
        branch.leave_events();
        let profile = Plan::Match(Match {
            source: Origin {
                names: vec![Text::new_static("FileProfile")],
                events: Vec::new(),
            },
            predicate: Predicate::True,
        });
        let other = Branch::new(profile.clone(), Scheme::Defender, Activity::Other);
        let other = Value::Field(self.field(hash, &other));
        branch.stage(|left| {
            Plan::Join(Join {
                left,
                right: Box::new(profile),
                on: vec![vec![JoinKey::equal(own, other)]],
                kind: JoinKind::LeftOuter,
                columns: JoinColumns::LeftFirst,
                limit: Some(1),
            })
        });
        if let Some(listed) = &mut branch.listed {
            for name in FILE_PROFILE.map(Text::new_static) {
                if !listed.contains(&name) {
                    let column = Column {
                        kind: Kind::Unknown,
                        view: None,
                        lost: None,
                    };
                    branch.columns.entry(name.clone()).or_insert(column);
                    branch.derived.insert(name.clone());
                    listed.push(name);
                }
            }
        }
        Some(Relation::of(branch))
    }
}

fn key(value: Value) -> Key {
    Key {
        value,
        optional: true,
    }
}

/// An argument by name or by place.
fn argument_of<'a>(call: &'a Call, name: &str, at: usize) -> Option<&'a Expr> {
    let named = call
        .arguments
        .iter()
        .find(|argument| argument.names.first().is_some_and(|own| own.text == *name));
    let placed = call.arguments.get(at).filter(|a| a.names.is_empty());
    named.or(placed).map(|argument| &argument.value)
}
