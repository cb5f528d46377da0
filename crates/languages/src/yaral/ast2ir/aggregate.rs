//! Aggregates of outcomes.

use super::branch::column;
use super::condition::{counted, holds};
use super::value::is_number;
use super::{Lowering, Scope};
use crate::yaral::ast::{Call, Expr, Kind};
use tripline_ir::{Expr as Value, Function, MeasureFunction, Population, Text, format_smolstr};

impl Lowering<'_> {
    /// Whether every variable must have an event and the condition reads an aggregate whose value
    /// depends on how often a row stands in the window: it has one item for each combination of
    /// events that are joined.
    pub(super) fn counts_combinations(&self, condition: &Expr, plain: &[Text]) -> bool {
        const ONCE: [&str; 8] = [
            "array_distinct",
            "count_distinct",
            "earliest",
            "latest",
            "max",
            "min",
            "window.first",
            "window.last",
        ];
        let mut parts = Vec::new();
        super::names::flatten(condition, &mut parts);
        let demands = |event: &Text| {
            parts.iter().any(|part| match &part.kind {
                Kind::Variable(name) => name == event,
                Kind::Compare {
                    op, left, right, ..
                } => counted(*op, left, right)
                    .is_some_and(|(name, op, bound)| name == *event && !holds(op, 0, bound)),
                _ => false,
            })
        };
        let mut often = false;
        let mut read = vec![condition];
        for _ in 0..super::MAX_DEFINITIONS {
            let mut next = Vec::new();
            for found in std::mem::take(&mut read) {
                found.visit(&mut |part| match &part.kind {
                    Kind::Variable(name) if !self.names.placeholders.contains_key(name) => {
                        next.extend(self.names.outcomes.get(name).copied());
                    }
                    Kind::Call(call) => {
                        let name = call.name.as_str();
                        often |= crate::yaral::facts::AGGREGATES.contains(&name)
                            && !ONCE.contains(&name);
                    }
                    _ => {}
                });
            }
            read = next;
        }
        often && plain.iter().all(demands)
    }

    /// An aggregate of an outcome.
    pub(super) fn aggregate_value(
        &mut self,
        call: &Call,
        whole: &Expr,
        scope: &Scope,
    ) -> Option<Value> {
        if *scope != Scope::Rows {
            self.meaningless(whole, format!("`{}` belongs to the outcome", call.name));
            return None;
        }
        let argument = call.arguments.first()?;
        let number = is_number(argument);
        let of = self.value(argument, scope)?;
        if self.rule.matching.is_none() {
            return Some(alone(&call.name, of));
        }
        let numeric = || super::value::or_zero(of.clone(), true);
        let without_zero = call
            .arguments
            .get(1)
            .is_some_and(|second| second.kind == Kind::Bool(true));
        let counted = || {
            if without_zero {
                Value::call(Function::NullIf, vec![numeric(), Value::literal(0_i64)])
            } else {
                numeric()
            }
        };
        let function = match call.name.as_str() {
            "window.avg" => MeasureFunction::Average(counted()),
            "window.median" => MeasureFunction::Median(counted()),
            "window.mode" => MeasureFunction::Mode(of),
            "window.range" => MeasureFunction::Range(numeric()),
            "window.stddev" => MeasureFunction::Deviation(numeric(), Population::Sample),
            "window.variance" => MeasureFunction::Variance(numeric(), Population::Sample),
            "window.first" | "window.last" => {
                let by = of;
                let of = self.value(call.arguments.get(1)?, scope)?;
                if call.name == "window.first" {
                    MeasureFunction::ArgMin { by, of }
                } else {
                    MeasureFunction::ArgMax { by, of }
                }
            }
            "count" => MeasureFunction::CountValues(of),
            "count_distinct" => MeasureFunction::CountDistinct(vec![of]),
            "sum" => MeasureFunction::Sum(of),
            "avg" => MeasureFunction::Average(of),
            "max" => MeasureFunction::Max(if number { numeric() } else { of }),
            "min" => MeasureFunction::Min(if number { numeric() } else { of }),
            "stddev" => MeasureFunction::Deviation(of, Population::Sample),
            "array" => MeasureFunction::List(of, None),
            "array_distinct" => MeasureFunction::Values(of),
            "earliest" => MeasureFunction::Earliest(of),
            "latest" => MeasureFunction::Latest(of),
            _ => {
                let reason = tripline_ir::LossReason::UnknownFunction;
                self.loss(reason, call.name.clone(), Some(whole.span));
                return None;
            }
        };
        let outcomes = &self.names.outcomes;
        let named = outcomes.iter().find(|(_, value)| value.span == whole.span);
        let name = match named {
            Some((name, _)) => format_smolstr!("${name}"),
            None => self.source.slice(whole.span).into(),
        };
        self.measure(name.clone(), function, None);
        Some(column(&name))
    }
}

/// An aggregate over one event.
fn alone(name: &str, of: Value) -> Value {
    match name {
        "count" => Value::call(Function::ListLength, vec![of]),
        "count_distinct" => {
            let distinct = Value::call(Function::Distinct, vec![of]);
            Value::call(Function::ListLength, vec![distinct])
        }
        "sum" => Value::call(Function::ListSum, vec![of]),
        "max" => Value::call(Function::ListMax, vec![of]),
        "min" => Value::call(Function::ListMin, vec![of]),
        "avg" => Value::call(Function::ListAverage, vec![of]),
        "array_distinct" => Value::call(Function::Distinct, vec![of]),
        "stddev" => Value::literal(0_i64),
        _ => of,
    }
}
