//! The command as a person runs it: answers, formats and exit codes.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const RULE: &str = r"title: A made-up tool starts
id: 0a4b1c1e-30b5-4f14-9b52-f6c2a9e21f10
status: test
description: Finds a tool that does not exist.
logsource:
    product: windows
    category: process_creation
detection:
    sel:
        Image|endswith: '\made-up.exe'
    filter:
        ParentImage: 'C:\Tools\parent.exe'
    condition: sel and not filter
level: high
tags:
    - attack.t1204.001
";

const EVENTS: &str = r#"{"@timestamp":"2026-01-01T00:00:00Z","Image":"C:\\x\\made-up.exe","ParentImage":"C:\\a.exe"}
{"@timestamp":"2026-01-01T00:00:01Z","Image":"C:\\x\\made-up.exe","ParentImage":"C:\\Tools\\parent.exe"}
{"@timestamp":"2026-01-01T00:00:02Z","Image":"C:\\x\\other.exe"}
"#;

fn tripline() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tripline"));
    command
        .env_clear()
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("COLUMNS", "100");
    command
}

fn run(args: &[&str]) -> Output {
    tripline().args(args).output().expect("the command runs")
}

fn fed(args: &[&str], input: &str) -> Output {
    let mut child = tripline()
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut stdin = child.stdin.take().expect("standard input");
    stdin.write_all(input.as_bytes()).expect("it is read");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {} {}", out(output), err(output));
    })
}

fn file(folder: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("the file is written");
    path
}

fn name(path: &std::path::Path) -> &str {
    path.to_str().expect("a plain name")
}

#[test]
fn exit_codes() {
    let code = |args: &[&str]| run(args).status.code();
    assert_eq!(code(&["--help"]), Some(0));
    assert_eq!(code(&["--version"]), Some(0));
    assert_eq!(code(&["explain", "E0101"]), Some(0));
    assert_eq!(code(&[]), Some(2));
    assert_eq!(code(&["no-such-command"]), Some(2));
    assert_eq!(code(&["explain", "--format", "sarif"]), Some(2));
    assert_eq!(code(&["check", "no/such/file.yml"]), Some(1));
    assert_eq!(
        code(&["ledger", "--catalog", "no/such/catalogue.db"]),
        Some(3)
    );
    assert_eq!(code(&["explain", "E9999"]), Some(4));
    assert_eq!(code(&["technique", "T9999"]), Some(4));
}

#[test]
fn the_starter_answers_with_a_notice() {
    let output = run(&["technique", "t1204.001"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(out(&output).starts_with("T1204.001 "), "{}", out(&output));
    assert_eq!(err(&output).lines().count(), 1, "{}", err(&output));
    assert!(err(&output).contains("starter"), "{}", err(&output));
}

#[test]
fn every_number_of_a_technique_has_its_rules() {
    let answer = json(&run(&["technique", "T1204.001", "--format", "json"]));
    for table in [
        "events",
        "fields",
        "indicators",
        "exclusions",
        "combinations",
    ] {
        for row in answer[table].as_array().expect(table) {
            let rules = row["rules"].as_array().expect("rules");
            assert_eq!(row["count"], rules.len(), "{table}: {row}");
        }
    }
    assert_eq!(
        answer["rules_total"],
        answer["rules"].as_array().expect("rules").len()
    );
}

#[test]
fn a_good_rule_checks() {
    let folder = tempfile::tempdir().expect("a folder");
    let rule = file(&folder, "rule.yml", RULE);
    let output = run(&["check", name(&rule)]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    let piped = fed(&["check", "-"], RULE);
    assert_eq!(piped.status.code(), Some(0), "{}", out(&piped));
}

#[test]
fn a_broken_rule_is_found_in_every_format() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = RULE.replace("sel and not filter", "sel and not (filter");
    let rule = file(&folder, "rule.yml", &broken);
    for format in ["text", "markdown", "concise", "json", "json-lines", "sarif"] {
        let output = run(&["check", "--format", format, name(&rule)]);
        assert_eq!(output.status.code(), Some(1), "{format}: {}", out(&output));
        assert!(out(&output).contains("E02"), "{format}: {}", out(&output));
    }
    let found = json(&run(&["check", "--format", "json", name(&rule)]));
    assert_eq!(found[0]["span"]["line"], 13, "{found}");
}

#[test]
fn a_query_is_checked_in_its_language() {
    let good = fed(&["check", "--language", "eql", "-"], "process where true");
    assert_eq!(good.status.code(), Some(0), "{}", out(&good));
    let bad = fed(&["check", "--language", "eql", "-"], "process where (");
    assert_eq!(bad.status.code(), Some(1), "{}", out(&bad));
}

#[test]
fn a_rule_runs_over_events() {
    let folder = tempfile::tempdir().expect("a folder");
    let rule = file(&folder, "rule.yml", RULE);
    let args = [
        "eval",
        name(&rule),
        "--events",
        "-",
        "--explain",
        "--format",
        "json",
    ];
    let answer = json(&fed(&args, EVENTS));
    let alerts = answer["alerts"].as_array().expect("alerts");
    assert_eq!(alerts.len(), 1, "{answer}");
    assert_eq!(alerts[0]["events"], serde_json::json!([0]));
    let second = &answer["explanations"][0]["events"][1]["parts"][0];
    assert_eq!(second["result"], false, "{answer}");
    let decided: Vec<&serde_json::Value> = second["atoms"]
        .as_array()
        .expect("atoms")
        .iter()
        .filter(|atom| atom["decided"] == true)
        .collect();
    assert_eq!(decided.len(), 1, "{answer}");
    assert_eq!(decided[0]["held"], true, "the filter held, so it decided");
}

/// One query per language, an event in its native names with its source, and one of another
/// source or value.
#[test]
fn rules_of_every_language_run_over_native_events() {
    let folder = tempfile::tempdir().unwrap();
    let sigma = "title: A\nlogsource: {category: process_creation, product: windows}\ndetection:\n  a:\n    Image|endswith: '\\x.exe'\n  condition: a\n";
    let yaral = "rule a { meta: author = \"a\" events: $e.metadata.event_type = \"PROCESS_LAUNCH\" $e.target.process.file.full_path = /x\\.exe$/ nocase condition: $e }";
    let cases = [
        (
            "a.yml",
            sigma,
            r#"{"_source": "windows/process_creation/", "Image": "C:\\X.EXE"}"#,
            r#"{"_source": "windows/file_event/", "Image": "C:\\x.exe"}"#,
        ),
        (
            "a.eql",
            "process where process.name == \"x.exe\"",
            r#"{"event.category": "process", "process": {"name": "x.exe"}}"#,
            r#"{"event.category": "file", "process": {"name": "x.exe"}}"#,
        ),
        (
            "a.kuery",
            "process.name: x.exe",
            r#"{"process.name": "x.exe"}"#,
            r#"{"process.name": "y"}"#,
        ),
        (
            "a.lucene",
            "process.name:x.exe",
            r#"{"process.name": "x.exe"}"#,
            r#"{"process.name": "y"}"#,
        ),
        (
            "a.esql",
            "FROM logs-endpoint.* | WHERE process.name == \"x.exe\"",
            r#"{"_source": "logs-endpoint.events.process-default", "process.name": "x.exe"}"#,
            r#"{"_source": "metrics-system", "process.name": "x.exe"}"#,
        ),
        (
            "a.spl",
            "| tstats count from datamodel=Endpoint.Processes where Processes.process_name=x.exe by Processes.dest",
            r#"{"_source": "Endpoint.Processes", "Processes.process_name": "x.exe", "Processes.dest": "h"}"#,
            r#"{"_source": "Endpoint.Registry", "Processes.process_name": "x.exe", "Processes.dest": "h"}"#,
        ),
        (
            "a.kql",
            "DeviceProcessEvents | where FileName =~ 'X.exe'",
            r#"{"_source": "DeviceProcessEvents", "FileName": "x.exe"}"#,
            r#"{"_source": "DeviceFileEvents", "FileName": "x.exe"}"#,
        ),
        (
            "a.yaral",
            yaral,
            r#"{"_source": "PROCESS_LAUNCH", "metadata": {"event_type": "PROCESS_LAUNCH"}, "target": {"process": {"file": {"full_path": "C:\\X.exe"}}}}"#,
            r#"{"_source": "PROCESS_OPEN", "metadata": {"event_type": "PROCESS_OPEN"}, "target": {"process": {"file": {"full_path": "C:\\X.exe"}}}}"#,
        ),
    ];
    for (file_name, text, hit, miss) in cases {
        let rule = file(&folder, file_name, text);
        // The line that is no event counts as a record.
        let events = format!("{miss}\nno event\n{hit}\n");
        let args = ["eval", name(&rule), "--events", "-", "--format", "json"];
        let answer = json(&fed(&args, &events));
        let alerts = answer["alerts"].as_array().unwrap();
        assert_eq!(alerts.len(), 1, "{file_name}: {answer}");
        assert_eq!(alerts[0]["events"], serde_json::json!([2]), "{file_name}");
    }
}

#[test]
fn one_rule_of_a_file_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let rules = file(&folder, "a.kql", "A | wher x == 1\n\nB | where x == 1\n");
    let part = |number: u32| format!("{}#{number}", rules.display());
    assert_eq!(run(&["check", &part(0)]).status.code(), Some(1));
    assert_eq!(run(&["check", &part(1)]).status.code(), Some(0));
    let output = run(&["check", &part(2)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).contains("it holds 2 rules"),
        "{}",
        err(&output)
    );
}

#[test]
fn rule_and_events_cannot_both_be_standard_input() {
    let output = fed(&["eval", "-", "--events", "-"], "");
    assert_eq!(output.status.code(), Some(2), "{}", err(&output));
}

#[test]
fn a_rule_file_outside_the_catalogue_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let rule = file(&folder, "rule.yml", RULE);
    let answer = json(&run(&["rule", name(&rule), "--format", "json"]));
    assert_eq!(answer["title"], "A made-up tool starts");
    let values = |table: &str| answer[table].to_string();
    assert!(values("indicators").contains("made-up.exe"), "{answer}");
    assert!(!values("indicators").contains("parent.exe"), "{answer}");
    assert!(values("exclusions").contains("parent.exe"), "{answer}");
}

#[test]
fn a_build_can_be_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    file(&folder, "rule.yml", RULE);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let catalog = elsewhere.path().join("out.db");
    let built = run(&[
        "build",
        name(folder.path()),
        "-o",
        name(&catalog),
        "--format",
        "json",
    ]);
    assert_eq!(json(&built)["rules"], 1, "{}", err(&built));
    let ledger = json(&run(&[
        "ledger",
        "--catalog",
        name(&catalog),
        "--format",
        "json",
    ]));
    assert_eq!(ledger["rows"][0]["full"], 1, "{ledger}");
    let again = json(&run(&[
        "build",
        name(folder.path()),
        "-o",
        name(&catalog),
        "--format",
        "json",
    ]));
    assert_eq!(again["unchanged"], true);
}

#[test]
fn colour_is_only_for_those_who_want_it() {
    let has = |output: &Output| out(output).contains('\u{1b}');
    assert!(!has(&run(&["explain"])));
    assert!(has(&run(&["explain", "--color", "always"])));
    let quiet = tripline().env("NO_COLOR", "1").arg("explain").output();
    assert!(!has(&quiet.expect("it runs")));
}

#[test]
fn completions_and_manual_pages_are_written() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(
            out(&run(&["completions", shell])).contains("technique"),
            "{shell}"
        );
    }
    let folder = tempfile::tempdir().expect("a folder");
    let man = folder.path().join("man");
    assert_eq!(run(&["man", name(&man)]).status.code(), Some(0));
    let pages = std::fs::read_dir(&man).expect("pages").count();
    assert!(pages > 10, "{pages} pages");
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_problem() {
    let mut child = tripline()
        .arg("explain")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(err(&output), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn detections_of_a_platform() {
    let all = json(&run(&["detection", "t1204.001", "--format", "json"]));
    let names: Vec<&str> = all["platforms"]
        .as_array()
        .expect("platforms")
        .iter()
        .filter_map(|row| row["platform"].as_str())
        .collect();
    let known = [
        "elastic",
        "splunk",
        "sentinel",
        "defender",
        "chronicle",
        "sigma",
    ];
    assert_eq!(names, known);
    let args = ["detection", "T1204.001", "--platform", "elastic", "--rules"];
    let answer = json(&run(&[&args[..], &["2", "--format", "json"]].concat()));
    let shown = answer["best"].as_array().expect("rules").len();
    let others = answer["others"].as_array().expect("rules").len();
    assert_eq!(shown, 2);
    let counted = answer["rules_total"].as_u64().expect("a number");
    let left: u64 = answer["left_out"]
        .as_object()
        .expect("classes")
        .values()
        .filter_map(serde_json::Value::as_u64)
        .sum();
    assert_eq!((shown + others) as u64, counted + left);
    let page = run(&[&args[..], &["1", "--format", "markdown"]].concat());
    assert_eq!(page.status.code(), Some(0));
    assert!(out(&page).contains("Why chosen"), "{}", out(&page));
}

#[test]
fn detections_that_are_not_there() {
    let code = |args: &[&str]| run(args).status.code();
    assert_eq!(code(&["detection", "T9999"]), Some(4));
    assert_eq!(
        code(&["detection", "T1204.001", "--platform", "nowhere"]),
        Some(2)
    );
    let none = run(&["detection", "T1204.004", "--platform", "splunk"]);
    assert_eq!(none.status.code(), Some(0));
    assert!(out(&none).contains("has no rule of T1204.004"));
}

#[test]
fn coverage_compares_two_sides() {
    let output = run(&[
        "coverage",
        "--compare",
        "sigma..elastic",
        "--platform",
        "linux",
    ]);
    let text = out(&output);
    assert!(output.status.success(), "{output:?}");
    assert!(text.contains("only") && text.contains("Linux"), "{text}");
    let output = run(&["coverage", "--compare", "sigma"]);
    assert_eq!(output.status.code(), Some(2));
    let output = run(&["coverage", "--vendor", "nobody"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("known: ") && said.contains("sigma"), "{said}");
}

#[test]
fn overlap_and_sequences_answer_in_every_format() {
    for command in ["overlap", "sequences"] {
        for format in ["text", "markdown", "json"] {
            let output = run(&[command, "T1059", "--format", format]);
            assert!(output.status.success(), "{output:?}");
            assert!(out(&output).contains("T1059"));
        }
        let output = run(&[command, "T9999"]);
        assert_eq!(output.status.code(), Some(4));
    }
}
