//! Windows, thresholds and keys of rules that look at several events.

use crate::Index;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::{SmolStr as Text, format_smolstr};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use tripline_ir::{Duration, SECOND};

/// Distributions over the rules that look at several events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Correlations {
    /// Rules with such a stage.
    pub count: usize,
    /// Their ids.
    pub rules: Vec<Text>,
    /// Kinds of stages.
    pub kinds: Vec<Counted>,
    /// Lengths of windows with how they lie, as `5m sliding`.
    pub windows: Vec<Counted>,
    /// Thresholds, as `count gte 5`.
    pub thresholds: Vec<Counted>,
    /// Sets of fields that the events share.
    pub keys: Vec<Counted>,
}

/// A value and the rules that have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counted {
    /// The value.
    pub value: Text,
    /// Distinct rules.
    pub count: usize,
    /// Their ids.
    pub rules: Vec<Text>,
}

#[derive(Default)]
struct Tally(BTreeMap<Text, BTreeSet<u32>>);

impl Tally {
    fn add(&mut self, value: Text, at: u32) {
        self.0.entry(value).or_default().insert(at);
    }

    fn rows(self, index: &Index<'_>) -> Vec<Counted> {
        let mut rows: Vec<Counted> = self
            .0
            .into_iter()
            .map(|(value, rules)| Counted {
                value,
                count: rules.len(),
                rules: rules.iter().map(|at| index.id(*at)).collect(),
            })
            .collect();
        rows.sort_by_key(|row| Reverse(row.count));
        rows
    }
}

/// The distributions over these rules.
pub(crate) fn correlations(index: &Index<'_>, rules: &[u32]) -> Correlations {
    let mut with = BTreeSet::new();
    let (mut kinds, mut windows) = (Tally::default(), Tally::default());
    let (mut thresholds, mut keys) = (Tally::default(), Tally::default());
    for &at in rules {
        for fact in &index.facts(at).correlations {
            with.insert(at);
            kinds.add(fact.kind.clone(), at);
            if let (Some(window), Some(kind)) = (fact.window, &fact.window_kind) {
                windows.add(format_smolstr!("{} {kind}", duration(window)), at);
            }
            for threshold in &fact.thresholds {
                thresholds.add(threshold.clone(), at);
            }
            if !fact.keys.is_empty() {
                let names: Vec<String> = fact.keys.iter().map(|key| shared(index, key)).collect();
                keys.add(names.join(" + ").into(), at);
            }
        }
    }
    Correlations {
        count: with.len(),
        rules: with.iter().map(|at| index.id(*at)).collect(),
        kinds: kinds.rows(index),
        windows: windows.rows(index),
        thresholds: thresholds.rows(index),
        keys: keys.rows(index),
    }
}

/// A field that the events share, or the fields whose values are equal.
fn shared(index: &Index<'_>, key: &[Text]) -> String {
    let mut names: Vec<Text> = Vec::new();
    for name in key.iter().map(|field| index.field_name(field)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(" = ")
}

/// A length of time in its largest whole unit: `90s`, `5m`, `1h`, `7d`.
pub(crate) fn duration(length: Duration) -> Text {
    let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    for (name, seconds) in units {
        let unit = seconds * SECOND;
        if length >= unit && length % unit == 0 {
            return format_smolstr!("{}{name}", length / unit);
        }
    }
    format_smolstr!("{}ms", length / (SECOND / 1_000))
}
