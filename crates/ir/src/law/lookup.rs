//! What value a field reference has.

use super::path;
use super::rows::{Part, View};
use crate::{Event, FieldGlob, FieldRef, Fields, Text, Value};
use std::borrow::Cow;

/// What a test or an expression reads: an event, under the columns of a row where there is one.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'e> {
    /// The event.
    pub(crate) event: &'e Event,
    /// Columns that stand before the event's own fields.
    pub(crate) columns: Option<&'e Fields>,
    /// Where the event stands in the input; `None` for a part of an event.
    pub(crate) index: Option<usize>,
    /// What of the event the row still shows; all of it where there is none.
    pub(crate) view: Option<&'e View>,
    /// All events, for the named parts of a row.
    pub(crate) events: &'e [Event],
    /// What `Each` and `Let` bound, innermost first.
    pub(crate) bound: Option<&'e Bound<'e>>,
}

/// A variable and its value.
pub(crate) struct Bound<'e> {
    /// The name.
    pub(crate) name: &'e Text,
    /// What it stands for.
    pub(crate) value: Value,
    /// What was bound around it.
    pub(crate) outer: Option<&'e Bound<'e>>,
}

impl<'e> Scope<'e> {
    /// A single event's own fields.
    pub(crate) fn of_event(event: &'e Event) -> Self {
        Self {
            event,
            columns: None,
            index: None,
            view: None,
            events: &[],
            bound: None,
        }
    }

    /// The value of a field. Looked for, in order: a column of that name, a named part's field,
    /// a column of the canonical name, the event's own field of that name, the canonical field, the event's own field under the
    /// canonical name; the event's fields only as far as the row still shows them. A name
    /// that is there with a null ends the search. Last, a name may be a path into a field whose
    /// value has members, or that of an object whose members are flattened. A name with `{}` for
    /// the elements of an array, as SPL writes it, is looked for as it stands and then without.
    pub(crate) fn field(&self, field: &FieldRef) -> Option<Cow<'e, Value>> {
        self.field_as_named(field).or_else(|| {
            let plain = |name: &Text| Text::from(name.replace("{}", ""));
            field
                .name
                .contains("{}")
                .then(|| FieldRef {
                    canonical: plain(&field.canonical),
                    name: plain(&field.name),
                })
                .and_then(|field| self.field_as_named(&field))
        })
    }

    fn field_as_named(&self, field: &FieldRef) -> Option<Cow<'e, Value>> {
        if let Some(columns) = self.columns
            && let Some(column) = columns.get(&field.name)
        {
            return Some(Cow::Borrowed(column));
        }
        if let Some((part, inner)) = self.view.and_then(|view| view.part(&field.name)) {
            return self.of_part(part).field(&FieldRef {
                name: inner.into(),
                canonical: field.canonical.clone(),
            });
        }
        if let Some(columns) = self.columns {
            if let Some(column) = columns.get(&field.canonical) {
                return Some(Cow::Borrowed(column));
            }
            if let Some(inside) = path::below(columns, &field.name) {
                return Some(inside);
            }
        }
        if self.view.is_some_and(|view| !view.shows(&field.name)) {
            return None;
        }
        let native = &self.event.native;
        let own = native
            .get(&field.name)
            .or_else(|| self.event.canonical.get(&field.canonical))
            .or_else(|| native.get(&field.canonical));
        own.map(Cow::Borrowed)
            .or_else(|| path::below(native, &field.name))
            .or_else(|| path::object(native, &field.name).map(Cow::Owned))
    }

    /// The scope of a named part of the row.
    fn of_part(&self, part: &'e Part) -> Scope<'e> {
        Scope {
            event: part
                .event
                .map_or(&super::rows::NO_EVENT, |at| &self.events[at]),
            columns: Some(&part.columns),
            index: part.event,
            view: Some(&part.view),
            events: self.events,
            bound: None,
        }
    }

    /// Every field that the row shows, by name: columns before the event's own fields. An event
    /// without fields of its own shows its canonical ones.
    pub(crate) fn visible(&self) -> Fields {
        let event = if self.event.native.is_empty() {
            &self.event.canonical
        } else {
            &self.event.native
        };
        let shown = |name: &Text| self.view.is_none_or(|view| view.shows(name));
        let mut all: Fields = event
            .iter()
            .filter(|(name, _)| shown(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        for (name, value) in self.columns.into_iter().flatten() {
            all.insert(name.clone(), value.clone());
        }
        all
    }

    /// The values of every field whose name fits: columns, then the event's own names, then
    /// canonical names that are not among them.
    pub(crate) fn fields(&self, glob: &FieldGlob) -> Vec<&'e Value> {
        let shown = |name: &Text| self.view.is_none_or(|view| view.shows(name));
        let columns = self.columns.into_iter().flatten();
        let native = &self.event.native;
        let canonical = self.event.canonical.iter();
        columns
            .chain(native.iter().filter(|(name, _)| shown(name)))
            .chain(canonical.filter(|(name, _)| shown(name) && !native.contains_key(*name)))
            .filter(|(name, _)| glob_fits(&glob.name, name))
            .map(|(_, value)| value)
            .collect()
    }

    /// Every value of the event under its own names (under canonical names when it has none of
    /// its own), as far as the row shows them; of a row that shows no event, its columns.
    pub(crate) fn every_value(&self) -> Vec<Value> {
        let closed = self.view.is_some_and(|view| view.closed);
        let columns = self.columns.filter(|_| closed);
        let own = Scope { columns, ..*self };
        own.visible().into_values().collect()
    }

    /// What a variable stands for.
    pub(crate) fn variable(&self, name: &str) -> Value {
        let mut next = self.bound;
        while let Some(bound) = next {
            if bound.name == name {
                return bound.value.clone();
            }
            next = bound.outer;
        }
        Value::Null
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
