//! The list of events.

use crate::{AppError, Library};
use tripline_analysis::EventsAnswer;

/// Every event, or those of one provider in any letter case.
///
/// # Errors
/// Neither the tables nor any rule know the provider.
pub fn events(library: &Library, provider: Option<&str>) -> Result<EventsAnswer, AppError> {
    tripline_analysis::events(&library.index(), provider).ok_or_else(|| {
        let provider = provider.unwrap_or_default();
        AppError::not_found(format!("no provider is called `{provider}`"))
            .hint("`tripline event --all` lists all of them")
    })
}
