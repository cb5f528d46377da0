//! A catalogue event and the rules that can fire on it.

use super::{parts, tables};
use crate::ask::Ask;
use crate::frame::Frame;
use crate::respond::Reply;
use crate::stop::Stop;
use crate::table::TableView;
use askama::Template;
use tripline_app::Text;
use tripline_app::answers::EventAnswer;
use tripline_app::event::event;

#[derive(Template)]
#[template(path = "event.html")]
struct Page {
    frame: Frame,
    name: String,
    title: String,
    facts: Vec<(&'static str, String)>,
    native: Vec<Text>,
    tables: Vec<TableView>,
}

/// The page.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let key = format!("{}/{}", ask.part("provider"), ask.part("id"));
    let answer = event(&ask.library, &key)?;
    let techniques = tables::techniques(ask, "Techniques seen through it", &answer.techniques);
    let tables = parts::views(
        ask,
        vec![
            tables::fields(ask, &answer.fields),
            tables::indicators(ask, "Looked for on this event", &answer.indicators),
            techniques,
            tables::rules(ask, "rules", "Rules", &answer.rules),
        ],
    )?;
    let name = format!("{} {}", answer.provider, answer.event);
    let mut frame = ask
        .frame(&format!("{name} {}", answer.title))
        .crumb("Events", ask.links.page("/events"))
        .crumb(&answer.provider, ask.links.provider(&answer.provider))
        .with_schemes(ask)
        .with_tables(&tables);
    frame.about = format!(
        "{}: what detection rules look for on this event",
        frame.title
    );
    frame.api = Some(api(ask, &answer));
    Reply::page(&Page {
        frame,
        name,
        facts: facts(&answer),
        title: heading(&answer),
        native: answer.native_fields,
        tables,
    })
}

/// The title; what stands for it where the catalogue of events has none.
fn heading(answer: &EventAnswer) -> String {
    match (answer.title.as_str(), answer.event.as_str()) {
        ("", "*") => format!("Any event of {}", answer.provider),
        ("", event) => event.to_owned(),
        (title, _) => title.to_owned(),
    }
}

fn api(ask: &Ask, answer: &EventAnswer) -> String {
    let provider = crate::links::encode(&answer.provider);
    let event = crate::links::encode(&answer.event);
    ask.api(&format!("events/{provider}/{event}"))
}

fn facts(answer: &EventAnswer) -> Vec<(&'static str, String)> {
    let rules = parts::plural(answer.rules_total, "rule");
    let left =
        parts::left_out(&answer.left_out).map_or_else(String::new, |left| format!("; {left}"));
    let all = vec![
        ("Channel", answer.channel.to_string()),
        ("Level", answer.level.to_string()),
        ("Turned on by", answer.audit_policy.to_string()),
        ("Rules", rules + &left),
        ("Vendors", parts::counts(&answer.by_vendor)),
    ];
    all.into_iter()
        .filter(|(_, text)| !text.is_empty())
        .collect()
}
