//! Lucene query strings, as Elasticsearch's `query_string` reads them.
//!
//! `text -> tokens -> clauses -> Predicate`. The classic query parser has no precedence: each
//! clause of a level is required, prohibited or optional ([`ast::Occur`]), and the parser here
//! gives exactly those marks; [`ast2ir`] says what a set of marked clauses means. The types of
//! fields are read as in [`ecs`](crate::ecs).

mod ast;
mod ast2ir;
mod facts;
mod lexer;
mod parser;

use crate::{Context, Lowered};
use tripline_text::Source;

/// Lowers a query string to a match of single events.
pub(crate) fn lower(source: &Source, context: &Context<'_>) -> Lowered {
    let parsed = parser::parse(source);
    ast2ir::lower(source, parsed, context)
}
