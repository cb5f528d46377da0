//! Lists by place: moved, cut, set side by side, compared as sets.

use super::{finite, int, lists, logic::truth};
use crate::{Case, Coerce, Function, Value};

/// The longest list that repetition makes.
const MAX_REPEAT: usize = 10_000;

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    match function {
        Function::Transpose => return Some(transposed(a)),
        Function::ListRepeat => {
            let times = usize::try_from(int(a, 1)?).ok()?;
            let value = a.first()?.clone();
            return (times <= MAX_REPEAT).then(|| Value::List(vec![value; times]));
        }
        _ => {}
    }
    let first = a.first().filter(|value| !value.is_null())?;
    let list = lists::items(first);
    match function {
        Function::ChooseEach => Some(chosen(&list, a.get(1)?, a.get(2)?)),
        Function::ListShift => {
            let fill = a.get(2).unwrap_or(&Value::Null);
            shifted(&list, int(a, 1)?, |_| fill.clone())
        }
        Function::ListRotate => shifted(&list, int(a, 1)?, |at| list[at].clone()),
        Function::ListSplit => split(&list, &a[1..]),
        Function::SetEquals => {
            let equal = a[1..].iter().map(|other| {
                let other = lists::items(other);
                within(&list, &other) && within(&other, &list)
            });
            Some(Value::Bool(equal.into_iter().all(|same| same)))
        }
        Function::Jaccard => jaccard(&list, &lists::items(a.get(1)?)),
        _ => None,
    }
}

/// The element of a list at a place; a value that is no list at every place.
fn at_place(value: &Value, at: usize) -> Value {
    match value {
        Value::List(items) => items.get(at).cloned().unwrap_or(Value::Null),
        other => other.clone(),
    }
}

fn chosen(conditions: &[Value], then: &Value, otherwise: &Value) -> Value {
    let pick = |(at, condition): (usize, &Value)| match truth(condition) {
        Some(true) => at_place(then, at),
        Some(false) => at_place(otherwise, at),
        None => Value::Null,
    };
    Value::List(conditions.iter().enumerate().map(pick).collect())
}

/// Elements `by` places later; `filled` says what stands where one came from outside, by the
/// place that it would have had in a ring.
fn shifted(list: &[Value], by: i64, filled: impl Fn(usize) -> Value) -> Option<Value> {
    let length = i64::try_from(list.len()).ok()?;
    let mut out = Vec::with_capacity(list.len());
    for place in 0..length {
        let from = place.checked_sub(by)?;
        let inside = usize::try_from(from).ok().filter(|at| *at < list.len());
        out.push(match inside {
            Some(at) => list[at].clone(),
            None => filled(usize::try_from(from.rem_euclid(length)).ok()?),
        });
    }
    Some(Value::List(out))
}

fn split(list: &[Value], positions: &[Value]) -> Option<Value> {
    let length = i64::try_from(list.len()).ok()?;
    let mut parts = Vec::new();
    let mut from = 0;
    for position in positions.iter().flat_map(Value::elements) {
        let at = int(std::slice::from_ref(position), 0)?;
        let at = if at < 0 {
            at.saturating_add(length)
        } else {
            at
        };
        let at = usize::try_from(at.clamp(0, length)).ok()?.max(from);
        parts.push(Value::List(list[from..at].to_vec()));
        from = at;
    }
    parts.push(Value::List(list[from..].to_vec()));
    Some(Value::List(parts))
}

fn transposed(a: &[Value]) -> Value {
    let columns: Vec<Vec<Value>> = a.iter().map(lists::items).collect();
    let length = columns.iter().map(Vec::len).max().unwrap_or(0);
    let row = |at: usize| {
        let cell = |column: &Vec<Value>| column.get(at).cloned().unwrap_or(Value::Null);
        Value::List(columns.iter().map(cell).collect())
    };
    Value::List((0..length).map(row).collect())
}

fn has(list: &[Value], value: &Value) -> bool {
    let same = |own: &Value| {
        own == value || super::compare::equal(own, value, Case::Sensitive, Coerce::Typed)
    };
    list.iter().any(same)
}

fn within(list: &[Value], other: &[Value]) -> bool {
    list.iter().all(|value| has(other, value))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of elements are far below 2^52"
)]
fn jaccard(left: &[Value], right: &[Value]) -> Option<Value> {
    let mut all: Vec<&Value> = Vec::new();
    for value in left.iter().chain(right) {
        if !all.iter().any(|own| has(std::slice::from_ref(*own), value)) {
            all.push(value);
        }
    }
    let both = all
        .iter()
        .filter(|value| has(left, value) && has(right, value));
    finite(both.count() as f64 / all.len() as f64)
}
