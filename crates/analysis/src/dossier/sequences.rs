//! Rules under the technique that look for several events in order.

use super::scope::{Pen, Scope};
use crate::correlations::duration;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::{SmolStr as Text, format_smolstr};
use std::collections::BTreeSet;
use tripline_catalog::facts::{Branch, RuleFacts};
use tripline_schema::{Activity, CatalogueEvent};

/// How many fields of a step are listed.
const FIELDS: usize = 3;
/// How many values of a field are listed.
const VALUES: usize = 3;
/// How many operations of a step are named.
const NAMED: usize = 3;

/// A rule that looks for several events in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SequenceRow {
    /// Rule id.
    pub rule: Text,
    /// Its title.
    pub title: Text,
    /// The time that all must happen in.
    pub window: Option<Text>,
    /// The steps in order.
    pub steps: Vec<SequenceStep>,
    /// Key of the rule.
    pub evidence: Vec<Text>,
}

/// A step of a sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SequenceStep {
    /// What happens: what all its events are about, else their names.
    pub what: Text,
    /// Keys of the events that it can be.
    pub events: Vec<Text>,
    /// The first fields that it looks at.
    pub fields: Vec<StepField>,
}

/// A field that a step looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StepField {
    /// The name shown.
    pub field: Text,
    /// The first values that it looks for, with the operator where it is not equality.
    pub values: Vec<Text>,
    /// How many more there are.
    pub more: usize,
}

/// Rules that look for several events in order, best first.
pub(super) fn sequences(scope: &Scope<'_>, pen: &mut Pen<'_>) -> Vec<SequenceRow> {
    let ordered = |facts: &&RuleFacts| {
        let mut kinds = facts.correlations.iter().map(|fact| fact.kind.as_str());
        kinds.any(|kind| matches!(kind, "sequence" | "temporal_ordered"))
            && facts.branches.len() > 1
    };
    let rules = scope.best.iter().map(|at| scope.facts(*at)).filter(ordered);
    rules
        .map(|facts| SequenceRow {
            rule: facts.id.clone(),
            title: facts.title.clone(),
            window: facts
                .correlations
                .iter()
                .find_map(|fact| fact.window)
                .map(duration),
            steps: (0_u32..)
                .zip(&facts.branches)
                .filter(|(_, branch)| !branch.missing)
                .map(|(at, branch)| step(scope, facts, at, branch))
                .collect(),
            evidence: vec![pen.sources.rule(facts)],
        })
        .collect()
}

fn step(scope: &Scope<'_>, facts: &RuleFacts, at: u32, branch: &Branch) -> SequenceStep {
    let schema = scope.index.schema;
    let mut fields: Vec<(&str, Vec<Text>)> = Vec::new();
    for atom in facts.atoms.iter().filter(|atom| atom.branch == at) {
        if !atom.is_indicator() || atom.value.is_empty() || schema.routing_field(&atom.field) {
            continue;
        }
        let found = fields
            .iter_mut()
            .find(|(field, _)| *field == atom.field.as_str());
        let path = schema
            .field(&atom.field)
            .is_some_and(|field| field.kind == "path");
        let value = spelled(path, &atom.operator, &atom.value);
        match found {
            Some((_, values)) if values.contains(&value) => {}
            Some((_, values)) => values.push(value),
            None => fields.push((&atom.field, vec![value])),
        }
    }
    let events: Vec<CatalogueEvent> = branch
        .events
        .iter()
        .map(|key| schema.describe_event(key))
        .collect();
    SequenceStep {
        what: what(&events),
        events: branch.events.clone(),
        fields: fields
            .into_iter()
            .take(FIELDS)
            .map(|(field, values)| StepField {
                field: scope.index.field_name(field),
                more: values.len().saturating_sub(VALUES),
                values: values.into_iter().take(VALUES).collect(),
            })
            .collect(),
    }
}

/// A value with its operator, where that is not equality; of a path any part of it names it.
fn spelled(path: bool, operator: &str, value: &str) -> Text {
    let words = match operator {
        "eq" | "wildcard" => return value.into(),
        _ if path => return value.into(),
        "lt" => "below",
        "lte" => "at most",
        "gt" => "above",
        "gte" => "at least",
        other => return format_smolstr!("{} {value}", other.replace('_', " ")),
    };
    format_smolstr!("{words} {value}")
}

/// What happens in a step.
fn what(events: &[CatalogueEvent]) -> Text {
    let about: BTreeSet<Activity> = events.iter().map(|event| event.activity).collect();
    let starts = || {
        events
            .iter()
            .all(|event| event.ecs_type.iter().any(|kind| kind == "start"))
    };
    let known = match about.first() {
        Some(one) if about.len() == 1 => match one {
            Activity::Process if starts() => "a program starts",
            Activity::Process => "a process event",
            Activity::File => "a file event",
            Activity::Registry => "a registry event",
            Activity::Network => "a connection",
            Activity::Dns => "a name is looked up",
            Activity::ImageLoad => "a library is loaded",
            Activity::DriverLoad => "a driver is loaded",
            Activity::ProcessAccess => "a process is opened",
            Activity::RemoteThread => "a thread starts in another process",
            Activity::Pipe => "a named pipe",
            Activity::Wmi => "a WMI event",
            Activity::Script => "a script runs",
            Activity::Authentication => "a logon",
            Activity::Audit => "an operation",
            Activity::Other => "",
        },
        _ => "",
    };
    if !known.is_empty() {
        return Text::new_static(known);
    }
    let mut names: Vec<Text> = Vec::new();
    for event in events {
        let name = if event.id == "*" {
            format_smolstr!("an event of {}", event.provider)
        } else if event.title.is_empty() || event.title == event.id {
            event.key.replace('/', " ").into()
        } else {
            Text::from(event.title.to_lowercase())
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    match (names.is_empty(), more) {
        (true, _) => "an event".into(),
        (_, 0) => names.join(" or ").into(),
        _ => format_smolstr!("{} or {more} others", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::spelled;

    #[test]
    fn values_with_their_operators() {
        assert_eq!(spelled(true, "ends_with", "\\cmd.exe"), "\\cmd.exe");
        assert_eq!(spelled(false, "ends_with", "$"), "ends with $");
        assert_eq!(spelled(false, "gte", "200"), "at least 200");
        assert_eq!(spelled(false, "eq", "200"), "200");
    }
}
