//! The markup of ATT&CK texts and of rules' notes as spans that every surface can show safely.
//!
//! Input: Markdown with `[text](url)`, `` `code` ``, `<code>`, `**strong**`, lists and, in ATT&CK
//! texts, `(Citation: name)`. Output: [`Paragraph`]s of [`Span`]s. What is not one of these is plain
//! text, raw HTML included; a link leads to `http` or `https` or to an object of the catalogue, or
//! is plain text. Citations become numbers of one list of [`Reference`]s per answer.

use schemars::JsonSchema;
use serde::Serialize;
use smol_str::{SmolStr as Text, format_smolstr};
use tripline_attack::Attack;

/// A run of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Span {
    /// Nothing special.
    Plain {
        /// The text.
        text: Text,
    },
    /// Stands out.
    Strong {
        /// The text.
        text: Text,
    },
    /// A command, a path, a value.
    Code {
        /// The text.
        text: Text,
    },
    /// A link to another site; `http` or `https`.
    Link {
        /// The text.
        text: Text,
        /// The address.
        url: Text,
    },
    /// A technique, group, campaign, software, mitigation, ... of the catalogue.
    Object {
        /// The text.
        text: Text,
        /// ATT&CK id.
        id: Text,
    },
    /// A rule of the catalogue.
    Rule {
        /// The text.
        text: Text,
        /// Rule id.
        id: Text,
    },
    /// A catalogue event.
    Event {
        /// The text.
        text: Text,
        /// `PROVIDER/ID`.
        key: Text,
    },
    /// A cited work: its number in the answer's references.
    Citation {
        /// The number, from 1.
        number: u32,
    },
}

impl Span {
    /// Plain text.
    pub fn plain(text: impl Into<Text>) -> Self {
        Self::Plain { text: text.into() }
    }

    /// Text that stands out.
    pub fn strong(text: impl Into<Text>) -> Self {
        Self::Strong { text: text.into() }
    }

    /// A value.
    pub fn code(text: impl Into<Text>) -> Self {
        Self::Code { text: text.into() }
    }

    /// What a reader sees of it; nothing of a citation.
    pub fn text(&self) -> &str {
        match self {
            Self::Plain { text }
            | Self::Strong { text }
            | Self::Code { text }
            | Self::Link { text, .. }
            | Self::Object { text, .. }
            | Self::Rule { text, .. }
            | Self::Event { text, .. } => text,
            Self::Citation { .. } => "",
        }
    }
}

/// What a reader sees of some spans.
pub fn plain_text(spans: &[Span]) -> String {
    spans.iter().map(Span::text).collect()
}

/// A paragraph, or an item of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Paragraph {
    /// It is an item of a list.
    pub item: bool,
    /// The text.
    pub spans: Vec<Span>,
}

/// A cited work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reference {
    /// Its number in the answer, from 1.
    pub number: u32,
    /// The name that citations use.
    pub name: Text,
    /// Author, date, title.
    pub description: Text,
    /// The address; `None` unless it is `http` or `https`.
    pub url: Option<Text>,
}

/// Reads texts of one answer; citations are numbered in the order in which they first appear.
pub(crate) struct Reader<'a> {
    attack: &'a Attack,
    references: Vec<Reference>,
}

impl<'a> Reader<'a> {
    /// A reader without citations yet.
    pub(crate) fn new(attack: &'a Attack) -> Self {
        Self {
            attack,
            references: Vec::new(),
        }
    }

    /// The cited works, by number.
    pub(crate) fn into_references(self) -> Vec<Reference> {
        self.references
    }

    /// A text of several paragraphs.
    pub(crate) fn paragraphs(&mut self, text: &str) -> Vec<Paragraph> {
        let mut blocks: Vec<(bool, String)> = Vec::new();
        let mut open = false;
        for line in text.lines().map(str::trim) {
            if line.is_empty() {
                open = false;
            } else if let Some(item) = list_item(line) {
                blocks.push((true, item.to_owned()));
                open = true;
            } else if let (true, Some((_, last))) = (open, blocks.last_mut()) {
                last.push(' ');
                last.push_str(line);
            } else {
                blocks.push((false, line.to_owned()));
                open = true;
            }
        }
        blocks
            .into_iter()
            .map(|(item, text)| Paragraph {
                item,
                spans: self.line(&text),
            })
            .filter(|paragraph| !paragraph.spans.is_empty())
            .collect()
    }

    /// A text of one line.
    pub(crate) fn line(&mut self, text: &str) -> Vec<Span> {
        let mut out = Line::default();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (before, mark) = split_at_mark(rest);
            out.plain(before);
            rest = self.mark(mark, &mut out);
        }
        out.spans()
    }

    /// Reads what begins at a mark, and returns what follows.
    fn mark<'t>(&mut self, text: &'t str, out: &mut Line) -> &'t str {
        if let Some(rest) = text.strip_prefix("(Citation: ") {
            return self.citation(rest, out);
        }
        for (open, close) in [
            ("<code>", "</code>"),
            ("``", "``"),
            ("`", "`"),
            ("**", "**"),
        ] {
            let inner = text
                .strip_prefix(open)
                .and_then(|rest| split_before(rest, close));
            let Some((inner, rest)) = inner.filter(|(inner, _)| !inner.trim().is_empty()) else {
                continue;
            };
            out.push(if open == "**" {
                Span::strong(inner.replace('`', ""))
            } else {
                Span::code(inner.trim())
            });
            return rest;
        }
        if let Some((shown, url, rest)) = link(text) {
            out.push(self.link(shown, url));
            return rest;
        }
        let length = text.chars().next().map_or(0, char::len_utf8);
        let (first, rest) = text.split_at(length);
        out.plain(first);
        rest
    }

    fn citation<'t>(&mut self, rest: &'t str, out: &mut Line) -> &'t str {
        let Some((name, rest)) = split_before(rest, ")") else {
            out.plain("(Citation: ");
            return rest;
        };
        if let Some(number) = self.cite(name.trim()) {
            out.citation(number);
        }
        rest
    }

    /// The number of a cited work; `None` when the bundle does not have it.
    fn cite(&mut self, name: &str) -> Option<u32> {
        if let Some(known) = self.references.iter().find(|known| known.name == name) {
            return Some(known.number);
        }
        let all = &self.attack.references;
        let at = all.partition_point(|reference| reference.name.as_str() < name);
        let found = all.get(at).filter(|reference| reference.name == name)?;
        let number = u32::try_from(self.references.len() + 1).unwrap_or(u32::MAX);
        self.references.push(Reference {
            number,
            name: found.name.clone(),
            description: found.description.trim().into(),
            url: safe_url(&found.url),
        });
        Some(number)
    }

    fn link(&self, shown: &str, url: &str) -> Span {
        let shown = shown.replace(['`', '*'], "");
        let text = Text::from(shown.trim());
        if let Some(id) = self.object(url) {
            return Span::Object { text, id };
        }
        match safe_url(url) {
            Some(url) => Span::Link { text, url },
            None => Span::Plain { text },
        }
    }

    /// The id of the object of the catalogue that an address of the ATT&CK site names.
    fn object(&self, url: &str) -> Option<Text> {
        let path = url.split_once("attack.mitre.org/")?.1;
        let mut parts = path.trim_end_matches('/').split('/');
        let kind = parts.next()?;
        let mut id = Text::from(parts.next()?);
        if let (true, Some(sub)) = (kind == "techniques", parts.next()) {
            id = format_smolstr!("{id}.{sub}");
        }
        let known = match kind {
            "techniques" => self.attack.technique(&id).is_some(),
            "groups" | "software" | "campaigns" => self.attack.actor(&id).is_some(),
            "mitigations" => self.attack.mitigation(&id).is_some(),
            "tactics" => self.attack.tactic(&id).is_some(),
            _ => false,
        };
        known.then_some(id)
    }
}

/// An address that may be linked to: `http` or `https`, without blanks and control characters.
pub(crate) fn safe_url(url: &str) -> Option<Text> {
    let url = url.trim();
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    let scheme = lower.starts_with("http://") || lower.starts_with("https://");
    let clean = !url
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\\'));
    (scheme && clean).then(|| url.into())
}

/// The first sentence: up to a full stop that blanks or a citation and a capital follow.
pub(crate) fn first_sentence(text: &str) -> &str {
    let text = text.split('\n').next().unwrap_or(text).trim();
    let mut from = 0;
    while let Some(at) = text[from..].find('.').map(|at| from + at) {
        let after = &text[at + 1..];
        let before = &text[..at];
        let short = ["e.g", "i.e", "etc", " vs", "(e.g", "(i.e"];
        let next = after.trim_start().chars().next();
        let ends = after.is_empty()
            || after.starts_with("(Citation")
            || (after.starts_with(' ') && next.is_some_and(|c| !c.is_lowercase()));
        let abbreviation = short.iter().any(|short| before.ends_with(short));
        let inside = before.matches('(').count() > before.matches(')').count();
        if ends && !abbreviation && !inside {
            return &text[..=at];
        }
        from = at + 1;
    }
    text
}

/// The text of an item of a list; numbers count as bullets.
fn list_item(line: &str) -> Option<&str> {
    for bullet in ["* ", "- ", "+ ", "• "] {
        if let Some(item) = line.strip_prefix(bullet) {
            return Some(item.trim_start());
        }
    }
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = line.get(digits..).filter(|_| (1..=2).contains(&digits))?;
    rest.strip_prefix(". ")
        .or_else(|| rest.strip_prefix(") "))
        .map(str::trim_start)
}

/// Longest code, name of a citation, text or address of a link, in bytes. What is longer is text;
/// without a bound, text full of openings would be read once for each of them.
const LONGEST: usize = 4_096;

/// The text up to the next place where markup may begin, and what begins there.
fn split_at_mark(text: &str) -> (&str, &str) {
    let at = text.find(['(', '<', '`', '*', '[']);
    text.split_at(at.unwrap_or(text.len()))
}

/// The first part of a text, as long as markup may be.
fn window(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// What stands before `close`, when it is near, and after it.
fn split_before<'t>(text: &'t str, close: &str) -> Option<(&'t str, &'t str)> {
    let at = window(text).find(close)?;
    Some((&text[..at], &text[at + close.len()..]))
}

/// The text and address of a link, and what follows it.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (shown, rest) = split_before(text.strip_prefix('[')?, "](")?;
    if shown.contains('[') || shown.contains('\n') {
        return None;
    }
    let mut depth = 1_usize;
    let end = window(rest).char_indices().find_map(|(at, c)| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })?;
    Some((shown, &rest[..end], &rest[end + 1..]))
}

/// Spans with neighbouring plain texts joined.
#[derive(Default)]
struct Line {
    spans: Vec<Span>,
    plain: String,
}

impl Line {
    fn plain(&mut self, text: &str) {
        self.plain.push_str(text);
    }

    fn push(&mut self, span: Span) {
        self.flush();
        self.spans.push(span);
    }

    /// A citation stands right after the word before it, and once.
    fn citation(&mut self, number: u32) {
        let trimmed = self.plain.trim_end().len();
        self.plain.truncate(trimmed);
        let span = Span::Citation { number };
        if !(self.plain.is_empty() && self.spans.last() == Some(&span)) {
            self.push(span);
        }
    }

    fn flush(&mut self) {
        if !self.plain.is_empty() {
            let text = std::mem::take(&mut self.plain);
            self.spans.push(Span::plain(text));
        }
    }

    fn spans(mut self) -> Vec<Span> {
        let trimmed = self.plain.trim_end().len();
        self.plain.truncate(trimmed);
        self.flush();
        self.spans
    }
}

#[cfg(test)]
mod tests {
    use super::{Reader, Span, first_sentence, plain_text, safe_url};
    use tripline_attack::{Attack, Head, Reference, Technique};

    fn attack() -> Attack {
        let technique = Technique {
            head: Head {
                id: "T1204.001".into(),
                ..Head::default()
            },
            ..Technique::default()
        };
        Attack {
            techniques: vec![technique],
            references: vec![Reference {
                name: "Report A".into(),
                description: "Author. (2020, May 1). Title.".into(),
                url: "javascript:alert(1)".into(),
            }],
            ..Attack::default()
        }
    }

    fn read(text: &str) -> Vec<Span> {
        Reader::new(&attack()).line(text)
    }

    #[test]
    fn links_lead_to_objects_and_to_the_web_only() {
        let spans = read(
            "a [b](https://attack.mitre.org/techniques/T1204/001) [c](https://x/(y)) [d](javascript:x)",
        );
        let expected = vec![
            Span::plain("a "),
            Span::Object {
                text: "b".into(),
                id: "T1204.001".into(),
            },
            Span::plain(" "),
            Span::Link {
                text: "c".into(),
                url: "https://x/(y)".into(),
            },
            Span::plain(" "),
            Span::plain("d"),
        ];
        assert_eq!(spans, expected);
    }

    #[test]
    fn citations_are_numbered_once_and_unsafe_addresses_dropped() {
        let attack = attack();
        let mut reader = Reader::new(&attack);
        let spans = reader.line("x. (Citation: Report A)(Citation: Report A)(Citation: Gone) y");
        let cited = Span::Citation { number: 1 };
        assert_eq!(spans, vec![Span::plain("x."), cited, Span::plain(" y")]);
        let references = reader.into_references();
        assert_eq!(references.len(), 1);
        assert_eq!(references[0].url, None);
    }

    #[test]
    fn html_is_text_and_code_is_code() {
        let spans = read("<b>x</b> <code>chmod u+s</code> `y` **z** 2 * 3 [ ] `open");
        assert_eq!(spans[1], Span::code("chmod u+s"));
        assert_eq!(spans[3], Span::code("y"));
        assert_eq!(spans[5], Span::strong("z"));
        assert_eq!(plain_text(&spans), "<b>x</b> chmod u+s y z 2 * 3 [ ] `open");
        assert_eq!(read("**the `arn`**"), [Span::strong("the arn")]);
    }

    #[test]
    fn text_full_of_openings_is_read_once() {
        for opening in ["[a](", "<code>", "(Citation: ", "(", "["] {
            let text = opening.repeat(20_000);
            let spans = read(&text);
            assert_eq!(plain_text(&spans), text.trim());
        }
    }

    #[test]
    fn paragraphs_and_items() {
        let attack = attack();
        let mut reader = Reader::new(&attack);
        let read = reader.paragraphs("one\ntwo\n\n* a\n  b\n- c\n1. d\n\nlast");
        let shown: Vec<(bool, String)> = read
            .iter()
            .map(|paragraph| (paragraph.item, plain_text(&paragraph.spans)))
            .collect();
        let item = |text: &str| (true, text.to_owned());
        let text = |text: &str| (false, text.to_owned());
        let expected = [
            text("one two"),
            item("a b"),
            item("c"),
            item("d"),
            text("last"),
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn sentences_end_where_they_do() {
        let cases = [
            (
                "Uses a.exe (e.g. b. C) now. Next.",
                "Uses a.exe (e.g. b. C) now.",
            ),
            ("One.(Citation: X) Two.", "One."),
            ("No end", "No end"),
            ("Files such as .txt files. And", "Files such as .txt files."),
        ];
        for (text, expected) in cases {
            assert_eq!(first_sentence(text), expected);
        }
    }

    #[test]
    fn addresses() {
        assert!(safe_url("HTTPS://a/b").is_some());
        for bad in [
            "javascript:alert(1)",
            "data:x",
            "//a",
            "https://a b",
            "http://a\"b",
        ] {
            assert_eq!(safe_url(bad), None, "{bad}");
        }
    }
}
