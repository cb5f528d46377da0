//! SPL: Splunk's search processing language.
//!
//! Input: a search and the [`Library`] of macros and lookups that it stands in. Output:
//! [`Lowered`]. [`expand`] replaces macros in the text and remembers where every byte comes from;
//! [`parser`] reads the result into [`ast`], with one file for each of the two expression
//! languages (`search`, where `OR` binds tighter than `AND` and text compares without case; `eval`
//! and `where`, with case and three truth values); [`ast2ir`] gives every stage its meaning.
//! [`facts`] says what the language looks like. [`print`] writes the tree
//! as text again.
//!
//! Held here: a command always has a node, known or generic; a stage that the representation
//! cannot hold is a loss with its place; nothing nests deeper than [`facts::MAX_DEPTH`].

mod ast;
mod ast2ir;
pub(crate) mod clause;
mod cursor;
mod expand;
mod facts;
mod library;
mod parser;
mod print;
#[cfg(test)]
mod tests;
mod unplaced;

pub use library::{Library, Lookup, Macro, Matching};

use crate::{Context, Lowered};
use tripline_ir::{Loss, LossReason};
use tripline_text::{Code, Diagnostic, Source, Span};

/// Lowers a search.
pub fn lower(source: &Source, context: &Context<'_>) -> Lowered {
    let mut diagnostics = Vec::new();
    if source.text().trim().is_empty() {
        let message = "the search is empty: expected a condition or a command";
        let diagnostic = Diagnostic::new(Code::SplSyntax, source, message);
        diagnostics.push(diagnostic.at(Span::default(), ""));
        return Lowered {
            diagnostics,
            ..Lowered::default()
        };
    }
    let expanded = expand::expand(source, context.spl, &mut diagnostics);
    let pipeline = parser::parse(source, &expanded, &mut diagnostics);
    let errors = diagnostics.iter().filter(|found| is_syntax(found));
    let errors: Vec<Diagnostic> = errors.cloned().collect();
    let mut lowered = ast2ir::lower(&pipeline, &expanded, source, context, diagnostics);
    let told = |loss: &Loss| loss.reason == LossReason::SyntaxError;
    if !lowered.losses.iter().any(told) {
        // Splunk runs nothing of a search with an error: what was read of it is a guess.
        lowered.losses.extend(errors.into_iter().map(|error| Loss {
            reason: LossReason::SyntaxError,
            detail: error.message.into(),
            span: error.primary.map(|label| label.span),
        }));
    }
    lowered
}

/// The search in one layout, its macros resolved and its comments gone: a stage on a line, quotes and
/// parentheses only where they are needed. `None` when the search has an error, or when its text in
/// backticks would be read as a call of a macro once more.
///
/// What it gives is the same search, as [`same`] says, and is laid out as it is.
///
/// ```
/// use tripline_languages::{Context, spl};
/// use tripline_schema::Schema;
/// use tripline_text::Source;
///
/// let source = Source::new("rule", "search a=\"x\"  (b=1)|bucket _time span=1h ```by hour```");
/// let text = spl::laid_out(&source, &Context::new(Schema::builtin()));
/// assert_eq!(text.as_deref(), Some("a=\"x\" b=1\n| bin span=1h _time"));
/// ```
pub fn laid_out(source: &Source, context: &Context<'_>) -> Option<String> {
    let text = print::print(&tree(source, context)?);
    let ticks = || {
        let source = Source::new("", text.as_str());
        let again = expand::expand(&source, None, &mut Vec::new());
        again.text == text && again.unresolved.is_empty()
    };
    (text.len() <= crate::MAX_BYTES && (!text.contains('`') || ticks())).then_some(text)
}

/// Whether two searches are the same but for layout, macros, and names of one meaning: their syntax
/// trees are equal, places apart. A search with an error is the same as none.
pub fn same(left: &Source, right: &Source, context: &Context<'_>) -> bool {
    let bare = |source| {
        let mut pipeline = tree(source, context)?;
        unplaced::clear(&mut pipeline);
        Some(pipeline)
    };
    bare(left).is_some_and(|left| Some(left) == bare(right))
}

/// The syntax tree of a search that has no error.
fn tree(source: &Source, context: &Context<'_>) -> Option<ast::Pipeline> {
    if source.text().len() > crate::MAX_BYTES {
        return None;
    }
    let mut diagnostics = Vec::new();
    let expanded = expand::expand(source, context.spl, &mut diagnostics);
    let pipeline = parser::parse(source, &expanded, &mut diagnostics);
    let read = !pipeline.stages.is_empty() && !diagnostics.iter().any(Diagnostic::is_error);
    read.then_some(pipeline)
}

/// Whether something says that the text is no search.
fn is_syntax(found: &Diagnostic) -> bool {
    matches!(
        found.code,
        Code::SplSyntax | Code::SplUnclosed | Code::SplArgument
    )
}

/// The names of the macros that a search calls, each once, in order: what a reader must have at
/// hand to lower it.
pub fn macros_called(text: &str) -> Vec<tripline_ir::Text> {
    let mut found: Vec<tripline_ir::Text> = Vec::new();
    for (at, _) in text.match_indices('`') {
        if let Some((name, _, _)) = expand::call_at(&text[at..])
            && !found.iter().any(|known| known == name)
        {
            found.push(name.into());
        }
    }
    found
}
