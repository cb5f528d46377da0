//! The list of fields.

use crate::Library;
use tripline_analysis::FieldsAnswer;

/// Every field that a rule that counts tests.
pub fn fields(library: &Library) -> FieldsAnswer {
    tripline_analysis::fields(&library.index())
}
