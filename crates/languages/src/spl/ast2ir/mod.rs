//! The syntax tree to the intermediate representation.
//!
//! A search is a chain of stages over rows. [`scope`] knows which columns there are after each
//! stage and what they mean; [`search`] and [`expr`] give the two expression languages their
//! meaning, [`aggregate`] the statistics, [`lookup`] the lookups, [`subsearch`] the subsearches,
//! [`source`] where events come from, [`numbers`] what computes with numbers, [`running`] the running
//! statistics, [`dynamic`] columns named by values, [`functions`] the functions, [`foreach`] and [`convert`] the commands of these
//! names, [`order`] those for which the order of rows counts, [`plain`] small ones, [`stage`] everything else; [`reads`] is which fields stages name. A part
//! without an image becomes a loss; it widens the condition that it stands in and never narrows it.

mod aggregate;
mod convert;
mod decides;
mod dynamic;
mod expr;
mod fields;
mod foreach;
mod functions;
mod lookup;
mod map;
mod numbers;
mod order;
mod plain;
mod reads;
mod running;
mod scope;
mod search;
mod source;
mod stage;
mod subsearch;

use super::Library;
use super::ast::{Command, Pipeline, Stage};
use super::expand::Expanded;
use crate::{Context, Lowered};
use scope::Scope;
use tripline_ir::{Loss, LossReason, Match, Opaque, Plan, Predicate, Source as IrSource, Text};
use tripline_text::{Code, Diagnostic, Source, Span};

/// Gives a search its meaning.
pub(super) fn lower(
    pipeline: &Pipeline,
    expanded: &Expanded,
    source: &Source,
    context: &Context<'_>,
    diagnostics: Vec<Diagnostic>,
) -> Lowered {
    let mut lowering = Lowering {
        source,
        expanded,
        context,
        library: context.spl,
        diagnostics,
        losses: Vec::new(),
        pending: Vec::new(),
        subsearches: 0,
        open: 0,
    };
    for (place, name) in &expanded.unresolved {
        lowering.losses.push(Loss {
            reason: LossReason::UndefinedName,
            detail: tripline_ir::format_smolstr!("macro `{name}`"),
            span: Some(*place),
        });
    }
    let plan = lowering.pipeline(pipeline).map(|flow| flow.plan);
    let Lowering {
        mut diagnostics,
        mut losses,
        ..
    } = lowering;
    diagnostics.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span));
    losses.sort_by(|a, b| (a.span, a.reason, &a.detail).cmp(&(b.span, b.reason, &b.detail)));
    losses.dedup();
    Lowered {
        plan,
        diagnostics,
        losses,
    }
}

pub(super) struct Lowering<'a> {
    source: &'a Source,
    expanded: &'a Expanded,
    context: &'a Context<'a>,
    library: Option<&'a Library>,
    diagnostics: Vec<Diagnostic>,
    losses: Vec<Loss>,
    /// What subsearches found that rows have not got yet.
    pending: Vec<subsearch::Pending>,
    /// How many such there were.
    subsearches: usize,
    /// How many pipelines stand around the stage at hand.
    open: usize,
}

/// Rows on their way through the stages.
#[derive(Debug, Clone)]
struct Flow {
    plan: Plan,
    scope: Scope,
}

impl Lowering<'_> {
    /// The rows of a whole search; `None` when it has no stage.
    fn pipeline(&mut self, pipeline: &Pipeline) -> Option<Flow> {
        let (first, rest) = pipeline.stages.split_first()?;
        let before = self.pending.len();
        self.open += 1;
        let mut flow = self.first(first, rest);
        self.unsettled(before, first.span);
        for (at, stage) in rest.iter().enumerate() {
            let later = rest.get(at + 1..).unwrap_or_default();
            flow = self.stage(stage, flow, later);
            self.unsettled(before, stage.span);
        }
        self.open -= 1;
        Some(flow)
    }

    /// The stages of a pipeline that goes on from rows at hand.
    fn continued(&mut self, pipeline: &Pipeline, mut flow: Flow) -> Flow {
        let before = self.pending.len();
        self.open += 1;
        for (at, stage) in pipeline.stages.iter().enumerate() {
            let later = pipeline.stages.get(at + 1..).unwrap_or_default();
            flow = self.stage(stage, flow, later);
            self.unsettled(before, stage.span);
        }
        self.open -= 1;
        flow
    }

    /// The stage that begins a search: it reads events or makes rows.
    fn first(&mut self, stage: &Stage, later: &[Stage]) -> Flow {
        match &stage.command {
            Command::Search(search) => self.base(search),
            Command::Tstats(tstats) => self.tstats(tstats, later),
            Command::From { kind, name } => self.from(kind, name, stage.span),
            Command::Inputlookup { name, filter, .. } => self.inputlookup(name, filter.as_ref()),
            Command::Makeresults { options } => {
                let count = aggregate::option(options, "count").and_then(|text| text.parse().ok());
                Flow {
                    plan: Plan::Table(tripline_ir::Table {
                        columns: Vec::new(),
                        rows: vec![Vec::new(); count.unwrap_or(1_usize).min(lookup::MAX_ROWS)],
                    }),
                    scope: Scope::closed(),
                }
            }
            Command::Append { inputs, .. } => {
                let flows: Vec<Flow> = inputs.iter().filter_map(|one| self.pipeline(one)).collect();
                stage::appended(flows)
            }
            Command::Macro(_) => every_event(),
            Command::Generic { name, .. } => {
                self.lose(LossReason::UnknownCommand, name.text.clone(), stage.span);
                self.opaque(stage.span, LossReason::UnknownCommand)
            }
            Command::Error => {
                self.lose(
                    LossReason::SyntaxError,
                    self.excerpt(stage.span),
                    stage.span,
                );
                self.opaque(stage.span, LossReason::SyntaxError)
            }
            _ => {
                let flow = every_event();
                self.stage(stage, flow, later)
            }
        }
    }

    fn opaque(&self, span: Span, reason: LossReason) -> Flow {
        Flow {
            plan: Plan::Opaque(Opaque {
                text: self.excerpt(span),
                reason,
                span: self.place(span),
            }),
            scope: Scope::default(),
        }
    }

    /// The place in the source.
    fn place(&self, span: Span) -> Span {
        self.expanded.place(span)
    }

    /// The expanded text of a span, cut short.
    fn excerpt(&self, span: Span) -> Text {
        let text = self.expanded.text.get(span.range()).unwrap_or("");
        text.chars().take(80).collect::<String>().into()
    }

    fn lose(&mut self, reason: LossReason, detail: impl Into<Text>, span: Span) {
        let span = Some(self.place(span));
        self.losses.push(Loss {
            reason,
            detail: detail.into(),
            span,
        });
    }

    fn report(&mut self, code: Code, span: Span, message: impl Into<String>, hint: Option<String>) {
        let diagnostic = Diagnostic::new(code, self.source, message).at(self.place(span), "");
        let diagnostic = match hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        };
        diagnostic.add_to(&mut self.diagnostics);
    }
}

/// Every event there is.
fn every_event() -> Flow {
    Flow {
        plan: Plan::Match(Match {
            source: IrSource::default(),
            predicate: Predicate::True,
        }),
        scope: Scope::default(),
    }
}
