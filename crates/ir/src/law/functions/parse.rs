//! Texts with parts: key-value pairs, URLs, paths, CSV, versions.

use super::{encode::url_decode, string, text};
use crate::{Function, Text, Value};

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    match function {
        Function::ParseKeyValue => Some(key_values(&text(a, 0)?, &text(a, 1)?, &text(a, 2)?)),
        Function::ParseUrl => Some(url(&text(a, 0)?)),
        Function::ParseQuery => Some(Value::Object(vec![parameters(&text(a, 0)?)])),
        Function::ParsePath => Some(path(&text(a, 0)?)),
        Function::ParseCsv => Some(csv(&text(a, 0)?)),
        Function::ParseVersion => version(&text(a, 0)?),
        _ => None,
    }
}

fn object(fields: &[(&str, &str)]) -> Vec<(Text, Value)> {
    let field = |(name, value): &(&str, &str)| (Text::new(name), string(*value));
    fields.iter().map(field).collect()
}

/// Pairs between separators; double quotes keep separators in a value, and go.
fn key_values(text: &str, between: &str, within: &str) -> Value {
    let mut object: Vec<(Text, Value)> = Vec::new();
    let mut add = |pair: &str| {
        if let Some((key, value)) = pair.split_once(|c| within.contains(c)) {
            let key = Text::new(key.trim().trim_matches('"'));
            let value = value.trim();
            let bare = value
                .strip_prefix('"')
                .map_or(value, |inner| inner.strip_suffix('"').unwrap_or(inner));
            if !key.is_empty() {
                object.retain(|(name, _)| *name != key);
                object.push((key, string(bare)));
            }
        }
    };
    let (mut from, mut quoted) = (0, false);
    for (at, c) in text.char_indices() {
        quoted ^= c == '"';
        if !quoted && between.contains(c) {
            add(&text[from..at]);
            from = at + c.len_utf8();
        }
    }
    add(&text[from..]);
    Value::Object(object)
}

fn url(text: &str) -> Value {
    let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (scheme, rest) = rest.split_once("://").unwrap_or(("", rest));
    let (authority, path) = match rest.find('/') {
        Some(at) if !scheme.is_empty() => rest.split_at(at),
        _ if scheme.is_empty() => ("", rest),
        _ => (rest, ""),
    };
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => (host, port),
        _ => (host, ""),
    };
    let mut object = object(&[
        ("Scheme", scheme),
        ("Host", host),
        ("Port", port),
        ("Path", path),
        ("Username", name),
        ("Password", password),
    ]);
    object.push(parameters(query));
    object.push(("Fragment".into(), string(fragment)));
    Value::Object(object)
}

/// The parameters of a query, as the member of an object.
fn parameters(query: &str) -> (Text, Value) {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let parameters = pairs.map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (Text::from(url_decode(key)), string(url_decode(value)))
    });
    let name = Text::new_static("Query Parameters");
    (name, Value::Object(parameters.collect()))
}

fn path(text: &str) -> Value {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        None => ("", text),
    };
    let separator = |c: char| matches!(c, '/' | '\\');
    let (directory, file) = match rest.rfind(separator) {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => ("", rest),
    };
    let (file, stream) = file.split_once(':').unwrap_or((file, ""));
    let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
    let name = directory.rsplit(separator).next().unwrap_or("");
    let root = match rest.as_bytes() {
        [letter, b':', ..] if letter.is_ascii_alphabetic() => &rest[..2],
        _ => "",
    };
    Value::Object(object(&[
        ("Scheme", scheme),
        ("RootPath", root),
        ("DirectoryPath", directory),
        ("DirectoryName", name),
        ("Filename", file),
        ("Extension", extension),
        ("AlternateDataStreamName", stream),
    ]))
}

/// The first record: fields between commas, double quotes around a field, doubled inside.
fn csv(text: &str) -> Value {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, quoted) {
            ('"', true) if chars.next_if_eq(&'"').is_some() => push(&mut fields, '"'),
            ('"', _) => quoted = !quoted,
            (',', false) => fields.push(String::new()),
            ('\n' | '\r', false) => break,
            (other, _) => push(&mut fields, other),
        }
    }
    Value::List(fields.into_iter().map(string).collect())
}

fn push(fields: &mut [String], c: char) {
    if let Some(last) = fields.last_mut() {
        last.push(c);
    }
}

/// Up to four parts of up to eight digits, each padded, so that the texts order as versions do.
fn version(text: &str) -> Option<Value> {
    let parts: Vec<&str> = text.trim().split('.').collect();
    let digits = |part: &&str| part.len() <= 8 && part.bytes().all(|b| b.is_ascii_digit());
    if parts.len() > 4 || !parts.iter().all(|part| !part.is_empty() && digits(part)) {
        return None;
    }
    let mut out = String::new();
    for at in 0..4 {
        let part = parts.get(at).unwrap_or(&"0");
        let _ = std::fmt::Write::write_fmt(&mut out, format_args!("{part:0>8}"));
    }
    Some(string(out))
}
