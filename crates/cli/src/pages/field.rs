//! A field and its use, and the list of fields.

use super::parts::{self, Shown, counts, operator, plural};
use super::tables;
use crate::layout::{Line, Page, Tone};
use tripline_app::answers::{FieldAnswer, FieldUse, FieldsAnswer, Spelling};

/// Every meaning of the name; `shown` limits the rows of each table.
pub(crate) fn page(answer: &FieldAnswer, shown: Shown) -> Page {
    let mut page = Page::new();
    for field in &answer.fields {
        one(&mut page, field, shown);
    }
    parts::foot(&mut page, &answer.catalog);
    page
}

fn one(page: &mut Page, field: &FieldUse, shown: Shown) {
    page.title(
        Line::new()
            .push(Tone::Name, &field.field)
            .push(Tone::Faint, format!("  {}", field.canonical)),
    );
    page.text(&*field.meaning);
    page.facts(vec![
        (
            "Rules",
            Line::new()
                .push(Tone::Strong, plural(field.rules_total, "rule"))
                .plain(" look at it, ")
                .push(Tone::Strong, field.excluded_in.to_string())
                .plain(" only exclude on it"),
        ),
        ("How", operator(&counts(&field.how)).into()),
        ("Spellings", spellings(&field.spellings)),
        ("Techniques", tables::counted(&field.techniques, shown)),
    ]);
    tables::values(page, "Indicators", &field.indicators, shown);
    tables::rules(page, "Rules", &field.rules, shown);
}

fn spellings(spellings: &[Spelling]) -> Line {
    let mut line = Line::new();
    for (at, spelling) in spellings.iter().enumerate() {
        if at > 0 {
            line = line.plain(", ");
        }
        let count = match spelling.count {
            0 => String::new(),
            count => format!(", {count}"),
        };
        line = line
            .push(Tone::Name, &spelling.name)
            .push(Tone::Faint, format!(" ({}{count})", spelling.scheme));
    }
    line
}

/// The list of fields; `shown` limits its rows.
pub(crate) fn list(answer: &FieldsAnswer, shown: Shown) -> Page {
    let mut page = Page::new();
    page.title("Fields");
    tables::fields(&mut page, &answer.fields, shown);
    parts::foot(&mut page, &answer.catalog);
    page
}
