//! Text and diagnostics: the lowest layer.
//!
//! Input: bytes of a file or a pasted query. Output: a [`Source`] with a [`LineIndex`], byte
//! [`Span`]s into it, and [`Diagnostic`]s that name a [`Code`] from one list. A diagnostic is one
//! value; [`render`] holds its readings for people and programs. [`yaml`] reads YAML files with the
//! place of every node.

mod code;
mod diagnostic;
mod line_index;
pub mod render;
mod source;
mod span;
pub mod yaml;

pub use code::{Code, Severity};
pub use diagnostic::{Diagnostic, Label};
pub use line_index::{LineColumn, LineIndex};
pub use smol_str::{SmolStr, format_smolstr};
pub use source::Source;
pub use span::Span;
