//! What the rules of a technique look for one after the other.

use crate::{AppError, Library};
use tripline_analysis::{SequencesAnswer, SequencesError};

/// The sequences of the counted rules of the technique with this id, in any letter case.
///
/// # Errors
/// Neither ATT&CK nor any rule knows the id, or the catalogue is damaged.
pub fn sequences(
    library: &Library,
    id: &str,
    with_subtechniques: bool,
) -> Result<SequencesAnswer, AppError> {
    let found = tripline_analysis::sequences(&library.index(), id, with_subtechniques);
    found.map_err(|error| match error {
        SequencesError::Unknown(unknown) => crate::technique::unknown(&unknown),
        SequencesError::Catalog(error) => crate::library::failure(&error),
    })
}
