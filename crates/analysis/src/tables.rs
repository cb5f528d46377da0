//! The tables of the authoring guide, over any set of rules: events, fields, indicators, rules.

use crate::Index;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use tripline_catalog::facts::{AtomFact, RuleFacts};
use tripline_ir::{Class, Level};

/// How many sample values a field row shows.
const SAMPLES: usize = 5;

/// A catalogue event that rules can fire on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EventRow {
    /// Provider, as in `Sysmon`.
    pub provider: Text,
    /// Event id within the provider.
    pub event: Text,
    /// Short title; empty when the tables do not have one.
    pub title: Text,
    /// Distinct rules.
    pub count: usize,
    /// Their number per vendor.
    pub by_vendor: BTreeMap<Text, usize>,
    /// Their ids.
    pub rules: Vec<Text>,
}

/// An event's title where it says more than the event's name.
pub(crate) fn told<'t>(event: &str, title: &'t str) -> &'t str {
    if title == event { "" } else { title }
}

impl EventRow {
    /// The title where it says more than the event's name.
    pub fn told(&self) -> &str {
        told(&self.event, &self.title)
    }
}

/// A field that rules filter on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldRow {
    /// The name shown.
    pub field: Text,
    /// The canonical id.
    pub canonical: Text,
    /// It selects events (an event id, a category) rather than describing behaviour.
    pub routing: bool,
    /// Rules with a positive test on it.
    pub count: usize,
    /// Rules per operator; a rule may use several, so the sum can exceed `count`.
    pub how: BTreeMap<Text, usize>,
    /// Rules that have it only in exclusions.
    pub excluded_in: usize,
    /// The most used values, most rules first; letter case makes no difference.
    pub samples: Vec<Sample>,
    /// Ids of the rules with a positive test.
    pub rules: Vec<Text>,
    /// Ids of the rules that only exclude on it.
    pub excluded_rules: Vec<Text>,
}

/// A value and how many rules use it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sample {
    /// The operator.
    pub operator: Text,
    /// The value.
    pub value: Text,
    /// Distinct rules.
    pub count: usize,
}

/// A field, operator and value that rules look for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IndicatorRow {
    /// The name shown for the field.
    pub field: Text,
    /// The canonical field.
    pub canonical: Text,
    /// The field selects events rather than describing behaviour.
    pub routing: bool,
    /// The operator.
    pub operator: Text,
    /// The value.
    pub value: Text,
    /// Rules here.
    pub count: usize,
    /// Rules in the whole catalogue, those here included.
    pub reach: usize,
    /// `reach` per vendor.
    pub reach_by_vendor: BTreeMap<Text, usize>,
    /// Name of the value's family.
    pub family: Text,
    /// Rules in the whole catalogue with a value of the family on the field.
    pub family_reach: usize,
    /// No rule elsewhere uses it: `count` equals `reach`.
    pub specific: bool,
    /// Ids of the rules here.
    pub rules: Vec<Text>,
}

/// A rule in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleRow {
    /// Id.
    pub id: Text,
    /// Vendor.
    pub vendor: Text,
    /// Title.
    pub title: Text,
    /// Language of the body.
    pub language: Text,
    /// Severity on the common scale.
    pub level: Option<Level>,
    /// Class.
    pub class: Class,
    /// `full`, `partial` or `failed`.
    pub status: Text,
}

/// The events that the rules can fire on: most rules first, then by key.
pub(crate) fn events(index: &Index<'_>, rules: &[u32]) -> Vec<EventRow> {
    let mut found: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for &at in rules {
        for event in &index.facts(at).events {
            found.entry(event).or_default().push(at);
        }
    }
    let mut rows: Vec<EventRow> = found
        .into_iter()
        .map(|(key, rules)| event_row(index, key, &rules))
        .collect();
    rows.sort_by(|a, b| (Reverse(a.count), &a.provider).cmp(&(Reverse(b.count), &b.provider)));
    rows
}

pub(crate) fn event_row(index: &Index<'_>, key: &str, rules: &[u32]) -> EventRow {
    let (provider, event) = key.split_once('/').unwrap_or((key, ""));
    EventRow {
        provider: provider.into(),
        event: event.into(),
        title: index.schema.event_title(key).into(),
        count: rules.len(),
        by_vendor: by_vendor(index, rules),
        rules: index.ids(rules),
    }
}

/// The events of one rule, in or outside the catalogue, by key.
pub(crate) fn events_of(index: &Index<'_>, facts: &RuleFacts) -> Vec<EventRow> {
    let row = |key: &Text| EventRow {
        count: 1,
        by_vendor: BTreeMap::from([(facts.vendor.clone(), 1)]),
        rules: vec![facts.id.clone()],
        ..event_row(index, key, &[])
    };
    facts.events.iter().map(row).collect()
}

/// Number of rules per vendor.
pub(crate) fn by_vendor(index: &Index<'_>, rules: &[u32]) -> BTreeMap<Text, usize> {
    let mut counts = BTreeMap::new();
    for &at in rules {
        *counts.entry(index.facts(at).vendor.clone()).or_insert(0) += 1;
    }
    counts
}

#[derive(Default)]
struct FieldTally {
    positive: BTreeSet<u32>,
    negative: BTreeSet<u32>,
    how: BTreeMap<Text, BTreeSet<u32>>,
    values: BTreeMap<(Text, Text), BTreeSet<u32>>,
}

/// The fields that the rules filter on: most rules first, then by name. `keep` chooses the tests
/// that count.
pub(crate) fn fields(
    index: &Index<'_>,
    rules: &[u32],
    keep: impl Fn(&RuleFacts, &AtomFact) -> bool,
) -> Vec<FieldRow> {
    let mut tallies: BTreeMap<&str, FieldTally> = BTreeMap::new();
    for &at in rules {
        let facts = index.facts(at);
        for atom in facts
            .atoms
            .iter()
            .filter(|atom| !atom.implied && keep(facts, atom))
        {
            tally(tallies.entry(&atom.field).or_default(), at, atom);
        }
    }
    let mut rows: Vec<FieldRow> = tallies
        .into_iter()
        .map(|(field, tally)| field_row(index, field, tally))
        .collect();
    rows.sort_by(|a, b| (Reverse(a.count), &a.field).cmp(&(Reverse(b.count), &b.field)));
    rows
}

fn tally(tally: &mut FieldTally, at: u32, atom: &AtomFact) {
    if atom.excludes() {
        tally.negative.insert(at);
        return;
    }
    tally.positive.insert(at);
    tally
        .how
        .entry(atom.operator.clone())
        .or_default()
        .insert(at);
    if atom.literal {
        let value = (atom.operator.clone(), atom.value.clone());
        tally.values.entry(value).or_default().insert(at);
    }
}

fn field_row(index: &Index<'_>, field: &str, tally: FieldTally) -> FieldRow {
    let only: Vec<u32> = tally
        .negative
        .difference(&tally.positive)
        .copied()
        .collect();
    let positive: Vec<u32> = tally.positive.into_iter().collect();
    let samples = samples(tally.values);
    FieldRow {
        field: index.field_name(field),
        canonical: field.into(),
        routing: index.schema.routing_field(field),
        count: positive.len(),
        how: tally
            .how
            .into_iter()
            .map(|(operator, rules)| (operator, rules.len()))
            .collect(),
        excluded_in: only.len(),
        samples,
        rules: index.ids(&positive),
        excluded_rules: index.ids(&only),
    }
}

/// The values of most rules. Those that differ in letter case alone are one, written as most rules
/// do.
fn samples(values: BTreeMap<(Text, Text), BTreeSet<u32>>) -> Vec<Sample> {
    let mut alike: BTreeMap<(Text, String), (Text, usize, BTreeSet<u32>)> = BTreeMap::new();
    for ((operator, value), rules) in values {
        let written = (value.clone(), rules.len(), BTreeSet::new());
        let one = alike.entry((operator, value.to_lowercase()));
        let (text, most, all) = one.or_insert(written);
        if rules.len() > *most {
            (*text, *most) = (value, rules.len());
        }
        all.extend(rules);
    }
    let mut samples: Vec<Sample> = alike
        .into_iter()
        .map(|((operator, _), (value, _, rules))| Sample {
            operator,
            value,
            count: rules.len(),
        })
        .collect();
    samples.sort_by_key(|sample| Reverse(sample.count));
    samples.truncate(SAMPLES);
    samples
}

/// The indicators of the rules: most rules here first, then lower reach, field, operator, value.
pub(crate) fn indicators(
    index: &Index<'_>,
    rules: &[u32],
    keep: impl Fn(&RuleFacts, &AtomFact) -> bool,
) -> Vec<IndicatorRow> {
    let mut found: BTreeMap<(&str, &str, &str), (&AtomFact, Vec<u32>)> = BTreeMap::new();
    for &at in rules {
        let facts = index.facts(at);
        for atom in facts
            .atoms
            .iter()
            .filter(|atom| atom.is_indicator() && keep(facts, atom))
        {
            let key = (
                atom.field.as_str(),
                atom.operator.as_str(),
                atom.value.as_str(),
            );
            let (_, rules) = found.entry(key).or_insert_with(|| (atom, Vec::new()));
            if rules.last() != Some(&at) {
                rules.push(at);
            }
        }
    }
    let mut rows: Vec<IndicatorRow> = found
        .into_values()
        .map(|(atom, rules)| indicator_row(index, atom, &rules))
        .collect();
    rows.sort_by(|a, b| order(a).cmp(&order(b)));
    rows
}

fn order(row: &IndicatorRow) -> (Reverse<usize>, usize, &str, &str, &str) {
    (
        Reverse(row.count),
        row.reach,
        &row.field,
        &row.value,
        &row.operator,
    )
}

fn indicator_row(index: &Index<'_>, atom: &AtomFact, rules: &[u32]) -> IndicatorRow {
    let reach = index.reach(atom);
    IndicatorRow {
        field: index.field_name(&atom.field),
        canonical: atom.field.clone(),
        routing: index.schema.routing_field(&atom.field),
        operator: atom.operator.clone(),
        value: atom.value.clone(),
        count: rules.len(),
        reach: reach.len(),
        reach_by_vendor: by_vendor(index, reach),
        family: index.family(atom),
        family_reach: index.family_reach(atom).len(),
        specific: rules.len() == reach.len(),
        rules: index.ids(rules),
    }
}

/// The rules as a list: by vendor, title, severity (worst first), class, status, id.
pub(crate) fn rules(index: &Index<'_>, rules: &[u32]) -> Vec<RuleRow> {
    let mut rows: Vec<RuleRow> = rules.iter().map(|at| rule_row(index.facts(*at))).collect();
    rows.sort_by(|a, b| {
        let key = |row: &RuleRow| (row.vendor.clone(), row.title.to_lowercase(), row.id.clone());
        key(a).cmp(&key(b))
    });
    rows
}

/// One rule in a list.
pub(crate) fn rule_row(facts: &RuleFacts) -> RuleRow {
    RuleRow {
        id: facts.id.clone(),
        vendor: facts.vendor.clone(),
        title: facts.title.clone(),
        language: facts.language.name().into(),
        level: facts.level,
        class: facts.class,
        status: facts.status.name().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::samples;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn letter_case_makes_no_second_sample() {
        let value = |operator: &str, value: &str, rules: &[u32]| {
            let rules: BTreeSet<u32> = rules.iter().copied().collect();
            ((operator.into(), value.into()), rules)
        };
        let values = BTreeMap::from([
            value("eq", "POST", &[1]),
            value("eq", "post", &[1, 2, 3]),
            value("contains", "post", &[4]),
        ]);
        let found = samples(values).into_iter();
        let found: Vec<String> = found
            .map(|one| format!("{} {} {}", one.operator, one.value, one.count))
            .collect();
        assert_eq!(found, ["eq post 3", "contains post 1"]);
    }
}
