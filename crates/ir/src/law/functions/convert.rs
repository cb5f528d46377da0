//! Kinds of values, and conversions between them.

use super::{json, number, string, text, time, truth, whole_float};
use crate::law::value;
use crate::{Function, Number, Round, SECOND, TypeNames, Value};

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    let first = a.first()?;
    match function {
        Function::IsInt => Some(Value::Bool(matches!(number(a, 0), Some(Number::Int(_))))),
        Function::IsNumber => Some(Value::Bool(number(a, 0).is_some())),
        Function::IsText => {
            let is_text = matches!(first, Value::Text(_)) && number(a, 0).is_none();
            Some(Value::Bool(is_text))
        }
        Function::IsBool => Some(Value::Bool(matches!(first, Value::Bool(_)))),
        Function::IsList => known(first, matches!(first, Value::List(_))),
        Function::IsObject => known(first, matches!(first, Value::Object(_))),
        Function::TypeOf(names) => Some(string(type_name(first, names))),
        Function::ToNumber => to_number(a),
        Function::ToInt(round) => to_int(first, round).map(Value::Int),
        Function::ToInt32 => {
            let whole = to_int(first, Round::Nearest)?;
            i32::try_from(whole).is_ok().then_some(Value::Int(whole))
        }
        Function::ToFloat => match first {
            Value::Bool(truth) => Some(Value::Float(f64::from(u8::from(*truth)))),
            _ => Some(Value::Float(value::float(number(a, 0)?))),
        },
        Function::ToBool => match first {
            Value::Text(text) if number(a, 0).is_some() => {
                value::decimal(text).map(|n| Value::Bool(value::float(n) != 0.0))
            }
            other => truth(other).map(Value::Bool),
        },
        Function::ToBoolWord => match first {
            Value::Text(text) => Some(Value::Bool(text.eq_ignore_ascii_case("true"))),
            Value::Int(n) => Some(Value::Bool(*n != 0)),
            Value::Float(n) => Some(Value::Bool(*n != 0.0)),
            other => truth(other).map(Value::Bool),
        },
        Function::ToText => text(a, 0).map(Value::Text),
        Function::ToTextJava => match first {
            Value::Float(n) => Some(string(java_float(*n))),
            _ => text(a, 0).map(Value::Text),
        },
        Function::ToTextOrJson => match first {
            Value::Null => None,
            Value::List(_) | Value::Object(_) => Some(string(json::write(first))),
            other => other.as_long_text().map(Value::Text),
        },
        Function::ToTime => time::instant_of(first).map(Value::Time),
        Function::ToDuration => match first {
            Value::Duration(_) => Some(first.clone()),
            Value::Text(text) => duration_text(text).map(Value::Duration),
            Value::Int(days) => days.checked_mul(86_400 * SECOND).map(Value::Duration),
            _ => None,
        },
        _ => None,
    }
}

fn known(value: &Value, is: bool) -> Option<Value> {
    (!value.is_null()).then_some(Value::Bool(is))
}

fn type_name(value: &Value, names: TypeNames) -> &'static str {
    match (names, value) {
        (TypeNames::Splunk, Value::Null) => "Invalid",
        (TypeNames::Splunk, Value::Bool(_)) => "Boolean",
        (TypeNames::Splunk, Value::Text(text)) if value::decimal(text).is_none() => "String",
        (TypeNames::Splunk, Value::List(_) | Value::Object(_)) => "String",
        (TypeNames::Splunk, _) => "Number",
        (TypeNames::Kusto, Value::Null) => "null",
        (TypeNames::Kusto, Value::Bool(_)) => "bool",
        (TypeNames::Kusto, Value::Int(_)) => "long",
        (TypeNames::Kusto, Value::Float(_)) => "real",
        (TypeNames::Kusto, Value::Text(_)) => "string",
        (TypeNames::Kusto, Value::Time(_)) => "datetime",
        (TypeNames::Kusto, Value::Duration(_)) => "timespan",
        (TypeNames::Kusto, Value::List(_)) => "array",
        (TypeNames::Kusto, Value::Object(_)) => "dictionary",
    }
}

fn to_number(a: &[Value]) -> Option<Value> {
    let text = match a.first()? {
        Value::Text(text) => text.trim().to_ascii_lowercase(),
        number => return value::number(number).map(value::from_number),
    };
    let hexadecimal = text.strip_prefix("0x");
    let base = match a.get(1) {
        Some(_) => {
            let base = u32::try_from(super::int(a, 1)?).ok();
            base.filter(|base| (2..=36).contains(base))?
        }
        None if hexadecimal.is_some() => 16,
        None => return value::decimal(&text).map(value::from_number),
    };
    let digits = hexadecimal.filter(|_| base == 16).unwrap_or(&text);
    i64::from_str_radix(digits, base).ok().map(Value::Int)
}

fn to_int(value: &Value, round: Round) -> Option<i64> {
    let number = match value {
        Value::Bool(truth) => return Some(i64::from(*truth)),
        Value::Text(text) if round == Round::Nearest => value::decimal(text)?,
        Value::Text(_) => match to_number(std::slice::from_ref(value))? {
            Value::Int(n) => Number::Int(n),
            Value::Float(n) => Number::Float(n),
            _ => return None,
        },
        other => value::number(other)?,
    };
    match (number, round) {
        (Number::Int(n), _) => Some(n),
        (Number::Float(n), Round::Truncate) => whole_float(n.trunc()),
        (Number::Float(n), Round::Nearest) => whole_float((n + 0.5).floor()),
    }
}

/// A number in floating point as Java writes it: a fraction always, an exponent from 10^7 on and
/// below 10^-3.
fn java_float(n: f64) -> String {
    let size = n.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) || !size.is_finite() {
        return format!("{n:?}");
    }
    let text = format!("{n:E}");
    match text.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => text,
    }
}

/// A length of time that a text writes: `[-][d.]hh:mm[:ss[.f]]`, or a number and a unit.
pub(super) fn duration_text(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, body) = match text.strip_prefix('-') {
        Some(body) => (-1, body),
        None => (1, text),
    };
    if body.contains(':') {
        return clock(body).map(|length| sign * length);
    }
    let end = body
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(body.len());
    let (count, unit) = body.split_at(end);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "tick" | "ticks" => 100,
        "microsecond" | "microseconds" | "us" => 1_000,
        "ms" | "millisecond" | "milliseconds" | "milli" | "millis" => 1_000_000,
        "s" | "sec" | "second" | "seconds" => SECOND,
        "m" | "min" | "minute" | "minutes" => 60 * SECOND,
        "h" | "hr" | "hour" | "hours" => 3_600 * SECOND,
        "d" | "day" | "days" => 86_400 * SECOND,
        "w" | "week" | "weeks" => 7 * 86_400 * SECOND,
        _ => return None,
    };
    match value::decimal(count)? {
        Number::Int(n) => n.checked_mul(unit)?.checked_mul(sign),
        n @ Number::Float(_) => {
            whole_float((value::float(n) * value::float(Number::Int(unit))).round())
                .map(|length| sign * length)
        }
    }
}

fn clock(body: &str) -> Option<i64> {
    let mut parts = body.split(':');
    let (first, minutes) = (parts.next()?, parts.next()?);
    let seconds = parts.next().unwrap_or("0");
    let (days, hours) = first.split_once('.').unwrap_or(("0", first));
    let whole = |text: &str| text.parse::<u32>().ok().map(i64::from);
    let seconds = value::float(value::decimal(seconds).filter(|_| parts.next().is_none())?);
    let seconds = whole_float((seconds * 1e9).round())?;
    let minutes = (whole(days)? * 24 + whole(hours)?) * 60 + whole(minutes)?;
    minutes.checked_mul(60 * SECOND)?.checked_add(seconds)
}
