//! Places in a decoded YAML text as places in the file.

use tripline_text::{Diagnostic, Span};

/// For each byte of the text the byte of the file that it stands for; one more for the end.
#[derive(Debug, Default)]
pub(super) struct Places {
    offsets: Vec<u32>,
}

impl Places {
    /// Walks the text and the bytes of the file that it was decoded from side by side: quotes,
    /// escapes, folded line breaks and indentation have no place in the text.
    pub(super) fn new(raw: &str, base: u32, text: &str) -> Self {
        let bytes = raw.as_bytes();
        let mut at = 0;
        let mut offsets = Vec::with_capacity(text.len() + 1);
        let place = |at: usize| base.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        let blank = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_whitespace);
        for c in text.chars() {
            if c.is_ascii_whitespace() {
                offsets.extend(std::iter::repeat_n(place(at), c.len_utf8()));
                let mut end = at;
                while blank(end) {
                    end += 1;
                }
                let folds = bytes.get(at..end).is_some_and(|run| run.contains(&b'\n'));
                at = if folds { end } else { (at + 1).min(end) };
                continue;
            }
            let mut encoded = [0; 4];
            let own = c.encode_utf8(&mut encoded).as_bytes();
            let found =
                (at..bytes.len().min(at + 400)).find(|start| bytes[*start..].starts_with(own));
            at = found.unwrap_or(at);
            offsets.extend(std::iter::repeat_n(place(at), own.len()));
            if found.is_some() {
                at += own.len();
            }
        }
        offsets.push(place(at));
        Self { offsets }
    }

    /// A diagnostic of the text as one of the file.
    pub(super) fn moved(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let labels = diagnostic
            .primary
            .iter_mut()
            .chain(&mut diagnostic.secondary);
        for label in labels {
            label.span = Span::new(self.at(label.span.start), self.at(label.span.end));
        }
        diagnostic
    }

    fn at(&self, offset: u32) -> u32 {
        let last = self.offsets.last().copied().unwrap_or_default();
        self.offsets.get(offset as usize).copied().unwrap_or(last)
    }
}

#[cfg(test)]
mod tests {
    use super::Places;

    #[test]
    fn quotes_and_folds_have_no_place() {
        let raw = "'it''s\n  ab'";
        let places = Places::new(raw, 10, "it's ab");
        assert_eq!(places.offsets, [11, 12, 13, 15, 16, 19, 20, 21]);
    }
}
