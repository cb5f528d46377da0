//! The branch of one event variable: its source, its tests, its columns.

use super::copies::Asked;
use super::predicate::is_set;
use super::truth::equal;
use super::{Lowering, Scope};
use crate::yaral::ast::{Comparison, Expr, Kind};
use crate::yaral::facts::ENTITY_GRAPH;
use std::collections::BTreeSet;
use tripline_ir::{
    Atom, Expand, Expr as Value, FieldRef, Function, Match, Plan, Predicate, Source, Subject, Test,
    Text, format_smolstr,
};
use tripline_schema::Activity;
use tripline_text::Span;

impl<'a> Lowering<'a> {
    /// Where the events of a variable come from; notes what they are about.
    pub(super) fn source_of(&mut self, event: &Text) -> Source {
        if self.names.graphs.contains(event) {
            return Source {
                names: vec![Text::new_static(ENTITY_GRAPH)],
                events: Vec::new(),
            };
        }
        let mut tests = self.names.tests.iter();
        let types = tests.find_map(|test| demanded(test, event, "metadata.event_type"));
        let names: Vec<Text> = types.unwrap_or_default().into_iter().collect();
        let mut events = Vec::new();
        let mut activities = BTreeSet::new();
        let mut known = true;
        for name in &names {
            match self.context.schema.udm_events(name) {
                Some((found, activity)) => {
                    known &= !found.is_empty();
                    events.extend(found);
                    activities.insert(activity);
                }
                None => known = false,
            }
        }
        let mut activities = activities.into_iter();
        let activity = match (activities.next(), activities.next()) {
            (Some(one), None) => one,
            _ => Activity::Other,
        };
        events.sort();
        events.dedup();
        if !known {
            events.clear();
        }
        let audit = self.of_product(event, &mut events);
        let activity = audit.unwrap_or(activity);
        self.activities.insert(event.clone(), activity);
        Source { names, events }
    }

    /// Leaves the events that the product which a rule names can give. Events of a UDM type are those
    /// of Windows and of operating systems' own logs: the tables' products give others, and what
    /// the product's events are about is returned; a product that nobody knows gives none.
    fn of_product(&self, event: &str, events: &mut Vec<Text>) -> Option<Activity> {
        const FIELDS: [&str; 3] = [
            "metadata.log_type",
            "metadata.product_name",
            "metadata.vendor_name",
        ];
        let all = |field: &str| {
            let tests = self.names.tests.iter();
            tests
                .filter_map(|test| demanded(test, event, field))
                .flatten()
                .collect::<Vec<_>>()
        };
        let named: Vec<Text> = FIELDS.into_iter().flat_map(all).collect();
        if named.is_empty() {
            return None;
        }
        let schema = self.context.schema;
        if let Some((own, activity)) = named.iter().find_map(|name| schema.udm_product(name)) {
            *events = own;
            return Some(activity).filter(|found| *found != Activity::Other);
        }
        let holds = |part: &str| {
            named
                .iter()
                .any(|name| name.to_ascii_lowercase().contains(part))
        };
        if holds("sysmon") {
            events.retain(|event| event.starts_with("Sysmon"));
        } else if holds("security-auditing") {
            events.retain(|event| event.starts_with("Security-Auditing"));
        } else if ![
            "windows", "winevt", "edr", "linux", "auditd", "unix", "osquery",
        ]
        .iter()
        .any(|part| holds(part))
            && !named
                .iter()
                .all(|name| name.eq_ignore_ascii_case("microsoft"))
        {
            events.clear();
        }
        None
    }

    /// Notes that a placeholder is needed as a column of every branch that defines it.
    pub(super) fn need_placeholder(&mut self, name: &Text) {
        let column = Self::placeholder_column(name);
        for event in self.defining(name) {
            let there = self.needed.get(&event);
            if there.is_some_and(|columns| columns.contains_key(&column)) {
                continue;
            }
            if let Some(value) = self.placeholder_value(name, &event) {
                let value = self.placeholder_column_value(name, value, &event);
                let columns = self.needed.entry(event).or_default();
                columns.insert(column.clone(), value);
            }
        }
    }

    /// What stands in the column of a placeholder: its values in the copies that satisfy the tests;
    /// of a function that groups, the zero value where it has none.
    fn placeholder_column_value(&mut self, name: &Text, plain: Value, event: &Text) -> Value {
        let Some((value, false)) = self.definition_in(name, event) else {
            if self.names.folded.contains(name) {
                return Value::call(Function::Lower, vec![plain]);
            }
            return plain;
        };
        let chosen = self.is_chosen(value, event);
        let mut found = self.surviving(value, plain, event);
        if self.names.folded.contains(name) {
            found = Value::call(Function::Lower, vec![found]);
        }
        if self.keeps_zero(name, event) {
            return super::value::or_zero(found, super::value::is_number(value));
        }
        if chosen {
            return Value::call(Function::Distinct, vec![found]);
        }
        found
    }

    /// Whether events of a variable in which a placeholder is zero take no part: it groups them,
    /// and is no function.
    pub(super) fn drops_zero(&self, name: &str, event: &str) -> bool {
        !self.allows_zero() && !self.is_function(name, event)
    }

    /// Whether a placeholder that groups is made by a function, whose zero values count.
    pub(super) fn keeps_zero(&self, name: &str, event: &str) -> bool {
        let mut keys = self.rule.matching.iter().flat_map(|found| &found.keys);
        let is_key = keys.any(|key| matches!(&key.kind, Kind::Variable(found) if found == name));
        is_key && self.is_function(name, event)
    }

    fn is_function(&self, name: &str, event: &str) -> bool {
        let mut name = Text::new(name);
        for _ in 0..super::MAX_DEFINITIONS {
            match self.definition_in(&name, event) {
                Some((value, false)) => match &value.kind {
                    Kind::Call(_) => return true,
                    Kind::Variable(next) => name = next.clone(),
                    _ => return false,
                },
                _ => return false,
            }
        }
        false
    }

    /// The variables whose events give a placeholder its value, in order.
    pub(super) fn defining(&self, name: &str) -> Vec<Text> {
        let Some(definitions) = self.names.placeholders.get(name) else {
            return Vec::new();
        };
        let mut known = BTreeSet::new();
        let events = definitions.iter().filter_map(|found| found.event.as_ref());
        events
            .filter(|event| known.insert(*event))
            .cloned()
            .collect()
    }

    /// What a placeholder is in events of a variable. Where several branches of an `or` define
    /// it, the list of the values of those that hold.
    pub(super) fn placeholder_value(&mut self, name: &str, event: &Text) -> Option<Value> {
        let scope = Scope::Event(event.clone());
        let definitions = self.names.placeholders.get(name)?;
        let own: Vec<(&'a Expr, Vec<&'a Expr>, bool)> = definitions
            .iter()
            .filter(|found| found.event.as_ref() == Some(event))
            .map(|found| (found.value, found.guards.clone(), found.optional))
            .collect();
        if let Some((value, _, _)) = own.iter().find(|(_, _, optional)| !optional) {
            return self.deeper(|lowering| lowering.value(value, &scope));
        }
        let mut values = Vec::new();
        for (value, guards, _) in own {
            values.push(self.deeper(|lowering| lowering.guarded(value, &guards, event))?);
        }
        (!values.is_empty()).then(|| Value::call(Function::ListConcat, values))
    }

    /// The value of a definition in events that satisfy its guards. Guards read placeholders without
    /// guards of their own, so that none asks for itself.
    fn guarded(&mut self, value: &Expr, guards: &[&Expr], event: &Text) -> Option<Value> {
        let scope = Scope::Event(event.clone());
        let found = self.value(value, &scope)?;
        if self.guarding {
            return Some(found);
        }
        let guards = self.guards_of(guards, event);
        self.guarding = true;
        let found = self.where_held(value, found, &guards, event);
        self.guarding = false;
        found
    }

    /// The guards that read no other variable.
    pub(super) fn guards_of(&self, guards: &[&Expr], event: &Text) -> Vec<Expr> {
        let own = guards.iter().filter(|guard| {
            let mut variables = BTreeSet::new();
            self.names.variables(guard, &mut variables, 0);
            variables.remove(event);
            variables.is_empty()
        });
        own.map(|guard| (*guard).clone()).collect()
    }

    fn where_held(
        &mut self,
        value: &Expr,
        found: Value,
        guards: &[Expr],
        event: &Text,
    ) -> Option<Value> {
        let scope = Scope::Event(event.clone());
        let paths = self.reads(value, event, false, 0);
        let together = |guard: &Expr| {
            let read = self.reads(guard, event, false, 0);
            read.keys().any(|path| paths.contains_key(path))
        };
        if self.bound.is_empty() && guards.iter().any(together) {
            return self.over_copies(guards, Asked::Values(value), event);
        }
        let mut conditions = Vec::new();
        for guard in guards {
            conditions.push(self.truth(guard, &scope)?);
        }
        if conditions.is_empty() {
            return Some(found);
        }
        let condition = Value::call(Function::And, conditions);
        Some(Value::call(Function::If, vec![condition, found]))
    }

    /// Further definitions of a placeholder by the same event: the values must be equal.
    pub(super) fn repeated_definitions(&mut self, event: &Text) -> Vec<Predicate> {
        let scope = Scope::Event(event.clone());
        let mut pairs: Vec<(&'a Expr, &'a Expr)> = Vec::new();
        for definitions in self.names.placeholders.values() {
            let mut own = definitions
                .iter()
                .filter(|found| found.event.as_ref() == Some(event) && !found.optional);
            if let Some(first) = own.next() {
                pairs.extend(own.map(|other| (first.value, other.value)));
            }
        }
        let mut tests = Vec::new();
        for (first, other) in pairs {
            let span = other.span;
            let (Some(first), Some(other)) = (self.value(first, &scope), self.value(other, &scope))
            else {
                continue;
            };
            let atom = Atom::new(Subject::Expr(equal(first, other)), Test::IsTrue, span);
            tests.push(Predicate::atom(atom));
        }
        tests
    }

    /// Events whose group key is zero take no part.
    pub(super) fn key_is_set(&mut self, name: &Text, event: &Text, span: Span) -> Predicate {
        let scope = Scope::Event(event.clone());
        let key = Expr {
            kind: Kind::Variable(name.clone()),
            span,
        };
        if !self.drops_zero(name, event) {
            return Predicate::True;
        }
        let Some(mut tested) = self.tested(&key, &scope) else {
            return Predicate::True;
        };
        // An event groups by every value, so that none may be zero; unless values are chosen.
        tested.repeated &= self.is_chosen_placeholder(name, event);
        implied(is_set(&tested))
    }

    /// Whether groups with an empty key count.
    pub(super) fn allows_zero(&self) -> bool {
        self.rule.options.iter().any(|option| {
            option.name == "allow_zero_values" && option.value.kind == Kind::Bool(true)
        })
    }

    /// The rows of a variable, with the columns that are needed of it.
    pub(super) fn rows_of(&mut self, event: &Text, source: Source, predicate: Predicate) -> Plan {
        let found = Plan::Match(Match { source, predicate });
        let mut columns = self.needed.get(event).cloned().unwrap_or_default();
        let paired = self.paired.get(event).cloned().unwrap_or_default();
        let copies = if paired.is_empty() {
            None
        } else {
            self.copies_of(&paired, event)
        };
        if copies.is_some() {
            columns.retain(|name, _| {
                let mut paired = paired.iter();
                !paired.any(|other| Self::placeholder_column(other) == *name)
            });
        }
        let rows = derived(found, columns.into_iter().collect());
        let Some(copies) = copies else {
            return rows;
        };
        let copy = copy(event);
        let members = paired.iter().enumerate().map(|(at, name)| {
            let member = Value::literal(super::copies::member(at));
            let value = Value::call(Function::Member, vec![column(&copy), member]);
            (Self::placeholder_column(name), value)
        });
        let members = members.collect();
        let copies = Value::call(Function::Distinct, vec![copies]);
        let rows = Plan::Expand(Expand {
            input: Box::new(rows),
            columns: vec![(copy, copies)],
            keep_empty: false,
            limit: None,
            index: None,
        });
        derived(rows, members)
    }
}

/// The column of a copy of a variable's event.
fn copy(event: &str) -> Text {
    format_smolstr!("${event}.@copy")
}

fn derived(input: Plan, columns: Vec<(Text, Value)>) -> Plan {
    if columns.is_empty() {
        return input;
    }
    Plan::Derive {
        input: Box::new(input),
        columns,
    }
}

/// Marks every atom as implied.
fn implied(found: Predicate) -> Predicate {
    match found {
        Predicate::And(parts) => Predicate::And(parts.into_iter().map(implied).collect()),
        Predicate::Or(parts) => Predicate::Or(parts.into_iter().map(implied).collect()),
        Predicate::Not(inner) => Predicate::not(implied(*inner)),
        Predicate::Atom(mut atom) => {
            atom.implied = true;
            Predicate::Atom(atom)
        }
        other => other,
    }
}

/// The texts of which a statement demands one in a field of a variable's events.
fn demanded(test: &Expr, event: &str, field: &str) -> Option<BTreeSet<Text>> {
    match &test.kind {
        Kind::Compare {
            op: Comparison::Eq,
            left,
            right,
            ..
        } => {
            let (Kind::Field(found), Kind::Str(name)) = (&left.kind, &right.kind) else {
                return None;
            };
            let is_it = found.variable == event && found.names() == field;
            is_it.then(|| BTreeSet::from([name.clone()]))
        }
        Kind::Or(parts) => parts
            .iter()
            .map(|part| demanded(part, event, field))
            .try_fold(BTreeSet::new(), |mut all, found| {
                all.extend(found?);
                Some(all)
            }),
        Kind::And(parts) => parts.iter().find_map(|part| demanded(part, event, field)),
        _ => None,
    }
}

/// A column of rows, as a value.
pub(super) fn column(name: &Text) -> Value {
    Value::Field(FieldRef::unmapped(name.clone()))
}
