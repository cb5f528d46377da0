//! What a build did.

use super::parts::{counts, plural};
use crate::layout::{Line, Page, Tone, toned};
use tripline_app::build::BuildAnswer;

/// The outcome.
pub(crate) fn page(answer: &BuildAnswer) -> Page {
    let mut page = Page::new();
    let outcome = if answer.unchanged {
        "nothing has changed"
    } else {
        "built"
    };
    let total = answer.milliseconds.get("total").copied().unwrap_or(0);
    page.title(
        Line::from(outcome)
            .plain(" ")
            .push(Tone::Name, &answer.output)
            .push(Tone::Faint, format!("  in {total} ms")),
    );
    let failures = if answer.failures == 0 {
        Line::new()
    } else {
        toned(Tone::Bad, plural(answer.failures, "failure"))
            .push(Tone::Faint, "  `tripline ledger` lists them")
    };
    page.facts(vec![
        ("Corpora", answer.corpora.join(", ").into()),
        (
            "Files",
            Line::from(answer.files.to_string())
                .push(Tone::Faint, format!("  {} kept from before", answer.kept)),
        ),
        ("Rules", toned(Tone::Strong, answer.rules.to_string())),
        ("", failures),
        (
            "Diagnostics",
            Line::from(counts(&answer.diagnostics)).push(
                Tone::Faint,
                if answer.diagnostics.is_empty() {
                    ""
                } else {
                    "  `--diagnostics` lists them"
                },
            ),
        ),
        ("Size", size(answer.bytes).into()),
    ]);
    page
}

/// A size in tenths of a mebibyte.
fn size(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) >> 20;
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}
