//! The leaves of a plan with the tests that later stages add to them.
//!
//! A filter behind a leaf tests that leaf's events as long as it reads their own fields: columns
//! that a stage computed are no fields of the event, behind an aggregate only the group's keys
//! are, and behind a join of two streams nobody knows whose they are.

use super::plain::Columns;
use std::collections::BTreeSet;
use tripline_ir::{Atom, Expr, FieldRef, JoinKind, Key, Match, Plan, Predicate, Text};

/// A leaf and the tests that later stages add to it.
pub(super) struct Leaf<'a> {
    pub(super) found: &'a Match,
    pub(super) filters: Vec<Predicate>,
    /// Its events must not occur.
    pub(super) missing: bool,
    seen: Seen,
    /// Columns that stages computed.
    computed: Columns,
}

/// Which of a leaf's fields the rows still show.
enum Seen {
    All,
    /// Those of these canonical names.
    Only(BTreeSet<Text>),
}

/// The leaves whose events can alert: the looked-up side of a join only decides about others.
pub(super) fn leaves(plan: &Plan) -> Vec<Leaf<'_>> {
    match plan {
        Plan::Join(join) => match join.kind {
            JoinKind::LeftSemi | JoinKind::LeftAnti | JoinKind::LeftOuter => leaves(&join.left),
            JoinKind::RightSemi | JoinKind::RightAnti => leaves(&join.right),
            JoinKind::Inner
            | JoinKind::InnerUnique
            | JoinKind::RightOuter
            | JoinKind::FullOuter => {
                let mut both = leaves(&join.left);
                both.extend(leaves(&join.right));
                if both.len() > 1 {
                    for leaf in &mut both {
                        leaf.close(&[]);
                    }
                }
                both
            }
        },
        Plan::Filter { input, predicate } => {
            let mut below = leaves(input);
            for leaf in &mut below {
                leaf.filter(predicate);
            }
            below
        }
        Plan::Match(found) => vec![Leaf::new(found, false)],
        Plan::Sequence(sequence) => {
            let steps = sequence.steps.iter();
            let steps = steps.map(|step| Leaf::new(&step.find, step.missing));
            let until = sequence.until.iter();
            steps
                .chain(until.map(|step| Leaf::new(&step.find, true)))
                .collect()
        }
        Plan::Sample(sample) => {
            let steps = sample.steps.iter();
            steps
                .map(|step| Leaf::new(&step.find, step.missing))
                .collect()
        }
        Plan::Aggregate(aggregate) => closed(&aggregate.input, &aggregate.group_by),
        Plan::Correlate(_) => {
            let inputs = plan.inputs().into_iter();
            inputs.flat_map(|input| closed(input, &[])).collect()
        }
        other => {
            let mut below: Vec<Leaf<'_>> = other.inputs().into_iter().flat_map(leaves).collect();
            for leaf in &mut below {
                match other {
                    Plan::Derive { columns, .. } => {
                        for (name, value) in columns {
                            leaf.computed.derive(name, value);
                        }
                    }
                    _ => computed(other)
                        .into_iter()
                        .for_each(|name| leaf.computed.add(name)),
                }
            }
            below
        }
    }
}

fn closed<'a>(input: &'a Plan, keys: &'a [Key]) -> Vec<Leaf<'a>> {
    let mut below = leaves(input);
    for leaf in &mut below {
        leaf.close(keys);
    }
    below
}

/// The columns that a stage adds.
fn computed(plan: &Plan) -> Vec<&Text> {
    match plan {
        Plan::Inline(inline) => inline.measures.iter().map(|m| &m.name).collect(),
        Plan::Running(running) => running.measures.iter().map(|m| &m.name).collect(),
        Plan::Scan(scan) => {
            let steps = scan.steps.iter().flat_map(|step| &step.columns);
            let columns = scan.declared.iter().chain(steps).map(|(name, _)| name);
            columns.chain(&scan.match_id).collect()
        }
        Plan::Expand(expand) => {
            let names = expand.columns.iter().map(|(name, _)| name);
            names.chain(&expand.index).collect()
        }
        _ => Vec::new(),
    }
}

impl<'a> Leaf<'a> {
    fn new(found: &'a Match, missing: bool) -> Self {
        Self {
            found,
            filters: Vec::new(),
            missing,
            seen: if missing {
                Seen::Only(BTreeSet::new())
            } else {
                Seen::All
            },
            computed: Columns::default(),
        }
    }

    /// Whether a stage computed a column of this name that is plainly no field.
    pub(super) fn computes(&self, canonical: &str) -> bool {
        self.computed.computes(canonical)
    }

    /// Later stages see the keys of groups alone.
    fn close(&mut self, keys: &[Key]) {
        let fields = keys.iter().filter_map(|key| match &key.value {
            Expr::Field(field) if self.shows(field) => Some(field.canonical.clone()),
            _ => None,
        });
        self.seen = Seen::Only(fields.collect());
    }

    /// Whether a field is one of the event's own that rows still show.
    fn shows(&self, field: &FieldRef) -> bool {
        let own = field.canonical != field.name || !self.computed.hides(&field.name);
        own && match &self.seen {
            Seen::All => true,
            Seen::Only(names) => names.contains(&field.canonical),
        }
    }

    /// Adds the parts of a later test that read the leaf's own fields.
    fn filter(&mut self, predicate: &Predicate) {
        let parts = match self.computed.predicate(predicate) {
            Predicate::And(parts) => parts,
            one => vec![one],
        };
        for part in parts {
            let atoms = part.atoms();
            let reads = |atom: &&&Atom| match (atom.fields().as_slice(), &self.seen) {
                ([], Seen::All) => true,
                ([], Seen::Only(_)) => false,
                (fields, _) => fields.iter().any(|field| self.shows(field)),
            };
            let count = atoms.iter().filter(reads).count();
            let fits = match self.seen {
                Seen::All => count > 0,
                Seen::Only(_) => count > 0 && count == atoms.len(),
            };
            if fits {
                self.filters.push(part);
            }
        }
    }
}
