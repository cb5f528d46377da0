//! Stages of pipelines: what SPL, Kusto and ES|QL do to rows one after the other.

use super::{Key, Measure, Plan};
use crate::{Duration, Expr, FieldRef, Predicate, Text, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Measures of each group, added to every row of it: `eventstats`, `INLINE STATS`. A row without
/// a key that is not optional stays and gets null. Rows keep their order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Inline {
    /// The rows.
    pub input: Box<Plan>,
    /// What rows of one group share.
    pub group_by: Vec<Key>,
    /// What is computed, by column name.
    pub measures: Vec<Measure>,
}

/// Measures of the rows before (and with) each row, added to it: `streamstats`, `row_number`,
/// `prev`. Rows are taken in the order of the input and keep it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Running {
    /// The rows.
    pub input: Box<Plan>,
    /// Only rows that share these are looked at together; a row without a key that is not
    /// optional stays and gets null.
    pub group_by: Vec<Key>,
    /// How far back.
    pub window: RunningWindow,
    /// The row itself counts.
    pub current: bool,
    /// What is computed, by column name.
    pub measures: Vec<Measure>,
}

/// How far back a running measure looks.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RunningWindow {
    /// To the first row.
    All,
    /// This many rows of the group, the current one counted when it takes part.
    Rows(u64),
    /// Of this many rows of the input, the current one counted when it takes part, those that are
    /// of its group: SPL's `streamstats` with a window.
    RowsOverall(u64),
    /// Rows whose time is at most this far from the row's, before it in the input.
    Time(Duration),
}

/// Rows in the order of the input, held against steps that remember what they matched: Kusto's
/// `scan`. A row of the output is an input row that matched a step.
///
/// A step is *active* once a row has matched it; it then remembers the last row of its own and of
/// every step before. Each row is held against the steps from the last to the first:
///
/// 1. Where the step before is active and the condition holds, beside what that step remembers:
///    its memory moves here, the row is added to it, and the step before is active no longer.
/// 2. Otherwise, where the step itself is active or is the first, and the condition holds beside
///    what it remembers: the row takes the place of its own last row.
///
/// `step.column` reads what is remembered of a step; of a step without a memory, the declared
/// columns have their first values and all else is null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scan {
    /// The rows.
    pub input: Box<Plan>,
    /// Only rows that share these are looked at together.
    pub group_by: Vec<Key>,
    /// Columns that steps assign, with the values that they have before.
    pub declared: Vec<(Text, Expr)>,
    /// The column that numbers the matches, from 0: one begins where the first step matches and is
    /// not active.
    pub match_id: Option<Text>,
    /// The steps in order; at least one.
    pub steps: Vec<ScanStep>,
}

/// A step of a [`Scan`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScanStep {
    /// Its name.
    pub name: Text,
    /// Which of the rows that match it are shown.
    pub output: ScanOutput,
    /// When a row matches.
    pub condition: Predicate,
    /// What is assigned to a row that matches, in order.
    pub columns: Vec<(Text, Expr)>,
}

/// Which rows a step of a [`Scan`] shows.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ScanOutput {
    /// Every row that matches it.
    All,
    /// The last of rows that match it one after the other.
    Last,
    /// None.
    None,
}

/// One row for each element of a list: `mvexpand`, `mv-expand`, `MV_EXPAND`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Expand {
    /// The rows.
    pub input: Box<Plan>,
    /// Column name and list of each; several go side by side, a shorter one padded with null. A
    /// value that is no list counts as a list of one.
    pub columns: Vec<(Text, Expr)>,
    /// Null counts as one element, null; the empty list has none either way. Without it a row
    /// whose lists are all null goes.
    pub keep_empty: bool,
    /// At most so many rows for each.
    pub limit: Option<u64>,
    /// The column that gets the element's position, from 0.
    pub index: Option<Text>,
}

/// Rows that stand in the rule itself: `datatable`, `ROW`, a small lookup. They have no events and
/// time 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Table {
    /// The columns.
    pub columns: Vec<Text>,
    /// The rows: one value for each column.
    pub rows: Vec<Vec<Value>>,
}

/// What becomes of a row's columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Projection {
    /// These are shown; later stages still see the others.
    Display(Vec<Text>),
    /// Later stages see only these. A name with `*` stands for every column that fits.
    Keep(Vec<FieldRef>),
    /// Later stages do not see these; `*` as above.
    Drop(Vec<FieldRef>),
    /// These are seen under the new name, no longer under the old, all at once; a column that had
    /// the new name is gone. `*` on both sides stands for the same run of characters. A field
    /// that is absent takes away a column of the new name.
    Rename(Vec<(FieldRef, Text)>),
    /// The members of an object (or of the JSON text that writes one) become columns, and the
    /// column goes: Kusto's `bag_unpack`. Nothing happens to a row where it is no object.
    Spread {
        /// The column.
        field: FieldRef,
        /// What the new columns' names begin with.
        prefix: Text,
        /// A member takes the place of a column of its name; without it that column stays.
        replace: bool,
    },
}

/// Null replaced: `fillnull`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fill {
    /// The rows.
    pub input: Box<Plan>,
    /// Which columns; without any, every column that one of the rows has.
    pub columns: Vec<FieldRef>,
    /// What null becomes.
    pub value: Value,
}

/// Groups of rows in order of time that share keys: SPL's `transaction`. A group is closed by
/// a row that ends it, by one that begins the next, by a span, pause or number that a row would
/// exceed. A group yields one row with all its events; a field has the list of its distinct values
/// (one value alone is no list), and `duration` (seconds), `eventcount` and `closed_txn` (1 when one
/// of these closed it, 0 when the events ended before) are added. With
/// `starts_with` a group begins only there, with `ends_with` only a group that so ended is
/// yielded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Transaction {
    /// The rows.
    pub input: Box<Plan>,
    /// What rows share; a row without one takes no part.
    pub keys: Vec<Expr>,
    /// Longest time from the first to the last row.
    pub max_span: Option<Duration>,
    /// Longest time between neighbours.
    pub max_pause: Option<Duration>,
    /// Most rows.
    pub max_events: Option<u64>,
    /// The row that begins a group.
    pub starts_with: Option<Predicate>,
    /// The row that ends a group.
    pub ends_with: Option<Predicate>,
    /// Groups that were not ended as they should be are yielded too.
    pub keep_evicted: bool,
    /// A field has the list of all its values in order, equal ones too.
    #[serde(default)]
    pub every_value: bool,
}

/// A plan run once for each row, over that row alone (or over all of them): `mv-apply`,
/// `appendpipe`, `partition`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Apply {
    /// The rows.
    pub input: Box<Plan>,
    /// What is run; [`Plan::Given`] stands for the row. Its rows get the outer row's columns that
    /// they do not have.
    pub body: Box<Plan>,
}

/// Keeps the first rows of each key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dedup {
    /// The rows.
    pub input: Box<Plan>,
    /// The key.
    pub by: Vec<Expr>,
    /// How many rows of each key stay; 1 in most rules. After a sort: the top rows per group.
    pub count: u64,
    /// Only neighbours of equal key count as repeated.
    pub consecutive: bool,
    /// What becomes of a row in which a part of the key is null.
    pub missing: MissingKey,
}

/// What becomes of a row without a key.
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
pub enum MissingKey {
    /// Null is a key like any other.
    #[default]
    Value,
    /// The row goes: SPL's `dedup`.
    Drop,
    /// The row stays, however many there are: SPL's `keepempty=true`.
    Keep,
}

/// A sort key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SortKey {
    /// By what: numbers by size before texts by characters.
    pub value: Expr,
    /// Largest first.
    pub descending: bool,
    /// Rows where it is null come first, whatever the direction.
    pub nulls_first: bool,
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
