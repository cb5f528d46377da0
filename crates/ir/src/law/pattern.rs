//! Matching of wildcard patterns.

use crate::{Case, Part, Pattern};

/// One step of a pattern: a character to find, or a wildcard.
enum Token {
    Char(char),
    AnyOne,
    AnyRun,
}

/// Whether a whole text fits a pattern. Takes time at most proportional to the product of the
/// two lengths: on a mismatch only the last `*` is tried further right, which is enough, because
/// an earlier `*` that took more could only leave less for the rest.
pub fn pattern_matches(pattern: &Pattern, text: &str) -> bool {
    let fold = |c: char| pattern.case.fold(c);
    let tokens = tokens(pattern, fold);
    let text: Vec<char> = text.chars().map(fold).collect();
    let (mut at, mut token) = (0, 0);
    // Where to resume when the rest does not fit: the token after the last `*`, and the place in
    // the text up to which that `*` reaches.
    let mut resume: Option<(usize, usize)> = None;
    loop {
        match tokens.get(token) {
            Some(Token::AnyRun) => {
                token += 1;
                resume = Some((token, at));
                continue;
            }
            Some(Token::AnyOne) if at < text.len() => {
                (at, token) = (at + 1, token + 1);
                continue;
            }
            Some(Token::Char(c)) if text.get(at) == Some(c) => {
                (at, token) = (at + 1, token + 1);
                continue;
            }
            None if at == text.len() => return true,
            _ => {}
        }
        match resume {
            Some((after, reach)) if reach < text.len() => {
                resume = Some((after, reach + 1));
                (token, at) = (after, reach + 1);
            }
            _ => return false,
        }
    }
}

fn tokens(pattern: &Pattern, fold: impl Fn(char) -> char) -> Vec<Token> {
    let mut tokens = Vec::new();
    for part in &pattern.parts {
        match part {
            Part::AnyRun => tokens.push(Token::AnyRun),
            Part::AnyOne => tokens.push(Token::AnyOne),
            Part::Literal(text) => tokens.extend(text.chars().map(|c| Token::Char(fold(c)))),
        }
    }
    tokens
}

/// A text under a case rule, for comparing whole texts.
pub(crate) fn folded(text: &str, case: Case) -> String {
    match case {
        Case::Sensitive => text.to_owned(),
        other => text.chars().map(|c| other.fold(c)).collect(),
    }
}
