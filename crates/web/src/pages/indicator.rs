//! A family of values of a field: every rule that uses it.

use super::{parts, tables};
use crate::ask::Ask;
use crate::frame::Frame;
use crate::respond::Reply;
use crate::stop::Stop;
use crate::table::{Cell, Piece, Row, Table, TableView, Tone};
use askama::Template;
use tripline_app::answers::{Beside, IndicatorAnswer};
use tripline_app::indicator::indicator;

#[derive(Template)]
#[template(path = "indicator.html")]
struct Page {
    frame: Frame,
    field: Piece,
    family: String,
    rules: String,
    vendors: String,
    excluded: Option<String>,
    tables: Vec<TableView>,
}

/// The page of `?field=..&value=..`.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let (field, value) = (ask.query("field"), ask.query("value"));
    let (field, value) = (field.unwrap_or(""), value.unwrap_or(""));
    let answer = indicator(&ask.library, field, value)?;
    let tables = parts::views(ask, all(ask, &answer))?;
    let shown = parts::visible(&answer.family);
    let mut frame = ask
        .frame(&format!("{} {shown}", answer.field))
        .crumb("Fields", ask.links.page("/fields"))
        .crumb(&answer.field, ask.links.field(&answer.canonical))
        .with_schemes(ask)
        .with_tables(&tables);
    frame.about = format!(
        "{}: the detection rules that look for {shown}",
        answer.field
    );
    frame.api = Some(ask.api("indicators"));
    Reply::page(&Page {
        frame,
        field: parts::field(ask, &answer.field, &answer.canonical),
        family: shown,
        rules: parts::plural(answer.rules_total, "rule"),
        vendors: parts::counts(&answer.by_vendor),
        excluded: (answer.excluded_in > 0).then(|| parts::plural(answer.excluded_in, "rule")),
        tables,
    })
}

fn all(ask: &Ask, answer: &IndicatorAnswer) -> Vec<Table> {
    vec![
        values(ask, answer),
        beside(ask, &answer.beside),
        tables::techniques(ask, "Techniques", &answer.techniques),
        tables::rules(ask, "rules", "Rules", &answer.rules),
        tables::rules(
            ask,
            "excluding",
            "Rules that only leave it out",
            &answer.excluding_rules,
        ),
    ]
}

/// The values of the family as rules write them.
fn values(ask: &Ask, answer: &IndicatorAnswer) -> Table {
    let rows = answer.values.iter().map(|row| {
        Row::new(vec![
            Cell::tone(Tone::Faint, parts::operator(&row.operator)),
            Cell::tone(Tone::Value, parts::visible(&row.value)),
            parts::rules_cell(ask, row.count, &row.rules),
            Cell::tone(Tone::Faint, parts::counts(&row.reach_by_vendor)),
        ])
    });
    Table::new("values", "Values of the family")
        .text("operator", "Operator")
        .text("value", "Value")
        .number("rules", "Rules")
        .text("vendors", "Vendors")
        .rows(rows)
}

/// What the same rules look for besides.
fn beside(ask: &Ask, rows: &[Beside]) -> Table {
    let rows = rows.iter().map(|row| {
        let value = parts::value(ask, &row.canonical, "", &row.family);
        Row::new(vec![
            Cell::of(vec![parts::field(ask, &row.field, &row.canonical)]),
            Cell::of(value.into_iter().collect()),
            parts::rules_cell(ask, row.count, &row.rules),
        ])
    });
    Table::new("beside", "Looked for besides")
        .note("Families that at least two of these rules look for too, the first 50.")
        .text("field", "Field")
        .text("family", "Family")
        .number("rules", "Rules with both")
        .first(12)
        .rows(rows)
}
