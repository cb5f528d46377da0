//! Nested JSON to flat dotted names.

use serde_json::{Map, Value as Json};
use tripline_ir::{Fields, Text, Value, format_smolstr};

/// Deepest nesting that is read.
const MAX_DEPTH: usize = 64;
/// Most fields of one event.
const MAX_FIELDS: usize = 16_384;

/// Adds the fields of an object under `prefix`; `false` when it is too large. An array of objects
/// stands under its own name as a list of objects, and each member under its dotted name as the list
/// of its values.
pub(crate) fn object(prefix: &str, fields: &Map<String, Json>, into: &mut Fields) -> bool {
    fields
        .iter()
        .all(|(name, value)| field(&join(prefix, name), value, into, 0))
}

fn join(prefix: &str, name: &str) -> Text {
    if prefix.is_empty() {
        Text::from(name)
    } else {
        format_smolstr!("{prefix}.{name}")
    }
}

fn field(path: &Text, value: &Json, into: &mut Fields, depth: usize) -> bool {
    if depth > MAX_DEPTH || into.len() > MAX_FIELDS {
        return false;
    }
    match value {
        Json::Object(fields) => fields
            .iter()
            .all(|(name, value)| field(&join(path, name), value, into, depth + 1)),
        Json::Array(items) => {
            add(into, path, structured(value));
            items.iter().all(|item| match item {
                Json::Object(fields) => fields
                    .iter()
                    .all(|(name, value)| field(&join(path, name), value, into, depth + 1)),
                _ => true,
            })
        }
        scalar => {
            add(into, path, structured(scalar));
            true
        }
    }
}

/// Adds a value; a second value of the same name makes a list.
pub(crate) fn add(into: &mut Fields, name: &Text, value: Value) {
    let Some(old) = into.get_mut(name) else {
        into.insert(name.clone(), value);
        return;
    };
    if old.is_null() {
        *old = value;
        return;
    }
    let mut items = match std::mem::replace(old, Value::Null) {
        Value::List(items) => items,
        one => vec![one],
    };
    match value {
        Value::List(more) => items.extend(more),
        Value::Null => {}
        one => items.push(one),
    }
    *old = Value::List(items);
}

/// The value with its structure. The parser bounds the depth.
pub(crate) fn structured(value: &Json) -> Value {
    match value {
        Json::Null => Value::Null,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => match (n.as_i64(), n.as_u64(), n.as_f64()) {
            (Some(n), _, _) => Value::Int(n),
            (None, None, Some(n)) => Value::Float(n),
            _ => Value::Text(format_smolstr!("{n}")),
        },
        Json::String(text) => Value::Text(Text::from(text.as_str())),
        Json::Array(items) => Value::List(items.iter().map(structured).collect()),
        Json::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| (Text::from(name.as_str()), structured(value)))
                .collect(),
        ),
    }
}
