//! What is in the catalogue.

use super::parts;
use crate::ask::Ask;
use crate::frame::{Frame, Link};
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
    rules: String,
    full: String,
    partial: String,
    failed: String,
    covered: usize,
    known: usize,
    first: Vec<Link>,
    attack: Option<String>,
    statement: String,
    tables: Vec<TableView>,
}

/// The page.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let ledger = ledger(&ask.library);
    let coverage = coverage(&ask.library, &CoverageQuery::default())?;
    let with_rules = |row: &&LedgerRow| row.rules > 0;
    let rows: Vec<LedgerRow> = ledger.rows.iter().filter(with_rules).cloned().collect();
    let all = vec![
        most(ask, &coverage),
        corpora(&ask.library),
        super::ledger::read(ask, &rows),
    ];
    let tables = parts::views(ask, all)?;
    let mut frame = ask.frame("Tripline").with_tables(&tables);
    frame.about = "What detection rules of many languages look for, technique by technique".into();
    let sum = |count: fn(&LedgerRow) -> usize| ledger.rows.iter().map(count).sum();
    let attack = &ask.library.catalog().attack;
    Reply::page(&Page {
        frame,
        rules: parts::thousands(sum(|row| row.rules)),
        full: parts::thousands(sum(|row| row.full)),
        partial: parts::thousands(sum(|row| row.partial)),
        failed: parts::thousands(sum(|row| row.failed)),
        covered: coverage.covered,
        known: coverage.techniques,
        first: first(ask, &coverage),
        attack: attack.version.as_ref().map(ToString::to_string),
        statement: attack.statement.to_string(),
        tables,
    })
}

/// Where to begin: the technique with most rules, and what can be asked of all of them.
fn first(ask: &Ask, coverage: &Coverage) -> Vec<Link> {
    let link = |label: &str, href: String| Link {
        label: label.to_owned(),
        href,
        here: false,
    };
    let most = coverage
        .rows
        .iter()
        .max_by_key(|row| (row.count, Reverse(&row.id)));
    let mut links = vec![link("See the matrix", ask.links.page("/matrix"))];
    if let Some(row) = most {
        let label = format!("Read the guide of {} {}", row.id, row.name);
        links.push(link(&label, ask.links.technique(&row.id)));
        links.push(link("Read its dossier", ask.links.dossier(&row.id)));
    }
    if !ask.on_disk {
        let bench = ask.links.page("/workbench");
        links.push(link("Try a rule in the workbench", bench));
    }
    links.push(link("What the numbers mean", ask.links.page("/about")));
    links
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
