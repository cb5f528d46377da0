//! The authoring guide of a technique.

use super::drawings::{self, Drawing};
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
use tripline_app::answers::{RuleRow, SequenceRule, TechniqueAnswer};
use tripline_app::overlap::overlap;
use tripline_app::sequences::sequences;
use tripline_app::technique::technique;

/// Rules whose steps are drawn.
const SEQUENCES: usize = 4;

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
    subtechniques: Vec<Link>,
    left_out: Option<String>,
    tables: Vec<TableView>,
    overlap: Option<Drawing>,
    sequences: Vec<(RuleRow, String, Vec<Drawing>)>,
    more_sequences: usize,
}

/// The page.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let with = ask.flag("sub");
    let answer = technique(&ask.library, ask.part("id"), with)?;
    let tables = parts::views(ask, all(ask, &answer))?;
    let overlap = drawings::overlap(&overlap(&ask.library, &answer.id, with)?);
    let sequences = sequences(&ask.library, &answer.id, with)?.rules;
    let mut frame = ask
        .frame(&format!("{} {}", answer.id, answer.name))
        .crumb("Techniques", ask.links.page("/techniques"))
        .with_schemes(ask)
        .with_tables(&tables);
    if let Some((parent, _)) = answer.id.split_once('.') {
        frame = frame.crumb(parent, ask.links.technique(parent));
    }
    if overlap.is_some() {
        frame.section("overlap", "Overlap of vendors", None);
    }
    if !sequences.is_empty() {
        frame.section("sequences", "Sequences", Some(sequences.len()));
    }
    frame.views = parts::views_of(ask, &answer.id, "guide");
    frame.about = format!(
        "{} {}: events, fields, indicators and exclusions of {}",
        answer.id,
        answer.name,
        parts::plural(answer.rules_total, "detection rule")
    );
    frame.api = Some(ask.api(&format!("techniques/{}", answer.id)));
    Reply::page(&Page {
        frame,
        summary: markdown::html(&answer.summary),
        tactics: parts::tactics(ask, &answer.tactics),
        platforms: answer.platforms.join(", "),
        tagged_exactly: answer.counts.tagged_exactly,
        with_subtechniques: answer.counts.with_subtechniques,
        with,
        toggle: ask.again(&[("sub", if with { "" } else { "1" })]),
        subtechniques: subtechniques(ask, &answer.id),
        left_out: parts::left_out(&answer.left_out),
        tables,
        overlap,
        more_sequences: sequences.len().saturating_sub(SEQUENCES),
        sequences: drawn(ask, sequences),
        id: answer.id,
        name: answer.name,
        asked: answer.asked,
    })
}

/// The first sequences as pictures, under their rules.
fn drawn(ask: &Ask, rules: Vec<SequenceRule>) -> Vec<(RuleRow, String, Vec<Drawing>)> {
    let mut number = 0;
    let mut rows = Vec::new();
    for row in rules.into_iter().take(SEQUENCES) {
        let title = format!("Steps of {}", row.rule.title);
        let pictures = row.sequences.iter().map(|steps| {
            number += 1;
            drawings::sequence(number, &title, steps)
        });
        let pictures = pictures.collect();
        let link = ask.links.rule(&row.rule.id);
        rows.push((row.rule, link, pictures));
    }
    rows
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
    let counted = |id, caption, label, rows| tables::counted(ask, id, caption, label, rows);
    vec![
        tables::events(ask, &answer.events),
        tables::fields(ask, &answer.fields).drawn(drawings::fields(ask, &answer.fields)),
        tables::indicators(ask, "Top indicators", &answer.indicators),
        tables::exclusions(ask, &answer.exclusions),
        tables::combinations(ask, &answer.combinations)
            .drawn(drawings::pairs(&answer.combinations)),
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
