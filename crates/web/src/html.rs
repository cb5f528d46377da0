//! Text that is safe to write into a page as it stands.

use askama::filters::HtmlSafe;
use std::fmt::{self, Write as _};

/// HTML made by this crate. Templates escape everything else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Html(String);

impl Html {
    /// Nothing.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Appends markup, which must be made by this crate alone.
    pub(crate) fn markup(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    /// Appends markup in parts.
    pub(crate) fn parts(&mut self, parts: &[&str]) {
        self.0.extend(parts.iter().copied());
    }

    /// Appends text of whatever origin, escaped.
    pub(crate) fn text(&mut self, text: &str) {
        escape(&mut self.0, text);
    }

    /// The markup.
    #[cfg(test)]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

/// Appends `text` so that it is text in an element and in a quoted attribute.
pub(crate) fn escape(out: &mut String, text: &str) {
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
        out.push_str(&text[written..at]);
        out.push_str(entity);
        written = at + 1;
    }
    out.push_str(&text[written..]);
}

/// A page in which every character that cannot be seen, or that turns the text around it, is
/// named: no page of ours has one, so it comes from a rule.
pub(crate) fn visible(page: String) -> String {
    if !may_hide(&page) {
        return page;
    }
    let mut out = String::with_capacity(page.len() + 64);
    page.chars().for_each(|c| show(&mut out, c));
    out
}

/// Whether a text may hold a hidden character: a look at single bytes, many at a time, which is
/// what most pages need.
fn may_hide(text: &str) -> bool {
    const AT_ONCE: usize = 64;
    let plain = |byte: &u8| matches!(byte, b'\n' | 0x20..0x7f);
    let bytes = text.as_bytes();
    let chunks = (0..).step_by(AT_ONCE).zip(bytes.chunks(AT_ONCE));
    let mut others = chunks.filter(|(_, chunk)| !chunk.iter().fold(true, |all, b| all & plain(b)));
    others.any(|(start, _)| {
        let whole = |at: &usize| text.is_char_boundary(*at);
        let from = (0..=start).rev().find(whole).unwrap_or(0);
        let end = (start + AT_ONCE).min(text.len());
        let to = (end..text.len()).find(whole).unwrap_or(text.len());
        text[from..to].chars().any(is_hidden)
    })
}

fn is_hidden(c: char) -> bool {
    let plain = matches!(c, '\n' | '\t' | '\r');
    let hidden = matches!(
        c,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
    );
    hidden && !plain
}

fn show(out: &mut String, c: char) {
    match u32::from(c) {
        _ if !is_hidden(c) => out.push(c),
        code @ 0..0x20 => out.extend(char::from_u32(0x2400 + code)),
        0x7f => out.push('\u{2421}'),
        // Writing to a `String` cannot fail.
        code => drop(write!(out, "\u{27e8}U+{code:04X}\u{27e9}")),
    }
}

/// The link when it leads to a web page: nothing but `http` and `https`.
pub(crate) fn web_link(link: &str) -> Option<&str> {
    let link = link.trim();
    let (scheme, rest) = link.split_once("://")?;
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let plain = |c: char| !c.is_control() && !c.is_whitespace();
    (web && !rest.is_empty() && rest.chars().all(plain)).then_some(link)
}

#[cfg(test)]
mod tests {
    use super::{Html, is_hidden, visible, web_link};

    #[test]
    fn text_cannot_become_markup() {
        let mut html = Html::new();
        html.text("<b a='x' b=\"y\">&");
        let shown = "&lt;b a=&#39;x&#39; b=&quot;y&quot;&gt;&amp;";
        assert_eq!(html.as_str(), shown);
        let page = visible("a\u{202e}b\0\n\u{4e16}".into());
        assert_eq!(page, "a\u{27e8}U+202E\u{27e9}b\u{2400}\n\u{4e16}");
    }

    #[test]
    fn every_hidden_character_is_seen() {
        let hidden = ('\0'..=char::MAX).filter(|c| is_hidden(*c));
        for c in hidden {
            let shown = visible(format!("\u{2026}{c}\u{2014}"));
            assert!(!shown.contains(c), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn only_web_pages_are_linked() {
        for good in ["https://example.org/a?b#c", " http://example.org "] {
            assert_eq!(web_link(good), Some(good.trim()));
        }
        for bad in [
            "javascript://example.org/%0aalert(1)",
            "javascript:alert(1)",
            "data:text/html,x",
            "//example.org",
            "https://",
            "https://a b",
            "http://a\nb",
        ] {
            assert_eq!(web_link(bad), None, "{bad}");
        }
    }
}
