//! Variables whose rows are copies of their events: where the values of several placeholders
//! belong together, or one value of a placeholder joins rows.

use super::Lowering;
use super::copies::Wanted;
use crate::yaral::ast::{Expr, Kind};
use std::collections::{BTreeMap, BTreeSet};
use tripline_ir::{Expr as Value, Text};

impl Lowering<'_> {
    /// Whether the rows of a variable are its copies: two placeholders that are used read the same
    /// repeated field or message, so that their values belong together.
    pub(super) fn rows_are_copies(&self, event: &Text) -> bool {
        !self.paired(event).is_empty()
    }

    /// The placeholders of an event whose values belong together.
    pub(super) fn paired(&self, event: &Text) -> Vec<Text> {
        if self.rule.matching.is_none() {
            return Vec::new();
        }
        let used = self.used_placeholders();
        let mut read: Vec<(Text, BTreeMap<Text, u32>)> = Vec::new();
        for name in self.names.placeholders.keys() {
            if let Some((value, false)) = self.definition_in(name, event)
                && used.contains(name)
            {
                read.push((name.clone(), self.reads(value, event, false, 0)));
            }
        }
        let shares = |name: &Text, paths: &BTreeMap<Text, u32>| {
            let mut others = read.iter().filter(|(other, _)| other != name);
            others.any(|(_, other)| other.keys().any(|path| paths.contains_key(path)))
        };
        // Rows are joined by one value of a placeholder, which is then the only one.
        let joins = |name: &Text, paths: &BTreeMap<Text, u32>| {
            self.joined && !paths.is_empty() && self.defining(name).len() > 1
        };
        let paired = read
            .iter()
            .filter(|(name, paths)| shares(name, paths) || joins(name, paths));
        paired.map(|(name, _)| name.clone()).collect()
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
        let all = self.copies.get(event).into_iter().flatten();
        let tests: Vec<Expr> = all
            .filter(|together| together.shares(&paths))
            .flat_map(|together| together.tests.clone())
            .collect();
        let wanted = Wanted {
            values: &parts,
            objects: true,
        };
        self.over_copies(&tests, Some(wanted), event)
    }
}
