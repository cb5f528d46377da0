//! Builds a catalogue.

use crate::{AppError, library::failure, locate};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tripline_catalog::BuildOptions;
use tripline_text::render::{Format, Sources, Style, render};

pub use tripline_catalog::Progress;

/// What to build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildRequest {
    /// Files and folders to look for rules and knowledge bases in.
    pub paths: Vec<PathBuf>,
    /// The file to write; the platform's data folder without it.
    pub output: Option<PathBuf>,
    /// Read every file again, even when the catalogue still holds what it says.
    pub from_scratch: bool,
}

/// What was built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BuildAnswer {
    /// Name and version of the answer.
    pub schema: String,
    /// The file.
    pub output: String,
    /// Nothing had changed; the file was left as it is.
    pub unchanged: bool,
    /// The corpora found.
    pub corpora: Vec<String>,
    /// Files seen.
    pub files: usize,
    /// Files whose rules were kept from the catalogue before.
    pub kept: usize,
    /// Rules in the catalogue.
    pub rules: usize,
    /// Rules and files that gave no plan.
    pub failures: usize,
    /// Diagnostics per code; a note, warning or error for an author of the rules.
    pub diagnostics: BTreeMap<String, usize>,
    /// Size of the catalogue in bytes.
    pub bytes: u64,
    /// How long each stage took, in milliseconds; `read`, `parse` and `lower` are processor time
    /// summed over threads.
    pub milliseconds: BTreeMap<String, u64>,
    /// The diagnostics, one line each.
    #[serde(skip)]
    pub lines: String,
}

/// Builds a catalogue; `progress` is told when a stage begins.
///
/// # Errors
/// Nothing that is read lies under the paths, or the output cannot be written. The catalogue
/// before is then untouched.
pub fn build(
    request: &BuildRequest,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<BuildAnswer, AppError> {
    let output = output(request)?;
    let options = BuildOptions {
        incremental: !request.from_scratch,
        progress,
        ..BuildOptions::new(&request.paths, &output)
    };
    let report = tripline_catalog::build(&options).map_err(|error| failure(&error))?;
    let mut diagnostics = BTreeMap::new();
    for found in &report.diagnostics {
        *diagnostics.entry(found.code.id().to_owned()).or_insert(0) += 1;
    }
    let sources: Sources = report.sources.into_iter().collect();
    let lines = render(
        Format::Concise,
        &report.diagnostics,
        &sources,
        Style::default(),
    );
    let timings = report.timings;
    let stages = [
        ("discover", timings.discover),
        ("read", timings.read),
        ("parse", timings.parse),
        ("lower", timings.lower),
        ("gather", timings.gather),
        ("analyse", timings.analyse),
        ("write", timings.write),
        ("total", timings.total),
    ];
    Ok(BuildAnswer {
        schema: "tripline/build/1".to_owned(),
        output: output.display().to_string(),
        unchanged: report.unchanged,
        corpora: report.corpora,
        files: report.files,
        kept: report.kept,
        rules: report.rules,
        failures: report.ledger.failures.len(),
        diagnostics,
        bytes: report.bytes,
        milliseconds: stages
            .map(|(name, time)| (name.to_owned(), whole(time)))
            .into(),
        lines,
    })
}

fn whole(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The file to write; the folder of the default one is made.
fn output(request: &BuildRequest) -> Result<PathBuf, AppError> {
    if let Some(path) = &request.output {
        return Ok(path.clone());
    }
    let path = locate::default_path().ok_or_else(|| {
        AppError::request("there is no home folder to write the catalogue to")
            .hint("`--output FILE` names a file")
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    std::fs::create_dir_all(folder).map_err(|error| {
        AppError::failure(format!("{} cannot be made: {error}", folder.display()))
    })?;
    Ok(path)
}
