//! SigmaHQ's regression data: every recorded log makes its rule fire, through the event reader,
//! the corpus reader, the schema tables and the law.
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tripline_corpus::{discover, read};
use tripline_ir::law::{Options, explain, run};
use tripline_ir::{Detection, Event, EventSource, Plan, Text};
use tripline_schema::Schema;
use tripline_text::{Source, yaml};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora/sigma");

/// Recorded logs, and so firings.
const CASES: usize = 202;

/// One folder of the regression data: the rules that it names and its recorded logs, most of one
/// event, some with events around it.
struct Case {
    folder: PathBuf,
    rules: Vec<String>,
    /// How many alerts the log makes at least, where the folder says so: SigmaHQ's own numbers
    /// count fewer in four logs of several matching events.
    alerts: Option<usize>,
    recorded: Vec<PathBuf>,
}

#[test]
fn every_recorded_log_fires_its_rule() {
    if !Path::new(ROOT).is_dir() {
        eprintln!("skipped: {ROOT} is missing");
        return;
    }
    let rules = rules();
    let (mut fired, mut silent) = (0, Vec::new());
    for case in cases() {
        for path in &case.recorded {
            for id in &case.rules {
                let fault = match rules.get(id.as_str()) {
                    Some(rule) => fault(rule, &events(path), case.alerts),
                    None => Some("the rule was not read".to_owned()),
                };
                match fault {
                    None => fired += 1,
                    Some(fault) => silent.push(format!("{}: {fault}", case.folder.display())),
                }
            }
        }
    }
    assert!(silent.is_empty(), "{}\n{}", silent.len(), silent.join("\n"));
    assert_eq!(fired, CASES);
}

/// Why a rule does not fire on recorded events, be it without a source, be it with the kind of
/// each event as source.
fn fault(rule: &Detection, events: &[Event], expected: Option<usize>) -> Option<String> {
    let Some(plan) = &rule.plan else {
        return Some("no plan".to_owned());
    };
    let routed: Vec<Event> = events
        .iter()
        .map(|event| Event {
            source: kind(event),
            ..event.clone()
        })
        .collect();
    if routed.iter().any(|event| event.source.is_none()) {
        return Some("the kind of an event is unknown".to_owned());
    }
    for events in [events, &routed] {
        match run(plan, events, &Options::default()) {
            Ok(alerts) if alerts.is_empty() => return Some(why(plan, events)),
            Ok(alerts) if expected.is_some_and(|expected| alerts.len() < expected) => {
                return Some(format!("{} alerts, expected {expected:?}", alerts.len()));
            }
            Ok(_) => {}
            Err(error) => return Some(error.to_string()),
        }
    }
    None
}

/// Which atoms decided that no event fits.
fn why(plan: &Plan, events: &[Event]) -> String {
    let explained = explain(plan, events, &Options::default());
    let leaves = explained.iter().flat_map(|event| {
        event.leaves.iter().map(|leaf| {
            let deciding = leaf.atoms.iter().filter(|atom| atom.decided);
            let atoms: Vec<&str> = deciding.map(|atom| atom.text.as_str()).collect();
            format!("  source fits: {}; {}", leaf.source_fits, atoms.join("; "))
        })
    });
    format!("no alert\n{}", leaves.collect::<Vec<_>>().join("\n"))
}

/// The kind of event, told by provider, channel and id, as a source.
fn kind(event: &Event) -> Option<EventSource> {
    let text = |name: &str| event.native.get(name).and_then(tripline_ir::Value::as_text);
    let key = Schema::builtin().event_key(
        &text("Provider_Name").unwrap_or_default(),
        &text("Channel").unwrap_or_default(),
        &text("EventID")?,
    )?;
    Some(EventSource {
        name: Text::from(format!("recorded {key}")),
        events: vec![key],
    })
}

fn events(path: &Path) -> Vec<Event> {
    let text = fs::read_to_string(path).unwrap();
    let read = tripline_events::read(&Source::new(path.display().to_string(), text));
    assert_eq!(read.diagnostics, [], "{}", path.display());
    read.events
}

/// SigmaHQ's rules by upstream id.
fn rules() -> BTreeMap<String, Detection> {
    let found = discover(&[PathBuf::from(ROOT)]);
    let [spec] = found.corpora.as_slice() else {
        panic!("one corpus, not {}", found.corpora.len());
    };
    let by_id = |rule: Detection| {
        let id = rule
            .id
            .strip_prefix("sigma:")
            .unwrap_or(&rule.id)
            .to_owned();
        (id, rule)
    };
    let rules = read(spec).into_detections();
    rules.into_iter().map(by_id).collect()
}

fn cases() -> Vec<Case> {
    let mut folders = vec![Path::new(ROOT).join("regression_data")];
    let mut cases = Vec::new();
    while let Some(folder) = folders.pop() {
        let mut recorded = Vec::new();
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "json") {
                recorded.push(path);
            }
        }
        let info = folder.join("info.yml");
        if info.is_file() {
            let (rules, alerts) = named(&info);
            cases.push(Case {
                folder,
                rules,
                alerts,
                recorded,
            });
        }
    }
    cases.sort_by(|a, b| a.folder.cmp(&b.folder));
    cases
}

/// The ids under `rule_metadata`, and the number of alerts that the first test expects.
fn named(info: &Path) -> (Vec<String>, Option<usize>) {
    let text = fs::read_to_string(info).unwrap();
    let stream = yaml::read(&Source::new(info.display().to_string(), text));
    let root = &stream.documents[0].root;
    let items = |key: &str| {
        root.get(key)
            .and_then(|node| node.items())
            .unwrap_or_default()
    };
    let ids = items("rule_metadata").iter();
    let ids = ids.filter_map(|rule| Some(rule.get("id")?.text()?.to_string()));
    let count = items("regression_tests_info").first();
    let count = count.and_then(|test| test.get("match_count")?.text()?.parse().ok());
    (ids.collect(), count)
}
