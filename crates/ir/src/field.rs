//! References to fields of an event.

use crate::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A field as a rule names it and as the schema tables know it.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct FieldRef {
    /// Id of the canonical field (`process.executable`); the source's own name where the tables
    /// do not know it.
    pub canonical: Text,
    /// The name in the source, spelled as there.
    pub name: Text,
}

impl FieldRef {
    /// A field the schema tables know.
    pub fn mapped(name: impl Into<Text>, canonical: impl Into<Text>) -> Self {
        Self {
            canonical: canonical.into(),
            name: name.into(),
        }
    }

    /// A field known only by its source's name.
    pub fn unmapped(name: impl Into<Text>) -> Self {
        let name = name.into();
        Self {
            canonical: name.clone(),
            name,
        }
    }
}

/// A pattern over field names, as in kuery `aws.*.name: x`: any field whose name fits.
/// `*` stands for any run of characters; everything else is literal.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct FieldGlob {
    /// The pattern, as in the source.
    pub name: Text,
}
