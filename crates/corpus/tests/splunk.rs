//! Splunk security content as given: nothing fails, nearly everything is full. Skipped, and said
//! so, where the corpora are not there.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "says what it found and what it skips"
)]

use std::collections::BTreeMap;
use std::path::Path;
use tripline_corpus::{Hint, Status, Vendor, discover, read, read_text};
use tripline_ir::{Class, Detection, Plan, Subject, Test};

const CORPUS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/corpora/splunk"
);

fn active() -> Option<Vec<Detection>> {
    let root = Path::new(CORPUS);
    if !root.is_dir() {
        eprintln!("skipped: {CORPUS} is not there");
        return None;
    }
    let found = discover(&[root.to_path_buf()]);
    let specs = found
        .corpora
        .iter()
        .filter(|spec| spec.vendor == Vendor::Splunk);
    let all = specs.flat_map(|spec| read(spec).into_detections());
    Some(all.filter(|rule| rule.class != Class::Deprecated).collect())
}

#[test]
fn the_ledger_of_the_given_corpus() {
    let Some(rules) = active() else { return };
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for rule in &rules {
        *counts.entry(Status::of(rule).name()).or_default() += 1;
        let mut own: Vec<String> = rule
            .losses
            .iter()
            .map(|loss| format!("{}: {}", loss.reason.phrase(), loss.detail))
            .collect();
        own.dedup();
        for reason in own {
            *reasons
                .entry(format!("{reason} [{}]", rule.title))
                .or_default() += 1;
        }
    }
    println!("{counts:?}");
    for reason in reasons.keys() {
        println!("  {reason}");
    }
    let full = rules
        .iter()
        .filter(|rule| Status::of(rule) == Status::Full)
        .count();
    let failed = rules
        .iter()
        .filter(|rule| Status::of(rule) == Status::Failed)
        .count();
    assert_eq!(rules.len(), 1_613);
    assert_eq!(failed, 0);
    assert!(full * 100 >= rules.len() * 95, "{full} of {}", rules.len());
}

#[test]
fn no_name_stands_as_a_value() {
    let Some(rules) = active() else { return };
    for rule in &rules {
        for found in rule.plan.iter().flat_map(Plan::matches) {
            for atom in found.predicate.atoms() {
                if let Test::Pattern(pattern) = &atom.test {
                    let text = pattern.glob();
                    assert!(!text.contains('`'), "{}: {text}", rule.id);
                    assert!(text != "\"" && text != "'", "{}: {text}", rule.id);
                }
            }
        }
    }
}

#[test]
fn data_model_fields_and_raw_fields_are_canonical() {
    let Some(rules) = active() else { return };
    let mut unmapped: BTreeMap<String, usize> = BTreeMap::new();
    let (mut known, mut all) = (0, 0);
    for rule in &rules {
        for found in rule.plan.iter().flat_map(Plan::matches) {
            for atom in found.predicate.atoms() {
                let Subject::Field(field) = &atom.subject else {
                    continue;
                };
                if atom.implied {
                    continue;
                }
                all += 1;
                if field.canonical == field.name {
                    *unmapped.entry(field.name.to_string()).or_default() += 1;
                } else {
                    known += 1;
                }
            }
        }
    }
    let mut most: Vec<_> = unmapped.into_iter().collect();
    most.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    most.truncate(40);
    println!("{known} of {all} atoms are on canonical fields; most that are not: {most:?}");
    assert!(known * 2 > all);
}

/// Our own rule in the newer layout.
const NEWER: &str = r#"
name: Archive Tool With Password
id: 5f2f9c0e-1b9f-4d1e-9a55-0f3b9a1c2d3e
version: 3
creation_date: '2025-05-02'
author: Tripline
status: production
type: Anomaly
description: An archive tool is asked to protect its output with a password.
data_source:
    - Sysmon EventID 1
search: |-
    | tstats `security_content_summariesonly` count min(_time) as firstTime
      from datamodel=Endpoint.Processes
      where Processes.process_name=packer.exe Processes.process="* -p*"
      by Processes.dest Processes.user Processes.process
    | `drop_dm_object_name(Processes)`
    | `security_content_ctime(firstTime)`
    | `archive_tool_with_password_filter`
how_to_implement: Collect process starts.
known_false_positives: Backups.
references: []
rba:
    message: $dest$ packs files
    risk_objects:
        - field: dest
          type: system
          score: 56
    threat_objects:
        - field: process
          type: process
tags:
    analytic_story: [Collection]
    asset_type: Endpoint
    mitre_attack_id: [T1560.001]
    security_domain: endpoint
"#;

#[test]
fn the_newer_layout() {
    let read = read_text("rule.yml", NEWER, Hint::Auto);
    assert_eq!(read.diagnostics, []);
    let [rule] = read.detections.as_slice() else {
        panic!("one rule: {:?}", read.detections.len());
    };
    assert_eq!(rule.id, "splunk:5f2f9c0e-1b9f-4d1e-9a55-0f3b9a1c2d3e");
    assert_eq!(rule.class, Class::Alert);
    assert_eq!(rule.risk_score, Some(56));
    assert_eq!(rule.techniques[0].id, "T1560.001");
    assert_eq!(rule.output_fields, ["dest", "process"]);
    assert_eq!(rule.platforms, ["windows"]);
    assert_eq!(rule.sources, ["Endpoint.Processes"]);
    assert_eq!(Status::of(rule), Status::Full, "{:?}", rule.losses);
}

#[test]
fn a_rule_without_a_search_fails() {
    let text = NEWER.replace("search: |-", "searches: |-");
    let read = read_text("rule.yml", &text, Hint::Rule(Vendor::Splunk));
    assert!(read.detections.is_empty());
    assert_eq!(read.ledger.failures.len(), 1);
}
