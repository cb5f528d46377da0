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

    /// The elements of a list (nested lists flattened), or the value itself; null yields nothing.
    pub fn elements(&self) -> Vec<&Value> {
        match self {
            Self::Null => Vec::new(),
            Self::List(items) => items.iter().flat_map(Value::elements).collect(),
            other => vec![other],
        }
    }
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
