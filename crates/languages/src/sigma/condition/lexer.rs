//! Words, parentheses and pipes of a condition.

use tripline_text::Span;

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Open,
    Close,
    /// A run of anything that is not blank, a parenthesis or a pipe. Selection names may hold
    /// characters that no specification lists.
    Word(&'a str),
}

/// The tokens with their places in the text.
pub(super) fn lex(text: &str) -> Vec<(Token<'_>, Span)> {
    let mut tokens = Vec::new();
    let mut word: Option<usize> = None;
    let finish = |word: &mut Option<usize>, end: usize, tokens: &mut Vec<_>| {
        if let Some(start) = word.take() {
            tokens.push((Token::Word(&text[start..end]), Span::from_usize(start..end)));
        }
    };
    for (at, c) in text.char_indices() {
        let single = match c {
            '(' => Some(Token::Open),
            ')' => Some(Token::Close),
            _ if c.is_whitespace() => None,
            _ => {
                word.get_or_insert(at);
                continue;
            }
        };
        finish(&mut word, at, &mut tokens);
        if let Some(token) = single {
            tokens.push((token, Span::from_usize(at..at + 1)));
        }
    }
    finish(&mut word, text.len(), &mut tokens);
    tokens
}
