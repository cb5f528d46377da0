//! What rules look for one after the other.

use super::parts;
use crate::layout::{Line, Page, Table, Tone, toned};
use tripline_app::answers::{SequenceStep, SequenceSteps, SequencesAnswer, StepRole};

/// The rules with their steps.
pub(crate) fn page(answer: &SequencesAnswer) -> Page {
    let mut page = Page::new();
    page.title(format!("Sequences {} {}", answer.id, answer.name));
    let count = parts::plural(answer.rules.len(), "rule");
    page.facts(vec![(
        "Found",
        Line::from(format!("{count} with several steps")),
    )]);
    for row in &answer.rules {
        page.heading(row.rule.title.as_str(), toned(Tone::Faint, &row.rule.id));
        for sequence in &row.sequences {
            page.text(head(sequence));
            let mut table = Table::new().number("").text("event").flexible("tests");
            for (at, step) in sequence.steps.iter().enumerate() {
                table.row(vec![
                    Line::from((at + 1).to_string()),
                    toned(Tone::Strong, label(step)),
                    parts::prose(&step.meaning),
                ]);
            }
            page.table(table);
        }
    }
    parts::foot(&mut page, &answer.catalog);
    page
}

fn head(sequence: &SequenceSteps) -> String {
    let order = if sequence.ordered {
        "In this order"
    } else {
        "In any order"
    };
    let window = sequence.window.as_ref();
    let window = window.map_or_else(String::new, |window| format!(" within {window}"));
    if sequence.keys.is_empty() {
        return format!("{order}{window}:");
    }
    format!(
        "{order}{window}, with the same {}:",
        sequence.keys.join(" + ")
    )
}

fn label(step: &SequenceStep) -> String {
    let role = match step.role {
        StepRole::Occurs => "",
        StepRole::Missing => " (must not occur)",
        StepRole::Until => " (ends the search)",
    };
    let times = if step.runs > 1 {
        format!(", {} times", step.runs)
    } else {
        String::new()
    };
    format!("{}{role}{times}", step.label)
}
