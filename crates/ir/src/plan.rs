//! What a rule does with streams of events.

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
    /// Rows of every input.
    Union(Vec<Plan>),
    /// Adds computed columns.
    Derive {
        /// The rows.
        input: Box<Plan>,
        /// Name and value of each new column, in order; later ones see earlier ones.
        columns: Vec<(Text, Expr)>,
    },
    /// Keeps or renames columns for display: no effect on which rows there are.
    Project {
        /// The rows.
        input: Box<Plan>,
        /// The columns shown.
        columns: Vec<Text>,
    },
    /// Orders rows.
    Sort {
        /// The rows.
        input: Box<Plan>,
        /// By what; ties keep their order.
        by: Vec<SortKey>,
    },
    /// Keeps the first row of each key.
    Dedup {
        /// The rows.
        input: Box<Plan>,
        /// The key.
        by: Vec<Expr>,
    },
    /// Keeps some rows.
    Limit(Limit),
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

/// A value computed from a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measure {
    /// Column name of the result.
    pub name: Text,
    /// How it is computed.
    pub function: MeasureFunction,
}

/// How a group's value is computed. Rows whose argument is null are skipped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MeasureFunction {
    /// Number of rows.
    Count,
    /// Number of distinct tuples of these values.
    CountDistinct(Vec<Expr>),
    /// Sum of a number.
    Sum(Expr),
    /// Mean of a number.
    Average(Expr),
    /// Smallest number.
    Min(Expr),
    /// Largest number.
    Max(Expr),
    /// Median of a number (mean of the middle two).
    Median(Expr),
    /// The value below which this share (0 to 100) of the numbers falls, linear interpolation.
    Percentile(Expr, f64),
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

/// Rows of the left with matching rows of the right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Join {
    /// Rows that alert.
    pub left: Box<Plan>,
    /// Rows looked up.
    pub right: Box<Plan>,
    /// Alternatives; each is a list of equalities that must all hold.
    pub on: Vec<Vec<JoinKey>>,
    /// Which left rows remain.
    pub kind: JoinKind,
}

/// An equality of a left and a right value; missing values equal nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JoinKey {
    /// Of the left row.
    pub left: Expr,
    /// Of the right row.
    pub right: Expr,
}

/// Which rows a join yields.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum JoinKind {
    /// Left rows that have a partner, once each, with the first partner's columns.
    LeftSemi,
    /// Left rows without a partner.
    LeftAnti,
    /// Every pair.
    Inner,
    /// Every pair, and left rows without a partner.
    LeftOuter,
}

/// A sort key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SortKey {
    /// By what.
    pub value: Expr,
    /// Largest first.
    pub descending: bool,
}

/// Keeps some rows of the input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Limit {
    /// The rows.
    pub input: Box<Plan>,
    /// How many.
    pub count: u64,
    /// The last rows instead of the first.
    pub from_end: bool,
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
            Self::Match(_) | Self::Sequence(_) | Self::Sample(_) | Self::Opaque(_) => Vec::new(),
            Self::Filter { input, .. }
            | Self::Derive { input, .. }
            | Self::Project { input, .. }
            | Self::Sort { input, .. }
            | Self::Dedup { input, .. } => vec![input],
            Self::Aggregate(aggregate) => vec![&aggregate.input],
            Self::NewTerms(terms) => vec![&terms.input],
            Self::Limit(limit) => vec![&limit.input],
            Self::Join(join) => vec![&join.left, &join.right],
            Self::Union(inputs) => inputs.iter().collect(),
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

    /// Whether a part anywhere in the tree is opaque.
    pub fn has_opaque(&self) -> bool {
        matches!(self, Self::Opaque(_)) || self.inputs().into_iter().any(Self::has_opaque)
    }
}
