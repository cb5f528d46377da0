//! Tokens to the syntax tree.
//!
//! Recursive descent, one file for commands and one for expressions. It recovers: a part that
//! cannot be read is reported once and becomes an error node, and reading goes on at the next
//! `,`, `)`, `and`, `or` or `|`. It is bounded: nesting, operators and the number of diagnostics
//! have limits, so no input exhausts the stack.

mod command;
mod expression;
mod statement;

use super::ast::{Expr, Query, Word};
use super::facts;
use super::lexer::{Kind, Punct, Token};
use tripline_ir::Text;
use tripline_text::{Code, Diagnostic, Source, Span};

/// Reads a query.
pub(crate) fn parse(source: &Source, tokens: &[Token], diagnostics: &mut Vec<Diagnostic>) -> Query {
    let mut parser = Parser {
        source,
        tokens,
        at: 0,
        depth: 0,
        operators: 0,
        too_deep: false,
        diagnostics,
    };
    parser.query()
}

struct Parser<'a> {
    source: &'a Source,
    tokens: &'a [Token],
    at: usize,
    depth: u32,
    operators: u32,
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

    fn text_of(&self, token: &Token) -> &'a str {
        self.source.slice(token.span)
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

    /// The bare word here.
    fn word(&self) -> Option<&'a str> {
        self.word_at(0)
    }

    fn word_at(&self, ahead: usize) -> Option<&'a str> {
        let token = self.peek(ahead);
        (token.kind == Kind::Word).then(|| self.text_of(token))
    }

    fn at_word(&self, word: &str) -> bool {
        self.word()
            .is_some_and(|here| here.eq_ignore_ascii_case(word))
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.advance();
        }
        found
    }

    /// Whether the command ends here: at `|`, `)` around a branch, `;` or the end.
    fn command_ends(&self) -> bool {
        matches!(
            self.token().kind,
            Kind::End | Kind::Punct(Punct::Pipe | Punct::Close | Punct::Semicolon)
        )
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
            Kind::Text(_) => "a string".to_owned(),
            Kind::Word if facts::is_keyword(self.text_of(token)) => {
                format!("the keyword `{}`", self.text_of(token))
            }
            _ => {
                let text: String = self.text_of(token).chars().take(40).collect();
                format!("`{text}`")
            }
        }
    }

    /// Reports that something else was expected here, or what is wrong with the token itself.
    fn expected(&mut self, what: &str) {
        self.expected_with(what, None);
    }

    fn expected_with(&mut self, what: &str, hint: Option<String>) {
        if self.broken_token() {
            return;
        }
        let message = format!("expected {what}, found {}", self.found());
        self.report(Code::EsqlSyntax, self.span(), message, hint);
    }

    /// Reports a token that is wrong by itself.
    fn broken_token(&mut self) -> bool {
        let token = self.token();
        match &token.kind {
            Kind::Unclosed(what) => {
                let message = format!("the {what} is not closed");
                self.report(Code::EsqlUnclosed, token.span, message, None);
            }
            Kind::Unknown => {
                let message = format!("{} does not belong to ES|QL", self.found());
                self.report(Code::EsqlCharacter, token.span, message, None);
            }
            _ => return false,
        }
        true
    }

    /// A string; another kind of quotes is reported and read as one.
    fn string(&mut self) -> Option<Word> {
        let token = self.token();
        let text = match &token.kind {
            Kind::Text(text) => text.clone(),
            Kind::BadEscape(text, place) => {
                let (text, place) = (text.clone(), *place);
                let message = format!("`{}` is not an escape", self.source.slice(place));
                let hint = "a backslash is written twice; in `\"\"\"` it stands for itself";
                self.report(Code::EsqlEscape, place, message, Some(hint.to_owned()));
                text
            }
            Kind::OtherQuotes(text) => {
                let text = text.clone();
                let message = "strings stand in double quotes";
                let hint = format!("write \"{text}\"");
                self.report(Code::EsqlQuotes, token.span, message, Some(hint));
                text
            }
            _ => return None,
        };
        self.advance();
        Some(Word {
            text,
            span: token.span,
        })
    }

    fn is_string(&self) -> bool {
        matches!(
            self.token().kind,
            Kind::Text(_) | Kind::BadEscape(..) | Kind::OtherQuotes(_)
        )
    }

    /// Skips to the next place where an expression can go on; brackets are skipped whole.
    fn recover(&mut self) {
        let mut open = 0_usize;
        loop {
            let token = self.token();
            match &token.kind {
                Kind::Punct(Punct::Open | Punct::OpenBracket | Punct::OpenBrace) => open += 1,
                Kind::Punct(Punct::Close | Punct::CloseBracket | Punct::CloseBrace) if open > 0 => {
                    open -= 1;
                }
                Kind::End | Kind::Punct(Punct::Pipe) => return,
                Kind::Punct(
                    Punct::Close | Punct::Comma | Punct::CloseBracket | Punct::CloseBrace,
                ) if open == 0 => return,
                Kind::Word if open == 0 => {
                    let word = self.text_of(token);
                    if ["and", "or", "by"]
                        .iter()
                        .any(|k| k.eq_ignore_ascii_case(word))
                    {
                        return;
                    }
                }
                _ => {}
            }
            self.advance();
        }
    }

    /// Skips to the end of the command.
    fn skip_command(&mut self) {
        let mut open = 0_usize;
        loop {
            match self.token().kind {
                Kind::End => return,
                Kind::Punct(Punct::Pipe | Punct::Close) if open == 0 => return,
                Kind::Punct(Punct::Open) => open += 1,
                Kind::Punct(Punct::Close) => open -= 1,
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
            let most = facts::MAX_DEPTH;
            self.give_up(format!(
                "the query is nested too deeply: at most {most} levels"
            ));
            return false;
        }
        self.depth += 1;
        true
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Counts an operator that makes the tree higher without nesting.
    fn operator(&mut self) -> bool {
        self.operators += 1;
        if self.operators > facts::MAX_OPERATORS {
            let most = facts::MAX_OPERATORS;
            self.give_up(format!("the query has too many operators: at most {most}"));
            return false;
        }
        true
    }

    fn give_up(&mut self, message: String) {
        self.report(Code::NestingTooDeep, self.span(), message, None);
        self.too_deep = true;
        self.at = self.tokens.len() - 1;
    }

    /// Takes a closing bracket, or reports that it is missing.
    fn close(&mut self, punct: Punct, closing: &str, open: Span) -> bool {
        if self.eat(punct) {
            return true;
        }
        if !self.broken_token() {
            let message = format!("expected `{closing}`, found {}", self.found());
            let diagnostic = Diagnostic::new(Code::EsqlUnclosed, self.source, message)
                .at(self.span(), "")
                .also(open, "opened here");
            self.push(diagnostic);
        }
        false
    }

    /// A word's text and place.
    fn taken(&mut self) -> Word {
        let token = self.advance();
        Word {
            text: Text::new(self.text_of(token)),
            span: token.span,
        }
    }
}
