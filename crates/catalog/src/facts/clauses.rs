//! Exclusion clauses: the conjunctions that a rule leaves out.
//!
//! A part of a condition excludes when all that the author wrote in it is negated, or when it is a
//! negation with exceptions: `not (A and not B)` leaves out `A` unless `B`. What a language adds,
//! such as a guard for a missing field, says nothing of its own.

use super::branch::Normal;
use super::{AtomFact, ExclusionFact};
use std::collections::BTreeSet;

/// Exclusions that multiply out to more clauses than this are left out: a part of one says something
/// else.
const MAX_CLAUSES: usize = 2_048;

/// What a part of a condition does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The author did not write it.
    Added,
    /// Everything in it is negated.
    LeavesOut,
    /// It allows that something is missing or empty.
    Allows,
    /// Anything else.
    Demands,
}

/// Appends the clauses of `normal`. `whole` says that it holds for all that the rule finds.
pub(super) fn collect(
    normal: &Normal,
    atoms: &[AtomFact],
    whole: bool,
    out: &mut Vec<ExclusionFact>,
) {
    match normal {
        Normal::And(parts) => {
            for part in parts {
                collect(part, atoms, whole, out);
            }
        }
        _ if side(normal, atoms) == Side::LeavesOut => {
            let clauses = product(normal, atoms).unwrap_or_default();
            let clauses = clauses.iter().map(|clause| ExclusionFact {
                atoms: plain(clause, atoms),
                whole,
            });
            out.extend(clauses.filter(|clause| !clause.atoms.is_empty()));
        }
        Normal::Or(parts) => {
            for part in parts {
                collect(part, atoms, false, out);
            }
        }
        _ => {}
    }
}

/// Whether everything that the author wrote in a part is negated, or an exception to it.
pub(super) fn leaves_out(normal: &Normal, atoms: &[AtomFact]) -> bool {
    side(normal, atoms) == Side::LeavesOut
}

fn side(normal: &Normal, atoms: &[AtomFact]) -> Side {
    let sides = |parts: &[Normal]| -> Vec<Side> {
        let all = parts.iter().map(|part| side(part, atoms));
        all.filter(|side| *side != Side::Added).collect()
    };
    match normal {
        Normal::True | Normal::False => Side::Demands,
        Normal::Unless(_) => Side::LeavesOut,
        Normal::Atom(at) => match &atoms[*at as usize] {
            atom if atom.implied => Side::Added,
            atom if atom.negated => Side::LeavesOut,
            atom if is_absence(atom) => Side::Allows,
            _ => Side::Demands,
        },
        Normal::And(parts) => match sides(parts).as_slice() {
            [] => Side::Added,
            all if all.iter().all(|side| *side == Side::LeavesOut) => Side::LeavesOut,
            [one] => *one,
            _ => Side::Demands,
        },
        Normal::Or(parts) => match sides(parts).as_slice() {
            [] => Side::Added,
            all if all.contains(&Side::Demands) => Side::Demands,
            all if all.contains(&Side::LeavesOut) => Side::LeavesOut,
            _ => Side::Allows,
        },
    }
}

/// A test that a field is missing or empty.
fn is_absence(atom: &AtomFact) -> bool {
    atom.operator == "missing" || (atom.operator == "eq" && atom.value.is_empty())
}

fn is_added(normal: &Normal, atoms: &[AtomFact]) -> bool {
    side(normal, atoms) == Side::Added
}

/// The dual of a tree, as a disjunction of conjunctions: what it excludes.
fn product(normal: &Normal, atoms: &[AtomFact]) -> Option<Vec<BTreeSet<u32>>> {
    match normal {
        _ if is_added(normal, atoms) => Some(Vec::new()),
        Normal::True => Some(Vec::new()),
        Normal::False => Some(vec![BTreeSet::new()]),
        Normal::Atom(at) => Some(vec![BTreeSet::from([*at])]),
        // Under negation a conjunction excludes what any of its parts excludes.
        Normal::And(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(product(part, atoms)?);
            }
            (all.len() <= MAX_CLAUSES).then_some(all)
        }
        Normal::Or(parts) | Normal::Unless(parts) => {
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

/// A clause without what its other tests say anyway: a field with a value is not missing.
fn plain(clause: &BTreeSet<u32>, atoms: &[AtomFact]) -> Vec<u32> {
    let of = |at: &u32| &atoms[*at as usize];
    let has_value = |field: &str| {
        let mut tests = clause.iter().map(of);
        tests.any(|test| test.negated && test.field == field && !is_absence(test))
    };
    let kept = clause.iter().filter(|at| {
        let test = of(at);
        test.negated || !is_absence(test) || !has_value(&test.field)
    });
    kept.copied().collect()
}
