//! The dossier of a technique, as a page and as a file that stands alone.

use super::parts;
use crate::ask::Ask;
use crate::document::{Draw, Sheet};
use crate::frame::Frame;
use crate::respond::Reply;
use crate::stop::Stop;
use askama::Template;
use tripline_app::Text;
use tripline_app::answers::Dossier;
use tripline_app::answers::dossier::document;
use tripline_app::dossier::dossier;

#[derive(Template)]
#[template(path = "dossier.html")]
struct Page {
    frame: Frame,
    id: Text,
    name: Text,
    with: bool,
    toggle: Option<String>,
    sheet: Sheet,
}

#[derive(Template)]
#[template(path = "dossier_file.html")]
struct File {
    title: Text,
    sheet: Sheet,
}

/// The page.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let with = ask.flag("sub");
    let answer = dossier(&ask.library, ask.part("id"), with)?;
    let drawn = document(&answer);
    let mut frame = ask
        .frame(&format!("{} dossier", drawn.title))
        .crumb("Techniques", ask.links.page("/techniques"))
        .crumb(&answer.id, ask.links.technique(&answer.id))
        .with_schemes(ask);
    for section in &drawn.sections {
        frame.section(section.key, section.title, None);
    }
    for (id, label, count) in [
        ("references", "References", drawn.references.len()),
        ("evidence", "Evidence", drawn.notes.len()),
    ] {
        if count > 0 {
            frame.section(id, label, Some(count));
        }
    }
    frame.views = parts::views_of(ask, &answer.id, "dossier");
    frame.about = format!(
        "What is known of {}, with the evidence of every line",
        drawn.title
    );
    frame.api = Some(ask.api(&format!("techniques/{}/dossier", answer.id)));
    Reply::page(&Page {
        frame,
        with,
        toggle: (with || parts::has_subtechniques(ask, &answer.id))
            .then(|| ask.again(&[("sub", if with { "" } else { "1" })])),
        sheet: Draw::page(&ask.links).sheet(&drawn),
        id: answer.id,
        name: answer.name,
    })
}

/// A dossier as one HTML file that needs nothing beside it and prints well.
pub(crate) fn file(dossier: &Dossier) -> Result<String, askama::Error> {
    let drawn = document(dossier);
    let sheet = Draw::file().sheet(&drawn);
    let page = File {
        title: drawn.title,
        sheet,
    };
    Ok(crate::html::visible(page.render()?))
}
