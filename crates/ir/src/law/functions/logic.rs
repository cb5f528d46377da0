//! Three-valued truth, and choices.

use super::compare;
use crate::{Case, Coerce, Function, Value};

/// The truth of a value: of a truth value itself, of the words `true` and `false` as logs of
/// texts write them, of a number (0 is false); of a list true if an element is. Null has none.
pub(crate) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::Int(n) => Some(*n != 0),
        Value::Float(n) => Some(*n != 0.0),
        Value::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Value::List(items) => {
            let truths: Vec<bool> = items.iter().filter_map(truth).collect();
            (!truths.is_empty()).then(|| truths.contains(&true))
        }
        _ => None,
    }
}

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    match function {
        Function::Not => truth(a.first()?).map(|truth| Value::Bool(!truth)),
        Function::And => decided(a, false),
        Function::Or => decided(a, true),
        Function::Xor => Some(Value::Bool(truth(a.first()?)? != truth(a.get(1)?)?)),
        Function::IsNull => Some(Value::Bool(a.first().is_none_or(missing))),
        Function::IsEmpty => Some(Value::Bool(a.first().is_none_or(empty))),
        Function::IsTrue => Some(Value::Bool(a.first().and_then(truth) == Some(true))),
        Function::Coalesce => a.iter().find(|value| !missing(value)).cloned(),
        Function::CoalesceNotEmpty => a.iter().find(|value| !empty(value)).cloned(),
        Function::If => match truth(a.first()?) {
            Some(true) => a.get(1).cloned(),
            _ => a.get(2).cloned(),
        },
        Function::Case => {
            let chosen = a.chunks(2).find_map(|pair| match pair {
                [condition, value] => (truth(condition) == Some(true)).then_some(value),
                [default] => Some(default),
                _ => None,
            });
            chosen.cloned()
        }
        Function::NullIf => {
            let (left, right) = (a.first()?, a.get(1)?);
            let equal = compare::equal(left, right, Case::Sensitive, Coerce::Typed);
            (!equal).then(|| left.clone())
        }
        _ => None,
    }
}

/// And (`decisive` false) or or (true): one decisive argument decides; else null if one is null.
fn decided(a: &[Value], decisive: bool) -> Option<Value> {
    let truths: Vec<Option<bool>> = a.iter().map(truth).collect();
    if truths.contains(&Some(decisive)) {
        return Some(Value::Bool(decisive));
    }
    (!truths.contains(&None)).then_some(Value::Bool(!decisive))
}

fn missing(value: &Value) -> bool {
    value.is_null() || matches!(value, Value::List(items) if items.is_empty())
}

fn empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}
