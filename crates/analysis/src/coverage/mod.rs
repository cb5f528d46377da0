//! Coverage: rules per technique, as a matrix, as a comparison of two sides, and as a layer for
//! ATT&CK Navigator.

mod navigator;
mod select;

pub use navigator::navigator;
pub use select::{Choices, ClassFilter, CoverageError, CoverageRequest, Side};

use crate::Index;
use crate::head::{CatalogHead, schema};
use crate::tables::by_vendor;
use schemars::JsonSchema;
use select::Selection;
use serde::Serialize;
use smol_str::{SmolStr as Text, format_smolstr};
use std::collections::{BTreeMap, BTreeSet};
use tripline_attack::{ResolvedTactic, Technique};

/// Rules per technique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Coverage {
    /// Name and version of this form.
    pub schema: Text,
    /// The catalogue it was computed from.
    pub catalog: CatalogHead,
    /// What was asked for.
    pub filter: Filter,
    /// What can be asked for.
    pub choices: Choices,
    /// Techniques of `rows` that ATT&CK has and that have at least one counted rule.
    pub covered: usize,
    /// Techniques that ATT&CK has (neither revoked nor deprecated) for the platform.
    pub techniques: usize,
    /// Rules not counted for their class, by class.
    pub left_out: BTreeMap<Text, usize>,
    /// The columns of the matrix, in ATT&CK's order.
    pub tactics: Vec<TacticColumn>,
    /// One row per technique that ATT&CK has or a rule names, by id; of a platform alone those
    /// that ATT&CK has for it.
    pub rows: Vec<CoverageRow>,
    /// The two sides, when two were compared.
    pub comparison: Option<Comparison>,
    /// Techniques that rules count under and this ATT&CK does not have.
    pub unknown_techniques: Vec<UnresolvedTag>,
    /// Tactics that rules tag and this ATT&CK does not have.
    pub unknown_tactics: Vec<UnresolvedTag>,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Filter {
    /// Only techniques that ATT&CK has for this platform.
    pub platform: Option<Text>,
    /// Only rules of this vendor.
    pub vendor: Option<Text>,
    /// Rules of which classes count.
    pub classes: Vec<Text>,
}

/// A column of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TacticColumn {
    /// Tactic id.
    pub id: Text,
    /// Name in rows: `credential-access`.
    pub short_name: Text,
    /// Name.
    pub name: Text,
    /// Ids of its techniques that are no sub-techniques, by name.
    pub techniques: Vec<Text>,
    /// How many of them have a rule, themselves or by a sub-technique.
    pub covered: usize,
}

/// Two sets of rules side by side. A technique is on a side when a rule of the side is tagged with
/// exactly it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Comparison {
    /// The left side.
    pub left: ComparedSide,
    /// The right side.
    pub right: ComparedSide,
    /// Ids of techniques on both sides.
    pub both: Vec<Text>,
    /// Ids of techniques on the left alone.
    pub only_left: Vec<Text>,
    /// Ids of techniques on the right alone.
    pub only_right: Vec<Text>,
}

/// A side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ComparedSide {
    /// Its name: `all`, `rest`, a vendor, a corpus.
    pub name: Text,
    /// Its counted rules that count under a technique of `rows`.
    pub rules: usize,
    /// Techniques of `rows` with such a rule.
    pub techniques: usize,
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
    /// The technique that it is part of.
    pub parent: Option<Text>,
    /// Tactics.
    pub tactics: Vec<Text>,
    /// Rules tagged exactly so.
    pub count: usize,
    /// Rules tagged so or with a sub-technique.
    pub with_subtechniques: usize,
    /// Sub-techniques that ATT&CK has.
    pub subtechniques: usize,
    /// Sub-techniques with a rule.
    pub subtechniques_covered: usize,
    /// `count` per vendor.
    pub by_vendor: BTreeMap<Text, usize>,
    /// `count` per class.
    pub by_class: BTreeMap<Text, usize>,
    /// Rules of either side of a comparison.
    pub sides: Option<SideCounts>,
    /// Ids of the rules tagged exactly so.
    pub rules: Vec<Text>,
}

/// Rules of the two sides of a comparison under one technique.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SideCounts {
    /// Left, tagged exactly so.
    pub left: usize,
    /// Right, tagged exactly so.
    pub right: usize,
    /// Left, tagged so or with a sub-technique.
    pub left_with_subtechniques: usize,
    /// Right, tagged so or with a sub-technique.
    pub right_with_subtechniques: usize,
}

/// Rules per technique.
///
/// # Errors
/// The request names a platform, vendor, class or side that there is not.
pub fn coverage(index: &Index<'_>, request: &CoverageRequest) -> Result<Coverage, CoverageError> {
    let selection = Selection::new(index, request)?;
    let attack = &index.catalog.attack;
    let active = || {
        let on_platform = |technique: &&Technique| selection.on_platform(technique);
        let all = attack.techniques.iter().filter(|it| it.head.active());
        all.filter(on_platform)
    };
    let mut ids: BTreeSet<&str> = active().map(|it| it.head.id.as_str()).collect();
    if selection.platform.is_none() {
        ids.extend(index.techniques().map(|(id, _)| id));
    }
    let rows: Vec<CoverageRow> = ids.iter().map(|id| row(index, &selection, id)).collect();
    let rows = with_subtechniques_counted(rows);
    Ok(Coverage {
        schema: schema("coverage"),
        catalog: CatalogHead::of(index.catalog),
        filter: selection.filter(),
        choices: Choices::of(index),
        covered: rows
            .iter()
            .filter(|row| row.count > 0 && !row.name.is_empty())
            .count(),
        techniques: active().count(),
        left_out: crate::technique::left_out(index, &selection.left_out(index)),
        tactics: tactics(index, &selection, &rows),
        comparison: comparison(index, &selection, &rows),
        unknown_techniques: unknown_techniques(index),
        unknown_tactics: unknown_tactics(index),
        rows,
    })
}

fn row(index: &Index<'_>, selection: &Selection<'_>, id: &str) -> CoverageRow {
    let counted = |with| {
        let mut rules = index.under(id, with);
        rules.retain(|at| selection.counts(index.facts(*at)));
        rules
    };
    let known = index.catalog.attack.technique(id);
    let (exact, all) = (counted(false), counted(true));
    CoverageRow {
        id: id.into(),
        name: known
            .map(|technique| technique.head.name.clone())
            .unwrap_or_default(),
        parent: known.and_then(|technique| technique.parent.clone()),
        tactics: known
            .map(|technique| technique.tactics.clone())
            .unwrap_or_default(),
        count: exact.len(),
        with_subtechniques: all.len(),
        subtechniques: 0,
        subtechniques_covered: 0,
        by_vendor: by_vendor(index, &exact),
        by_class: crate::technique::left_out(index, &exact),
        sides: selection.sides(index, &exact, &all),
        rules: index.ids(&exact),
    }
}

/// Fills in how many sub-techniques each technique has among the rows.
fn with_subtechniques_counted(mut rows: Vec<CoverageRow>) -> Vec<CoverageRow> {
    let mut below: BTreeMap<Text, (usize, usize)> = BTreeMap::new();
    for row in &rows {
        if let Some(parent) = &row.parent {
            let (all, covered) = below.entry(parent.clone()).or_default();
            *all += 1;
            *covered += usize::from(row.count > 0);
        }
    }
    for row in &mut rows {
        if let Some((all, covered)) = below.get(&row.id) {
            row.subtechniques = *all;
            row.subtechniques_covered = *covered;
        }
    }
    rows
}

fn tactics(
    index: &Index<'_>,
    selection: &Selection<'_>,
    rows: &[CoverageRow],
) -> Vec<TacticColumn> {
    let attack = &index.catalog.attack;
    let has_rule = |id: &str| {
        let found = rows.binary_search_by(|row| row.id.as_str().cmp(id));
        found.is_ok_and(|at| rows[at].with_subtechniques > 0)
    };
    let active = attack.tactics.iter().filter(|tactic| tactic.head.active());
    let column = |tactic: &tripline_attack::Tactic| {
        let mut techniques: Vec<&Technique> = attack
            .techniques_of(&tactic.short_name)
            .filter(|technique| !technique.sub && selection.on_platform(technique))
            .collect();
        techniques.sort_by_key(|technique| (&technique.head.name, &technique.head.id));
        let ids = techniques.iter().map(|technique| &technique.head.id);
        TacticColumn {
            id: tactic.head.id.clone(),
            short_name: tactic.short_name.clone(),
            name: tactic.head.name.clone(),
            covered: ids.clone().filter(|id| has_rule(id)).count(),
            techniques: ids.cloned().collect(),
        }
    };
    active.map(column).collect()
}

fn comparison(
    index: &Index<'_>,
    selection: &Selection<'_>,
    rows: &[CoverageRow],
) -> Option<Comparison> {
    let (left, right) = selection.compared.as_ref()?;
    let on = |is_left: bool, is_right: bool| -> Vec<Text> {
        let fits = |row: &&CoverageRow| {
            let sides = row.sides.unwrap_or_default();
            (sides.left > 0, sides.right > 0) == (is_left, is_right)
        };
        rows.iter().filter(fits).map(|row| row.id.clone()).collect()
    };
    let (both, only_left, only_right) = (on(true, true), on(true, false), on(false, true));
    let side = |side: &Side, alone: &[Text]| ComparedSide {
        name: side.name(),
        rules: rows
            .iter()
            .flat_map(|row| &row.rules)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .filter_map(|id| index.catalog.rule_facts(id))
            .filter(|facts| selection.on_side(side, facts))
            .count(),
        techniques: both.len() + alone.len(),
    };
    Some(Comparison {
        left: side(left, &only_left),
        right: side(right, &only_right),
        both,
        only_left,
        only_right,
    })
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
