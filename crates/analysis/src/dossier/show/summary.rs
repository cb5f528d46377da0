//! The executive summary.

use super::context::object;
use super::{Show, counts, heading, joined, list, plural, samples, section, years};
use crate::document::{Block, Line, Section};
use crate::dossier::{EventUse, Summary};
use crate::markup::Span;
use smol_str::{SmolStr as Text, format_smolstr};
use std::fmt::Write as _;

impl Show<'_> {
    pub(super) fn summary(&mut self) -> Section {
        let summary = &self.dossier.summary;
        let mut items = Vec::new();
        if !summary.statement.is_empty() {
            let mut spans = vec![Span::plain("In ATT&CK's words: ")];
            spans.extend(summary.statement.iter().cloned());
            items.push(self.on(Line::of(spans), &summary.evidence));
        }
        if !summary.tactics.is_empty() {
            let text = format_smolstr!(
                "It serves {} on {}.",
                joined(&summary.tactics),
                joined(&summary.platforms)
            );
            items.push(self.on(Line::text(text), &summary.evidence));
        }
        let uses = self.uses();
        items.push(self.on(use_line(summary), &uses));
        let rules: Vec<Text> = self.ranked_ids();
        items.push(self.on(rule_line(summary), &rules));
        let events = self.event_evidence();
        if let Some(line) = read_line(summary) {
            items.push(self.on(line, &events));
        }
        if let Some(line) = gap_line(summary) {
            let analytics = self.analytic_evidence();
            items.push(self.on(line, &analytics));
        }
        if summary.rules > 0 && !summary.platforms_without_rules.is_empty() {
            let text = match summary.platforms_without_rules.as_slice() {
                [one, other] => format_smolstr!("{one} or {other}"),
                several => several.join(", ").into(),
            };
            let line = Line::text(format_smolstr!("No rule is for {text}."));
            items.push(self.on(line, &summary.evidence));
        }
        let mut blocks = vec![Block::List(items)];
        if !self.dossier.with_subtechniques {
            self.subtechniques(&mut blocks);
        }
        section("summary", "Executive summary", "", blocks, "")
    }

    fn subtechniques(&mut self, blocks: &mut Vec<Block>) {
        let rows = self.dossier.summary.subtechniques.iter();
        let lines: Vec<Line> = rows
            .map(|sub| {
                let text = format_smolstr!(" {}: {}", sub.name, plural(sub.rules, "rule"));
                let line = Line::of(vec![object(&sub.id, &sub.id)]).and(Span::plain(text));
                self.on(line, &sub.evidence)
            })
            .collect();
        if !lines.is_empty() {
            heading(blocks, "Sub-techniques, not counted above");
            let total = lines.len();
            list(blocks, lines, total);
        }
    }

    /// The relations of everything that uses the technique.
    pub(super) fn uses(&self) -> Vec<Text> {
        let why = &self.dossier.why;
        let tools = self.dossier.tools.iter().map(|tool| &tool.actor);
        let all = why.campaigns.iter().chain(&why.groups).chain(tools);
        all.flat_map(|actor| actor.evidence.iter().cloned())
            .collect()
    }

    /// The rules, vendor by vendor in the order of their sections.
    fn ranked_ids(&self) -> Vec<Text> {
        let vendors = self.dossier.queries.iter();
        vendors
            .flat_map(|vendor| vendor.rules.iter().map(|ranked| ranked.rule.id.clone()))
            .collect()
    }

    /// The rules that read the events that the summary names, the best of each event in turn.
    fn event_evidence(&self) -> Vec<Text> {
        let events = &self.dossier.events;
        let all = events
            .windows
            .iter()
            .chain(&events.sysmon)
            .chain(&events.other);
        let named = &self.dossier.summary.events;
        let read: Vec<&EventUse> = all
            .filter(|event| named.iter().any(|named| named.key == event.key))
            .collect();
        let longest = read.iter().map(|event| event.evidence.len()).max();
        let mut found: Vec<Text> = Vec::new();
        for at in 0..longest.unwrap_or_default() {
            for key in read.iter().filter_map(|event| event.evidence.get(at)) {
                if !found.contains(key) {
                    found.push(key.clone());
                }
            }
            if found.len() > 64 {
                break;
            }
        }
        found
    }

    fn analytic_evidence(&self) -> Vec<Text> {
        let rows = self.dossier.opportunities.iter();
        let all = rows.flat_map(|row| &row.analytics);
        let mut none: Vec<Text> = Vec::new();
        let mut some: Vec<Text> = Vec::new();
        for row in all {
            let into = if row.count == 0 { &mut none } else { &mut some };
            into.extend(row.evidence.iter().cloned());
        }
        none.extend(some);
        none
    }
}

fn use_line(summary: &Summary) -> Line {
    let kinds = [
        (summary.groups, "group", "groups"),
        (summary.campaigns, "campaign", "campaigns"),
        (summary.software, "piece of software", "pieces of software"),
    ];
    let parts: Vec<String> = kinds
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many }))
        .collect();
    if parts.is_empty() {
        return Line::text("ATT&CK has no procedure example of it.");
    }
    let seen = summary
        .campaign_years
        .map(|seen| format!("; its campaigns were seen {}", years(seen)));
    let reported = summary
        .report_years
        .map(|reported| format!("; first reports on its uses appeared {}", years(reported)));
    Line::text(format_smolstr!(
        "ATT&CK's procedure examples name {}{}{}.",
        joined(&parts),
        seen.unwrap_or_default(),
        reported.unwrap_or_default()
    ))
}

fn rule_line(summary: &Summary) -> Line {
    let left: usize = summary.left_out.values().sum();
    let verb = if left == 1 { "does" } else { "do" };
    let more = if summary.rules > 0 { " more" } else { "" };
    let left = match left {
        0 => String::new(),
        _ => format!(
            " ({left}{more} {verb} not count: {})",
            counts(&summary.left_out)
        ),
    };
    if summary.rules == 0 {
        let text = format_smolstr!("No rule of the catalogue counts under it{left}.");
        return Line::text(text);
    }
    let see = if summary.rules == 1 { "sees" } else { "see" };
    Line::text(format_smolstr!(
        "{} of the catalogue {see} it: {}{left}.",
        plural(summary.rules, "rule"),
        counts(&summary.by_vendor)
    ))
}

/// The events and fields that rules read most.
fn read_line(summary: &Summary) -> Option<Line> {
    if summary.events.is_empty() && summary.fields.is_empty() {
        return None;
    }
    let mut spans = Vec::new();
    for (at, event) in summary.events.iter().enumerate() {
        spans.push(Span::plain(if at > 0 {
            ", "
        } else {
            "Events read most: "
        }));
        spans.push(Span::Event {
            text: event.key.clone(),
            key: event.key.clone(),
        });
        let title = if event.key.ends_with(event.title.as_str()) {
            Text::default()
        } else {
            format_smolstr!(" {}", event.title)
        };
        let count = plural(event.count, "rule");
        spans.push(Span::plain(format_smolstr!("{title} ({count})")));
    }
    for (at, field) in summary.fields.iter().enumerate() {
        let before = match (at, summary.events.is_empty()) {
            (0, true) => "Fields tested most: ",
            (0, false) => ". Fields tested most: ",
            _ => "; ",
        };
        spans.push(Span::plain(before));
        spans.push(Span::code(field.field.clone()));
        spans.push(Span::plain(format_smolstr!(
            " ({})",
            plural(field.count, "rule")
        )));
        if !field.values.is_empty() {
            spans.push(Span::plain(": "));
            spans.extend(samples(&field.values, 3));
        }
    }
    Some(Line::of(spans).and(Span::plain(".")))
}

fn gap_line(summary: &Summary) -> Option<Line> {
    if summary.analytics == 0 {
        return None;
    }
    let mut text = implemented(summary);
    let space = |text: &str| if text.is_empty() { "" } else { " " };
    if !summary.unjoined.is_empty() {
        let _ = write!(
            text,
            "{}The log sources of {} name no event of the catalogue: which rules implement {} is open.",
            space(&text),
            joined(&summary.unjoined),
            if summary.unjoined.len() == 1 {
                "it"
            } else {
                "them"
            },
        );
    }
    if !summary.without_sources.is_empty() {
        let names = if summary.without_sources.len() == 1 {
            "names"
        } else {
            "name"
        };
        let space = space(&text);
        let analytics = joined(&summary.without_sources);
        let _ = write!(text, "{space}{analytics} {names} no log source.");
    }
    Some(Line::text(text))
}

/// How many of ATT&CK's analytics rules implement, as far as they can be joined.
fn implemented(summary: &Summary) -> String {
    let all = summary.analytics;
    let open = summary.unjoined.len() + summary.without_sources.len();
    match summary.unimplemented.as_slice() {
        [] if open == all => String::new(),
        [] if all == 1 => "ATT&CK's one analytic has a rule that implements it.".to_owned(),
        [] if open == 0 => {
            format!("Each of ATT&CK's {all} analytics has a rule that implements it.")
        }
        [] => format!(
            "Of ATT&CK's {all} analytics, {} has a rule that implements it.",
            match all - open {
                1 => "1".to_owned(),
                some => format!("each of {some}"),
            }
        ),
        [one] if all == 1 => {
            format!("ATT&CK's one analytic has no rule that implements it: {one}.")
        }
        none if none.len() == all => format!(
            "None of ATT&CK's {all} analytics has a rule that implements it: {}.",
            joined(none)
        ),
        [one] => format!("Of ATT&CK's {all} analytics, 1 has no rule that implements it: {one}."),
        some => format!(
            "Of ATT&CK's {all} analytics, {} have no rule that implements them: {}.",
            some.len(),
            joined(some)
        ),
    }
}
