//! The outcome of a check in numbers, after its diagnostics.

use super::parts::plural;
use crate::layout::{Line, Page, Tone, toned};
use tripline_app::check::CheckReport;

/// The summary.
pub(crate) fn page(report: &CheckReport) -> Page {
    let summary = &report.summary;
    let mut line = Line::new();
    let found = [
        (summary.errors, "error", Tone::Bad),
        (summary.warnings, "warning", Tone::Warn),
        (summary.notes, "note", Tone::Good),
    ];
    for (count, word, tone) in found {
        if count > 0 {
            line = line.push(tone, plural(count, word)).plain(", ");
        }
    }
    if line.is_empty() {
        line = line.push(Tone::Good, "no diagnostics").plain(", ");
    }
    let line = line
        .plain(format!(
            "{} in {}: ",
            plural(summary.rules, "rule"),
            plural(summary.files, "file")
        ))
        .plain(format!("{} full, ", summary.full))
        .plain(format!(
            "{} partial, {} failed",
            summary.partial, summary.failed
        ));
    let mut page = Page::new();
    page.text(line);
    let reasons = summary.reasons.iter().map(|(reason, count)| {
        toned(Tone::Warn, reason).plain(format!(": {}", plural(*count, "rule")))
    });
    page.list(reasons.collect());
    page
}
