//! The authoring guide of a technique.

use super::parts::{self, Shown, joined, left_out, number, plural};
use super::tables;
use crate::layout::{Line, Page, Table, Tone, toned};
use tripline_app::answers::{Combination, Correlations, TechniqueAnswer};

/// The guide; `shown` limits the rows of each table.
pub(crate) fn page(answer: &TechniqueAnswer, shown: Shown) -> Page {
    let mut page = Page::new();
    page.title(
        Line::new()
            .push(Tone::Name, &answer.id)
            .plain(" ")
            .push(Tone::Strong, &answer.name),
    );
    page.text(parts::unlinked(&answer.summary));
    page.facts(head(answer));
    if answer.rules_total == 0 {
        page.text("No rule of the catalogue counts under this technique.");
    }
    tables::events(&mut page, &answer.events, shown);
    tables::fields(&mut page, &answer.fields, shown);
    tables::indicators(&mut page, "Top indicators", &answer.indicators, shown);
    tables::exclusions(&mut page, &answer.exclusions, shown);
    combinations(&mut page, &answer.combinations, shown);
    correlations(&mut page, &answer.correlations, shown);
    tables::rules(&mut page, "Rules", &answer.rules, shown);
    tables::rules(&mut page, "Rules left out", &answer.left_out_rules, shown);
    parts::foot(&mut page, &answer.catalog);
    page
}

fn head(answer: &TechniqueAnswer) -> Vec<(&'static str, Line)> {
    let counts = &answer.counts;
    let which = if answer.with_subtechniques {
        "with sub-techniques"
    } else {
        "tagged exactly"
    };
    let replaced = answer.asked.as_ref();
    vec![
        ("Tactics", joined(&answer.tactics)),
        ("Platforms", joined(&answer.platforms)),
        (
            "Asked for",
            replaced.map_or_else(Line::new, |id| toned(Tone::Warn, id)),
        ),
        (
            "Rules",
            Line::new()
                .push(Tone::Strong, counts.tagged_exactly.to_string())
                .plain(" tagged exactly, ")
                .push(Tone::Strong, counts.with_subtechniques.to_string())
                .plain(" with sub-techniques")
                .push(Tone::Faint, format!("; this page counts those {which}")),
        ),
        ("", left_out(&answer.left_out)),
    ]
}

fn combinations(page: &mut Page, rows: &[Combination], shown: Shown) {
    if rows.is_empty() {
        return;
    }
    page.heading("Combinations", shown.count(rows.len()));
    let mut table = Table::new()
        .number("rules")
        .flexible("values looked for together");
    for row in shown.of(rows) {
        let mut line = Line::new();
        for (at, item) in row.items.iter().enumerate() {
            if at > 0 {
                line = line.push(Tone::Faint, " and ");
            }
            line = line
                .push(Tone::Name, &item.field)
                .plain(" ")
                .push(Tone::Value, &item.family);
        }
        table.row(vec![number(row.count), line]);
    }
    page.table(table);
}

fn correlations(page: &mut Page, found: &Correlations, shown: Shown) {
    if found.count == 0 {
        return;
    }
    let rules = plural(found.count, "rule");
    page.heading("Windows, thresholds, keys", rules);
    page.facts(vec![
        ("Kinds", tables::counted(&found.kinds, shown)),
        ("Windows", tables::counted(&found.windows, shown)),
        ("Thresholds", tables::counted(&found.thresholds, shown)),
        ("Keys", tables::counted(&found.keys, shown)),
    ]);
}
