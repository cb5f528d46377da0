//! Rules that find the same operation: they share a necessary test on a field that names what
//! was done, such as an API call or an audit operation.

use crate::Index;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::collections::BTreeSet;
use tripline_catalog::facts::{AtomFact, RuleFacts, Tree};

/// Rules with the same necessary operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SameAction {
    /// The name shown for the field.
    pub field: Text,
    /// The operation.
    pub value: Text,
    /// Ids of the other rules, sorted.
    pub rules: Vec<Text>,
}

/// Canonical fields that name an operation.
const OPERATION_FIELDS: [&str; 5] = [
    "cloud.api.action",
    "event.action",
    "registry.event_type",
    "rpc.operation",
    "wmi.operation",
];

/// The other rules that share a necessary operation with `facts`.
pub(crate) fn same_action(index: &Index<'_>, facts: &RuleFacts) -> Vec<SameAction> {
    let mine = operations(facts);
    mine.into_iter()
        .filter_map(|(field, value)| {
            let mut others = index.ids(index.doing(field, value));
            others.retain(|other| *other != facts.id);
            (!others.is_empty()).then(|| SameAction {
                field: index.field_name(field),
                value: value.into(),
                rules: others,
            })
        })
        .collect()
}

/// Every (field, value) on an operation-naming field that each event of a branch must have.
pub(crate) fn operations(facts: &RuleFacts) -> BTreeSet<(&str, &str)> {
    facts
        .branches
        .iter()
        .flat_map(|branch| necessary(facts, &branch.tree))
        .collect()
}

fn necessary<'f>(facts: &'f RuleFacts, tree: &Tree) -> Vec<(&'f str, &'f str)> {
    match tree {
        Tree::Atom(at) => operation(&facts.atoms[*at as usize]).into_iter().collect(),
        Tree::And(parts) => parts
            .iter()
            .flat_map(|part| necessary(facts, part))
            .collect(),
        Tree::Or(_) | Tree::Nothing => Vec::new(),
    }
}

fn operation(atom: &AtomFact) -> Option<(&str, &str)> {
    let named = atom.is_indicator()
        && atom.operator == "eq"
        && OPERATION_FIELDS.contains(&atom.field.as_str());
    named.then_some((atom.field.as_str(), atom.value.as_str()))
}
