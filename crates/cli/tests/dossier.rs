//! Dossiers over the starter catalogue: as a person reads them, and what holds for each.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tripline"))
        .env_clear()
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .args(args)
        .output()
        .expect("the command runs")
}

fn text(args: &[&str]) -> String {
    let output = run(args);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn json(id: &str) -> Value {
    let answer = text(&["dossier", id, "--format", "json"]);
    serde_json::from_str(&answer).expect("JSON")
}

/// The Markdown without the catalogue's hash, which changes with every rule.
fn markdown(id: &str) -> String {
    let answer = text(&["dossier", id, "--format", "markdown"]);
    let lines = answer.lines().filter(|line| !line.contains("Catalogue "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_technique_with_rules_of_many_kinds() {
    insta::assert_snapshot!(markdown("T1204.001"));
}

#[test]
fn a_technique_of_a_cloud() {
    insta::assert_snapshot!(markdown("T1098.001"));
}

#[test]
fn a_technique_of_few_rules_says_what_there_is_not() {
    insta::assert_snapshot!(markdown("T1482"));
}

/// Every value under a key, at any depth.
fn under<'v>(value: &'v Value, key: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| under(item, key, found)),
        Value::Object(members) => {
            for (name, member) in members {
                if name == key {
                    found.push(member);
                }
                under(member, key, found);
            }
        }
        _ => {}
    }
}

#[test]
fn evidence_leads_to_sources_and_citations_to_references() {
    for id in ["T1204.001", "T1059.001", "T1003.001", "T1053.003"] {
        let dossier = json(id);
        let sources = dossier["sources"].as_object().expect("sources");
        let mut evidence = Vec::new();
        under(&dossier, "evidence", &mut evidence);
        let keys: Vec<&str> = evidence
            .iter()
            .filter_map(|list| list.as_array())
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        assert!(keys.len() > 10, "{id}: {}", keys.len());
        for key in keys {
            assert!(sources.contains_key(key), "{id}: {key} leads nowhere");
        }
        let mut numbers = Vec::new();
        under(&dossier, "number", &mut numbers);
        let known = dossier["references"].as_array().expect("references").len() as u64;
        for number in numbers.iter().filter_map(|number| number.as_u64()) {
            assert!((1..=known).contains(&number), "{id}: citation {number}");
        }
    }
}

#[test]
fn counts_are_those_of_the_guide() {
    for id in ["T1204.001", "T1059.001", "T1098.001"] {
        let dossier = json(id);
        let guide = text(&["technique", id, "--format", "json"]);
        let guide: Value = serde_json::from_str(&guide).expect("JSON");
        assert_eq!(dossier["summary"]["rules"], guide["rules_total"], "{id}");
        let vendors = dossier["queries"].as_array().expect("vendors").iter();
        let listed: BTreeSet<&str> = vendors
            .flat_map(|vendor| vendor["rules"].as_array().expect("rules"))
            .filter_map(|rule| rule["rule"]["id"].as_str().or(rule["id"].as_str()))
            .collect();
        let rules = guide["rules"].as_array().expect("rules").iter();
        let ids: BTreeSet<&str> = rules.filter_map(|rule| rule["id"].as_str()).collect();
        assert_eq!(listed, ids, "{id}");
    }
}

#[test]
fn queries_of_questions_are_valid_eql() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dossier-queries");
    let rules = folder.join("rules");
    std::fs::create_dir_all(&rules).expect("a folder");
    let mut count = 0;
    for id in [
        "T1204.001",
        "T1059.001",
        "T1003.001",
        "T1053.003",
        "T1547.001",
    ] {
        let dossier = json(id);
        for question in dossier["questions"].as_array().expect("questions") {
            let Some(query) = question["query"].as_str() else {
                continue;
            };
            count += 1;
            let rule = format!(
                "[rule]\nname = \"q{count}\"\nrule_id = \"00000000-0000-4000-8000-{count:012}\"\n\
                 type = \"eql\"\nlanguage = \"eql\"\nseverity = \"low\"\nrisk_score = 1\n\
                 description = \"d\"\nindex = [\"logs-*\"]\nquery = '''\n{query}\n'''\n"
            );
            std::fs::write(rules.join(format!("q{count}.toml")), rule).expect("it is written");
        }
    }
    assert!(count > 10, "{count} queries");
    let path = folder.to_str().expect("UTF-8");
    let output = run(&["check", path, "--format", "concise"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("error"), "{said}");
}

#[test]
fn the_html_file_stands_alone() {
    let page = text(&["dossier", "T1204.001", "--format", "html"]);
    assert!(page.starts_with("<!DOCTYPE html>"));
    assert!(page.contains("<title>T1204.001 Malicious Link</title>"));
    assert!(!page.contains("<script") && !page.contains("<link"));
    let targets = page.split("href=\"").skip(1);
    for target in targets.filter_map(|rest| rest.split('"').next()) {
        let web = target.starts_with("https://") || target.starts_with("http://");
        assert!(web || target.starts_with('#'), "{target}");
    }
}

#[test]
fn an_unknown_technique_names_those_near_it() {
    let output = run(&["dossier", "T1204.999"]);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("T1204.001"), "{said}");
}
