//! A plan in words: one sentence per stage, made from the plan alone.

mod expr;
mod inlined;
mod marks;
mod measures;
mod pipes;
mod predicate;

use crate::correlations::duration;
use smol_str::SmolStr as Text;
use std::collections::BTreeSet;
use tripline_ir::{Aggregate, Condition, Correlate, NewTerms, Plan, Predicate, Sample, Sequence};
use tripline_ir::{Step, Window};

pub(crate) use marks::code;
pub use marks::marked;
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

/// The stages of a plan in the order in which they work. An order is told where a later stage goes
/// by it.
pub(crate) fn stages(plan: &Plan) -> Vec<Sentence> {
    const BY_ORDER: [&str; 8] = [
        "limit",
        "running",
        "scan",
        "dedup",
        "group",
        "inline",
        "transaction",
        "join",
    ];
    let mut all = all_stages(plan);
    let by_order = |stage: &Sentence| BY_ORDER.contains(&stage.stage);
    let last = all.iter().rposition(by_order).unwrap_or(0);
    let mut at = 0;
    all.retain(|stage| {
        at += 1;
        stage.stage != "sort" || at <= last
    });
    all
}

fn all_stages(plan: &Plan) -> Vec<Sentence> {
    match plan {
        Plan::Match(found) => matched(found),
        Plan::Filter { input, predicate } => {
            let mut all = all_stages(input);
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
            let mut all = all_stages(&join.left);
            all.push(sentence(
                "second",
                "Apart from these, a second set of rows:",
            ));
            all.extend(all_stages(&join.right));
            all.push(sentence("join", pipes::join(join)));
            all
        }
        Plan::Opaque(opaque) => {
            let text = format!("A part is not read: {}.", opaque.reason.phrase());
            vec![sentence("opaque", text)]
        }
        Plan::Apply(apply) => {
            let mut all = all_stages(&apply.input);
            all.push(sentence("apply", "For each row by itself:"));
            all.extend(all_stages(&apply.body));
            all.push(sentence(
                "applied",
                "Take the rows so made, with the other columns of the row that they are made of.",
            ));
            all
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
        std::iter::once(sentence("branch", head)).chain(all_stages(input))
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
                let head = sentence("rule", format!("Rule {}:", code(&rule.name)));
                std::iter::once(head).chain(all_stages(&rule.plan))
            })
            .collect(),
        other => other.inputs().into_iter().flat_map(all_stages).collect(),
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
    let keys = list(found.group_by.iter().map(|key| code(key)), "and");
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
    let measures: Vec<String> = found.measures.iter().map(measure).collect();
    let measures = measures.join(", ");
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
    let fields = found.fields.iter().map(|field| code(&field.name));
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
        let names = list(found.source.names.iter().map(|name| source(name)), "or");

        all.push(sentence("source", format!("Events from {names}.")));
    }
    let parts = match &found.predicate {
        Predicate::And(parts) => parts.as_slice(),
        other => std::slice::from_ref(other),
    };
    let mut told = BTreeSet::new();
    for part in parts {
        match part {
            Predicate::True => {}
            // A language asks anew at every negation whether the field is there.
            Predicate::Atom(_) if !told.insert(words(part)) && implied(part) => {}
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

/// A source; a log source of Sigma (`product/category/service`) by its parts.
fn source(name: &str) -> String {
    let parts: Vec<&str> = name.split('/').collect();
    let [product, category, service] = parts[..] else {
        return code(name);
    };
    let parts = [
        ("product", product),
        ("category", category),
        ("service", service),
    ];
    let told = parts.iter().filter(|(_, part)| !part.is_empty());
    let told: Vec<String> = told
        .map(|(what, part)| format!("{what} {}", code(part)))
        .collect();
    if told.is_empty() {
        code(name)
    } else {
        told.join(" ")
    }
}

fn step(at: usize, step: &Step) -> Sentence {
    let what = words(&step.find.predicate);
    let number = at + 1;
    match (step.missing, step.runs) {
        (true, _) => sentence("missing", format!("{number}. no event where {what}.")),
        (false, runs @ 2..) => sentence("step", format!("{number}. {runs} events where {what}.")),
        (false, _) => sentence("step", format!("{number}. an event where {what}.")),
    }
}

/// What the events of all steps share: a key that every step calls the same, and keys that steps
/// take from different fields.
fn step_keys(steps: &[Step]) -> String {
    let places = steps.iter().map(|step| step.by.len()).max().unwrap_or(0);
    let (mut same, mut equal) = (Vec::new(), Vec::new());
    for place in 0..places {
        let mut names: Vec<(String, Vec<String>)> = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            let Some(key) = step.by.get(place) else {
                continue;
            };
            let (name, number) = (expr::value(&key.value), (at + 1).to_string());
            match names.iter_mut().find(|(known, _)| *known == name) {
                Some((_, steps)) => steps.push(number),
                None => names.push((name, vec![number])),
            }
        }
        match names.as_slice() {
            [(name, _)] => same.push(name.clone()),
            several => {
                let of_steps = several.iter().map(|(name, steps)| {
                    let word = if steps.len() > 1 { "steps" } else { "step" };
                    format!("{name} of {word} {}", list(steps.iter().cloned(), "and"))
                });
                equal.push(of_steps.collect::<Vec<_>>().join(" = "));
            }
        }
    }
    let mut told = String::new();
    for (before, items) in [(", with the same ", same), (", where ", equal)] {
        if !items.is_empty() {
            told.push_str(before);
            told.push_str(&list_all(&items, "and"));
        }
    }
    told
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
        Condition::Rule(name) => format!("{} fires", code(name)),
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
    list_all(&items, word)
}

/// `a, b and c`, or with commas alone; all of them.
fn list_all(items: &[String], word: &str) -> String {
    match items.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) if word == "," => format!("{}, {last}", rest.join(", ")),
        Some((last, rest)) => format!("{} {word} {last}", rest.join(", ")),
    }
}
