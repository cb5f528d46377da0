//! A catalogue with its look-ups: what every answer is computed from.

use crate::Lookups;
use crate::detections::Standing;
use crate::signals::Left;
use crate::together::Together;
use smol_str::SmolStr as Text;
use std::collections::BTreeSet;
use std::sync::Arc;
use tripline_attack::atomic::AtomicTest;
use tripline_catalog::Catalog;
use tripline_catalog::facts::{AtomFact, RuleFacts, push_family};
use tripline_schema::{Schema, Scheme};

/// A catalogue with the look-ups that answers share.
///
/// Numbers count rules of the classes that count by default
/// ([`Class::counts`](tripline_ir::Class::counts)).
pub struct Index<'c> {
    /// The catalogue.
    pub catalog: &'c Catalog,
    /// The names.
    pub schema: &'c Schema,
    /// The scheme whose field names are shown.
    pub names: Scheme,
    lookups: &'c Lookups,
}

impl<'c> Index<'c> {
    /// The index of `catalog`, with field names shown in `names`. The look-ups are that catalogue's.
    pub fn new(
        catalog: &'c Catalog,
        lookups: &'c Lookups,
        schema: &'c Schema,
        names: Scheme,
    ) -> Self {
        Self {
            catalog,
            schema,
            names,
            lookups,
        }
    }

    /// The name of the family of a test's value.
    pub fn family(&self, atom: &AtomFact) -> Text {
        let mut family = String::new();
        push_family(&mut family, self.schema, atom);
        family.into()
    }

    /// The counted rules with this indicator, by position.
    pub fn reach(&self, atom: &AtomFact) -> &'c [u32] {
        self.lookups.reach(atom)
    }

    /// The counted rules with an indicator of this test's family, by position.
    pub fn family_reach(&self, atom: &AtomFact) -> &'c [u32] {
        self.lookups.family_reach(self.schema, atom)
    }

    /// The numbers of the families that a rule looks for, when it counts; each once.
    pub(crate) fn families_of(&self, at: u32) -> &'c [u32] {
        self.lookups.families_of(at)
    }

    /// The canonical field and the name of the family with this number.
    pub(crate) fn family_named(&self, number: u32) -> (&'c str, &'c str) {
        self.lookups.family(number)
    }

    /// The counted rules that look for a value of a family, by position.
    pub(crate) fn looking_for(&self, field: &str, family: &str) -> &'c [u32] {
        self.lookups.looking_for(field, family)
    }

    /// The keys of all events that rules of any class can fire on.
    pub(crate) fn events(&self) -> &'c BTreeSet<Text> {
        self.lookups.events(self.catalog)
    }

    /// The events that the log sources of a data component name.
    pub(crate) fn component_events(&self, component: &Text) -> Arc<BTreeSet<Text>> {
        self.lookups.component_events(self, component)
    }

    /// What techniques have in common.
    pub(crate) fn together(&self) -> &'c Together {
        self.lookups.together(self.catalog)
    }

    /// The canonical fields that rules of any class call so.
    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &'c Text> {
        self.lookups.named(self, name).into_iter().flatten()
    }

    /// The counted rules that test a canonical field, exclusions included, by position.
    pub(crate) fn testing(&self, field: &str) -> &'c [u32] {
        self.lookups.testing(self, field)
    }

    /// The counted rules that test a canonical field for this very value, by position.
    pub(crate) fn testing_value(&self, field: &str, value: &str) -> &'c [u32] {
        self.lookups.testing_value(self, field, value)
    }

    /// The counted rules that test a canonical field for a value of a family, by position.
    pub(crate) fn testing_family(&self, field: &str, family: &str) -> &'c [u32] {
        self.lookups.testing_family(self, field, family)
    }

    /// The counted rules that name this operation of an audit log, a folded key, by position.
    pub(crate) fn doing(&self, key: &str) -> &'c [u32] {
        self.lookups.doing(self, key)
    }

    /// All rules under a technique, of any class, by position; with those of its sub-techniques
    /// when asked.
    pub fn under(&self, technique: &str, with_subtechniques: bool) -> Vec<u32> {
        let mut found = self
            .lookups
            .techniques()
            .get(technique)
            .cloned()
            .unwrap_or_default();
        if with_subtechniques {
            let prefix = smol_str::format_smolstr!("{technique}.");
            let below = self.lookups.techniques().range(prefix.clone()..);
            for (_, rules) in below.take_while(|(id, _)| id.starts_with(prefix.as_str())) {
                found.extend(rules);
            }
            found.sort_unstable();
            found.dedup();
        }
        found
    }

    /// The rules under a technique, of any class, the best first.
    pub(crate) fn standings(&self, technique: &str, with_subtechniques: bool) -> Arc<[Standing]> {
        self.lookups.standings(self, technique, with_subtechniques)
    }

    /// What a test leaves behind on each platform.
    pub(crate) fn left_behind(&self, test: &AtomicTest) -> Arc<[Left]> {
        self.lookups.left_behind(test)
    }

    /// Every technique id that a rule counts under, sorted, with its rules by position.
    pub fn techniques(&self) -> impl Iterator<Item = (&str, &[u32])> {
        let all = self.lookups.techniques().iter();
        all.map(|(id, rules)| (id.as_str(), rules.as_slice()))
    }

    /// The facts at a position.
    pub fn facts(&self, at: u32) -> &'c RuleFacts {
        &self.catalog.facts[at as usize]
    }

    /// The id of the rule at a position.
    pub fn id(&self, at: u32) -> Text {
        self.facts(at).id.clone()
    }

    /// The ids of the rules at these positions.
    pub fn ids(&self, positions: &[u32]) -> Vec<Text> {
        positions.iter().map(|at| self.id(*at)).collect()
    }

    /// The name shown for a canonical field.
    pub fn field_name(&self, canonical: &str) -> Text {
        self.schema.display_name(canonical, self.names).into()
    }
}
