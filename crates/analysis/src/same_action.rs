//! Rules that find the same operation of a cloud's or service's audit log.

use crate::Index;
use crate::tables::{RuleRow, rule_row};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::collections::BTreeSet;
use tripline_catalog::facts::RuleFacts;
use tripline_schema::{Activity, Schema};

/// Rules that can fire on the same operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SameAction {
    /// The audit log.
    pub provider: Text,
    /// The operation.
    pub action: Text,
    /// The other rules that count, sorted by id.
    pub rules: Vec<RuleRow>,
}

/// The other rules that count and can fire on an operation that `facts` names.
pub(crate) fn same_action(index: &Index<'_>, facts: &RuleFacts) -> Vec<SameAction> {
    let mut same = Vec::new();
    for key in operations(index.schema, facts) {
        let all = index.doing(&folded(key)).iter();
        let others = all.map(|&at| index.facts(at));
        let mut rules: Vec<RuleRow> = others
            .filter(|other| other.id != facts.id)
            .map(rule_row)
            .collect();
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        if let (Some((provider, action)), false) = (key.split_once('/'), rules.is_empty()) {
            same.push(SameAction {
                provider: provider.into(),
                action: action.into(),
                rules,
            });
        }
    }
    same
}

/// The events of audit logs that a rule names.
pub(crate) fn operations<'f>(schema: &Schema, facts: &'f RuleFacts) -> BTreeSet<&'f Text> {
    let named = |key: &&Text| !key.ends_with("/*") && schema.key_activity(key) == Activity::Audit;
    facts.events.iter().filter(named).collect()
}

/// An operation's event in any letter case: languages differ in whether it matters.
pub(crate) fn folded(key: &str) -> Text {
    key.to_lowercase().into()
}
