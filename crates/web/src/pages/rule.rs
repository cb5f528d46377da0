//! One rule.

use super::drawings::{self, Drawing};
use super::{parts, tables};
use crate::ask::Ask;
use crate::frame::Frame;
use crate::highlight::{self, Mark};
use crate::html::{Html, web_link};
use crate::markdown;
use crate::respond::Reply;
use crate::stop::Stop;
use crate::table::{Cell, Piece, Row, Table, TableView, Tone};
use askama::Template;
use std::collections::BTreeMap;
use tripline_app::Text;
use tripline_app::answers::{RuleAnswer, line_of};
use tripline_app::rule::of_catalog;

#[derive(Template)]
#[template(path = "rule.html")]
struct Page {
    frame: Frame,
    title: Text,
    description: Html,
    facts: Vec<(&'static str, Vec<Piece>)>,
    logic: Vec<(Text, Html)>,
    sequences: Vec<Drawing>,
    body: Html,
    language: Text,
    tables: Vec<TableView>,
    notes: Vec<Note>,
    bench: Option<String>,
    references: Vec<(Text, bool)>,
}

/// A part of what the author says.
struct Note {
    id: &'static str,
    heading: &'static str,
    html: Html,
}

/// The page. An id in another letter case, a title or a path leads to the rule's own address.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let name = ask.part("id");
    let answer = of_catalog(&ask.library, name)?;
    if answer.id != name {
        return Ok(Reply::moved(ask.links.rule(&answer.id)));
    }
    let tables = parts::views(ask, all(ask, &answer))?;
    let notes = notes(&answer);
    let mut frame = ask
        .frame(&answer.title)
        .crumb("Search", ask.links.page("/search"))
        .crumb(
            &answer.vendor,
            ask.links.search(&format!("vendor:{}", answer.vendor)),
        )
        .with_schemes(ask);
    frame.about = format!("{} rule {}", answer.vendor, answer.id);
    let id = crate::links::encode(&answer.id);
    frame.api = Some(ask.api(&format!("rules/{id}")));
    frame.section("body", "Rule", None);
    if !answer.logic.is_empty() {
        frame.section("logic", "Detection logic", None);
    }
    frame = frame.with_tables(&tables);
    for note in &notes {
        frame.section(note.id, note.heading, None);
    }
    let reference = |link: &Text| (link.clone(), web_link(link).is_some());
    Reply::page(&Page {
        frame,
        description: markdown::html(&answer.description),
        facts: facts(ask, &answer),
        body: highlight::html(&answer.body, &marks(&answer)),
        references: answer.references.iter().map(reference).collect(),
        sequences: answer
            .sequences
            .iter()
            .enumerate()
            .map(|(at, steps)| drawings::sequence(at + 1, "Steps of the rule", steps))
            .collect(),
        bench: bench(ask, &answer),
        logic: parts::stages(&answer.logic),
        language: answer.language,
        title: answer.title,
        tables,
        notes,
    })
}

/// The workbench with the rule in it; it has no place in a static site and for what is no query.
fn bench(ask: &Ask, answer: &RuleAnswer) -> Option<String> {
    let page = || {
        let path = "/workbench".to_owned();
        ask.links.with(path, &[("rule", &answer.id)])
    };
    (!ask.on_disk && answer.language != "none").then(page)
}

fn plain(text: impl Into<String>) -> Vec<Piece> {
    let text = text.into();
    if text.is_empty() {
        Vec::new()
    } else {
        vec![Piece::new(Tone::Plain, text)]
    }
}

/// What is known of the rule, name by name; names without a value are left out.
fn facts(ask: &Ask, answer: &RuleAnswer) -> Vec<(&'static str, Vec<Piece>)> {
    let level = answer.level.map_or("", |level| level.name());
    let severity = answer
        .level
        .map(|_| Piece::new(parts::level(level), level))
        .into_iter()
        .collect();
    let class = vec![
        Piece::new(Tone::Plain, parts::operator(answer.class.name())),
        Piece::new(Tone::Faint, format!(": {}", answer.class_reason)),
    ];
    let mut read = vec![
        Piece::new(parts::status(&answer.status), answer.status.as_str()),
        Piece::new(Tone::Faint, format!(", {}", answer.language)),
    ];
    if answer.kind != answer.language {
        read.push(Piece::new(Tone::Faint, format!(" {}", answer.kind)));
    }
    let sources = answer.sources.iter().map(|source| parts::source(source));
    let sources: Vec<&str> = sources.collect();
    let all = vec![
        ("Id", vec![Piece::new(Tone::Name, answer.id.as_str())]),
        ("Techniques", techniques(ask, &answer.techniques)),
        ("Tactics", plain(answer.tactics.join(", "))),
        ("Severity", severity),
        ("Class", class),
        ("Read", read),
        ("Maturity", plain(answer.maturity.as_deref().unwrap_or(""))),
        (
            "Risk score",
            plain(
                answer
                    .risk_score
                    .map_or_else(String::new, |score| score.to_string()),
            ),
        ),
        ("Platforms", plain(answer.platforms.join(", "))),
        ("Sources", plain(sources.join(", "))),
        ("Output fields", plain(answer.output_fields.join(", "))),
        ("Authors", plain(answer.authors.join(", "))),
        ("Created", plain(answer.created.as_deref().unwrap_or(""))),
        ("Modified", plain(answer.modified.as_deref().unwrap_or(""))),
        ("Tags", plain(answer.tags.join(", "))),
        (
            "Licence",
            plain(answer.licence.as_deref().unwrap_or("not stated")),
        ),
        ("File", vec![file(ask, answer)]),
    ];
    all.into_iter()
        .filter(|(_, pieces)| !pieces.is_empty())
        .collect()
}

/// The techniques with their names, as links.
fn techniques(ask: &Ask, ids: &[Text]) -> Vec<Piece> {
    let attack = &ask.library.catalog().attack;
    let mut pieces = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        if at > 0 {
            pieces.push(Piece::new(Tone::Faint, ", "));
        }
        let known = attack.technique(id);
        let name = known.map_or("", |technique| technique.head.name.as_str());
        let label = format!("{id} {name}");
        pieces.push(Piece::new(Tone::Plain, label.trim_end()).to(ask.links.technique(id)));
    }
    pieces
}

/// The rule's file; a link to it where its repository and commit are known.
fn file(ask: &Ask, answer: &RuleAnswer) -> Piece {
    let commit = answer.commit.as_deref().unwrap_or("");
    let short = crate::frame::short(commit);
    let at = if commit.is_empty() { "" } else { " at " };
    let piece = Piece::new(
        Tone::Plain,
        format!("{}/{}{at}{short}", answer.corpus, answer.path),
    );
    let corpora = &ask.library.catalog().meta.corpora;
    let corpus = corpora.iter().find(|corpus| corpus.name == answer.corpus);
    let upstream = corpus.and_then(|corpus| corpus.upstream.as_deref());
    match upstream.filter(|url| url.starts_with("https://github.com/")) {
        // Only of a whole hash is there a short form.
        Some(url) if short != commit => {
            let steps: Vec<String> = answer.path.split('/').map(crate::links::encode).collect();
            piece.out(&format!("{url}/blob/{commit}/{}", steps.join("/")))
        }
        _ => piece,
    }
}

fn all(ask: &Ask, answer: &RuleAnswer) -> Vec<Table> {
    vec![
        indicators(ask, answer),
        exclusions(ask, answer),
        tables::own_events(ask, &answer.events),
        losses(answer),
        requires(answer),
        same_action(ask, answer),
        related(ask, answer),
    ]
}

fn indicators(ask: &Ask, answer: &RuleAnswer) -> Table {
    let rows = answer.indicators.iter().enumerate().map(|(at, row)| {
        let value = parts::value(ask, &row.canonical, &row.operator, &row.value);
        let case = if row.case_sensitive { "exact" } else { "any" };
        let cells = vec![
            Cell::of(vec![parts::field(ask, &row.field, &row.canonical)]),
            Cell::tone(Tone::Faint, parts::operator(&row.operator)),
            Cell::of(value.into_iter().collect()),
            Cell::tone(Tone::Faint, case),
            Cell::number(row.reach),
            Cell::number(row.family_reach),
            Cell::tone(Tone::Faint, parts::counts(&row.reach_by_vendor)),
        ];
        Row::new(cells).anchored(format!("indicator-{at}"))
    });
    Table::new("indicators", "Indicators")
        .note("Reach: rules of the whole catalogue with this value. Family: rules with a value of the same family on the field.")
        .text("field", "Field")
        .text("operator", "Operator")
        .text("value", "Value")
        .text("case", "Case")
        .number("reach", "Reach")
        .number("family", "Family")
        .text("vendors", "Reach by vendor")
        .first(usize::MAX)
        .rows(rows)
}

fn exclusions(ask: &Ask, answer: &RuleAnswer) -> Table {
    let rows = answer.exclusions.iter().enumerate().map(|(at, row)| {
        let scope = Cell::tone(Tone::Faint, tables::scope(row.scope));
        Row::new(vec![parts::clause(ask, &row.clause), scope]).anchored(format!("exclusion-{at}"))
    });
    Table::new("exclusions", "Exclusions")
        .text("clause", "Left out when")
        .text("scope", "Scope")
        .first(usize::MAX)
        .rows(rows)
}

/// What was not held of a rule.
pub(super) fn losses(answer: &RuleAnswer) -> Table {
    let rows = answer.losses.iter().map(|loss| {
        Row::new(vec![
            Cell::tone(Tone::Warn, loss.reason.phrase()),
            Cell::of(parts::sentence(Tone::Plain, &loss.detail)),
            Cell::text(
                loss.span
                    .and_then(|span| line_of(&answer.body, span))
                    .map_or_else(String::new, |at| at.to_string()),
            ),
        ])
    });
    Table::new("losses", "Losses")
        .note("What the representation does not hold.")
        .text("reason", "Reason")
        .text("detail", "What")
        .number("line", "Line")
        .rows(rows)
}

fn requires(answer: &RuleAnswer) -> Table {
    let rows = answer
        .requires
        .iter()
        .map(|need| Row::new(vec![Cell::tone(Tone::Name, parts::source(&need.name))]));
    Table::new("requires", "Requirements")
        .note("What must exist for the rule to run.")
        .text("name", "Name")
        .rows(rows)
}

fn same_action(ask: &Ask, answer: &RuleAnswer) -> Table {
    let rows = answer.same_action.iter().map(|same| {
        let ids: Vec<Text> = same.rules.iter().map(|rule| rule.id.clone()).collect();
        let event = ask.links.event(&same.provider, &same.action);
        Row::new(vec![
            Cell::tone(Tone::Name, same.provider.as_str()),
            Cell::tone(Tone::Value, same.action.as_str()).to(&event),
            parts::rules_cell(ask, ids.len(), &ids),
        ])
    });
    Table::new("same-action", "Rules that find the same action")
        .note("Other rules that count and can fire on the same operation of an audit log.")
        .text("provider", "Log")
        .text("action", "Operation")
        .number("rules", "Other rules")
        .rows(rows)
}

fn related(ask: &Ask, answer: &RuleAnswer) -> Table {
    let rows = answer.related.iter().map(|related| {
        Row::new(vec![
            Cell::text(parts::title(ask, &related.id)).to(&ask.links.rule(&related.id)),
            Cell::tone(Tone::Faint, related.relation.to_string()),
        ])
    });
    Table::new("related", "Related rules")
        .text("rule", "Rule")
        .text("relation", "Relation")
        .rows(rows)
}

fn notes(answer: &RuleAnswer) -> Vec<Note> {
    let positives = parts::bullets(&answer.false_positives);
    let all = [
        ("false-positives", "False positives", positives),
        (
            "setup",
            "Setup",
            answer.setup.as_deref().unwrap_or("").to_owned(),
        ),
        (
            "investigation",
            "Investigation",
            answer.note.as_deref().unwrap_or("").to_owned(),
        ),
    ];
    let note = |(id, heading, text): (_, _, String)| Note {
        id,
        heading,
        html: markdown::html(&text),
    };
    let kept = all
        .into_iter()
        .filter(|(_, _, text)| !text.trim().is_empty());
    kept.map(note).collect()
}

/// Where the tests stand in the body, each with the row that tells about it.
fn marks(answer: &RuleAnswer) -> Vec<Mark> {
    let mut rows: BTreeMap<[u32; 2], String> = BTreeMap::new();
    for (at, row) in answer.exclusions.iter().enumerate() {
        for span in &row.spans {
            rows.entry(*span)
                .or_insert_with(|| format!("#exclusion-{at}"));
        }
    }
    for (at, row) in answer.indicators.iter().enumerate() {
        rows.entry(row.span)
            .or_insert_with(|| format!("#indicator-{at}"));
    }
    let mark = |atom: &tripline_app::answers::SpannedAtom| Mark {
        span: atom.span,
        class: match (atom.excluded, atom.implied) {
            (_, true) => "implied",
            (true, _) => "excluded",
            _ => "wanted",
        },
        href: rows.get(&atom.span).cloned(),
        title: format!(
            "{} {} {}",
            atom.field,
            parts::operator(&atom.operator),
            atom.value
        )
        .trim_end()
        .to_owned(),
    };
    // At one place the first shows: what the author wrote, before what the language adds to it.
    let mut marks: Vec<Mark> = answer.atoms.iter().map(mark).collect();
    marks.sort_by_key(|mark| mark.class == "implied");
    marks
}
