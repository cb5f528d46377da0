//! Simplification that keeps the meaning and the order.

use super::key;
use crate::Predicate;
use std::collections::BTreeSet;

/// The predicate without what it does not need: constants, double negations, conjunctions in
/// conjunctions and disjunctions in disjunctions, repeated parts (the first stays), parts that
/// another part makes needless (`A and (A or B)` is `A`, `A or (A and B)` is `A`), and parts that
/// cancel (`A and not A`). What stays keeps its order, its spans and its negations as written.
pub fn simplify(predicate: &Predicate) -> Predicate {
    match predicate {
        Predicate::True | Predicate::False | Predicate::Atom(_) => predicate.clone(),
        Predicate::Not(inner) => negate(simplify(inner)),
        Predicate::And(parts) => combine(parts, Kind::And),
        Predicate::Or(parts) => combine(parts, Kind::Or),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    And,
    Or,
}

impl Kind {
    /// The constant that decides: one false part makes a conjunction false.
    fn decisive(self) -> Predicate {
        match self {
            Self::And => Predicate::False,
            Self::Or => Predicate::True,
        }
    }

    fn join(self, parts: Vec<Predicate>) -> Predicate {
        match self {
            Self::And => Predicate::and(parts),
            Self::Or => Predicate::or(parts),
        }
    }

    /// The parts of a part that is of the other kind.
    fn parts_of_other(self, part: &Predicate) -> Option<&[Predicate]> {
        match (self, part) {
            (Self::And, Predicate::Or(parts)) | (Self::Or, Predicate::And(parts)) => Some(parts),
            _ => None,
        }
    }
}

fn negate(predicate: Predicate) -> Predicate {
    match predicate {
        Predicate::True => Predicate::False,
        Predicate::False => Predicate::True,
        Predicate::Not(inner) => *inner,
        other => Predicate::not(other),
    }
}

fn combine(parts: &[Predicate], kind: Kind) -> Predicate {
    let joined = kind.join(parts.iter().map(simplify).collect());
    let flat = match (kind, joined) {
        (Kind::And, Predicate::And(flat)) | (Kind::Or, Predicate::Or(flat)) => flat,
        (_, other) => return other,
    };
    if flat.contains(&kind.decisive()) {
        return kind.decisive();
    }
    let mut seen = BTreeSet::new();
    let mut distinct: Vec<Predicate> = Vec::new();
    for part in flat {
        if seen.insert(key(&part)) {
            distinct.push(part);
        }
    }
    let cancels = |part: &Predicate| match part {
        Predicate::Not(inner) => seen.contains(&key(inner)),
        _ => false,
    };
    if distinct.iter().any(cancels) {
        return kind.decisive();
    }
    distinct.retain(|part| {
        kind.parts_of_other(part)
            .is_none_or(|inner| !inner.iter().any(|inner| seen.contains(&key(inner))))
    });
    kind.join(distinct)
}
