//! What a predicate demands of its events: their categories, types and operating systems.

use std::collections::BTreeSet;
use tripline_ir::{Predicate, Shape, Subject, Test, Text};

/// The values that every event satisfying a predicate has one of, sorted; empty: any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routing {
    /// Of `event.category`.
    pub categories: Vec<Text>,
    /// Of `event.type`.
    pub types: Vec<Text>,
    /// Of `host.os.type` (or `host.os.family`).
    pub os: Vec<Text>,
}

impl Routing {
    /// What `predicate` demands.
    pub fn of(predicate: &Predicate) -> Self {
        let list = |names: &[&str]| demanded(predicate, names);
        Self {
            categories: list(&["event.category"]),
            types: list(&["event.type"]),
            os: list(&["host.os.type", "host.os.family"]),
        }
    }
}

/// The values, one of which a field of these names has in every event that satisfies the
/// predicate, sorted; empty when nothing is known. Since a field may hold several values, a
/// conjunction of two demands gives both.
pub fn demanded(predicate: &Predicate, names: &[&str]) -> Vec<Text> {
    set(predicate, names).map_or_else(Vec::new, |set| set.into_iter().collect())
}

fn set(predicate: &Predicate, names: &[&str]) -> Option<BTreeSet<Text>> {
    match predicate {
        Predicate::And(parts) => {
            parts
                .iter()
                .filter_map(|part| set(part, names))
                .reduce(|mut all, more| {
                    all.extend(more);
                    all
                })
        }
        Predicate::Or(parts) if !parts.is_empty() => {
            let mut all = BTreeSet::new();
            for part in parts {
                all.extend(set(part, names)?);
            }
            Some(all)
        }
        Predicate::Atom(atom) => {
            let (Subject::Field(field), Test::Pattern(pattern)) = (&atom.subject, &atom.test)
            else {
                return None;
            };
            let Shape::Equals(value) = pattern.shape() else {
                return None;
            };
            names
                .contains(&field.name.as_str())
                .then(|| BTreeSet::from([Text::new(value)]))
        }
        _ => None,
    }
}
