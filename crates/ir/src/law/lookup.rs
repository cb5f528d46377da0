//! What value a field reference has.

use crate::{Event, FieldGlob, FieldRef, Fields, Value};

/// What a test or an expression reads: an event, under the columns of a row where there is one.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'e> {
    /// The event.
    pub(crate) event: &'e Event,
    /// Columns that stand before the event's own fields.
    pub(crate) columns: Option<&'e Fields>,
    /// Where the event stands in the input; `None` for a part of an event.
    pub(crate) index: Option<usize>,
}

impl<'e> Scope<'e> {
    /// The value of a field. Looked for, in order: a column of that name, the event's own field
    /// of that name, the canonical field, the event's own field under the canonical name. A name
    /// that is there with a null ends the search.
    pub(crate) fn field(&self, field: &FieldRef) -> Option<&'e Value> {
        if let Some(columns) = self.columns {
            let column = columns
                .get(&field.name)
                .or_else(|| columns.get(&field.canonical));
            if column.is_some() {
                return column;
            }
        }
        self.event
            .native
            .get(&field.name)
            .or_else(|| self.event.canonical.get(&field.canonical))
            .or_else(|| self.event.native.get(&field.canonical))
    }

    /// The values of every field whose name fits: columns, then the event's own names, then
    /// canonical names that are not among them.
    pub(crate) fn fields(&self, glob: &FieldGlob) -> Vec<&'e Value> {
        let columns = self.columns.into_iter().flatten();
        let native = &self.event.native;
        let canonical = self.event.canonical.iter();
        columns
            .chain(native)
            .chain(canonical.filter(|(name, _)| !native.contains_key(*name)))
            .filter(|(name, _)| glob_fits(&glob.name, name))
            .map(|(_, value)| value)
            .collect()
    }

    /// Every value of the event under its own names; under canonical names when it has none of
    /// its own.
    pub(crate) fn every_value(&self) -> Vec<&'e Value> {
        let event = self.event;
        let fields = if event.native.is_empty() {
            &event.canonical
        } else {
            &event.native
        };
        fields.values().collect()
    }
}

/// Whether a name fits a pattern in which `*` stands for any run and nothing else is special.
pub(crate) fn glob_fits(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else {
        return false;
    };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else {
        return rest.is_empty();
    };
    for piece in pieces {
        let Some(at) = rest.find(piece) else {
            return false;
        };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}
