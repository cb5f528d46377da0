//! Every technique with its rules.

use super::parts;
use crate::ask::Ask;
use crate::frame::Frame;
use crate::respond::Reply;
use crate::stop::Stop;
use crate::table::{Cell, Row, Table, TableView, Tone};
use askama::Template;
use tripline_app::answers::{Coverage, CoverageRow};
use tripline_app::coverage::{CoverageQuery, coverage};

#[derive(Template)]
#[template(path = "techniques.html")]
struct Page {
    frame: Frame,
    covered: usize,
    known: usize,
    left_out: Option<String>,
    table: TableView,
    unknown: TableView,
}

/// The page.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let answer = coverage(&ask.library, &CoverageQuery::default())?;
    let table = ask.table(techniques(ask, &answer))?;
    let unknown = ask.table(unknown(ask, &answer))?;
    let mut frame = ask
        .frame("Techniques")
        .with_tables(std::slice::from_ref(&table));
    frame.about = "ATT&CK techniques and the rules that count under them".into();
    frame.api = Some(ask.api("techniques"));
    if !unknown.is_empty() {
        frame = frame.with_tables(std::slice::from_ref(&unknown));
    }
    Reply::page(&Page {
        frame,
        covered: answer.covered,
        known: answer.techniques,
        left_out: parts::left_out(&answer.left_out),
        table,
        unknown,
    })
}

fn techniques(ask: &Ask, answer: &Coverage) -> Table {
    let row = |row: &CoverageRow| {
        let link = ask.links.technique(&row.id);
        Row::new(vec![
            Cell::tone(Tone::Name, row.id.as_str()).to(&link),
            Cell::text(parts::name_or_id(&row.name, &row.id)).to(&link),
            Cell::tone(Tone::Faint, parts::tactics(ask, &row.tactics)),
            Cell::number(row.count),
            Cell::number(row.with_subtechniques),
            Cell::tone(Tone::Faint, parts::counts(&row.by_vendor)),
        ])
    };
    Table::new("techniques", "Techniques")
        .text("id", "Id")
        .text("name", "Name")
        .text("tactics", "Tactics")
        .number("rules", "Rules")
        .number("with", "With sub-techniques")
        .text("vendors", "Rules by vendor")
        .first(60)
        .rows(
            answer
                .rows
                .iter()
                .filter(|row| parts::is_listed(row))
                .map(row),
        )
}

/// Tags that this ATT&CK does not have.
fn unknown(ask: &Ask, answer: &Coverage) -> Table {
    let all = answer
        .unknown_techniques
        .iter()
        .chain(&answer.unknown_tactics);
    Table::new("unknown", "Tags that this ATT&CK does not have")
        .text("tag", "Tag")
        .text("note", "What became of it")
        .number("rules", "Rules")
        .rows(all.map(|row| {
            Row::new(vec![
                Cell::tone(Tone::Name, row.tag.as_str()),
                Cell::text(row.note.as_str()),
                parts::rules_cell(ask, row.count, &row.rules),
            ])
        }))
}
