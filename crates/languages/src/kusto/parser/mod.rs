//! Tokens to the syntax tree.
//!
//! Recursive descent: statements, operators, expressions, a file each. It recovers: a part that
//! cannot be read is reported once and becomes an error node, and reading goes on at the next
//! `|`, `;`, `,` or closing bracket. It is bounded: nesting and diagnostics have limits.

#![expect(clippy::unused_self, reason = "tests of tokens stand with the others")]

mod expression;
mod operator;
mod scan;
mod statement;

use super::ast::{Ident, Query};
use super::facts;
use super::lexer::{Kind, Punct, Token};
use crate::near;
use tripline_ir::Text;
use tripline_text::{Code, Diagnostic, Source, Span};

/// Reads a text.
pub(super) fn parse(source: &Source, tokens: &[Token], diagnostics: &mut Vec<Diagnostic>) -> Query {
    let mut parser = Parser {
        source,
        tokens,
        at: 0,
        depth: 0,
        links: 0,
        too_deep: false,
        starts: Vec::new(),
        diagnostics,
    };
    parser.query()
}

/// Offsets at which a new query begins though no `;` stands before it, only blank lines.
pub(super) fn blank_line_starts(source: &Source, tokens: &[Token]) -> Vec<u32> {
    let mut diagnostics = Vec::new();
    let mut parser = Parser {
        source,
        tokens,
        at: 0,
        depth: 0,
        links: 0,
        too_deep: false,
        starts: Vec::new(),
        diagnostics: &mut diagnostics,
    };
    parser.query();
    parser.starts
}

struct Parser<'a> {
    source: &'a Source,
    tokens: &'a [Token],
    at: usize,
    depth: u32,
    /// Operators of chains, counted.
    links: u32,
    too_deep: bool,
    /// Where statements begin that only blank lines set apart.
    starts: Vec<u32>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// Something was expected and not found; it has been reported.
struct Failed;

type Parsed<T> = Result<T, Failed>;

impl<'a> Parser<'a> {
    fn token(&self) -> &'a Token {
        self.peek(0)
    }

    /// The token `ahead` of this one; past the end it is the end.
    fn peek(&self, ahead: usize) -> &'a Token {
        let last = self.tokens.len() - 1;
        &self.tokens[(self.at + ahead).min(last)]
    }

    fn span(&self) -> Span {
        self.token().span
    }

    /// Where the token before this one ends.
    fn end(&self) -> u32 {
        match self.at.checked_sub(1) {
            Some(before) => self.tokens[before].span.end,
            None => 0,
        }
    }

    fn since(&self, start: Span) -> Span {
        Span::new(start.start, self.end().max(start.start))
    }

    fn advance(&mut self) -> &'a Token {
        let token = self.token();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn is(&self, punct: Punct) -> bool {
        self.token().is(punct)
    }

    fn eat(&mut self, punct: Punct) -> bool {
        let found = self.is(punct);
        if found {
            self.advance();
        }
        found
    }

    fn at_end(&self) -> bool {
        self.token().kind == Kind::End
    }

    fn word(&self) -> Option<&'a str> {
        self.token().word().map(Text::as_str)
    }

    fn at_word(&self, word: &str) -> bool {
        self.word() == Some(word)
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.advance();
        }
        found
    }

    fn report(&mut self, code: Code, span: Span, message: String, hint: Option<String>) {
        let known = |found: &Diagnostic| {
            found.code == code
                && found
                    .primary
                    .as_ref()
                    .is_some_and(|label| label.span == span)
        };
        if self.diagnostics.iter().any(known) {
            return;
        }
        let mut found = Diagnostic::new(code, self.source, message).at(span, "");
        found.hint = hint;
        found.add_to(self.diagnostics);
    }

    /// How the token here is called in messages.
    fn found(&self) -> String {
        let token = self.token();
        match &token.kind {
            Kind::End => "the end of the query".to_owned(),
            Kind::Text(_) => "a string".to_owned(),
            _ => format!("`{}`", self.source.slice(token.span)),
        }
    }

    fn expected<T>(&mut self, what: &str) -> Parsed<T> {
        self.expected_with(what, None)
    }

    fn expected_with<T>(&mut self, what: &str, hint: Option<String>) -> Parsed<T> {
        let message = format!("expected {what}, found {}", self.found());
        self.report(Code::KustoSyntax, self.span(), message, hint);
        Err(Failed)
    }

    fn expect(&mut self, punct: Punct, shown: &str) -> Parsed<()> {
        if self.eat(punct) {
            return Ok(());
        }
        self.expected(shown)
    }

    /// A closing bracket; `open` is shown when it is missing.
    fn close(&mut self, punct: Punct, shown: &str, open: Span) -> Parsed<()> {
        if self.eat(punct) {
            return Ok(());
        }
        let message = format!("expected {shown}, found {}", self.found());
        let found = Diagnostic::new(Code::KustoUnclosed, self.source, message)
            .at(self.span(), "")
            .also(open, "opened here");
        found.add_to(self.diagnostics);
        Err(Failed)
    }

    fn expect_word(&mut self, word: &str) -> Parsed<()> {
        if self.eat_word(word) {
            return Ok(());
        }
        let hint = self
            .word()
            .filter(|found| found.eq_ignore_ascii_case(word))
            .map(|_| format!("words of the language are in lower case: `{word}`"));
        self.expected_with(&format!("`{word}`"), hint)
    }

    /// Says once that the query is too deep.
    fn too_deep<T>(&mut self, message: String) -> Parsed<T> {
        if !self.too_deep {
            self.too_deep = true;
            self.report(Code::NestingTooDeep, self.span(), message, None);
        }
        Err(Failed)
    }

    /// Counts one more operator of a chain, unless there are too many.
    fn link(&mut self, chain: &mut u32) -> Parsed<()> {
        *chain += 1;
        if *chain <= 5 {
            return Ok(());
        }
        self.links += 1;
        if self.links > facts::MAX_LINKS {
            let message = format!("more than {} operators follow each other", facts::MAX_LINKS);
            return self.too_deep(message);
        }
        Ok(())
    }

    /// Runs `inner` one level deeper, unless that is too deep.
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= facts::MAX_DEPTH {
            return self.too_deep(format!("nested more than {} levels deep", facts::MAX_DEPTH));
        }
        self.depth += 1;
        let out = inner(self);
        self.depth -= 1;
        out
    }

    /// Skips to one of the marks at this level of brackets, to the beginning of another query,
    /// or to the end.
    fn skip_to(&mut self, marks: &[Punct]) {
        let mut depth = 0_u32;
        while !self.at_end() {
            if depth == 0 && self.begins_query() {
                return;
            }
            if let Kind::Punct(punct) = self.token().kind {
                if depth == 0 && marks.contains(&punct) {
                    return;
                }
                match punct {
                    Punct::Open | Punct::SquareOpen | Punct::BraceOpen => depth += 1,
                    Punct::Close | Punct::SquareClose | Punct::BraceClose => {
                        if depth == 0 {
                            return;
                        }
                        depth -= 1;
                    }
                    Punct::Semicolon if depth == 0 => return,
                    _ => {}
                }
            }
            self.advance();
        }
    }

    /// A plain name, or one in `['...']`.
    fn ident(&mut self, what: &str) -> Parsed<Ident> {
        let start = self.span();
        if let Some(word) = self.token().word() {
            self.advance();
            let text = word.clone();
            return Ok(Ident { text, span: start });
        }
        if self.is(Punct::SquareOpen)
            && self.peek(2).is(Punct::SquareClose)
            && let Kind::Text(text) = &self.peek(1).kind
        {
            let text = text.clone();
            self.at += 3;
            let span = self.since(start);
            return Ok(Ident { text, span });
        }
        self.expected(what)
    }

    /// Items between commas up to something that is no comma.
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.eat(Punct::Comma) {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// A hint that names what may have been meant.
    fn near(&self, name: &str, known: &[&str]) -> Option<String> {
        near::nearest(name, known.iter().copied())
            .map(|near| format!("`{near}` has a similar name"))
    }
}
