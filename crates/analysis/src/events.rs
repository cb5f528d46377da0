//! The list of events: every catalogue event, and every other that rules can fire on.

use crate::Index;
use crate::head::{CatalogHead, schema};
use crate::tables::{EventRow, event_row};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Events with the rules that can fire on them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EventsAnswer {
    /// Name and version of this form.
    pub schema: Text,
    /// The catalogue it was computed from.
    pub catalog: CatalogHead,
    /// The provider asked for; `None` when all are listed.
    pub provider: Option<Text>,
    /// Events with at least one counted rule.
    pub covered: usize,
    /// The events: by provider, most rules first, then by id. Those without a rule are those of
    /// the tables.
    pub events: Vec<EventRow>,
}

/// Every event, or those of one provider (any letter case); `None` when there is no such provider.
pub fn events(index: &Index<'_>, provider: Option<&str>) -> Option<EventsAnswer> {
    let mut found: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for event in index.schema.events() {
        found.entry(&event.key).or_default();
    }
    for (at, facts) in (0_u32..).zip(&index.catalog.facts) {
        for event in facts.events.iter().filter(|_| facts.class.counts()) {
            found.entry(event).or_default().push(at);
        }
    }
    if let Some(provider) = provider {
        found.retain(|key, _| {
            let (own, _) = key.split_once('/').unwrap_or((key, ""));
            own.eq_ignore_ascii_case(provider)
        });
    }
    let rows = found
        .iter()
        .map(|(key, rules)| event_row(index, key, rules));
    let mut events: Vec<EventRow> = rows.collect();
    let first = events.first()?;
    let provider = provider.map(|_| first.provider.clone());
    events.sort_by(|a, b| {
        let key = |row: &EventRow| (row.provider.clone(), Reverse(row.count));
        (key(a), id_order(&a.event)).cmp(&(key(b), id_order(&b.event)))
    });
    Some(EventsAnswer {
        schema: schema("events"),
        catalog: CatalogHead::of(index.catalog),
        provider,
        covered: events.iter().filter(|row| row.count > 0).count(),
        events,
    })
}

/// Numbers by their value, before names.
fn id_order(id: &str) -> (bool, u64, &str) {
    let number: Option<u64> = id.parse().ok();
    (number.is_none(), number.unwrap_or(0), id)
}
