//! Tests as a selection of a Sigma rule.

use super::facts::{ANY_ONE, ANY_RUN, ESCAPE};
use crate::clause::{Check, Refusal, Refused, Wanted, has_letters};
use tripline_ir::{Case, CompareOp, Part, Pattern, Shape};

/// The lines of a selection, `Field|modifier: value`, all of which must hold.
pub(crate) fn selection(wanted: &[Wanted]) -> Result<String, Refused> {
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    for (at, found) in wanted.iter().enumerate() {
        let refuse = |why| (at, why);
        let (modifiers, value) = item(&found.check).map_err(refuse)?;
        let key = format!("{}{modifiers}", name(&found.field).map_err(refuse)?);
        match rows.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.push(value),
            None => rows.push((key, vec![value])),
        }
    }
    let lines = rows.iter().map(|(key, values)| match values.as_slice() {
        [one] => format!("{key}: {one}"),
        many => format!("{key}|all: [{}]", many.join(", ")),
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// A key that YAML reads as it stands and that has no modifiers of its own.
fn name(field: &str) -> Result<&str, Refusal> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-@/".contains(c);
    let first = field.chars().next();
    let begins = first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if begins && field.chars().all(plain) {
        Ok(field)
    } else {
        Err(Refusal::Character)
    }
}

/// The modifiers and the value.
fn item(check: &Check) -> Result<(String, String), Refusal> {
    Ok(match check {
        Check::Fits(pattern) => return fits(pattern),
        Check::Number(op, number) => {
            let modifier = match op {
                CompareOp::Eq => String::new(),
                other => format!("|{}", other.name()),
            };
            (modifier, number.to_string())
        }
        Check::Within(net) => ("|cidr".to_owned(), format!("'{}'", net.0)),
        Check::Present => ("|exists".to_owned(), "true".to_owned()),
        Check::Missing => (String::new(), "null".to_owned()),
    })
}

fn fits(pattern: &Pattern) -> Result<(String, String), Refusal> {
    let (modifier, parts) = match pattern.shape() {
        Shape::Anything => return Err(Refusal::Operator),
        Shape::Equals(_) | Shape::Wildcard => ("", pattern.parts.as_slice()),
        Shape::StartsWith(_) => ("|startswith", &pattern.parts[..1]),
        Shape::EndsWith(_) => ("|endswith", &pattern.parts[1..]),
        Shape::Contains(_) => ("|contains", &pattern.parts[1..2]),
    };
    let cased = if pattern.case == Case::Sensitive && has_letters(pattern) {
        "|cased"
    } else {
        ""
    };
    let value = quoted(&value(parts))?;
    Ok((format!("{modifier}{cased}"), value))
}

/// The value with its wildcards. A backslash is doubled where what follows would give it a
/// meaning.
fn value(parts: &[Part]) -> String {
    let mut out = String::new();
    for (at, part) in parts.iter().enumerate() {
        match part {
            Part::AnyRun => out.push(ANY_RUN),
            Part::AnyOne => out.push(ANY_ONE),
            Part::Literal(text) => {
                let last = at + 1 == parts.len();
                let mut chars = text.chars().peekable();
                while let Some(c) = chars.next() {
                    let special = |c: char| matches!(c, ANY_RUN | ANY_ONE | ESCAPE);
                    let escape = match (c, chars.peek()) {
                        (ANY_RUN | ANY_ONE, _) => true,
                        (ESCAPE, Some(next)) => special(*next),
                        (ESCAPE, None) => !last,
                        _ => false,
                    };
                    out.extend(escape.then_some(ESCAPE));
                    out.push(c);
                }
            }
        }
    }
    out
}

/// A YAML scalar in single quotes.
fn quoted(text: &str) -> Result<String, Refusal> {
    if text.contains(|c: char| c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}')) {
        return Err(Refusal::Character);
    }
    Ok(format!("'{}'", text.replace('\'', "''")))
}
