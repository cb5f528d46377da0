//! The web surface: pages for people and an API for programs, over the operations of
//! `tripline-app`. No logic of detection lives here.
//!
//! | file | input -> output |
//! |---|---|
//! | `server.rs` | address, [`Library`] -> a listening server with limits and an orderly end |
//! | `security.rs` | request -> refusal, or headers on the response |
//! | `route.rs` | the one list of pages: path -> function |
//! | `ask.rs` | path and query -> [`Ask`](ask::Ask): what a page function may look at |
//! | `respond.rs` | request -> response: cache, compression, ETag, work off the async threads |
//! | `pages/` | one file per page: answer -> view model -> template (`templates/`) |
//! | `api/` | the same answers as JSON, with their OpenAPI document |
//! | `frame.rs`, `table.rs`, `links.rs`, `html.rs` | what every page shares |
//! | `markdown.rs`, `highlight.rs` | hostile text -> safe HTML |
//! | `document.rs` | a document -> safe HTML, for a page or for a file that stands alone |
//! | `site/` | library -> every page as a file, with relative links and a search of its own |
//! | `assets.rs` | style sheet, scripts, icon, inside the program |
//!
//! Everything works without JavaScript; the script only replaces a part of a page by what the
//! same address answers.

mod api;
mod ask;
mod assets;
mod document;
mod frame;
mod highlight;
mod html;
mod links;
mod markdown;
mod pages;
mod respond;
mod route;
mod security;
mod server;
pub mod site;
mod stop;
mod table;

pub use security::Hosts;
pub use server::{Limits, Options, run, serve};

use axum::Router;
use respond::Site;
use std::sync::Arc;
use tripline_app::Library;

/// A dossier as one HTML file that needs nothing beside it and prints well.
///
/// # Errors
/// The page cannot be made; the message says why.
pub fn dossier_file(dossier: &tripline_app::answers::Dossier) -> Result<String, String> {
    pages::dossier::file(dossier).map_err(|error| error.to_string())
}

/// The routes over a library. Requests under a name that is not among `hosts` are refused, so that
/// no web site can reach the server under a name of its own.
pub fn router(library: &Library, hosts: Hosts) -> Router {
    let site = Arc::new(Site::new(library));
    security::guard(route::routes().with_state(site), hosts)
}
