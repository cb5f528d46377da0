//! Which vendors look for the same things under a technique.

use crate::{AppError, Library};
use tripline_analysis::OverlapAnswer;

/// Which vendors look for the same indicator families under the technique with this id, in any
/// letter case.
///
/// # Errors
/// Neither ATT&CK nor any rule knows the id.
pub fn overlap(
    library: &Library,
    id: &str,
    with_subtechniques: bool,
) -> Result<OverlapAnswer, AppError> {
    tripline_analysis::overlap(&library.index(), id, with_subtechniques)
        .map_err(|error| crate::technique::unknown(&error))
}
