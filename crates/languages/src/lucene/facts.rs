//! The language's fixed facts: operators, special characters, bounds.

/// Deepest nesting of parentheses.
pub(super) const MAX_DEPTH: u32 = 64;

/// Errors after which parsing stops: more would only repeat themselves.
pub(super) const MAX_ERRORS: usize = 20;

/// The operator words, in capitals only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    And,
    Or,
    Not,
}

impl Operator {
    /// The operator that an unescaped word is.
    pub(super) fn of(word: &str) -> Option<Self> {
        match word {
            "AND" | "&&" => Some(Self::And),
            "OR" | "||" => Some(Self::Or),
            "NOT" => Some(Self::Not),
            _ => None,
        }
    }

    /// Whether a word would be an operator in capitals.
    pub(super) fn in_lower_case(word: &str) -> bool {
        matches!(word, "and" | "or" | "not")
    }
}

/// Whether an unescaped `c` ends a term. `+` and `-` do not: they mark a clause only before it.
pub(super) fn ends_term(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '!' | '(' | ')' | ':' | '^' | '[' | ']' | '"' | '{' | '}' | '~' | '/'
        )
}
