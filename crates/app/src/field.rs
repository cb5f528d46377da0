//! A field and its use.

use crate::{AppError, Library};
use tripline_analysis::FieldAnswer;

/// The view of a field: a canonical id or any vendor's spelling.
///
/// # Errors
/// Neither the tables nor any rule know the name.
pub fn field(library: &Library, name: &str) -> Result<FieldAnswer, AppError> {
    tripline_analysis::field(&library.index(), name)
        .ok_or_else(|| AppError::not_found(format!("no field is called `{name}`")))
}
