//! The authoring guide of a technique.

use crate::{AppError, Library};
use tripline_analysis::{TechniqueAnswer, UnknownTechnique};

/// The guide of the technique with this id, in any letter case.
///
/// # Errors
/// Neither ATT&CK nor any rule knows the id.
pub fn technique(
    library: &Library,
    id: &str,
    with_subtechniques: bool,
) -> Result<TechniqueAnswer, AppError> {
    tripline_analysis::technique(&library.index(), id, with_subtechniques)
        .map_err(|found| unknown(&found))
}

/// A technique that nobody knows, with those near it.
pub(crate) fn unknown(found: &UnknownTechnique) -> AppError {
    let error = AppError::not_found(format!("no technique has the id `{}`", found.id));
    if found.near.is_empty() {
        return error.hint("`tripline coverage` lists the techniques");
    }
    let near: Vec<&str> = found.near.iter().take(12).map(AsRef::as_ref).collect();
    error.hint(format!("near it: {}", near.join(", ")))
}
