//! The tests of a technique: commands, expected signals, rules that fire and that nearly do.

use super::parts;
use crate::ask::Ask;
use crate::frame::{Frame, Link};
use crate::html::Html;
use crate::markdown;
use crate::respond::Reply;
use crate::stop::Stop;
use crate::table::{Cell, Row, Table, TableView, Tone};
use askama::Template;
use std::collections::BTreeMap;
use tripline_app::Text;
use tripline_app::answers::{Fire, NearMiss, PlatformRun, Signal, TestRow};
use tripline_app::signals::signals;

#[derive(Template)]
#[template(path = "tests.html")]
struct Page {
    frame: Frame,
    id: Text,
    name: Text,
    again: Option<(String, &'static str)>,
    overview: Option<TableView>,
    elsewhere: Vec<Link>,
    tests: Vec<Test>,
}

/// One test.
struct Test {
    row: TestRow,
    description: Html,
    facts: Vec<(&'static str, String)>,
    /// Heading and text.
    texts: Vec<(&'static str, Text)>,
    runs: Vec<Run>,
}

/// What it leaves behind on one platform.
struct Run {
    platform: Text,
    signals: Vec<Event>,
    unknown: Vec<Text>,
    fires: Vec<Rule>,
    partial: Vec<Rule>,
    near: Vec<Rule>,
    near_total: usize,
}

/// An expected event.
struct Event {
    link: String,
    signal: Signal,
}

/// A rule, with the signals that it is about and the tests that it misses.
struct Rule {
    link: String,
    title: Text,
    vendor: Text,
    signals: String,
    tests: Vec<(bool, Text)>,
    others: usize,
}

/// The page.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let below = ask.flag("sub");
    let answer = signals(&ask.library, ask.part("id"), below)?;
    let title = format!("{} {} tests", answer.id, answer.name);
    let mut frame = ask
        .frame(&title)
        .crumb("Techniques", ask.links.page("/techniques"))
        .crumb(&answer.id, ask.links.technique(&answer.id))
        .with_schemes(ask);
    frame.views = parts::views_of(ask, &answer.id, "tests");
    frame.about = format!("{title}: expected events and the rules that fire on them");
    let id = crate::links::encode(&answer.id);
    frame.api = Some(ask.api(&format!("techniques/{id}/tests")));
    let overview = parts::views(ask, vec![overview(&answer.tests)])?.pop();
    frame = frame.with_tables(overview.as_slice());
    for (at, test) in answer.tests.iter().enumerate() {
        frame.section(&format!("test-{}", at + 1), &test.name, None);
    }
    let elsewhere = if answer.tests.is_empty() {
        elsewhere(ask, &answer.id)
    } else {
        Vec::new()
    };
    let tests = answer.tests.into_iter();
    Reply::page(&Page {
        frame,
        again: again(ask, &answer.id, below),
        overview,
        elsewhere,
        tests: tests.map(|row| test(ask, row)).collect(),
        id: answer.id,
        name: answer.name,
    })
}

/// The choice between tests of the technique and those below it too, where there are some.
fn again(ask: &Ask, id: &str, below: bool) -> Option<(String, &'static str)> {
    if below {
        let label = "Tests of exactly this technique";
        return Some((ask.again(&[("sub", "0")]), label));
    }
    let more = || (ask.again(&[("sub", "1")]), "With tests of sub-techniques");
    parts::has_subtechniques(ask, id).then(more)
}

/// What each test leaves behind, and how many rules see it.
fn overview(tests: &[TestRow]) -> Table {
    let sum = |row: &TestRow, of: fn(&PlatformRun) -> usize| row.runs.iter().map(of).sum::<usize>();
    let rows = tests.iter().enumerate().map(|(at, row)| {
        let fires = sum(row, |run| run.fires.len());
        Row::new(vec![
            Cell::text(row.name.as_str()).to(&format!("#test-{}", at + 1)),
            Cell::tone(Tone::Faint, row.platforms.join(", ")),
            Cell::tone(Tone::Faint, row.executor.as_str()),
            Cell::number(sum(row, |run| run.signals.len())),
            Cell::number(fires),
            Cell::number(sum(row, |run| run.near_total)),
        ])
    });
    Table::new("tests", "Tests")
        .text("name", "Test")
        .text("platforms", "Platforms")
        .text("executor", "Run by")
        .number("signals", "Expected signals")
        .number("fires", "Rules that fire")
        .number("near", "Miss by one test")
        .first(50)
        .rows(rows)
}

/// The nearest techniques that have tests: the parent and what else is below it.
fn elsewhere(ask: &Ask, id: &str) -> Vec<Link> {
    let catalog = ask.library.catalog();
    let parent = |id: &'_ str| {
        id.split_once('.')
            .map_or(id, |(parent, _)| parent)
            .to_owned()
    };
    let wanted = parent(id);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    // The page itself has failed where the files cannot be read.
    for file in catalog.atomics().unwrap_or_default() {
        if parent(&file.atomics.technique) == wanted {
            *counts.entry(&file.atomics.technique).or_default() += file.atomics.tests.len();
        }
    }
    let link = |(id, count): (&str, usize)| {
        let name = catalog
            .attack
            .technique(id)
            .map_or("", |known| known.head.name.as_str());
        Link {
            label: format!("{id} {name}: {}", parts::plural(count, "test")),
            href: ask.links.tests(id),
            here: false,
        }
    };
    counts.into_iter().map(link).collect()
}

fn test(ask: &Ask, mut row: TestRow) -> Test {
    let rights = if row.elevation_required {
        "with elevated rights"
    } else {
        "as any user"
    };
    let texts = vec![
        ("Command", row.command.clone()),
        ("Steps", row.steps.clone()),
        ("Clean-up", row.cleanup.clone()),
    ];
    let runs = std::mem::take(&mut row.runs);
    Test {
        description: markdown::html(&row.description),
        facts: vec![
            ("Technique", row.technique.to_string()),
            ("Platforms", row.platforms.join(", ")),
            ("Run by", format!("{}, {rights}", row.executor)),
            ("From", format!("{}: {}", row.base, row.path)),
            ("Id", row.guid.to_string()),
        ],
        texts: texts
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .collect(),
        runs: runs.into_iter().map(|found| run(ask, found)).collect(),
        row,
    }
}

fn run(ask: &Ask, run: PlatformRun) -> Run {
    let event = |signal: Signal| Event {
        link: ask.links.event(&signal.provider, &signal.id),
        signal,
    };
    let fires = |rules: &[Fire]| rules.iter().map(|fire| fired(ask, fire)).collect();
    Run {
        platform: run.platform,
        unknown: run
            .unknown
            .into_iter()
            .map(|unknown| unknown.what)
            .collect(),
        fires: fires(&run.fires),
        partial: fires(&run.partial),
        near: run.near.iter().map(|miss| missed(ask, miss)).collect(),
        near_total: run.near_total,
        signals: run.signals.into_iter().map(event).collect(),
    }
}

fn fired(ask: &Ask, fire: &Fire) -> Rule {
    let numbers: Vec<String> = fire.signals.iter().map(|at| (at + 1).to_string()).collect();
    Rule {
        link: ask.links.rule(&fire.rule),
        title: fire.title.clone(),
        vendor: fire.vendor.clone(),
        signals: numbers.join(", "),
        tests: fire
            .losses
            .iter()
            .map(|loss| (false, loss.clone()))
            .collect(),
        others: 0,
    }
}

fn missed(ask: &Ask, miss: &NearMiss) -> Rule {
    let tests = miss.atoms.iter();
    Rule {
        link: ask.links.rule(&miss.rule),
        title: miss.title.clone(),
        vendor: miss.vendor.clone(),
        signals: (miss.signal + 1).to_string(),
        tests: tests
            .map(|atom| (atom.excluded, parts::visible(&atom.test).into()))
            .collect(),
        others: miss.alternatives.saturating_sub(miss.atoms.len()),
    }
}
