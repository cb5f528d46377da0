//! Names and values: what stands bare and what in quotes.

use super::super::cursor::{PLACEHOLDER, is_name};
use super::Printer;

/// Words with a meaning among names. As names they are quoted, wherever they stand.
// Table: words of the commands' own grammars.
const RESERVED: [&str; 15] = [
    "as",
    "by",
    "endswith",
    "eval",
    "from",
    "groupby",
    "in",
    "output",
    "outputnew",
    "over",
    "sortby",
    "startswith",
    "where",
    "with",
    "datamodel",
];

/// Parts with a blank between them, or with the line break that a part begins with; empty parts
/// are left out.
pub(super) fn joined(parts: impl IntoIterator<Item = String>) -> String {
    let mut out = String::new();
    for part in parts {
        if !out.is_empty() && !part.is_empty() && !part.starts_with('\n') {
            out.push(' ');
        }
        out.push_str(&part);
    }
    out
}

/// A text in double quotes. A backslash is doubled only where a single one would be taken for the
/// beginning of an escape, so that expressions and paths stay readable.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text, &[]))
}

/// A value of `search` without quotes. There a backslash keeps the value from ending at the
/// character behind it, and is part of the value.
pub(super) fn bare(text: &str) -> String {
    escaped(text, &['(', ')', '|'])
}

fn escaped(text: &str, kept: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let doubled = match next {
            Some(next) if kept.contains(&next) => false,
            Some('"' | '\\') | None => true,
            Some(_) => before == Some('\\'),
        };
        if c == '"' || c == '\\' && doubled {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
    out
}

/// The value of an option.
pub(super) fn option_value(text: &str) -> String {
    let plain = |c: char| !(c.is_whitespace() || "()[]|,\"\\'`".contains(c));
    if !text.is_empty() && !text.starts_with('=') && text.chars().all(plain) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// Whether a text begins with a word, in any letter case, that ends there.
pub(super) fn begins_with_word(text: &str, word: &str) -> bool {
    text.get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
        && !text[word.len()..].starts_with(is_name)
}

/// Whether a text reads as a name without quotes, in any command.
fn is_plain(text: &str) -> bool {
    let known = RESERVED.iter().any(|word| text.eq_ignore_ascii_case(word));
    let number = text.chars().all(|c| c.is_ascii_digit());
    let fits = !text.starts_with('-') && text.chars().all(is_name);
    text == PLACEHOLDER || (fits && !known && !number)
}

/// Whether a text is a name with a part in parentheses, as `values(user)`.
fn is_call(text: &str) -> bool {
    let Some((head, rest)) = text.split_once('(') else {
        return false;
    };
    let ordered = matches!(head, "auto" | "ip" | "num" | "str");
    let inside = rest.strip_suffix(')');
    is_plain(head)
        && head != PLACEHOLDER
        && !ordered
        && inside.is_some_and(|inside| inside.chars().all(is_name))
}

impl Printer {
    /// A field's name among a command's arguments.
    pub(super) fn name(self, text: &str) -> String {
        if is_plain(text) {
            text.to_owned()
        } else {
            self.in_quotes(text)
        }
    }

    /// A column's name where one with parentheses needs no quotes.
    pub(super) fn column(self, text: &str) -> String {
        if is_call(text) {
            text.to_owned()
        } else {
            self.name(text)
        }
    }

    /// A field's name before an operator of `search`, where a backslash is part of it.
    pub(super) fn searched_field(self, text: &str) -> String {
        let word = ["AND", "OR", "NOT", "by", "groupby"]
            .iter()
            .any(|word| begins_with_word(text, word));
        let fits = text.chars().all(|c| is_name(c) || c == '\\');
        if fits && !text.is_empty() && !word {
            text.to_owned()
        } else {
            self.in_quotes(text)
        }
    }

    /// A name in quotes: double ones, which every command takes, except within such quotes.
    fn in_quotes(self, text: &str) -> String {
        if self.in_text {
            format!("'{text}'")
        } else {
            quoted(text)
        }
    }
}
