//! Aggregates: `STATS`, `INLINE STATS`.
//!
//! Rows group by the values of their keys, null being a value; a row with several values of a
//! key stands in a group for each. An aggregate skips null and counts each of several values.

use super::super::ast::{Assignment, Call, Expr, Literal, Measure as Written, Stats};
use super::Lowering;
use super::columns::{Column, Columns};
use super::value::{Typed, call};
use std::collections::BTreeMap;
use tripline_ir::{
    Aggregate, Case, Coerce, CompareOp, FieldRef, Function, Inline, Key, LossReason, Measure,
    MeasureFunction, Plan, Population, Predicate, Text, Value, Window, format_smolstr,
};
use tripline_text::Code;

/// Aggregates met while a measure is lowered.
#[derive(Debug, Default)]
pub(super) struct Collector {
    /// What the first is called, when it is the whole value.
    name: Text,
    filter: Option<Predicate>,
    measures: Vec<Measure>,
}

impl Lowering<'_> {
    /// The rows of an aggregation.
    pub(super) fn stats(&mut self, plan: Plan, stats: &Stats) -> Plan {
        let mut plan = plan;
        let mut keys = Vec::new();
        let mut known = BTreeMap::new();
        for key in &stats.by {
            let (name, column, derived) = self.key(key);
            if let Some(value) = derived {
                plan = derive(plan, vec![(name.clone(), value)]);
                self.columns.set(name.clone(), column.clone());
            }
            if column != Column::Lost {
                keys.push(Key {
                    value: tripline_ir::Expr::Field(self.reference(&name)),
                    optional: true,
                });
            }
            known.insert(name, column);
        }
        let mut measures = Vec::new();
        let mut after = Vec::new();
        for measure in &stats.measures {
            let (name, column) = self.measure(measure, &mut measures, &mut after);
            known.insert(name, column);
        }
        let plan = if stats.inline {
            for (name, column) in known {
                if !matches!(column, Column::Field(_)) {
                    self.columns.set(name, column);
                }
            }
            Plan::Inline(Inline {
                input: Box::new(plan),
                group_by: keys,
                measures,
            })
        } else {
            self.columns = Columns::closed(known);
            Plan::Aggregate(Aggregate {
                input: Box::new(plan),
                group_by: keys,
                window: Window::Whole,
                measures,
                having: Predicate::True,
                closed: true,
            })
        };
        derive(plan, after)
    }

    /// A key's column name, what it is, and its value where it is computed.
    fn key(&mut self, key: &Assignment) -> (Text, Column, Option<tripline_ir::Expr>) {
        let name = self.assigned_name(key);
        if key.name.is_none()
            && let Expr::Name(own) = &key.value
        {
            let column = match self.value(&key.value) {
                None => Column::Lost,
                Some(_) => Column::Field(self.reference(&own.text)),
            };
            return (name, column, None);
        }
        let Some(value) = self.value(&key.value) else {
            return (name, Column::Lost, None);
        };
        let column = match &value.expr {
            tripline_ir::Expr::Field(field) => {
                Column::Field(FieldRef::mapped(name.clone(), field.canonical.clone()))
            }
            _ => Column::Computed { several: false },
        };
        (name, column, Some(value.expr))
    }

    /// The name of a column: as given, else the text of its value.
    pub(super) fn assigned_name(&self, assignment: &Assignment) -> Text {
        match (&assignment.name, &assignment.value) {
            (Some(name), _) | (None, Expr::Name(name)) => name.text.clone(),
            (None, value) => Text::new(self.source.slice(value.span())),
        }
    }

    fn measure(
        &mut self,
        measure: &Written,
        measures: &mut Vec<Measure>,
        after: &mut Vec<(Text, tripline_ir::Expr)>,
    ) -> (Text, Column) {
        let name = self.assigned_name(&measure.assignment);
        let filter = measure
            .filter
            .as_ref()
            .map(|filter| self.truth(filter, true));
        let value = &measure.assignment.value;
        let whole = matches!(value, Expr::Call(written)
            if super::super::functions::function(&written.name).is_some_and(|f| f.aggregate));
        self.collector = Some(Collector {
            name: name.clone(),
            filter,
            measures: Vec::new(),
        });
        let found = self.value(value);
        let collected = self.collector.take().unwrap_or_default();
        if collected.measures.is_empty() && found.is_some() {
            let message = "expected an aggregate, such as `COUNT(*)` or `VALUES(field)`";
            self.wrong(Code::EsqlAggregate, value.span(), message, None);
            return (name, Column::Lost);
        }
        measures.extend(collected.measures);
        match found {
            None => (name, Column::Lost),
            Some(value) => {
                if !whole
                    || !matches!(&value.expr, tripline_ir::Expr::Field(own) if own.name == name)
                {
                    after.push((name.clone(), value.expr));
                }
                let several = value.several;
                (name, Column::Computed { several })
            }
        }
    }

    /// An aggregate inside of a measure: it is collected, and the value is its column.
    pub(super) fn aggregate(&mut self, known: &str, written: &Call) -> Option<Typed> {
        let Some(mut collector) = self.collector.take() else {
            let message = format!(
                "the aggregate `{known}` cannot stand here: outside of `STATS`, or inside another"
            );
            self.wrong(Code::EsqlAggregate, written.span, message, None);
            return None;
        };
        let function = self.measure_function(known, written);
        let found = function.map(|function| {
            let name = if collector.measures.is_empty() {
                collector.name.clone()
            } else {
                format_smolstr!("{}#{}", collector.name, collector.measures.len())
            };
            let several = matches!(
                function,
                MeasureFunction::Values(_) | MeasureFunction::Top { .. }
            );
            collector.measures.push(Measure {
                name: name.clone(),
                function,
                filter: collector.filter.clone(),
            });
            let expr = tripline_ir::Expr::Field(FieldRef::unmapped(name));
            Typed { expr, several }
        });
        self.collector = Some(collector);
        let found = found?;
        Some(match known {
            "absent" | "present" => Typed::one(counted(known == "present", found.expr)),
            _ => found,
        })
    }

    fn measure_function(&mut self, known: &str, written: &Call) -> Option<MeasureFunction> {
        let arguments = written.arguments.as_slice();
        if known == "count" {
            return match arguments {
                [] | [Expr::Star(_) | Expr::Literal(..)] => Some(MeasureFunction::Count),
                [of, ..] => Some(MeasureFunction::CountValues(self.value(of)?.expr)),
            };
        }
        let of = self.value(arguments.first()?);
        let of = of?.expr;
        Some(match (known, arguments) {
            ("absent" | "present", _) => MeasureFunction::CountValues(of),
            ("avg", _) => MeasureFunction::Average(of),
            ("count_distinct", _) => MeasureFunction::CountDistinct(vec![of]),
            ("first", [_]) => MeasureFunction::Earliest(of),
            ("last", [_]) => MeasureFunction::Latest(of),
            ("first", [_, by]) => MeasureFunction::ArgMin {
                by: self.scalar(by)?,
                of,
            },
            ("last", [_, by]) => MeasureFunction::ArgMax {
                by: self.scalar(by)?,
                of,
            },
            ("max", _) => MeasureFunction::Max(of),
            ("median", _) => MeasureFunction::Median(of),
            ("min", _) => MeasureFunction::Min(of),
            ("percentile", [_, Expr::Literal(share, _)]) => {
                MeasureFunction::Percentile(of, number(share)?)
            }
            ("std_dev", _) => MeasureFunction::Deviation(of, Population::Whole),
            ("sum", _) => MeasureFunction::Sum(of),
            ("top", [_, Expr::Literal(Literal::Int(count), _), order @ ..]) if order.len() < 2 => {
                let order = match order.first() {
                    Some(order) => self.constant_text(order, "the order")?,
                    None => Text::new_static("asc"),
                };
                MeasureFunction::Top {
                    of,
                    count: u64::try_from(*count).unwrap_or(0),
                    descending: order.eq_ignore_ascii_case("desc"),
                }
            }
            ("values", _) => MeasureFunction::Values(of),
            ("variance", _) => MeasureFunction::Variance(of, Population::Whole),
            _ => {
                self.lose(LossReason::UnknownFunction, known, written.span);
                return None;
            }
        })
    }
}

/// Whether a count is above 0, or is 0.
fn counted(present: bool, count: tripline_ir::Expr) -> tripline_ir::Expr {
    let op = if present {
        CompareOp::Gt
    } else {
        CompareOp::Eq
    };
    let zero = tripline_ir::Expr::Literal(Value::Int(0));
    call(
        Function::Compare(op, Case::Sensitive, Coerce::Typed),
        vec![count, zero],
    )
}

#[expect(clippy::cast_precision_loss, reason = "a share of a hundred")]
fn number(literal: &Literal) -> Option<f64> {
    match literal {
        Literal::Int(n) => Some(*n as f64),
        Literal::Float(n) => Some(*n),
        _ => None,
    }
}

/// Computed columns, when there are any.
pub(super) fn derive(plan: Plan, columns: Vec<(Text, tripline_ir::Expr)>) -> Plan {
    if columns.is_empty() {
        return plan;
    }
    Plan::Derive {
        input: Box::new(plan),
        columns,
    }
}
