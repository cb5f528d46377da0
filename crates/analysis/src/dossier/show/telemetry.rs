//! Commands, network traffic, events, data to collect.

use super::{ROWS, Show, counts, heading, list, number, samples, section, shortened, table};
use crate::document::{Block, Code, Line, Section, Table};
use crate::dossier::{AtomicRow, EventUse, SettingRow};
use crate::markup::Span;
use crate::tables::IndicatorRow;
use smol_str::{SmolStr as Text, format_smolstr};
use std::collections::BTreeMap;

/// How many events are shown.
const EVENTS: usize = 12;
/// How many tests are shown.
const TESTS: usize = 6;
/// How many lines of a command are shown.
const LINES: usize = 20;
/// How many events of a provider a setting names.
const GIVEN: usize = 6;

impl Show<'_> {
    pub(super) fn commands(&mut self) -> Section {
        let dossier = self.dossier;
        let mut blocks = Vec::new();
        if !dossier.commands.tests.is_empty() {
            heading(
                &mut blocks,
                "Tests of Atomic Red Team, inputs filled with their defaults",
            );
        }
        for test in dossier.commands.tests.iter().take(TESTS) {
            self.test(&mut blocks, test);
        }
        let total = dossier.commands.tests.len();
        super::rest(&mut blocks, total.min(TESTS), total);
        if total == 0 && !dossier.commands.fragments.is_empty() {
            blocks.push(Block::Paragraph(Line::text(
                "Atomic Red Team has no test of it in this catalogue.",
            )));
        }
        self.indicators(
            &mut blocks,
            "What rules look for in what is run",
            &dossier.commands.fragments,
        );
        section(
            "commands",
            "Commands",
            fragments_basis(!dossier.commands.fragments.is_empty()),
            blocks,
            "Atomic Red Team has no test of it in this catalogue, and no rule under it looks for a value in a command line or script.",
        )
    }

    fn test(&mut self, blocks: &mut Vec<Block>, test: &AtomicRow) {
        let elevated = if test.elevated { ", elevated" } else { "" };
        let mut spans = vec![
            Span::strong(test.name.clone()),
            Span::plain(format_smolstr!(
                " ({}; {}{elevated}): ",
                test.platforms.join(", "),
                test.executor.replace('_', " ")
            )),
        ];
        spans.extend(test.text.iter().cloned());
        let line = self.on(Line::of(spans), &test.evidence);
        blocks.push(Block::Paragraph(line));
        let needs: Vec<Line> = test
            .prerequisites
            .iter()
            .map(|need| Line::text(format_smolstr!("Needs: {need}")))
            .collect();
        let total = needs.len();
        list(blocks, needs, total);
        blocks.push(code(&test.executor, &test.command));
        if !test.cleanup.is_empty() {
            blocks.push(Block::Paragraph(Line::text("Cleanup:")));
            blocks.push(code(&test.executor, &test.cleanup));
        }
    }

    pub(super) fn network(&mut self) -> Section {
        let network = &self.dossier.network;
        let mut blocks = Vec::new();
        self.indicators(
            &mut blocks,
            "What rules look for in traffic",
            &network.indicators,
        );
        if !network.events.is_empty() {
            heading(&mut blocks, "Events of connections, names and requests");
            self.event_table(&mut blocks, &network.events);
        }
        if !network.log_sources.is_empty() {
            heading(&mut blocks, "What ATT&CK's analytics watch");
            let mut shown =
                Table::new(&["analytic", "data component", "log source", "~what of it"]);
            for source in network.log_sources.iter().take(ROWS) {
                shown.rows.push(vec![
                    self.on(Line::text(source.analytic.clone()), &source.evidence),
                    Line::text(source.component.clone()),
                    Line::code(source.name.clone()),
                    Line::text(source.channel.clone()),
                ]);
            }
            table(&mut blocks, shown, network.log_sources.len());
        }
        section(
            "network",
            "Network traffic",
            fragments_basis(!network.indicators.is_empty()),
            blocks,
            "No rule under it reads a network field or network event, and no analytic watches the network.",
        )
    }

    /// Values that rules look for, under a heading.
    fn indicators(&mut self, blocks: &mut Vec<Block>, title: &str, rows: &[IndicatorRow]) {
        if rows.is_empty() {
            return;
        }
        heading(blocks, title);
        let mut shown = Table::new(&["field", "operator", "~value", "#rules", "#reach"]);
        for row in rows.iter().take(ROWS + 5) {
            shown.rows.push(vec![
                Line::code(row.field.clone()),
                Line::text(row.operator.replace('_', " ")),
                Line::code(shortened(&row.value)),
                self.on(number(row.count), &row.rules),
                number(row.reach),
            ]);
        }
        table(blocks, shown, rows.len());
    }

    pub(super) fn windows_events(&mut self) -> Section {
        let events = &self.dossier.events.windows;
        self.events(
            ("windows-events", "Windows events"),
            events,
            "No rule under it can fire on an event of the Windows logs.",
        )
    }

    pub(super) fn sysmon_events(&mut self) -> Section {
        let events = &self.dossier.events.sysmon;
        self.events(
            ("sysmon-events", "Sysmon events"),
            events,
            "No rule under it can fire on an event of Sysmon.",
        )
    }

    pub(super) fn other_events(&mut self) -> Section {
        let events = &self.dossier.events.other;
        self.events(
            ("other-events", "Events of other sources"),
            events,
            "No rule under it can fire on an event of Linux, macOS, a cloud service, a network device or an application.",
        )
    }

    fn events(
        &mut self,
        (key, title): (&'static str, &'static str),
        events: &[EventUse],
        missing: &str,
    ) -> Section {
        let mut blocks = Vec::new();
        self.event_table(&mut blocks, events);
        section(
            key,
            title,
            "Events that most rules under the technique can fire on first; why: the fields that these rules read on the event, with the number of rules, and the values that most of them look for.",
            blocks,
            missing,
        )
    }

    fn event_table(&mut self, blocks: &mut Vec<Block>, events: &[EventUse]) {
        let mut shown = Table::new(&["event", "~title", "#rules", "~why", "~vendors"]);
        for event in events.iter().take(EVENTS) {
            let name = Span::Event {
                text: format_smolstr!("{} {}", event.provider, event.event),
                key: event.key.clone(),
            };
            shown.rows.push(vec![
                Line::of(vec![name]),
                Line::text(if event.title == event.event {
                    Text::default()
                } else {
                    event.title.clone()
                }),
                self.on(number(event.count), &event.evidence),
                reasons(event),
                Line::text(counts(&event.by_vendor)),
            ]);
        }
        table(blocks, shown, events.len());
    }

    pub(super) fn collect(&mut self) -> Section {
        let collect = &self.dossier.collect;
        let mut blocks = Vec::new();
        for row in collect.settings.iter().take(ROWS) {
            let rules = super::plural(row.count, "rule");
            self.setting(&mut blocks, row, &format!("{rules} under the technique"));
        }
        super::rest(
            &mut blocks,
            collect.settings.len().min(ROWS),
            collect.settings.len(),
        );
        if !collect.sysmon.is_empty() {
            let line = Line::text(
                "Sysmon: what the rules under the technique read. Events that are collected whole have an empty exclusion; the others list the values that most rules look for. As config.xml: ",
            );
            let line = line
                .and(Span::code("Sysmon64.exe -accepteula -i config.xml"))
                .and(Span::plain(" installs Sysmon with it, "))
                .and(Span::code("Sysmon64.exe -c config.xml"))
                .and(Span::plain(" gives it to one that runs."));
            blocks.push(Block::Paragraph(line));
            blocks.push(Block::Code(Code {
                language: "xml".into(),
                text: collect.sysmon.clone(),
            }));
        }
        if !collect.unread.is_empty() {
            heading(
                &mut blocks,
                "For events that ATT&CK's analytics name and no rule under it reads",
            );
        }
        for row in collect.unread.iter().take(ROWS) {
            let analytics = if row.count == 1 {
                "analytic"
            } else {
                "analytics"
            };
            self.setting(&mut blocks, row, &format!("{} {analytics}", row.count));
        }
        let total = collect.unread.len();
        super::rest(&mut blocks, total.min(ROWS), total);
        self.unknown(&mut blocks);
        section(
            "collect",
            "Data to collect",
            "Settings that most rules under the technique depend on first.",
            blocks,
            "No rule under it reads an event that the tables of events know, and no analytic names one.",
        )
    }

    /// A setting, what wants it, and how it is made.
    fn setting(&mut self, blocks: &mut Vec<Block>, row: &SettingRow, wanted: &str) {
        let mut line = Line::of(vec![
            Span::strong(row.title.clone()),
            Span::plain(format_smolstr!(": {wanted}. Gives {}.", gives(&row.events))),
        ]);
        if !row.note.is_empty() {
            line = line.and(Span::plain(format_smolstr!(" {}", row.note)));
        }
        if let Some(url) = &row.source {
            line = line.and(Span::plain(" ")).and(Span::Link {
                text: "how".into(),
                url: url.clone(),
            });
        }
        let line = self.on(line, &row.evidence);
        blocks.push(Block::Paragraph(line));
        if !row.steps.is_empty() {
            blocks.push(Block::Code(Code {
                language: Text::default(),
                text: row.steps.join("\n").into(),
            }));
        }
    }

    /// What the tables do not know how to turn on, and what rules name.
    fn unknown(&mut self, blocks: &mut Vec<Block>) {
        let collect = &self.dossier.collect;
        let items: Vec<Line> = collect
            .unknown
            .iter()
            .take(ROWS)
            .map(|row| {
                let text =
                    format_smolstr!("{}: {}", row.provider, super::plural(row.count, "rule"));
                self.on(Line::text(text), &row.evidence)
            })
            .collect();
        if !items.is_empty() {
            heading(
                blocks,
                "Sources that rules read and for which no setting is known here",
            );
            list(blocks, items, collect.unknown.len());
        }
        let mut needs = Table::new(&["what", "~name", "#rules"]);
        for row in collect.requirements.iter().take(ROWS) {
            let kind = match row.kind {
                tripline_ir::RequirementKind::Index => "index",
                tripline_ir::RequirementKind::Table => "table",
                _ => "data model",
            };
            needs.rows.push(vec![
                Line::text(kind),
                Line::code(row.name.clone()),
                self.on(number(row.count), &row.evidence),
            ]);
        }
        if !needs.rows.is_empty() {
            heading(blocks, "Tables, indices and data models that rules name");
        }
        table(blocks, needs, collect.requirements.len());
    }
}

/// Events by provider: `Security-Auditing 4688, 4689; Okta (any event)`.
fn gives(keys: &[Text]) -> String {
    let mut providers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for key in keys {
        let (provider, id) = key.split_once('/').unwrap_or((key, "*"));
        providers.entry(provider).or_default().push(id);
    }
    let parts = providers.into_iter().map(|(provider, ids)| {
        let (all, mut ids): (Vec<&str>, Vec<&str>) = ids.into_iter().partition(|id| *id == "*");
        ids.sort_by_key(|id| id.parse::<u32>().unwrap_or(u32::MAX));
        let any = if all.is_empty() { "" } else { " (any event)" };
        let named = ids
            .iter()
            .take(GIVEN)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        let among = if all.is_empty() { "" } else { ", among them" };
        match ids.len().saturating_sub(GIVEN) {
            _ if ids.is_empty() => format!("{provider}{any}"),
            0 => format!("{provider}{any}{among} {named}"),
            more => format!("{provider}{any}{among} {named} and {more} more"),
        }
    });
    parts.collect::<Vec<_>>().join("; ")
}

/// How values are ordered, where there are any.
fn fragments_basis(any: bool) -> &'static str {
    if any {
        "Values: rules³ / reach, where reach counts rules of the whole catalogue; the largest first, further values of the same rules later. Letter case makes no difference."
    } else {
        ""
    }
}

/// A command, cut to a length that a page can hold.
fn code(executor: &str, command: &str) -> Block {
    let lines: Vec<&str> = command.lines().collect();
    let rest = lines.len().saturating_sub(LINES);
    let mut text = lines[..lines.len() - rest].join("\n");
    if rest > 0 {
        text = format!("{text}\n... {rest} more lines");
    }
    let language = match executor {
        "powershell" => "powershell",
        "command_prompt" => "bat",
        "sh" | "bash" => "sh",
        _ => "",
    };
    Block::Code(Code {
        language: language.into(),
        text: text.into(),
    })
}

/// The fields that rules read on an event.
fn reasons(event: &EventUse) -> Line {
    let mut spans = Vec::new();
    for (at, field) in event.fields.iter().take(3).enumerate() {
        if at > 0 {
            spans.push(Span::plain("; "));
        }
        spans.push(Span::code(field.field.clone()));
        spans.push(Span::plain(format_smolstr!(" ({})", field.count)));
        if !field.values.is_empty() {
            spans.push(Span::plain(": "));
            spans.extend(samples(&field.values, 2));
        }
    }
    if spans.is_empty() {
        spans.push(Span::plain("rules read the event itself"));
    }
    Line::of(spans)
}

#[cfg(test)]
mod tests {
    use super::gives;

    #[test]
    fn events_by_provider() {
        let keys = ["A/22", "A/3", "B/*", "C/*", "C/x"].map(Into::into);
        let expected = "A 3, 22; B (any event); C (any event), among them x";
        assert_eq!(gives(&keys), expected);
    }
}
