//! How long each stage takes on the corpora in `../shared/corpora` (or `$TRIPLINE_CORPORA`).
//!
//! The stages are those of `ARCHITECTURE.md`: read, parse, lower, analyse, write; then whole
//! builds, opening, and one answer. `cargo bench --manifest-path bench/Cargo.toml`.

use divan::Bencher;
use rayon::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tripline_analysis::{Index, Lookups, technique};
use tripline_catalog::{BuildOptions, BuildReport, Catalog, build};
use tripline_corpus::{CorpusSpec, Discovery, LoadedFile, Vendor, discover, load, read};
use tripline_ir::{Detection, Text};
use tripline_languages::Context;
use tripline_languages::sigma::{self, Document};
use tripline_schema::{Schema, Scheme};

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

static FOUND: LazyLock<Discovery> = LazyLock::new(|| discover(&[corpora()]));

fn corpus(vendor: Vendor) -> &'static CorpusSpec {
    let mut all = FOUND.corpora.iter();
    let found = all.find(|spec| spec.vendor == vendor);
    found.expect("the corpora have rules of every vendor")
}

fn load_all(spec: &CorpusSpec) -> Vec<LoadedFile> {
    let entries = spec.files.par_iter();
    entries
        .filter_map(|entry| load(entry, &entry.path).ok())
        .collect()
}

static SIGMA: LazyLock<Vec<LoadedFile>> = LazyLock::new(|| load_all(corpus(Vendor::Sigma)));

static DETECTIONS: LazyLock<Vec<Detection>> = LazyLock::new(|| {
    let reads = FOUND.corpora.iter().map(read);
    reads.flat_map(|read| read.into_detections()).collect()
});

/// Listing folders and telling what lies in them.
#[divan::bench]
fn a_discover() -> usize {
    discover(&[corpora()]).corpora.len()
}

/// Opening, checking and hashing every rule file.
#[divan::bench]
fn b_read_files() -> usize {
    FOUND.corpora.iter().map(|spec| load_all(spec).len()).sum()
}

/// Parsing every Sigma file.
#[divan::bench]
fn c_parse_sigma(bencher: Bencher<'_, '_>) {
    let files = LazyLock::force(&SIGMA);
    bencher.bench(|| {
        let parsed = files
            .par_iter()
            .map(|file| sigma::read(&file.source).0.len());
        parsed.sum::<usize>()
    });
}

/// Lowering every Sigma rule.
#[divan::bench]
fn d_lower_sigma(bencher: Bencher<'_, '_>) {
    let files = LazyLock::force(&SIGMA);
    let parsed: Vec<_> = files
        .par_iter()
        .map(|file| (file, sigma::read(&file.source).0))
        .collect();
    bencher.bench(|| {
        let lowered = parsed.par_iter().map(|(file, documents)| {
            let context = Context::new(Schema::builtin());
            for document in documents {
                if let Document::Rule(rule) = document {
                    divan::black_box(sigma::lower_rule(rule, &file.source, &context));
                }
            }
        });
        lowered.count()
    });
}

/// Reading, parsing and lowering one corpus.
#[divan::bench(args = ["sigma", "elastic"])]
fn e_read_corpus(vendor: &str) -> usize {
    let vendor = Vendor::from_name(vendor).expect("a vendor");
    read(corpus(vendor)).files.len()
}

/// The facts of every rule.
#[divan::bench]
fn f_analyse(bencher: Bencher<'_, '_>) {
    let detections = LazyLock::force(&DETECTIONS);
    bencher.bench(|| {
        let facts = detections.par_iter().map(|detection| {
            let resolve = |tag: &str| Text::new(tag);
            tripline_catalog::facts::facts(detection, Schema::builtin(), &resolve)
        });
        facts.map(|facts| facts.atoms.len()).sum::<usize>()
    });
}

struct Built {
    folder: tempfile::TempDir,
}

impl Built {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        Self { folder }
    }

    fn output(&self) -> PathBuf {
        self.folder.path().join("catalog.db")
    }

    fn build(&self, path: &Path, incremental: bool) -> BuildReport {
        let paths = [path.to_owned()];
        let output = self.output();
        let options = BuildOptions {
            incremental,
            ..BuildOptions::new(&paths, &output)
        };
        build(&options).expect("the build succeeds")
    }
}

/// Everything from nothing, written and synced.
#[divan::bench(sample_count = 10)]
fn g_build_cold(bencher: Bencher<'_, '_>) {
    let built = Built::new();
    bencher.bench_local(|| built.build(&corpora(), false).bytes);
}

/// A build when nothing changed.
#[divan::bench(sample_count = 20)]
fn h_build_unchanged(bencher: Bencher<'_, '_>) {
    let built = Built::new();
    built.build(&corpora(), false);
    bencher.bench_local(|| assert!(built.build(&corpora(), true).unchanged));
}

/// A build after one rule changed: its title, so that the index is made anew too.
#[divan::bench(sample_count = 20)]
fn i_build_touched(bencher: Bencher<'_, '_>) {
    let built = Built::new();
    let copy = built.folder.path().join("corpora");
    copy_folder(&corpora(), &copy);
    let rule = first_rule(&copy.join("sigma/rules"));
    let text = fs::read_to_string(&rule).expect("is read");
    let mut round = 0;
    built.build(&copy, false);
    bencher.bench_local(|| {
        round += 1;
        let changed = text.replacen("title: ", &format!("title: Round{round} "), 1);
        fs::write(&rule, changed).expect("is written");
        assert!(!built.build(&copy, true).unchanged);
    });
}

/// Opening the catalogue.
#[divan::bench(sample_count = 30)]
fn j_open(bencher: Bencher<'_, '_>) {
    let built = Built::new();
    built.build(&corpora(), false);
    bencher.bench_local(|| Catalog::open(&built.output()).expect("opens").facts.len());
}

/// Opening it and answering a technique.
#[divan::bench(sample_count = 30, args = ["T1059.001", "T1204.001"])]
fn k_open_and_answer(bencher: Bencher<'_, '_>, id: &str) {
    let built = Built::new();
    built.build(&corpora(), false);
    bencher.bench_local(|| {
        let catalog = Catalog::open(&built.output()).expect("opens");
        let lookups = Lookups::new(&catalog, Schema::builtin());
        let index = Index::new(&catalog, &lookups, Schema::builtin(), Scheme::Sigma);
        technique(&index, id, false).is_ok()
    });
}

fn first_rule(folder: &Path) -> PathBuf {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    let rule = entries
        .iter()
        .find(|path| path.extension().is_some_and(|end| end == "yml"));
    match rule {
        Some(rule) => rule.clone(),
        None => first_rule(entries.iter().find(|path| path.is_dir()).expect("a rule")),
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("folder is made");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            // Not `fs::copy`: the copy must be writable.
            fs::write(target, fs::read(entry.path()).expect("is read")).expect("is written");
        }
    }
}
