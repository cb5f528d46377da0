//! A test of one field as kuery.

use super::ecs::{self, FieldKind};
use super::facts::{Keyword, is_special};
use crate::clause::{Check, Refusal, has_letters, literals, quoted, symbol};
use tripline_ir::{Case, CompareOp, Part, Pattern, Shape};

pub(crate) fn test(field: &str, check: &Check) -> Result<String, Refusal> {
    let kind = ecs::kind(field);
    if matches!(kind, FieldKind::FullText(_) | FieldKind::Time)
        && !matches!(check, Check::Present | Check::Missing)
    {
        return Err(Refusal::Operator);
    }
    let field = word(field)?;
    Ok(match check {
        Check::Fits(pattern) => return fits(&field, kind, pattern),
        Check::Number(CompareOp::Eq, number) => format!("{field} : {number}"),
        Check::Number(op, number) => format!("{field} {} {number}", symbol(*op)),
        Check::Within(net) if kind == FieldKind::Address => format!("{field} : \"{}\"", net.0),
        Check::Within(_) => return Err(Refusal::Operator),
        Check::Present => format!("{field} : *"),
        Check::Missing => format!("not {field} : *"),
    })
}

fn fits(field: &str, kind: FieldKind, pattern: &Pattern) -> Result<String, Refusal> {
    if pattern.case != Case::Sensitive && has_letters(pattern) {
        return Err(Refusal::LetterCase);
    }
    match pattern.shape() {
        Shape::Equals(text) => return Ok(format!("{field} : {}", quoted(text)?)),
        Shape::Anything => return Err(Refusal::Operator),
        _ if kind == FieldKind::Address => return Err(Refusal::Operator),
        _ => {}
    }
    // Outside of quotes blanks at the ends are none of the value, and several are one.
    let ends = |part: Option<&Part>, at: fn(&str) -> bool| match part {
        Some(Part::Literal(text)) => at(text),
        _ => false,
    };
    if ends(pattern.parts.first(), |text| text.starts_with(' '))
        || ends(pattern.parts.last(), |text| text.ends_with(' '))
        || literals(pattern).any(|text| text.contains("  "))
    {
        return Err(Refusal::Character);
    }
    let mut value = String::new();
    for part in &pattern.parts {
        match part {
            Part::AnyRun => value.push('*'),
            Part::AnyOne => return Err(Refusal::SingleCharacter),
            Part::Literal(text) => value += &word(text)?,
        }
    }
    Ok(format!("{field} : {value}"))
}

/// Text outside of quotes.
fn word(text: &str) -> Result<String, Refusal> {
    let mut out = String::with_capacity(text.len());
    for (at, run) in text.split(' ').enumerate() {
        if at > 0 {
            out.push(' ');
        }
        if Keyword::of(run).is_some() {
            out.push('\\');
        }
        for c in run.chars() {
            match c {
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c if c.is_whitespace() || c.is_control() => return Err(Refusal::Character),
                c if is_special(c) => out.extend(['\\', c]),
                c => out.push(c),
            }
        }
    }
    Ok(out)
}
