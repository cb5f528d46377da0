//! Plans.

use super::expr::{duration, field, name, quoted};
use super::stages;
use crate::{Aggregate, Condition, Correlate, Key, Match, Plan, Sequence, Step, Text, Window};
use std::fmt::{self, Write as _};

/// A plan node in two halves: what it is, and what it reads.
struct Node<'p> {
    head: String,
    inputs: Vec<(String, &'p Plan)>,
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let node = node(self);
        f.write_str(&node.head)?;
        if node.inputs.is_empty() {
            return Ok(());
        }
        f.write_str(" {")?;
        for (index, (label, input)) in node.inputs.iter().enumerate() {
            let comma = if index > 0 { ", " } else { " " };
            write!(f, "{comma}{label}{input}")?;
        }
        f.write_str(" }")
    }
}

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted_all = |texts: &[Text]| {
            let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
            texts.join(", ")
        };
        f.write_str("match ")?;
        if !self.source.names.is_empty() {
            write!(f, "from {} ", quoted_all(&self.source.names))?;
        }
        if !self.source.events.is_empty() {
            write!(f, "events {} ", quoted_all(&self.source.events))?;
        }
        write!(f, "where {}", self.predicate)
    }
}

/// A plan over lines: inputs and steps indented below what reads them.
pub fn indented(plan: &Plan) -> String {
    let mut out = String::new();
    lines(plan, "", 0, &mut out);
    out
}

fn lines(plan: &Plan, label: &str, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    if let Plan::Sequence(sequence) = plan {
        let _ = writeln!(out, "{indent}{label}{}", sequence_head(sequence));
        let steps = sequence.steps.iter().map(step);
        let until = sequence.until.iter().map(|u| format!("until {}", step(u)));
        for line in steps.chain(until) {
            let _ = writeln!(out, "{indent}  {line}");
        }
        return;
    }
    let node = node(plan);
    let _ = writeln!(out, "{indent}{label}{}", node.head);
    for (label, input) in node.inputs {
        lines(input, &label, depth + 1, out);
    }
}

fn node(plan: &Plan) -> Node<'_> {
    let (head, inputs) = match plan {
        Plan::Match(found) => (found.to_string(), vec![]),
        Plan::Filter { input, predicate } => (format!("filter {predicate}"), vec![&**input]),
        Plan::Sequence(sequence) => (sequence_text(sequence), vec![]),
        Plan::Sample(sample) => (format!("sample {}", steps(&sample.steps)), vec![]),
        Plan::Correlate(correlate) => return correlate_node(correlate),
        Plan::Aggregate(aggregate) => (aggregate_head(aggregate), vec![&*aggregate.input]),
        Plan::NewTerms(terms) => {
            let fields: Vec<String> = terms.fields.iter().map(field).collect();
            let head = format!(
                "new terms ({}) history {} look back {}",
                fields.join(", "),
                duration(terms.history),
                duration(terms.look_back)
            );
            (head, vec![&*terms.input])
        }
        Plan::Join(join) => (stages::join(join), vec![&*join.left, &*join.right]),
        Plan::Union(inputs) => ("union".to_owned(), inputs.iter().collect()),
        Plan::Append(inputs) => ("append".to_owned(), inputs.iter().collect()),
        Plan::Derive { input, columns } => {
            let columns: Vec<String> = columns
                .iter()
                .map(|(column, expr)| format!("{} = {expr}", name(column)))
                .collect();
            (format!("derive {}", columns.join(", ")), vec![&**input])
        }
        Plan::Project { input, projection } => (stages::projection(projection), vec![&**input]),
        Plan::Sort { input, by } => (stages::sort(by), vec![&**input]),
        Plan::Dedup(dedup) => (stages::dedup(dedup), vec![&*dedup.input]),
        Plan::Inline(inline) => (stages::inline(inline), vec![&*inline.input]),
        Plan::Running(running) => (stages::running(running), vec![&*running.input]),
        Plan::Scan(scan) => (stages::scan(scan), vec![&*scan.input]),
        Plan::Expand(expand) => (stages::expand(expand), vec![&*expand.input]),
        Plan::Table(table) => (stages::table(table), vec![]),
        Plan::Fill(fill) => (stages::fill(fill), vec![&*fill.input]),
        Plan::Transaction(found) => (stages::transaction(found), vec![&*found.input]),
        Plan::Apply(apply) => ("apply".to_owned(), vec![&*apply.input, &*apply.body]),
        Plan::Given => ("given".to_owned(), vec![]),
        Plan::Named { input, name: given } => (format!("named {}", name(given)), vec![&**input]),
        Plan::Limit(limit) => {
            let end = if limit.from_end { "tail" } else { "head" };
            (format!("{end} {}", limit.count), vec![&*limit.input])
        }
        Plan::Opaque(opaque) => (
            format!(
                "opaque {} ({})",
                quoted(&opaque.text),
                opaque.reason.phrase()
            ),
            vec![],
        ),
    };
    let inputs = inputs.into_iter().map(|input| (String::new(), input));
    Node {
        head,
        inputs: inputs.collect(),
    }
}

pub(super) fn keys(by: &[Key]) -> String {
    let key = |key: &Key| format!("{}{}", if key.optional { "?" } else { "" }, key.value);
    by.iter().map(key).collect::<Vec<_>>().join(", ")
}

fn step(step: &Step) -> String {
    let missing = if step.missing { "!" } else { "" };
    let mut out = format!("{missing}[{}]", step.find);
    if !step.by.is_empty() {
        let _ = write!(out, " by {}", keys(&step.by));
    }
    if step.runs != 1 {
        let _ = write!(out, " runs {}", step.runs);
    }
    out
}

fn steps(all: &[Step]) -> String {
    all.iter().map(step).collect::<Vec<_>>().join(" ")
}

fn sequence_head(sequence: &Sequence) -> String {
    match sequence.max_span {
        Some(span) => format!("sequence within {}", duration(span)),
        None => "sequence".to_owned(),
    }
}

fn sequence_text(sequence: &Sequence) -> String {
    let mut out = format!("{} {}", sequence_head(sequence), steps(&sequence.steps));
    if let Some(until) = &sequence.until {
        let _ = write!(out, " until {}", step(until));
    }
    out
}

fn correlate_node(correlate: &Correlate) -> Node<'_> {
    let order = if correlate.ordered { " in order" } else { "" };
    let mut head = format!(
        "correlate{order} within {} if {}",
        duration(correlate.window),
        condition(&correlate.condition)
    );
    if !correlate.group_by.is_empty() {
        let names: Vec<String> = correlate.group_by.iter().map(|key| name(key)).collect();
        let _ = write!(head, " by {}", names.join(", "));
    }
    if correlate.whole {
        head.push_str(" with every row");
    }
    let label = |rule: &crate::Correlated| {
        let keys: Vec<String> = rule.keys.iter().map(field).collect();
        let by = if keys.is_empty() {
            String::new()
        } else {
            format!(" by {}", keys.join(", "))
        };
        format!("{}{by}: ", name(&rule.name))
    };
    let inputs = correlate.rules.iter().map(|rule| (label(rule), &rule.plan));
    Node {
        head,
        inputs: inputs.collect(),
    }
}

fn condition(of: &Condition) -> String {
    let all = |parts: &[Condition]| parts.iter().map(condition).collect::<Vec<_>>().join(", ");
    match of {
        Condition::Count { min, max: None } => format!("count >= {min}"),
        Condition::Count {
            min,
            max: Some(max),
        } => format!("count {min}..{max}"),
        Condition::Rule(rule) => name(rule),
        Condition::And(parts) => format!("all({})", all(parts)),
        Condition::Or(parts) => format!("any({})", all(parts)),
        Condition::Not(inner) => format!("not({})", condition(inner)),
    }
}

fn aggregate_head(aggregate: &Aggregate) -> String {
    let window = match aggregate.window {
        Window::Sliding(length) => format!("sliding {}", duration(length)),
        Window::Tumbling(length) => format!("tumbling {}", duration(length)),
        Window::LookBack(length) => format!("look back {}", duration(length)),
        Window::Whole => "whole".to_owned(),
    };
    let measures = stages::measures(&aggregate.measures);
    let mut head = format!("aggregate {window} {measures}");
    if !aggregate.group_by.is_empty() {
        let _ = write!(head, " by {}", keys(&aggregate.group_by));
    }
    let _ = write!(head, " having {}", aggregate.having);
    if aggregate.closed {
        head.push_str(" closed");
    }
    head
}
