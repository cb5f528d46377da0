//! A family of values of a field.

use super::parts::{self, Shown, counts, number, plural};
use super::tables;
use crate::layout::{Line, Page, Table, Tone, toned};
use tripline_app::answers::{Beside, IndicatorAnswer};

/// The family; `shown` limits the rows of each table.
pub(crate) fn page(answer: &IndicatorAnswer, shown: Shown) -> Page {
    let mut page = Page::new();
    page.title(
        Line::new()
            .push(Tone::Name, &answer.field)
            .plain(" ")
            .push(Tone::Strong, &answer.family),
    );
    let looked = Line::new()
        .push(Tone::Strong, plural(answer.rules_total, "rule"))
        .push(Tone::Faint, format!("  {}", counts(&answer.by_vendor)));
    page.facts(vec![
        ("Looked for by", looked),
        (
            "Only left out by",
            plural(answer.excluded_in, "rule").into(),
        ),
        ("Techniques", tables::counted(&answer.techniques, shown)),
    ]);
    tables::values(&mut page, "Values of the family", &answer.values, shown);
    beside(&mut page, &answer.beside, shown);
    tables::rules(&mut page, "Rules", &answer.rules, shown);
    let excluding = &answer.excluding_rules;
    tables::rules(&mut page, "Rules that only leave it out", excluding, shown);
    parts::foot(&mut page, &answer.catalog);
    page
}

fn beside(page: &mut Page, rows: &[Beside], shown: Shown) {
    if rows.is_empty() {
        return;
    }
    page.heading("Looked for besides", shown.count(rows.len()));
    let mut table = Table::new()
        .number("rules")
        .flexible("field")
        .flexible("family");
    for row in shown.of(rows) {
        table.row(vec![
            number(row.count),
            toned(Tone::Name, &row.field),
            toned(Tone::Value, &row.family),
        ]);
    }
    page.table(table);
}
