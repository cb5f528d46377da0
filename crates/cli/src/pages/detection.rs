//! The detections of a technique per platform.

use super::parts::{self, joined, left_out, number, operator, plural};
use super::rule::{expanded, flat};
use crate::layout::{Line, Page, Table, Tone, toned};
use tripline_app::answers::{
    Cited, DetectionAnswer, DetectionsAnswer, Nearest, Nearness, PlatformRow, PlatformRule,
    RankedRule, Trial, Tuning,
};

/// Rows of the lists of other rules and of references.
const ROWS: usize = 15;
/// Signals of a test.
const SIGNALS: usize = 4;

/// The platforms of a technique.
pub(crate) fn platforms(answer: &DetectionsAnswer) -> Page {
    let mut page = Page::new();
    page.title(
        Line::new()
            .push(Tone::Name, &answer.id)
            .plain(" ")
            .push(Tone::Strong, &answer.name),
    );
    page.facts(vec![("Asked for", asked(answer.asked.as_deref()))]);
    page.heading("Platforms", Line::new());
    page.table(platform_table(&answer.platforms));
    page.remark(format!(
        "`tripline detection {} --platform NAME` shows the rules of one",
        answer.id
    ));
    parts::foot(&mut page, &answer.catalog);
    page
}

/// The rules of one platform.
pub(crate) fn page(answer: &DetectionAnswer) -> Page {
    let mut page = Page::new();
    page.title(
        Line::new()
            .push(Tone::Name, &answer.id)
            .plain(" ")
            .push(Tone::Strong, &answer.name)
            .plain(" on ")
            .push(Tone::Strong, &answer.platform_name),
    );
    if !answer.statement.is_empty() {
        page.text(Line::from("In ATT&CK's words: ").plain(flat(&answer.statement)));
    }
    page.facts(head(answer));
    for (at, rule) in answer.best.iter().enumerate() {
        whole(&mut page, at + 1, rule);
    }
    others(&mut page, &answer.others);
    nearest(&mut page, answer);
    page.heading("Other platforms", Line::new());
    page.table(platform_table(&answer.other_platforms));
    trials(&mut page, &answer.tests, &answer.best);
    references(&mut page, &answer.references);
    parts::foot(&mut page, &answer.catalog);
    page
}

fn asked(id: Option<&str>) -> Line {
    id.map_or_else(Line::new, |id| toned(Tone::Warn, id))
}

fn head(answer: &DetectionAnswer) -> Vec<(&'static str, Line)> {
    let which = if answer.with_subtechniques {
        "with sub-techniques"
    } else {
        "tagged exactly"
    };
    let parent = answer.parent.as_ref().map_or_else(Line::new, |[id, name]| {
        toned(Tone::Name, id).plain(" ").plain(name)
    });
    vec![
        ("Part of", parent),
        ("Tactics", joined(&answer.tactics)),
        ("Asked for", asked(answer.asked.as_deref())),
        (
            "At ATT&CK",
            Line::from(answer.url.as_deref().unwrap_or_default()),
        ),
        (
            "Rules",
            Line::new()
                .push(Tone::Strong, answer.rules_total.to_string())
                .push(Tone::Faint, format!(" {which}")),
        ),
        ("", left_out(&answer.left_out)),
    ]
}

fn platform_table(rows: &[PlatformRow]) -> Table {
    let table = Table::new().text("platform").number("rules");
    let mut table = table.flexible("the rule to run first").flexible("why");
    for row in rows {
        let (best, why) = match &row.best {
            Some(best) => (
                Line::from(&best.rule.title),
                parts::prose(&best.why.join("; ")),
            ),
            None => (toned(Tone::Faint, "no rule"), Line::new()),
        };
        table.row(vec![
            toned(Tone::Name, &row.platform),
            number(row.rules_total),
            best,
            why,
        ]);
    }
    table
}

fn whole(page: &mut Page, place: usize, rule: &PlatformRule) {
    let row = &rule.ranked.rule;
    page.heading(
        &format!("{place}. {}", row.title),
        toned(Tone::Faint, &row.id),
    );
    for paragraph in rule.description.split("\n\n") {
        page.text(flat(paragraph));
    }
    page.facts(basics(rule));
    section(page, "Query", &row.language);
    let lines = rule.body.lines().map(|line| Line::from(expanded(line)));
    page.code(&row.language, lines.collect());
    logic(page, rule);
    data(page, rule);
    let flat_lines = rule
        .false_positives
        .iter()
        .map(|text| Line::from(flat(text)));
    list(
        page,
        "False positives, as the author says",
        flat_lines.collect(),
    );
    tuning(page, rule);
    notes(page, rule);
}

fn tuning(page: &mut Page, rule: &PlatformRule) {
    if rule.tuning.is_empty() {
        return;
    }
    let shown = format!("{} of {}", rule.tuning.len(), rule.tuning_total);
    section(page, "Exclusions of other rules that it lacks", &shown);
    let (ready, refused): (Vec<&Tuning>, Vec<&Tuning>) =
        rule.tuning.iter().partition(|row| row.text.is_some());
    for row in ready {
        page.text(by(row).plain(": ").push(Tone::Faint, row.rules.join(", ")));
        let text = row.text.as_deref().unwrap_or_default();
        let lines = text.lines().map(Line::from);
        page.code(&rule.ranked.rule.language, lines.collect());
    }
    let items = refused.into_iter().map(|row| {
        let why = row.refused.as_ref().map_or("", |refused| &refused.why);
        let mut line = by(row).plain(": ");
        line.0.extend(parts::clause(&row.clause).0);
        line.push(Tone::Warn, format!("  cannot be written: {why}"))
    });
    page.list(items.collect());
}

/// How many rules leave it out, and of whom.
fn by(row: &Tuning) -> Line {
    let vendors = parts::counts(&row.by_vendor);
    Line::from(plural(row.count, "rule")).push(Tone::Faint, format!(" ({vendors})"))
}

fn basics(rule: &PlatformRule) -> Vec<(&'static str, Line)> {
    let level = rule.severity.value.map_or("none", |level| level.name());
    let confidence = rule.confidence.value.name();
    let requires: Vec<String> = rule
        .requires
        .iter()
        .map(|need| need.name.to_string())
        .collect();
    vec![
        ("Why chosen", parts::prose(&rule.ranked.why.join("; "))),
        (
            "Severity",
            toned(parts::level(level), level)
                .plain("; ")
                .and(parts::prose(&rule.severity.basis.join("; "))),
        ),
        (
            "Confidence",
            toned(Tone::Strong, confidence)
                .plain("; ")
                .and(parts::prose(&rule.confidence.basis.join("; "))),
        ),
        ("Requires", joined(&requires)),
        ("Shows", joined(&rule.output_fields)),
        (
            "Licence",
            Line::from(rule.licence.as_deref().unwrap_or_default()),
        ),
        ("File", Line::from(format!("{}/{}", rule.corpus, rule.path))),
    ]
}

fn section(page: &mut Page, name: &str, remark: &str) {
    page.text(
        toned(Tone::Strong, name)
            .plain(" ")
            .push(Tone::Faint, remark),
    );
}

fn list(page: &mut Page, name: &str, items: Vec<Line>) {
    if !items.is_empty() {
        section(page, name, "");
        page.list(items);
    }
}

fn logic(page: &mut Page, rule: &PlatformRule) {
    if rule.logic.is_empty() {
        return;
    }
    section(page, "What it does", "made from its plan");
    let mut table = Table::new().text("").flexible("");
    for stage in &rule.logic {
        table.row(vec![
            toned(Tone::Strong, &stage.stage),
            parts::prose(&stage.meaning),
        ]);
    }
    page.table(table);
    let losses = rule.losses.iter().map(|loss| {
        toned(Tone::Warn, loss.reason.phrase())
            .plain(" ")
            .push(Tone::Value, &loss.detail)
    });
    list(page, "What the plan does not hold", losses.collect());
}

fn data(page: &mut Page, rule: &PlatformRule) {
    if !rule.data_sources.is_empty() {
        section(page, "Data sources", "");
        let table = Table::new().text("provider").text("event");
        let mut table = table.flexible("title").flexible("turned on by");
        for row in rule.data_sources.iter().take(ROWS) {
            table.row(vec![
                row.provider.as_str().into(),
                toned(Tone::Name, &row.event),
                row.told().into(),
                toned(Tone::Faint, &row.audit),
            ]);
        }
        page.table(table);
        more(page, rule.data_sources.len());
    }
    if rule.fields.is_empty() {
        return;
    }
    section(page, "Fields", "");
    let table = Table::new().id("field").text("the rule");
    let mut table = table.flexible("meaning");
    for need in &rule.fields {
        let roles: Vec<&str> = need.roles.iter().map(|role| role.phrase()).collect();
        table.row(vec![
            toned(Tone::Name, &need.name),
            toned(Tone::Faint, roles.join(", ")),
            need.meaning.as_str().into(),
        ]);
    }
    page.table(table);
}

fn notes(page: &mut Page, rule: &PlatformRule) {
    for (name, note) in [("Setup", &rule.setup), ("Investigation", &rule.note)] {
        if let Some(note) = note.as_deref().filter(|note| !note.trim().is_empty()) {
            section(page, name, "as upstream writes it");
            let lines = note.trim().lines().map(|line| Line::from(expanded(line)));
            page.code("markdown", lines.collect());
        }
    }
}

fn others(page: &mut Page, rows: &[RankedRule]) {
    if rows.is_empty() {
        return;
    }
    page.heading("Other rules here", rows.len().to_string());
    let table = Table::new().id("title").text("class").text("read");
    let table = table.text("maturity").text("fidelity").number("support");
    let mut table = table.text("severity").flexible("id");
    for row in rows.iter().take(ROWS) {
        let reasons = &row.reasons;
        let level = reasons.level.map_or("", |level| level.name());
        table.row(vec![
            row.rule.title.as_str().into(),
            toned(Tone::Faint, operator(reasons.class.name())),
            toned(parts::status(&reasons.status), &reasons.status),
            toned(Tone::Faint, reasons.maturity.as_deref().unwrap_or_default()),
            reasons.fidelity.name().into(),
            number(reasons.support),
            toned(parts::level(level), level),
            toned(Tone::Faint, &row.rule.id),
        ]);
    }
    page.table(table);
    more(page, rows.len());
    page.remark(
        "in the order in which they are to be chosen; support: other rules of the technique, on any \
         platform, that look for one of its values",
    );
}

fn more(page: &mut Page, total: usize) {
    if total > ROWS {
        page.remark(format!("{ROWS} of {total}; JSON has all"));
    }
}

fn nearest(page: &mut Page, answer: &DetectionAnswer) {
    if !answer.best.is_empty() {
        return;
    }
    page.text(format!(
        "{} has no rule of {} in this catalogue.",
        answer.platform_name, answer.id
    ));
    if answer.nearest.is_empty() {
        page.remark(
            "nothing comes near: no rule of a sub-technique or of the technique above, and none \
             that shares an indicator with the rules of other platforms",
        );
        return;
    }
    page.heading("Nearest rules here", answer.nearest.len().to_string());
    let mut table = Table::new().flexible("title").flexible("how near").id("id");
    for row in &answer.nearest {
        table.row(vec![
            row.rule.title.as_str().into(),
            near(row),
            toned(Tone::Faint, &row.rule.id),
        ]);
    }
    page.table(table);
}

fn near(row: &Nearest) -> Line {
    match &row.near {
        Nearness::SubTechnique { technique } => {
            Line::from("of the sub-technique ").push(Tone::Name, technique)
        }
        Nearness::Parent { technique } => {
            Line::from("of the technique above, ").push(Tone::Name, technique)
        }
        Nearness::Indicators { values } => {
            let shown: Vec<&str> = values.iter().take(4).map(AsRef::as_ref).collect();
            Line::from(format!("shares {}: ", plural(values.len(), "value")))
                .push(Tone::Value, shown.join(", "))
        }
    }
}

fn trials(page: &mut Page, rows: &[Trial], best: &[PlatformRule]) {
    if rows.is_empty() {
        page.heading("Tests", Line::new());
        page.remark("Atomic Red Team has no test of it in this catalogue");
        return;
    }
    page.heading("Tests", format!("{}, Atomic Red Team", rows.len()));
    let table = Table::new().flexible("test").flexible("runs");
    let mut table = table
        .flexible("expected signals")
        .text("rules above that fire");
    for row in rows.iter().take(ROWS) {
        let rights = if row.elevated { ", elevated" } else { "" };
        let runs = format!("{} on {}", row.executor, row.platforms.join(", "));
        table.row(vec![
            row.name.as_str().into(),
            toned(Tone::Faint, runs).push(Tone::Warn, rights),
            signals(row),
            fired(row, best),
        ]);
    }
    page.table(table);
    more(page, rows.len());
    page.remark(
        "signals are derived from the text of each command, and the law runs the rules above over \
         them; `tripline tests` shows all of both",
    );
}

/// The signals of a test on its first platform, without the executor's own process.
fn signals(row: &Trial) -> Line {
    let Some(run) = row.runs.first() else {
        return Line::new();
    };
    let mut line = Line::new();
    let shown = run.signals.iter().skip(1).take(SIGNALS);
    for (at, signal) in shown.enumerate() {
        let comma = if at > 0 { "; " } else { "" };
        line = line.plain(comma).push(Tone::Name, &signal.event);
        let value = shortened(&flat(&signal.value));
        line = line.plain(" ").push(Tone::Value, value);
    }
    let rest = run.signals.len().saturating_sub(SIGNALS + 1);
    if rest > 0 {
        line = line.push(Tone::Faint, format!(" and {rest} more"));
    }
    line
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let cut: String = text.chars().take(LONGEST).collect();
    format!("{cut}…")
}

/// Places of the rules above that fire on some platform of a test.
fn fired(row: &Trial, best: &[PlatformRule]) -> Line {
    let fires = |rule: &PlatformRule| {
        let id = &rule.ranked.rule.id;
        row.runs.iter().any(|run| run.fires.contains(id))
    };
    let places = best.iter().enumerate().filter(|(_, rule)| fires(rule));
    let places: Vec<String> = places.map(|(at, _)| (at + 1).to_string()).collect();
    if places.is_empty() {
        return toned(Tone::Faint, "none");
    }
    toned(Tone::Good, places.join(" "))
}

fn references(page: &mut Page, rows: &[Cited]) {
    if rows.is_empty() {
        return;
    }
    page.heading("References", rows.len().to_string());
    let mut table = Table::new().flexible("address").flexible("cited by");
    for row in rows.iter().take(ROWS) {
        let by: Vec<&str> = row
            .cited_by
            .iter()
            .take(4)
            .map(|one| one.id.as_str())
            .collect();
        let rest = row.cited_by.len() - by.len();
        let by = match rest {
            0 => by.join(", "),
            rest => format!("{} and {rest} more", by.join(", ")),
        };
        table.row(vec![row.url.as_str().into(), toned(Tone::Faint, by)]);
    }
    page.table(table);
    more(page, rows.len());
}
