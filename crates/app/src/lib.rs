//! Operations: request to response, the one crate that surfaces call.
//!
//! Input: a request as a person or program states it. Output: a serialisable answer, or an
//! [`AppError`] that says what kind of refusal it is. One file per operation; a surface (command
//! line, later web and editor) adds only how things look.

pub mod build;
pub mod check;
pub mod coverage;
pub mod detection;
pub mod dossier;
mod error;
pub mod eval;
pub mod event;
pub mod events;
pub mod explain;
pub mod field;
pub mod fields;
pub mod indicator;
pub mod ledger;
mod library;
pub mod locate;
pub mod overlap;
pub mod rule;
pub mod search;
pub mod sequences;
pub mod signals;
pub mod technique;
pub mod workbench;

/// The answers of [`tripline_analysis`], under one name.
pub use tripline_analysis as answers;

pub use error::AppError;
pub use library::Library;
pub use smol_str::SmolStr as Text;

/// The JSON Schema of an answer as it is written: what may be left out is not required.
pub fn schema_of<T: schemars::JsonSchema>() -> schemars::Schema {
    let settings = schemars::generate::SchemaSettings::default().for_serialize();
    settings.into_generator().into_root_schema_for::<T>()
}
