//! Syntax tree to text: the inverse of [`parser`](super::parser).
//!
//! One layout for every search: each stage on a line of its own behind its bar, longer subsearches
//! likewise in their brackets; quotes and parentheses only where the text would else read as
//! something else; options before what they are about. Macros are resolved and comments gone
//! before there is a tree. Commands of several names have their common one (`bucket` is `bin`).
//!
//! Held here: the text of a tree that was read without errors reads as that tree, places apart.

mod aggregate;
mod command;
mod eval;
mod search;
#[cfg(test)]
mod tests;
mod words;

use super::ast::{Command, Pipeline};
use super::parser::names_command;

/// A search as text.
pub(super) fn print(pipeline: &Pipeline) -> String {
    Printer::default().lines(pipeline, Place::Top)
}

/// One command as text, without its bar.
pub(super) fn command(command: &Command) -> String {
    Printer::default().command(command)
}

/// Where text is written.
#[derive(Debug, Clone, Copy, Default)]
struct Printer {
    /// How many subsearches it stands in.
    depth: usize,
    /// Inside of a quoted text, which may hold neither a double quote nor a backslash.
    in_text: bool,
}

/// What a pipeline is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A whole search.
    Top,
    /// A subsearch.
    Subsearch,
    /// What is run on rows at hand: each stage names its command.
    Body,
}

impl Printer {
    /// The stages, one on a line.
    fn lines(self, pipeline: &Pipeline, place: Place) -> String {
        let mut lines = Vec::new();
        for stage in &pipeline.stages {
            lines.push(match (&stage.command, place) {
                _ if !lines.is_empty() => format!("| {}", self.command(&stage.command)),
                (Command::Search(search), Place::Top) => {
                    let text = self.search(search);
                    if may_be_implied(&text) {
                        text
                    } else {
                        words::joined(["search".to_owned(), text])
                    }
                }
                (Command::Search(_), _) | (_, Place::Body) => self.command(&stage.command),
                _ => format!("| {}", self.command(&stage.command)),
            });
        }
        lines.join(&format!("\n{}", self.margin()))
    }

    /// A pipeline in brackets; one of several stages begins on a line of its own.
    fn bracketed(self, pipeline: &Pipeline, place: Place) -> String {
        let inner = Self {
            depth: self.depth + 1,
            ..self
        };
        let lines = inner.lines(pipeline, place);
        if pipeline.stages.len() < 2 {
            return format!("[{lines}]");
        }
        format!("\n{}[{lines}]", inner.margin())
    }

    fn margin(self) -> String {
        "    ".repeat(self.depth)
    }
}

/// Whether a condition is read as one where the word `search` does not stand before it.
fn may_be_implied(condition: &str) -> bool {
    let end = condition
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(condition.len());
    !condition.is_empty() && !names_command(&condition[..end].to_lowercase())
}
