//! Instants and lengths of time.

use super::{Context, int, number, string, whole_float};
use crate::law::value;
use crate::{Function, Number, SECOND, Timestamp, Unit, Value};

/// The length of a unit that has one.
pub(super) fn length(unit: Unit) -> Option<i64> {
    Some(match unit {
        Unit::Nanosecond => 1,
        Unit::Microsecond => 1_000,
        Unit::Millisecond => 1_000_000,
        Unit::Second => SECOND,
        Unit::Minute => 60 * SECOND,
        Unit::Hour => 3_600 * SECOND,
        Unit::Day => 86_400 * SECOND,
        Unit::Week | Unit::WeekFromSunday => 7 * 86_400 * SECOND,
        Unit::Month | Unit::Quarter | Unit::Year => return None,
    })
}

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    match function {
        Function::Bin => bin(a),
        Function::FromUnix(unit) => {
            let length = length(unit)?;
            scaled(number(a, 0)?, length).map(Value::Time)
        }
        Function::ToUnix(unit) => {
            let at = instant_of(a.first()?)?;
            Some(Value::Int(at.div_euclid(length(unit)?)))
        }
        Function::ToUnixSeconds => Some(unix_seconds(instant_of(a.first()?)?)),
        Function::DurationOf(unit) => scaled(number(a, 0)?, length(unit)?).map(Value::Duration),
        Function::DurationIn(unit) => duration_in(a.first()?, length(unit)?),
        Function::FormatDuration => format_duration(a),
        _ => part(function, a.first()?),
    }
}

pub(super) fn scaled(number: Number, length: i64) -> Option<i64> {
    match number {
        Number::Int(n) => n.checked_mul(length),
        Number::Float(_) => {
            let length = value::float(Number::Int(length));
            whole_float((value::float(number) * length).round())
        }
    }
}

/// Seconds since the Unix epoch; whole when they are.
#[expect(clippy::cast_precision_loss, reason = "seconds with fraction")]
pub(super) fn unix_seconds(at: Timestamp) -> Value {
    if at % SECOND == 0 {
        Value::Int(at / SECOND)
    } else {
        // The whole seconds apart, so that the fraction is as exact as it can be.
        let (whole, rest) = (at.div_euclid(SECOND), at.rem_euclid(SECOND));
        Value::Float(whole as f64 + rest as f64 / SECOND as f64)
    }
}

#[expect(clippy::cast_precision_loss, reason = "units with fraction")]
fn duration_in(value: &Value, unit: i64) -> Option<Value> {
    match value {
        Value::Duration(length) => Some(Value::Float(*length as f64 / unit as f64)),
        _ => None,
    }
}

fn bin(a: &[Value]) -> Option<Value> {
    let (of, size) = (a.first()?, a.get(1)?);
    let floor = |at: i64, size: i64, origin: i64| {
        let from = at.checked_sub(origin)?;
        from.checked_sub(from.rem_euclid(size))?.checked_add(origin)
    };
    match (of, size) {
        (_, Value::Duration(size)) if *size <= 0 => None,
        (Value::Duration(length), Value::Duration(size)) => {
            floor(*length, *size, 0).map(Value::Duration)
        }
        (at, Value::Duration(size)) => {
            let origin = match a.get(2) {
                Some(origin) => instant_of(origin)?,
                None => 0,
            };
            floor(instant_of(at)?, *size, origin).map(Value::Time)
        }
        _ => {
            let origin = match a.get(2) {
                Some(_) => number(a, 2)?,
                None => Number::Int(0),
            };
            match (number(a, 0)?, number(a, 1)?, origin) {
                (Number::Int(of), Number::Int(size), Number::Int(origin)) if size > 0 => {
                    floor(of, size, origin).map(Value::Int)
                }
                (of, size, origin) => {
                    let (of, size) = (value::float(of), value::float(size));
                    let origin = value::float(origin);
                    let cut = ((of - origin) / size).floor() * size + origin;
                    (size > 0.0 && cut.is_finite()).then_some(Value::Float(cut))
                }
            }
        }
    }
}

/// The time of the row, or of one of its parts.
pub(super) fn of_row(a: &[Value], context: &Context<'_>) -> Option<Value> {
    let scope = context.scope;
    let event = match a.first() {
        None => scope.index.map(|_| scope.event),
        Some(name) => {
            let name = name.as_text()?;
            let mut parts = scope.view?.parts.iter().rev();
            let part = parts.find(|part| part.name == name)?;
            part.event.map(|at| &scope.events[at])
        }
    };
    event.map(|event| Value::Time(event.time))
}

/// A part of an instant in UTC.
fn part(function: Function, argument: &Value) -> Option<Value> {
    let civil = civil(instant_of(argument)?)?;
    Some(Value::Int(match function {
        Function::SecondOfMinute => i64::from(civil.second()),
        Function::MinuteOfHour => i64::from(civil.minute()),
        Function::HourOfDay => i64::from(civil.hour()),
        Function::DayOfMonth => i64::from(civil.day()),
        Function::DayOfWeek => i64::from(civil.weekday().to_sunday_zero_offset()),
        Function::DayOfYear => i64::from(civil.day_of_year()),
        Function::WeekOfYear => i64::from(civil.date().iso_week_date().week()),
        Function::MonthOfYear => i64::from(civil.month()),
        Function::Year => i64::from(civil.year()),
        _ => return None,
    }))
}

/// The calendar's view of an instant, UTC.
pub(super) fn civil(at: Timestamp) -> Option<jiff::civil::DateTime> {
    let at = jiff::Timestamp::from_nanosecond(i128::from(at)).ok()?;
    Some(jiff::tz::Offset::UTC.to_datetime(at))
}

/// The instant of a calendar time, UTC.
pub(super) fn from_civil(civil: jiff::civil::DateTime) -> Option<Timestamp> {
    let at = jiff::tz::Offset::UTC.to_timestamp(civil).ok()?;
    Timestamp::try_from(at.as_nanosecond()).ok()
}

/// The instant that a value is: an instant, a text in ISO 8601 form (one without an offset is
/// taken as UTC), or a whole number of milliseconds since the Unix epoch.
pub(crate) fn instant_of(value: &Value) -> Option<Timestamp> {
    let found = match value {
        Value::Time(at) => return Some(*at),
        Value::Int(milliseconds) => return milliseconds.checked_mul(1_000_000),
        Value::Text(text) => instant(text.trim())?,
        _ => return None,
    };
    Timestamp::try_from(found.as_nanosecond()).ok()
}

fn instant(text: &str) -> Option<jiff::Timestamp> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at);
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    jiff::tz::Offset::UTC.to_timestamp(civil).ok()
}

/// `[d+]hh:mm:ss` of seconds or of a length.
fn format_duration(a: &[Value]) -> Option<Value> {
    let seconds = match a.first()? {
        Value::Duration(length) => length / SECOND,
        _ => match number(a, 0)? {
            Number::Int(_) => int(a, 0)?,
            Number::Float(n) => whole_float(n.trunc())?,
        },
    };
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.unsigned_abs();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let days = if days > 0 {
        format!("{days}+")
    } else {
        String::new()
    };
    let (hours, minutes, seconds) = (rest / 3_600, rest / 60 % 60, rest % 60);
    Some(string(format!(
        "{sign}{days}{hours:02}:{minutes:02}:{seconds:02}"
    )))
}
