//! Tests of the parser over made-up rules; what rules mean is tested in `tests/rules/yaral`.

use super::ast::Rule;
use super::{parser, print};
use tripline_text::{Diagnostic, Source};

fn parsed(text: &str) -> (Vec<Rule>, Vec<Diagnostic>) {
    let file = parser::parse(&Source::new("rule", text));
    (file.rules, file.diagnostics)
}

/// Every rule of the shared corpus is read without an error, and printed reads as the same.
#[test]
fn the_shared_corpus_is_read() {
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/corpora/chronicle/rules"
    );
    let mut folders = vec![std::path::PathBuf::from(root)];
    let mut rules = 0;
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            return eprintln!("skipped: {} is not there", folder.display());
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == "yaral") {
                let text = std::fs::read_to_string(&path).unwrap();
                let (found, diagnostics) = parsed(&text);
                let told: Vec<_> = diagnostics.iter().map(|d| &d.message).collect();
                let errors = diagnostics.iter().any(Diagnostic::is_error);
                assert!(!errors, "{}: {told:?}", path.display());
                for rule in &found {
                    assert_reads_back(rule);
                }
                rules += found.len();
            }
        }
    }
    eprintln!("{rules} rules read");
    assert_eq!(rules, 348);
}

fn assert_reads_back(rule: &Rule) {
    let printed = print::rule(rule);
    let (again, diagnostics) = parsed(&printed);
    assert!(diagnostics.is_empty(), "{printed}\n{diagnostics:?}");
    assert_eq!(again.len(), 1);
    assert_eq!(print::rule(&again[0]), printed);
}

/// How much of the shared corpus is lowered whole, with every reason why not.
#[test]
fn the_shared_corpus_is_lowered() {
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/corpora/chronicle/rules"
    );
    let mut folders = vec![std::path::PathBuf::from(root)];
    let mut files = Vec::new();
    let mut context = crate::Context::new(tripline_schema::Schema::builtin());
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            return eprintln!("skipped: {} is not there", folder.display());
        };
        let lists = folder.ends_with("reference_lists");
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == "yaral") {
                files.push(path);
            } else if lists {
                let text = std::fs::read_to_string(&path).unwrap();
                let name = path.file_stem().unwrap().to_string_lossy().into_owned();
                let entries = super::list_entries(&text);
                context.lists.insert(name.into(), entries);
            }
        }
    }
    files.sort();
    let mut reasons = std::collections::BTreeMap::<String, Vec<String>>::new();
    let mut full = 0;
    for path in &files {
        let text = std::fs::read_to_string(path).unwrap();
        let source = Source::new("rule", text);
        let (rules, _) = super::rules(&source, &context);
        for rule in rules {
            if std::env::var_os("YARAL_DUMP").is_some() {
                println!("### {}", path.display());
                if let Some(plan) = &rule.lowered.plan {
                    println!("{}", tripline_ir::indented(plan));
                }
            }
            let whole = rule.lowered.plan.as_ref().is_some_and(|plan| !plan.has_opaque());
            if whole && rule.lowered.losses.is_empty() {
                full += 1;
            }
            for loss in &rule.lowered.losses {
                let reason = format!("{}: {}", loss.reason.phrase(), loss.detail);
                reasons.entry(reason).or_default().push(rule.name.to_string());
            }
        }
    }
    for (reason, rules) in &reasons {
        println!("{reason}: {rules:?}");
    }
    println!("{full} of {} full", files.len());
    assert!(full * 100 >= files.len() * 90, "{full} of {}", files.len());
}
