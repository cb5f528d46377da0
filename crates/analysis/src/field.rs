//! The field view: how each vendor spells a field and what rules do with it.

use crate::event::techniques;
use crate::head::{CatalogHead, schema};
use crate::tables::{self, IndicatorRow, RuleRow};
use crate::{Counted, Index};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Every meaning of a field name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldAnswer {
    /// Name and version of this form.
    pub schema: Text,
    /// The catalogue it was computed from.
    pub catalog: CatalogHead,
    /// The name that was asked for.
    pub name: Text,
    /// One entry per canonical field that the name can mean, most rules first.
    pub fields: Vec<FieldUse>,
}

/// A canonical field and its use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldUse {
    /// The name shown.
    pub field: Text,
    /// The canonical id.
    pub canonical: Text,
    /// What it holds.
    pub meaning: Text,
    /// How vendors spell it.
    pub spellings: Vec<Spelling>,
    /// Rules with a positive test on it.
    pub rules_total: usize,
    /// Rules that have it only in exclusions.
    pub excluded_in: usize,
    /// Rules per operator.
    pub how: BTreeMap<Text, usize>,
    /// What rules look for in it.
    pub indicators: Vec<IndicatorRow>,
    /// Techniques of the rules.
    pub techniques: Vec<Counted>,
    /// The rules.
    pub rules: Vec<RuleRow>,
}

/// A spelling of a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Spelling {
    /// Naming scheme or vendor.
    pub scheme: Text,
    /// The name there.
    pub name: Text,
    /// Counted rules that spell it so.
    pub count: usize,
}

/// The view of `name`: a canonical id or any vendor's spelling. `None` when neither the tables
/// nor any rule know it.
pub fn field(index: &Index<'_>, name: &str) -> Option<FieldAnswer> {
    let mut ids: BTreeSet<Text> = index
        .schema
        .lookup_field(name)
        .into_iter()
        .map(|field| Text::new(&field.id))
        .collect();
    for id in index.named(name) {
        if id == name || index.schema.field(id).is_none() {
            ids.insert(id.clone());
        }
    }
    if ids.is_empty() {
        return None;
    }
    let mut fields: Vec<FieldUse> = ids.iter().map(|id| use_of(index, id)).collect();
    fields.sort_by_key(|field| Reverse(field.rules_total));
    Some(FieldAnswer {
        schema: schema("field"),
        catalog: CatalogHead::of(index.catalog),
        name: name.into(),
        fields,
    })
}

fn use_of(index: &Index<'_>, id: &str) -> FieldUse {
    let everything = index.testing(id);
    let row = tables::fields(index, everything, |_, atom| atom.field == id).pop();
    let positive: Vec<u32> = everything
        .iter()
        .copied()
        .filter(|at| {
            let mut atoms = index.facts(*at).atoms.iter();
            atoms.any(|atom| atom.field == id && !atom.excludes() && !atom.implied)
        })
        .collect();
    let known = index.schema.field(id);
    FieldUse {
        field: index.field_name(id),
        canonical: id.into(),
        meaning: known
            .map(|field| Text::new(&field.meaning))
            .unwrap_or_default(),
        spellings: spellings(index, id, everything),
        rules_total: positive.len(),
        excluded_in: row.as_ref().map_or(0, |row| row.excluded_in),
        how: row.map(|row| row.how).unwrap_or_default(),
        indicators: tables::indicators(index, everything, |_, atom| atom.field == id),
        techniques: techniques(index, &positive),
        rules: tables::rules(index, &positive),
    }
}

/// Spellings of the tables with the rules that use them, and spellings that only rules have.
fn spellings(index: &Index<'_>, id: &str, rules: &[u32]) -> Vec<Spelling> {
    let mut used: BTreeMap<(Text, Text), BTreeSet<u32>> = BTreeMap::new();
    for &at in rules {
        let facts = index.facts(at);
        for atom in facts
            .atoms
            .iter()
            .filter(|atom| atom.field == id && !atom.implied)
        {
            let key = (facts.vendor.clone(), atom.name.clone());
            used.entry(key).or_default().insert(at);
        }
    }
    let mut found: Vec<Spelling> = used
        .into_iter()
        .map(|((scheme, name), rules)| Spelling {
            scheme,
            name,
            count: rules.len(),
        })
        .collect();
    for (scheme, name) in index
        .schema
        .field(id)
        .into_iter()
        .flat_map(|field| &field.names)
    {
        if !found.iter().any(|spelling| spelling.name == *name) {
            let scheme = scheme.name().into();
            found.push(Spelling {
                scheme,
                name: name.clone(),
                count: 0,
            });
        }
    }
    found.sort_by(|a, b| (Reverse(a.count), a).cmp(&(Reverse(b.count), b)));
    found
}
