//! Reads event logs into events.
//!
//! Input: JSON text (one object per line, one object, or an array of objects) whose fields bear any
//! known scheme's names. Output: [`Event`]s with their native names flattened, the same values under
//! canonical names with what follows from them, a time and a source. A record that cannot be read
//! becomes a diagnostic and the rest goes on.

mod canonical;
mod flatten;
mod json;
mod shape;
mod time;

use tripline_ir::{Event, Timestamp};
use tripline_text::{Diagnostic, Source};

/// What was read.
#[derive(Debug, Clone, Default)]
pub struct Events {
    /// In the order of the text.
    pub events: Vec<Event>,
    /// The position of each event among the records of the text, from 0; those that could not be
    /// read count.
    pub positions: Vec<usize>,
    /// Records that could not be read; spans count bytes of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads every event of a text.
pub fn read(source: &Source) -> Events {
    json::read(source)
}

/// Makes an event of one JSON object; `previous` is the time it takes when it has none. `None`
/// when the value is no object or is too large.
pub fn from_value(value: &serde_json::Value, previous: Timestamp) -> Option<Event> {
    let fields = value.as_object()?;
    let native = shape::native(fields)?;
    Some(canonical::event(native, previous))
}
