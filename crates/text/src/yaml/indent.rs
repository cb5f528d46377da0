//! Quoted texts whose later lines stand too far left.
//!
//! YAML 1.2 wants the lines of a quoted text deeper than the map that it stands in; `libyaml`,
//! which the tools of rule repositories are built on, does not ask. Blank space at the start of
//! such a line means nothing, so putting some in does not change the text.

use super::build::quoted_length;
use std::borrow::Cow;

/// A text with blanks put in, and where.
pub(super) struct Indented<'a> {
    text: Cow<'a, str>,
    /// Places in the text as it is now, in order, and how many bytes stand before each that the
    /// original does not have, those put in there included.
    inserted: Vec<(usize, usize)>,
    repairs: usize,
}

/// How many quoted texts of a file are mended: each makes the parser begin anew.
const MAX_REPAIRS: usize = 64;

impl<'a> Indented<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            inserted: Vec::new(),
            repairs: 0,
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The byte of the original text at a byte of this one.
    pub(super) fn original(&self, at: usize) -> usize {
        let after = self.inserted.partition_point(|(start, _)| *start < at);
        let Some((start, bytes)) = after.checked_sub(1).map(|last| self.inserted[last]) else {
            return at;
        };
        // Within the blanks themselves: the place where they were put in.
        let before = match after.checked_sub(2) {
            Some(last) => self.inserted[last].1,
            None => 0,
        };
        (at - bytes.min(at)).max(start - before)
    }

    /// The text with the lines of the quoted text that begins at a byte indented; `None` when there
    /// is nothing to mend.
    pub(super) fn indent(&self, at: usize) -> Option<Self> {
        let rest = &self.text[at..];
        let escape = match rest.bytes().next() {
            Some(quote @ b'\'') => quote,
            Some(b'"') => b'\\',
            _ => return None,
        };
        let quote = rest.as_bytes()[0];
        let quoted = &rest[..quoted_length(rest, quote, escape)];
        let breaks: Vec<usize> = quoted.match_indices('\n').map(|(nth, _)| nth).collect();
        if breaks.is_empty() || self.repairs == MAX_REPAIRS {
            return None;
        }
        let line = self.text[..at].rfind('\n').map_or(0, |found| found + 1);
        let blanks = " ".repeat(at - line + 1);
        let mut text = String::with_capacity(self.text.len() + breaks.len() * blanks.len());
        let mut starts = Vec::new();
        let mut done = 0;
        for found in breaks {
            let next = at + found + 1;
            text.push_str(&self.text[done..next]);
            starts.push(next);
            text.push_str(&blanks);
            done = next;
        }
        text.push_str(&self.text[done..]);
        Some(Self {
            text: Cow::Owned(text),
            inserted: self.places(&starts, blanks.len()),
            repairs: self.repairs + 1,
        })
    }

    /// The places with blanks put in before these bytes of the text as it is.
    fn places(&self, starts: &[usize], blanks: usize) -> Vec<(usize, usize)> {
        let mut places: Vec<(usize, usize)> = Vec::new();
        let mut before = 0;
        for (start, bytes) in &self.inserted {
            places.push((*start, bytes - before));
            before = *bytes;
        }
        places.extend(starts.iter().map(|start| (*start, blanks)));
        places.sort_unstable();
        // Old places count bytes of the text before this repair: those put in now move them on.
        let (mut moved, mut all) = (0, 0);
        for (start, bytes) in &mut places {
            let new = starts.binary_search(start).is_ok();
            *start += moved;
            all += *bytes;
            if new {
                moved += *bytes;
            }
            *bytes = all;
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::Indented;

    #[test]
    fn places_lead_back() {
        let text = "a: 'x\ny'\nb: \"p\nq\"\n";
        // The later one first: mending the earlier one moves its places.
        let later = Indented::new(text).indent(text.find('"').unwrap());
        let indented = later.unwrap().indent(3).unwrap();
        assert_eq!(indented.text(), "a: 'x\n    y'\nb: \"p\n    q\"\n");
        for letter in ["x", "y", "b", "p", "q"] {
            let here = indented.text().find(letter).unwrap();
            assert_eq!(
                indented.original(here),
                text.find(letter).unwrap(),
                "{letter}"
            );
        }
        assert_eq!(indented.original(indented.text().len()), text.len());
        // A blank that was put in is the place where it was.
        let blank = indented.text().find("    y").unwrap() + 2;
        assert_eq!(indented.original(blank), text.find('y').unwrap());
    }

    #[test]
    fn only_quoted_texts_of_several_lines() {
        assert!(Indented::new("a: b").indent(0).is_none());
        assert!(Indented::new("'one line'").indent(0).is_none());
    }
}
