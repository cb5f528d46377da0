//! Paths into values: `a.b` where `a` is not flattened.
//!
//! Events are flattened when they are read, but a computed column may be an object, and a field
//! may be a text that writes JSON, as services export columns with structure.

use super::functions;
use crate::{Fields, Text, Value};
use std::borrow::Cow;

/// What stands below a field that is itself there: `a.b` in the value of `a`, null when that has no
/// such member. `None` when no part of the name before a dot is a field with members.
pub(crate) fn below<'v>(fields: &'v Fields, name: &str) -> Option<Cow<'v, Value>> {
    if fields.is_empty() {
        return None;
    }
    let mut dots = name.match_indices('.').map(|(at, _)| at).rev();
    let inside = |at: usize| {
        let value = fields.get(&name[..at])?;
        has_members(value).then(|| {
            at_path(Cow::Borrowed(value), &name[at + 1..]).unwrap_or(Cow::Owned(Value::Null))
        })
    };
    dots.find_map(inside)
}

/// The object of the fields below a name: `a.b` and `a.c` for `a`. `None` when there are none.
pub(crate) fn object(fields: &Fields, name: &str) -> Option<Value> {
    let prefix = crate::format_smolstr!("{name}.");
    let below = fields.range(prefix.clone()..);
    let mut object = Vec::new();
    for (name, value) in below.take_while(|(name, _)| name.starts_with(prefix.as_str())) {
        let mut path = name[prefix.len()..].split('.');
        if let Some(first) = path.next() {
            insert(&mut object, first, path, value);
        }
    }
    (!object.is_empty()).then_some(Value::Object(object))
}

fn has_members(value: &Value) -> bool {
    match value {
        Value::Object(_) => true,
        Value::List(items) => items.iter().any(|item| matches!(item, Value::Object(_))),
        Value::Text(text) => text.trim_start().starts_with(['{', '[']),
        _ => false,
    }
}

/// The value at a path; of a list, the list of its elements' values.
fn at_path<'v>(value: Cow<'v, Value>, path: &str) -> Option<Cow<'v, Value>> {
    let found = match value {
        Cow::Borrowed(Value::Object(members)) => borrowed(members, path)?,
        Cow::Owned(Value::Object(members)) => Cow::Owned(borrowed(&members, path)?.into_owned()),
        Cow::Borrowed(Value::List(items)) => Cow::Owned(of_elements(items, path)?),
        Cow::Owned(Value::List(items)) => Cow::Owned(of_elements(&items, path)?),
        other => {
            let Value::Text(text) = other.as_ref() else {
                return None;
            };
            let parsed = functions::parse_json(text)?;
            // A text is no path into itself.
            if matches!(parsed, Value::Text(_)) {
                return None;
            }
            at_path(Cow::Owned(parsed), path)?
        }
    };
    (!found.is_null()).then_some(found)
}

/// The member that a path names: a whole name first, for names with dots in them.
fn borrowed<'v>(members: &'v [(Text, Value)], path: &str) -> Option<Cow<'v, Value>> {
    let member = |name: &str| {
        let found = members.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| Cow::Borrowed(value))
    };
    if let Some(found) = member(path) {
        return Some(found);
    }
    path.match_indices('.')
        .find_map(|(at, _)| at_path(member(&path[..at])?, &path[at + 1..]))
}

fn of_elements(items: &[Value], path: &str) -> Option<Value> {
    let mut found = Vec::new();
    for item in items {
        match at_path(Cow::Borrowed(item), path).map(Cow::into_owned) {
            Some(Value::List(more)) => found.extend(more),
            Some(one) => found.push(one),
            None => {}
        }
    }
    (!found.is_empty()).then_some(Value::List(found))
}

/// Puts a value at a path of an object.
fn insert<'p>(
    object: &mut Vec<(Text, Value)>,
    key: &str,
    mut rest: impl Iterator<Item = &'p str>,
    value: &Value,
) {
    let known = object.iter().position(|(name, _)| name == key);
    let place = known.unwrap_or_else(|| {
        object.push((key.into(), Value::Null));
        object.len() - 1
    });
    let slot = &mut object[place].1;
    // The elements of an array of objects have what is flattened below it.
    if let Value::List(items) = slot
        && items.iter().any(|item| matches!(item, Value::Object(_)))
    {
        return;
    }
    match rest.next() {
        None => *slot = value.clone(),
        Some(next) => {
            let mut inner = match std::mem::replace(slot, Value::Null) {
                Value::Object(fields) => fields,
                _ => Vec::new(),
            };
            let rest: Vec<&str> = rest.collect();
            insert(&mut inner, next, rest.into_iter(), value);
            *slot = Value::Object(inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(value: Value) -> Fields {
        Fields::from([("a.b".into(), value)])
    }

    fn object_of(name: &str, value: Value) -> Value {
        Value::Object(vec![(name.into(), value)])
    }

    #[test]
    fn paths_lead_into_objects_lists_and_json() {
        let found = |value: Value, name: &str| {
            let fields = fields(value);
            below(&fields, name).map(Cow::into_owned)
        };
        let inner = object_of("c", object_of("d", Value::Int(1)));
        assert_eq!(found(inner.clone(), "a.b.c.d"), Some(Value::Int(1)));
        assert_eq!(found(inner.clone(), "a.b.x"), Some(Value::Null));
        assert_eq!(found(inner.clone(), "a.x"), None);
        let list = Value::List(vec![inner, object_of("c.d", Value::Int(2))]);
        let both = Value::List(vec![Value::Int(1), Value::Int(2)]);
        assert_eq!(found(list, "a.b.c.d"), Some(both));
        let json = Value::from(r#" {"c": {"d": "x"}}"#);
        assert_eq!(found(json, "a.b.c.d"), Some(Value::from("x")));
        assert_eq!(found(Value::from("[1"), "a.b.c"), Some(Value::Null));
        assert_eq!(found(Value::from("plain"), "a.b.c"), None);
    }

    #[test]
    fn flat_fields_make_an_object() {
        let flat = fields(Value::Int(1));
        assert_eq!(object(&flat, "a"), Some(object_of("b", Value::Int(1))));
        assert_eq!(object(&flat, "b"), None);
    }
}
