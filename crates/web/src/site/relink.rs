//! A page with links to files beside it instead of addresses of a server.

use super::list::Pages;
use memchr::memmem;
use std::borrow::Cow;

/// The attributes that hold addresses. Text of a page never holds a bare `"`, so that what looks
/// like one of them is one.
const ATTRIBUTES: [&str; 3] = [" href=\"", " src=\"", " action=\""];

/// The page, which will stand in `file`, with relative links. A link to what the site does not
/// have is text.
pub(super) fn relink(page: &str, file: &str, pages: &Pages) -> String {
    let up = "../".repeat(file.matches('/').count());
    let mut out = String::with_capacity(page.len());
    let mut written = 0;
    for begin in memmem::find_iter(page.as_bytes(), "=\"/") {
        let start = begin + 2;
        let Some(attribute) = ATTRIBUTES
            .iter()
            .find(|name| page[..start].ends_with(**name))
        else {
            continue;
        };
        let value = &page[start..];
        let value = value.split_once('"').map_or(value, |(value, _)| value);
        out.push_str(&page[written..start - attribute.len()]);
        if let Some((file, rest)) = resolved(value, pages) {
            out.extend([attribute, up.as_str(), &file, &rest, "\""]);
        }
        written = (start + value.len() + 1).min(page.len());
    }
    out.push_str(&page[written..]);
    out
}

/// Where an address of the server is, from the root of the site: the file, and what follows it.
fn resolved<'p>(value: &str, pages: &'p Pages) -> Option<(Cow<'p, str>, String)> {
    let address = unescaped(value);
    let (address, fragment) = split(&address, '#');
    if let Some(file) = pages.file(address) {
        return Some((file.into(), fragment.to_owned()));
    }
    let (path, query) = split(address, '?');
    if path == "/search" {
        let query = query.replace('&', "&amp;");
        return Some((pages.file(path)?.into(), format!("{query}{fragment}")));
    }
    let asset = path.strip_prefix("/assets/")?;
    Some((format!("assets/{asset}").into(), query.to_owned()))
}

/// The value of an attribute.
fn unescaped(value: &str) -> Cow<'_, str> {
    if !value.contains('&') {
        return value.into();
    }
    // `Html` writes the one, templates the other.
    value.replace("&amp;", "&").replace("&#38;", "&").into()
}

/// What stands before a character, and the rest with it.
fn split(text: &str, at: char) -> (&str, &str) {
    text.split_at(text.find(at).unwrap_or(text.len()))
}
