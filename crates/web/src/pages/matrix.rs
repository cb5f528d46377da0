//! The matrix: tactics and techniques with their rules, filtered, or two sides of it.

use super::drawings::Drawing;
use super::{drawings, parts};
use crate::ask::Ask;
use crate::frame::Frame;
use crate::respond::{JSON, Reply};
use crate::stop::Stop;
use crate::table::{Cell, Row, Table, TableView, Tone};
use askama::Template;
use tripline_app::Text;
use tripline_app::answers::{Comparison, Coverage, CoverageRow};
use tripline_app::coverage::{CoverageQuery, coverage, navigator};

#[derive(Template)]
#[template(path = "matrix.html")]
struct Page {
    frame: Frame,
    covered: usize,
    known: usize,
    filters: Vec<Select>,
    compared: Option<Compared>,
    names: Option<String>,
    layer: String,
    drawing: Drawing,
    tables: Vec<TableView>,
}

/// A choice of the form.
struct Select {
    name: &'static str,
    label: &'static str,
    /// Value, what is shown, whether it is chosen.
    options: Vec<(String, String, bool)>,
}

struct Compared {
    left: Text,
    right: Text,
    both: usize,
    only_left: usize,
    only_right: usize,
}

/// What the query asks for.
pub(crate) fn query(ask: &Ask) -> CoverageQuery {
    let owned = |name| ask.query(name).map(str::to_owned);
    let sides = match (ask.query("left"), ask.query("right")) {
        (None, None) => None,
        (left, right) => Some(format!(
            "{}..{}",
            left.unwrap_or("all"),
            right.unwrap_or("rest")
        )),
    };
    CoverageQuery {
        platform: owned("platform"),
        vendor: owned("vendor"),
        class: owned("class"),
        compare: owned("compare").or(sides),
    }
}

/// The page.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let answer = coverage(&ask.library, &query(ask))?;
    if ask.query("layer").is_some() {
        let layer = format!("{:#}\n", navigator(&ask.library, &answer));
        return Ok(Reply::new(JSON, layer).saved_as("tripline-navigator.json"));
    }
    let tables = parts::views(ask, vec![tactics(&answer), techniques(ask, &answer)])?;
    let mut frame = ask.frame("Matrix");
    frame.about = "ATT&CK matrix with the detection rules of every technique".into();
    frame.api = Some(ask.api("techniques"));
    Reply::page(&Page {
        names: frame.names.clone(),
        covered: answer.covered,
        known: answer.techniques,
        filters: filters(ask, &answer),
        compared: answer.comparison.as_ref().map(compared),
        layer: ask.again(&[("layer", "navigator")]),
        drawing: drawings::matrix(ask, &answer),
        tables,
        frame,
    })
}

fn compared(comparison: &Comparison) -> Compared {
    Compared {
        left: comparison.left.name.clone(),
        right: comparison.right.name.clone(),
        both: comparison.both.len(),
        only_left: comparison.only_left.len(),
        only_right: comparison.only_right.len(),
    }
}

/// What is chosen for a name of the form; `compare=LEFT..RIGHT` names both sides.
fn chosen<'a>(ask: &'a Ask, name: &str) -> &'a str {
    let sides = ask.query("compare").and_then(|both| both.split_once(".."));
    match (name, sides) {
        ("left", Some((left, _))) => left,
        ("right", Some((_, right))) => right,
        _ => ask.query(name).unwrap_or(""),
    }
}

fn filters(ask: &Ask, answer: &Coverage) -> Vec<Select> {
    let choices = &answer.choices;
    let select = |name, label, first: (&str, &str), names: Vec<String>| {
        let chosen = chosen(ask, name);
        let all = names.into_iter().map(|name| {
            let shown = name.replace('_', " ");
            (name, shown)
        });
        let first = std::iter::once((first.0.to_owned(), first.1.to_owned()));
        Select {
            name,
            label,
            options: first
                .chain(all)
                .map(|(value, shown)| {
                    let here = value.eq_ignore_ascii_case(chosen);
                    (value, shown, here)
                })
                .collect(),
        }
    };
    let owned = |names: &[Text]| -> Vec<String> { names.iter().map(ToString::to_string).collect() };
    let mut classes = owned(&choices.classes);
    classes.push("any".to_owned());
    let mut sides = vec!["all".to_owned()];
    sides.extend(owned(&choices.vendors));
    let own = choices
        .corpora
        .iter()
        .filter(|name| !choices.vendors.contains(name));
    sides.extend(own.map(|name| format!("corpus:{name}")));
    vec![
        select(
            "platform",
            "Platform",
            ("", "every platform"),
            owned(&choices.platforms),
        ),
        select(
            "vendor",
            "Vendor",
            ("", "every vendor"),
            owned(&choices.vendors),
        ),
        select("class", "Class", ("", "those that count"), classes),
        select("left", "Compare", ("", "nothing"), sides.clone()),
        select("right", "with", ("", "the rest"), sides),
    ]
}

fn tactics(answer: &Coverage) -> Table {
    Table::new("tactics", "Tactics")
        .text("tactic", "Tactic")
        .number("techniques", "Techniques")
        .number("covered", "With a rule")
        .note(
            "Techniques without a parent; one counts when it or a sub-technique of it has a rule.",
        )
        .rows(answer.tactics.iter().map(|tactic| {
            Row::new(vec![
                Cell::text(tactic.name.as_str()),
                Cell::number(tactic.techniques.len()),
                Cell::number(tactic.covered),
            ])
        }))
}

fn techniques(ask: &Ask, answer: &Coverage) -> Table {
    let table = Table::new("techniques", "Techniques")
        .text("id", "Id")
        .text("name", "Name")
        .text("tactics", "Tactics");
    let table = match &answer.comparison {
        None => table
            .number("rules", "Rules")
            .number("with", "With sub-techniques"),
        Some(sides) => table
            .number("left", sides.left.name.to_string())
            .number("right", sides.right.name.to_string())
            .text("side", "Side"),
    };
    let row = |row: &CoverageRow| {
        let link = ask.links.technique(&row.id);
        let mut cells = vec![
            Cell::tone(Tone::Name, row.id.as_str()).to(&link),
            Cell::text(parts::name_or_id(&row.name, &row.id)).to(&link),
            Cell::tone(Tone::Faint, parts::tactics(ask, &row.tactics)),
        ];
        match row.sides {
            None => cells.extend([
                Cell::number(row.count),
                Cell::number(row.with_subtechniques),
            ]),
            Some(sides) => {
                let side = match (sides.left > 0, sides.right > 0) {
                    (true, true) => "both",
                    (true, false) => "only the first",
                    (false, true) => "only the second",
                    (false, false) => "neither",
                };
                cells.extend([
                    Cell::number(sides.left),
                    Cell::number(sides.right),
                    Cell::text(side),
                ]);
            }
        }
        Row::new(cells)
    };
    table.rows(
        answer
            .rows
            .iter()
            .filter(|row| parts::is_listed(row))
            .map(row),
    )
}
