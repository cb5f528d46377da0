//! Bounded disjunctive normal form.

use super::key;
use crate::{Atom, Predicate};
use std::collections::{BTreeMap, BTreeSet};

/// An atom or its negation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Literal<'p> {
    /// The atom.
    pub atom: &'p Atom,
    /// It must not hold.
    pub negated: bool,
}

/// The disjunctive normal form has more alternatives than the caller allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyAlternatives {
    /// What the caller allows.
    pub limit: usize,
}

impl std::fmt::Display for TooManyAlternatives {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "more than {} alternatives", self.limit)
    }
}

impl std::error::Error for TooManyAlternatives {}

/// Literals by the number of their atom: atoms that are the same share a number.
type Conjunction = BTreeMap<usize, bool>;

/// The alternatives of a predicate: each a list of literals that must all hold, in order of the
/// tree. No alternative at all is false, an alternative without literals is true. An alternative
/// that contradicts itself is left out, and so is one that another alternative contains. At no
/// time there are more than `limit` alternatives.
///
/// # Errors
/// There would be more than `limit` alternatives.
pub fn dnf(
    predicate: &Predicate,
    limit: usize,
) -> Result<Vec<Vec<Literal<'_>>>, TooManyAlternatives> {
    let mut atoms = Atoms::default();
    let alternatives = alternatives(predicate, false, limit, &mut atoms)?;
    let alternatives = absorb(alternatives);
    let literal = |(number, negated)| Literal {
        atom: atoms.all[number],
        negated,
    };
    Ok(alternatives
        .into_iter()
        .map(|conjunction| conjunction.into_iter().map(literal).collect())
        .collect())
}

#[derive(Default)]
struct Atoms<'p> {
    all: Vec<&'p Atom>,
    numbers: BTreeMap<String, usize>,
}

impl<'p> Atoms<'p> {
    fn number(&mut self, predicate: &Predicate, atom: &'p Atom) -> usize {
        let next = self.all.len();
        let number = *self.numbers.entry(key(predicate)).or_insert(next);
        if number == next {
            self.all.push(atom);
        }
        number
    }
}

fn alternatives<'p>(
    predicate: &'p Predicate,
    negated: bool,
    limit: usize,
    atoms: &mut Atoms<'p>,
) -> Result<Vec<Conjunction>, TooManyAlternatives> {
    match (predicate, negated) {
        (Predicate::True, false) | (Predicate::False, true) => Ok(vec![Conjunction::new()]),
        (Predicate::False, false) | (Predicate::True, true) => Ok(Vec::new()),
        (Predicate::Not(inner), _) => alternatives(inner, !negated, limit, atoms),
        (Predicate::Atom(atom), _) => {
            let number = atoms.number(predicate, atom);
            Ok(vec![Conjunction::from([(number, negated)])])
        }
        (Predicate::Or(parts), false) | (Predicate::And(parts), true) => {
            let mut found = Vec::new();
            for part in parts {
                found.extend(alternatives(part, negated, limit, atoms)?);
                found = bounded(found, limit)?;
            }
            Ok(found)
        }
        (Predicate::And(parts), false) | (Predicate::Or(parts), true) => {
            let mut found = vec![Conjunction::new()];
            for part in parts {
                let next = alternatives(part, negated, limit, atoms)?;
                found = product(&found, &next, limit)?;
            }
            Ok(found)
        }
    }
}

/// Every pair joined, those that contradict themselves left out.
fn product(
    left: &[Conjunction],
    right: &[Conjunction],
    limit: usize,
) -> Result<Vec<Conjunction>, TooManyAlternatives> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for a in left {
        for b in right {
            let Some(both) = join(a, b) else {
                continue;
            };
            if seen.insert(both.clone()) {
                found.push(both);
            }
            if found.len() > limit {
                return Err(TooManyAlternatives { limit });
            }
        }
    }
    Ok(found)
}

fn join(left: &Conjunction, right: &Conjunction) -> Option<Conjunction> {
    let mut both = left.clone();
    for (&number, &negated) in right {
        if *both.entry(number).or_insert(negated) != negated {
            return None;
        }
    }
    Some(both)
}

fn bounded(found: Vec<Conjunction>, limit: usize) -> Result<Vec<Conjunction>, TooManyAlternatives> {
    if found.len() <= limit {
        return Ok(found);
    }
    let mut seen = BTreeSet::new();
    let distinct: Vec<Conjunction> = found
        .into_iter()
        .filter(|conjunction| seen.insert(conjunction.clone()))
        .collect();
    if distinct.len() > limit {
        return Err(TooManyAlternatives { limit });
    }
    Ok(distinct)
}

/// Drops alternatives that ask for everything another one asks for, and more.
fn absorb(alternatives: Vec<Conjunction>) -> Vec<Conjunction> {
    let within = |small: &Conjunction, large: &Conjunction| {
        small
            .iter()
            .all(|(number, negated)| large.get(number) == Some(negated))
    };
    let mut kept: Vec<Conjunction> = Vec::new();
    for next in alternatives {
        if kept.iter().any(|before| within(before, &next)) {
            continue;
        }
        kept.retain(|before| !within(&next, before));
        kept.push(next);
    }
    kept
}
