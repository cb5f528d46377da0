//! Every search of the real Splunk corpus, read, laid out and read again: the same tree, the same
//! plan, and a layout that stays as it is. Skipped, and said so, where the corpus is not there.
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::path::Path;
use tripline_corpus::{Vendor, discover, read, spl_library};
use tripline_ir::{Detection, Language, indented};
use tripline_languages::{Context, Lowered, lower, spl};
use tripline_schema::Schema;
use tripline_text::{Diagnostic, Source};

const CORPUS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/corpora/splunk"
);

/// Upstream commit of the pinned counts.
const COMMIT: &str = "b13b314aed0e1778335a55620474e7d27289a20a";
/// Searches, and those of them that are laid out: the others have errors.
const PINNED: (usize, usize) = (1_711, 1_709);

#[test]
fn every_search_reads_as_itself() {
    let root = Path::new(CORPUS);
    if !root.is_dir() {
        eprintln!("skipped: {CORPUS} is not there");
        return;
    }
    let library = spl_library(&root.join("detections"));
    assert!(!library.macros.is_empty(), "no macros in {CORPUS}");
    let mut context = Context::new(Schema::builtin());
    context.spl = Some(&library);
    let (mut searches, mut laid_out, mut flaws) = (0, 0, Vec::new());
    let found = discover(&[root.to_path_buf()]);
    let specs = found.corpora.iter();
    for spec in specs.filter(|spec| spec.vendor == Vendor::Splunk) {
        for rule in read(spec).into_detections() {
            searches += 1;
            match flaw(&rule, &context) {
                Ok(done) => laid_out += usize::from(done),
                Err(flaw) => flaws.push(format!("{}: {flaw}", rule.title)),
            }
        }
        if spec.commit.as_deref() != Some(COMMIT) {
            eprintln!("not compared: the counts are pinned for commit {COMMIT}");
            searches = 0;
        }
    }
    assert!(
        flaws.is_empty(),
        "{} flaws:\n{}",
        flaws.len(),
        flaws.join("\n\n")
    );
    if searches > 0 {
        assert_eq!((searches, laid_out), PINNED);
    }
}

/// Whether the search of a rule is laid out; what is wrong with its layout.
fn flaw(rule: &Detection, context: &Context<'_>) -> Result<bool, String> {
    let source = Source::new("rule", rule.body.as_str());
    let lowered = lower(Language::Spl, &source, context);
    let Some(text) = spl::laid_out(&source, context) else {
        let told = lowered.diagnostics.iter().any(Diagnostic::is_error);
        let none = "no error, and no layout".to_owned();
        return if told { Ok(false) } else { Err(none) };
    };
    let printed = Source::new("printed", text.as_str());
    if !spl::same(&source, &printed, context) {
        return Err(format!("another tree:\n{text}"));
    }
    if spl::laid_out(&printed, context).as_deref() != Some(text.as_str()) {
        return Err(format!("another layout:\n{text}"));
    }
    let (before, after) = (
        meaning(&lowered),
        meaning(&lower(Language::Spl, &printed, context)),
    );
    if before != after {
        return Err(format!("another plan:\n{text}\n{before}\nnow\n{after}"));
    }
    Ok(true)
}

/// What a search was lowered to, places apart.
fn meaning(lowered: &Lowered) -> String {
    let plan = lowered.plan.as_ref().map(indented).unwrap_or_default();
    let losses = lowered.losses.iter();
    let mut losses: Vec<String> = losses
        .map(|loss| format!("{}: {}", loss.reason.phrase(), loss.detail))
        .collect();
    losses.sort();
    losses.dedup();
    format!("{plan}{}", losses.join("\n"))
}
