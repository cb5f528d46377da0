//! Which rules have an indicator, a family, a technique, a field: made once per opened catalogue,
//! what not every answer needs when it is first asked for.

use crate::Index;
use crate::detections::{Standing, standings};
use crate::same_action::{folded, operations};
use crate::signals::{Left, left_behind};
use crate::together::Together;
use hashbrown::{HashMap, HashTable};
use quick_cache::sync::Cache;
use smol_str::SmolStr as Text;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher as _, Hash};
use std::ops::Range;
use std::sync::{Arc, OnceLock};
use tripline_attack::atomic::AtomicTest;
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
    tests: OnceLock<Tests>,
    together: OnceLock<Together>,
    /// The keys of all events that rules can fire on.
    events: OnceLock<BTreeSet<Text>>,
    /// Events that the log sources of each data component of ATT&CK name, by its id.
    components: Cache<Text, Arc<BTreeSet<Text>>>,
    /// What tests leave behind, by their ids: the pages of every platform try rules on it.
    left: Cache<Text, Arc<[Left]>>,
    /// Ranked rules by technique, with sub-techniques or without: several pages of a technique
    /// need them.
    standings: Cache<(Text, bool), Arc<[Standing]>>,
}

/// How many techniques keep their ranked rules.
const STANDINGS: usize = 64;
/// How many data components keep their events: more than there are.
const COMPONENTS: usize = 512;
/// How many tests keep what they leave behind.
const LEFT: usize = 256;

/// Where fields and values are tested, exclusions included.
#[derive(Debug)]
struct Tests {
    /// Canonical fields by each name that a rule, of any class, gives them, their own included.
    names: HashMap<Text, BTreeSet<Text>>,
    /// Counted rules by the canonical fields that they test.
    fields: HashMap<Text, Vec<u32>>,
    /// Counted rules by field and literal value.
    values: Groups,
    /// Counted rules by field and family of a literal value.
    families: Groups,
    /// Counted rules by the operations of audit logs that they name: keys of events, folded.
    operations: HashMap<Text, Vec<u32>>,
}

impl Lookups {
    /// The look-ups over `catalog`.
    pub fn new(catalog: &Catalog, schema: &Schema) -> Self {
        // Either half takes about as long as the other.
        let ((indicators, techniques), families) = rayon::join(
            || {
                let indicators = Groups::new(indicators(catalog), push_indicator);
                (indicators, techniques(catalog))
            },
            || {
                let push = |key: &mut String, atom: &AtomFact| push_family_key(key, schema, atom);
                Groups::new(indicators(catalog), push)
            },
        );
        Self {
            indicators,
            families,
            techniques,
            tests: OnceLock::new(),
            together: OnceLock::new(),
            events: OnceLock::new(),
            components: Cache::new(COMPONENTS),
            left: Cache::new(LEFT),
            standings: Cache::new(STANDINGS),
        }
    }

    /// What techniques have in common.
    pub(crate) fn together(&self, catalog: &Catalog) -> &Together {
        self.together.get_or_init(|| Together::new(catalog, self))
    }

    /// The keys of all events that rules of any class can fire on.
    pub(crate) fn events(&self, catalog: &Catalog) -> &BTreeSet<Text> {
        let all = || catalog.facts.iter().flat_map(|facts| &facts.events);
        self.events.get_or_init(|| all().cloned().collect())
    }

    /// The events that the log sources of a data component name.
    pub(crate) fn component_events(
        &self,
        index: &Index<'_>,
        component: &Text,
    ) -> Arc<BTreeSet<Text>> {
        kept(&self.components, component.clone(), || {
            crate::analytics::of_component(index, component)
        })
    }

    /// What a test leaves behind on each platform.
    pub(crate) fn left_behind(&self, test: &AtomicTest) -> Arc<[Left]> {
        if test.guid.is_empty() {
            return left_behind(test).into();
        }
        kept(&self.left, test.guid.clone(), || left_behind(test))
    }

    /// The rules under a technique, the best first.
    pub(crate) fn standings(
        &self,
        index: &Index<'_>,
        technique: &str,
        with_subtechniques: bool,
    ) -> Arc<[Standing]> {
        let key = (Text::from(technique), with_subtechniques);
        kept(&self.standings, key, || {
            let all = index.under(technique, with_subtechniques);
            standings(index, technique, &all)
        })
    }

    fn tests(&self, catalog: &Catalog, schema: &Schema) -> &Tests {
        self.tests.get_or_init(|| Tests::new(catalog, schema))
    }

    /// The canonical fields that rules call so.
    pub(crate) fn named(&self, index: &Index<'_>, name: &str) -> Option<&BTreeSet<Text>> {
        self.tests(index.catalog, index.schema).names.get(name)
    }

    /// The counted rules that test a canonical field, by position.
    pub(crate) fn testing(&self, index: &Index<'_>, field: &str) -> &[u32] {
        let found = self.tests(index.catalog, index.schema).fields.get(field);
        found.map_or(&[], Vec::as_slice)
    }

    /// The counted rules that test a canonical field for a value, by position.
    pub(crate) fn testing_value(&self, index: &Index<'_>, field: &str, value: &str) -> &[u32] {
        let tests = self.tests(index.catalog, index.schema);
        tests.values.get(&format!("{field}{BETWEEN}{value}"))
    }

    /// The counted rules that test a canonical field for a value of a family, by position.
    pub(crate) fn testing_family(&self, index: &Index<'_>, field: &str, family: &str) -> &[u32] {
        let tests = self.tests(index.catalog, index.schema);
        tests.families.get(&format!("{field}{BETWEEN}{family}"))
    }

    /// The counted rules that name this operation of an audit log, a folded key, by position.
    pub(crate) fn doing(&self, index: &Index<'_>, key: &str) -> &[u32] {
        let tests = self.tests(index.catalog, index.schema);
        let found = tests.operations.get(key);
        found.map_or(&[], Vec::as_slice)
    }

    /// The counted rules with this indicator, by position.
    pub(crate) fn reach(&self, atom: &AtomFact) -> &[u32] {
        let mut key = String::new();
        push_indicator(&mut key, atom);
        self.indicators.get(&key)
    }

    /// The numbers of the families that a rule looks for, when it counts.
    pub(crate) fn families_of(&self, at: u32) -> &[u32] {
        self.families.groups_of(at)
    }

    /// The canonical field and the name of a family.
    pub(crate) fn family(&self, number: u32) -> (&str, &str) {
        let key = self.families.key(number);
        key.split_once(BETWEEN).unwrap_or((key, ""))
    }

    /// The counted rules that look for a value of a family of a canonical field, by position.
    pub(crate) fn looking_for(&self, field: &str, family: &str) -> &[u32] {
        self.families.get(&format!("{field}{BETWEEN}{family}"))
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

/// What a cache holds under a key, made where it holds nothing. Two that ask at once may both make
/// it: it is the same.
fn kept<K: Eq + Hash, V, M>(cache: &Cache<K, Arc<V>>, key: K, make: impl FnOnce() -> M) -> Arc<V>
where
    V: ?Sized,
    Arc<V>: From<M>,
{
    if let Some(found) = cache.get(&key) {
        return found;
    }
    let made: Arc<V> = make().into();
    cache.insert(key, Arc::clone(&made));
    made
}

impl Tests {
    fn new(catalog: &Catalog, schema: &Schema) -> Self {
        let push_value = |key: &mut String, atom: &AtomFact| {
            key.push_str(&atom.field);
            key.push(BETWEEN);
            key.push_str(&atom.value);
        };
        let push_family = |key: &mut String, atom: &AtomFact| push_family_key(key, schema, atom);
        let mut made = Self {
            names: HashMap::new(),
            fields: HashMap::new(),
            values: Groups::new(literals(catalog), push_value),
            families: Groups::new(literals(catalog), push_family),
            operations: HashMap::new(),
        };
        for (at, facts) in (0_u32..).zip(&catalog.facts) {
            let named = operations(schema, facts).into_iter();
            for key in named.filter(|_| facts.class.counts()) {
                let rules = made.operations.entry(folded(key)).or_default();
                if rules.last() != Some(&at) {
                    rules.push(at);
                }
            }
            for atom in &facts.atoms {
                made.add(at, atom, facts.class.counts());
            }
        }
        made
    }

    fn add(&mut self, at: u32, atom: &AtomFact, counts: bool) {
        for name in [&atom.field, &atom.name] {
            let named = self.names.entry_ref(name).or_default();
            if !named.contains(&atom.field) {
                named.insert(atom.field.clone());
            }
        }
        if counts && !atom.implied {
            let rules = self.fields.entry_ref(&atom.field).or_default();
            if rules.last() != Some(&at) {
                rules.push(at);
            }
        }
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
    /// Where the groups of each rule begin in `by_rule`.
    starts: Vec<u32>,
    by_rule: Vec<u32>,
}

/// A group: where its key and its rules stand.
#[derive(Debug)]
struct Group {
    key: Range<usize>,
    rules: Range<usize>,
}

impl Groups {
    /// Rules by the keys of tests of theirs; rules come in ascending order.
    fn new<'c>(
        tests: impl Iterator<Item = (u32, &'c AtomFact)>,
        push_key: impl Fn(&mut String, &AtomFact),
    ) -> Self {
        let mut made = Self::default();
        let mut last: Vec<u32> = Vec::new();
        let mut members: Vec<(u32, u32)> = Vec::new();
        let mut key = String::new();
        for (at, atom) in tests {
            key.clear();
            push_key(&mut key, atom);
            let number = made.number(&key);
            last.resize(made.list.len(), u32::MAX);
            if std::mem::replace(&mut last[number as usize], at) != at {
                made.list[number as usize].rules.end += 1;
                members.push((number, at));
            }
        }
        made.place(&members);
        made.list_by_rule(&members);
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

    /// Lists the groups of each rule; members come by rule.
    fn list_by_rule(&mut self, members: &[(u32, u32)]) {
        for (place, &(_, rule)) in (0_u32..).zip(members) {
            // Rules without a group begin where the next one does.
            while self.starts.len() <= rule as usize {
                self.starts.push(place);
            }
        }
        self.by_rule = members.iter().map(|(number, _)| *number).collect();
    }

    /// The groups of a rule, by number.
    fn groups_of(&self, rule: u32) -> &[u32] {
        let rule = rule as usize;
        let end = self.by_rule.len();
        let at = |rule: usize| self.starts.get(rule).map_or(end, |start| *start as usize);
        &self.by_rule[at(rule)..at(rule + 1)]
    }

    /// The key of a group.
    fn key(&self, number: u32) -> &str {
        &self.keys[self.list[number as usize].key.clone()]
    }

    /// The rules of a group, in ascending order.
    fn get(&self, key: &str) -> &[u32] {
        let is_it = |number: &u32| self.key(*number) == key;
        let found = self.table.find(self.hasher.hash_one(key), is_it);
        found.map_or(&[], |number| {
            &self.rules[self.list[*number as usize].rules.clone()]
        })
    }
}

/// The indicators of the rules that count, with the rules' positions.
fn indicators(catalog: &Catalog) -> impl Iterator<Item = (u32, &AtomFact)> {
    literals(catalog).filter(|(_, atom)| atom.is_indicator())
}

/// The tests for literal values of the rules that count, with the rules' positions.
fn literals(catalog: &Catalog) -> impl Iterator<Item = (u32, &AtomFact)> {
    let rules = (0_u32..).zip(&catalog.facts);
    let counted = rules.filter(|(_, facts)| facts.class.counts());
    counted.flat_map(|(at, facts)| {
        let tests = facts.atoms.iter();
        let tests = tests.filter(|atom| atom.literal && !atom.implied);
        tests.map(move |atom| (at, atom))
    })
}
