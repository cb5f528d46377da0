//! Why a page function did not come to its end.

use crate::respond::Reply;
use tripline_app::AppError;

/// Why a page function did not come to its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Another answer than the page was asked for: a table as a file, another address.
    Instead(Reply),
    /// There is no answer.
    Error(AppError),
}

impl From<AppError> for Stop {
    fn from(error: AppError) -> Self {
        Self::Error(error)
    }
}

impl From<askama::Error> for Stop {
    fn from(error: askama::Error) -> Self {
        Self::Error(AppError::failure(format!("no page can be made: {error}")))
    }
}

impl From<serde_json::Error> for Stop {
    fn from(error: serde_json::Error) -> Self {
        Self::Error(AppError::failure(format!("no JSON can be made: {error}")))
    }
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Instead(reply) => write!(f, "it answers {}", reply.status),
            Self::Error(error) => f.write_str(error.message()),
        }
    }
}
