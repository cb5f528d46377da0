//! What a rule does with streams of events.

mod join;
mod measure;
mod stages;

pub use join::{Join, JoinColumns, JoinKey, JoinKind, KeyMatch};
pub use measure::{Measure, MeasureFunction, Population};
pub use stages::{
    Apply, Dedup, Expand, Fill, Inline, Limit, MissingKey, Projection, Running, RunningWindow,
    Scan, ScanOutput, ScanStep, SortKey, Table, Transaction,
};

use crate::{Duration, Expr, FieldRef, LossReason, Predicate, Span, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A tree over event streams. A leaf reads events; every other node reads the rows of its
/// inputs. A row is a group of events with columns; a leaf's row is one event and its fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// Events of a source that satisfy a predicate; one row each.
    Match(Match),
    /// Rows of the input that satisfy a predicate over their columns.
    Filter {
        /// The rows.
        input: Box<Plan>,
        /// The test.
        predicate: Predicate,
    },
    /// Events in order.
    Sequence(Sequence),
    /// Events in any order that share keys, without a time bound.
    Sample(Sample),
    /// Rows of several rules near each other in time.
    Correlate(Correlate),
    /// Groups of rows and measures of them.
    Aggregate(Aggregate),
    /// Values not seen before.
    NewTerms(NewTerms),
    /// Rows of two streams with equal keys.
    Join(Join),
    /// Rows of every input; an event that several inputs find alone makes one row.
    Union(Vec<Plan>),
    /// Rows of every input, one input after the other, repeated ones too: `append`, `union`.
    Append(Vec<Plan>),
    /// Adds computed columns.
    Derive {
        /// The rows.
        input: Box<Plan>,
        /// Name and value of each new column, in order; later ones see earlier ones.
        columns: Vec<(Text, Expr)>,
    },
    /// Keeps, drops or renames columns.
    Project {
        /// The rows.
        input: Box<Plan>,
        /// What becomes of the columns.
        projection: Projection,
    },
    /// Orders rows.
    Sort {
        /// The rows.
        input: Box<Plan>,
        /// By what; ties keep their order.
        by: Vec<SortKey>,
    },
    /// Keeps the first rows of each key.
    Dedup(Dedup),
    /// Keeps some rows.
    Limit(Limit),
    /// Adds measures of each group to its rows.
    Inline(Inline),
    /// Adds measures of the rows before to each row.
    Running(Running),
    /// Holds rows in order against steps that remember.
    Scan(Scan),
    /// Makes a row of each element of a list.
    Expand(Expand),
    /// Rows that stand in the rule.
    Table(Table),
    /// Replaces null.
    Fill(Fill),
    /// Groups rows that follow each other.
    Transaction(Transaction),
    /// Runs a plan for each row.
    Apply(Apply),
    /// The rows that an enclosing [`Plan::Apply`] hands in; none outside.
    Given,
    /// Gives rows a name: `name.field` reads a field of the row, beside `field`, also after joins
    /// with other rows: YARA-L's event variables.
    Named {
        /// The rows.
        input: Box<Plan>,
        /// The name.
        name: Text,
    },
    /// A part that was not understood, verbatim.
    Opaque(Opaque),
}

/// Events of a source that satisfy a predicate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Match {
    /// Which events are looked at.
    pub source: Source,
    /// Which of them fit.
    pub predicate: Predicate,
}

/// Where events come from: a router, not a test. An event without a source name fits any.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
pub struct Source {
    /// Names in the rule's own terms: Sigma log sources as `product/category/service` (empty
    /// parts stay empty), Elastic index patterns, tables, data models. Empty: any source.
    pub names: Vec<Text>,
    /// Catalogue events (`PROVIDER/ID`, or `PROVIDER/*` for any of a provider) that the names map
    /// to, sorted; empty when unknown.
    pub events: Vec<Text>,
}

/// A sequence of events in ascending time, by the state machine of EQL: one pending partial
/// match per state and key, a newer one overwrites the older, a completed match leaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sequence {
    /// The steps in order; at least one is not `missing`.
    pub steps: Vec<Step>,
    /// Drops every pending match of the same key.
    pub until: Option<Step>,
    /// Longest time from first to last step, inclusive.
    pub max_span: Option<Duration>,
}

/// One step of a sequence or sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// Which events.
    pub find: Match,
    /// Join keys; as many in every step, equal in all events of one match.
    pub by: Vec<Key>,
    /// How many times in a row, at least 1.
    pub runs: u32,
    /// The step must *not* occur.
    pub missing: bool,
}

/// A join key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Key {
    /// Its value. Text compares case-sensitively.
    pub value: Expr,
    /// An event without it takes part, and null equals null.
    pub optional: bool,
}

/// One event per step, in any order, with equal keys; one match per key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sample {
    /// The steps.
    pub steps: Vec<Step>,
}

/// Sigma's temporal correlation: rows of several rules within a window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Correlate {
    /// The rules.
    pub rules: Vec<Correlated>,
    /// They must occur in this order (a tie in time is in order).
    pub ordered: bool,
    /// An alert has every row of its window, not only the first of each rule.
    #[serde(default)]
    pub whole: bool,
    /// Longest time between the first and the last row, inclusive.
    pub window: Duration,
    /// Names of the group-by fields.
    pub group_by: Vec<Text>,
    /// Which of the rules must occur.
    pub condition: Condition,
}

/// One rule of a correlation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Correlated {
    /// Name or id by which the correlation calls it.
    pub name: Text,
    /// The rule's plan.
    pub plan: Plan,
    /// The rule's fields for the correlation's `group_by`, one each, in that order.
    pub keys: Vec<FieldRef>,
}

/// Which rules of a correlation must have occurred in the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The number of distinct rules that occurred is in this range, inclusive.
    Count {
        /// At least.
        min: u32,
        /// At most.
        max: Option<u32>,
    },
    /// The named rule occurred.
    Rule(Text),
    /// All of them.
    And(Vec<Condition>),
    /// One of them.
    Or(Vec<Condition>),
    /// Not that.
    Not(Box<Condition>),
}

/// Groups of rows within windows, and measures of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Aggregate {
    /// The rows.
    pub input: Box<Plan>,
    /// What rows of one group share. A row without a key takes no part.
    pub group_by: Vec<Key>,
    /// Which rows of a group are looked at together.
    pub window: Window,
    /// What is computed, by column name.
    pub measures: Vec<Measure>,
    /// Test of the measures (their names are field names) that makes a row of the output.
    pub having: Predicate,
    /// Later stages see keys and measures alone, not the fields of the events behind them: true
    /// in pipe languages.
    pub closed: bool,
}

/// Which rows of a group are looked at together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Every stretch of this length, inclusive.
    Sliding(Duration),
    /// Stretches of this length side by side, aligned to the Unix epoch.
    Tumbling(Duration),
    /// From this long before the run until the run.
    LookBack(Duration),
    /// All rows.
    Whole,
}

/// Values, or tuples of values, seen in the look-back and not in the history before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NewTerms {
    /// The rows.
    pub input: Box<Plan>,
    /// The tuple; an array contributes each of its values.
    pub fields: Vec<FieldRef>,
    /// How far back the history begins, from the run.
    pub history: Duration,
    /// How far back the look-back begins, from the run.
    pub look_back: Duration,
}

/// A part that was not understood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Opaque {
    /// The part, verbatim.
    pub text: Text,
    /// Why.
    pub reason: LossReason,
    /// Where it stands in the body.
    #[schemars(with = "[u32; 2]")]
    pub span: Span,
}

impl Plan {
    /// The direct inputs, in order.
    pub fn inputs(&self) -> Vec<&Self> {
        match self {
            Self::Match(_)
            | Self::Sequence(_)
            | Self::Sample(_)
            | Self::Table(_)
            | Self::Given
            | Self::Opaque(_) => Vec::new(),
            Self::Filter { input, .. }
            | Self::Derive { input, .. }
            | Self::Project { input, .. }
            | Self::Sort { input, .. }
            | Self::Named { input, .. } => vec![input],
            Self::Dedup(dedup) => vec![&dedup.input],
            Self::Inline(inline) => vec![&inline.input],
            Self::Running(running) => vec![&running.input],
            Self::Scan(scan) => vec![&scan.input],
            Self::Expand(expand) => vec![&expand.input],
            Self::Fill(fill) => vec![&fill.input],
            Self::Transaction(transaction) => vec![&transaction.input],
            Self::Apply(apply) => vec![&apply.input, &apply.body],
            Self::Aggregate(aggregate) => vec![&aggregate.input],
            Self::NewTerms(terms) => vec![&terms.input],
            Self::Limit(limit) => vec![&limit.input],
            Self::Join(join) => vec![&join.left, &join.right],
            Self::Union(inputs) | Self::Append(inputs) => inputs.iter().collect(),
            Self::Correlate(correlate) => correlate.rules.iter().map(|rule| &rule.plan).collect(),
        }
    }

    /// Every leaf that reads events, in order: matches, and the steps of sequences and samples
    /// (a sequence's `until` last).
    pub fn matches(&self) -> Vec<&Match> {
        match self {
            Self::Match(found) => vec![found],
            Self::Sequence(sequence) => sequence
                .steps
                .iter()
                .chain(&sequence.until)
                .map(|step| &step.find)
                .collect(),
            Self::Sample(sample) => sample.steps.iter().map(|step| &step.find).collect(),
            _ => self.inputs().into_iter().flat_map(Self::matches).collect(),
        }
    }

    /// The direct inputs, to be changed, in the order of [`Plan::inputs`].
    pub fn inputs_mut(&mut self) -> Vec<&mut Self> {
        match self {
            Self::Match(_)
            | Self::Sequence(_)
            | Self::Sample(_)
            | Self::Table(_)
            | Self::Given
            | Self::Opaque(_) => Vec::new(),
            Self::Filter { input, .. }
            | Self::Derive { input, .. }
            | Self::Project { input, .. }
            | Self::Sort { input, .. }
            | Self::Named { input, .. } => vec![input],
            Self::Dedup(dedup) => vec![&mut dedup.input],
            Self::Inline(inline) => vec![&mut inline.input],
            Self::Running(running) => vec![&mut running.input],
            Self::Scan(scan) => vec![&mut scan.input],
            Self::Expand(expand) => vec![&mut expand.input],
            Self::Fill(fill) => vec![&mut fill.input],
            Self::Transaction(transaction) => vec![&mut transaction.input],
            Self::Apply(apply) => vec![&mut apply.input, &mut apply.body],
            Self::Aggregate(aggregate) => vec![&mut aggregate.input],
            Self::NewTerms(terms) => vec![&mut terms.input],
            Self::Limit(limit) => vec![&mut limit.input],
            Self::Join(join) => vec![&mut join.left, &mut join.right],
            Self::Union(inputs) | Self::Append(inputs) => inputs.iter_mut().collect(),
            Self::Correlate(correlate) => {
                let rules = correlate.rules.iter_mut();
                rules.map(|rule| &mut rule.plan).collect()
            }
        }
    }

    /// Whether a part anywhere in the tree is opaque.
    pub fn has_opaque(&self) -> bool {
        matches!(self, Self::Opaque(_)) || self.inputs().into_iter().any(Self::has_opaque)
    }
}
