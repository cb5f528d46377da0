//! Co-occurrence: which values stand together, and in how many rules.

use crate::svg::{Anchor, Canvas};
use crate::table::heads;
use crate::text::{cut, rules, short};
use crate::{DataCell, DataTable, Heading, Picture, step};
use std::collections::BTreeMap;

/// Pairs of values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs {
    /// Names of the values, in the order in which they are drawn.
    pub items: Vec<String>,
    /// The pairs.
    pub pairs: Vec<Pair>,
}

/// Two values and the rules that have both in one conjunction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Positions in [`Pairs::items`].
    pub items: (usize, usize),
    /// Rules.
    pub count: u64,
}

const CELL: u32 = 34;
const LABEL: u32 = 280;
const TOP: u32 = 26;

/// Draws the pairs as the lower half of a square; a column has the number of its row.
pub fn pairs(heading: Heading<'_>, data: &Pairs) -> Picture {
    let mut canvas = Canvas::new();
    let counts: BTreeMap<(usize, usize), u64> = data
        .pairs
        .iter()
        .map(|pair| (ordered(pair.items), pair.count))
        .collect();
    let size = data.items.len();
    for (row, (y, item)) in (0_u32..).zip(&data.items).enumerate() {
        let y = TOP + y * CELL;
        label(&mut canvas, row, item, y);
        for (column, x) in (0..row).zip(0_u32..) {
            let count = counts.get(&(column, row)).copied().unwrap_or(0);
            let at = (LABEL + x * CELL, y);
            cell(&mut canvas, data, (column, row), count, at);
        }
    }
    for (at, column) in (0..size.saturating_sub(1)).zip(0_u32..) {
        let x = LABEL + column * CELL + CELL / 2;
        canvas.text("picture-number", (x, TOP - 8), Anchor::Middle, at + 1);
    }
    if size == 0 {
        canvas.text("picture-faint", (4, 20), Anchor::Start, "No pairs.");
    }
    let side = u32::try_from(size).unwrap_or(0) * CELL;
    canvas.finish(
        heading,
        (LABEL + side, TOP + side + 4),
        describe(data),
        table_of(data),
    )
}

fn label(canvas: &mut Canvas, row: usize, item: &str, y: u32) {
    let base = y + CELL / 2 + 4;
    canvas.item(item, None, |canvas| {
        let text = cut(item, LABEL - 44);
        canvas.text("picture-label", (LABEL - 36, base), Anchor::End, text);
    });
    canvas.text("picture-number", (LABEL - 8, base), Anchor::End, row + 1);
}

fn cell(canvas: &mut Canvas, data: &Pairs, items: (usize, usize), count: u64, at: (u32, u32)) {
    let name = format!(
        "{} and {}: {}",
        data.items[items.0],
        data.items[items.1],
        rules(count)
    );
    canvas.item(&name, None, |canvas| {
        let step = step(count);
        let class = format!("picture-cell picture-step-{step}");
        canvas.rect(&class, (at.0 + 1, at.1 + 1), (CELL - 2, CELL - 2));
        if count > 0 {
            let class = format!("picture-number picture-on-{step}");
            let middle = (at.0 + CELL / 2, at.1 + CELL / 2 + 4);
            canvas.text(&class, middle, Anchor::Middle, short(count));
        }
    });
}

fn ordered((a, b): (usize, usize)) -> (usize, usize) {
    (a.min(b), a.max(b))
}

/// The pairs that can be drawn, most rules first.
fn ranked(data: &Pairs) -> Vec<&Pair> {
    let known = |pair: &&Pair| pair.items.0.max(pair.items.1) < data.items.len();
    let mut all: Vec<&Pair> = data.pairs.iter().filter(known).collect();
    all.sort_by_key(|pair| (std::cmp::Reverse(pair.count), ordered(pair.items)));
    all
}

fn describe(data: &Pairs) -> String {
    match ranked(data).first() {
        None => "No two values stand together in several rules.".to_owned(),
        Some(first) => format!(
            "Rules that have two values in one conjunction, of {} values. Most often: {} with {}, {}.",
            data.items.len(),
            data.items[first.items.0],
            data.items[first.items.1],
            rules(first.count)
        ),
    }
}

fn table_of(data: &Pairs) -> DataTable {
    let rows = ranked(data).into_iter().map(|pair| {
        vec![
            DataCell::text(&data.items[pair.items.0]),
            DataCell::text(&data.items[pair.items.1]),
            DataCell::number(pair.count),
        ]
    });
    DataTable {
        columns: heads(&["Value", "With", "Rules"]),
        rows: rows.collect(),
    }
}
