//! A plan in words: one sentence per stage, made from the plan alone.

mod expr;
mod measures;
mod pipes;
mod predicate;

use crate::correlations::duration;
use smol_str::SmolStr as Text;
use tripline_ir::{Aggregate, Condition, Correlate, NewTerms, Plan, Predicate, Sample, Sequence};
use tripline_ir::{Step, Window};

use measures::measure;
pub(crate) use predicate::words;
use predicate::{comparison, implied};

/// More alternatives than this are counted, not listed.
const MAX_LISTED: usize = 6;

/// A stage of a rule's logic in words.
pub(crate) struct Sentence {
    /// What kind of stage: `source`, `require`, `exclude`, `step`, `group`, ...
    pub(crate) stage: &'static str,
    /// The sentence.
    pub(crate) text: Text,
}

fn sentence(stage: &'static str, text: impl Into<Text>) -> Sentence {
    Sentence {
        stage,
        text: text.into(),
    }
}

/// The stages of a plan in the order in which they work.
pub(crate) fn stages(plan: &Plan) -> Vec<Sentence> {
    match plan {
        Plan::Match(found) => matched(found),
        Plan::Filter { input, predicate } => {
            let mut all = stages(input);
            all.push(sentence(
                "filter",
                format!("Of these, keep rows where {}.", words(predicate)),
            ));
            all
        }
        Plan::Sequence(found) => sequence(found),
        Plan::Sample(found) => sample(found),
        Plan::Union(inputs) | Plan::Append(inputs) if inputs.len() > 1 => branches(inputs),
        Plan::Join(join) => {
            let mut all = stages(&join.left);
            all.push(sentence(
                "second",
                "Apart from these, a second set of rows:",
            ));
            all.extend(stages(&join.right));
            all.push(sentence("join", pipes::join(join)));
            all
        }
        Plan::Opaque(opaque) => {
            let text = format!("A part is not read: {}.", opaque.reason.phrase());
            vec![sentence("opaque", text)]
        }
        other => later(other),
    }
}

fn sequence(found: &Sequence) -> Vec<Sentence> {
    let span = found
        .max_span
        .map(|span| format!(" within {}", duration(span)));
    let span = span.unwrap_or_default();
    let keys = step_keys(&found.steps);
    let mut all = vec![sentence("sequence", format!("In this order{span}{keys}:"))];
    let steps = found.steps.iter().enumerate();
    all.extend(steps.map(|(at, found)| step(at, found)));
    all.extend(found.until.iter().map(|until| {
        let text = format!("Given up when {}.", words(&until.find.predicate));
        sentence("until", text)
    }));
    all
}

fn sample(found: &Sample) -> Vec<Sentence> {
    let keys = step_keys(&found.steps);
    let mut all = vec![sentence("sample", format!("In any order{keys}:"))];
    let steps = found.steps.iter().enumerate();
    all.extend(steps.map(|(at, found)| step(at, found)));
    all
}

/// Rows of several plans, one after the other.
fn branches(inputs: &[Plan]) -> Vec<Sentence> {
    let count = inputs.len();
    let each = inputs.iter().enumerate().flat_map(|(at, input)| {
        let head = format!("Branch {} of {count}:", at + 1);
        std::iter::once(sentence("branch", head)).chain(stages(input))
    });
    let mut all: Vec<Sentence> = each.collect();
    let text = format!("Take the rows of all {count} branches.");
    all.push(sentence("union", text));
    all
}

/// Stages that follow others.
fn later(plan: &Plan) -> Vec<Sentence> {
    let mut all: Vec<Sentence> = match plan {
        Plan::Correlate(correlate) => correlate
            .rules
            .iter()
            .flat_map(|rule| {
                let head = sentence("rule", format!("Rule `{}`:", rule.name));
                std::iter::once(head).chain(stages(&rule.plan))
            })
            .collect(),
        other => other.inputs().into_iter().flat_map(stages).collect(),
    };
    all.extend(own(plan));
    all
}

/// The sentence of a node itself, when it decides what alerts.
fn own(plan: &Plan) -> Option<Sentence> {
    match plan {
        Plan::Correlate(found) => Some(sentence("correlate", correlate(found))),
        Plan::Aggregate(found) => Some(sentence("group", aggregate(found))),
        Plan::NewTerms(found) => Some(sentence("new_terms", new_terms(found))),
        Plan::Limit(limit) => {
            let end = if limit.from_end { "last" } else { "first" };
            let text = match limit.count {
                1 => format!("Keep the {end} row."),
                count => format!("Keep the {end} {count} rows."),
            };
            Some(sentence("limit", text))
        }
        other => pipes::own(other),
    }
}

fn correlate(found: &Correlate) -> String {
    let order = if found.ordered { " in this order" } else { "" };
    let keys = list(found.group_by.iter().map(|key| format!("`{key}`")), "and");
    let keys = if keys.is_empty() {
        keys
    } else {
        format!(" with the same {keys}")
    };
    format!(
        "Alert when {}{order} within {}{keys}.",
        condition(&found.condition, found.rules.len()),
        duration(found.window)
    )
}

/// One row per group, what is computed of it, and which groups alert.
fn aggregate(found: &Aggregate) -> String {
    let keys = found.group_by.iter().map(|key| expr::value(&key.value));
    let keys = list(keys, "and");
    let window = window(found.window);
    let measures = list_all(found.measures.iter().map(measure));
    let mut text = match (keys.is_empty(), measures.is_empty()) {
        (true, true) => "All rows count as one".to_owned(),
        (true, false) => format!("Of all rows together compute {measures}"),
        (false, true) => format!("One row for each {keys}"),
        (false, false) => format!("For each {keys} compute {measures}"),
    };
    if !window.is_empty() {
        let rest = text.split_off(1);
        text = format!("{window} {}{rest}", text.to_lowercase());
    }
    if found.having != Predicate::True {
        text.push_str("; keep those where ");
        text.push_str(&words(&found.having));
    }
    text + "."
}

fn new_terms(found: &NewTerms) -> String {
    let fields = found.fields.iter().map(|field| format!("`{}`", field.name));
    format!(
        "Alert when {} of the last {} did not occur in the {} before the run.",
        list(fields, "and"),
        duration(found.look_back),
        duration(found.history)
    )
}

/// What is required and what is left out of the matching events.
fn matched(found: &tripline_ir::Match) -> Vec<Sentence> {
    let mut all = Vec::new();
    if !found.source.names.is_empty() {
        let names = list(
            found.source.names.iter().map(|name| format!("`{name}`")),
            "or",
        );
        all.push(sentence("source", format!("Events from {names}.")));
    }
    let parts = match &found.predicate {
        Predicate::And(parts) => parts.as_slice(),
        other => std::slice::from_ref(other),
    };
    for part in parts {
        match part {
            Predicate::True => {}
            // A guard that the language adds says nothing that the author wrote.
            Predicate::Or(_) | Predicate::Not(_) if implied(part) => {}
            Predicate::Not(inner) => {
                all.push(sentence(
                    "exclude",
                    format!("Leave out events where {}.", words(inner)),
                ));
            }
            other => all.push(sentence(
                "require",
                format!("Require that {}.", words(other)),
            )),
        }
    }
    all
}

fn step(at: usize, step: &Step) -> Sentence {
    let what = words(&step.find.predicate);
    let number = at + 1;
    let runs = if step.runs > 1 {
        format!(", {} times in a row", step.runs)
    } else {
        String::new()
    };
    if step.missing {
        sentence("missing", format!("{number}. no event where {what}."))
    } else {
        sentence("step", format!("{number}. an event where {what}{runs}."))
    }
}

fn step_keys(steps: &[Step]) -> String {
    let keys = steps
        .first()
        .map(|step| step.by.as_slice())
        .unwrap_or_default();
    let names = keys.iter().flat_map(|key| key.value.fields());
    let names = list(names.map(|field| format!("`{}`", field.name)), "and");
    if names.is_empty() {
        names
    } else {
        format!(", with the same {names}")
    }
}

fn condition(condition: &Condition, rules: usize) -> String {
    match condition {
        Condition::Count { min, max: None } if *min as usize == rules => {
            "all of these rules fire".to_owned()
        }
        Condition::Count { min, max: None } => format!("at least {min} of these rules fire"),
        Condition::Count {
            min,
            max: Some(max),
        } => {
            format!("{min} to {max} of these rules fire")
        }
        Condition::Rule(name) => format!("`{name}` fires"),
        Condition::Not(inner) => format!("not ({})", self::condition(inner, rules)),
        Condition::And(parts) => list(parts.iter().map(|p| self::condition(p, rules)), "and"),
        Condition::Or(parts) => list(parts.iter().map(|p| self::condition(p, rules)), "or"),
    }
}

fn window(window: Window) -> String {
    match window {
        Window::Sliding(length) => format!("Over any {}:", duration(length)),
        Window::Tumbling(length) => format!("In each {} of the clock:", duration(length)),
        Window::LookBack(length) => format!("Over the last {}:", duration(length)),
        Window::Whole => String::new(),
    }
}

/// `a, b and c`, or with commas alone; more than [`MAX_LISTED`] end in a count.
fn list(items: impl Iterator<Item = String>, word: &str) -> String {
    let mut items: Vec<String> = items.collect();
    if items.len() > MAX_LISTED {
        let more = items.len() - MAX_LISTED;
        items.truncate(MAX_LISTED);
        items.push(format!("{more} more"));
    }
    match items.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) if word == "," => format!("{}, {last}", rest.join(", ")),
        Some((last, rest)) => format!("{} {word} {last}", rest.join(", ")),
    }
}

/// All items with commas between them.
fn list_all(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
