//! Typed parameters of functions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which values a comparison treats as numbers.
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
pub enum Coerce {
    /// Two texts compare as texts. A number and a text that writes a decimal number compare as
    /// numbers (logs keep numbers as texts); an instant and a text that writes one as instants.
    #[default]
    Typed,
    /// As `Typed`, and two texts that both write decimal numbers compare as numbers: SPL.
    Loose,
}

/// How a fraction becomes a whole number.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Round {
    /// Toward zero: Kusto, SPL.
    Truncate,
    /// To the nearest, halves up: ES|QL.
    Nearest,
}

/// A unit of time. Days and shorter have a fixed length; weeks begin on Monday unless said;
/// months, quarters and years are those of the calendar, UTC.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A billionth of a second.
    Nanosecond,
    /// A millionth of a second.
    Microsecond,
    /// A thousandth of a second.
    Millisecond,
    /// A second.
    Second,
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
    /// 7 days that begin on a Monday.
    Week,
    /// 7 days that begin on a Sunday: Kusto, SPL.
    WeekFromSunday,
    /// A calendar month.
    Month,
    /// Three calendar months: from January, April, July, October.
    Quarter,
    /// A calendar year.
    Year,
}

/// Whose letters a time format is written in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TimeFormat {
    /// `%Y-%m-%d %H:%M:%S`: SPL, YARA-L.
    Strftime,
    /// `yyyy-MM-dd HH:mm:ss` with `'literal'`: ES|QL and Kusto.
    Letters,
}

/// A hash function; the result is lower-case hexadecimal.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Hash {
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// What is computed of two numbers that stand at one place of two series.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PairOp {
    /// Their sum.
    Add,
    /// The first without the second.
    Subtract,
    /// Their product.
    Multiply,
    /// Their quotient, in floating point; null when the second is 0.
    Divide,
    /// The first to the power of the second, in floating point.
    Power,
    /// Whether they are equal.
    Equal,
    /// Whether they differ.
    NotEqual,
    /// Whether the first is less.
    Less,
    /// Whether the first is less or equal.
    LessEqual,
    /// Whether the first is greater.
    Greater,
    /// Whether the first is greater or equal.
    GreaterEqual,
}

/// What missing elements of a series become.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Filling {
    /// The last element before them that is there.
    Forward,
    /// The first element after them that is there.
    Backward,
    /// What lies on the line between their neighbours; at the ends the nearest element.
    Linear,
    /// A value.
    Constant,
}

/// Whose names types go by.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TypeNames {
    /// `Number`, `String`, `Boolean`, `Invalid` (null).
    Splunk,
    /// `string`, `long`, `real`, `bool`, `datetime`, `timespan`, `array`, `dictionary`, `null`.
    Kusto,
}
