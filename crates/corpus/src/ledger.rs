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
    /// How well a rule was read: `full` has a plan, nothing opaque in it and no loss.
    pub fn of(detection: &Detection) -> Self {
        match &detection.plan {
            None => Self::Failed,
            Some(plan) if detection.losses.is_empty() && !plan.has_opaque() => Self::Full,
            Some(_) => Self::Partial,
        }
    }

    /// Name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
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

/// Counts of one corpus and language, live or withdrawn. `rules` is `full + partial + failed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRow {
    /// The corpus.
    pub corpus: Text,
    /// The language; `none` also holds the files without a rule.
    pub language: Language,
    /// The row counts rules that upstream has withdrawn or does not support; live rules have
    /// their own row.
    pub withdrawn: bool,
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

/// What a row counts: a language, and whether the rules are withdrawn.
type Group = (Language, bool);

/// Adds up the rows of one corpus.
pub(crate) struct RowBuilder<'a> {
    spec: &'a CorpusSpec,
    rows: BTreeMap<Group, LedgerRow>,
}

impl<'a> RowBuilder<'a> {
    pub(crate) fn new(spec: &'a CorpusSpec) -> Self {
        let mut builder = Self {
            spec,
            rows: BTreeMap::new(),
        };
        if spec.others > 0 {
            builder.row((Language::None, false)).files += spec.others;
        }
        builder
    }

    fn row(&mut self, group: Group) -> &mut LedgerRow {
        let spec = self.spec;
        let (language, withdrawn) = group;
        self.rows.entry(group).or_insert_with(|| LedgerRow {
            corpus: spec.name.clone(),
            language,
            withdrawn,
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
        let rules = record
            .rules
            .iter()
            .map(|rule| (rule.language, rule.withdrawn));
        let failures = record
            .failures
            .iter()
            .map(|failure| (failure.language, false));
        let mut groups: Vec<Group> = rules.chain(failures).collect();
        groups.sort_unstable();
        groups.dedup();
        if groups.is_empty() {
            groups.push((Language::None, false));
        }
        for group in groups {
            self.row(group).files += 1;
        }
        for rule in &record.rules {
            let row = self.row((rule.language, rule.withdrawn));
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
            let row = self.row((failure.language, false));
            row.rules += 1;
            row.failed += 1;
        }
    }

    pub(crate) fn finish(self) -> Vec<LedgerRow> {
        self.rows.into_values().collect()
    }
}
