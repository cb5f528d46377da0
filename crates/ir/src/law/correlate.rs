//! Temporal correlations: rows of several rules near each other in time.
//!
//! Rows of all rules with equal keys are put in order of time. A window is anchored at a row and
//! holds the rows from there that are at most `window` later. If the rules in it satisfy the
//! condition there is one alert, and the next anchor is the first row after the window. If not,
//! the next anchor is the next row; but where the condition also sets a limit (a `Not`, or a
//! greatest count), it is the first row after the window, so that a part of a burst never passes
//! where the whole does not.
//!
//! The alert holds one row per rule: the earliest in the window. In order: the earliest of the
//! first rule, the earliest of the second at or after it in time, and so on; a rule without a row
//! at or after the rule before it has not occurred. One row may serve two rules. A `Not` looks at
//! the whole window in either case.
//!
//! A row of an inner correlation or aggregate stands at the time of its last event and shows its
//! keys, its measures, and the fields of that event.

use super::rows::{Row, View};
use super::{Law, Unrunnable, value};
use crate::{Condition, Correlate, Correlated, Duration, Expr, Fields, Text, Timestamp, Value};
use std::collections::BTreeMap;
use std::ops::Range;

/// A row of one rule within one group.
struct Item {
    rule: usize,
    row: Row,
    time: Timestamp,
}

struct Group {
    keys: Fields,
    items: Vec<Item>,
}

impl Law<'_> {
    /// The alerts of a correlation.
    pub(crate) fn correlate(&self, correlate: &Correlate) -> Result<Vec<Row>, Unrunnable> {
        let mut groups: BTreeMap<Vec<Text>, Group> = BTreeMap::new();
        for (rule, correlated) in correlate.rules.iter().enumerate() {
            for row in self.rows(&correlated.plan)? {
                let time = self.time(&row);
                for (key, values) in self.tuples(&correlated_keys(correlated), &row) {
                    let group = groups.entry(key).or_insert_with(|| Group {
                        keys: correlate.group_by.iter().cloned().zip(values).collect(),
                        items: Vec::new(),
                    });
                    let row = row.clone();
                    group.items.push(Item { rule, row, time });
                }
            }
        }
        let mut rows = Vec::new();
        for mut group in groups.into_values() {
            group
                .items
                .sort_by_key(|item| (self.completion(&item.row), item.rule));
            rows.extend(self.correlated_rows(correlate, &group));
        }
        rows.sort_by_key(|row| self.completion(row));
        Ok(rows)
    }

    fn correlated_rows(&self, correlate: &Correlate, group: &Group) -> Vec<Row> {
        let times: Vec<Timestamp> = group.items.iter().map(|item| item.time).collect();
        let limited = has_limit(&correlate.condition);
        let mut rows = Vec::new();
        bursts(&times, correlate.window, limited, |range| {
            let Some(chosen) = chosen(correlate, &group.items[range]) else {
                return false;
            };
            let events = chosen.iter().flat_map(|item| item.row.events.clone());
            rows.push(Row {
                events: self.tidy(events.collect()),
                keys: group.keys.clone(),
                columns: Fields::new(),
                view: View::default(),
            });
            true
        });
        rows
    }

    /// The keys of the groups that a row belongs to, in comparable form and as values: one per
    /// combination where a key has several values, none where one has no value.
    pub(crate) fn tuples(&self, keys: &[Expr], row: &Row) -> Vec<(Vec<Text>, Vec<Value>)> {
        let mut tuples = vec![(Vec::new(), Vec::new())];
        for key in keys {
            let values = value::group_values(&self.row_value(key, row));
            tuples = extend_tuples(&tuples, &values);
        }
        tuples
    }
}

/// The most groups that one row is put into.
const MAX_TUPLES: usize = 10_000;

/// Every tuple with every value behind it.
pub(crate) fn extend_tuples(
    tuples: &[(Vec<Text>, Vec<Value>)],
    values: &[(Text, Value)],
) -> Vec<(Vec<Text>, Vec<Value>)> {
    let all = tuples.iter().flat_map(|(texts, found)| {
        values.iter().map(|(text, value)| {
            let (mut texts, mut found) = (texts.clone(), found.clone());
            texts.push(text.clone());
            found.push(value.clone());
            (texts, found)
        })
    });
    all.take(MAX_TUPLES).collect()
}

fn correlated_keys(rule: &Correlated) -> Vec<Expr> {
    rule.keys.iter().cloned().map(Expr::Field).collect()
}

/// Walks the windows over rows in order of time. `satisfied` is told each window and says whether
/// it alerts. A window that does is left behind; one that does not is left behind when the
/// condition has a limit, else the next one begins a row later.
pub(crate) fn bursts(
    times: &[Timestamp],
    window: Duration,
    limited: bool,
    mut satisfied: impl FnMut(Range<usize>) -> bool,
) {
    let mut anchor = 0;
    while let Some(&start) = times.get(anchor) {
        let inside = times[anchor..]
            .iter()
            .take_while(|&&time| time.saturating_sub(start) <= window)
            .count();
        let end = anchor + inside.max(1);
        anchor = if satisfied(anchor..end) || limited {
            end
        } else {
            anchor + 1
        };
    }
}

/// Whether more rows can turn a condition false.
fn has_limit(condition: &Condition) -> bool {
    match condition {
        Condition::Count { max, .. } => max.is_some(),
        Condition::Rule(_) => false,
        Condition::And(parts) | Condition::Or(parts) => parts.iter().any(has_limit),
        Condition::Not(_) => true,
    }
}

/// The rows of the alert that a window gives, if it gives one.
fn chosen<'i>(correlate: &Correlate, window: &'i [Item]) -> Option<Vec<&'i Item>> {
    let mut chain: Vec<&Item> = Vec::new();
    for rule in 0..correlate.rules.len() {
        let from = match chain.last() {
            Some(before) if correlate.ordered => before.time,
            _ => Timestamp::MIN,
        };
        let next = window
            .iter()
            .find(|item| item.rule == rule && item.time >= from);
        chain.extend(next);
    }
    let occurred = Occurred {
        rules: &correlate.rules,
        chain: &chain,
        window,
    };
    let satisfied = !chain.is_empty() && occurred.satisfy(&correlate.condition, false);
    let whole = || window.iter().collect();
    satisfied.then(|| if correlate.whole { whole() } else { chain })
}

struct Occurred<'w> {
    rules: &'w [Correlated],
    chain: &'w [&'w Item],
    window: &'w [Item],
}

impl Occurred<'_> {
    fn satisfy(&self, condition: &Condition, negated: bool) -> bool {
        match condition {
            Condition::Count { min, max } => {
                let count = u32::try_from(self.chain.len()).unwrap_or(u32::MAX);
                count >= *min && max.is_none_or(|max| count <= max)
            }
            Condition::Rule(name) => {
                let is_it = |item: &Item| self.rules[item.rule].name == *name;
                if negated {
                    self.window.iter().any(is_it)
                } else {
                    self.chain.iter().any(|item| is_it(item))
                }
            }
            Condition::And(parts) => parts.iter().all(|part| self.satisfy(part, negated)),
            Condition::Or(parts) => parts.iter().any(|part| self.satisfy(part, negated)),
            Condition::Not(inner) => !self.satisfy(inner, !negated),
        }
    }
}
