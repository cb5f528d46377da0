//! Regular-expression tests.

use crate::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whose syntax a regular expression is written in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// PCRE, as Sigma and SPL use it.
    Pcre,
    /// Lucene's own syntax, as EQL, Lucene query strings and ES|QL use it: no anchors, always the
    /// whole value, `@ & ~ # < >` special.
    Lucene,
    /// RE2, as Kusto and YARA-L use it.
    Re2,
}

/// A regular expression as written, with its flags taken out of the text where the language has
/// them apart.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Regex {
    /// The expression, verbatim.
    pub text: Text,
    /// Whose syntax it is.
    pub dialect: Dialect,
    /// Letters match both cases.
    pub case_insensitive: bool,
    /// `^` and `$` match at line breaks.
    pub multi_line: bool,
    /// `.` matches line breaks.
    pub dot_all: bool,
    /// The whole value must match, not a part of it.
    pub whole: bool,
}
