//! Tests with expected signals over the starter catalogue.

use std::collections::{BTreeMap, BTreeSet};
use tripline_analysis::{Index, Lookups, PlatformRun, SignalsAnswer, SignalsError, signals};
use tripline_catalog::Catalog;
use tripline_schema::{Schema, Scheme};

fn with_index<T>(check: impl FnOnce(&Index<'_>) -> T) -> T {
    let catalog = Catalog::starter().expect("the starter catalogue opens");
    let schema = Schema::builtin();
    let lookups = Lookups::new(&catalog, schema);
    check(&Index::new(&catalog, &lookups, schema, Scheme::Sigma))
}

fn answer(index: &Index<'_>, id: &str) -> SignalsAnswer {
    signals(index, id, false).expect("the technique is known")
}

fn titles(run: &PlatformRun) -> Vec<String> {
    let fires = run.fires.iter();
    fires
        .map(|fire| format!("{}: {}", fire.vendor, fire.title))
        .collect()
}

#[test]
fn rules_fire_on_the_tests_of_what_they_look_for() {
    with_index(|index| {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for file in index.catalog.atomics().expect("decodes") {
            let answer = answer(index, &file.atomics.technique);
            for test in answer.tests {
                let all: BTreeSet<String> = test.runs.iter().flat_map(titles).collect();
                found.insert(test.name.to_string(), all.into_iter().collect());
            }
        }
        let fires = |test: &str, rule: &str| {
            let all = &found[test];
            assert!(
                all.iter().any(|title| title.contains(rule)),
                "{test}: {all:?}"
            );
        };
        fires(
            "Encoded command",
            "sigma: PowerShell Started with an Encoded Command",
        );
        fires("Encoded command", "elastic: ");
        fires(
            "Script fetched and run in memory",
            "sigma: PowerShell Fetches and Runs Code",
        );
        fires(
            "Memory of LSASS written by comsvcs.dll",
            "Process Memory Dumped through comsvcs.dll",
        );
        fires(
            "Script piped from the network into a shell",
            "Download Piped into a Shell",
        );
        fires(
            "Page from the network run by mshta",
            "sigma: Mshta Runs a Remote Page",
        );
        fires(
            "Page from the network run by mshta",
            "elastic: Mshta with a Remote Page Connects",
        );
        fires(
            "Clear-text credentials turned on for WDigest",
            "Clear-Text Credentials",
        );
        fires("AWS trail stopped", "AWS Trail Stopped or Deleted");
        assert_eq!(
            found["Command pasted into the Run dialog"],
            Vec::<String>::new()
        );
    });
}

#[test]
fn signals_point_into_the_command_and_rules_at_signals() {
    with_index(|index| {
        for file in index.catalog.atomics().expect("decodes") {
            for test in answer(index, &file.atomics.technique).tests {
                assert!(!test.command.contains("#{"), "{}", test.name);
                for run in &test.runs {
                    for signal in &run.signals {
                        let [start, end] = signal.span;
                        assert!(test.command.get(start..end).is_some(), "{}", test.name);
                        assert!(!signal.title.is_empty(), "{}", signal.event);
                    }
                    for fire in run.fires.iter().chain(&run.partial) {
                        assert!(!fire.signals.is_empty());
                        assert!(fire.signals.iter().all(|at| *at < run.signals.len()));
                        let facts = index.catalog.rule_facts(&fire.rule).expect("is there");
                        assert!(!facts.events.is_empty(), "{}", fire.rule);
                    }
                    for miss in &run.near {
                        assert!(!miss.atoms.is_empty() && miss.signal < run.signals.len());
                        assert!(run.fires.iter().all(|fire| fire.rule != miss.rule));
                    }
                }
            }
        }
    });
}

#[test]
fn tests_of_subtechniques_are_added_when_asked() {
    with_index(|index| {
        assert_eq!(answer(index, "T1059").tests.len(), 0);
        let all = signals(index, "t1059", true).expect("the technique is known");
        let under: BTreeSet<&str> = all
            .tests
            .iter()
            .map(|test| test.technique.as_str())
            .collect();
        assert_eq!(
            under,
            BTreeSet::from(["T1059.001", "T1059.002", "T1059.004"])
        );
        let unknown = signals(index, "T9999", false);
        assert!(matches!(unknown, Err(SignalsError::Unknown(_))));
    });
}
