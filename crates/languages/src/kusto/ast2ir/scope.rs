//! What names stand for: an expression sees what was bound before its own `let`.

use super::{Bound, Lowering};
use std::collections::BTreeMap;
use std::rc::Rc;
use tripline_ir::Text;

/// A place in the order of bindings. Names bound there or later are not seen before it.
pub(super) type Place = u32;

/// What a name stands for from a place on, and what it stood for earlier.
#[derive(Clone)]
struct Entry<'a> {
    place: Place,
    bound: Bound<'a>,
    earlier: Option<Rc<Entry<'a>>>,
}

/// The names of a frame.
#[derive(Clone)]
pub(super) struct Names<'a> {
    entries: BTreeMap<Text, Rc<Entry<'a>>>,
    next: Place,
    /// Names from here on are not seen.
    end: Place,
}

impl Default for Names<'_> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            next: 1,
            end: Place::MAX,
        }
    }
}

impl<'a> Names<'a> {
    fn entry(&self, name: &str) -> Option<&Rc<Entry<'a>>> {
        let mut entry = self.entries.get(name)?;
        while entry.place >= self.end {
            entry = entry.earlier.as_ref()?;
        }
        Some(entry)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Bound<'a>> {
        self.entry(name).map(|entry| &entry.bound)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    /// Where a name was bound; for one that is not bound, where all is seen.
    pub(super) fn place(&self, name: &str) -> Place {
        match self.entry(name) {
            Some(entry) if entry.place > 0 => entry.place,
            _ => self.end,
        }
    }

    /// Binds a name from here on.
    pub(super) fn insert(&mut self, name: Text, bound: Bound<'a>) {
        let place = self.next;
        self.next = self.next.saturating_add(1);
        self.put(name, place, bound);
    }

    /// Binds a name that is seen even where later names are not: `as`.
    pub(super) fn insert_everywhere(&mut self, name: Text, bound: Bound<'a>) {
        self.put(name, 0, bound);
    }

    fn put(&mut self, name: Text, place: Place, bound: Bound<'a>) {
        let earlier = self.entry(&name).cloned();
        let entry = Entry {
            place,
            bound,
            earlier,
        };
        self.entries.insert(name, Rc::new(entry));
    }

    /// What was seen at a place, as the names of a new frame.
    pub(super) fn before(&self, place: Place) -> Self {
        let mut names = self.clone();
        names.end = place.min(self.end);
        let seen = |name: &Text| names.entry(name).cloned();
        let entries = names.entries.keys();
        let entries = entries.filter_map(|name| Some((name.clone(), seen(name)?)));
        Self {
            entries: entries.collect(),
            next: self.next,
            end: Place::MAX,
        }
    }
}

impl<'a> Lowering<'a> {
    /// Runs `inner` with the names that were seen at a place.
    pub(super) fn before<T>(&mut self, place: Place, inner: impl FnOnce(&mut Self) -> T) -> T {
        let end = std::mem::replace(&mut self.names.end, place);
        let out = inner(self);
        self.names.end = end;
        out
    }
}
