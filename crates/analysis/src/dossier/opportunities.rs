//! Detection opportunities: ATT&CK's strategies and analytics, joined to the rules that implement
//! them.
//!
//! Which rules do is decided in `implements`.

use super::scope::{Pen, Scope};
use crate::analytics::{Events, Joined, analytics, component_of};
use crate::implements::looks_there;
use crate::markup::Span;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use tripline_attack::LogSource;

/// A detection strategy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OpportunityRow {
    /// ATT&CK id.
    pub id: Text,
    /// Name.
    pub name: Text,
    /// Its analytics.
    pub analytics: Vec<AnalyticRow>,
    /// Key of the strategy.
    pub evidence: Vec<Text>,
}

/// An analytic and the rules that implement it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AnalyticRow {
    /// ATT&CK id.
    pub id: Text,
    /// What it looks for, in ATT&CK's words.
    pub text: Vec<Span>,
    /// Platforms.
    pub platforms: Vec<Text>,
    /// Its log sources.
    pub log_sources: Vec<LogSourceRow>,
    /// What an organisation sets itself.
    pub mutable_elements: Vec<MutableRow>,
    /// Whether a log source of it means an event of the catalogue: else no rule can be said to
    /// implement it.
    pub joined: bool,
    /// Rules under the technique that implement it.
    pub count: usize,
    /// Key of the analytic.
    pub evidence: Vec<Text>,
    /// Keys of the rules, best first.
    pub rules: Vec<Text>,
}

/// A log source of an analytic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LogSourceRow {
    /// Data component.
    pub component: Text,
    /// Name.
    pub name: Text,
    /// What of it.
    pub channel: Text,
    /// Keys of the catalogue events that it names itself.
    pub events: Vec<Text>,
    /// Rules under the technique that look for something there.
    pub count: usize,
    /// Keys of the rules, best first.
    pub rules: Vec<Text>,
}

/// A setting of an analytic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MutableRow {
    /// Its name.
    pub field: Text,
    /// What it is for.
    pub description: Text,
}

/// The strategies of the technique.
pub(super) fn opportunities(scope: &Scope<'_>, pen: &mut Pen<'_>) -> Vec<OpportunityRow> {
    let mut rows: Vec<OpportunityRow> = Vec::new();
    for id in &scope.ids {
        for joined in analytics(scope.index, id) {
            let strategy = &joined.strategy.head;
            if rows.last().is_none_or(|last| last.id != strategy.id) {
                rows.push(OpportunityRow {
                    id: strategy.id.clone(),
                    name: strategy.name.clone(),
                    analytics: Vec::new(),
                    evidence: vec![pen.sources.object(strategy)],
                });
            }
            let row = row(scope, pen, &joined);
            if let Some(last) = rows.last_mut() {
                last.analytics.push(row);
            }
        }
    }
    rows
}

fn row(scope: &Scope<'_>, pen: &mut Pen<'_>, joined: &Joined<'_>) -> AnalyticRow {
    let analytic = joined.analytic;
    let pairs = analytic.log_sources.iter().zip(&joined.events);
    let log_sources: Vec<LogSourceRow> = pairs
        .map(|(source, events)| log_source(scope, pen, source, events))
        .collect();
    let mut rules: Vec<u32> = Vec::new();
    for source in &log_sources {
        rules.extend(scope.positions(&source.rules));
    }
    rules.sort_unstable();
    rules.dedup();
    AnalyticRow {
        id: analytic.head.id.clone(),
        text: pen
            .reader
            .line(&analytic.head.description.replace('\n', " ")),
        platforms: analytic.platforms.clone(),
        log_sources,
        mutable_elements: analytic
            .mutable_elements
            .iter()
            .map(|element| MutableRow {
                field: element.field.clone(),
                description: element.description.clone(),
            })
            .collect(),
        joined: joined.events.iter().any(|events| !events.keys.is_empty()),
        count: rules.len(),
        evidence: vec![pen.sources.object(&analytic.head)],
        rules: scope.evidence(pen, &rules),
    }
}

fn log_source(
    scope: &Scope<'_>,
    pen: &mut Pen<'_>,
    source: &LogSource,
    events: &Events,
) -> LogSourceRow {
    let component = component_of(scope.attack(), source);
    let schema = scope.index.schema;
    let all = scope.rules.iter().copied();
    let rules: Vec<u32> = all
        .filter(|at| looks_there(schema, scope.facts(*at), &events.keys, &events.about))
        .collect();
    LogSourceRow {
        component,
        name: source.name.clone(),
        // ATT&CK's bundle says so where nothing is said.
        channel: if source.channel == "None" {
            Text::default()
        } else {
            source.channel.clone()
        },
        events: if events.own {
            events.keys.iter().cloned().collect()
        } else {
            Vec::new()
        },
        count: rules.len(),
        rules: scope.evidence(pen, &rules),
    }
}
