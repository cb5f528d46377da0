//! Stages of pipelines.

use super::expr::{duration, field, name};
use super::plan::keys;
use crate::{
    Dedup, Expand, Expr, Fill, Inline, Join, JoinColumns, JoinKey, JoinKind, KeyMatch, Measure,
    MeasureFunction, MissingKey, Projection, Running, RunningWindow, Scan, ScanOutput, SortKey,
    Table, Text, Transaction,
};
use std::fmt::Write as _;

/// Items with commas between.
fn list<T>(items: &[T], text: impl Fn(&T) -> String) -> String {
    items.iter().map(text).collect::<Vec<_>>().join(", ")
}

pub(super) fn join(join: &Join) -> String {
    let kind = match join.kind {
        JoinKind::LeftSemi => "left semi",
        JoinKind::LeftAnti => "left anti",
        JoinKind::Inner => "inner",
        JoinKind::LeftOuter => "left outer",
        JoinKind::InnerUnique => "inner unique",
        JoinKind::RightSemi => "right semi",
        JoinKind::RightAnti => "right anti",
        JoinKind::RightOuter => "right outer",
        JoinKind::FullOuter => "full outer",
    };
    let all = |keys: &Vec<JoinKey>| {
        let keys: Vec<String> = keys.iter().map(join_key).collect();
        format!("({})", keys.join(" and "))
    };
    let on: Vec<String> = join.on.iter().map(all).collect();
    let mut head = format!("join {kind} on {}", on.join(" or "));
    head.push_str(match join.columns {
        JoinColumns::LeftFirst => "",
        JoinColumns::RightFirst => " right first",
        JoinColumns::Numbered => " numbered",
        JoinColumns::RightOnly => " right only",
    });
    if let Some(limit) = join.limit {
        let _ = write!(head, " limit {limit}");
    }
    head
}

fn join_key(key: &JoinKey) -> String {
    let relation = match key.how {
        KeyMatch::Equal(crate::Case::Sensitive) => "=",
        KeyMatch::Equal(_) => "=~",
        KeyMatch::Wildcard(_) => "like",
        KeyMatch::Network => "in network",
    };
    format!("{} {relation} {}", key.left, key.right)
}

pub(super) fn projection(projection: &Projection) -> String {
    match projection {
        Projection::Display(columns) => format!("project {}", list(columns, |c| name(c))),
        Projection::Keep(columns) => format!("keep {}", list(columns, field)),
        Projection::Drop(columns) => format!("drop {}", list(columns, field)),
        Projection::Rename(columns) => format!(
            "rename {}",
            list(columns, |(from, to)| format!(
                "{} as {}",
                field(from),
                name(to)
            ))
        ),
        Projection::Spread {
            field: of,
            prefix,
            replace,
        } => {
            let mut head = format!("spread {}", field(of));
            if !prefix.is_empty() {
                let _ = write!(head, " as {}*", name(prefix));
            }
            if *replace {
                head.push_str(" replacing");
            }
            head
        }
    }
}

pub(super) fn sort(by: &[SortKey]) -> String {
    let key = |key: &SortKey| {
        let direction = if key.descending { " desc" } else { "" };
        let nulls = if key.nulls_first { " nulls first" } else { "" };
        format!("{}{direction}{nulls}", key.value)
    };
    format!("sort {}", list(by, key))
}

pub(super) fn dedup(dedup: &Dedup) -> String {
    let mut head = format!("dedup {}", list(&dedup.by, ToString::to_string));
    if dedup.count != 1 {
        let _ = write!(head, " keep {}", dedup.count);
    }
    if dedup.consecutive {
        head.push_str(" consecutive");
    }
    head.push_str(match dedup.missing {
        MissingKey::Value => "",
        MissingKey::Drop => " missing drop",
        MissingKey::Keep => " missing keep",
    });
    head
}

pub(super) fn inline(inline: &Inline) -> String {
    let mut head = format!("inline {}", measures(&inline.measures));
    if !inline.group_by.is_empty() {
        let _ = write!(head, " by {}", keys(&inline.group_by));
    }
    head
}

pub(super) fn running(running: &Running) -> String {
    let window = match running.window {
        RunningWindow::All => String::new(),
        RunningWindow::Rows(count) => format!(" over {count} rows"),
        RunningWindow::RowsOverall(count) => format!(" over {count} rows overall"),
        RunningWindow::Time(length) => format!(" over {}", duration(length)),
    };
    let before = if running.current { "" } else { " before" };
    let mut head = format!("running{window}{before} {}", measures(&running.measures));
    if !running.group_by.is_empty() {
        let _ = write!(head, " by {}", keys(&running.group_by));
    }
    head
}

pub(super) fn scan(scan: &Scan) -> String {
    let assigned =
        |columns: &[(Text, Expr)]| list(columns, |(column, of)| format!("{} = {of}", name(column)));
    let mut head = "scan".to_owned();
    if !scan.group_by.is_empty() {
        let _ = write!(head, " by {}", keys(&scan.group_by));
    }
    if let Some(id) = &scan.match_id {
        let _ = write!(head, " numbered {}", name(id));
    }
    if !scan.declared.is_empty() {
        let _ = write!(head, " with {}", assigned(&scan.declared));
    }
    for step in &scan.steps {
        let shown = match step.output {
            ScanOutput::All => "",
            ScanOutput::Last => " last",
            ScanOutput::None => " none",
        };
        let _ = write!(head, " [{}{shown}: {}", name(&step.name), step.condition);
        if !step.columns.is_empty() {
            let _ = write!(head, " => {}", assigned(&step.columns));
        }
        head.push(']');
    }
    head
}

pub(super) fn expand(expand: &Expand) -> String {
    let mut head = format!(
        "expand {}",
        list(&expand.columns, |(column, of)| format!(
            "{} = {of}",
            name(column)
        ))
    );
    if expand.keep_empty {
        head.push_str(" keep empty");
    }
    if let Some(limit) = expand.limit {
        let _ = write!(head, " limit {limit}");
    }
    if let Some(index) = &expand.index {
        let _ = write!(head, " index {}", name(index));
    }
    head
}

pub(super) fn table(table: &Table) -> String {
    let row = |row: &Vec<crate::Value>| format!("({})", list(row, ToString::to_string));
    format!(
        "table ({}) {}",
        list(&table.columns, |c| name(c)),
        list(&table.rows, row)
    )
}

pub(super) fn fill(fill: &Fill) -> String {
    let columns = if fill.columns.is_empty() {
        "*".to_owned()
    } else {
        list(&fill.columns, field)
    };
    format!("fill {columns} with {}", fill.value)
}

pub(super) fn transaction(found: &Transaction) -> String {
    let mut head = "transaction".to_owned();
    if !found.keys.is_empty() {
        let _ = write!(head, " by {}", list(&found.keys, ToString::to_string));
    }
    if let Some(span) = found.max_span {
        let _ = write!(head, " within {}", duration(span));
    }
    if let Some(pause) = found.max_pause {
        let _ = write!(head, " pause {}", duration(pause));
    }
    if let Some(count) = found.max_events {
        let _ = write!(head, " at most {count}");
    }
    if let Some(start) = &found.starts_with {
        let _ = write!(head, " from ({start})");
    }
    if let Some(end) = &found.ends_with {
        let _ = write!(head, " to ({end})");
    }
    if found.keep_evicted {
        head.push_str(" keep evicted");
    }
    if found.every_value {
        head.push_str(" every value");
    }
    head
}

pub(super) fn measures(all: &[Measure]) -> String {
    list(all, measure)
}

fn measure(measure: &Measure) -> String {
    let function = &measure.function;
    let mut arguments: Vec<String> = function
        .arguments()
        .iter()
        .map(ToString::to_string)
        .collect();
    match function {
        MeasureFunction::Percentile(_, share) | MeasureFunction::PercentileNearest(_, share) => {
            arguments.push(share.to_string());
        }
        MeasureFunction::Set(_, Some(limit)) | MeasureFunction::List(_, Some(limit)) => {
            arguments.push(limit.to_string());
        }
        MeasureFunction::Lag(_, rows) | MeasureFunction::Lead(_, rows) => {
            arguments.push(rows.to_string());
        }
        MeasureFunction::Top {
            count, descending, ..
        } => {
            arguments.push(count.to_string());
            arguments.push(if *descending { "desc" } else { "asc" }.to_owned());
        }
        _ => {}
    }
    let filter = match &measure.filter {
        Some(filter) => format!(" where {filter}"),
        None => String::new(),
    };
    format!(
        "{} = {}({}){filter}",
        name(&measure.name),
        function.name(),
        arguments.join(", ")
    )
}
