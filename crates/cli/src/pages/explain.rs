//! Diagnostic codes.

use crate::layout::{Line, Page, Table, Tone, toned};
use tripline_app::explain::{CodeList, Explanation};

/// One code.
pub(crate) fn page(answer: &Explanation) -> Page {
    let mut page = Page::new();
    page.title(
        Line::new()
            .push(severity(&answer.severity), &answer.code)
            .plain(format!(" {}", answer.title)),
    );
    page.remark(format!("{}, reported by {}", answer.severity, answer.area));
    page.markdown(&answer.page);
    page
}

/// Every code.
pub(crate) fn list(answer: &CodeList) -> Page {
    let mut table = Table::new()
        .text("code")
        .text("severity")
        .text("area")
        .flexible("title");
    for code in &answer.codes {
        table.row(vec![
            toned(severity(&code.severity), &code.code),
            code.severity.as_str().into(),
            toned(Tone::Faint, &code.area),
            code.title.as_str().into(),
        ]);
    }
    let mut page = Page::new();
    page.table(table);
    page
}

fn severity(name: &str) -> Tone {
    match name {
        "error" => Tone::Bad,
        "warning" => Tone::Warn,
        _ => Tone::Good,
    }
}
