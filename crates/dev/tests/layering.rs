//! Edges between crates go down only. The levels are those of the stage table in
//! `ARCHITECTURE.md`; the edges are what `cargo metadata` says.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The tool beside the table; it may use every crate of it.
const TOOL: &str = "tripline-dev";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Level by crate, from the rows `| level | `crate` | ...` of the table.
fn levels(architecture: &str) -> BTreeMap<String, u32> {
    let mut levels = BTreeMap::new();
    for line in architecture.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, level, name, ..] = cells.as_slice() else {
            continue;
        };
        let name = name.trim_matches('`');
        if let (Ok(level), true) = (level.parse(), name.starts_with("tripline-")) {
            let before = levels.insert(name.to_owned(), level);
            assert!(before.is_none(), "{name} stands twice in the table");
        }
    }
    levels
}

/// Every crate of the workspace with the crates of the workspace that it uses, by kind: normal
/// and build dependencies, and those of tests.
fn edges() -> Vec<(String, String)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root())
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata: {said}");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut edges = Vec::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let from = package["name"].as_str().expect("a name");
        edges.push((from.to_owned(), from.to_owned()));
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let to = dependency["name"].as_str().expect("a name");
            if to.starts_with("tripline-") && dependency["kind"] != "dev" {
                edges.push((from.to_owned(), to.to_owned()));
            }
        }
    }
    edges
}

/// What is wrong with the edges, one line each.
fn flaws(levels: &BTreeMap<String, u32>, edges: &[(String, String)]) -> Vec<String> {
    let mut flaws = Vec::new();
    for (from, to) in edges {
        if from == to {
            if from != TOOL && !levels.contains_key(from) {
                flaws.push(format!("{from} is not in the table of ARCHITECTURE.md"));
            }
            continue;
        }
        let ok = match (levels.get(from), levels.get(to)) {
            (Some(from), Some(to)) => to < from,
            (None, Some(_)) => from == TOOL,
            _ => false,
        };
        if !ok {
            flaws.push(format!("{from} must not depend on {to}"));
        }
    }
    flaws
}

#[test]
fn edges_go_down() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the table");
    let levels = levels(&text);
    let edges = edges();
    let found = flaws(&levels, &edges);
    assert!(found.is_empty(), "{found:#?}");
    for name in levels.keys() {
        let exists = edges.iter().any(|(from, _)| from == name);
        assert!(exists, "{name} is in the table, but there is no such crate");
    }
}

#[test]
fn upward_and_sideways_edges_are_found() {
    let table = "| level | crate |\n| 0 | `tripline-text` |\n| 1 | `tripline-ir` |\n\
                 | 1 | `tripline-schema` |\n| 6 | `tripline-app` |\n| 7 | `tripline-cli` |\n";
    let levels = levels(table);
    assert_eq!(levels.len(), 5);
    let edge = |from: &str, to: &str| {
        let edge = (format!("tripline-{from}"), format!("tripline-{to}"));
        flaws(&levels, &[edge]).len()
    };
    assert_eq!(edge("ir", "text"), 0);
    assert_eq!(edge("text", "ir"), 1, "upward");
    assert_eq!(edge("ir", "schema"), 1, "sideways");
    assert_eq!(edge("dev", "app"), 0);
    assert_eq!(edge("dev", "cli"), 0);
    assert_eq!(edge("app", "dev"), 1, "nothing depends on the tool");
    assert_eq!(edge("new", "new"), 1, "not in the table");
}
