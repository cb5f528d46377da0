//! `make-series`: a list of values for each group, one for each step of an axis.
//!
//! Rows are cut into steps, measured by group and step, and the measures of a group put into an
//! object by step; the lists are read out of it along the axis.

use super::Lowering;
use super::relation::{Branch, Column, Relation};
use super::scalar::Kind;
use crate::kusto::ast::{Argument, Axis, Expr};
use tripline_ir::{
    Aggregate, Atom, CompareOp, Each, Expr as Value, FieldRef, Function, Inline, Key, LossReason,
    Measure, MeasureFunction, Number, Plan, Predicate, Projection, Subject, Test, Text,
    Value as Constant, Window,
};
use tripline_text::Span;

/// The name of a series, and what a step without rows has.
type Series = (Text, Value);

/// The columns of a series while it is made.
struct Names {
    /// Where a row's step begins.
    step: Text,
    /// The first step of the axis.
    from: Text,
    /// The end of the axis.
    to: Text,
    /// The number of rows.
    rows: Text,
}

impl<'a> Lowering<'a> {
    pub(super) fn make_series(
        &mut self,
        rows: Relation,
        measures: &'a [(Argument, Option<Expr>)],
        on: &'a Argument,
        axis: &'a Axis,
        by: &'a [Argument],
        span: Span,
    ) -> Option<Relation> {
        let mut branch = rows.joined();
        let (groups, keys) = self.keys(&mut branch, by, &[]);
        let Some(size) = axis
            .step
            .as_ref()
            .and_then(|step| self.scalar(step, Some(&branch)))
        else {
            return self.skipped(Relation::of(branch), "make-series", span);
        };
        let name = match on.names.first() {
            Some(name) => name.text.clone(),
            None => self.default_name(&on.value),
        };
        let names = Names {
            step: self.fresh("step"),
            from: self.fresh("from"),
            to: self.fresh("to"),
            rows: self.fresh("rows"),
        };
        self.axis_columns(&mut branch, on, axis, &size.value, &names, &keys)?;
        let (found, series) = self.series_measures(&mut branch, measures, span)?;
        branch.old.clear();
        branch.leave_events();
        let mut steps = keys.clone();
        steps.extend([&names.step, &names.from, &names.to].map(key));
        branch.stage(|input| whole(input, steps, found));
        let mut bags = vec![
            Measure::new(names.rows.clone(), MeasureFunction::Count),
            Measure::new(names.from.clone(), MeasureFunction::Min(field(&names.from))),
            Measure::new(names.to.clone(), MeasureFunction::Max(field(&names.to))),
        ];
        for (name, _) in &series {
            let step = Value::call(Function::ToText, vec![field(&names.step)]);
            let pair = Value::call(Function::Object, vec![step, field(name)]);
            bags.push(Measure::new(name.clone(), MeasureFunction::MakeBag(pair)));
        }
        branch.stage(|input| whole(input, keys, bags));
        // Without a group there is one row even of nothing; a series of nothing has no row.
        let some = Test::Number(CompareOp::Gt, Number::Int(0));
        let mut some = Atom::new(Subject::Expr(field(&names.rows)), some, span);
        some.implied = true;
        branch.filter(Predicate::atom(some));
        self.lists(
            &mut branch,
            name,
            &size.value,
            axis,
            &series,
            groups,
            &names,
        );
        Some(Relation::of(branch))
    }

    /// The step of each row, and where the axis begins and ends; rows outside are left out.
    fn axis_columns(
        &mut self,
        branch: &mut Branch,
        on: &'a Argument,
        axis: &'a Axis,
        size: &Value,
        names: &Names,
        keys: &[Key],
    ) -> Option<()> {
        let at = self.scalar(&on.value, Some(branch))?.value;
        let mut bound = |given: &'a Option<Expr>| match given {
            Some(given) => self
                .scalar(given, Some(branch))
                .map(|typed| Some(typed.value)),
            None => Some(None),
        };
        let (from, to) = (bound(&axis.from)?, bound(&axis.to)?);
        branch.leave_events();
        let mut cut = vec![at.clone(), size.clone()];
        cut.extend(from.clone());
        let step = Value::call(Function::Bin, cut);
        let mut columns = vec![(names.step.clone(), step)];
        columns.extend(from.clone().map(|from| (names.from.clone(), from)));
        columns.extend(to.clone().map(|to| (names.to.clone(), to)));
        branch.derive(columns);
        let mut ends = Vec::new();
        if from.is_none() {
            let least = MeasureFunction::Min(field(&names.step));
            ends.push(Measure::new(names.from.clone(), least));
        }
        if to.is_none() {
            let after = Value::call(Function::Add, vec![field(&names.step), size.clone()]);
            ends.push(Measure::new(names.to.clone(), MeasureFunction::Max(after)));
        }
        if !ends.is_empty() {
            branch.stage(|input| {
                Plan::Inline(Inline {
                    input,
                    group_by: keys.to_vec(),
                    measures: ends,
                })
            });
        }
        let order =
            |op| Function::Compare(op, tripline_ir::Case::Sensitive, tripline_ir::Coerce::Typed);
        let upper = if axis.inclusive {
            CompareOp::Lte
        } else {
            CompareOp::Lt
        };
        let within = Value::call(
            Function::And,
            vec![
                Value::call(order(CompareOp::Gte), vec![at.clone(), field(&names.from)]),
                Value::call(order(upper), vec![at, field(&names.to)]),
            ],
        );
        let within = Atom::new(Subject::Expr(within), Test::IsTrue, on.value.span);
        branch.filter(Predicate::atom(within));
        Some(())
    }

    /// One measure for each series, and what a step without rows has.
    fn series_measures(
        &mut self,
        branch: &mut Branch,
        items: &'a [(Argument, Option<Expr>)],
        span: Span,
    ) -> Option<(Vec<Measure>, Vec<Series>)> {
        let mut measures = Vec::new();
        let mut series = Vec::new();
        for (item, default) in items {
            let given = item.names.first().map(|name| &name.text);
            let name = self.name_of(given, &item.value, branch);
            self.aggregates = Some(Vec::new());
            let typed = self.scalar(&item.value, Some(branch));
            let found = self.aggregates.take().unwrap_or_default();
            let default = match default {
                Some(default) => self.scalar(default, None)?.value,
                None => Value::Literal(Constant::Int(0)),
            };
            match (
                typed.map(|typed| typed.value),
                <[Measure; 1]>::try_from(found),
            ) {
                (Some(Value::Field(column)), Ok([measure])) if column.name == measure.name => {
                    measures.push(Measure {
                        name: name.clone(),
                        ..measure
                    });
                }
                _ => {
                    self.lose(LossReason::NotExpressible, "a computed series", span);
                    return None;
                }
            }
            series.push((name, default));
        }
        Some((measures, series))
    }

    /// Reads the lists out of the objects.
    #[expect(clippy::too_many_arguments, reason = "the parts of one stage")]
    fn lists(
        &mut self,
        branch: &mut Branch,
        axis_name: Text,
        size: &Value,
        axis: &Axis,
        series: &[Series],
        groups: Vec<Text>,
        names: &Names,
    ) {
        let range = if axis.inclusive {
            Function::RangeInclusive
        } else {
            Function::Range
        };
        let along = vec![field(&names.from), field(&names.to), size.clone()];
        let mut columns = vec![(axis_name.clone(), Value::call(range, along))];
        for (name, default) in series {
            let at = Value::Variable(Text::new_static("step"));
            let at = Value::call(Function::ToText, vec![at]);
            let value = Value::call(Function::Member, vec![field(name), at]);
            let value = Value::call(Function::Coalesce, vec![value, default.clone()]);
            let list = Value::Each {
                how: Each::Map,
                list: Box::new(field(&axis_name)),
                variable: Text::new_static("step"),
                // A list of one, because nulls are left out of the results.
                body: Box::new(Value::call(Function::List, vec![value])),
            };
            columns.push((name.clone(), list));
        }
        branch.columns.retain(|name, _| groups.contains(name));
        branch.listed = Some(groups.clone());
        let mut shown = groups;
        for (name, _) in series
            .iter()
            .chain([&(axis_name, Value::Literal(Constant::Null))])
        {
            let column = Column {
                kind: Kind::Dynamic,
                view: None,
                lost: None,
            };
            branch.define(name, column, true);
            shown.push(name.clone());
        }
        branch.derive(columns);
        let fields = shown.iter().map(|name| self.field(name, branch)).collect();
        branch.stage(|input| Plan::Project {
            input,
            projection: Projection::Keep(fields),
        });
    }
}

fn field(name: &Text) -> Value {
    Value::Field(FieldRef::unmapped(name.clone()))
}

fn key(name: &Text) -> Key {
    Key {
        value: field(name),
        optional: true,
    }
}

fn whole(input: Box<Plan>, group_by: Vec<Key>, measures: Vec<Measure>) -> Plan {
    Plan::Aggregate(Aggregate {
        input,
        group_by,
        window: Window::Whole,
        measures,
        having: Predicate::True,
        closed: true,
    })
}
