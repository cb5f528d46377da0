//! Variables whose rows are copies of their events: where the values of several placeholders
//! belong together, or one value of a placeholder joins rows.

use super::Lowering;
use super::copies::Asked;
use crate::yaral::ast::{Expr, Kind};
use std::collections::{BTreeMap, BTreeSet};
use tripline_ir::{Expr as Value, Text};

impl Lowering<'_> {
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
            let paired = paired.map(|(name, _)| name.clone()).collect();
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

    /// The copies of an event that satisfy the tests, as objects of these placeholders' values.
    pub(super) fn copies_of(&mut self, names: &[Text], event: &Text) -> Option<Value> {
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
