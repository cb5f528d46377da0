//! Aggregates: groups of rows within windows, and measures of them.
//!
//! Rows are grouped by the text form of their keys, case-sensitively. A row with several values
//! of a key stands in one group for each; a row without one takes no part, unless the key is
//! optional: then null is a group of its own.
//!
//! Windows over the rows of a group in order of time:
//!
//! * `Sliding(d)`: a window is anchored at a row and holds the rows from there that are at most
//!   `d` later. One that passes `having` gives one alert with all its rows, and the next anchor
//!   is the first row after it. One that does not pass: the next anchor is the next row; but
//!   where `having` also sets a limit (anything but lower bounds of what grows with the window,
//!   which an average does not), it is the first row after the window, so that a part of a larger
//!   burst never passes.
//! * `Tumbling(d)`: stretches of `d` that begin at multiples of `d` since the Unix epoch.
//! * `LookBack(d)`: one window, from `d` before the run until the run, both inclusive.
//! * `Whole`: one window with every row.
//!
//! A group without rows does not exist: "fewer than three" never holds for nothing at all.

use super::correlate::{bursts, extend_tuples};
use super::rows::{Row, View};
use super::sequence::key_name;
use super::{Law, Unrunnable, value};
use crate::{
    Aggregate, CompareOp, FieldRef, Fields, Key, Measure, Predicate, Test, Text, Value, Window,
};
use std::collections::BTreeMap;

struct Group {
    keys: Fields,
    rows: Vec<Row>,
}

impl Law<'_> {
    /// The rows of an aggregate: one for each window that passes.
    pub(crate) fn aggregate(&self, aggregate: &Aggregate) -> Result<Vec<Row>, Unrunnable> {
        let mut rows = self.rows(&aggregate.input)?;
        if aggregate.window != Window::Whole {
            rows.sort_by_key(|row| self.completion(row));
        }
        if rows.is_empty() && aggregate.closed && aggregate.group_by.is_empty() {
            // A pipe's measures of nothing are still a row: `stats count` says 0.
            return Ok(self.of_nothing(aggregate).into_iter().collect());
        }
        let mut groups: BTreeMap<Vec<Text>, Group> = BTreeMap::new();
        for row in rows {
            for (key, values) in self.group_tuples(&aggregate.group_by, &row) {
                let names = aggregate.group_by.iter().map(|k| key_name(&k.value));
                let group = groups.entry(key).or_insert_with(|| Group {
                    keys: names.zip(values).collect(),
                    rows: Vec::new(),
                });
                group.rows.push(row.clone());
            }
        }
        let mut found: Vec<Row> = groups
            .values()
            .flat_map(|group| self.windows(aggregate, group))
            .collect();
        found.sort_by_key(|row| self.completion(row));
        Ok(found)
    }

    /// The measures of no row at all, if they pass.
    fn of_nothing(&self, aggregate: &Aggregate) -> Option<Row> {
        let measures = aggregate.measures.iter();
        let columns = measures.map(|m| (m.name.clone(), self.measure(m, &[])));
        let row = Row {
            view: View::closed(),
            ..Row::of_columns(columns.collect())
        };
        self.row_holds(&aggregate.having, &row).then_some(row)
    }

    /// The groups that a row belongs to; none where it lacks a key that is not optional.
    pub(crate) fn group_tuples(&self, keys: &[Key], row: &Row) -> Vec<(Vec<Text>, Vec<Value>)> {
        let mut tuples = vec![(Vec::new(), Vec::new())];
        for key in keys {
            let mut values = value::group_values(&self.row_value(&key.value, row));
            // A text form that no value has: values of a group begin with `=`.
            for (text, _) in &mut values {
                *text = crate::format_smolstr!("={text}");
            }
            if values.is_empty() && key.optional {
                values.push((Text::new_static("null"), Value::Null));
            }
            tuples = extend_tuples(&tuples, &values);
        }
        tuples
    }

    fn windows(&self, aggregate: &Aggregate, group: &Group) -> Vec<Row> {
        let times: Vec<i64> = group.rows.iter().map(|row| self.time(row)).collect();
        let mut found = Vec::new();
        match aggregate.window {
            Window::Sliding(length) => {
                let limited = !only_lower_bounds(&aggregate.having, &aggregate.measures);
                bursts(&times, length, limited, |range| {
                    let row = self.measured(aggregate, group, &group.rows[range]);
                    let passes = row.is_some();
                    found.extend(row);
                    passes
                });
            }
            Window::Tumbling(length) => {
                let mut buckets: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
                for (row, time) in group.rows.iter().zip(&times) {
                    let bucket = time.div_euclid(length.max(1));
                    buckets.entry(bucket).or_default().push(row.clone());
                }
                let passing = buckets
                    .values()
                    .filter_map(|rows| self.measured(aggregate, group, rows));
                found.extend(passing);
            }
            Window::LookBack(length) => {
                let now = self.now();
                let span = now.saturating_sub(length)..=now;
                let inside = group.rows.iter().zip(&times);
                let rows: Vec<Row> = inside
                    .filter(|(_, time)| span.contains(time))
                    .map(|(row, _)| row.clone())
                    .collect();
                found.extend(self.measured(aggregate, group, &rows));
            }
            Window::Whole => found.extend(self.measured(aggregate, group, &group.rows)),
        }
        found
    }

    /// The row that a window gives, if it has rows and passes `having`.
    fn measured(&self, aggregate: &Aggregate, group: &Group, rows: &[Row]) -> Option<Row> {
        if rows.is_empty() {
            return None;
        }
        let names: Vec<&Text> = aggregate.measures.iter().map(|m| &m.name).collect();
        let mut columns = Fields::new();
        for measure in &aggregate.measures {
            for (name, value) in self.row_columns(measure, rows).unwrap_or_default() {
                columns.entry(name).or_insert(value);
            }
        }
        for measure in &aggregate.measures {
            columns.insert(measure.name.clone(), self.measure(measure, rows));
        }
        columns.retain(|name, _| !group.keys.contains_key(name) || names.contains(&name));
        let row = Row {
            events: self.tidy(rows.iter().flat_map(|row| row.events.clone()).collect()),
            keys: group.keys.clone(),
            columns,
            view: if aggregate.closed {
                View::closed()
            } else {
                View::default()
            },
        };
        self.row_holds(&aggregate.having, &row).then_some(row)
    }
}

/// Whether a test of measures can only turn true, never false, as a window grows.
fn only_lower_bounds(having: &Predicate, measures: &[Measure]) -> bool {
    let parts_do = |parts: &[Predicate]| parts.iter().all(|part| only_lower_bounds(part, measures));
    match having {
        Predicate::True | Predicate::False => true,
        Predicate::And(parts) | Predicate::Or(parts) => parts_do(parts),
        Predicate::Not(_) => false,
        Predicate::Atom(atom) => {
            let bound = matches!(
                atom.test,
                Test::Number(CompareOp::Gt | CompareOp::Gte, _) | Test::Exists
            );
            let read = atom.fields();
            let grows = |field: &&FieldRef| {
                let mut named = measures.iter().filter(|it| it.name == field.name);
                named.all(|measure| measure.function.grows())
            };
            bound && read.iter().all(grows)
        }
    }
}
