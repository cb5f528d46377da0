//! One rule.

use super::parts::{self, clause, counts, joined, number, operator};
use super::tables::{self, scope};
use crate::layout::{Line, Page, Table, Tone, toned};
use tripline_app::answers::{RuleAnswer, SpannedAtom, line_of};

/// The rule, its body last.
pub(crate) fn page(answer: &RuleAnswer) -> Page {
    let mut page = Page::new();
    page.title(answer.title.as_str());
    for paragraph in answer.description.split("\n\n") {
        page.text(flat(paragraph));
    }
    page.facts(head(answer));
    logic(&mut page, answer);
    indicators(&mut page, answer);
    exclusions(&mut page, answer);
    tables::events(&mut page, &answer.events, parts::Shown(None));
    losses(&mut page, answer);
    notes(&mut page, answer);
    page.heading(
        "Body",
        Line::from(format!("{}, tests coloured", answer.language)),
    );
    page.code(&answer.language, body(&answer.body, &answer.atoms));
    parts::foot(&mut page, &answer.catalog);
    page
}

/// A paragraph on one line.
pub(super) fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn head(answer: &RuleAnswer) -> Vec<(&'static str, Line)> {
    let level = answer.level.map_or("", |level| level.name());
    // An index may be both read and looked up for indicators.
    let mut requires: Vec<&str> = Vec::new();
    for need in &answer.requires {
        if !requires.contains(&need.name.as_str()) {
            requires.push(&need.name);
        }
    }
    vec![
        ("Id", toned(Tone::Name, &answer.id)),
        (
            "Read",
            Line::new()
                .push(parts::status(&answer.status), &answer.status)
                .push(
                    Tone::Faint,
                    format!("  {} {}", answer.language, answer.kind),
                ),
        ),
        (
            "Class",
            Line::from(operator(answer.class.name()))
                .push(Tone::Faint, format!("  {}", answer.class_reason)),
        ),
        ("Severity", toned(parts::level(level), level)),
        (
            "Maturity",
            Line::from(answer.maturity.as_deref().unwrap_or_default()),
        ),
        (
            "Risk score",
            answer
                .risk_score
                .map_or_else(Line::new, |score| Line::from(score.to_string())),
        ),
        ("Techniques", joined(&answer.techniques)),
        ("Tactics", joined(&answer.tactics)),
        ("Platforms", joined(&answer.platforms)),
        ("Sources", joined(&answer.sources)),
        ("Requires", joined(&requires)),
        ("Shows", joined(&answer.output_fields)),
        ("Authors", joined(&answer.authors)),
        (
            "Created",
            Line::from(answer.created.as_deref().unwrap_or_default()),
        ),
        (
            "Modified",
            Line::from(answer.modified.as_deref().unwrap_or_default()),
        ),
        (
            "Licence",
            Line::from(answer.licence.as_deref().unwrap_or_default()),
        ),
        ("File", file(answer)),
    ]
}

fn file(answer: &RuleAnswer) -> Line {
    let path = if answer.corpus.is_empty() {
        answer.path.to_string()
    } else {
        format!("{}/{}", answer.corpus, answer.path)
    };
    let commit = answer.commit.as_deref().map(parts::short);
    Line::from(path).push(
        Tone::Faint,
        commit.map_or_else(String::new, |commit| format!(" at {commit}")),
    )
}

fn logic(page: &mut Page, answer: &RuleAnswer) {
    if answer.logic.is_empty() {
        return;
    }
    page.heading("Detection logic", Line::new());
    let mut table = Table::new().text("").flexible("");
    for stage in &answer.logic {
        table.row(vec![
            toned(Tone::Strong, &stage.stage),
            parts::prose(&stage.meaning),
        ]);
    }
    page.table(table);
}

fn indicators(page: &mut Page, answer: &RuleAnswer) {
    if answer.indicators.is_empty() {
        return;
    }
    page.heading("Indicators", answer.indicators.len().to_string());
    let table = Table::new()
        .flexible("field")
        .text("operator")
        .flexible("value");
    let mut table = table
        .text("case")
        .number("reach")
        .number("family")
        .text("reach by vendor");
    for row in &answer.indicators {
        table.row(vec![
            toned(Tone::Name, &row.field),
            toned(Tone::Faint, operator(&row.operator)),
            parts::operand(&row.operator, &row.value),
            toned(
                Tone::Faint,
                if row.case_sensitive { "exact" } else { "any" },
            ),
            number(row.reach),
            number(row.family_reach),
            toned(Tone::Faint, counts(&row.reach_by_vendor)),
        ]);
    }
    page.table(table);
}

fn exclusions(page: &mut Page, answer: &RuleAnswer) {
    if answer.exclusions.is_empty() {
        return;
    }
    page.heading("Exclusions", answer.exclusions.len().to_string());
    let mut table = Table::new().text("scope").flexible("left out when");
    for row in &answer.exclusions {
        let scope = toned(Tone::Faint, scope(row.scope));
        table.row(vec![scope, clause(&row.clause)]);
    }
    page.table(table);
}

fn losses(page: &mut Page, answer: &RuleAnswer) {
    if answer.losses.is_empty() {
        return;
    }
    page.heading("Losses", "what the representation does not hold");
    let items = answer.losses.iter().map(|loss| {
        let detail = if loss.detail.is_empty() { "" } else { ": " };
        let place = loss.span.and_then(|span| line_of(&answer.body, span));
        toned(Tone::Warn, loss.reason.phrase())
            .plain(detail)
            .push(Tone::Value, &loss.detail)
            .push(
                Tone::Faint,
                place.map_or_else(String::new, |at| format!(", line {at}")),
            )
    });
    page.list(items.collect());
}

fn notes(page: &mut Page, answer: &RuleAnswer) {
    let mut list = |heading: &str, items: Vec<Line>| {
        if !items.is_empty() {
            page.heading(heading, Line::new());
            page.list(items);
        }
    };
    let flat_lines = |texts: &[_]| -> Vec<Line> {
        let lines = texts
            .iter()
            .map(|text: &tripline_app::Text| Line::from(flat(text)));
        lines.collect()
    };
    list("False positives", flat_lines(&answer.false_positives));
    list("References", flat_lines(&answer.references));
    let same = answer.same_action.iter().flat_map(|same| {
        same.rules.iter().map(|rule| {
            Line::new()
                .push(Tone::Name, &same.provider)
                .plain(" ")
                .push(Tone::Value, &same.action)
                .plain(format!(": {}", rule.title))
                .push(Tone::Faint, format!("  {}", rule.id))
        })
    });
    list("Same action", same.collect());
    let related = answer.related.iter().map(|related| {
        let title = if related.title.is_empty() {
            String::new()
        } else {
            format!("  {}", related.title)
        };
        Line::new()
            .push(Tone::Name, &related.id)
            .plain(title)
            .push(Tone::Faint, format!("  {}", related.relation))
    });
    list("Related", related.collect());
    for (heading, note) in [("Setup", &answer.setup), ("Investigation", &answer.note)] {
        if let Some(note) = note.as_deref().filter(|note| !note.trim().is_empty()) {
            let lines = note.trim().lines().map(|line| Line::from(expanded(line)));
            page.heading(heading, Line::new());
            page.code("markdown", lines.collect());
        }
    }
}

/// The body line by line, its tests in colour: those looked for as values, those excluded apart.
fn body(body: &str, atoms: &[SpannedAtom]) -> Vec<Line> {
    let mut tones = vec![Tone::Plain; body.len()];
    for atom in atoms {
        let tone = if atom.excluded {
            Tone::Warn
        } else {
            Tone::Value
        };
        let [start, end] = atom.span.map(|at| (at as usize).min(body.len()));
        tones[start.min(end)..end].fill(tone);
    }
    let mut lines = Vec::new();
    let mut at = 0;
    for text in body.split_inclusive('\n') {
        let shown = text.trim_end_matches(['\n', '\r']);
        lines.push(coloured(shown, &tones[at..at + shown.len()]));
        at += text.len();
    }
    lines
}

fn coloured(text: &str, tones: &[Tone]) -> Line {
    let mut line = Line::new();
    let mut run = String::new();
    let mut tone = Tone::Plain;
    for (at, c) in text.char_indices() {
        if tones[at] != tone {
            line = line.push(tone, &run);
            run.clear();
            tone = tones[at];
        }
        run.push(c);
        if c == '\t' {
            run.pop();
            run.push_str("    ");
        }
    }
    line.push(tone, &run)
}

/// Tabs as spaces, which is how text in a page is measured.
pub(super) fn expanded(text: &str) -> String {
    text.replace('\t', "    ")
}
