//! A test of one field as EQL.

use super::facts;
use crate::clause::{Check, Refusal, has_letters, holds, in_backticks, quoted, symbol};
use tripline_ir::{Case, CompareOp, Part, Pattern, Shape};

pub(crate) fn test(field: &str, check: &Check) -> Result<String, Refusal> {
    let field = in_backticks(field, facts::is_keyword)?;
    Ok(match check {
        Check::Fits(pattern) => return fits(&field, pattern),
        Check::Number(CompareOp::Eq, number) => format!("{field} == {number}"),
        // `not f > 5` is `f <= 5` to Elasticsearch: the negation differs where the field is missing.
        Check::Number(..) => return Err(Refusal::Operator),
        Check::Within(net) => format!("cidrMatch({field}, \"{}\")", net.0),
        Check::Present => format!("{field} != null"),
        Check::Missing => format!("{field} == null"),
    })
}

fn fits(field: &str, pattern: &Pattern) -> Result<String, Refusal> {
    let exact = pattern.case == Case::Sensitive || !has_letters(pattern);
    if let Shape::Equals(text) = pattern.shape() {
        let value = quoted(text)?;
        return Ok(match (exact, text.contains(['*', '?'])) {
            (true, _) => format!("{field} {} {value}", symbol(CompareOp::Eq)),
            (false, false) => format!("{field} : {value}"),
            (false, true) => format!("{field} in~ ({value})"),
        });
    }
    if pattern.shape() == Shape::Anything {
        return Err(Refusal::Operator);
    }
    if holds(pattern, &['*', '?']) {
        return Err(Refusal::LiteralWildcard);
    }
    let value = quoted(&glob(pattern))?;
    Ok(if exact && pattern.case == Case::Sensitive {
        format!("{field} like {value}")
    } else {
        format!("{field} : {value}")
    })
}

/// The pattern with `*` and `?`; its literals hold neither.
fn glob(pattern: &Pattern) -> String {
    let parts = pattern.parts.iter().map(|part| match part {
        Part::AnyRun => "*",
        Part::AnyOne => "?",
        Part::Literal(text) => text,
    });
    parts.collect()
}
