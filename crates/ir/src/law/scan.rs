//! Rows against steps that remember.

use super::rows::{Part, Row, View, shown};
use super::{Law, Unrunnable};
use crate::{Fields, Scan, ScanOutput, Value};

/// What a step remembers: the last row of each step up to it.
struct Memory {
    id: i64,
    rows: Vec<Row>,
}

/// The state of a scan.
struct State {
    memories: Vec<Option<Memory>>,
    /// Rows of steps that show the last one only, until another series begins.
    pending: Vec<Option<Row>>,
    next_id: i64,
    out: Vec<Row>,
}

impl Law<'_> {
    /// The rows that match a step, each extended by what the step assigns.
    pub(crate) fn scan(&self, scan: &Scan) -> Result<Vec<Row>, Unrunnable> {
        let rows = self.rows(&scan.input)?;
        let mut out = Vec::new();
        for group in self.groups(&scan.group_by, &rows) {
            let mut state = State {
                memories: scan.steps.iter().map(|_| None).collect(),
                pending: vec![None; scan.steps.len()],
                next_id: 0,
                out: Vec::new(),
            };
            for place in group {
                let mut row = rows[place].clone();
                let first = self.first_values(scan, &row);
                row.columns.extend(first);
                for at in (0..scan.steps.len()).rev() {
                    self.scan_step(scan, &mut state, at, &row);
                }
            }
            out.append(&mut state.out);
            out.extend(state.pending.into_iter().flatten());
        }
        Ok(out)
    }

    /// The declared columns as they are before a step assigns them.
    fn first_values(&self, scan: &Scan, row: &Row) -> Fields {
        let value = |(name, of): &(_, _)| (Clone::clone(name), self.row_value(of, row));
        scan.declared.iter().map(value).collect()
    }

    fn scan_step(&self, scan: &Scan, state: &mut State, at: usize, row: &Row) {
        let before = at
            .checked_sub(1)
            .and_then(|before| state.memories[before].as_ref());
        if let Some(before) = before
            && let Some(found) = self.matched(scan, at, &before.rows, row)
            && let Some(mut memory) = state.memories[at - 1].take()
        {
            state.out.extend(state.pending[at].take());
            memory.rows.push(found.clone());
            state.show(scan, at, found, memory.id);
            state.memories[at] = Some(memory);
            return;
        }
        let own = state.memories[at].as_ref();
        if own.is_none() && at > 0 {
            return;
        }
        let rows = own.map_or(&[][..], |memory| &memory.rows);
        let Some(found) = self.matched(scan, at, rows, row) else {
            return;
        };
        let memory = state.memories[at].get_or_insert_with(|| {
            state.next_id += 1;
            Memory {
                id: state.next_id - 1,
                rows: Vec::new(),
            }
        });
        memory.rows.truncate(at);
        memory.rows.push(found.clone());
        let id = memory.id;
        state.show(scan, at, found, id);
    }

    /// The row with what the step assigns to it, where it matches beside remembered rows; its
    /// events are those of the steps before too.
    fn matched(&self, scan: &Scan, at: usize, memory: &[Row], row: &Row) -> Option<Row> {
        let step = &scan.steps[at];
        let parts = scan.steps.iter().enumerate().map(|(n, step)| {
            let remembered = memory.get(n);
            Part {
                name: step.name.clone(),
                columns: remembered.map_or_else(|| self.first_values(scan, row), shown),
                event: remembered.and_then(Row::last),
                view: remembered.map_or_else(View::closed, |row| row.view.clone()),
            }
        });
        let mut beside = row.clone();
        beside.view.parts.extend(parts);
        if !self.row_holds(&step.condition, &beside) {
            return None;
        }
        for (name, of) in &step.columns {
            let value = self.row_value(of, &beside);
            beside.columns.insert(name.clone(), value);
        }
        let remembered = memory.iter().take(at).flat_map(|row| &row.events);
        let earlier = remembered.filter(|event| !row.events.contains(event));
        Some(Row {
            events: earlier.chain(&row.events).copied().collect(),
            view: row.view.clone(),
            ..beside
        })
    }
}

impl State {
    /// Shows a row of a step as the step says.
    fn show(&mut self, scan: &Scan, at: usize, mut row: Row, id: i64) {
        if let Some(name) = &scan.match_id {
            row.columns.insert(name.clone(), Value::Int(id));
        }
        match scan.steps[at].output {
            ScanOutput::All => self.out.push(row),
            ScanOutput::Last => self.pending[at] = Some(row),
            ScanOutput::None => {}
        }
    }
}
