//! A catalogue event, and the list of events.

use super::parts::{self, Shown, counts, joined, left_out, plural};
use super::tables;
use crate::layout::{Line, Page, Tone, toned};
use tripline_app::answers::{EventAnswer, EventsAnswer};

/// The event; `shown` limits the rows of each table.
pub(crate) fn page(answer: &EventAnswer, shown: Shown) -> Page {
    let mut page = Page::new();
    page.title(
        Line::new()
            .push(Tone::Name, format!("{}/{}", answer.provider, answer.event))
            .plain(" ")
            .push(Tone::Strong, &answer.title),
    );
    page.facts(vec![
        ("Channel", answer.channel.as_str().into()),
        ("Level", answer.level.as_str().into()),
        ("Turned on by", answer.audit_policy.as_str().into()),
        ("Fields", joined(&answer.native_fields)),
        (
            "Rules",
            Line::new()
                .push(Tone::Strong, plural(answer.rules_total, "rule"))
                .push(Tone::Faint, format!("  {}", counts(&answer.by_vendor))),
        ),
        ("", left_out(&answer.left_out)),
        ("Techniques", tables::counted(&answer.techniques, shown)),
    ]);
    if answer.rules_total == 0 {
        page.text(toned(Tone::Faint, "no counted rule can fire on it"));
    }
    tables::fields(&mut page, &answer.fields, shown);
    tables::indicators(&mut page, "Common indicators", &answer.indicators, shown);
    tables::rules(&mut page, "Rules", &answer.rules, shown);
    parts::foot(&mut page, &answer.catalog);
    page
}

/// The list of events; `shown` limits its rows.
pub(crate) fn list(answer: &EventsAnswer, shown: Shown) -> Page {
    let mut page = Page::new();
    page.title(answer.provider.as_deref().unwrap_or("Events"));
    page.text(format!(
        "{} of {} have a rule that counts.",
        answer.covered,
        plural(answer.events.len(), "event")
    ));
    tables::events(&mut page, &answer.events, shown);
    parts::foot(&mut page, &answer.catalog);
    page
}
