//! What every number means: `docs/definitions.md`, which is inside the program.

use crate::ask::Ask;
use crate::frame::Frame;
use crate::html::Html;
use crate::markdown;
use crate::respond::Reply;
use crate::stop::Stop;
use askama::Template;

/// The text, whose chapters begin with `## `.
const DEFINITIONS: &str = include_str!("../../../../docs/definitions.md");

#[derive(Template)]
#[template(path = "about.html")]
struct Page {
    frame: Frame,
    chapters: Vec<Chapter>,
    statement: String,
}

struct Chapter {
    id: String,
    heading: String,
    html: Html,
}

/// The page.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let chapters: Vec<Chapter> = DEFINITIONS.split("\n## ").skip(1).map(chapter).collect();
    let mut frame = ask.frame("What every number means");
    frame.about = "How rules are read and counted".into();
    for chapter in &chapters {
        frame.section(&chapter.id, &chapter.heading, None);
    }
    let statement = ask.library.catalog().attack.statement.to_string();
    Reply::page(&Page {
        frame,
        chapters,
        statement,
    })
}

fn chapter(text: &str) -> Chapter {
    let (heading, body) = text.split_once('\n').unwrap_or((text, ""));
    Chapter {
        id: anchor(heading),
        heading: heading.to_owned(),
        html: markdown::html(body),
    }
}

/// Words in lower case with `-` between them.
fn anchor(heading: &str) -> String {
    let words = heading.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::{DEFINITIONS, chapter};
    use std::collections::BTreeSet;

    #[test]
    fn every_chapter_has_its_own_anchor() {
        let chapters: Vec<_> = DEFINITIONS.split("\n## ").skip(1).map(chapter).collect();
        let anchors: BTreeSet<&String> = chapters.iter().map(|chapter| &chapter.id).collect();
        assert!(anchors.len() == chapters.len() && chapters.len() >= 4);
        assert!(anchors.contains(&"the-technique-page".to_owned()));
    }
}
