//! The style sheet, the scripts and the icon, inside the program.

use crate::respond::{self, HTML, Reply, Site};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue};
use axum::http::{Response, StatusCode};
use std::sync::{Arc, LazyLock};

/// An asset: its name, media type and content.
pub(crate) type Asset = (&'static str, &'static str, &'static [u8]);

/// Every asset.
pub(crate) const ASSETS: &[Asset] = &[
    (
        "style.css",
        "text/css; charset=utf-8",
        include_bytes!("../assets/style.css"),
    ),
    (
        "app.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../assets/app.js"),
    ),
    (
        "theme.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../assets/theme.js"),
    ),
    (
        "site.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../assets/site.js"),
    ),
    (
        "pictures.css",
        "text/css; charset=utf-8",
        tripline_pictures::STYLES.as_bytes(),
    ),
    (
        "icon.svg",
        "image/svg+xml",
        include_bytes!("../assets/icon.svg"),
    ),
];

/// Names the content of all assets: pages link them as `/assets/NAME?v=VERSION`.
pub(crate) fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let mut hash = blake3::Hasher::new();
        for (_, _, content) in ASSETS {
            hash.update(content);
        }
        hash.finalize().to_hex()[..12].to_owned()
    });
    &VERSION
}

/// An asset by its name.
pub(crate) async fn asset(
    State(_): State<Arc<Site>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    let found = ASSETS.iter().find(|(known, _, _)| *known == name);
    let Some((_, kind, content)) = found else {
        let mut reply = Reply::new(HTML, "no such asset");
        reply.status = StatusCode::NOT_FOUND;
        return respond::plain(reply, &headers);
    };
    let mut response = respond::plain(Reply::new(kind, *content), &headers);
    let keep = HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(CACHE_CONTROL, keep);
    response
}

/// The icon, where browsers look for it unasked.
pub(crate) async fn icon(state: State<Arc<Site>>, headers: HeaderMap) -> Response<Body> {
    asset(state, Path("icon.svg".to_owned()), headers).await
}
