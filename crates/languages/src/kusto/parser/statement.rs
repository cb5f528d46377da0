//! Statements: `let`, settings, queries.

use super::{Parsed, Parser};
use crate::kusto::ast::{Expr, ExprKind, Lambda, Parameter, Query, Statement, StatementKind};
use crate::kusto::lexer::{Kind, Punct};
use tripline_ir::Text;
use tripline_text::{Code, Span};

impl Parser<'_> {
    pub(super) fn query(&mut self) -> Query {
        let mut statements = Vec::new();
        while !self.at_end() {
            self.statements(&mut statements);
            if !self.at_end() {
                let message = format!("{} has no opening bracket", self.found());
                self.report(Code::KustoSyntax, self.span(), message, None);
                self.advance();
            }
        }
        Query { statements }
    }

    /// Statements up to a closing bracket or the end.
    fn statements(&mut self, into: &mut Vec<Statement>) {
        loop {
            while self.eat(Punct::Semicolon) {}
            if self.at_end() || self.closing() {
                return;
            }
            let before = self.at;
            let start = self.span();
            match self.statement() {
                Ok(kind) => into.push(Statement {
                    kind,
                    span: self.since(start),
                }),
                Err(_) => {
                    self.skip_to(&[Punct::Semicolon]);
                    let error = Expr {
                        kind: ExprKind::Error,
                        span: self.since(start),
                    };
                    into.push(Statement {
                        span: error.span,
                        kind: StatementKind::Query(error),
                    });
                }
            }
            if !self.at_end() && !self.closing() && !self.is(Punct::Semicolon) {
                self.missing_semicolon();
            }
            if self.at == before && !self.closing() {
                self.advance();
            }
        }
    }

    fn closing(&self) -> bool {
        matches!(
            self.token().kind,
            Kind::Punct(Punct::Close | Punct::SquareClose | Punct::BraceClose)
        )
    }

    /// A statement ended and something follows it.
    fn missing_semicolon(&mut self) {
        let span = self.span();
        let between = Span::new(self.end(), span.start);
        let blank = blank_line(self.source.slice(between));
        let begins = matches!(self.token().kind, Kind::Name(_) | Kind::Punct(Punct::Open));
        if blank && begins && self.depth == 0 {
            self.starts.push(span.start);
        }
        if begins && self.starts_statement() {
            let message = format!("expected `;` before {}", self.found());
            let hint = "statements end with `;`, also where a blank line follows";
            self.report(Code::KustoSemicolon, span, message, Some(hint.into()));
            return;
        }
        let hint = match self.word() {
            Some(word) if super::facts::OPERATORS.contains(&word) => {
                Some(format!("an operator stands after `|`: `| {word}`"))
            }
            Some(word) => self.near(word, &super::facts::WORD_OPERATORS),
            None => None,
        };
        let message = format!("expected `|`, `;` or an operator, found {}", self.found());
        self.report(Code::KustoSyntax, span, message, hint);
        if !(blank && begins) {
            self.skip_to(&[Punct::Semicolon]);
        }
    }

    /// Whether a statement of its own begins here, on a line of its own.
    fn starts_statement(&self) -> bool {
        let before = self.source.slice(Span::new(self.end(), self.span().start));
        let begins = ["let", "union", "search", "find", "print", "range"];
        before.contains('\n')
            && (self.word().is_some_and(|word| begins.contains(&word))
                || blank_line(before)
                || self.peek(1).is(Punct::Pipe))
    }

    fn statement(&mut self) -> Parsed<StatementKind> {
        let next = self.peek(1).word().map(Text::as_str);
        match self.word() {
            Some("let") if next.is_some() || self.peek(1).is(Punct::SquareOpen) => self.binding(),
            Some("declare") if next == Some("query_parameters") => {
                self.at += 2;
                Ok(StatementKind::Parameters(self.parameters()?))
            }
            Some(word @ ("set" | "alias" | "restrict" | "declare")) if next.is_some() => {
                self.skip_to(&[Punct::Semicolon]);
                Ok(StatementKind::Setting(word.into()))
            }
            _ => Ok(StatementKind::Query(self.piped()?)),
        }
    }

    fn binding(&mut self) -> Parsed<StatementKind> {
        self.advance();
        let name = self.ident("a name after `let`")?;
        self.expect(Punct::Assign, "`=`")?;
        let value = self.bound()?;
        Ok(StatementKind::Let { name, value })
    }

    /// The right side of a `let`.
    fn bound(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let viewed = self.at_word("view") && self.peek(1).is(Punct::Open);
        if viewed {
            self.advance();
        }
        if self.is(Punct::Open) && (viewed || self.lambda_ahead()) {
            let lambda = self.nested(Self::lambda)?;
            return Ok(Expr {
                kind: ExprKind::Function(Box::new(lambda)),
                span: self.since(start),
            });
        }
        self.piped()
    }

    /// Whether `(...)` here is followed by `{`.
    fn lambda_ahead(&self) -> bool {
        let mut depth = 0_u32;
        for (ahead, token) in self.tokens[self.at..].iter().enumerate() {
            match token.kind {
                Kind::Punct(Punct::Open) => depth += 1,
                Kind::Punct(Punct::Close) => {
                    depth -= 1;
                    if depth == 0 {
                        return self.peek(ahead + 1).is(Punct::BraceOpen);
                    }
                }
                Kind::Punct(Punct::Semicolon | Punct::Pipe) | Kind::End => return false,
                _ => {}
            }
        }
        false
    }

    fn lambda(&mut self) -> Parsed<Lambda> {
        let parameters = self.parameters()?;
        let open = self.span();
        self.expect(Punct::BraceOpen, "`{`")?;
        let mut body = Vec::new();
        self.statements(&mut body);
        self.close(Punct::BraceClose, "`}`", open)?;
        Ok(Lambda { parameters, body })
    }

    /// `(name: type = default, ...)`.
    pub(super) fn parameters(&mut self) -> Parsed<Vec<Parameter>> {
        let open = self.span();
        self.expect(Punct::Open, "`(`")?;
        let mut found = Vec::new();
        while !self.is(Punct::Close) && !self.at_end() {
            found.push(self.parameter()?);
            if !self.eat(Punct::Comma) {
                break;
            }
        }
        self.close(Punct::Close, "`)`", open)?;
        Ok(found)
    }

    fn parameter(&mut self) -> Parsed<Parameter> {
        let name = self.ident("a name")?;
        let mut kind = Text::default();
        if self.eat(Punct::Colon) {
            if self.is(Punct::Open) {
                self.advance();
                self.skip_to(&[Punct::Close]);
                self.expect(Punct::Close, "`)`")?;
                kind = Text::new_static("table");
            } else {
                kind = self.ident("a type")?.text;
            }
        }
        let default = if self.eat(Punct::Assign) {
            Some(self.expression()?)
        } else {
            None
        };
        Ok(Parameter {
            name,
            kind,
            default,
        })
    }
}

/// Whether an empty line, comments aside, is among what stands between two tokens.
fn blank_line(between: &str) -> bool {
    between.lines().skip(1).any(|line| line.trim().is_empty()) && between.matches('\n').count() > 1
}
