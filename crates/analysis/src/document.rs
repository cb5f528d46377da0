//! A document: what an answer says, apart from how a surface shows it.
//!
//! Wording and order are decided here once; terminal, Markdown and HTML only draw it. Evidence is
//! numbered in the order in which it is shown.

use crate::evidence::Evidence;
use crate::markup::{Reference, Span};
use smol_str::SmolStr as Text;
use std::collections::BTreeMap;

/// How many footnotes a line shows; the rest are counted.
const NOTES: usize = 4;

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Title.
    pub title: Text,
    /// Lines under the title.
    pub lead: Vec<Line>,
    /// Sections in order.
    pub sections: Vec<Section>,
    /// The evidence that its lines show, by number.
    pub notes: Vec<Note>,
    /// Cited works, by number.
    pub references: Vec<Reference>,
    /// Lines at the foot: attribution, catalogue.
    pub foot: Vec<Line>,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Name for links: lower-case letters and hyphens.
    pub key: &'static str,
    /// Heading.
    pub title: &'static str,
    /// How its rows were chosen and ordered; empty when nothing was.
    pub basis: Text,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// A part of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading inside the section.
    Heading(Line),
    /// A paragraph.
    Paragraph(Line),
    /// A list.
    List(Vec<Line>),
    /// A table.
    Table(Table),
    /// Text as it is.
    Code(Code),
}

/// Text as it is: a query, a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Its language, or empty.
    pub language: Text,
    /// The text.
    pub text: Text,
}

/// A line of text with its evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// The text.
    pub spans: Vec<Span>,
    /// Numbers of the evidence shown.
    pub notes: Vec<u32>,
    /// How much evidence is not shown.
    pub more: usize,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Heading.
    pub title: &'static str,
    /// Its cells are numbers.
    pub number: bool,
    /// Its cells are long texts.
    pub wide: bool,
}

/// A table; each row has as many cells as there are columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows.
    pub rows: Vec<Vec<Line>>,
}

/// Numbered evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The number, from 1.
    pub number: u32,
    /// Key of the source: rule id, ATT&CK id, STIX id, `atomic:` and GUID.
    pub key: Text,
    /// The source.
    pub source: Evidence,
}

impl Section {
    /// All its spans, in the order in which they are read.
    pub(crate) fn spans_mut(&mut self) -> Vec<&mut Span> {
        let mut spans = Vec::new();
        for block in &mut self.blocks {
            match block {
                Block::Heading(line) | Block::Paragraph(line) => spans.extend(&mut line.spans),
                Block::List(lines) => {
                    spans.extend(lines.iter_mut().flat_map(|line| &mut line.spans));
                }
                Block::Table(table) => {
                    let cells = table.rows.iter_mut().flatten();
                    spans.extend(cells.flat_map(|line| &mut line.spans));
                }
                Block::Code(_) => {}
            }
        }
        spans
    }
}

impl Line {
    /// A line of spans without evidence.
    pub fn of(spans: Vec<Span>) -> Self {
        Self {
            spans,
            ..Self::default()
        }
    }

    /// A line of plain text.
    pub fn text(text: impl Into<Text>) -> Self {
        Self::of(vec![Span::plain(text)])
    }

    /// A line of one value.
    pub fn code(text: impl Into<Text>) -> Self {
        Self::of(vec![Span::code(text)])
    }

    /// Adds a span.
    #[must_use]
    pub fn and(mut self, span: Span) -> Self {
        self.spans.push(span);
        self
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }
}

impl Table {
    /// A table of columns: `#` before a title means numbers, `~` long texts.
    pub(crate) fn new(columns: &[&'static str]) -> Self {
        let column = |title: &&'static str| Column {
            title: title.trim_start_matches(['#', '~']),
            number: title.starts_with('#'),
            wide: title.starts_with('~'),
        };
        Self {
            columns: columns.iter().map(column).collect(),
            rows: Vec::new(),
        }
    }
}

/// Numbers evidence while a document is made.
pub(crate) struct Notes<'a> {
    sources: &'a BTreeMap<Text, Evidence>,
    numbers: BTreeMap<Text, u32>,
    shown: Vec<Note>,
}

impl<'a> Notes<'a> {
    pub(crate) fn new(sources: &'a BTreeMap<Text, Evidence>) -> Self {
        Self {
            sources,
            numbers: BTreeMap::new(),
            shown: Vec::new(),
        }
    }

    /// The line with its evidence: the first few are shown, the rest counted.
    pub(crate) fn on(&mut self, mut line: Line, evidence: &[Text]) -> Line {
        let known: Vec<&Text> = evidence
            .iter()
            .filter(|key| self.sources.contains_key(*key))
            .collect();
        let shown = known.len().min(NOTES);
        line.notes = known[..shown].iter().map(|key| self.number(key)).collect();
        line.more = known.len() - shown;
        line
    }

    fn number(&mut self, key: &Text) -> u32 {
        if let Some(number) = self.numbers.get(key) {
            return *number;
        }
        let number = u32::try_from(self.shown.len() + 1).unwrap_or(u32::MAX);
        self.numbers.insert(key.clone(), number);
        self.shown.push(Note {
            number,
            key: key.clone(),
            source: self.sources[key].clone(),
        });
        number
    }

    pub(crate) fn into_notes(self) -> Vec<Note> {
        self.shown
    }
}
