//! The tables cover the shared Sigma corpus.

#![expect(clippy::print_stdout, reason = "tests say what they skip")]

use std::collections::BTreeSet;
use std::path::Path;
use tripline_schema::{Activity, Schema, Scheme};

/// Text of a file of the shared folder; `None`, told, when it is missing.
fn shared(path: &str) -> Option<String> {
    let path = format!("{}/../../../shared/{path}", env!("CARGO_MANIFEST_DIR"));
    if !Path::new(&path).exists() {
        println!("SKIPPED: {path} is missing");
        return None;
    }
    std::fs::read_to_string(path).ok()
}

/// The first back-quoted text of each row of the table under `heading`, and those of the line
/// that lists the rarer ones.
fn rows(text: &str, heading: &str) -> Vec<String> {
    let section = text.split(heading).nth(1).unwrap_or("");
    let section = section.split("\n### ").next().unwrap_or("");
    section
        .lines()
        .filter(|line| line.starts_with('|') || line.starts_with('('))
        .flat_map(|line| line.split('`').skip(1).step_by(2).map(str::to_owned))
        .collect()
}

#[test]
fn every_sigma_log_source_is_known() {
    let Some(text) = shared("design/corpus-stats.md") else {
        return;
    };
    let sources = rows(&text, "### Sigma log sources (product/category/service)");
    assert!(sources.len() > 130, "{}", sources.len());
    for source in sources {
        let parts: Vec<&str> = source
            .split('/')
            .map(|part| if part == "-" { "" } else { part })
            .collect();
        let [product, category, service] = parts[..] else {
            panic!("{source} has not three parts");
        };
        let events = Schema::builtin().sigma_events(product, category, service);
        assert!(!events.is_empty(), "{source} has no events");
        for key in events {
            let provider = key.split('/').next().unwrap_or("");
            assert!(Schema::builtin().provider(provider).is_some(), "{key}");
        }
    }
}

#[test]
fn common_sigma_fields_are_mapped_or_left_out_on_purpose() {
    let Some(text) = shared("design/corpus-stats.md") else {
        return;
    };
    let schema = Schema::builtin();
    let section = text.split("### Sigma fields").nth(1).unwrap_or("");
    let table = section.split("\n(").next().unwrap_or("").to_owned();
    let missing: BTreeSet<String> = rows(&format!("#{table}"), "#")
        .into_iter()
        .filter(|name| {
            let mapped = Activity::ALL
                .into_iter()
                .any(|activity| schema.canonical(Scheme::Sigma, activity, name).is_some());
            !mapped && !schema.unmapped_on_purpose(Scheme::Sigma, name)
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
