//! Which rules have an indicator, a family, a technique: made once per opened catalogue.

use hashbrown::HashTable;
use smol_str::SmolStr as Text;
use std::collections::BTreeMap;
use std::hash::BuildHasher as _;
use std::ops::Range;
use tripline_catalog::Catalog;
use tripline_catalog::facts::{AtomFact, push_family};
use tripline_schema::Schema;

/// The look-ups over the facts of one catalogue. They belong to it: positions of rules in another
/// catalogue mean other rules.
#[derive(Debug)]
pub struct Lookups {
    indicators: Groups,
    families: Groups,
    techniques: BTreeMap<Text, Vec<u32>>,
}

impl Lookups {
    /// The look-ups over `catalog`.
    pub fn new(catalog: &Catalog, schema: &Schema) -> Self {
        // Either half takes about as long as the other.
        let ((indicators, techniques), families) = rayon::join(
            || (Groups::new(catalog, push_indicator), techniques(catalog)),
            || Groups::new(catalog, |key, atom| push_family_key(key, schema, atom)),
        );
        Self {
            indicators,
            families,
            techniques,
        }
    }

    /// The counted rules with this indicator, by position.
    pub(crate) fn reach(&self, atom: &AtomFact) -> &[u32] {
        let mut key = String::new();
        push_indicator(&mut key, atom);
        self.indicators.get(&key)
    }

    /// The counted rules with an indicator of this test's family, by position.
    pub(crate) fn family_reach(&self, schema: &Schema, atom: &AtomFact) -> &[u32] {
        let mut key = String::new();
        push_family_key(&mut key, schema, atom);
        self.families.get(&key)
    }

    /// Every technique that a rule counts under, with its rules by position.
    pub(crate) fn techniques(&self) -> &BTreeMap<Text, Vec<u32>> {
        &self.techniques
    }
}

/// Stands between the parts of a key; no field or operator contains it.
const BETWEEN: char = '\n';

/// Field, operator and value.
fn push_indicator(key: &mut String, atom: &AtomFact) {
    key.push_str(&atom.field);
    key.push(BETWEEN);
    key.push_str(&atom.operator);
    key.push(BETWEEN);
    key.push_str(&atom.value);
}

/// Field and family.
fn push_family_key(key: &mut String, schema: &Schema, atom: &AtomFact) {
    key.push_str(&atom.field);
    key.push(BETWEEN);
    push_family(key, schema, atom);
}

/// Rules by the technique that they count under.
fn techniques(catalog: &Catalog) -> BTreeMap<Text, Vec<u32>> {
    let mut found: BTreeMap<Text, Vec<u32>> = BTreeMap::new();
    for (at, facts) in (0_u32..).zip(&catalog.facts) {
        for technique in &facts.techniques {
            found.entry(technique.clone()).or_default().push(at);
        }
    }
    found
}

/// Rules in groups that a key names.
///
/// All keys stand in one text and all rules in one list: a catalogue has some hundred thousand
/// indicators, most of one rule, and an allocation for each would be most of the work.
#[derive(Debug, Default)]
struct Groups {
    hasher: hashbrown::DefaultHashBuilder,
    /// Positions in `list`, found by key.
    table: HashTable<u32>,
    list: Vec<Group>,
    keys: String,
    rules: Vec<u32>,
}

/// A group: where its key and its rules stand.
#[derive(Debug)]
struct Group {
    key: Range<usize>,
    rules: Range<usize>,
}

impl Groups {
    /// The counted rules of `catalog` by the keys of their indicators.
    fn new(catalog: &Catalog, push_key: impl Fn(&mut String, &AtomFact)) -> Self {
        let mut made = Self::default();
        let mut last: Vec<u32> = Vec::new();
        let mut members: Vec<(u32, u32)> = Vec::new();
        let mut key = String::new();
        for (at, atom) in counted(catalog) {
            key.clear();
            push_key(&mut key, atom);
            let number = made.number(&key);
            last.resize(made.list.len(), u32::MAX);
            // Rules come in ascending order.
            if std::mem::replace(&mut last[number as usize], at) != at {
                made.list[number as usize].rules.end += 1;
                members.push((number, at));
            }
        }
        made.place(&members);
        made
    }

    /// The position of the group with this key; it is made when there is none. A new group's
    /// range of rules is their number.
    fn number(&mut self, key: &str) -> u32 {
        let hash = self.hasher.hash_one(key);
        let key_of = |number: &u32| &self.keys[self.list[*number as usize].key.clone()];
        if let Some(found) = self.table.find(hash, |number| key_of(number) == key) {
            return *found;
        }
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.table
            .insert_unique(hash, number, |number| self.hasher.hash_one(key_of(number)));
        let start = self.keys.len();
        self.keys.push_str(key);
        self.list.push(Group {
            key: start..self.keys.len(),
            rules: 0..0,
        });
        number
    }

    /// Gives each group its part of the list of rules and fills it.
    fn place(&mut self, members: &[(u32, u32)]) {
        let mut start = 0;
        for group in &mut self.list {
            let count = group.rules.end;
            group.rules = start..start;
            start += count;
        }
        self.rules = vec![0; members.len()];
        for &(number, rule) in members {
            let end = &mut self.list[number as usize].rules.end;
            self.rules[*end] = rule;
            *end += 1;
        }
    }

    /// The rules of a group, in ascending order.
    fn get(&self, key: &str) -> &[u32] {
        let group = |number: &u32| &self.list[*number as usize];
        let is_it = |number: &u32| self.keys[group(number).key.clone()] == *key;
        let found = self.table.find(self.hasher.hash_one(key), is_it);
        found.map_or(&[], |number| &self.rules[group(number).rules.clone()])
    }
}

/// The indicators of the rules that count, with the rules' positions.
fn counted(catalog: &Catalog) -> impl Iterator<Item = (u32, &AtomFact)> {
    let rules = (0_u32..).zip(&catalog.facts);
    let counted = rules.filter(|(_, facts)| facts.class.counts());
    counted.flat_map(|(at, facts)| {
        let indicators = facts.atoms.iter().filter(|atom| atom.is_indicator());
        indicators.map(move |atom| (at, atom))
    })
}
