//! What names stand for: an expression sees what was bound before its own `let`.

use super::{Bound, Lowering};
use std::collections::BTreeMap;
use tripline_ir::Text;

/// A place in the order of bindings. Names bound there or later are not seen before it.
pub(super) type Place = u32;

/// What a name stands for from a place on.
type Entry<'a> = (Place, Bound<'a>);

/// The names of a frame.
#[derive(Clone)]
pub(super) struct Names<'a> {
    /// Each name's bindings in their order.
    entries: BTreeMap<Text, Vec<Entry<'a>>>,
    /// What `as` has named: it is seen even where later names are not.
    tables: BTreeMap<Text, Bound<'a>>,
    next: Place,
    /// Names from here on are not seen.
    end: Place,
}

impl Default for Names<'_> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            tables: BTreeMap::new(),
            next: 0,
            end: Place::MAX,
        }
    }
}

impl<'a> Names<'a> {
    fn entry(&self, name: &str) -> Option<&Entry<'a>> {
        let entries = self.entries.get(name)?;
        let seen = entries.partition_point(|(place, _)| *place < self.end);
        entries.get(seen.checked_sub(1)?)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Bound<'a>> {
        let table = self.tables.get(name);
        table.or_else(|| self.entry(name).map(|(_, bound)| bound))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Where a name was bound; for one that is not bound, where all is seen.
    pub(super) fn place(&self, name: &str) -> Place {
        self.entry(name).map_or(self.end, |(place, _)| *place)
    }

    /// Binds a name from here on.
    pub(super) fn insert(&mut self, name: Text, bound: Bound<'a>) {
        self.tables.remove(&name);
        let entry = (self.next, bound);
        self.next = self.next.saturating_add(1);
        self.entries.entry(name).or_default().push(entry);
    }

    /// Names rows: `as`.
    pub(super) fn insert_table(&mut self, name: Text, bound: Bound<'a>) {
        self.tables.insert(name, bound);
    }

    /// What was seen at a place, as the names of a new frame.
    pub(super) fn before(&self, place: Place) -> Self {
        let end = place.min(self.end);
        let seen = |entries: &Vec<Entry<'a>>| {
            let seen = entries.partition_point(|(place, _)| *place < end);
            Some(vec![entries.get(seen.checked_sub(1)?)?.clone()])
        };
        let entries = self.entries.iter();
        let entries = entries.filter_map(|(name, all)| Some((name.clone(), seen(all)?)));
        Self {
            entries: entries.collect(),
            tables: self.tables.clone(),
            next: self.next,
            end: Place::MAX,
        }
    }
}

impl Lowering<'_> {
    /// Runs `inner` with the names that were seen at a place.
    pub(super) fn before<T>(&mut self, place: Place, inner: impl FnOnce(&mut Self) -> T) -> T {
        let end = std::mem::replace(&mut self.names.end, place);
        let out = inner(self);
        self.names.end = end;
        out
    }
}
