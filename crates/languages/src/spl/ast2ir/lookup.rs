//! Lookups and subsearches.
//!
//! A lookup whose rows the corpus has is a join with these rows. One without rows is a loss, but
//! only when a later stage decides something by what it would have found. A subsearch in a
//! condition stands for the values that it finds: rows of a lookup become a condition, anything
//! else a join that keeps or drops rows.

use super::super::ast::{
    Binary, Command, Expr as Expression, Lookup as Ast, Name, Pipeline, Search, Stage, Within, Word,
};
use super::super::library::{Lookup, Matching};
use super::aggregate::{derive, option};
use super::scope::{Scope, captures};
use super::subsearch::is_text;
use super::{Flow, Lowering};
use crate::near;
use std::collections::BTreeMap;
use tripline_ir::{
    Atom, Case, Expr, FieldRef, Function, Join, JoinColumns, JoinKey, JoinKind, KeyMatch,
    LossReason, Pattern, Plan, Predicate, Projection, Table, Test, Text, Value, format_smolstr,
};
use tripline_text::{Code, Span};

/// The largest lookup that becomes part of a plan.
pub(super) const MAX_ROWS: usize = 4_000;

impl Lowering<'_> {
    /// The lookup of this name; told once where there is none.
    fn find_lookup(&mut self, name: &Name) -> Option<Lookup> {
        let library = self.library?;
        let plain = name.text.strip_suffix(".csv").unwrap_or(&name.text);
        let found = library
            .lookups
            .get(&name.text)
            .or_else(|| library.lookups.get(plain))
            .or_else(|| {
                let ignoring_case = |(key, _): &(&Text, &Lookup)| key.eq_ignore_ascii_case(plain);
                library
                    .lookups
                    .iter()
                    .find(ignoring_case)
                    .map(|(_, found)| found)
            });
        if let Some(found) = found {
            return Some(found.clone());
        }
        let known = library.lookups.keys().map(Text::as_str);
        let hint =
            near::nearest(&name.text, known).map(|near| format!("`{near}` has a similar name"));
        let message = format!("lookup `{}` is not defined", name.text);
        self.report(Code::SplLookup, name.span, message, hint);
        None
    }

    /// `lookup`.
    pub(super) fn lookup(&mut self, ast: &Ast, mut flow: Flow, later: &[Stage]) -> Flow {
        let defined = self.find_lookup(&ast.table);
        let outputs = outputs(ast, defined.as_ref());
        let names: Vec<Text> = outputs.iter().map(|(_, new)| new.clone()).collect();
        let open = outputs.is_empty() && !later.is_empty();
        let used = open || self.used(&names, later);
        let decides = open || self.decides(&names, later);
        let rows = defined.as_ref().and_then(|found| found.rows.as_ref());
        let fits = rows.is_some_and(|rows| rows.len() <= MAX_ROWS);
        match (&defined, decides) {
            (Some(found), _) if fits && used => {
                flow = self.join_lookup(ast, found, &outputs, flow);
            }
            (Some(found), true) => {
                let detail = if rows.is_some() {
                    format_smolstr!("lookup `{}` of more than {MAX_ROWS} rows", found.name)
                } else {
                    format_smolstr!("lookup `{}`", found.name)
                };
                self.lose(LossReason::UnresolvedList, detail, ast.table.span);
            }
            (None, true) => {
                let detail = format_smolstr!("lookup `{}`", ast.table.text);
                self.lose(LossReason::UnresolvedList, detail, ast.table.span);
            }
            (_, false) => {}
        }
        for name in &names {
            if !(ast.only_new && flow.scope.columns.contains_key(name)) {
                flow.scope.compute(name);
            }
        }
        flow.scope.vague |= outputs.is_empty();
        flow
    }

    fn join_lookup(
        &mut self,
        ast: &Ast,
        found: &Lookup,
        outputs: &[(Text, Text)],
        mut flow: Flow,
    ) -> Flow {
        let case = if found.case_sensitive {
            Case::Sensitive
        } else {
            Case::Insensitive
        };
        let mut on = Vec::new();
        let mut columns = Vec::new();
        let mut taken = Vec::new();
        for (at, (column, field)) in ast.keys.iter().enumerate() {
            let Some(index) = found.columns.iter().position(|own| *own == column.text) else {
                self.no_column(column, found);
                return flow;
            };
            let key = format_smolstr!("lookup.{}.{at}", found.name);
            let matching = found.matching.iter().find(|(own, _)| *own == column.text);
            on.push(JoinKey {
                left: self.field_value(&flow.scope, &field.text),
                right: Expr::Field(FieldRef::unmapped(key.clone())),
                how: match matching {
                    Some((_, Matching::Wildcard)) => KeyMatch::Wildcard(case),
                    Some((_, Matching::Cidr)) => KeyMatch::Network,
                    None => KeyMatch::Equal(case),
                },
            });
            columns.push(key);
            taken.push(index);
        }
        let keys = taken.len();
        for (column, new) in outputs {
            let Some(index) = found.columns.iter().position(|own| own == column) else {
                continue;
            };
            columns.push(new.clone());
            taken.push(index);
        }
        let exact = on.iter().all(|key| matches!(key.how, KeyMatch::Equal(_)));
        let rows = table_rows(found, &taken, keys, exact.then_some(case));
        flow.plan = Plan::Join(Join {
            left: Box::new(flow.plan),
            right: Box::new(Plan::Table(Table { columns, rows })),
            on: vec![on],
            kind: JoinKind::LeftOuter,
            columns: if ast.only_new {
                JoinColumns::LeftFirst
            } else {
                JoinColumns::RightFirst
            },
            limit: Some(1),
        });
        if let Some(default) = found
            .default_match
            .as_ref()
            .filter(|_| found.min_matches > 0)
        {
            for (_, new) in outputs {
                let own = Expr::Field(FieldRef::unmapped(new.clone()));
                let filled = Expr::call(
                    Function::Coalesce,
                    vec![own, Expr::Literal(Value::Text(default.clone()))],
                );
                derive(&mut flow, new.clone(), filled);
            }
        }
        flow
    }

    fn no_column(&mut self, column: &Name, found: &Lookup) {
        let hint = near::nearest(&column.text, found.columns.iter().map(Text::as_str))
            .map(|near| format!("`{near}` has a similar name"));
        let message = format!("lookup `{}` has no column `{}`", found.name, column.text);
        self.report(Code::SplLookup, column.span, message, hint);
        let detail = format_smolstr!("column `{}` of lookup `{}`", column.text, found.name);
        self.lose(LossReason::UnresolvedList, detail, column.span);
    }

    /// `inputlookup`: the rows of a lookup.
    pub(super) fn inputlookup(&mut self, name: &Name, filter: Option<&Search>) -> Flow {
        let found = self.find_lookup(name);
        let rows = found.as_ref().and_then(|found| found.rows.as_ref());
        let (Some(found), Some(rows)) = (&found, rows) else {
            let detail = format_smolstr!("lookup `{}`", name.text);
            self.lose(LossReason::UnresolvedList, detail, name.span);
            let columns = found.map(|found| found.columns).unwrap_or_default();
            let mut scope = Scope::closed();
            scope.vague = columns.is_empty();
            scope.columns = columns.iter().map(|name| (name.clone(), None)).collect();
            return Flow {
                plan: Plan::Table(Table {
                    columns,
                    rows: Vec::new(),
                }),
                scope,
            };
        };
        if rows.len() > MAX_ROWS {
            let detail = format_smolstr!("lookup `{}` of more than {MAX_ROWS} rows", found.name);
            self.lose(LossReason::UnresolvedList, detail, name.span);
        }
        let mut scope = Scope::closed();
        scope.columns = found
            .columns
            .iter()
            .map(|name| (name.clone(), None))
            .collect();
        let value = |text: &Text| {
            if text.is_empty() {
                Value::Null
            } else {
                Value::Text(text.clone())
            }
        };
        let table = Plan::Table(Table {
            columns: found.columns.clone(),
            rows: rows
                .iter()
                .take(MAX_ROWS)
                .map(|row| row.iter().map(value).collect())
                .collect(),
        });
        let plan = match filter {
            Some(filter) => Plan::Filter {
                predicate: self.search(filter, &scope),
                input: Box::new(table),
            },
            None => table,
        };
        Flow { plan, scope }
    }

    /// Whether a conjunct is a subsearch that becomes a join.
    pub(super) fn joins(part: &Search) -> bool {
        let pipeline = match part {
            Search::Subsearch(pipeline, _) => pipeline,
            Search::Not(inner) => match &**inner {
                Search::Subsearch(pipeline, _) => pipeline,
                _ => return false,
            },
            _ => return false,
        };
        !reads_rows(pipeline)
    }

    /// The condition that a subsearch over a lookup stands for.
    pub(super) fn subsearch_values(
        &mut self,
        pipeline: &Pipeline,
        span: Span,
        scope: &Scope,
    ) -> Option<Predicate> {
        if !reads_rows(pipeline) {
            return self.subsearch_condition(pipeline, span, scope);
        }
        let Some((columns, rows)) = self.constant_rows(pipeline) else {
            let detail = "subsearch inside a condition";
            self.lose(LossReason::NotExpressible, detail, span);
            return None;
        };
        let written = |value: &Text| value.contains(['=', '(', '"', '[', '|']);
        let texts = columns.iter().any(|name| is_text(name));
        if texts && (columns.len() > 1 || rows.iter().flatten().any(written)) {
            let detail = "subsearch of search texts";
            self.lose(LossReason::NotExpressible, detail, span);
            return None;
        }
        let place = self.place(span);
        let branches = rows.iter().map(|row| {
            let tests = columns
                .iter()
                .zip(row)
                .filter(|(_, value)| !value.is_empty());
            let atoms = tests.map(|(name, value)| {
                if is_text(name) {
                    let word = Word {
                        text: value.clone(),
                        quoted: true,
                        within: Within::Nothing,
                        span,
                    };
                    return self.term(&word, Case::Insensitive);
                }
                let parts = super::search::pattern_parts(value);
                let test = Test::Pattern(Pattern::new(parts, Case::Insensitive));
                Predicate::atom(Atom::field(self.field_ref(scope, name), test, place))
            });
            Predicate::and(atoms.collect::<Vec<_>>())
        });
        Some(Predicate::or(branches.collect::<Vec<_>>()))
    }

    /// The rows of a subsearch that only reads a lookup and renames or chooses its columns.
    fn constant_rows(&mut self, pipeline: &Pipeline) -> Option<(Vec<Text>, Vec<Vec<Text>>)> {
        let (first, rest) = pipeline.stages.split_first()?;
        let Command::Inputlookup {
            name, filter: None, ..
        } = &first.command
        else {
            return None;
        };
        let found = self.find_lookup(name)?;
        let mut rows = found.rows.filter(|rows| rows.len() <= MAX_ROWS)?;
        let mut columns: Vec<Option<Text>> = found.columns.iter().cloned().map(Some).collect();
        for stage in rest {
            match &stage.command {
                Command::Rename(pairs) => {
                    for (old, new) in pairs {
                        let own = columns.iter_mut().flatten().find(|own| **own == old.text);
                        *own? = new.text.clone();
                    }
                }
                Command::Fields { keep, fields } => {
                    let drop = *keep == super::super::ast::Keep::Drop;
                    for column in &mut columns {
                        let named = column.as_ref().is_some_and(|own| {
                            fields
                                .iter()
                                .any(|field| captures(&field.text, own).is_some())
                        });
                        if named == drop {
                            *column = None;
                        }
                    }
                }
                Command::Eval(assigned) => {
                    for (name, expr) in assigned {
                        let at = columns
                            .iter()
                            .position(|own| own.as_ref() == Some(&name.text));
                        let at = at.unwrap_or_else(|| {
                            columns.push(Some(name.text.clone()));
                            columns.len() - 1
                        });
                        for row in &mut rows {
                            row.resize(columns.len(), Text::default());
                            row[at] = joined(expr, &columns, row)?;
                        }
                    }
                }
                Command::Dedup { .. } | Command::Sort { .. } => {}
                Command::Generic { name, .. } if matches!(name.text.as_str(), "format") => {}
                _ => return None,
            }
        }
        let chosen: Vec<usize> = (0..columns.len())
            .filter(|at| columns[*at].is_some())
            .collect();
        let names = chosen
            .iter()
            .filter_map(|at| columns[*at].clone())
            .collect();
        let cell = |row: &Vec<Text>, at: usize| row.get(at).cloned().unwrap_or_default();
        let rows = rows
            .iter()
            .map(|row| chosen.iter().map(|at| cell(row, *at)).collect())
            .collect();
        Some((names, rows))
    }

    /// `join`.
    pub(super) fn join(
        &mut self,
        options: &super::super::ast::Options,
        fields: &[Name],
        on: &[(Name, Name)],
        right: &Pipeline,
        flow: Flow,
        span: Span,
    ) -> Flow {
        let Some(right) = self.pipeline(right) else {
            self.lose(LossReason::NotExpressible, "join with nothing", span);
            return flow;
        };
        let kind = match option(options, "type").map(Text::as_str) {
            Some("left" | "outer") => JoinKind::LeftOuter,
            _ => JoinKind::Inner,
        };
        let limit = match option(options, "max").and_then(|text| text.parse().ok()) {
            Some(0) => None,
            Some(count) => Some(count),
            None => Some(1),
        };
        if let [_, ..] = on {
            let names = (option(options, "left"), option(options, "right"));
            let (Some(left), Some(right_name)) = names else {
                self.lose(LossReason::NotExpressible, "join where without names", span);
                return flow;
            };
            return self.named_join((left, flow), (right_name, right), on, kind, limit);
        }
        let mut names: Vec<Text> = fields.iter().map(|name| name.text.clone()).collect();
        if names.is_empty() {
            let shared = |name: &&Text| flow.scope.has(name);
            names = right.scope.columns.keys().filter(shared).cloned().collect();
        }
        if names.is_empty() {
            self.lose(LossReason::NotExpressible, "join without fields", span);
            return flow;
        }
        let on = names
            .iter()
            .map(|name| JoinKey {
                left: self.field_value(&flow.scope, name),
                right: self.field_value(&right.scope, name),
                how: KeyMatch::Equal(Case::Sensitive),
            })
            .collect();
        let right_first =
            option(options, "overwrite").is_none_or(|text| super::aggregate::is_true(text));
        let mut scope = flow.scope.clone();
        for (name, canonical) in &right.scope.columns {
            if right_first || !scope.columns.contains_key(name) {
                scope.columns.insert(name.clone(), canonical.clone());
            }
        }
        scope.closed &= right.scope.closed;
        scope.vague |= right.scope.vague;
        scope.only = scope.only.filter(|_| right.scope.closed);
        Flow {
            plan: Plan::Join(Join {
                left: Box::new(kept(flow)),
                right: Box::new(kept(right)),
                on: vec![on],
                kind,
                columns: if right_first {
                    JoinColumns::RightFirst
                } else {
                    JoinColumns::LeftFirst
                },
                limit,
            }),
            scope,
        }
    }
}

impl Lowering<'_> {
    /// `join left=L right=R where L.a=R.b`: the fields of both sides behind the sides' names.
    fn named_join(
        &self,
        left: (&Text, Flow),
        right: (&Text, Flow),
        on: &[(Name, Name)],
        kind: JoinKind,
        limit: Option<u64>,
    ) -> Flow {
        let own = |side: &(&Text, Flow), name: &str| {
            let field = name.strip_prefix(side.0.as_str())?.strip_prefix('.')?;
            Some(self.field_value(&side.1.scope, field))
        };
        let missing = || Expr::Literal(Value::Null);
        let on = on.iter().map(|(a, b)| {
            let (a, b) = (a.text.as_str(), b.text.as_str());
            let turned = own(&left, a).is_none();
            let (a, b) = if turned { (b, a) } else { (a, b) };
            JoinKey {
                left: own(&left, a).unwrap_or_else(missing),
                right: own(&right, b).unwrap_or_else(missing),
                how: KeyMatch::Equal(Case::Sensitive),
            }
        });
        let on = vec![on.collect()];
        let named = |(name, flow): (&Text, Flow)| {
            Box::new(Plan::Named {
                input: Box::new(kept(flow)),
                name: name.clone(),
            })
        };
        let mut scope = Scope::closed();
        scope.vague = true;
        Flow {
            plan: Plan::Join(Join {
                left: named(left),
                right: named(right),
                on,
                kind,
                columns: JoinColumns::LeftFirst,
                limit,
            }),
            scope,
        }
    }
}

/// Whether a subsearch only reads a lookup and renames or chooses its columns, so that it stands
/// for conditions.
fn reads_rows(pipeline: &Pipeline) -> bool {
    let Some((first, rest)) = pipeline.stages.split_first() else {
        return false;
    };
    matches!(&first.command, Command::Inputlookup { filter: None, .. })
        && rest.iter().all(|stage| match &stage.command {
            Command::Generic { name, .. } => name.text == "format",
            command => matches!(
                command,
                Command::Rename(_)
                    | Command::Fields { .. }
                    | Command::Eval(_)
                    | Command::Dedup { .. }
                    | Command::Sort { .. }
            ),
        })
}

/// Rows with their known columns alone, so that fields of the events behind them do not show.
pub(super) fn kept(flow: Flow) -> Plan {
    if !flow.scope.closed || flow.scope.vague {
        return flow.plan;
    }
    let columns = flow
        .scope
        .columns
        .into_iter()
        .map(|(name, canonical)| match canonical {
            Some(canonical) => FieldRef::mapped(name, canonical),
            None => FieldRef::unmapped(name),
        })
        .collect();
    Plan::Project {
        input: Box::new(flow.plan),
        projection: Projection::Keep(columns),
    }
}

/// The text of an expression of a table's row that only joins texts.
fn joined(expr: &Expression, columns: &[Option<Text>], row: &[Text]) -> Option<Text> {
    match expr {
        Expression::Text(text, _) => Some(text.clone()),
        Expression::Field(name) => {
            let at = columns
                .iter()
                .position(|own| own.as_ref() == Some(&name.text))?;
            row.get(at).cloned()
        }
        Expression::Binary {
            op: Binary::Concat | Binary::Add,
            left,
            right,
            ..
        } => {
            let (left, right) = (joined(left, columns, row)?, joined(right, columns, row)?);
            Some(format_smolstr!("{left}{right}"))
        }
        _ => None,
    }
}

/// Columns and the names under which they come out.
fn outputs(ast: &Ast, defined: Option<&Lookup>) -> Vec<(Text, Text)> {
    if !ast.outputs.is_empty() {
        let pair = |(column, new): &(Name, Name)| (column.text.clone(), new.text.clone());
        return ast.outputs.iter().map(pair).collect();
    }
    let keys = |name: &&Text| !ast.keys.iter().any(|(column, _)| column.text == **name);
    defined
        .map(|found| {
            found
                .columns
                .iter()
                .filter(keys)
                .map(|name| (name.clone(), name.clone()))
                .collect()
        })
        .unwrap_or_default()
}

/// The rows of a table with chosen columns, the first `keys` of which are keys. Where whole keys
/// are compared, rows of equal keys become one with lists of values.
fn table_rows(
    found: &Lookup,
    taken: &[usize],
    keys: usize,
    exact: Option<Case>,
) -> Vec<Vec<Value>> {
    let cell = |row: &Vec<Text>, at: usize| match row.get(at) {
        Some(text) if !text.is_empty() => Value::Text(text.clone()),
        _ => Value::Null,
    };
    let rows = found.rows.iter().flatten();
    let chosen = rows.map(|row| {
        taken
            .iter()
            .map(|at| cell(row, *at))
            .collect::<Vec<Value>>()
    });
    let Some(case) = exact else {
        return chosen.collect();
    };
    let mut places: BTreeMap<Vec<Text>, usize> = BTreeMap::new();
    let mut merged: Vec<Vec<Value>> = Vec::new();
    for row in chosen {
        let key = row[..keys]
            .iter()
            .map(|value| {
                let text = value.as_text().unwrap_or_default();
                match case {
                    Case::Sensitive => text,
                    Case::Insensitive | Case::AsciiInsensitive => text.to_lowercase().into(),
                }
            })
            .collect();
        if let Some(at) = places.get(&key) {
            merge(&mut merged[*at], row, keys);
        } else {
            places.insert(key, merged.len());
            merged.push(row);
        }
    }
    merged
}

fn merge(into: &mut [Value], row: Vec<Value>, keys: usize) {
    for (own, value) in into.iter_mut().zip(row).skip(keys) {
        if value.is_null() || *own == value {
            continue;
        }
        match own {
            Value::Null => *own = value,
            Value::List(items) if items.contains(&value) => {}
            Value::List(items) => items.push(value),
            single => {
                let first = std::mem::replace(single, Value::Null);
                *single = Value::List(vec![first, value]);
            }
        }
    }
}
