//! A page with links to files beside it instead of addresses of a server.

use super::list::Pages;
use memchr::memmem;

/// The attributes that hold addresses. Text of a page never holds a bare `"`, so that what looks
/// like one of them is one.
const ATTRIBUTES: [&str; 3] = [" href=\"", " src=\"", " action=\""];

/// The page, which will stand in `file`, with relative links. A link to what the site does not
/// have is text.
pub(super) fn relink(page: &str, file: &str, pages: &Pages) -> String {
    let up = "../".repeat(file.matches('/').count());
    let mut out = String::with_capacity(page.len());
    let mut written = 0;
    for begin in memmem::find_iter(page.as_bytes(), "=\"") {
        let start = begin + 2;
        let Some(attribute) = ATTRIBUTES
            .iter()
            .find(|name| page[..start].ends_with(**name))
        else {
            continue;
        };
        let value = &page[start..];
        let value = value.split_once('"').map_or(value, |(value, _)| value);
        if !value.starts_with('/') {
            continue;
        }
        out.push_str(&page[written..start - attribute.len()]);
        if let Some(link) = resolved(value, pages) {
            out.extend([attribute, up.as_str(), &link, "\""]);
        }
        written = (start + value.len() + 1).min(page.len());
    }
    out.push_str(&page[written..]);
    out
}

/// Where an address of the server is, from the root of the site.
fn resolved(value: &str, pages: &Pages) -> Option<String> {
    // `Html` writes the one, templates the other.
    let address = value.replace("&amp;", "&").replace("&#38;", "&");
    let (address, fragment) = match address.split_once('#') {
        Some((address, fragment)) => (address, format!("#{fragment}")),
        None => (address.as_str(), String::new()),
    };
    if let Some(file) = pages.file(address) {
        return Some(format!("{file}{fragment}"));
    }
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    match path {
        "/search" => pages.file(path).map(|file| {
            let query = query.replace('&', "&amp;");
            format!("{file}?{query}{fragment}")
        }),
        _ => path
            .strip_prefix("/assets/")
            .map(|name| format!("assets/{name}?{query}")),
    }
}
