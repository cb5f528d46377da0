//! The list of fields that rules test.

use super::{parts, tables};
use crate::ask::Ask;
use crate::frame::Frame;
use crate::respond::Reply;
use crate::stop::Stop;
use crate::table::TableView;
use askama::Template;
use tripline_app::fields::fields;

#[derive(Template)]
#[template(path = "fields.html")]
struct Page {
    frame: Frame,
    tables: Vec<TableView>,
}

/// The page.
pub(crate) fn page(ask: &Ask) -> Result<Reply, Stop> {
    let answer = fields(&ask.library);
    let tables = parts::views(ask, vec![tables::fields(ask, &answer.fields).first(60)])?;
    let mut frame = ask.frame("Fields").with_schemes(ask);
    frame.about = "The fields that detection rules test, with their most used values".into();
    frame.api = Some(ask.api("fields"));
    Reply::page(&Page { frame, tables })
}
