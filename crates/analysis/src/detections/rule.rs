//! One rule of a platform, whole.

use super::needs::{self, DataSource, FieldNeed};
use super::rank::experimental;
use super::{Fidelity, Platform, RankedRule, Reasons, Standing, Tuning, ranked_rule};
use crate::rule::logic;
use crate::{Index, LogicStage};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::{SmolStr as Text, format_smolstr};
use tripline_ir::{Class, Detection, Level, Loss, Requirement};

/// A rule to run on a platform, with what it takes.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PlatformRule {
    /// The rule and why it stands here.
    #[serde(flatten)]
    pub ranked: RankedRule,
    /// What the author says it finds.
    pub description: Text,
    /// The query, verbatim.
    pub body: Text,
    /// What it does, one sentence per stage, made from its plan.
    pub logic: Vec<LogicStage>,
    /// How bad what it finds is, as upstream says.
    pub severity: Basis<Option<Level>>,
    /// How far an alert of it can be trusted.
    pub confidence: Basis<Confidence>,
    /// The events that it can fire on.
    pub data_sources: Vec<DataSource>,
    /// Tables, indices, data models, lookups and lists that must be there.
    pub requires: Vec<Requirement>,
    /// The fields that it reads.
    pub fields: Vec<FieldNeed>,
    /// False positives that its author names.
    pub false_positives: Vec<Text>,
    /// What other rules of the technique leave out and this one does not, where it could leave
    /// anything out of what this one finds: the most fitting first.
    pub tuning: Vec<Tuning>,
    /// How many such clauses there are.
    pub tuning_total: usize,
    /// Fields that it shows, for an investigation.
    pub output_fields: Vec<Text>,
    /// Investigation notes, Markdown.
    pub note: Option<Text>,
    /// What must be set up for the data, Markdown.
    pub setup: Option<Text>,
    /// What the plan does not hold.
    pub losses: Vec<Loss>,
    /// Corpus.
    pub corpus: Text,
    /// Path inside the corpus.
    pub path: Text,
    /// Upstream's commit.
    pub commit: Option<Text>,
    /// Licence.
    pub licence: Option<Text>,
}

/// A value and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Basis<T> {
    /// The value.
    pub value: T,
    /// What it rests on, a phrase each.
    pub basis: Vec<Text>,
}

/// How far an alert can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Little.
    Low,
    /// Somewhat.
    Medium,
    /// Much.
    High,
}

impl Confidence {
    /// Name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    fn lower(self) -> Self {
        match self {
            Self::High => Self::Medium,
            Self::Medium | Self::Low => Self::Low,
        }
    }
}

/// The rule of a standing, whole.
pub(super) fn whole(
    index: &Index<'_>,
    found: &Standing,
    detection: Detection,
    platform: &Platform,
    (tuning, tuning_total): (Vec<Tuning>, usize),
) -> PlatformRule {
    let facts = index.facts(found.at);
    let ranked = ranked_rule(index, found);
    PlatformRule {
        logic: logic(&detection),
        severity: severity(&detection),
        confidence: confidence(&ranked.reasons),
        ranked,
        data_sources: needs::data_sources(index, facts),
        fields: needs::fields(index, facts, &detection, platform.scheme),
        tuning,
        tuning_total,
        description: detection.description,
        body: detection.body,
        requires: detection.requires,
        false_positives: detection.false_positives,
        output_fields: detection.output_fields,
        note: detection.note,
        setup: detection.setup,
        losses: detection.losses,
        corpus: detection.provenance.corpus,
        path: detection.provenance.path,
        commit: detection.provenance.commit,
        licence: detection.licence,
    }
}

fn severity(detection: &Detection) -> Basis<Option<Level>> {
    let mut basis: Vec<Text> = Vec::new();
    match (&detection.severity, detection.level) {
        (Some(written), _) => basis.push(format_smolstr!("upstream writes `{written}`")),
        (None, Some(level)) => basis.push(format_smolstr!("upstream rates it {}", level.name())),
        (None, None) => basis.push("upstream gives none".into()),
    }
    let written = detection.severity.as_deref().unwrap_or_default();
    if let Some(score) = detection.risk_score
        && !written.contains("score")
    {
        basis.push(format_smolstr!("risk score {score} of 100"));
    }
    Basis {
        value: detection.level,
        basis,
    }
}

/// The fidelity, one step lower for each thing that speaks against the rule.
fn confidence(reasons: &Reasons) -> Basis<Confidence> {
    let mut basis = vec![reasons.fidelity_phrase()];
    let mut value = match reasons.fidelity {
        Fidelity::High => Confidence::High,
        Fidelity::Medium => Confidence::Medium,
        Fidelity::Low | Fidelity::None => Confidence::Low,
    };
    let mut lower = |applies: bool, why: &str| {
        if applies {
            value = value.lower();
            basis.push(format_smolstr!("{why}: one step lower"));
        }
    };
    let maturity = reasons.maturity.as_deref();
    lower(experimental(maturity), "upstream calls it experimental");
    lower(!reasons.class.counts(), class_phrase(reasons.class));
    lower(reasons.status != "full", "a part of it is not read");
    Basis { value, basis }
}

fn class_phrase(class: Class) -> &'static str {
    match class {
        Class::Hunting => "it looks for leads and does not alert",
        Class::ForwardedAlert => "it forwards another product's finding",
        Class::MachineLearning => "it is a machine-learning job without a query",
        Class::Alert | Class::BuildingBlock | Class::Deprecated => "upstream has withdrawn it",
    }
}
