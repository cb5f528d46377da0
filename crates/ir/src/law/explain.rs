//! Why an event fits a rule's matches or not: which atoms held, and which of them decided.

use super::{Law, Options, compile, lookup::Scope, source_fits};
use crate::{Atom, Event, Plan, Predicate, Span, Test, Text};
use std::collections::BTreeSet;

/// What happened to one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventExplanation {
    /// The event: an index into the input.
    pub event: usize,
    /// One for each leaf of the plan that reads events, in the order of [`Plan::matches`].
    pub leaves: Vec<LeafExplanation>,
}

/// What one leaf made of the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafExplanation {
    /// The leaf: an index into [`Plan::matches`].
    pub leaf: usize,
    /// Whether the leaf looks at events of this source at all.
    pub source_fits: bool,
    /// Whether it found the event.
    pub result: bool,
    /// Its atoms in order.
    pub atoms: Vec<AtomOutcome>,
}

/// What one atom made of the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtomOutcome {
    /// The atom, printed.
    pub text: Text,
    /// Where it stands in the rule's body.
    pub span: Span,
    /// Whether it held.
    pub held: bool,
    /// Whether it decided the result: alone with the others so marked it makes the predicate
    /// what it is. Of a false conjunction the first false part decides, of a true disjunction
    /// the first true one.
    pub decided: bool,
    /// Why it could not hold whatever the event says: a regular expression that does not
    /// compile, a list that was not given.
    pub note: Option<Text>,
}

/// Explains every event to every leaf of a plan.
pub fn explain(plan: &Plan, events: &[Event], options: &Options) -> Vec<EventExplanation> {
    let law = Law::new(events, options);
    let leaves = plan.matches();
    let explain_leaf = |event: usize, leaf: usize| {
        let found = leaves[leaf];
        let scope = law.scope(event);
        let mut deciding = BTreeSet::new();
        let mut next = 0;
        let holds = law.decide(&found.predicate, &scope, &mut next, &mut deciding);
        let fits = source_fits(&found.source, &events[event]);
        let atoms = found.predicate.atoms().into_iter().enumerate();
        LeafExplanation {
            leaf,
            source_fits: fits,
            result: fits && holds,
            atoms: atoms
                .map(|(index, atom)| AtomOutcome {
                    text: atom.to_string().into(),
                    span: atom.span,
                    held: law.atom(atom, &scope),
                    decided: fits && deciding.contains(&index),
                    note: note(atom, options),
                })
                .collect(),
        }
    };
    (0..events.len())
        .map(|event| EventExplanation {
            event,
            leaves: (0..leaves.len())
                .map(|leaf| explain_leaf(event, leaf))
                .collect(),
        })
        .collect()
}

impl Law<'_> {
    /// Evaluates a predicate and collects the atoms that decide, by their place in
    /// [`Predicate::atoms`]. `next` is the place of the next atom to come.
    fn decide(
        &self,
        predicate: &Predicate,
        scope: &Scope<'_>,
        next: &mut usize,
        deciding: &mut BTreeSet<usize>,
    ) -> bool {
        match predicate {
            Predicate::True => true,
            Predicate::False => false,
            Predicate::Not(inner) => !self.decide(inner, scope, next, deciding),
            Predicate::Atom(atom) => {
                deciding.insert(*next);
                *next += 1;
                self.atom(atom, scope)
            }
            Predicate::And(parts) => self.decide_parts(parts, false, scope, next, deciding),
            Predicate::Or(parts) => self.decide_parts(parts, true, scope, next, deciding),
        }
    }

    /// The first part whose value is `decisive` decides alone; without one, all of them do.
    fn decide_parts(
        &self,
        parts: &[Predicate],
        decisive: bool,
        scope: &Scope<'_>,
        next: &mut usize,
        deciding: &mut BTreeSet<usize>,
    ) -> bool {
        let mut all = BTreeSet::new();
        let mut first: Option<BTreeSet<usize>> = None;
        for part in parts {
            let mut own = BTreeSet::new();
            if self.decide(part, scope, next, &mut own) == decisive && first.is_none() {
                first = Some(own.clone());
            }
            all.extend(own);
        }
        let found = first.is_some();
        deciding.extend(first.unwrap_or(all));
        found == decisive
    }
}

fn note(atom: &Atom, options: &Options) -> Option<Text> {
    match &atom.test {
        Test::Regex(regex) => compile(regex)
            .err()
            .map(|error| crate::format_smolstr!("the regular expression is not valid: {error}")),
        Test::InList(list) if !options.lists.contains_key(&list.name) => Some(
            crate::format_smolstr!("the list `{}` was not given", list.name),
        ),
        _ => None,
    }
}
