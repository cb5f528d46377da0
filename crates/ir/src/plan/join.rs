//! Joins.

use super::Plan;
use crate::{Case, Expr};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Rows of the left with matching rows of the right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Join {
    /// Rows that alert.
    pub left: Box<Plan>,
    /// Rows looked up.
    pub right: Box<Plan>,
    /// Alternatives; each is a list of tests that must all hold. One empty list: every pair.
    pub on: Vec<Vec<JoinKey>>,
    /// Which rows remain.
    pub kind: JoinKind,
    /// What a pair's columns are called.
    pub columns: JoinColumns,
    /// At most so many partners of each left row, the first ones.
    pub limit: Option<u64>,
}

/// A test of a left and a right value; missing values fit nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JoinKey {
    /// Of the left row.
    pub left: Expr,
    /// Of the right row.
    pub right: Expr,
    /// How they must fit.
    pub how: KeyMatch,
}

/// How a left value fits a right one, by text form. Of several values one is enough.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum KeyMatch {
    /// Equal.
    Equal(Case),
    /// The right is a pattern in which `*` stands for any run: Splunk's `WILDCARD(field)`.
    Wildcard(Case),
    /// The right is a network (or an address) that holds the left: Splunk's `CIDR(field)`.
    Network,
}

impl JoinKey {
    /// Equality, case-sensitive.
    pub fn equal(left: Expr, right: Expr) -> Self {
        Self {
            left,
            right,
            how: KeyMatch::Equal(Case::Sensitive),
        }
    }
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
    /// Every pair of the left rows with distinct keys (the first of each) and the right rows:
    /// Kusto's default.
    InnerUnique,
    /// Right rows that have a partner, once each.
    RightSemi,
    /// Right rows without a partner.
    RightAnti,
    /// Every pair, and right rows without a partner.
    RightOuter,
    /// Every pair, and rows of both sides without a partner.
    FullOuter,
}

/// What the columns of a pair are called when both sides have one of a name.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum JoinColumns {
    /// The left's counts: the right's is not seen.
    #[default]
    LeftFirst,
    /// The right's counts, unless it is null: SPL's `join`, `lookup ... OUTPUT`.
    RightFirst,
    /// Both: the right's gets the first number from 1 behind its name that is free: Kusto.
    Numbered,
    /// The right's row alone, with its own events: SPL's `map`.
    RightOnly,
}
