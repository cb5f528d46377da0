//! Lists. A value that is no list counts as a list of one, null as none.

use super::{compare, count, int, number, string, text};
use crate::law::rows::sort_values;
use crate::law::value;
use crate::{Case, Coerce, Function, Number, Value};
use std::cmp::Ordering;

/// The longest range.
const MAX_RANGE: usize = 10_000;

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    match function {
        Function::List => return Some(Value::List(a.to_vec())),
        Function::ListConcat => return filled(a.iter().flat_map(items).filter(|v| !v.is_null())),
        Function::Union => return filled(distinct(a.iter().flat_map(items)).into_iter()),
        Function::Range => return range(a, false),
        Function::RangeInclusive => return range(a, true),
        Function::ZipLongest => return zip_longest(a),
        Function::Single => return single(a.first()?),
        _ => {}
    }
    let first = a.first().filter(|value| !value.is_null())?;
    let list = items(first);
    match function {
        Function::ListLength => count(list.len()),
        Function::Index => element(&list, int(a, 1)?).cloned(),
        Function::Slice => slice(&list, int(a, 1)?, int(a, 2)?),
        Function::ListFirst => list.first().cloned(),
        Function::ListLast => list.last().cloned(),
        Function::ListMin => compare::extreme(&known(&list), Ordering::Less),
        Function::ListMax => compare::extreme(&known(&list), Ordering::Greater),
        Function::ListSum => crate::law::measure::sum(&numbers(&list)),
        Function::ListAverage => crate::law::measure::average(&numbers(&list)),
        Function::ListMedian => crate::law::measure::median(&list),
        Function::ListPercentile => {
            crate::law::measure::percentile(&list, value::float(number(a, 1)?))
        }
        Function::ListSeries => series(&numbers(&list), value::float(number(a, 1)?)),
        Function::Distinct => filled(distinct(list.into_iter()).into_iter()),
        Function::ListSort => filled(sorted(list).into_iter()),
        Function::ListSortDescending => filled(sorted(list).into_iter().rev()),
        Function::ListReverse => filled(list.into_iter().rev()),
        Function::ListContains(case) => contains(first, a.get(1)?, case).map(Value::Bool),
        Function::Intersect => {
            let other = items(a.get(1).filter(|value| !value.is_null())?);
            let both = list.into_iter().filter(|value| has(&other, value));
            filled(distinct(both).into_iter())
        }
        Function::Difference => {
            let others: Vec<Value> = a.iter().skip(1).flat_map(items).collect();
            let rest = list.into_iter().filter(|value| !has(&others, value));
            filled(distinct(rest).into_iter())
        }
        Function::ListIndexOf => {
            let wanted = a.get(1)?;
            let at = list.iter().position(|value| same(value, wanted));
            at.map_or(Some(Value::Int(-1)), count)
        }
        Function::Join => {
            let separator = text(a, 1)?;
            let texts: Vec<_> = list.iter().filter_map(form).collect();
            Some(string(texts.join(separator.as_str())))
        }
        Function::Zip => {
            let other = items(a.get(1).filter(|value| !value.is_null())?);
            let separator = match a.get(2) {
                Some(_) => text(a, 2)?,
                None => ",".into(),
            };
            let pairs = list.iter().zip(&other).map(|(left, right)| {
                let (left, right) = (
                    form(left).unwrap_or_default(),
                    form(right).unwrap_or_default(),
                );
                string(format!("{left}{separator}{right}"))
            });
            filled(pairs)
        }
        _ => None,
    }
}

/// The elements; the value itself when it is no list, none for null.
pub(super) fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::List(items) => items.clone(),
        other => vec![other.clone()],
    }
}

/// The text form of an element; JSON of a list or object.
fn form(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::List(_) | Value::Object(_) => Some(super::json::write(value)),
        other => other.as_text().map(|text| text.to_string()),
    }
}

/// The texts of pairs, then what the longer list has more.
fn zip_longest(a: &[Value]) -> Option<Value> {
    let (left, right) = (items(a.first()?), items(a.get(1)?));
    let separator = match a.get(2) {
        Some(_) => text(a, 2)?,
        None => ",".into(),
    };
    let texts = |list: Vec<Value>| -> Vec<String> { list.iter().filter_map(form).collect() };
    let (left, right) = (texts(left), texts(right));
    let rest = if left.len() > right.len() {
        &left[right.len()..]
    } else {
        &right[left.len()..]
    };
    let pairs = left.iter().zip(&right);
    let pairs = pairs.map(|(left, right)| string(format!("{left}{separator}{right}")));
    filled(pairs.chain(rest.iter().map(|text| string(text.as_str()))))
}

/// The sum of numbers, each divided by a power of its place.
fn series(numbers: &[Number], power: f64) -> Option<Value> {
    let mut place = 0.0;
    let mut sum = 0.0;
    for number in numbers {
        place += 1.0;
        sum += value::float(*number) / f64::powf(place, power);
    }
    super::finite(sum)
}

fn filled(values: impl Iterator<Item = Value>) -> Option<Value> {
    let values: Vec<Value> = values.collect();
    (!values.is_empty()).then_some(Value::List(values))
}

fn known(list: &[Value]) -> Vec<&Value> {
    list.iter().filter(|value| !value.is_null()).collect()
}

fn numbers(list: &[Value]) -> Vec<Number> {
    list.iter().filter_map(value::number).collect()
}

fn same(left: &Value, right: &Value) -> bool {
    left == right || compare::equal(left, right, Case::Sensitive, Coerce::Typed)
}

fn has(list: &[Value], value: &Value) -> bool {
    list.iter().any(|own| same(own, value))
}

/// Whether a list has a value, or every element of a second list; null when either is missing.
pub(super) fn contains(list: &Value, wanted: &Value, case: Case) -> Option<bool> {
    let list = items(list);
    let one = |wanted: &Value| {
        let equals = |own: &Value| compare::equal(own, wanted, case, Coerce::Typed);
        list.iter().any(equals)
    };
    match wanted {
        Value::Null => None,
        Value::List(all) => Some(all.iter().all(one)),
        other => Some(one(other)),
    }
}

fn distinct(values: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut seen = std::collections::BTreeSet::new();
    values
        .filter(|found| seen.insert(value::identity(found)))
        .collect()
}

fn sorted(mut list: Vec<Value>) -> Vec<Value> {
    list.sort_by(sort_values);
    list
}

/// An element by position; negative from the end.
pub(super) fn element(list: &[Value], at: i64) -> Option<&Value> {
    list.get(position(at, list.len())?)
}

fn position(at: i64, len: usize) -> Option<usize> {
    let distance = usize::try_from(at.unsigned_abs()).ok()?;
    if at < 0 {
        len.checked_sub(distance)
    } else {
        Some(distance)
    }
}

fn slice(list: &[Value], from: i64, to: i64) -> Option<Value> {
    // Before the first element is the first; before it as an end there is nothing.
    let from = position(from, list.len()).unwrap_or(0);
    let to = position(to, list.len())?.min(list.len().checked_sub(1)?);
    filled(list.get(from..=to)?.iter().cloned())
}

fn single(value: &Value) -> Option<Value> {
    match value {
        Value::List(items) => match items.as_slice() {
            [only] => single(only),
            _ => None,
        },
        other => Some(other.clone()),
    }
}

fn range(a: &[Value], inclusive: bool) -> Option<Value> {
    if let (Value::Time(from), Value::Time(to)) = (a.first()?, a.get(1)?) {
        let step = match a.get(2)? {
            Value::Duration(length) if *length > 0 => *length,
            _ => return None,
        };
        return steps(*from, *to, step, inclusive, Value::Time);
    }
    let step = match a.get(2) {
        Some(_) => number(a, 2)?,
        None => Number::Int(1),
    };
    let (from, to) = (number(a, 0)?, number(a, 1)?);
    if let (Number::Int(from), Number::Int(to), Number::Int(step)) = (from, to, step) {
        return steps(from, to, step, inclusive, Value::Int);
    }
    let (from, to, step) = (value::float(from), value::float(to), value::float(step));
    if step <= 0.0 {
        return None;
    }
    let mut values = Vec::new();
    let mut next = from;
    while (next < to || (inclusive && next <= to)) && values.len() < MAX_RANGE {
        values.push(Value::Float(next));
        next += step;
    }
    Some(Value::List(values))
}

fn steps(
    from: i64,
    to: i64,
    step: i64,
    inclusive: bool,
    make: impl Fn(i64) -> Value,
) -> Option<Value> {
    if step == 0 {
        return None;
    }
    let mut values = Vec::new();
    let mut next = Some(from);
    while let Some(at) = next
        && values.len() < MAX_RANGE
        && (if step > 0 { at < to } else { at > to } || (inclusive && at == to))
    {
        values.push(make(at));
        next = at.checked_add(step);
    }
    Some(Value::List(values))
}
