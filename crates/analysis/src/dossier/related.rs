//! Related techniques: why, and how strongly.
//!
//! Each of four reasons gives a strength from 0 to 1. Three are the cosine of the two sets that
//! they compare, `shared / sqrt((a + 4) * (b + 4))`; the fours keep small sets from being sure:
//! - rules: rules that count under both techniques;
//! - campaigns: ATT&CK campaigns and groups that use both, from two on;
//! - sequences: rules with ordered steps that count under both, from two on.
//!
//! The fourth is a part of a whole: of the values that this technique's rules look for and that at
//! most [`RARE`] rules of the catalogue look for, those that another technique's rules (which are
//! not under this one) also look for, from two on.
//!
//! The strength of a relation is `1 - (1 - r)(1 - c)(1 - i)(1 - s)`. That the description names a
//! technique, or that one is part of the other, is a reason without a strength.

use super::flow::{Position, position};
use super::scope::{Pen, Scope};
use crate::markup::{Paragraph, Span};
use crate::together::{Sets, Together};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::collections::{BTreeMap, BTreeSet};

/// What is added to the size of each of two sets: two actors that are all that is known of either
/// of two techniques say little.
const UNSEEN: usize = 4;
/// How many rules at most look for a value that counts as shared.
const RARE: usize = 40;

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

/// The related techniques: those that the description names, then the strongest first, then by id.
pub(super) fn related(
    scope: &Scope<'_>,
    pen: &mut Pen<'_>,
    description: &[Paragraph],
) -> Vec<RelatedRow> {
    let index = scope.index;
    let attack = scope.attack();
    let together = index.together();
    let (own_values, values) = shared_values(scope);
    let own = Own {
        rules: scope.rules.iter().copied().collect(),
        ordered: union(&together.ordered, &scope.ids),
        actors: union(&together.actors, &scope.ids),
        values: own_values,
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
            let shared = Shared::of(&own, id, together, &values);
            let family = family(&scope.id, id);
            let named = own.named.contains(id);
            let strength = shared.strength();
            if strength < 0.05 && family.is_none() && !named {
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
        b.named
            .cmp(&a.named)
            .then_with(|| b.strength.total_cmp(&a.strength))
            .then_with(|| a.id.cmp(&b.id))
    });
    rows
}

/// What the technique itself has.
struct Own<'a> {
    rules: BTreeSet<u32>,
    ordered: BTreeSet<u32>,
    actors: BTreeSet<Text>,
    values: BTreeSet<Value<'a>>,
    named: BTreeSet<&'a str>,
}

/// Field and value.
type Value<'a> = (&'a str, &'a str);

/// Values by technique.
type Values<'a> = BTreeMap<&'a str, BTreeSet<Value<'a>>>;

/// What two techniques share.
struct Shared<'a> {
    rules: Vec<u32>,
    actors: Vec<Text>,
    values: Vec<Value<'a>>,
    sequences: usize,
    strengths: [f64; 4],
}

impl<'a> Shared<'a> {
    fn of(own: &Own<'a>, id: &str, together: &Together, values: &Values<'a>) -> Self {
        let (rules, rules_cosine) = common(&own.rules, together.rules.get(id), 1);
        let (sequences, sequences_cosine) = common(&own.ordered, together.ordered.get(id), 2);
        let (actors, actors_cosine) = common(&own.actors, together.actors.get(id), 2);
        let values: Vec<Value<'a>> = values.get(id).into_iter().flatten().copied().collect();
        let values = if values.len() < 2 { Vec::new() } else { values };
        let values_part = size(values.len()) / size(own.values.len().max(1));
        Self {
            rules,
            actors,
            values,
            sequences: sequences.len(),
            strengths: [rules_cosine, actors_cosine, values_part, sequences_cosine],
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
    let cosine = size(shared.len()) / (size(a.len() + UNSEEN) * size(b.len() + UNSEEN)).sqrt();
    (shared, cosine)
}

fn size(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

fn union<T: Ord + Clone>(sets: &Sets<T>, ids: &[Text]) -> BTreeSet<T> {
    let found = ids.iter().filter_map(|id| sets.get(id));
    found.flatten().cloned().collect()
}

/// The rare values of the technique's rules, and those of them that rules of each other technique
/// look for.
fn shared_values<'a>(scope: &Scope<'a>) -> (BTreeSet<Value<'a>>, Values<'a>) {
    let index = scope.index;
    let mut own: BTreeSet<Value<'a>> = BTreeSet::new();
    let mut others: Values<'a> = BTreeMap::new();
    for &at in &scope.rules {
        for atom in &scope.facts(at).atoms {
            if !atom.is_indicator()
                || index.schema.routing_field(&atom.field)
                || atom.value.len() < 4
                || matches!(atom.value.as_str(), "true" | "false")
            {
                continue;
            }
            let value = (atom.field.as_str(), atom.value.as_str());
            let reach = index.reach(atom);
            if reach.len() > RARE || !own.insert(value) {
                continue;
            }
            for other in reach
                .iter()
                .filter(|other| scope.rules.binary_search(other).is_err())
            {
                for technique in &index.facts(*other).techniques {
                    others.entry(technique).or_default().insert(value);
                }
            }
        }
    }
    (own, others)
}

/// Three values that say most: the longest of at most 48 letters.
fn telling(values: &[Value<'_>]) -> Vec<Text> {
    let texts: BTreeSet<&str> = values.iter().map(|(_, value)| value.trim()).collect();
    let mut texts: Vec<&str> = texts.into_iter().filter(|text| text.len() <= 48).collect();
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    texts.into_iter().take(3).map(Text::new).collect()
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

fn base(id: &str) -> &str {
    id.split('.').next().unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::{common, family};
    use std::collections::BTreeSet;

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
