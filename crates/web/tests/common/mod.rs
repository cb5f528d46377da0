//! A site over a catalogue, asked without a network.

#![allow(dead_code, reason = "each test file uses its own part")]

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use std::path::Path;
use tower::ServiceExt as _;
use tripline_app::Library;
use tripline_app::build::{BuildRequest, build};
use tripline_app::locate::Place;
use tripline_web::{Hosts, router};

/// A response, read to its end.
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Got {
    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    /// A header as text; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// The site over the starter catalogue.
pub(crate) fn starter() -> Router {
    let library = Library::open(&Place::Starter).expect("the starter opens");
    router(&library, Hosts::loopback())
}

/// The site over a catalogue made of this folder.
pub(crate) fn of_folder(rules: &Path, scratch: &Path) -> Router {
    let output = scratch.join("catalog.db");
    let request = BuildRequest {
        paths: vec![rules.to_owned()],
        output: Some(output.clone()),
        from_scratch: true,
    };
    build(&request, &|_| {}).expect("it is built");
    let library = Library::open(&Place::Named(output)).expect("it opens");
    router(&library, Hosts::loopback())
}

/// Asks for an address with more headers.
pub(crate) async fn ask(site: &Router, target: &str, headers: &[(&str, &str)]) -> Got {
    let mut request = Request::builder().uri(target);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", "localhost:7373");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(site, request.body(Body::empty()).expect("a request")).await
}

/// Asks for an address.
pub(crate) async fn get(site: &Router, target: &str) -> Got {
    ask(site, target, &[]).await
}

/// Sends a request.
pub(crate) async fn send(site: &Router, request: Request<Body>) -> Got {
    let response = site.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes().to_vec();
    Got {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}
