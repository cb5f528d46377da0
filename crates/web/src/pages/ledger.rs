//! What was read, how well, and what was not.

use super::parts;
use crate::ask::Ask;
use crate::frame::Frame;
use crate::respond::Reply;
use crate::stop::Stop;
use crate::table::{Cell, Row, Table, TableView, Tone};
use askama::Template;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use tripline_app::answers::{LedgerAnswer, LedgerFailure, LedgerRow};
use tripline_app::ledger::ledger;

#[derive(Template)]
#[template(path = "ledger.html")]
struct Page {
    frame: Frame,
    tables: Vec<TableView>,
}

/// The page.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let answer = ledger(&ask.library);
    let tables = parts::views(
        ask,
        vec![
            read(ask, &answer.rows),
            reasons(&answer),
            failures(ask, &answer),
        ],
    )?;
    let mut frame = ask.frame("Ledger").with_tables(&tables);
    frame.about = "What was read, how well, and what was not".into();
    frame.api = Some(ask.api("ledger"));
    Reply::page(&Page { frame, tables })
}

/// How well each corpus and language was read.
pub(super) fn read(ask: &Ask, rows: &[LedgerRow]) -> Table {
    let row = |row: &LedgerRow| {
        let corpus = if row.withdrawn {
            format!("{}, withdrawn", row.corpus)
        } else {
            row.corpus.to_string()
        };
        Row::new(vec![
            if row.rules > 0 {
                Cell::text(corpus).to(&ask.links.search(&format!("corpus:{}", row.corpus)))
            } else {
                Cell::text(corpus)
            },
            Cell::text(row.language.as_str()),
            Cell::tone(
                Tone::Faint,
                crate::frame::short(row.commit.as_deref().unwrap_or("")),
            ),
            Cell::number(row.files),
            Cell::number(row.rules),
            Cell::number(row.full),
            Cell::number(row.partial),
            Cell::number(row.failed),
        ])
    };
    Table::new("read", "How well rules were read")
        .note("Full: the plan alone decides what alerts. Partial: a part is opaque, unknown or unresolved. Failed: no plan.")
        .text("corpus", "Corpus")
        .text("language", "Language")
        .text("commit", "Commit")
        .number("files", "Files")
        .number("rules", "Rules")
        .number("full", "Full")
        .number("partial", "Partial")
        .number("failed", "Failed")
        .rows(rows.iter().map(row))
}

/// Rules per reason for a loss.
fn reasons(answer: &LedgerAnswer) -> Table {
    let mut all: BTreeMap<&str, (usize, BTreeMap<&str, usize>)> = BTreeMap::new();
    for row in &answer.rows {
        for (reason, count) in &row.reasons {
            let (total, languages) = all.entry(reason).or_default();
            *total += count;
            *languages.entry(&row.language).or_default() += count;
        }
    }
    let mut rows: Vec<_> = all.into_iter().collect();
    rows.sort_by_key(|(_, (total, _))| Reverse(*total));
    let row = |(reason, (total, languages)): (&str, (usize, BTreeMap<&str, usize>))| {
        Row::new(vec![
            Cell::text(parts::operator(reason)),
            Cell::number(total),
            Cell::tone(Tone::Faint, parts::counts(&languages)),
        ])
    };
    Table::new("reasons", "Why rules are partial")
        .note("A rule may have several reasons.")
        .text("reason", "Reason")
        .number("rules", "Rules")
        .text("languages", "Languages")
        .rows(rows.into_iter().map(row))
}

/// Files and rules that gave no plan.
fn failures(ask: &Ask, answer: &LedgerAnswer) -> Table {
    let row = |row: &LedgerFailure| {
        Row::new(vec![
            Cell::text(row.corpus.as_str()),
            Cell::tone(Tone::Name, row.path.as_str()),
            super::codes::link(ask, Tone::Warn, &row.code),
            Cell::of(parts::sentence(Tone::Plain, &row.message)),
        ])
    };
    Table::new("failures", "What gave no plan")
        .text("corpus", "Corpus")
        .text("path", "File")
        .text("code", "Code")
        .text("message", "What is wrong")
        .rows(answer.failures.iter().map(row))
}
