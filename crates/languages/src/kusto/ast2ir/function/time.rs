//! Functions of time.

use super::{Kind, Typed, Value, number};
use tripline_ir::{FieldRef, Function, Instant, Unit, Value as Constant};

const DAY: i64 = 24 * 60 * 60 * 1_000_000_000;

pub(super) fn special(name: &str, arguments: &[Typed]) -> Option<Typed> {
    let at = |index: usize| arguments.get(index).map(|typed| typed.value.clone());
    let first = arguments.first();
    match name {
        "ago" => match first?.as_constant()? {
            Constant::Duration(by) => Some(run(by.saturating_neg())),
            Constant::Int(0) => Some(run(0)),
            _ => None,
        },
        "now" => match first.map(Typed::as_constant) {
            None => Some(run(0)),
            Some(Some(Constant::Duration(by))) => Some(run(*by)),
            _ => None,
        },
        // When a row came in is a column that exports may have; else it is taken to be at once.
        "ingestion_time" => {
            let column = Value::Field(FieldRef::unmapped("ingestion_time()"));
            let own = Value::call(Function::RowTime, Vec::new());
            Some(time(Function::Coalesce, vec![column, own]))
        }
        "startofday" if arguments.len() == 1 && first?.instant.is_some() => rounded(arguments),
        "bin" | "floor" if first?.instant.is_some() => rounded(arguments),
        "startofday" | "startofweek" | "startofmonth" | "startofyear" | "endofday"
        | "endofweek" | "endofmonth" | "endofyear"
            if arguments.len() == 2 =>
        {
            // The second argument counts units from the first.
            let unit = period(name)?;
            let moved = Value::call(Function::TimeAdd(unit), vec![at(0)?, at(1)?]);
            let function = if name.starts_with("start") {
                Function::TimeTruncate(unit)
            } else {
                Function::TimeEnd(unit)
            };
            Some(time(function, vec![moved]))
        }
        "datetime_diff" => {
            let unit = unit(first?.text()?)?;
            let value = Value::call(Function::TimeBoundaries(unit), vec![at(2)?, at(1)?]);
            Some(Typed::new(value, Kind::Number))
        }
        "datetime_add" => {
            let unit = unit(first?.text()?)?;
            Some(time(Function::TimeAdd(unit), vec![at(2)?, at(1)?]))
        }
        "datetime_part" | "datepart" => part(first?.text()?, at(1)?),
        "dayofweek" => {
            let day = Value::call(Function::DayOfWeek, vec![at(0)?]);
            let length = Value::call(Function::DurationOf(Unit::Day), vec![day]);
            Some(Typed::new(length, Kind::Length))
        }
        "make_datetime" if arguments.len() == 1 => Some(time(Function::ToTime, vec![at(0)?])),
        "make_timespan" => timespan(arguments),
        _ => None,
    }
}

fn time(function: Function, arguments: Vec<Value>) -> Typed {
    Typed::new(Value::call(function, arguments), Kind::Time)
}

/// An instant counted from the run.
fn run(offset: i64) -> Typed {
    let now = Value::call(Function::Now, Vec::new());
    let by = Value::Literal(Constant::Duration(offset));
    let value = if offset == 0 {
        now
    } else {
        Value::call(Function::Add, vec![now, by])
    };
    Typed {
        value,
        kind: Kind::Time,
        view: None,
        instant: Some(Instant::Run {
            offset,
            round: None,
            then: 0,
        }),
    }
}

/// `startofday(ago(1d))`, `bin(now(), 1h)`.
fn rounded(arguments: &[Typed]) -> Option<Typed> {
    let first = arguments.first()?;
    let unit = match arguments.get(1).map(Typed::as_constant) {
        None => DAY,
        Some(Some(Constant::Duration(unit))) => *unit,
        _ => return None,
    };
    let size = Value::Literal(Constant::Duration(unit));
    let mut done = time(Function::Bin, vec![first.value.clone(), size]);
    done.instant = match first.instant? {
        Instant::At(at) => Some(Instant::At(at - at.rem_euclid(unit.max(1)))),
        Instant::Run {
            offset,
            round: None,
            then: 0,
        } => Some(Instant::Run {
            offset,
            round: Some(unit),
            then: 0,
        }),
        Instant::Run { .. } => None,
    };
    Some(done)
}

/// The parts of `datetime_part`.
fn part(name: &str, of: Value) -> Option<Typed> {
    let of = vec![of];
    let below_second = |unit| {
        let whole = Value::call(Function::ToUnix(unit), of.clone());
        let each = match unit {
            Unit::Millisecond => 1_000,
            Unit::Microsecond => 1_000_000,
            _ => 1_000_000_000,
        };
        Value::call(Function::ModuloEuclid, vec![whole, number(each)])
    };
    let value = match name.to_ascii_lowercase().as_str() {
        "year" => Value::call(Function::Year, of),
        "quarter" => {
            let month = Value::call(Function::MonthOfYear, of);
            let before = Value::call(Function::Add, vec![month, number(2)]);
            Value::call(Function::Divide, vec![before, number(3)])
        }
        "month" => Value::call(Function::MonthOfYear, of),
        "week_of_year" | "weekofyear" | "week" => Value::call(Function::WeekOfYear, of),
        "day" | "dayofmonth" => Value::call(Function::DayOfMonth, of),
        "dayofyear" => Value::call(Function::DayOfYear, of),
        "hour" => Value::call(Function::HourOfDay, of),
        "minute" => Value::call(Function::MinuteOfHour, of),
        "second" => Value::call(Function::SecondOfMinute, of),
        "millisecond" => below_second(Unit::Millisecond),
        "microsecond" => below_second(Unit::Microsecond),
        "nanosecond" => below_second(Unit::Nanosecond),
        _ => return None,
    };
    Some(Typed::new(value, Kind::Number))
}

/// `make_timespan([days,] hours, minutes[, seconds])`.
fn timespan(arguments: &[Typed]) -> Option<Typed> {
    let units: &[Unit] = match arguments.len() {
        2 => &[Unit::Hour, Unit::Minute],
        3 => &[Unit::Hour, Unit::Minute, Unit::Second],
        4 => &[Unit::Day, Unit::Hour, Unit::Minute, Unit::Second],
        _ => return None,
    };
    let lengths = units
        .iter()
        .zip(arguments)
        .map(|(unit, part)| Value::call(Function::DurationOf(*unit), vec![part.value.clone()]));
    let sum = lengths.reduce(|all, next| Value::call(Function::Add, vec![all, next]))?;
    Some(Typed::new(sum, Kind::Length))
}

/// The unit of `startofday` and its kin.
fn period(name: &str) -> Option<Unit> {
    Some(match name {
        name if name.ends_with("day") => Unit::Day,
        name if name.ends_with("week") => Unit::WeekFromSunday,
        name if name.ends_with("month") => Unit::Month,
        name if name.ends_with("year") => Unit::Year,
        _ => return None,
    })
}

fn unit(name: &str) -> Option<Unit> {
    Some(match name.to_ascii_lowercase().as_str() {
        "year" => Unit::Year,
        "quarter" => Unit::Quarter,
        "month" => Unit::Month,
        "week" => Unit::WeekFromSunday,
        "day" => Unit::Day,
        "hour" => Unit::Hour,
        "minute" => Unit::Minute,
        "second" => Unit::Second,
        "millisecond" => Unit::Millisecond,
        "microsecond" => Unit::Microsecond,
        "nanosecond" => Unit::Nanosecond,
        _ => return None,
    })
}
