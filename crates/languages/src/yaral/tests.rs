//! Tests of the parser over made-up rules; what rules mean is tested in `tests/rules/yaral`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests say what they skip"
)]

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
            let whole = rule
                .lowered
                .plan
                .as_ref()
                .is_some_and(|plan| !plan.has_opaque());
            if whole && rule.lowered.losses.is_empty() {
                full += 1;
            }
            for loss in &rule.lowered.losses {
                let reason = format!("{}: {}", loss.reason.phrase(), loss.detail);
                reasons
                    .entry(reason)
                    .or_default()
                    .push(rule.name.to_string());
            }
        }
    }
    for (reason, rules) in &reasons {
        println!("{reason}: {rules:?}");
    }
    println!("{full} of {} full", files.len());
    assert!(full * 100 >= files.len() * 90, "{full} of {}", files.len());
}

/// Pieces that rules are made of, and some that they are not.
const PIECES: [&str; 44] = [
    "rule",
    "a",
    "{",
    "}",
    "meta:",
    "events:",
    "match:",
    "outcome:",
    "condition:",
    "options:",
    "$e",
    "$e.principal.ip",
    "$p",
    "#e",
    "#p",
    "%list",
    "\"x\"",
    "`\\d`",
    "/re/",
    "/(/",
    "nocase",
    "=",
    "!=",
    "<",
    ">=",
    "and",
    "or",
    "not",
    "in",
    "regex",
    "cidr",
    "any",
    "all",
    "2 of",
    "(",
    ")",
    "[0]",
    "[\"k\"]",
    "over 5m",
    "by 1h",
    "count(",
    "re.regex(",
    ",",
    "7",
];

proptest::proptest! {
    /// Any order of pieces gives rules or errors with their place, and never a panic.
    #[test]
    fn token_soup(pieces in proptest::collection::vec(0..PIECES.len(), 0..60)) {
        let words: Vec<&str> = pieces.iter().map(|at| PIECES[*at]).collect();
        check_any(&words.join(" "));
        check_any(&format!("rule a {{ events: $e.a = $p {} condition: $e }}", words.join(" ")));
    }

    /// Neither does any text.
    #[test]
    fn any_text(text in ".{0,200}") {
        check_any(&text);
    }
}

fn check_any(text: &str) {
    let source = Source::new("rule", text);
    let context = crate::Context::new(tripline_schema::Schema::builtin());
    let (rules, diagnostics) = super::rules(&source, &context);
    for label in diagnostics.iter().filter_map(|flaw| flaw.primary.as_ref()) {
        assert!(
            text.get(label.span.range()).is_some(),
            "{label:?} in {text:?}"
        );
    }
    for rule in rules {
        // What could not be read is never counted as read.
        let told = diagnostics.iter().any(Diagnostic::is_error);
        let whole = rule
            .lowered
            .plan
            .as_ref()
            .is_some_and(|plan| !plan.has_opaque());
        let full = whole && rule.lowered.losses.is_empty();
        assert!(
            rule.span.range().end <= text.len()
                && (told || full || !rule.lowered.losses.is_empty()),
            "{text}"
        );
    }
}

#[test]
fn deep_nesting_and_circles_end() {
    let deep = format!(
        "rule a {{ events: {}$e.a = 1 condition: $e }}",
        "(".repeat(5_000)
    );
    check_any(&deep);
    check_any(&format!(
        "rule a {{ events: {} $e.a = 1 condition: $e }}",
        "not ".repeat(5_000)
    ));
    check_any("rule a { events: $a = $b $b = $a $e.x = $a match: $a over 5m condition: $e }");
    check_any("rule a { events: $e.x = 1 outcome: $a = $b $b = $a condition: $e and $a > 1 }");
}

/// The names of placeholders and lists are in no pattern of a plan.
#[test]
fn names_are_no_values() {
    let text = "rule a { events: $e.x = $zzplace $e.y in %zzlist $f.x = $zzplace $f.z = \"v\" \
                match: $zzplace over 5m condition: $e and #f > 2 and #zzplace > 1 }";
    let context = crate::Context::new(tripline_schema::Schema::builtin());
    let lowered = super::lower(&Source::new("rule", text), &context);
    for found in lowered.plan.unwrap().matches() {
        for atom in found.predicate.atoms() {
            if let tripline_ir::Test::Pattern(pattern) = &atom.test {
                assert!(!pattern.glob().contains("zz"), "{atom:?}");
            }
        }
    }
}
