//! JSON, and paths into values.

use super::{list_or_null, text};
use crate::{Function, Text, Value};

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    match function {
        Function::ParseJson => match a.first()? {
            Value::Text(text) => parse(text),
            other => Some(other.clone()),
        },
        Function::ParseDynamic => match a.first()? {
            Value::Text(text) => Some(parse(text).unwrap_or_else(|| Value::Text(text.clone()))),
            other => Some(other.clone()),
        },
        Function::JsonPath => at(a.first()?, &json_path(&text(a, 1)?)?),
        Function::SplunkPath => splunk(a.first()?, &splunk_path(&text(a, 1)?)?),
        _ => None,
    }
}

/// The value that a JSON text writes.
pub(crate) fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().map(from_json)
}

fn from_json(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(truth) => Value::Bool(truth),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => Value::Int(whole),
            None => number.as_f64().map_or(Value::Null, Value::Float),
        },
        serde_json::Value::String(text) => Value::Text(text.into()),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(from_json).collect()),
        serde_json::Value::Object(fields) => {
            let fields = fields.into_iter().map(|(k, v)| (k.into(), from_json(v)));
            Value::Object(fields.collect())
        }
    }
}

/// A value as a JSON text, without spaces; times and lengths as texts, as .NET writes them.
pub(crate) fn write(value: &Value) -> String {
    to_json(value).to_string()
}

fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Int(n) => (*n).into(),
        Value::Float(n) => (*n).into(),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(k, v)| (k.to_string(), to_json(v)));
            serde_json::Value::Object(fields.collect())
        }
        other => other.as_long_text().unwrap_or_default().as_str().into(),
    }
}

/// One step of a path.
enum Segment {
    Key(Text),
    Index(i64),
    All,
}

/// What stands at a path of `spath`, which reads XML too; of an element with attributes its text.
fn splunk(value: &Value, path: &[Segment]) -> Option<Value> {
    let Value::Text(text) = value else {
        return at(value, path);
    };
    if !text.trim_start().starts_with('<') {
        return at(value, path);
    }
    let parsed = super::xml::apply(std::slice::from_ref(value))?;
    let plain = |value: Value| match value {
        Value::Object(members) => {
            let own = members.iter().find(|(name, _)| name == "#text");
            own.map_or(Value::Null, |(_, text)| text.clone())
        }
        other => other,
    };
    Some(match at_every(parsed, path)? {
        Value::List(items) => list_or_null(items.into_iter().map(plain).collect()),
        one => plain(one),
    })
}

/// What stands at a path of names, through every element of the lists on its way: repeated
/// elements of XML need no `{}`.
fn at_every(value: Value, path: &[Segment]) -> Option<Value> {
    let mut found = vec![value];
    for segment in path {
        let flat = found.into_iter().flat_map(|value| match value {
            Value::List(items) if !matches!(segment, Segment::Index(_)) => items,
            other => vec![other],
        });
        found = match segment {
            // Indices of XML count from 1.
            Segment::Index(n) => flat.flat_map(|one| nth(one, *n)).collect(),
            Segment::All => flat.collect(),
            Segment::Key(_) => flat.flat_map(|one| step(one, segment)).collect(),
        };
    }
    let mut flat: Vec<Value> = Vec::new();
    for value in found {
        match value {
            Value::List(items) => flat.extend(items),
            other => flat.push(other),
        }
    }
    match flat.len() {
        0 => None,
        1 => flat.pop(),
        _ => Some(Value::List(flat)),
    }
}

fn nth(value: Value, n: i64) -> Vec<Value> {
    match value {
        Value::List(items) => {
            let at = usize::try_from(n - 1).ok();
            at.and_then(|at| items.into_iter().nth(at))
                .into_iter()
                .collect()
        }
        other if n == 1 => vec![other],
        _ => Vec::new(),
    }
}

/// What stands at a path: a list when a step takes all elements. A text is parsed first.
fn at(value: &Value, path: &[Segment]) -> Option<Value> {
    let parsed = match value {
        Value::Text(text) => parse(text)?,
        other => other.clone(),
    };
    let mut found = vec![parsed];
    let mut many = false;
    for segment in path {
        found = found
            .into_iter()
            .flat_map(|value| step(value, segment))
            .collect();
        many |= matches!(segment, Segment::All);
    }
    if many {
        Some(list_or_null(found))
    } else {
        found.pop()
    }
}

fn step(value: Value, segment: &Segment) -> Vec<Value> {
    match (segment, value) {
        (Segment::Key(key), Value::Object(fields)) => {
            let found = fields.into_iter().find(|(name, _)| name == key);
            found.map(|(_, value)| value).into_iter().collect()
        }
        (Segment::Index(n), Value::List(items)) => super::lists::element(&items, *n)
            .cloned()
            .into_iter()
            .collect(),
        (Segment::All, Value::List(items)) => items,
        (Segment::All, Value::Object(fields)) => fields.into_iter().map(|(_, v)| v).collect(),
        _ => Vec::new(),
    }
}

/// `$.a.b[0]['c'].*`; the `$` may be missing.
fn json_path(path: &str) -> Option<Vec<Segment>> {
    let mut segments = Vec::new();
    let mut rest = path.strip_prefix('$').unwrap_or(path);
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (segment, after) = bracket(inner)?;
            segments.push(segment);
            rest = after;
            continue;
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        segments.push(match name {
            "" => return None,
            "*" => Segment::All,
            name => Segment::Key(name.into()),
        });
        rest = after;
    }
    Some(segments)
}

/// `0]`, `*]`, `'name']`, and what follows.
fn bracket(inner: &str) -> Option<(Segment, &str)> {
    for quote in ['\'', '"'] {
        if let Some(quoted) = inner.strip_prefix(quote) {
            let (name, after) = quoted.split_once(quote)?;
            return Some((Segment::Key(name.into()), after.strip_prefix(']')?));
        }
    }
    let (index, after) = inner.split_once(']')?;
    let segment = match index.trim() {
        "*" => Segment::All,
        number => Segment::Index(number.parse().ok()?),
    };
    Some((segment, after))
}

/// `a.b{}.c{0}`.
fn splunk_path(path: &str) -> Option<Vec<Segment>> {
    let mut segments = Vec::new();
    for part in path.split('.') {
        let (name, mut indices) = match part.find('{') {
            Some(at) => part.split_at(at),
            None => (part, ""),
        };
        if !name.is_empty() {
            segments.push(Segment::Key(name.into()));
        }
        while let Some(inner) = indices.strip_prefix('{') {
            let (index, after) = inner.split_once('}')?;
            segments.push(match index {
                "" => Segment::All,
                attribute if attribute.starts_with('@') => Segment::Key(attribute.into()),
                number => Segment::Index(number.parse().ok()?),
            });
            indices = after;
        }
    }
    Some(segments)
}
