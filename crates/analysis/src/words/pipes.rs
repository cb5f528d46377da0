//! Stages of pipelines in words.

use super::{Sentence, duration, expr, list, measure, sentence, words};
use std::fmt::Write;
use tripline_ir::{
    Dedup, Expr, Inline, Join, JoinKind, Key, Plan, Projection, Running, RunningWindow, Scan,
    ScanStep, Table, Transaction,
};

/// The sentence of a stage itself; none where it only orders or shows rows.
pub(super) fn own(plan: &Plan) -> Option<Sentence> {
    let (stage, text) = match plan {
        Plan::Dedup(found) => ("dedup", dedup(found)),
        Plan::Inline(found) => ("inline", inline(found)),
        Plan::Running(found) => ("running", running(found)),
        Plan::Scan(found) => ("scan", scan(found)),
        Plan::Expand(expand) => {
            let names = list(expand.columns.iter().map(|(name, _)| code(name)), "and");
            ("expand", format!("Make a row of each value of {names}."))
        }
        Plan::Table(found) => ("table", table(found)),
        Plan::Fill(fill) => {
            let names = list(fill.columns.iter().map(|field| code(&field.name)), "and");
            let names = if names.is_empty() {
                "every column".to_owned()
            } else {
                names
            };
            (
                "fill",
                format!("Put `{}` where {names} is missing.", fill.value),
            )
        }
        Plan::Transaction(found) => ("transaction", transaction(found)),
        Plan::Derive { columns, .. } => {
            let told = columns
                .iter()
                .map(|(name, value)| format!("{} = {}", code(name), expr::value(value)));
            (
                "derive",
                format!("Compute {}.", told.collect::<Vec<_>>().join(", ")),
            )
        }
        Plan::Project { projection, .. } => ("project", project(projection)?),
        Plan::Apply(_) => (
            "apply",
            "Run the last stages for each row of the first.".to_owned(),
        ),
        Plan::Named { name, .. } => ("name", format!("Call these rows {}.", code(name))),
        _ => return None,
    };
    Some(sentence(stage, text))
}

fn code(name: &str) -> String {
    format!("`{name}`")
}

fn fields<'e>(exprs: impl Iterator<Item = &'e Expr>) -> String {
    list(exprs.map(expr::value), "and")
}

/// ` per ...`, or nothing.
fn per(keys: &[Key]) -> String {
    let keys = fields(keys.iter().map(|key| &key.value));
    if keys.is_empty() {
        keys
    } else {
        format!(" per {keys}")
    }
}

pub(super) fn join(join: &Join) -> String {
    let keys = fields(join.on.iter().flatten().map(|key| &key.left));
    let same = if keys.is_empty() {
        String::new()
    } else {
        format!(" by {keys}")
    };
    match join.kind {
        JoinKind::LeftSemi => {
            format!("Keep the rows of the first set that the second has too{same}.")
        }
        JoinKind::LeftAnti => {
            format!("Leave out the rows of the first set that the second has too{same}.")
        }
        JoinKind::RightSemi => {
            format!("Keep the rows of the second set that the first has too{same}.")
        }
        JoinKind::RightAnti => {
            format!("Keep the rows of the second set that the first does not have{same}.")
        }
        JoinKind::Inner | JoinKind::InnerUnique => {
            format!("Pair the rows of the first set with those of the second{same}.")
        }
        JoinKind::LeftOuter => {
            format!("Add to each row of the first set what the second has of it{same}.")
        }
        JoinKind::RightOuter => {
            format!("Add to each row of the second set what the first has of it{same}.")
        }
        JoinKind::FullOuter => {
            format!("Pair the rows of both{same}, and keep those without a pair.")
        }
    }
}

fn dedup(dedup: &Dedup) -> String {
    let keys = fields(dedup.by.iter());
    let kind = if keys.is_empty() {
        "kind".to_owned()
    } else {
        keys
    };
    match dedup.count {
        1 => format!("Keep one row of each {kind}."),
        many => format!("Keep {many} rows of each {kind}."),
    }
}

fn inline(inline: &Inline) -> String {
    let measures: Vec<String> = inline.measures.iter().map(measure).collect();
    let per = per(&inline.group_by);
    format!("Add to each row, computed{per}: {}.", measures.join(", "))
}

fn scan(scan: &Scan) -> String {
    let step = |(n, step): (usize, &ScanStep)| {
        let before = match n.checked_sub(1).and_then(|before| scan.steps.get(before)) {
            Some(before) => format!("after {}", code(&before.name)),
            None => "first".to_owned(),
        };
        format!(
            "{before} {} where {}",
            code(&step.name),
            words(&step.condition)
        )
    };
    let steps: Vec<String> = scan.steps.iter().enumerate().map(step).collect();
    let per = per(&scan.group_by);
    format!(
        "Go through the rows in order{per} and keep those of the steps: {}.",
        steps.join("; ")
    )
}

fn running(running: &Running) -> String {
    let measures: Vec<String> = running.measures.iter().map(measure).collect();
    let window = match running.window {
        RunningWindow::All => "the rows before it".to_owned(),
        RunningWindow::Rows(count) => format!("the last {count} rows"),
        RunningWindow::RowsOverall(count) => {
            format!("those of the last {count} rows of all")
        }
        RunningWindow::Time(length) => format!("the rows within {}", duration(length)),
    };
    let per = per(&running.group_by);
    format!(
        "Add to each row, computed{per} over {window}: {}.",
        measures.join(", ")
    )
}

fn table(table: &Table) -> String {
    let names = list(table.columns.iter().map(|name| code(name)), "and");
    let rows = match table.rows.len() {
        1 => "1 row".to_owned(),
        many => format!("{many} rows"),
    };
    format!("Take {rows} of the rule's own table of {names}.")
}

fn transaction(found: &Transaction) -> String {
    let mut text = "Group rows that follow each other".to_owned();
    let keys = fields(found.keys.iter());
    if !keys.is_empty() {
        let _ = write!(text, " with the same {keys}");
    }
    if let Some(span) = found.max_span {
        let _ = write!(text, " within {}", duration(span));
    }
    if let Some(pause) = found.max_pause {
        let _ = write!(text, ", at most {} apart", duration(pause));
    }
    if let Some(start) = &found.starts_with {
        let _ = write!(text, ", from one where {}", words(start));
    }
    if let Some(end) = &found.ends_with {
        let _ = write!(text, ", to one where {}", words(end));
    }
    text.push('.');
    text
}

fn project(projection: &Projection) -> Option<String> {
    match projection {
        Projection::Display(_) => None,
        Projection::Keep(columns) => {
            let names = list(columns.iter().map(|field| code(&field.name)), "and");
            Some(format!("Keep only the columns {names}."))
        }
        Projection::Drop(columns) => {
            let names = list(columns.iter().map(|field| code(&field.name)), "and");
            Some(format!("Drop the columns {names}."))
        }
        Projection::Rename(pairs) => {
            let names = pairs
                .iter()
                .map(|(from, to)| format!("`{}` to `{to}`", from.name));
            Some(format!("Rename {}.", list(names, "and")))
        }
        Projection::Spread { field, .. } => {
            Some(format!("Make each member of `{}` a column.", field.name))
        }
    }
}
