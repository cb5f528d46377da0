//! Overlap: which vendors look for the same things under a technique.

use crate::Index;
use crate::head::{CatalogHead, schema};
use crate::technique::{UnknownTechnique, known};
use hashbrown::HashMap;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How many families of a group are listed; its count is of all.
const MAX_FAMILIES: usize = 50;

/// Which vendors look for the same indicator families under a technique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OverlapAnswer {
    /// Name and version of this form.
    pub schema: Text,
    /// The catalogue it was computed from.
    pub catalog: CatalogHead,
    /// Technique id.
    pub id: Text,
    /// Its name.
    pub name: Text,
    /// Whether rules of sub-techniques are included.
    pub with_subtechniques: bool,
    /// Distinct pairs of field and value family that counted rules look for.
    pub families: usize,
    /// The vendors with counted rules, most families first, then by name.
    pub vendors: Vec<OverlapVendor>,
    /// The families by the vendors that look for them: most families first, then by vendors.
    pub groups: Vec<OverlapGroup>,
}

/// A vendor and what its rules look for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OverlapVendor {
    /// Name.
    pub vendor: Text,
    /// Counted rules under the technique.
    pub count: usize,
    /// Their ids.
    pub rules: Vec<Text>,
    /// Families that they look for.
    pub families: usize,
}

/// The families that exactly these vendors look for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OverlapGroup {
    /// The vendors, sorted.
    pub vendors: Vec<Text>,
    /// How many families.
    pub count: usize,
    /// The families, most rules first, then by field and name; the first fifty.
    pub families: Vec<OverlapFamily>,
}

/// A value family on a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OverlapFamily {
    /// The name shown for the field.
    pub field: Text,
    /// The canonical field.
    pub canonical: Text,
    /// The family's name.
    pub family: Text,
    /// Counted rules under the technique that look for it.
    pub count: usize,
    /// Their ids.
    pub rules: Vec<Text>,
}

/// Which vendors look for the same indicator families under technique `id` (any letter case).
/// Tests of fields that only select events are left aside: every rule on the same log has them.
///
/// # Errors
/// When neither ATT&CK nor any rule knows the id.
pub fn overlap(
    index: &Index<'_>,
    id: &str,
    with_subtechniques: bool,
) -> Result<OverlapAnswer, UnknownTechnique> {
    let (id, _) = known(index, id)?;
    let mut rules = index.under(&id, with_subtechniques);
    rules.retain(|at| index.facts(*at).class.counts());
    let families = families(index, &rules);
    let vendors = vendors(index, &rules, &families);
    let mut groups: BTreeMap<Vec<Text>, Vec<OverlapFamily>> = BTreeMap::new();
    for ((canonical, family), rules) in &families {
        let who: BTreeSet<&Text> = rules.iter().map(|at| &index.facts(*at).vendor).collect();
        let row = OverlapFamily {
            field: index.field_name(canonical),
            canonical: (*canonical).into(),
            family: (*family).into(),
            count: rules.len(),
            rules: index.ids(rules),
        };
        let who = who.into_iter().cloned().collect();
        groups.entry(who).or_default().push(row);
    }
    let mut groups: Vec<OverlapGroup> = groups.into_iter().map(group).collect();
    groups.sort_by(|a, b| (Reverse(a.count), &a.vendors).cmp(&(Reverse(b.count), &b.vendors)));
    let known = index.catalog.attack.technique(&id);
    Ok(OverlapAnswer {
        schema: schema("overlap"),
        catalog: CatalogHead::of(index.catalog),
        name: known.map(|it| it.head.name.clone()).unwrap_or_default(),
        with_subtechniques,
        families: families.len(),
        vendors,
        groups,
        id,
    })
}

/// Rules by the canonical field and the name of a family that they look for.
type Families<'c> = BTreeMap<(&'c str, &'c str), Vec<u32>>;

fn families<'c>(index: &Index<'c>, rules: &[u32]) -> Families<'c> {
    let mut found: HashMap<u32, Vec<u32>> = HashMap::new();
    for &at in rules {
        for number in index.families_of(at) {
            found.entry(*number).or_default().push(at);
        }
    }
    let named = found.into_iter();
    let named = named.map(|(number, rules)| (index.family_named(number), rules));
    named
        .filter(|((field, _), _)| !index.schema.routing_field(field))
        .collect()
}

fn vendors(index: &Index<'_>, rules: &[u32], families: &Families<'_>) -> Vec<OverlapVendor> {
    let mut by_vendor: BTreeMap<&Text, Vec<u32>> = BTreeMap::new();
    for &at in rules {
        by_vendor
            .entry(&index.facts(at).vendor)
            .or_default()
            .push(at);
    }
    let looks =
        |vendor: &Text, rules: &[u32]| rules.iter().any(|at| index.facts(*at).vendor == *vendor);
    let mut rows: Vec<OverlapVendor> = by_vendor
        .into_iter()
        .map(|(vendor, rules)| OverlapVendor {
            vendor: vendor.clone(),
            count: rules.len(),
            rules: index.ids(&rules),
            families: families.values().filter(|it| looks(vendor, it)).count(),
        })
        .collect();
    rows.sort_by_key(|row| Reverse(row.families));
    rows
}

fn group((vendors, mut families): (Vec<Text>, Vec<OverlapFamily>)) -> OverlapGroup {
    let count = families.len();
    families.sort_by(|a, b| {
        let key = |row: &OverlapFamily| (Reverse(row.count), row.field.clone(), row.family.clone());
        key(a).cmp(&key(b))
    });
    families.truncate(MAX_FAMILIES);
    OverlapGroup {
        vendors,
        count,
        families,
    }
}
