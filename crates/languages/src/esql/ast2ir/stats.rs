//! Aggregates: `STATS`, `INLINE STATS`.
//!
//! Rows group by the values of their keys, null being a value; a row with several values of a
//! key stands in a group for each. An aggregate skips null and counts each of several values.

use super::super::ast::{Assignment, Call, Expr, Literal, Measure as Written, Stats};
use super::Lowering;
use super::columns::{Column, Columns, Found};
use super::kind::Kind;
use super::value::{Typed, call, literal};
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
    /// What each of them is.
    kinds: Vec<Kind>,
}

impl Collector {
    /// What the measure of this name is.
    pub(super) fn kind(&self, name: &str) -> Option<Kind> {
        let mut all = self.measures.iter().zip(&self.kinds);
        all.find(|(measure, _)| measure.name == name)
            .map(|(_, kind)| *kind)
    }
}

impl Lowering<'_> {
    /// The rows of an aggregation.
    pub(super) fn stats(&mut self, plan: Plan, stats: &Stats) -> Plan {
        let mut plan = plan;
        let mut keys = Vec::new();
        let mut own: Vec<Text> = Vec::new();
        let mut known = BTreeMap::new();
        for key in &stats.by {
            let (name, column, derived) = self.key(key);
            if let Some(value) = derived {
                plan = derive(plan, vec![(name.clone(), value)]);
                self.columns.set(name.clone(), column.clone());
            } else if matches!(key.value, Expr::Name(_)) && key.name.is_none() {
                own.push(name.clone());
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
                if !matches!(column, Column::Field(_)) && !own.contains(&name) {
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
                Some(_) => match self.columns.find(&own.text) {
                    Found::Column(Column::Computed { kind, .. }) => Column::Computed {
                        several: false,
                        kind,
                    },
                    _ => Column::Field(self.reference(&own.text)),
                },
            };
            return (name, column, None);
        }
        let Some(value) = self.value(&key.value) else {
            return (name, Column::Lost, None);
        };
        let column = match &value.expr {
            tripline_ir::Expr::Field(field) if !self.columns.is_computed(&field.name) => {
                Column::Field(FieldRef::mapped(name.clone(), field.canonical.clone()))
            }
            _ => Column::Computed {
                several: false,
                kind: self.kind(&value.expr),
            },
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
            kinds: Vec::new(),
        });
        let found = self.value(value);
        let kind = found.as_ref().map(|value| self.kind(&value.expr));
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
                let kind = kind.unwrap_or_default();
                (name, Column::Computed { several, kind })
            }
        }
    }

    /// An aggregate inside of a measure: it is collected, and the value is its column.
    pub(super) fn aggregate(&mut self, known: &str, written: &Call) -> Option<Typed> {
        if self.collector.is_none() && of_series(known) {
            // In `TS` it stands inside of another.
            self.lose(LossReason::UnknownFunction, known, written.span);
            return None;
        }
        if self.collector.is_none() {
            let message = format!(
                "the aggregate `{known}` cannot stand here: outside of `STATS`, or inside another"
            );
            self.wrong(Code::EsqlAggregate, written.span, message, None);
            return None;
        }
        let arguments = written.arguments.as_slice();
        match (known, arguments) {
            ("weighted_avg", [number, weight]) => return self.weighted(number, weight),
            ("median_absolute_deviation", [of]) => return self.deviation(of),
            _ => {}
        }
        let collector = self.collector.take();
        let function = self.measure_function(known, written);
        self.collector = collector;
        let function = function?;
        let several = matches!(
            function,
            MeasureFunction::Values(_) | MeasureFunction::Top { .. } | MeasureFunction::List(..)
        );
        let kind = self.measured_kind(&function);
        let ordered = matches!(
            function,
            MeasureFunction::Max(_) | MeasureFunction::Min(_) | MeasureFunction::Top { .. }
        );
        let column = if ordered && kind == Kind::Address {
            let column = self.collect(by_address(function), Kind::Any)?;
            call(Function::IpFromHex, vec![column])
        } else {
            self.collect(function, kind)?
        };
        Some(match known {
            "absent" | "present" => Typed::one(counted(known == "present", column)),
            _ => Typed {
                expr: column,
                several,
            },
        })
    }

    /// Adds a measure; its column.
    fn collect(&mut self, function: MeasureFunction, kind: Kind) -> Option<tripline_ir::Expr> {
        let collector = self.collector.as_mut()?;
        let name = if collector.measures.is_empty() {
            collector.name.clone()
        } else {
            format_smolstr!("{}#{}", collector.name, collector.measures.len())
        };
        collector.measures.push(Measure {
            name: name.clone(),
            function,
            filter: collector.filter.clone(),
        });
        collector.kinds.push(kind);
        Some(tripline_ir::Expr::Field(FieldRef::unmapped(name)))
    }

    /// An argument of an aggregate, in which no other stands.
    fn argument(&mut self, of: &Expr) -> Option<tripline_ir::Expr> {
        let collector = self.collector.take();
        let found = self.scalar(of);
        self.collector = collector;
        found
    }

    fn weighted(&mut self, number: &Expr, weight: &Expr) -> Option<Typed> {
        let (number, weight) = (self.argument(number), self.argument(weight));
        let (number, weight) = (number?, weight?);
        let product = call(Function::Multiply, vec![number, weight.clone()]);
        let sum = self.collect(MeasureFunction::Sum(product), Kind::Any)?;
        let weights = self.collect(MeasureFunction::Sum(weight), Kind::Any)?;
        let sum = call(Function::ToFloat, vec![sum]);
        Some(Typed::one(call(Function::Divide, vec![sum, weights])))
    }

    /// The median of the distances from the median, as fractions.
    fn deviation(&mut self, of: &Expr) -> Option<Typed> {
        let collector = self.collector.take();
        let found = self.value(of);
        self.collector = collector;
        let of = call(Function::ToFloat, vec![found?.expr]);
        let all = self.collect(MeasureFunction::List(of, None), Kind::Any)?;
        Some(Typed::one(super::call::deviation(all)))
    }

    fn measured_kind(&self, function: &MeasureFunction) -> Kind {
        match function {
            MeasureFunction::Max(of)
            | MeasureFunction::Min(of)
            | MeasureFunction::Values(of)
            | MeasureFunction::List(of, _)
            | MeasureFunction::Earliest(of)
            | MeasureFunction::Latest(of)
            | MeasureFunction::ArgMin { of, .. }
            | MeasureFunction::ArgMax { of, .. }
            | MeasureFunction::Top { of, .. } => self.kind(of),
            _ => Kind::Any,
        }
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
            ("first" | "earliest", [_]) => MeasureFunction::Earliest(of),
            ("last" | "latest", [_]) => MeasureFunction::Latest(of),
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
            ("sample", [_, Expr::Literal(Literal::Int(count), _)]) => {
                MeasureFunction::List(of, Some(u64::try_from(*count).unwrap_or(0)))
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

/// Whether an aggregate is one over the samples of a time series.
fn of_series(name: &str) -> bool {
    name.ends_with("_over_time")
        || matches!(
            name,
            "rate" | "irate" | "increase" | "delta" | "idelta" | "deriv" | "sparkline"
        )
}

/// A measure of the smallest or largest, in the order of addresses.
fn by_address(function: MeasureFunction) -> MeasureFunction {
    let hex = |of| call(Function::IpToHex, vec![of]);
    match function {
        MeasureFunction::Max(of) => MeasureFunction::Max(hex(of)),
        MeasureFunction::Min(of) => MeasureFunction::Min(hex(of)),
        MeasureFunction::Top {
            of,
            count,
            descending,
        } => MeasureFunction::Top {
            of: hex(of),
            count,
            descending,
        },
        other => other,
    }
}

/// Whether a count is above 0, or is 0.
fn counted(present: bool, count: tripline_ir::Expr) -> tripline_ir::Expr {
    let op = if present {
        CompareOp::Gt
    } else {
        CompareOp::Eq
    };
    let zero = literal(Value::Int(0));
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
