//! A table as a file.

use super::{Column, Row};
use crate::respond::{JSON, Reply};
use crate::stop::Stop;
use serde_json::{Map, Value};

/// Kinds of files.
#[derive(Debug, Clone, Copy)]
pub(super) enum Format {
    /// Comma-separated values as in RFC 4180.
    Csv,
    /// A list of objects.
    Json,
}

impl Format {
    /// Name in the query and ending of the file.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// The rows as a file.
pub(super) fn write(
    format: Format,
    id: &str,
    columns: &[Column],
    rows: &[Row],
) -> Result<Reply, Stop> {
    let reply = match format {
        Format::Csv => Reply::new("text/csv; charset=utf-8", csv(columns, rows)),
        Format::Json => Reply::new(JSON, json(columns, rows)?),
    };
    Ok(reply.saved_as(format!("{id}.{}", format.name())))
}

fn csv(columns: &[Column], rows: &[Row]) -> String {
    let mut out = String::new();
    let labels = columns.iter().map(|column| quoted(&column.label, false));
    line(&mut out, labels);
    for row in rows {
        let cells = row.cells.iter();
        line(
            &mut out,
            cells.map(|cell| quoted(&cell.plain(), cell.number.is_none())),
        );
    }
    out
}

fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.collect();
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

/// A quoted field. Text that a spreadsheet would take for a formula gets an apostrophe before
/// it; the JSON file has it as it is.
fn quoted(text: &str, guard: bool) -> String {
    let formula = guard && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mark = if formula { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

fn json(columns: &[Column], rows: &[Row]) -> Result<Vec<u8>, serde_json::Error> {
    let object = |row: &Row| {
        let pairs = columns.iter().zip(&row.cells);
        let pairs = pairs.map(|(column, cell)| {
            let value = cell.number.map_or_else(|| cell.plain().into(), Value::from);
            (column.key.to_owned(), value)
        });
        Value::Object(pairs.collect::<Map<_, _>>())
    };
    let rows: Vec<Value> = rows.iter().map(object).collect();
    serde_json::to_vec_pretty(&rows)
}
