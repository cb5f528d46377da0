//! The tree of a Lucene query.

use tripline_ir::{CompareOp, Part, Text};
use tripline_text::{Diagnostic, Span};

/// How a clause takes part in its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occur {
    /// It must match.
    Must,
    /// It must not match.
    MustNot,
    /// It need not match unless nothing of its level must.
    Should,
}

/// A part of a level.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Clause {
    pub(super) occur: Occur,
    pub(super) query: Query,
    pub(super) span: Span,
}

/// A query.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Query {
    /// The clauses of one level; none at all match every event.
    Level(Vec<Clause>),
    /// A test of a field, or of any.
    Leaf {
        field: Option<Field>,
        test: Term,
        span: Span,
    },
    /// A part that could not be read.
    Error(Span),
}

/// A field name, unescaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: Text,
    pub(super) span: Span,
}

/// What a clause tests.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Term {
    /// A term or phrase.
    Value {
        parts: Vec<Part>,
        quoted: bool,
        /// `~` and its number: an edit distance, or a phrase's slop.
        fuzzy: Option<(Span, Option<u32>)>,
    },
    /// `/re/`.
    Regex(Text),
    /// `[a TO b]`, `{a TO b}`, `>a`.
    Range(Vec<(CompareOp, Text)>),
}

/// The outcome of parsing.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) query: Query,
    pub(super) diagnostics: Vec<Diagnostic>,
}
