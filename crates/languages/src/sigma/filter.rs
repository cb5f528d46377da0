//! Filters: conditions that many rules share.
//!
//! A rule with a filter finds what the rule finds *and* the filter's condition holds for; authors
//! write the exception as `condition: not selection`.

use super::ast::Detection;
use super::ast2ir::Lowering;
use super::detection::Reader;
use super::document::Rule;
use super::metadata::{self, LogSource, Metadata};
use super::spans;
use crate::{Context, Lowered};
use tripline_ir::{Match, Plan, Predicate, Text};
use tripline_text::yaml::Entry;
use tripline_text::{Code, Source, Span};

/// A filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// What it says about itself.
    pub metadata: Metadata,
    /// Its text in the file.
    pub span: Span,
    /// It applies only to rules whose log source has these parts.
    pub logsource: LogSource,
    /// Which of them.
    pub target: FilterTarget,
    /// The condition added to them.
    pub detection: Detection,
}

/// Which rules a filter applies to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterTarget {
    /// Every rule of the log source: `rules: any`, or an empty list.
    Any,
    /// Rules with these ids or names.
    Rules(Vec<Text>),
}

impl Filter {
    pub(super) fn read(
        reader: &mut Reader<'_>,
        section: &Entry,
        metadata: Metadata,
        logsource: LogSource,
        span: Span,
    ) -> Self {
        let rules = metadata::list(&section.value, "rules");
        let any = |name: &Text| name.eq_ignore_ascii_case("any");
        let target = if section.value.get("rules").is_none() {
            let message = "the filter does not say which rules it is for";
            reader.report(Code::SigmaMissingKey, message, section.key.span);
            FilterTarget::Rules(Vec::new())
        } else if rules.is_empty() || rules.iter().any(any) {
            FilterTarget::Any
        } else {
            FilterTarget::Rules(rules)
        };
        Self {
            metadata,
            span,
            logsource,
            target,
            detection: reader.detection(section, &["rules"]),
        }
    }

    /// Whether it applies to a rule.
    pub fn applies_to(&self, rule: &Rule) -> bool {
        if !self.logsource.covers(&rule.logsource) {
            return false;
        }
        match &self.target {
            FilterTarget::Any => true,
            FilterTarget::Rules(names) => names.iter().any(|name| rule.metadata.answers_to(name)),
        }
    }
}

/// Adds every filter that applies to a rule to what the rule was lowered to. Each filter comes
/// with its file. Atoms of a filter have an empty span: they do not stand in the rule's text.
pub fn apply_filters<'a>(
    mut lowered: Lowered,
    rule: &Rule,
    filters: impl IntoIterator<Item = (&'a Filter, &'a Source)>,
    context: &Context<'_>,
) -> Lowered {
    for (filter, source) in filters {
        if !filter.applies_to(rule) {
            continue;
        }
        let mut lowering = Lowering::new(source, filter.span, &rule.logsource, context);
        let predicate = lowering.detection(&filter.detection);
        let events = predicate.map(|predicate| Match {
            source: tripline_ir::Source::default(),
            predicate,
        });
        let added = lowering.finish(events);
        lowered
            .losses
            .extend(added.losses.into_iter().map(|mut loss| {
                loss.span = None;
                loss
            }));
        let Some(mut addition) = added.plan else {
            continue;
        };
        spans::map_plan(&mut addition, &|_| Span::default());
        lowered.plan = lowered.plan.map(|plan| restricted(plan, addition));
    }
    lowered
}

/// The plan of a rule with the plan of a filter.
fn restricted(plan: Plan, filter: Plan) -> Plan {
    let (predicate, opaque) = match filter {
        Plan::Match(found) => (found.predicate, Vec::new()),
        Plan::Union(mut parts) => match parts.first() {
            Some(Plan::Match(_)) => match parts.remove(0) {
                Plan::Match(found) => (found.predicate, parts),
                _ => (Predicate::True, parts),
            },
            _ => (Predicate::True, parts),
        },
        other => (Predicate::True, vec![other]),
    };
    let both = |found: Match| {
        Plan::Match(Match {
            predicate: Predicate::and([found.predicate, predicate]),
            ..found
        })
    };
    let mut parts = match plan {
        Plan::Union(parts) => parts,
        other => vec![other],
    };
    if let Some(at) = parts.iter().position(|part| matches!(part, Plan::Match(_)))
        && let Plan::Match(found) = parts.remove(at)
    {
        parts.insert(at, both(found));
    }
    parts.extend(opaque);
    match parts.len() {
        1 => parts.remove(0),
        _ => Plan::Union(parts),
    }
}
