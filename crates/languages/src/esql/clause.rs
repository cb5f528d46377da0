//! A test of one field as ES|QL.

use crate::clause::{Check, Refusal, Wanted, has_letters, in_backticks, quoted, symbol};
use tripline_ir::{Case, CompareOp, Part, Pattern, Shape};

pub(crate) fn test(field: &str, check: &Check) -> Result<String, Refusal> {
    let field = name(field)?;
    Ok(match check {
        Check::Fits(pattern) => return fits(&field, pattern),
        Check::Number(op, number) => format!("{field} {} {number}", symbol(*op)),
        Check::Within(net) => format!("CIDR_MATCH({field}, \"{}\")", net.0),
        Check::Present => format!("{field} IS NOT NULL"),
        Check::Missing => format!("{field} IS NULL"),
    })
}

fn name(field: &str) -> Result<String, Refusal> {
    let words = [
        "and", "or", "not", "in", "is", "like", "rlike", "null", "true", "false", "by", "as",
        "with",
    ];
    in_backticks(field, |word| {
        words.iter().any(|known| word.eq_ignore_ascii_case(known))
    })
}

fn fits(field: &str, pattern: &Pattern) -> Result<String, Refusal> {
    let exact = pattern.case == Case::Sensitive || !has_letters(pattern);
    let subject = if exact {
        field.to_owned()
    } else {
        format!("TO_LOWER({field})")
    };
    let written = |text: &str| {
        if exact {
            text.to_owned()
        } else {
            text.to_lowercase()
        }
    };
    match pattern.shape() {
        Shape::Equals(text) => {
            let op = symbol(CompareOp::Eq);
            return Ok(format!("{subject} {op} {}", quoted(&written(text))?));
        }
        Shape::Anything => return Err(Refusal::Operator),
        _ => {}
    }
    let mut value = String::new();
    for part in &pattern.parts {
        match part {
            Part::AnyRun => value.push('*'),
            Part::AnyOne => value.push('?'),
            Part::Literal(text) => {
                for c in written(text).chars() {
                    if matches!(c, '*' | '?' | '\\') {
                        value.push('\\');
                    }
                    value.push(c);
                }
            }
        }
    }
    Ok(format!("{subject} LIKE {}", quoted(&value)?))
}

/// The stage that drops rows for which `condition` holds and keeps those for which it is null.
pub(crate) fn without(wanted: &[Wanted], condition: &str) -> String {
    let mut guards: Vec<String> = Vec::new();
    for found in wanted {
        // Tests for presence are never null.
        if let (Ok(name), false) = (
            name(&found.field),
            matches!(found.check, Check::Present | Check::Missing),
        ) {
            let guard = format!("{name} IS NULL");
            if !guards.contains(&guard) {
                guards.push(guard);
            }
        }
    }
    guards.push(format!("NOT ({condition})"));
    format!("| WHERE {}", guards.join(" OR "))
}
