//! Rules per technique.

use super::parts::{self, counts, left_out, number};
use crate::layout::{Line, Page, Table, Tone, toned};
use tripline_app::Text;
use tripline_app::answers::{Comparison, Coverage, CoverageRow, UnresolvedTag};

/// The covered techniques, or every technique when `everything` is asked for.
pub(crate) fn page(answer: &Coverage, everything: bool) -> Page {
    let mut page = Page::new();
    page.title("Coverage");
    page.facts(facts(answer));
    match &answer.comparison {
        None => page.table(rows(answer, everything)),
        Some(comparison) => page.table(compared(answer, comparison, everything)),
    }
    let heading = "Techniques that this ATT&CK does not have";
    unresolved(&mut page, heading, &answer.unknown_techniques);
    let heading = "Tactics that this ATT&CK does not have";
    unresolved(&mut page, heading, &answer.unknown_tactics);
    parts::foot(&mut page, &answer.catalog);
    page
}

fn facts(answer: &Coverage) -> Vec<(&'static str, Line)> {
    let filter = &answer.filter;
    let optional = |value: &Option<Text>| Line::from(value.as_deref().unwrap_or_default());
    let mut facts = vec![
        (
            "Techniques",
            Line::new()
                .push(Tone::Strong, answer.covered.to_string())
                .plain(format!(
                    " of {} have a rule tagged exactly so",
                    answer.techniques
                )),
        ),
        ("", left_out(&answer.left_out)),
        ("Platform", optional(&filter.platform)),
        ("Vendor", optional(&filter.vendor)),
    ];
    if let Some(comparison) = &answer.comparison {
        for (name, side, alone) in [
            ("Left", &comparison.left, &comparison.only_left),
            ("Right", &comparison.right, &comparison.only_right),
        ] {
            let techniques = parts::plural(side.techniques, "technique");
            let text = format!("{techniques}, {} of them alone", alone.len());
            let rules = format!("  {}", parts::plural(side.rules, "rule"));
            let line = Line::from(format!("{}: {text}", side.name));
            facts.push((name, line.push(Tone::Faint, rules)));
        }
    }
    facts
}

fn rows(answer: &Coverage, everything: bool) -> Table {
    let table = Table::new()
        .text("technique")
        .flexible("name")
        .id("tactics");
    let mut table = table.number("rules").number("with sub").text("vendors");
    let kept = |row: &&CoverageRow| everything || row.with_subtechniques > 0;
    for row in answer.rows.iter().filter(kept) {
        table.row(vec![
            toned(Tone::Name, &row.id),
            row.name.as_str().into(),
            toned(Tone::Faint, row.tactics.join(", ")),
            number(row.count),
            number(row.with_subtechniques),
            toned(Tone::Faint, counts(&row.by_vendor)),
        ]);
    }
    table
}

/// The techniques that a side has, with the rules of both; those of one side alone stand out.
fn compared(answer: &Coverage, comparison: &Comparison, everything: bool) -> Table {
    let table = Table::new().text("technique").flexible("name");
    let table = table.number(&comparison.left.name);
    let mut table = table.number(&comparison.right.name).text("side");
    for row in &answer.rows {
        let sides = row.sides.unwrap_or_default();
        let side = match (sides.left > 0, sides.right > 0) {
            (true, true) => Line::from("both"),
            (true, false) => toned(Tone::Warn, "left only"),
            (false, true) => toned(Tone::Warn, "right only"),
            (false, false) if everything => Line::new(),
            (false, false) => continue,
        };
        table.row(vec![
            toned(Tone::Name, &row.id),
            row.name.as_str().into(),
            number(sides.left),
            number(sides.right),
            side,
        ]);
    }
    table
}

fn unresolved(page: &mut Page, heading: &str, tags: &[UnresolvedTag]) {
    if tags.is_empty() {
        return;
    }
    page.heading(heading, tags.len().to_string());
    let mut table = Table::new().text("tag").number("rules").flexible("note");
    for tag in tags {
        table.row(vec![
            toned(Tone::Name, &tag.tag),
            number(tag.count),
            toned(Tone::Faint, &tag.note),
        ]);
    }
    page.table(table);
}
