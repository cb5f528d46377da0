//! Pages: what a command shows, apart from how it is written.
//!
//! A command turns its answer into a [`Page`] once; [`text`] writes it for a terminal and
//! [`markdown`] for a document. Text is sanitised when it enters a [`Line`], so that no rule can
//! write escapes to the reader's terminal.

pub(crate) mod markdown;
mod measure;
pub(crate) mod text;

/// The role of a piece of text; writers decide how a role looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// Stands out.
    Strong,
    /// Less important.
    Faint,
    /// A field, a name to type.
    Name,
    /// A literal value.
    Value,
    /// All is well.
    Good,
    /// Worth a look.
    Warn,
    /// Bad.
    Bad,
}

/// A run of text in one tone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) tone: Tone,
}

/// A line of text; writers wrap it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Line(pub(crate) Vec<Piece>);

impl Line {
    /// An empty line.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds text in a tone.
    pub(crate) fn push(mut self, tone: Tone, text: impl AsRef<str>) -> Self {
        let text = measure::visible(text.as_ref());
        if !text.is_empty() {
            self.0.push(Piece { text, tone });
        }
        self
    }

    /// Adds plain text.
    pub(crate) fn plain(self, text: impl AsRef<str>) -> Self {
        self.push(Tone::Plain, text)
    }

    /// Adds another line's text.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Columns on a terminal.
    pub(crate) fn width(&self) -> usize {
        self.0.iter().map(|piece| measure::width(&piece.text)).sum()
    }

    /// Whether there is nothing to show.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: AsRef<str>> From<T> for Line {
    fn from(text: T) -> Self {
        Self::new().plain(text)
    }
}

/// A line of one tone.
pub(crate) fn toned(tone: Tone, text: impl AsRef<str>) -> Line {
    Line::new().push(tone, text)
}

/// How a column's cells stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// At the left.
    Left,
    /// At the right: numbers.
    Right,
}

/// Whether a column gives up width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Give {
    /// Never.
    Never,
    /// When those that give first have given all.
    Last,
    /// First.
    First,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) header: String,
    pub(crate) align: Align,
    /// Whether it gives up width when the page is narrow; its cells then wrap.
    pub(crate) give: Give,
}

/// Rows of aligned cells.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Line>>,
}

impl Table {
    /// A table without columns.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a column of short texts.
    pub(crate) fn text(self, header: &str) -> Self {
        self.column(header, Align::Left, Give::Never)
    }

    /// Adds a column of texts that wrap on a narrow page.
    pub(crate) fn flexible(self, header: &str) -> Self {
        self.column(header, Align::Left, Give::First)
    }

    /// Adds a column of names that wrap only when nothing else can.
    pub(crate) fn id(self, header: &str) -> Self {
        self.column(header, Align::Left, Give::Last)
    }

    /// Adds a column of numbers.
    pub(crate) fn number(self, header: &str) -> Self {
        self.column(header, Align::Right, Give::Never)
    }

    fn column(mut self, header: &str, align: Align, give: Give) -> Self {
        self.columns.push(Column {
            header: header.to_owned(),
            align,
            give,
        });
        self
    }

    /// Adds a row; missing cells are empty.
    pub(crate) fn row(&mut self, mut cells: Vec<Line>) {
        cells.resize(self.columns.len(), Line::new());
        self.rows.push(cells);
    }
}

/// A part of a page.
#[derive(Debug, Clone)]
pub(crate) enum Block {
    /// The page's title.
    Title(Line),
    /// A section's heading, with a remark beside it.
    Heading(String, Line),
    /// A paragraph.
    Text(Line),
    /// Names and what they are.
    Facts(Vec<(String, Line)>),
    /// A table.
    Table(Table),
    /// A list.
    List(Vec<Line>),
    /// Text as it is, in a language.
    Code(String, Vec<Line>),
    /// Markdown of our own, shown as it is on a terminal.
    Markdown(String),
}

/// What a command shows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page(pub(crate) Vec<Block>);

impl Page {
    /// An empty page.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Sets the title.
    pub(crate) fn title(&mut self, title: impl Into<Line>) {
        self.0.push(Block::Title(title.into()));
    }

    /// Begins a section.
    pub(crate) fn heading(&mut self, heading: &str, remark: impl Into<Line>) {
        self.0
            .push(Block::Heading(heading.to_owned(), remark.into()));
    }

    /// Adds a paragraph; an empty one is left out.
    pub(crate) fn text(&mut self, text: impl Into<Line>) {
        let text = text.into();
        if !text.is_empty() {
            self.0.push(Block::Text(text));
        }
    }

    /// Adds a remark.
    pub(crate) fn remark(&mut self, text: impl AsRef<str>) {
        self.text(toned(Tone::Faint, text));
    }

    /// Adds names and what they are; empty ones are left out.
    pub(crate) fn facts(&mut self, facts: Vec<(&str, Line)>) {
        let facts: Vec<(String, Line)> = facts
            .into_iter()
            .filter(|(_, line)| !line.is_empty())
            .map(|(name, line)| (name.to_owned(), line))
            .collect();
        if !facts.is_empty() {
            self.0.push(Block::Facts(facts));
        }
    }

    /// Adds a table; one without rows is left out.
    pub(crate) fn table(&mut self, table: Table) {
        if !table.rows.is_empty() {
            self.0.push(Block::Table(table));
        }
    }

    /// Adds a list; an empty one is left out.
    pub(crate) fn list(&mut self, items: Vec<Line>) {
        if !items.is_empty() {
            self.0.push(Block::List(items));
        }
    }

    /// Adds text as it is, line by line.
    pub(crate) fn code(&mut self, language: &str, lines: Vec<Line>) {
        self.0.push(Block::Code(language.to_owned(), lines));
    }

    /// Adds our own Markdown.
    pub(crate) fn markdown(&mut self, text: &str) {
        self.0.push(Block::Markdown(text.to_owned()));
    }
}
