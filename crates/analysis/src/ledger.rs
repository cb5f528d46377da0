//! The ledger: what was read, how well, and what was not.

use crate::head::{CatalogHead, schema};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::collections::BTreeMap;
use tripline_catalog::Catalog;

/// What was read, how well, and what was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LedgerAnswer {
    /// Name and version of this form.
    pub schema: Text,
    /// The catalogue it was computed from.
    pub catalog: CatalogHead,
    /// One row per corpus and language, live rules before withdrawn ones.
    pub rows: Vec<LedgerRow>,
    /// Files and rules that gave no plan.
    pub failures: Vec<LedgerFailure>,
}

/// Counts of one corpus and language; `rules` is `full + partial + failed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LedgerRow {
    /// Corpus.
    pub corpus: Text,
    /// Language of the bodies.
    pub language: Text,
    /// The row counts rules that upstream has withdrawn or does not support; live rules have
    /// their own row.
    pub withdrawn: bool,
    /// Upstream's commit.
    pub commit: Option<Text>,
    /// Files that hold such rules.
    pub files: usize,
    /// Rules read, failed ones included.
    pub rules: usize,
    /// Rules whose plan alone decides what alerts.
    pub full: usize,
    /// Rules with a loss.
    pub partial: usize,
    /// Rules without a plan.
    pub failed: usize,
    /// Rules per reason for a loss.
    pub reasons: BTreeMap<Text, usize>,
}

/// A file or rule that gave no plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LedgerFailure {
    /// Corpus.
    pub corpus: Text,
    /// Path inside the corpus.
    pub path: Text,
    /// Code; `tripline explain CODE` prints its page.
    pub code: Text,
    /// What is wrong.
    pub message: Text,
    /// First and one past the last byte in the file.
    pub span: Option<[u32; 2]>,
}

/// The ledger of `catalog`.
pub fn ledger(catalog: &Catalog) -> LedgerAnswer {
    let rows = catalog.ledger.iter().map(|row| LedgerRow {
        corpus: row.corpus.clone(),
        language: row.language.name().into(),
        withdrawn: row.withdrawn,
        commit: row.commit.clone(),
        files: row.files,
        rules: row.rules,
        full: row.full,
        partial: row.partial,
        failed: row.failed,
        reasons: row.reasons.clone(),
    });
    let failures = catalog.failures.iter().map(|failure| LedgerFailure {
        corpus: failure.corpus.clone(),
        path: failure.path.clone(),
        code: failure.code.id().into(),
        message: failure.message.as_str().into(),
        span: failure.span.map(|span| [span.start, span.end]),
    });
    LedgerAnswer {
        schema: schema("ledger"),
        catalog: CatalogHead::of(catalog),
        rows: rows.collect(),
        failures: failures.collect(),
    }
}
