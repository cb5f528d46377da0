//! The workbench: a rule is pasted, read, and compared with the catalogue.

use super::{parts, tables};
use crate::ask::Ask;
use crate::frame::Frame;
use crate::highlight::{self, Mark};
use crate::html::Html;
use crate::respond::Reply;
use crate::stop::Stop;
use crate::table::{Cell, Piece, Row, Table, TableView, Tone};
use askama::Template;
use tripline_app::Text;
use tripline_app::answers::{Additions, FamilyItem, Review, TechniqueGuess};
use tripline_app::check::languages;
use tripline_app::workbench::{
    DiagnosticRow, MAX_RULES, MAX_TEXT, WorkbenchAnswer, WorkbenchRequest, of_rule, workbench,
};

#[derive(Template)]
#[template(path = "workbench.html")]
struct Page {
    frame: Frame,
    sent: String,
    languages: Vec<(&'static str, bool)>,
    most: usize,
    result: Option<Found>,
}

impl Page {
    /// A language as people write it.
    fn shown(name: &str) -> &str {
        match name {
            "sigma" => "Sigma",
            "eql" => "EQL",
            "kuery" => "KQL of Kibana",
            "lucene" => "Lucene",
            "esql" => "ES|QL",
            "spl" => "SPL",
            "kusto" => "Kusto",
            "yaral" => "YARA-L",
            other => other,
        }
    }
}

/// What was found in a text.
struct Found {
    /// The text was sent, and so looked at for flaws.
    checked: bool,
    total: usize,
    most: usize,
    diagnostics: Option<TableView>,
    marked: Option<Html>,
    rules: Vec<Rule>,
}

/// A rule of the text.
struct Rule {
    title: String,
    status: Piece,
    logic: Vec<(Text, Html)>,
    tables: Vec<TableView>,
}

/// The workbench before a text was sent: empty, or with the rule of the catalogue that `rule` names.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let Some(id) = ask.query("rule") else {
        return show(ask, "", ask.query("language"), None);
    };
    let (request, answer) = of_rule(&ask.library, id)?;
    show(
        ask,
        &request.text,
        request.language.as_deref(),
        Some(answer),
    )
}

/// The workbench with what was found in the text that was sent.
pub(crate) fn sent(ask: &Ask) -> Result<Reply, Stop> {
    let answer = workbench(&ask.library, &request(ask))?;
    show(ask, ask.sent(), ask.query("language"), Some(answer))
}

/// What the sent text asks for.
pub(crate) fn request(ask: &Ask) -> WorkbenchRequest {
    WorkbenchRequest {
        text: ask.sent().to_owned(),
        language: ask.query("language").map(str::to_owned),
    }
}

fn show(
    ask: &Ask,
    text: &str,
    language: Option<&str>,
    answer: Option<WorkbenchAnswer>,
) -> Result<Reply, Stop> {
    let result = answer.map(|answer| found(ask, text, &answer));
    let result = result.transpose()?;
    let mut frame = ask.frame("Workbench");
    frame.about = "Paste a rule: what it does, what is wrong with it, what others add".into();
    if let Some(result) = &result {
        let diagnostics = result.diagnostics.as_slice();
        frame = frame.with_tables(diagnostics);
        for rule in &result.rules {
            frame = frame.with_tables(&rule.tables);
        }
    }
    let chosen = |name: &'static str| (name, Some(name) == language);
    Reply::page(&Page {
        frame,
        sent: text.to_owned(),
        languages: languages().into_iter().map(chosen).collect(),
        most: MAX_TEXT / 1024,
        result,
    })
}

fn found(ask: &Ask, text: &str, answer: &WorkbenchAnswer) -> Result<Found, Stop> {
    let rules = answer.rules.iter().enumerate();
    let rules: Result<Vec<Rule>, Stop> = rules.map(|(at, review)| rule(ask, at, review)).collect();
    let diagnostics = parts::views(ask, vec![diagnostics(ask, &answer.diagnostics)])?.pop();
    Ok(Found {
        checked: !ask.sent().is_empty(),
        total: answer.rules_total,
        most: MAX_RULES,
        diagnostics,
        marked: marked(text, &answer.diagnostics),
        rules: rules?,
    })
}

/// The text with the places of its diagnostics, where they have some.
fn marked(text: &str, rows: &[DiagnosticRow]) -> Option<Html> {
    let mark = |row: &DiagnosticRow| {
        Some(Mark {
            span: row.span?,
            class: "flaw",
            href: None,
            title: row.message.clone(),
        })
    };
    let marks: Vec<Mark> = rows.iter().filter_map(mark).collect();
    (!marks.is_empty()).then(|| highlight::html(text, &marks))
}

fn diagnostics(ask: &Ask, rows: &[DiagnosticRow]) -> Table {
    let row = |row: &DiagnosticRow| {
        let place = match (row.line, row.column) {
            (Some(line), Some(column)) => format!("{line}:{column}"),
            _ => String::new(),
        };
        // A command is no use here: the code leads to the same text.
        let hint = row.hint.as_deref().unwrap_or("");
        let hint = if hint.starts_with("`tripline explain") {
            ""
        } else {
            hint
        };
        Row::new(vec![
            Cell::tone(Tone::Name, place),
            Cell::tone(parts::severity(&row.severity), row.severity.as_str()),
            super::codes::link(ask, Tone::Name, &row.code),
            Cell::of(parts::sentence(Tone::Plain, &row.message)),
            Cell::of(parts::sentence(Tone::Faint, hint)),
        ])
    };
    Table::new("diagnostics", "Diagnostics")
        .bare()
        .text("place", "Place")
        .text("severity", "Severity")
        .text("code", "Code")
        .text("message", "What is wrong")
        .text("hint", "What to do")
        .first(200)
        .rows(rows.iter().map(row))
}

fn rule(ask: &Ask, at: usize, review: &Review) -> Result<Rule, Stop> {
    let rule = &review.rule;
    let mut all = vec![
        super::rule::losses(rule),
        guesses(ask, &review.techniques),
        tables::own_events(ask, &rule.events),
        indicators(ask, review),
        exclusions(ask, review),
        sharing(ask, review),
    ];
    for additions in &review.additions {
        all.extend(added(ask, additions));
    }
    let all = all.into_iter().map(|table| table.bare().numbered(at + 1));
    Ok(Rule {
        title: rule.title.to_string(),
        status: Piece::new(parts::status(&rule.status), rule.status.as_str()),
        logic: parts::stages(&rule.logic),
        tables: parts::views(ask, all.collect())?,
    })
}

fn guesses(ask: &Ask, rows: &[TechniqueGuess]) -> Table {
    let row = |row: &TechniqueGuess| {
        let mut reasons = Vec::new();
        for (at, reason) in row.reasons.iter().take(4).enumerate() {
            if at > 0 {
                reasons.push(Piece::new(Tone::Faint, "; "));
            }
            reasons.extend(family(ask, &reason.family));
            let of = format!(" {} of {} rules", reason.count, reason.reach);
            reasons.push(Piece::new(Tone::Faint, of));
        }
        Row::new(vec![
            Cell::tone(Tone::Name, row.id.as_str()).to(&ask.links.technique(&row.id)),
            Cell::text(row.name.as_str()),
            Cell::tone(Tone::Faint, if row.tagged { "tagged" } else { "guessed" }),
            Cell::text(if row.support > 0.0 {
                format!("{:.2}", row.support)
            } else {
                String::new()
            }),
            Cell::of(reasons),
        ])
    };
    Table::new("techniques", "Techniques")
        .note(
            "Support: over the values that the rule looks for, the sum of the shares of their rules that count under the \
             technique; a common value weighs less than a rare one.",
        )
        .text("id", "Technique")
        .text("name", "Name")
        .text("how", "How")
        .text("support", "Support")
        .text("reasons", "Because of")
        .rows(rows.iter().map(row))
}

fn exclusions(ask: &Ask, review: &Review) -> Table {
    let rows = review.rule.exclusions.iter().map(|row| {
        let scope = Cell::tone(Tone::Faint, tables::scope(row.scope));
        Row::new(vec![parts::clause(ask, &row.clause), scope])
    });
    Table::new("exclusions", "Exclusions")
        .text("clause", "Left out when")
        .text("scope", "Scope")
        .first(50)
        .rows(rows)
}

fn family(ask: &Ask, item: &FamilyItem) -> Vec<Piece> {
    let mut pieces = vec![parts::field(ask, &item.field, &item.canonical)];
    pieces.push(Piece::new(Tone::Plain, " "));
    pieces.extend(parts::value(ask, &item.canonical, "", &item.family));
    pieces
}

fn indicators(ask: &Ask, review: &Review) -> Table {
    let rows = review.rule.indicators.iter().map(|row| {
        let value = parts::value(ask, &row.canonical, &row.operator, &row.value);
        Row::new(vec![
            Cell::of(vec![parts::field(ask, &row.field, &row.canonical)]),
            Cell::tone(Tone::Faint, parts::operator(&row.operator)),
            Cell::of(value.into_iter().collect()),
            Cell::number(row.reach),
            Cell::number(row.family_reach),
        ])
    });
    Table::new("indicators", "Indicators")
        .note("Reach and family: rules of the catalogue with this value, and with a value of its family.")
        .text("field", "Field")
        .text("operator", "Operator")
        .text("value", "Value")
        .number("reach", "Reach")
        .number("family", "Family")
        .first(50)
        .rows(rows)
}

/// The first techniques of a rule; its own page has them all.
fn techniques(ask: &Ask, ids: &[Text]) -> Cell {
    const SHOWN: usize = 4;
    let mut pieces = parts::techniques(ask, &ids[..ids.len().min(SHOWN)]);
    if ids.len() > SHOWN {
        let more = format!(" +{}", ids.len() - SHOWN);
        pieces.push(Piece::new(Tone::Faint, more));
    }
    Cell::of(pieces)
}

fn sharing(ask: &Ask, review: &Review) -> Table {
    let rows = review.sharing.iter().map(|row| {
        let mut families = Vec::new();
        for (at, item) in row.families.iter().take(4).enumerate() {
            if at > 0 {
                families.push(Piece::new(Tone::Faint, ", "));
            }
            families.extend(family(ask, item));
        }
        Row::new(vec![
            Cell::text(row.rule.title.as_str()).to(&ask.links.rule(&row.rule.id)),
            Cell::text(row.rule.vendor.as_str()),
            techniques(ask, &row.techniques),
            Cell::number(row.families.len()),
            Cell::of(families),
        ])
    });
    Table::new("sharing", "Rules that look for the same")
        .text("title", "Rule")
        .text("vendor", "Vendor")
        .text("techniques", "Techniques")
        .number("shared", "Shared")
        .text("families", "Families")
        .rows(rows)
}

/// What the guide of a technique has that the rule has not.
fn added(ask: &Ask, additions: &Additions) -> Vec<Table> {
    let caption = |what: &str| format!("{what} of {} that the rule has not", additions.technique);
    vec![
        tables::events(ask, &additions.events).named("added-events", &caption("Events")),
        tables::indicators(ask, "", &additions.indicators)
            .named("added-indicators", &caption("Indicators")),
        tables::exclusions(ask, &additions.exclusions)
            .named("added-exclusions", &caption("Exclusions")),
    ]
}
