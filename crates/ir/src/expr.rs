//! Computed values.

use crate::{FieldRef, Text, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A value computed from an event. A function of a null argument is null unless its own
/// documentation says otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Expr {
    /// A constant.
    Literal(Value),
    /// A field's value; null when absent, a list when it has several.
    Field(FieldRef),
    /// A function applied to arguments.
    Call {
        /// Which.
        function: Function,
        /// Its arguments, in the function's own order.
        arguments: Vec<Expr>,
    },
}

/// The functions of the representation: each has one meaning, whatever languages use it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// `(a, b)`: sum of two numbers.
    Add,
    /// `(a, b)`: `a - b`.
    Subtract,
    /// `(a, b)`: product.
    Multiply,
    /// `(a, b)`: quotient; of two whole numbers truncated toward zero; null when `b` is 0.
    Divide,
    /// `(a, b)`: remainder with the sign of `a`; null when `b` is 0.
    Modulo,
    /// `(a)`: minus `a`.
    Negate,
    /// `(text)`: number of UTF-16 code units, as Elasticsearch counts; of a list, its length.
    Length,
    /// `(a, b, ...)`: the texts joined.
    Concat,
    /// `(text, left, right)`: what stands between the first `left` and the next `right`; empty
    /// when either is missing.
    Between,
    /// As [`Function::Between`], case-insensitive.
    BetweenInsensitive,
    /// `(text, needle[, start])`: position of the first `needle` at or after `start`, from 0;
    /// null when there is none.
    IndexOf,
    /// As [`Function::IndexOf`], case-insensitive.
    IndexOfInsensitive,
    /// `(text, start[, end])`: characters from `start` up to but without `end`; negative
    /// positions count from the end, positions past the end clamp.
    Substring,
    /// `(text[, base])`: the number that a text writes, in `base` (10, or 16 after `0x`); null
    /// when it is none.
    ToNumber,
    /// `(a)`: text form of any scalar.
    ToText,
    /// `(time)`: minute of the hour, 0 to 59, UTC.
    MinuteOfHour,
    /// `(time)`: hour of the day, 0 to 23, UTC.
    HourOfDay,
    /// `(time)`: day of the month, 1 to 31, UTC.
    DayOfMonth,
    /// `(time)`: ISO week of the year, 1 to 53, UTC.
    WeekOfYear,
    /// `(time)`: month, 1 to 12, UTC.
    MonthOfYear,
    /// `(time)`: year, UTC.
    Year,
}

impl Expr {
    /// A function call.
    pub fn call(function: Function, arguments: Vec<Self>) -> Self {
        Self::Call {
            function,
            arguments,
        }
    }

    /// Every field read, in order of appearance.
    pub fn fields(&self) -> Vec<&FieldRef> {
        match self {
            Self::Literal(_) => Vec::new(),
            Self::Field(field) => vec![field],
            Self::Call { arguments, .. } => arguments.iter().flat_map(Self::fields).collect(),
        }
    }
}

impl Function {
    /// Name as printed.
    pub fn name(self) -> Text {
        let json = serde_json::to_value(self).unwrap_or_default();
        Text::new(json.as_str().unwrap_or("function"))
    }
}
