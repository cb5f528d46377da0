//! Operations: request to response, the one crate that surfaces call.
//!
//! Input: a request as a person or program states it. Output: a serialisable answer, or an
//! [`AppError`] that says what kind of refusal it is. One file per operation; a surface (command
//! line, later web and editor) adds only how things look.

mod error;
pub mod explain;
pub mod locate;

pub use error::AppError;
