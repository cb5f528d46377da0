//! The style sheet, the scripts and the icon, inside the program.

use crate::ask::Ask;
use crate::respond::Reply;
use crate::stop::Stop;
use std::sync::LazyLock;
use tripline_app::AppError;

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
        "tables.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../assets/tables.js"),
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
pub(crate) fn asset(ask: &Ask) -> Result<Reply, Stop> {
    named(ask.part("name"))
}

/// The icon, where browsers look for it unasked.
pub(crate) fn icon(_: &Ask) -> Result<Reply, Stop> {
    named("icon.svg")
}

fn named(name: &str) -> Result<Reply, Stop> {
    let mut all = ASSETS.iter();
    let found = all.find(|(known, _, _)| *known == name);
    let (_, kind, content) = found.ok_or_else(|| AppError::not_found("there is no such asset"))?;
    Ok(Reply::new(kind, *content).for_ever())
}
