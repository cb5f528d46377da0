//! The reader on made-up files and on upstream's whole corpus.

use super::ElasticReader;
use crate::reader::{FileContext, FileRead, StageClock, VendorReader};
use crate::{CorpusSpec, Status, Vendor, status};
use std::collections::BTreeMap;
use std::path::Path;
use tripline_ir::{Class, Detection, Language, Plan};
use tripline_schema::Schema;
use tripline_text::Source;

fn read_as(path: &str, text: &str) -> FileRead {
    let spec = CorpusSpec::new("test", Vendor::Elastic, ".");
    let clock = StageClock::default();
    let context = FileContext {
        spec: &spec,
        path,
        schema: Schema::builtin(),
        clock: &clock,
    };
    ElasticReader.read_file(&Source::new(path, text), &context)
}

const SHARED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/corpora/elastic"
);

/// Every rule file of the corpus in path order, or nothing when the corpus is not there.
fn corpus() -> Vec<(String, String)> {
    let root = Path::new(SHARED);
    if !root.is_dir() {
        eprintln!("SKIPPED: no corpus at {SHARED}");
        return Vec::new();
    }
    let mut files: Vec<_> = ["rules", "rules_building_block"]
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(root.join(folder)))
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|ext| ext == "toml"))
        .filter_map(|entry| {
            let path = entry.path().strip_prefix(root).ok()?;
            let text = std::fs::read_to_string(entry.path()).ok()?;
            Some((path.to_string_lossy().into_owned(), text))
        })
        .collect();
    files.sort();
    files
}

#[test]
#[ignore = "prints a time; run with --release --ignored --nocapture"]
fn toml_alone() {
    let files = corpus();
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    let start = std::time::Instant::now();
    let keys: usize = files
        .iter()
        .map(|(_, text)| toml::de::DeTable::parse_recoverable(text).0.get_ref().len())
        .sum();
    eprintln!("{bytes} bytes, {keys} keys in {:?}", start.elapsed());
}

#[test]
fn the_whole_corpus() {
    let files = corpus();
    if files.is_empty() {
        return;
    }
    let start = std::time::Instant::now();
    let mut rows: BTreeMap<(String, Language, &str), usize> = BTreeMap::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut count = 0;
    for (path, text) in &files {
        let read = read_as(path, text);
        for found in &read.diagnostics {
            if found.code != tripline_text::Code::LanguageNotRead {
                eprintln!("{path}: {} {}", found.code, found.message);
            }
        }
        for rule in &read.detections {
            count += 1;
            let status = status(rule);
            *rows
                .entry((rule.kind.to_string(), rule.language, status.name()))
                .or_default() += 1;
            *classes.entry(rule.class.name()).or_default() += 1;
            for loss in &rule.losses {
                *reasons
                    .entry(format!(
                        "{} {} {}",
                        rule.language.name(),
                        loss.reason.phrase(),
                        loss.detail
                    ))
                    .or_default() += 1;
            }
            if status != Status::Full && !matches!(rule.language, Language::Esql | Language::None) {
                eprintln!("{}: {path}: {:?}", status.name(), rule.losses);
            }
        }
    }
    eprintln!(
        "{rows:#?}\n{reasons:#?}\n{classes:#?}\n{count} in {:?}",
        start.elapsed()
    );
}
