//! Polarity, exclusion clauses and scope of each atom.
//!
//! All three are read off the negation normal form, so that `not (A and B)` and
//! `not A or not B` give the same. An atom under an odd number of `Not`s is an exclusion. A clause
//! is what one exclusion excludes: a part of the normal form that holds exclusions only, cut at
//! its conjunctions. So `not (A and B)` is one clause of two atoms, because both together are
//! excluded; `not (A or B)` is two clauses, because each is. In `not (A and not B)`, which is
//! `not A or B`, `A` is a clause in one branch, and `B` is no exclusion.

use crate::{Atom, Predicate};

/// How far an atom reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Its clause (or, outside clauses, the atom itself) must be satisfied by every event that
    /// the predicate holds for: it is a conjunct at the top.
    Whole,
    /// It stands in one of several alternatives.
    Branch,
}

/// One atom where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Occurrence<'p> {
    /// The atom.
    pub atom: &'p Atom,
    /// It is an exclusion: an odd number of `Not`s stands above it.
    pub negated: bool,
    /// How far its clause, or outside clauses the atom itself, reaches.
    pub scope: Scope,
    /// The exclusion clause that it stands in, numbered from 0 in order; `None` outside clauses.
    pub clause: Option<u32>,
}

/// Every atom with its polarity, scope and clause, in order of the tree. Atoms inside nested
/// tests and lineages are parts of the atom around them and not listed.
pub fn occurrences(predicate: &Predicate) -> Vec<Occurrence<'_>> {
    let mut walk = Walk {
        found: Vec::new(),
        clauses: 0,
    };
    walk.outside(predicate, false, Scope::Whole);
    walk.found
}

struct Walk<'p> {
    found: Vec<Occurrence<'p>>,
    clauses: u32,
}

impl<'p> Walk<'p> {
    /// A part outside clauses; `negated` says whether its normal form is that of its negation.
    fn outside(&mut self, predicate: &'p Predicate, negated: bool, scope: Scope) {
        match predicate {
            Predicate::True | Predicate::False => {}
            Predicate::Not(inner) => self.outside(inner, !negated, scope),
            Predicate::Atom(atom) if !negated => self.push(atom, false, scope, None),
            Predicate::And(parts) | Predicate::Or(parts) => {
                let conjunction = matches!(predicate, Predicate::And(_)) != negated;
                let alternatives = !conjunction && parts.len() > 1;
                if alternatives && only_exclusions(predicate, negated) {
                    self.new_clause(predicate, negated, scope);
                    return;
                }
                let inner = if alternatives { Scope::Branch } else { scope };
                for part in parts {
                    self.outside(part, negated, inner);
                }
            }
            Predicate::Atom(_) => self.new_clause(predicate, negated, scope),
        }
    }

    fn new_clause(&mut self, predicate: &'p Predicate, negated: bool, scope: Scope) {
        let clause = self.clauses;
        self.clauses += 1;
        self.inside(predicate, negated, scope, clause);
    }

    /// A part of a clause.
    fn inside(&mut self, predicate: &'p Predicate, negated: bool, scope: Scope, clause: u32) {
        match predicate {
            Predicate::True | Predicate::False => {}
            Predicate::And(parts) | Predicate::Or(parts) => {
                for part in parts {
                    self.inside(part, negated, scope, clause);
                }
            }
            Predicate::Not(inner) => self.inside(inner, !negated, scope, clause),
            Predicate::Atom(atom) => self.push(atom, negated, scope, Some(clause)),
        }
    }

    fn push(&mut self, atom: &'p Atom, negated: bool, scope: Scope, clause: Option<u32>) {
        self.found.push(Occurrence {
            atom,
            negated,
            scope,
            clause,
        });
    }
}

/// Whether every leaf of a part's normal form is a negated atom.
fn only_exclusions(predicate: &Predicate, negated: bool) -> bool {
    match predicate {
        Predicate::True | Predicate::False => false,
        Predicate::Atom(_) => negated,
        Predicate::Not(inner) => only_exclusions(inner, !negated),
        Predicate::And(parts) | Predicate::Or(parts) => {
            parts.iter().all(|part| only_exclusions(part, negated))
        }
    }
}
