//! The plan of a rule: branches, joined or side by side, grouped and tested.

use super::branch::column;
use super::condition::{Layout, identity, marker};
use super::{Lowering, Scope};
use crate::yaral::ast::{Expr, Kind, MatchWindow, WindowKind};
use std::collections::{BTreeMap, BTreeSet};
use tripline_ir::{
    Aggregate, Atom, Correlate, Correlated, Expr as Value, FieldRef, Key, Plan, Predicate, Source,
    Subject, Test, Text, Window,
};

/// A test of rows of several variables.
pub(super) struct Cross {
    pub(super) variables: BTreeSet<Text>,
    pub(super) predicate: Predicate,
}

/// One of the things that events of one group share.
struct GroupKey {
    /// The column that it stands in where rows of several variables meet.
    column: Text,
    /// The placeholder; `None` for a field of an event.
    placeholder: Option<Text>,
}

/// What is known of the rule before it is put together.
pub(super) struct Parts {
    pub(super) sources: BTreeMap<Text, Source>,
    pub(super) tests: BTreeMap<Text, Vec<Predicate>>,
    pub(super) crosses: Vec<Cross>,
    /// What events of one group share.
    keys: Vec<GroupKey>,
    /// Variables that must have no event.
    pub(super) absent: BTreeSet<Text>,
    /// Variables that need have no event: those, and those whose number may be 0.
    optional: BTreeSet<Text>,
}

impl Lowering<'_> {
    /// The whole plan.
    pub(super) fn plan(&mut self) -> Plan {
        let (Some(condition), false) = (&self.rule.condition, self.names.events.is_empty()) else {
            return self.opaque();
        };
        let mut parts = self.parts_of(condition);
        self.keys_of(&mut parts);
        self.refused(condition);
        let plain = self.names.plain();
        if plain.is_empty() {
            return self.entities_only(&parts);
        }
        let joined = plain.len() > 1
            && (self.must_join(&parts, &plain) || self.counts_combinations(condition, &plain));
        self.joined = joined;
        self.note_paired();
        let layout = self.layout(&parts, &plain, joined);
        self.shared_columns(joined);
        if !joined
            && plain.len() > 1
            && self.is_plain(condition)
            && let Some(window) = self.hop()
            && let Some(found) = self.correlation(condition)
        {
            return self.correlated(&parts, &plain, window, found);
        }
        self.layout = Some(layout.clone());
        let having = self.having(condition, &layout).unwrap_or(Predicate::True);
        self.layout = None;
        let mut keys = Vec::new();
        for key in &parts.keys {
            keys.push(match plain.as_slice() {
                [event] => self.key_of(key, event),
                _ => Value::Field(self.key_column(key)),
            });
        }
        let mut inputs: Vec<Plan> = Vec::new();
        let mut anchored = false;
        if joined {
            let given: Vec<Text> = layout.given.iter().cloned().collect();
            let given: Vec<Text> = plain
                .iter()
                .filter(|v| given.contains(v))
                .cloned()
                .collect();
            let others: Vec<&Text> = layout.marked.iter().collect();
            let pivot = self.pivot().filter(|_| !others.is_empty());
            let pivot = pivot.filter(|pivot| given.contains(pivot));
            self.time_columns(if pivot.is_some() { &plain } else { &given });
            if let Some(pivot) = &pivot {
                self.row_identity(pivot);
                keys.push(column(&identity(pivot)));
            }
            inputs.push(self.joined(&parts, &given, pivot.as_ref()));
            for event in plain.iter().filter(|event| !given.contains(event)) {
                inputs.push(match &pivot {
                    Some(pivot) => self.beside(&parts, pivot, event),
                    None => self.branch(&parts, event, layout.marked.contains(event)),
                });
            }
            anchored = pivot.is_some();
        } else {
            for event in &plain {
                inputs.push(self.branch(&parts, event, layout.marked.contains(event)));
            }
        }
        let input = match inputs.len() {
            1 => inputs.remove(0),
            _ => Plan::Append(inputs),
        };
        self.grouped(input, having, keys, anchored)
    }

    fn layout(&self, parts: &Parts, plain: &[Text], joined: bool) -> Layout {
        let grouped = self.rule.matching.is_some();
        let given: BTreeSet<Text> = if plain.len() == 1 {
            plain.iter().cloned().collect()
        } else if joined {
            let present = plain
                .iter()
                .filter(|event| !parts.optional.contains(*event));
            present.cloned().collect()
        } else {
            BTreeSet::new()
        };
        let marked = plain.iter().filter(|event| !given.contains(*event));
        Layout {
            marked: marked.cloned().collect(),
            given,
            grouped,
            joined,
        }
    }

    /// Sources and tests of each variable, and tests of several.
    fn parts_of(&mut self, condition: &Expr) -> Parts {
        let events = self.names.events.clone();
        let mut sources = BTreeMap::new();
        for event in &events {
            sources.insert(event.clone(), self.source_of(event));
        }
        let mut parts = Parts {
            sources,
            tests: BTreeMap::new(),
            crosses: Vec::new(),
            keys: Vec::new(),
            absent: self.absent(condition),
            optional: self.optional(condition),
        };
        self.note_copies();
        for statement in self.names.tests.clone() {
            let mut variables = BTreeSet::new();
            self.names.variables(statement, &mut variables, 0);
            let only = match variables.len() {
                0 => events.first().cloned(),
                1 => variables.first().cloned(),
                _ => None,
            };
            if let Some(event) = only {
                let found = self.test(statement, &Scope::Event(event.clone()));
                parts.tests.entry(event).or_default().extend(found);
            } else {
                let found = self.test(statement, &Scope::Rows);
                parts.crosses.extend(found.map(|predicate| Cross {
                    variables,
                    predicate,
                }));
            }
        }
        for event in &events {
            let mut further = self.repeated_definitions(event);
            further.extend(self.copy_tests(event));
            parts
                .tests
                .entry(event.clone())
                .or_default()
                .extend(further);
        }
        self.shared_definitions(&mut parts);
        self.table_rows();
        parts
    }

    /// Placeholders by which rows are joined are columns of them.
    fn shared_columns(&mut self, joined: bool) {
        let names: Vec<Text> = self.names.placeholders.keys().cloned().collect();
        for name in names {
            let defining = self.defining(&name);
            let graph = defining
                .iter()
                .any(|event| self.names.graphs.contains(event));
            if defining.len() > 1 && (joined || graph) {
                self.need_placeholder(&name);
            }
        }
    }

    /// A placeholder made of several variables' events is a test of their rows.
    fn shared_definitions(&mut self, parts: &mut Parts) {
        let names: Vec<Text> = self.names.placeholders.keys().cloned().collect();
        for name in names {
            let made: Vec<&Expr> = self
                .names
                .placeholders
                .get(&name)
                .into_iter()
                .flatten()
                .filter(|found| found.event.is_none())
                .map(|found| found.value)
                .collect();
            for value in made {
                let mut variables = BTreeSet::new();
                self.names.variables(value, &mut variables, 0);
                let own = self.defining(&name);
                if own.is_empty() {
                    self.meaningless(value, "a placeholder made of several events");
                    continue;
                }
                variables.extend(own.first().cloned());
                self.need_placeholder(&name);
                if let Some(found) = self.value(value, &Scope::Rows) {
                    let placeholder = column(&Self::placeholder_column(&name));
                    let equal = super::truth::equal(placeholder, found);
                    let atom = Atom::new(Subject::Expr(equal), Test::IsTrue, value.span);
                    parts.crosses.push(Cross {
                        variables,
                        predicate: Predicate::atom(atom),
                    });
                }
            }
        }
    }

    /// The group keys as columns, and the tests that drop empty ones.
    fn keys_of(&mut self, parts: &mut Parts) {
        let Some(matching) = &self.rule.matching else {
            return;
        };
        for key in &matching.keys {
            match &key.kind {
                Kind::Variable(name) => {
                    let events = self.defining(name);
                    if events.is_empty() {
                        self.undefined(name, key);
                        continue;
                    }
                    parts.keys.push(GroupKey {
                        column: Self::placeholder_column(name),
                        placeholder: Some(name.clone()),
                    });
                    for event in events {
                        let set = self.key_is_set(name, &event, key.span);
                        if set != Predicate::True {
                            parts.tests.entry(event).or_default().push(set);
                        }
                    }
                }
                Kind::Field(field) => {
                    let found = self.row_field(field);
                    parts.keys.push(GroupKey {
                        column: found.name,
                        placeholder: None,
                    });
                }
                _ => self.meaningless(key, "expected a placeholder here"),
            }
        }
    }

    /// Whether events of several variables must be looked at together, row by row.
    fn must_join(&self, parts: &Parts, plain: &[Text]) -> bool {
        let pivot = self
            .rule
            .matching
            .iter()
            .filter_map(|matching| matching.window.as_ref())
            .any(|window| matches!(window.kind, WindowKind::Pivot { .. }));
        let of_plain = |variables: &BTreeSet<Text>| {
            plain
                .iter()
                .filter(|event| variables.contains(*event))
                .count()
        };
        let crossed = parts
            .crosses
            .iter()
            .any(|cross| of_plain(&cross.variables) > 1);
        let shared = self.names.placeholders.keys().any(|name| {
            let column = Self::placeholder_column(name);
            let defining: BTreeSet<Text> = self.defining(name).into_iter().collect();
            let is_key = parts.keys.iter().any(|key| key.column == column);
            !is_key && of_plain(&defining) > 1
        });
        let lacks_key = |event: &&Text| {
            let own = self.needed.get(*event);
            let has = |key: &GroupKey| match &key.placeholder {
                Some(name) => self.defining(name).contains(event),
                None => own.is_some_and(|columns| columns.contains_key(&key.column)),
            };
            !parts.keys.iter().all(has)
        };
        pivot || crossed || shared || plain.iter().any(|event| lacks_key(&event))
    }

    pub(super) fn window(&self) -> Option<&MatchWindow> {
        self.rule.matching.as_ref()?.window.as_ref()
    }

    /// The variable that the window begins or ends at.
    fn pivot(&self) -> Option<Text> {
        match &self.window()?.kind {
            WindowKind::Pivot { event, .. } => Some(event.clone()),
            _ => None,
        }
    }

    fn hop(&self) -> Option<tripline_ir::Duration> {
        let window = self.window()?;
        (window.kind == WindowKind::Hop).then_some(window.length)
    }

    /// Variables that must each have an event, near each other.
    fn correlated(
        &mut self,
        parts: &Parts,
        plain: &[Text],
        window: tripline_ir::Duration,
        condition: tripline_ir::Condition,
    ) -> Plan {
        let mut rules = Vec::new();
        for event in plain {
            let mut keys = Vec::new();
            for key in &parts.keys {
                keys.push(match self.key_of(key, event) {
                    Value::Field(field) => field,
                    _ => self.key_column(key),
                });
            }
            rules.push(Correlated {
                name: marker(event),
                plan: self.branch(parts, event, false),
                keys,
            });
        }
        Plan::Correlate(Correlate {
            rules,
            ordered: false,
            whole: true,
            window,
            group_by: parts.keys.iter().map(|key| key.column.clone()).collect(),
            condition,
        })
    }

    /// A key as a column, which its branches then have.
    fn key_column(&mut self, key: &GroupKey) -> FieldRef {
        if let Some(name) = &key.placeholder {
            self.need_placeholder(name);
        }
        FieldRef::unmapped(key.column.clone())
    }

    /// A key in rows of one variable: the field itself where it is one, else a column.
    fn key_of(&mut self, key: &GroupKey, event: &Text) -> Value {
        let simple = key
            .placeholder
            .as_ref()
            .filter(|name| self.drops_zero(name, event) && self.graphs_of(event).is_empty())
            .filter(|name| !self.is_chosen_placeholder(name, event));
        if let Some(name) = simple
            && let Some(Value::Field(field)) = self.placeholder_value(name, event)
        {
            return Value::Field(field);
        }
        Value::Field(self.key_column(key))
    }

    /// Groups of rows, tested by the condition; anchored ones are those of one pivot each, which
    /// stand in its window already.
    fn grouped(
        &mut self,
        input: Plan,
        having: Predicate,
        group_by: Vec<Value>,
        anchored: bool,
    ) -> Plan {
        if self.rule.matching.is_none() {
            return filtered(input, vec![having]);
        }
        let window = match self.window() {
            _ if anchored => Window::Whole,
            Some(window) if window.kind == WindowKind::Tumbling => Window::Tumbling(window.length),
            Some(window) => Window::Sliding(window.length),
            None => Window::Whole,
        };
        let zero = self.allows_zero();
        let key = |value: Value| Key {
            value: if zero {
                super::value::or_zero(value, false)
            } else {
                value
            },
            optional: false,
        };
        Plan::Aggregate(Aggregate {
            input: Box::new(input),
            group_by: group_by.into_iter().map(key).collect(),
            window,
            measures: std::mem::take(&mut self.measures),
            having,
            closed: false,
        })
    }

    /// A rule over entities alone.
    fn entities_only(&mut self, parts: &Parts) -> Plan {
        let events = self.names.events.clone();
        self.shared_columns(false);
        let mut keys = Vec::new();
        for key in &parts.keys {
            keys.push(Value::Field(self.key_column(key)));
        }
        let mut rows: Option<Plan> = None;
        let mut together = BTreeSet::new();
        for event in &events {
            rows = Some(match rows {
                None => self.own_rows(parts, event),
                Some(rows) => self.with_entity(parts, rows, &together, event),
            });
            together.insert(event.clone());
        }
        let rows = rows.unwrap_or_else(|| self.opaque());
        let tests = Self::crosses_within(parts, &together, &BTreeSet::new());
        self.grouped(filtered(rows, tests), Predicate::True, keys, false)
    }
}

pub(super) fn filtered(input: Plan, tests: Vec<Predicate>) -> Plan {
    match Predicate::and(tests) {
        Predicate::True => input,
        predicate => Plan::Filter {
            input: Box::new(input),
            predicate,
        },
    }
}
