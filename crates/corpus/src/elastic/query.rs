//! The query of a rule: its text, its place in the file, and its lowering.

use super::fields::{Reader, Table, Value};
use crate::reader::FileContext;
use std::borrow::Cow;
use toml::de::DeValue;
use tripline_ir::{Language, Text};
use tripline_languages::{Context, Lowered, lower};
use tripline_text::{Diagnostic, Source, Span};

/// A query as the file holds it.
pub(super) struct Query<'a> {
    /// Decoded.
    pub(super) text: &'a str,
    /// The TOML string in the file, with its quotes.
    span: Span,
    /// Where the text begins in the file, when it stands there without escapes.
    pub(super) offset: Option<u32>,
}

impl<'a> Query<'a> {
    /// The text under `key`.
    pub(super) fn read(reader: &mut Reader<'_>, table: &Table<'a>, key: &str) -> Option<Self> {
        let value = table.get(key)?;
        let text = reader.text(table, key)?;
        Some(Self::new(reader, value, text))
    }

    /// The texts of the list under `key`, without a line `sql` before them.
    pub(super) fn read_all(reader: &mut Reader<'_>, table: &Table<'a>, key: &str) -> Vec<Self> {
        let written = reader.texts(table, key).len();
        let items: &'a [Value<'a>] = match table.get(key).map(toml::Spanned::get_ref) {
            Some(DeValue::Array(items)) => items,
            _ => return Self::read(reader, table, key).into_iter().collect(),
        };
        let mut queries = Vec::with_capacity(written);
        for item in items {
            if let Some(text) = item.get_ref().as_str() {
                let trimmed = text.trim_start();
                let text = trimmed.strip_prefix("sql\n").unwrap_or(text);
                queries.push(Self::new(reader, item, text));
            }
        }
        queries
    }

    fn new(reader: &Reader<'_>, value: &Value<'_>, text: &'a str) -> Self {
        let span = reader.span(value.span());
        let borrowed = matches!(value.get_ref(), DeValue::String(Cow::Borrowed(_)));
        let offset = reader
            .source
            .slice(span)
            .find(text)
            .filter(|_| borrowed && !text.is_empty())
            .and_then(|at| u32::try_from(at).ok())
            .map(|at| span.start + at);
        Self { text, span, offset }
    }

    /// Lowers the query; what is said of it is reported at its place in the file.
    pub(super) fn lower(
        &self,
        reader: &mut Reader<'_>,
        language: Language,
        indices: &[Text],
        context: &FileContext<'_>,
    ) -> Lowered {
        let source = Source::new(reader.source.name().clone(), self.text);
        let mut surroundings = Context::new(context.schema);
        surroundings.indices = indices.to_vec();
        let mut lowered = context
            .clock
            .lower(|| lower(language, &source, &surroundings));
        let diagnostics = std::mem::take(&mut lowered.diagnostics);
        let places = Places::new(self, reader.source);
        for diagnostic in diagnostics {
            reader.report(places.moved(diagnostic));
        }
        lowered
    }
}

/// Maps offsets in a decoded text to offsets in the file.
struct Places {
    shift: Option<u32>,
    /// For a text with escapes: the file offset of each decoded byte, and of the end.
    offsets: Vec<u32>,
}

impl Places {
    fn new(query: &Query<'_>, file: &Source) -> Self {
        let offsets = match query.offset {
            Some(_) => Vec::new(),
            None => decoded_offsets(file.slice(query.span), query.span.start, query.text),
        };
        Self {
            shift: query.offset,
            offsets,
        }
    }

    fn moved(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        if let Some(shift) = self.shift {
            return diagnostic.shifted(shift);
        }
        for label in diagnostic
            .primary
            .iter_mut()
            .chain(&mut diagnostic.secondary)
        {
            label.span = Span::new(self.place(label.span.start), self.place(label.span.end));
        }
        diagnostic
    }

    fn place(&self, at: u32) -> u32 {
        let last = self.offsets.last().copied().unwrap_or_default();
        self.offsets.get(at as usize).copied().unwrap_or(last)
    }
}

/// Walks a TOML basic string and its decoded text side by side.
fn decoded_offsets(raw: &str, base: u32, text: &str) -> Vec<u32> {
    let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") {
        3
    } else {
        1
    };
    let mut at = quotes.min(raw.len());
    if quotes == 3 {
        let rest = &raw[at..];
        at += rest.len()
            - rest
                .strip_prefix("\r\n")
                .or_else(|| rest.strip_prefix('\n'))
                .unwrap_or(rest)
                .len();
    }
    let mut offsets = Vec::with_capacity(text.len() + 1);
    for c in text.chars() {
        at += folded_line(&raw[at..]);
        let place = base.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        offsets.extend(std::iter::repeat_n(place, c.len_utf8()));
        at = (at + written_length(&raw[at..])).min(raw.len());
    }
    offsets.push(base.saturating_add(u32::try_from(at).unwrap_or(u32::MAX)));
    offsets
}

/// Length of a backslash at a line's end with the blanks after it, which stand for nothing.
fn folded_line(raw: &str) -> usize {
    let Some(rest) = raw.strip_prefix('\\') else {
        return 0;
    };
    let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
    let blank = &rest[..rest.len() - trimmed.len()];
    if blank.contains('\n') {
        1 + blank.len()
    } else {
        0
    }
}

/// Bytes that the next decoded character takes in the file.
fn written_length(raw: &str) -> usize {
    let mut chars = raw.chars();
    let first = chars.next().map_or(0, char::len_utf8);
    if !raw.starts_with('\\') {
        return first;
    }
    let length = match chars.next() {
        Some('u') => 6,
        Some('U') => 10,
        Some('x') => 4,
        Some(other) => 1 + other.len_utf8(),
        None => 1,
    };
    (length..=raw.len())
        .find(|end| raw.is_char_boundary(*end))
        .unwrap_or(raw.len())
}

#[cfg(test)]
mod tests {
    use super::decoded_offsets;

    #[test]
    fn escapes_and_folded_lines_keep_their_places() {
        let raw = "\"\"\"\na\\\\b\\u00e9 \\\n   c\"\"\"";
        let offsets = decoded_offsets(raw, 100, "a\\b\u{e9} c");
        assert_eq!(offsets, [104, 105, 107, 108, 108, 114, 120, 121]);
    }
}
