//! The ledger: what was read, how well, and what was not.

use crate::CorpusSpec;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tripline_ir::{Detection, Language, Plan, Text};
use tripline_text::{Code, Diagnostic, Span};

/// How well a rule was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The plan alone decides what alerts.
    Full,
    /// A part is opaque, unknown or unresolved.
    Partial,
    /// There is no plan.
    Failed,
}

impl Status {
    /// Name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }
}

/// How well a rule was read: `full` has a plan, nothing opaque in it and no loss.
pub fn status(detection: &Detection) -> Status {
    match &detection.plan {
        None => Status::Failed,
        Some(plan) if detection.losses.is_empty() && !plan.has_opaque() => Status::Full,
        Some(_) => Status::Partial,
    }
}

/// The phrases for what a rule lost, each once, sorted.
pub(crate) fn reasons(detection: &Detection) -> Vec<Text> {
    let mut reasons: Vec<Text> = detection
        .losses
        .iter()
        .map(|loss| Text::new_static(loss.reason.phrase()))
        .collect();
    detection
        .plan
        .iter()
        .for_each(|plan| opaque_reasons(plan, &mut reasons));
    reasons.sort();
    reasons.dedup();
    reasons
}

fn opaque_reasons(plan: &Plan, reasons: &mut Vec<Text>) {
    if let Plan::Opaque(opaque) = plan {
        reasons.push(Text::new_static(opaque.reason.phrase()));
    }
    for input in plan.inputs() {
        opaque_reasons(input, reasons);
    }
}

/// Counts per corpus and language, and what failed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// One row per corpus and language, in order of corpora, then languages.
    pub rows: Vec<LedgerRow>,
    /// Files and rules without a detection, in order of corpora, then paths.
    pub failures: Vec<Failure>,
}

/// Counts of one corpus and language. `rules` is `full + partial + failed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRow {
    /// The corpus.
    pub corpus: Text,
    /// The language; `none` also holds the files without a rule.
    pub language: Language,
    /// Upstream's commit.
    pub commit: Option<Text>,
    /// Files that hold such rules. Every file seen counts in at least one row.
    pub files: usize,
    /// Rules read, the failed ones included.
    pub rules: usize,
    /// Rules whose plan alone decides what alerts.
    pub full: usize,
    /// Rules with a loss.
    pub partial: usize,
    /// Rules without a plan.
    pub failed: usize,
    /// Rules per reason; a rule counts once for each of its reasons.
    pub reasons: BTreeMap<Text, usize>,
}

/// A file or rule that gave no detection.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Failure {
    /// The corpus.
    pub corpus: Text,
    /// Path inside the corpus.
    pub path: Text,
    /// What is wrong.
    pub code: Code,
    /// What is wrong, in one line.
    pub message: String,
    /// Where.
    pub span: Option<Span>,
    /// The language it is taken for.
    pub language: Language,
}

impl Failure {
    /// The failure that a diagnostic reports.
    pub fn of(diagnostic: &Diagnostic, spec: &CorpusSpec, path: &str) -> Self {
        Self {
            corpus: spec.name.clone(),
            path: path.into(),
            code: diagnostic.code,
            message: diagnostic.message.clone(),
            span: diagnostic.primary.as_ref().map(|label| label.span),
            language: spec.vendor.reader().default_language(),
        }
    }
}

/// Adds up the rows of one corpus.
pub(crate) struct RowBuilder<'a> {
    spec: &'a CorpusSpec,
    rows: BTreeMap<Language, LedgerRow>,
}

impl<'a> RowBuilder<'a> {
    pub(crate) fn new(spec: &'a CorpusSpec) -> Self {
        let mut builder = Self {
            spec,
            rows: BTreeMap::new(),
        };
        if spec.others > 0 {
            builder.row(Language::None).files += spec.others;
        }
        builder
    }

    fn row(&mut self, language: Language) -> &mut LedgerRow {
        let spec = self.spec;
        self.rows.entry(language).or_insert_with(|| LedgerRow {
            corpus: spec.name.clone(),
            language,
            commit: spec.commit.clone(),
            files: 0,
            rules: 0,
            full: 0,
            partial: 0,
            failed: 0,
            reasons: BTreeMap::new(),
        })
    }

    /// Counts one file.
    pub(crate) fn file(&mut self, record: &crate::FileRecord) {
        let mut languages: Vec<Language> = record
            .rules
            .iter()
            .map(|rule| rule.language)
            .chain(record.failures.iter().map(|failure| failure.language))
            .collect();
        languages.sort_unstable();
        languages.dedup();
        if languages.is_empty() {
            languages.push(Language::None);
        }
        for language in languages {
            self.row(language).files += 1;
        }
        for rule in &record.rules {
            let row = self.row(rule.language);
            row.rules += 1;
            match rule.status {
                Status::Full => row.full += 1,
                Status::Partial => row.partial += 1,
                Status::Failed => row.failed += 1,
            }
            for reason in &rule.reasons {
                *row.reasons.entry(reason.clone()).or_default() += 1;
            }
        }
        for failure in &record.failures {
            let row = self.row(failure.language);
            row.rules += 1;
            row.failed += 1;
        }
    }

    pub(crate) fn finish(self) -> Vec<LedgerRow> {
        self.rows.into_values().collect()
    }
}
