//! The boolean language of `search` and of `tstats ... where`.
//!
//! `OR` binds tighter than `AND`, which is implied between neighbours; `NOT` binds tightest.
//! Operators are upper case; a lower-case `or` is a word to search for.

use super::super::ast::{Name, Relation, Search, Within, Word};
use super::super::cursor::{Cursor, PLACEHOLDER, is_name};
use super::super::expand::call_at;
use super::Parser;
use tripline_text::{Code, Span};

impl<'a> Parser<'a> {
    /// A whole condition, up to the end of the cursor or a `)`.
    pub(super) fn search(&mut self, cursor: &mut Cursor<'a>) -> Search {
        self.search_until(cursor, &[])
    }

    /// A condition up to one of the words, which `tstats` has behind it.
    pub(super) fn search_until(&mut self, cursor: &mut Cursor<'a>, until: &[&str]) -> Search {
        let start = cursor.at;
        if !self.enter(Span::from_usize(start..cursor.end)) {
            let span = Span::from_usize(start..cursor.end);
            cursor.at = cursor.end;
            return Search::Error(span);
        }
        let mut parts = Vec::new();
        loop {
            match cursor.peek() {
                None | Some(')' | ']') => break,
                _ if until.iter().any(|word| cursor.at_word(word)) => break,
                Some(',') => {
                    cursor.bump();
                }
                _ => {
                    if cursor.take_exact("AND") {
                        continue;
                    }
                    parts.push(self.alternatives(cursor));
                }
            }
        }
        self.leave();
        one_or(parts, Search::And)
    }

    /// The condition that a quoted text holds, all of it.
    pub(super) fn search_in_text(&mut self, mut inside: Cursor<'a>) -> Search {
        let found = self.search(&mut inside);
        if !inside.is_empty() {
            self.expected(&mut inside, "the end of the condition");
        }
        found
    }

    fn alternatives(&mut self, cursor: &mut Cursor<'a>) -> Search {
        let mut parts = vec![self.negation(cursor)];
        while cursor.take_exact("OR") {
            match cursor.peek() {
                None | Some(')' | ']') => {
                    self.expected(cursor, "a condition behind `OR`");
                    break;
                }
                _ => parts.push(self.negation(cursor)),
            }
        }
        one_or(parts, Search::Or)
    }

    fn negation(&mut self, cursor: &mut Cursor<'a>) -> Search {
        cursor.skip_blank();
        let start = cursor.at;
        if !cursor.take_exact("NOT") {
            return self.primary(cursor);
        }
        if !self.enter(cursor.span(start)) {
            cursor.at = cursor.end;
            return Search::Error(cursor.span(start));
        }
        let inner = match cursor.peek() {
            None | Some(')' | ']') => {
                self.expected(cursor, "a condition behind `NOT`");
                Search::Error(cursor.span(start))
            }
            _ => self.negation(cursor),
        };
        self.leave();
        Search::Not(Box::new(inner))
    }

    fn primary(&mut self, cursor: &mut Cursor<'a>) -> Search {
        cursor.skip_blank();
        let start = cursor.at;
        match cursor.peek() {
            Some('(') => {
                cursor.bump();
                let inner = self.search(cursor);
                if !cursor.take(')') {
                    let open = Span::from_usize(start..start + 1);
                    self.report(
                        Code::SplUnclosed,
                        open,
                        "the parenthesis is not closed",
                        None,
                    );
                }
                return inner;
            }
            Some('[') => {
                cursor.bump();
                let inner = self.bracketed(cursor, true);
                return Search::Subsearch(inner, cursor.span(start));
            }
            Some('`') => {
                if let Some((name, _, length)) = call_at(cursor.rest()) {
                    cursor.at += length;
                    return Search::Macro(Name {
                        text: name.into(),
                        span: cursor.span(start),
                    });
                }
            }
            _ => {}
        }
        for (word, build) in [
            ("TERM", Search::Whole as fn(Word) -> Search),
            ("CASE", Search::Cased as fn(Word) -> Search),
        ] {
            if cursor.rest().starts_with(word) && cursor.rest()[word.len()..].starts_with('(') {
                cursor.at += word.len() + 1;
                let value = self.inside_parentheses(cursor);
                return build(value);
            }
        }
        self.comparison(cursor, start)
    }

    /// The text of `TERM(...)`, in quotes or without.
    fn inside_parentheses(&mut self, cursor: &mut Cursor<'a>) -> Word {
        cursor.skip_blank();
        let start = cursor.at;
        let text = if let Some((raw, _, _)) = cursor.quoted_raw() {
            raw.into()
        } else {
            let rest = cursor.rest();
            cursor.at += rest.find([')', '"']).unwrap_or(rest.len());
            cursor.text[start..cursor.at].trim().into()
        };
        let span = cursor.span(start);
        if !cursor.take(')') {
            self.report(
                Code::SplUnclosed,
                span,
                "the parenthesis is not closed",
                None,
            );
        }
        Word {
            text,
            quoted: true,
            within: Within::Nothing,
            span,
        }
    }

    /// A value behind an operator, also in `CASE(...)` or `TERM(...)`.
    fn value(&mut self, cursor: &mut Cursor<'a>, comma_ends: bool) -> Option<Word> {
        cursor.skip_blank();
        for (word, within) in [("TERM(", Within::Term), ("CASE(", Within::Case)] {
            if cursor.rest().starts_with(word) {
                cursor.at += word.len();
                let value = self.inside_parentheses(cursor);
                return Some(Word { within, ..value });
            }
        }
        cursor.word(comma_ends)
    }

    fn comparison(&mut self, cursor: &mut Cursor<'a>, start: usize) -> Search {
        let before = *cursor;
        if let Some(field) = field_name(cursor) {
            let after = *cursor;
            if let Some(op) = relation(cursor) {
                return self.value_of(cursor, field, op, start);
            }
            if cursor.at_word("IN") && in_list_follows(*cursor) {
                cursor.at += "IN".len();
                cursor.take('(');
                return self.list_of(cursor, field, start);
            }
            *cursor = after;
        }
        *cursor = before;
        if self.one_sided(cursor) {
            return Search::Error(cursor.span(start));
        }
        if let Some(word) = cursor.word(false) {
            self.lower_case_operator(&word);
            return Search::Term(word);
        }
        let (shown, span) = cursor.shown();
        let message = format!("{shown} is not expected in a condition");
        self.report(Code::SplSyntax, span, message, None);
        if cursor.bump().is_none() {
            cursor.at = cursor.end;
        }
        Search::Error(cursor.span(start))
    }

    /// Reports and takes an operator that has nothing on its left, as Splunk does.
    fn one_sided(&mut self, cursor: &mut Cursor<'a>) -> bool {
        let mut behind = *cursor;
        let what = if relation(&mut behind).is_some() {
            "a field's name"
        } else if behind.take_word("IN") && { behind }.peek() == Some('(') {
            "a field's name before `IN`"
        } else {
            behind = *cursor;
            if !behind.take_exact("OR") && !behind.take_exact("AND") {
                return false;
            }
            "a condition"
        };
        let before = cursor.text[..cursor.at].trim_end();
        let hint = "`search` writes `NOT field IN (...)`".to_owned();
        let hint = (cursor.at_word("IN") && before.ends_with("NOT")).then_some(hint);
        let (shown, at) = cursor.shown();
        let message = format!("expected {what}, found {shown}");
        self.report(Code::SplSyntax, at, message, hint);
        cursor.at = behind.at;
        true
    }

    /// `or` and its kin in lower case are words to search for, and hardly ever meant so.
    fn lower_case_operator(&mut self, word: &Word) {
        if word.quoted
            || !matches!(
                word.text.as_str(),
                "or" | "and" | "not" | "Or" | "And" | "Not"
            )
        {
            return;
        }
        let upper = word.text.to_uppercase();
        let message = format!(
            "`{}` is a word to search for here, not an operator",
            word.text
        );
        let hint = Some(format!("the operator is written `{upper}`"));
        self.report(Code::SplLowerCaseOperator, word.span, message, hint);
    }

    fn value_of(
        &mut self,
        cursor: &mut Cursor<'a>,
        field: Name,
        op: Relation,
        start: usize,
    ) -> Search {
        let Some(value) = self.value(cursor, false) else {
            self.expected(cursor, "a value");
            return Search::Error(cursor.span(start));
        };
        if value.quoted && value.within == Within::Nothing {
            self.check_closed(&value, cursor);
        }
        Search::Compare {
            field,
            op,
            value,
            span: cursor.span(start),
        }
    }

    fn check_closed(&mut self, value: &Word, cursor: &Cursor<'a>) {
        let raw = &cursor.text[value.span.range()];
        if raw.len() < 2 || !raw.ends_with('"') {
            let open = Span::new(value.span.start, value.span.start + 1);
            self.report(Code::SplUnclosed, open, "the quote is not closed", None);
        }
    }

    fn list_of(&mut self, cursor: &mut Cursor<'a>, field: Name, start: usize) -> Search {
        let mut values = Vec::new();
        loop {
            while cursor.take(',') {}
            if cursor.take(')') {
                break;
            }
            if let Some(value) = self.value(cursor, true) {
                values.push(value);
            } else {
                self.expected(cursor, "a value or `)`");
                break;
            }
        }
        Search::In {
            field,
            values,
            span: cursor.span(start),
        }
    }
}

/// A field's name before an operator.
fn field_name(cursor: &mut Cursor<'_>) -> Option<Name> {
    let before = *cursor;
    if cursor.peek()? == '"' {
        let name = cursor.name()?;
        return Some(name);
    }
    if cursor.rest().starts_with('\'') {
        return cursor.single_quoted();
    }
    let start = cursor.at;
    let length = cursor
        .rest()
        .find(|c: char| !(is_name(c) || c == '\\'))
        .unwrap_or(cursor.rest().len());
    if length == 0 {
        *cursor = before;
        return None;
    }
    cursor.at += length;
    Some(Name {
        text: cursor.text[start..cursor.at].into(),
        span: cursor.span(start),
    })
}

fn relation(cursor: &mut Cursor<'_>) -> Option<Relation> {
    cursor.skip_blank();
    if cursor.rest().starts_with(PLACEHOLDER) {
        return None;
    }
    let (op, length) = [
        ("!=", Relation::Ne),
        ("<=", Relation::Lte),
        (">=", Relation::Gte),
        ("==", Relation::Eq),
        ("=", Relation::Eq),
        ("<", Relation::Lt),
        (">", Relation::Gt),
    ]
    .into_iter()
    .find(|(text, _)| cursor.rest().starts_with(text))
    .map(|(text, op)| (op, text.len()))?;
    cursor.at += length;
    Some(op)
}

fn in_list_follows(mut cursor: Cursor<'_>) -> bool {
    cursor.at += "IN".len();
    cursor.peek() == Some('(')
}

fn one_or(mut parts: Vec<Search>, build: fn(Vec<Search>) -> Search) -> Search {
    if parts.len() == 1 {
        parts.remove(0)
    } else {
        build(parts)
    }
}
