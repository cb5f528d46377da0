//! The tables that several pages show.

use super::parts;
use crate::ask::Ask;
use crate::table::{Cell, Piece, Row, Table, Tone};
use tripline_app::answers::{
    Combination, Counted, EventRow, ExclusionRow, FieldRow, IndicatorRow, RuleRow, Scope,
};

/// Events that rules can fire on.
pub(super) fn events(ask: &Ask, rows: &[EventRow]) -> Table {
    let row = |row: &EventRow| {
        let mut cells = event(ask, &row.provider, &row.event, row.told());
        cells.push(parts::rules_cell(ask, row.count, &row.rules));
        cells.push(Cell::tone(Tone::Faint, parts::counts(&row.by_vendor)));
        Row::new(cells)
    };
    Table::new("events", "Events covered")
        .note("What an endpoint sensor reports counts as the events that systems log of the same happening.")
        .text("provider", "Provider")
        .text("event", "Event")
        .text("title", "Title")
        .number("rules", "Rules")
        .text("vendors", "Vendors")
        .rows_for(ask, rows.iter().map(row))
}

/// What names an event: its provider, itself, its title.
pub(super) fn event(ask: &Ask, provider: &str, event: &str, title: &str) -> Vec<Cell> {
    vec![
        Cell::text(provider).to(&ask.links.provider(provider)),
        Cell::tone(Tone::Name, event).to(&ask.links.event(provider, event)),
        Cell::text(title),
    ]
}

/// Events that one rule can fire on.
pub(super) fn own_events(ask: &Ask, rows: &[EventRow]) -> Table {
    let row = |row: &EventRow| Row::new(event(ask, &row.provider, &row.event, row.told()));
    Table::new("events", "Events covered")
        .text("provider", "Provider")
        .text("event", "Event")
        .text("title", "Title")
        .rows_for(ask, rows.iter().map(row))
}

/// Fields that rules filter on.
pub(super) fn fields(ask: &Ask, rows: &[FieldRow]) -> Table {
    let row = |row: &FieldRow| {
        Row::new(vec![
            Cell::of(vec![parts::field(ask, &row.field, &row.canonical)]),
            parts::rules_cell(ask, row.count, &row.rules),
            Cell::tone(Tone::Faint, parts::operator(&parts::counts(&row.how))),
            parts::rules_cell(ask, row.excluded_in, &row.excluded_rules),
            samples(ask, row),
        ])
    };
    Table::new("fields", "Fields filtered most")
        .note("A rule may use several operators on a field, so they can add up to more than its rules.")
        .text("field", "Field")
        .number("rules", "Rules")
        .text("how", "How")
        .number("excluded", "Only excluded")
        .text("values", "Most used values")
        .rows_for(ask, rows.iter().map(row))
}

fn samples(ask: &Ask, row: &FieldRow) -> Cell {
    let mut pieces = Vec::new();
    for (at, sample) in row.samples.iter().take(3).enumerate() {
        if at > 0 {
            pieces.push(Piece::new(Tone::Faint, ", "));
        }
        pieces.extend(parts::value(
            ask,
            &row.canonical,
            &sample.operator,
            &sample.value,
        ));
    }
    Cell::of(pieces)
}

/// What rules look for. Tests that only select events come in with `?routing=1`.
pub(super) fn indicators(ask: &Ask, caption: &str, rows: &[IndicatorRow]) -> Table {
    listed(ask, caption, rows, false)
}

/// Indicators where the rules here are all rules with them: nothing compares here with elsewhere.
pub(super) fn values(ask: &Ask, caption: &str, rows: &[IndicatorRow]) -> Table {
    listed(ask, caption, rows, true)
}

fn listed(ask: &Ask, caption: &str, rows: &[IndicatorRow], whole: bool) -> Table {
    let routing = ask.flag("routing");
    let kept: Vec<&IndicatorRow> = rows.iter().filter(|row| routing || !row.routing).collect();
    let left = rows.len() - kept.len();
    let mut note = String::new();
    if !whole {
        note.push_str(
            "Reach: rules of the whole catalogue with this value, those here included; * no rule elsewhere has it. ",
        );
    }
    note.push_str("Family: rules with a value of the same family on the field.");
    if left > 0 {
        note.push(' ');
        note.push_str(&parts::plural(left, "row"));
        note.push_str(" that only select events are left out.");
    }
    let table = Table::new("indicators", caption)
        .note(&note)
        .text("field", "Field")
        .text("operator", "Operator")
        .text("value", "Value");
    let table = if whole {
        table.number("here", "Rules")
    } else {
        table.number("here", "Here").number("reach", "Reach")
    };
    let by_vendor = if whole {
        "By vendor"
    } else {
        "Reach by vendor"
    };
    table
        .number("family", "Family")
        .text("vendors", by_vendor)
        .rows_for(ask, kept.into_iter().map(|row| indicator(ask, row, whole)))
}

fn indicator(ask: &Ask, row: &IndicatorRow, whole: bool) -> Row {
    let mut reach = Cell::number(row.reach);
    if row.specific {
        reach.pieces.push(Piece::new(Tone::Good, "*"));
    }
    let value = parts::value(ask, &row.canonical, &row.operator, &row.value);
    let mut cells = vec![
        Cell::of(vec![parts::field(ask, &row.field, &row.canonical)]),
        Cell::tone(Tone::Faint, parts::operator(&row.operator)),
        Cell::of(value.into_iter().collect()),
        parts::rules_cell(ask, row.count, &row.rules),
    ];
    cells.extend((!whole).then_some(reach));
    cells.push(Cell::number(row.family_reach));
    cells.push(Cell::tone(Tone::Faint, parts::counts(&row.reach_by_vendor)));
    Row::new(cells)
}

/// What rules leave out.
pub(super) fn exclusions(ask: &Ask, rows: &[ExclusionRow]) -> Table {
    let row = |row: &ExclusionRow| {
        Row::new(vec![
            parts::clause(ask, &row.clause),
            Cell::tone(Tone::Faint, scope(row.scope)),
            parts::rules_cell(ask, row.count, &row.rules),
        ])
    };
    Table::new("exclusions", "Common exclusions")
        .text("clause", "Left out when")
        .text("scope", "Scope")
        .number("rules", "Rules")
        .rows_for(ask, rows.iter().map(row))
}

/// What an exclusion applies to, in words.
pub(super) fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Rule => "whole rule",
        Scope::Branch => "one branch",
    }
}

/// Values that stand together in one conjunction.
pub(super) fn combinations(ask: &Ask, rows: &[Combination]) -> Table {
    let row = |row: &Combination| {
        let mut pieces = Vec::new();
        for (at, item) in row.items.iter().enumerate() {
            if at > 0 {
                pieces.push(Piece::new(Tone::Faint, " and "));
            }
            pieces.push(parts::field(ask, &item.field, &item.canonical));
            pieces.push(Piece::new(Tone::Plain, " "));
            pieces.extend(parts::value(ask, &item.canonical, "", &item.family));
        }
        Row::new(vec![
            Cell::of(pieces),
            parts::rules_cell(ask, row.count, &row.rules),
        ])
    };
    Table::new("combinations", "Combinations")
        .note("Values that at least two rules look for together, the first 200.")
        .text("values", "Values looked for together")
        .number("rules", "Rules")
        .first(12)
        .rows_for(ask, rows.iter().map(row))
}

/// Values with their rules.
pub(super) fn counted(
    ask: &Ask,
    id: &'static str,
    caption: &str,
    label: &'static str,
    rows: &[Counted],
) -> Table {
    let row = |row: &Counted| {
        let cell = Cell::tone(Tone::Name, row.value.as_str());
        Row::new(vec![cell, parts::rules_cell(ask, row.count, &row.rules)])
    };
    Table::new(id, caption)
        .text("value", label)
        .number("rules", "Rules")
        .first(10)
        .rows_for(ask, rows.iter().map(row))
}

/// Techniques with their names and rules.
pub(super) fn techniques(ask: &Ask, caption: &str, rows: &[Counted]) -> Table {
    let attack = &ask.library.catalog().attack;
    let row = |row: &Counted| {
        let link = ask.links.technique(&row.value);
        let known = attack.technique(&row.value);
        let name = known.map_or("", |technique| technique.head.name.as_str());
        Row::new(vec![
            Cell::tone(Tone::Name, row.value.as_str()).to(&link),
            Cell::text(name),
            parts::rules_cell(ask, row.count, &row.rules),
        ])
    };
    Table::new("techniques", caption)
        .text("id", "Technique")
        .text("name", "Name")
        .number("rules", "Rules")
        .first(10)
        .rows_for(ask, rows.iter().map(row))
}

/// Rules as a list.
pub(super) fn rules(ask: &Ask, id: &'static str, caption: &str, rows: &[RuleRow]) -> Table {
    Table::new(id, caption)
        .text("title", "Title")
        .text("vendor", "Vendor")
        .text("language", "Language")
        .text("severity", "Severity")
        .text("class", "Class")
        .text("read", "Read")
        .rows_for(ask, rows.iter().map(|row| rule(ask, row)))
}

/// One rule of a list.
pub(super) fn rule(ask: &Ask, row: &RuleRow) -> Row {
    let level = row.level.map_or("", |level| level.name());
    Row::new(vec![
        Cell::text(row.title.as_str()).to(&ask.links.rule(&row.id)),
        Cell::text(row.vendor.as_str()),
        Cell::tone(Tone::Faint, row.language.as_str()),
        Cell::tone(parts::level(level), level),
        Cell::tone(Tone::Faint, parts::operator(row.class.name())),
        Cell::tone(parts::status(&row.status), row.status.as_str()),
    ])
}
