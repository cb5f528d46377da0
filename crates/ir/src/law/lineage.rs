//! Process ancestry.
//!
//! The tree is read from the events themselves: an event that names its process
//! (`process.entity_id`) and that process's parent (`process.parent.entity_id`) gives one edge.
//! Where an event has no entity ids, process ids (`process.pid`, `process.parent.pid`) stand in.
//! Only events up to the tested one count, in the order of time, and of several edges the latest
//! one before it.

use super::{Law, lookup::Scope};
use crate::{Event, FieldRef, Lineage, LineageRelation, Text, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A process as an event names it: by entity id, or by process id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Process {
    Entity(Text),
    Pid(Text),
}

impl Law<'_> {
    /// Whether the event's process relates to one that an event up to this one started. `id` is
    /// the process's entity id, or its process id where the subject is one.
    pub(crate) fn lineage(&self, lineage: &Lineage, id: &Value, scope: &Scope<'_>) -> bool {
        let (Some(index), Some(id)) = (scope.index, id.as_text()) else {
            return false;
        };
        let past = &self.order[..=self.rank[index]];
        let found: BTreeSet<Process> = past
            .iter()
            .filter(|&&other| self.finds(&lineage.of, other))
            .flat_map(|&other| names(&self.events[other], "process.entity_id", "process.pid"))
            .collect();
        let parents = self.parents(past);
        let mut process = vec![Process::Entity(id.clone()), Process::Pid(id)];
        process.extend(names(scope.event, "process.entity_id", "process.pid"));
        match lineage.relation {
            LineageRelation::EventOf => process.iter().any(|name| found.contains(name)),
            LineageRelation::ChildOf => process
                .iter()
                .filter_map(|name| parents.get(name))
                .any(|parent| found.contains(parent)),
            LineageRelation::DescendantOf => process
                .iter()
                .any(|name| has_ancestor(name, &parents, &found)),
        }
    }

    fn parents(&self, past: &[usize]) -> BTreeMap<Process, Process> {
        let mut parents = BTreeMap::new();
        for &index in past {
            let event = &self.events[index];
            let own = names(event, "process.entity_id", "process.pid");
            let above = names(event, "process.parent.entity_id", "process.parent.pid");
            for child in own {
                let same_kind = |parent: &&Process| {
                    std::mem::discriminant(*parent) == std::mem::discriminant(&child)
                };
                if let Some(parent) = above.iter().find(same_kind) {
                    parents.insert(child, parent.clone());
                }
            }
        }
        parents
    }
}

/// Whether a chain of parents reaches one of the processes; a cycle ends it.
fn has_ancestor(
    process: &Process,
    parents: &BTreeMap<Process, Process>,
    wanted: &BTreeSet<Process>,
) -> bool {
    let mut seen = BTreeSet::new();
    let mut at = process;
    while let Some(parent) = parents.get(at) {
        if wanted.contains(parent) {
            return true;
        }
        if !seen.insert(parent) {
            return false;
        }
        at = parent;
    }
    false
}

/// How an event names a process: by entity id where it has one, else by process id.
fn names(event: &Event, entity: &str, pid: &str) -> Vec<Process> {
    let scope = Scope::of_event(event);
    let text = |name: &str| {
        let field = FieldRef::unmapped(name);
        scope.field(&field).and_then(|value| value.as_text())
    };
    let entity = text(entity).map(Process::Entity);
    entity
        .or_else(|| text(pid).map(Process::Pid))
        .into_iter()
        .collect()
}
