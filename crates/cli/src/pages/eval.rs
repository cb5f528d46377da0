//! The alerts of a run.

use super::parts::plural;
use crate::layout::{Line, Page, Table, Tone, toned};
use tripline_app::eval::{AlertRow, EvalAnswer, EventRow, PartRow};

/// The alerts, then what every test made of every event.
pub(crate) fn page(answer: &EvalAnswer) -> Page {
    let mut page = Page::new();
    let tone = if answer.alerts.is_empty() {
        Tone::Faint
    } else {
        Tone::Strong
    };
    page.title(toned(tone, plural(answer.alerts.len(), "alert")).push(
        Tone::Faint,
        format!("  over {}", plural(answer.events, "event")),
    ));
    let mut table = Table::new()
        .text("events")
        .flexible("keys")
        .flexible("columns");
    table = table.flexible("rule");
    for alert in &answer.alerts {
        table.row(cells(alert));
    }
    page.table(table);
    for rule in answer.explanations.iter().flatten() {
        for event in &rule.events {
            explanation(&mut page, &rule.rule, event);
        }
    }
    page
}

fn cells(alert: &AlertRow) -> Vec<Line> {
    let events: Vec<String> = alert.events.iter().map(ToString::to_string).collect();
    vec![
        toned(Tone::Name, events.join(", ")),
        pairs(&alert.keys),
        pairs(&alert.columns),
        toned(Tone::Faint, &alert.rule),
    ]
}

fn pairs<'a, V: ToString + 'a>(pairs: impl IntoIterator<Item = (&'a String, &'a V)>) -> Line {
    let mut line = Line::new();
    for (at, (name, value)) in pairs.into_iter().enumerate() {
        if at > 0 {
            line = line.plain(", ");
        }
        line = line
            .push(Tone::Name, name)
            .plain(" = ")
            .push(Tone::Value, value.to_string());
    }
    line
}

fn explanation(page: &mut Page, rule: &str, event: &EventRow) {
    let heading = format!("Event {}", event.event);
    page.heading(&heading, rule);
    for part in &event.parts {
        page.text(verdict(part, event.parts.len()));
        let mut table = Table::new().text("").text("").flexible("");
        for atom in &part.atoms {
            let held = if atom.held {
                toned(Tone::Good, "held")
            } else {
                toned(Tone::Bad, "failed")
            };
            let decided = if atom.decided { "decided" } else { "" };
            let note = atom.note.as_deref().unwrap_or_default();
            let test = Line::from(atom.test.as_str())
                .push(Tone::Warn, if note.is_empty() { "" } else { "  " })
                .push(Tone::Warn, note);
            table.row(vec![held, toned(Tone::Strong, decided), test]);
        }
        page.table(table);
    }
}

fn verdict(part: &PartRow, parts: usize) -> Line {
    let line = if parts > 1 {
        Line::from(format!("part {}: ", part.part))
    } else {
        Line::new()
    };
    match (part.source_fits, part.result) {
        (false, _) => line.push(Tone::Faint, "the event is of another source"),
        (true, true) => line.push(Tone::Good, "found"),
        (true, false) => line.push(Tone::Bad, "not found"),
    }
}
