//! Search over the rules.

use crate::{AppError, Library};
use tripline_analysis::SearchAnswer;

/// The rules that a text finds, best first, at most `limit`.
///
/// # Errors
/// The text is empty, or the catalogue cannot be read.
pub fn search(library: &Library, text: &str, limit: usize) -> Result<SearchAnswer, AppError> {
    if text.trim().is_empty() {
        return Err(AppError::request("nothing to search for"));
    }
    tripline_analysis::search(&library.index(), text, limit)
        .map_err(|error| crate::library::failure(&error))
}
