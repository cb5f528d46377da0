//! What was read, how well, and what was not.

use super::parts::{self, Shown, number};
use crate::layout::{Line, Page, Table, Tone, toned};
use tripline_app::answers::{LedgerAnswer, LedgerRow};

/// The ledger; `shown` limits the list of failures.
pub(crate) fn page(answer: &LedgerAnswer, shown: Shown) -> Page {
    let mut page = Page::new();
    page.title("Ledger");
    let table = Table::new()
        .text("corpus")
        .text("language")
        .text("rules are")
        .text("commit");
    let table = table
        .number("files")
        .number("rules")
        .number("full")
        .number("share");
    let mut table = table.number("partial").number("failed");
    for row in &answer.rows {
        table.row(cells(row));
    }
    page.table(table);
    reasons(&mut page, &answer.rows);
    if !answer.failures.is_empty() {
        page.heading("Failures", shown.count(answer.failures.len()));
        let mut table = Table::new()
            .text("code")
            .flexible("file")
            .flexible("what is wrong");
        for failure in shown.of(&answer.failures) {
            table.row(vec![
                toned(Tone::Bad, &failure.code),
                Line::from(format!("{}/{}", failure.corpus, failure.path)),
                failure.message.as_str().into(),
            ]);
        }
        page.table(table);
    }
    parts::foot(&mut page, &answer.catalog);
    page
}

fn cells(row: &LedgerRow) -> Vec<Line> {
    let bad = |count: usize, tone| {
        toned(
            if count == 0 { Tone::Faint } else { tone },
            count.to_string(),
        )
    };
    vec![
        row.corpus.as_str().into(),
        row.language.as_str().into(),
        toned(
            Tone::Faint,
            if row.withdrawn { "withdrawn" } else { "live" },
        ),
        toned(Tone::Faint, row.commit.as_deref().map_or("", parts::short)),
        number(row.files),
        number(row.rules),
        number(row.full),
        Line::from(share(row.full, row.rules)),
        bad(row.partial, Tone::Warn),
        bad(row.failed, Tone::Bad),
    ]
}

/// The share in percent, rounded down to two decimals, so that only all of them show as 100 %.
fn share(part: usize, whole: usize) -> String {
    if whole == 0 {
        return String::new();
    }
    let hundredths = part.saturating_mul(10_000) / whole;
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

fn reasons(page: &mut Page, rows: &[LedgerRow]) {
    let mut table = Table::new()
        .text("corpus")
        .text("language")
        .text("rules are");
    table = table.number("rules").flexible("reason");
    for row in rows {
        let mut reasons: Vec<_> = row.reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (reason, count) in reasons {
            table.row(vec![
                row.corpus.as_str().into(),
                row.language.as_str().into(),
                toned(
                    Tone::Faint,
                    if row.withdrawn { "withdrawn" } else { "live" },
                ),
                number(*count),
                reason.as_str().into(),
            ]);
        }
    }
    if !table.rows.is_empty() {
        page.heading(
            "Why rules are partial",
            "a rule counts once for each reason",
        );
        page.table(table);
    }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn only_all_of_them_is_a_hundred_percent() {
        assert_eq!(share(3779, 3780), "99.97 %");
        assert_eq!(share(99_999_999, 100_000_000), "99.99 %");
        assert_eq!(share(7, 7), "100.00 %");
        assert_eq!(share(0, 7), "0.00 %");
        assert_eq!(share(0, 0), "");
    }
}
