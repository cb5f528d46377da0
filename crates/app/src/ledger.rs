//! What was read, how well, and what was not.

use crate::Library;
use tripline_analysis::LedgerAnswer;

/// The ledger of the catalogue.
pub fn ledger(library: &Library) -> LedgerAnswer {
    tripline_analysis::ledger(library.catalog())
}
