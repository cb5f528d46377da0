//! Building a catalogue.
//!
//! ```text
//! paths -> discover -> read (parse, lower) -> analyse (facts, search text) -> write
//! ```
//!
//! What the previous catalogue at the same place still holds is kept: the rules of files whose
//! content, corpus and links are unchanged, and a knowledge base when its files are. The result
//! is, byte for byte, what a build from nothing would write.

mod analyse;
mod attack;
mod gather;
mod knowledge;
mod lock;
mod previous;
mod runs;
mod search;
mod write;

pub(crate) use attack::AttackPart;
pub(crate) use gather::{Contents, Knowledge, assemble};
pub(crate) use knowledge::{ATOMICS, DICTIONARIES, KnowledgePart};
pub(crate) use write::fill;

use crate::{CatalogError, Result};
use gather::Gather;
use lock::Lock;
use previous::Previous;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tripline_corpus::{Discovery, Ledger, StageClock, discover_without};
use tripline_schema::Schema;
use tripline_text::{Code, Diagnostic, Source};

/// What to build and where.
#[derive(Clone, Copy)]
pub struct BuildOptions<'a> {
    /// Files and folders to look for corpora and knowledge bases in.
    pub paths: &'a [PathBuf],
    /// The catalogue to write.
    pub output: &'a Path,
    /// Keep what the catalogue at `output` still holds. The result is the same either way.
    pub incremental: bool,
    /// Told when a stage begins.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

impl<'a> BuildOptions<'a> {
    /// An incremental build that tells nobody of its progress.
    pub fn new(paths: &'a [PathBuf], output: &'a Path) -> Self {
        Self {
            paths,
            output,
            incremental: true,
            progress: &|_| {},
        }
    }
}

/// A stage of a build begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Listing folders.
    Discover,
    /// Reading this many files.
    Read(usize),
    /// Computing facts of this many rules.
    Analyse(usize),
    /// Writing this many rules.
    Write(usize),
    /// The catalogue is in place.
    Done,
}

/// What a build did.
#[derive(Debug, Clone, Default)]
pub struct BuildReport {
    /// Nothing had changed; the catalogue was left as it is.
    pub unchanged: bool,
    /// Corpora found, by name.
    pub corpora: Vec<String>,
    /// Files seen, rules or not.
    pub files: usize,
    /// Files whose rules were kept from the previous catalogue.
    pub kept: usize,
    /// Rules in the catalogue.
    pub rules: usize,
    /// The ledger.
    pub ledger: Ledger,
    /// What to tell of the inputs, in order of corpora, then paths.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that diagnostics point into.
    pub sources: Vec<Source>,
    /// Size of the catalogue.
    pub bytes: u64,
    /// How long each stage took.
    pub timings: Timings,
}

/// How long a build took. `read`, `parse` and `lower` are processor time summed over threads;
/// the others are time passed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timings {
    /// Listing folders.
    pub discover: Duration,
    /// Opening and hashing rule files.
    pub read: Duration,
    /// Parsing.
    pub parse: Duration,
    /// Lowering.
    pub lower: Duration,
    /// Everything from the first file opened to the last rule lowered, ATT&CK included.
    pub gather: Duration,
    /// Facts, search texts, encoding.
    pub analyse: Duration,
    /// Writing, syncing, renaming.
    pub write: Duration,
    /// All of it.
    pub total: Duration,
}

/// Builds a catalogue.
///
/// # Errors
/// When nothing that is read lies under the paths, another build holds the output, or it cannot
/// be written. The old catalogue is then untouched.
pub fn build(options: &BuildOptions<'_>) -> Result<BuildReport> {
    let start = Instant::now();
    let lock = Lock::take(options.output)?;
    (options.progress)(Progress::Discover);
    let mut found = discover_without(options.paths, &lock.files(options.output));
    let mut report = BuildReport {
        diagnostics: std::mem::take(&mut found.diagnostics),
        ..BuildReport::default()
    };
    refuse_nothing(options, &found, &report)?;
    report.timings.discover = start.elapsed();

    let previous = if options.incremental {
        Previous::open(options.output)
    } else {
        None
    };
    let contents = gather(&found, previous.as_ref(), options, &mut report)?;
    let writing = Instant::now();
    let same = previous
        .as_ref()
        .is_some_and(|old| old.hash() == contents.meta.hash);
    if same {
        report.unchanged = true;
        report.bytes = std::fs::metadata(options.output).map_or(0, |file| file.len());
    } else {
        (options.progress)(Progress::Write(contents.rules.len()));
        report.bytes = write::write(&contents, previous.as_ref(), options.output, &lock)?;
        // On some systems an open file cannot be replaced.
        drop(previous);
        write::replace(options.output, &lock)?;
    }
    report.timings.write = writing.elapsed();
    report.timings.total = start.elapsed();
    (options.progress)(Progress::Done);
    Ok(report)
}

/// Gathers the contents. A previous catalogue that turns out to be damaged is not used.
fn gather(
    found: &Discovery,
    previous: Option<&Previous>,
    options: &BuildOptions<'_>,
    report: &mut BuildReport,
) -> Result<Contents> {
    let clock = StageClock::default();
    let gather = Gather {
        schema: Schema::builtin(),
        previous,
        clock: &clock,
        progress: options.progress,
    };
    let mut attempt = report.clone();
    let contents = match gather.run(found, &mut attempt) {
        Err(error) if previous.is_some() && error.code() == Code::CatalogueDamaged => {
            attempt = report.clone();
            let afresh = Gather {
                previous: None,
                ..gather
            };
            afresh.run(found, &mut attempt)?
        }
        result => result?,
    };
    *report = attempt;
    report.timings.read = clock.read_time();
    report.timings.parse = clock.parse_time();
    report.timings.lower = clock.lower_time();
    Ok(contents)
}

fn refuse_nothing(
    options: &BuildOptions<'_>,
    found: &Discovery,
    report: &BuildReport,
) -> Result<()> {
    if !found.corpora.is_empty() || !found.knowledge.is_empty() {
        return Ok(());
    }
    let first = options
        .paths
        .first()
        .map_or(Path::new("."), PathBuf::as_path);
    let reason = report
        .diagnostics
        .iter()
        .find(|found| found.is_error())
        .map_or("no rules were found", |found| found.message.as_str());
    Err(CatalogError::new(Code::NothingFound, first, reason))
}
