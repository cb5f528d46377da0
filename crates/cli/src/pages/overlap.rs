//! Which vendors look for the same things.

use super::parts::{self, number};
use crate::layout::{Line, Page, Table, Tone, toned};
use tripline_app::answers::{OverlapAnswer, OverlapGroup};

/// How many families of a group are shown.
const SHOWN: usize = 5;

/// The vendors, and the families by the vendors that look for them.
pub(crate) fn page(answer: &OverlapAnswer) -> Page {
    let mut page = Page::new();
    page.title(format!("Overlap {} {}", answer.id, answer.name));
    let of = if answer.with_subtechniques {
        "of the technique and its sub-techniques"
    } else {
        "tagged exactly so"
    };
    page.facts(vec![(
        "Indicators",
        Line::new()
            .push(Tone::Strong, answer.families.to_string())
            .plain(format!(" families in rules {of}")),
    )]);
    page.heading("Vendors", answer.vendors.len().to_string());
    let mut table = Table::new()
        .text("vendor")
        .number("rules")
        .number("families");
    for row in &answer.vendors {
        table.row(vec![
            toned(Tone::Name, &row.vendor),
            number(row.count),
            number(row.families),
        ]);
    }
    page.table(table);
    page.heading("Families by the vendors that look for them", "");
    let mut table = Table::new()
        .text("exactly these vendors")
        .number("families")
        .flexible("most used");
    for group in &answer.groups {
        table.row(vec![
            toned(Tone::Name, group.vendors.join(", ")),
            number(group.count),
            toned(Tone::Faint, most_used(group)),
        ]);
    }
    page.table(table);
    parts::foot(&mut page, &answer.catalog);
    page
}

fn most_used(group: &OverlapGroup) -> String {
    let families = group.families.iter().take(SHOWN);
    let names = families.map(|row| format!("{} {}", row.field, row.family));
    names.collect::<Vec<_>>().join("; ")
}
