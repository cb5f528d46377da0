//! Bars: a count per row, and counts by kind beside it.

use crate::svg::{Anchor, Canvas};
use crate::table::heads;
use crate::text::{self, cut, rules, short};
use crate::{DataCell, DataTable, Heading, Picture, step};
use std::fmt::Write;

/// Rows with bars.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bars {
    /// What a row is: `Field`, `Vendor`.
    pub of: String,
    /// Names of the kinds whose counts stand beside each bar; none for bars alone.
    pub kinds: Vec<String>,
    /// The rows, in order.
    pub rows: Vec<Bar>,
    /// Only so many rows are drawn; the table has them all.
    pub shown: usize,
}

/// A row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bar {
    /// Its label.
    pub label: String,
    /// The page behind it.
    pub href: Option<String>,
    /// Rules.
    pub count: u64,
    /// Rules per kind, in the order of [`Bars::kinds`]. A rule may be of several kinds.
    pub by_kind: Vec<u64>,
}

const ROW: u32 = 24;
const LABEL: u32 = 240;
const BAR: u32 = 260;
const NUMBER: u32 = 56;
const KIND: u32 = 44;
/// Room above the rows for the names of kinds, which stand slanted.
const HEAD: u32 = 78;

/// Draws bars: their length is the number of rules; a kind's count stands in a cell of the scale.
pub fn bars(heading: Heading<'_>, data: &Bars) -> Picture {
    let mut canvas = Canvas::new();
    let top = if data.kinds.is_empty() { 4 } else { HEAD };
    for (at, kind) in (0_u32..).zip(&data.kinds) {
        let x = LABEL + BAR + NUMBER + at * KIND;
        kind_head(&mut canvas, kind, x);
    }
    let most = data.rows.iter().map(|row| row.count).max().unwrap_or(0);
    let drawn = data.rows.len().min(data.shown);
    for (at, row) in (0_u32..).zip(&data.rows[..drawn]) {
        let y = top + at * ROW;
        let name = format!("{}: {}{}", row.label, rules(row.count), kinds_of(data, row));
        canvas.item(&name, row.href.as_deref(), |canvas| {
            draw_row(canvas, row, y, most);
        });
    }
    let kinds = u32::try_from(data.kinds.len()).unwrap_or(0);
    let slant = if kinds == 0 { 0 } else { HEAD };
    let width = LABEL + BAR + NUMBER + kinds * KIND + slant;
    let height = top + u32::try_from(drawn.max(1)).unwrap_or(1) * ROW + 4;
    if drawn == 0 {
        canvas.text("picture-faint", (4, top + 16), Anchor::Start, "No rules.");
    }
    canvas.finish(
        heading,
        (width, height),
        describe(data, drawn),
        table_of(data),
    )
}

fn kind_head(canvas: &mut Canvas, kind: &str, x: u32) {
    // Slanted by 45 degrees, the length has room for about 90 units of text.
    let at = (x + KIND / 2, HEAD - 6);
    canvas.slanted("picture-label", at, cut(kind, 90));
}

fn draw_row(canvas: &mut Canvas, row: &Bar, y: u32, most: u64) {
    let base = y + 16;
    canvas.rect("picture-hit", (0, y), (LABEL + BAR + NUMBER, ROW));
    canvas.text(
        "picture-label",
        (LABEL - 8, base),
        Anchor::End,
        cut(&row.label, LABEL - 12),
    );
    let length = share(row.count, most, BAR);
    canvas.rect("picture-bar", (LABEL, y + 4), (length, ROW - 8));
    canvas.text(
        "picture-number",
        (LABEL + length + 6, base),
        Anchor::Start,
        short(row.count),
    );
    for (at, &count) in (0_u32..).zip(&row.by_kind) {
        let x = LABEL + BAR + NUMBER + at * KIND;
        let step = step(count);
        let class = format!("picture-cell picture-step-{step}");
        canvas.rect(&class, (x + 1, y + 2), (KIND - 2, ROW - 4));
        if count > 0 {
            let class = format!("picture-number picture-on-{step}");
            canvas.text(&class, (x + KIND / 2, base), Anchor::Middle, short(count));
        }
    }
}

/// `count` of `most`, as a length; something that counts is seen.
pub(crate) fn share(count: u64, most: u64, length: u32) -> u32 {
    if count == 0 || most == 0 {
        return 0;
    }
    let exact = u128::from(count) * u128::from(length) / u128::from(most);
    u32::try_from(exact).unwrap_or(length).clamp(1, length)
}

fn kinds_of(data: &Bars, row: &Bar) -> String {
    let kinds = data.kinds.iter().zip(&row.by_kind);
    let some: Vec<String> = kinds
        .filter(|(_, count)| **count > 0)
        .map(|(kind, count)| format!("{kind} {count}"))
        .collect();
    if some.is_empty() {
        return String::new();
    }
    format!(" ({})", some.join(", "))
}

fn describe(data: &Bars, drawn: usize) -> String {
    let total = data.rows.len();
    let mut text = match data.rows.first() {
        None => return "No rules.".to_owned(),
        Some(first) => {
            let of = data.of.to_lowercase();
            format!(
                "A bar per {of}, most rules first: {} has {}.",
                first.label,
                rules(first.count)
            )
        }
    };
    if drawn < total {
        let _ = write!(text, " {drawn} of {total} are drawn.");
    }
    text
}

fn table_of(data: &Bars) -> DataTable {
    let mut columns = heads(&[&data.of, "Rules"]);
    columns.extend(data.kinds.iter().cloned());
    let rows = data.rows.iter().map(|row| {
        let mut cells = vec![
            DataCell::link(&row.label, row.href.as_deref()),
            DataCell::number(row.count),
        ];
        let kinds = 0..data.kinds.len();
        cells.extend(kinds.map(|at| DataCell::number(row.by_kind.get(at).copied().unwrap_or(0))));
        cells
    });
    DataTable {
        columns,
        rows: rows.collect(),
    }
}

const _: () = assert!(text::SIZE < ROW, "a row has room for its text");
