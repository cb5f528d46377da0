//! Units of time: where they begin, how many lie between.

use super::{int, time};
use crate::{Function, SECOND, Timestamp, Unit, Value};
use time::{civil, from_civil, instant_of};

const DAY: i64 = 86_400 * SECOND;

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    if function == Function::MakeTime {
        return made(a);
    }
    let first = instant_of(a.first()?)?;
    match function {
        Function::TimeTruncate(unit) => {
            let count = match a.get(1) {
                Some(_) => int(a, 1)?,
                None => 1,
            };
            truncate(first, unit, count).map(Value::Time)
        }
        Function::TimeBucket => {
            let (from, to) = (instant_of(a.get(2)?)?, instant_of(a.get(3)?)?);
            bucket(first, int(a, 1)?, from, to).map(Value::Time)
        }
        Function::TimeEnd(unit) => {
            let next = add(truncate(first, unit, 1)?, unit, 1)?;
            next.checked_sub(100).map(Value::Time)
        }
        Function::TimeAdd(unit) => add(first, unit, int(a, 1)?).map(Value::Time),
        Function::TimeDifference(unit) => {
            difference(first, instant_of(a.get(1)?)?, unit).map(Value::Int)
        }
        Function::TimeBoundaries(unit) => {
            let to = number(instant_of(a.get(1)?)?, unit)?;
            to.checked_sub(number(first, unit)?).map(Value::Int)
        }
        _ => None,
    }
}

/// An instant of its parts.
fn made(a: &[Value]) -> Option<Value> {
    let part = |at: usize| match a.get(at) {
        Some(_) => int(a, at),
        None => Some(0),
    };
    let small = |at: usize| i8::try_from(part(at)?).ok();
    let day = jiff::civil::Date::new(i16::try_from(part(0)?).ok()?, small(1)?, small(2)?).ok()?;
    let start = from_civil(day.at(small(3)?, small(4)?, 0, 0))?;
    let seconds = match a.get(5) {
        Some(_) => time::scaled(super::number(a, 5)?, SECOND)?,
        None => 0,
    };
    let within = (0..60 * SECOND).contains(&seconds);
    within.then(|| start.checked_add(seconds).map(Value::Time))?
}

/// Where a week's count begins: the Monday, or Sunday, before the Unix epoch.
fn origin(unit: Unit) -> i64 {
    match unit {
        Unit::Week => -3 * DAY,
        Unit::WeekFromSunday => -4 * DAY,
        _ => 0,
    }
}

/// How many calendar months a unit has.
fn months(unit: Unit) -> i64 {
    match unit {
        Unit::Quarter => 3,
        Unit::Year => 12,
        _ => 1,
    }
}

/// Months since January of year 1.
fn month_number(at: Timestamp) -> Option<i64> {
    let civil = civil(at)?;
    Some((i64::from(civil.year()) - 1) * 12 + i64::from(civil.month()) - 1)
}

/// The beginning of a month counted from January of year 1.
fn month_start(number: i64) -> Option<Timestamp> {
    let year = i16::try_from(number.div_euclid(12) + 1).ok()?;
    let month = i8::try_from(number.rem_euclid(12) + 1).ok()?;
    from_civil(jiff::civil::DateTime::new(year, month, 1, 0, 0, 0, 0).ok()?)
}

/// The number of the unit in which an instant lies.
fn number(at: Timestamp, unit: Unit) -> Option<i64> {
    match time::length(unit) {
        Some(length) => Some(at.checked_sub(origin(unit))?.div_euclid(length)),
        None => Some(month_number(at)?.div_euclid(months(unit))),
    }
}

/// The start of the stretch of `count` units in which an instant lies.
pub(super) fn truncate(at: Timestamp, unit: Unit, count: i64) -> Option<Timestamp> {
    if count < 1 {
        return None;
    }
    let number = number(at, unit)?;
    let first = number.checked_sub(number.rem_euclid(count))?;
    match time::length(unit) {
        Some(length) => first.checked_mul(length)?.checked_add(origin(unit)),
        None => month_start(first.checked_mul(months(unit))?),
    }
}

/// The stretches of [`Function::TimeBucket`] below a year: a unit and how many of it.
const BUCKETS: [(Unit, i64); 18] = [
    (Unit::Month, 1),
    (Unit::Week, 1),
    (Unit::Day, 1),
    (Unit::Hour, 12),
    (Unit::Hour, 3),
    (Unit::Hour, 1),
    (Unit::Minute, 30),
    (Unit::Minute, 10),
    (Unit::Minute, 5),
    (Unit::Minute, 1),
    (Unit::Second, 30),
    (Unit::Second, 10),
    (Unit::Second, 5),
    (Unit::Second, 1),
    (Unit::Millisecond, 100),
    (Unit::Millisecond, 50),
    (Unit::Millisecond, 10),
    (Unit::Millisecond, 1),
];

/// The start of the stretch in which an instant lies, of those that [`Function::TimeBucket`]
/// chooses.
fn bucket(at: Timestamp, most: i64, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
    let mut chosen = (Unit::Year, 1);
    for (unit, count) in BUCKETS {
        if stretches(unit, count, from, to)? > most {
            break;
        }
        chosen = (unit, count);
    }
    truncate(at, chosen.0, chosen.1)
}

/// How many stretches reach from the one of `from` to `to`.
fn stretches(unit: Unit, count: i64, from: Timestamp, to: Timestamp) -> Option<i64> {
    let start = number(from, unit)?.div_euclid(count);
    let last = number(to.checked_sub(1)?, unit)?.div_euclid(count);
    Some((last - start + 1).max(1))
}

/// An instant moved by units; a day that a month does not have becomes its last.
pub(super) fn add(at: Timestamp, unit: Unit, count: i64) -> Option<Timestamp> {
    if let Some(length) = time::length(unit) {
        return at.checked_add(count.checked_mul(length)?);
    }
    let months = count.checked_mul(months(unit))?;
    let span = jiff::Span::new().try_months(months).ok()?;
    from_civil(civil(at)?.checked_add(span).ok()?)
}

/// Whole units from one instant to another, toward zero.
fn difference(from: Timestamp, to: Timestamp, unit: Unit) -> Option<i64> {
    if let Some(length) = time::length(unit) {
        return to.checked_sub(from).map(|between| between / length);
    }
    let mut between = month_number(to)? - month_number(from)?;
    let reached = add(from, Unit::Month, between)?;
    if between > 0 && reached > to {
        between -= 1;
    } else if between < 0 && reached < to {
        between += 1;
    }
    Some(between / months(unit))
}
