//! Facts of one rule: everything that answers count, computed once per rule at build time.
//!
//! Input: a [`Detection`]. Output: [`RuleFacts`], which hold each test of the rule in canonical
//! form (`design/definitions.md`, "Indicator canonicalisation"), its polarity, the branch of the
//! plan that it stands in with that branch's events, and the clauses of its exclusions.
//!
//! A branch is one leaf of the plan: a match, or a step of a sequence. A branch never lends its
//! tests to another branch's events.

mod branch;
mod canonical;
mod carried;
mod clauses;
mod correlation;
mod events;
mod family;
mod leaves;
mod model;
mod plain;
mod plain_regex;
mod project;
mod system;

use serde::{Deserialize, Serialize};
use tripline_ir::{Class, Detection, Language, Level, Span, Text};
use tripline_schema::Schema;

pub use correlation::CorrelationFact;
pub use family::push_family;
pub use tripline_corpus::Status;

/// Everything that answers count about one rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleFacts {
    /// Rule id.
    pub id: Text,
    /// Vendor.
    pub vendor: Text,
    /// Language of the body.
    pub language: Language,
    /// The rule's kind in its vendor's terms.
    pub kind: Text,
    /// Title.
    pub title: Text,
    /// Class.
    pub class: Class,
    /// Severity.
    pub level: Option<Level>,
    /// How much of it the plan holds.
    pub status: Status,
    /// Technique ids after following revocations, sorted, distinct; unknown ids stay as tagged.
    pub techniques: Vec<Text>,
    /// Tactics as tagged.
    pub tactics: Vec<Text>,
    /// Platforms.
    pub platforms: Vec<Text>,
    /// Log sources, indices or tables as written, sorted.
    pub sources: Vec<Text>,
    /// Which product a document says that its query is for, where it has one for each: `sentinel`
    /// or `defender`.
    pub product: Option<Text>,
    /// Maturity as written: `stable`, `test`, `production`, ...
    pub maturity: Option<Text>,
    /// Corpus name.
    pub corpus: Text,
    /// Path inside the corpus.
    pub path: Text,
    /// Catalogue events that it can fire on, over all branches; sorted, distinct.
    pub events: Vec<Text>,
    /// The branches of the plan.
    pub branches: Vec<Branch>,
    /// Every test, in source order.
    pub atoms: Vec<AtomFact>,
    /// The exclusion clauses.
    pub exclusions: Vec<ExclusionFact>,
    /// Windows, thresholds and keys.
    pub correlations: Vec<CorrelationFact>,
}

/// One leaf of the plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// Catalogue events it can fire on, narrowed by its own event-id tests.
    pub events: Vec<Text>,
    /// How its positive tests combine.
    pub tree: Tree,
    /// It is a step that must not occur, or that ends a sequence: its tests are set aside, and it
    /// has no events.
    pub missing: bool,
}

/// How positive tests combine: indices into [`RuleFacts::atoms`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tree {
    /// No positive test.
    #[default]
    Nothing,
    /// One test.
    Atom(u32),
    /// All of them.
    And(Vec<Tree>),
    /// One of them; with [`Tree::Nothing`] among them, a match need not satisfy any other.
    Or(Vec<Tree>),
}

/// One test in canonical form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtomFact {
    /// Canonical field, after projection.
    pub field: Text,
    /// Operator: `eq`, `starts_with`, `ends_with`, `contains`, `wildcard`, `regex`, `lt`, ...
    pub operator: Text,
    /// Canonical value; empty when the test has none.
    pub value: Text,
    /// The value is a literal of the rule (not a list's name, a field, or nothing), so that the
    /// test is an indicator when it is positive.
    pub literal: bool,
    /// The test is case-sensitive.
    pub case_sensitive: bool,
    /// It stands under an odd number of negations.
    pub negated: bool,
    /// The rule does not look for it all the same: an exception to an exclusion, or a test of an
    /// event that must not occur.
    pub aside: bool,
    /// The language implies it.
    pub implied: bool,
    /// Index into [`RuleFacts::branches`].
    pub branch: u32,
    /// The field as the source spells it.
    pub name: Text,
    /// Where it stands in the body.
    pub span: Span,
}

impl AtomFact {
    /// Whether it counts as an indicator.
    pub fn is_indicator(&self) -> bool {
        self.literal && !self.excludes() && !self.implied
    }

    /// Whether it only says what the rule does not look for.
    pub fn excludes(&self) -> bool {
        self.negated || self.aside
    }
}

/// One exclusion clause: what is left out when all its negated tests hold and none of the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExclusionFact {
    /// Indices into [`RuleFacts::atoms`], sorted.
    pub atoms: Vec<u32>,
    /// It applies to everything the rule finds, not to one branch of its logic.
    pub whole: bool,
}

/// The facts of `detection`. `resolve` follows a tagged technique id to the one that counts.
pub fn facts(detection: &Detection, schema: &Schema, resolve: &dyn Fn(&str) -> Text) -> RuleFacts {
    let mut techniques: Vec<Text> = detection
        .techniques
        .iter()
        .map(|tag| resolve(&tag.id))
        .collect();
    techniques.sort();
    techniques.dedup();
    let collected = branch::collect(detection, schema);
    let mut events: Vec<Text> = collected
        .branches
        .iter()
        .flat_map(|branch| branch.events.iter().cloned())
        .collect();
    events.sort();
    events.dedup();
    RuleFacts {
        id: detection.id.clone(),
        vendor: detection.vendor.clone(),
        language: detection.language,
        kind: detection.kind.clone(),
        title: detection.title.clone(),
        class: detection.class,
        level: detection.level,
        status: Status::of(detection),
        techniques,
        tactics: detection.tactics.clone(),
        platforms: detection.platforms.clone(),
        sources: detection.sources.clone(),
        product: product(detection),
        maturity: detection.status.clone(),
        corpus: detection.provenance.corpus.clone(),
        path: detection.provenance.path.clone(),
        events,
        branches: collected.branches,
        atoms: collected.atoms,
        exclusions: collected.exclusions,
        correlations: detection
            .plan
            .as_ref()
            .map(correlation::collect)
            .unwrap_or_default(),
    }
}

/// The product that the reader of Kusto in documents notes as a tag.
fn product(detection: &Detection) -> Option<Text> {
    let mut tags = detection.tags.iter();
    let found = tags.find(|tag| matches!(tag.as_str(), "sentinel" | "defender"));
    found.filter(|_| detection.vendor == "kusto").cloned()
}
