//! Rules per technique.

use super::parts::{self, counts, left_out, number};
use crate::layout::{Line, Page, Table, Tone, toned};
use tripline_app::answers::{Coverage, CoverageRow, UnresolvedTag};

/// The covered techniques, or every technique when `everything` is asked for.
pub(crate) fn page(answer: &Coverage, everything: bool) -> Page {
    let mut page = Page::new();
    page.title("Coverage");
    page.facts(vec![
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
    ]);
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
    page.table(table);
    let heading = "Techniques that this ATT&CK does not have";
    unresolved(&mut page, heading, &answer.unknown_techniques);
    let heading = "Tactics that this ATT&CK does not have";
    unresolved(&mut page, heading, &answer.unknown_tactics);
    parts::foot(&mut page, &answer.catalog);
    page
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
