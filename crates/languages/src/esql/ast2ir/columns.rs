//! Which columns there are at a place in the pipeline.

use super::super::ast::Name;
use super::super::facts;
use super::Lowering;
use super::kind::Kind;
use super::value::Typed;
use std::collections::{BTreeMap, BTreeSet};
use tripline_ir::{FieldRef, LossReason, Text};
use tripline_schema::Scheme;
use tripline_text::Code;

/// The columns that a command sees.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    /// Computed ones, and group keys, by name.
    known: BTreeMap<Text, Column>,
    /// Fields of the source that are seen beside them: all, or those that fit these patterns.
    source: Visible,
    /// Patterns of names that are seen no longer.
    dropped: Vec<Text>,
    /// There may be columns of any other name, of unknown value.
    open: bool,
    /// Names that commands have read: columns that were there before any join.
    read: BTreeSet<Text>,
    /// What other branches of a `FORK` left: a column of theirs is one too.
    beside: Vec<Columns>,
}

/// Which fields of the source are seen.
#[derive(Debug, Clone)]
enum Visible {
    All,
    Fitting(Vec<Text>),
}

/// What is known of a computed column.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Column {
    /// It is this field of the source: a group key, a kept field.
    Field(FieldRef),
    /// Another name for a value of source fields.
    Alias(Typed),
    /// Computed; whether it may hold several values, and what they are.
    Computed { several: bool, kind: Kind },
    /// Its value is not known.
    Lost,
}

impl Column {
    /// A computed column of one value of any kind.
    pub(super) fn one() -> Self {
        Self::Computed {
            several: false,
            kind: Kind::Any,
        }
    }
}

/// What a name stands for.
pub(super) enum Found {
    /// A field of the source.
    Source,
    /// A column.
    Column(Column),
    /// Nothing.
    Missing,
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            known: BTreeMap::new(),
            source: Visible::All,
            dropped: Vec::new(),
            open: false,
            read: BTreeSet::new(),
            beside: Vec::new(),
        }
    }
}

impl Columns {
    /// Only these columns, as after `STATS`.
    pub(super) fn closed(known: BTreeMap<Text, Column>) -> Self {
        Self {
            known,
            source: Visible::Fitting(Vec::new()),
            ..Self::default()
        }
    }

    /// The columns of every branch: a row has those of its own, and null in the others.
    pub(super) fn united(branches: impl IntoIterator<Item = Self>) -> Self {
        let mut branches = branches.into_iter().map(|mut branch| {
            // What a name stood for in one branch is not what it stands for in another.
            for column in branch.known.values_mut() {
                if let Column::Alias(value) = column {
                    *column = Column::Computed {
                        several: value.several,
                        kind: Kind::Any,
                    };
                }
            }
            branch
        });
        let mut first = branches.next().unwrap_or_default();
        first.beside.extend(branches);
        first
    }

    /// A command reads this column.
    pub(super) fn note(&mut self, name: &Text) {
        self.read.insert(name.clone());
    }

    pub(super) fn find(&self, name: &str) -> Found {
        let found = self.find_own(name);
        if !matches!(found, Found::Missing) {
            return found;
        }
        let mut beside = self.beside.iter().map(|branch| branch.find(name));
        beside
            .find(|found| !matches!(found, Found::Missing))
            .unwrap_or(Found::Missing)
    }

    fn find_own(&self, name: &str) -> Found {
        if let Some(column) = self.known.get(name) {
            return Found::Column(column.clone());
        }
        let hidden = self.dropped.iter().any(|glob| fits(glob, name));
        let visible = match &self.source {
            Visible::All => true,
            Visible::Fitting(globs) => globs.iter().any(|glob| fits(glob, name)),
        };
        if visible && !hidden {
            Found::Source
        } else if self.open && !hidden {
            Found::Column(Column::Lost)
        } else {
            Found::Missing
        }
    }

    /// Sets a column; other names for what it was end.
    pub(super) fn set(&mut self, name: Text, column: Column) {
        self.forget_aliases(&name);
        for branch in &mut self.beside {
            branch.known.remove(&name);
        }
        self.dropped.retain(|glob| *glob != name);
        self.known.insert(name, column);
    }

    /// Other names for values of this field become plain columns.
    fn forget_aliases(&mut self, name: &str) {
        for column in self.known.values_mut() {
            if let Column::Alias(value) = column
                && value.expr.fields().iter().any(|field| field.name == name)
            {
                *column = Column::Computed {
                    several: value.several,
                    kind: Kind::Any,
                };
            }
        }
    }

    /// Only what fits one of the names stays.
    pub(super) fn keep(&mut self, names: &[Name]) {
        let fitting = |name: &str| names.iter().any(|kept| fits(&kept.text, name));
        self.known.retain(|name, _| fitting(name));
        let mut globs: Vec<Text> = names.iter().map(|name| name.text.clone()).collect();
        if let Visible::Fitting(before) = &self.source {
            // A narrower pattern that fits a kept one stays; a kept name must have been seen.
            let mut both: Vec<Text> = before
                .iter()
                .filter(|name| fitting(name))
                .cloned()
                .collect();
            both.extend(
                globs
                    .iter()
                    .filter(|glob| before.iter().any(|seen| fits(seen, glob)))
                    .cloned(),
            );
            globs = both;
        }
        self.source = Visible::Fitting(globs);
        for branch in &mut self.beside {
            branch.keep(names);
        }
    }

    pub(super) fn drop(&mut self, names: &[Name]) {
        for name in names {
            self.known.retain(|known, _| !fits(&name.text, known));
            self.dropped.push(name.text.clone());
        }
        for branch in &mut self.beside {
            branch.drop(names);
        }
    }

    /// `old` is seen as `new` from now on.
    pub(super) fn rename(&mut self, old: &str, new: Text, column: Column) {
        for branch in &mut self.beside {
            branch.known.remove(old);
            branch.dropped.push(old.into());
        }
        self.known.remove(old);
        self.dropped.push(old.into());
        self.set(new, column);
    }

    /// Names that can be seen, for hints.
    pub(super) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.known.keys().map(Text::as_str).collect();
        if let Visible::Fitting(globs) = &self.source {
            names.extend(
                globs
                    .iter()
                    .filter(|glob| !glob.contains('*'))
                    .map(Text::as_str),
            );
        }
        names.extend(self.beside.iter().flat_map(Self::names));
        names.retain(|name| !matches!(self.find(name), Found::Missing));
        names
    }

    /// Whether a column of this name is computed.
    pub(super) fn is_computed(&self, name: &str) -> bool {
        matches!(
            self.find(name),
            Found::Column(Column::Computed { .. } | Column::Alias(_) | Column::Lost)
        )
    }

    /// A stage may have added columns of any name, and replaced any but those that commands
    /// before it have read or kept.
    pub(super) fn join(&mut self) {
        if let Visible::All = self.source {
            let read = self.read.iter().cloned().chain(["@timestamp".into()]);
            let seen = read.filter(|name| matches!(self.find(name), Found::Source));
            self.source = Visible::Fitting(seen.collect());
        }
        self.open = true;
        for branch in &mut self.beside {
            branch.join();
        }
    }

    /// A stage may have added columns of any name.
    pub(super) fn open(&mut self) {
        self.open = true;
    }

    /// Makes every column that an unknown stage may have changed one of unknown value.
    pub(super) fn lose(&mut self, name: Text) {
        self.set(name, Column::Lost);
    }
}

/// Whether a name fits a pattern with `*`.
pub(super) fn fits(glob: &str, name: &str) -> bool {
    let Some((start, rest)) = glob.split_once('*') else {
        return glob == name;
    };
    let Some(mut left) = name.strip_prefix(start) else {
        return false;
    };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or("");
    for piece in pieces {
        let Some(at) = left.find(piece) else {
            return false;
        };
        left = &left[at + piece.len()..];
    }
    left.ends_with(last)
}

impl Lowering<'_> {
    /// The source field of this name.
    pub(super) fn source_field(&self, name: &str) -> FieldRef {
        let known = self
            .context
            .schema
            .canonical(Scheme::Ecs, self.activity, name);
        match known {
            Some(canonical) => FieldRef::mapped(name, canonical),
            None => FieldRef::unmapped(name),
        }
    }

    /// How later stages refer to a column, whatever it is.
    pub(super) fn reference(&self, name: &str) -> FieldRef {
        match self.columns.find(name) {
            Found::Source => self.source_field(name),
            Found::Column(Column::Field(field)) if field.name == name => field,
            _ => FieldRef::unmapped(name),
        }
    }

    /// Reports a column that is not there.
    pub(super) fn missing_column(&mut self, name: &Name) {
        let near = facts::nearest(&name.text, self.columns.names());
        let hint = near.map(|near| format!("`{near}` is there"));
        let message = format!("there is no column `{name}` here");
        self.report(Code::EsqlColumn, name.span, message, hint);
        self.lose(LossReason::SyntaxError, name.text.clone(), name.span);
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn globs() {
        assert!(fits("Esql.*", "Esql.count"));
        assert!(fits("*", "a"));
        assert!(fits("a*c*e", "abcde"));
        assert!(!fits("a*c", "abcd"));
        assert!(!fits("a", "ab"));
    }
}
