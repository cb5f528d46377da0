//! A table as a question wants it.

use super::{Cell, Column, ON_DISK, Row, Table, file};
use crate::ask::Ask;
use crate::pages::drawings::Drawing;
use crate::stop::Stop;
use askama::Template;
use askama::filters::HtmlSafe;
use std::borrow::Cow;
use std::cmp::Ordering;

/// A table as a question wants it, ready to be written.
#[derive(Debug, Template)]
#[template(path = "parts/table.html")]
pub(crate) struct TableView {
    id: String,
    bare: bool,
    heading: &'static str,
    /// Tells it from the other tables of the page.
    label: String,
    caption: String,
    note: String,
    columns: Vec<ColumnView>,
    rows: Vec<Row>,
    /// Rows of the table.
    pub(crate) total: usize,
    matching: usize,
    filter: String,
    /// What else the query holds, for the filter's form.
    kept: Vec<(String, String)>,
    action: String,
    all: Option<String>,
    fewer: Option<String>,
    csv: String,
    json: String,
    on_disk: bool,
    /// What the rows say at a glance.
    picture: Option<Drawing>,
}

impl HtmlSafe for TableView {}

#[derive(Debug)]
struct ColumnView {
    label: Cow<'static, str>,
    number: bool,
    sort: String,
    direction: Option<&'static str>,
}

impl Table {
    /// The table as `ask` wants it.
    ///
    /// # Errors
    /// [`Stop::Instead`] when the table was asked for as a file.
    pub(crate) fn view(self, ask: &Ask) -> Result<TableView, Stop> {
        let name = |what: &str| format!("{what}.{}", self.id);
        let (sort, filter, rows) = (name("sort"), name("filter"), name("rows"));
        let wanted = ask.query(&filter).unwrap_or("").to_owned();
        let total = self.rows.len() + self.unmade;
        let order = ask.query(&sort).unwrap_or("");
        let mut shown = filtered(self.rows, &wanted);
        sort_rows(&mut shown, &self.columns, order);
        for format in [file::Format::Csv, file::Format::Json] {
            if ask.query(format.name()) == Some(&*self.id) {
                let file = file::write(format, &self.id, &self.columns, &shown)?;
                return Err(Stop::Instead(file));
            }
        }
        let matching = shown.len() + self.unmade;
        let all = ask.query(&rows) == Some("all");
        if ask.on_disk {
            shown.truncate(self.first.max(ON_DISK));
        } else if !all {
            shown.truncate(self.first);
        }
        // On a disk nobody can ask again.
        let again = |set: &[(&str, &str)]| {
            if ask.on_disk {
                String::new()
            } else {
                ask.again(set)
            }
        };
        let here = |set: &[(&str, &str)]| format!("{}#{}", again(set), self.id);
        let columns = self.columns.iter().map(|column| {
            let (link, direction) = sorting(column, order);
            ColumnView {
                label: column.label.clone(),
                number: column.number,
                sort: here(&[(&sort, &link)]),
                direction,
            }
        });
        Ok(TableView {
            columns: columns.collect(),
            all: (shown.len() < matching && !self.bare && !ask.on_disk)
                .then(|| here(&[(&rows, "all")])),
            fewer: (all && matching > self.first).then(|| here(&[(&rows, "")])),
            kept: owned(&ask.kept(|name| name == filter)),
            action: format!("{}#{}", ask.path(), self.id),
            csv: again(&[("csv", &self.id)]),
            json: again(&[("json", &self.id)]),
            on_disk: ask.on_disk,
            picture: self.picture,
            id: self.id.into_owned(),
            bare: self.bare,
            heading: self.heading,
            label: match self.number {
                Some(number) => format!("{} {number}", self.caption),
                None => self.caption.clone(),
            },
            caption: self.caption,
            note: self.note,
            rows: shown,
            total,
            matching,
            filter: wanted,
        })
    }
}

impl TableView {
    /// Whether the table has no row, whatever the filter.
    pub(crate) fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// Anchor of the table.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Heading of the table.
    pub(crate) fn caption(&self) -> &str {
        &self.caption
    }

    /// Whether filtering and sorting are worth offering.
    fn large(&self) -> bool {
        self.total > 8 && !self.bare && !self.on_disk
    }

    fn count(&self) -> String {
        match (self.rows.len(), self.matching, self.total) {
            (shown, matching, total) if matching < total => {
                format!("{shown} of {matching} that fit, {total} in all")
            }
            (shown, _, total) if shown < total => format!("{shown} of {total}"),
            (_, _, total) => total.to_string(),
        }
    }

    fn cells<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = (&'a ColumnView, &'a Cell)> {
        self.columns.iter().zip(&row.cells)
    }
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Rows that hold every word.
fn filtered(rows: Vec<Row>, text: &str) -> Vec<Row> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() {
        return rows;
    }
    let fits = |row: &Row| {
        let texts: Vec<String> = row.cells.iter().map(Cell::plain).collect();
        let text = texts.join(" ").to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    rows.into_iter().filter(fits).collect()
}

/// Sorts by a column, `-COLUMN` downwards; rows that are equal in it keep the answer's order.
fn sort_rows(rows: &mut [Row], columns: &[Column], order: &str) {
    let (name, down) = match order.strip_prefix('-') {
        Some(name) => (name, true),
        None => (order, false),
    };
    let Some(at) = columns.iter().position(|column| column.key == name) else {
        return;
    };
    rows.sort_by_cached_key(|row| Key {
        number: row.cells[at].number,
        text: row.cells[at].plain().to_lowercase(),
        down,
    });
}

#[derive(PartialEq, Eq)]
struct Key {
    number: Option<usize>,
    text: String,
    down: bool,
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = match (self.number, other.number) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => self.text.cmp(&other.text),
        };
        if self.down { order.reverse() } else { order }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What a click on the column's heading asks for, and how it is sorted now.
fn sorting(column: &Column, order: &str) -> (String, Option<&'static str>) {
    let down = format!("-{}", column.key);
    if order == column.key {
        (down, Some("ascending"))
    } else if order == down {
        (column.key.to_owned(), Some("descending"))
    } else if column.number {
        (down, None)
    } else {
        (column.key.to_owned(), None)
    }
}
