//! The tests of a technique.

use super::parts::{self, plural};
use super::rule::{expanded, flat};
use crate::layout::{Line, Page, Table, Tone, toned};
use tripline_app::answers::{Fire, NearMiss, PlatformRun, Signal, SignalsAnswer, TestRow};

/// Rows of rules that are shown; all are in the JSON.
const ROWS: usize = 25;
/// Rows of queries that hunt and rules that forward findings.
const HUNTS: usize = 5;

/// The tests with their signals.
pub(crate) fn page(answer: &SignalsAnswer) -> Page {
    let mut page = Page::new();
    page.title(
        Line::new()
            .push(Tone::Name, &answer.id)
            .plain(" ")
            .push(Tone::Strong, &answer.name)
            .plain(" tests"),
    );
    let which = if answer.with_subtechniques {
        "with sub-techniques"
    } else {
        "of exactly this technique"
    };
    let with = answer.tests.iter().filter(|test| fires(test)).count();
    page.facts(vec![
        (
            "Tests",
            Line::new()
                .push(Tone::Strong, answer.tests.len().to_string())
                .push(Tone::Faint, format!(" {which}")),
        ),
        (
            "Detected",
            Line::from(format!("{with} by at least one rule")),
        ),
    ]);
    if answer.tests.is_empty() {
        page.remark("no Atomic Red Team test of this technique is in the catalogue");
    }
    for (at, test) in answer.tests.iter().enumerate() {
        whole(&mut page, at + 1, test);
    }
    page.remark("events are derived from the text of each command; nothing was run");
    parts::foot(&mut page, &answer.catalog);
    page
}

fn section(page: &mut Page, name: &str, remark: &str) {
    let line = toned(Tone::Strong, name).plain("  ");
    page.text(line.push(Tone::Faint, remark));
}

fn fires(test: &TestRow) -> bool {
    let mut all = test.runs.iter().flat_map(|run| &run.fires);
    all.any(counts)
}

/// Whether a rule is of a class that counts.
fn counts(fire: &Fire) -> bool {
    matches!(fire.class.as_str(), "alert" | "building_block")
}

fn whole(page: &mut Page, place: usize, test: &TestRow) {
    let title = format!("{place}. {}", test.name);
    page.heading(&title, toned(Tone::Faint, &test.guid));
    for paragraph in test.description.split("\n\n") {
        page.text(flat(paragraph));
    }
    let elevation = if test.elevation_required {
        "with elevated rights"
    } else {
        "as any user"
    };
    page.facts(vec![
        ("Technique", Line::from(&test.technique)),
        ("Platforms", Line::from(test.platforms.join(", "))),
        (
            "Run by",
            Line::from(format!("{}, {elevation}", test.executor)),
        ),
        ("From", Line::from(format!("{}: {}", test.base, test.path))),
    ]);
    for needed in &test.prerequisites {
        page.text(format!("Needs: {}", flat(&needed.description)));
    }
    let parts = [
        ("Command", &test.command),
        ("Steps", &test.steps),
        ("Clean-up", &test.cleanup),
    ];
    for (name, text) in parts {
        if !text.is_empty() {
            section(page, name, "");
            let lines = text.lines().map(|line| Line::from(expanded(line)));
            page.code(&test.executor, lines.collect());
        }
    }
    for run in &test.runs {
        platform(page, run);
    }
}

fn platform(page: &mut Page, run: &PlatformRun) {
    let count = plural(run.signals.len(), "event");
    section(
        page,
        "Expected signals",
        &format!("{}, {count}", run.platform),
    );
    if run.signals.is_empty() {
        page.remark("the command tells of no event that a sensor would see");
    } else {
        page.table(signals(&run.signals));
    }
    for unknown in &run.unknown {
        page.remark(format!("not known: {}", flat(&unknown.what)));
    }
    if run.signals.is_empty() {
        return;
    }
    let (alerts, hunts): (Vec<&Fire>, Vec<&Fire>) = run.fires.iter().partition(|one| counts(one));
    section(page, "Rules that fire", &alerts.len().to_string());
    if alerts.is_empty() {
        page.remark("no rule of the catalogue that alerts fires on these events");
    }
    fired(page, &alerts, ROWS);
    if !hunts.is_empty() {
        section(page, "Other classes that match", &hunts.len().to_string());
        fired(page, &hunts, HUNTS);
    }
    if !run.partial.is_empty() {
        let text = format!("{}: what could be read of them fires", run.partial.len());
        section(page, "Partial rules", &text);
        fired(page, &run.partial.iter().collect::<Vec<_>>(), ROWS);
    }
    if !run.near.is_empty() {
        section(
            page,
            "Rules that miss by one test",
            &run.near_total.to_string(),
        );
        page.table(near(&run.near));
    }
}

fn signals(rows: &[Signal]) -> Table {
    let table = Table::new().number("").text("event").text("title");
    let mut table = table.flexible("what it says").flexible("why");
    for (at, signal) in rows.iter().enumerate() {
        let fields: Vec<String> = signal
            .fields
            .iter()
            .map(|field| format!("{}={}", field.name, flat(&field.value)))
            .collect();
        table.row(vec![
            Line::from((at + 1).to_string()),
            toned(Tone::Name, &signal.event),
            Line::from(&signal.title),
            Line::from(fields.join("; ")),
            Line::from(&signal.why),
        ]);
    }
    table
}

fn numbers(signals: &[usize]) -> String {
    let all: Vec<String> = signals.iter().map(|at| (at + 1).to_string()).collect();
    all.join(" ")
}

/// The first rows of rules, and how many there are.
fn fired(page: &mut Page, rows: &[&Fire], most: usize) {
    if rows.is_empty() {
        return;
    }
    let table = Table::new().text("vendor").text("class");
    let mut table = table.flexible("rule").text("id").text("on");
    for fire in rows.iter().take(most) {
        table.row(vec![
            Line::from(&fire.vendor),
            Line::from(fire.class.replace('_', " ")),
            Line::from(&fire.title),
            toned(Tone::Faint, &fire.rule),
            Line::from(numbers(&fire.signals)),
        ]);
    }
    page.table(table);
    if rows.len() > most {
        page.remark(format!("{most} of {}; JSON has all", rows.len()));
    }
}

fn near(rows: &[NearMiss]) -> Table {
    let table = Table::new().text("vendor").flexible("rule").text("id");
    let mut table = table.text("on").flexible("the test");
    for miss in rows {
        let tests: Vec<String> = miss
            .atoms
            .iter()
            .map(|atom| {
                let how = if atom.excluded { "excludes: " } else { "" };
                format!("{how}{}", flat(&atom.test))
            })
            .collect();
        let more = miss.alternatives.saturating_sub(miss.atoms.len());
        let mut shown = tests.join(", or ");
        if more > 0 {
            shown.push_str(&format!(", or {more} others"));
        }
        table.row(vec![
            Line::from(&miss.vendor),
            Line::from(&miss.title),
            toned(Tone::Faint, &miss.rule),
            Line::from((miss.signal + 1).to_string()),
            Line::from(shown),
        ]);
    }
    table
}
