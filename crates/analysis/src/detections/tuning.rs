//! What other rules of a technique leave out, as clauses that are ready for a rule.

use super::Platform;
use super::spelling::Spelling;
use super::written::{self, Unwritten};
use crate::exclusions::{clause, scope};
use crate::tables::by_vendor;
use crate::{ClauseItem, Index, Scope};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use tripline_catalog::facts::{AtomFact, RuleFacts};
use tripline_catalog::{Catalog, Result};
use tripline_ir::Detection;
use tripline_schema::{CatalogueEvent, Schema};

/// How many clauses of a rule are written out.
const MAX: usize = 20;
/// How many that cannot be written are named.
const REFUSED: usize = 10;
/// How many are looked at.
const LOOKED_AT: usize = 80;

/// A clause that other rules of the technique leave out and this one does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tuning {
    /// Its tests, all of which hold for what is left out.
    pub clause: Vec<ClauseItem>,
    /// What it applies to in the rules that have it.
    pub scope: Scope,
    /// Rules of the technique, of any vendor, that leave it out.
    pub count: usize,
    /// Their number per vendor.
    pub by_vendor: BTreeMap<Text, usize>,
    /// Their ids.
    pub rules: Vec<Text>,
    /// How many of them have a value in common with this rule.
    pub alike: usize,
    /// The clause in the rule's own language, ready to be added; `None` where it cannot be said
    /// exactly.
    pub text: Option<Text>,
    /// Why it cannot be said.
    pub refused: Option<Unwritten>,
}

/// Clauses of exclusions, with the rules that have them.
pub(super) struct Clauses<'i, 'c> {
    index: &'i Index<'c>,
    /// The rules of the technique that count.
    rules: Vec<u32>,
    rows: BTreeMap<(Vec<ClauseItem>, Scope), BTreeMap<u32, usize>>,
}

/// How many of its rules are alike, how many there are, its scope, its tests, its rules.
type Chosen<'r> = (
    Reverse<usize>,
    Reverse<usize>,
    Scope,
    &'r Vec<ClauseItem>,
    Vec<(u32, usize)>,
);

impl<'i, 'c> Clauses<'i, 'c> {
    /// The clauses of the rules that count among `all`.
    pub(super) fn new(index: &'i Index<'c>, all: &[u32]) -> Self {
        let mut rows: BTreeMap<_, BTreeMap<u32, usize>> = BTreeMap::new();
        for &at in all {
            let facts = index.facts(at);
            if !facts.class.counts() {
                continue;
            }
            for (place, exclusion) in facts.exclusions.iter().enumerate() {
                // Without the alternative that it belongs to, or its exceptions, an exclusion says
                // something else.
                let plain = exclusion.atoms.iter();
                let mut plain = plain.map(|at| facts.atoms[*at as usize].negated);
                if !exclusion.whole || !plain.all(|negated| negated) {
                    continue;
                }
                let key = (clause(index, facts, exclusion), scope(exclusion));
                let rules: &mut BTreeMap<u32, usize> = rows.entry(key).or_default();
                rules.entry(at).or_insert(place);
            }
        }
        let counted = all.iter().copied();
        let rules = counted
            .filter(|at| index.facts(*at).class.counts())
            .collect();
        Self { index, rules, rows }
    }

    /// What the rule at `at` could leave out too, the most fitting first, and how many such
    /// clauses there are. `alike` are the rules that have a value in common with it.
    pub(super) fn tuning(
        &self,
        platform: &Platform,
        at: u32,
        detection: &Detection,
        alike: &BTreeSet<u32>,
    ) -> Result<(Vec<Tuning>, usize)> {
        let facts = self.index.facts(at);
        let mut found = self.chosen(at, alike);
        found.sort();
        let total = found.len();
        found.truncate(LOOKED_AT);
        let spelling = Spelling::new(self.index, platform, facts, detection);
        let mut texts = Owners::new(self.index.catalog);
        let mut rows = Vec::new();
        let (mut ready, mut refusals) = (0, 0);
        for (Reverse(alike), _, scope, items, owners) in found {
            let (owner, place) = owners[0];
            let rules: Vec<u32> = owners.iter().map(|(rule, _)| *rule).collect();
            let owner_facts = self.index.facts(owner);
            let written = match texts.of(&owner_facts.id)? {
                Some(text) => {
                    let atoms = atoms(owner_facts, place);
                    written::exclusion(self.index, &spelling, detection, text, &atoms)
                }
                None => continue,
            };
            let (text, refused) = match written {
                Ok(text) => (Some(text), None),
                Err(why) => (None, Some(why)),
            };
            let (kept, most) = if text.is_some() {
                (&mut ready, MAX)
            } else {
                (&mut refusals, REFUSED)
            };
            *kept += 1;
            if *kept > most {
                continue;
            }
            rows.push(Tuning {
                clause: items.clone(),
                scope,
                count: rules.len(),
                by_vendor: by_vendor(self.index, &rules),
                rules: self.index.ids(&rules),
                alike,
                text,
                refused,
            });
        }
        Ok((rows, total))
    }

    /// The clauses that may be added to a rule, each with what orders it, and the rules that have
    /// it with the clause's place there.
    fn chosen(&self, at: u32, alike: &BTreeSet<u32>) -> Vec<Chosen<'_>> {
        let facts = self.index.facts(at);
        let own: BTreeSet<Vec<ClauseItem>> = facts
            .exclusions
            .iter()
            .map(|exclusion| clause(self.index, facts, exclusion))
            .collect();
        let mut found = Vec::new();
        let mut carried = BTreeMap::new();
        for ((items, scope), rules) in &self.rows {
            let owners: Vec<(u32, usize)> = rules
                .iter()
                .map(|(rule, place)| (*rule, *place))
                .filter(|(rule, _)| *rule != at && meet(facts, self.index.facts(*rule)))
                .collect();
            let Some(&(owner, place)) = owners.first() else {
                continue;
            };
            let exclusion = atoms(self.index.facts(owner), place);
            let carries = |atom: &&AtomFact| {
                let schema = self.index.schema;
                let field = &atom.field;
                *carried
                    .entry(field.clone())
                    .or_insert_with(|| may_carry(schema, &facts.events, field))
            };
            if own.contains(items)
                || !self.fits(facts, owner, &exclusion)
                || self.undoes(facts, &exclusion)
                || !exclusion.iter().all(carries)
            {
                continue;
            }
            let close = owners.iter().filter(|(rule, _)| alike.contains(rule));
            found.push((
                Reverse(close.count()),
                Reverse(owners.len()),
                *scope,
                items,
                owners,
            ));
        }
        found
    }

    /// Whether a clause can leave anything out of what a rule finds: where the rule only looks for
    /// some values or file names of a field, the clause must allow one of them. Tests that select
    /// events are in each vendor's own words, and mean nothing in another's.
    fn fits(&self, facts: &RuleFacts, owner: u32, exclusion: &[&AtomFact]) -> bool {
        let owner = self.index.facts(owner);
        exclusion.iter().all(|atom| {
            if self.index.schema.routing_field(&atom.field) && owner.vendor != facts.vendor {
                return false;
            }
            let mut own = sought(facts, &atom.field).peekable();
            own.peek().is_none() || own.any(|own| compatible(own, atom))
        })
    }

    /// Whether a clause would leave out what is looked for: all that this rule finds, or a value
    /// that rules of the technique look for.
    fn undoes(&self, facts: &RuleFacts, exclusion: &[&AtomFact]) -> bool {
        let everything = exclusion.iter().all(|atom| {
            let mut own = sought(facts, &atom.field).peekable();
            own.peek().is_some() && own.all(|own| contained(own, atom))
        });
        let of_others = |atom: &AtomFact| {
            let mut reach = self.index.reach(atom).iter();
            reach.any(|at| self.rules.binary_search(at).is_ok())
        };
        everything || matches!(exclusion, [atom] if of_others(atom))
    }
}

/// The tests of an exclusion, by its place in the rule.
fn atoms(facts: &RuleFacts, place: usize) -> Vec<&AtomFact> {
    let tests = facts.exclusions[place].atoms.iter();
    tests.map(|at| &facts.atoms[*at as usize]).collect()
}

/// What a rule looks for on a field.
fn sought<'f>(facts: &'f RuleFacts, field: &'f str) -> impl Iterator<Item = &'f AtomFact> {
    let tests = facts.atoms.iter();
    tests.filter(move |own| own.field == field && own.is_indicator())
}

/// Whether an event that a rule fires on may have a field: one of its events carries it, or none
/// that the tables list does.
fn may_carry(schema: &Schema, events: &[Text], field: &str) -> bool {
    let Some(field) = schema.field(field) else {
        return true;
    };
    let carries = |event: &CatalogueEvent| {
        let mut names = field.names.iter();
        names.any(|(_, name)| event.fields.contains(name))
    };
    let own = events.iter().filter_map(|key| schema.event(key));
    let mut own = own.filter(|event| !event.fields.is_empty()).peekable();
    own.peek().is_none() || own.any(carries) || !schema.events().any(carries)
}

/// Whether every value that passes the one test passes the other, as far as their texts tell.
fn contained(own: &AtomFact, other: &AtomFact) -> bool {
    let (a, b) = (own.value.to_lowercase(), other.value.to_lowercase());
    match (own.operator.as_str(), other.operator.as_str()) {
        (one, another) if one == another && a == b => true,
        ("eq" | "contains" | "starts_with" | "ends_with", "contains") => a.contains(&b),
        ("eq" | "ends_with", "ends_with") => a.ends_with(&b),
        ("eq" | "starts_with", "starts_with") => a.starts_with(&b),
        _ => false,
    }
}

/// Whether one value may pass both tests, as far as their texts tell.
fn compatible(own: &AtomFact, other: &AtomFact) -> bool {
    let (a, b) = (own.value.to_lowercase(), other.value.to_lowercase());
    let holds = |operator: &str, value: &str, text: &str| match operator {
        "eq" => value == text,
        "contains" => value.contains(text),
        "starts_with" => value.starts_with(text),
        "ends_with" => value.ends_with(text),
        _ => true,
    };
    match (own.operator.as_str(), other.operator.as_str()) {
        (operator, "eq") => holds(operator, &b, &a),
        ("eq", operator) => holds(operator, &a, &b),
        _ => match (whole_name(own), whole_name(other)) {
            (Some(own), Some(other)) => own == other,
            _ => true,
        },
    }
}

/// The last part of a path that a test asks for in full.
fn whole_name(atom: &AtomFact) -> Option<String> {
    if !matches!(atom.operator.as_str(), "eq" | "ends_with") {
        return None;
    }
    let at = atom.value.rfind(['\\', '/'])?;
    Some(atom.value[at + 1..].to_lowercase())
}

/// Whether two rules can fire on a common event.
fn meet(one: &RuleFacts, other: &RuleFacts) -> bool {
    one.events
        .iter()
        .any(|key| other.events.binary_search(key).is_ok())
}

/// The texts of rules, each read once.
struct Owners<'c> {
    catalog: &'c Catalog,
    read: BTreeMap<Text, Option<Detection>>,
}

impl<'c> Owners<'c> {
    fn new(catalog: &'c Catalog) -> Self {
        Self {
            catalog,
            read: BTreeMap::new(),
        }
    }

    fn of(&mut self, id: &Text) -> Result<Option<&Detection>> {
        if !self.read.contains_key(id) {
            let text = self.catalog.detection(id)?;
            self.read.insert(id.clone(), text);
        }
        Ok(self.read.get(id).and_then(Option::as_ref))
    }
}

#[cfg(test)]
mod tests {
    use super::{compatible, contained};
    use tripline_catalog::facts::AtomFact;

    fn atom(operator: &str, value: &str) -> AtomFact {
        AtomFact {
            field: "access.granted".into(),
            operator: operator.into(),
            value: value.into(),
            literal: true,
            case_sensitive: false,
            negated: false,
            aside: false,
            implied: false,
            branch: 0,
            name: "GrantedAccess".into(),
            span: tripline_text::Span::new(0, 0),
        }
    }

    #[test]
    fn values_that_are_left_out_whole() {
        let rule = atom("ends_with", "\\powershell.exe");
        assert!(contained(&rule, &atom("ends_with", ".EXE")));
        assert!(contained(&rule, &atom("contains", "powershell")));
        assert!(!contained(&rule, &atom("eq", "c:\\powershell.exe")));
        assert!(!contained(&rule, &atom("starts_with", "\\powershell")));
    }

    #[test]
    fn values_that_exclude_each_other() {
        let rule = atom("eq", "0x1010");
        assert!(!compatible(&rule, &atom("eq", "0x1000")));
        assert!(compatible(&rule, &atom("eq", "0X1010")));
        assert!(compatible(&atom("contains", "10"), &atom("eq", "0x1000")));
        assert!(!compatible(&rule, &atom("ends_with", "ff")));
        let path = atom("ends_with", "\\lsass.exe");
        assert!(!compatible(&path, &atom("ends_with", "\\cmd.exe")));
        assert!(compatible(&path, &atom("starts_with", "c:\\windows\\")));
    }
}
