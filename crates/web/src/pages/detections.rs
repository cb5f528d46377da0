//! The platforms that have rules of a technique, and the rules of one: which to run, and what they take.

use super::{parts, tables};
use crate::ask::Ask;
use crate::frame::{Frame, Link};
use crate::html::Html;
use crate::markdown;
use crate::respond::Reply;
use crate::stop::Stop;
use crate::table::{Cell, Piece, Row, Table, TableView, Tone};
use askama::Template;
use tripline_app::Text;
use tripline_app::answers::{
    Cited, DetectionAnswer, Nearest, Nearness, PlatformRow, PlatformRule, RankedRule, SHOWN,
    Source, Trial, Tuning,
};
use tripline_app::detection::{detection, detections};

#[derive(Template)]
#[template(path = "detections.html")]
struct Overview {
    frame: Frame,
    id: Text,
    name: Text,
    toggle: Option<Toggle>,
    tables: Vec<TableView>,
}

#[derive(Template)]
#[template(path = "detection.html")]
struct Page {
    frame: Frame,
    id: Text,
    name: Text,
    platform: Text,
    facts: Vec<(&'static str, Vec<Piece>)>,
    platforms: Vec<Link>,
    toggle: Option<Toggle>,
    rules: Vec<Rule>,
    tables: Vec<TableView>,
}

/// The choice between rules of exactly the technique and those below it too.
struct Toggle {
    with: bool,
    other: String,
}

/// A rule, whole.
struct Rule {
    anchor: String,
    title: String,
    link: String,
    description: Html,
    facts: Vec<(&'static str, Vec<Piece>)>,
    language: Text,
    body: Text,
    logic: Vec<(Text, Html)>,
    losses: Vec<Piece>,
    tables: Vec<TableView>,
    positives: Html,
    tuning: Vec<Clause>,
    refused: Vec<(String, Vec<Piece>, String)>,
    tuning_total: usize,
    notes: Vec<(&'static str, Html)>,
}

/// A clause that other rules leave out, ready to be added.
struct Clause {
    by: String,
    rules: Vec<Piece>,
    text: Text,
}

/// The page of all platforms.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let answer = detections(&ask.library, ask.part("id"), ask.flag("sub"))?;
    let all = vec![platforms(ask, &answer.id, &answer.platforms).named("platforms", "Platforms")];
    let tables = parts::views(ask, all)?;
    let title = format!("{} {} per platform", answer.id, answer.name);
    let mut frame = frame(ask, &title, &answer.id);
    frame.api = Some(ask.api(&format!("techniques/{}/detections", answer.id)));
    Reply::page(&Overview {
        frame,
        toggle: toggle(ask, &answer.id),
        id: answer.id,
        name: answer.name,
        tables,
    })
}

/// The page of one platform.
pub(crate) fn of_platform(ask: &Ask) -> Result<Reply, Stop> {
    let (id, platform) = (ask.part("id"), ask.part("platform"));
    let answer = detection(&ask.library, id, platform, ask.flag("sub"), SHOWN)?;
    let rules = answer.best.iter().enumerate();
    let rules: Result<Vec<Rule>, Stop> = rules.map(|(at, rule)| whole(ask, at + 1, rule)).collect();
    let rules = rules?;
    let tables = parts::views(ask, lists(ask, &answer))?;
    let title = format!("{} {} on {}", answer.id, answer.name, answer.platform_name);
    let mut frame =
        frame(ask, &title, &answer.id).crumb("Detections", ask.links.detections(&answer.id));
    for rule in &rules {
        frame.section(&rule.anchor, &rule.title, None);
    }
    frame = frame.with_tables(&tables);
    let path = format!("techniques/{}/detections/{}", answer.id, answer.platform);
    frame.api = Some(ask.api(&path));
    Reply::page(&Page {
        frame,
        facts: facts(ask, &answer),
        platforms: choices(ask, &answer),
        toggle: toggle(ask, &answer.id),
        rules,
        tables,
        id: answer.id,
        name: answer.name,
        platform: answer.platform_name,
    })
}

fn frame(ask: &Ask, title: &str, id: &str) -> Frame {
    let mut frame = ask
        .frame(title)
        .crumb("Techniques", ask.links.page("/techniques"))
        .crumb(id, ask.links.technique(id));
    frame.views = parts::views_of(ask, id, "detections");
    frame.about = format!("{title}: the rules to run, why, and what they take");
    frame
}

/// The choice, where there is one.
fn toggle(ask: &Ask, id: &str) -> Option<Toggle> {
    let with = ask.flag("sub");
    let toggle = || Toggle {
        with,
        other: ask.again(&[("sub", if with { "" } else { "1" })]),
    };
    (with || parts::has_subtechniques(ask, id)).then(toggle)
}

/// Every platform with its number of rules, this one among them.
fn choices(ask: &Ask, answer: &DetectionAnswer) -> Vec<Link> {
    let link = |id: &str, name: &str, rules: usize, here: bool| Link {
        label: format!("{name} {rules}"),
        href: ask
            .links
            .detection(&answer.id, id, answer.with_subtechniques),
        here,
    };
    let own = link(
        &answer.platform,
        &answer.platform_name,
        answer.rules_total,
        true,
    );
    let others = answer.other_platforms.iter();
    std::iter::once(own)
        .chain(others.map(|row| link(&row.platform, &row.name, row.rules_total, false)))
        .collect()
}

fn facts(ask: &Ask, answer: &DetectionAnswer) -> Vec<(&'static str, Vec<Piece>)> {
    let which = if answer.with_subtechniques {
        " with sub-techniques"
    } else {
        " tagged exactly"
    };
    let mut rules = vec![
        Piece::new(Tone::Plain, answer.rules_total.to_string()),
        Piece::new(Tone::Faint, which),
    ];
    if let Some(left) = parts::left_out(&answer.left_out) {
        rules.push(Piece::new(Tone::Faint, format!("; {left}")));
    }
    let asked = answer.asked.as_deref().unwrap_or("");
    let all = vec![
        ("Asked for", plain(asked)),
        ("Tactics", plain(parts::tactics(ask, &answer.tactics))),
        ("Rules", rules),
    ];
    kept(all)
}

fn plain(text: impl Into<String>) -> Vec<Piece> {
    let text = text.into();
    let piece = || vec![Piece::new(Tone::Plain, text.clone())];
    if text.is_empty() { Vec::new() } else { piece() }
}

/// A value, and what it rests on.
fn based(tone: Tone, value: &str, basis: &[Text]) -> Vec<Piece> {
    let mut pieces = vec![Piece::new(tone, value)];
    if !basis.is_empty() {
        pieces.push(Piece::new(Tone::Faint, ": "));
        pieces.extend(parts::phrases(Tone::Faint, basis));
    }
    pieces
}

fn kept(all: Vec<(&'static str, Vec<Piece>)>) -> Vec<(&'static str, Vec<Piece>)> {
    all.into_iter()
        .filter(|(_, pieces)| !pieces.is_empty())
        .collect()
}

fn whole(ask: &Ask, place: usize, rule: &PlatformRule) -> Result<Rule, Stop> {
    let row = &rule.ranked.rule;
    let all = vec![data_sources(ask, rule), fields(ask, rule)];
    let all = all.into_iter().map(|table| table.below().numbered(place));
    let losses = rule.losses.iter().map(|loss| {
        let text = format!("{}: {}", loss.reason.phrase(), loss.detail);
        Piece::new(Tone::Warn, text)
    });
    let (ready, refused): (Vec<&Tuning>, Vec<&Tuning>) =
        rule.tuning.iter().partition(|row| row.text.is_some());
    let note = |(name, text): (&'static str, &Option<Text>)| {
        let text = text.as_deref().filter(|text| !text.trim().is_empty())?;
        Some((name, markdown::html(text)))
    };
    Ok(Rule {
        anchor: format!("rule-{place}"),
        title: format!("{place}. {}", row.title),
        link: ask.links.rule(&row.id),
        description: markdown::html(&rule.description),
        facts: basics(rule),
        language: row.language.clone(),
        body: rule.body.clone(),
        logic: parts::stages(&rule.logic),
        losses: losses.collect(),
        tables: parts::views(ask, all.collect())?,
        positives: markdown::html(&parts::bullets(&rule.false_positives)),
        tuning: ready.into_iter().map(|row| clause(ask, row)).collect(),
        refused: refused.into_iter().map(|row| unwritten(ask, row)).collect(),
        tuning_total: rule.tuning_total,
        notes: [("Setup", &rule.setup), ("Investigation", &rule.note)]
            .into_iter()
            .filter_map(note)
            .collect(),
    })
}

fn basics(rule: &PlatformRule) -> Vec<(&'static str, Vec<Piece>)> {
    let level = rule.severity.value.map_or("none", |level| level.name());
    let requires: Vec<&str> = rule
        .requires
        .iter()
        .map(|need| parts::source(&need.name))
        .collect();
    let confidence = rule.confidence.value.name();
    kept(vec![
        ("Why chosen", parts::phrases(Tone::Plain, &rule.ranked.why)),
        (
            "Severity",
            based(parts::level(level), level, &rule.severity.basis),
        ),
        (
            "Confidence",
            based(Tone::Plain, confidence, &rule.confidence.basis),
        ),
        ("Requires", plain(requires.join(", "))),
        ("Output fields", plain(rule.output_fields.join(", "))),
        ("Licence", plain(rule.licence.as_deref().unwrap_or(""))),
        ("File", plain(format!("{}/{}", rule.corpus, rule.path))),
    ])
}

fn clause(ask: &Ask, row: &Tuning) -> Clause {
    Clause {
        by: by(row),
        rules: parts::rule_pieces(ask, &row.rules),
        text: row.text.clone().unwrap_or_default(),
    }
}

/// A clause that the rule's language cannot say, and why not.
fn unwritten(ask: &Ask, row: &Tuning) -> (String, Vec<Piece>, String) {
    let why = row.refused.as_ref().map_or("", |refused| &refused.why);
    (
        by(row),
        parts::clause(ask, &row.clause).pieces,
        why.to_owned(),
    )
}

/// How many rules leave it out, and of whom.
fn by(row: &Tuning) -> String {
    let rules = parts::plural(row.count, "rule");
    let leave = if row.count == 1 { "leaves" } else { "leave" };
    format!("{rules} ({}) {leave} out", parts::counts(&row.by_vendor))
}

fn data_sources(ask: &Ask, rule: &PlatformRule) -> Table {
    Table::new("data", "Data sources")
        .text("provider", "Provider")
        .text("event", "Event")
        .text("title", "Title")
        .text("audit", "Turned on by")
        .first(12)
        .rows(rule.data_sources.iter().map(|row| {
            let mut cells = tables::event(ask, &row.provider, &row.event, row.told());
            cells.push(Cell::tone(Tone::Faint, row.audit.as_str()));
            Row::new(cells)
        }))
}

fn fields(ask: &Ask, rule: &PlatformRule) -> Table {
    Table::new("needs", "Fields")
        .text("field", "Field")
        .text("role", "The rule")
        .text("meaning", "Meaning")
        .first(15)
        .rows(rule.fields.iter().map(|need| {
            let roles: Vec<&str> = need.roles.iter().map(|role| role.phrase()).collect();
            Row::new(vec![
                Cell::of(vec![parts::field(ask, &need.name, &need.canonical)]),
                Cell::tone(Tone::Faint, roles.join(", ")),
                Cell::text(need.meaning.as_str()),
            ])
        }))
}

fn lists(ask: &Ask, answer: &DetectionAnswer) -> Vec<Table> {
    vec![
        others(ask, &answer.others),
        nearest(ask, &answer.nearest),
        platforms(ask, &answer.id, &answer.other_platforms),
        trials(ask, &answer.id, &answer.tests),
        references(ask, &answer.references),
    ]
}

fn others(ask: &Ask, rows: &[RankedRule]) -> Table {
    let row = |row: &RankedRule| {
        let reasons = &row.reasons;
        let level = reasons.level.map_or("", |level| level.name());
        Row::new(vec![
            Cell::text(row.rule.title.as_str()).to(&ask.links.rule(&row.rule.id)),
            Cell::tone(Tone::Faint, parts::operator(reasons.class.name())),
            Cell::tone(parts::status(&reasons.status), reasons.status.as_str()),
            Cell::tone(Tone::Faint, reasons.maturity.as_deref().unwrap_or("")),
            Cell::text(reasons.fidelity.name()),
            Cell::number(reasons.support),
            Cell::tone(parts::level(level), level),
        ])
    };
    Table::new("others", "Other rules here")
        .note(
            "In the order in which they are to be chosen. Support: other rules of the technique, on any platform, \
             that look for one of its values.",
        )
        .text("title", "Title")
        .text("class", "Class")
        .text("read", "Read")
        .text("maturity", "Maturity")
        .text("fidelity", "Fidelity")
        .number("support", "Support")
        .text("severity", "Severity")
        .rows(rows.iter().map(row))
}

fn nearest(ask: &Ask, rows: &[Nearest]) -> Table {
    let row = |row: &Nearest| {
        Row::new(vec![
            Cell::text(row.rule.title.as_str()).to(&ask.links.rule(&row.rule.id)),
            Cell::text(row.rule.vendor.as_str()),
            near(ask, &row.near),
        ])
    };
    Table::new("nearest", "Nearest rules here")
        .text("title", "Title")
        .text("vendor", "Vendor")
        .text("near", "How near")
        .rows(rows.iter().map(row))
}

fn near(ask: &Ask, near: &Nearness) -> Cell {
    let named = |words: &str, id: &Text| {
        let link = Piece::new(Tone::Name, id.as_str()).to(ask.links.technique(id));
        Cell::of(vec![Piece::new(Tone::Faint, words), link])
    };
    match near {
        Nearness::SubTechnique { technique } => named("of the sub-technique ", technique),
        Nearness::Parent { technique } => named("of the technique above, ", technique),
        Nearness::Indicators { values } => {
            let shown: Vec<&str> = values.iter().take(4).map(Text::as_str).collect();
            let count = format!("shares {}: ", parts::plural(values.len(), "value"));
            Cell::of(vec![
                Piece::new(Tone::Faint, count),
                Piece::new(Tone::Value, shown.join(", ")),
            ])
        }
    }
}

/// Platforms, each with the rule to run first there.
fn platforms(ask: &Ask, id: &str, rows: &[PlatformRow]) -> Table {
    let row = |row: &PlatformRow| {
        let link = ask.links.detection(id, &row.platform, ask.flag("sub"));
        let (best, why) = match &row.best {
            Some(best) => (
                Cell::text(best.rule.title.as_str()).to(&ask.links.rule(&best.rule.id)),
                parts::phrases(Tone::Faint, &best.why),
            ),
            None => (Cell::tone(Tone::Faint, "no rule"), Vec::new()),
        };
        Row::new(vec![
            Cell::text(row.name.as_str()).to(&link),
            Cell::number(row.rules_total),
            best,
            Cell::of(why),
        ])
    };
    Table::new("other-platforms", "Other platforms")
        .text("platform", "Platform")
        .number("rules", "Rules")
        .text("best", "The rule to run first")
        .text("why", "Why")
        .rows(rows.iter().map(row))
}

fn trials(ask: &Ask, id: &str, rows: &[Trial]) -> Table {
    let page = ask.links.tests(id);
    let row = |row: &Trial| {
        let rights = if row.elevated { "elevated" } else { "any user" };
        Row::new(vec![
            Cell::text(row.name.as_str()).to(&page),
            Cell::tone(Tone::Faint, row.executor.as_str()),
            Cell::tone(Tone::Faint, row.platforms.join(", ")),
            Cell::tone(Tone::Faint, rights),
        ])
    };
    Table::new("tests", "Tests of Atomic Red Team")
        .text("name", "Test")
        .text("executor", "Run by")
        .text("platforms", "On")
        .text("rights", "Rights")
        .rows(rows.iter().map(row))
}

fn references(ask: &Ask, rows: &[Cited]) -> Table {
    let row = |row: &Cited| {
        let mut by: Vec<Piece> = Vec::new();
        for citing in &row.cited_by {
            by.push(match citing.source {
                Source::Rule => Piece::new(Tone::Plain, parts::title(ask, &citing.id))
                    .to(ask.links.rule(&citing.id)),
                Source::Technique => Piece::new(Tone::Plain, "ATT&CK"),
                Source::Atomic => Piece::new(Tone::Plain, format!("test {}", citing.id)),
            });
        }
        let url = Piece::new(Tone::Plain, row.url.as_str()).out(&row.url);
        Row::new(vec![
            Cell::of(vec![url]),
            Cell::text(row.title.as_str()),
            Cell::number(row.cited_by.len()).opening(by),
        ])
    };
    Table::new("references", "References")
        .text("url", "Address")
        .text("title", "Title")
        .number("cited", "Cited by")
        .rows(rows.iter().map(row))
}
