//! EQL: the Event Query Language of Elasticsearch and of Elastic Endpoint's behaviour rules.
//!
//! Input: a query. Output: [`Lowered`]. [`facts`] says what the text looks like, [`lexer`] and
//! [`parser`] read it into [`ast`], [`ast2ir`] gives it its meaning. Elasticsearch runs conditions
//! as index queries, so what `not` does to a missing field depends on the operator; the lowering
//! writes that out with [`tripline_ir::Test::Exists`], and the plan needs no EQL rules any more.

mod ast;
mod ast2ir;
pub(crate) mod clause;
mod facts;
mod lexer;
mod parser;
#[cfg(test)]
mod print;
#[cfg(test)]
mod tests;

use crate::{Context, Lowered};
use tripline_text::{Code, Diagnostic, Source, Span};

/// Whose EQL it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Dialect {
    /// Elasticsearch: detection rules.
    #[default]
    Elasticsearch,
    /// Elastic Endpoint: behaviour rules, with `_arraysearch`, process lineage, comparisons of two
    /// fields and Endgame's functions and pipes.
    Endpoint,
}

/// Lowers a query.
pub fn lower(dialect: Dialect, source: &Source, context: &Context<'_>) -> Lowered {
    let mut diagnostics = Vec::new();
    if source.text().trim().is_empty() {
        diagnostics.push(
            Diagnostic::new(
                Code::EqlMissingWhere,
                source,
                "the query is empty: expected `category where condition`",
            )
            .at(Span::default(), ""),
        );
        return Lowered {
            diagnostics,
            ..Lowered::default()
        };
    }
    let tokens = lexer::lex(source, &mut diagnostics);
    let query = parser::parse(source, &tokens, dialect, &mut diagnostics);
    ast2ir::lower(&query, dialect, source, context, diagnostics)
}
