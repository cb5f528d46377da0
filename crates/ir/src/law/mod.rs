//! The law: what every node of a plan means, run slowly over a list of events.
//!
//! It is written to be read. Front ends are tested against it and every fast engine must equal
//! it. One file per family:
//!
//! | file | what it defines |
//! |---|---|
//! | [`source`] | which events a [`Match`](crate::Match) looks at |
//! | [`lookup`], [`path`] | what value a field reference has |
//! | [`value`], [`expr`], [`functions`] | numbers, equality, expressions, functions by family |
//! | [`pattern`], [`regex`], [`re2`], [`lucene`] | text tests |
//! | [`atom`], [`lineage`], [`predicate`] | tests of one event |
//! | [`rows`] | rows and the nodes that handle one row at a time |
//! | [`sequence`], [`sample`], [`correlate`] | groups of events |
//! | [`aggregate`], [`measure`], [`new_terms`], [`join`] | groups of rows |
//! | [`stages`] | the other stages of pipelines |
//! | [`explain`] | why an event fits or not |
//!
//! What holds everywhere: events are looked at in order of time, events of equal time in the
//! order of the list; the same input gives the same output; nothing panics on any input.

mod aggregate;
mod atom;
mod correlate;
mod explain;
mod expr;
mod functions;
mod join;
mod lineage;
mod lookup;
mod lucene;
mod measure;
mod new_terms;
mod path;
mod pattern;
mod predicate;
mod re2;
mod regex;
mod rows;
mod runner;
mod sample;
mod scan;
mod sequence;
mod source;
mod stages;
mod transaction;
mod value;

pub use explain::{AtomOutcome, EventExplanation, LeafExplanation, explain};
pub use lucene::LucenePattern;
pub use pattern::pattern_matches;
pub use regex::{Compiled, MAX_REGEX, RegexError, compile};
pub use runner::Runner;
pub use source::source_fits;

use crate::{Event, Fields, LossReason, Plan, Predicate, Span, Text, Timestamp, Value};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a run needs besides plan and events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// The instant of the run, for look-back windows; the latest event's time when not given.
    pub now: Option<Timestamp>,
    /// Lists that plans know only by name.
    pub lists: BTreeMap<Text, Vec<Text>>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// The events that made it: indices into the input, ascending, each once.
    pub events: Vec<usize>,
    /// What its events share: join keys and group-by values, by field name.
    pub keys: BTreeMap<Text, Value>,
    /// Columns that the plan computed: measures and derived values.
    pub columns: Fields,
}

/// Why a plan cannot be run: a part of it is opaque.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrunnable {
    /// The part, verbatim.
    pub text: Text,
    /// Why it is opaque.
    pub reason: LossReason,
    /// Where it stands in the body.
    pub span: Span,
}

impl std::fmt::Display for Unrunnable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: `{}`", self.reason.phrase(), self.text)
    }
}

impl std::error::Error for Unrunnable {}

/// Runs a plan over a list of events. Alerts come in the order in which they were complete (the
/// time of their last event, then its place in the list), then by their first event, then as
/// the plan yields them.
///
/// # Errors
/// A part of the plan is opaque.
pub fn run(plan: &Plan, events: &[Event], options: &Options) -> Result<Vec<Alert>, Unrunnable> {
    Law::new(events, options).alerts(plan)
}

/// Whether one event satisfies a predicate. Lineage tests see no other event.
pub fn holds(predicate: &Predicate, event: &Event, options: &Options) -> bool {
    let events = std::slice::from_ref(event);
    let law = Law::new(events, options);
    law.predicate(predicate, &law.scope(0))
}

/// The value of an expression over one event.
pub fn evaluate(expr: &crate::Expr, event: &Event, options: &Options) -> Value {
    let events = std::slice::from_ref(event);
    let law = Law::new(events, options);
    law.evaluate(expr, &law.scope(0))
}

/// The value of an expression that reads neither event nor clock, so that front ends can show
/// it as a literal; `None` for any other.
pub fn constant(expr: &crate::Expr) -> Option<Value> {
    expr.is_constant()
        .then(|| evaluate(expr, &Event::default(), &Options::default()))
}

/// One run: the events in order, what the caller gave, and the expressions compiled so far.
pub(crate) struct Law<'a> {
    /// The input.
    events: &'a [Event],
    /// What the caller gave.
    options: &'a Options,
    /// Indices of the events in order of time; equal times in order of the input.
    order: Vec<usize>,
    /// The place of each event in `order`.
    rank: Vec<usize>,
    /// Compiled regular expressions.
    regexes: Rc<regex::Cache>,
    /// What the enclosing `Apply` nodes hand in, innermost last.
    given: std::cell::RefCell<Vec<Vec<rows::Row>>>,
}

impl<'a> Law<'a> {
    fn new(events: &'a [Event], options: &'a Options) -> Self {
        let mut order: Vec<usize> = (0..events.len()).collect();
        order.sort_by_key(|&index| events[index].time);
        let mut rank = vec![0; events.len()];
        for (place, &index) in order.iter().enumerate() {
            rank[index] = place;
        }
        Self {
            events,
            options,
            order,
            rank,
            regexes: Rc::default(),
            given: std::cell::RefCell::default(),
        }
    }

    /// The alerts of a plan, in order.
    fn alerts(&self, plan: &Plan) -> Result<Vec<Alert>, Unrunnable> {
        let mut rows = self.rows(plan)?;
        rows.sort_by_key(|row| self.completion(row));
        Ok(rows.into_iter().map(rows::Row::into_alert).collect())
    }

    /// The instant of the run.
    fn now(&self) -> Timestamp {
        let latest = || self.events.iter().map(|event| event.time).max();
        self.options.now.or_else(latest).unwrap_or_default()
    }

    /// The view of one event that tests and expressions read.
    fn scope(&self, index: usize) -> lookup::Scope<'a> {
        lookup::Scope {
            index: Some(index),
            ..lookup::Scope::of_event(&self.events[index])
        }
    }
}
