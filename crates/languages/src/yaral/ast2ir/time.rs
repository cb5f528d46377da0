//! Functions of time.

use super::{Lowering, Scope};
use crate::yaral::ast::{Call, Expr, Kind};
use tripline_ir::{Expr as Value, Function, LossReason, Round, Text, TimeFormat, Unit};

impl Lowering<'_> {
    /// Functions of time take seconds since the Unix epoch.
    pub(super) fn time_value(&mut self, call: &Call, whole: &Expr, scope: &Scope) -> Option<Value> {
        let second = Unit::Second;
        if matches!(
            call.name.as_str(),
            "timestamp.current_seconds" | "timestamp.now"
        ) {
            let now = Value::call(Function::Now, Vec::new());
            return Some(Value::call(Function::ToUnix(second), vec![now]));
        }
        let texts = call.arguments.iter().skip(1);
        let mut zone = texts.filter_map(|found| match &found.kind {
            Kind::Str(text) if is_zone(text) => Some(text),
            _ => None,
        });
        let zone = zone.next().cloned();
        let Some(offset) = zone.as_ref().map_or(Some(0), |zone| offset(zone)) else {
            self.loss(
                LossReason::NotExpressible,
                Text::new_static("a time zone by its name"),
                Some(whole.span),
            );
            return None;
        };
        let seconds = self.number(call.arguments.first()?, scope)?;
        if call.name == "timestamp.as_unix_seconds" {
            let written = Value::call(Function::ToTime, vec![seconds.clone()]);
            let written = Value::call(Function::ToUnix(second), vec![written]);
            let given = Value::call(Function::ToInt(Round::Truncate), vec![seconds]);
            return Some(Value::call(Function::Coalesce, vec![given, written]));
        }
        let local = match offset {
            0 => seconds,
            _ => Value::call(Function::Add, vec![seconds, Value::literal(offset)]),
        };
        let time = Value::call(Function::FromUnix(second), vec![local]);
        let formatted = |format: &str| {
            let format = Value::literal(format);
            Value::call(
                Function::FormatTime(TimeFormat::Strftime),
                vec![time.clone(), format],
            )
        };
        Some(match call.name.as_str() {
            "timestamp.get_hour" => Value::call(Function::HourOfDay, vec![time]),
            "timestamp.get_minute" => Value::call(Function::MinuteOfHour, vec![time]),
            "timestamp.get_day_of_week" => {
                let day = Value::call(Function::DayOfWeek, vec![time]);
                Value::call(Function::Add, vec![day, Value::literal(1_i64)])
            }
            "timestamp.get_week" => {
                Value::call(Function::ToInt(Round::Truncate), vec![formatted("%U")])
            }
            "timestamp.get_date" => formatted("%Y-%m-%d"),
            "timestamp.get_timestamp" => match call.arguments.get(1).map(|format| &format.kind) {
                Some(Kind::Str(format)) if format.contains('%') => formatted(format),
                Some(Kind::Str(word)) if word == "WEEK" => {
                    let unit = Unit::WeekFromSunday;
                    let format = Value::literal("%Y-%m-%d");
                    let week = Value::call(Function::TimeTruncate(unit), vec![time.clone()]);
                    let how = Function::FormatTime(TimeFormat::Strftime);
                    Value::call(how, vec![week, format])
                }
                Some(Kind::Str(word)) => formatted(granularity(word)),
                _ => formatted(granularity("SECOND")),
            },
            _ => {
                self.loss(
                    LossReason::UnknownFunction,
                    call.name.clone(),
                    Some(whole.span),
                );
                return None;
            }
        })
    }
}

/// The format of a time cut at a unit.
fn granularity(word: &str) -> &'static str {
    match word {
        "MINUTE" => "%Y-%m-%d %H:%M",
        "HOUR" => "%Y-%m-%d %H",
        "DATE" | "DAY" => "%Y-%m-%d",
        "MONTH" => "%Y-%m",
        "YEAR" => "%Y",
        _ => "%Y-%m-%d %H:%M:%S",
    }
}

/// Whether a text names a time zone, and not a format or a unit.
fn is_zone(text: &str) -> bool {
    let units = [
        "SECOND", "MINUTE", "HOUR", "DATE", "DAY", "WEEK", "MONTH", "YEAR",
    ];
    !text.contains('%') && !units.contains(&text)
}

/// The seconds that a time zone is ahead: `-08:00`, `+5`, `UTC`; `None` for one with a history.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "UTC" | "GMT" | "Etc/UTC" | "Etc/GMT" | "Z") {
        return Some(0);
    }
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let part = |text: &str, most: i64| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let number: i64 = digits.then(|| text.parse().ok()).flatten()?;
        (number <= most).then_some(number)
    };
    Some(sign * (part(hours, 14)? * 3600 + part(minutes, 59)? * 60))
}
