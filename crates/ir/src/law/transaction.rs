//! Transactions: rows that follow each other and share keys. See [`Transaction`].

use super::rows::{Row, View};
use super::{Law, Unrunnable, value};
use crate::{Fields, SECOND, Text, Transaction, Value};
use std::collections::BTreeMap;

/// A group that is not closed yet.
#[derive(Default)]
struct Open {
    rows: Vec<Row>,
    /// It began as it should.
    begun: bool,
}

impl Law<'_> {
    /// The groups, in order of completion.
    pub(crate) fn transaction(&self, of: &Transaction) -> Result<Vec<Row>, Unrunnable> {
        let mut rows = self.rows(&of.input)?;
        rows.sort_by_key(|row| self.completion(row));
        let mut open: BTreeMap<Vec<Text>, Open> = BTreeMap::new();
        let mut found = Vec::new();
        for row in rows {
            let values: Vec<Value> = of
                .keys
                .iter()
                .map(|key| self.row_value(key, &row))
                .collect();
            if values.iter().any(Value::is_null) {
                continue;
            }
            let key: Vec<Text> = values.iter().map(value::identity).collect();
            let group = open.entry(key).or_default();
            let begins = of.starts_with.as_ref().map(|p| self.row_holds(p, &row));
            let ends = of.ends_with.as_ref().map(|p| self.row_holds(p, &row));
            if !group.rows.is_empty() && (begins == Some(true) || self.exceeds(of, group, &row)) {
                let whole = of.ends_with.is_none();
                self.close(of, &std::mem::take(group), (whole, whole), &mut found);
            }
            if group.rows.is_empty() {
                group.begun = begins != Some(false);
                if !group.begun && !of.keep_evicted {
                    continue;
                }
            }
            group.rows.push(row);
            if ends == Some(true) {
                self.close(of, &std::mem::take(group), (true, true), &mut found);
            }
        }
        for group in open.into_values() {
            let whole = of.ends_with.is_none();
            // What was still open at the end of the events was closed only by where it began.
            let closed = whole && of.starts_with.is_some();
            self.close(of, &group, (whole, closed), &mut found);
        }
        found.sort_by_key(|row| self.completion(row));
        Ok(found)
    }

    /// Whether a row is too far away, or one too many.
    fn exceeds(&self, of: &Transaction, group: &Open, row: &Row) -> bool {
        let now = self.time(row);
        let far = |from: Option<&Row>, most: Option<i64>| match (from, most) {
            (Some(from), Some(most)) => now.saturating_sub(self.time(from)) > most,
            _ => false,
        };
        let many = of
            .max_events
            .is_some_and(|most| group.rows.len() >= usize::try_from(most).unwrap_or(usize::MAX));
        far(group.rows.first(), of.max_span) || far(group.rows.last(), of.max_pause) || many
    }

    /// Yields a group: whether it may be yielded as it ended, and whether it was closed by what the
    /// transaction says.
    fn close(
        &self,
        of: &Transaction,
        group: &Open,
        (ended, closed): (bool, bool),
        found: &mut Vec<Row>,
    ) {
        let whole = ended && group.begun;
        if group.rows.is_empty() || !(whole || of.keep_evicted) {
            return;
        }
        let mut columns: BTreeMap<Text, Vec<Value>> = BTreeMap::new();
        for row in &group.rows {
            let visible = self.visible(row);
            let canonical = self.canonical(row);
            let canonical = canonical.filter(|(name, _)| !visible.contains_key(name));
            for (name, value) in visible.clone().into_iter().chain(canonical) {
                let values = columns.entry(name).or_default();
                for element in value.elements() {
                    if of.every_value || !values.contains(element) {
                        values.push(element.clone());
                    }
                }
            }
        }
        let mut columns: Fields = columns
            .into_iter()
            .map(|(name, mut values)| match values.len() {
                0 => (name, Value::Null),
                1 => (name, values.remove(0)),
                _ => (name, Value::List(values)),
            })
            .collect();
        let times = group.rows.iter().map(|row| self.time(row));
        let (first, last) = (times.clone().min(), times.max());
        let length = last.unwrap_or(0) - first.unwrap_or(0);
        columns.insert("duration".into(), seconds(length));
        let count = i64::try_from(group.rows.len()).unwrap_or(i64::MAX);
        columns.insert("eventcount".into(), Value::Int(count));
        columns.insert(
            "closed_txn".into(),
            Value::Int(i64::from(closed && group.begun)),
        );
        let events = group.rows.iter().flat_map(|row| row.events.clone());
        found.push(Row {
            events: self.tidy(events.collect()),
            keys: Fields::new(),
            columns,
            view: View::closed(),
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds with fraction")]
fn seconds(length: i64) -> Value {
    if length % SECOND == 0 {
        Value::Int(length / SECOND)
    } else {
        Value::Float(length as f64 / SECOND as f64)
    }
}
