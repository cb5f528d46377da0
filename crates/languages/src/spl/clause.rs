//! A test of one field as a condition of SPL's `search`.

use crate::clause::{Check, Refusal, has_letters, holds};
use tripline_ir::{Case, CompareOp, Part, Pattern, Shape};

pub(crate) fn test(field: &str, check: &Check) -> Result<String, Refusal> {
    let field = name(field)?;
    Ok(match check {
        Check::Fits(pattern) => format!("{field}={}", fits(pattern)?),
        Check::Number(CompareOp::Eq, number) => format!("{field}={number}"),
        // `<` compares as text where a side is no number.
        Check::Number(..) => return Err(Refusal::Operator),
        Check::Within(net) => format!("{field}=\"{}\"", net.0),
        // `f=*` also asks for a value that is not empty.
        Check::Present | Check::Missing => return Err(Refusal::Empty),
    })
}

fn name(field: &str) -> Result<String, Refusal> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.{}:@".contains(c);
    if !field.is_empty() && field.chars().all(plain) {
        return Ok(field.to_owned());
    }
    if field.is_empty() || field.contains(['"', '\\', '`', '*', '\n']) {
        return Err(Refusal::Character);
    }
    Ok(format!("\"{field}\""))
}

fn fits(pattern: &Pattern) -> Result<String, Refusal> {
    if pattern.case == Case::Sensitive && has_letters(pattern) {
        return Err(Refusal::ExactCase);
    }
    if pattern.shape() == Shape::Anything {
        return Err(Refusal::Empty);
    }
    if holds(pattern, &['*']) {
        return Err(Refusal::LiteralWildcard);
    }
    if let Shape::Equals(text) = pattern.shape()
        && text.parse::<ipnet::IpNet>().is_ok()
    {
        return Err(Refusal::Operator);
    }
    let mut out = String::from("\"");
    for part in &pattern.parts {
        match part {
            Part::AnyRun => out.push('*'),
            Part::AnyOne => return Err(Refusal::SingleCharacter),
            Part::Literal(text) => {
                for c in text.chars() {
                    match c {
                        '"' | '\\' => out.extend(['\\', c]),
                        // A backtick begins a macro, also in quotes.
                        '`' => return Err(Refusal::Character),
                        c if c.is_control() => return Err(Refusal::Character),
                        c => out.push(c),
                    }
                }
            }
        }
    }
    out.push('"');
    Ok(out)
}
