//! Rules outside any corpus: bare queries, one rule of several, names that are nearly right.

use std::path::Path;
use tripline_corpus::{Hint, SingleRead, read_path, read_text};
use tripline_ir::{Class, Language};

const THREE: &str = "DeviceProcessEvents\n| where FileNam == 'x'\n\nSigninLog | where UserPrincipalNam == 'x'\n\nDeviceProcessEvents | where FileName == 'y'\n";

/// Message and hint of every diagnostic.
fn said(read: &SingleRead) -> Vec<(String, String)> {
    let pairs = read.diagnostics.iter().map(|found| {
        let hint = found.hint.as_ref().map(ToString::to_string);
        (found.message.clone(), hint.unwrap_or_default())
    });
    pairs.collect()
}

fn near(name: &str, text: &str, hint: Hint) -> Vec<(String, String)> {
    said(&read_text(name, text, hint))
}

fn pair(message: &str, meant: &str) -> (String, String) {
    (message.to_owned(), format!("`{meant}` has a similar name"))
}

#[test]
fn blank_lines_divide_queries_of_kusto() {
    for hint in [Hint::Auto, Hint::Query(Language::Kusto)] {
        let read = read_text("a.kql", THREE, hint);
        assert_eq!(read.detections.len(), 3);
        let offsets: Vec<_> = read
            .detections
            .iter()
            .map(|rule| rule.provenance.body_offset.unwrap_or_default() as usize)
            .collect();
        for (rule, offset) in read.detections.iter().zip(offsets) {
            assert_eq!(&THREE[offset..offset + rule.body.len()], rule.body);
        }
    }
    // One table is a query, too.
    let read = read_text("a.kql", "SigninLogs", Hint::Auto);
    assert_eq!(read.detections.len(), 1);
}

#[test]
fn a_text_without_a_rule_says_so() {
    for (name, text) in [("a.kql", ""), ("a.kql", "// later\n"), ("a.yml", "")] {
        let read = read_text(name, text, Hint::Auto);
        let errors = read.diagnostics.iter().filter(|found| found.is_error());
        assert_eq!(errors.count(), 1, "{name}: {text:?}");
    }
}

#[test]
fn a_rule_is_picked_with_what_is_said_of_it() {
    let mut read = read_text("a.kql", THREE, Hint::Auto);
    assert!(!read.pick(3));
    assert_eq!(read.detections.len(), 3);
    assert!(read.pick(1));
    assert_eq!(read.detections.len(), 1);
    let expected = [
        pair("no table `SigninLog` is known", "SigninLogs"),
        pair("no field `UserPrincipalNam` is known", "UserPrincipalName"),
    ];
    assert_eq!(said(&read), expected);
}

#[test]
fn a_text_in_yara_l_may_hold_several_rules() {
    let rule = |name| {
        format!(
            "rule {name} {{ meta: author = \"a\" events: $e.metadata.event_type = \"USER_LOGIN\" condition: $e }}\n"
        )
    };
    let text = rule("a") + &rule("b");
    let read = read_text("<stdin>", &text, Hint::Query(Language::Yaral));
    assert_eq!(read.detections.len(), 2);
    assert_eq!(said(&read), []);
}

#[test]
fn names_that_are_nearly_right() {
    let sigma = "title: A\nlogsource: {category: process_creation, product: windows}\ndetection:\n  a:\n    CommandLin: x\n  condition: a\n";
    let found = near("a.yml", sigma, Hint::Query(Language::Sigma));
    let expected = pair("no field `CommandLin` is known", "CommandLine");
    assert!(found.contains(&expected), "{found:?}");
    let query = "process where proces.name == \"x\"";
    let expected = [pair("no field `proces.name` is known", "process.name")];
    assert_eq!(near("a.eql", query, Hint::Auto), expected);
    let query = "FROM logs-* | WHERE proces.name == \"x\"";
    assert_eq!(near("a.esql", query, Hint::Auto), expected);
    assert_eq!(near("a.kuery", "proces.name: x", Hint::Auto), expected);
    assert_eq!(near("a.lucene", "proces.name:x", Hint::Auto), expected);
    let query = "| tstats count from datamodel=Endpoint.Proceses where Processes.proces_name=x";
    let expected = [
        pair(
            "no data model `Endpoint.Proceses` is known",
            "Endpoint.Processes",
        ),
        pair(
            "no field `Processes.proces_name` is known",
            "Processes.process_name",
        ),
    ];
    assert_eq!(near("a.spl", query, Hint::Auto), expected);
    let rule = "rule a { meta: author = \"a\" events: $e.metadata.event_type = \"PROCES_LAUNCH\" $e.target.proces.pid = \"1\" condition: $e }";
    let found = near("a.yaral", rule, Hint::Auto);
    let expected = pair("no event type `PROCES_LAUNCH` is known", "PROCESS_LAUNCH");
    assert!(found.contains(&expected), "{found:?}");
    // A name that is far from every known one is nobody's slip.
    assert_eq!(
        near("a.eql", "any where made.up.field == 1", Hint::Auto),
        []
    );
}

#[test]
fn folders_hold_bare_queries_too() {
    let dir = tempfile::tempdir().expect("temporary folder");
    for (name, text) in [
        ("a.eql", "process where true"),
        ("b.spl", "index=x | stas count"),
        ("c.notes", "nothing"),
    ] {
        std::fs::write(dir.path().join(name), text).expect("file is written");
    }
    let read = read_path(dir.path());
    assert_eq!((read.detections.len(), read.files_seen), (2, 2));
    assert_eq!(read.diagnostics.len(), 1);
    let rule = read_path(&dir.path().join("a.eql"));
    assert_eq!(rule.detections.len(), 1);
}

/// A pipe that nobody writes to: opening it would wait for ever.
#[cfg(unix)]
#[test]
fn pipes_in_folders_are_not_opened() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let pipe = |name: &str| {
        let made = std::process::Command::new("mkfifo")
            .arg(dir.path().join(name))
            .status();
        assert!(made.expect("mkfifo runs").success());
    };
    for name in ["a.yml", "b.spl", "LICENSE", "MANIFEST.toml"] {
        pipe(name);
    }
    std::fs::create_dir(dir.path().join("macros")).expect("folder is made");
    pipe("macros/m.yml");
    let search =
        "name: A\nid: 00000000-0000-4000-8000-000000000001\ntype: TTP\nsearch: 'index=x'\n";
    std::fs::write(dir.path().join("c.yml"), search).expect("file is written");
    assert_eq!(read_path(dir.path()).detections.len(), 1);
    let alone: &Path = &dir.path().join("c.yml");
    assert_eq!(read_path(alone).detections.len(), 1);
}

/// What only serves a correlation does not alert by itself: a rule, and a correlation too.
#[test]
fn inner_correlations_are_building_blocks() {
    let text = "\
title: Failed
name: failed
logsource: {product: windows, service: security}
detection: {s: {EventID: 4625}, condition: s}
---
title: Many failed
name: many
correlation: {type: event_count, rules: [failed], group-by: [User], timespan: 1m, condition: {gte: 2}}
---
title: Done
name: done
logsource: {product: windows, service: security}
detection: {s: {EventID: 4624}, condition: s}
---
title: Many failed, then done
correlation: {type: temporal_ordered, rules: [many, done], group-by: [User], timespan: 5m}
";
    let read = read_text("guess.yml", text, Hint::Auto);
    let classes: Vec<Class> = read.detections.iter().map(|rule| rule.class).collect();
    let block = Class::BuildingBlock;
    assert_eq!(classes, [block, block, block, Class::Alert]);
}
