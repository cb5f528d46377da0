//! Every live rule of SigmaHQ: read without errors, lowered whole, spans true.
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::path::{Path, PathBuf};
use tripline_ir::{LossReason, Plan, Subject, Test};
use tripline_languages::Context;
use tripline_languages::sigma::{self, Document, Rules};
use tripline_schema::Schema;
use tripline_text::Source;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora/sigma");

fn sources(folder: &Path) -> Vec<Source> {
    let mut folders = vec![folder.to_path_buf()];
    let mut paths: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yml") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        Source::new(path.display().to_string(), text)
    };
    paths.iter().map(read).collect()
}

#[test]
fn every_live_rule_is_lowered_whole() {
    if !Path::new(ROOT).is_dir() {
        eprintln!("skipped: {ROOT} is missing");
        return;
    }
    let context = Context::new(Schema::builtin());
    let (mut rules, mut whole) = (0, 0);
    let folders = [
        "rules",
        "rules-compliance",
        "rules-emerging-threats",
        "rules-placeholder",
        "rules-threat-hunting",
    ];
    for source in folders
        .iter()
        .flat_map(|name| sources(&Path::new(ROOT).join(name)))
    {
        let (documents, diagnostics) = sigma::read(&source);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        for document in &documents {
            let Document::Rule(rule) = document else {
                panic!("{} is no rule", source.name());
            };
            let lowered = sigma::lower_rule(rule, &source, &context);
            let plan = lowered
                .plan
                .unwrap_or_else(|| panic!("{}: no plan", source.name()));
            let Plan::Match(found) = &plan else {
                panic!("{}: {plan:?}", source.name());
            };
            check_spans(source.slice(rule.span), &found.predicate);
            rules += 1;
            whole += usize::from(lowered.losses.is_empty());
            for loss in &lowered.losses {
                assert_eq!(loss.reason, LossReason::UnresolvedPlaceholder);
            }
            assert!(lowered.diagnostics.iter().all(|found| !found.is_error()));
        }
    }
    assert_eq!((rules, whole), (3780, 3755));
}

/// The span of an equality without wildcards holds its text, quotes and escapes aside.
fn check_spans(body: &str, predicate: &tripline_ir::Predicate) {
    for atom in predicate.atoms() {
        let written = body.get(atom.span.range()).unwrap();
        if let (Subject::Field(_), Test::Number(_, number)) = (&atom.subject, &atom.test) {
            assert_eq!(written, number.to_string());
        }
        assert!(!written.is_empty() || atom.test == Test::Exists, "{atom:?}");
    }
}

#[test]
fn unsupported_rules_are_read_and_told() {
    let folder = Path::new(ROOT).join("unsupported");
    if !folder.is_dir() {
        eprintln!("skipped: {} is missing", folder.display());
        return;
    }
    let context = Context::new(Schema::builtin());
    let (mut documents_read, mut without_plan, mut legacy) = (0, 0, 0);
    for source in sources(&folder) {
        let (documents, _) = sigma::read(&source);
        let rules = Rules::new(documents.iter().map(|document| (document, &source)));
        for document in &documents {
            let Document::Rule(rule) = document else {
                continue;
            };
            let lowered = rules.lower(rule, &source, &context);
            documents_read += 1;
            without_plan += usize::from(lowered.plan.is_none());
            let is_legacy = |loss: &tripline_ir::Loss| loss.reason == LossReason::LegacyAggregation;
            legacy += usize::from(lowered.losses.iter().any(is_legacy));
        }
    }
    // The four have conditions that are no Sigma of any version.
    assert_eq!((documents_read, without_plan, legacy), (89, 4, 54));
}
