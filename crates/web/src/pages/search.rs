//! Search over the rules.

use super::parts;
use crate::ask::Ask;
use crate::frame::{Frame, Link};
use crate::respond::Reply;
use crate::stop::Stop;
use askama::Template;
use tripline_app::Text;
use tripline_app::answers::SearchHit;
use tripline_app::search::search;

/// Rules shown without being asked for more.
const SHOWN: usize = 30;
/// Most rules shown.
const MAX_SHOWN: usize = 300;

#[derive(Template)]
#[template(path = "search.html")]
struct Page {
    frame: Frame,
    text: String,
    technique: Option<Link>,
    hits: Vec<Hit>,
    found: String,
    more: Option<String>,
}

struct Hit {
    href: String,
    title: Text,
    vendor: Text,
    language: Text,
    level: &'static str,
    level_class: &'static str,
    class: Option<String>,
    status: Text,
    status_class: &'static str,
    techniques: Vec<Link>,
    snippet: Text,
}

/// The page: what was found, or how to ask.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let text = ask.query("q").unwrap_or("").trim();
    let limit = ask.number("limit", SHOWN, MAX_SHOWN)?;
    let (total, hits) = if text.is_empty() {
        (0, Vec::new())
    } else {
        let answer = search(&ask.library, text, limit)?;
        (answer.total, answer.hits)
    };
    let mut frame = ask.frame(if text.is_empty() { "Search" } else { text });
    text.clone_into(&mut frame.query);
    frame.about = "Rules by title, text, field value, technique or vendor".into();
    frame.api = (!text.is_empty()).then(|| ask.api("search"));
    let more = (total > limit && limit < MAX_SHOWN)
        .then(|| ask.again(&[("limit", &MAX_SHOWN.to_string())]));
    let found = if total > limit {
        format!("The {limit} best of {} rules", parts::thousands(total))
    } else {
        parts::plural(total, "rule")
    };
    Reply::page(&Page {
        frame,
        found,
        technique: technique(ask, text),
        hits: hits.into_iter().map(|found| hit(ask, found)).collect(),
        text: text.to_owned(),
        more,
    })
}

fn hit(ask: &Ask, found: SearchHit) -> Hit {
    let level = found.rule.level.map_or("", |level| level.name());
    let link = |id: &Text| Link {
        label: id.to_string(),
        href: ask.links.technique(id),
        here: false,
    };
    Hit {
        href: ask.links.rule(&found.rule.id),
        level,
        level_class: parts::level(level).class(),
        status_class: parts::status(&found.rule.status).class(),
        class: (found.rule.class.name() != "alert")
            .then(|| parts::operator(found.rule.class.name())),
        title: found.rule.title,
        vendor: found.rule.vendor,
        language: found.rule.language,
        status: found.rule.status,
        techniques: found.techniques.iter().map(link).collect(),
        snippet: found.snippet,
    }
}

/// The technique that the text names, by its id or its name.
fn technique(ask: &Ask, text: &str) -> Option<Link> {
    let attack = &ask.library.catalog().attack;
    let known = attack.technique(&text.to_ascii_uppercase()).or_else(|| {
        let mut all = attack.techniques.iter();
        all.find(|known| known.head.active() && known.head.name.eq_ignore_ascii_case(text))
    })?;
    Some(Link {
        label: format!("{} {}", known.head.id, known.head.name),
        href: ask.links.technique(&known.head.id),
        here: false,
    })
}
