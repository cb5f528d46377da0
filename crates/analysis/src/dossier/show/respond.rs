//! Investigation, containment, mitigations, false positives, related techniques.

use super::context::object;
use super::{ROWS, Show, heading, list, number, plural, samples, section, shortened, table};
use crate::ClauseItem;
use crate::document::{Block, Code, Line, Section, Table};
use crate::dossier::{Position, Question, RelatedRow, Steps};
use crate::markup::Span;
use smol_str::{SmolStr as Text, format_smolstr};

/// How many related techniques are shown.
const RELATED: usize = 15;

impl Show<'_> {
    pub(super) fn investigation(&mut self) -> Section {
        let dossier = self.dossier;
        let mut blocks = Vec::new();
        if !dossier.questions.is_empty() {
            heading(&mut blocks, "What to look up");
        }
        for question in dossier.questions.iter().take(6) {
            self.question(&mut blocks, question);
        }
        if !dossier.investigation.steps.is_empty() {
            heading(&mut blocks, "Steps out of rules' triage notes");
        }
        self.steps(&mut blocks, &dossier.investigation, 12);
        section(
            "investigation",
            "Investigation workflow",
            "Questions: the fields that most rules read, with what most look for and leave out. Steps: those of most rules first; steps that name nothing that their rule reads are left out.",
            blocks,
            "No rule under it looks for a value, and none has triage notes.",
        )
    }

    fn question(&mut self, blocks: &mut Vec<Block>, question: &Question) {
        let mut spans = vec![
            Span::plain("Does "),
            Span::code(question.field.clone()),
            Span::plain(format_smolstr!(
                " ({}) hold what rules look for there ({}): ",
                question.meaning,
                plural(question.count, "rule")
            )),
        ];
        spans.extend(samples(&question.looked_for, 5));
        spans.push(Span::plain("?"));
        if !question.left_out.is_empty() {
            spans.push(Span::plain(" Rules leave out "));
            spans.extend(samples(&question.left_out, 4));
            spans.push(Span::plain("."));
        }
        let line = self.on(Line::of(spans), &question.evidence);
        blocks.push(Block::Paragraph(line));
        if let Some(query) = &question.query {
            blocks.push(Block::Code(Code {
                language: "eql".into(),
                text: query.clone(),
            }));
        }
    }

    fn steps(&mut self, blocks: &mut Vec<Block>, steps: &Steps, most: usize) {
        let items: Vec<Line> = steps
            .steps
            .iter()
            .take(most)
            .map(|step| {
                let mut line = Line::of(step.text.clone());
                if step.count > 1 {
                    line = line.and(Span::plain(format_smolstr!(
                        " ({})",
                        plural(step.count, "rule")
                    )));
                }
                self.on(line, &step.evidence)
            })
            .collect();
        list(blocks, items, steps.steps.len());
    }

    pub(super) fn containment(&mut self) -> Section {
        let dossier = self.dossier;
        let mut blocks = Vec::new();
        self.steps(&mut blocks, &dossier.containment, ROWS);
        let limits: Vec<Line> = dossier
            .mitigations
            .iter()
            .filter(|mitigation| mitigation.limits)
            .map(|mitigation| {
                let line = Line::of(vec![object(&mitigation.name, &mitigation.id)]);
                self.on(line, &mitigation.evidence)
            })
            .collect();
        if !limits.is_empty() {
            heading(
                &mut blocks,
                "Mitigations that also limit an adversary who is in (see below)",
            );
            let total = limits.len();
            list(&mut blocks, limits, total);
        }
        section(
            "containment",
            "Containment",
            "Steps out of the response parts of rules' notes: those of most rules first, hardening and monitoring after the rest; steps that name nothing that their rule reads are left out.",
            blocks,
            "No rule under it has response notes that name what it reads, and no mitigation of it limits an adversary.",
        )
    }

    pub(super) fn mitigations(&mut self) -> Section {
        let mut blocks = Vec::new();
        let items: Vec<Line> = self
            .dossier
            .mitigations
            .iter()
            .map(|mitigation| {
                let mut spans = vec![
                    object(&mitigation.id, &mitigation.id),
                    Span::plain(" "),
                    Span::strong(mitigation.name.clone()),
                    Span::plain(": "),
                ];
                spans.extend(mitigation.text.iter().cloned());
                self.on(Line::of(spans), &mitigation.evidence)
            })
            .collect();
        let total = items.len();
        list(&mut blocks, items, total);
        section(
            "mitigations",
            "Mitigations",
            "",
            blocks,
            "ATT&CK has no mitigation for it in this catalogue.",
        )
    }

    pub(super) fn false_positives(&mut self) -> Section {
        let known = &self.dossier.false_positives;
        let mut blocks = Vec::new();
        let items: Vec<Line> = known
            .groups
            .iter()
            .take(ROWS + 5)
            .map(|row| {
                let mut line = Line::of(row.text.clone());
                if row.count > 1 {
                    line = line.and(Span::plain(format_smolstr!(
                        " ({})",
                        plural(row.count, "rule")
                    )));
                }
                self.on(line, &row.evidence)
            })
            .collect();
        list(&mut blocks, items, known.groups.len());
        let mut left = Table::new(&["~left out when", "#rules"]);
        for row in known.exclusions.iter().take(ROWS) {
            let mut spans = Vec::new();
            for (at, item) in row.clause.iter().enumerate() {
                spans.push(Span::plain(ClauseItem::joint(&row.clause, at)));
                spans.push(Span::code(item.field.clone()));
                spans.push(Span::plain(format_smolstr!(
                    " {} ",
                    item.operator.replace('_', " ")
                )));
                spans.push(Span::code(shortened(&item.value)));
            }
            left.rows.push(vec![
                Line::of(spans),
                self.on(number(row.count), &row.rules),
            ]);
        }
        if !left.rows.is_empty() {
            heading(&mut blocks, "What rules leave out already");
        }
        table(&mut blocks, left, known.exclusions.len());
        let basis = format!(
            "{} state a false positive, {} say that none is known, {} say nothing. Texts that say nearly the same stand once, those of most rules first.",
            plural(known.stated, "rule"),
            known.none_known,
            known.silent
        );
        section(
            "false-positives",
            "False positives",
            &basis,
            blocks,
            "No rule under it states a false positive or leaves anything out.",
        )
    }

    pub(super) fn related(&mut self) -> Section {
        let mut blocks = Vec::new();
        let rows = &self.dossier.related;
        let mut shown = Table::new(&["technique", "~name", "#strength", "place", "~because"]);
        for row in rows.iter().take(RELATED) {
            let place = match row.position {
                Some(Position::Before) => "before",
                Some(Position::Same) => "beside",
                Some(Position::After) => "after",
                None => "",
            };
            shown.rows.push(vec![
                Line::of(vec![object(&row.id, &row.id)]),
                Line::text(row.name.clone()),
                Line::text(format_smolstr!("{:.2}", row.strength)),
                Line::text(place),
                self.because(row),
            ]);
        }
        table(&mut blocks, shown, rows.len());
        section(
            "related",
            "Related techniques",
            "Strength: 1 less the product of what each reason lacks of 1. Rules and sequences: shared / sqrt((own + 4)(other's + 4)). Campaigns and groups: the same, each weighing 20 / (20 + the techniques that it uses), less what chance would share. Values: the same, of rules that look for a value whose family at most 12 rules of the catalogue look for. That the description names it: 0.25; parent, sub-technique: 0.1; sibling: 0.04. Place: by the order of tactics.",
            blocks,
            "No technique shares rules, campaigns, groups or values with it, and its description names none.",
        )
    }

    fn because(&mut self, row: &RelatedRow) -> Line {
        let mut parts: Vec<String> = Vec::new();
        if let Some(family) = &row.family {
            parts.push(family.to_string());
        }
        if row.named {
            parts.push("the description names it".to_owned());
        }
        if row.rules > 0 {
            parts.push(plural(row.rules, "shared rule"));
        }
        if row.sequences > 0 {
            parts.push(format!("{} in order", row.sequences));
        }
        if row.actors > 0 {
            parts.push(format!("{} campaigns and groups use both", row.actors));
        }
        let mut line = Line::text(parts.join(", "));
        if row.indicators > 0 {
            let comma = if parts.is_empty() { "" } else { ", " };
            let text = format_smolstr!("{comma}{}: ", plural(row.indicators, "shared rare value"));
            line = line.and(Span::plain(text));
            for (at, value) in row.values.iter().enumerate() {
                if at > 0 {
                    line = line.and(Span::plain(", "));
                }
                line = line.and(Span::code(shortened(value)));
            }
        }
        line.spans.retain(|span| !span.text().is_empty());
        let evidence: &[Text] = &row.evidence;
        self.on(line, evidence)
    }
}
