//! Detections of a technique per platform.

use crate::technique::unknown;
use crate::{AppError, Library};
use tripline_analysis::{DetectionAnswer, DetectionError, DetectionsAnswer, Platform};

/// The names of the platforms, in display order.
pub fn platforms() -> Vec<&'static str> {
    Platform::ALL.iter().map(|platform| platform.id).collect()
}

/// The platforms that have rules for the technique with this id, in any letter case.
///
/// # Errors
/// Neither ATT&CK nor any rule knows the id.
pub fn detections(
    library: &Library,
    id: &str,
    with_subtechniques: bool,
) -> Result<DetectionsAnswer, AppError> {
    tripline_analysis::detections(&library.index(), id, with_subtechniques)
        .map_err(|found| unknown(&found))
}

/// The detections of the technique on a platform, `shown` of them whole. Fields are shown under
/// the platform's names.
///
/// # Errors
/// Neither ATT&CK nor any rule knows the id, or there is no such platform.
pub fn detection(
    library: &Library,
    id: &str,
    platform: &str,
    with_subtechniques: bool,
    shown: usize,
) -> Result<DetectionAnswer, AppError> {
    let platform = Platform::from_id(platform).ok_or_else(|| {
        AppError::not_found(format!("`{platform}` is not a platform"))
            .hint(format!("known platforms: {}", platforms().join(", ")))
    })?;
    let index = library.index_with(platform.scheme);
    tripline_analysis::detection(&index, id, &platform, with_subtechniques, shown).map_err(
        |error| match error {
            DetectionError::Unknown(found) => unknown(&found),
            DetectionError::Catalog(error) => crate::library::failure(&error),
        },
    )
}
