//! Pipes: what is done with the rows.

use super::super::Dialect;
use super::super::ast::{Expr, Field, Literal, Pipe};
use super::super::facts;
use super::Lowering;
use tripline_ir::{
    Aggregate, Dedup, Key, Limit, LossReason, Measure, MeasureFunction, MissingKey, Plan,
    Predicate, SortKey, Window,
};
use tripline_text::Code;

/// Rows that `head` and `tail` keep when they do not say how many (Endgame).
const DEFAULT_ROWS: u64 = 50;

impl Lowering<'_> {
    /// One pipe over the rows before it.
    pub(super) fn pipe(&mut self, input: Plan, pipe: &Pipe) -> Plan {
        let Some((name, stack)) = facts::PIPES.iter().find(|(name, _)| *name == pipe.name) else {
            if !pipe.name.is_empty() {
                let near = facts::nearest(&pipe.name, facts::PIPES.iter().map(|(name, _)| *name));
                let message = format!("`{}` is not a pipe: expected `head` or `tail`", pipe.name);
                let hint = near.map(|near| format!("write `{near}`"));
                self.report(Code::EqlPipe, pipe.span, message, hint);
            }
            self.lose(LossReason::UnknownCommand, pipe.name.clone(), pipe.span);
            return input;
        };
        if !stack && self.dialect == Dialect::Elasticsearch {
            let message = format!("the pipe `{name}` is Endgame's: expected `head` or `tail`");
            self.report(Code::EqlPipe, pipe.span, message, None);
        }
        let of_events = matches!(input.matches().as_slice(), [_]);
        if !of_events && !matches!(*name, "head" | "tail") && !pipe.arguments.is_empty() {
            // Fields of a sequence's rows are written `events[0].field`.
            self.lose(LossReason::NotExpressible, pipe.name.clone(), pipe.span);
            return input;
        }
        match *name {
            "head" | "tail" => self.limit(input, pipe),
            "filter" => self.filter(input, pipe),
            "sort" => Plan::Sort {
                input: Box::new(input),
                by: self
                    .values(&pipe.arguments)
                    .into_iter()
                    .map(|value| SortKey {
                        value,
                        descending: false,
                        nulls_first: false,
                    })
                    .collect(),
            },
            "unique" => Plan::Dedup(Dedup {
                input: Box::new(input),
                by: self.values(&pipe.arguments),
                count: 1,
                consecutive: false,
                missing: MissingKey::Value,
            }),
            _ => self.count(input, pipe),
        }
    }

    fn limit(&mut self, input: Plan, pipe: &Pipe) -> Plan {
        let count = match pipe.arguments.as_slice() {
            [Expr::Literal(Literal::Int(count), _)] if *count >= 0 => count.unsigned_abs(),
            [] if self.dialect == Dialect::Endpoint => DEFAULT_ROWS,
            [Expr::Error(_)] => {
                self.lose(LossReason::SyntaxError, pipe.name.clone(), pipe.span);
                return input;
            }
            _ => {
                let message = format!("`{}` takes one whole number of rows", pipe.name);
                let hint = format!("write `{} 10`", pipe.name);
                self.wrong(Code::EqlPipe, pipe.span, message, Some(hint));
                return input;
            }
        };
        Plan::Limit(Limit {
            input: Box::new(input),
            count,
            from_end: pipe.name == "tail",
        })
    }

    fn filter(&mut self, input: Plan, pipe: &Pipe) -> Plan {
        let parts: Vec<_> = pipe
            .arguments
            .iter()
            .map(|argument| self.condition(argument, false))
            .collect();
        Plan::Filter {
            input: Box::new(input),
            predicate: Predicate::and(parts),
        }
    }

    /// `count` and `unique_count`: rows per group.
    fn count(&mut self, input: Plan, pipe: &Pipe) -> Plan {
        let group_by = self
            .values(&pipe.arguments)
            .into_iter()
            .map(|value| Key {
                value,
                optional: true,
            })
            .collect();
        Plan::Aggregate(Aggregate {
            input: Box::new(input),
            group_by,
            window: Window::Whole,
            measures: vec![Measure::new("count", MeasureFunction::Count)],
            having: Predicate::True,
            closed: false,
        })
    }

    fn values(&mut self, arguments: &[Expr]) -> Vec<tripline_ir::Expr> {
        arguments
            .iter()
            .filter_map(|argument| self.value(argument))
            .collect()
    }

    /// Whether a field names an event of another step: `$event0.x`, `event0.x`.
    pub(super) fn other_step(&self, field: &Field) -> bool {
        let first = match &field.variable {
            Some(name) => name.as_str(),
            None => field.path.split('.').next().unwrap_or_default(),
        };
        self.aliases.iter().any(|alias| alias == first)
    }
}
