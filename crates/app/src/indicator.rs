//! A family of values of a field, and who uses it.

use crate::{AppError, Library};
use tripline_analysis::IndicatorAnswer;

/// The view of a value, or of a family by its name, on a field by any of its names.
///
/// # Errors
/// No rule that counts tests for it.
pub fn indicator(library: &Library, field: &str, value: &str) -> Result<IndicatorAnswer, AppError> {
    if field.trim().is_empty() || value.is_empty() {
        return Err(AppError::request("an indicator is a field and a value")
            .hint("as in `tripline indicator Image '\\powershell.exe'`"));
    }
    let found = tripline_analysis::indicator(&library.index(), field.trim(), value);
    found.ok_or_else(|| {
        AppError::not_found(format!("no rule tests `{field}` for `{value}`")).hint(format!(
            "`tripline search {field}:VALUE` finds values that hold a text"
        ))
    })
}
