//! Rules per technique.

use crate::{AppError, Library};
use std::path::Path;
use tripline_analysis::Coverage;

/// Rules per technique over the whole catalogue.
pub fn coverage(library: &Library) -> Coverage {
    tripline_analysis::coverage(&library.index())
}

/// Writes the coverage as an ATT&CK Navigator layer.
///
/// # Errors
/// The file cannot be written.
pub fn write_navigator(
    library: &Library,
    coverage: &Coverage,
    path: &Path,
) -> Result<(), AppError> {
    let version = library.catalog().attack.version.as_deref();
    let layer = tripline_analysis::navigator(coverage, version.unwrap_or_default());
    std::fs::write(path, format!("{layer:#}\n")).map_err(|error| {
        AppError::failure(format!("{} cannot be written: {error}", path.display()))
    })
}
