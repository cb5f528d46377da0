//! Variables whose rows are copies of their events: where the values of several placeholders
//! belong together, or one value of a placeholder joins rows.

use super::Lowering;
use super::copies::Asked;
use super::names::Definition;
use crate::yaral::ast::{Expr, Kind};
use std::collections::{BTreeMap, BTreeSet};
use tripline_ir::{Expr as Value, Function, Text};

impl<'a> Lowering<'a> {
    /// Whether the rows of a variable are its copies.
    pub(super) fn rows_are_copies(&self, event: &Text) -> bool {
        self.paired.get(event).is_some_and(|all| !all.is_empty())
    }

    /// Notes the placeholders of each variable whose values belong together: two that are used read
    /// the same repeated field or message, or such ones as tests read together, or rows are joined
    /// by one.
    pub(super) fn note_paired(&mut self) {
        if self.rule.matching.is_none() {
            return;
        }
        let used = self.used_placeholders();
        for event in self.names.events.clone() {
            let mut read: Vec<(Text, BTreeMap<Text, u32>)> = Vec::new();
            let mut often: BTreeMap<Text, u32> = BTreeMap::new();
            let mut groups: BTreeMap<usize, u32> = BTreeMap::new();
            let copies = self.copies.get(&event).cloned().unwrap_or_default();
            for name in &used {
                if let Some((value, false)) = self.definition_in(name, &event) {
                    let paths = self.reads(value, &event, false, 0);
                    for path in paths.keys() {
                        *often.entry(path.clone()).or_default() += 1;
                    }
                    for group in copies.with(&paths) {
                        *groups.entry(group).or_default() += 1;
                    }
                    read.push((name.clone(), paths));
                }
            }
            let shares = |paths: &BTreeMap<Text, u32>| {
                let several = |count: Option<&u32>| count.is_some_and(|count| *count > 1);
                paths.keys().any(|path| several(often.get(path)))
                    || copies.with(paths).iter().any(|at| several(groups.get(at)))
            };
            // Rows are joined by one value of a placeholder, which is then the only one.
            let joins = |name: &Text, paths: &BTreeMap<Text, u32>| {
                self.joined && !paths.is_empty() && self.defining(name).len() > 1
            };
            let paired = read
                .iter()
                .filter(|(name, paths)| shares(paths) || joins(name, paths));
            let mut paired: Vec<Text> = paired.map(|(name, _)| name.clone()).collect();
            if paired.is_empty() {
                paired = self.bound_together(&event, &used);
            }
            self.paired.insert(event, paired);
        }
    }

    /// Placeholders that more than tests of one variable read.
    fn used_placeholders(&self) -> BTreeSet<Text> {
        let mut used = BTreeSet::new();
        let keys = self.rule.matching.iter().flat_map(|found| &found.keys);
        let outcomes = self.rule.outcome.iter().map(|found| &found.value);
        for part in keys.chain(outcomes).chain(&self.rule.condition) {
            part.visit(&mut |part| {
                if let Kind::Variable(name) | Kind::Count(name) = &part.kind {
                    used.insert(name.clone());
                }
            });
        }
        let joined = self.names.placeholders.keys();
        used.extend(joined.filter(|name| self.defining(name).len() > 1).cloned());
        used
    }

    /// Placeholders that the same branches of an `or` bind, if they group events.
    fn bound_together(&self, event: &Text, used: &BTreeSet<Text>) -> Vec<Text> {
        let branches = |name: &Text| -> BTreeSet<(u32, u32)> {
            let own = self.optional_definitions(name, event).into_iter();
            own.map(|found| found.branch).collect()
        };
        let keys = self.rule.matching.iter().flat_map(|found| &found.keys);
        let mut keys = keys.filter_map(|key| match &key.kind {
            Kind::Variable(name) => Some(branches(name)),
            _ => None,
        });
        let Some(wanted) = keys.find(|found| !found.is_empty()) else {
            return Vec::new();
        };
        let all: Vec<Text> = used
            .iter()
            .filter(|name| branches(name) == wanted)
            .cloned()
            .collect();
        let folded = all.iter().any(|name| self.names.folded.contains(name));
        if all.len() < 2 || folded || self.allows_zero() {
            return Vec::new();
        }
        all
    }

    fn optional_definitions(&self, name: &Text, event: &Text) -> Vec<&Definition<'a>> {
        let all = self.names.placeholders.get(name).into_iter().flatten();
        all.filter(|found| found.optional && found.event.as_ref() == Some(event))
            .collect()
    }

    /// What the branches that hold bind together, as objects of these placeholders' values.
    fn copies_of_branches(&mut self, names: &[Text], event: &Text) -> Option<Value> {
        type Branch<'a> = (Vec<Expr>, Vec<&'a Expr>);
        let mut branches: BTreeMap<(u32, u32), Branch<'a>> = BTreeMap::new();
        for (at, name) in names.iter().enumerate() {
            for found in self.optional_definitions(name, event) {
                let (values, guards) = branches.entry(found.branch).or_default();
                if values.len() == at {
                    values.push(found.value.clone());
                }
                guards.extend(&found.guards);
            }
        }
        let mut copies = Vec::new();
        for (values, mut guards) in branches.into_values() {
            let mut known = BTreeSet::new();
            guards.retain(|guard| known.insert(std::ptr::from_ref(*guard)));
            let guards = self.guards_of(&guards, event);
            self.guarding = true;
            let found = self.over_copies(&guards, Asked::Objects(&values), event);
            self.guarding = false;
            copies.push(found?);
        }
        Some(Value::call(Function::ListConcat, copies))
    }

    /// The copies of an event that satisfy the tests, as objects of these placeholders' values.
    pub(super) fn copies_of(&mut self, names: &[Text], event: &Text) -> Option<Value> {
        let optional = |name: &Text| !self.optional_definitions(name, event).is_empty();
        if names.iter().all(optional) {
            return self.copies_of_branches(names, event);
        }
        let mut paths = BTreeMap::new();
        let mut parts = Vec::new();
        for name in names {
            let part = Expr {
                kind: Kind::Variable(name.clone()),
                span: self.rule.span,
            };
            paths.extend(self.reads(&part, event, false, 0));
            parts.push(part);
        }
        let copies = self.copies.get(event);
        let tests = copies.map_or(Vec::new(), |copies| copies.tests(&paths));
        self.over_copies(&tests, Asked::Objects(&parts), event)
    }
}
