//! Facts of real rules, where `../shared` is there: what is excluded or only named is no indicator.

#![expect(clippy::print_stderr, reason = "tests say what they skip")]

use std::path::{Path, PathBuf};
use tripline_catalog::facts::{RuleFacts, facts};
use tripline_corpus::read_path;
use tripline_ir::{Detection, Text};
use tripline_schema::Schema;

fn corpus(path: &str) -> Option<PathBuf> {
    let shared = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora");
    let path = Path::new(shared).join(path);
    if !path.exists() {
        eprintln!("skipped: {} is not here", path.display());
        return None;
    }
    Some(path)
}

fn of(detection: &Detection) -> RuleFacts {
    facts(detection, Schema::builtin(), &|id: &str| Text::new(id))
}

#[test]
fn the_filters_of_the_svchost_rule_are_exclusions() {
    let path = "sigma/rules/windows/process_creation/\
                proc_creation_win_svchost_uncommon_parent_process.yml";
    let Some(path) = corpus(path) else { return };
    let facts = of(&read_path(&path).detections[0]);
    let indicators: Vec<_> = facts
        .atoms
        .iter()
        .filter(|atom| atom.is_indicator())
        .collect();
    assert_eq!(indicators.len(), 1);
    assert_eq!(indicators[0].value, r"\svchost.exe");
    assert_eq!(facts.exclusions.len(), 9);
    for exclusion in &facts.exclusions {
        assert!(exclusion.whole);
        let [at] = exclusion.atoms[..] else {
            panic!("one test each: {exclusion:?}")
        };
        assert_eq!(facts.atoms[at as usize].field, "process.parent.executable");
        assert!(facts.atoms[at as usize].negated);
    }
}

#[test]
fn no_placeholder_is_a_value() {
    let Some(path) = corpus("sigma/rules-placeholder") else {
        return;
    };
    let read = read_path(&path);
    assert!(read.detections.len() >= 20);
    let mut lists = 0;
    for detection in &read.detections {
        let facts = of(detection);
        let names: Vec<&Text> = facts
            .atoms
            .iter()
            .filter(|atom| atom.operator == "in_list")
            .map(|atom| &atom.value)
            .collect();
        lists += names.len();
        for atom in facts.atoms.iter().filter(|atom| atom.literal) {
            let value = atom.value.to_lowercase();
            for name in &names {
                let name = format!("%{}%", name.to_lowercase());
                assert!(!value.contains(&name), "{}: {atom:?}", detection.id);
            }
        }
    }
    assert!(lists >= 20, "{lists} placeholders");
}
