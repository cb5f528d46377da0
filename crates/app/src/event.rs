//! A catalogue event and the rules that can fire on it.

use crate::{AppError, Library};
use tripline_analysis::EventAnswer;

/// The view of `PROVIDER/ID`, in any letter case.
///
/// # Errors
/// Neither the tables nor any rule know the event.
pub fn event(library: &Library, key: &str) -> Result<EventAnswer, AppError> {
    tripline_analysis::event(&library.index(), key).ok_or_else(|| {
        AppError::not_found(format!("no event has the key `{key}`"))
            .hint("an event is named PROVIDER/ID, as Sysmon/1")
    })
}
