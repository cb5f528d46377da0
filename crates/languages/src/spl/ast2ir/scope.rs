//! Which columns rows have, and which fields of events they stand for.
//!
//! Rows that are events have every field; after `stats` and its kin only the columns that it names
//! are left. A column that passes a source field on keeps its canonical field, so that a later test
//! of it is a test of that field.

use super::Lowering;
use std::collections::{BTreeMap, BTreeSet};
use tripline_ir::{Expr, FieldRef, Function, Text, Value, format_smolstr};
use tripline_schema::{Activity, Scheme};

/// What rows hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// Rows hold only `columns`.
    pub(super) closed: bool,
    /// Columns with the canonical field that each stands for, when it stands for one.
    pub(super) columns: BTreeMap<Text, Option<Text>>,
    /// Fields of events that are no longer seen.
    pub(super) gone: BTreeSet<Text>,
    /// There may be columns that are not known.
    pub(super) vague: bool,
    /// What the events are about.
    pub(super) activity: Activity,
    /// The one event that they are, when it is one.
    pub(super) event: Option<Text>,
    /// Renamed families of fields: old and new pattern.
    pub(super) families: Vec<(Text, Text)>,
    /// The rows are events, latest first, as a search yields them.
    pub(super) unsorted: bool,
}

impl Scope {
    /// Rows without columns.
    pub(super) fn closed() -> Self {
        Self {
            closed: true,
            ..Self::default()
        }
    }

    /// Whether a row may have a column.
    pub(super) fn has(&self, name: &str) -> bool {
        self.columns.contains_key(name) || (!self.closed && !self.gone.contains(name)) || self.vague
    }

    /// Adds a computed column.
    pub(super) fn compute(&mut self, name: &Text) {
        self.gone.remove(name);
        self.columns.insert(name.clone(), None);
    }

    /// Takes a column away.
    pub(super) fn remove(&mut self, name: &Text) {
        self.columns.remove(name);
        if !self.closed {
            self.gone.insert(name.clone());
        }
    }

    /// The known columns that fit a name, which may hold wildcards.
    pub(super) fn fitting(&self, pattern: &str) -> Vec<Text> {
        let fits = |name: &&Text| captures(pattern, name).is_some();
        self.columns.keys().filter(fits).cloned().collect()
    }
}

impl Lowering<'_> {
    /// The field or column of this name.
    pub(super) fn field_ref(&self, scope: &Scope, name: &str) -> FieldRef {
        if let Some(known) = scope.columns.get(name) {
            return match known {
                Some(canonical) => FieldRef::mapped(name, canonical.clone()),
                None => FieldRef::unmapped(name),
            };
        }
        if scope.closed || scope.gone.contains(name) {
            return FieldRef::unmapped(name);
        }
        let original = scope
            .families
            .iter()
            .rev()
            .find_map(|(old, new)| captures(new, name).map(|runs| filled(old, &runs)));
        let known = original
            .and_then(|original| self.canonical(scope, &original))
            .or_else(|| self.canonical(scope, name));
        match known {
            Some(canonical) => FieldRef::mapped(name, canonical),
            None => FieldRef::unmapped(name),
        }
    }

    pub(super) fn canonical(&self, scope: &Scope, name: &str) -> Option<Text> {
        let schema = self.context.schema;
        schema
            .canonical_in(scope.event.as_deref(), Scheme::Cim, scope.activity, name)
            // `Web.url_length` is the `url_length` of an event that does not name its data set.
            .or_else(|| schema.without_dataset(Scheme::Cim, name).map(Text::from))
    }

    /// The value of a field: `_time` in seconds, null for what no row has.
    pub(super) fn field_value(&self, scope: &Scope, name: &str) -> Expr {
        if name == "_time" && !scope.columns.contains_key("_time") {
            if scope.closed {
                return Expr::Literal(Value::Null);
            }
            let time = Expr::call(Function::RowTime, Vec::new());
            return Expr::call(Function::ToUnixSeconds, vec![time]);
        }
        if !scope.has(name) {
            return Expr::Literal(Value::Null);
        }
        Expr::Field(self.field_ref(scope, name))
    }
}

/// What the wildcards of a pattern stand for in a name that fits.
pub(super) fn captures(pattern: &str, name: &str) -> Option<Vec<Text>> {
    let pieces: Vec<&str> = pattern.split('*').collect();
    let (first, rest) = pieces.split_first()?;
    let mut left = name.strip_prefix(first)?;
    let mut runs = Vec::new();
    for (at, piece) in rest.iter().enumerate() {
        let last = at + 1 == rest.len();
        let found = if last {
            left.len()
                .checked_sub(piece.len())
                .filter(|_| left.ends_with(piece))
        } else {
            left.find(piece)
        }?;
        runs.push(left[..found].into());
        left = &left[found + piece.len()..];
    }
    left.is_empty().then_some(runs)
}

/// A pattern with its wildcards filled in.
pub(super) fn filled(pattern: &str, runs: &[Text]) -> Text {
    let mut out = String::new();
    let mut runs = runs.iter();
    for (at, piece) in pattern.split('*').enumerate() {
        if at > 0 {
            out.push_str(runs.next().map_or("", Text::as_str));
        }
        out.push_str(piece);
    }
    format_smolstr!("{out}")
}
