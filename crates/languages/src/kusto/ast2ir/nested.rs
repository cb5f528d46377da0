//! Stages over parts of the rows: `top-nested`, `partition`, `sample-distinct`.

use super::Lowering;
use super::named::result_name;
use super::operator::{dedup, limited};
use super::relation::{Branch, Column, Relation};
use super::scalar::{Kind, Typed};
use crate::kusto::ast::{Expr, Ident, NestedLevel, Operator, OperatorKind, TopHitters};
use tripline_ir::{
    Aggregate, Expr as Value, FieldRef, Join, JoinColumns, JoinKey, JoinKind, Key, LossReason,
    Measure, MeasureFunction, Plan, Predicate, Projection, SortKey, Text, Value as Constant,
    Window, format_smolstr,
};
use tripline_text::Span;

impl<'a> Lowering<'a> {
    /// Each level measures the values of its column within those that the level above has kept,
    /// and keeps the top ones of each.
    pub(super) fn top_nested(
        &mut self,
        rows: Relation,
        levels: &'a [NestedLevel],
        span: Span,
    ) -> Option<Relation> {
        if levels.iter().any(|level| level.others) {
            return self.skipped(rows, "top-nested with others", span);
        }
        let mut branch = rows.joined();
        branch.leave_events();
        let mut above: Option<Plan> = None;
        let mut outer: Vec<Text> = Vec::new();
        let mut shown: Vec<(Text, Kind)> = Vec::new();
        for level in levels {
            let name = self.column(&mut branch, &level.of)?;
            let kind = branch.columns.get(&name).map_or(Kind::Unknown, |c| c.kind);
            let (measure, sum) = self.nested_measure(&mut branch, level, &name, span)?;
            let count = match &level.count {
                None => None,
                Some(count) => match self.constant(count).and_then(Typed::constant) {
                    Some(Constant::Int(n)) => Some(u64::try_from(n).unwrap_or(0)),
                    _ => return self.skipped(Relation::of(branch), "top-nested", span),
                },
            };
            let mut names = outer.clone();
            names.push(name.clone());
            let groups = measured(&branch, &names, measure);
            let inside = match above.take() {
                None => groups,
                Some(above) => within(above, groups, &outer),
            };
            above = Some(topmost(inside, &sum, level.ascending, count, &outer));
            shown.extend([(name.clone(), kind), (sum, Kind::Number)]);
            outer.push(name);
        }
        let plan = above?;
        Some(Relation::of(listed(&branch, plan, shown)))
    }

    /// `top-hitters n of column by value`: the values that come most often, or whose sum is largest.
    pub(super) fn top_hitters(
        &mut self,
        rows: Relation,
        top: &'a TopHitters,
        span: Span,
    ) -> Option<Relation> {
        let mut branch = rows.joined();
        let name = self.column(&mut branch, &top.of)?;
        let kind = branch.columns.get(&name).map_or(Kind::Unknown, |c| c.kind);
        let by = match &top.by {
            Some(by) => Some((result_name(by), self.scalar(by, Some(&branch))?.value)),
            None => None,
        };
        let count = self.constant(&top.count).and_then(Typed::constant);
        let Some(Constant::Int(count)) = count else {
            return self.skipped(Relation::of(branch), "top-hitters", span);
        };
        branch.leave_events();
        let (column, measure) = match by {
            None => (
                format_smolstr!("approximate_count_{name}"),
                MeasureFunction::Count,
            ),
            Some((by, value)) => (
                format_smolstr!("approximate_sum_{}", by.unwrap_or_default()),
                MeasureFunction::Sum(value),
            ),
        };
        let groups = measured(
            &branch,
            std::slice::from_ref(&name),
            Measure::new(column.clone(), measure),
        );
        let count = u64::try_from(count).unwrap_or(0);
        let plan = topmost(groups, &column, false, Some(count), &[]);
        Some(Relation::of(listed(
            &branch,
            plan,
            vec![(name, kind), (column, Kind::Number)],
        )))
    }

    /// The measure of a level and the name of its column.
    fn nested_measure(
        &mut self,
        branch: &mut Branch,
        level: &'a NestedLevel,
        name: &str,
        span: Span,
    ) -> Option<(Measure, Text)> {
        let own = level.by.names.first().map(|name| name.text.clone());
        let column = own.unwrap_or_else(|| format_smolstr!("aggregated_{name}"));
        self.aggregates = Some(Vec::new());
        let typed = self.scalar(&level.by.value, Some(branch));
        let found = self.aggregates.take().unwrap_or_default();
        match (typed, <[Measure; 1]>::try_from(found)) {
            (Some(_), Ok([measure])) => {
                let measure = Measure {
                    name: column.clone(),
                    ..measure
                };
                Some((measure, column))
            }
            _ => {
                self.lose(LossReason::NotExpressible, "the value of top-nested", span);
                None
            }
        }
    }

    /// `partition by column (operators)`: the operators run over the rows of each value.
    pub(super) fn divided(
        &mut self,
        rows: Relation,
        column: &'a Ident,
        operators: &'a [Operator],
        span: Span,
    ) -> Option<Relation> {
        let several = |operator: &Operator| {
            matches!(
                operator.kind,
                OperatorKind::Join(_)
                    | OperatorKind::Lookup(_)
                    | OperatorKind::Union { .. }
                    | OperatorKind::Count
                    | OperatorKind::Evaluate(_)
                    | OperatorKind::MakeSeries { .. }
                    | OperatorKind::TopNested(_)
                    | OperatorKind::Partition(..)
                    | OperatorKind::Invoke(_)
            )
        };
        if self.partition.is_some() || operators.iter().any(several) {
            return self.skipped(rows, "partition", span);
        }
        let mut branch = rows.joined();
        branch.leave_events();
        let part = self.fresh("part");
        let field = self.field(&column.text, &branch);
        branch.derive(vec![(part.clone(), Value::Field(field))]);
        self.partition = Some(part.clone());
        let done = self.pipeline(Relation::of(branch), operators);
        self.partition = None;
        let mut branch = done?.joined();
        branch.stage(|input| Plan::Project {
            input,
            projection: Projection::Drop(vec![FieldRef::unmapped(part)]),
        });
        Some(Relation::of(branch))
    }

    /// `sample-distinct n of column`: so many of its values.
    pub(super) fn sample_distinct(
        &mut self,
        rows: Relation,
        limit: &'a Expr,
        of: &'a Expr,
    ) -> Option<Relation> {
        let mut branch = rows.joined();
        let value = self.scalar(of, Some(&branch))?;
        let name = self.default_name(of);
        branch.leave_events();
        branch.derive(vec![(name.clone(), value.value)]);
        let field = FieldRef::unmapped(name.clone());
        branch.stage(|input| dedup(input, vec![Value::Field(field.clone())], 1));
        branch.keep(vec![name.clone()], vec![field]);
        let column = Column {
            kind: value.kind,
            view: None,
            lost: None,
        };
        branch.define(&name, column, true);
        self.take(Relation::of(branch), limit)
    }
}

/// A branch of these columns alone.
fn listed(from: &Branch, plan: Plan, columns: Vec<(Text, Kind)>) -> Branch {
    let mut done = Branch::new(plan, from.scheme, from.activity);
    done.row_wise = false;
    done.listed = Some(Vec::new());
    for (name, kind) in columns {
        let column = Column {
            kind,
            view: None,
            lost: None,
        };
        done.define(&name, column, true);
    }
    done
}

fn field(name: &Text) -> Value {
    Value::Field(FieldRef::unmapped(name.clone()))
}

fn measured(branch: &Branch, names: &[Text], measure: Measure) -> Plan {
    let key = |name: &Text| Key {
        value: field(name),
        optional: true,
    };
    Plan::Aggregate(Aggregate {
        input: Box::new(branch.plan.clone()),
        group_by: names.iter().map(key).collect(),
        window: Window::Whole,
        measures: vec![measure],
        having: Predicate::True,
        closed: true,
    })
}

/// The groups whose outer columns are among the rows kept above.
fn within(above: Plan, groups: Plan, outer: &[Text]) -> Plan {
    let keys = outer
        .iter()
        .map(|name| JoinKey::equal(field(name), field(name)));
    Plan::Join(Join {
        left: Box::new(above),
        right: Box::new(groups),
        on: vec![keys.collect()],
        kind: JoinKind::Inner,
        columns: JoinColumns::LeftFirst,
        limit: None,
    })
}

/// The top rows by a column, within each value of the outer columns.
fn topmost(rows: Plan, by: &Text, ascending: bool, count: Option<u64>, outer: &[Text]) -> Plan {
    let by = vec![SortKey {
        value: field(by),
        descending: !ascending,
        nulls_first: ascending,
    }];
    let sorted = Box::new(Plan::Sort {
        input: Box::new(rows),
        by,
    });
    match count {
        None => *sorted,
        Some(count) if outer.is_empty() => limited(sorted, count),
        Some(count) => dedup(sorted, outer.iter().map(field).collect(), count),
    }
}
