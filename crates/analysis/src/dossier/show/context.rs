//! Reasons, description, flow, prerequisites, tools.

use super::{ROWS, Show, heading, joined, list, number, plural, samples, section, table, years};
use crate::document::{Block, Line, Section, Table};
use crate::dossier::{ActorRow, AtomicRow, FlowStep, Position, SequenceRow};
use crate::markup::Span;
use smol_str::{SmolStr as Text, format_smolstr};

impl Show<'_> {
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
            let line = Line::text(format_smolstr!(
                "Uses by the year of the first report that ATT&CK cites for them: {}.",
                years.join(", ")
            ));
            let line = self.on(line, &self.uses());
            blocks.push(Block::Paragraph(line));
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
        if why.groups.is_empty() && why.campaigns.is_empty() && !why.tactics.is_empty() {
            blocks.push(Block::Paragraph(Line::text(
                "ATT&CK names no group and no campaign that uses it.",
            )));
        }
        section(
            "why",
            "Why it is used",
            if why.groups.is_empty() && why.campaigns.is_empty() {
                ""
            } else {
                "Campaigns by the last year in which ATT&CK saw them, groups by the year of the latest report cited for this use."
            },
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
            spans.push(Span::plain(step.what.clone()));
            for (at, field) in step.fields.iter().enumerate() {
                spans.push(Span::plain(if at == 0 { " (" } else { "; " }));
                spans.push(Span::code(field.field.clone()));
                for (at, value) in field.values.iter().enumerate() {
                    spans.push(Span::plain(if at == 0 { " " } else { ", " }));
                    spans.push(Span::code(super::shortened(value)));
                }
                if field.more > 0 {
                    spans.push(Span::plain(format_smolstr!(" +{}", field.more)));
                }
            }
            if !step.fields.is_empty() {
                spans.push(Span::plain(")"));
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
            let before = matches!(texts.as_slice(), [only] if only == "PRE");
            if !texts.is_empty() {
                let text = if before {
                    Text::new_static(
                        "Platforms: none; it happens before anything is attacked (PRE).",
                    )
                } else {
                    format_smolstr!("{name}: {}.", joined(texts))
                };
                items.push(self.on(Line::text(text), &needs.evidence));
            }
        }
        if let Some(remote) = needs.remote_support {
            let text = if remote {
                "ATT&CK: it can run something on a remote machine."
            } else {
                "ATT&CK does not mark it as working on a remote machine."
            };
            items.push(self.on(Line::text(text), &needs.evidence));
        }
        for row in &needs.expected {
            let field = &row.field;
            let mut spans = vec![
                Span::plain("Rules expect in "),
                Span::code(field.field.clone()),
                Span::plain(format_smolstr!(" ({}): ", plural(field.count, "rule"))),
            ];
            spans.extend(samples(&field.values, 4));
            items.push(self.on(Line::of(spans), &row.evidence));
        }
        let tests = &self.dossier.commands.tests;
        let elevated: Vec<&AtomicRow> = tests.iter().filter(|test| test.elevated).collect();
        if !elevated.is_empty() {
            let keys: Vec<Text> = elevated
                .iter()
                .flat_map(|test| test.evidence.clone())
                .collect();
            let text = match (elevated.len(), tests.len()) {
                (1, 1) => "Its one test in Atomic Red Team runs".to_owned(),
                (1, all) => format!("1 of its {all} tests in Atomic Red Team runs"),
                (some, all) if some == all => {
                    format!("All of its {all} tests in Atomic Red Team run")
                }
                (some, all) => format!("{some} of its {all} tests in Atomic Red Team run"),
            };
            let text = format_smolstr!("{text} as administrator or root.");
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
        let mut programs = Table::new(&["~program", "~looked for in", "#rules", "#reach"]);
        for row in dossier.programs.iter().take(ROWS) {
            programs.rows.push(vec![
                Line::code(super::shortened(&row.program)),
                Line::code(row.field.clone()),
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
            &tools_basis(!dossier.tools.is_empty(), !dossier.programs.is_empty()),
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

/// How software and programs are ordered, where there are any.
fn tools_basis(software: bool, programs: bool) -> String {
    let parts = [
        (
            software,
            "Software: first what most groups and campaigns use that also use this technique, then what most use at all.",
        ),
        (
            programs,
            "Programs: rules³ / reach, where reach counts rules of the whole catalogue; the largest first, further ones of the same rules later.",
        ),
    ];
    let shown = parts.iter().filter(|(any, _)| *any).map(|(_, text)| *text);
    shown.collect::<Vec<_>>().join(" ")
}
