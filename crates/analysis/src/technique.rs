//! The authoring guide: what every rule under a technique looks for and leaves out.

use crate::Index;
use crate::combinations::{Combination, combinations};
use crate::correlations::{Correlations, correlations};
use crate::exclusions::{ExclusionRow, exclusions};
use crate::head::{CatalogHead, schema};
use crate::tables::{self, EventRow, FieldRow, IndicatorRow, RuleRow};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::collections::BTreeMap;

/// The authoring guide of a technique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TechniqueAnswer {
    /// Name and version of this form.
    pub schema: Text,
    /// The catalogue it was computed from.
    pub catalog: CatalogHead,
    /// Technique id.
    pub id: Text,
    /// Its name.
    pub name: Text,
    /// The first paragraph of its description.
    pub summary: Text,
    /// The id that was asked for, when ATT&CK has replaced it by `id`.
    pub asked: Option<Text>,
    /// Tactics.
    pub tactics: Vec<Text>,
    /// Platforms.
    pub platforms: Vec<Text>,
    /// Whether the numbers below include rules of sub-techniques.
    pub with_subtechniques: bool,
    /// Both forms of the count.
    pub counts: TechniqueCounts,
    /// Rules that the numbers below count.
    pub rules_total: usize,
    /// Rules under the technique that are not counted, by class.
    pub left_out: BTreeMap<Text, usize>,
    /// Events covered.
    pub events: Vec<EventRow>,
    /// Fields filtered most.
    pub fields: Vec<FieldRow>,
    /// Top indicators.
    pub indicators: Vec<IndicatorRow>,
    /// Common exclusions.
    pub exclusions: Vec<ExclusionRow>,
    /// Values that stand together in one conjunction.
    pub combinations: Vec<Combination>,
    /// Windows, thresholds, keys.
    pub correlations: Correlations,
    /// The rules that count.
    pub rules: Vec<RuleRow>,
    /// The rules that do not count.
    pub left_out_rules: Vec<RuleRow>,
}

/// Counted rules in the two forms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TechniqueCounts {
    /// Rules tagged with exactly this technique.
    pub tagged_exactly: usize,
    /// Rules tagged with it or one of its sub-techniques.
    pub with_subtechniques: usize,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnknownTechnique {
    /// The id that was asked for.
    pub id: Text,
    /// Techniques whose id begins alike, sorted.
    pub near: Vec<Text>,
}

/// The authoring guide of `id` (any letter case).
///
/// # Errors
/// When neither ATT&CK nor any rule knows the id.
pub fn technique(
    index: &Index<'_>,
    id: &str,
    with_subtechniques: bool,
) -> Result<TechniqueAnswer, UnknownTechnique> {
    let (id, asked) = known(index, id)?;
    let known = index.catalog.attack.technique(&id);
    let all = index.under(&id, with_subtechniques);
    let (counted, left): (Vec<u32>, Vec<u32>) = all
        .into_iter()
        .partition(|at| index.facts(*at).class.counts());
    let count = |with| {
        index
            .under(&id, with)
            .iter()
            .filter(|at| index.facts(**at).class.counts())
            .count()
    };
    // Either half takes about as long as the other.
    let ((indicators, fields, events), (combinations, exclusions, correlations)) = rayon::join(
        || {
            (
                tables::indicators(index, &counted, |_, _| true),
                tables::fields(index, &counted, |_, _| true),
                tables::events(index, &counted),
            )
        },
        || {
            (
                combinations(index, &counted),
                exclusions(index, &counted),
                correlations(index, &counted),
            )
        },
    );
    Ok(TechniqueAnswer {
        schema: schema("technique"),
        catalog: CatalogHead::of(index.catalog),
        name: known
            .map(|known| known.head.name.clone())
            .unwrap_or_default(),
        summary: known
            .map(|known| first_paragraph(&known.head.description))
            .unwrap_or_default(),
        asked,
        tactics: known.map(|known| known.tactics.clone()).unwrap_or_default(),
        platforms: known
            .map(|known| known.platforms.clone())
            .unwrap_or_default(),
        with_subtechniques,
        counts: TechniqueCounts {
            tagged_exactly: count(false),
            with_subtechniques: count(true),
        },
        rules_total: counted.len(),
        left_out: left_out(index, &left),
        events,
        fields,
        indicators,
        exclusions,
        combinations,
        correlations,
        rules: tables::rules(index, &counted),
        left_out_rules: tables::rules(index, &left),
        id,
    })
}

/// The technique that an id (in any letter case) stands for, and the id as asked where ATT&CK has
/// replaced it.
pub(crate) fn known(index: &Index<'_>, id: &str) -> Result<(Text, Option<Text>), UnknownTechnique> {
    let asked = Text::from(id.trim().to_ascii_uppercase());
    let id = resolved(index, &asked);
    if index.catalog.attack.technique(&id).is_none() && index.under(&id, true).is_empty() {
        return Err(UnknownTechnique {
            near: near(index, &asked),
            id: asked,
        });
    }
    let replaced = asked != id;
    Ok((id, replaced.then_some(asked)))
}

/// The technique that an id stands for.
pub(crate) fn resolved(index: &Index<'_>, asked: &Text) -> Text {
    let resolved = index.catalog.attack.resolve_technique(asked);
    resolved.technique().unwrap_or(asked).clone()
}

/// Whether what names a technique, by an id that ATT&CK may have replaced, is about `id`, or, when
/// asked, about one of its sub-techniques.
pub(crate) fn is_about(
    index: &Index<'_>,
    named: &Text,
    id: &str,
    with_subtechniques: bool,
) -> bool {
    let own = resolved(index, named);
    own.strip_prefix(id)
        .is_some_and(|rest| rest.is_empty() || (with_subtechniques && rest.starts_with('.')))
}

/// Number of rules per class.
pub(crate) fn left_out(index: &Index<'_>, rules: &[u32]) -> BTreeMap<Text, usize> {
    let mut counts = BTreeMap::new();
    for &at in rules {
        *counts
            .entry(Text::new_static(index.facts(at).class.name()))
            .or_insert(0) += 1;
    }
    counts
}

/// The first paragraph of a description, without marks of citations and of HTML. Links stay.
fn first_paragraph(description: &str) -> Text {
    let first = description.split("\n\n").next().unwrap_or_default();
    let mut out = String::with_capacity(first.len());
    let mut rest = first;
    while let Some((before, after)) = rest.split_once("(Citation: ") {
        out.push_str(before.trim_end());
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    for tag in ["<code>", "</code>"] {
        out = out.replace(tag, "`");
    }
    out.trim().into()
}

/// Techniques whose id begins alike, sorted.
pub(crate) fn near(index: &Index<'_>, asked: &str) -> Vec<Text> {
    let base = asked.split('.').next().unwrap_or(asked);
    let stem = base.get(..base.len().saturating_sub(1)).unwrap_or(base);
    let known = || {
        index
            .catalog
            .attack
            .techniques
            .iter()
            .map(|technique| &technique.head.id)
    };
    let mut near: Vec<Text> = known().filter(|id| id.starts_with(base)).cloned().collect();
    if near.is_empty() && stem.len() >= 4 {
        near = known()
            .filter(|id| id.starts_with(stem) && !id.contains('.'))
            .cloned()
            .collect();
    }
    near.sort();
    near.truncate(12);
    near
}
