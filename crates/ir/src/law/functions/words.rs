//! Tests of text: prefixes, wildcards, whole words.

use super::{find, fold_all, text};
use crate::law::pattern_matches;
use crate::{Case, Function, Part, Pattern, Term, Text, Value};

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    let (value, needle) = (text(a, 0)?, text(a, 1)?);
    let word = |case, left, right| {
        let text = needle.clone();
        let term = Term {
            text,
            case,
            left,
            right,
        };
        term_occurs(&term, &value)
    };
    Some(Value::Bool(match function {
        Function::StartsWith(case) => fold_all(&value, case).starts_with(&fold_all(&needle, case)),
        Function::EndsWith(case) => fold_all(&value, case).ends_with(&fold_all(&needle, case)),
        Function::Contains(case) => {
            find(&fold_all(&value, case), &fold_all(&needle, case), 0).is_some()
        }
        Function::Like(case) => pattern_matches(&pattern(&needle, ['%', '_'], case), &value),
        Function::Glob(case) => pattern_matches(&pattern(&needle, ['*', '?'], case), &value),
        Function::HasWord(case) => word(case, true, true),
        Function::HasWordPrefix(case) => word(case, true, false),
        Function::HasWordSuffix(case) => word(case, false, true),
        _ => return None,
    }))
}

/// The pattern that a text writes with a wildcard for any run and one for one character; `\`
/// takes the next character as it is, and stands for itself at the end.
fn pattern(text: &str, [any_run, any_one]: [char; 2], case: Case) -> Pattern {
    let mut parts = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        parts.push(if c == any_run {
            Part::AnyRun
        } else if c == any_one {
            Part::AnyOne
        } else {
            let literal = if c == '\\' {
                chars.next().unwrap_or(c)
            } else {
                c
            };
            Part::Literal(Text::from(literal.to_string()))
        });
    }
    Pattern::new(parts, case)
}

/// Whether a word test holds: the text occurs somewhere with every bounded edge on a boundary.
pub(crate) fn term_occurs(term: &Term, text: &str) -> bool {
    let text = fold_all(text, term.case);
    let needle = fold_all(&term.text, term.case);
    let (Some(first), Some(last)) = (needle.first(), needle.last()) else {
        return true;
    };
    let word = |at: Option<usize>| {
        at.and_then(|i| text.get(i))
            .is_some_and(|c| c.is_alphanumeric())
    };
    let left_bound = term.left && first.is_alphanumeric();
    let right_bound = term.right && last.is_alphanumeric();
    text.windows(needle.len()).enumerate().any(|(at, window)| {
        window == needle.as_slice()
            && !(left_bound && word(at.checked_sub(1)))
            && !(right_bound && word(Some(at + needle.len())))
    })
}
