//! Makes events that should fire a single-event EQL rule, and near misses, and runs the law.
//!
//! Input on standard input, one JSON object per line: `id`, `query`, `index`, `override`. Output,
//! one object per event: `id`, `query`, `event` (nested by nothing: dotted names to values), `made`
//! (`fire`, or how it was broken), `fires`, the law's answer, and `absent`, the fields that the rule
//! reads and the event has not. Rules that are not one
//! single-event match, or have no events that this maker can find, yield one object with `skip`.

use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use tripline_ir::{
    Atom, CompareOp, Event, Number, Part, Pattern, Plan, Predicate, Subject, Test, Text, Value, law,
};
use tripline_languages::{Context, eql};
use tripline_schema::Schema;
use tripline_text::Source;

/// Values by the name in the query, with the canonical name beside.
type Values = BTreeMap<Text, (Text, Vec<Value>)>;

/// A text that no rule asks for.
const NONE: &str = "tripline-none";

fn main() -> std::io::Result<()> {
    let stdin = std::io::stdin();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in stdin.lock().lines() {
        let request: Json = serde_json::from_str(&line?).map_err(std::io::Error::other)?;
        for answer in answers(&request) {
            writeln!(out, "{answer}")?;
        }
    }
    out.flush()
}

fn answers(request: &Json) -> Vec<Json> {
    let mut context = Context::new(Schema::builtin());
    context.event_category_field = request["override"].as_str().map(Into::into);
    let query = request["query"].as_str().unwrap_or_default();
    let source = Source::new("query", query);
    let lowered = eql::lower(eql::Dialect::Elasticsearch, &source, &context);
    let Some(Plan::Match(found)) = lowered.plan else {
        return vec![json!({"id": request["id"], "skip": "not a single-event rule"})];
    };
    let mut values = Values::new();
    satisfy(&found.predicate, true, &mut values);
    let mut answers = Vec::new();
    let mut read: Vec<Text> = Vec::new();
    for atom in found.predicate.atoms() {
        read.extend(atom.fields().into_iter().map(|field| field.name.clone()));
    }
    read.sort();
    read.dedup();
    let mut record = |made: &str, values: &Values| {
        let event = event(values);
        let fires = law::holds(&found.predicate, &event, &law::Options::default());
        answers.push(json!({
            "id": request["id"], "query": query, "event": fields(values), "made": made, "fires": fires,
            "absent": read.iter().filter(|name| !values.contains_key(*name)).collect::<Vec<_>>(),
        }));
    };
    record("fire", &values);
    for name in values.keys() {
        let mut broken = values.clone();
        let (canonical, found) = &values[name];
        broken.insert(
            name.clone(),
            (canonical.clone(), vec![other(found.first())]),
        );
        record(&format!("changed {name}"), &broken);
        let mut without = values.clone();
        without.remove(name);
        record(&format!("without {name}"), &without);
    }
    answers
}

/// Adds values that make a predicate hold, as far as one pass can.
fn satisfy(predicate: &Predicate, wanted: bool, values: &mut Values) {
    match (predicate, wanted) {
        (Predicate::And(parts), true) | (Predicate::Or(parts), false) => {
            for part in parts {
                satisfy(part, wanted, values);
            }
        }
        (Predicate::And(parts), false) | (Predicate::Or(parts), true) => {
            if let Some(first) = parts.first() {
                satisfy(first, wanted, values);
            }
        }
        (Predicate::Not(inner), _) => satisfy(inner, !wanted, values),
        (Predicate::Atom(atom), true) => add(atom, values),
        (Predicate::Atom(atom), false) => avoid(atom, values),
        _ => {}
    }
}

/// Another value of the same kind.
fn other(value: Option<&Value>) -> Value {
    match value {
        Some(Value::Int(_)) => Value::Int(-7),
        Some(Value::Text(text)) if text == "true" => Value::from("false"),
        Some(Value::Text(text)) if text == "false" => Value::from("true"),
        _ => Value::from(NONE),
    }
}

/// Gives a field that must not satisfy a test a value that does not, if it has none.
fn avoid(atom: &Atom, values: &mut Values) {
    let Subject::Field(field) = &atom.subject else {
        return;
    };
    let value = match &atom.test {
        Test::Exists => return,
        Test::Number(..) => Value::Int(-7),
        Test::Pattern(pattern) => other(Some(&Value::Text(sample(pattern)))),
        _ => Value::from(NONE),
    };
    values
        .entry(field.name.clone())
        .or_insert_with(|| (field.canonical.clone(), vec![value]));
}

fn add(atom: &Atom, values: &mut Values) {
    let Subject::Field(field) = &atom.subject else {
        return;
    };
    let value = match &atom.test {
        Test::Pattern(pattern) => Value::Text(sample(pattern)),
        Test::Number(op, Number::Int(n)) => Value::Int(match op {
            CompareOp::Gt => n.saturating_add(1),
            CompareOp::Lt => n.saturating_sub(1),
            _ => *n,
        }),
        Test::Cidr(nets) => match nets.first() {
            Some(net) => Value::Text(net.0.addr().to_string().into()),
            None => return,
        },
        Test::Exists => Value::from("tripline-some"),
        _ => return,
    };
    let known = values
        .entry(field.name.clone())
        .or_insert_with(|| (field.canonical.clone(), Vec::new()));
    let placeholders = [
        Value::from("tripline-some"),
        Value::from(NONE),
        Value::Int(-7),
    ];
    known.1.retain(|other| !placeholders.contains(other));
    if !placeholders.contains(&value) || known.1.is_empty() {
        known.1.push(value);
    }
    known.1.dedup();
}

fn sample(pattern: &Pattern) -> Text {
    let mut text = String::new();
    for part in &pattern.parts {
        match part {
            Part::Literal(literal) => text.push_str(literal),
            Part::AnyRun => {}
            Part::AnyOne => text.push('c'),
        }
    }
    text.into()
}

fn one(values: &[Value]) -> Value {
    match values {
        [single] => single.clone(),
        several => Value::List(several.to_vec()),
    }
}

fn event(values: &Values) -> Event {
    let mut event = Event::default();
    for (name, (canonical, found)) in values {
        event.native.insert(name.clone(), one(found));
        event.canonical.insert(canonical.clone(), one(found));
    }
    event
}

fn fields(values: &Values) -> Map<String, Json> {
    values
        .iter()
        .map(|(name, (_, found))| (name.to_string(), json(&one(found))))
        .collect()
}

fn json(value: &Value) -> Json {
    match value {
        Value::Text(text) if text == "true" => json!(true),
        Value::Text(text) if text == "false" => json!(false),
        Value::Text(text) => json!(text.as_str()),
        Value::Int(n) => json!(n),
        Value::List(items) => Json::Array(items.iter().map(json).collect()),
        _ => Json::Null,
    }
}
