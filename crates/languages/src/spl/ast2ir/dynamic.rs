//! Columns named by values: `chart count over host by result`, `xyseries`, `eval {field}=1`.
//!
//! The names are those that the events have; what a later stage names of them is computed for the
//! value of that name. A later stage that reads columns without naming them makes it a loss.

use super::super::ast::{Aggregate as Ast, Argument, Name, Stage, Stats, StatsKind};
use super::aggregate::{default_name, derive};
use super::reads::{named, reads_more};
use super::scope::Scope;
use super::{Flow, Lowering};
use tripline_ir::{
    Aggregate, Atom, Case, Coerce, CompareOp, Expr, FieldRef, Function, Inline, LossReason,
    Measure, MeasureFunction, Pattern, Plan, Predicate, Subject, Test, Text, Value, Window,
    format_smolstr,
};
use tripline_text::Span;

/// The parts of a name `before{field}behind`.
pub(super) fn within(name: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = name.split_once('{')?;
    let (field, behind) = rest.split_once('}')?;
    (!field.is_empty() && !behind.contains('{')).then_some((before, field, behind))
}

impl Lowering<'_> {
    /// `eval {field}=...`: the columns that later stages name, where the field has that value.
    pub(super) fn named_by_value(
        &mut self,
        (before, field, behind): (&str, &str, &str),
        value: &Expr,
        flow: &mut Flow,
        (later, span): (&[Stage], Span),
    ) {
        if later.iter().any(reads_more) {
            let detail = "columns named by values";
            self.lose(LossReason::NotExpressible, detail, span);
        }
        let own = self.field_value(&flow.scope, field);
        for name in named(later) {
            let rest = name.strip_prefix(before);
            let Some(run) = rest.and_then(|rest| rest.strip_suffix(behind)) else {
                continue;
            };
            if run.is_empty() || name == field {
                continue;
            }
            let run = Expr::Literal(Value::Text(run.into()));
            let equal = Function::Compare(CompareOp::Eq, Case::Sensitive, Coerce::Typed);
            let text = Expr::call(Function::ToText, vec![own.clone()]);
            let is = Expr::call(equal, vec![text, run]);
            let kept = self.field_value(&flow.scope, &name);
            derive(
                flow,
                name,
                Expr::call(Function::If, vec![is, value.clone(), kept]),
            );
        }
    }

    /// `chart` and `timechart` with a field whose values become columns; `None` where only shown.
    pub(super) fn split(&mut self, stats: &Stats, flow: &Flow, later: &[Stage]) -> Option<Flow> {
        let time = Name {
            text: "_time".into(),
            span: stats.by.first()?.span,
        };
        let (row, split) = match (stats.kind, stats.by.as_slice(), &stats.over) {
            (StatsKind::Timechart, [split], None) => (&time, split),
            (StatsKind::Chart, [split], Some(row)) | (StatsKind::Chart, [row, split], None) => {
                (row, split)
            }
            _ => return None,
        };
        let plain = |aggregate: &Ast| !matches!(&aggregate.argument, Argument::Field(field) if field.has_wildcard());
        if later.iter().any(reads_more) || !stats.aggregates.iter().all(plain) {
            return None;
        }
        let names: Vec<Text> = named(later);
        if names.iter().any(|name| name == "OTHER") {
            return None;
        }
        let mut flow = flow.clone();
        let several = stats.aggregates.len() > 1;
        let mut measures = Vec::new();
        for name in names.into_iter().filter(|name| *name != row.text) {
            for aggregate in &stats.aggregates {
                let own = match &aggregate.alias {
                    Some(alias) => alias.text.clone(),
                    None => default_name(aggregate),
                };
                let value = if several {
                    name.strip_prefix(own.as_str())
                        .and_then(|rest| rest.strip_prefix(": "))
                } else {
                    Some(name.as_str())
                };
                let Some(value) = value else { continue };
                let fits = self.has_value(split, value, &flow.scope);
                let measure = self.measure(aggregate, name.clone(), &flow.scope);
                measures.extend(measure.map(|measure| also(measure, fits)));
            }
        }
        let counts: Vec<Text> = measures
            .iter()
            .filter(|measure| counts_rows(&measure.function))
            .map(|measure| measure.name.clone())
            .collect();
        let flow = self.grouped_by(&mut flow, row, measures);
        Some(where_there(flow, &counts))
    }

    /// `xyseries row column value`.
    pub(super) fn xyseries(
        &mut self,
        arguments: &str,
        flow: &Flow,
        (later, span): (&[Stage], Span),
    ) -> Option<Flow> {
        let names: Vec<&str> = arguments.split([' ', ',', '\t', '\n']).collect();
        let names: Vec<Name> = names
            .into_iter()
            .filter(|name| !name.is_empty())
            .map(|name| Name {
                text: name.trim_matches('"').into(),
                span,
            })
            .collect();
        let [row, split, values @ ..] = names.as_slice() else {
            return None;
        };
        let odd = names.iter().any(|name| name.text.contains('='));
        if odd || values.is_empty() || later.iter().any(reads_more) {
            return None;
        }
        let mut flow = flow.clone();
        let mut measures = Vec::new();
        for name in named(later) {
            for of in values {
                let value = if values.len() > 1 {
                    name.strip_prefix(of.text.as_str())
                        .and_then(|rest| rest.strip_prefix(": "))
                } else {
                    Some(name.as_str()).filter(|_| name != row.text)
                };
                let Some(value) = value else { continue };
                let fits = self.has_value(split, value, &flow.scope);
                let last = MeasureFunction::Last(self.field_value(&flow.scope, &of.text));
                measures.push(Measure::filtered(name.clone(), last, fits));
            }
        }
        Some(self.grouped_by(&mut flow, row, measures))
    }

    /// Groups by one field with measures that have names already.
    fn grouped_by(&mut self, flow: &mut Flow, row: &Name, measures: Vec<Measure>) -> Flow {
        let group_by = self.keys(flow, std::slice::from_ref(row), false);
        let mut scope = Scope::closed();
        scope.activity = flow.scope.activity;
        let canonical = self.stands_for(&flow.scope, &row.text);
        scope.columns.insert(row.text.clone(), canonical);
        let names = measures.iter().map(|measure| (measure.name.clone(), None));
        scope.columns.extend(names);
        Flow {
            plan: Plan::Aggregate(Aggregate {
                input: Box::new(flow.plan.clone()),
                group_by,
                window: Window::Whole,
                measures,
                having: Predicate::True,
                closed: true,
            }),
            scope,
        }
    }

    /// Whether a field has the value that names a column; `NULL` is the column of rows without one.
    fn has_value(&self, field: &Name, value: &str, scope: &Scope) -> Predicate {
        let field_ref: FieldRef = self.field_ref(scope, &field.text);
        let atom = |test| {
            let subject = Subject::Field(field_ref.clone());
            Predicate::atom(Atom::new(subject, test, self.place(field.span)))
        };
        let equals = Pattern::equals(value, Case::Sensitive);
        let is = atom(Test::Pattern(equals));
        if value == "NULL" {
            return Predicate::or([is, Predicate::not(atom(Test::Exists))]);
        }
        is
    }
}

/// Whether a measure is 0, and not null, of no rows.
fn counts_rows(function: &MeasureFunction) -> bool {
    matches!(
        function,
        MeasureFunction::Count
            | MeasureFunction::CountValues(_)
            | MeasureFunction::CountDistinct(_)
    )
}

/// Columns of counts that no row has anything in are not there.
fn where_there(mut flow: Flow, counts: &[Text]) -> Flow {
    if counts.is_empty() {
        return flow;
    }
    let all = |name: &Text| format_smolstr!("chart.{name}");
    let own = |name: &Text| Expr::Field(FieldRef::unmapped(name.clone()));
    let sums = counts
        .iter()
        .map(|name| Measure::new(all(name), MeasureFunction::Sum(own(name))));
    flow.plan = Plan::Inline(Inline {
        measures: sums.collect(),
        input: Box::new(flow.plan),
        group_by: Vec::new(),
    });
    let some = Function::Compare(CompareOp::Gt, Case::Sensitive, Coerce::Typed);
    for name in counts {
        let zero = Expr::Literal(Value::Int(0));
        let there = Expr::call(some, vec![own(&all(name)), zero]);
        let value = Expr::call(Function::If, vec![there, own(name)]);
        derive(&mut flow, name.clone(), value);
    }
    flow
}

/// A measure of the rows that satisfy one more condition.
fn also(measure: Measure, condition: Predicate) -> Measure {
    let filter = match measure.filter {
        Some(own) => Predicate::and([own, condition]),
        None => condition,
    };
    Measure::filtered(measure.name, measure.function, filter)
}
