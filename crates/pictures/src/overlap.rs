//! Overlap of sets: which sets have things in common, drawn as an UpSet plot.

use crate::bars::share;
use crate::svg::{Anchor, Canvas};
use crate::text::{cut, short};
use crate::{DataCell, DataTable, Heading, Picture};
use std::fmt::Write;

/// Sets and what they have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlap {
    /// What the sets hold, in the plural: `indicator families`.
    pub of: String,
    /// Name and size of each set, in the order in which they are drawn.
    pub sets: Vec<(String, u64)>,
    /// Things by the sets that hold them, and no other; most first.
    pub groups: Vec<Group>,
    /// Only so many groups are drawn; the table has them all.
    pub shown: usize,
}

/// Things that exactly these sets hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// Positions in [`Overlap::sets`].
    pub sets: Vec<usize>,
    /// How many things.
    pub count: u64,
}

const LABEL: u32 = 130;
const SIZES: u32 = 110;
const COLUMN: u32 = 34;
const ROW: u32 = 26;
const BARS: u32 = 120;
const TOP: u32 = 20;

/// Draws sets as rows and groups as columns: dots name the sets of a group, bars its size.
pub fn overlap(heading: Heading<'_>, data: &Overlap) -> Picture {
    let mut canvas = Canvas::new();
    let left = LABEL + SIZES;
    let rows_top = TOP + BARS + 10;
    let drawn = data.groups.len().min(data.shown);
    let most_set = data.sets.iter().map(|set| set.1).max().unwrap_or(0);
    let columns = u32::try_from(drawn).unwrap_or(0);
    for (row, set) in (0_u32..).zip(&data.sets) {
        let y = rows_top + row * ROW;
        if row % 2 == 0 {
            canvas.rect("picture-stripe", (0, y), (left + columns * COLUMN, ROW));
        }
        set_row(&mut canvas, data, set, most_set, y);
    }
    let most = data.groups.iter().map(|group| group.count).max();
    for (column, group) in (0_u32..).zip(&data.groups[..drawn]) {
        let x = left + column * COLUMN;
        let name = format!("{}: {} {}", names(data, group), group.count, data.of);
        canvas.item(&name, None, |canvas| {
            group_bar(canvas, group, most.unwrap_or(0), x);
            dots(canvas, data, group, (x + COLUMN / 2, rows_top));
        });
    }
    if drawn == 0 {
        canvas.text(
            "picture-faint",
            (4, TOP),
            Anchor::Start,
            "Nothing to compare.",
        );
    }
    let rows = u32::try_from(data.sets.len()).unwrap_or(0);
    let size = (
        left + columns.max(2) * COLUMN + 8,
        rows_top + rows * ROW + 4,
    );
    canvas.finish(heading, size, describe(data, drawn), table_of(data))
}

fn set_row(canvas: &mut Canvas, data: &Overlap, set: &(String, u64), most: u64, y: u32) {
    let base = y + ROW / 2 + 4;
    let name = format!("{}: {} {}", set.0, set.1, data.of);
    canvas.item(&name, None, |canvas| {
        let label = cut(&set.0, LABEL - 12);
        canvas.text("picture-label", (LABEL - 8, base), Anchor::End, label);
        let length = share(set.1, most, SIZES - 56);
        canvas.rect("picture-bar", (LABEL, y + 6), (length, ROW - 12));
        let at = (LABEL + length + 5, base);
        canvas.text("picture-number", at, Anchor::Start, short(set.1));
    });
}

fn group_bar(canvas: &mut Canvas, group: &Group, most: u64, x: u32) {
    let length = share(group.count, most, BARS);
    let y = TOP + BARS - length;
    canvas.rect("picture-bar", (x + 7, y), (COLUMN - 14, length));
    let at = (x + COLUMN / 2, y - 5);
    canvas.text("picture-number", at, Anchor::Middle, short(group.count));
}

fn dots(canvas: &mut Canvas, data: &Overlap, group: &Group, (x, top): (u32, u32)) {
    let middle = |row: usize| top + u32::try_from(row).unwrap_or(0) * ROW + ROW / 2;
    let known = || {
        group
            .sets
            .iter()
            .copied()
            .filter(|at| *at < data.sets.len())
    };
    if let (Some(first), Some(last)) = (known().min(), known().max()) {
        canvas.line("picture-join", (x, middle(first)), (x, middle(last)));
    }
    for row in 0..data.sets.len() {
        if group.sets.contains(&row) {
            canvas.circle("picture-dot", (x, middle(row)), 6);
        } else {
            canvas.circle("picture-hole", (x, middle(row)), 3);
        }
    }
}

fn names(data: &Overlap, group: &Group) -> String {
    let sets = group.sets.iter().filter_map(|at| data.sets.get(*at));
    let names: Vec<&str> = sets.map(|set| set.0.as_str()).collect();
    match names.as_slice() {
        [only] => format!("{only} only"),
        several => several.join(" and "),
    }
}

fn describe(data: &Overlap, drawn: usize) -> String {
    let Some(first) = data.groups.first() else {
        return "Nothing to compare.".to_owned();
    };
    let shared: u64 = data
        .groups
        .iter()
        .filter(|group| group.sets.len() > 1)
        .fold(0, |sum, group| sum.saturating_add(group.count));
    let total = data
        .groups
        .iter()
        .fold(0_u64, |sum, group| sum.saturating_add(group.count));
    let mut text = format!(
        "Of {total} {}, {shared} are in more than one set. Largest group: {}, {}.",
        data.of,
        names(data, first),
        first.count
    );
    let all = data.groups.len();
    if drawn < all {
        let _ = write!(text, " {drawn} of {all} groups are drawn.");
    }
    text
}

fn table_of(data: &Overlap) -> DataTable {
    let rows = data.groups.iter().map(|group| {
        vec![
            DataCell::text(names(data, group)),
            DataCell::number(group.sets.len() as u64),
            DataCell::number(group.count),
        ]
    });
    DataTable {
        columns: vec![
            "Held by exactly".to_owned(),
            "Sets".to_owned(),
            capital(&data.of),
        ],
        rows: rows.collect(),
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        None => String::new(),
        Some(first) => first.to_uppercase().chain(characters).collect(),
    }
}
