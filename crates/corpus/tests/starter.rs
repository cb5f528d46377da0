//! The starter corpus is what a person sees first: every rule of it reads without a remark, its
//! tags are known to its own ATT&CK extract, and its sample events fire the rules that they are
//! said to fire.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use tripline_attack::{Attack, Resolved, ResolvedTactic};
use tripline_corpus::{Status, discover, read};
use tripline_ir::law::{Options, run};
use tripline_ir::{Detection, Event, EventSource, Fields, Value};
use tripline_schema::Schema;
use tripline_text::Diagnostic;

const STARTER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/starter");

/// The vendors in whose forms there are rules, in the order of their folders.
const VENDORS: [&str; 6] = [
    "chronicle",
    "elastic",
    "kusto",
    "sentinel",
    "sigma",
    "splunk",
];

/// Every rule of the starter corpus, with what the readers say of them.
fn starter() -> (Vec<Detection>, Vec<Diagnostic>) {
    let found = discover(&[PathBuf::from(STARTER)]);
    assert_eq!(found.diagnostics, []);
    let vendors: Vec<_> = found.corpora.iter().map(|c| c.vendor.name()).collect();
    assert_eq!(vendors, VENDORS);
    let (mut detections, mut diagnostics) = (Vec::new(), Vec::new());
    for spec in &found.corpora {
        let corpus = read(spec);
        diagnostics.extend(corpus.diagnostics.iter().cloned());
        detections.extend(corpus.into_detections());
    }
    (detections, diagnostics)
}

fn attack() -> Attack {
    let bytes = fs::read(format!("{STARTER}/attack/enterprise-attack.json")).unwrap();
    let loaded = Attack::load("starter", &bytes);
    assert_eq!(loaded.diagnostics, []);
    loaded.attack
}

#[test]
fn the_starter_corpus_is_found_by_its_layout() {
    let found = discover(&[PathBuf::from(STARTER)]);
    let kinds: Vec<&str> = found.knowledge.iter().map(|k| k.kind.name()).collect();
    assert_eq!(kinds, ["attack", "atomics"]);
    let files: Vec<_> = found.corpora.iter().map(|c| c.files.len()).collect();
    assert_eq!(files, [9, 38, 1, 10, 43, 14], "{VENDORS:?}");
}

#[test]
fn every_rule_is_read_whole_and_without_a_remark() {
    let (detections, diagnostics) = starter();
    assert_eq!(diagnostics, []);
    let of = |vendor: &str| detections.iter().filter(|d| d.vendor == vendor).count();
    let rules = VENDORS.map(of);
    // Sigma's filter document is part of other rules, and Splunk's macros are.
    assert_eq!(rules, [9, 38, 1, 10, 51, 9], "{VENDORS:?}");
    for detection in &detections {
        let status = format!("{:?}", Status::of(detection));
        assert_eq!(
            status, "Full",
            "{}: {:?}",
            detection.title, detection.losses
        );
        assert_eq!(detection.licence.as_deref(), Some("MIT OR Apache-2.0"));
        // Sentinel's form and Markdown have no keys for these: their text says it.
        if matches!(detection.vendor.as_str(), "sentinel" | "kusto") {
            let text = format!("{} {:?}", detection.description, detection.references);
            assert!(text.contains("https://attack.mitre.org/"), "{text}");
            continue;
        }
        assert_eq!(detection.authors, ["Tripline"], "{}", detection.title);
        if detection.class == tripline_ir::Class::Hunting {
            continue;
        }
        assert!(!detection.false_positives.is_empty(), "{}", detection.title);
        assert!(!detection.references.is_empty(), "{}", detection.title);
        assert!(detection.level.is_some(), "{}", detection.title);
    }
}

#[test]
fn every_tag_is_known_to_the_extract() {
    let (detections, _) = starter();
    let attack = attack();
    let mut techniques = BTreeSet::new();
    for detection in &detections {
        assert!(!detection.techniques.is_empty(), "{}", detection.title);
        for tag in &detection.techniques {
            let active = Resolved::Active(tag.id.clone());
            let resolved = attack.resolve_technique(&tag.id);
            assert_eq!(resolved, active, "{}", detection.title);
            techniques.insert(tag.id.clone());
        }
        for tactic in &detection.tactics {
            let resolved = attack.resolve_tactic(tactic);
            assert!(matches!(resolved, ResolvedTactic::Active(_)), "{tactic}");
        }
    }
    assert!(techniques.len() >= 20, "{}", techniques.len());
    let link = |d: &&Detection| d.techniques.iter().any(|tag| tag.id == "T1204.001");
    let links: Vec<_> = detections.iter().filter(link).map(|d| &d.vendor).collect();
    assert!(links.iter().filter(|v| **v == "sigma").count() >= 6);
    assert!(links.iter().filter(|v| **v == "elastic").count() >= 6);
}

#[test]
fn the_extract_says_what_it_is() {
    let attack = attack();
    assert_eq!(attack.publisher, "Tripline starter extract");
    assert!(attack.publisher_note.contains("not ATT&CK text"));
    assert!(attack.statement.contains("not ATT&CK text"));
    assert_eq!(attack.counts().tactics, 14);
    assert_eq!(attack.techniques.len(), 68);
    for technique in ["T1204.001", "T1059.001", "T1003.001"] {
        assert!(!attack.procedures(technique).is_empty());
        assert!(!attack.mitigations_of(technique).is_empty());
        let strategies = attack.strategies_of(technique);
        assert!(!attack.analytics_of(strategies[0]).is_empty());
    }
}

#[derive(Deserialize)]
struct Expected {
    file: Vec<ExpectedFile>,
}

#[derive(Deserialize)]
struct ExpectedFile {
    name: String,
    vendor: String,
    fires: BTreeMap<String, usize>,
}

#[test]
fn sample_events_fire_the_rules_that_they_are_said_to_fire() {
    let (detections, _) = starter();
    let text = fs::read_to_string(format!("{STARTER}/events/expected.toml")).unwrap();
    let expected: Expected = toml::from_str(&text).unwrap();
    for file in &expected.file {
        let path = format!("{STARTER}/events/{}", file.name);
        let lines = fs::read_to_string(path).unwrap();
        let events: Vec<Event> = lines.lines().map(event).collect();
        let mut fires = BTreeMap::new();
        for detection in detections.iter().filter(|d| d.vendor == file.vendor) {
            let plan = detection.plan.as_ref().unwrap();
            let alerts = run(plan, &events, &Options::default()).unwrap();
            if !alerts.is_empty() {
                fires.insert(detection.title.to_string(), alerts.len());
            }
        }
        assert_eq!(fires, file.fires, "{}", file.name);
    }
}

/// An event whose fields bear the names of the rules that look at it.
fn event(line: &str) -> Event {
    let json: BTreeMap<String, serde_json::Value> = serde_json::from_str(line).unwrap();
    let time: jiff::Timestamp = json["@timestamp"].as_str().unwrap().parse().unwrap();
    let name = json["_source"].as_str().unwrap();
    let events = Schema::builtin().source_events(name);
    let own = json.iter().filter(|(name, _)| *name != "_source");
    let native: Fields = own
        .map(|(name, json)| (name.as_str().into(), value(json)))
        .collect();
    Event {
        time: i64::try_from(time.as_nanosecond()).unwrap(),
        source: Some(EventSource {
            name: name.into(),
            events: events.map(|(events, _)| events).unwrap_or_default(),
        }),
        native,
        ..Event::default()
    }
}

fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, one)| (name.as_str().into(), value(one)));
            Value::Object(members.collect())
        }
        serde_json::Value::Bool(truth) => Value::Bool(*truth),
        serde_json::Value::Number(number) => Value::Int(number.as_i64().unwrap()),
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Array(items) => Value::List(items.iter().map(value).collect()),
    }
}
