//! ES|QL: Elasticsearch's piped query language.
//!
//! `text -> tokens -> commands -> Plan`. [`facts`] holds what the language's words are, [`lexer`]
//! and [`parser`] read the text, [`ast2ir`] gives each command its meaning. Conditions are
//! three-valued and an operator on a field of several values is null; the lowering pushes every
//! `NOT` to the leaves and writes that out, so the plan needs no rules of its own.
//!
//! What holds: any text gives a plan or an error with its place; nothing is nested deeper than
//! [`facts::MAX_DEPTH`]; a command that cannot be read is reported, is a loss, and the others
//! are kept.

mod ast;
mod ast2ir;
pub(crate) mod clause;
mod facts;
mod functions;
mod lexer;
mod parser;
#[cfg(test)]
mod tests;

use crate::{Context, Lowered};
use tripline_text::{Code, Diagnostic, Source, Span};

/// Lowers a query.
pub(crate) fn lower(source: &Source, context: &Context<'_>) -> Lowered {
    let mut diagnostics = Vec::new();
    let tokens = lexer::lex(source.text());
    if tokens.len() == 1 {
        let message = "the query is empty: expected `FROM index | ...`";
        let diagnostic = Diagnostic::new(Code::EsqlSource, source, message);
        diagnostics.push(diagnostic.at(Span::default(), ""));
        return Lowered {
            diagnostics,
            ..Lowered::default()
        };
    }
    let query = parser::parse(source, &tokens, &mut diagnostics);
    ast2ir::lower(&query, source, context, diagnostics)
}

/// Whether a text is a query of this language, for readers that must tell it from others.
pub fn begins_query(text: &str) -> bool {
    let tokens = lexer::lex(text);
    tokens.first().is_some_and(|token| {
        let word = &text[token.span.start as usize..token.span.end as usize];
        token.kind == lexer::Kind::Word
            && (facts::is_source_command(word) || word.eq_ignore_ascii_case("set"))
    })
}
