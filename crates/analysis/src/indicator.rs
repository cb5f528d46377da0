//! The indicator view: one family of values of a field, and every rule that uses it.

use crate::event::techniques;
use crate::head::{CatalogHead, schema};
use crate::tables::{self, IndicatorRow, RuleRow};
use crate::{Counted, Index};
use hashbrown::HashMap;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use tripline_catalog::facts::AtomFact;

/// A family of values of a field, and who uses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IndicatorAnswer {
    /// Name and version of this form.
    pub schema: Text,
    /// The catalogue it was computed from.
    pub catalog: CatalogHead,
    /// The name shown for the field.
    pub field: Text,
    /// The canonical field.
    pub canonical: Text,
    /// The value that was asked for.
    pub value: Text,
    /// Name of the family.
    pub family: Text,
    /// Rules that look for a value of the family.
    pub rules_total: usize,
    /// Their number per vendor.
    pub by_vendor: BTreeMap<Text, usize>,
    /// Rules that leave a value of the family out and do not look for one.
    pub excluded_in: usize,
    /// The values of the family as rules write them; `count` and `reach` are the same.
    pub values: Vec<IndicatorRow>,
    /// Other families that these rules look for, in at least two of them; most rules first, at
    /// most [`MAX_BESIDE`].
    pub beside: Vec<Beside>,
    /// Techniques of the rules.
    pub techniques: Vec<Counted>,
    /// The rules that look for it.
    pub rules: Vec<RuleRow>,
    /// The rules that only leave it out.
    pub excluding_rules: Vec<RuleRow>,
}

/// A family that rules look for besides another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Beside {
    /// The name shown for the field.
    pub field: Text,
    /// The canonical field.
    pub canonical: Text,
    /// Name of the family.
    pub family: Text,
    /// Rules that look for both.
    pub count: usize,
    /// Their ids.
    pub rules: Vec<Text>,
}

/// Most families listed besides.
pub const MAX_BESIDE: usize = 50;

/// The view of a value, or of a family by its name, on a field by any of its names. `None` when no
/// counted rule tests for it.
///
/// A value that is written with several operators may belong to several families: the one with
/// most rules is shown.
pub fn indicator(index: &Index<'_>, name: &str, value: &str) -> Option<IndicatorAnswer> {
    let (canonical, family) = fields(index, name)
        .into_iter()
        .find_map(|field| Some((family(index, &field, value)?, field)))
        .map(|(family, field)| (field, family))?;
    let wanted = index.looking_for(&canonical, &family);
    let mut left = index.testing_family(&canonical, &family).to_vec();
    left.retain(|at| {
        let mut own = tests(index, *at, &canonical).filter(|atom| atom.negated);
        wanted.binary_search(at).is_err() && own.any(|atom| index.family(atom) == family)
    });
    let kept = values(index, wanted, &canonical, &family);
    let is_kept = |atom: &AtomFact| {
        atom.field == canonical && kept.contains(&(atom.operator.as_str(), atom.value.as_str()))
    };
    Some(IndicatorAnswer {
        schema: schema("indicator"),
        catalog: CatalogHead::of(index.catalog),
        field: index.field_name(&canonical),
        value: value.into(),
        rules_total: wanted.len(),
        by_vendor: tables::by_vendor(index, wanted),
        excluded_in: left.len(),
        values: tables::indicators(index, wanted, |_, atom| is_kept(atom)),
        beside: beside(index, wanted, &canonical, &family),
        techniques: techniques(index, wanted),
        rules: tables::rules(index, wanted),
        excluding_rules: tables::rules(index, &left),
        canonical,
        family,
    })
}

/// The canonical fields that a name may mean, the best first.
fn fields(index: &Index<'_>, name: &str) -> Vec<Text> {
    let known = index.schema.lookup_field(name).into_iter();
    let mut fields: Vec<Text> = known.map(|field| Text::new(&field.id)).collect();
    for field in index.named(name) {
        if !fields.contains(field) {
            fields.push(field.clone());
        }
    }
    fields
}

/// The family that is called `value`, else the one of the values `value` with most rules.
fn family(index: &Index<'_>, field: &str, value: &str) -> Option<Text> {
    if !index.testing_family(field, value).is_empty() {
        return Some(value.into());
    }
    let mut rules: BTreeMap<Text, BTreeSet<u32>> = BTreeMap::new();
    let folded = value.to_lowercase();
    let with = |value: &str| index.testing_value(field, value);
    for &at in with(value).iter().chain(with(&folded)) {
        for atom in tests(index, at, field) {
            if atom.value == value || atom.value == folded.as_str() {
                rules.entry(index.family(atom)).or_default().insert(at);
            }
        }
    }
    let best = rules
        .into_iter()
        .max_by_key(|(name, rules)| (rules.len(), Reverse(name.clone())));
    best.map(|(name, _)| name)
}

/// Literal tests of a rule on a field, exclusions too.
fn tests<'a>(
    index: &Index<'a>,
    at: u32,
    field: &'a str,
) -> impl Iterator<Item = &'a AtomFact> + use<'a> {
    let tests = index.facts(at).atoms.iter();
    tests.filter(move |atom| atom.field == field && atom.literal && !atom.implied)
}

/// The operators and values of a family, as rules that look for it write them.
fn values<'c>(
    index: &Index<'c>,
    rules: &[u32],
    field: &str,
    family: &str,
) -> BTreeSet<(&'c str, &'c str)> {
    let mut found: HashMap<(&str, &str), bool> = HashMap::new();
    for &at in rules {
        let tests = index.facts(at).atoms.iter();
        let sought = tests.filter(|atom| atom.field == field && atom.is_indicator());
        for atom in sought {
            let belongs = || index.family(atom) == family;
            found
                .entry((&atom.operator, &atom.value))
                .or_insert_with(belongs);
        }
    }
    let belonging = found.into_iter().filter(|(_, belongs)| *belongs);
    belonging.map(|(written, _)| written).collect()
}

/// What else these rules look for.
fn beside(index: &Index<'_>, rules: &[u32], field: &str, family: &str) -> Vec<Beside> {
    let mut counts: HashMap<u32, usize> = HashMap::new();
    for number in rules.iter().flat_map(|at| index.families_of(*at)) {
        *counts.entry(*number).or_default() += 1;
    }
    let shared = counts.into_iter().filter(|(_, count)| *count >= 2);
    let mut rows: Vec<(Reverse<usize>, (&str, &str), u32)> = shared
        .map(|(number, count)| (Reverse(count), index.family_named(number), number))
        .filter(|(_, named, _)| *named != (field, family) && !index.schema.routing_field(named.0))
        .collect();
    rows.sort_unstable();
    rows.truncate(MAX_BESIDE);
    let row = |(Reverse(count), (on, name), number): (_, (&str, &str), u32)| {
        let both = rules.iter().copied();
        let both = both.filter(|at| index.families_of(*at).contains(&number));
        Beside {
            field: index.field_name(on),
            canonical: on.into(),
            family: name.into(),
            count,
            rules: both.map(|at| index.id(at)).collect(),
        }
    };
    rows.into_iter().map(row).collect()
}
