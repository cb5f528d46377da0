//! Values of event fields and of literals.

use crate::{Duration, Text, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A typed value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Absent, or an explicit null.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(Text),
    /// An instant, nanoseconds since the Unix epoch.
    Time(Timestamp),
    /// A length of time in nanoseconds.
    Duration(Duration),
    /// Several values of one field, or an array.
    List(Vec<Value>),
    /// A nested object, in the order of its source.
    Object(Vec<(Text, Value)>),
}

impl Value {
    /// Whether it is [`Value::Null`].
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text form of a scalar: what pattern tests look at. Numbers in decimal, truth values as
    /// `true`/`false`. `None` for null, lists and objects.
    pub fn as_text(&self) -> Option<Text> {
        match self {
            Self::Null | Self::List(_) | Self::Object(_) => None,
            Self::Bool(b) => Some(Text::new_static(if *b { "true" } else { "false" })),
            Self::Int(n) => Some(crate::format_smolstr!("{n}")),
            Self::Float(n) => Some(crate::format_smolstr!("{n}")),
            Self::Text(text) => Some(text.clone()),
            Self::Time(at) => Some(crate::format_smolstr!(
                "{}",
                jiff::Timestamp::from_nanosecond(i128::from(*at)).unwrap_or_default()
            )),
            Self::Duration(d) => Some(crate::format_smolstr!("{d}")),
        }
    }

    /// As [`Value::as_text`], but instants with seven digits of a second
    /// (`2026-03-01T10:00:00.0000000Z`) and lengths of time as `[-][d.]hh:mm:ss[.fffffff]`, as
    /// .NET writes them.
    pub fn as_long_text(&self) -> Option<Text> {
        match self {
            Self::Time(at) => {
                let at = jiff::Timestamp::from_nanosecond(i128::from(*at)).unwrap_or_default();
                Some(crate::format_smolstr!("{at:.7}"))
            }
            Self::Duration(length) => Some(clock(*length)),
            other => other.as_text(),
        }
    }

    /// The elements of a list (nested lists flattened), or the value itself; null yields nothing.
    pub fn elements(&self) -> Vec<&Value> {
        match self {
            Self::Null => Vec::new(),
            Self::List(items) => items.iter().flat_map(Value::elements).collect(),
            other => vec![other],
        }
    }
}

/// A length of time as `[-][d.]hh:mm:ss[.fffffff]`.
fn clock(length: Duration) -> Text {
    let sign = if length < 0 { "-" } else { "" };
    let ticks = length.unsigned_abs() / 100;
    let (seconds, fraction) = (ticks / 10_000_000, ticks % 10_000_000);
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let days = match days {
        0 => String::new(),
        days => format!("{days}."),
    };
    let (hours, minutes, seconds) = (rest / 3_600, rest / 60 % 60, rest % 60);
    let fraction = match fraction {
        0 => String::new(),
        fraction => format!(".{fraction:07}"),
    };
    crate::format_smolstr!("{sign}{days}{hours:02}:{minutes:02}:{seconds:02}{fraction}")
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}
