//! Series: lists of numbers, place by place.

use super::{compare, count, finite};
use crate::law::{measure, value};
use crate::{Case, Coerce, CompareOp, Filling, Function, Number, PairOp, Population, Value};
use std::cmp::Ordering;

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    let list = list(a.first()?)?;
    match function {
        Function::ArrayLength => count(list.len()),
        Function::SeriesPair(op) => Some(paired(op, &list, &self::list(a.get(1)?)?)),
        Function::SeriesFill(how) => Some(Value::List(filled(how, list, &a[1..]))),
        Function::SeriesStatistics => statistics(&list, a.get(1) == Some(&Value::Bool(true))),
        Function::SeriesLine => line(&list),
        _ => None,
    }
}

/// A list, or that of the JSON text of one.
fn list(of: &Value) -> Option<Vec<Value>> {
    match of {
        Value::List(items) => Some(items.clone()),
        Value::Text(text) => match super::json::parse(text)? {
            Value::List(items) => Some(items),
            _ => None,
        },
        _ => None,
    }
}

/// A number itself, not a text that writes one.
fn typed(value: &Value) -> Option<Number> {
    match value {
        Value::Int(n) => Some(Number::Int(*n)),
        Value::Float(n) => Some(Number::Float(*n)),
        _ => None,
    }
}

fn paired(op: PairOp, left: &[Value], right: &[Value]) -> Value {
    let longest = left.len().max(right.len());
    let at = |place: usize| {
        let (a, b) = (typed(left.get(place)?)?, typed(right.get(place)?)?);
        of_two(op, a, b)
    };
    let all = (0..longest).map(|place| at(place).unwrap_or(Value::Null));
    Value::List(all.collect())
}

fn of_two(op: PairOp, a: Number, b: Number) -> Option<Value> {
    let order = |wanted: CompareOp| Some(Value::Bool(value::relates(a, wanted, b)));
    let (x, y) = (value::float(a), value::float(b));
    let whole = |made: fn(i64, i64) -> Option<i64>| match (a, b) {
        (Number::Int(a), Number::Int(b)) => made(a, b).map(Value::Int),
        _ => None,
    };
    match op {
        PairOp::Add => whole(i64::checked_add).or_else(|| finite(x + y)),
        PairOp::Subtract => whole(i64::checked_sub).or_else(|| finite(x - y)),
        PairOp::Multiply => whole(i64::checked_mul).or_else(|| finite(x * y)),
        PairOp::Divide => finite(x / y),
        PairOp::Power => finite(x.powf(y)),
        PairOp::Equal => order(CompareOp::Eq),
        PairOp::NotEqual => Some(Value::Bool(!value::relates(a, CompareOp::Eq, b))),
        PairOp::Less => order(CompareOp::Lt),
        PairOp::LessEqual => order(CompareOp::Lte),
        PairOp::Greater => order(CompareOp::Gt),
        PairOp::GreaterEqual => order(CompareOp::Gte),
    }
}

fn filled(how: Filling, mut list: Vec<Value>, more: &[Value]) -> Vec<Value> {
    let absent = more.first().unwrap_or(&Value::Null);
    let constant = more.get(1).cloned().unwrap_or(Value::Null);
    let missing = |value: &Value| {
        let same = || compare::equal(value, absent, Case::Sensitive, Coerce::Typed);
        value.is_null() || (!absent.is_null() && same())
    };
    let gaps: Vec<bool> = list.iter().map(missing).collect();
    let before = |at: usize| (0..at).rev().find(|place| !gaps[*place]);
    let after = |at: usize| (at + 1..gaps.len()).find(|place| !gaps[*place]);
    let old = list.clone();
    for at in (0..gaps.len()).filter(|at| gaps[*at]) {
        let kept = |place: Option<usize>| place.map_or(&old[at], |place| &old[place]).clone();
        list[at] = match how {
            Filling::Constant => constant.clone(),
            Filling::Forward => kept(before(at)),
            Filling::Backward => kept(after(at)),
            Filling::Linear => match (before(at), after(at)) {
                (Some(from), Some(to)) => between(&old, from, at, to),
                (None, None) => constant.clone(),
                (one, other) => kept(one.or(other)),
            },
        };
    }
    list
}

/// The value at a place on the line between two others.
#[expect(
    clippy::cast_precision_loss,
    reason = "places of a list are far below 2^52"
)]
fn between(list: &[Value], from: usize, at: usize, to: usize) -> Value {
    let (Some(low), Some(high)) = (typed(&list[from]), typed(&list[to])) else {
        return Value::Null;
    };
    let (low, high) = (value::float(low), value::float(high));
    let share = (at - from) as f64 / (to - from) as f64;
    finite(low + (high - low) * share).unwrap_or(Value::Null)
}

fn statistics(list: &[Value], skip: bool) -> Option<Value> {
    let numbers: Vec<(usize, Number)> = list
        .iter()
        .enumerate()
        .filter_map(|(at, value)| Some((at, typed(value)?)))
        .collect();
    if numbers.is_empty() || (!skip && numbers.len() < list.len()) {
        return None;
    }
    let extreme = |wanted: Ordering| {
        numbers.iter().copied().reduce(|best, next| {
            let better = value::compare(next.1, best.1) == Some(wanted);
            if better { next } else { best }
        })
    };
    let (lowest, highest) = (extreme(Ordering::Less)?, extreme(Ordering::Greater)?);
    let all: Vec<Number> = numbers.iter().map(|(_, number)| *number).collect();
    let variance = measure::variance(&all, Population::Sample);
    let deviation = match &variance {
        Value::Float(variance) => Value::Float(variance.sqrt()),
        other => other.clone(),
    };
    Some(object([
        ("min", value::from_number(lowest.1)),
        ("min_idx", count(lowest.0)?),
        ("max", value::from_number(highest.1)),
        ("max_idx", count(highest.0)?),
        ("avg", measure::average(&all)?),
        ("stdev", deviation),
        ("variance", variance),
        ("sum", measure::sum(&all)?),
        ("len", count(all.len())?),
    ]))
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(
        members
            .into_iter()
            .map(|(name, value)| (name.into(), value))
            .collect(),
    )
}

#[expect(
    clippy::cast_precision_loss,
    reason = "places of a list are far below 2^52"
)]
fn line(list: &[Value]) -> Option<Value> {
    let numbers: Option<Vec<f64>> = list.iter().map(|v| Some(value::float(typed(v)?))).collect();
    let numbers = numbers.filter(|numbers| numbers.len() > 1)?;
    let n = numbers.len() as f64;
    let points = || {
        (1..)
            .map(|x: u32| f64::from(x))
            .zip(numbers.iter().copied())
    };
    let (middle_x, middle_y) = (f64::midpoint(n, 1.0), numbers.iter().sum::<f64>() / n);
    let squares_x: f64 = points().map(|(x, _)| (x - middle_x).powi(2)).sum();
    let products: f64 = points().map(|(x, y)| (x - middle_x) * (y - middle_y)).sum();
    let slope = products / squares_x;
    let start = middle_y - slope * middle_x;
    let squares: f64 = points().map(|(_, y)| (y - middle_y).powi(2)).sum();
    let apart: f64 = points().map(|(x, y)| (y - slope * x - start).powi(2)).sum();
    let fit = if squares == 0.0 {
        1.0
    } else {
        1.0 - apart / squares
    };
    let along = points().map(|(x, _)| Value::Float(slope * x + start));
    Some(object([
        ("rsquare", finite(fit)?),
        ("slope", finite(slope)?),
        ("variance", finite(squares / (n - 1.0))?),
        ("rvariance", finite(apart / (n - 1.0))?),
        ("interception", finite(start)?),
        ("line_fit", Value::List(along.collect())),
    ]))
}
