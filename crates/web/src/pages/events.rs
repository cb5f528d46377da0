//! The list of events, and that of one provider.

use super::parts;
use super::tables;
use crate::ask::Ask;
use crate::frame::Frame;
use crate::links::encode;
use crate::respond::Reply;
use crate::stop::Stop;
use crate::table::{Cell, Row, Table, TableView, Tone};
use askama::Template;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use tripline_app::answers::EventsAnswer;
use tripline_app::events::events;

#[derive(Template)]
#[template(path = "events.html")]
struct Page {
    frame: Frame,
    title: String,
    covered: usize,
    total: usize,
    tables: Vec<TableView>,
}

/// The page of all events.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let mut answer = events(&ask.library, None)?;
    answer.events.sort_by_key(|row| Reverse(row.count));
    let listed = tables::events(ask, &answer.events).first(60);
    let all = vec![providers(ask, &answer), listed];
    show(ask, &answer, ask.frame("Events"), ask.api("events"), all)
}

/// The page of one provider.
pub(crate) fn provider(ask: &Ask) -> Result<Reply, Stop> {
    let answer = events(&ask.library, Some(ask.part("provider")))?;
    let name = answer.provider.clone().unwrap_or_default();
    let frame = ask.frame(&name).crumb("Events", ask.links.page("/events"));
    let all = vec![tables::events(ask, &answer.events).first(100)];
    let api = ask.api(&format!("events/{}", encode(&name)));
    show(ask, &answer, frame, api, all)
}

fn show(
    ask: &Ask,
    answer: &EventsAnswer,
    frame: Frame,
    api: String,
    all: Vec<Table>,
) -> Result<Reply, Stop> {
    let tables = parts::views(ask, all)?;
    let mut frame = frame.with_schemes(ask).with_tables(&tables);
    frame.about = format!(
        "{}: events and the detection rules that can fire on them",
        frame.title
    );
    frame.api = Some(api);
    Reply::page(&Page {
        title: frame.title.clone(),
        frame,
        covered: answer.covered,
        total: answer.events.len(),
        tables,
    })
}

/// Providers with how many of their events have a rule.
fn providers(ask: &Ask, answer: &EventsAnswer) -> Table {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for row in &answer.events {
        let (all, covered) = counts.entry(&row.provider).or_default();
        *all += 1;
        *covered += usize::from(row.count > 0);
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, (_, covered))| Reverse(*covered));
    let rows = counts.iter().map(|(provider, (all, covered))| {
        Row::new(vec![
            Cell::tone(Tone::Name, *provider).to(&ask.links.provider(provider)),
            Cell::number(*all),
            Cell::number(*covered),
        ])
    });
    Table::new("providers", "Providers")
        .text("provider", "Provider")
        .number("events", "Events")
        .number("covered", "With rules")
        .rows(rows)
}
