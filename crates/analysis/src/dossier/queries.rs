//! The best rules per vendor, with their queries.

use super::scope::{Pen, Scope};
use crate::RankedRule;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::collections::BTreeMap;

/// How many queries of a vendor stand in full.
const IN_FULL: usize = 2;

/// A vendor's rules under the technique, best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct VendorQueries {
    /// Vendor.
    pub vendor: Text,
    /// Its rules that count, best first.
    pub rules: Vec<RankedRule>,
    /// The first of them with their queries.
    pub queries: Vec<Query>,
}

/// A rule's query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Query {
    /// Rule id.
    pub rule: Text,
    /// Title.
    pub title: Text,
    /// Language.
    pub language: Text,
    /// Licence of the rule.
    pub licence: Option<Text>,
    /// The body, verbatim.
    pub body: Text,
    /// Key of the rule.
    pub evidence: Vec<Text>,
}

/// The rules per vendor, by vendor.
pub(super) fn queries(scope: &Scope<'_>, pen: &mut Pen<'_>) -> Vec<VendorQueries> {
    let mut by_vendor: BTreeMap<&Text, Vec<u32>> = BTreeMap::new();
    for &at in &scope.best {
        by_vendor
            .entry(&scope.facts(at).vendor)
            .or_default()
            .push(at);
    }
    by_vendor
        .into_iter()
        .map(|(vendor, rules)| VendorQueries {
            vendor: vendor.clone(),
            queries: rules
                .iter()
                .filter_map(|at| query(scope, pen, *at))
                .take(IN_FULL)
                .collect(),
            rules: rules
                .iter()
                .filter_map(|at| scope.ranked.get(at).cloned())
                .collect(),
        })
        .collect()
}

/// The query of a rule that has one.
fn query(scope: &Scope<'_>, pen: &mut Pen<'_>, at: u32) -> Option<Query> {
    let facts = scope.facts(at);
    let detail = scope.details.get(&at)?;
    if detail.body.trim().is_empty() {
        return None;
    }
    Some(Query {
        rule: facts.id.clone(),
        title: facts.title.clone(),
        language: facts.language.name().into(),
        licence: detail.licence.clone(),
        body: detail.body.trim_matches('\n').into(),
        evidence: vec![pen.sources.rule(facts)],
    })
}
