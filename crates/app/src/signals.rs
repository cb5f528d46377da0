//! Tests of a technique with their expected signals.

use crate::technique::unknown;
use crate::{AppError, Library};
use tripline_analysis::{SignalsAnswer, SignalsError};

/// The Atomic Red Team tests of the technique with this id, in any letter case: the events that
/// their commands leave behind, and the rules that fire on them.
///
/// # Errors
/// Neither ATT&CK, a rule nor a test knows the id, or the catalogue is damaged.
pub fn signals(
    library: &Library,
    id: &str,
    with_subtechniques: bool,
) -> Result<SignalsAnswer, AppError> {
    tripline_analysis::signals(&library.index(), id, with_subtechniques).map_err(
        |error| match error {
            SignalsError::Unknown(found) => unknown(&found),
            SignalsError::Catalog(error) => crate::library::failure(&error),
        },
    )
}
