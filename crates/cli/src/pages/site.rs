//! What became of a site.

use super::parts::plural;
use crate::layout::{Line, Page, Tone, toned};
use std::path::Path;
use tripline_web::site::SiteReport;

/// The figures, and the pages that could not be made.
pub(crate) fn page(report: &SiteReport, out: &Path) -> Page {
    let mut page = Page::new();
    page.facts(vec![
        (
            "Site",
            toned(Tone::Name, out.join("index.html").display().to_string()),
        ),
        (
            "Pages",
            Line::new()
                .push(Tone::Strong, report.pages.to_string())
                .push(
                    Tone::Faint,
                    format!(
                        "  {} in {}",
                        size(report.bytes),
                        plural(report.files, "file")
                    ),
                ),
        ),
        ("Written", Line::from(plural(report.written, "file"))),
        ("Removed", Line::from(plural(report.removed, "file"))),
    ]);
    for failed in &report.failed {
        page.remark(format!("not made: {failed}"));
    }
    page
}

fn size(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}
