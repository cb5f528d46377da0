//! What is in the catalogue.

use super::parts;
use crate::ask::Ask;
use crate::frame::Frame;
use crate::respond::Reply;
use crate::stop::Stop;
use crate::table::{Cell, Row, Table, TableView, Tone};
use askama::Template;
use std::cmp::Reverse;
use tripline_app::Library;
use tripline_app::answers::{Coverage, CoverageRow, LedgerRow};
use tripline_app::coverage::{CoverageQuery, coverage};
use tripline_app::ledger::ledger;

#[derive(Template)]
#[template(path = "home.html")]
struct Page {
    frame: Frame,
    rules: usize,
    full: usize,
    partial: usize,
    failed: usize,
    covered: usize,
    known: usize,
    attack: Option<String>,
    statement: String,
    tables: Vec<TableView>,
}

/// The page.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let ledger = ledger(&ask.library);
    let coverage = coverage(&ask.library, &CoverageQuery::default())?;
    let all = vec![
        most(ask, &coverage),
        corpora(&ask.library),
        super::ledger::read(&ledger.rows),
    ];
    let tables = parts::views(ask, all)?;
    let mut frame = ask.frame("Tripline").with_tables(&tables);
    frame.about = "What detection rules of many languages look for, technique by technique".into();
    let sum = |count: fn(&LedgerRow) -> usize| ledger.rows.iter().map(count).sum();
    let attack = &ask.library.catalog().attack;
    Reply::page(&Page {
        frame,
        rules: sum(|row| row.rules),
        full: sum(|row| row.full),
        partial: sum(|row| row.partial),
        failed: sum(|row| row.failed),
        covered: coverage.covered,
        known: coverage.techniques,
        attack: attack.version.as_ref().map(ToString::to_string),
        statement: attack.statement.to_string(),
        tables,
    })
}

fn corpora(library: &Library) -> Table {
    let rows = library.catalog().meta.corpora.iter().map(|corpus| {
        let commit = corpus.commit.as_deref().unwrap_or("");
        Row::new(vec![
            Cell::text(corpus.name.as_str()),
            Cell::text(corpus.vendor.as_str()),
            Cell::number(corpus.rules),
            Cell::number(corpus.files),
            Cell::tone(Tone::Name, crate::frame::short(commit)),
            Cell::text(corpus.licence.as_deref().unwrap_or("")),
        ])
    });
    Table::new("corpora", "Corpora")
        .text("name", "Name")
        .text("vendor", "Vendor")
        .number("rules", "Rules")
        .number("files", "Files")
        .text("commit", "Commit")
        .text("licence", "Licence")
        .rows(rows)
}

/// The techniques with most rules.
fn most(ask: &Ask, coverage: &Coverage) -> Table {
    let mut rows: Vec<&CoverageRow> = coverage.rows.iter().filter(|row| row.count > 0).collect();
    rows.sort_by_key(|row| Reverse(row.count));
    let row = |row: &CoverageRow| {
        let link = ask.links.technique(&row.id);
        Row::new(vec![
            Cell::tone(Tone::Name, row.id.as_str()).to(&link),
            Cell::text(row.name.as_str()).to(&link),
            Cell::number(row.count),
            Cell::tone(Tone::Faint, parts::counts(&row.by_vendor)),
        ])
    };
    Table::new("most", "Techniques with most rules")
        .text("id", "Id")
        .text("name", "Name")
        .number("rules", "Rules")
        .text("vendors", "Rules by vendor")
        .first(12)
        .rows(rows.into_iter().map(row))
}
