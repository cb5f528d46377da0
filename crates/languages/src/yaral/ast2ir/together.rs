//! Which tests of an event read the same repeated fields.

use super::{Lowering, Scope};
use crate::yaral::ast::{Comparison, Expr, Field, Kind, ListKind, Segment};
use crate::yaral::facts;
use std::collections::{BTreeMap, BTreeSet};
use tripline_ir::Text;

/// The tests of a variable's events that read repeated fields, in groups that have none in common.
#[derive(Debug, Clone, Default)]
pub(super) struct Copies {
    groups: Vec<Together>,
    /// The group of each repeated path.
    of: BTreeMap<Text, usize>,
}

/// Tests that read the same repeated fields, directly or through another.
#[derive(Debug, Clone, Default)]
pub(super) struct Together {
    /// Repeated paths that they read, and how many tests read each.
    paths: BTreeMap<Text, u32>,
    pub(super) tests: Vec<Expr>,
}

impl Together {
    /// Whether the tests alone do not say that one copy satisfies them.
    pub(super) fn several(&self) -> bool {
        self.paths.values().any(|count| *count > 1)
    }

    fn add(&mut self, paths: &BTreeMap<Text, u32>, tests: Vec<Expr>) {
        for (path, count) in paths {
            *self.paths.entry(path.clone()).or_default() += count;
        }
        self.tests.extend(tests);
    }
}

impl Copies {
    pub(super) fn groups(&self) -> &[Together] {
        &self.groups
    }

    /// The groups that read one of these paths.
    pub(super) fn with(&self, paths: &BTreeMap<Text, u32>) -> BTreeSet<usize> {
        let groups = paths.keys().filter_map(|path| self.of.get(path));
        groups.copied().collect()
    }

    pub(super) fn read(&self, paths: &BTreeMap<Text, u32>) -> bool {
        paths.keys().any(|path| self.of.contains_key(path))
    }

    /// The tests that read one of these paths, directly or through another.
    pub(super) fn tests(&self, paths: &BTreeMap<Text, u32>) -> Vec<Expr> {
        let groups = self.with(paths).into_iter();
        groups
            .flat_map(|at| self.groups[at].tests.iter().cloned())
            .collect()
    }

    fn gather(&mut self, test: Expr, paths: &BTreeMap<Text, u32>) {
        if paths.is_empty() {
            return;
        }
        let joined = self.with(paths);
        let largest = joined.iter().copied();
        let into = largest.max_by_key(|at| self.groups[*at].tests.len());
        let into = into.unwrap_or_else(|| {
            self.groups.push(Together::default());
            self.groups.len() - 1
        });
        for at in joined.into_iter().filter(|at| *at != into) {
            let other = std::mem::take(&mut self.groups[at]);
            for path in other.paths.keys() {
                self.of.insert(path.clone(), into);
            }
            self.groups[into].add(&other.paths, other.tests);
        }
        self.groups[into].add(paths, vec![test]);
        for path in paths.keys() {
            self.of.insert(path.clone(), into);
        }
    }
}

impl Lowering<'_> {
    /// Notes which tests of each variable must be satisfied by one copy of its event.
    pub(super) fn note_copies(&mut self) {
        let mut own: BTreeMap<Text, Vec<Expr>> = BTreeMap::new();
        for test in &self.names.tests {
            let mut variables = BTreeSet::new();
            self.names.variables(test, &mut variables, 0);
            if let (Some(event), 1) = (variables.first(), variables.len()) {
                own.entry(event.clone()).or_default().push((*test).clone());
            }
        }
        for (event, test) in self.equal_definitions() {
            own.entry(event).or_default().push(test);
        }
        for event in self.names.events.clone() {
            let mut copies = Copies::default();
            for test in own.remove(&event).unwrap_or_default() {
                let paths = self.reads(&test, &event, false, 0);
                copies.gather(test, &paths);
            }
            for key in self.set_keys(&event) {
                let paths = self.reads(&key, &event, false, 0);
                if copies.read(&paths) {
                    copies.gather(key, &paths);
                }
            }
            self.copies.insert(event, copies);
        }
    }

    /// That the definitions of one placeholder by the same event are equal.
    fn equal_definitions(&self) -> Vec<(Text, Expr)> {
        let mut tests = Vec::new();
        for definitions in self.names.placeholders.values() {
            let mut first: BTreeMap<&Text, &Expr> = BTreeMap::new();
            for found in definitions.iter().filter(|found| !found.optional) {
                let Some(event) = &found.event else {
                    continue;
                };
                let Some(first) = first.get(event) else {
                    first.insert(event, found.value);
                    continue;
                };
                let kind = Kind::Compare {
                    op: Comparison::Eq,
                    left: Box::new((*first).clone()),
                    right: Box::new(found.value.clone()),
                    nocase: false,
                };
                let span = found.value.span;
                tests.push((event.clone(), Expr { kind, span }));
            }
        }
        tests
    }

    /// That the placeholders which group a variable's events are not zero.
    fn set_keys(&self, event: &Text) -> Vec<Expr> {
        let keys = self.rule.matching.iter().flat_map(|found| &found.keys);
        let named = keys.filter(|key| match &key.kind {
            Kind::Variable(name) => {
                self.definition_in(name, event).is_some() && self.drops_zero(name, event)
            }
            _ => false,
        });
        named
            .map(|key| Expr {
                kind: Kind::Compare {
                    op: Comparison::Ne,
                    left: Box::new(key.clone()),
                    right: Box::new(Expr {
                        kind: Kind::Str(Text::default()),
                        span: key.span,
                    }),
                    nocase: false,
                },
                span: key.span,
            })
            .collect()
    }

    /// The repeated paths of an event that an expression reads element by element, and how many
    /// tests that must hold together read each.
    pub(super) fn reads(
        &self,
        found: &Expr,
        event: &str,
        negated: bool,
        depth: u32,
    ) -> BTreeMap<Text, u32> {
        let parts = |parts: &[&Expr], sum: bool| {
            let mut all: BTreeMap<Text, u32> = BTreeMap::new();
            for part in parts {
                for (path, count) in self.reads(part, event, negated, depth) {
                    let known = all.entry(path).or_default();
                    *known = if sum {
                        *known + count
                    } else {
                        count.max(*known)
                    };
                }
            }
            all
        };
        match &found.kind {
            Kind::And(_) => parts(&found.parts(), !negated),
            Kind::Or(_) => parts(&found.parts(), negated),
            Kind::Not(inner) => self.reads(inner, event, !negated, depth),
            Kind::Quantified { .. } => BTreeMap::new(),
            Kind::Call(call) if call.name.starts_with("arrays.") => BTreeMap::new(),
            Kind::In { how, .. } if negated && *how != ListKind::Cidr => {
                let twice = parts(&found.parts(), true).into_iter();
                twice.map(|(path, count)| (path, count * 2)).collect()
            }
            Kind::Field(field) if field.variable == event => {
                let paths = repeated_paths(field).into_iter();
                paths.map(|(path, _)| (path, 1)).collect()
            }
            Kind::Variable(name) if depth < super::MAX_DEFINITIONS => {
                match self.definition_in(name, event) {
                    Some((value, false)) => self.reads(value, event, negated, depth + 1),
                    _ => BTreeMap::new(),
                }
            }
            _ => parts(&found.parts(), true),
        }
    }

    /// Whether an expression reads a repeated field of an event element by element.
    pub(super) fn is_copied(&self, found: &Expr, scope: &Scope) -> bool {
        match scope {
            Scope::Event(event) => !self.reads(found, event, false, 0).is_empty(),
            Scope::Rows => false,
        }
    }

    /// The repeated fields that an expression reads element by element.
    pub(super) fn copied_fields(
        &self,
        found: &Expr,
        event: &str,
        depth: u32,
        into: &mut Vec<Field>,
    ) {
        match &found.kind {
            Kind::Quantified { .. } => {}
            Kind::Call(call) if call.name.starts_with("arrays.") => {}
            Kind::Field(field) => {
                let fits = field.variable == event && !repeated_paths(field).is_empty();
                if fits && !into.contains(field) {
                    into.push(field.clone());
                }
            }
            Kind::Variable(name) if depth < super::MAX_DEFINITIONS => {
                if let Some((value, false)) = self.definition_in(name, event) {
                    self.copied_fields(value, event, depth + 1, into);
                }
            }
            _ => {
                for part in found.parts() {
                    self.copied_fields(part, event, depth, into);
                }
            }
        }
    }
}

/// Whether a field may have several values.
pub(super) fn is_repeated(field: &Field) -> bool {
    !repeated_paths(field).is_empty()
}

/// Whether a field stands in a message that may have several values.
pub(super) fn is_inside(field: &Field) -> bool {
    let mut paths = repeated_paths(field).into_iter();
    paths.any(|(_, length)| length < field.path.len())
}

/// The steps of a field at which it may have several values: path and number of segments. A key or
/// a place chooses a value, so that the step before it is none.
pub(super) fn repeated_paths(field: &Field) -> Vec<(Text, usize)> {
    let mut found = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for (at, segment) in field.path.iter().enumerate() {
        let Segment::Name(name) = segment else {
            continue;
        };
        let chosen = !matches!(field.path.get(at + 1), None | Some(Segment::Name(_)));
        if !chosen && facts::is_repeated_step(&names, name) {
            let above = Field {
                variable: Text::default(),
                path: field.path[..=at].to_vec(),
            };
            found.push((above.written().into(), at + 1));
        }
        names.push(name);
    }
    found
}
