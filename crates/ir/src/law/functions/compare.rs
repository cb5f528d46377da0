//! Equality and order.

use super::convert::duration_text;
use super::time::instant_of;
use crate::law::value;
use crate::{Case, Coerce, CompareOp, Function, Value};
use std::cmp::Ordering;

/// The order of two values; `None` when they do not compare. See [`Function::Compare`].
pub(crate) fn order(left: &Value, right: &Value, case: Case, coerce: Coerce) -> Option<Ordering> {
    use Value::{Bool, Duration, Float, Int, Text, Time};
    match (left, right) {
        (Bool(a), Bool(b)) => Some(a.cmp(b)),
        (Bool(a), Text(_)) => Some(a.cmp(&super::truth(right)?)),
        (Text(_), Bool(b)) => Some(super::truth(left)?.cmp(b)),
        (Time(a), other) => Some(a.cmp(&instant_of(other)?)),
        (other, Time(b)) => Some(instant_of(other)?.cmp(b)),
        (Duration(a), Duration(b)) => Some(a.cmp(b)),
        (Duration(a), Text(b)) => Some(a.cmp(&duration_text(b)?)),
        (Text(a), Duration(b)) => Some(duration_text(a)?.cmp(b)),
        (Text(a), Text(b)) => {
            if coerce == Coerce::Loose
                && let (Some(a), Some(b)) = (value::decimal(a), value::decimal(b))
            {
                return value::compare(a, b);
            }
            Some(texts(a, b, case))
        }
        (Int(_) | Float(_) | Text(_), Int(_) | Float(_) | Text(_)) => {
            match (value::number(left), value::number(right)) {
                (Some(a), Some(b)) => value::compare(a, b),
                _ if coerce == Coerce::Loose => {
                    Some(texts(&left.as_text()?, &right.as_text()?, case))
                }
                _ => None,
            }
        }
        (Value::List(_) | Value::Object(_), Value::List(_) | Value::Object(_)) => {
            (value::identity(left) == value::identity(right)).then_some(Ordering::Equal)
        }
        _ => None,
    }
}

fn texts(left: &str, right: &str, case: Case) -> Ordering {
    let folded = |text: &str| text.chars().map(|c| case.fold(c)).collect::<Vec<char>>();
    folded(left).cmp(&folded(right))
}

/// Whether two values are equal.
pub(super) fn equal(left: &Value, right: &Value, case: Case, coerce: Coerce) -> bool {
    order(left, right, case, coerce) == Some(Ordering::Equal)
}

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    match function {
        Function::Compare(op, case, coerce) => {
            let found = order(a.first()?, a.get(1)?, case, coerce);
            match (found, op) {
                (Some(order), op) => Some(Value::Bool(op.holds(order))),
                (None, CompareOp::Eq) => Some(Value::Bool(false)),
                (None, _) => None,
            }
        }
        Function::EqualNullFalse(case) => equal_null_false(a.first()?, a.get(1)?, case),
        Function::In(case, coerce) => is_in(a, case, coerce),
        Function::Least => extreme(&a.iter().collect::<Vec<_>>(), Ordering::Less),
        Function::Greatest => extreme(&a.iter().collect::<Vec<_>>(), Ordering::Greater),
        Function::LeastKnown => extreme(&known(a), Ordering::Less),
        Function::GreatestKnown => extreme(&known(a), Ordering::Greater),
        _ => None,
    }
}

fn known(a: &[Value]) -> Vec<&Value> {
    a.iter().flat_map(Value::elements).collect()
}

/// Null when both are null, false when one is.
fn equal_null_false(left: &Value, right: &Value, case: Case) -> Option<Value> {
    match (left.is_null(), right.is_null()) {
        (true, true) => None,
        (true, false) | (false, true) => Some(Value::Bool(false)),
        (false, false) => {
            let any = left.elements().into_iter().any(|a| {
                let equals = |b: &&Value| equal(a, b, case, Coerce::Typed);
                right.elements().iter().any(equals)
            });
            Some(Value::Bool(any || equal(left, right, case, Coerce::Typed)))
        }
    }
}

fn is_in(a: &[Value], case: Case, coerce: Coerce) -> Option<Value> {
    let (first, others) = a.split_first()?;
    let elements = first.elements();
    let found = others.iter().flat_map(Value::elements).any(|other| {
        elements
            .iter()
            .any(|element| equal(element, other, case, coerce))
    });
    if found {
        return Some(Value::Bool(true));
    }
    let unknown = elements.is_empty() || others.iter().any(Value::is_null);
    (!unknown).then_some(Value::Bool(false))
}

/// The first of the smallest (largest) values; null when two do not compare.
pub(super) fn extreme(values: &[&Value], wanted: Ordering) -> Option<Value> {
    let (first, rest) = values.split_first()?;
    let mut best = *first;
    for value in rest {
        if order(value, best, Case::Sensitive, Coerce::Loose)? == wanted {
            best = value;
        }
    }
    Some(best.clone())
}
