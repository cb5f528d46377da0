//! What is shown when there is no answer.

use super::parts;
use crate::ask::Ask;
use crate::frame::{Frame, Link};
use crate::html::Html;
use crate::respond::{HTML, JSON, Reply, Site};
use crate::stop::Stop;
use askama::Template;
use axum::http::StatusCode;
use serde_json::json;
use tripline_app::AppError;

#[derive(Template)]
#[template(path = "error.html")]
struct Page<'a> {
    frame: Frame,
    number: u16,
    message: Html,
    hints: Vec<Html>,
    links: &'a [Link],
}

/// What to do, without commands: there is no terminal here.
fn hints(hints: &[String]) -> Vec<Html> {
    let shown = hints.iter().filter(|hint| !hint.starts_with("`tripline "));
    shown.map(|hint| parts::worded(hint)).collect()
}

/// The end of a page function that stopped: what was asked for instead, or an error page.
pub(crate) fn of_stop(site: &Site, json: bool, stop: Stop) -> Reply {
    let error = match stop {
        Stop::Instead(reply) => return reply,
        Stop::Error(error) => error,
    };
    let mut reply = if json {
        let body = json!({ "error": error.message(), "hints": error.hints() });
        Reply::new(JSON, body.to_string())
    } else {
        Reply::new(HTML, page(site, &error))
    };
    reply.status = status(&error);
    reply
}

fn page(site: &Site, error: &AppError) -> String {
    let title = match error {
        AppError::NotFound { .. } => "Not found",
        AppError::Request { .. } => "Not understood",
        AppError::Rule { .. } => "Not a rule",
        AppError::Failure { .. } => "No answer",
    };
    let frame = Ask::new(site.library(), "", Vec::new(), "").map(|ask| ask.frame(title));
    let rendered = frame.and_then(|frame| {
        let links = frame.parts.clone();
        let page = Page {
            frame,
            number: status(error).as_u16(),
            message: parts::worded(error.message()),
            hints: hints(error.hints()),
            links: &links,
        };
        page.render()
            .map(crate::html::visible)
            .map_err(|error| AppError::failure(error.to_string()))
    });
    rendered.unwrap_or_else(|_| title.to_owned())
}

fn status(error: &AppError) -> StatusCode {
    match error {
        AppError::Request { .. } => StatusCode::BAD_REQUEST,
        AppError::NotFound { .. } => StatusCode::NOT_FOUND,
        AppError::Rule { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        AppError::Failure { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The page of an address that no page has.
pub(crate) fn not_found(_: &Ask) -> Result<Reply, Stop> {
    let error = AppError::not_found("there is no such page");
    Err(error
        .hint("the search finds rules by text, technique, vendor or value")
        .into())
}

/// The page that stands in a static site in the place of one that could not be made.
pub(crate) fn on_disk(library: &tripline_app::Library, reason: &str) -> String {
    let title = "No page";
    let page = Ask::new(library, "/", Vec::new(), "").and_then(|ask| {
        let page = Page {
            frame: ask.for_disk().frame(title),
            number: StatusCode::NOT_FOUND.as_u16(),
            message: parts::worded(reason),
            hints: Vec::new(),
            links: &[],
        };
        page.render()
            .map_err(|error| AppError::failure(error.to_string()))
    });
    page.unwrap_or_else(|_| title.to_owned())
}
