//! Negation normal form.

use crate::Predicate;

/// The predicate with negations pushed down to the atoms, by de Morgan's laws. An atom stays as
/// it is under its `Not`: `not (n < 5)` also holds where `n` is missing, `n >= 5` does not.
pub fn nnf(predicate: &Predicate) -> Predicate {
    push(predicate, false)
}

fn push(predicate: &Predicate, negated: bool) -> Predicate {
    let all = |parts: &[Predicate]| parts.iter().map(|part| push(part, negated)).collect();
    match (predicate, negated) {
        (Predicate::True, false) | (Predicate::False, true) => Predicate::True,
        (Predicate::False, false) | (Predicate::True, true) => Predicate::False,
        (Predicate::And(parts), false) | (Predicate::Or(parts), true) => Predicate::And(all(parts)),
        (Predicate::Or(parts), false) | (Predicate::And(parts), true) => Predicate::Or(all(parts)),
        (Predicate::Not(inner), _) => push(inner, !negated),
        (Predicate::Atom(_), false) => predicate.clone(),
        (Predicate::Atom(_), true) => Predicate::not(predicate.clone()),
    }
}
