//! The ways in which rules look for something in one field: which of its tests a match of a rule
//! may rest on together.

use super::scope::Scope;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use tripline_catalog::facts::{AtomFact, Tree};

/// How many ways of one rule are looked at.
const MOST_WAYS: usize = 64;

/// A test of the field: operator and value.
pub(super) type Test<'a> = (&'a str, &'a str);

/// Tests of the field that hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way<'a> {
    /// The tests.
    pub(super) tests: BTreeSet<Test<'a>>,
    /// The rule looks for something in other fields as well.
    pub(super) with_others: bool,
    /// How many rules look so.
    pub(super) rules: usize,
}

impl Way<'_> {
    /// No test, of a rule.
    fn nothing() -> Self {
        Self {
            rules: 1,
            ..Self::default()
        }
    }
}

/// What is known of the rules that look in one way.
#[derive(Default)]
struct Known {
    rules: usize,
    /// Whether a rule looks in no other field.
    alone: bool,
    /// The place of the best of them.
    place: usize,
}

/// The ways in which rules look for something in a field: those of most rules first, then those
/// whose tests most rules have, then those that need no other field; among equals each rule in turn,
/// the best first. Values that a rule asks for together stay together.
pub(super) fn ways<'a>(scope: &Scope<'a>, field: &str, rules: &[u32]) -> Vec<Way<'a>> {
    let wanted: BTreeSet<u32> = rules.iter().copied().collect();
    let best = scope.best.iter().filter(|at| wanted.contains(at));
    let mut found: BTreeMap<BTreeSet<Test<'_>>, Known> = BTreeMap::new();
    let mut having: BTreeMap<Test<'_>, usize> = BTreeMap::new();
    for (place, at) in best.enumerate() {
        let facts = scope.facts(*at);
        let tells =
            |atom: &AtomFact| atom.is_indicator() && !scope.index.schema.routing_field(&atom.field);
        let branches = facts.branches.iter();
        let all: BTreeSet<Way<'_>> = branches
            .flat_map(|branch| of_tree(&branch.tree, &facts.atoms, field, &tells))
            .filter(|way| !way.tests.is_empty())
            .collect();
        let tests: BTreeSet<Test<'_>> = all.iter().flat_map(|way| &way.tests).copied().collect();
        for test in tests {
            *having.entry(test).or_default() += 1;
        }
        for way in all {
            let first = Known {
                place,
                ..Known::default()
            };
            let known = found.entry(way.tests).or_insert(first);
            known.rules += 1;
            known.alone |= !way.with_others;
        }
    }
    ordered(found, &having)
}

fn ordered<'a>(
    found: BTreeMap<BTreeSet<Test<'a>>, Known>,
    having: &BTreeMap<Test<'a>, usize>,
) -> Vec<Way<'a>> {
    let mut turns: BTreeMap<(usize, usize, bool, usize), usize> = BTreeMap::new();
    let mut rows: Vec<_> = found
        .into_iter()
        .map(|(tests, known)| {
            let least = tests.iter().filter_map(|test| having.get(test)).min();
            let least = least.copied().unwrap_or_default();
            let turn = turns.entry((known.rules, least, known.alone, known.place));
            let turn = turn.and_modify(|turn| *turn += 1).or_default();
            let order = (
                Reverse(known.rules),
                Reverse(least),
                Reverse(known.alone),
                *turn,
                known.place,
            );
            let way = Way {
                tests,
                with_others: !known.alone,
                rules: known.rules,
            };
            (order, way)
        })
        .collect();
    rows.sort_by_key(|(order, _)| *order);
    rows.into_iter().map(|(_, way)| way).collect()
}

/// The ways of a tree; a way without tests where it rests on other fields. Of more than
/// [`MOST_WAYS`] only the first.
fn of_tree<'a>(
    tree: &Tree,
    atoms: &'a [AtomFact],
    field: &str,
    tells: &dyn Fn(&AtomFact) -> bool,
) -> Vec<Way<'a>> {
    let mut ways = match tree {
        Tree::Nothing => vec![Way::nothing()],
        Tree::Atom(at) => {
            let atom = &atoms[*at as usize];
            let own = atom.field == field;
            let test = (own && atom.is_indicator())
                .then_some((atom.operator.as_str(), atom.value.as_str()));
            vec![Way {
                tests: test.into_iter().collect(),
                with_others: !own && tells(atom),
                rules: 1,
            }]
        }
        Tree::Or(parts) => parts
            .iter()
            .flat_map(|part| of_tree(part, atoms, field, tells))
            .collect(),
        Tree::And(parts) => parts.iter().fold(vec![Way::nothing()], |ways, part| {
            let more: BTreeSet<Way<'_>> = of_tree(part, atoms, field, tells).into_iter().collect();
            let joined = ways
                .iter()
                .flat_map(|way| more.iter().map(|other| both(way, other)));
            joined.take(MOST_WAYS).collect()
        }),
    };
    ways.truncate(MOST_WAYS);
    ways
}

fn both<'a>(one: &Way<'a>, other: &Way<'a>) -> Way<'a> {
    Way {
        tests: one.tests.union(&other.tests).copied().collect(),
        with_others: one.with_others || other.with_others,
        rules: 1,
    }
}
