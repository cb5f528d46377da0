//! YARA-L 2: the rule language of Google Security Operations.
//!
//! `text -> tokens -> Rule -> Plan`. What the language means is written down in [`ast2ir`]; names
//! of functions, escapes and field kinds stand once in [`facts`].
//!
//! What holds: any text gives a plan or an error with its place; nothing is nested deeper than
//! [`facts::MAX_DEPTH`]; a part that cannot be read is skipped, reported and counted as a loss,
//! and the rest is kept; the name of a placeholder or of a list never becomes a value.

mod ast;
mod ast2ir;
pub(crate) mod clause;
mod facts;
mod lexer;
mod parser;
#[cfg(test)]
mod print;
mod read;
#[cfg(test)]
mod tests;

pub use read::{Outcome, RuleText, list_entries, rules};

use crate::{Context, Lowered};
use tripline_text::{Code, Diagnostic, Source};

/// The source name of context records in plans.
pub const ENTITY_GRAPH: &str = facts::ENTITY_GRAPH;

/// Lowers the first rule of a text.
pub fn lower(source: &Source, context: &Context<'_>) -> Lowered {
    let file = parser::parse(source);
    let Some(rule) = file.rules.first() else {
        return Lowered {
            diagnostics: file.diagnostics,
            ..Lowered::default()
        };
    };
    let mut lowered = ast2ir::lower(rule, source, context);
    let mut diagnostics = file.diagnostics;
    if let Some(second) = file.rules.get(1) {
        let message = format!("the text holds {} rules", file.rules.len());
        let flaw = Diagnostic::new(Code::YaralSeveral, source, message);
        diagnostics.push(flaw.at(second.span, "not read"));
    }
    diagnostics.append(&mut lowered.diagnostics);
    lowered.diagnostics = diagnostics;
    lowered
}
