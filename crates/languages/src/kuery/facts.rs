//! The language's fixed facts: keywords, special characters, escapes, bounds.

/// Deepest nesting of parentheses, braces and `not`.
pub(super) const MAX_DEPTH: u32 = 64;

/// Errors after which parsing stops: more would only repeat themselves.
pub(super) const MAX_ERRORS: usize = 20;

/// The operator words, in any letter case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    And,
    Or,
    Not,
}

impl Keyword {
    /// The keyword that an unescaped word is.
    pub(super) fn of(word: &str) -> Option<Self> {
        [("and", Self::And), ("or", Self::Or), ("not", Self::Not)]
            .into_iter()
            .find(|(name, _)| word.eq_ignore_ascii_case(name))
            .map(|(_, keyword)| keyword)
    }
}

/// Characters that end an unquoted word and that `\` makes literal.
pub(super) fn is_special(c: char) -> bool {
    matches!(
        c,
        '\\' | '(' | ')' | ':' | '<' | '>' | '"' | '*' | '{' | '}'
    )
}

/// What `\c` stands for outside quotes, besides itself for a special character.
pub(super) fn whitespace_escape(c: char) -> Option<char> {
    match c {
        't' => Some('\t'),
        'r' => Some('\r'),
        'n' => Some('\n'),
        _ => None,
    }
}
