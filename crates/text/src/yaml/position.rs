//! Character positions to byte offsets.

/// The parser counts characters. In ASCII text they are bytes; in other text, every 64th
/// character's offset is kept and the rest is counted from there.
pub(super) struct Positions<'a> {
    text: &'a str,
    /// Offset of every [`STRIDE`]th character; empty for ASCII text.
    marks: Vec<u32>,
}

const STRIDE: usize = 64;

impl<'a> Positions<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let marks = if text.is_ascii() {
            Vec::new()
        } else {
            let starts = text.char_indices().step_by(STRIDE);
            starts
                .map(|(at, _)| u32::try_from(at).unwrap_or(u32::MAX))
                .collect()
        };
        Self { text, marks }
    }

    /// The byte offset of a character; past the end, the end.
    pub(super) fn byte(&self, character: usize) -> usize {
        if self.marks.is_empty() {
            return character.min(self.text.len());
        }
        let Some(start) = self.marks.get(character / STRIDE) else {
            return self.text.len();
        };
        let start = *start as usize;
        let rest = self.text[start..].char_indices().nth(character % STRIDE);
        rest.map_or(self.text.len(), |(at, _)| start + at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_mixed_text() {
        let text = "aé漢🦀".repeat(100);
        let positions = Positions::new(&text);
        for (nth, (at, _)) in text.char_indices().enumerate() {
            assert_eq!(positions.byte(nth), at);
        }
        assert_eq!(positions.byte(400), text.len());
        assert_eq!(positions.byte(100_000), text.len());
        assert_eq!(Positions::new("abc").byte(9), 3);
    }
}
