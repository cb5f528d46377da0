//! Rows, and the nodes that handle one row at a time.
//!
//! A row is a group of events with columns. A field is read from the row's columns first and
//! from the last of its events second, so a row of a correlation or an aggregate shows its keys,
//! its measures, and otherwise the event that completed it. A row's time is that event's time.

use super::{Alert, Law, Unrunnable, lookup::Scope, lookup::glob_fits, stages, value};
use crate::{Event, Expr, Fields, Limit, Match, Plan, Predicate, Text, Timestamp, Value};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// What a row without events reads.
pub(crate) static NO_EVENT: Event = Event {
    time: 0,
    source: None,
    native: BTreeMap::new(),
    canonical: BTreeMap::new(),
    raw: None,
};

/// A group of events with columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// Its events in order of time, each once; none for the rows of a table.
    pub(crate) events: Vec<usize>,
    /// What the events share, by field name.
    pub(crate) keys: Fields,
    /// Computed columns.
    pub(crate) columns: Fields,
    /// What of its last event it shows.
    pub(crate) view: View,
}

/// What a row shows besides its columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct View {
    /// Nothing of its event.
    pub(crate) closed: bool,
    /// Names (with `*` for any run) of the event's fields that it does not show.
    pub(crate) hidden: Vec<Text>,
    /// Rows that it shows under a name, innermost last.
    pub(crate) parts: Vec<Part>,
}

/// A row shown under a name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    /// The name.
    pub(crate) name: Text,
    /// Its keys and columns.
    pub(crate) columns: Fields,
    /// Its last event.
    pub(crate) event: Option<usize>,
    /// What of it is shown.
    pub(crate) view: View,
}

impl View {
    /// A view of columns alone.
    pub(crate) fn closed() -> Self {
        Self {
            closed: true,
            ..Self::default()
        }
    }

    /// Whether it shows the event's field of a name.
    pub(crate) fn shows(&self, name: &str) -> bool {
        !self.closed && !self.hidden.iter().any(|hidden| glob_fits(hidden, name))
    }

    /// The part that a name `part.field` reads, and the field in it.
    pub(crate) fn part<'n>(&self, name: &'n str) -> Option<(&Part, &'n str)> {
        self.parts.iter().rev().find_map(|part| {
            let rest = name.strip_prefix(part.name.as_str())?.strip_prefix('.')?;
            Some((part, rest))
        })
    }
}

impl Row {
    pub(crate) fn of_event(index: usize) -> Self {
        Self {
            events: vec![index],
            ..Self::of_columns(Fields::new())
        }
    }

    /// A row without events.
    pub(crate) fn of_columns(columns: Fields) -> Self {
        Self {
            events: Vec::new(),
            keys: Fields::new(),
            columns,
            view: View::default(),
        }
    }

    /// The event that completed it.
    pub(crate) fn last(&self) -> Option<usize> {
        self.events.last().copied()
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
            Plan::Append(inputs) => self.append(inputs),
            Plan::Derive { input, columns } => self.derive(input, columns),
            Plan::Project { input, projection } => self.project(input, projection),
            Plan::Sort { input, by } => {
                let mut rows = self.rows(input)?;
                rows.sort_by(|a, b| self.sort_order(by, a, b));
                Ok(rows)
            }
            Plan::Dedup(dedup) => self.dedup(dedup),
            Plan::Limit(limit) => self.limit(limit),
            Plan::Inline(inline) => self.inline(inline),
            Plan::Running(running) => self.running(running),
            Plan::Scan(scan) => self.scan(scan),
            Plan::Expand(expand) => self.expand(expand),
            Plan::Table(table) => Ok(stages::table(table)),
            Plan::Fill(fill) => self.fill(fill),
            Plan::Transaction(transaction) => self.transaction(transaction),
            Plan::Apply(apply) => self.apply(apply),
            Plan::Given => Ok(self.given.borrow().last().cloned().unwrap_or_default()),
            Plan::Named { input, name } => self.named(input, name),
            Plan::Opaque(opaque) => Err(Unrunnable {
                text: opaque.text.clone(),
                reason: opaque.reason,
                span: opaque.span,
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
        row.last().map_or(0, |last| self.events[last].time)
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
        self.evaluate(of, &self.row_scope(row, &columns))
    }

    /// Whether a predicate holds for a row.
    pub(crate) fn row_holds(&self, predicate: &Predicate, row: &Row) -> bool {
        let columns = shown(row);
        self.predicate(predicate, &self.row_scope(row, &columns))
    }

    /// What tests and expressions read of a row; `columns` are those that [`shown`] gives.
    pub(crate) fn row_scope<'s>(&'s self, row: &'s Row, columns: &'s Fields) -> Scope<'s> {
        Scope {
            event: row.last().map_or(&NO_EVENT, |last| &self.events[last]),
            columns: Some(columns),
            index: row.last(),
            view: Some(&row.view),
            events: self.events,
            bound: None,
        }
    }

    /// The canonical fields of a row's event, as long as it shows all of it: what a row that shows
    /// its event no longer must keep, so that fields are still found by their canonical names.
    pub(crate) fn canonical(&self, row: &Row) -> impl Iterator<Item = (Text, Value)> {
        let event = row.last().filter(|_| row.view == View::default());
        let fields = event.map(|last| &self.events[last].canonical);
        let fields = fields.into_iter().flatten();
        fields.map(|(name, value)| (name.clone(), value.clone()))
    }

    /// Every field that a row shows, by name.
    pub(crate) fn visible(&self, row: &Row) -> Fields {
        let columns = shown(row);
        self.row_scope(row, &columns).visible()
    }

    /// Rows of every input; an event that several inputs find alone makes one row.
    fn union(&self, inputs: &[Plan]) -> Result<Vec<Row>, Unrunnable> {
        let mut rows: Vec<Row> = Vec::new();
        let mut alone = BTreeSet::new();
        for input in inputs {
            for row in self.rows(input)? {
                if row.events.len() != 1 || alone.insert(row.last()) {
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
                (left, right) if key.nulls_first => right.cmp(&left),
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
pub(crate) fn shown(row: &Row) -> Fields {
    let mut all: BTreeMap<_, _> = row.keys.clone();
    all.extend(row.columns.clone());
    all
}

/// Numbers in order of size before texts in order of characters.
pub(crate) fn sort_values(left: &Value, right: &Value) -> Ordering {
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
