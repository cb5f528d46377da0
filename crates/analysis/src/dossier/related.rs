//! Related techniques: why, and how strongly.
//!
//! Four reasons give a strength from 0 to 1 each. They compare what the two techniques have, as a
//! cosine `shared / sqrt((a + 4) * (b + 4))`; the fours keep small sets from being sure:
//! - rules: rules that count under both techniques;
//! - actors: ATT&CK campaigns and groups that use both, from two on. Each weighs `20 / (20 + n)`
//!   of its `n` techniques, and what chance would let two techniques of so many users share is
//!   taken off: those who use nearly everything do not relate what they use;
//! - values: rules under the one but not the other that look for a rare value (its family is of at
//!   most [`RARE`](super::rare::RARE) rules of the catalogue) which rules under the other but not the one look for
//!   too, each weighing the part of its values that these are: the smaller sum, from two rules on;
//! - sequences: rules with ordered steps that count under both, from two on.
//!
//! That the description names a technique counts [`NAMED`], that one is part of the other [`KIN`],
//! that both are of a third [`SIBLING`]: too little to be listed for. The strength of a relation is
//! 1 less the product of what each lacks of 1.

use super::flow::{Position, position};
use super::rare::{Common, Value, shared_values, telling};
use super::scope::{Pen, Scope};
use super::values::size;
use crate::markup::{Paragraph, Span};
use crate::together::{Sets, Together};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::collections::BTreeSet;

/// What is added to the size of each of two sets: two actors that are all that is known of either
/// of two techniques say little.
const UNSEEN: f64 = 4.0;
/// What it counts that the description names a technique.
const NAMED: f64 = 0.25;
/// What it counts that one technique is part of the other.
const KIN: f64 = 0.1;
/// What it counts that both are part of a third.
const SIBLING: f64 = 0.04;
/// What a relation must count to be listed.
const LEAST: f64 = 0.05;

/// A related technique.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RelatedRow {
    /// Technique id.
    pub id: Text,
    /// Name.
    pub name: Text,
    /// From 0 to 1.
    pub strength: f64,
    /// Where its tactics stand.
    pub position: Option<Position>,
    /// Rules under both.
    pub rules: usize,
    /// Campaigns and groups that use both.
    pub actors: usize,
    /// Rare values that rules of both look for.
    pub indicators: usize,
    /// Up to three of these values.
    pub values: Vec<Text>,
    /// Rules with ordered steps under both.
    pub sequences: usize,
    /// The description names it.
    pub named: bool,
    /// `parent`, `sub-technique` or `sibling`, when they belong together.
    pub family: Option<Text>,
    /// Keys of the shared rules and actors.
    pub evidence: Vec<Text>,
}

/// The related techniques: the strongest first, then by id.
pub(super) fn related(
    scope: &Scope<'_>,
    pen: &mut Pen<'_>,
    description: &[Paragraph],
) -> Vec<RelatedRow> {
    let index = scope.index;
    let attack = scope.attack();
    let together = index.together();
    let values = shared_values(scope);
    let own = Own {
        rules: scope.rules.iter().copied().collect(),
        ordered: union(&together.ordered, &scope.ids),
        actors: union(&together.actors, &scope.ids),
        named: named(description),
    };
    let active = attack
        .techniques
        .iter()
        .filter(|technique| technique.head.active());
    let mut rows: Vec<RelatedRow> = active
        .filter(|technique| !scope.ids.contains(&technique.head.id))
        .filter_map(|technique| {
            let id = technique.head.id.as_str();
            let mut shared = Shared::of(&own, id, together, values.get(id));
            let family = family(&scope.id, id);
            let named = own.named.contains(id);
            shared.strengths.extend(named.then_some(NAMED));
            shared.strengths.extend(family.as_deref().map(kinship));
            let strength = shared.strength();
            if strength < LEAST {
                return None;
            }
            let tactics = &technique.tactics;
            let mut evidence = scope.evidence(pen, &shared.rules);
            evidence.extend(shared.actors.iter().filter_map(|id| {
                let actor = attack.actor(id)?;
                Some(pen.sources.object(actor.head))
            }));
            Some(RelatedRow {
                id: technique.head.id.clone(),
                name: technique.head.name.clone(),
                strength: (strength * 100.0).round() / 100.0,
                position: scope
                    .technique
                    .and_then(|own| position(attack, &own.tactics, tactics)),
                rules: shared.rules.len(),
                actors: shared.actors.len(),
                indicators: shared.values.len(),
                values: telling(&shared.values),
                sequences: shared.sequences,
                named,
                family,
                evidence,
            })
        })
        .collect();
    rows.sort_by(|a, b| {
        let by_strength = b.strength.total_cmp(&a.strength);
        by_strength.then_with(|| a.id.cmp(&b.id))
    });
    rows
}

/// What the technique itself has.
struct Own<'a> {
    rules: BTreeSet<u32>,
    ordered: BTreeSet<u32>,
    actors: BTreeSet<Text>,
    named: BTreeSet<&'a str>,
}

/// What two techniques share.
struct Shared<'a> {
    rules: Vec<u32>,
    actors: Vec<Text>,
    values: Vec<Value<'a>>,
    sequences: usize,
    strengths: Vec<f64>,
}

impl<'a> Shared<'a> {
    fn of(own: &Own<'a>, id: &str, together: &Together, values: Option<&Common<'a>>) -> Self {
        let (rules, rules_cosine) = common(&own.rules, together.rules.get(id), 1);
        let (sequences, sequences_cosine) = common(&own.ordered, together.ordered.get(id), 2);
        let (actors, actors_cosine) = actors(&own.actors, id, together);
        let alike = values.map_or(0.0, Common::rules);
        let values = values.filter(|_| alike > 0.0);
        let there = together.rules.get(id).map_or(0, BTreeSet::len);
        let values_cosine = cosine(alike, size(own.rules.len()), size(there));
        Self {
            rules,
            actors,
            values: values
                .iter()
                .flat_map(|values| &values.values)
                .copied()
                .collect(),
            sequences: sequences.len(),
            strengths: vec![rules_cosine, actors_cosine, values_cosine, sequences_cosine],
        }
    }

    fn strength(&self) -> f64 {
        1.0 - self
            .strengths
            .iter()
            .map(|strength| 1.0 - strength)
            .product::<f64>()
    }
}

/// What two sets have in common, when it is enough, and their cosine.
fn common<T: Ord + Clone>(a: &BTreeSet<T>, b: Option<&BTreeSet<T>>, least: usize) -> (Vec<T>, f64) {
    let Some(b) = b else {
        return (Vec::new(), 0.0);
    };
    let shared: Vec<T> = a.intersection(b).cloned().collect();
    if shared.len() < least || shared.is_empty() {
        return (Vec::new(), 0.0);
    }
    let cosine = cosine(size(shared.len()), size(a.len()), size(b.len()));
    (shared, cosine)
}

/// The campaigns and groups that use both, from two on, and their cosine: weighed, and less what
/// chance would let two techniques of so many users share.
fn actors(own: &BTreeSet<Text>, id: &str, together: &Together) -> (Vec<Text>, f64) {
    let Some(other) = together.actors.get(id) else {
        return (Vec::new(), 0.0);
    };
    let (shared, _) = common(own, Some(other), 2);
    if shared.is_empty() {
        return (shared, 0.0);
    }
    let (a, b) = (together.weight(own), together.weight(other));
    let by_chance = a * b / together.weight_of_all.max(1.0);
    let more = (together.weight(&shared) - by_chance).max(0.0);
    (shared, cosine(more, a, b))
}

fn cosine(shared: f64, a: f64, b: f64) -> f64 {
    shared / ((a + UNSEEN) * (b + UNSEEN)).sqrt()
}

fn union<T: Ord + Clone>(sets: &Sets<T>, ids: &[Text]) -> BTreeSet<T> {
    let found = ids.iter().filter_map(|id| sets.get(id));
    found.flatten().cloned().collect()
}

/// The techniques that the description links to.
fn named(description: &[Paragraph]) -> BTreeSet<&str> {
    let spans = description.iter().flat_map(|paragraph| &paragraph.spans);
    spans
        .filter_map(|span| match span {
            Span::Object { id, .. } if id.starts_with('T') => Some(id.as_str()),
            _ => None,
        })
        .collect()
}

fn family(own: &str, other: &str) -> Option<Text> {
    let (own_base, other_base) = (base(own), base(other));
    let name = match (
        own_base == other_base,
        own.contains('.'),
        other.contains('.'),
    ) {
        (false, _, _) => return None,
        (true, true, true) => "sibling",
        (true, true, false) => "parent",
        (true, false, _) => "sub-technique",
    };
    Some(name.into())
}

/// What a family tie counts.
fn kinship(family: &str) -> f64 {
    if family == "sibling" { SIBLING } else { KIN }
}

fn base(id: &str) -> &str {
    id.split('.').next().unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::{actors, common, family};
    use crate::together::Together;
    use smol_str::SmolStr as Text;
    use std::collections::{BTreeMap, BTreeSet};

    /// Two small groups that use the same two techniques relate them; two that use everything do
    /// not.
    #[test]
    fn actors_that_use_everything_relate_nothing() {
        let set = |actors: &[&str]| -> BTreeSet<Text> { actors.iter().map(Text::new).collect() };
        let mut together = Together {
            rules: BTreeMap::new(),
            ordered: BTreeMap::new(),
            campaigns: BTreeMap::new(),
            actors: BTreeMap::new(),
            weights: BTreeMap::new(),
            weight_of_all: 0.0,
        };
        for (technique, users) in [
            ("T1", &["small", "little", "wide", "broad"][..]),
            ("T2", &["small", "little", "some"]),
            ("T3", &["wide", "broad", "some"]),
        ] {
            together.actors.insert(technique.into(), set(users));
        }
        for (actor, weight) in [
            ("small", 0.9),
            ("little", 0.9),
            ("wide", 0.1),
            ("broad", 0.1),
        ] {
            together.weights.insert(actor.into(), weight);
        }
        together.weights.insert("some".into(), 0.5);
        together.weights.insert("others".into(), 20.0);
        together.weight_of_all = together.weights.values().sum();
        let own = together.actors["T1"].clone();
        let strength = |id: &str| actors(&own, id, &together).1;
        assert_eq!(actors(&own, "T3", &together).0.len(), 2);
        assert!(strength("T2") > 5.0 * strength("T3"));
        assert!(strength("T3") < 0.05);
    }

    #[test]
    fn cosines() {
        let a = BTreeSet::from([1, 2, 3, 4]);
        let b = BTreeSet::from([4]);
        let (shared, cosine) = common(&a, Some(&b), 1);
        assert_eq!(shared, [4]);
        assert!((cosine - 1.0 / 40.0_f64.sqrt()).abs() < 1e-9);
        assert_eq!(common(&a, Some(&b), 2).0, Vec::<i32>::new());
    }

    #[test]
    fn families() {
        assert_eq!(family("T1204.001", "T1204").as_deref(), Some("parent"));
        assert_eq!(
            family("T1204", "T1204.001").as_deref(),
            Some("sub-technique")
        );
        assert_eq!(family("T1204.002", "T1204.001").as_deref(), Some("sibling"));
        assert_eq!(family("T1204", "T1205"), None);
    }
}
