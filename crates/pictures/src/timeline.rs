//! What a rule looks for one after the other, and within which time.

use crate::svg::{Anchor, Canvas};
use crate::table::heads;
use crate::text::{cut, width, wrap};
use crate::{DataCell, DataTable, Heading, Picture};
use std::fmt::Write;

/// Moments and what binds them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    /// The moments.
    pub moments: Vec<Moment>,
    /// They must occur in this order.
    pub ordered: bool,
    /// Longest time from the first to the last: `5m`.
    pub window: Option<String>,
    /// Fields that have the same value in all of them.
    pub keys: Vec<String>,
}

/// One thing that must or must not occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// In a few words: what kind of event.
    pub label: String,
    /// What is tested.
    pub detail: String,
    /// Whether it must occur.
    pub when: When,
    /// How many times in a row.
    pub runs: u32,
}

/// Whether a moment must occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// It must.
    Occurs,
    /// It must not.
    Missing,
    /// When it does, the search is given up.
    Until,
}

impl When {
    fn words(self) -> &'static str {
        match self {
            Self::Occurs => "occurs",
            Self::Missing => "must not occur",
            Self::Until => "ends the search",
        }
    }
}

const WIDTH: u32 = 860;
const LEFT: u32 = 74;
const TEXT: u32 = LEFT + 24;
const ROW: u32 = 68;
/// Lines of what a moment tests.
const LINES: usize = 2;

/// Draws the moments from top to bottom, the window as a bracket at their left.
pub fn timeline(heading: Heading<'_>, data: &Timeline) -> Picture {
    let mut canvas = Canvas::new();
    let top = keys_line(&mut canvas, data);
    let middle = |at: u32| top + at * ROW + 18;
    let bound = data
        .moments
        .iter()
        .filter(|moment| moment.when != When::Until)
        .count();
    let bound = u32::try_from(bound).unwrap_or(0);
    if bound > 1 {
        let class = if data.ordered {
            "picture-flow"
        } else {
            "picture-loose"
        };
        canvas.line(class, (LEFT, middle(0)), (LEFT, middle(bound - 1)));
    }
    if let Some(window) = &data.window {
        bracket(&mut canvas, window, middle(0), middle(bound.max(1) - 1));
    }
    for (at, moment) in (0_u32..).zip(&data.moments) {
        let number = data.ordered.then_some(at + 1);
        draw(&mut canvas, moment, number, middle(at));
    }
    if data.moments.is_empty() {
        canvas.text("picture-faint", (4, top + 18), Anchor::Start, "No steps.");
    }
    let rows = u32::try_from(data.moments.len().max(1)).unwrap_or(1);
    canvas.finish(
        heading,
        (WIDTH, top + rows * ROW),
        describe(data),
        table_of(data),
    )
}

/// The line that names the keys, when there are some; where the moments begin.
fn keys_line(canvas: &mut Canvas, data: &Timeline) -> u32 {
    if data.keys.is_empty() {
        return 4;
    }
    let keys = format!("same {}", data.keys.join(" + "));
    canvas.item(&keys, None, |canvas| {
        let shown = cut(&keys, WIDTH - 24);
        let length = width(&shown).min(WIDTH - 24) + 16;
        canvas.rect("picture-band", (4, 4), (length, 24));
        canvas.text("picture-label", (12, 20), Anchor::Start, shown);
    });
    40
}

fn bracket(canvas: &mut Canvas, window: &str, from: u32, to: u32) {
    const X: u32 = LEFT - 22;
    canvas.line("picture-bracket", (X, from), (X, to));
    canvas.line("picture-bracket", (X, from), (X + 6, from));
    canvas.line("picture-bracket", (X, to), (X + 6, to));
    let name = format!("within {window}");
    canvas.item(&name, None, |canvas| {
        let at = (X - 6, from.midpoint(to) + 4);
        canvas.text("picture-number", at, Anchor::End, cut(window, X - 8));
    });
}

fn draw(canvas: &mut Canvas, moment: &Moment, number: Option<u32>, y: u32) {
    let times = if moment.runs > 1 {
        format!(", {} times in a row", moment.runs)
    } else {
        String::new()
    };
    let stress = match moment.when {
        When::Occurs => String::new(),
        other => format!(" ({})", other.words()),
    };
    let label = format!("{}{stress}{times}", moment.label);
    let name = format!("{label}: {}", moment.detail);
    canvas.item(&name, None, |canvas| {
        let class = match moment.when {
            When::Occurs => "picture-dot",
            When::Missing | When::Until => "picture-ring",
        };
        canvas.circle(class, (LEFT, y), 11);
        if let (Some(number), When::Occurs) = (number, moment.when) {
            canvas.text("picture-on-dot", (LEFT, y + 4), Anchor::Middle, number);
        }
        if moment.when != When::Occurs {
            canvas.text("picture-number", (LEFT, y + 4), Anchor::Middle, "\u{d7}");
        }
        let room = WIDTH - TEXT - 8;
        canvas.text(
            "picture-strong",
            (TEXT, y),
            Anchor::Start,
            cut(&label, room),
        );
        for (line, detail) in (0_u32..).zip(wrap(&moment.detail, room, LINES)) {
            let at = (TEXT, y + 17 + line * 15);
            canvas.text("picture-faint", at, Anchor::Start, detail);
        }
    });
}

fn describe(data: &Timeline) -> String {
    let order = if data.ordered {
        "in this order"
    } else {
        "in any order"
    };
    let steps = data.moments.len();
    let plural = if steps == 1 { "" } else { "s" };
    let mut text = format!("{steps} step{plural} {order}");
    if let Some(window) = &data.window {
        let _ = write!(text, " within {window}");
    }
    if !data.keys.is_empty() {
        let _ = write!(text, ", with the same {}", data.keys.join(" + "));
    }
    text.push('.');
    text
}

fn table_of(data: &Timeline) -> DataTable {
    let rows = (1_u64..).zip(&data.moments).map(|(at, moment)| {
        vec![
            DataCell::number(at),
            DataCell::text(&moment.label),
            DataCell::text(moment.when.words()),
            DataCell::number(u64::from(moment.runs.max(1))),
            DataCell::text(&moment.detail),
        ]
    });
    DataTable {
        columns: heads(&["Step", "Event", "Whether", "Times", "Tests"]),
        rows: rows.collect(),
    }
}
