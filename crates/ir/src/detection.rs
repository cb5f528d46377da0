//! One upstream rule.

use crate::{Loss, Plan, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One upstream rule, whole: what its vendor wrote about it and what it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Detection {
    /// `vendor:upstream-id`, or `vendor:path#n` where upstream has none.
    pub id: Text,
    /// Short vendor name: `sigma`, `elastic`, ...
    pub vendor: Text,
    /// Language of the body.
    pub language: Language,
    /// The rule's kind in its vendor's terms: `detection`, `correlation`, `threshold`, ...
    pub kind: Text,
    /// Title as written.
    pub title: Text,
    /// What the author says it finds.
    pub description: Text,
    /// Whether and how it counts.
    pub class: Class,
    /// The sentence that says why it has this class.
    pub class_reason: Text,
    /// Severity on the common scale.
    pub level: Option<Level>,
    /// Severity, status and risk score as written.
    pub severity: Option<Text>,
    /// Maturity as written: `stable`, `test`, `production`, ...
    pub status: Option<Text>,
    /// 0 to 100, where the vendor has it.
    pub risk_score: Option<u32>,
    /// Authors, in order.
    pub authors: Vec<Text>,
    /// First published, as written.
    pub created: Option<Text>,
    /// Last changed, as written.
    pub modified: Option<Text>,
    /// Links and other references.
    pub references: Vec<Text>,
    /// Known false positives, one text each.
    pub false_positives: Vec<Text>,
    /// Investigation notes, Markdown.
    pub note: Option<Text>,
    /// What must be set up for the data, Markdown.
    pub setup: Option<Text>,
    /// Tags as written.
    pub tags: Vec<Text>,
    /// ATT&CK techniques as tagged.
    pub techniques: Vec<TechniqueTag>,
    /// ATT&CK tactics as tagged, in the vendor's spelling.
    pub tactics: Vec<Text>,
    /// Platforms that the rule names: `windows`, `linux`, `macos`, `aws`, ... sorted.
    pub platforms: Vec<Text>,
    /// Log sources, indices or tables as written, sorted.
    pub sources: Vec<Text>,
    /// Vendor integrations named by the rule.
    pub integrations: Vec<Text>,
    /// Fields that the rule shows or recommends to look at.
    pub output_fields: Vec<Text>,
    /// Other rules that it names.
    pub related: Vec<Related>,
    /// What must exist for it to run.
    pub requires: Vec<Requirement>,
    /// Licence identifier.
    pub licence: Option<Text>,
    /// Where it comes from.
    pub provenance: Provenance,
    /// The query (or, for Sigma, the rule document) verbatim. Spans count its bytes.
    pub body: Text,
    /// What it does; `None` when it could not be read at all.
    pub plan: Option<Plan>,
    /// What the plan does not hold.
    pub losses: Vec<Loss>,
}

impl Detection {
    /// A rule of which nothing is known yet but whose it is and what it is written in. It counts as
    /// an alert, without a reason.
    pub fn new(vendor: &str, language: Language) -> Self {
        Self {
            id: Text::default(),
            vendor: vendor.into(),
            language,
            kind: Text::default(),
            title: Text::default(),
            description: Text::default(),
            class: Class::Alert,
            class_reason: Text::default(),
            level: None,
            severity: None,
            status: None,
            risk_score: None,
            authors: Vec::new(),
            created: None,
            modified: None,
            references: Vec::new(),
            false_positives: Vec::new(),
            note: None,
            setup: None,
            tags: Vec::new(),
            techniques: Vec::new(),
            tactics: Vec::new(),
            platforms: Vec::new(),
            sources: Vec::new(),
            integrations: Vec::new(),
            output_fields: Vec::new(),
            related: Vec::new(),
            requires: Vec::new(),
            licence: None,
            provenance: Provenance::default(),
            body: Text::default(),
            plan: None,
            losses: Vec::new(),
        }
    }
}

/// Where a rule comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Provenance {
    /// Name of the corpus.
    pub corpus: Text,
    /// Upstream's commit, when known.
    pub commit: Option<Text>,
    /// Path inside the corpus, with `/`.
    pub path: Text,
    /// Which rule of the file, from 0.
    pub index: u32,
    /// Byte offset of the body in the file, when the body is a slice of it.
    pub body_offset: Option<u32>,
}

/// A technique as a rule tags it.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct TechniqueTag {
    /// The id as written, upper case: `T1059.001`.
    pub id: Text,
    /// The tactics that the rule pairs it with, in the vendor's spelling; often none.
    pub tactics: Vec<Text>,
}

/// Another rule that a rule names.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Related {
    /// Its id as written.
    pub id: Text,
    /// How it relates: `derived`, `obsolete`, `merged`, `renamed`, `similar`, ...
    pub relation: Text,
}

/// Something that must exist for a rule to run.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Requirement {
    /// What it is.
    pub kind: RequirementKind,
    /// Its name.
    pub name: Text,
}

/// What a rule may require.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RequirementKind {
    /// An index pattern.
    Index,
    /// A table.
    Table,
    /// A data model.
    DataModel,
    /// A lookup.
    Lookup,
    /// A named list of values, or a placeholder that the user fills.
    List,
    /// A log source.
    LogSource,
    /// An index of threat indicators.
    IndicatorIndex,
    /// A machine-learning job.
    Job,
    /// Another rule.
    Rule,
}

/// Whether and how a rule counts.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It alerts on what it finds.
    Alert,
    /// It finds something that other rules build on.
    BuildingBlock,
    /// It looks for leads.
    Hunting,
    /// It only forwards another product's finding.
    ForwardedAlert,
    /// Upstream has withdrawn it, or does not support it.
    Deprecated,
    /// A machine-learning job.
    MachineLearning,
}

impl Class {
    /// Every class in display order.
    pub const ALL: [Self; 6] = [
        Self::Alert,
        Self::BuildingBlock,
        Self::Hunting,
        Self::ForwardedAlert,
        Self::Deprecated,
        Self::MachineLearning,
    ];

    /// Whether rules of the class count by default.
    pub fn counts(self) -> bool {
        matches!(self, Self::Alert | Self::BuildingBlock)
    }

    /// Name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::BuildingBlock => "building_block",
            Self::Hunting => "hunting",
            Self::ForwardedAlert => "forwarded_alert",
            Self::Deprecated => "deprecated",
            Self::MachineLearning => "machine_learning",
        }
    }
}

/// Severity on the common scale.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// For information.
    Informational,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl Level {
    /// Name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// The languages of rule bodies: the one list.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Sigma.
    Sigma,
    /// Event Query Language.
    Eql,
    /// Kibana Query Language.
    Kuery,
    /// Lucene query strings.
    Lucene,
    /// ES|QL.
    Esql,
    /// Splunk's search language.
    Spl,
    /// Kusto.
    Kusto,
    /// YARA-L 2.
    Yaral,
    /// A rule without a query.
    None,
}

impl Language {
    /// Every language in display order.
    pub const ALL: [Self; 9] = [
        Self::Sigma,
        Self::Eql,
        Self::Kuery,
        Self::Lucene,
        Self::Esql,
        Self::Spl,
        Self::Kusto,
        Self::Yaral,
        Self::None,
    ];

    /// Name in JSON and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sigma => "sigma",
            Self::Eql => "eql",
            Self::Kuery => "kuery",
            Self::Lucene => "lucene",
            Self::Esql => "esql",
            Self::Spl => "spl",
            Self::Kusto => "kusto",
            Self::Yaral => "yaral",
            Self::None => "none",
        }
    }
}
