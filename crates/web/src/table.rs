//! Tables: rows of an answer that a reader sorts, filters, cuts and takes along, all by the
//! address of the page.
//!
//! | in the query | means, for the table `ID` |
//! |---|---|
//! | `sort.ID=COLUMN`, `sort.ID=-COLUMN` | upwards, downwards |
//! | `filter.ID=TEXT` | rows that hold every word of the text, in any letter case |
//! | `rows.ID=all` | all rows instead of the first |
//! | `csv=ID`, `json=ID` | the table as a file: all rows that the filter leaves |

mod file;
mod view;

pub(crate) use view::TableView;

use crate::ask::Ask;
use crate::html::{Html, web_link};
use crate::pages::drawings::Drawing;
use std::borrow::Cow;

/// Rows shown first, unless the page says otherwise.
const FIRST: usize = 25;

/// Rows of a table in a static site, where nobody can ask for the rest.
const ON_DISK: usize = 200;

/// Characters of a text that a cell shows; the rest is in the file and on the value's own page.
const MAX_SHOWN: usize = 260;

/// A table with all its rows, in the answer's order.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    id: Cow<'static, str>,
    caption: String,
    note: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
    /// Rows that were not made, for a page that cannot show them.
    unmade: usize,
    first: usize,
    bare: bool,
    heading: &'static str,
    number: Option<usize>,
    picture: Option<Drawing>,
}

/// A column.
#[derive(Debug, Clone)]
struct Column {
    key: &'static str,
    label: Cow<'static, str>,
    number: bool,
}

/// A row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    anchor: Option<String>,
    cells: Vec<Cell>,
}

/// A cell: what it shows, what it sorts by, and what opens below it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    /// What it shows.
    pub(crate) pieces: Vec<Piece>,
    /// What opens below it.
    pub(crate) details: Vec<Piece>,
    number: Option<usize>,
}

/// A run of text that looks one way.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    /// The text.
    pub(crate) text: String,
    /// How it looks.
    pub(crate) tone: Tone,
    /// Where it leads on this server.
    pub(crate) href: Option<String>,
    /// Where it leads elsewhere: `http` and `https` alone.
    web: Option<String>,
}

/// How a piece looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As the text around it.
    Plain,
    /// Less important.
    Faint,
    /// The name of a field, event or rule.
    Name,
    /// A value of a rule.
    Value,
    /// Good.
    Good,
    /// To be noted.
    Warn,
    /// Bad.
    Bad,
}

impl Tone {
    /// Class in the style sheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Faint => "faint",
            Self::Name => "name",
            Self::Value => "value",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

impl Piece {
    /// Text that looks one way.
    pub(crate) fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            tone,
            href: None,
            web: None,
        }
    }

    /// As HTML, cut to what a cell shows.
    pub(crate) fn html(&self) -> Html {
        self.written(cut(&self.text))
    }

    /// As HTML, whole.
    pub(crate) fn whole(&self) -> Html {
        self.written((&self.text, ""))
    }

    fn written(&self, (text, more): (&str, &str)) -> Html {
        let mut html = Html::new();
        if text.is_empty() {
            return html;
        }
        let href = self.href.as_ref().or(self.web.as_ref());
        let element = match (href, self.tone) {
            (Some(_), _) => "a",
            (None, Tone::Plain) => "",
            (None, _) => "span",
        };
        if !element.is_empty() {
            html.parts(&["<", element, " class=\"", self.tone.class()]);
            if self.web.is_some() {
                html.markup("\" rel=\"noopener noreferrer");
            }
            if let Some(href) = href {
                html.markup("\" href=\"");
                html.text(href);
            }
            html.markup("\">");
        }
        html.text(text);
        html.markup(more);
        if !element.is_empty() {
            html.parts(&["</", element, ">"]);
        }
        html
    }

    /// The same as a link to a page of this server.
    pub(crate) fn to(mut self, href: String) -> Self {
        self.href = Some(href);
        self
    }

    /// The same as a link to another site, where the address is one of the web.
    pub(crate) fn out(mut self, url: &str) -> Self {
        self.web = web_link(url).map(str::to_owned);
        self
    }
}

impl Cell {
    /// A text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::tone(Tone::Plain, text)
    }

    /// A text that looks one way.
    pub(crate) fn tone(tone: Tone, text: impl Into<String>) -> Self {
        Self::of(vec![Piece::new(tone, text)])
    }

    /// Several pieces.
    pub(crate) fn of(pieces: Vec<Piece>) -> Self {
        Self {
            pieces,
            ..Self::default()
        }
    }

    /// A number, which sorts as one.
    pub(crate) fn number(number: usize) -> Self {
        let tone = if number == 0 {
            Tone::Faint
        } else {
            Tone::Plain
        };
        let mut cell = Self::tone(tone, number.to_string());
        cell.number = Some(number);
        cell
    }

    /// Makes its pieces one link.
    pub(crate) fn to(mut self, href: &str) -> Self {
        for piece in &mut self.pieces {
            piece.href = Some(href.to_owned());
        }
        self
    }

    /// What opens below it.
    pub(crate) fn opening(mut self, details: Vec<Piece>) -> Self {
        self.details = details;
        self
    }

    /// Its text.
    fn plain(&self) -> String {
        self.pieces
            .iter()
            .map(|piece| piece.text.as_str())
            .collect()
    }
}

impl Row {
    /// A row.
    pub(crate) fn new(cells: Vec<Cell>) -> Self {
        Self {
            anchor: None,
            cells,
        }
    }

    /// Gives the row an anchor.
    pub(crate) fn anchored(mut self, anchor: String) -> Self {
        self.anchor = Some(anchor);
        self
    }
}

impl Table {
    /// A table without columns; `id` is its anchor and its name in the query.
    pub(crate) fn new(id: &'static str, caption: &str) -> Self {
        Self {
            id: id.into(),
            caption: caption.to_owned(),
            note: String::new(),
            columns: Vec::new(),
            rows: Vec::new(),
            unmade: 0,
            first: FIRST,
            bare: false,
            heading: "h2",
            number: None,
            picture: None,
        }
    }

    /// Adds a column of texts.
    pub(crate) fn text(mut self, key: &'static str, label: impl Into<Cow<'static, str>>) -> Self {
        let (label, number) = (label.into(), false);
        self.columns.push(Column { key, label, number });
        self
    }

    /// Adds a column of numbers.
    pub(crate) fn number(mut self, key: &'static str, label: impl Into<Cow<'static, str>>) -> Self {
        let (label, number) = (label.into(), true);
        self.columns.push(Column { key, label, number });
        self
    }

    /// What the reader must know to read the numbers.
    pub(crate) fn note(mut self, note: &str) -> Self {
        note.clone_into(&mut self.note);
        self
    }

    /// Without links that ask for the table again: what it was made from is not in the address.
    pub(crate) fn bare(mut self) -> Self {
        self.bare = true;
        self
    }

    /// Under a heading of the page: its own heading stands one level lower.
    pub(crate) fn below(mut self) -> Self {
        self.heading = "h3";
        self
    }

    /// The same under another name.
    pub(crate) fn named(mut self, id: &'static str, caption: &str) -> Self {
        self.id = id.into();
        caption.clone_into(&mut self.caption);
        self
    }

    /// The same as one of several of its kind.
    pub(crate) fn numbered(mut self, number: usize) -> Self {
        self.id = format!("{}-{number}", self.id).into();
        self.number = Some(number);
        self
    }

    /// A picture of the rows above them.
    pub(crate) fn drawn(mut self, picture: Option<Drawing>) -> Self {
        self.picture = picture;
        self
    }

    /// How many rows are shown first.
    pub(crate) fn first(mut self, rows: usize) -> Self {
        self.first = rows;
        self
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, row: Row) {
        debug_assert_eq!(row.cells.len(), self.columns.len(), "{}", self.id);
        self.rows.push(row);
    }

    /// The same with these rows, of which a page on a disk makes only those that it shows.
    pub(crate) fn rows_for(
        mut self,
        ask: &Ask,
        rows: impl IntoIterator<Item = Row, IntoIter: ExactSizeIterator>,
    ) -> Self {
        let mut rows = rows.into_iter();
        let most = if ask.on_disk { ON_DISK } else { usize::MAX };
        rows.by_ref().take(most).for_each(|row| self.row(row));
        self.unmade = rows.len();
        self
    }

    /// The same with these rows.
    pub(crate) fn rows(mut self, rows: impl IntoIterator<Item = Row>) -> Self {
        rows.into_iter().for_each(|row| self.row(row));
        self
    }
}

/// A text cut to what a cell shows, and what stands for the rest.
fn cut(text: &str) -> (&str, &'static str) {
    if text.len() <= MAX_SHOWN {
        return (text, "");
    }
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => (&text[..end], "\u{2026}"),
        None => (text, ""),
    }
}
