//! What techniques have in common, for all of them at once: made when first asked for.

use crate::lookups::Lookups;
use smol_str::SmolStr as Text;
use std::collections::{BTreeMap, BTreeSet};
use tripline_attack::Attack;
use tripline_catalog::Catalog;
use tripline_catalog::facts::RuleFacts;

/// Sets of what a technique has, by technique.
pub(crate) type Sets<T> = BTreeMap<Text, BTreeSet<T>>;

/// Who uses techniques, and which rules count under them.
#[derive(Debug)]
pub(crate) struct Together {
    /// Rules that count, by position.
    pub(crate) rules: Sets<u32>,
    /// Those of them whose steps are ordered.
    pub(crate) ordered: Sets<u32>,
    /// The techniques that each active campaign uses.
    pub(crate) campaigns: Sets<Text>,
    /// The active campaigns and groups that use a technique.
    pub(crate) actors: Sets<Text>,
    /// How much a technique that one of them uses says of the others that it uses.
    pub(crate) weights: BTreeMap<Text, f64>,
    /// The sum of these weights.
    pub(crate) weight_of_all: f64,
}

/// With so many techniques an actor's choice of one weighs half.
const USUAL: f64 = 20.0;

impl Together {
    /// The sets over `catalog`.
    pub(crate) fn new(catalog: &Catalog, lookups: &Lookups) -> Self {
        let rules = |keep: &dyn Fn(&RuleFacts) -> bool| -> Sets<u32> {
            let all = lookups.techniques().iter();
            all.map(|(id, rules)| {
                let kept = rules.iter().copied();
                let kept = kept.filter(|at| keep(&catalog.facts[*at as usize]));
                (id.clone(), kept.collect())
            })
            .collect()
        };
        let campaigns = campaigns(&catalog.attack);
        let actors = actors(&catalog.attack, &campaigns);
        let weights = weights(&actors);
        Self {
            rules: rules(&|facts| facts.class.counts()),
            ordered: rules(&|facts| facts.class.counts() && is_ordered(facts)),
            weight_of_all: weights.values().sum(),
            weights,
            actors,
            campaigns,
        }
    }

    /// How much some actors weigh together.
    pub(crate) fn weight<'a>(&self, actors: impl IntoIterator<Item = &'a Text>) -> f64 {
        let known = actors.into_iter();
        known.filter_map(|actor| self.weights.get(actor)).sum()
    }
}

fn is_ordered(facts: &RuleFacts) -> bool {
    let mut kinds = facts.correlations.iter().map(|fact| fact.kind.as_str());
    kinds.any(|kind| matches!(kind, "sequence" | "temporal_ordered"))
}

fn campaigns(attack: &Attack) -> Sets<Text> {
    let mut found: Sets<Text> = BTreeMap::new();
    for relation in &attack.uses {
        let campaign = attack.campaign(&relation.source);
        if campaign.is_some_and(|campaign| campaign.head.active())
            && relation.target.starts_with('T')
        {
            let techniques = found.entry(relation.source.clone()).or_default();
            techniques.insert(relation.target.clone());
        }
    }
    found
}

fn actors(attack: &Attack, campaigns: &Sets<Text>) -> Sets<Text> {
    let mut found: Sets<Text> = BTreeMap::new();
    for (campaign, techniques) in campaigns {
        for technique in techniques {
            let actors = found.entry(technique.clone()).or_default();
            actors.insert(campaign.clone());
        }
    }
    for relation in attack
        .uses
        .iter()
        .filter(|uses| uses.target.starts_with('T'))
    {
        let group = attack.group(&relation.source);
        if group.is_some_and(|group| group.head.active()) {
            let actors = found.entry(relation.target.clone()).or_default();
            actors.insert(relation.source.clone());
        }
    }
    found
}

/// The weight of each actor: who uses nearly every technique says little of any two.
fn weights(actors: &Sets<Text>) -> BTreeMap<Text, f64> {
    let mut used: BTreeMap<Text, u32> = BTreeMap::new();
    for actor in actors.values().flatten() {
        *used.entry(actor.clone()).or_default() += 1;
    }
    let weight = |count| USUAL / (USUAL + f64::from(count));
    used.into_iter()
        .map(|(actor, count)| (actor, weight(count)))
        .collect()
}
