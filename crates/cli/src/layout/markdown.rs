//! Writes a page as Markdown (GitHub's tables). Values stand in code spans, so that nothing in a
//! rule is taken for markup.

use super::{Align, Block, Line, Page, Piece, Table, Tone};
use std::fmt::Write as _;

/// The page as Markdown.
pub(crate) fn write(page: &Page) -> String {
    let mut out = String::new();
    for block in &page.0 {
        if !out.is_empty() {
            out.push('\n');
        }
        self::block(&mut out, block);
    }
    out
}

// Writing to a `String` cannot fail, so the results are dropped.
fn block(out: &mut String, block: &Block) {
    match block {
        Block::Title(title) => drop(writeln!(out, "# {}", inline(title))),
        Block::Heading(heading, remark) => {
            let _ = writeln!(out, "## {}", escape(heading));
            if !remark.is_empty() {
                let _ = writeln!(out, "\n{}", inline(remark));
            }
        }
        Block::Text(line) => drop(writeln!(out, "{}", inline(line))),
        Block::Facts(facts) => {
            for (name, line) in facts {
                // A fact without a name goes on with the one before.
                let _ = match name.as_str() {
                    "" => writeln!(out, "  {}", inline(line)),
                    name => writeln!(out, "- **{}**: {}", escape(name), inline(line)),
                };
            }
        }
        Block::List(items) => {
            for item in items {
                let _ = writeln!(out, "- {}", inline(item));
            }
        }
        Block::Table(found) => table(out, found),
        Block::Code(language, lines) => code(out, language, lines),
        Block::Markdown(text) => drop(writeln!(out, "{}", text.trim_end())),
    }
}

fn table(out: &mut String, table: &Table) {
    for column in &table.columns {
        let _ = write!(out, "| {} ", escape(&column.header));
    }
    out.push_str("|\n");
    for column in &table.columns {
        out.push_str(match column.align {
            Align::Left => "| --- ",
            Align::Right => "| ---: ",
        });
    }
    out.push_str("|\n");
    for row in &table.rows {
        for cell in row {
            let _ = write!(out, "| {} ", inline(cell).replace('|', "\\|"));
        }
        out.push_str("|\n");
    }
}

/// A fenced block; the fence is longer than any run of backticks in it.
fn code(out: &mut String, language: &str, lines: &[Line]) {
    let texts: Vec<String> = lines.iter().map(raw).collect();
    let longest = texts.iter().map(|text| longest_ticks(text)).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    let _ = writeln!(out, "{fence}{language}");
    for text in texts {
        let _ = writeln!(out, "{text}");
    }
    let _ = writeln!(out, "{fence}");
}

fn raw(line: &Line) -> String {
    line.0.iter().map(|piece| piece.text.as_str()).collect()
}

fn inline(line: &Line) -> String {
    line.0.iter().map(piece).collect()
}

fn piece(piece: &Piece) -> String {
    let text = &piece.text;
    match piece.tone {
        Tone::Name | Tone::Value => span(text),
        Tone::Strong if text.trim() == text => format!("**{}**", escape(text)),
        _ => escape(text),
    }
}

/// A code span; its fence is longer than any run of backticks in the text.
fn span(text: &str) -> String {
    let fence = "`".repeat(longest_ticks(text) + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn longest_ticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '*' | '_' | '`' | '<' | '[' | ']' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
