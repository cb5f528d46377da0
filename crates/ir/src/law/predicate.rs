//! Predicates: two-valued logic over atoms.

use super::{Law, lookup::Scope};
use crate::Predicate;

impl Law<'_> {
    /// Whether a predicate holds.
    pub(crate) fn predicate(&self, predicate: &Predicate, scope: &Scope<'_>) -> bool {
        match predicate {
            Predicate::True => true,
            Predicate::False => false,
            Predicate::And(parts) => parts.iter().all(|part| self.predicate(part, scope)),
            Predicate::Or(parts) => parts.iter().any(|part| self.predicate(part, scope)),
            Predicate::Not(inner) => !self.predicate(inner, scope),
            Predicate::Atom(atom) => self.atom(atom, scope),
        }
    }
}
