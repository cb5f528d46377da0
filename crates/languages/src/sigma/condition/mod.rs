//! The condition of a rule.
//!
//! `not` binds tightest, then `and`, then `or`. A quantifier (`1 of`, `any of`, `all of`) stands
//! before `them` or a name with `*` in it. `them` leaves out names that begin with `_`, and so
//! does a name pattern that does not begin with `_` itself.

mod lexer;
mod parser;

pub(super) use parser::parse;

use tripline_ir::Text;
use tripline_text::Span;

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// The name of a selection.
    Name(Text, Span),
    /// Some of several selections.
    Some(Selector),
    /// All parts hold.
    And(Vec<Expression>),
    /// One part holds.
    Or(Vec<Expression>),
    /// The part does not hold.
    Not(Box<Expression>),
}

/// A quantifier with what it ranges over.
#[derive(Debug, Clone, PartialEq)]
pub struct Selector {
    /// How many.
    pub quantity: Quantity,
    /// A name with `*` for any run of characters; `None` for `them`.
    pub pattern: Option<Text>,
    /// The quantifier and the name.
    pub span: Span,
}

/// How many selections must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// `1 of`, `any of`.
    One,
    /// `all of`.
    All,
}

impl Selector {
    /// Whether a selection of this name is meant.
    pub fn selects(&self, name: &str) -> bool {
        match &self.pattern {
            None => !name.starts_with('_'),
            Some(pattern) => {
                (pattern.starts_with('_') || !name.starts_with('_')) && fits(pattern, name)
            }
        }
    }
}

/// Whether a name fits a pattern with `*`.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = name.strip_prefix(parts.next().unwrap_or("")) else {
        return false;
    };
    if !pattern.contains('*') {
        return rest.is_empty();
    }
    let mut rest = rest;
    let mut parts: Vec<&str> = parts.collect();
    let last = parts.pop().unwrap_or("");
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn name_patterns() {
        assert!(fits("sel*", "selection"));
        assert!(fits("*", ""));
        assert!(fits("a*b*c", "a1b2c"));
        assert!(!fits("a*b*c", "a1c2"));
        assert!(fits("same", "same") && !fits("same", "same2"));
        assert!(!fits("ab*ba", "aba"));
    }
}
