//! Runs a rule over events with the law.
//!
//! Input: a rule (by id, or read from a file or text) and events as JSON. Output: the alerts, each
//! with the events that made it, and on demand what every test made of every event. A file of
//! several rules runs those that alert: its building blocks only feed them.

use crate::AppError;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use tripline_corpus::{Hint, SingleRead, Status, read_path, read_text};
use tripline_ir::law::{self, EventExplanation, LeafExplanation, Options};
use tripline_ir::{Class, Detection, Event, Text, Timestamp, Value};
use tripline_text::render::{Format, Sources, Style, render};
use tripline_text::{Diagnostic, Source};

/// Most remarks on one input.
const MAX_REMARKS: usize = 10;

/// The rules to run.
#[derive(Debug, Clone)]
pub struct RulesToRun {
    detections: Vec<Detection>,
    /// What their reader says of them, one line each.
    pub remarks: Vec<String>,
    /// Whether that is an error for some of them.
    pub flawed: bool,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct EvalAnswer {
    /// Name and version of the answer.
    pub schema: String,
    /// The rules that ran, by id.
    pub rules: Vec<String>,
    /// Number of events looked at: records that could be read.
    pub events: usize,
    /// The alerts, by rule, in the order in which they were complete.
    pub alerts: Vec<AlertRow>,
    /// What every test made of every event, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanations: Option<Vec<RuleExplanation>>,
}

/// One alert.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AlertRow {
    /// The rule that alerts.
    pub rule: String,
    /// The events that made it: positions among the records of the input, from 0, ascending.
    pub events: Vec<usize>,
    /// Join keys and group-by values.
    pub keys: Map<String, Json>,
    /// Measures and derived values.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub columns: Map<String, Json>,
}

/// What one rule made of the events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleExplanation {
    /// The rule.
    pub rule: String,
    /// One entry per event.
    pub events: Vec<EventRow>,
}

/// What one rule made of one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EventRow {
    /// Position among the records of the input, from 0.
    pub event: usize,
    /// One entry per part of the rule that looks at single events: a match, a sequence's step.
    pub parts: Vec<PartRow>,
}

/// What one part of a rule made of one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PartRow {
    /// Position of the part in the rule, from 0.
    pub part: usize,
    /// Whether the part looks at events of this source at all.
    pub source_fits: bool,
    /// Whether the part found the event.
    pub result: bool,
    /// Its tests in order.
    pub atoms: Vec<AtomRow>,
}

/// What one test made of one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AtomRow {
    /// The test.
    pub test: String,
    /// First and one past the last byte in the rule's body.
    pub span: [u32; 2],
    /// Whether it held.
    pub held: bool,
    /// Whether it decided.
    pub decided: bool,
    /// Why it cannot hold whatever the event says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How to run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EvalOptions {
    /// Also say what every test made of every event.
    pub explain: bool,
    /// The instant of the run, for relative windows; the latest event's time when not given.
    pub now: Option<Timestamp>,
    /// Lists that rules know only by name.
    pub lists: BTreeMap<Text, Vec<Text>>,
}

impl RulesToRun {
    /// A rule of the catalogue.
    pub fn of_detection(detection: Detection) -> Self {
        Self {
            remarks: partial(&detection).into_iter().collect(),
            flawed: false,
            detections: vec![detection],
        }
    }

    /// The rules of a file, or the one of this number, from 0.
    ///
    /// # Errors
    /// No rule could be read, or none has the number.
    pub fn of_file(path: &std::path::Path, number: Option<u32>) -> Result<Self, AppError> {
        let mut read = read_path(path);
        let count = read.detections.len();
        if let Some(number) = number
            && count > 0
            && !read.pick(number)
        {
            return Err(crate::rule::no_such(path, number, count));
        }
        Self::of_read(read)
    }

    /// The rules of a text known as `name`; a bare query when its language is named.
    ///
    /// # Errors
    /// No rule could be read, or the language is not known.
    pub fn of_text(name: &str, text: &str, language: Option<&str>) -> Result<Self, AppError> {
        let hint = match language {
            Some(language) => Hint::Query(crate::check::language(language)?),
            None => Hint::Auto,
        };
        Self::of_read(read_text(name, text, hint))
    }

    fn of_read(read: SingleRead) -> Result<Self, AppError> {
        let sources: Sources = read.sources.into_iter().collect();
        let text = render(
            Format::Concise,
            &read.diagnostics,
            &sources,
            Style::default(),
        );
        let flawed = read.diagnostics.iter().any(Diagnostic::is_error);
        let mut remarks: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut detections = read.detections;
        if detections.iter().any(alerts) {
            detections.retain(alerts);
        }
        if detections.is_empty() {
            let error = AppError::rule("no rule could be read");
            return Err(remarks.into_iter().fold(error, AppError::hint));
        }
        remarks.extend(detections.iter().filter_map(partial));
        Ok(Self {
            detections,
            remarks,
            flawed,
        })
    }
}

/// What of a rule is not run, when that is something.
fn partial(detection: &Detection) -> Option<String> {
    if Status::of(detection) != Status::Partial {
        return None;
    }
    let mut parts: Vec<String> = Vec::new();
    for loss in &detection.losses {
        let part = format!("{}: {}", loss.reason.phrase(), loss.detail);
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    let (id, parts) = (&detection.id, parts.join("; "));
    Some(format!("{id} is partial, it runs without this: {parts}"))
}

fn alerts(detection: &Detection) -> bool {
    detection.class != Class::BuildingBlock
}

/// Events read from a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventsRead {
    /// The events, in order.
    pub events: Vec<Event>,
    /// The position of each among the records of the input, from 0.
    pub positions: Vec<usize>,
    /// What their reader says of them, one line each.
    pub remarks: Vec<String>,
}

/// Reads events from JSON or from one JSON object per line. Records that cannot be read are left
/// out, with a remark.
///
/// # Errors
/// There are records and none could be read, or the bytes are no text.
pub fn read_events(name: &str, bytes: Vec<u8>) -> Result<EventsRead, AppError> {
    let text = String::from_utf8(bytes)
        .map_err(|error| AppError::failure(format!("{name} is not valid UTF-8: {error}")))?;
    let source = Source::new(name, text);
    let read = tripline_events::read(&source);
    let sources = Sources::from_iter([source]);
    let lines = render(
        Format::Concise,
        &read.diagnostics,
        &sources,
        Style::default(),
    );
    let mut remarks: Vec<String> = lines.lines().map(str::to_owned).collect();
    if read.events.is_empty() && read.diagnostics.iter().any(Diagnostic::is_error) {
        let error = AppError::failure(format!("no event could be read from {name}"));
        remarks.truncate(MAX_REMARKS);
        return Err(remarks.into_iter().fold(error, AppError::hint));
    }
    if !remarks.is_empty() {
        remarks.truncate(MAX_REMARKS);
        let total = read.diagnostics.len();
        let noun = if total == 1 { "remark" } else { "remarks" };
        remarks.push(format!(
            "{total} {noun} on the events of {name}; positions count all records, read or not"
        ));
    }
    Ok(EventsRead {
        events: read.events,
        positions: read.positions,
        remarks,
    })
}

/// Runs the rules.
///
/// # Errors
/// A rule has no plan, or a part of it is opaque.
pub fn eval(
    rules: &RulesToRun,
    read: &EventsRead,
    options: &EvalOptions,
) -> Result<EvalAnswer, AppError> {
    let events = read.events.as_slice();
    let position = |event: usize| read.positions.get(event).copied().unwrap_or(event);
    let law_options = Options {
        now: options.now,
        lists: options.lists.clone(),
    };
    let mut alerts = Vec::new();
    let mut explanations = Vec::new();
    for detection in &rules.detections {
        let Some(plan) = &detection.plan else {
            return Err(refusal(rules, &detection.id, "it could not be read"));
        };
        let found = law::run(plan, events, &law_options)
            .map_err(|reason| refusal(rules, &detection.id, &reason.to_string()))?;
        alerts.extend(found.into_iter().map(|alert| AlertRow {
            rule: detection.id.to_string(),
            events: alert.events.into_iter().map(position).collect(),
            keys: object(alert.keys),
            columns: object(alert.columns),
        }));
        if options.explain {
            let events = law::explain(plan, events, &law_options);
            explanations.push(RuleExplanation {
                rule: detection.id.to_string(),
                events: events
                    .into_iter()
                    .map(|event| event_row(event, position))
                    .collect(),
            });
        }
    }
    Ok(EvalAnswer {
        schema: "tripline/eval/1".to_owned(),
        rules: rules
            .detections
            .iter()
            .map(|rule| rule.id.to_string())
            .collect(),
        events: events.len(),
        alerts,
        explanations: options.explain.then_some(explanations),
    })
}

fn refusal(rules: &RulesToRun, id: &str, reason: &str) -> AppError {
    let error = AppError::rule(format!("the rule {id} cannot be run: {reason}"));
    rules.remarks.iter().cloned().fold(error, AppError::hint)
}

/// An instant as RFC 3339 or as seconds since the Unix epoch.
///
/// # Errors
/// It is neither.
pub fn instant(text: &str) -> Result<Timestamp, AppError> {
    let parsed = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        let seconds = text.parse::<i64>().ok()?;
        jiff::Timestamp::from_second(seconds).ok()
    });
    let nanoseconds = parsed.and_then(|time| Timestamp::try_from(time.as_nanosecond()).ok());
    nanoseconds.ok_or_else(|| {
        AppError::request(format!("`{text}` is not a time"))
            .hint("a time is RFC 3339, as 2026-01-31T12:00:00Z, or seconds since 1970")
    })
}

fn event_row(event: EventExplanation, position: impl Fn(usize) -> usize) -> EventRow {
    EventRow {
        event: position(event.event),
        parts: event.leaves.into_iter().map(part_row).collect(),
    }
}

fn part_row(leaf: LeafExplanation) -> PartRow {
    let atoms = leaf.atoms.into_iter().map(|atom| AtomRow {
        test: atom.text.to_string(),
        span: [atom.span.start, atom.span.end],
        held: atom.held,
        decided: atom.decided,
        note: atom.note.map(String::from),
    });
    PartRow {
        part: leaf.leaf,
        source_fits: leaf.source_fits,
        result: leaf.result,
        atoms: atoms.collect(),
    }
}

fn object(values: impl IntoIterator<Item = (Text, Value)>) -> Map<String, Json> {
    let pairs = values.into_iter();
    pairs
        .map(|(name, value)| (name.into(), json(value)))
        .collect()
}

/// A value as plain JSON: instants as RFC 3339, lengths of time in seconds.
fn json(value: Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(b) => b.into(),
        Value::Int(n) => n.into(),
        Value::Float(n) => n.into(),
        Value::Text(text) => Json::String(text.into()),
        Value::Time(_) => value
            .as_text()
            .map_or(Json::Null, |text| Json::String(text.into())),
        Value::Duration(length) => seconds(length),
        Value::List(items) => items.into_iter().map(json).collect(),
        Value::Object(fields) => Json::Object(object(fields)),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a length of time in seconds needs no more than a float's precision"
)]
fn seconds(nanoseconds: i64) -> Json {
    (nanoseconds as f64 / tripline_ir::SECOND as f64).into()
}
