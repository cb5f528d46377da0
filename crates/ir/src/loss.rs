//! What could not be encoded, and why.

use crate::{Span, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A part of a rule that the representation does not hold exactly.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Loss {
    /// Why.
    pub reason: LossReason,
    /// What it is about: a name, a function, a modifier.
    pub detail: Text,
    /// Where it stands in the body; `None` when it is about the whole rule.
    #[schemars(with = "Option<[u32; 2]>")]
    pub span: Option<Span>,
}

/// The closed list of reasons.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LossReason {
    /// The query's language has no front end yet.
    LanguageNotRead,
    /// The rule is a machine-learning job; there is no query.
    MachineLearning,
    /// A placeholder has no list in the corpus.
    UnresolvedPlaceholder,
    /// A name has no value: a macro, a variable or a parameter that nothing defines.
    UndefinedName,
    /// A named list is not in the corpus.
    UnresolvedList,
    /// A rule that this one names is not in the corpus.
    UnresolvedRule,
    /// A function is not known.
    UnknownFunction,
    /// A modifier is not known.
    UnknownModifier,
    /// A command or stage is not understood.
    UnknownCommand,
    /// A construct is understood, but the representation cannot hold it.
    NotExpressible,
    /// A legacy aggregation that the format's own specification has dropped.
    LegacyAggregation,
    /// The query has a syntax error in a part that was skipped.
    SyntaxError,
}

impl LossReason {
    /// A phrase for people, in the ledger's words.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::LanguageNotRead => "language not read yet",
            Self::MachineLearning => "machine-learning job without a query",
            Self::UnresolvedPlaceholder => "placeholder without a list",
            Self::UndefinedName => "name that nothing defines",
            Self::UnresolvedList => "list not in the corpus",
            Self::UnresolvedRule => "rule not in the corpus",
            Self::UnknownFunction => "unknown function",
            Self::UnknownModifier => "unknown modifier",
            Self::UnknownCommand => "unknown command",
            Self::NotExpressible => "not expressible",
            Self::LegacyAggregation => "legacy aggregation expression",
            Self::SyntaxError => "syntax error in a skipped part",
        }
    }
}
