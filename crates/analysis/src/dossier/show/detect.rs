//! Detection opportunities and queries.

use super::context::object;
use super::{Show, heading, list, number, plural, section, table};
use crate::RankedRule;
use crate::document::{Block, Code, Line, Section, Table};
use crate::dossier::{AnalyticRow, Query, VendorQueries};
use crate::markup::Span;
use smol_str::{SmolStr as Text, format_smolstr};

/// How many rules of a vendor are listed.
const RULES: usize = 8;
/// How many lines of a query are shown.
const LINES: usize = 80;

const ORDER: &str = "The order of detections per platform: class, how much is read, tagged exactly, maturity, fidelity, support by other rules of the technique, severity, analytics, exclusions in common.";

impl Show<'_> {
    pub(super) fn opportunities(&mut self) -> Section {
        let mut blocks = Vec::new();
        for strategy in &self.dossier.opportunities {
            let line = Line::of(vec![
                object(&strategy.id, &strategy.id),
                Span::plain(format_smolstr!(" {}", strategy.name)),
            ]);
            let line = self.on(line, &strategy.evidence);
            blocks.push(Block::Heading(line));
            for analytic in &strategy.analytics {
                self.analytic(&mut blocks, analytic);
            }
        }
        section(
            "opportunities",
            "Detection opportunities",
            "ATT&CK's detection strategies. A rule implements an analytic when it reads one of its log sources (as detections per platform define it) and looks for a value there; of a source whose events it does not name, the value's field must be about what the log source is about.",
            blocks,
            "ATT&CK has no detection strategy for it in this catalogue.",
        )
    }

    fn analytic(&mut self, blocks: &mut Vec<Block>, analytic: &AnalyticRow) {
        let mut spans = vec![
            Span::strong(analytic.id.clone()),
            Span::plain(format_smolstr!(" ({}): ", analytic.platforms.join(", "))),
        ];
        spans.extend(analytic.text.iter().cloned());
        let line = self.on(Line::of(spans), &analytic.evidence);
        blocks.push(Block::Paragraph(line));
        let line = if analytic.log_sources.is_empty() {
            Line::text("It names no log source.")
        } else if !analytic.joined {
            Line::text(
                "Its log sources name no event of the catalogue: which rules implement it is open.",
            )
        } else if analytic.count == 0 {
            Line::of(vec![Span::strong("No rule implements it.")])
        } else {
            let text = format!("{} it.", plural(analytic.count, "rule"));
            let verb = if analytic.count == 1 {
                "rule implements"
            } else {
                "rules implement"
            };
            let text = text
                .replace("rules", verb)
                .replace("rule it", "rule implements it");
            self.on(Line::text(text), &analytic.rules)
        };
        blocks.push(Block::Paragraph(line));
        let mut sources = Table::new(&["data component", "~log source", "~what of it", "#rules"]);
        for source in &analytic.log_sources {
            sources.rows.push(vec![
                Line::text(source.component.clone()),
                Line::code(source.name.clone()),
                Line::text(source.channel.clone()),
                self.on(number(source.count), &source.rules),
            ]);
        }
        let total = sources.rows.len();
        table(blocks, sources, total);
        let items: Vec<Line> = analytic
            .mutable_elements
            .iter()
            .map(|element| {
                Line::of(vec![
                    Span::plain("To set: "),
                    Span::code(element.field.clone()),
                    Span::plain(format_smolstr!(
                        " ({})",
                        element.description.trim_end_matches('.')
                    )),
                ])
            })
            .collect();
        let total = items.len();
        list(blocks, items, total);
    }

    pub(super) fn sigma(&mut self) -> Section {
        let mut blocks = Vec::new();
        let vendors = self.dossier.queries.iter();
        for vendor in vendors.filter(|vendor| vendor.vendor == "sigma") {
            self.vendor(&mut blocks, vendor);
        }
        section(
            "sigma",
            "Sigma rules",
            ORDER,
            blocks,
            "No Sigma rule of the catalogue counts under it.",
        )
    }

    pub(super) fn queries(&mut self) -> Section {
        let mut blocks = Vec::new();
        let vendors = self.dossier.queries.iter();
        for vendor in vendors.filter(|vendor| vendor.vendor != "sigma") {
            heading(
                &mut blocks,
                format_smolstr!("{}: {}", vendor.vendor, plural(vendor.rules.len(), "rule")),
            );
            self.vendor(&mut blocks, vendor);
        }
        section(
            "queries",
            "Queries of Splunk and other platforms",
            ORDER,
            blocks,
            "No rule of another vendor counts under it.",
        )
    }

    fn vendor(&mut self, blocks: &mut Vec<Block>, vendor: &VendorQueries) {
        let mut rules = Table::new(&[
            "~rule",
            "severity",
            "read",
            "fidelity",
            "#support",
            "analytics",
        ]);
        for ranked in vendor.rules.iter().take(RULES) {
            rules.rows.push(self.ranked(ranked));
        }
        table(blocks, rules, vendor.rules.len());
        for query in &vendor.queries {
            self.query(blocks, query);
        }
    }

    fn ranked(&mut self, ranked: &RankedRule) -> Vec<Line> {
        let rule = &ranked.rule;
        let name = Line::of(vec![Span::Rule {
            text: rule.title.clone(),
            id: rule.id.clone(),
        }]);
        let reasons = &ranked.reasons;
        let analytics: Vec<&str> = reasons
            .analytics
            .iter()
            .map(|used| used.id.as_str())
            .collect();
        vec![
            self.on(name, std::slice::from_ref(&rule.id)),
            Line::text(rule.level.map_or("", |level| level.name())),
            Line::text(rule.status.clone()),
            Line::text(reasons.fidelity.name()),
            number(reasons.support),
            Line::text(analytics.join(", ")),
        ]
    }

    fn query(&mut self, blocks: &mut Vec<Block>, query: &Query) {
        let licence = query.licence.as_deref().unwrap_or("licence not stated");
        let line = Line::of(vec![
            Span::Rule {
                text: query.title.clone(),
                id: query.rule.clone(),
            },
            Span::plain(format_smolstr!(" ({}; {licence})", query.language)),
        ]);
        let line = self.on(line, &query.evidence);
        blocks.push(Block::Paragraph(line));
        let lines: Vec<&str> = query.body.lines().collect();
        let shown = lines[..lines.len().min(LINES)].join("\n");
        let rest = lines.len().saturating_sub(LINES);
        let text = if rest > 0 {
            format!("{shown}\n... {rest} more lines")
        } else {
            shown
        };
        blocks.push(Block::Code(Code {
            language: query.language.clone(),
            text: Text::from(text),
        }));
    }
}
