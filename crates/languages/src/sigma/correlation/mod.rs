//! Correlations: several events, or several rules, within a stretch of time.
//!
//! Windows slide. An event without a group-by field takes no part. Decisions where specification
//! and pySigma differ or are silent:
//! - `value_percentile` with `percentile: P` compares the P-th percentile of the field's values
//!   (pySigma). Without it, the specification's example asks for values among the rarest; the
//!   representation has no such measure, so that form is a loss.
//! - `value_count` over several fields counts distinct tuples.
//! - `temporal` needs every rule unless a condition says otherwise; of a range, both ends count.
//! - `temporal_ordered`: rules occur in the order of `rules`; equal times are in order.
//! - `w`, `M` and `y` are accepted in `timespan` as pySigma does: 7 days, 2,629,746 and
//!   31,556,952 seconds.

mod lower;
mod read;

pub use lower::lower_correlation;

use super::condition::Expression;
use super::metadata::Metadata;
use tripline_ir::{CompareOp, Duration, Number, Text};
use tripline_text::Span;

/// A correlation.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    /// What it says about itself.
    pub metadata: Metadata,
    /// Its text in the file. Spans inside count from its start.
    pub span: Span,
    /// What is computed; `None` when it cannot be read.
    pub kind: Option<CorrelationKind>,
    /// Ids or names of rules or other correlations, with their places.
    pub rules: Vec<(Text, Span)>,
    /// Fields or aliases that events of one group share.
    pub group_by: Vec<Text>,
    /// The window's length; `None` when it cannot be read.
    pub timespan: Option<Duration>,
    /// Alias, then rule and field.
    pub aliases: Vec<(Text, Vec<(Text, Text)>)>,
    /// When it alerts.
    pub condition: CorrelationCondition,
    /// The rules alert on their own, too.
    pub generate: bool,
}

/// What a correlation computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrelationKind {
    /// Number of events.
    EventCount,
    /// Number of distinct values.
    ValueCount,
    /// Sum of values.
    ValueSum,
    /// Mean of values.
    ValueAvg,
    /// Percentile of values.
    ValuePercentile,
    /// Median of values.
    ValueMedian,
    /// Several rules, in any order.
    Temporal,
    /// Several rules, in their order.
    TemporalOrdered,
}

impl CorrelationKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::EventCount,
        Self::ValueCount,
        Self::ValueSum,
        Self::ValueAvg,
        Self::ValuePercentile,
        Self::ValueMedian,
        Self::Temporal,
        Self::TemporalOrdered,
    ];

    /// Name in a rule.
    pub fn name(self) -> &'static str {
        match self {
            Self::EventCount => "event_count",
            Self::ValueCount => "value_count",
            Self::ValueSum => "value_sum",
            Self::ValueAvg => "value_avg",
            Self::ValuePercentile => "value_percentile",
            Self::ValueMedian => "value_median",
            Self::Temporal => "temporal",
            Self::TemporalOrdered => "temporal_ordered",
        }
    }

    /// Whether it looks at several rules rather than at numbers.
    pub fn is_temporal(self) -> bool {
        matches!(self, Self::Temporal | Self::TemporalOrdered)
    }
}

/// When a correlation alerts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CorrelationCondition {
    /// Bounds that must all hold.
    pub thresholds: Vec<Threshold>,
    /// The fields whose values are measured.
    pub fields: Vec<Text>,
    /// Which percentile.
    pub percentile: Option<f64>,
    /// The extended form: which rules must have occurred.
    pub expression: Option<Expression>,
    /// Where it stands.
    pub span: Span,
}

/// A bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// The relation.
    pub op: CompareOp,
    /// It must not hold: `neq`.
    pub negated: bool,
    /// The bound.
    pub value: Number,
    /// Where the bound stands.
    pub span: Span,
}
