//! Rare values that rules under two techniques look for.

use super::scope::Scope;
use super::values::size;
use crate::Index;
use smol_str::SmolStr as Text;
use std::collections::{BTreeMap, BTreeSet};
use tripline_catalog::facts::AtomFact;

/// How many rules at most look for a value of the family of one that counts as shared.
pub(super) const RARE: usize = 12;

/// Field and value.
pub(super) type Value<'a> = (&'a str, &'a str);

/// Rare values that rules of this technique only and rules of another only look for.
#[derive(Default)]
pub(super) struct Common<'a> {
    /// The values.
    pub(super) values: BTreeSet<Value<'a>>,
    /// The rules of this one.
    here: BTreeMap<u32, Part<'a>>,
    /// The rules of the other.
    there: BTreeMap<u32, Part<'a>>,
}

/// The part of a rule's values that are common.
#[derive(Default)]
struct Part<'a> {
    all: usize,
    common: BTreeSet<Value<'a>>,
}

impl Common<'_> {
    /// How many rules of either are alike at least, each weighing the part of its values that are
    /// common: a rule that looks for everything is like many.
    pub(super) fn rules(&self) -> f64 {
        if self.here.len().min(self.there.len()) < 2 {
            return 0.0;
        }
        let weigh = |rules: &BTreeMap<u32, Part<'_>>| -> f64 {
            let parts = rules.values();
            parts
                .map(|part| (size(part.common.len()) / size(part.all.max(1))).min(1.0))
                .sum()
        };
        weigh(&self.here).min(weigh(&self.there))
    }
}

/// The rare values that rules under this technique look for and rules under each other do.
pub(super) fn shared_values<'a>(scope: &Scope<'a>) -> BTreeMap<&'a str, Common<'a>> {
    let index = scope.index;
    let ours = |at: &u32| scope.rules.binary_search(at).is_ok();
    let mut found: BTreeMap<&str, Common<'_>> = BTreeMap::new();
    let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
    for &at in &scope.rules {
        let facts = scope.facts(at);
        for atom in facts.atoms.iter().filter(|atom| tells(index, atom)) {
            let reach = index.family_reach(atom);
            if reach.len() > RARE {
                continue;
            }
            let value = (atom.field.as_str(), atom.value.as_str());
            for &other in reach.iter().filter(|other| !ours(other)) {
                let theirs = index.facts(other).techniques.iter();
                for technique in theirs.filter(|id| !facts.techniques.contains(id)) {
                    let common = found.entry(technique).or_default();
                    common.values.insert(value);
                    for (rules, rule) in [(&mut common.here, at), (&mut common.there, other)] {
                        let part = rules.entry(rule).or_insert_with(|| Part {
                            all: *sizes.entry(rule).or_insert_with(|| values_of(index, rule)),
                            ..Part::default()
                        });
                        part.common.insert(value);
                    }
                }
            }
        }
    }
    found
}

/// Whether a test looks for something that may tell one behaviour from others.
fn tells(index: &Index<'_>, atom: &AtomFact) -> bool {
    atom.is_indicator()
        && !index.schema.routing_field(&atom.field)
        && atom.value.len() >= 4
        && !matches!(atom.value.as_str(), "true" | "false")
}

/// How many values a rule looks for.
fn values_of(index: &Index<'_>, at: u32) -> usize {
    let atoms = index.facts(at).atoms.iter();
    let values: BTreeSet<Value<'_>> = atoms
        .filter(|atom| tells(index, atom))
        .map(|atom| (atom.field.as_str(), atom.value.as_str()))
        .collect();
    values.len()
}

/// Three values that say most: the longest of at most 48 letters.
pub(super) fn telling(values: &[Value<'_>]) -> Vec<Text> {
    let texts: BTreeSet<&str> = values.iter().map(|(_, value)| value.trim()).collect();
    let mut texts: Vec<&str> = texts.into_iter().filter(|text| text.len() <= 48).collect();
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    texts.into_iter().take(3).map(Text::new).collect()
}

#[cfg(test)]
mod tests {
    use super::{Common, Part};
    use std::collections::BTreeMap;

    #[test]
    fn a_rule_that_looks_for_everything_is_like_no_other() {
        let part = |all, common: &[&'static str]| Part {
            all,
            common: common.iter().map(|value| ("field", *value)).collect(),
        };
        let mut common = Common {
            here: BTreeMap::from([(1, part(2, &["a", "b"])), (2, part(40, &["a"]))]),
            there: BTreeMap::from([(3, part(1, &["a"]))]),
            ..Common::default()
        };
        assert!(common.rules().abs() < 1e-9, "one rule there");
        common.there.insert(4, part(4, &["b"]));
        assert!((common.rules() - 1.025).abs() < 1e-9);
    }
}
