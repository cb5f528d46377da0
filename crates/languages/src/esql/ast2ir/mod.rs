//! The syntax tree to the intermediate representation.
//!
//! One file per question: [`pipeline`] for commands, [`stats`] for aggregates, [`predicate`] for
//! conditions, [`value`], [`call`], [`dates`] and [`numbers`] for values, [`kind`] for their types,
//! [`extract`] for `DISSECT`, `GROK` and `URI_PARTS`,
//! [`embedded`] for queries of other languages, [`columns`] for which columns there are.
//!
//! A column whose value is not known is *lost*: what tests it is widened to true, never
//! narrowed, and the loss that made it so is listed once.

mod call;
mod columns;
mod dates;
mod decides;
mod embedded;
mod extract;
mod grok;
mod kind;
mod numbers;
mod pipeline;
mod predicate;
mod stats;
mod tested;
mod uri;
mod value;

use super::ast::Query;
use crate::{Context, Lowered};
use columns::Columns;
use tripline_ir::{Loss, LossReason, Text};
use tripline_schema::Activity;
use tripline_text::{Code, Diagnostic, Source, Span};

/// Gives a query its meaning.
pub(crate) fn lower(
    query: &Query,
    source: &Source,
    context: &Context<'_>,
    diagnostics: Vec<Diagnostic>,
) -> Lowered {
    let mut lowering = Lowering {
        source,
        context,
        diagnostics,
        losses: Vec::new(),
        columns: Columns::default(),
        activity: Activity::Other,
        quiet: false,
        at_source: false,
        collector: None,
        forked: false,
        inner: false,
    };
    let plan = lowering.query(query);
    let Lowering {
        mut diagnostics,
        mut losses,
        ..
    } = lowering;
    diagnostics.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span));
    losses.sort_by(|a, b| (a.span, &a.detail).cmp(&(b.span, &b.detail)));
    losses.dedup();
    Lowered {
        plan,
        diagnostics,
        losses,
    }
}

struct Lowering<'a> {
    source: &'a Source,
    context: &'a Context<'a>,
    diagnostics: Vec<Diagnostic>,
    losses: Vec<Loss>,
    /// Which columns the command being lowered sees.
    columns: Columns,
    /// What the source's events are about: it decides what field names mean.
    activity: Activity,
    /// Nothing is reported: a first look at a condition.
    quiet: bool,
    /// A condition is lowered that the source can test, whatever columns have been dropped since.
    at_source: bool,
    /// Aggregates are collected: a measure is being lowered.
    collector: Option<stats::Collector>,
    /// A `FORK` was met; a query has one at most.
    forked: bool,
    /// In a query in parentheses: what is behind it is not seen from here.
    inner: bool,
}

impl Lowering<'_> {
    fn report(&mut self, code: Code, span: Span, message: impl Into<String>, hint: Option<String>) {
        if self.quiet {
            return;
        }
        let diagnostic = Diagnostic::new(code, self.source, message).at(span, "");
        let diagnostic = match hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        };
        diagnostic.add_to(&mut self.diagnostics);
    }

    fn lose(&mut self, reason: LossReason, detail: impl Into<Text>, span: Span) {
        if !self.quiet {
            self.losses.push(Loss {
                reason,
                detail: detail.into(),
                span: Some(span),
            });
        }
    }

    /// Reports a part as wrong; it is lost.
    fn wrong(&mut self, code: Code, span: Span, message: impl Into<String>, hint: Option<String>) {
        self.report(code, span, message, hint);
        self.lose(LossReason::SyntaxError, self.excerpt(span), span);
    }

    /// The text of a span on one line, cut short.
    fn excerpt(&self, span: Span) -> Text {
        let text = self.source.slice(span).chars().take(60);
        text.map(|c| if c == '\n' { ' ' } else { c })
            .collect::<String>()
            .into()
    }
}
