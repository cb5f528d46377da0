//! Values computed from groups of rows.

use crate::{Expr, Predicate, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A value computed from a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measure {
    /// Column name of the result.
    pub name: Text,
    /// How it is computed.
    pub function: MeasureFunction,
    /// Only rows that satisfy this count; all of them without it. A group in which none does
    /// still has the measure: 0 for counts, null for others.
    pub filter: Option<Predicate>,
}

/// How a group's value is computed. Rows whose argument is null are skipped, and an argument that
/// is a list counts by its elements, unless a line says otherwise. "In order" is the order of
/// the input's rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MeasureFunction {
    /// Number of rows.
    Count,
    /// Number of values.
    CountValues(Expr),
    /// Number of distinct tuples of these values.
    CountDistinct(Vec<Expr>),
    /// The list of distinct values, in ascending order; null for none.
    Values(Expr),
    /// The list of distinct values in order of first appearance, at most so many; the empty list
    /// for none: Kusto's `make_set`.
    Set(Expr, Option<u64>),
    /// The list of values in order, at most so many; the empty list for none.
    List(Expr, Option<u64>),
    /// The first value in order.
    First(Expr),
    /// The last value in order.
    Last(Expr),
    /// The value in the earliest row that has one.
    Earliest(Expr),
    /// The value in the latest row that has one.
    Latest(Expr),
    /// Any value: the law takes the first.
    Any(Expr),
    /// The value of `of` (also null) in the first row where `by` is smallest.
    ArgMin {
        /// What is smallest; rows where it is null are skipped.
        by: Expr,
        /// What is taken.
        of: Expr,
    },
    /// The value of `of` (also null) in the first row where `by` is largest.
    ArgMax {
        /// What is largest; rows where it is null are skipped.
        by: Expr,
        /// What is taken.
        of: Expr,
    },
    /// The smallest `by`; and every other column of the group's row is that of the first row that
    /// has it: Kusto's `arg_min(by, *)`.
    RowOfMin(Expr),
    /// The largest `by`; and every other column of the group's row is that of the first row that
    /// has it: Kusto's `arg_max(by, *)`.
    RowOfMax(Expr),
    /// Sum of a number (or of lengths of time).
    Sum(Expr),
    /// Mean of a number (or of lengths of time).
    Average(Expr),
    /// Smallest value: by size when all are numbers, instants or lengths of time, else by text.
    Min(Expr),
    /// Largest value, likewise.
    Max(Expr),
    /// Largest number minus smallest.
    Range(Expr),
    /// Median of a number (mean of the middle two).
    Median(Expr),
    /// The value below which this share (0 to 100) of the numbers falls, linear interpolation.
    Percentile(Expr, f64),
    /// The same by nearest rank: the number at place `ceil(share / 100 * n)`. Kusto, SPL.
    PercentileNearest(Expr, f64),
    /// Standard deviation of a number: of a sample (divided by n - 1; of one value 0) or of all.
    Deviation(Expr, Population),
    /// Variance, likewise.
    Variance(Expr, Population),
    /// The most frequent value; of several the smallest.
    Mode(Expr),
    /// The list of the smallest (largest) values, repeated ones too: ES|QL's `TOP`.
    Top {
        /// Of what.
        of: Expr,
        /// How many.
        count: u64,
        /// The largest instead of the smallest.
        descending: bool,
    },
    /// One object of all objects; of equal keys the first counts: Kusto's `make_bag`.
    MakeBag(Expr),
    /// Whether one of the truth values is true.
    AnyTrue(Expr),
    /// Bits in one of the whole numbers.
    BitOr(Expr),
    /// Bits in every one of the whole numbers.
    BitAnd(Expr),
    /// Bits in an odd number of the whole numbers.
    BitXor(Expr),
    /// Change of a number per second between the earliest and the latest row.
    Rate(Expr),
    /// In [`Running`](super::Running) alone: the value so many rows before, null where there is
    /// none; null elsewhere.
    Lag(Expr, u32),
    /// In [`Running`](super::Running) alone: the value so many rows later.
    Lead(Expr, u32),
    /// In [`Running`](super::Running) alone: the instant at the first row of the session that the
    /// row is in; null where `of` is, and elsewhere. Kusto's `row_window_session`. Rows without an
    /// instant are in no session.
    SessionStart {
        /// The instant.
        of: Expr,
        /// A row later than this after the first one begins a session; so does an earlier one.
        from_first: Expr,
        /// A row later than this after the one before it begins a session.
        between: Expr,
        /// A row for which this is true begins a session.
        restart: Expr,
    },
}

/// What a spread is computed over.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Population {
    /// The rows are a sample: divided by n - 1.
    Sample,
    /// The rows are all there is: divided by n.
    Whole,
}

impl Measure {
    /// A measure of every row of a group.
    pub fn new(name: impl Into<Text>, function: MeasureFunction) -> Self {
        Self {
            name: name.into(),
            function,
            filter: None,
        }
    }

    /// A measure of the rows that satisfy a predicate.
    pub fn filtered(name: impl Into<Text>, function: MeasureFunction, filter: Predicate) -> Self {
        Self {
            name: name.into(),
            function,
            filter: Some(filter),
        }
    }
}

impl MeasureFunction {
    /// Whether its value only grows as rows are added: counts, lists, the largest value, and sums as
    /// long as nothing negative is added.
    pub fn grows(&self) -> bool {
        matches!(
            self,
            Self::Count
                | Self::CountValues(_)
                | Self::CountDistinct(_)
                | Self::Values(_)
                | Self::Set(..)
                | Self::List(..)
                | Self::Sum(_)
                | Self::Max(_)
                | Self::Range(_)
        )
    }

    /// The expressions that it reads.
    pub fn arguments(&self) -> Vec<&Expr> {
        match self {
            Self::Count => Vec::new(),
            Self::CountDistinct(all) => all.iter().collect(),
            Self::SessionStart {
                of,
                from_first,
                between,
                restart,
            } => vec![of, from_first, between, restart],
            Self::ArgMin { by, of } | Self::ArgMax { by, of } => vec![by, of],
            Self::CountValues(of)
            | Self::Values(of)
            | Self::Set(of, _)
            | Self::List(of, _)
            | Self::First(of)
            | Self::Last(of)
            | Self::Earliest(of)
            | Self::Latest(of)
            | Self::Any(of)
            | Self::RowOfMin(of)
            | Self::RowOfMax(of)
            | Self::Sum(of)
            | Self::Average(of)
            | Self::Min(of)
            | Self::Max(of)
            | Self::Range(of)
            | Self::Median(of)
            | Self::Percentile(of, _)
            | Self::PercentileNearest(of, _)
            | Self::Deviation(of, _)
            | Self::Variance(of, _)
            | Self::Mode(of)
            | Self::Top { of, .. }
            | Self::MakeBag(of)
            | Self::AnyTrue(of)
            | Self::BitOr(of)
            | Self::BitAnd(of)
            | Self::BitXor(of)
            | Self::Rate(of)
            | Self::Lag(of, _)
            | Self::Lead(of, _) => vec![of],
        }
    }

    /// Its name in the printed form.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::CountValues(_) => "count_values",
            Self::CountDistinct(_) => "count_distinct",
            Self::Values(_) => "values",
            Self::Set(..) => "set",
            Self::List(..) => "list",
            Self::First(_) => "first",
            Self::Last(_) => "last",
            Self::Earliest(_) => "earliest",
            Self::Latest(_) => "latest",
            Self::Any(_) => "any",
            Self::ArgMin { .. } => "arg_min",
            Self::ArgMax { .. } => "arg_max",
            Self::RowOfMin(_) => "row_of_min",
            Self::RowOfMax(_) => "row_of_max",
            Self::Sum(_) => "sum",
            Self::Average(_) => "average",
            Self::Min(_) => "min",
            Self::Max(_) => "max",
            Self::Range(_) => "range",
            Self::Median(_) => "median",
            Self::Percentile(..) => "percentile",
            Self::PercentileNearest(..) => "percentile_nearest",
            Self::Deviation(_, Population::Sample) => "deviation",
            Self::Deviation(_, Population::Whole) => "deviation_whole",
            Self::Variance(_, Population::Sample) => "variance",
            Self::Variance(_, Population::Whole) => "variance_whole",
            Self::Mode(_) => "mode",
            Self::Top { .. } => "top",
            Self::MakeBag(_) => "make_bag",
            Self::AnyTrue(_) => "any_true",
            Self::BitOr(_) => "bit_or",
            Self::BitAnd(_) => "bit_and",
            Self::BitXor(_) => "bit_xor",
            Self::Rate(_) => "rate",
            Self::Lag(..) => "lag",
            Self::Lead(..) => "lead",
            Self::SessionStart { .. } => "session_start",
        }
    }
}
