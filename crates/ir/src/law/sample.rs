//! Samples: one event for each step, in any order and without a time bound, with equal keys.
//! Each key gives at most one match: for the steps in order, the earliest event that no step
//! before took, going back to another choice where the rest then finds none.

use super::Law;
use super::rows::{Row, View};
use super::sequence::JoinKey;
use crate::{Fields, Sample};
use std::collections::BTreeMap;

impl Law<'_> {
    /// The matches of a sample, in order of completion.
    pub(crate) fn sample(&self, sample: &Sample) -> Vec<Row> {
        let steps = sample.steps.len();
        let mut found: BTreeMap<JoinKey, Vec<Vec<usize>>> = BTreeMap::new();
        for &event in &self.order {
            for (at, step) in sample.steps.iter().enumerate() {
                if let Some(key) = self.fits(step, event) {
                    found.entry(key).or_insert_with(|| vec![Vec::new(); steps])[at].push(event);
                }
            }
        }
        let mut rows: Vec<Row> = found
            .values()
            .filter_map(|candidates| self.choose(sample, candidates))
            .collect();
        rows.sort_by_key(|row| self.completion(row));
        rows
    }

    fn choose(&self, sample: &Sample, candidates: &[Vec<usize>]) -> Option<Row> {
        let chosen = assign(candidates)?;
        let keys = match (sample.steps.first(), chosen.first()) {
            (Some(step), Some(&event)) => self.named_keys(&step.by, event),
            _ => Fields::new(),
        };
        Some(Row {
            events: self.tidy(chosen),
            keys,
            columns: Fields::new(),
            view: View::default(),
        })
    }
}

/// A different event for each step, if there is a way: each step in order takes the first event
/// that is free or whose holder can take another (augmenting paths).
fn assign(candidates: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut holder: BTreeMap<usize, usize> = BTreeMap::new();
    for step in 0..candidates.len() {
        let mut tried = Vec::new();
        if !place(step, candidates, &mut holder, &mut tried) {
            return None;
        }
    }
    let mut chosen = vec![0; candidates.len()];
    for (event, step) in holder {
        chosen[step] = event;
    }
    Some(chosen)
}

fn place(
    step: usize,
    candidates: &[Vec<usize>],
    holder: &mut BTreeMap<usize, usize>,
    tried: &mut Vec<usize>,
) -> bool {
    for &event in &candidates[step] {
        if tried.contains(&event) {
            continue;
        }
        tried.push(event);
        let free = match holder.get(&event).copied() {
            None => true,
            Some(other) => place(other, candidates, holder, tried),
        };
        if free {
            holder.insert(event, step);
            return true;
        }
    }
    false
}
