//! The tables of the authoring guide, as several pages show them.

use super::parts::{self, Shown, counts, joined, number, operator, plural};
use crate::layout::{Line, Page, Table, Tone, toned};
use tripline_app::answers::{
    Counted, EventRow, ExclusionRow, FieldRow, IndicatorRow, RuleRow, Scope,
};

/// Events that rules can fire on.
pub(super) fn events(page: &mut Page, rows: &[EventRow], shown: Shown) {
    if rows.is_empty() {
        return;
    }
    page.heading("Events covered", shown.count(rows.len()));
    let table = Table::new().text("provider").text("event");
    let mut table = table.flexible("title").number("rules").text("vendors");
    for row in shown.of(rows) {
        table.row(vec![
            row.provider.as_str().into(),
            toned(Tone::Name, &row.event),
            row.told().into(),
            number(row.count),
            toned(Tone::Faint, counts(&row.by_vendor)),
        ]);
    }
    page.table(table);
    page.remark(
        "what an endpoint sensor reports counts as the events that systems log of the same happening",
    );
}

/// Fields that rules filter on.
pub(super) fn fields(page: &mut Page, rows: &[FieldRow], shown: Shown) {
    let rows: Vec<&FieldRow> = rows
        .iter()
        .filter(|row| shown.all() || !row.routing)
        .collect();
    if rows.is_empty() {
        return;
    }
    page.heading("Fields filtered most", shown.count(rows.len()));
    let table = Table::new().flexible("field").number("rules");
    let mut table = table
        .flexible("how")
        .number("only excluded")
        .flexible("most used values");
    for row in shown.of(&rows) {
        table.row(vec![
            toned(Tone::Name, &row.field),
            number(row.count),
            toned(Tone::Faint, operator(&counts(&row.how))),
            number(row.excluded_in),
            samples(row),
        ]);
    }
    page.table(table);
    page.remark(
        "a rule may use several operators on a field, so they can add up to more than its rules",
    );
}

fn samples(row: &FieldRow) -> Line {
    let mut line = Line::new();
    for (at, sample) in row.samples.iter().take(3).enumerate() {
        if at > 0 {
            line = line.plain(", ");
        }
        line.0.extend(parts::value(&sample.value).0);
    }
    line
}

/// What rules look for. Tests that only select events are left out unless all rows are shown.
pub(super) fn indicators(page: &mut Page, heading: &str, rows: &[IndicatorRow], shown: Shown) {
    listed(page, heading, rows, (shown, false));
}

/// Indicators where the rules here are all rules with them: nothing compares here with elsewhere.
pub(super) fn values(page: &mut Page, heading: &str, rows: &[IndicatorRow], shown: Shown) {
    listed(page, heading, rows, (shown, true));
}

fn listed(page: &mut Page, heading: &str, rows: &[IndicatorRow], (shown, whole): (Shown, bool)) {
    let kept: Vec<&IndicatorRow> = rows
        .iter()
        .filter(|row| shown.all() || !row.routing)
        .collect();
    if kept.is_empty() {
        return;
    }
    page.heading(heading, shown.count(kept.len()));
    let table = Table::new().flexible("field").text("operator");
    let table = table.flexible("value");
    let table = if whole {
        table.number("rules")
    } else {
        table.number("here").number("reach")
    };
    let by_vendor = if whole {
        "by vendor"
    } else {
        "reach by vendor"
    };
    let mut table = table.number("family").text(by_vendor);
    for row in shown.of(&kept) {
        let reach = if row.specific {
            toned(Tone::Good, format!("{}*", row.reach))
        } else {
            Line::from(format!("{} ", row.reach))
        };
        let mut cells = vec![
            toned(Tone::Name, &row.field),
            toned(Tone::Faint, operator(&row.operator)),
            parts::operand(&row.operator, &row.value),
            number(row.count),
        ];
        cells.extend((!whole).then_some(reach));
        cells.push(number(row.family_reach));
        cells.push(toned(Tone::Faint, counts(&row.reach_by_vendor)));
        table.row(cells);
    }
    page.table(table);
    let family = "family: rules with a value of the same family on the field";
    if whole {
        page.remark(family);
    } else {
        page.remark(format!(
            "reach: rules of the whole catalogue with this value, those here included; \
             * no rule elsewhere has it; {family}"
        ));
    }
    let routing = rows.len() - kept.len();
    if routing > 0 {
        page.remark(format!(
            "{} that only select events are not shown",
            plural(routing, "row")
        ));
    }
}

/// What rules leave out.
pub(super) fn exclusions(page: &mut Page, rows: &[ExclusionRow], shown: Shown) {
    if rows.is_empty() {
        return;
    }
    page.heading("Common exclusions", shown.count(rows.len()));
    let mut table = Table::new()
        .number("rules")
        .text("scope")
        .flexible("left out when");
    for row in shown.of(rows) {
        table.row(vec![
            number(row.count),
            toned(Tone::Faint, scope(row.scope)),
            parts::clause(&row.clause),
        ]);
    }
    page.table(table);
}

/// What an exclusion applies to, in words.
pub(super) fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Rule => "whole rule",
        Scope::Branch => "one branch",
    }
}

/// Values with their number of rules, on one line.
pub(super) fn counted(rows: &[Counted], shown: Shown) -> Line {
    let texts: Vec<String> = shown
        .of(rows)
        .iter()
        .map(|row| format!("{} ({})", row.value, row.count))
        .collect();
    joined(&texts)
}

/// Rules as a list.
pub(super) fn rules(page: &mut Page, heading: &str, rows: &[RuleRow], shown: Shown) {
    if rows.is_empty() {
        return;
    }
    page.heading(heading, shown.count(rows.len()));
    let table = Table::new().text("vendor").flexible("title");
    let mut table = table.text("severity").text("class").text("read").id("id");
    for row in shown.of(rows) {
        table.row(rule(row));
    }
    page.table(table);
}

/// The cells of one rule.
pub(super) fn rule(row: &RuleRow) -> Vec<Line> {
    let level = row.level.map_or("", |level| level.name());
    vec![
        toned(Tone::Faint, &row.vendor),
        row.title.as_str().into(),
        toned(parts::level(level), level),
        toned(Tone::Faint, operator(row.class.name())),
        toned(parts::status(&row.status), &row.status),
        toned(Tone::Faint, &row.id),
    ]
}
