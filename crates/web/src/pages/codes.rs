//! What every diagnostic code means: the place that diagnostics lead to.

use super::parts;
use crate::ask::Ask;
use crate::frame::Frame;
use crate::html::Html;
use crate::markdown;
use crate::respond::Reply;
use crate::stop::Stop;
use crate::table::{Cell, Piece, Row, Table, TableView, Tone};
use askama::Template;
use tripline_app::explain::{CodeRow, explain, list};

#[derive(Template)]
#[template(path = "codes.html")]
struct Page {
    frame: Frame,
    table: TableView,
    codes: Vec<Code>,
}

/// One code.
struct Code {
    id: String,
    title: Html,
    text: Html,
}

/// The page.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let rows = list().codes;
    let table = ask.table(table(ask, &rows))?;
    let codes = rows.iter().map(|row| {
        let text = explain(&row.code)?.page;
        Ok(Code {
            id: row.code.clone(),
            title: parts::worded(&row.title),
            text: markdown::html(&text),
        })
    });
    let codes: Result<Vec<Code>, Stop> = codes.collect();
    let mut frame = ask.frame("Diagnostic codes");
    frame.about = "What is wrong with a rule under each code, and how to mend it".into();
    Reply::page(&Page {
        frame,
        table,
        codes: codes?,
    })
}

/// A code as a link to what it means.
pub(super) fn link(ask: &Ask, tone: Tone, code: &str) -> Cell {
    let known = explain(code).is_ok();
    let piece = Piece::new(tone, code);
    Cell::of(vec![if known {
        piece.to(format!("{}#{code}", ask.links.page("/codes")))
    } else {
        piece
    }])
}

fn table(ask: &Ask, rows: &[CodeRow]) -> Table {
    let row = |row: &CodeRow| {
        Row::new(vec![
            link(ask, Tone::Name, &row.code),
            Cell::tone(parts::severity(&row.severity), row.severity.as_str()),
            Cell::tone(Tone::Faint, row.area.as_str()),
            Cell::of(parts::sentence(Tone::Plain, &row.title)),
        ])
    };
    Table::new("codes", "Codes")
        .text("code", "Code")
        .text("severity", "Severity")
        .text("area", "Found in")
        .text("title", "What is wrong")
        .first(usize::MAX)
        .rows(rows.iter().map(row))
}
