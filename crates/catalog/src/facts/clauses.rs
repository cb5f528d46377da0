//! Exclusion clauses: the conjunctions that a rule leaves out.

use super::branch::Normal;
use super::{AtomFact, ExclusionFact};
use std::collections::BTreeSet;

/// A rule whose exclusions multiply out to more clauses than this gets one clause per test.
const MAX_CLAUSES: usize = 2_048;

/// Appends the clauses of `normal`. `single` says that the branch is the whole rule.
pub(super) fn collect(
    normal: &Normal,
    atoms: &[AtomFact],
    single: bool,
    out: &mut Vec<ExclusionFact>,
) {
    walk(normal, atoms, single, out);
}

fn walk(normal: &Normal, atoms: &[AtomFact], whole: bool, out: &mut Vec<ExclusionFact>) {
    if matches!(normal, Normal::Constant) {
        return;
    }
    if all_negative(normal, atoms) {
        for clause in excluded(normal, atoms) {
            out.push(ExclusionFact {
                atoms: clause.into_iter().collect(),
                whole,
            });
        }
        return;
    }
    match normal {
        Normal::Constant | Normal::Atom(_) => {}
        Normal::And(parts) => parts.iter().for_each(|part| walk(part, atoms, whole, out)),
        Normal::Or(parts) => parts.iter().for_each(|part| walk(part, atoms, false, out)),
    }
}

fn all_negative(normal: &Normal, atoms: &[AtomFact]) -> bool {
    match normal {
        Normal::Constant => false,
        Normal::Atom(at) => atoms[*at as usize].negated && !atoms[*at as usize].implied,
        Normal::And(parts) => {
            !parts.is_empty() && parts.iter().all(|part| all_negative(part, atoms))
        }
        // What the language adds to a negation as another way to satisfy it is not excluded.
        Normal::Or(parts) => {
            let mut written = parts
                .iter()
                .filter(|part| !is_added(part, atoms))
                .peekable();
            written.peek().is_some() && written.all(|part| all_negative(part, atoms))
        }
    }
}

/// A test that the language implies, which is not negated.
fn is_added(normal: &Normal, atoms: &[AtomFact]) -> bool {
    match normal {
        Normal::Atom(at) => {
            let atom = &atoms[*at as usize];
            atom.implied && !atom.negated
        }
        _ => false,
    }
}

/// The dual of a tree of negated tests, as a disjunction of conjunctions: what it excludes.
fn excluded(normal: &Normal, atoms: &[AtomFact]) -> Vec<BTreeSet<u32>> {
    match product(normal, atoms) {
        Some(clauses) => clauses,
        None => singles(normal, atoms),
    }
}

fn product(normal: &Normal, atoms: &[AtomFact]) -> Option<Vec<BTreeSet<u32>>> {
    match normal {
        Normal::Constant => Some(Vec::new()),
        Normal::Atom(at) => Some(vec![BTreeSet::from([*at])]),
        // Under negation a conjunction excludes what any of its parts excludes.
        Normal::And(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(product(part, atoms)?);
            }
            (all.len() <= MAX_CLAUSES).then_some(all)
        }
        Normal::Or(parts) => {
            let mut all = vec![BTreeSet::new()];
            for part in parts.iter().filter(|part| !is_added(part, atoms)) {
                let right = product(part, atoms)?;
                if all.len() * right.len() > MAX_CLAUSES {
                    return None;
                }
                all = cross(&all, &right);
            }
            Some(all)
        }
    }
}

fn cross(left: &[BTreeSet<u32>], right: &[BTreeSet<u32>]) -> Vec<BTreeSet<u32>> {
    left.iter()
        .flat_map(|one| {
            right
                .iter()
                .map(move |other| one.union(other).copied().collect())
        })
        .collect()
}

fn singles(normal: &Normal, atoms: &[AtomFact]) -> Vec<BTreeSet<u32>> {
    match normal {
        Normal::Constant => Vec::new(),
        _ if is_added(normal, atoms) => Vec::new(),
        Normal::Atom(at) => vec![BTreeSet::from([*at])],
        Normal::And(parts) | Normal::Or(parts) => {
            parts.iter().flat_map(|part| singles(part, atoms)).collect()
        }
    }
}
