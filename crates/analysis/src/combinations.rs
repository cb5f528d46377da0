//! Combinations: pairs and triples of (field, value family) that stand in one conjunction.
//!
//! Two tests occur in a common term of the disjunctive normal form exactly when the nearest node
//! above both is a conjunction, and three when that is so for each pair, so no normal form is
//! multiplied out here.

use crate::Index;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tripline_catalog::facts::{RuleFacts, Tree};

/// How many rows are listed.
const MAX_ROWS: usize = 200;
/// A rule with more pairs than this contributes only this many, the first in order.
const MAX_PAIRS: usize = 20_000;
/// Rules that must share a combination for it to be listed.
const MIN_RULES: usize = 2;

/// Values that rules look for together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Combination {
    /// Two or three values, sorted.
    pub items: Vec<CombinationItem>,
    /// Distinct rules.
    pub count: usize,
    /// Their ids.
    pub rules: Vec<Text>,
}

/// A field and a value family.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct CombinationItem {
    /// The name shown for the field.
    pub field: Text,
    /// The canonical field.
    pub canonical: Text,
    /// The family's name.
    pub family: Text,
}

/// Numbers items while the rules are read.
#[derive(Default)]
struct Items<'c> {
    numbers: HashMap<(&'c str, Text), u32>,
    list: Vec<(&'c str, Text)>,
}

impl<'c> Items<'c> {
    fn number(&mut self, field: &'c str, family: Text) -> u32 {
        let next = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        let list = &mut self.list;
        *self
            .numbers
            .entry((field, family))
            .or_insert_with_key(|key| {
                list.push(key.clone());
                next
            })
    }
}

type Pairs = BTreeSet<(u32, u32)>;

/// The combinations of the rules: most rules first, larger ones first, then by items.
pub(crate) fn combinations(index: &Index<'_>, rules: &[u32]) -> Vec<Combination> {
    let mut items = Items::default();
    let per_rule: Vec<(u32, Pairs)> = rules
        .iter()
        .map(|at| (*at, pairs(index, index.facts(*at), &mut items)))
        .collect();
    let mut counts: BTreeMap<Vec<u32>, Vec<u32>> = BTreeMap::new();
    for (at, pairs) in &per_rule {
        for (a, b) in pairs {
            counts.entry(vec![*a, *b]).or_default().push(*at);
        }
    }
    counts.retain(|_, rules| rules.len() >= MIN_RULES);
    let triples = triples(&per_rule, &counts);
    counts.extend(triples);
    rows(index, &items, counts)
}

/// Triples each of whose pairs is frequent, with their rules.
fn triples(
    per_rule: &[(u32, Pairs)],
    frequent: &BTreeMap<Vec<u32>, Vec<u32>>,
) -> BTreeMap<Vec<u32>, Vec<u32>> {
    let mut found: BTreeMap<Vec<u32>, Vec<u32>> = BTreeMap::new();
    for (at, pairs) in per_rule {
        let kept: Vec<(u32, u32)> = pairs
            .iter()
            .filter(|(a, b)| frequent.contains_key(&vec![*a, *b]))
            .copied()
            .collect();
        let kept_set: BTreeSet<(u32, u32)> = kept.iter().copied().collect();
        let mut budget = MAX_PAIRS;
        for (a, b) in &kept {
            for (_, c) in kept_set.range((*b, 0)..=(*b, u32::MAX)) {
                if kept_set.contains(&(*a, *c)) && budget > 0 {
                    budget -= 1;
                    found.entry(vec![*a, *b, *c]).or_default().push(*at);
                }
            }
        }
    }
    found.retain(|_, rules| rules.len() >= MIN_RULES);
    found
}

fn rows(
    index: &Index<'_>,
    items: &Items<'_>,
    counts: BTreeMap<Vec<u32>, Vec<u32>>,
) -> Vec<Combination> {
    let mut ranked: Vec<(Vec<u32>, Vec<u32>)> = counts.into_iter().collect();
    let sort_key = |(numbers, rules): &(Vec<u32>, Vec<u32>)| {
        let names: Vec<&(&str, Text)> = numbers.iter().map(|n| &items.list[*n as usize]).collect();
        (Reverse(rules.len()), Reverse(numbers.len()), names)
    };
    ranked.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    ranked.truncate(MAX_ROWS);
    ranked
        .into_iter()
        .map(|(numbers, rules)| Combination {
            items: named(index, items, &numbers),
            count: rules.len(),
            rules: index.ids(&rules),
        })
        .collect()
}

fn named(index: &Index<'_>, items: &Items<'_>, numbers: &[u32]) -> Vec<CombinationItem> {
    let mut named: Vec<CombinationItem> = numbers
        .iter()
        .map(|number| &items.list[*number as usize])
        .map(|(field, family)| CombinationItem {
            field: index.field_name(field),
            canonical: (*field).into(),
            family: family.clone(),
        })
        .collect();
    named.sort();
    named
}

/// The pairs of one rule, over all its branches; smaller number first.
fn pairs<'c>(index: &Index<'c>, facts: &'c RuleFacts, items: &mut Items<'c>) -> Pairs {
    let mut found = Pairs::new();
    for branch in &facts.branches {
        together(index, facts, &branch.tree, items, &mut found);
    }
    found
}

/// Adds the pairs below `tree` and returns its items.
fn together<'c>(
    index: &Index<'c>,
    facts: &'c RuleFacts,
    tree: &Tree,
    items: &mut Items<'c>,
    found: &mut Pairs,
) -> BTreeSet<u32> {
    match tree {
        Tree::Nothing => BTreeSet::new(),
        Tree::Atom(at) => {
            let atom = &facts.atoms[*at as usize];
            if !atom.is_indicator() || index.schema.routing_field(&atom.field) {
                return BTreeSet::new();
            }
            BTreeSet::from([items.number(&atom.field, index.family(atom))])
        }
        Tree::Or(parts) => parts
            .iter()
            .flat_map(|part| together(index, facts, part, items, found))
            .collect(),
        Tree::And(parts) => {
            let mut before = BTreeSet::new();
            for part in parts {
                let here = together(index, facts, part, items, found);
                cross(&before, &here, found);
                before.extend(here);
            }
            before
        }
    }
}

fn cross(left: &BTreeSet<u32>, right: &BTreeSet<u32>, found: &mut Pairs) {
    for a in left {
        for b in right {
            if a != b && found.len() < MAX_PAIRS {
                found.insert((*a.min(b), *a.max(b)));
            }
        }
    }
}
