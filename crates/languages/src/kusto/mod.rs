//! Kusto: the tabular language of Microsoft Sentinel and Defender XDR.
//!
//! `text -> tokens -> Query -> Plan`. Names of `let` are resolved before anything is lowered: a
//! list's name never becomes a value. A missing string is the empty one, a missing number is
//! null, and the predicate says so with explicit tests.
//!
//! What holds: any text gives a plan or an error with its place; nothing is nested deeper than
//! [`facts::MAX_DEPTH`]; a part that cannot be read is skipped, reported and counted as a loss.

#![expect(
    clippy::single_match_else,
    reason = "a match shows both ways of a parse side by side"
)]

mod ast;
mod ast2ir;
pub(crate) mod clause;
mod facts;
mod lexer;
mod parser;

use crate::{Context, Lowered};
use tripline_text::{Diagnostic, Source, Span};

/// Lowers a query.
pub(crate) fn lower(source: &Source, context: &Context<'_>) -> Lowered {
    let mut diagnostics = Vec::new();
    let tokens = lexer::tokens(source, &mut diagnostics);
    let query = parser::parse(source, &tokens, &mut diagnostics);
    ast2ir::lower(&query, source, context, diagnostics)
}

/// Syntax errors of a text, in order of places.
pub fn check_syntax(source: &Source) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let tokens = lexer::tokens(source, &mut diagnostics);
    parser::parse(source, &tokens, &mut diagnostics);
    diagnostics.sort_by_key(|found| found.primary.as_ref().map(|label| label.span.start));
    diagnostics
}

/// The queries of a text that holds several with only blank lines between them: the bytes of
/// each. One query, or statements that `;` separates, are one.
pub fn split(source: &Source) -> Vec<Span> {
    let mut ignored = Vec::new();
    let tokens = lexer::tokens(source, &mut ignored);
    let starts = parser::blank_line_starts(source, &tokens);
    let end = u32::try_from(source.text().len()).unwrap_or(u32::MAX);
    let mut bounds = vec![0];
    bounds.extend(starts);
    bounds.push(end);
    bounds
        .windows(2)
        .map(|pair| Span::new(pair[0], pair[1]))
        .collect()
}
