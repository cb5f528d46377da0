//! The one list of pages.

use crate::respond::{self, Function, Site};
use crate::{api, assets, pages};
use axum::Router;
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::http::{HeaderMap, Response, Uri};
use axum::routing::{get, post};
use std::sync::Arc;

/// A page: its path, where `{name}` is a part of it, and its function.
pub(crate) type Page = (&'static str, Make);
/// Makes a page.
pub(crate) type Make = fn(&crate::ask::Ask) -> Result<respond::Reply, crate::stop::Stop>;

/// Every page.
pub(crate) const PAGES: &[Page] = &[
    ("/", pages::home::page),
    ("/techniques", pages::techniques::page),
    ("/techniques/{id}", pages::technique::page),
    ("/techniques/{id}/dossier", pages::dossier::page),
    ("/techniques/{id}/detections", pages::detections::page),
    (
        "/techniques/{id}/detections/{platform}",
        pages::detections::of_platform,
    ),
    ("/techniques/{id}/tests", pages::tests_of::page),
    ("/rules/{*id}", pages::rule::page),
    ("/matrix", pages::matrix::page),
    ("/search", pages::search::page),
    ("/events", pages::events::page),
    ("/events/{provider}/{id}", pages::event::page),
    ("/providers/{provider}", pages::events::provider),
    ("/fields", pages::fields::page),
    ("/fields/{name}", pages::field::page),
    ("/indicators", pages::indicator::page),
    ("/ledger", pages::ledger::page),
    ("/workbench", pages::workbench::page),
    ("/codes", pages::codes::page),
    ("/about", pages::about::page),
];

/// Every route: pages, the API, assets; anything else is not found.
pub(crate) fn routes() -> Router<Arc<Site>> {
    let mut router = Router::new();
    for &(path, make) in PAGES {
        router = add(router, path, make, false);
    }
    for (path, make) in api::routes() {
        router = add(router, path, make, true);
    }
    for (path, make) in [
        ("/assets/{name}", assets::asset as Make),
        ("/favicon.ico", assets::icon),
    ] {
        router = add(router, path, make, false);
    }
    for &text in TEXTS {
        router = add_text(router, text);
    }
    let missing = Function {
        make: pages::error::not_found,
        json: false,
        slow: false,
    };
    router.fallback(get(
        move |State(site): State<Arc<Site>>, uri: Uri, headers: HeaderMap| {
            respond::get(site, missing, uri, Vec::new(), headers)
        },
    ))
}

/// What takes a text: its path, its function, and whether the text is a form.
const TEXTS: &[(&str, Make, bool)] = &[
    ("/workbench", pages::workbench::sent, true),
    ("/api/v1/workbench", api::workbench, false),
];

fn add_text(
    router: Router<Arc<Site>>,
    (path, make, form): (&'static str, Make, bool),
) -> Router<Arc<Site>> {
    let handle = move |State(site): State<Arc<Site>>, request: Request| async move {
        let function = Function {
            make,
            json: !form,
            slow: false,
        };
        respond::post(site, function, form, request).await
    };
    router.route(path, post(handle))
}

/// What runs rules over events.
const SLOW: &str = "/tests";

fn add(router: Router<Arc<Site>>, path: &str, make: Make, json: bool) -> Router<Arc<Site>> {
    let slow = path.ends_with(SLOW);
    let function = Function { make, json, slow };
    let handle =
        move |State(site): State<Arc<Site>>,
              parts: Result<RawPathParams, RawPathParamsRejection>,
              uri: Uri,
              headers: HeaderMap| { answer(site, function, parts, uri, headers) };
    router.route(path, get(handle))
}

async fn answer(
    site: Arc<Site>,
    function: Function,
    parts: Result<RawPathParams, RawPathParamsRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let Ok(parts) = parts else {
        return respond::refuse(&site, function.json, "the address is not UTF-8");
    };
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let parts = parts.iter().map(owned).collect();
    respond::get(site, function, uri, parts, headers).await
}
