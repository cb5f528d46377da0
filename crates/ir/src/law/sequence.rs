//! Sequences, by EQL's state machine.
//!
//! Per key there is at most one pending match for each number of steps found. Events are taken
//! in order of time (equal times in order of the list). For each event:
//!
//! 1. If it fits `until`, every pending match of its key is dropped first. So it completes
//!    nothing of that key (when one event fits both the last step and `until`, `until` wins), but
//!    it may start a new match.
//! 2. For each step from the last to the first: if the event fits the step and a match with its
//!    key waits for that step, the match moves on, unless the event is more than `max_span`
//!    after the match's first event, which drops it. A match that moves to a place where another
//!    waits replaces it: the newer start wins. Taking the steps from the last to the first, no
//!    event serves two steps of one match, though the last of one may be the first of the next.
//! 3. A waiting match is dropped by an event with its key that fits a missing step between the
//!    steps it has and the one it waits for.
//!
//! A missing first step: no such event in the `max_span` before the first event found. A missing
//! last step: none after the last event found until `max_span` after the first; where the list
//! ends earlier, nothing came. Steps with `runs` stand for as many equal steps.
//!
//! Keys are equal by value, text case-sensitively. An event without a key takes no part unless
//! the key is optional; then null equals null.

use super::rows::{Row, View};
use super::{Law, value};
use crate::{Expr, Fields, Key, Sequence, Step, Text, Value};
use std::collections::BTreeMap;

/// The values of an event's join keys in comparable form.
pub(crate) type JoinKey = Vec<Text>;

/// The steps to find, and the missing steps around them: `gaps[i]` stand before `found[i]`, the
/// last of them behind everything.
struct Shape<'p> {
    found: Vec<&'p Step>,
    gaps: Vec<Vec<&'p Step>>,
}

impl<'p> Shape<'p> {
    fn of(sequence: &'p Sequence) -> Self {
        let mut shape = Self {
            found: Vec::new(),
            gaps: vec![Vec::new()],
        };
        for step in &sequence.steps {
            if step.missing {
                if let Some(gap) = shape.gaps.last_mut() {
                    gap.push(step);
                }
                continue;
            }
            for _ in 0..step.runs.max(1) {
                shape.found.push(step);
                shape.gaps.push(Vec::new());
            }
        }
        shape
    }
}

impl Law<'_> {
    /// The matches of a sequence, in order of completion.
    pub(crate) fn sequence(&self, sequence: &Sequence) -> Vec<Row> {
        let shape = Shape::of(sequence);
        let steps = shape.found.len();
        // Per key: the pending match with `n + 1` steps found, at place `n`.
        let mut pending: BTreeMap<JoinKey, Vec<Option<Vec<usize>>>> = BTreeMap::new();
        let mut complete: Vec<Vec<usize>> = Vec::new();
        for &event in &self.order {
            if let Some(key) = sequence.until.as_ref().and_then(|u| self.fits(u, event)) {
                pending.remove(&key);
            }
            for at in (0..steps).rev() {
                if let Some(key) = self.fits(shape.found[at], event) {
                    let waiting = pending.entry(key).or_insert_with(|| vec![None; steps]);
                    let found = self.advance(sequence, &shape, waiting, at, event);
                    if at + 1 == steps {
                        complete.extend(found);
                    } else if found.is_some() {
                        waiting[at] = found;
                    }
                }
                for key in shape.gaps[at]
                    .iter()
                    .filter_map(|gap| self.fits(gap, event))
                {
                    let waiting = pending.get_mut(&key);
                    if let (Some(waiting), Some(before)) = (waiting, at.checked_sub(1)) {
                        waiting[before] = None;
                    }
                }
            }
        }
        complete.retain(|events| self.nothing_after(sequence, &shape, events));
        complete
            .into_iter()
            .map(|events| self.sequence_row(&shape, events))
            .collect()
    }

    /// The match that results when `event` is taken as step `at`, if any.
    fn advance(
        &self,
        sequence: &Sequence,
        shape: &Shape<'_>,
        waiting: &mut [Option<Vec<usize>>],
        at: usize,
        event: usize,
    ) -> Option<Vec<usize>> {
        let Some(before) = at.checked_sub(1) else {
            return self
                .nothing_before(sequence, shape, event)
                .then(|| vec![event]);
        };
        let mut events = waiting[before].take()?;
        let first = events.first().copied().unwrap_or(event);
        if self.outside_span(sequence, first, event) {
            return None;
        }
        events.push(event);
        Some(events)
    }

    fn outside_span(&self, sequence: &Sequence, first: usize, last: usize) -> bool {
        let length = self.events[last]
            .time
            .saturating_sub(self.events[first].time);
        sequence.max_span.is_some_and(|span| length > span)
    }

    /// Whether no missing first step occurs in the span before a first event.
    fn nothing_before(&self, sequence: &Sequence, shape: &Shape<'_>, first: usize) -> bool {
        let key = self.fits(shape.found[0], first);
        let earlier = &self.order[..self.rank[first]];
        let in_span = earlier
            .iter()
            .copied()
            .filter(|&event| !self.outside_span(sequence, event, first));
        self.none_fits(&shape.gaps[0], key.as_ref(), in_span)
    }

    /// Whether no missing last step occurs after a match within its span.
    fn nothing_after(&self, sequence: &Sequence, shape: &Shape<'_>, events: &[usize]) -> bool {
        let (Some(&first), Some(&last)) = (events.first(), events.last()) else {
            return false;
        };
        let key = shape.found.last().and_then(|step| self.fits(step, last));
        let later = &self.order[self.rank[last] + 1..];
        let in_span = later
            .iter()
            .copied()
            .filter(|&event| !self.outside_span(sequence, first, event));
        self.none_fits(&shape.gaps[shape.found.len()], key.as_ref(), in_span)
    }

    fn none_fits(
        &self,
        gap: &[&Step],
        key: Option<&JoinKey>,
        mut events: impl Iterator<Item = usize>,
    ) -> bool {
        let fits = |event| {
            gap.iter()
                .any(|step| self.fits(step, event).as_ref() == key)
        };
        gap.is_empty() || !events.any(fits)
    }

    fn sequence_row(&self, shape: &Shape<'_>, events: Vec<usize>) -> Row {
        let first = events.first().copied().unwrap_or_default();
        let keys = shape
            .found
            .first()
            .map(|step| self.named_keys(&step.by, first))
            .unwrap_or_default();
        Row {
            events,
            keys,
            columns: Fields::new(),
            view: View::default(),
        }
    }

    /// The key of an event that fits a step; `None` when it does not fit or lacks a key.
    pub(crate) fn fits(&self, step: &Step, event: usize) -> Option<JoinKey> {
        if !self.finds(&step.find, event) {
            return None;
        }
        step.by
            .iter()
            .map(|key| {
                let value = self.evaluate(&key.value, &self.scope(event));
                (key.optional || !is_missing(&value)).then(|| value::identity(&single(value)))
            })
            .collect()
    }

    /// An event's keys by name.
    pub(crate) fn named_keys(&self, by: &[Key], event: usize) -> Fields {
        by.iter()
            .map(|key| {
                let value = self.evaluate(&key.value, &self.scope(event));
                (key_name(&key.value), single(value))
            })
            .collect()
    }
}

/// What a key is called: its field's name, or the printed expression.
pub(crate) fn key_name(expr: &Expr) -> Text {
    match expr {
        Expr::Field(field) => field.name.clone(),
        other => crate::print::expr_text(other).into(),
    }
}

fn is_missing(value: &Value) -> bool {
    value.elements().is_empty()
}

/// A list of one value is that value.
fn single(value: Value) -> Value {
    match value.elements().as_slice() {
        [] => Value::Null,
        [only] => (*only).clone(),
        _ => value,
    }
}
