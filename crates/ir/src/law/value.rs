//! Numbers and equality of values.

use crate::{CompareOp, Number, Text, Value};
use std::cmp::Ordering;

/// The number that a value is: a number, or a text that writes one in decimal.
pub(crate) fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Int(n) => Some(Number::Int(*n)),
        Value::Float(n) => Some(Number::Float(*n)),
        Value::Text(text) => decimal(text),
        _ => None,
    }
}

/// The number that a text writes: a sign, digits, a fraction, an exponent, and nothing else.
pub(crate) fn decimal(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let starts_well = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let only_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
    if !starts_well || !unsigned.chars().all(only_number) {
        return None;
    }
    if let Ok(whole) = text.parse() {
        return Some(Number::Int(whole));
    }
    text.parse().ok().map(Number::Float)
}

/// The order of two numbers; whole numbers are compared exactly.
pub(crate) fn compare(left: Number, right: Number) -> Option<Ordering> {
    match (left, right) {
        (Number::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
        (a, b) => float(a).partial_cmp(&float(b)),
    }
}

/// Whether two numbers stand in a relation.
pub(crate) fn relates(left: Number, op: CompareOp, right: Number) -> bool {
    compare(left, right).is_some_and(|order| op.holds(order))
}

/// A number in floating point.
#[expect(
    clippy::cast_precision_loss,
    reason = "mixed comparisons and means are defined in floating point"
)]
pub(crate) fn float(number: Number) -> f64 {
    match number {
        Number::Int(n) => n as f64,
        Number::Float(n) => n,
    }
}

/// A number as a value.
pub(crate) fn from_number(number: Number) -> Value {
    match number {
        Number::Int(n) => Value::Int(n),
        Number::Float(n) => Value::Float(n),
    }
}

/// A value brought to a form in which equal values are equal texts, for keys of joins and
/// sequences: numbers equal as numbers, text case-sensitively, kinds apart. Lists are equal when
/// their elements are, in order.
pub(crate) fn identity(value: &Value) -> Text {
    match value {
        Value::Null => Text::new_static("0"),
        Value::Text(text) => crate::format_smolstr!("t{text}"),
        Value::Bool(b) => crate::format_smolstr!("b{b}"),
        Value::Int(_) | Value::Float(_) => {
            crate::format_smolstr!("n{}", value.as_text().unwrap_or_default())
        }
        Value::Time(at) => crate::format_smolstr!("i{at}"),
        Value::Duration(length) => crate::format_smolstr!("d{length}"),
        Value::List(items) => {
            let inner: Vec<String> = items.iter().map(|v| format!("{:?}", identity(v))).collect();
            crate::format_smolstr!("l{}", inner.join(","))
        }
        Value::Object(fields) => {
            let part = |(name, v): &(Text, Value)| format!("{name:?}:{:?}", identity(v));
            let inner: Vec<String> = fields.iter().map(part).collect();
            crate::format_smolstr!("o{}", inner.join(","))
        }
    }
}

/// The values that put a row into groups: one for a scalar, one per distinct element for a list,
/// none for null. Grouping goes by the text form, case-sensitively.
pub(crate) fn group_values(value: &Value) -> Vec<(Text, Value)> {
    let mut found: Vec<(Text, Value)> = Vec::new();
    for element in value.elements() {
        let text = element.as_text().unwrap_or_else(|| identity(element));
        if !found.iter().any(|(seen, _)| *seen == text) {
            found.push((text, element.clone()));
        }
    }
    found
}
