//! Tokens to the syntax tree.
//!
//! Recursive descent, one file for statements and one for expressions. It recovers: a part that
//! cannot be read is reported once and becomes [`Expr::Error`], and reading goes on at the next
//! `and`, `or`, `,`, `)`, `]` or `|`. It is bounded: nesting, arithmetic and the number of
//! diagnostics have limits, so no input exhausts the stack.

mod expression;
mod statement;

use super::Dialect;
use super::ast::{Expr, Query};
use super::facts;
use super::lexer::{Kind, Punct, Token};
use tripline_text::{Code, Diagnostic, Source, Span};

/// Reads a query.
pub(crate) fn parse(
    source: &Source,
    tokens: &[Token],
    dialect: Dialect,
    diagnostics: &mut Vec<Diagnostic>,
) -> Query {
    let mut parser = Parser {
        source,
        tokens,
        at: 0,
        dialect,
        depth: 0,
        arithmetic: 0,
        too_deep: false,
        diagnostics,
    };
    parser.query()
}

struct Parser<'a> {
    source: &'a Source,
    tokens: &'a [Token],
    at: usize,
    dialect: Dialect,
    depth: u32,
    arithmetic: u32,
    too_deep: bool,
    diagnostics: &'a mut Vec<Diagnostic>,
}

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
        Span::new(start.start, self.end().max(start.end))
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

    /// Whether a keyword stands here. One in capitals is reported and taken as meant.
    fn at_word(&mut self, word: &str) -> bool {
        match &self.token().kind {
            Kind::Name(name) if name == word => true,
            Kind::Name(name) if name.eq_ignore_ascii_case(word) => {
                let message =
                    format!("keywords are in lower case: expected `{word}`, found `{name}`");
                let span = self.span();
                let already = self.diagnostics.iter().any(|known| {
                    known.code == Code::EqlSyntax
                        && known
                            .primary
                            .as_ref()
                            .is_some_and(|label| label.span == span)
                });
                if !already {
                    self.report(
                        Code::EqlSyntax,
                        span,
                        message,
                        Some(format!("write `{word}`")),
                    );
                }
                true
            }
            _ => false,
        }
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.advance();
        }
        found
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        if !self.too_deep {
            diagnostic.add_to(self.diagnostics);
        }
    }

    fn report(&mut self, code: Code, span: Span, message: impl Into<String>, hint: Option<String>) {
        let diagnostic = Diagnostic::new(code, self.source, message).at(span, "");
        self.push(match hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        });
    }

    /// The token here, for messages.
    fn found(&self) -> String {
        let token = self.token();
        match &token.kind {
            Kind::End => "the end of the query".to_owned(),
            Kind::Name(name) if facts::is_keyword(name) => format!("the keyword `{name}`"),
            Kind::Text(_) => "a string".to_owned(),
            _ => {
                let text: String = self.source.slice(token.span).chars().take(40).collect();
                format!("`{text}`")
            }
        }
    }

    fn expected(&mut self, what: &str) {
        self.expected_with(what, None);
    }

    fn expected_with(&mut self, what: &str, hint: Option<String>) {
        let message = format!("expected {what}, found {}", self.found());
        self.report(Code::EqlSyntax, self.span(), message, hint);
    }

    /// Skips to the next place where reading can go on; balanced brackets are skipped whole.
    fn recover(&mut self) {
        let mut open = 0_usize;
        loop {
            let token = self.token();
            match &token.kind {
                Kind::Punct(Punct::Open) => open += 1,
                Kind::Punct(Punct::Close) if open > 0 => open -= 1,
                Kind::End | Kind::Punct(Punct::CloseBracket | Punct::Pipe) => return,
                Kind::Punct(
                    Punct::Close | Punct::Comma | Punct::OpenBracket | Punct::OpenMissing,
                ) if open == 0 => return,
                Kind::Name(name) if open == 0 && matches!(name.as_str(), "and" | "or") => return,
                _ => {}
            }
            self.advance();
        }
    }

    /// Reports what was expected, skips the rest of the part and stands for it.
    fn fail(&mut self, start: Span, what: &str) -> Expr {
        self.expected(what);
        self.skip(start)
    }

    fn skip(&mut self, start: Span) -> Expr {
        self.recover();
        Expr::Error(self.since(start))
    }

    /// Goes one level deeper, or reports that the query is too deep and skips all of it.
    fn enter(&mut self) -> bool {
        if self.depth >= facts::MAX_DEPTH {
            self.give_up(format!(
                "the query is nested too deeply: at most {} levels",
                facts::MAX_DEPTH
            ));
            return false;
        }
        self.depth += 1;
        true
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    fn give_up(&mut self, message: String) {
        self.report(Code::NestingTooDeep, self.span(), message, None);
        self.too_deep = true;
        self.at = self.tokens.len() - 1;
    }

    /// Takes the closing bracket of `open`, or reports that it is missing.
    fn close(&mut self, punct: Punct, open: Span) -> bool {
        if self.eat(punct) {
            return true;
        }
        let (opened, closing) = if punct == Punct::Close {
            ("parenthesis", ")")
        } else {
            ("bracket", "]")
        };
        let message = format!(
            "the {opened} is not closed: expected `{closing}`, found {}",
            self.found()
        );
        let diagnostic = Diagnostic::new(Code::EqlUnclosed, self.source, message)
            .at(self.span(), "")
            .also(open, "opened here");
        self.push(diagnostic);
        false
    }
}
