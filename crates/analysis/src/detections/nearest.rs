//! What comes near a technique on a platform that has no rule of it.

use super::Platform;
use crate::Index;
use crate::tables::{RuleRow, rule_row};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How many rules are named.
const MAX: usize = 8;
/// An indicator that more rules have says nothing of a technique.
const COMMON: usize = 50;

/// A rule that comes near.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Nearest {
    /// The rule.
    pub rule: RuleRow,
    /// How it comes near.
    pub near: Nearness,
}

/// How a rule comes near a technique.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Nearness {
    /// It is tagged with a sub-technique.
    SubTechnique {
        /// Which.
        technique: Text,
    },
    /// It looks for values that rules of the technique on other platforms look for.
    Indicators {
        /// The values, those of the fewest rules first.
        values: Vec<Text>,
    },
    /// It is tagged with the technique above.
    Parent {
        /// Which.
        technique: Text,
    },
}

/// Rules of the platform near the technique: those of sub-techniques, then those with the most
/// indicators in common with `all`, the technique's rules elsewhere, then those of the parent.
pub(super) fn nearest(
    index: &Index<'_>,
    platform: &Platform,
    technique: &str,
    all: &[u32],
) -> Vec<Nearest> {
    let mut found: Vec<(u32, Nearness)> = Vec::new();
    let below = index.techniques().filter(|(id, _)| {
        id.strip_prefix(technique)
            .is_some_and(|rest| rest.starts_with('.'))
    });
    for (id, rules) in below {
        let technique = Text::new(id);
        found.extend(rules.iter().map(|at| {
            let technique = technique.clone();
            (*at, Nearness::SubTechnique { technique })
        }));
    }
    found.extend(sharing(index, platform, all));
    if let Some((parent, _)) = technique.split_once('.') {
        let rules = index.under(parent, false).into_iter();
        let technique = Text::new(parent);
        found.extend(rules.map(|at| {
            let technique = technique.clone();
            (at, Nearness::Parent { technique })
        }));
    }
    let mut seen = BTreeSet::new();
    let runs = |at: u32| {
        let facts = index.facts(at);
        facts.class.counts() && platform.runs(facts)
    };
    let kept = found
        .into_iter()
        .filter(|(at, _)| runs(*at) && seen.insert(*at));
    kept.take(MAX)
        .map(|(at, near)| Nearest {
            rule: rule_row(index.facts(at)),
            near,
        })
        .collect()
}

/// Rules of the platform with an indicator of the rules `all`, most indicators first.
fn sharing(index: &Index<'_>, platform: &Platform, all: &[u32]) -> Vec<(u32, Nearness)> {
    let mut shared: BTreeMap<u32, BTreeSet<(usize, Text)>> = BTreeMap::new();
    for &at in all {
        let facts = index.facts(at);
        let atoms = facts.atoms.iter().filter(|atom| atom.is_indicator());
        for atom in atoms.filter(|atom| !index.schema.routing_field(&atom.field)) {
            let rules = index.family_reach(atom);
            if rules.len() > COMMON {
                continue;
            }
            let elsewhere = rules
                .iter()
                .filter(|other| all.binary_search(other).is_err());
            for &other in elsewhere.filter(|other| platform.runs(index.facts(**other))) {
                let value = (rules.len(), index.family(atom));
                shared.entry(other).or_default().insert(value);
            }
        }
    }
    let mut found: Vec<(u32, BTreeSet<(usize, Text)>)> = shared.into_iter().collect();
    found.sort_by_key(|(at, values)| (Reverse(values.len()), *at));
    found
        .into_iter()
        .map(|(at, values)| {
            let values = values.into_iter().map(|(_, value)| value).collect();
            (at, Nearness::Indicators { values })
        })
        .collect()
}
