//! Rows, and the nodes that handle one row at a time.
//!
//! A row is a group of events with columns. A field is read from the row's columns first and
//! from the last of its events second, so a row of a correlation or an aggregate shows its keys,
//! its measures, and otherwise the event that completed it. A row's time is that event's time.

use super::{Alert, Law, Unrunnable, expr, lookup::Scope, value};
use crate::{Expr, Fields, Limit, Match, Plan, Predicate, Text, Timestamp, Value};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// A group of events with columns.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Its events in order of time, each once, never empty.
    pub(crate) events: Vec<usize>,
    /// What the events share, by field name.
    pub(crate) keys: Fields,
    /// Computed columns.
    pub(crate) columns: Fields,
}

impl Row {
    pub(crate) fn of_event(index: usize) -> Self {
        Self {
            events: vec![index],
            keys: Fields::new(),
            columns: Fields::new(),
        }
    }

    /// The event that completed it.
    pub(crate) fn last(&self) -> usize {
        self.events.last().copied().unwrap_or_default()
    }

    pub(crate) fn into_alert(self) -> Alert {
        let mut events = self.events;
        events.sort_unstable();
        events.dedup();
        Alert {
            events,
            keys: self.keys,
            columns: self.columns,
        }
    }
}

impl Law<'_> {
    /// The rows of a plan, in order of completion unless the plan sorts them.
    pub(crate) fn rows(&self, plan: &Plan) -> Result<Vec<Row>, Unrunnable> {
        match plan {
            Plan::Match(found) => Ok(self.matching(found)),
            Plan::Filter { input, predicate } => {
                let mut rows = self.rows(input)?;
                rows.retain(|row| self.row_holds(predicate, row));
                Ok(rows)
            }
            Plan::Sequence(sequence) => Ok(self.sequence(sequence)),
            Plan::Sample(sample) => Ok(self.sample(sample)),
            Plan::Correlate(correlate) => self.correlate(correlate),
            Plan::Aggregate(aggregate) => self.aggregate(aggregate),
            Plan::NewTerms(terms) => self.new_terms(terms),
            Plan::Join(join) => self.join(join),
            Plan::Union(inputs) => self.union(inputs),
            Plan::Derive { input, columns } => self.derive(input, columns),
            Plan::Project { input, .. } => self.rows(input),
            Plan::Sort { input, by } => {
                let mut rows = self.rows(input)?;
                rows.sort_by(|a, b| self.sort_order(by, a, b));
                Ok(rows)
            }
            Plan::Dedup(dedup) => self.dedup(&dedup.input, &dedup.by),
            Plan::Limit(limit) => self.limit(limit),
            Plan::Opaque(opaque) => Err(Unrunnable {
                text: opaque.text.clone(),
                reason: opaque.reason,
                span: opaque.span,
            }),
            _ => Err(Unrunnable {
                text: Text::new_static("stage"),
                reason: crate::LossReason::NotExpressible,
                span: crate::Span::default(),
            }),
        }
    }

    /// Whether a match finds an event.
    pub(crate) fn finds(&self, found: &Match, index: usize) -> bool {
        super::source_fits(&found.source, &self.events[index])
            && self.predicate(&found.predicate, &self.scope(index))
    }

    fn matching(&self, found: &Match) -> Vec<Row> {
        let indices = self.order.iter().copied();
        indices
            .filter(|&index| self.finds(found, index))
            .map(Row::of_event)
            .collect()
    }

    /// The time of a row: that of the event that completed it.
    pub(crate) fn time(&self, row: &Row) -> Timestamp {
        self.events[row.last()].time
    }

    /// What rows are ordered by: the event that completed it, then its first event.
    pub(crate) fn completion(&self, row: &Row) -> (usize, usize) {
        let place = |index: Option<&usize>| index.map_or(0, |&index| self.rank[index]);
        (place(row.events.last()), place(row.events.first()))
    }

    /// Brings a row's events into order of time, each once.
    pub(crate) fn tidy(&self, mut events: Vec<usize>) -> Vec<usize> {
        events.sort_by_key(|&index| self.rank[index]);
        events.dedup();
        events
    }

    /// The value of an expression over a row.
    pub(crate) fn row_value(&self, of: &Expr, row: &Row) -> Value {
        let columns = shown(row);
        expr::evaluate(of, &self.row_scope(row, &columns))
    }

    /// Whether a predicate holds for a row.
    pub(crate) fn row_holds(&self, predicate: &Predicate, row: &Row) -> bool {
        let columns = shown(row);
        self.predicate(predicate, &self.row_scope(row, &columns))
    }

    fn row_scope<'s>(&'s self, row: &Row, columns: &'s Fields) -> Scope<'s> {
        Scope {
            columns: Some(columns),
            ..self.scope(row.last())
        }
    }

    /// Rows of every input; an event that several inputs find alone makes one row.
    fn union(&self, inputs: &[Plan]) -> Result<Vec<Row>, Unrunnable> {
        let mut rows: Vec<Row> = Vec::new();
        let mut alone = BTreeSet::new();
        for input in inputs {
            for row in self.rows(input)? {
                if row.events.len() > 1 || alone.insert(row.last()) {
                    rows.push(row);
                }
            }
        }
        rows.sort_by_key(|row| self.completion(row));
        Ok(rows)
    }

    fn derive(&self, input: &Plan, columns: &[(Text, Expr)]) -> Result<Vec<Row>, Unrunnable> {
        let mut rows = self.rows(input)?;
        for row in &mut rows {
            for (name, expr) in columns {
                let value = self.row_value(expr, row);
                row.columns.insert(name.clone(), value);
            }
        }
        Ok(rows)
    }

    fn dedup(&self, input: &Plan, by: &[Expr]) -> Result<Vec<Row>, Unrunnable> {
        let mut seen = BTreeSet::new();
        let mut rows = self.rows(input)?;
        rows.retain(|row| {
            let key: Vec<Text> = by
                .iter()
                .map(|expr| value::identity(&self.row_value(expr, row)))
                .collect();
            seen.insert(key)
        });
        Ok(rows)
    }

    fn limit(&self, limit: &Limit) -> Result<Vec<Row>, Unrunnable> {
        let mut rows = self.rows(&limit.input)?;
        let count = usize::try_from(limit.count).unwrap_or(usize::MAX);
        if limit.from_end {
            rows.drain(..rows.len().saturating_sub(count));
        } else {
            rows.truncate(count);
        }
        Ok(rows)
    }

    fn sort_order(&self, by: &[crate::SortKey], a: &Row, b: &Row) -> Ordering {
        for key in by {
            let (left, right) = (self.row_value(&key.value, a), self.row_value(&key.value, b));
            let order = match (left.is_null(), right.is_null()) {
                (false, false) if key.descending => sort_values(&right, &left),
                (false, false) => sort_values(&left, &right),
                // Null stands last in either direction.
                (left, right) => left.cmp(&right),
            };
            if order.is_ne() {
                return order;
            }
        }
        Ordering::Equal
    }
}

/// A row's columns as tests see them: computed columns before keys.
fn shown(row: &Row) -> Fields {
    let mut all: BTreeMap<_, _> = row.keys.clone();
    all.extend(row.columns.clone());
    all
}

/// Numbers in order of size before texts in order of characters.
fn sort_values(left: &Value, right: &Value) -> Ordering {
    let typed = |v: &Value| match v {
        Value::Int(_) | Value::Float(_) => value::number(v),
        _ => None,
    };
    match (typed(left), typed(right)) {
        (Some(a), Some(b)) => value::compare(a, b).unwrap_or(Ordering::Equal),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => match (left, right) {
            (Value::Time(a), Value::Time(b)) | (Value::Duration(a), Value::Duration(b)) => a.cmp(b),
            _ => left.as_text().cmp(&right.as_text()),
        },
    }
}
