//! `streamstats`: measures of the rows before each, and what makes them begin anew.

use super::super::ast::{Name, Stats};
use super::super::expand::Expanded;
use super::super::parser;
use super::aggregate::{derive, duration, is_true, option};
use super::order::in_order;
use super::{Flow, Lowering};
use tripline_ir::{
    Case, Coerce, CompareOp, Expr, FieldRef, Function, Key, LossReason, Measure, MeasureFunction,
    Plan, Running, RunningWindow, Text, Value, format_smolstr,
};
use tripline_text::Span;

impl Lowering<'_> {
    pub(super) fn streamstats(
        &mut self,
        stats: &Stats,
        flow: Flow,
        later: &[super::super::ast::Stage],
        span: Span,
    ) -> Flow {
        let mut flow = in_order(flow);
        let option = |name: &str| option(&stats.options, name).cloned();
        let mut group_by = self.keys(&mut flow, &stats.by, true);
        let measures = self.measures(&stats.aggregates, &stats.by, &flow.scope, later);
        self.sessions(stats, &mut flow, &mut group_by, span);
        for measure in &measures.list {
            flow.scope.compute(&measure.name);
        }
        let rows = option("window").and_then(|text| text.parse().ok());
        let time = option("time_window").and_then(|text| duration(&text));
        let overall = option("global").is_none_or(|value| is_true(&value)) && !group_by.is_empty();
        let window = match (time, rows) {
            (Some(time), _) => RunningWindow::Time(time),
            (None, Some(rows)) if rows > 0 && overall => RunningWindow::RowsOverall(rows),
            (None, Some(rows)) if rows > 0 => RunningWindow::Rows(rows),
            _ => RunningWindow::All,
        };
        flow.plan = Plan::Running(Running {
            input: Box::new(flow.plan),
            group_by,
            window,
            current: option("current").is_none_or(|value| is_true(&value)),
            measures: measures.list,
        });
        flow
    }

    /// `reset_on_change`, `reset_before`, `reset_after`: keys that number the stretches of rows that
    /// are measured together.
    fn sessions(&mut self, stats: &Stats, flow: &mut Flow, keys: &mut Vec<Key>, span: Span) {
        let set = |name: &str| stats.options.iter().find(|(key, _)| key == name);
        if set("reset_on_change").is_some_and(|(_, value)| is_true(&value.text)) {
            let changed = changes(flow, keys);
            keys.push(numbered(flow, changed, true, "change"));
        }
        for (name, current) in [("reset_before", true), ("reset_after", false)] {
            let Some((_, text)) = set(name) else { continue };
            match self.reset(stats, text, flow) {
                Some(condition) => {
                    let one = Expr::Literal(Value::Int(1));
                    let found = Expr::call(Function::If, vec![condition, one]);
                    keys.push(numbered(flow, found, current, name));
                }
                None => self.lose(LossReason::NotExpressible, "streamstats reset", span),
            }
        }
    }

    /// The condition that a quoted text holds; `None` when it cannot be read, or looks at what the
    /// command computes.
    fn reset(&mut self, stats: &Stats, text: &Name, flow: &Flow) -> Option<Expr> {
        let expanded = Expanded::standing_for(&text.text, self.place(text.span));
        let condition = parser::expression(self.source, &expanded, &mut self.diagnostics);
        let losses = self.losses.len();
        let value = self.value(&condition, &flow.scope);
        if self.losses.len() > losses {
            self.losses.truncate(losses);
            return None;
        }
        let computed = |field: &FieldRef| {
            stats
                .aggregates
                .iter()
                .any(|aggregate| match &aggregate.alias {
                    Some(alias) => alias.text == field.name,
                    None => super::aggregate::default_name(aggregate) == field.name,
                })
        };
        let own = value.fields().into_iter().any(computed);
        (!own).then_some(value)
    }
}

/// 1 where one of the keys is not what it is in the row before, else null.
fn changes(flow: &mut Flow, keys: &[Key]) -> Expr {
    let name = |at: usize| format_smolstr!("streamstats.before.{at}");
    let before = |at: usize| Expr::Field(FieldRef::unmapped(name(at)));
    let lags = keys.iter().enumerate().map(|(at, key)| {
        let lag = MeasureFunction::Lag(key.value.clone(), 1);
        Measure::new(name(at), lag)
    });
    let measures: Vec<Measure> = lags.collect();
    run(flow, measures, true);
    for at in 0..keys.len() {
        flow.scope.columns.remove(&name(at));
    }
    let equal = Function::Compare(CompareOp::Eq, Case::Sensitive, Coerce::Typed);
    let other = keys.iter().enumerate().map(|(at, key)| {
        let same = Expr::call(equal, vec![key.value.clone(), before(at)]);
        let same = Expr::call(Function::IsTrue, vec![same]);
        Expr::call(Function::Not, vec![same])
    });
    let changed = Expr::call(Function::Or, other.collect());
    let one = Expr::Literal(Value::Int(1));
    Expr::call(Function::If, vec![changed, one])
}

/// A key: how many rows up to each (or before it) have a value of this.
fn numbered(flow: &mut Flow, of: Expr, current: bool, what: &str) -> Key {
    let marks = format_smolstr!("streamstats.{what}");
    let name = format_smolstr!("streamstats.{what}.count");
    derive(flow, marks.clone(), of);
    flow.scope.columns.remove(&marks);
    let of = Expr::Field(FieldRef::unmapped(marks));
    let count = MeasureFunction::CountValues(of);
    run(flow, vec![Measure::new(name.clone(), count)], current);
    flow.scope.columns.remove(&name);
    Key {
        value: Expr::Field(FieldRef::unmapped(name)),
        optional: false,
    }
}

/// Measures over all rows up to each, or before it.
pub(super) fn run(flow: &mut Flow, measures: Vec<Measure>, current: bool) {
    for measure in &measures {
        flow.scope.compute(&measure.name);
    }
    let input = std::mem::replace(&mut flow.plan, Plan::Given);
    flow.plan = Plan::Running(Running {
        input: Box::new(input),
        group_by: Vec::new(),
        window: RunningWindow::All,
        current,
        measures,
    });
}

/// Numbers the rows from 1 in a column that no later stage sees.
pub(super) fn number_rows(flow: &mut Flow, name: &Text) -> Expr {
    run(
        flow,
        vec![Measure::new(name.clone(), MeasureFunction::Count)],
        true,
    );
    flow.scope.columns.remove(name);
    Expr::Field(FieldRef::unmapped(name.clone()))
}
