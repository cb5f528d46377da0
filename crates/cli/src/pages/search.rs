//! What a search found.

use super::parts::{self, joined, level, plural};
use crate::layout::{Line, Page, Table, Tone, toned};
use tripline_app::answers::SearchAnswer;

/// The hits, best first.
pub(crate) fn page(answer: &SearchAnswer) -> Page {
    let mut page = Page::new();
    let mut about = Line::new().plain("for ").push(Tone::Value, &answer.query);
    if answer.hits.len() < answer.total {
        about = about.plain(format!(", the best {}", answer.hits.len()));
    }
    page.heading(&plural(answer.total, "rule"), about);
    let table = Table::new()
        .text("vendor")
        .flexible("title")
        .text("severity");
    let mut table = table.flexible("techniques").id("id");
    for hit in &answer.hits {
        let severity = hit.rule.level.map_or("", |level| level.name());
        table.row(vec![
            toned(Tone::Faint, &hit.rule.vendor),
            hit.rule.title.as_str().into(),
            toned(level(severity), severity),
            joined(&hit.techniques),
            toned(Tone::Faint, &hit.rule.id),
        ]);
    }
    page.table(table);
    parts::foot(&mut page, &answer.catalog);
    page
}
