//! How fast each language is read: every query of the corpora in `../shared/corpora` (or
//! `$TRIPLINE_CORPORA`) parsed and lowered on one thread, in bytes and rules per second.
//!
//! Splunk's macros and lookups are not resolved here: each search is read by itself.
//! `cargo bench --manifest-path bench/Cargo.toml --bench languages`.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tripline_corpus::{discover, read};
use tripline_ir::Language;
use tripline_languages::{Context, lower};
use tripline_schema::Schema;
use tripline_text::Source;

fn main() {
    if !corpora().is_dir() {
        println!("skipped: {} is not a folder", corpora().display());
        return;
    }
    divan::main();
}

fn corpora() -> PathBuf {
    match std::env::var_os("TRIPLINE_CORPORA") {
        Some(path) => path.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora"),
    }
}

/// The bodies of every rule, by language.
static QUERIES: LazyLock<BTreeMap<&str, (Language, Vec<Source>)>> = LazyLock::new(|| {
    let mut queries = BTreeMap::new();
    for spec in discover(&[corpora()]).corpora {
        for rule in read(&spec).into_detections() {
            let (_, texts) = queries
                .entry(rule.language.name())
                .or_insert_with(|| (rule.language, Vec::new()));
            texts.push(Source::new(rule.id.as_str(), rule.body.as_str()));
        }
    }
    queries
});

#[divan::bench(
    sample_count = 10,
    args = ["sigma", "eql", "kuery", "lucene", "esql", "spl", "kusto", "yaral"]
)]
fn parse_and_lower(bencher: Bencher<'_, '_>, language: &str) {
    let Some((language, texts)) = QUERIES.get(language) else {
        return;
    };
    let bytes: usize = texts.iter().map(|source| source.text().len()).sum();
    let context = Context::new(Schema::builtin());
    bencher
        .counter(BytesCount::new(bytes))
        .counter(ItemsCount::new(texts.len()))
        .bench_local(|| {
            for source in texts {
                divan::black_box(lower(*language, source, &context));
            }
        });
}
