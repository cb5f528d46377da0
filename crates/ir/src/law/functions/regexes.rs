//! Regular expressions: what matched, and replacing it.

use super::{Context, count, list_or_null, string, text};
use crate::law::regex::Found;
use crate::{Dialect, Function, Regex, Text, Value};

/// The most matches that one call looks at.
const MAX_MATCHES: usize = 10_000;

pub(super) fn apply(function: Function, a: &[Value], context: &Context<'_>) -> Option<Value> {
    let (value, expression) = (text(a, 0)?, text(a, 1)?);
    let all = |dialect, limit| {
        let regex = plain(expression.clone(), dialect);
        context.law.regexes.find(&regex, &value, limit)
    };
    match function {
        Function::RegexMatch(dialect) => {
            let compiled = context.law.regexes.compiled(&plain(expression, dialect))?;
            Some(Value::Bool(compiled.is_match(&value)))
        }
        Function::RegexCount(dialect) => count(all(dialect, MAX_MATCHES)?.len()),
        Function::RegexIndexOf(dialect) => {
            let least = match a.get(2) {
                None => 0,
                Some(start) => usize::try_from(super::int(std::slice::from_ref(start), 0)?).ok()?,
            };
            // What stands before the start is still seen by the expression.
            let found = all(dialect, if least == 0 { 1 } else { MAX_MATCHES })?;
            let starts = found.iter().filter_map(|found| found.number(0));
            let mut places = starts.map(|(from, _)| value[..from].chars().count());
            match places.find(|place| *place >= least) {
                None => Some(Value::Int(-1)),
                Some(place) => count(place),
            }
        }
        Function::RegexCapture(dialect) => {
            let found = all(dialect, 1)?;
            group(found.first()?, a.get(2)?).map(|(from, to)| string(&value[from..to]))
        }
        Function::RegexCaptureAll(dialect) => {
            let wanted = a.get(2)?;
            let found = all(dialect, MAX_MATCHES)?;
            let groups = found.iter().filter_map(|found| group(found, wanted));
            let texts = groups.map(|(from, to)| string(&value[from..to])).collect();
            Some(list_or_null(texts))
        }
        Function::RegexGroups(dialect) => {
            let found = all(dialect, MAX_MATCHES)?;
            let rows = found.iter().map(|found| groups(found, &value)).collect();
            Some(list_or_null(rows))
        }
        Function::RegexReplace(dialect) => {
            Some(replaced(&value, &all(dialect, MAX_MATCHES)?, &text(a, 2)?))
        }
        Function::RegexReplaceFirst(dialect) => {
            Some(replaced(&value, &all(dialect, 1)?, &text(a, 2)?))
        }
        _ => None,
    }
}

fn plain(text: Text, dialect: Dialect) -> Regex {
    Regex {
        text,
        dialect,
        case_insensitive: false,
        multi_line: false,
        dot_all: false,
        whole: false,
    }
}

/// A group of a match, by number or name.
fn group(found: &Found, wanted: &Value) -> Option<(usize, usize)> {
    match wanted {
        Value::Int(n) => found.number(usize::try_from(*n).ok()?),
        other => found.name(&other.as_text()?),
    }
}

/// The groups of a match: the only one alone, several as a list, the match itself when there is
/// none.
fn groups(found: &Found, value: &str) -> Value {
    let text = |span: &Option<(usize, usize)>| {
        let (from, to) = span.unwrap_or_default();
        string(&value[from..to])
    };
    match found.groups.as_slice() {
        [all] => text(all),
        [_, only] => text(only),
        [_, several @ ..] => Value::List(several.iter().map(text).collect()),
        [] => Value::Null,
    }
}

fn replaced(value: &str, found: &[Found], replacement: &str) -> Value {
    let mut out = String::new();
    let mut from = 0;
    for found in found {
        let Some((start, end)) = found.number(0) else {
            continue;
        };
        out.push_str(&value[from..start]);
        expand(replacement, found, value, &mut out);
        from = end;
    }
    out.push_str(&value[from..]);
    string(out)
}

/// Writes a replacement: `$1`, `${1}`, `${name}` a group, `$$` a dollar sign; any other `$` stays.
fn expand(replacement: &str, found: &Found, value: &str, out: &mut String) {
    let mut rest = replacement;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let (name, after) = if let Some(braced) = rest.strip_prefix('{')
            && let Some(end) = braced.find('}')
        {
            (&braced[..end], &braced[end + 1..])
        } else {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            rest.split_at(end)
        };
        if name.is_empty() {
            out.push('$');
            continue;
        }
        let span = match name.parse() {
            Ok(number) => found.number(number),
            Err(_) => found.name(name),
        };
        let (from, to) = span.unwrap_or_default();
        out.push_str(&value[from..to]);
        rest = after;
    }
    out.push_str(rest);
}

/// The position of the first element that matches; null when there is none.
pub(super) fn find_in_list(a: &[Value], context: &Context<'_>) -> Option<Value> {
    let regex = plain(text(a, 1)?, Dialect::Pcre);
    let compiled = context.law.regexes.compiled(&regex)?;
    let elements = a.first()?.elements();
    let fits = |element: &&Value| {
        let text = element.as_text();
        text.is_some_and(|text| compiled.is_match(&text))
    };
    count(elements.iter().position(fits)?)
}
