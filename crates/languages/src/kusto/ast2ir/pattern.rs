//! The regular expression that a `parse` pattern amounts to.

use crate::kusto::ast::{ParseOperator, ParsePiece};
use tripline_ir::Text;

/// The flags that a constant's regular expression may have.
pub(super) const FLAGS: &str = "imsU";

/// The regular expression of a pattern, over the whole text, with one group for each column.
///
/// Columns take as much as they can where the texts are regular expressions, unless a flag says
/// otherwise, and as little as they can where they are plain.
pub(super) fn pattern(parse: &ParseOperator) -> Text {
    let flags = parse.flags.as_str();
    let mut out = String::from(if parse.regex && !flags.contains('s') {
        "^"
    } else {
        "(?s)^"
    });
    let greedy = parse.regex && !flags.contains('U');
    for (at, piece) in parse.pieces.iter().enumerate() {
        let last = at + 1 == parse.pieces.len();
        match piece {
            ParsePiece::Star if last => out.push_str(".*"),
            ParsePiece::Star => out.push_str(".*?"),
            ParsePiece::Text(text) if parse.regex => {
                out.push_str("(?");
                out.extend(flags.chars().filter(|flag| FLAGS.contains(*flag)));
                out.push(':');
                uncaptured(text, &mut out);
                out.push(')');
            }
            ParsePiece::Text(text) => escape(text, &mut out),
            ParsePiece::Column(_, kind) => out.push_str(match kind.as_str() {
                "int" | "long" if !parse.relaxed => r"\s*([-+]?\d+)",
                "real" | "double" | "decimal" if !parse.relaxed => {
                    r"\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)"
                }
                _ if last || greedy => "(.*)",
                _ => "(.*?)",
            }),
        }
    }
    out.push('$');
    out.into()
}

/// A text as a regular expression that matches it alone.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        if "\\.+*?()|[]{}^$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
}

/// A regular expression whose groups capture nothing: the groups of a pattern are its columns.
fn uncaptured(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '\\' if rest.starts_with("\\Q") => rest.find("\\E").map_or(rest.len(), |at| at + 2),
            '\\' => rest.chars().take(2).map(char::len_utf8).sum(),
            '[' => class_length(rest),
            '(' => {
                let group = group_start(rest);
                if group > 0 {
                    out.push_str("(?:");
                    rest = &rest[group..];
                    continue;
                }
                1
            }
            other => other.len_utf8(),
        };
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
}

/// Bytes of what begins a group that captures: `(`, `(?P<name>`, `(?<name>`; none for another.
fn group_start(text: &str) -> usize {
    if !text.starts_with("(?") {
        return 1;
    }
    if text.starts_with("(?P<") || text.starts_with("(?<") {
        return text.find('>').map_or(0, |at| at + 1);
    }
    0
}

/// Bytes of a class in brackets: a `]` that comes first is one of its characters.
fn class_length(text: &str) -> usize {
    let mut inside = 1;
    for first in ['^', ']'] {
        if text[inside..].starts_with(first) {
            inside += 1;
        }
    }
    while let Some(c) = text[inside..].chars().next() {
        let rest = &text[inside..];
        inside += match c {
            '\\' => rest.chars().take(2).map(char::len_utf8).sum(),
            '[' if rest.starts_with("[:") => rest.find(":]").map_or(1, |at| at + 2),
            ']' => return inside + 1,
            other => other.len_utf8(),
        };
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::uncaptured;

    #[test]
    fn groups_of_constants_capture_nothing() {
        for (written, wanted) in [
            ("a(b(c)?)d", "a(?:b(?:c)?)d"),
            (r"\(a\)(b)", r"\(a\)(?:b)"),
            ("[(](a)", "[(](?:a)"),
            ("[]()](a)", "[]()](?:a)"),
            ("[^]()](a)", "[^]()](?:a)"),
            (r"[\]()](a)", r"[\]()](?:a)"),
            ("[[:alpha:](](a)", "[[:alpha:](](?:a)"),
            ("(?P<n>a)(?<m>b)(?i:c)(?:d)", "(?:a)(?:b)(?i:c)(?:d)"),
            (r"\Q(\E(a)", r"\Q(\E(?:a)"),
            ("[(", "[("),
            ("é(ü)", "é(?:ü)"),
            ("\\", "\\"),
        ] {
            let mut out = String::new();
            uncaptured(written, &mut out);
            assert_eq!(out, wanted, "{written}");
        }
    }
}
