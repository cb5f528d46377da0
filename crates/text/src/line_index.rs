//! Byte offsets to lines and columns.

/// A place as editors count: both numbers start at 1, columns count characters (Unicode scalar
/// values), not bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// Bytes between two counts of characters.
const STEP: usize = 256;

/// Offsets of line starts, and counts of characters so that a column costs the same in a line of
/// any length. `\n` and `\r\n` end a line.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// Characters that begin before byte 0, [`STEP`], twice that and so on.
    characters: Vec<usize>,
}

impl LineIndex {
    /// The index of `text`.
    pub fn new(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0)
            .chain(ends.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)))
            .collect();
        let counts = text.as_bytes().chunks(STEP).scan(0, |sum, chunk| {
            *sum += characters(chunk);
            Some(*sum)
        });
        Self {
            starts,
            characters: std::iter::once(0).chain(counts).collect(),
        }
    }

    /// Where `offset` stands in `text`, the text that the index was made from. Offsets past the
    /// end, or inside a character, count as the character before them.
    pub fn line_column(&self, text: &str, offset: u32) -> LineColumn {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts[line - 1] as usize;
        let mut end = (offset as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = |at: usize| {
            let step = at / STEP;
            self.characters[step] + characters(&text.as_bytes()[step * STEP..at])
        };
        let column = before(end).saturating_sub(before(start.min(end))) + 1;
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        LineColumn {
            line: clamp(line),
            column: clamp(column),
        }
    }

    /// Number of lines; an empty text has one.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }
}

/// Characters that begin in these bytes of a text.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}
