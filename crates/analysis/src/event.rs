//! The event view: who looks at a catalogue event, and for what.

use crate::head::{CatalogHead, schema};
use crate::tables::{self, FieldRow, IndicatorRow, RuleRow};
use crate::technique::left_out;
use crate::{Counted, Index};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use tripline_catalog::facts::{AtomFact, RuleFacts};

/// A catalogue event and the rules that can fire on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EventAnswer {
    /// Name and version of this form.
    pub schema: Text,
    /// The catalogue it was computed from.
    pub catalog: CatalogHead,
    /// Provider.
    pub provider: Text,
    /// Event id within the provider.
    pub event: Text,
    /// Short title.
    pub title: Text,
    /// Channel or log.
    pub channel: Text,
    /// Level as the provider gives it.
    pub level: Text,
    /// What turns it on.
    pub audit_policy: Text,
    /// The fields that the event itself has.
    pub native_fields: Vec<Text>,
    /// Rules that count.
    pub rules_total: usize,
    /// Rules that do not, by class.
    pub left_out: BTreeMap<Text, usize>,
    /// Rules per vendor.
    pub by_vendor: BTreeMap<Text, usize>,
    /// Fields that rules test on this event.
    pub fields: Vec<FieldRow>,
    /// What they look for on this event; `count` is rules on this event.
    pub indicators: Vec<IndicatorRow>,
    /// Techniques seen through it.
    pub techniques: Vec<Counted>,
    /// The rules that count.
    pub rules: Vec<RuleRow>,
}

/// The view of the event `key` (`PROVIDER/ID`, any letter case); `None` when neither the tables
/// nor any rule know it.
pub fn event(index: &Index<'_>, key: &str) -> Option<EventAnswer> {
    let key = known_key(index, key)?;
    let known = index.schema.event(&key);
    let (provider, id) = key.split_once('/').unwrap_or((&key, ""));
    let all: Vec<u32> = (0_u32..)
        .zip(&index.catalog.facts)
        .filter(|(_, facts)| facts.events.contains(&key))
        .map(|(at, _)| at)
        .collect();
    let (counted, left): (Vec<u32>, Vec<u32>) = all
        .into_iter()
        .partition(|at| index.facts(*at).class.counts());
    let here = |facts: &RuleFacts, atom: &AtomFact| {
        facts
            .branches
            .get(atom.branch as usize)
            .is_some_and(|b| b.events.contains(&key))
    };
    Some(EventAnswer {
        schema: schema("event"),
        catalog: CatalogHead::of(index.catalog),
        provider: provider.into(),
        event: id.into(),
        title: known
            .map(|event| Text::new(&event.title))
            .unwrap_or_default(),
        channel: known
            .map(|event| Text::new(&event.channel))
            .unwrap_or_default(),
        level: known
            .map(|event| Text::new(&event.level))
            .unwrap_or_default(),
        audit_policy: known
            .map(|event| Text::new(&event.audit))
            .unwrap_or_default(),
        native_fields: known
            .map(|event| event.fields.iter().map(Text::new).collect())
            .unwrap_or_default(),
        rules_total: counted.len(),
        left_out: left_out(index, &left),
        by_vendor: tables::by_vendor(index, &counted),
        fields: tables::fields(index, &counted, here),
        indicators: tables::indicators(index, &counted, here),
        techniques: techniques(index, &counted),
        rules: tables::rules(index, &counted),
    })
}

fn known_key(index: &Index<'_>, key: &str) -> Option<Text> {
    if let Some(event) = index
        .schema
        .events()
        .find(|event| event.key.eq_ignore_ascii_case(key))
    {
        return Some(Text::new(&event.key));
    }
    let mut used = index.catalog.facts.iter().flat_map(|facts| &facts.events);
    used.find(|event| event.eq_ignore_ascii_case(key)).cloned()
}

/// The techniques of the rules: most rules first, then by id.
pub(crate) fn techniques(index: &Index<'_>, rules: &[u32]) -> Vec<Counted> {
    let mut found: BTreeMap<&Text, Vec<u32>> = BTreeMap::new();
    for &at in rules {
        for technique in &index.facts(at).techniques {
            found.entry(technique).or_default().push(at);
        }
    }
    let mut rows: Vec<Counted> = found
        .into_iter()
        .map(|(id, rules)| Counted {
            value: id.clone(),
            count: rules.len(),
            rules: index.ids(&rules),
        })
        .collect();
    rows.sort_by_key(|row| Reverse(row.count));
    rows
}
