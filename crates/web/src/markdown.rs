//! Notes of rules, which are Markdown of unknown origin, as safe HTML.
//!
//! HTML in them is text, links lead to web pages only, images are links, headings stand below
//! those of the page.

use crate::html::{Html, web_link};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// Longest text that is read as Markdown; a longer one is shown as it stands.
const MAX_BYTES: usize = 256 * 1024;

/// A note as HTML.
pub(crate) fn html(text: &str) -> Html {
    if text.len() > MAX_BYTES {
        return verbatim(text);
    }
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut writer = Writer::default();
    for event in Parser::new_ext(text, options) {
        writer.event(event);
    }
    writer.out
}

fn verbatim(text: &str) -> Html {
    let mut out = Html::new();
    out.markup("<pre>");
    out.text(text);
    out.markup("</pre>");
    out
}

#[derive(Default)]
struct Writer {
    out: Html,
    /// For each open link or image: whether it leads anywhere.
    links: Vec<bool>,
    head: bool,
}

impl Writer {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Code(text) => {
                self.out.markup("<code>");
                self.out.text(&text);
                self.out.markup("</code>");
            }
            Event::SoftBreak => self.out.markup("\n"),
            Event::HardBreak => self.out.markup("<br>"),
            Event::Rule => self.out.markup("<hr>"),
            Event::TaskListMarker(done) => self.out.text(if done { "[x] " } else { "[ ] " }),
            Event::Text(text)
            | Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text)
            | Event::FootnoteReference(text) => self.out.text(&text),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => self.link(&dest_url),
            // The language of a fence is a word of the author, and not needed here.
            Tag::CodeBlock(_) => self.out.markup("<pre><code>"),
            Tag::List(Some(start)) if start != 1 => {
                self.out.markup(&format!("<ol start=\"{start}\">"));
            }
            Tag::TableHead => {
                self.head = true;
                self.out.markup("<thead><tr>");
            }
            Tag::HtmlBlock => self.out.markup("<p>"),
            other => self
                .out
                .markup(&opening(element(other.to_end(), self.head))),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Link | TagEnd::Image => {
                if self.links.pop() == Some(true) {
                    self.out.markup("</a>");
                }
            }
            TagEnd::CodeBlock => self.out.markup("</code></pre>\n"),
            TagEnd::TableHead => {
                self.head = false;
                self.out.markup("</tr></thead>");
            }
            TagEnd::HtmlBlock => self.out.markup("</p>\n"),
            other => {
                let name = element(other, self.head);
                if !name.is_empty() {
                    self.out.markup(&format!("</{name}>\n"));
                }
            }
        }
    }

    fn link(&mut self, to: &str) {
        let link = web_link(to);
        self.links.push(link.is_some());
        if let Some(link) = link {
            self.out.markup("<a rel=\"noopener noreferrer\" href=\"");
            self.out.text(link);
            self.out.markup("\">");
        }
    }
}

fn opening(name: &str) -> String {
    if name.is_empty() {
        String::new()
    } else {
        format!("<{name}>")
    }
}

/// The element of a tag; none for what has no look of its own here.
fn element(tag: TagEnd, head: bool) -> &'static str {
    match tag {
        TagEnd::Paragraph => "p",
        TagEnd::Heading(HeadingLevel::H1 | HeadingLevel::H2) => "h3",
        TagEnd::Heading(HeadingLevel::H3) => "h4",
        TagEnd::Heading(_) => "h5",
        TagEnd::BlockQuote(_) => "blockquote",
        TagEnd::List(true) => "ol",
        TagEnd::List(false) => "ul",
        TagEnd::Item => "li",
        TagEnd::Table => "table",
        TagEnd::TableRow => "tr",
        TagEnd::TableCell if head => "th",
        TagEnd::TableCell => "td",
        TagEnd::Emphasis => "em",
        TagEnd::Strong => "strong",
        TagEnd::Strikethrough => "s",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn markdown_becomes_html() {
        let text =
            "# Triage\n\n- see `cmd.exe`\n- **not** *this*\n\n| a | b |\n|---|---|\n| 1 | 2 |\n";
        let html = html(text);
        for part in [
            "<h3>Triage</h3>",
            "<li>see <code>cmd.exe</code></li>",
            "<strong>not</strong>",
            "<th>a</th>",
            "<td>2</td>",
        ] {
            assert!(
                html.as_str().replace('\n', "").contains(part),
                "{part}: {html}"
            );
        }
    }

    #[test]
    fn hostile_markdown_is_text() {
        let text = "<script>alert(1)</script>\n\n[x](javascript:alert(1)) ![y](http://e.example/p.png)\n\n\
            <img src=x onerror=alert(1)> [z](http://a.example/\"onmouseover=\"alert(1))\n\n```\"><b>\n</code><i>\n```\n";
        let html = html(text);
        let html = html.as_str();
        for never in [
            "<script",
            "<img",
            "javascript:alert(1)\"",
            "<i>",
            "<b>",
            "\"onmouseover",
        ] {
            assert!(!html.contains(never), "{never}: {html}");
        }
        assert!(
            html.contains("href=\"http://e.example/p.png\">y</a>"),
            "{html}"
        );
        assert!(html.contains("&lt;script&gt;"), "{html}");
    }
}
