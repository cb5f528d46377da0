//! The tree of a kuery query.

use tripline_ir::{CompareOp, Part, Text};
use tripline_text::{Diagnostic, Span};

/// A name or a value as written: literal text with wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Literal {
    /// Unescaped text and the wildcards between.
    pub(super) parts: Vec<Part>,
    /// It stood in quotes.
    pub(super) quoted: bool,
    /// Where.
    pub(super) span: Span,
}

impl Literal {
    /// The text, wildcards as `*`.
    pub(super) fn text(&self) -> Text {
        match self.parts.as_slice() {
            [Part::Literal(text)] => text.clone(),
            parts => parts
                .iter()
                .map(|part| match part {
                    Part::Literal(text) => text.as_str(),
                    Part::AnyRun | Part::AnyOne => "*",
                })
                .collect::<String>()
                .into(),
        }
    }

    /// Whether it holds a wildcard.
    pub(super) fn has_wildcard(&self) -> bool {
        !self
            .parts
            .iter()
            .all(|part| matches!(part, Part::Literal(_)))
    }
}

/// A query.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Query {
    /// Nothing was asked: every event.
    All,
    And(Vec<Query>),
    Or(Vec<Query>),
    Not(Box<Query>),
    /// `field: values`, or values alone.
    Is {
        field: Option<Literal>,
        values: Values,
    },
    /// `field < value`.
    Range {
        field: Literal,
        op: CompareOp,
        value: Literal,
        span: Span,
    },
    /// `field: { query }`.
    Nested {
        field: Literal,
        query: Box<Query>,
        span: Span,
    },
    /// A part that could not be read.
    Error(Span),
}

/// The values of one field.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Values {
    One(Literal),
    And(Vec<Values>),
    Or(Vec<Values>),
    Not(Box<Values>),
    /// A part that could not be read.
    Error(Span),
}

/// The outcome of parsing.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) query: Query,
    pub(super) diagnostics: Vec<Diagnostic>,
}
