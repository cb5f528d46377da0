//! Writing SVG: elements, attributes, escaping.

use crate::text::visible;
use crate::{Heading, Picture};
use std::fmt::{Display, Write};

/// An `<svg>` element while it is drawn.
pub(crate) struct Canvas {
    body: String,
    links: bool,
}

/// Where a text ends up relative to its place.
#[derive(Clone, Copy)]
pub(crate) enum Anchor {
    /// It begins there.
    Start,
    /// It is centred there.
    Middle,
    /// It ends there.
    End,
}

impl Anchor {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

impl Canvas {
    pub(crate) fn new() -> Self {
        Self {
            body: String::new(),
            links: false,
        }
    }

    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing into a `String` does not fail.
        let _ = self.body.write_fmt(text);
    }

    /// A rectangle.
    pub(crate) fn rect(&mut self, class: &str, at: (u32, u32), size: (u32, u32)) {
        let (x, y) = at;
        let (w, h) = size;
        let class = escaped(class);
        self.write(format_args!(
            r#"<rect class="{class}" x="{x}" y="{y}" width="{w}" height="{h}"/>"#
        ));
    }

    /// A line.
    pub(crate) fn line(&mut self, class: &str, from: (u32, u32), to: (u32, u32)) {
        let class = escaped(class);
        self.write(format_args!(
            r#"<line class="{class}" x1="{}" y1="{}" x2="{}" y2="{}"/>"#,
            from.0, from.1, to.0, to.1
        ));
    }

    /// A circle.
    pub(crate) fn circle(&mut self, class: &str, at: (u32, u32), radius: u32) {
        let class = escaped(class);
        self.write(format_args!(
            r#"<circle class="{class}" cx="{}" cy="{}" r="{radius}"/>"#,
            at.0, at.1
        ));
    }

    /// A text on one line; its baseline is at the place.
    pub(crate) fn text(&mut self, class: &str, at: (u32, u32), anchor: Anchor, text: impl Display) {
        let (class, text) = (escaped(class), escaped(&visible(&text.to_string())));
        let anchor = anchor.name();
        self.write(format_args!(
            r#"<text class="{class}" x="{}" y="{}" text-anchor="{anchor}">{text}</text>"#,
            at.0, at.1
        ));
    }

    /// A text that rises by 45 degrees from its place.
    pub(crate) fn slanted(&mut self, class: &str, at: (u32, u32), text: impl Display) {
        let (class, text) = (escaped(class), escaped(&visible(&text.to_string())));
        let (x, y) = at;
        self.write(format_args!(
            r#"<text class="{class}" x="{x}" y="{y}" transform="rotate(-45 {x} {y})">{text}</text>"#
        ));
    }

    /// What `draw` draws, as one thing with a name that shows when pointed at, and a link when
    /// there is a page behind it.
    pub(crate) fn item(&mut self, name: &str, href: Option<&str>, draw: impl FnOnce(&mut Self)) {
        let name = escaped(&visible(name));
        let href = href.filter(|href| is_inside(href));
        let end = if let Some(href) = href {
            self.links = true;
            let href = escaped(href);
            self.write(format_args!(r#"<a href="{href}"><title>{name}</title>"#));
            "</a>"
        } else {
            self.write(format_args!("<g><title>{name}</title>"));
            "</g>"
        };
        draw(self);
        self.body.push_str(end);
    }

    /// The finished element. It is an image, or a group when something in it can be followed.
    pub(crate) fn finish(
        self,
        heading: Heading<'_>,
        size: (u32, u32),
        description: String,
        table: crate::DataTable,
    ) -> Picture {
        let id: String = heading
            .id
            .chars()
            .filter(|character| character.is_ascii_alphanumeric() || *character == '-')
            .collect();
        let role = if self.links { "group" } else { "img" };
        let (w, h) = (size.0.max(1), size.1.max(1));
        let title = escaped(&visible(heading.title));
        let desc = escaped(&visible(&description));
        let body = self.body;
        let svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="picture" id="{id}" role="{role}" aria-labelledby="{id}-title {id}-desc" width="{w}" height="{h}" viewBox="0 0 {w} {h}"><title id="{id}-title">{title}</title><desc id="{id}-desc">{desc}</desc>{body}</svg>"#
        );
        Picture {
            svg,
            description,
            table,
        }
    }
}

/// Whether an address leads to a page of the site.
pub(crate) fn is_inside(href: &str) -> bool {
    let leads_out = href.starts_with("//") || href.contains('\\');
    href.starts_with(['/', '.', '#', '?']) && !leads_out && !href.chars().any(char::is_control)
}

/// The text as it stands in XML, in an element or an attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
