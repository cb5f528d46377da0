//! The coverage matrix: a column per tactic, a cell per technique.

use crate::svg::{Anchor, Canvas};
use crate::table::heads;
use crate::text::{cut, rules, short, width, wrap_small};
use crate::{DataCell, DataTable, Heading, Picture, STEPS, step};

/// Columns of cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matrix {
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// Names of the two sides of a comparison; none for one count per cell.
    pub sides: Option<(String, String)>,
}

/// A tactic.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The page behind it.
    pub href: Option<String>,
    /// Its techniques, in order.
    pub cells: Vec<Cell>,
}

/// A technique.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The page behind it.
    pub href: Option<String>,
    /// Rules; of the left side in a comparison.
    pub count: u64,
    /// Rules of the right side in a comparison.
    pub other: u64,
    /// A note: sub-techniques with a rule, of how many.
    pub note: String,
}

/// Fourteen of them fit a window of 1440 pixels.
const COLUMN: u32 = 99;
const CELL: u32 = 60;
const HEAD: u32 = 58;
/// Between cells.
const GAP: u32 = 3;
/// Between the edge of a cell and its texts.
const PAD: u32 = 4;
/// Lines of a technique's name.
const LINES: usize = 3;
const LEGEND: u32 = 34;

/// Draws the matrix. A cell's colour is the step of its count; in a comparison, its side.
pub fn matrix(heading: Heading<'_>, data: &Matrix) -> Picture {
    let mut canvas = Canvas::new();
    let mut across = 4;
    match &data.sides {
        None => counts_legend(&mut canvas, &mut across),
        Some((left, right)) => sides_legend(&mut canvas, &mut across, left, right),
    }
    for (at, column) in (0_u32..).zip(&data.columns) {
        let x = at * COLUMN;
        column_head(&mut canvas, column, x);
        for (at, cell) in (0_u32..).zip(&column.cells) {
            let y = LEGEND + HEAD + at * CELL;
            let name = name_of(data, cell);
            canvas.item(&name, cell.href.as_deref(), |canvas| {
                draw(canvas, data, cell, (x, y));
            });
        }
    }
    let columns = u32::try_from(data.columns.len()).unwrap_or(0);
    let longest = data.columns.iter().map(|column| column.cells.len()).max();
    let rows = u32::try_from(longest.unwrap_or(0)).unwrap_or(0);
    if rows == 0 {
        let at = (4, LEGEND + 20);
        canvas.text("picture-faint", at, Anchor::Start, "No techniques.");
    }
    let size = (
        (columns * COLUMN).saturating_sub(GAP).max(across),
        LEGEND + HEAD + rows * CELL + 4,
    );
    canvas.finish(heading, size, describe(data), table_of(data))
}

fn key(canvas: &mut Canvas, across: &mut u32, class: &str, text: &str) {
    canvas.rect(&format!("picture-cell {class}"), (*across, 6), (18, 16));
    canvas.text("picture-label", (*across + 24, 19), Anchor::Start, text);
    *across += 24 + width(text) + 16;
}

fn counts_legend(canvas: &mut Canvas, across: &mut u32) {
    key(canvas, across, "picture-step-0", "no rule");
    for (at, begin) in STEPS.iter().enumerate() {
        let class = format!("picture-step-{}", at + 1);
        let text = match STEPS.get(at + 1) {
            Some(next) => format!("{begin} to {}", next - 1),
            None => format!("{begin} or more"),
        };
        key(canvas, across, &class, &text);
    }
}

fn sides_legend(canvas: &mut Canvas, across: &mut u32, left: &str, right: &str) {
    let (left, right) = (cut(left, 160), cut(right, 160));
    key(canvas, across, "picture-step-0", "neither");
    key(
        canvas,
        across,
        "picture-left",
        &format!("\u{25c0} {left} only"),
    );
    key(
        canvas,
        across,
        "picture-right",
        &format!("\u{25b6} {right} only"),
    );
    key(canvas, across, "picture-both", "\u{25c6} both");
}

fn column_head(canvas: &mut Canvas, column: &Column, x: u32) {
    let some = column.cells.iter().filter(|cell| counts(cell)).count();
    let of = format!("{some} of {}", column.cells.len());
    let name = format!("{}: {of} techniques", column.name);
    canvas.item(&name, column.href.as_deref(), |canvas| {
        canvas.rect("picture-hit", (x, LEGEND), (COLUMN - GAP, HEAD - 6));
        let lines = wrap_small(&column.name, COLUMN - GAP - PAD, 2);
        let first = LEGEND + if lines.len() == 1 { 28 } else { 14 };
        for (line, name) in (0_u32..).zip(lines) {
            let at = (x + PAD, first + line * 14);
            canvas.text("picture-small picture-strong", at, Anchor::Start, name);
        }
        let at = (x + PAD, LEGEND + 44);
        canvas.text("picture-faint", at, Anchor::Start, &of);
    });
}

fn counts(cell: &Cell) -> bool {
    cell.count > 0 || cell.other > 0
}

/// Class of the cell, class of its texts, mark.
fn look(data: &Matrix, cell: &Cell) -> (String, String, &'static str) {
    if data.sides.is_none() {
        let step = step(cell.count);
        return (
            format!("picture-step-{step}"),
            format!("picture-on-{step}"),
            "",
        );
    }
    let (side, mark) = match (cell.count > 0, cell.other > 0) {
        (true, true) => ("both", "\u{25c6}"),
        (true, false) => ("left", "\u{25c0}"),
        (false, true) => ("right", "\u{25b6}"),
        (false, false) => return ("picture-step-0".into(), "picture-on-0".into(), ""),
    };
    (
        format!("picture-{side}"),
        format!("picture-on-{side}"),
        mark,
    )
}

fn draw(canvas: &mut Canvas, data: &Matrix, cell: &Cell, (x, y): (u32, u32)) {
    let (class, on, mark) = look(data, cell);
    let class = format!("picture-cell {class}");
    canvas.rect(&class, (x, y), (COLUMN - GAP, CELL - GAP));
    let room = COLUMN - GAP - 2 * PAD;
    let label = format!("picture-label picture-small {on}");
    for (line, name) in (0_u32..).zip(wrap_small(&cell.name, room, LINES)) {
        let at = (x + PAD, y + 12 + line * 12);
        canvas.text(&label, at, Anchor::Start, name);
    }
    let base = y + CELL - GAP - 5;
    let small = format!("picture-small {on}");
    canvas.text(&small, (x + PAD, base), Anchor::Start, cut(&cell.id, room));
    let (class, number) = match (&data.sides, counts(cell)) {
        (_, false) => return,
        (None, true) => ("picture-number", short(cell.count)),
        (Some(_), true) => {
            let counts = format!("{mark}{}|{}", short(cell.count), short(cell.other));
            ("picture-small picture-number", counts)
        }
    };
    let class = format!("{class} {on}");
    canvas.text(&class, (x + PAD + room, base), Anchor::End, number);
}

fn name_of(data: &Matrix, cell: &Cell) -> String {
    let count = match &data.sides {
        None => rules(cell.count),
        Some((left, right)) => format!("{left} {}, {right} {}", cell.count, cell.other),
    };
    let note = if cell.note.is_empty() {
        String::new()
    } else {
        format!("; {}", cell.note)
    };
    format!("{} {}: {count}{note}", cell.id, cell.name)
}

fn describe(data: &Matrix) -> String {
    let cells = || data.columns.iter().flat_map(|column| &column.cells);
    let all = cells().count();
    let columns = data.columns.len();
    match &data.sides {
        None => {
            let some = cells().filter(|cell| counts(cell)).count();
            format!("{some} of {all} cells in {columns} tactics have a rule.")
        }
        Some((left, right)) => {
            let of = |a, b| {
                cells()
                    .filter(|cell| (cell.count > 0, cell.other > 0) == (a, b))
                    .count()
            };
            format!(
                "Of {all} cells in {columns} tactics, both have rules in {}, only {left} in {}, only {right} in {}, neither in {}.",
                of(true, true),
                of(true, false),
                of(false, true),
                of(false, false)
            )
        }
    }
}

fn table_of(data: &Matrix) -> DataTable {
    let mut columns = heads(&["Tactic", "Technique", "Name"]);
    match &data.sides {
        None => columns.push("Rules".to_owned()),
        Some((left, right)) => columns.extend([left.clone(), right.clone()]),
    }
    columns.push("Sub-techniques".to_owned());
    let mut rows = Vec::new();
    for column in &data.columns {
        for cell in &column.cells {
            let mut cells = vec![
                DataCell::text(&column.name),
                DataCell::link(&cell.id, cell.href.as_deref()),
                DataCell::text(&cell.name),
                DataCell::number(cell.count),
            ];
            if data.sides.is_some() {
                cells.push(DataCell::number(cell.other));
            }
            cells.push(DataCell::text(&cell.note));
            rows.push(cells);
        }
    }
    DataTable { columns, rows }
}
