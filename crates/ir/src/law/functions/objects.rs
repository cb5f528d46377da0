//! Objects.

use super::{int, json, lists, text};
use crate::{Function, Text, Value};

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    match function {
        Function::Object => {
            let mut object: Vec<(Text, Value)> = Vec::new();
            for pair in a.chunks_exact(2) {
                let key = pair[0].as_text()?;
                object.retain(|(name, _)| *name != key);
                object.push((key, pair[1].clone()));
            }
            Some(Value::Object(object))
        }
        Function::Member => member(a.first()?, a.get(1)?),
        Function::Keys => {
            let keys = fields(a.first()?)?
                .into_iter()
                .map(|(key, _)| Value::Text(key));
            Some(Value::List(keys.collect()))
        }
        Function::Merge => {
            let mut object: Vec<(Text, Value)> = Vec::new();
            for (key, value) in a.iter().filter_map(fields).flatten() {
                if !object.iter().any(|(name, _)| *name == key) {
                    object.push((key, value));
                }
            }
            Some(Value::Object(object))
        }
        Function::HasKey => match a.first()? {
            list @ Value::List(_) => {
                lists::contains(list, a.get(1)?, crate::Case::Sensitive).map(Value::Bool)
            }
            object => {
                let key = text(a, 1)?;
                let found = fields(object)?.iter().any(|(name, _)| *name == key);
                Some(Value::Bool(found))
            }
        },
        Function::WithoutKeys => {
            let keys: Vec<Text> = a
                .iter()
                .skip(1)
                .flat_map(Value::elements)
                .filter_map(Value::as_text)
                .collect();
            let kept = fields(a.first()?)?
                .into_iter()
                .filter(|(name, _)| !keys.contains(name));
            Some(Value::Object(kept.collect()))
        }
        Function::WithKey => {
            let key = text(a, 1)?;
            let mut object = fields(a.first()?)?;
            object.retain(|(name, _)| *name != key);
            object.push((key, a.get(2)?.clone()));
            Some(Value::Object(object))
        }
        Function::ObjectOfLists => {
            let values = lists::items(a.get(1)?);
            let mut object: Vec<(Text, Value)> = Vec::new();
            for (at, key) in lists::items(a.first()?).iter().enumerate() {
                let key = key.as_text()?;
                object.retain(|(name, _)| *name != key);
                object.push((key, values.get(at).cloned().unwrap_or(Value::Null)));
            }
            Some(Value::Object(object))
        }
        Function::Elements => elements(a.first()?),
        _ => None,
    }
}

/// The members of an object, or of the JSON text that writes one.
pub(crate) fn fields(value: &Value) -> Option<Vec<(Text, Value)>> {
    match value {
        Value::Object(fields) => Some(fields.clone()),
        Value::Text(text) => match json::parse(text)? {
            Value::Object(fields) => Some(fields),
            _ => None,
        },
        _ => None,
    }
}

fn member(value: &Value, key: &Value) -> Option<Value> {
    let parsed = match value {
        Value::Text(text) => json::parse(text)?,
        other => other.clone(),
    };
    let found = match parsed {
        Value::Object(fields) => {
            let key = key.as_text()?;
            let found = fields.into_iter().find(|(name, _)| *name == key);
            found.map(|(_, value)| value)
        }
        Value::List(items) => {
            let at = int(std::slice::from_ref(key), 0)?;
            lists::element(&items, at).cloned()
        }
        _ => None,
    };
    found.filter(|value| !value.is_null())
}

fn elements(value: &Value) -> Option<Value> {
    let parsed = match value {
        Value::Text(text) => {
            json::parse(text).filter(|v| matches!(v, Value::List(_) | Value::Object(_)))
        }
        _ => None,
    };
    let items = match parsed.as_ref().unwrap_or(value) {
        Value::Null => return None,
        Value::List(items) => items.clone(),
        Value::Object(fields) => {
            let one = |field: &(Text, Value)| Value::Object(vec![field.clone()]);
            fields.iter().map(one).collect()
        }
        other => vec![other.clone()],
    };
    Some(Value::List(items))
}
