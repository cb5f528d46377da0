//! The list of fields that rules test.

use crate::Index;
use crate::head::{CatalogHead, schema};
use crate::tables::{self, FieldRow};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;

/// Every field that a counted rule tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldsAnswer {
    /// Name and version of this form.
    pub schema: Text,
    /// The catalogue it was computed from.
    pub catalog: CatalogHead,
    /// The fields: most rules first, then by name.
    pub fields: Vec<FieldRow>,
}

/// Every field that a counted rule tests.
pub fn fields(index: &Index<'_>) -> FieldsAnswer {
    let rules = (0_u32..).zip(&index.catalog.facts);
    let counted = rules.filter(|(_, facts)| facts.class.counts());
    let counted: Vec<u32> = counted.map(|(at, _)| at).collect();
    FieldsAnswer {
        schema: schema("fields"),
        catalog: CatalogHead::of(index.catalog),
        fields: tables::fields(index, &counted, |_, _| true),
    }
}
