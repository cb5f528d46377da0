//! Repeated fields. The product looks at an event once for every choice of one element of each
//! repeated field; an event fits when one such copy satisfies every test at once, and a
//! placeholder has the values of the copies that do.
//!
//! Tests stay tests of their fields, each satisfied by one element: that is what is demanded, and
//! what others count. Where several of them read the same repeated field or message, a further
//! test, marked as implied, says that one element satisfies them all. `any` and `all` and the
//! functions of arrays read the whole field.

use super::together::{is_inside, repeated_paths};
use super::value::labelled;
use super::{Lowering, Scope};
use crate::yaral::ast::{Expr, Field, Kind, Segment};
use std::collections::{BTreeMap, BTreeSet};
use tripline_ir::{
    Atom, Each, Expr as Value, Function, Predicate, Subject, Test, Text, Value as Constant,
    format_smolstr,
};

/// How many choices may stand one in the other.
const MAX_CHOICES: usize = 24;
/// How many parts of tests all questions about copies may have.
pub(super) const MAX_PARTS: usize = 20_000;

/// What is asked of the copies of an event.
#[derive(Clone, Copy)]
pub(super) enum Asked<'e> {
    /// Whether one satisfies the tests.
    One,
    /// Whether every one does.
    Every,
    /// Whether in one of those that do an expression has no value.
    Unset(&'e Expr),
    /// The values of an expression in those that do.
    Values(&'e Expr),
    /// The values of several expressions in those that do, as objects with members by place.
    Objects(&'e [Expr]),
}

impl<'e> Asked<'e> {
    fn values(self) -> &'e [Expr] {
        match self {
            Self::One | Self::Every => &[],
            Self::Unset(value) | Self::Values(value) => std::slice::from_ref(value),
            Self::Objects(values) => values,
        }
    }

    fn each(self) -> Each {
        match self {
            Self::One | Self::Unset(_) => Each::Any,
            Self::Every => Each::All,
            Self::Values(_) | Self::Objects(_) => Each::Map,
        }
    }
}

/// One choice of an element.
struct Choice {
    /// The path as written; the name of the element too.
    path: Text,
    /// What it is chosen from.
    list: Value,
}

impl Lowering<'_> {
    /// The choices that copies of an event are made by, messages before what is in them.
    fn choices(&mut self, fields: &[Field], event: &Text) -> Vec<Choice> {
        let mut paths: BTreeMap<(usize, Text), Field> = BTreeMap::new();
        for field in fields {
            for (path, length) in repeated_paths(field) {
                let message = Field {
                    variable: event.clone(),
                    path: field.path[..length].to_vec(),
                };
                paths.insert((length, path), message);
            }
            let whole = (field.path.len(), field.written().into());
            paths.insert(whole, field.clone());
        }
        let mut choices = Vec::new();
        for ((_, path), field) in paths {
            let list = self.elements(&field);
            choices.push(Choice { path, list });
        }
        choices
    }

    /// The elements of a repeated field: in the element chosen of the message above it, if there
    /// is one. Unset is one element without a value.
    fn elements(&mut self, field: &Field) -> Value {
        let whole = self.whole(|lowering| lowering.event_field(field));
        let above = repeated_paths(field)
            .into_iter()
            .rev()
            .find(|(_, length)| *length < field.path.len());
        let found = match above {
            None => whole,
            Some((path, length)) => {
                let inside = below(Value::Variable(path.clone()), &field.path[length..]);
                let no_message = Value::call(Function::IsNull, vec![Value::Variable(path)]);
                Value::call(Function::If, vec![no_message, whole, inside])
            }
        };
        let none = Value::call(Function::List, vec![Value::Literal(Constant::Null)]);
        Value::call(Function::Coalesce, vec![found, none])
    }

    /// One copy of an event fails a condition.
    pub(super) fn copy_fails(&mut self, found: &Expr, event: &Text) -> Option<Predicate> {
        let value = self.over_copies(std::slice::from_ref(found), Asked::Every, event)?;
        let atom = Atom::new(Subject::Expr(value), Test::IsTrue, found.span);
        Some(Predicate::not(Predicate::atom(atom)))
    }

    /// A test of a computed value, which unset values of a repeated message take part in: satisfied
    /// as it stands, or by a copy.
    pub(super) fn or_copy(&mut self, tested: Predicate, found: &Expr, scope: &Scope) -> Predicate {
        let Scope::Event(event) = scope else {
            return tested;
        };
        let mut fields = Vec::new();
        self.copied_fields(found, event, 0, &mut fields);
        if !fields.iter().any(is_inside) {
            return tested;
        }
        match self.over_copies(std::slice::from_ref(found), Asked::One, event) {
            Some(value) => {
                let mut atom = Atom::new(Subject::Expr(value), Test::IsTrue, found.span);
                atom.implied = true;
                Predicate::or([tested, Predicate::atom(atom)])
            }
            None => tested,
        }
    }

    /// Whether an element of a repeated message has no value of a field.
    pub(super) fn lacks(&mut self, field: &Field, span: tripline_text::Span) -> Option<Value> {
        let kind = Kind::Field(field.clone());
        let found = Expr { kind, span };
        self.over_copies(&[], Asked::Unset(&found), &field.variable)
    }

    /// The implied tests that one copy of an event satisfies all tests that share a repeated field.
    pub(super) fn copy_tests(&mut self, event: &Text) -> Vec<Predicate> {
        let copies = self.copies.get(event).cloned().unwrap_or_default();
        let groups = copies.groups().iter();
        let mut found = Vec::new();
        for together in groups.filter(|together| together.several()) {
            let spans = together.tests.iter().map(|test| test.span);
            let Some(span) = spans.reduce(tripline_text::Span::cover) else {
                continue;
            };
            if let Some(value) = self.over_copies(&together.tests, Asked::One, event) {
                let mut atom = Atom::new(Subject::Expr(value), Test::IsTrue, span);
                atom.implied = true;
                found.push(Predicate::atom(atom));
            }
        }
        found
    }

    /// Whether tests decide which elements of an expression count.
    pub(super) fn is_chosen(&self, found: &Expr, event: &Text) -> bool {
        let paths = self.reads(found, event, false, 0);
        self.copies
            .get(event)
            .is_some_and(|copies| copies.read(&paths))
    }

    /// Whether the rows of a variable have a column of a placeholder that is not simply its value.
    pub(super) fn is_chosen_placeholder(&self, name: &str, event: &Text) -> bool {
        match self.definition_in(name, event) {
            Some((value, false)) => {
                self.names.folded.contains(name)
                    || self.is_chosen(value, event)
                    || self.rows_are_copies(event)
            }
            _ => false,
        }
    }

    /// The values of an expression in the copies that satisfy the tests; `plain` when no test reads
    /// the same repeated field.
    pub(super) fn surviving(&mut self, found: &Expr, plain: Value, event: &Text) -> Value {
        let paths = self.reads(found, event, false, 0);
        // Nothing more is looked at once too much was: that was said then.
        let copies = self.copies.get(event).filter(|_| self.parts_left > 0);
        let tests = copies.map_or(Vec::new(), |copies| copies.tests(&paths));
        if tests.is_empty() {
            return plain;
        }
        self.over_copies(&tests, Asked::Values(found), event)
            .unwrap_or(plain)
    }

    /// What is asked of the copies that satisfy the tests. What cannot be read was said where the
    /// tests stand.
    pub(super) fn over_copies(
        &mut self,
        tests: &[Expr],
        asked: Asked<'_>,
        event: &Text,
    ) -> Option<Value> {
        if self.parts_left == 0 {
            return None;
        }
        let said = (self.diagnostics.len(), self.losses.len());
        let mut fields = Vec::new();
        let mut left = Vec::new();
        for test in tests {
            let mut own = Vec::new();
            self.copied_fields(test, event, 0, &mut own);
            let paths = own.iter().map(|field| field.written().into());
            left.push((test.clone(), paths.collect()));
            fields.extend(own);
        }
        for value in asked.values() {
            self.copied_fields(value, event, 0, &mut fields);
        }
        let mut choices = self.choices(&fields, event);
        if !self.affords(tests, asked, choices.len()) {
            return None;
        }
        choices.reverse();
        let found = self.whole(|lowering| lowering.chosen(&mut choices, left, asked, event));
        self.diagnostics.truncate(said.0);
        self.losses.truncate(said.1);
        found
    }

    /// Whether copies may be looked at once more: choices stand one in the other, and every column
    /// repeats the tests.
    fn affords(&mut self, tests: &[Expr], asked: Asked<'_>, choices: usize) -> bool {
        let mut parts = choices;
        for part in tests.iter().chain(asked.values()) {
            part.visit(&mut |_| parts += 1);
        }
        let left = self.parts_left.checked_sub(parts);
        self.parts_left = left.unwrap_or(0);
        let affords = choices <= MAX_CHOICES && left.is_some();
        let text = Text::new_static("more repeated fields together than are looked at");
        if !affords && self.told.insert(text.clone()) {
            let span = tests.first().map(|test| test.span);
            self.loss(tripline_ir::LossReason::NotExpressible, text, span);
        }
        affords
    }

    /// One choice after another (the last of the list first), each test as soon as what it reads is
    /// chosen.
    fn chosen(
        &mut self,
        choices: &mut Vec<Choice>,
        left: Vec<(Expr, BTreeSet<Text>)>,
        asked: Asked<'_>,
        event: &Text,
    ) -> Option<Value> {
        let scope = Scope::Event(event.clone());
        let mut tests: Vec<Value> = Vec::new();
        let mut later = Vec::new();
        for (test, paths) in left {
            let bound = |path: &Text| self.bound.contains(&(event.clone(), path.clone()));
            if paths.iter().all(bound) {
                tests.extend(self.truth(&test, &scope));
            } else {
                later.push((test, paths));
            }
        }
        let inner = match choices.pop() {
            Some(Choice { path, list }) => {
                self.bound.insert((event.clone(), path.clone()));
                let body = self.chosen(choices, later, asked, event);
                body.map(|body| Value::Each {
                    how: asked.each(),
                    list: Box::new(list),
                    variable: path,
                    body: Box::new(body),
                })
            }
            None => self.asked(asked, &scope),
        };
        if asked.values().is_empty() {
            tests.extend(inner);
            return all_of(tests);
        }
        let inner = inner?;
        Some(match all_of(tests) {
            Some(tests) => Value::call(Function::If, vec![tests, inner]),
            None => inner,
        })
    }

    fn asked(&mut self, asked: Asked<'_>, scope: &Scope) -> Option<Value> {
        match asked {
            Asked::One | Asked::Every => None,
            Asked::Unset(value) => {
                let value = self.value(value, scope)?;
                Some(Value::call(Function::IsNull, vec![value]))
            }
            Asked::Values(value) => self.value(value, scope),
            Asked::Objects(values) => {
                let mut members = Vec::new();
                for (at, value) in values.iter().enumerate() {
                    members.push(Value::literal(member(at)));
                    members.push(self.value(value, scope)?);
                }
                Some(Value::call(Function::Object, members))
            }
        }
    }

    /// The element that stands for a field while copies are looked at.
    pub(super) fn element_of(&self, field: &Field) -> Option<Value> {
        if self.bound.is_empty() {
            return None;
        }
        let path: Text = field.written().into();
        let chosen = self.bound.contains(&(field.variable.clone(), path.clone()));
        chosen.then_some(Value::Variable(path))
    }

    /// Runs `inner` without the choices made around it.
    pub(super) fn whole<T>(&mut self, inner: impl FnOnce(&mut Self) -> T) -> T {
        let bound = std::mem::take(&mut self.bound);
        let result = inner(self);
        self.bound = bound;
        result
    }

    /// A condition with `any` or `all` in it, over the elements of that field.
    pub(super) fn quantified_truth(&mut self, found: &Expr, scope: &Scope) -> Option<Value> {
        let mut first: Option<(bool, &Field)> = None;
        found.visit(&mut |part| {
            if let Kind::Quantified { all, inner } = &part.kind
                && let Kind::Field(field) = &inner.kind
                && first.is_none()
                && !self
                    .modified
                    .contains_key(&(field.variable.clone(), field.written().into()))
            {
                first = Some((*all, field));
            }
        });
        let (all, field) = first?;
        if !all && self.bound.is_empty() {
            return None;
        }
        let key: (Text, Text) = (field.variable.clone(), field.written().into());
        let variable = format_smolstr!("{} {}", if all { "all" } else { "any" }, key.1);
        let list = self.whole(|lowering| match scope {
            Scope::Event(_) => lowering.event_field(field),
            Scope::Rows => Value::Field(lowering.row_field(field)),
        });
        self.modified.insert(key.clone(), variable.clone());
        let body = self.truth(found, scope);
        self.modified.remove(&key);
        let how = if all { Each::All } else { Each::Any };
        let none = Value::call(Function::List, vec![Value::Literal(Constant::Null)]);
        Some(Value::Each {
            how,
            list: Box::new(Value::call(Function::Coalesce, vec![list, none])),
            variable,
            body: Box::new(body?),
        })
    }
}

/// What stands at a path in a message.
fn below(message: Value, path: &[Segment]) -> Value {
    path.iter().fold(message, |value, segment| match segment {
        Segment::Name(name) => {
            let name = Value::literal(name.clone());
            Value::call(Function::Member, vec![value, name])
        }
        Segment::Index(at) => Value::call(Function::Index, vec![value, Value::literal(*at)]),
        Segment::Key(key) => {
            let name = Value::literal(key.clone());
            let plain = Value::call(Function::Member, vec![value.clone(), name]);
            labelled(plain, value, key)
        }
    })
}

fn all_of(mut tests: Vec<Value>) -> Option<Value> {
    match tests.len() {
        0 => None,
        1 => Some(tests.remove(0)),
        _ => Some(Value::call(Function::And, tests)),
    }
}

/// The member of a placeholder in the objects of [`Lowering::copies_of`].
pub(super) fn member(at: usize) -> Text {
    format_smolstr!("{at}")
}
