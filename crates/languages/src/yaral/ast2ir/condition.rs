//! The condition section: which variables must have events, how many, and tests of outcomes.

use super::branch::column;
use super::predicate::{negated_if, relation};
use super::{Lowering, Scope};
use crate::yaral::ast::{Comparison, Expr, Kind, OfCount};
use std::collections::BTreeSet;
use tripline_ir::{
    Atom, CompareOp, Expr as Value, FieldRef, Function, Measure, MeasureFunction, Number,
    Predicate, Subject, Test, Text, format_smolstr,
};

/// How rows of variables are laid side by side when the condition is tested.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    /// Variables that every row has an event of.
    pub(super) given: BTreeSet<Text>,
    /// Variables whose rows stand among others, with a column that marks them.
    pub(super) marked: BTreeSet<Text>,
    /// Rows are groups: counts and aggregates are measures.
    pub(super) grouped: bool,
    /// One row holds events of several variables.
    pub(super) joined: bool,
}

/// The column that marks rows of a variable.
pub(super) fn marker(event: &str) -> Text {
    format_smolstr!("${event}")
}

/// The column that tells events of a variable apart.
pub(super) fn identity(event: &str) -> Text {
    format_smolstr!("${event}.@row")
}

impl Lowering<'_> {
    /// The variables that must have no event: `!$e`, `#e = 0` at the top of the condition.
    pub(super) fn absent(&self, condition: &Expr) -> BTreeSet<Text> {
        self.counted_at_top(condition, |op, bound| {
            holds(op, 0, bound) && !holds(op, 1, bound) && !holds(op, 2, bound)
        })
    }

    /// The variables that need have no event: `!$e`, `#e < 3` at the top of the condition.
    pub(super) fn optional(&self, condition: &Expr) -> BTreeSet<Text> {
        self.counted_at_top(condition, |op, bound| holds(op, 0, bound))
    }

    /// The variables whose number a part of the condition bounds so; `!$e` bounds it to 0.
    fn counted_at_top(
        &self,
        condition: &Expr,
        fits: impl Fn(Comparison, i64) -> bool,
    ) -> BTreeSet<Text> {
        let mut parts = Vec::new();
        super::names::flatten(condition, &mut parts);
        let found = parts.into_iter().filter_map(|part| match &part.kind {
            Kind::Not(inner) => match &inner.kind {
                Kind::Variable(name) => Some(name.clone()),
                _ => None,
            },
            Kind::Compare {
                op, left, right, ..
            } => {
                let (name, op, bound) = counted(*op, left, right)?;
                fits(op, bound).then_some(name)
            }
            _ => None,
        });
        found.filter(|name| self.names.is_event(name)).collect()
    }

    /// Whether a condition asks only which variables have events.
    pub(super) fn is_plain(&self, condition: &Expr) -> bool {
        match &condition.kind {
            Kind::And(parts) | Kind::Or(parts) => parts.iter().all(|part| self.is_plain(part)),
            Kind::Not(inner) => self.is_plain(inner),
            Kind::Variable(name) => self.names.is_event(name),
            Kind::NOf { of, .. } => of.iter().all(|part| self.is_plain(part)),
            Kind::Compare {
                op, left, right, ..
            } => {
                matches!((&left.kind, at_least_one(*op, right)), (Kind::Count(name), true) if self.names.is_event(name))
            }
            _ => false,
        }
    }

    /// The condition as one of a correlation.
    pub(super) fn correlation(&self, condition: &Expr) -> Option<tripline_ir::Condition> {
        use tripline_ir::Condition;
        let all = |parts: &[Expr]| -> Option<Vec<Condition>> {
            let kept = parts.iter().filter(|part| !self.is_graph(part));
            kept.map(|part| self.correlation(part)).collect()
        };
        Some(match &condition.kind {
            Kind::And(parts) => Condition::And(all(parts)?),
            Kind::Or(parts) => Condition::Or(all(parts)?),
            Kind::Not(inner) => Condition::Not(Box::new(self.correlation(inner)?)),
            Kind::Variable(name) | Kind::Count(name) => Condition::Rule(marker(name)),
            Kind::Compare { left, .. } => self.correlation(left)?,
            _ => return None,
        })
    }

    fn is_graph(&self, part: &Expr) -> bool {
        match &part.kind {
            Kind::Variable(name) | Kind::Count(name) => self.names.graphs.contains(name),
            Kind::Not(inner) => self.is_graph(inner),
            Kind::Compare { left, .. } => self.is_graph(left),
            _ => false,
        }
    }

    /// The condition as a test of rows.
    pub(super) fn having(&mut self, condition: &Expr, layout: &Layout) -> Option<Predicate> {
        match &condition.kind {
            Kind::And(parts) => {
                let parts: Vec<_> = parts
                    .iter()
                    .filter_map(|part| self.having(part, layout))
                    .collect();
                Some(Predicate::and(parts))
            }
            Kind::Or(parts) => {
                let mut read = Vec::new();
                for part in parts {
                    read.push(self.having(part, layout)?);
                }
                if read.contains(&Predicate::True) {
                    return Some(Predicate::True);
                }
                Some(Predicate::or(read))
            }
            Kind::Not(inner) => {
                if self.is_graph(inner) {
                    return Some(Predicate::True);
                }
                self.having(inner, layout).map(Predicate::not)
            }
            Kind::Variable(name) if self.names.is_event(name) => {
                Some(self.present(name, condition, layout))
            }
            Kind::Variable(name) if self.names.placeholders.contains_key(name) => {
                self.count_test(name, Comparison::Gt, 0, condition, layout)
            }
            Kind::NOf { count, of } => self.some_of(*count, of, condition, layout),
            Kind::Compare {
                op, left, right, ..
            } => {
                if let Some((name, op, bound)) = counted(*op, left, right) {
                    return self.count_test(&name, op, bound, condition, layout);
                }
                self.test(condition, &Scope::Rows)
            }
            Kind::Error => None,
            _ => self.test(condition, &Scope::Rows),
        }
    }

    /// There is an event of a variable.
    fn present(&mut self, name: &Text, at: &Expr, layout: &Layout) -> Predicate {
        if layout.given.contains(name) || self.names.graphs.contains(name) {
            return Predicate::True;
        }
        self.count_measure(name, layout);
        let test = Test::Number(CompareOp::Gte, Number::Int(1));
        let field = FieldRef::unmapped(format_smolstr!("#{name}"));
        Predicate::atom(Atom::field(field, test, at.span))
    }

    /// `#e > 5`, `#placeholder > 5`.
    fn count_test(
        &mut self,
        name: &Text,
        op: Comparison,
        bound: i64,
        at: &Expr,
        layout: &Layout,
    ) -> Option<Predicate> {
        if self.names.graphs.contains(name) {
            return Some(Predicate::True);
        }
        let is_event = self.names.is_event(name);
        let needs_one = matches!((op, bound), (Comparison::Gt, 0) | (Comparison::Gte, 0 | 1));
        if is_event && needs_one && layout.given.contains(name) {
            return Some(Predicate::True);
        }
        if is_event && !layout.grouped {
            // One event is one event.
            return Some(if holds(op, 1, bound) {
                Predicate::True
            } else {
                Predicate::False
            });
        }
        if is_event {
            self.count_measure(name, layout);
        } else if self
            .names
            .placeholders
            .get(name)
            .is_some_and(|all| !all.is_empty())
        {
            self.need_placeholder(name);
            let value = column(&Self::placeholder_column(name));
            if !layout.grouped {
                return Some(count_of_values(value, op, bound, at));
            }
            let count = MeasureFunction::CountDistinct(vec![value]);
            self.measure(format_smolstr!("#{name}"), count, None);
        } else {
            self.undefined(name, at);
            return None;
        }
        let (relation, negated) = relation(op);
        let test = Test::Number(relation, Number::Int(bound));
        let field = FieldRef::unmapped(format_smolstr!("#{name}"));
        let found = Predicate::atom(Atom::field(field, test, at.span));
        Some(negated_if(negated, found))
    }

    /// `#x` as a value: how many events or distinct values.
    pub(super) fn count_value(&mut self, name: &Text, at: &Expr) -> Option<Value> {
        let layout = self.layout.clone().unwrap_or_default();
        let is_event = self.names.is_event(name);
        if is_event && !layout.grouped {
            return Some(Value::literal(1_i64));
        }
        if is_event {
            self.count_measure(name, &layout);
            return Some(column(&format_smolstr!("#{name}")));
        }
        if self.names.placeholders.get(name).is_none_or(Vec::is_empty) {
            self.undefined(name, at);
            return None;
        }
        self.need_placeholder(name);
        let value = column(&Self::placeholder_column(name));
        if !layout.grouped {
            return Some(number_of_values(value));
        }
        let count = MeasureFunction::CountDistinct(vec![value]);
        self.measure(format_smolstr!("#{name}"), count, None);
        Some(column(&format_smolstr!("#{name}")))
    }

    fn count_measure(&mut self, name: &Text, layout: &Layout) {
        let marked = layout.marked.contains(name).then(|| {
            let field = FieldRef::unmapped(marker(name));
            Predicate::atom(Atom::field(
                field,
                Test::Exists,
                tripline_text::Span::empty(0),
            ))
        });
        let repeats = layout.joined && layout.given.contains(name) || self.rows_are_copies(name);
        let function = if repeats {
            self.row_identity(name);
            MeasureFunction::CountDistinct(vec![column(&identity(name))])
        } else {
            MeasureFunction::Count
        };
        self.measure(format_smolstr!("#{name}"), function, marked);
    }

    /// Notes that the events of a variable must be told apart.
    pub(super) fn row_identity(&mut self, name: &Text) {
        let row = Value::call(Function::RowObject, Vec::new());
        let row = Value::call(Function::ToTextOrJson, vec![row]);
        let time = Value::call(Function::RowTime, Vec::new());
        let time = Value::call(Function::ToText, vec![time]);
        let whole = Value::call(Function::Concat, vec![time, row]);
        let columns = self.needed.entry(name.clone()).or_default();
        columns.insert(identity(name), whole);
    }

    pub(super) fn measure(
        &mut self,
        name: Text,
        function: MeasureFunction,
        filter: Option<Predicate>,
    ) {
        if self.measures.iter().all(|known| known.name != name) {
            self.measures.push(Measure {
                name,
                function,
                filter,
            });
        }
    }

    /// `2 of ($a, $b, $c)`: one of the ways to choose that many.
    fn some_of(
        &mut self,
        count: OfCount,
        of: &[Expr],
        at: &Expr,
        layout: &Layout,
    ) -> Option<Predicate> {
        const MOST: usize = 10;
        let count = match count {
            OfCount::Any => 1,
            OfCount::All => of.len(),
            OfCount::AtLeast(count) => count as usize,
        };
        if of.len() > MOST || of.is_empty() || count > of.len() {
            self.meaningless(at, format!("a choice is of at most {MOST} variables"));
            return None;
        }
        let mut tests = Vec::new();
        for part in of {
            tests.push(self.having(part, layout)?);
        }
        let mut ways = Vec::new();
        for chosen in 0_u32..1 << of.len() {
            if chosen.count_ones() as usize == count {
                let parts = tests.iter().enumerate();
                let parts = parts.filter(|(at, _)| chosen & (1 << at) != 0);
                ways.push(Predicate::and(
                    parts.map(|(_, test)| test.clone()).collect::<Vec<_>>(),
                ));
            }
        }
        Some(Predicate::or(ways))
    }
}

/// How many values a placeholder has in one event.
fn count_of_values(value: Value, op: Comparison, bound: i64, at: &Expr) -> Predicate {
    let count = number_of_values(value);
    let (relation, negated) = relation(op);
    let test = Test::Number(relation, Number::Int(bound));
    let found = Predicate::atom(Atom::new(Subject::Expr(count), test, at.span));
    negated_if(negated, found)
}

fn number_of_values(value: Value) -> Value {
    let all = Value::call(Function::ListConcat, vec![value]);
    let distinct = Value::call(Function::Distinct, vec![all]);
    let count = Value::call(Function::ListLength, vec![distinct]);
    Value::call(Function::Coalesce, vec![count, Value::literal(0_i64)])
}

/// `#x OP n`, either way round.
pub(super) fn counted(
    op: Comparison,
    left: &Expr,
    right: &Expr,
) -> Option<(Text, Comparison, i64)> {
    match (&left.kind, &right.kind) {
        (Kind::Count(name), Kind::Int(n)) => Some((name.clone(), op, *n)),
        (Kind::Int(n), Kind::Count(name)) => Some((name.clone(), op.flipped(), *n)),
        _ => None,
    }
}

/// Whether a number stands in a relation to a bound.
pub(super) fn holds(op: Comparison, number: i64, bound: i64) -> bool {
    let (relation, negated) = relation(op);
    relation.holds(number.cmp(&bound)) != negated
}

/// Whether a comparison of a count with a number holds for a count; `false` for any other.
pub(super) fn bounds(op: Comparison, left: &Expr, right: &Expr, count: i64) -> bool {
    counted(op, left, right).is_some_and(|(_, op, bound)| holds(op, count, bound))
}

/// Whether a count need only be one.
fn at_least_one(op: Comparison, bound: &Expr) -> bool {
    matches!(
        (op, &bound.kind),
        (Comparison::Gt, Kind::Int(0)) | (Comparison::Gte, Kind::Int(1))
    )
}
