//! Diagnostics for a user's own rules.
//!
//! Input: files, folders, or a text. Output: every diagnostic with the sources it points into,
//! and how well each rule was read. Nothing here knows a language: `tripline-corpus` tells rule
//! files apart, and a bare query names its language.

use crate::AppError;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tripline_corpus::{Hint, SingleRead, Status, read_path, read_text};
use tripline_ir::Language;
use tripline_text::render::{Sources, render};
use tripline_text::{Diagnostic, Severity};

pub use tripline_text::render::{Format, Style};

/// What to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckRequest {
    /// These files and everything under these folders. `FILE#N` is the rule number N of a file, from
    /// 0.
    Paths(Vec<PathBuf>),
    /// This text, known to readers as `name`: a rule file of any vendor.
    Text {
        /// Name for diagnostics.
        name: String,
        /// The rule file's text.
        text: String,
    },
    /// This text: a bare query in the language of this name.
    Query {
        /// Name for diagnostics.
        name: String,
        /// The query.
        text: String,
        /// Name of the language.
        language: String,
    },
}

/// How well rules were read, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CheckSummary {
    /// Files looked at.
    pub files: usize,
    /// Rules read, those that failed included.
    pub rules: usize,
    /// Rules whose plan alone decides what alerts.
    pub full: usize,
    /// Rules with a loss.
    pub partial: usize,
    /// Rules without a plan, and files without a rule for an error.
    pub failed: usize,
    /// Rules per reason for a loss.
    pub reasons: BTreeMap<String, usize>,
    /// Diagnostics that are errors.
    pub errors: usize,
    /// Diagnostics that are warnings.
    pub warnings: usize,
    /// Diagnostics that are notes.
    pub notes: usize,
}

/// What a check found.
#[derive(Debug)]
pub struct CheckReport {
    diagnostics: Vec<Diagnostic>,
    sources: Sources,
    /// The outcome in numbers.
    pub summary: CheckSummary,
}

impl CheckReport {
    /// Whether a rule has an error.
    pub fn has_errors(&self) -> bool {
        self.summary.errors > 0
    }

    /// The diagnostics, in order of files and places.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The diagnostics in a format.
    pub fn render(&self, format: Format, style: Style) -> String {
        render(format, &self.diagnostics, &self.sources, style)
    }
}

/// Checks rules.
///
/// # Errors
/// The language's name is not known, nothing was named, or a file has no rule of the number.
pub fn check(request: &CheckRequest) -> Result<CheckReport, AppError> {
    let reads = match request {
        CheckRequest::Paths(paths) if paths.is_empty() => {
            return Err(AppError::request("no file or folder is named"));
        }
        CheckRequest::Paths(paths) => paths
            .iter()
            .map(|path| read(path))
            .collect::<Result<_, _>>()?,
        CheckRequest::Text { name, text } => vec![read_text(name, text, Hint::Auto)],
        CheckRequest::Query {
            name,
            text,
            language,
        } => vec![read_text(
            name,
            text,
            Hint::Query(crate::check::language(language)?),
        )],
    };
    Ok(report(reads))
}

/// Reads a file or folder, or the one rule of a file that the path names.
fn read(path: &Path) -> Result<SingleRead, AppError> {
    match path.to_str().and_then(crate::rule::file) {
        Some((file, Some(number))) => {
            let mut read = read_path(file);
            let count = read.detections.len();
            // A file without any rule says itself why.
            if count > 0 && !read.pick(number) {
                return Err(crate::rule::no_such(file, number, count));
            }
            Ok(read)
        }
        _ => Ok(read_path(path)),
    }
}

/// The names of the languages that a bare query can have.
pub fn languages() -> Vec<&'static str> {
    let queries = Language::ALL
        .into_iter()
        .filter(|language| *language != Language::None);
    queries.map(Language::name).collect()
}

/// The language of this name.
pub(crate) fn language(name: &str) -> Result<Language, AppError> {
    let known = Language::ALL.into_iter().find(|language| {
        *language != Language::None && language.name().eq_ignore_ascii_case(name.trim())
    });
    known.ok_or_else(|| {
        AppError::request(format!("`{name}` is not a language"))
            .hint(format!("known languages: {}", languages().join(", ")))
    })
}

fn report(reads: Vec<SingleRead>) -> CheckReport {
    let mut summary = CheckSummary::default();
    let mut diagnostics = Vec::new();
    let mut sources = Sources::new();
    for read in reads {
        count(&mut summary, &read);
        diagnostics.extend(read.diagnostics);
        read.sources
            .into_iter()
            .for_each(|source| sources.insert(source));
    }
    let of = |severity| {
        diagnostics
            .iter()
            .filter(|d: &&Diagnostic| d.severity == severity)
            .count()
    };
    summary.errors = of(Severity::Error);
    summary.warnings = of(Severity::Warning);
    summary.notes = of(Severity::Note);
    CheckReport {
        diagnostics,
        sources,
        summary,
    }
}

fn count(summary: &mut CheckSummary, read: &SingleRead) {
    summary.files += read.files_seen;
    // A rule without a plan has a failure too, which says why.
    let detections = read.detections.iter();
    let without_plan = detections
        .filter(|detection| Status::of(detection) == Status::Failed)
        .count();
    let unread = read.ledger.failures.len().saturating_sub(without_plan);
    summary.rules += read.detections.len() + unread;
    summary.failed += unread;
    for detection in &read.detections {
        match Status::of(detection) {
            Status::Full => summary.full += 1,
            Status::Partial => summary.partial += 1,
            Status::Failed => summary.failed += 1,
        }
        let mut reasons: Vec<&str> = detection
            .losses
            .iter()
            .map(|loss| loss.reason.phrase())
            .collect();
        reasons.sort_unstable();
        reasons.dedup();
        for reason in reasons {
            *summary.reasons.entry(reason.to_owned()).or_default() += 1;
        }
    }
}
