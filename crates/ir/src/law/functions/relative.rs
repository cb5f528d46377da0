//! Splunk's time modifiers: `-1d@d+3h`, `@w1`, `now`.

use super::{calendar, number, text, time, whole_float};
use crate::law::value;
use crate::{Number, SECOND, Timestamp, Unit, Value};

/// The moved time; seconds since the Unix epoch stay such.
pub(super) fn apply(a: &[Value]) -> Option<Value> {
    let modifiers = text(a, 1)?;
    match a.first()? {
        Value::Time(at) => moved(*at, &modifiers).map(Value::Time),
        other => {
            let at = match number(a, 0) {
                Some(Number::Int(n)) => n.checked_mul(SECOND)?,
                Some(n) => whole_float((value::float(n) * 1e9).round())?,
                None => time::instant_of(other)?,
            };
            moved(at, &modifiers).map(time::unix_seconds)
        }
    }
}

fn moved(mut at: Timestamp, modifiers: &str) -> Option<Timestamp> {
    let mut rest = modifiers.trim();
    rest = rest.strip_prefix("now").unwrap_or(rest);
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        match first {
            '+' | '-' => {
                let end = rest
                    .find(|c: char| !c.is_ascii_digit())
                    .unwrap_or(rest.len());
                let count: i64 = match &rest[..end] {
                    "" => 1,
                    digits => digits.parse().ok()?,
                };
                let (name, after) = word(&rest[end..]);
                let count = if first == '-' { -count } else { count };
                at = calendar::add(at, unit(name)?, count)?;
                rest = after;
            }
            '@' => {
                let (name, after) = word(rest);
                rest = after;
                let day = after.chars().next().and_then(|c| c.to_digit(8));
                match day {
                    Some(day) if matches!(name, "w" | "week") => {
                        rest = &after[1..];
                        at = weekday(at, i64::from(day))?;
                    }
                    _ => at = calendar::truncate(at, unit(name)?, 1)?,
                }
            }
            _ => return None,
        }
    }
    Some(at)
}

fn word(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    text.split_at(end)
}

/// The start of the last such day of the week; 0 and 7 are Sunday.
fn weekday(at: Timestamp, day: i64) -> Option<Timestamp> {
    let sunday = calendar::truncate(at, Unit::WeekFromSunday, 1)?;
    let found = calendar::add(sunday, Unit::Day, day % 7)?;
    if found > at {
        calendar::add(found, Unit::Day, -7)
    } else {
        Some(found)
    }
}

fn unit(name: &str) -> Option<Unit> {
    Some(match name {
        "us" => Unit::Microsecond,
        "ms" => Unit::Millisecond,
        "s" | "sec" | "secs" | "second" | "seconds" => Unit::Second,
        "m" | "min" | "mins" | "minute" | "minutes" => Unit::Minute,
        "h" | "hr" | "hrs" | "hour" | "hours" => Unit::Hour,
        "d" | "day" | "days" => Unit::Day,
        "w" | "week" | "weeks" => Unit::WeekFromSunday,
        "mon" | "month" | "months" => Unit::Month,
        "q" | "qtr" | "qtrs" | "quarter" | "quarters" => Unit::Quarter,
        "y" | "yr" | "yrs" | "year" | "years" => Unit::Year,
        _ => return None,
    })
}
