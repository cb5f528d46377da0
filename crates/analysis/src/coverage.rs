//! Coverage: rules per technique, and as a layer for ATT&CK Navigator.

use crate::Index;
use crate::head::{CatalogHead, schema};
use crate::tables::by_vendor;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use smol_str::{SmolStr as Text, format_smolstr};
use std::collections::{BTreeMap, BTreeSet};
use tripline_attack::ResolvedTactic;

/// Rules per technique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Coverage {
    /// Name and version of this form.
    pub schema: Text,
    /// The catalogue it was computed from.
    pub catalog: CatalogHead,
    /// Techniques with at least one counted rule.
    pub covered: usize,
    /// Techniques that ATT&CK has (neither revoked nor deprecated).
    pub techniques: usize,
    /// Rules not counted, by class.
    pub left_out: BTreeMap<Text, usize>,
    /// One row per technique that ATT&CK has or a rule names, by id.
    pub rows: Vec<CoverageRow>,
    /// Techniques that rules count under and this ATT&CK does not have.
    pub unknown_techniques: Vec<UnresolvedTag>,
    /// Tactics that rules tag and this ATT&CK does not have.
    pub unknown_tactics: Vec<UnresolvedTag>,
}

/// A tag that this ATT&CK does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnresolvedTag {
    /// As tagged.
    pub tag: Text,
    /// Why it is not there, or what became of it.
    pub note: Text,
    /// Rules with the tag, of any class.
    pub count: usize,
    /// Their ids.
    pub rules: Vec<Text>,
}

/// Counted rules of one technique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CoverageRow {
    /// Technique id.
    pub id: Text,
    /// Name; empty when ATT&CK does not know it.
    pub name: Text,
    /// Tactics.
    pub tactics: Vec<Text>,
    /// Rules tagged exactly so.
    pub count: usize,
    /// Rules tagged so or with a sub-technique.
    pub with_subtechniques: usize,
    /// `count` per vendor.
    pub by_vendor: BTreeMap<Text, usize>,
    /// Ids of the rules tagged exactly so.
    pub rules: Vec<Text>,
}

/// Rules per technique over the whole catalogue.
pub fn coverage(index: &Index<'_>) -> Coverage {
    let attack = &index.catalog.attack;
    let active = || {
        attack
            .techniques
            .iter()
            .filter(|technique| technique.head.active())
    };
    let mut ids: BTreeSet<&str> = active()
        .map(|technique| technique.head.id.as_str())
        .collect();
    ids.extend(index.techniques().map(|(id, _)| id));
    let rows: Vec<CoverageRow> = ids.iter().map(|id| row(index, id)).collect();
    let everything: Vec<u32> = (0_u32..)
        .zip(&index.catalog.facts)
        .map(|(at, _)| at)
        .collect();
    let not_counted: Vec<u32> = everything
        .into_iter()
        .filter(|at| !index.facts(*at).class.counts())
        .collect();
    Coverage {
        schema: schema("coverage"),
        catalog: CatalogHead::of(index.catalog),
        covered: rows
            .iter()
            .filter(|row| row.count > 0 && !row.name.is_empty())
            .count(),
        techniques: active().count(),
        left_out: crate::technique::left_out(index, &not_counted),
        unknown_techniques: unknown_techniques(index),
        unknown_tactics: unknown_tactics(index),
        rows,
    }
}

fn row(index: &Index<'_>, id: &str) -> CoverageRow {
    let counted = |with| {
        let mut rules = index.under(id, with);
        rules.retain(|at| index.facts(*at).class.counts());
        rules
    };
    let known = index.catalog.attack.technique(id);
    let exact = counted(false);
    CoverageRow {
        id: id.into(),
        name: known
            .map(|technique| technique.head.name.clone())
            .unwrap_or_default(),
        tactics: known
            .map(|technique| technique.tactics.clone())
            .unwrap_or_default(),
        count: exact.len(),
        with_subtechniques: counted(true).len(),
        by_vendor: by_vendor(index, &exact),
        rules: index.ids(&exact),
    }
}

fn unknown_techniques(index: &Index<'_>) -> Vec<UnresolvedTag> {
    let attack = &index.catalog.attack;
    let unknown = index
        .techniques()
        .filter(|(id, _)| attack.technique(id).is_none());
    unknown
        .map(|(id, rules)| UnresolvedTag {
            tag: id.into(),
            note: attack
                .resolve_technique(id)
                .note()
                .unwrap_or_default()
                .into(),
            count: rules.len(),
            rules: index.ids(rules),
        })
        .collect()
}

fn unknown_tactics(index: &Index<'_>) -> Vec<UnresolvedTag> {
    let mut tags: BTreeMap<&Text, BTreeSet<u32>> = BTreeMap::new();
    for (at, facts) in (0_u32..).zip(&index.catalog.facts) {
        for tactic in &facts.tactics {
            tags.entry(tactic).or_default().insert(at);
        }
    }
    let attack = &index.catalog.attack;
    tags.into_iter()
        .filter_map(|(tag, rules)| {
            let note = match attack.resolve_tactic(tag) {
                ResolvedTactic::Active(_) => return None,
                ResolvedTactic::Newer { reason, .. } => reason,
                ResolvedTactic::Split { into, .. } => {
                    format_smolstr!("split into {}", into.join(", "))
                }
                ResolvedTactic::Unknown(_) => "not in this ATT&CK".into(),
            };
            let rules: Vec<u32> = rules.into_iter().collect();
            let ids = index.ids(&rules);
            Some(UnresolvedTag {
                tag: tag.clone(),
                note,
                count: ids.len(),
                rules: ids,
            })
        })
        .collect()
}

/// The coverage as an ATT&CK Navigator layer, format 4.5.
pub fn navigator(coverage: &Coverage, attack_version: &str) -> Value {
    let known = coverage
        .rows
        .iter()
        .filter(|row| !row.name.is_empty() && row.count > 0);
    let most = known.clone().map(|row| row.count).max().unwrap_or(0);
    let techniques: Vec<Value> = known
        .map(|row| {
            let vendors = row.by_vendor.iter().map(
                |(vendor, count)| json!({ "name": vendor.as_str(), "value": count.to_string() }),
            );
            json!({
                "techniqueID": row.id.as_str(),
                "score": row.count,
                "comment": format!("{} rules tagged exactly so", row.count),
                "enabled": true,
                "metadata": vendors.collect::<Vec<_>>(),
                "showSubtechniques": row.with_subtechniques > row.count,
            })
        })
        .collect();
    let mut versions = json!({ "navigator": "5.1.0", "layer": "4.5" });
    if !attack_version.is_empty() {
        let major = attack_version.split('.').next().unwrap_or(attack_version);
        versions["attack"] = json!(major);
    }
    json!({
        "name": "Tripline coverage",
        "versions": versions,
        "domain": "enterprise-attack",
        "description": "Detection rules per technique, tagged exactly; classes alert and building_block.",
        "sorting": 3,
        "layout": { "layout": "side", "showID": true, "showName": true },
        "hideDisabled": false,
        "techniques": techniques,
        "gradient": { "colors": ["#ffffff", "#2f6fab"], "minValue": 0, "maxValue": most },
        "legendItems": [],
        "metadata": [],
        "links": [],
        "showTacticRowBackground": false,
        "selectTechniquesAcrossTactics": true,
        "selectSubtechniquesWithParent": false,
    })
}
