//! One plan over many lists of events.

use super::{Alert, Law, Options, Unrunnable, regex, source_fits};
use crate::{Event, Plan, Predicate};
use std::rc::Rc;

/// A plan that is run many times: what one run compiles is there for the next.
pub struct Runner<'p> {
    plan: &'p Plan,
    regexes: Rc<regex::Cache>,
}

impl<'p> Runner<'p> {
    /// Nothing is compiled yet.
    pub fn new(plan: &'p Plan) -> Self {
        Self {
            plan,
            regexes: Rc::default(),
        }
    }

    /// As [`super::run`].
    ///
    /// # Errors
    /// A part of the plan is opaque.
    pub fn run(&self, events: &[Event], options: &Options) -> Result<Vec<Alert>, Unrunnable> {
        self.law(events, options).alerts(self.plan)
    }

    /// Shows each event to each leaf that looks at events of its source, until `look` finds
    /// something. It is given the event's index, the leaf's predicate, and whether each atom
    /// holds, in the order of [`Predicate::atoms`].
    pub fn find_held<T>(
        &self,
        events: &[Event],
        options: &Options,
        mut look: impl FnMut(usize, &'p Predicate, Vec<bool>) -> Option<T>,
    ) -> Option<T> {
        let law = self.law(events, options);
        let leaves = self.plan.matches();
        (0..events.len()).find_map(|event| {
            let scope = law.scope(event);
            let fitting = leaves.iter();
            let mut fitting = fitting.filter(|leaf| source_fits(&leaf.source, &events[event]));
            fitting.find_map(|leaf| {
                let atoms = leaf.predicate.atoms().into_iter();
                let held = atoms.map(|atom| law.atom(atom, &scope)).collect();
                look(event, &leaf.predicate, held)
            })
        })
    }

    fn law<'a>(&self, events: &'a [Event], options: &'a Options) -> Law<'a> {
        Law {
            regexes: Rc::clone(&self.regexes),
            ..Law::new(events, options)
        }
    }
}
