//! A field: how each vendor spells it, and what rules do with it.

use super::{drawings, parts, tables};
use crate::ask::Ask;
use crate::frame::{Frame, Link};
use crate::respond::Reply;
use crate::stop::Stop;
use crate::table::{Cell, Row, Table, TableView, Tone};
use askama::Template;
use tripline_app::Text;
use tripline_app::answers::{FieldUse, Spelling};
use tripline_app::field::field;

#[derive(Template)]
#[template(path = "field.html")]
struct Page {
    frame: Frame,
    field: Text,
    canonical: Text,
    meaning: Text,
    rules: String,
    excluded: usize,
    others: Vec<Link>,
    tables: Vec<TableView>,
}

/// The page; of a name with several meanings the one most used, or `?as=CANONICAL`.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let answer = field(&ask.library, ask.part("name"))?;
    let wanted = ask.query("as").unwrap_or(&answer.name);
    let chosen = answer
        .fields
        .iter()
        .position(|found| found.canonical == wanted);
    let chosen = chosen.unwrap_or(0);
    let others = others(ask, &answer.fields, chosen);
    let mut fields = answer.fields;
    let found = fields.swap_remove(chosen);
    let tables = parts::views(ask, all(ask, &found))?;
    let mut frame = ask
        .frame(&found.field)
        .crumb("Fields", ask.links.page("/fields"))
        .with_schemes(ask)
        .with_tables(&tables);
    frame.about = format!("{}: spellings, operators, values and rules", found.field);
    let name = crate::links::encode(&answer.name);
    frame.api = Some(ask.api(&format!("fields/{name}")));
    Reply::page(&Page {
        frame,
        field: found.field,
        canonical: found.canonical,
        meaning: found.meaning,
        rules: parts::plural(found.rules_total, "rule"),
        excluded: found.excluded_in,
        others,
        tables,
    })
}

/// The other meanings of the name.
fn others(ask: &Ask, fields: &[FieldUse], chosen: usize) -> Vec<Link> {
    let others = fields.iter().enumerate().filter(|(at, _)| *at != chosen);
    let links = others.map(|(_, found)| Link {
        label: format!(
            "{} ({})",
            found.canonical,
            parts::plural(found.rules_total, "rule")
        ),
        href: ask.again(&[("as", &found.canonical)]),
        here: false,
    });
    links.collect()
}

fn all(ask: &Ask, found: &FieldUse) -> Vec<Table> {
    let mut how: Vec<_> = found.how.iter().collect();
    how.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let how = how.into_iter().map(|(operator, count)| {
        Row::new(vec![
            Cell::text(parts::operator(operator)),
            Cell::number(*count),
        ])
    });
    vec![
        spellings(&found.spellings),
        Table::new("operators", "Operators")
            .text("operator", "Operator")
            .number("rules", "Rules")
            .rows(how)
            .drawn(drawings::counts(
                "picture-operators",
                "Rules per operator",
                "operator",
                found
                    .how
                    .iter()
                    .map(|(name, count)| (name.as_str(), *count)),
            )),
        tables::values(ask, "Values", &found.indicators),
        tables::techniques(ask, "Techniques", &found.techniques),
        tables::rules(ask, "rules", "Rules", &found.rules),
    ]
}

fn spellings(spellings: &[Spelling]) -> Table {
    let row = |spelling: &Spelling| {
        Row::new(vec![
            Cell::tone(Tone::Name, spelling.name.as_str()),
            Cell::text(spelling.scheme.as_str()),
            Cell::number(spelling.count),
        ])
    };
    Table::new("spellings", "Spellings")
        .text("name", "Name")
        .text("scheme", "Vendor or scheme")
        .number("rules", "Rules")
        .first(15)
        .rows(spellings.iter().map(row))
}
