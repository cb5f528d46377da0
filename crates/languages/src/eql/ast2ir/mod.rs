//! The syntax tree to the intermediate representation.
//!
//! One file per question: [`query`] for events, sequences and samples, [`pipes`] for what follows
//! them, [`predicate`] for conditions, [`call`] for functions that are conditions, [`value`] for
//! values and constants, [`scope`] for the sources of a step. A part without an image becomes a
//! [`Loss`] and widens the condition that it stands in, never narrows it.

mod call;
mod pipes;
mod predicate;
mod query;
mod scope;
mod value;

use super::Dialect;
use super::ast::Query;
use crate::{Context, Lowered};
use scope::Scope;
use tripline_ir::{Loss, LossReason, Text};
use tripline_text::{Code, Diagnostic, Source, Span};

/// Gives a query its meaning.
pub(crate) fn lower(
    query: &Query,
    dialect: Dialect,
    source: &Source,
    context: &Context<'_>,
    diagnostics: Vec<Diagnostic>,
) -> Lowered {
    let mut lowering = Lowering {
        source,
        context,
        dialect,
        diagnostics,
        losses: Vec::new(),
        scope: Scope::default(),
        aliases: Vec::new(),
    };
    let plan = lowering.query(query);
    let Lowering {
        mut diagnostics,
        mut losses,
        ..
    } = lowering;
    diagnostics.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span));
    losses.sort_by_key(|loss| loss.span);
    losses.dedup();
    Lowered {
        plan: Some(plan),
        diagnostics,
        losses,
    }
}

struct Lowering<'a> {
    source: &'a Source,
    context: &'a Context<'a>,
    dialect: Dialect,
    diagnostics: Vec<Diagnostic>,
    losses: Vec<Loss>,
    /// What the condition being lowered stands in.
    scope: Scope,
    /// Names of the steps, from `as`.
    aliases: Vec<Text>,
}

impl Lowering<'_> {
    fn report(&mut self, code: Code, span: Span, message: impl Into<String>, hint: Option<String>) {
        let diagnostic = Diagnostic::new(code, self.source, message).at(span, "");
        let diagnostic = match hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        };
        diagnostic.add_to(&mut self.diagnostics);
    }

    fn lose(&mut self, reason: LossReason, detail: impl Into<Text>, span: Span) {
        self.losses.push(Loss {
            reason,
            detail: detail.into(),
            span: Some(span),
        });
    }

    /// Reports a part as wrong; it is lost.
    fn wrong(&mut self, code: Code, span: Span, message: impl Into<String>, hint: Option<String>) {
        self.report(code, span, message, hint);
        self.lose(LossReason::SyntaxError, self.excerpt(span), span);
    }

    /// The text of a span, cut short.
    fn excerpt(&self, span: Span) -> Text {
        self.source
            .slice(span)
            .chars()
            .take(60)
            .collect::<String>()
            .into()
    }

    /// Reports a construct that only Endpoint has.
    fn endpoint_only(&mut self, span: Span, what: &str, hint: Option<&str>) {
        if self.dialect == Dialect::Elasticsearch {
            let message = format!("{what} is Elastic Endpoint's, not Elasticsearch's");
            self.report(Code::EqlDialect, span, message, hint.map(str::to_owned));
        }
    }
}
