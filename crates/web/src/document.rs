//! Documents as HTML: for a page of the site, and for a file that stands alone.

use crate::html::{Html, web_link};
use crate::links::Links;
use tripline_app::answers::document::{Block, Document, Line, Note, Section, Table};
use tripline_app::answers::{EvidenceKind, Reference, Span};

/// Draws the parts of a document.
pub(crate) struct Draw<'a> {
    /// Addresses of the site; without them only other sites are linked.
    links: Option<&'a Links>,
}

/// A section, drawn.
pub(crate) struct Drawn {
    /// Anchor.
    pub(crate) key: &'static str,
    /// Heading.
    pub(crate) title: &'static str,
    /// How its rows were chosen and ordered.
    pub(crate) basis: String,
    /// What it says.
    pub(crate) html: Html,
}

/// A document, drawn.
pub(crate) struct Sheet {
    /// Lines under the title.
    pub(crate) lead: Vec<Html>,
    /// Sections in order.
    pub(crate) sections: Vec<Drawn>,
    /// Cited works with their anchors, by number.
    pub(crate) references: Vec<(u32, Html)>,
    /// Evidence with its anchors, by number.
    pub(crate) notes: Vec<(u32, Html)>,
    /// Lines at the foot.
    pub(crate) foot: Vec<Html>,
}

impl<'a> Draw<'a> {
    /// Draws for a page of the site.
    pub(crate) fn page(links: &'a Links) -> Self {
        Self { links: Some(links) }
    }

    /// Draws for a file that stands alone.
    pub(crate) fn file() -> Self {
        Self { links: None }
    }

    /// The whole document.
    pub(crate) fn sheet(&self, document: &Document) -> Sheet {
        let lines = |lines: &[Line]| lines.iter().map(|line| self.lone(line)).collect();
        let references = document.references.iter();
        let notes = document.notes.iter();
        Sheet {
            lead: lines(&document.lead),
            sections: document
                .sections
                .iter()
                .map(|one| self.section(one))
                .collect(),
            references: references
                .map(|reference| (reference.number, reference_line(reference)))
                .collect(),
            notes: notes.map(|note| (note.number, self.note(note))).collect(),
            foot: lines(&document.foot),
        }
    }

    fn section(&self, section: &Section) -> Drawn {
        let mut html = Html::new();
        for block in &section.blocks {
            self.block(&mut html, block);
        }
        Drawn {
            key: section.key,
            title: section.title,
            basis: section.basis.to_string(),
            html,
        }
    }

    fn block(&self, html: &mut Html, block: &Block) {
        match block {
            Block::Heading(line) => self.wrapped(html, "h3", line),
            Block::Paragraph(line) => self.wrapped(html, "p", line),
            Block::List(items) => {
                html.markup("<ul>");
                for item in items {
                    self.wrapped(html, "li", item);
                }
                html.markup("</ul>");
            }
            Block::Table(table) => self.table(html, table),
            Block::Code(code) => {
                html.markup("<pre tabindex=\"0\"><code>");
                html.text(&code.text);
                html.markup("</code></pre>");
            }
        }
    }

    fn table(&self, html: &mut Html, table: &Table) {
        html.markup("<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>");
        for column in &table.columns {
            html.markup(if column.number {
                "<th scope=\"col\" class=\"number\">"
            } else {
                "<th scope=\"col\">"
            });
            html.text(column.title);
            html.markup("</th>");
        }
        html.markup("</tr></thead><tbody>");
        for row in &table.rows {
            html.markup("<tr>");
            for (column, cell) in table.columns.iter().zip(row) {
                html.markup(if column.number {
                    "<td class=\"number\" data-label=\""
                } else {
                    "<td data-label=\""
                });
                html.text(column.title);
                html.markup("\">");
                self.line(html, cell);
                html.markup("</td>");
            }
            html.markup("</tr>");
        }
        html.markup("</tbody></table></div>");
    }

    fn wrapped(&self, html: &mut Html, tag: &str, line: &Line) {
        html.markup(&format!("<{tag}>"));
        self.line(html, line);
        html.markup(&format!("</{tag}>"));
    }

    fn lone(&self, line: &Line) -> Html {
        let mut html = Html::new();
        self.line(&mut html, line);
        html
    }

    /// A line, with the numbers of its evidence.
    fn line(&self, html: &mut Html, line: &Line) {
        for span in &line.spans {
            self.span(html, span);
        }
        if line.notes.is_empty() {
            return;
        }
        html.markup("<sup class=\"evidence\">");
        for (at, number) in line.notes.iter().enumerate() {
            html.markup(if at > 0 { " " } else { "" });
            html.markup(&format!("<a href=\"#e{number}\">{number}</a>"));
        }
        if line.more > 0 {
            html.markup(&format!(" +{}", line.more));
        }
        html.markup("</sup>");
    }

    fn span(&self, html: &mut Html, span: &Span) {
        match span {
            Span::Plain { text } => html.text(text),
            Span::Strong { text } => element(html, "strong", text),
            Span::Code { text } => element(html, "code", text),
            Span::Link { text, url } => outward(html, text, url),
            Span::Object { text, id } => self.object(html, text, id),
            Span::Rule { text, id } => match self.links {
                Some(links) => inward(html, text, &links.rule(id)),
                None => element(html, "strong", text),
            },
            Span::Event { text, key } => match (self.links, key.split_once('/')) {
                (Some(links), Some((provider, id))) => {
                    inward(html, text, &links.event(provider, id));
                }
                _ => html.text(text),
            },
            Span::Citation { number } => html.markup(&format!(
                "<sup class=\"citation\"><a href=\"#r{number}\">ref. {number}</a></sup>"
            )),
        }
    }

    /// Techniques have a page here, other objects at ATT&CK.
    fn object(&self, html: &mut Html, text: &str, id: &str) {
        match (self.links, attack_page(id)) {
            (Some(links), _) if is_technique(id) => inward(html, text, &links.technique(id)),
            (_, Some(url)) => outward(html, text, &url),
            _ => html.text(text),
        }
    }

    /// A source of evidence: its title, and where it is.
    fn note(&self, note: &Note) -> Html {
        let mut html = Html::new();
        let title = &note.source.title;
        match (note.source.kind, self.links, &note.source.url) {
            (EvidenceKind::Rule, Some(links), _) => {
                inward(&mut html, title, &links.rule(&note.key));
            }
            (_, _, Some(url)) => outward(&mut html, title, url),
            _ => html.text(title),
        }
        html.markup(" <code class=\"faint\">");
        html.text(&note.key);
        html.markup("</code>");
        html
    }
}

fn is_technique(id: &str) -> bool {
    id.starts_with('T') && !id.starts_with("TA")
}

/// The page of an object at ATT&CK.
fn attack_page(id: &str) -> Option<String> {
    let letters = id.len()
        - id.trim_start_matches(|c: char| c.is_ascii_alphabetic())
            .len();
    let kind = match id.get(..letters)? {
        "T" => "techniques",
        "TA" => "tactics",
        "G" => "groups",
        "S" => "software",
        "C" => "campaigns",
        "M" => "mitigations",
        "DET" => "detectionstrategies",
        _ => return None,
    };
    Some(format!(
        "https://attack.mitre.org/{kind}/{}",
        id.replace('.', "/")
    ))
}

fn reference_line(reference: &Reference) -> Html {
    let mut html = Html::new();
    match &reference.url {
        Some(url) => outward(&mut html, &reference.description, url),
        None => html.text(&reference.description),
    }
    html
}

fn element(html: &mut Html, tag: &str, text: &str) {
    html.markup(&format!("<{tag}>"));
    html.text(text);
    html.markup(&format!("</{tag}>"));
}

/// A link to a page of the site.
fn inward(html: &mut Html, text: &str, href: &str) {
    html.markup("<a href=\"");
    html.text(href);
    html.markup("\">");
    html.text(text);
    html.markup("</a>");
}

/// A link to another site; anything but `http` and `https` is text.
fn outward(html: &mut Html, text: &str, url: &str) {
    let Some(url) = web_link(url) else {
        html.text(text);
        return;
    };
    html.markup("<a rel=\"noopener noreferrer\" href=\"");
    html.text(url);
    html.markup("\">");
    html.text(text);
    html.markup("</a>");
}

#[cfg(test)]
mod tests {
    use super::{Draw, attack_page};
    use crate::links::Links;
    use tripline_app::answers::Span;
    use tripline_app::answers::document::Line;

    #[test]
    fn hostile_spans_stay_text() {
        let links = Links::new(None);
        let line = Line::of(vec![
            Span::plain("<script>"),
            Span::Link {
                text: "\"><b>".into(),
                url: "javascript:alert(1)".into(),
            },
            Span::Rule {
                text: "r&r".into(),
                id: "sigma:\"><i>".into(),
            },
        ]);
        let html = Draw::page(&links).lone(&line).to_string();
        let expected = "&lt;script&gt;&quot;&gt;&lt;b&gt;\
                        <a href=\"/rules/sigma:%22%3E%3Ci%3E\">r&amp;r</a>";
        assert_eq!(html, expected);
    }

    #[test]
    fn objects_have_pages() {
        let page = attack_page("T1204.001");
        assert_eq!(
            page.as_deref(),
            Some("https://attack.mitre.org/techniques/T1204/001")
        );
        assert_eq!(attack_page("AN0178"), None);
    }
}
