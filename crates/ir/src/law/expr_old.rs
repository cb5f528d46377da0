//! Computed values. A function of a null argument is null; a function of a list is the list of
//! its values over the elements (only [`Function::Length`] looks at a list as a whole); a
//! function of the wrong kind of value is null.

use super::pattern::folded;
use super::{lookup::Scope, value};
use crate::{Case, Expr, Function, Number, Timestamp, Value};

/// The most combinations of list elements that one call is computed for.
const MAX_COMBINATIONS: usize = 10_000;

/// The value of an expression.
pub(crate) fn evaluate(expr: &Expr, scope: &Scope<'_>) -> Value {
    match expr {
        Expr::Literal(value) => value.clone(),
        Expr::Field(field) => scope.field(field).cloned().unwrap_or(Value::Null),
        Expr::Call {
            function,
            arguments,
        } => {
            let values: Vec<Value> = arguments.iter().map(|a| evaluate(a, scope)).collect();
            call(*function, &values)
        }
        _ => Value::Null,
    }
}

fn call(function: Function, arguments: &[Value]) -> Value {
    if let (Function::Length, [Value::List(items)]) = (function, arguments) {
        return Value::Int(i64::try_from(items.len()).unwrap_or(i64::MAX));
    }
    if !arguments.iter().any(|a| matches!(a, Value::List(_))) {
        return scalar(function, arguments).unwrap_or(Value::Null);
    }
    let mut combinations: Vec<Vec<Value>> = vec![Vec::new()];
    for argument in arguments {
        let elements = argument.elements();
        if combinations.len().saturating_mul(elements.len()) > MAX_COMBINATIONS {
            return Value::Null;
        }
        combinations = combinations
            .iter()
            .flat_map(|head| {
                elements.iter().map(|element| {
                    let mut row = head.clone();
                    row.push((*element).clone());
                    row
                })
            })
            .collect();
    }
    let results = combinations.iter().filter_map(|row| scalar(function, row));
    Value::List(results.collect())
}

fn scalar(function: Function, arguments: &[Value]) -> Option<Value> {
    if arguments.iter().any(Value::is_null) {
        return None;
    }
    match function {
        Function::Add
        | Function::Subtract
        | Function::Multiply
        | Function::Divide
        | Function::Modulo => arithmetic(function, arguments),
        Function::Negate => negate(arguments.first()?),
        Function::Length => length(arguments.first()?),
        Function::Concat => concat(arguments),
        Function::Between => between(arguments, Case::Sensitive),
        Function::BetweenInsensitive => between(arguments, Case::Insensitive),
        Function::IndexOf => index_of(arguments, Case::Sensitive),
        Function::IndexOfInsensitive => index_of(arguments, Case::Insensitive),
        Function::Substring => substring(arguments),
        Function::ToNumber => to_number(arguments),
        Function::ToText => arguments.first()?.as_text().map(Value::Text),
        Function::MinuteOfHour
        | Function::HourOfDay
        | Function::DayOfMonth
        | Function::WeekOfYear
        | Function::MonthOfYear
        | Function::Year => time_part(function, arguments.first()?),
        _ => None,
    }
}

/// Arithmetic. Whole numbers stay whole; an overflow gives null.
fn arithmetic(function: Function, arguments: &[Value]) -> Option<Value> {
    let left = value::number(arguments.first()?)?;
    let right = value::number(arguments.get(1)?)?;
    if let (Number::Int(a), Number::Int(b)) = (left, right) {
        let whole = match function {
            Function::Add => a.checked_add(b),
            Function::Subtract => a.checked_sub(b),
            Function::Multiply => a.checked_mul(b),
            Function::Divide => a.checked_div(b),
            _ => a.checked_rem(b),
        };
        return whole.map(Value::Int);
    }
    let (a, b) = (value::float(left), value::float(right));
    let result = match function {
        Function::Add => a + b,
        Function::Subtract => a - b,
        Function::Multiply => a * b,
        Function::Divide => a / b,
        _ => a % b,
    };
    result.is_finite().then_some(Value::Float(result))
}

fn negate(argument: &Value) -> Option<Value> {
    match value::number(argument)? {
        Number::Int(n) => n.checked_neg().map(Value::Int),
        Number::Float(n) => Some(Value::Float(-n)),
    }
}

fn length(argument: &Value) -> Option<Value> {
    let text = argument.as_text()?;
    whole(text.encode_utf16().count())
}

fn whole(count: usize) -> Option<Value> {
    i64::try_from(count).ok().map(Value::Int)
}

fn concat(arguments: &[Value]) -> Option<Value> {
    let mut joined = String::new();
    for argument in arguments {
        joined.push_str(&argument.as_text()?);
    }
    Some(Value::Text(joined.into()))
}

/// The characters of an argument's text form.
fn chars(argument: Option<&Value>) -> Option<Vec<char>> {
    Some(argument?.as_text()?.chars().collect())
}

fn fold_all(chars: &[char], case: Case) -> Vec<char> {
    chars.iter().map(|c| case.fold(*c)).collect()
}

/// Where `needle` first occurs at or after `from`.
fn find(text: &[char], needle: &[char], from: usize) -> Option<usize> {
    (from..=text.len().checked_sub(needle.len())?).find(|&at| text[at..].starts_with(needle))
}

fn between(arguments: &[Value], case: Case) -> Option<Value> {
    let text = chars(arguments.first())?;
    let folded = fold_all(&text, case);
    let left = fold_all(&chars(arguments.get(1))?, case);
    let right = fold_all(&chars(arguments.get(2))?, case);
    let found = find(&folded, &left, 0).and_then(|at| {
        let start = at + left.len();
        find(&folded, &right, start).map(|end| text[start..end].iter().collect::<String>())
    });
    Some(Value::Text(found.unwrap_or_default().into()))
}

fn index_of(arguments: &[Value], case: Case) -> Option<Value> {
    let text = fold_all(&chars(arguments.first())?, case);
    let needle = fold_all(&chars(arguments.get(1))?, case);
    let start = match arguments.get(2) {
        Some(Value::Int(n)) => usize::try_from(*n).unwrap_or(0),
        Some(_) => return None,
        None => 0,
    };
    find(&text, &needle, start).and_then(whole)
}

fn substring(arguments: &[Value]) -> Option<Value> {
    let text = chars(arguments.first())?;
    let place = |argument: &Value| {
        let Value::Int(n) = argument else {
            return None;
        };
        let distance = usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX);
        Some(if *n < 0 {
            text.len().saturating_sub(distance)
        } else {
            distance.min(text.len())
        })
    };
    let start = place(arguments.get(1)?)?;
    let end = match arguments.get(2) {
        Some(argument) => place(argument)?,
        None => text.len(),
    };
    let part: String = text.get(start..end).unwrap_or(&[]).iter().collect();
    Some(Value::Text(part.into()))
}

fn to_number(arguments: &[Value]) -> Option<Value> {
    let text = match arguments.first()? {
        Value::Text(text) => folded(text, Case::Insensitive),
        number => return value::number(number).map(value::from_number),
    };
    let hexadecimal = text.strip_prefix("0x");
    let base = match arguments.get(1) {
        Some(Value::Int(n)) => u32::try_from(*n).ok().filter(|b| (2..=36).contains(b))?,
        Some(_) => return None,
        None if hexadecimal.is_some() => 16,
        None => return value::decimal(&text).map(value::from_number),
    };
    let digits = hexadecimal.filter(|_| base == 16).unwrap_or(&text);
    i64::from_str_radix(digits, base).ok().map(Value::Int)
}

/// A part of an instant in UTC.
fn time_part(function: Function, argument: &Value) -> Option<Value> {
    let at = i128::from(instant_of(argument)?);
    let at = jiff::Timestamp::from_nanosecond(at).ok()?;
    let civil = jiff::tz::Offset::UTC.to_datetime(at);
    let part = match function {
        Function::MinuteOfHour => i64::from(civil.minute()),
        Function::HourOfDay => i64::from(civil.hour()),
        Function::DayOfMonth => i64::from(civil.day()),
        Function::WeekOfYear => i64::from(civil.date().iso_week_date().week()),
        Function::MonthOfYear => i64::from(civil.month()),
        _ => i64::from(civil.year()),
    };
    Some(Value::Int(part))
}

/// The instant that a value is: an instant, a text in ISO 8601 form (one without an offset is
/// taken as UTC), or a whole number of milliseconds since the Unix epoch.
pub(crate) fn instant_of(value: &Value) -> Option<Timestamp> {
    let found = match value {
        Value::Time(at) => return Some(*at),
        Value::Int(milliseconds) => return milliseconds.checked_mul(1_000_000),
        Value::Text(text) => instant(text)?,
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
