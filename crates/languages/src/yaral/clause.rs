//! A test of one field as YARA-L.

use crate::clause::{Check, Refusal, expression, has_letters, quoted};
use tripline_ir::{Case, CompareOp, Number, Pattern, Shape};

pub(crate) fn test(field: &str, check: &Check) -> Result<String, Refusal> {
    Ok(match check {
        Check::Fits(pattern) => return fits(field, pattern),
        Check::Number(CompareOp::Eq, number) if !is_zero(*number) => format!("{field} = {number}"),
        Check::Within(net) => format!("net.ip_in_range_cidr({field}, \"{}\")", net.0),
        // An unset number is 0, an unset text the empty one.
        Check::Number(..) | Check::Present | Check::Missing => return Err(Refusal::Empty),
    })
}

fn is_zero(number: Number) -> bool {
    match number {
        Number::Int(n) => n == 0,
        Number::Float(n) => n == 0.0,
    }
}

fn fits(field: &str, pattern: &Pattern) -> Result<String, Refusal> {
    let nocase = if pattern.case != Case::Sensitive && has_letters(pattern) {
        " nocase"
    } else {
        ""
    };
    match pattern.shape() {
        Shape::Equals("") | Shape::Anything => Err(Refusal::Empty),
        Shape::Equals(text) => Ok(format!("{field} = {}{nocase}", quoted(text)?)),
        _ => {
            let regex = expression(pattern).replace('/', "\\/");
            if regex.contains(|c: char| c.is_control()) {
                return Err(Refusal::Character);
            }
            Ok(format!("{field} = /{regex}/{nocase}"))
        }
    }
}
