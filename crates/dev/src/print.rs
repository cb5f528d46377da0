//! What a rule file becomes.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tripline_corpus::{SingleRead, discover, read, read_path};
use tripline_text::render::{Format, Sources, Style, render};

/// The detections as JSON.
pub(crate) fn ir(path: &Path) -> Result<(), String> {
    let read = read_path(path);
    let detections = serde_json::to_string_pretty(&read.detections);
    let text = detections.map_err(|error| error.to_string())?;
    finish(read, &format!("{text}\n"))
}

/// The plans in the printer's form.
pub(crate) fn plan(path: &Path) -> Result<(), String> {
    let read = read_path(path);
    let mut out = String::new();
    for detection in &read.detections {
        // Writing to a `String` cannot fail.
        let _ = writeln!(out, "# {} {}", detection.id, detection.title);
        let _ = match &detection.plan {
            Some(plan) => writeln!(out, "{plan}"),
            None => writeln!(out, "no plan"),
        };
        for loss in &detection.losses {
            let _ = writeln!(out, "loss: {}: {}", loss.reason.phrase(), loss.detail);
        }
        out.push('\n');
    }
    finish(read, &out)
}

/// What the rules of some corpora lose, one line for each loss, in the order of rules.
pub(crate) fn losses(folders: &[PathBuf]) -> Result<(), String> {
    let mut out = String::new();
    for spec in &discover(folders).corpora {
        for detection in read(spec).into_detections() {
            for loss in &detection.losses {
                let (id, path) = (&detection.id, &detection.provenance.path);
                let (reason, detail) = (loss.reason.phrase(), &loss.detail);
                // Writing to a `String` cannot fail.
                let _ = writeln!(out, "{id}\t{path}\t{reason}\t{detail}");
            }
        }
    }
    let written = std::io::stdout().write_all(out.as_bytes());
    written.map_err(|error| error.to_string())
}

/// Writes the text to standard output and the diagnostics to standard error.
fn finish(read: SingleRead, text: &str) -> Result<(), String> {
    let sources: Sources = read.sources.into_iter().collect();
    let said = render(Format::Full, &read.diagnostics, &sources, Style::default());
    let written = std::io::stderr()
        .write_all(said.as_bytes())
        .and_then(|()| std::io::stdout().write_all(text.as_bytes()));
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.to_string()),
        _ => Ok(()),
    }
}
