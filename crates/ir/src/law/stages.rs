//! Stages of pipelines.

use super::lookup::{Scope, glob_fits};
use super::rows::{Part, Row, View, shown};
use super::{Law, Unrunnable, functions, value};
use crate::{
    Apply, Dedup, Expand, Expr, FieldRef, Fields, Fill, Inline, Key, Measure, MeasureFunction,
    MissingKey, Plan, Projection, Running, RunningWindow, Table, Text, Value,
};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The parts of [`MeasureFunction::SessionStart`].
struct Session<'p> {
    of: &'p Expr,
    from_first: &'p Expr,
    between: &'p Expr,
    restart: &'p Expr,
}

/// The rows of a table.
pub(crate) fn table(table: &Table) -> Vec<Row> {
    let row = |values: &Vec<Value>| {
        let columns = table.columns.iter().cloned().zip(values.iter().cloned());
        Row {
            view: View::closed(),
            ..Row::of_columns(columns.collect())
        }
    };
    table.rows.iter().map(row).collect()
}

impl Law<'_> {
    /// Rows of every input, one input after the other.
    pub(crate) fn append(&self, inputs: &[Plan]) -> Result<Vec<Row>, Unrunnable> {
        let mut rows = Vec::new();
        for input in inputs {
            rows.extend(self.rows(input)?);
        }
        Ok(rows)
    }

    /// The first rows of each key.
    pub(crate) fn dedup(&self, dedup: &Dedup) -> Result<Vec<Row>, Unrunnable> {
        let mut seen: BTreeMap<Vec<Text>, u64> = BTreeMap::new();
        let mut before: Option<Vec<Text>> = None;
        let mut rows = self.rows(&dedup.input)?;
        rows.retain(|row| {
            let values: Vec<Value> = dedup.by.iter().map(|e| self.row_value(e, row)).collect();
            if values.iter().any(Value::is_null) && dedup.missing != MissingKey::Value {
                return dedup.missing == MissingKey::Keep;
            }
            let key: Vec<Text> = values.iter().map(value::identity).collect();
            if dedup.consecutive && before.as_ref() != Some(&key) {
                seen.clear();
            }
            before = Some(key.clone());
            let count = seen.entry(key).or_default();
            *count += 1;
            *count <= dedup.count
        });
        Ok(rows)
    }

    /// Rows in groups: the places of each group's rows, in order. Rows without a key that is not
    /// optional are in none.
    pub(crate) fn groups(&self, keys: &[Key], rows: &[Row]) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<Vec<Text>, Vec<usize>> = BTreeMap::new();
        for (at, row) in rows.iter().enumerate() {
            for (key, _) in self.group_tuples(keys, row) {
                groups.entry(key).or_default().push(at);
            }
        }
        groups.into_values().collect()
    }

    /// Measures of each group, added to its rows.
    pub(crate) fn inline(&self, inline: &Inline) -> Result<Vec<Row>, Unrunnable> {
        let mut rows = self.rows(&inline.input)?;
        let nulls = nulls(&inline.measures);
        let mut added = vec![nulls; rows.len()];
        for group in self.groups(&inline.group_by, &rows) {
            let members: Vec<Row> = group.iter().map(|&at| rows[at].clone()).collect();
            let measures = inline.measures.iter();
            let columns: Fields = measures
                .map(|m| (m.name.clone(), self.measure(m, &members)))
                .collect();
            for at in group {
                added[at].clone_from(&columns);
            }
        }
        for (row, columns) in rows.iter_mut().zip(added) {
            row.columns.extend(columns);
        }
        Ok(rows)
    }

    /// Measures of the rows before each row.
    pub(crate) fn running(&self, running: &Running) -> Result<Vec<Row>, Unrunnable> {
        let mut rows = self.rows(&running.input)?;
        let mut added = vec![nulls(&running.measures); rows.len()];
        for group in self.groups(&running.group_by, &rows) {
            let members: Vec<Row> = group.iter().map(|&at| rows[at].clone()).collect();
            for (place, &at) in group.iter().enumerate() {
                let window = self.window(running, &members, &group, place);
                for measure in &running.measures {
                    let value = self.running_value(measure, &members, place, window);
                    added[at].insert(measure.name.clone(), value);
                }
            }
        }
        for (row, columns) in rows.iter_mut().zip(added) {
            row.columns.extend(columns);
        }
        Ok(rows)
    }

    fn running_value(
        &self,
        measure: &Measure,
        members: &[Row],
        place: usize,
        window: &[Row],
    ) -> Value {
        let neighbour = |expr: &Expr, at: Option<usize>| {
            let row = at.and_then(|at| members.get(at));
            row.map_or(Value::Null, |row| self.row_value(expr, row))
        };
        match &measure.function {
            MeasureFunction::Lag(expr, by) => neighbour(expr, place.checked_sub(*by as usize)),
            MeasureFunction::Lead(expr, by) => neighbour(expr, place.checked_add(*by as usize)),
            MeasureFunction::SessionStart {
                of,
                from_first,
                between,
                restart,
            } => {
                let session = Session {
                    of,
                    from_first,
                    between,
                    restart,
                };
                self.session_start(&session, &members[..=place])
            }
            _ => self.measure(measure, window),
        }
    }

    /// The instant at which the session of the last of some rows began.
    fn session_start(&self, session: &Session<'_>, rows: &[Row]) -> Value {
        let within = |limit: &Expr, row: &Row, length: Option<i64>| {
            matches!((self.row_value(limit, row), length),
                (Value::Duration(limit), Some(length)) if (0..=limit).contains(&length))
        };
        let mut pending: Option<(i64, i64)> = None;
        let mut last = Value::Null;
        for row in rows {
            let Some(at) = functions::instant_of(&self.row_value(session.of, row)) else {
                last = Value::Null;
                continue;
            };
            let restarts = functions::truth(&self.row_value(session.restart, row)) == Some(true);
            let start = match pending {
                Some((start, before))
                    if !restarts
                        && within(session.from_first, row, at.checked_sub(start))
                        && within(session.between, row, at.checked_sub(before)) =>
                {
                    start
                }
                _ => at,
            };
            pending = Some((start, at));
            last = Value::Time(start);
        }
        last
    }

    /// The rows that a running measure of a row looks at.
    fn window<'r>(
        &self,
        running: &Running,
        members: &'r [Row],
        group: &[usize],
        place: usize,
    ) -> &'r [Row] {
        let end = if running.current { place + 1 } else { place };
        let start = match running.window {
            RunningWindow::All => 0,
            RunningWindow::Rows(count) => {
                end.saturating_sub(usize::try_from(count).unwrap_or(usize::MAX))
            }
            RunningWindow::RowsOverall(count) => {
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                let last = group[place] + usize::from(running.current);
                group
                    .partition_point(|&at| at < last.saturating_sub(count))
                    .min(end)
            }
            RunningWindow::Time(length) => {
                let now = self.time(&members[place]);
                let near = |row: &Row| (self.time(row) - now).abs() <= length;
                end - members[..end]
                    .iter()
                    .rev()
                    .take_while(|row| near(row))
                    .count()
            }
        };
        &members[start..end]
    }

    /// One row for each element.
    pub(crate) fn expand(&self, expand: &Expand) -> Result<Vec<Row>, Unrunnable> {
        let mut found = Vec::new();
        let limit = expand.limit.map_or(usize::MAX, |limit| {
            usize::try_from(limit).unwrap_or(usize::MAX)
        });
        for row in self.rows(&expand.input)? {
            let lists: Vec<Vec<Value>> = expand
                .columns
                .iter()
                .map(|(_, of)| match self.row_value(of, &row) {
                    Value::Null if expand.keep_empty => vec![Value::Null],
                    Value::Null => Vec::new(),
                    Value::List(items) => items,
                    other => vec![other],
                })
                .collect();
            let count = lists.iter().map(Vec::len).max().unwrap_or(0);
            for at in 0..count.min(limit) {
                let mut row = row.clone();
                for ((name, _), list) in expand.columns.iter().zip(&lists) {
                    let element = list.get(at).cloned().unwrap_or(Value::Null);
                    row.columns.insert(name.clone(), element);
                }
                if let Some(index) = &expand.index {
                    let place = i64::try_from(at).unwrap_or(i64::MAX);
                    row.columns.insert(index.clone(), Value::Int(place));
                }
                found.push(row);
            }
        }
        Ok(found)
    }

    /// Null replaced.
    pub(crate) fn fill(&self, fill: &Fill) -> Result<Vec<Row>, Unrunnable> {
        let mut rows = self.rows(&fill.input)?;
        let columns = if fill.columns.is_empty() {
            let names: BTreeSet<Text> = rows
                .iter()
                .flat_map(|row| self.visible(row).into_keys())
                .collect();
            names.into_iter().map(FieldRef::unmapped).collect()
        } else {
            fill.columns.clone()
        };
        for row in &mut rows {
            for field in &columns {
                if self.row_value(&Expr::Field(field.clone()), row).is_null() {
                    row.columns.insert(field.name.clone(), fill.value.clone());
                }
            }
        }
        Ok(rows)
    }

    /// A plan for each row.
    pub(crate) fn apply(&self, apply: &Apply) -> Result<Vec<Row>, Unrunnable> {
        let mut found = Vec::new();
        for outer in self.rows(&apply.input)? {
            self.given.borrow_mut().push(vec![outer.clone()]);
            let inner = self.rows(&apply.body);
            self.given.borrow_mut().pop();
            for mut row in inner? {
                if row.view.closed || row.events.is_empty() {
                    let mut columns = self.visible(&outer);
                    columns.extend(row.keys.clone());
                    columns.extend(row.columns);
                    row.columns = columns;
                }
                if row.events.is_empty() {
                    row.events.clone_from(&outer.events);
                }
                found.push(row);
            }
        }
        Ok(found)
    }

    /// Rows under a name.
    pub(crate) fn named(&self, input: &Plan, name: &Text) -> Result<Vec<Row>, Unrunnable> {
        let mut rows = self.rows(input)?;
        for row in &mut rows {
            let part = Part {
                name: name.clone(),
                columns: shown(row),
                event: row.last(),
                view: row.view.clone(),
            };
            row.view.parts.push(part);
        }
        Ok(rows)
    }

    /// Columns kept, dropped, renamed.
    pub(crate) fn project(&self, input: &Plan, how: &Projection) -> Result<Vec<Row>, Unrunnable> {
        let mut rows = self.rows(input)?;
        for row in &mut rows {
            match how {
                Projection::Display(_) => {}
                Projection::Keep(fields) => self.keep(fields, row),
                Projection::Drop(fields) => {
                    for field in fields {
                        hide(row, &field.name);
                    }
                }
                Projection::Rename(pairs) => self.rename(pairs, row),
                Projection::Spread {
                    field,
                    prefix,
                    replace,
                } => self.spread(field, prefix, *replace, row),
            }
        }
        Ok(rows)
    }

    fn keep(&self, fields: &[FieldRef], row: &mut Row) {
        let all = shown(row);
        let scope: Scope<'_> = self.row_scope(row, &all);
        let visible = scope.visible();
        let mut kept = Fields::new();
        for field in fields {
            if field.name.contains('*') {
                let fits = visible
                    .iter()
                    .filter(|(name, _)| glob_fits(&field.name, name));
                kept.extend(fits.map(|(name, value)| (name.clone(), value.clone())));
            } else if let Some(value) = scope.field(field) {
                kept.insert(field.name.clone(), value.into_owned());
            }
        }
        row.keys.retain(|name, _| kept.contains_key(name));
        row.columns = kept;
        row.view.closed = true;
        row.view.hidden.clear();
    }

    fn spread(&self, field: &FieldRef, prefix: &str, replace: bool, row: &mut Row) {
        let all = shown(row);
        let scope = self.row_scope(row, &all);
        let found = scope.field(field);
        let Some(members) = found.as_deref().and_then(functions::members) else {
            return;
        };
        let taken: Vec<Text> = scope.visible().into_keys().collect();
        hide(row, &field.name);
        for (name, value) in members {
            let name = crate::format_smolstr!("{prefix}{name}");
            let free = name == field.name || !taken.contains(&name);
            if !value.is_null() && (replace || free) {
                row.columns.insert(name, value);
            }
        }
    }

    fn rename(&self, pairs: &[(FieldRef, Text)], row: &mut Row) {
        let all = shown(row);
        let scope = self.row_scope(row, &all);
        let mut moved: Vec<(Text, Text, Value)> = Vec::new();
        for (from, to) in pairs {
            if from.name.contains('*') {
                for (name, value) in scope.visible() {
                    let new = renamed(&from.name, to, &name);
                    moved.extend(new.map(|new| (name, new, value)));
                }
            } else {
                let value = scope.field(from).map(Cow::into_owned);
                moved.push((from.name.clone(), to.clone(), value.unwrap_or(Value::Null)));
            }
        }
        for (from, to, _) in &moved {
            hide(row, from);
            hide(row, to);
        }
        for (_, to, value) in moved {
            if !value.is_null() {
                row.columns.insert(to, value);
            }
        }
    }
}

fn nulls(measures: &[Measure]) -> Fields {
    let null = |measure: &Measure| (measure.name.clone(), Value::Null);
    measures.iter().map(null).collect()
}

/// Takes away a column, or all that fit a name with `*`.
fn hide(row: &mut Row, name: &Text) {
    row.columns.retain(|own, _| !glob_fits(name, own));
    row.keys.retain(|own, _| !glob_fits(name, own));
    row.view.hidden.push(name.clone());
}

/// The new name of a column that fits a pattern: each `*` of the new one stands for what the same
/// `*` of the old one fitted.
fn renamed(from: &str, to: &str, name: &str) -> Option<Text> {
    let mut rest = name.strip_prefix(from.split('*').next()?)?;
    let mut runs = Vec::new();
    let pieces: Vec<&str> = from.split('*').skip(1).collect();
    for (at, piece) in pieces.iter().enumerate() {
        let end = if at + 1 == pieces.len() {
            rest.len().checked_sub(piece.len())?
        } else {
            rest.find(piece)?
        };
        if !rest.get(end..)?.starts_with(piece) {
            return None;
        }
        runs.push(&rest[..end]);
        rest = &rest[end + piece.len()..];
    }
    let mut out = String::new();
    let mut runs = runs.into_iter();
    for (at, piece) in to.split('*').enumerate() {
        if at > 0 {
            out.push_str(runs.next().unwrap_or(""));
        }
        out.push_str(piece);
    }
    Some(out.into())
}
