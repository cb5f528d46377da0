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
//!   where `having` also sets a limit (anything but lower bounds), it is the first row after the
//!   window, so that a part of a larger burst never passes.
//! * `Tumbling(d)`: stretches of `d` that begin at multiples of `d` since the Unix epoch.
//! * `LookBack(d)`: one window, from `d` before the run until the run, both inclusive.
//! * `Whole`: one window with every row.
//!
//! A group without rows does not exist: "fewer than three" never holds for nothing at all.

use super::correlate::{bursts, extend_tuples};
use super::rows::Row;
use super::{Law, Unrunnable, value};
use crate::{
    Aggregate, CompareOp, Expr, Fields, Measure, MeasureFunction, Number, Predicate, Test, Text,
    Value, Window,
};
use std::collections::{BTreeMap, BTreeSet};

struct Group {
    keys: Fields,
    rows: Vec<Row>,
}

impl Law<'_> {
    /// The rows of an aggregate: one for each window that passes.
    pub(crate) fn aggregate(&self, aggregate: &Aggregate) -> Result<Vec<Row>, Unrunnable> {
        let mut rows = self.rows(&aggregate.input)?;
        rows.sort_by_key(|row| self.completion(row));
        let mut groups: BTreeMap<Vec<Text>, Group> = BTreeMap::new();
        for row in rows {
            for (key, values) in self.group_tuples(aggregate, &row) {
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

    fn group_tuples(&self, aggregate: &Aggregate, row: &Row) -> Vec<(Vec<Text>, Vec<Value>)> {
        let mut tuples = vec![(Vec::new(), Vec::new())];
        for key in &aggregate.group_by {
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
                let limited = !only_lower_bounds(&aggregate.having);
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
        let columns = aggregate
            .measures
            .iter()
            .map(|measure| (measure.name.clone(), self.measure(measure, rows)))
            .collect();
        let row = Row {
            events: self.tidy(rows.iter().flat_map(|row| row.events.clone()).collect()),
            keys: group.keys.clone(),
            columns,
        };
        self.row_holds(&aggregate.having, &row).then_some(row)
    }

    fn measure(&self, measure: &Measure, rows: &[Row]) -> Value {
        match &measure.function {
            MeasureFunction::Count => count(rows.len()),
            MeasureFunction::CountDistinct(exprs) => {
                let tuples = rows.iter().flat_map(|row| self.tuples(exprs, row));
                let distinct: BTreeSet<Vec<Text>> = tuples.map(|(texts, _)| texts).collect();
                count(distinct.len())
            }
            MeasureFunction::Sum(expr) => sum(&self.numbers(expr, rows)),
            MeasureFunction::Average(expr) => average(&self.numbers(expr, rows)),
            MeasureFunction::Min(expr) => share(&self.sorted(expr, rows), 0.0),
            MeasureFunction::Max(expr) => share(&self.sorted(expr, rows), 100.0),
            MeasureFunction::Median(expr) => share(&self.sorted(expr, rows), 50.0),
            MeasureFunction::Percentile(expr, of) => share(&self.sorted(expr, rows), *of),
            _ => Value::Null,
        }
    }

    /// The numbers that an argument has over the rows; what is no number is skipped.
    fn numbers(&self, expr: &Expr, rows: &[Row]) -> Vec<Number> {
        let mut numbers = Vec::new();
        for row in rows {
            let value = self.row_value(expr, row);
            numbers.extend(value.elements().into_iter().filter_map(value::number));
        }
        numbers
    }

    fn sorted(&self, expr: &Expr, rows: &[Row]) -> Vec<Number> {
        let mut numbers = self.numbers(expr, rows);
        numbers.sort_by(|a, b| value::float(*a).total_cmp(&value::float(*b)));
        numbers
    }
}

use super::sequence::key_name;

fn count(rows: usize) -> Value {
    Value::Int(i64::try_from(rows).unwrap_or(i64::MAX))
}

/// Null for nothing; whole when every number is and the sum fits.
fn sum(numbers: &[Number]) -> Value {
    if numbers.is_empty() {
        return Value::Null;
    }
    let whole = numbers
        .iter()
        .try_fold(0_i64, |total, number| match number {
            Number::Int(n) => total.checked_add(*n),
            Number::Float(_) => None,
        });
    match whole {
        Some(total) => Value::Int(total),
        None => Value::Float(numbers.iter().map(|n| value::float(*n)).sum()),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a mean is a floating-point number"
)]
fn average(numbers: &[Number]) -> Value {
    if numbers.is_empty() {
        return Value::Null;
    }
    let total: f64 = numbers.iter().map(|n| value::float(*n)).sum();
    Value::Float(total / numbers.len() as f64)
}

/// The value below which a share of sorted numbers falls, by linear interpolation between the
/// two nearest: the number at place `share / 100 * (n - 1)`.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places in a list of numbers, clamped to it"
)]
fn share(sorted: &[Number], share: f64) -> Value {
    let Some(top) = sorted.len().checked_sub(1) else {
        return Value::Null;
    };
    let place = (share.clamp(0.0, 100.0) / 100.0) * top as f64;
    let below = (place.floor() as usize).min(top);
    let above = (place.ceil() as usize).min(top);
    if below == above {
        return value::from_number(sorted[below]);
    }
    let (low, high) = (value::float(sorted[below]), value::float(sorted[above]));
    Value::Float(low + (high - low) * (place - below as f64))
}

/// Whether a test of measures can only turn true, never false, as they grow.
fn only_lower_bounds(having: &Predicate) -> bool {
    match having {
        Predicate::True | Predicate::False => true,
        Predicate::And(parts) | Predicate::Or(parts) => parts.iter().all(only_lower_bounds),
        Predicate::Not(_) => false,
        Predicate::Atom(atom) => matches!(
            atom.test,
            Test::Number(CompareOp::Gt | CompareOp::Gte, _) | Test::Exists
        ),
    }
}
