//! The JSON form: serde's, described by a published schema.

use crate::Detection;

/// The JSON schema of a [`Detection`] and of everything inside it.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Detection).to_value()
}
