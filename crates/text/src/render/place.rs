//! Where a span lies, as every renderer needs it.

use super::Sources;
use crate::{Diagnostic, LineColumn, Source, Span};
use std::borrow::Cow;
use std::ops::Range;

/// First and last place of a span; the end is one past the last character.
pub(super) struct Place {
    pub(super) start: LineColumn,
    pub(super) end: LineColumn,
}

/// The lines and columns of `span` in the diagnostic's source, when that is at hand.
pub(super) fn place(diagnostic: &Diagnostic, span: Span, sources: &Sources) -> Option<Place> {
    let source = sources.get(&diagnostic.source)?;
    let at = |offset| source.lines().line_column(source.text(), offset);
    Some(Place {
        start: at(span.start),
        end: at(span.end),
    })
}

/// The span as offsets that lie in the text and on character boundaries, widened where needed.
pub(super) fn clamped(source: &Source, span: Span) -> Range<usize> {
    let text = source.text();
    let mut start = (span.start as usize).min(text.len());
    let mut end = (span.end as usize).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

/// The text with control characters shown as escapes.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_hidden(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Whether a character would act on the terminal instead of showing: control characters and the
/// marks that reorder text.
fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
