//! Equality that looks at meaning, not at where a part stands in the source.

use crate::{Atom, Predicate, Span, Test};

/// Whether two predicates have the same structure, spans and implied marks aside.
pub fn same(left: &Predicate, right: &Predicate) -> bool {
    unspanned(left) == unspanned(right)
}

/// A text that two predicates share exactly if they are the [`same`]: for sets and maps.
pub fn key(predicate: &Predicate) -> String {
    predicate.to_string()
}

/// The predicate with every span empty and no implied marks.
pub fn unspanned(predicate: &Predicate) -> Predicate {
    match predicate {
        Predicate::True => Predicate::True,
        Predicate::False => Predicate::False,
        Predicate::And(parts) => Predicate::And(parts.iter().map(unspanned).collect()),
        Predicate::Or(parts) => Predicate::Or(parts.iter().map(unspanned).collect()),
        Predicate::Not(inner) => Predicate::not(unspanned(inner)),
        Predicate::Atom(atom) => Predicate::atom(unspanned_atom(atom)),
    }
}

fn unspanned_atom(atom: &Atom) -> Atom {
    let mut atom = atom.clone();
    atom.span = Span::default();
    atom.implied = false;
    match &mut atom.test {
        Test::Nested(inner) => **inner = unspanned(inner),
        Test::Lineage(lineage) => lineage.of.predicate = unspanned(&lineage.of.predicate),
        _ => {}
    }
    atom
}
