//! Phrases that several pages share.

use crate::layout::{Line, Page, Tone, toned};
use std::collections::BTreeMap;
use std::fmt::Display;
use tripline_app::answers::{CatalogHead, ClauseItem, marked};

/// How many rows of a table a page shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown(pub(crate) Option<usize>);

impl Shown {
    /// The first rows.
    pub(crate) fn of<T>(self, rows: &[T]) -> &[T] {
        &rows[..self.0.map_or(rows.len(), |limit| limit.min(rows.len()))]
    }

    /// Whether every row is shown.
    pub(crate) fn all(self) -> bool {
        self.0.is_none()
    }

    /// How many of `total` are shown: `15 of 80`, or `80`.
    pub(crate) fn count(self, total: usize) -> String {
        match self.0 {
            Some(limit) if limit < total => format!("{limit} of {total}, --all shows the rest"),
            _ => total.to_string(),
        }
    }
}

/// `1 rule`, `2 rules`.
pub(super) fn plural(count: usize, word: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {word}{s}")
}

/// `sigma 3, elastic 2`: the larger first.
pub(super) fn counts<K: Display + Ord>(counts: &BTreeMap<K, usize>) -> String {
    let mut pairs: Vec<(&K, usize)> = counts.iter().map(|(key, count)| (key, *count)).collect();
    pairs.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(key, count)| format!("{key} {count}"))
        .collect();
    pairs.join(", ")
}

/// `4 left out: hunting 3, deprecated 1`; empty when none is.
pub(super) fn left_out<K: Display + Ord>(classes: &BTreeMap<K, usize>) -> Line {
    let total: usize = classes.values().sum();
    if total == 0 {
        return Line::new();
    }
    toned(
        Tone::Faint,
        format!("{total} left out: {}", counts(classes).replace('_', " ")),
    )
}

/// Texts with commas between them.
pub(super) fn joined<T: AsRef<str>>(texts: &[T]) -> Line {
    let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    Line::from(texts.join(", "))
}

/// `eq`, `starts with`: an operator in words.
pub(super) fn operator(name: &str) -> String {
    name.replace('_', " ")
}

/// A field, an operator and a value on a line.
pub(super) fn test(line: Line, field: &str, op: &str, value: &str) -> Line {
    let mut line = line
        .push(Tone::Name, field)
        .plain(" ")
        .push(Tone::Faint, operator(op));
    let value = operand(op, value);
    if !value.is_empty() {
        line = line.plain(" ");
        line.0.extend(value.0);
    }
    line
}

/// The tests of a clause.
pub(super) fn clause(items: &[ClauseItem]) -> Line {
    let mut line = Line::new();
    for (at, item) in items.iter().enumerate() {
        line = line.push(Tone::Faint, ClauseItem::joint(items, at));
        line = test(line, &item.field, &item.operator, &item.value);
    }
    line
}

/// A number that stands out when it is not 0.
pub(super) fn number(count: usize) -> Line {
    let tone = if count == 0 { Tone::Faint } else { Tone::Plain };
    toned(tone, count.to_string())
}

/// The tone of a reading status.
pub(super) fn status(status: &str) -> Tone {
    match status {
        "full" => Tone::Good,
        "partial" => Tone::Warn,
        "failed" => Tone::Bad,
        _ => Tone::Plain,
    }
}

/// The tone of a severity.
pub(super) fn level(level: &str) -> Tone {
    match level {
        "critical" | "high" => Tone::Bad,
        "medium" => Tone::Warn,
        _ => Tone::Plain,
    }
}

/// Which catalogue the numbers come from, at the foot of a page.
pub(super) fn foot(page: &mut Page, head: &CatalogHead) {
    let corpora: Vec<String> = head
        .corpora
        .iter()
        .map(|corpus| match &corpus.commit {
            Some(commit) => format!("{} at {}", corpus.name, short(commit)),
            None => corpus.name.to_string(),
        })
        .collect();
    let corpora = if corpora.is_empty() {
        String::new()
    } else {
        format!(": {}", corpora.join(", "))
    };
    page.remark(format!("catalogue {}{corpora}", short(&head.hash)));
}

/// The first characters of a hash; a tag or a word is shown whole.
pub(super) fn short(hash: &str) -> &str {
    let is_hash = hash.len() >= 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    hash.get(..10).filter(|_| is_hash).unwrap_or(hash)
}

/// Markdown links as their text alone.
pub(super) fn unlinked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let link = after.split_once("](").and_then(|(shown, after)| {
            let (_, after) = after.split_once(')')?;
            Some((shown, after))
        });
        out.push_str(before);
        match link {
            Some((shown, after)) if !shown.contains('[') => {
                out.push_str(shown);
                rest = after;
            }
            _ => {
                out.push('[');
                rest = after;
            }
        }
    }
    out + rest
}

/// The value of a test with this operator: the empty text is shown as `""`.
pub(super) fn operand(operator: &str, text: &str) -> Line {
    if text.is_empty() && operator == "eq" {
        return toned(Tone::Value, "\"\"");
    }
    value(text)
}

/// A value; spaces at its edges are made visible.
pub(super) fn value(text: &str) -> Line {
    let inner = text.trim_matches(' ');
    let left = text.len() - text.trim_start_matches(' ').len();
    let right = text.len() - inner.len() - left.min(text.len() - inner.len());
    let edge = |count| "\u{2423}".repeat(count);
    toned(Tone::Value, edge(left) + inner + &edge(right))
}

/// A sentence of ours in which values stand between backticks.
pub(crate) fn prose(text: &str) -> Line {
    let mut line = Line::new();
    for (code, part) in marked(text) {
        let tone = if code { Tone::Value } else { Tone::Plain };
        line = line.push(tone, part);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{unlinked, value};

    #[test]
    fn links_become_their_text() {
        let text = "see [one](http://a/b) and [two](http://c), [not] this";
        assert_eq!(unlinked(text), "see one and two, [not] this");
    }

    #[test]
    fn spaces_at_edges_show() {
        let shown = |text| {
            value(text)
                .0
                .into_iter()
                .map(|piece| piece.text)
                .collect::<String>()
        };
        assert_eq!(shown(" -w h"), "\u{2423}-w h");
        assert_eq!(shown("  "), "\u{2423}\u{2423}");
        assert_eq!(shown("a  "), "a\u{2423}\u{2423}");
        assert_eq!(shown("a b"), "a b");
    }
}
