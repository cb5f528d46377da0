//! Writes a page for a terminal: aligned, wrapped to its width, in subtle colour.

use super::measure::{char_width, width};
use super::{Align, Block, Give, Line, Page, Piece, Table, Tone};
use anstyle::{AnsiColor, Style};

/// Narrowest page that is laid out; narrower terminals wrap by themselves.
const MIN_WIDTH: usize = 40;
/// Narrowest flexible column.
const MIN_FLEXIBLE: usize = 12;
/// Space between columns.
const GAP: usize = 2;
/// Space before lists and tables.
const INDENT: usize = 2;

/// The page as text. `colour` adds ANSI escapes.
pub(crate) fn write(page: &Page, columns: usize, colour: bool) -> String {
    let mut writer = Writer {
        out: String::new(),
        width: columns.max(MIN_WIDTH),
        colour,
    };
    for (at, block) in page.0.iter().enumerate() {
        if at > 0 && !matches!(page.0[at - 1], Block::Heading(..)) {
            writer.out.push('\n');
        }
        writer.block(block);
    }
    writer.out
}

struct Writer {
    out: String,
    width: usize,
    colour: bool,
}

impl Writer {
    fn block(&mut self, block: &Block) {
        match block {
            Block::Title(line) => {
                let strong = Line(
                    line.0
                        .iter()
                        .map(|piece| Piece {
                            text: piece.text.clone(),
                            tone: strong(piece.tone),
                        })
                        .collect(),
                );
                self.paragraph(&strong, 0, 0);
            }
            Block::Heading(heading, remark) => self.heading(heading, remark),
            Block::Text(line) => self.paragraph(line, 0, 0),
            Block::Facts(facts) => self.facts(facts),
            Block::Table(table) => self.table(table),
            Block::List(items) => items.iter().for_each(|item| self.item(item)),
            Block::Code(_, lines) => lines.iter().for_each(|line| self.verbatim(line)),
            Block::Markdown(text) => {
                self.out.push_str(text.trim_end());
                self.out.push('\n');
            }
        }
    }

    fn heading(&mut self, heading: &str, remark: &Line) {
        self.piece(&Piece {
            text: heading.to_owned(),
            tone: Tone::Strong,
        });
        if !remark.is_empty() {
            self.out.push_str("  ");
            let room = self.width.saturating_sub(width(heading) + 2);
            if remark.width() > room {
                self.out.push('\n');
                self.paragraph(&faint(remark), INDENT, INDENT);
                return;
            }
            self.line(&faint(remark));
        }
        self.out.push('\n');
    }

    fn facts(&mut self, facts: &[(String, Line)]) {
        let names = facts.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
        for (name, line) in facts {
            let label = Piece {
                text: name.clone(),
                tone: Tone::Faint,
            };
            self.piece(&label);
            self.spaces(names - width(name) + GAP);
            self.paragraph(line, 0, names + GAP);
        }
    }

    fn item(&mut self, item: &Line) {
        self.spaces(INDENT);
        self.out.push_str("- ");
        self.paragraph(item, 0, INDENT + 2);
    }

    fn verbatim(&mut self, line: &Line) {
        self.spaces(INDENT);
        self.line(line);
        self.end_line();
    }

    /// A wrapped paragraph: `first` spaces before its first line, lines after it indented by
    /// `rest`. The first line is taken to begin at column `rest` when `first` is 0.
    fn paragraph(&mut self, line: &Line, first: usize, rest: usize) {
        self.spaces(first);
        let room = self.width.saturating_sub(rest).max(MIN_FLEXIBLE);
        for (at, part) in wrap(line, room).iter().enumerate() {
            if at > 0 {
                self.spaces(rest);
            }
            self.line(part);
            self.end_line();
        }
    }

    fn table(&mut self, table: &Table) {
        let widths = widths(table, self.width.saturating_sub(INDENT));
        if table.columns.iter().any(|column| !column.header.is_empty()) {
            let headers: Vec<Line> = table
                .columns
                .iter()
                .map(|column| super::toned(Tone::Faint, &column.header))
                .collect();
            self.row(table, &widths, &headers);
        }
        for row in &table.rows {
            self.row(table, &widths, row);
        }
    }

    fn row(&mut self, table: &Table, widths: &[usize], cells: &[Line]) {
        let wrapped: Vec<Vec<Line>> = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| wrap(cell, *width))
            .collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
        let empty = Line::new();
        for at in 0..height {
            self.spaces(INDENT);
            for (column, lines) in wrapped.iter().enumerate() {
                let line = lines.get(at).unwrap_or(&empty);
                let pad = widths[column].saturating_sub(line.width());
                let right = table.columns[column].align == Align::Right;
                self.spaces(if right { pad } else { 0 });
                self.line(line);
                if column + 1 < wrapped.len() {
                    self.spaces(if right { GAP } else { pad + GAP });
                }
            }
            self.end_line();
        }
    }

    fn line(&mut self, line: &Line) {
        line.0.iter().for_each(|piece| self.piece(piece));
    }

    fn piece(&mut self, piece: &Piece) {
        let style = style(piece.tone);
        if self.colour && style != Style::new() {
            let text = format!("{style}{}{style:#}", piece.text);
            self.out.push_str(&text);
        } else {
            self.out.push_str(&piece.text);
        }
    }

    fn spaces(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(' ', count));
    }

    fn end_line(&mut self) {
        let kept = self.out.trim_end_matches(' ').len();
        self.out.truncate(kept);
        self.out.push('\n');
    }
}

fn strong(tone: Tone) -> Tone {
    match tone {
        Tone::Plain => Tone::Strong,
        other => other,
    }
}

fn faint(line: &Line) -> Line {
    let pieces = line.0.iter().map(|piece| Piece {
        text: piece.text.clone(),
        tone: if piece.tone == Tone::Plain {
            Tone::Faint
        } else {
            piece.tone
        },
    });
    Line(pieces.collect())
}

fn style(tone: Tone) -> Style {
    let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
    match tone {
        Tone::Plain => Style::new(),
        Tone::Strong => Style::new().bold(),
        Tone::Faint => Style::new().dimmed(),
        Tone::Name => colour(AnsiColor::Cyan),
        Tone::Value => colour(AnsiColor::Green),
        Tone::Good => colour(AnsiColor::Green).bold(),
        Tone::Warn => colour(AnsiColor::Yellow),
        Tone::Bad => colour(AnsiColor::Red).bold(),
    }
}

/// The width of each column: as wide as its widest cell, flexible ones shrunk until the table fits.
fn widths(table: &Table, room: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = table
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let cells = table.rows.iter().map(|row| row[at].width());
            cells.max().unwrap_or(0).max(width(&column.header))
        })
        .collect();
    let gaps = GAP * widths.len().saturating_sub(1);
    let mut over = (widths.iter().sum::<usize>() + gaps).saturating_sub(room);
    for give in [Give::First, Give::Last] {
        over = shrink(table, &mut widths, give, over);
    }
    widths
}

/// Takes `over` columns from those that give now, down to a minimum, so that the longest cell of
/// each needs about as many lines: the longest texts get the most room. Returns what could not be
/// taken.
fn shrink(table: &Table, widths: &mut [usize], give: Give, over: usize) -> usize {
    let giving: Vec<usize> = (0..widths.len())
        .filter(|at| table.columns[*at].give == give)
        .collect();
    let natural: Vec<usize> = giving.iter().map(|at| widths[*at]).collect();
    let all: usize = natural.iter().sum();
    let room = all.saturating_sub(over);
    let of = |lines: usize| -> Vec<usize> {
        let width = |width: &usize| width.div_ceil(lines).max(MIN_FLEXIBLE.min(*width));
        natural.iter().map(width).collect()
    };
    let most = natural.iter().max().copied().unwrap_or(0).max(1);
    let fits = |lines: &usize| of(*lines).iter().sum::<usize>() <= room;
    let mut narrowed = of((1..=most).find(fits).unwrap_or(most));
    let mut spare = room.saturating_sub(narrowed.iter().sum());
    // What is left goes to all in turn: columns as wide as each other stay so.
    while spare > 0 && narrowed != natural {
        for (width, natural) in narrowed.iter_mut().zip(&natural) {
            let more = usize::from(spare > 0 && *width < *natural);
            *width += more;
            spare -= more;
        }
    }
    for (at, width) in giving.iter().zip(&narrowed) {
        widths[*at] = *width;
    }
    over - (all - narrowed.iter().sum::<usize>()).min(over)
}

/// Breaks a line at spaces, or inside a word that is too long, so that each part fits `room`.
/// Nothing is dropped but the spaces at breaks. Always at least one part.
fn wrap(line: &Line, room: usize) -> Vec<Line> {
    if line.width() <= room {
        return vec![line.clone()];
    }
    let mut wrapper = Wrapper {
        room: room.max(1),
        lines: Vec::new(),
        line: Line::new(),
        used: 0,
    };
    for word in words(line) {
        wrapper.word(&word);
    }
    wrapper.finish_line();
    wrapper.lines
}

/// A word of one or more tones, or a run of spaces.
struct Word {
    pieces: Vec<Piece>,
    space: bool,
}

impl Word {
    fn width(&self) -> usize {
        self.pieces.iter().map(|piece| width(&piece.text)).sum()
    }
}

fn words(line: &Line) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for piece in &line.0 {
        for text in piece.text.split_inclusive(' ') {
            let body = text.strip_suffix(' ').unwrap_or(text);
            if !body.is_empty() {
                let part = Piece {
                    text: body.to_owned(),
                    tone: piece.tone,
                };
                match words.last_mut() {
                    Some(word) if !word.space => word.pieces.push(part),
                    _ => words.push(Word {
                        pieces: vec![part],
                        space: false,
                    }),
                }
            }
            if body.len() < text.len() {
                words.push(Word {
                    pieces: vec![Piece {
                        text: " ".to_owned(),
                        tone: piece.tone,
                    }],
                    space: true,
                });
            }
        }
    }
    words
}

struct Wrapper {
    room: usize,
    lines: Vec<Line>,
    line: Line,
    used: usize,
}

impl Wrapper {
    fn word(&mut self, word: &Word) {
        let size = word.width();
        if self.used + size <= self.room {
            self.line.0.extend(word.pieces.iter().cloned());
            self.used += size;
        } else if word.space {
            self.finish_line();
        } else if size <= self.room {
            self.finish_line();
            self.line.0.extend(word.pieces.iter().cloned());
            self.used = size;
        } else {
            word.pieces.iter().for_each(|piece| self.long(piece));
        }
    }

    /// Breaks a word that fits no line wherever a line is full.
    fn long(&mut self, piece: &Piece) {
        let mut text = String::new();
        for c in piece.text.chars() {
            let size = char_width(c);
            if self.used + size > self.room {
                self.take(&mut text, piece.tone);
                self.finish_line();
            }
            text.push(c);
            self.used += size;
        }
        self.take(&mut text, piece.tone);
    }

    fn take(&mut self, text: &mut String, tone: Tone) {
        if !text.is_empty() {
            let text = std::mem::take(text);
            self.line.0.push(Piece { text, tone });
        }
    }

    fn finish_line(&mut self) {
        while self.line.0.last().is_some_and(|piece| piece.text == " ") {
            self.line.0.pop();
        }
        if !self.line.is_empty() {
            self.lines.push(std::mem::take(&mut self.line));
        }
        self.used = 0;
    }
}

#[cfg(test)]
mod tests;
