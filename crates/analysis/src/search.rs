//! Search: rules by title, text, technique, vendor, or a field's value.

use crate::Index;
use crate::head::{CatalogHead, schema};
use crate::tables::{RuleRow, rule_row};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use tripline_catalog::CatalogError;

/// What a search found.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SearchAnswer {
    /// Name and version of this form.
    pub schema: Text,
    /// The catalogue that was searched.
    pub catalog: CatalogHead,
    /// What was searched for.
    pub query: Text,
    /// Rules that were found.
    pub total: usize,
    /// The best of them, as many as were asked for; equally good ones by title.
    pub hits: Vec<SearchHit>,
}

/// A rule that was found.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SearchHit {
    /// The rule.
    #[serde(flatten)]
    pub rule: RuleRow,
    /// Techniques that it counts under.
    pub techniques: Vec<Text>,
    /// The place that was found, with the words between `[` and `]`.
    pub snippet: Text,
}

/// Searches the catalogue.
///
/// # Errors
/// When the catalogue file cannot be read.
pub fn search(index: &Index<'_>, query: &str, limit: usize) -> Result<SearchAnswer, CatalogError> {
    let found = index.catalog.search(query, limit)?;
    let hits = found.hits.into_iter().filter_map(|hit| {
        let facts = index.catalog.rule_facts(&hit.id)?;
        Some(SearchHit {
            rule: rule_row(facts),
            techniques: facts.techniques.clone(),
            snippet: hit.snippet.into(),
        })
    });
    Ok(SearchAnswer {
        schema: schema("search"),
        catalog: CatalogHead::of(index.catalog),
        query: query.into(),
        total: found.total,
        hits: hits.collect(),
    })
}
