//! The dossier as a document: wording, order and limits of its sections.

mod context;
mod detect;
mod respond;
mod summary;
mod telemetry;

use super::{Dossier, Years};
use crate::document::{Block, Document, Line, Notes, Section, Table};
use crate::markup::{Reference, Span};
use crate::tables::Sample;
use smol_str::{SmolStr as Text, ToSmolStr as _, format_smolstr};
use std::collections::BTreeMap;

/// How many rows of a table or list are shown; the rest are counted.
const ROWS: usize = 10;

/// The dossier as a document.
pub fn document(dossier: &Dossier) -> Document {
    let mut show = Show {
        dossier,
        notes: Notes::new(&dossier.sources),
    };
    let mut sections = show.sections();
    let references = cited(&mut sections, &dossier.references);
    Document {
        title: format_smolstr!("{} {}", dossier.id, dossier.name),
        lead: lead(dossier),
        sections,
        notes: show.notes.into_notes(),
        references,
        foot: foot(dossier),
    }
}

/// The works that the sections cite, numbered in the order in which they are cited.
fn cited(sections: &mut [Section], known: &[Reference]) -> Vec<Reference> {
    let mut shown: Vec<Reference> = Vec::new();
    let mut numbers: BTreeMap<u32, u32> = BTreeMap::new();
    for span in sections.iter_mut().flat_map(Section::spans_mut) {
        let Span::Citation { number } = span else {
            continue;
        };
        let next = u32::try_from(shown.len() + 1).unwrap_or(u32::MAX);
        let new = *numbers.entry(*number).or_insert(next);
        if new == next {
            let cited = known.iter().find(|reference| reference.number == *number);
            shown.extend(cited.map(|reference| Reference {
                number: new,
                ..reference.clone()
            }));
        }
        *number = new;
    }
    shown
}

/// What a document is made with.
struct Show<'a> {
    dossier: &'a Dossier,
    notes: Notes<'a>,
}

impl Show<'_> {
    /// The sections, in the order in which they are read.
    fn sections(&mut self) -> Vec<Section> {
        vec![
            self.summary(),
            self.why(),
            self.description(),
            self.flow(),
            self.prerequisites(),
            self.tools(),
            self.commands(),
            self.network(),
            self.windows_events(),
            self.sysmon_events(),
            self.other_events(),
            self.opportunities(),
            self.sigma(),
            self.queries(),
            self.investigation(),
            self.containment(),
            self.mitigations(),
            self.collect(),
            self.false_positives(),
            self.related(),
        ]
    }

    /// A line with its evidence.
    fn on(&mut self, line: Line, evidence: &[Text]) -> Line {
        self.notes.on(line, evidence)
    }
}

/// A section; without blocks it says what was looked for.
fn section(
    key: &'static str,
    title: &'static str,
    basis: &str,
    mut blocks: Vec<Block>,
    missing: &str,
) -> Section {
    let empty = blocks.is_empty();
    if empty {
        blocks.push(Block::Paragraph(Line::text(missing)));
    }
    Section {
        key,
        title,
        basis: if empty { Text::default() } else { basis.into() },
        blocks,
    }
}

/// A table, unless it has no rows, and how many rows are not shown.
fn table(blocks: &mut Vec<Block>, table: Table, total: usize) {
    let shown = table.rows.len();
    if shown > 0 {
        blocks.push(Block::Table(table));
        rest(blocks, shown, total);
    }
}

/// A list, unless it is empty, and how many items are not shown.
fn list(blocks: &mut Vec<Block>, items: Vec<Line>, total: usize) {
    let shown = items.len();
    if shown > 0 {
        blocks.push(Block::List(items));
        rest(blocks, shown, total);
    }
}

fn rest(blocks: &mut Vec<Block>, shown: usize, total: usize) {
    if total > shown {
        let text = format_smolstr!("{} more in the JSON form.", total - shown);
        blocks.push(Block::Paragraph(Line::text(text)));
    }
}

fn heading(blocks: &mut Vec<Block>, text: impl Into<Text>) {
    blocks.push(Block::Heading(Line::text(text)));
}

fn lead(dossier: &Dossier) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(asked) = &dossier.asked {
        lines.push(Line::text(format_smolstr!(
            "ATT&CK has replaced {asked} by {}.",
            dossier.id
        )));
    }
    if dossier.with_subtechniques {
        lines.push(Line::text("Rules and uses of sub-techniques are included."));
    }
    lines
}

fn foot(dossier: &Dossier) -> Vec<Line> {
    let mut lines = Vec::new();
    if !dossier.attribution.is_empty() {
        let version = dossier.attack_version.as_deref().unwrap_or_default();
        let which = format!("ATT&CK {version}").trim_end().to_owned();
        let mut line = Line::text(format_smolstr!(
            "Texts of groups, campaigns, software, mitigations, strategies and the description: {which}. {}",
            dossier.attribution.replace('\n', " ")
        ));
        if let Some(url) = &dossier.url {
            line = line.and(Span::plain(" ")).and(Span::Link {
                text: url.clone(),
                url: url.clone(),
            });
        }
        lines.push(line);
    }
    lines.push(Line::text(format_smolstr!(
        "Catalogue {}",
        dossier.catalog.hash
    )));
    lines
}

/// `1 rule`, `2 rules`.
fn plural(count: usize, word: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {word}{s}")
}

/// `a`, `a and b`, `a, b and c`.
fn joined<T: AsRef<str>>(parts: &[T]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// `sigma 3, elastic 2`: the larger first.
fn counts(counts: &BTreeMap<Text, usize>) -> String {
    let mut pairs: Vec<(&Text, &usize)> = counts.iter().collect();
    pairs.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    pairs.join(", ").replace('_', " ")
}

/// `2019` or `2019 to 2024`.
fn years(years: Years) -> String {
    if years.first == years.last {
        return years.first.to_string();
    }
    format!("{} to {}", years.first, years.last)
}

fn number(count: usize) -> Line {
    Line::text(count.to_smolstr())
}

/// Values with their operators and numbers of rules.
fn samples(samples: &[Sample], most: usize) -> Vec<Span> {
    let mut spans = Vec::new();
    for (at, sample) in samples.iter().take(most).enumerate() {
        if at > 0 {
            spans.push(Span::plain(", "));
        }
        let operator = match sample.operator.as_str() {
            "eq" => String::new(),
            other => format!("{} ", other.replace('_', " ")),
        };
        spans.push(Span::plain(operator));
        spans.push(Span::code(shortened(&sample.value)));
        spans.push(Span::plain(format_smolstr!(" ({})", sample.count)));
    }
    spans.retain(|span| !span.text().is_empty());
    spans
}

/// A value cut to a length that a table can hold; in quotes where it begins or ends with a space.
fn shortened(value: &str) -> Text {
    const LONGEST: usize = 80;
    let quote = if value.trim() == value { "" } else { "\"" };
    let mut letters = value.chars();
    let kept: String = letters.by_ref().take(LONGEST).collect();
    let more = if letters.next().is_some() { "…" } else { "" };
    format_smolstr!("{quote}{kept}{quote}{more}")
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn values_as_they_are_shown() {
        assert_eq!(shortened("-enc"), "-enc");
        assert_eq!(shortened(" -enc "), "\" -enc \"");
        assert_eq!(shortened(&"a".repeat(81)), format!("{}…", "a".repeat(80)));
    }
}
