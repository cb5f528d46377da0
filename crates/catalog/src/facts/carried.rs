//! Events that have what a branch demands: a test of a script's text is satisfied by no event that
//! carries no script.

use super::{AtomFact, Tree};
use std::collections::BTreeSet;
use tripline_ir::Text;
use tripline_schema::Schema;

/// The events without those that lack a field which every match must have, where another event of
/// the branch has it. An event whose fields the tables do not list stays.
pub(super) fn narrowed(
    mut events: Vec<Text>,
    (tree, atoms): (&Tree, &[AtomFact]),
    schema: &Schema,
) -> Vec<Text> {
    for field in demanded(tree, atoms) {
        let has = |key: &Text| schema.carries(key, field);
        if events.iter().any(|key| has(key) == Some(true)) {
            events.retain(|key| has(key) != Some(false));
        }
    }
    events
}

/// The fields that every event of a branch must have.
fn demanded<'f>(tree: &Tree, atoms: &'f [AtomFact]) -> BTreeSet<&'f str> {
    match tree {
        Tree::Nothing => BTreeSet::new(),
        Tree::Atom(at) => {
            let atom = &atoms[*at as usize];
            let present = atom.operator != "missing";
            present.then_some(atom.field.as_str()).into_iter().collect()
        }
        Tree::And(parts) => parts
            .iter()
            .flat_map(|part| demanded(part, atoms))
            .collect(),
        Tree::Or(parts) => {
            let mut parts = parts.iter().map(|part| demanded(part, atoms));
            let first = parts.next().unwrap_or_default();
            parts.fold(first, |kept, part| {
                kept.intersection(&part).copied().collect()
            })
        }
    }
}
