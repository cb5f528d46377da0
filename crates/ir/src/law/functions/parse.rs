//! Texts with parts: key-value pairs, URLs, paths, CSV, versions.

use super::{encode::url_decode, string, text};
use crate::{Function, Text, Value};

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    match function {
        Function::ParseKeyValue => Some(key_values(&text(a, 0)?, &text(a, 1)?, &text(a, 2)?)),
        Function::ParsePairs => {
            let quotes = match a.get(3) {
                Some(_) => text(a, 3)?,
                None => Text::default(),
            };
            let escape = match a.get(4) {
                Some(_) => text(a, 4)?.chars().next(),
                None => None,
            };
            let mut ends = quotes.chars();
            let open = ends.next();
            let marks = Marks {
                between: &text(a, 1)?,
                within: &text(a, 2)?,
                quotes: open.map(|open| (open, ends.next_back().unwrap_or(open))),
                escape,
            };
            Some(pairs(&text(a, 0)?, &marks))
        }
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

/// What divides a text of pairs.
struct Marks<'m> {
    between: &'m str,
    within: &'m str,
    quotes: Option<(char, char)>,
    escape: Option<char>,
}

fn pairs(text: &str, marks: &Marks<'_>) -> Value {
    let mut object: Vec<(Text, Value)> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (key, after) = part(rest, &[marks.within, marks.between], marks);
        let Some(after) = after.strip_prefix(marks.within) else {
            // No pair: what stands there is left out.
            rest = next(after, marks.between);
            continue;
        };
        let (value, after) = part(after, &[marks.between], marks);
        if !key.is_empty() {
            let key = Text::from(key);
            object.retain(|(name, _)| *name != key);
            object.push((key, string(value)));
        }
        rest = next(after, marks.between);
    }
    Value::Object(object)
}

/// What follows the next separator.
fn next<'t>(text: &'t str, separator: &str) -> &'t str {
    match text.split_once(separator) {
        Some((_, after)) if !separator.is_empty() => after,
        _ => "",
    }
}

/// A key or a value, up to the first of some separators or to its closing quote; and what follows.
fn part<'t>(text: &'t str, ends: &[&str], marks: &Marks<'_>) -> (String, &'t str) {
    if let Some((open, close)) = marks.quotes
        && let Some(inner) = text.trim_start().strip_prefix(open)
    {
        let mut out = String::new();
        let mut chars = inner.char_indices();
        while let Some((at, c)) = chars.next() {
            if Some(c) == marks.escape {
                out.extend(chars.next().map(|(_, escaped)| escaped));
            } else if c == close {
                return (out, &inner[at + c.len_utf8()..]);
            } else {
                out.push(c);
            }
        }
    }
    let found = ends.iter().filter(|end| !end.is_empty());
    let end = found.filter_map(|end| text.find(*end)).min();
    let (part, after) = text.split_at(end.unwrap_or(text.len()));
    (part.trim().to_owned(), after)
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

/// The fields of the first record.
fn csv(text: &str) -> Value {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let first = reader.records().next().and_then(Result::ok);
    let fields = first.iter().flatten().map(|field| string(field.to_owned()));
    Value::List(fields.collect())
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
