//! What a rule takes: events, fields, and what must be there.

use crate::Index;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::collections::BTreeMap;
use tripline_catalog::RuleFacts;
use tripline_ir::Detection;

/// A catalogue event that a rule reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DataSource {
    /// Provider, as in `Sysmon`.
    pub provider: Text,
    /// Event id within the provider; `*` for any.
    pub event: Text,
    /// Short title.
    pub title: Text,
    /// Audit policy or setting that turns it on; empty when the tables do not say.
    pub audit: Text,
}

/// What a rule does with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldRole {
    /// It looks for values of it.
    LooksFor,
    /// It leaves events out by it.
    LeavesOut,
    /// It groups or joins events by it.
    Groups,
    /// It shows it with an alert.
    Shows,
}

impl FieldRole {
    /// The role in words.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::LooksFor => "looks for",
            Self::LeavesOut => "leaves out by",
            Self::Groups => "groups by",
            Self::Shows => "shows",
        }
    }
}

/// A field that a rule reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldNeed {
    /// The name as the rule spells it.
    pub name: Text,
    /// The canonical field; the rule's own name where the tables do not know it.
    pub canonical: Text,
    /// What it holds; empty when the tables do not know it.
    pub meaning: Text,
    /// What the rule does with it.
    pub roles: Vec<FieldRole>,
}

/// The events that a rule can fire on.
pub(super) fn data_sources(index: &Index<'_>, facts: &RuleFacts) -> Vec<DataSource> {
    let all = facts.events.iter();
    all.map(|key| {
        let event = index.schema.describe_event(key);
        DataSource {
            provider: event.provider,
            event: event.id,
            title: event.title,
            audit: event.audit,
        }
    })
    .collect()
}

/// The field that `name` means itself, where a test of it counts on `counted`: a base name's on the
/// path.
fn own_field(index: &Index<'_>, name: &str, counted: &Text) -> Text {
    let meanings = index.schema.lookup_field(name).into_iter();
    let mut projected = meanings.filter(|field| {
        let of = field.projection.as_ref();
        of.is_some_and(|projection| projection.of == *counted)
    });
    let found = projected.next();
    found.map_or_else(|| counted.clone(), |field| field.id.clone())
}

/// The fields that a rule reads, by name.
pub(super) fn fields(
    index: &Index<'_>,
    facts: &RuleFacts,
    detection: &Detection,
) -> Vec<FieldNeed> {
    let mut found: BTreeMap<Text, FieldNeed> = BTreeMap::new();
    let mut add = |name: &Text, canonical: &Text, role| {
        let need = found.entry(name.clone()).or_insert_with(|| FieldNeed {
            name: name.clone(),
            canonical: canonical.clone(),
            meaning: Text::default(),
            roles: Vec::new(),
        });
        if !need.roles.contains(&role) {
            need.roles.push(role);
        }
    };
    for atom in facts.atoms.iter().filter(|atom| !atom.name.is_empty()) {
        let role = if atom.excludes() {
            FieldRole::LeavesOut
        } else {
            FieldRole::LooksFor
        };
        add(&atom.name, &own_field(index, &atom.name, &atom.field), role);
    }
    for key in facts
        .correlations
        .iter()
        .flat_map(|found| found.keys.iter().flatten())
    {
        let own = facts.atoms.iter().find(|atom| atom.field == *key);
        let name = own.map_or_else(|| index.field_name(key), |atom| atom.name.clone());
        add(&name, key, FieldRole::Groups);
    }
    for name in &detection.output_fields {
        let known = index.schema.lookup_field(name).into_iter().next();
        let canonical = known.map_or_else(|| name.clone(), |field| field.id.clone());
        add(name, &canonical, FieldRole::Shows);
    }
    let mut all: Vec<FieldNeed> = found.into_values().collect();
    for need in &mut all {
        need.roles.sort_unstable();
        if let Some(field) = index.schema.field(&need.canonical) {
            need.meaning = field.meaning.clone();
        }
    }
    all
}
