//! A page with links to files beside it instead of addresses of a server.

use super::list::Pages;
use std::fmt::Write as _;

/// The attributes that hold addresses. Text of a page never holds a bare `"`, so that what looks
/// like one of them is one.
const ATTRIBUTES: [&str; 3] = [" href=\"", " src=\"", " action=\""];

/// The page, which will stand in `file`, with relative links. A link to what the site does not
/// have is text.
pub(super) fn relink(page: &str, file: &str, pages: &Pages) -> String {
    let up = "../".repeat(file.matches('/').count());
    let mut out = String::with_capacity(page.len());
    let mut rest = page;
    while let Some((at, attribute)) = next(rest) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let value = &after[attribute.len()..];
        let (value, after) = value.split_once('"').unwrap_or((value, ""));
        rest = after;
        if !value.starts_with('/') {
            let _ = write!(out, "{attribute}{value}\"");
        } else if let Some(link) = resolved(value, pages) {
            let _ = write!(out, "{attribute}{up}{link}\"");
        }
    }
    out.push_str(rest);
    out
}

/// The first attribute that holds an address, and where it begins.
fn next(text: &str) -> Option<(usize, &'static str)> {
    let mut from = 0;
    // A space begins each of them: the places to look at are few.
    while let Some(at) = text[from..].find("=\"") {
        let end = from + at + 2;
        for attribute in ATTRIBUTES {
            if text[..end].ends_with(attribute) {
                return Some((end - attribute.len(), attribute));
            }
        }
        from = end;
    }
    None
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
