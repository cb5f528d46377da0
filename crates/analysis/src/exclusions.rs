//! Common exclusions: the clauses that rules leave out.

use crate::Index;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use tripline_catalog::facts::{ExclusionFact, RuleFacts};

/// What an exclusion applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everything the rule finds.
    Rule,
    /// One branch of its logic, or one step.
    Branch,
}

/// One test of a clause.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
pub struct ClauseItem {
    /// It is an exception: what satisfies it is not left out.
    pub unless: bool,
    /// The name shown for the field.
    pub field: Text,
    /// The canonical field.
    pub canonical: Text,
    /// The operator.
    pub operator: Text,
    /// The value; empty when the test has none.
    pub value: Text,
}

impl ClauseItem {
    /// What stands before the item at `at` of a clause: nothing, ` and `, ` unless `, ` or `.
    pub fn joint(items: &[Self], at: usize) -> &'static str {
        let unless = items[at].unless;
        match at.checked_sub(1).map(|before| items[before].unless) {
            None if unless => "everything unless ",
            None => "",
            Some(false) if unless => " unless ",
            Some(false) => " and ",
            Some(true) => " or ",
        }
    }
}

/// A clause that rules leave out: all its tests hold, and none of its exceptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExclusionRow {
    /// The tests, sorted.
    pub clause: Vec<ClauseItem>,
    /// What it applies to.
    pub scope: Scope,
    /// Distinct rules.
    pub count: usize,
    /// Their ids.
    pub rules: Vec<Text>,
}

/// The clauses of the rules: most rules first, then by clause.
pub(crate) fn exclusions(index: &Index<'_>, rules: &[u32]) -> Vec<ExclusionRow> {
    let mut found: BTreeMap<(Vec<ClauseItem>, Scope), Vec<u32>> = BTreeMap::new();
    for &at in rules {
        let facts = index.facts(at);
        for exclusion in &facts.exclusions {
            let key = (clause(index, facts, exclusion), scope(exclusion));
            let rules = found.entry(key).or_default();
            if rules.last() != Some(&at) {
                rules.push(at);
            }
        }
    }
    let mut rows: Vec<ExclusionRow> = found
        .into_iter()
        .map(|((clause, scope), rules)| ExclusionRow {
            clause,
            scope,
            count: rules.len(),
            rules: index.ids(&rules),
        })
        .collect();
    rows.sort_by_key(|row| Reverse(row.count));
    rows
}

/// The tests of a clause, sorted and distinct, exceptions last.
pub(crate) fn clause(
    index: &Index<'_>,
    facts: &RuleFacts,
    exclusion: &ExclusionFact,
) -> Vec<ClauseItem> {
    let mut items: Vec<ClauseItem> = exclusion
        .atoms
        .iter()
        .map(|at| &facts.atoms[*at as usize])
        .map(|atom| {
            // "Unless it is missing" is "when it is there".
            let present = !atom.negated && atom.operator == "missing";
            ClauseItem {
                unless: !atom.negated && !present,
                field: index.field_name(&atom.field),
                canonical: atom.field.clone(),
                operator: if present {
                    "exists".into()
                } else {
                    atom.operator.clone()
                },
                value: atom.value.clone(),
            }
        })
        .collect();
    items.sort();
    items.dedup();
    items
}

/// The scope of an exclusion.
pub(crate) fn scope(exclusion: &ExclusionFact) -> Scope {
    if exclusion.whole {
        Scope::Rule
    } else {
        Scope::Branch
    }
}
