//! Expanded text to syntax tree.
//!
//! A search is cut into stages first, by the bars that stand outside of quotes and brackets; an
//! error then costs one stage. `search` and `eval` are two languages with one file each; the
//! arguments of the other commands are read by [`commands`] and [`aggregate`].

mod aggregate;
mod commands;
mod eval;
mod search;

pub(super) use commands::sorted;
pub(super) use eval::is_word;

use super::ast::{Command, Expr, Name, Pipeline, Stage};
use super::cursor::Cursor;
use super::expand::{Expanded, call_at};
use super::facts;
use crate::near;
use tripline_text::{Code, Diagnostic, Source, Span};

/// Reads a whole search.
pub(super) fn parse(
    source: &Source,
    expanded: &Expanded,
    diagnostics: &mut Vec<Diagnostic>,
) -> Pipeline {
    let mut parser = Parser {
        source,
        expanded,
        diagnostics,
        depth: 0,
    };
    let cursor = Cursor {
        text: &expanded.text,
        at: 0,
        end: expanded.text.len(),
    };
    parser.pipeline(cursor, true)
}

/// Reads an expression that stands in a text of its own.
pub(super) fn expression(
    source: &Source,
    expanded: &Expanded,
    diagnostics: &mut Vec<Diagnostic>,
) -> Expr {
    let mut parser = Parser {
        source,
        expanded,
        diagnostics,
        depth: 0,
    };
    let mut cursor = Cursor {
        text: &expanded.text,
        at: 0,
        end: expanded.text.len(),
    };
    let found = parser.expression(&mut cursor);
    if cursor.is_empty() {
        return found;
    }
    parser.expected(&mut cursor, "the end of the condition");
    Expr::Error(Span::default())
}

pub(super) struct Parser<'a> {
    source: &'a Source,
    expanded: &'a Expanded,
    diagnostics: &'a mut Vec<Diagnostic>,
    depth: u32,
}

impl<'a> Parser<'a> {
    /// The stages of a search; `implied` when its first stage may leave out `search`.
    fn pipeline(&mut self, mut cursor: Cursor<'a>, implied: bool) -> Pipeline {
        let mut stages = Vec::new();
        cursor.skip_blank();
        let mut first = implied && !cursor.rest().starts_with('|');
        if cursor.rest().starts_with('|') {
            cursor.bump();
        }
        loop {
            let end = stage_end(cursor);
            let mut stage = Cursor { end, ..cursor };
            stage.skip_blank();
            if !stage.is_empty() {
                stages.push(self.stage(stage, first));
            } else if cursor.at == end && end < cursor.end && !stages.is_empty() {
                // A macro or a comment between the bars may stand for nothing; nothing may not.
                let bars = Span::from_usize(end - 1..end + 1);
                let message = "expected a command between the bars";
                self.report(Code::SplSyntax, bars, message, None);
            }
            first = false;
            if end >= cursor.end {
                return Pipeline { stages };
            }
            cursor.at = end + 1;
        }
    }

    /// A search in brackets: the cursor stands behind `[`. `implied` as for a whole search.
    fn bracketed(&mut self, cursor: &mut Cursor<'a>, implied: bool) -> Pipeline {
        let start = cursor.at;
        let close = bracket_end(*cursor);
        let inner = Cursor {
            end: close,
            ..*cursor
        };
        cursor.at = (close + 1).min(cursor.end);
        if close >= cursor.end {
            let place = Span::from_usize(start.saturating_sub(1)..start);
            self.report(
                Code::SplUnclosed,
                place,
                "the subsearch has no closing `]`",
                None,
            );
        }
        if !self.enter(Span::from_usize(start..close)) {
            return Pipeline::default();
        }
        let pipeline = self.pipeline(inner, implied);
        self.leave();
        pipeline
    }

    fn stage(&mut self, mut cursor: Cursor<'a>, first: bool) -> Stage {
        let start = cursor.at;
        let trimmed = cursor.rest().trim_end().len();
        cursor.end = start + trimmed;
        let span = Span::from_usize(start..cursor.end);
        let told = self.diagnostics.len();
        let command = self.command(&mut cursor, first, span);
        // What is left over after an error is no error of its own.
        let failed = matches!(command, Command::Error) || self.diagnostics.len() > told;
        if !failed && !cursor.is_empty() {
            let (shown, at) = cursor.shown();
            let message = format!("{shown} is not expected here");
            self.report(Code::SplSyntax, at, message, None);
        }
        Stage { command, span }
    }

    fn command(&mut self, cursor: &mut Cursor<'a>, first: bool, span: Span) -> Command {
        if let Some((name, _, length)) = call_at(cursor.rest())
            && (!first || length == cursor.rest().len())
        {
            cursor.at = cursor.end;
            return Command::Macro(Name {
                text: name.into(),
                span,
            });
        }
        let before = *cursor;
        let word = command_name(cursor);
        let lower = word.text.to_lowercase();
        if first && !names_command(&lower) {
            *cursor = before;
            return Command::Search(self.search(cursor));
        }
        self.known_command(cursor, &lower, &word)
    }

    /// Reports a command that no list has.
    fn unknown_command(&mut self, name: &Name) {
        let hint = near::nearest(&name.text, facts::commands())
            .map(|near| format!("`{near}` has a similar name"));
        let message = format!("command `{}` is not known", name.text);
        self.report(Code::SplUnknownCommand, name.span, message, hint);
    }

    /// Reports at a place of the expanded text.
    fn report(&mut self, code: Code, span: Span, message: impl Into<String>, hint: Option<String>) {
        let place = self.expanded.place(span);
        let diagnostic = Diagnostic::new(code, self.source, message).at(place, "");
        let diagnostic = match hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        };
        diagnostic.add_to(self.diagnostics);
    }

    /// Reports that something else was expected at the cursor.
    fn expected(&mut self, cursor: &mut Cursor<'a>, what: &str) {
        let (shown, at) = cursor.shown();
        self.report(
            Code::SplSyntax,
            at,
            format!("expected {what}, found {shown}"),
            None,
        );
    }

    /// Reports names that stand nowhere: a list that must not be empty.
    fn need(&mut self, cursor: &mut Cursor<'a>, names: &[Name]) {
        if names.is_empty() {
            self.expected(cursor, "a field's name");
        }
    }

    /// One level deeper; `false` when that is too deep.
    fn enter(&mut self, span: Span) -> bool {
        if self.depth >= facts::MAX_DEPTH {
            let message = format!("nested deeper than {} levels", facts::MAX_DEPTH);
            let told = self
                .diagnostics
                .iter()
                .any(|found| found.code == Code::NestingTooDeep);
            if !told {
                // Told whatever else was told before.
                let place = self.expanded.place(span);
                let found = Diagnostic::new(Code::NestingTooDeep, self.source, message);
                found.at(place, "").add_to(self.diagnostics);
            }
            return false;
        }
        self.depth += 1;
        true
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }
}

/// The word that names a command.
fn command_name(cursor: &mut Cursor<'_>) -> Name {
    cursor.skip_blank();
    let start = cursor.at;
    let rest = cursor.rest();
    let length = rest
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(rest.len());
    cursor.at += length;
    Name {
        text: rest[..length].into(),
        span: cursor.span(start),
    }
}

fn is_command(name: &str) -> bool {
    facts::commands().any(|known| known == name)
}

/// Whether a search that begins with this word, in lower case, begins with a command.
pub(super) fn names_command(word: &str) -> bool {
    word == "search" || is_command(word) && generates(word)
}

/// Whether a command may begin a search without a bar before it, as in a subsearch.
fn generates(name: &str) -> bool {
    matches!(
        name,
        "tstats"
            | "mstats"
            | "from"
            | "datamodel"
            | "inputlookup"
            | "makeresults"
            | "inputcsv"
            | "search"
            | "rest"
            | "metadata"
            | "multisearch"
            | "union"
            | "eval"
            | "stats"
            | "where"
            | "lookup"
            | "rename"
            | "summary"
    )
}

/// Where the stage at the cursor ends: at a bar or the end.
fn stage_end(cursor: Cursor<'_>) -> usize {
    scan(cursor, '|')
}

/// Where the bracket that the cursor stands in is closed.
fn bracket_end(cursor: Cursor<'_>) -> usize {
    scan(cursor, ']')
}

/// The place of a character outside of quotes and brackets.
fn scan(cursor: Cursor<'_>, wanted: char) -> usize {
    let mut depth = 0_u32;
    let mut chars = cursor.rest().char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            _ if c == wanted && depth == 0 => return cursor.at + at,
            '\\' => {
                chars.next();
            }
            '"' => {
                while let Some((_, inside)) = chars.next() {
                    match inside {
                        '\\' => {
                            chars.next();
                        }
                        '"' => break,
                        _ => {}
                    }
                }
            }
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    cursor.end
}
