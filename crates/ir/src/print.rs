//! A stable printer: predicates and plans for people, snapshots and the command line.
//!
//! Every type has a one-line form ([`std::fmt::Display`]); [`indented`] spreads a plan over
//! lines. The forms are stable and tell apart what differs (spans and the implied mark aside);
//! they are not meant to be parsed.

mod atom;
mod expr;
mod plan;
mod stages;

pub use plan::indented;

pub(crate) use expr::expr_text;

use crate::Predicate;
use std::fmt;

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::True => f.write_str("true"),
            Self::False => f.write_str("false"),
            Self::And(parts) => joined(f, parts, " and ", "and()"),
            Self::Or(parts) => joined(f, parts, " or ", "or()"),
            Self::Not(inner) => {
                f.write_str("not ")?;
                operand(f, inner)
            }
            Self::Atom(atom) => write!(f, "{atom}"),
        }
    }
}

/// Parts between operators; `or()` and `and(x)` for the forms without an operator.
fn joined(
    f: &mut fmt::Formatter<'_>,
    parts: &[Predicate],
    operator: &str,
    empty: &str,
) -> fmt::Result {
    match parts {
        [] => f.write_str(empty),
        [only] => write!(f, "{}({only})", operator.trim()),
        _ => {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    f.write_str(operator)?;
                }
                operand(f, part)?;
            }
            Ok(())
        }
    }
}

/// A part as an operand: in parentheses when it has operators of its own.
fn operand(f: &mut fmt::Formatter<'_>, part: &Predicate) -> fmt::Result {
    match part {
        Predicate::And(parts) | Predicate::Or(parts) if parts.len() > 1 => write!(f, "({part})"),
        _ => write!(f, "{part}"),
    }
}
