//! Which tests of an event read the same repeated fields.

use super::{Lowering, Scope};
use crate::yaral::ast::{Comparison, Expr, Field, Kind, ListKind, Segment};
use crate::yaral::facts;
use std::collections::{BTreeMap, BTreeSet};
use tripline_ir::Text;

/// Tests of a variable's events that read the same repeated fields, directly or through another.
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

    pub(super) fn shares(&self, paths: &BTreeMap<Text, u32>) -> bool {
        paths.keys().any(|path| self.paths.contains_key(path))
    }

    fn add(&mut self, paths: &BTreeMap<Text, u32>, tests: Vec<Expr>) {
        for (path, count) in paths {
            *self.paths.entry(path.clone()).or_default() += count;
        }
        self.tests.extend(tests);
    }
}

impl Lowering<'_> {
    /// Notes which tests of each variable must be satisfied by one copy of its event.
    pub(super) fn note_copies(&mut self) {
        for event in self.names.events.clone() {
            let mut all: Vec<Together> = Vec::new();
            let mut tests = self.own_tests(&event);
            tests.extend(self.equal_definitions(&event));
            for test in tests {
                self.gather(&event, test, &mut all);
            }
            for key in self.set_keys(&event) {
                let paths = self.reads(&key, &event, false, 0);
                if all.iter().any(|together| together.shares(&paths)) {
                    self.gather(&event, key, &mut all);
                }
            }
            self.copies.insert(event, all);
        }
    }

    fn gather(&self, event: &Text, test: Expr, all: &mut Vec<Together>) {
        let paths = self.reads(&test, event, false, 0);
        if paths.is_empty() {
            return;
        }
        let mut joined = Together::default();
        let before = std::mem::take(all);
        for together in before {
            if together.shares(&paths) {
                joined.add(&together.paths, together.tests);
            } else {
                all.push(together);
            }
        }
        joined.add(&paths, vec![test]);
        all.push(joined);
    }

    /// The tests of one variable's events alone.
    fn own_tests(&self, event: &Text) -> Vec<Expr> {
        let own = self.names.tests.iter().filter(|test| {
            let mut variables = BTreeSet::new();
            self.names.variables(test, &mut variables, 0);
            variables.len() == 1 && variables.contains(event)
        });
        own.map(|test| (*test).clone()).collect()
    }

    /// That the definitions of one placeholder by the same event are equal.
    fn equal_definitions(&self, event: &Text) -> Vec<Expr> {
        let mut tests = Vec::new();
        for definitions in self.names.placeholders.values() {
            let mut own = definitions
                .iter()
                .filter(|found| found.event.as_ref() == Some(event) && !found.optional);
            if let Some(first) = own.next() {
                tests.extend(own.map(|other| Expr {
                    kind: Kind::Compare {
                        op: Comparison::Eq,
                        left: Box::new(first.value.clone()),
                        right: Box::new(other.value.clone()),
                        nocase: false,
                    },
                    span: other.value.span,
                }));
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
