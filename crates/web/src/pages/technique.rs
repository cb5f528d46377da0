//! The authoring guide of a technique.

use super::{parts, tables};
use crate::ask::Ask;
use crate::frame::{Frame, Link};
use crate::html::Html;
use crate::markdown;
use crate::respond::Reply;
use crate::stop::Stop;
use crate::table::{Cell, Row, Table, TableView, Tone};
use askama::Template;
use std::collections::BTreeMap;
use tripline_app::Text;
use tripline_app::answers::{RuleRow, TechniqueAnswer};
use tripline_app::technique::technique;

#[derive(Template)]
#[template(path = "technique.html")]
struct Page {
    frame: Frame,
    id: Text,
    name: Text,
    summary: Html,
    asked: Option<Text>,
    tactics: String,
    platforms: String,
    tagged_exactly: usize,
    with_subtechniques: usize,
    with: bool,
    toggle: String,
    dossier: String,
    subtechniques: Vec<Link>,
    left_out: Option<String>,
    tables: Vec<TableView>,
}

/// The page.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let with = ask.flag("sub");
    let answer = technique(&ask.library, ask.part("id"), with)?;
    let tables = parts::views(ask, all(ask, &answer))?;
    let mut frame = ask
        .frame(&format!("{} {}", answer.id, answer.name))
        .crumb("Techniques", ask.links.page("/techniques"))
        .with_schemes(ask)
        .with_tables(&tables);
    if let Some((parent, _)) = answer.id.split_once('.') {
        frame = frame.crumb(parent, ask.links.technique(parent));
    }
    frame.about = format!(
        "{} {}: events, fields, indicators and exclusions of {}",
        answer.id,
        answer.name,
        parts::plural(answer.rules_total, "detection rule")
    );
    frame.api = Some(format!("/api/v1/techniques/{}", answer.id));
    Reply::page(&Page {
        frame,
        summary: markdown::html(&answer.summary),
        tactics: answer.tactics.join(", "),
        platforms: answer.platforms.join(", "),
        tagged_exactly: answer.counts.tagged_exactly,
        with_subtechniques: answer.counts.with_subtechniques,
        with,
        toggle: ask.again(&[("sub", if with { "" } else { "1" })]),
        dossier: ask.links.dossier(&answer.id),
        subtechniques: subtechniques(ask, &answer.id),
        left_out: parts::left_out(&answer.left_out),
        tables,
        id: answer.id,
        name: answer.name,
        asked: answer.asked,
    })
}

fn subtechniques(ask: &Ask, id: &str) -> Vec<Link> {
    let attack = &ask.library.catalog().attack;
    let found = attack.subtechniques(id);
    let links = found.map(|technique| Link {
        label: format!("{} {}", technique.head.id, technique.head.name),
        href: ask.links.technique(&technique.head.id),
        here: false,
    });
    links.collect()
}

fn all(ask: &Ask, answer: &TechniqueAnswer) -> Vec<Table> {
    let found = &answer.correlations;
    let none = |_: &Text| None;
    let counted = |id, caption, label, rows| tables::counted(ask, id, caption, label, rows, none);
    vec![
        tables::events(ask, &answer.events),
        tables::fields(ask, &answer.fields),
        tables::indicators(ask, "Top indicators", &answer.indicators),
        tables::exclusions(ask, &answer.exclusions),
        tables::combinations(ask, &answer.combinations),
        counted("kinds", "Rules over several events", "Kind", &found.kinds),
        counted("windows", "Windows", "Window", &found.windows),
        counted("thresholds", "Thresholds", "Threshold", &found.thresholds),
        counted("keys", "Keys", "Events share", &found.keys),
        vendors(&answer.rules),
        tables::rules(ask, "rules", "Rules", &answer.rules),
        tables::rules(ask, "left-out", "Rules left out", &answer.left_out_rules),
    ]
}

/// Rules per vendor and language.
fn vendors(rules: &[RuleRow]) -> Table {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for rule in rules {
        *counts.entry((&rule.vendor, &rule.language)).or_default() += 1;
    }
    let row = |((vendor, language), count): (&(&str, &str), &usize)| {
        Row::new(vec![
            Cell::text(*vendor),
            Cell::tone(Tone::Faint, *language),
            Cell::number(*count),
        ])
    };
    Table::new("vendors", "Rules by vendor")
        .text("vendor", "Vendor")
        .text("language", "Language")
        .number("rules", "Rules")
        .rows(counts.iter().map(row))
}
