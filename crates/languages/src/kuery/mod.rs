//! Kibana's query language: the default language of Elastic rules.
//!
//! `text -> tokens -> Query -> Predicate`. What the language means is settled by the index's
//! mapping as much as by the text; [`ecs`] holds the reading taken here, once, for this front
//! end, for Lucene query strings and for the filters of rule files.
//!
//! What holds: any text gives a predicate or an error with its place; nothing is nested deeper
//! than [`facts::MAX_DEPTH`]; a part that cannot be read is skipped, reported and counted as a
//! loss, and the rest is kept.

mod ast;
mod ast2ir;
pub(crate) mod clause;
pub mod ecs;
mod facts;
mod lexer;
mod parser;

pub(crate) use ast2ir::{finish, mended};

use crate::{Context, Lowered};
use tripline_text::Source;

/// Lowers a kuery query to a match of single events.
pub(crate) fn lower(source: &Source, context: &Context<'_>) -> Lowered {
    let parsed = parser::parse(source);
    ast2ir::lower(parsed, context)
}
