//! Aggregates and the commands made of them.

use super::super::ast::{Aggregate, Argument, Command, Name, Options, Stats, StatsKind, Tstats};
use super::super::cursor::Cursor;
use super::super::facts;
use super::Parser;
use crate::near;
use tripline_text::{Code, Span};

impl<'a> Parser<'a> {
    /// `tstats` and `mstats`.
    pub(super) fn tstats(&mut self, cursor: &mut Cursor<'a>, metrics: bool) -> Command {
        let mut found = Tstats {
            metrics,
            options: Vec::new(),
            aggregates: Vec::new(),
            from: None,
            filter: None,
            by: Vec::new(),
            span_of_time: None,
        };
        while !cursor.is_empty() {
            if cursor.take(',') {
                continue;
            }
            if cursor.take_word("from") {
                found.from = model(cursor);
            } else if cursor.take_word("where") {
                found.filter = Some(self.search_until(cursor, &["by", "groupby"]));
            } else if cursor.take_word("by") || cursor.take_word("groupby") {
                self.tstats_keys(cursor, &mut found);
                self.need(cursor, &found.by);
                break;
            } else if let Some((key, value)) = cursor.option() {
                if key == "datamodel" {
                    let place = value.span;
                    let hint = Some("write `from datamodel=...`".to_owned());
                    let message = "expected `from` before the data model";
                    self.report(Code::SplSyntax, place, message, hint);
                    found.from = Some(value);
                } else {
                    found.options.push((key, value));
                }
            } else if let Some(aggregate) = self.aggregate(cursor) {
                found.aggregates.push(aggregate);
            } else {
                self.expected(cursor, "an aggregate, `from`, `where` or `by`");
                return Command::Error;
            }
        }
        Command::Tstats(found)
    }

    fn tstats_keys(&mut self, cursor: &mut Cursor<'a>, found: &mut Tstats) {
        while !cursor.is_empty() {
            if cursor.take(',') {
                continue;
            }
            if let Some((key, value)) = cursor.option() {
                if key == "span" {
                    found.span_of_time = Some(value);
                } else {
                    found.options.push((key, value));
                }
                continue;
            }
            if let Some(name) = cursor.name() {
                found.by.push(name);
            } else {
                self.expected(cursor, "a field's name");
                cursor.at = cursor.end;
            }
        }
    }

    /// `stats` and its kin.
    pub(super) fn stats(&mut self, cursor: &mut Cursor<'a>, kind: StatsKind) -> Command {
        let mut found = Stats {
            kind,
            options: Vec::new(),
            aggregates: Vec::new(),
            over: None,
            by: Vec::new(),
        };
        while !cursor.is_empty() {
            if cursor.take(',') {
                continue;
            }
            if cursor.take_word("by") {
                self.stats_keys(cursor, &mut found.by, &mut found.options);
                self.need(cursor, &found.by);
            } else if cursor.take_word("over") {
                found.over = cursor.name();
            } else if let Some(option) = cursor.option() {
                found.options.push(option);
            } else if let Some(aggregate) = self.aggregate(cursor) {
                found.aggregates.push(aggregate);
            } else {
                self.expected(cursor, "an aggregate or `by`");
                return Command::Error;
            }
        }
        Command::Stats(found)
    }

    fn stats_keys(&mut self, cursor: &mut Cursor<'a>, by: &mut Vec<Name>, options: &mut Options) {
        while !cursor.is_empty() {
            if cursor.take(',') {
                continue;
            }
            if let Some(option) = cursor.option() {
                options.push(option);
                continue;
            }
            if let Some(name) = cursor.name() {
                by.push(name);
            } else {
                self.expected(cursor, "a field's name");
                cursor.at = cursor.end;
            }
        }
    }

    /// One aggregate; `None` when there is none at the cursor.
    pub(super) fn aggregate(&mut self, cursor: &mut Cursor<'a>) -> Option<Aggregate> {
        cursor.skip_blank();
        let start = cursor.at;
        let rest = cursor.rest();
        let length = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
            .unwrap_or(rest.len());
        if length == 0 {
            return None;
        }
        cursor.at += length;
        let mut function = Name {
            text: rest[..length].to_lowercase().into(),
            span: cursor.span(start),
        };
        let called = cursor.rest().trim_start().starts_with('(');
        if !facts::is_aggregate(&function.text) {
            let hint = near::nearest(&function.text, facts::AGGREGATES)
                .map(|near| format!("`{near}` has a similar name"));
            let message = format!("aggregate `{}` is not known", function.text);
            self.report(Code::SplUnknownFunction, function.span, message, hint);
        }
        if let Some(plain) = synonym(&function.text) {
            function.text = plain.into();
        }
        let argument = if called {
            cursor.take('(');
            self.aggregate_argument(cursor)
        } else {
            Argument::None
        };
        let span = cursor.span(start);
        let alias = self.alias(cursor);
        let named = alias.is_some() || argument == Argument::None;
        let written = if named {
            ""
        } else {
            &cursor.text[span.range()]
        };
        Some(Aggregate {
            function,
            argument,
            alias,
            written: written.trim().into(),
            span,
        })
    }

    /// The new name behind `as`.
    fn alias(&mut self, cursor: &mut Cursor<'a>) -> Option<Name> {
        let asked = cursor.at_word("as");
        let alias = cursor.alias();
        if asked && alias.is_none() {
            self.expected(cursor, "a new name behind `as`");
        }
        alias
    }

    fn aggregate_argument(&mut self, cursor: &mut Cursor<'a>) -> Argument {
        if cursor.take(')') {
            return Argument::None;
        }
        let open = cursor.at;
        if cursor.at_word("eval") {
            cursor.take_word("eval");
            let inner = cursor.take('(');
            let expr = self.expression(cursor);
            if inner && !cursor.take(')') || !cursor.take(')') {
                self.unclosed(open);
            }
            return Argument::Eval(expr);
        }
        let before = *cursor;
        if let Some(name) = cursor.name()
            && cursor.take(')')
        {
            return Argument::Field(name);
        }
        *cursor = before;
        let expr = self.expression(cursor);
        while cursor.take(',') {
            self.expression(cursor);
        }
        if !cursor.take(')') {
            self.unclosed(open);
            cursor.at = cursor.end;
        }
        Argument::Eval(expr)
    }

    fn unclosed(&mut self, at: usize) {
        let place = Span::from_usize(at.saturating_sub(1)..at);
        self.report(
            Code::SplUnclosed,
            place,
            "the parenthesis is not closed",
            None,
        );
    }
}

/// Names that mean the same.
fn synonym(name: &str) -> Option<&'static str> {
    match name {
        "c" => Some("count"),
        "distinct_count" | "estdc" => Some("dc"),
        "mean" => Some("avg"),
        _ => None,
    }
}

/// The data model behind `from`: `datamodel=X`, `datamodel:X`, or `sid=..` and a summary's name.
fn model(cursor: &mut Cursor<'_>) -> Option<Name> {
    if cursor.take_word("datamodel") {
        if !cursor.take('=') {
            cursor.take(':');
        }
        return cursor.name();
    }
    let mut name = cursor.name()?;
    if let Some(rest) = name.text.strip_prefix("datamodel:") {
        name.text = rest.into();
    }
    Some(name)
}
