//! YAML with byte spans.
//!
//! Rules are YAML documents, and every finding about a rule must point at the bytes that it is
//! about, so a reader that throws positions away will not do. This one builds a small tree on the
//! events of `saphyr-parser` (YAML 1.2) and holds:
//!
//! - every [`Node`] has the byte [`Span`] of its text;
//! - nothing is typed: a scalar keeps its text and its [`Style`], and [`Scalar::core`] reads it as
//!   the YAML 1.2 core schema does;
//! - reading is bounded by [`Limits`] in bytes, depth, nodes and alias expansion, and stops at the
//!   first syntax error; the documents before the error are kept;
//! - of two equal keys the first counts and the second is reported;
//! - the later lines of a quoted text may stand left of its map, as `libyaml` allows and YAML 1.2
//!   does not: rule repositories are read with the former;
//! - `<<` merges mappings as in YAML 1.1, because rule repositories use it.
//!
//! It does not keep comments, and anchors only until they are expanded.

mod build;
mod core;
mod indent;
mod position;
mod tree;

pub use self::core::Core;
pub use build::{Limits, read, read_with};
pub use tree::{Document, Entry, Node, Scalar, Stream, Style, Value};
