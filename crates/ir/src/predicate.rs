//! Two-valued tests of one event.

use crate::Atom;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A tree of atoms. Two-valued: an atom whose subject has no value is false, and a language with
/// other rules for missing fields is lowered with explicit [`Test::Exists`](crate::Test::Exists).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Predicate {
    /// Every event.
    True,
    /// No event.
    False,
    /// All of them; empty is true.
    And(Vec<Predicate>),
    /// One of them; empty is false.
    Or(Vec<Predicate>),
    /// Not that.
    Not(Box<Predicate>),
    /// A leaf.
    Atom(Box<Atom>),
}

impl Predicate {
    /// Both; neighbouring conjunctions are joined and `True` is dropped.
    pub fn and(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::True => {}
                Self::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Self::True,
            1 => flat.remove(0),
            _ => Self::And(flat),
        }
    }

    /// Either; neighbouring disjunctions are joined and `False` is dropped.
    pub fn or(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::False => {}
                Self::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Self::False,
            1 => flat.remove(0),
            _ => Self::Or(flat),
        }
    }

    /// The negation, as written: nothing is pushed inward.
    #[allow(
        clippy::should_implement_trait,
        reason = "reads as the logic it builds"
    )]
    pub fn not(inner: Self) -> Self {
        Self::Not(Box::new(inner))
    }

    /// A leaf.
    pub fn atom(atom: Atom) -> Self {
        Self::Atom(Box::new(atom))
    }

    /// Every atom of the tree in source order, those inside nested tests and lineages left out.
    pub fn atoms(&self) -> Vec<&Atom> {
        let mut found = Vec::new();
        self.visit(&mut |atom| found.push(atom));
        found
    }

    /// Calls `each` for every atom of the tree, in order.
    pub fn visit<'a>(&'a self, each: &mut impl FnMut(&'a Atom)) {
        match self {
            Self::True | Self::False => {}
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.visit(each)),
            Self::Not(inner) => inner.visit(each),
            Self::Atom(atom) => each(atom),
        }
    }
}
