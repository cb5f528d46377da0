//! A test of one column as Kusto.

use crate::clause::{Check, Refusal, expression, has_letters, literals, quoted};
use tripline_ir::{Case, CompareOp, Pattern, Shape};

pub(crate) fn test(field: &str, check: &Check) -> Result<String, Refusal> {
    let field = column(field)?;
    Ok(match check {
        Check::Fits(pattern) => return fits(&field, pattern),
        Check::Number(CompareOp::Eq, number) => format!("{field} == {number}"),
        // Negated, the order of a missing number and the network of what is no address are null.
        Check::Number(..) | Check::Within(_) => return Err(Refusal::Operator),
        Check::Present | Check::Missing => return Err(Refusal::Empty),
    })
}

/// A column, or a member of a dynamic one as text.
fn column(field: &str) -> Result<String, Refusal> {
    let word = |word: &str| {
        let mut chars = word.chars();
        let first = chars.next();
        first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    match field.split_once('.') {
        None if word(field) => Ok(field.to_owned()),
        Some(_) if field.split('.').all(word) => Ok(format!("tostring({field})")),
        _ if field.is_empty() || field.contains(['.', '\\', '\'', '\n']) => Err(Refusal::Character),
        _ => Ok(format!("['{field}']")),
    }
}

fn fits(field: &str, pattern: &Pattern) -> Result<String, Refusal> {
    let exact = pattern.case == Case::Sensitive || !has_letters(pattern);
    if !exact && literals(pattern).any(|text| !text.is_ascii()) {
        return Err(Refusal::Folding);
    }
    let (operator, text) = match pattern.shape() {
        Shape::Equals("") | Shape::Anything => return Err(Refusal::Empty),
        Shape::Equals(text) => (if exact { "==" } else { "=~" }, text),
        Shape::StartsWith(text) => (if exact { "startswith_cs" } else { "startswith" }, text),
        Shape::EndsWith(text) => (if exact { "endswith_cs" } else { "endswith" }, text),
        Shape::Contains(text) => (if exact { "contains_cs" } else { "contains" }, text),
        Shape::Wildcard => {
            let flag = if exact { "" } else { "(?i)" };
            let regex = string(&format!("{flag}{}", expression(pattern)))?;
            return Ok(format!("{field} matches regex {regex}"));
        }
    };
    Ok(format!("{field} {operator} {}", string(text)?))
}

/// A string: verbatim where it has backslashes.
fn string(text: &str) -> Result<String, Refusal> {
    if text.contains('\\') && !text.contains(|c: char| c.is_control()) {
        return Ok(format!("@\"{}\"", text.replace('"', "\"\"")));
    }
    quoted(text)
}
