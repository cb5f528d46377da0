//! Stages of pipelines in words.

use super::marks::{code, quoted};
use super::{Sentence, duration, expr, list, list_all, measure, sentence, words};
use std::fmt::Write;
use tripline_ir::{
    Dedup, Expand, Expr, Fill, Function, Inline, Join, JoinKey, JoinKind, Key, KeyMatch,
    MeasureFunction, Plan, Projection, Running, RunningWindow, Scan, ScanStep, SortKey, Table,
    Text, Transaction, Value,
};

/// The sentence of a stage itself; none where it only shows rows.
pub(super) fn own(plan: &Plan) -> Option<Sentence> {
    let (stage, text) = match plan {
        Plan::Dedup(found) => ("dedup", dedup(found)),
        Plan::Inline(found) => ("inline", inline(found)),
        Plan::Running(found) => ("running", running(found)),
        Plan::Scan(found) => ("scan", scan(found)),
        Plan::Sort { by, .. } => ("sort", sort(by)),
        Plan::Expand(found) => ("expand", expand(found)),
        Plan::Table(found) => ("table", table(found)),
        Plan::Fill(found) => ("fill", fill(found)),
        Plan::Transaction(found) => ("transaction", transaction(found)),
        Plan::Derive { columns, .. } => ("derive", derive(columns)?),
        Plan::Project { projection, .. } => ("project", project(projection)?),
        Plan::Named { name, .. } => ("name", format!("Call these rows {}.", code(name))),
        _ => return None,
    };
    Some(sentence(stage, text))
}

/// What is computed; nothing where every column only keeps its value.
fn derive(columns: &[(Text, Expr)]) -> Option<String> {
    let told: Vec<String> = columns
        .iter()
        .filter(|(name, value)| !is_column(value, name))
        .map(|(name, value)| format!("{} = {}", expr::name(name), expr::value(value)))
        .collect();
    (!told.is_empty()).then(|| format!("Compute {}.", told.join(", ")))
}

fn is_column(value: &Expr, name: &str) -> bool {
    match value {
        Expr::Field(field) => field.name == name,
        Expr::Call {
            function: Function::Elements,
            arguments,
        } => matches!(arguments.as_slice(), [one] if is_column(one, name)),
        _ => false,
    }
}

fn sort(by: &[SortKey]) -> String {
    let key = |key: &SortKey| {
        let order = if key.descending {
            "descending"
        } else {
            "ascending"
        };
        format!("{} ({order})", expr::value(&key.value))
    };
    let keys: Vec<String> = by.iter().map(key).collect();
    format!("Order the rows by {}.", keys.join(", then "))
}

fn expand(expand: &Expand) -> String {
    let of = |(name, list): &(Text, Expr)| {
        if is_column(list, name) {
            code(name)
        } else {
            format!("{}, as {}", expr::value(list), expr::name(name))
        }
    };
    let what: Vec<String> = expand.columns.iter().map(of).collect();
    let side_by_side = if what.len() > 1 { ", side by side" } else { "" };
    format!(
        "Make a row of each value of {}{side_by_side}.",
        what.join(" and of ")
    )
}

fn fill(fill: &Fill) -> String {
    let names = list(fill.columns.iter().map(|field| code(&field.name)), "and");
    let names = if names.is_empty() {
        "every column".to_owned()
    } else {
        names
    };
    let value = match &fill.value {
        Value::Text(text) => quoted(text),
        other => other.to_string(),
    };
    format!("Put {value} where {names} is missing.")
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
    let same = same(&join.on);
    let told = match join.kind {
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
    };
    match join.limit {
        Some(1) => format!("{told} Each row gets one partner at most."),
        Some(most) => format!("{told} Each row gets {most} partners at most."),
        None => told,
    }
}

/// ` by ...`: what the rows of a pair share, or nothing.
fn same(on: &[Vec<JoinKey>]) -> String {
    let all = |keys: &Vec<JoinKey>| {
        let told: Vec<String> = keys.iter().map(pair).collect();
        list_all(&told, "and")
    };
    let ways: Vec<String> = on.iter().map(all).collect();
    match ways.as_slice() {
        [] => String::new(),
        ways if ways.iter().any(String::is_empty) => String::new(),
        [one] => format!(" by {one}"),
        several => format!(" by {}", several.join(", or by ")),
    }
}

fn pair(key: &JoinKey) -> String {
    let (left, right) = (expr::value(&key.left), expr::value(&key.right));
    match key.how {
        KeyMatch::Equal(_) if left == right => left,
        KeyMatch::Equal(_) => format!("{left} of the first = {right} of the second"),
        KeyMatch::Wildcard(_) => format!("{left} of the first like {right} of the second"),
        KeyMatch::Network => format!("{left} of the first in the network {right} of the second"),
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
    let by_place = |function: &MeasureFunction| {
        matches!(
            function,
            MeasureFunction::Lag(..)
                | MeasureFunction::Lead(..)
                | MeasureFunction::SessionStart { .. }
        )
    };
    let per = per(&running.group_by);
    // These say themselves which rows they look at.
    if running.measures.iter().all(|one| by_place(&one.function)) {
        return format!("Add to each row{per}: {}.", measures.join(", "));
    }
    let window = match running.window {
        RunningWindow::All if running.current => "it and the rows before it".to_owned(),
        RunningWindow::All => "the rows before it".to_owned(),
        RunningWindow::Rows(count) => format!("the last {count} rows"),
        RunningWindow::RowsOverall(count) => {
            format!("those of the last {count} rows of all")
        }
        RunningWindow::Time(length) => format!("the rows within {}", duration(length)),
    };
    format!(
        "Add to each row, computed{per} over {window}: {}.",
        measures.join(", ")
    )
}

fn table(table: &Table) -> String {
    let rows = match table.rows.len() {
        0 => "no rows".to_owned(),
        1 => "the row".to_owned(),
        many => format!("the {many} rows"),
    };
    if let Some(name) = look_up(table) {
        return format!("Take {rows} of the look-up {}.", code(name));
    }
    let names = list(table.columns.iter().map(|name| code(name)), "and");
    if names.is_empty() {
        return format!("Take {rows} that stand in the rule, without columns.");
    }
    if table.rows.is_empty() {
        return format!("Take no rows: the table of {names} is empty or not in the corpus.");
    }
    format!("Take {rows} of {names} that stand in the rule.")
}

/// The look-up whose file a table is: its columns are called `lookup.NAME.PLACE`.
fn look_up(table: &Table) -> Option<&str> {
    let inside = table.columns.first()?.strip_prefix("lookup.")?;
    Some(inside.rsplit_once('.')?.0)
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
                .map(|(from, to)| format!("{} to {}", code(&from.name), code(to)));
            Some(format!("Rename {}.", list(names, "and")))
        }
        Projection::Spread { field, .. } => Some(format!(
            "Make each member of {} a column.",
            code(&field.name)
        )),
    }
}
