//! Matching of wildcard patterns.

use crate::{Case, Part, Pattern};

/// Whether a whole text fits a pattern. Takes time at most proportional to the product of the
/// two lengths: on a mismatch only the last `*` is tried further right, which is enough, because
/// an earlier `*` that took more could only leave less for the rest.
pub fn pattern_matches(pattern: &Pattern, text: &str) -> bool {
    let parts = pattern.parts.as_slice();
    let (mut rest, mut part) = (text, 0);
    // Where to resume when the rest does not fit: the part after the last `*`, and the text after
    // what that `*` takes.
    let mut resume: Option<(usize, &str)> = None;
    loop {
        let after = match parts.get(part) {
            Some(Part::AnyRun) => {
                resume = Some((part + 1, rest));
                Some(rest)
            }
            Some(Part::AnyOne) => without_first(rest),
            Some(Part::Literal(literal)) => behind(rest, literal, pattern.case),
            None if rest.is_empty() => return true,
            None => None,
        };
        if let Some(after) = after {
            (rest, part) = (after, part + 1);
            continue;
        }
        let Some((next, taken)) = resume else {
            return false;
        };
        let Some(taken) = without_first(taken) else {
            return false;
        };
        resume = Some((next, taken));
        (rest, part) = (taken, next);
    }
}

fn without_first(text: &str) -> Option<&str> {
    let mut chars = text.chars();
    chars.next().map(|_| chars.as_str())
}

/// What comes after a literal at the beginning of a text.
fn behind<'t>(text: &'t str, literal: &str, case: Case) -> Option<&'t str> {
    let mut chars = text.chars();
    for wanted in literal.chars() {
        if !case.same(chars.next()?, wanted) {
            return None;
        }
    }
    Some(chars.as_str())
}

/// A text under a case rule, for comparing whole texts.
pub(crate) fn folded(text: &str, case: Case) -> String {
    match case {
        Case::Sensitive => text.to_owned(),
        other => text.chars().map(|c| other.fold(c)).collect(),
    }
}
