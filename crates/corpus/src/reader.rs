//! What a vendor's reader does: the contract between this crate and one file format.

use crate::{CorpusSpec, Failure, FileEntry};
use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tripline_ir::{Detection, Language, Text};
use tripline_schema::Schema;
use tripline_text::{Diagnostic, Source};

/// Recognises and reads the files of one vendor.
pub trait VendorReader: Sync {
    /// The language that a file is taken for when it cannot be read at all.
    fn default_language(&self) -> Language;

    /// File name extensions of rule files, lower case, without the dot.
    fn extensions(&self) -> &'static [&'static str];

    /// Whether a folder directly under a corpus root holds rules in upstream's own layout.
    fn is_rule_folder(&self, name: &str) -> bool;

    /// Whether a file of the right extension looks like a rule, by its bytes. Used where no
    /// layout says so; it must be cheap and must not miss damaged rules.
    fn looks_like_rule(&self, bytes: &[u8]) -> bool;

    /// Reads one file. Diagnostics' spans count bytes of `source`.
    fn read_file(&self, source: &Source, context: &FileContext<'_>) -> FileRead;

    /// Reads what needs several files: correlations, filters. Called once per corpus with the
    /// files that were read, in path order; it may change detections and append new ones. `context.path` is
    /// empty.
    fn link(&self, _files: &mut [(FileEntry, FileRead)], _context: &FileContext<'_>) {}
}

/// What a reader knows beside the text.
#[derive(Clone, Copy)]
pub struct FileContext<'a> {
    /// The corpus.
    pub spec: &'a CorpusSpec,
    /// Path of the file inside the corpus, with `/`.
    pub path: &'a str,
    /// Names of fields and sources.
    pub schema: &'a Schema,
    /// Where time spent is noted.
    pub clock: &'a StageClock,
}

/// What one file gave. Empty when the file holds no rule (a list of values, a manifest).
#[derive(Default)]
pub struct FileRead {
    /// Its rules in order. `id` is `vendor:upstream-id`, or [`fallback_id`](crate::fallback_id)
    /// where upstream has none; the session makes ids unique.
    pub detections: Vec<Detection>,
    /// Rules, or the whole file, that gave no detection at all.
    pub failures: Vec<Failure>,
    /// What to tell the author.
    pub diagnostics: Vec<Diagnostic>,
    /// Names (upstream ids, names) by which documents of other files may refer to its rules.
    pub names: Vec<Text>,
    /// Names of rules, anywhere in the corpus, that this file's documents refer to.
    pub refers: Vec<Text>,
    /// It refers to rules that cannot be listed: all of them.
    pub refers_to_all: bool,
    /// Rules of any file of the corpus may depend on it, as on a macro or a list.
    pub shared: bool,
    /// Its rules depend on the shared files of the corpus, all of them.
    pub reads_shared: bool,
    /// What `link` of the same reader needs from `read_file`.
    pub pending: Option<Box<dyn Any + Send>>,
}

impl std::fmt::Debug for FileRead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileRead")
            .field("detections", &self.detections.len())
            .field("failures", &self.failures)
            .field("refers", &self.refers)
            .finish_non_exhaustive()
    }
}

/// Processor time spent per stage, summed over threads.
#[derive(Debug, Default)]
pub struct StageClock {
    read: AtomicU64,
    file: AtomicU64,
    lower: AtomicU64,
}

impl StageClock {
    /// Runs `work` and counts its time as reading files.
    pub(crate) fn read<T>(&self, work: impl FnOnce() -> T) -> T {
        timed(&self.read, work)
    }

    /// Runs `work` and counts its time as parsing and lowering.
    pub(crate) fn file<T>(&self, work: impl FnOnce() -> T) -> T {
        timed(&self.file, work)
    }

    /// Runs `work` and counts its time as lowering. Call it inside a reader only.
    pub fn lower<T>(&self, work: impl FnOnce() -> T) -> T {
        timed(&self.lower, work)
    }

    /// Time spent opening and hashing files.
    pub fn read_time(&self) -> Duration {
        Duration::from_nanos(self.read.load(Ordering::Relaxed))
    }

    /// Time spent in readers outside of lowering.
    pub fn parse_time(&self) -> Duration {
        let file = self.file.load(Ordering::Relaxed);
        Duration::from_nanos(file.saturating_sub(self.lower.load(Ordering::Relaxed)))
    }

    /// Time spent lowering.
    pub fn lower_time(&self) -> Duration {
        Duration::from_nanos(self.lower.load(Ordering::Relaxed))
    }
}

fn timed<T>(total: &AtomicU64, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    let nanos = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    total.fetch_add(nanos, Ordering::Relaxed);
    result
}
