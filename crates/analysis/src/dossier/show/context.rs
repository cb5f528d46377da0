//! Summary, reasons, description, flow, prerequisites, tools.

use super::{
    ROWS, Show, counts, heading, joined, list, number, plural, samples, section, table, years,
};
use crate::document::{Block, Line, Section, Table};
use crate::dossier::{ActorRow, AtomicRow, FlowStep, Position, SequenceRow, Summary};
use crate::markup::Span;
use smol_str::{SmolStr as Text, format_smolstr};

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
        items.push(use_line(summary));
        items.extend(rule_lines(summary));
        items.extend(gap_lines(summary));
        let mut blocks = vec![Block::List(items)];
        if !self.dossier.with_subtechniques {
            let subs: Vec<Line> = summary
                .subtechniques
                .iter()
                .map(|sub| {
                    Line::of(vec![object(&sub.id, &sub.id)]).and(Span::plain(format_smolstr!(
                        " {}: {}",
                        sub.name,
                        plural(sub.rules, "rule")
                    )))
                })
                .collect();
            if !subs.is_empty() {
                heading(&mut blocks, "Sub-techniques, not counted above");
                let total = subs.len();
                list(&mut blocks, subs, total);
            }
        }
        section("summary", "Executive summary", "", blocks, "")
    }

    pub(super) fn why(&mut self) -> Section {
        let why = &self.dossier.why;
        let mut blocks = Vec::new();
        let tactics: Vec<Line> = why
            .tactics
            .iter()
            .map(|tactic| {
                let mut spans = vec![object(&tactic.name, &tactic.id), Span::plain(": ")];
                spans.extend(tactic.goal.iter().cloned());
                self.on(Line::of(spans), &tactic.evidence)
            })
            .collect();
        let total = tactics.len();
        list(&mut blocks, tactics, total);
        if why.by_year.len() > 1 {
            let years: Vec<String> = why
                .by_year
                .iter()
                .map(|(year, count)| format!("{year}: {count}"))
                .collect();
            blocks.push(Block::Paragraph(Line::text(format_smolstr!(
                "Uses by the year of the first report that ATT&CK cites for them: {}.",
                years.join(", ")
            ))));
        }
        for (title, years, rows) in [
            ("Campaigns", "seen", &why.campaigns),
            ("Groups", "reported", &why.groups),
        ] {
            if rows.is_empty() {
                continue;
            }
            heading(&mut blocks, format_smolstr!("{title} ({})", rows.len()));
            let mut shown = Table::new(&["name", years, "~how"]);
            shown.rows = rows.iter().take(ROWS).map(|row| self.actor(row)).collect();
            table(&mut blocks, shown, rows.len());
        }
        section(
            "why",
            "Why it is used",
            "Campaigns by the last year in which ATT&CK saw them, groups by the year of the latest report cited for this use.",
            blocks,
            "ATT&CK has no tactic, group or campaign for it in this catalogue.",
        )
    }

    /// Name, years and what was done.
    fn actor(&mut self, row: &ActorRow) -> Vec<Line> {
        let mut name = Line::of(vec![object(&row.name, &row.id)]);
        if !row.attributed_to.is_empty() {
            let text = format_smolstr!(" ({})", joined(&row.attributed_to));
            name = name.and(Span::plain(text));
        }
        let mut spans = Vec::new();
        for (at, procedure) in row.procedures.iter().enumerate() {
            if at > 0 {
                spans.push(Span::plain(" "));
            }
            if procedure.technique != self.dossier.id {
                spans.push(object(&procedure.technique, &procedure.technique));
                spans.push(Span::plain(": "));
            }
            spans.extend(procedure.text.iter().cloned());
        }
        vec![
            name,
            Line::text(row.years.map(years).unwrap_or_default()),
            self.on(Line::of(spans), &row.evidence),
        ]
    }

    pub(super) fn description(&mut self) -> Section {
        let mut blocks = Vec::new();
        let mut items = Vec::new();
        for paragraph in &self.dossier.description {
            let line = Line::of(paragraph.spans.clone());
            if paragraph.item {
                items.push(line);
                continue;
            }
            if !items.is_empty() {
                blocks.push(Block::List(std::mem::take(&mut items)));
            }
            blocks.push(Block::Paragraph(line));
        }
        if !items.is_empty() {
            blocks.push(Block::List(items));
        }
        section(
            "description",
            "Description",
            "",
            blocks,
            "ATT&CK has no description of it in this catalogue.",
        )
    }

    pub(super) fn flow(&mut self) -> Section {
        let flow = &self.dossier.flow;
        let mut blocks = Vec::new();
        for (position, title) in [
            (Position::Before, "Before it"),
            (Position::Same, "Beside it"),
            (Position::After, "After it"),
        ] {
            let steps: Vec<&FlowStep> = flow
                .steps
                .iter()
                .filter(|step| step.position == position)
                .collect();
            if steps.is_empty() {
                continue;
            }
            heading(&mut blocks, title);
            let mut shown = Table::new(&["tactic", "~technique", "#campaigns"]);
            for step in &steps {
                let count = format_smolstr!("{} of {}", step.count, flow.campaigns.len());
                let technique = Line::of(vec![object(&step.technique, &step.technique)])
                    .and(Span::plain(format_smolstr!(" {}", step.name)));
                shown.rows.push(vec![
                    Line::text(tactic_name(&step.tactic)),
                    technique,
                    self.on(Line::text(count), &step.evidence),
                ]);
            }
            table(&mut blocks, shown, steps.len());
        }
        if !flow.sequences.is_empty() {
            heading(&mut blocks, "In rules that look for events in order");
            let items: Vec<Line> = flow
                .sequences
                .iter()
                .take(6)
                .map(|row| self.sequence(row))
                .collect();
            list(&mut blocks, items, flow.sequences.len());
        }
        let basis = format!(
            "What else the campaigns use that use this technique ({} in ATT&CK): up to three techniques per tactic, those of most campaigns first, placed by the order of tactics.",
            flow.campaigns.len()
        );
        section(
            "flow",
            "Attack flow",
            if flow.steps.is_empty() { "" } else { &basis },
            blocks,
            "No ATT&CK campaign in this catalogue uses it, and no rule under it looks for events in order.",
        )
    }

    fn sequence(&mut self, row: &SequenceRow) -> Line {
        let mut spans = vec![Span::Rule {
            text: row.title.clone(),
            id: row.rule.clone(),
        }];
        let within = row
            .window
            .as_ref()
            .map(|window| format!(" within {window}"));
        spans.push(Span::plain(format_smolstr!(
            "{}: ",
            within.unwrap_or_default()
        )));
        for (at, step) in row.steps.iter().enumerate() {
            if at > 0 {
                spans.push(Span::plain(", then "));
            }
            let events = if step.events.is_empty() {
                "an event".to_owned()
            } else {
                step.events.join(" or ").to_lowercase()
            };
            spans.push(Span::plain(events));
            for (at, value) in step.values.iter().enumerate() {
                spans.push(Span::plain(if at == 0 { " of " } else { ", " }));
                spans.push(Span::code(super::shortened(value)));
            }
        }
        self.on(Line::of(spans), &row.evidence)
    }

    pub(super) fn prerequisites(&mut self) -> Section {
        let needs = &self.dossier.prerequisites;
        let mut items = Vec::new();
        let lists = [
            ("Platforms", &needs.platforms),
            ("Permissions that it needs", &needs.permissions),
            ("Permissions that it gives", &needs.effective_permissions),
            ("What must be so", &needs.system_requirements),
        ];
        for (name, texts) in lists {
            if !texts.is_empty() {
                let text = format_smolstr!("{name}: {}.", joined(texts));
                items.push(self.on(Line::text(text), &needs.evidence));
            }
        }
        if let Some(remote) = needs.remote_support {
            let text = if remote {
                "ATT&CK says that it works from another machine."
            } else {
                "ATT&CK says that it needs code on the machine itself."
            };
            items.push(self.on(Line::text(text), &needs.evidence));
        }
        for field in &needs.expected {
            let mut spans = vec![
                Span::plain("Rules expect in "),
                Span::code(field.field.clone()),
                Span::plain(format_smolstr!(" ({}): ", plural(field.count, "rule"))),
            ];
            spans.extend(samples(&field.values, 4));
            items.push(self.on(Line::of(spans), &needs.expected_evidence));
        }
        let tests = &self.dossier.commands.tests;
        let elevated: Vec<&AtomicRow> = tests.iter().filter(|test| test.elevated).collect();
        if !elevated.is_empty() {
            let keys: Vec<Text> = elevated
                .iter()
                .flat_map(|test| test.evidence.clone())
                .collect();
            let text = format_smolstr!(
                "{} of its {} tests in Atomic Red Team run as administrator or root.",
                elevated.len(),
                tests.len()
            );
            items.push(self.on(Line::text(text), &keys));
        }
        let mut blocks = Vec::new();
        let total = items.len();
        list(&mut blocks, items, total);
        section(
            "prerequisites",
            "Prerequisites",
            "",
            blocks,
            "ATT&CK names no platform, permission or requirement, and no rule tests for one.",
        )
    }

    pub(super) fn tools(&mut self) -> Section {
        let dossier = self.dossier;
        let mut blocks = Vec::new();
        let mut shown = Table::new(&[
            "software",
            "kind",
            "#used here",
            "#users",
            "#rules naming it",
            "~how",
        ]);
        for tool in dossier.tools.iter().take(ROWS) {
            let mut cells = self.actor(&tool.actor);
            let how = cells.pop().unwrap_or_default();
            let rules = self.on(number(tool.rules.len()), &tool.rules);
            shown.rows.push(vec![
                cells.swap_remove(0),
                Line::text(tool.kind.clone()),
                number(tool.users_here.len()),
                number(tool.users),
                rules,
                how,
            ]);
        }
        if !shown.rows.is_empty() {
            heading(
                &mut blocks,
                format_smolstr!("Software that uses it ({})", dossier.tools.len()),
            );
        }
        table(&mut blocks, shown, dossier.tools.len());
        let mut programs = Table::new(&["field", "~program", "#rules", "#reach"]);
        for row in dossier.programs.iter().take(ROWS) {
            programs.rows.push(vec![
                Line::code(row.field.clone()),
                Line::code(super::shortened(&row.program)),
                self.on(number(row.count), &row.rules),
                number(row.reach),
            ]);
        }
        if !programs.rows.is_empty() {
            heading(&mut blocks, "Programs that rules look for");
        }
        table(&mut blocks, programs, dossier.programs.len());
        section(
            "tools",
            "Tools",
            "Software: first what most groups and campaigns use that also use this technique, then what most use at all. Programs: most rules first; reach counts rules of the whole catalogue.",
            blocks,
            "ATT&CK names no software that uses it, and no rule under it looks for a program.",
        )
    }
}

/// A link to an object of ATT&CK.
pub(super) fn object(text: &Text, id: &Text) -> Span {
    Span::Object {
        text: text.clone(),
        id: id.clone(),
    }
}

/// `initial-access` as `Initial access`.
pub(super) fn tactic_name(short: &str) -> String {
    let text = short.replace('-', " ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
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

fn rule_lines(summary: &Summary) -> Vec<Line> {
    let mut lines = Vec::new();
    let left: usize = summary.left_out.values().sum();
    let left = if left > 0 {
        format!(" ({left} more do not count: {})", counts(&summary.left_out))
    } else {
        String::new()
    };
    if summary.rules == 0 {
        lines.push(Line::text(format_smolstr!(
            "No rule of the catalogue counts under it{left}."
        )));
        return lines;
    }
    lines.push(Line::text(format_smolstr!(
        "{} of the catalogue see it: {}{left}.",
        plural(summary.rules, "rule"),
        counts(&summary.by_vendor)
    )));
    let mut spans = vec![Span::plain("Most rules read ")];
    for (at, event) in summary.events.iter().enumerate() {
        spans.push(Span::plain(if at > 0 { ", " } else { "" }));
        spans.push(Span::Event {
            text: event.key.clone(),
            key: event.key.clone(),
        });
        spans.push(Span::plain(format_smolstr!(
            " {} ({})",
            event.title,
            event.count
        )));
    }
    for (at, field) in summary.fields.iter().enumerate() {
        spans.push(Span::plain(if at > 0 { "; " } else { ". They look at " }));
        spans.push(Span::code(field.field.clone()));
        spans.push(Span::plain(format_smolstr!(" ({}): ", field.count)));
        spans.extend(samples(&field.values, 3));
    }
    spans.retain(|span| !span.text().is_empty());
    if !summary.events.is_empty() || !summary.fields.is_empty() {
        lines.push(Line::of(spans).and(Span::plain(".")));
    }
    lines
}

fn gap_lines(summary: &Summary) -> Vec<Line> {
    let mut lines = Vec::new();
    if summary.analytics > 0 {
        let text = match summary.unimplemented.as_slice() {
            [] if summary.analytics == 1 => "ATT&CK's one analytic has rules.".to_owned(),
            [] => format!(
                "Each of ATT&CK's {} analytics has a rule.",
                summary.analytics
            ),
            [one] if summary.analytics == 1 => format!("ATT&CK's one analytic has no rule: {one}."),
            none if none.len() == summary.analytics => {
                format!(
                    "None of ATT&CK's {} has a rule: {}.",
                    plural(none.len(), "analytic"),
                    joined(none)
                )
            }
            some => format!(
                "Of ATT&CK's {}, {} have no rule: {}.",
                plural(summary.analytics, "analytic"),
                some.len(),
                joined(some)
            )
            .replace(", 1 have no rule", ", 1 has no rule"),
        };
        lines.push(Line::text(text));
    }
    if summary.rules > 0 && !summary.platforms_without_rules.is_empty() {
        lines.push(Line::text(format_smolstr!(
            "Without a rule for {}.",
            joined(&summary.platforms_without_rules)
        )));
    }
    lines
}
