//! The dossier of a technique.

use crate::library::failure;
use crate::technique::unknown;
use crate::{AppError, Library};
use tripline_analysis::{Dossier, DossierError};

/// The dossier of the technique with this id, in any letter case.
///
/// # Errors
/// Neither ATT&CK nor any rule knows the id, or the catalogue is damaged.
pub fn dossier(library: &Library, id: &str, with_subtechniques: bool) -> Result<Dossier, AppError> {
    let answer = tripline_analysis::dossier(&library.index(), id, with_subtechniques);
    answer.map_err(|error| match error {
        DossierError::Unknown(technique) => unknown(&technique),
        DossierError::Catalog(error) => failure(&error),
    })
}
