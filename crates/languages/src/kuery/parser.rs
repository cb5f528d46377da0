//! Tokens to tree: `not` binds tightest, then `and`, then `or`.
//!
//! After an error the parser goes on behind the offending token; a missing `and` between two
//! expressions is reported once and read as `and`.

use super::ast::{Literal, Parsed, Query, Values};
use super::facts::{Keyword, MAX_DEPTH, MAX_ERRORS};
use super::lexer::{Kind, Token, lex};
use tripline_ir::{CompareOp, Part, Text};
use tripline_text::{Code, Diagnostic, Source, Span};

/// Parses a whole query.
pub(super) fn parse(source: &Source) -> Parsed {
    let mut diagnostics = Vec::new();
    let tokens = lex(source, &mut diagnostics);
    let mut parser = Parser {
        source,
        tokens,
        at: 0,
        depth: 0,
        diagnostics,
    };
    let query = if parser.is_end() {
        Query::All
    } else {
        parser.whole()
    };
    Parsed {
        query,
        diagnostics: parser.diagnostics,
    }
}

struct Parser<'s> {
    source: &'s Source,
    tokens: Vec<Token>,
    at: usize,
    depth: u32,
    diagnostics: Vec<Diagnostic>,
}

impl Parser<'_> {
    fn kind(&self) -> &Kind {
        &self.tokens[self.at].kind
    }

    fn span(&self) -> Span {
        self.tokens[self.at].span
    }

    fn is_end(&self) -> bool {
        *self.kind() == Kind::End
    }

    fn bump(&mut self) -> Span {
        let span = self.span();
        if !self.is_end() {
            self.at += 1;
        }
        span
    }

    fn accept(&mut self, kind: &Kind) -> bool {
        let found = self.kind() == kind;
        if found {
            self.bump();
        }
        found
    }

    fn keyword(&mut self, keyword: Keyword) -> bool {
        self.accept(&Kind::Keyword(keyword))
    }

    /// The span from `start` to the last token taken.
    fn since(&self, start: Span) -> Span {
        match self.at.checked_sub(1) {
            Some(last) => start.cover(self.tokens[last].span),
            None => start,
        }
    }

    fn error(&mut self, span: Span, message: String, label: &str) {
        Diagnostic::new(Code::KuerySyntax, self.source, message)
            .at(span, label)
            .add_to(&mut self.diagnostics);
        let errors = self.diagnostics.iter().filter(|found| found.is_error());
        if errors.count() >= MAX_ERRORS {
            self.at = self.tokens.len() - 1;
        }
    }

    /// Reports the token at the cursor where `expected` should stand.
    fn unexpected(&mut self, expected: &str) -> Span {
        let span = self.span();
        let found = describe(self.kind());
        self.error(span, format!("expected {expected}, found {found}"), "");
        span
    }

    /// Runs `inner` one level deeper, or gives up when that is too deep.
    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            let span = self.span();
            Diagnostic::new(
                Code::NestingTooDeep,
                self.source,
                format!("the query is nested more than {MAX_DEPTH} levels deep"),
            )
            .at(span, "this level and all below it are skipped")
            .add_to(&mut self.diagnostics);
            self.at = self.tokens.len() - 1;
            return None;
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        Some(result)
    }

    fn whole(&mut self) -> Query {
        let mut parts = vec![self.or()];
        while !self.is_end() {
            let span = self.unexpected("`and`, `or` or the end of the query");
            self.bump();
            parts.push(Query::Error(span));
            let _ = self.keyword(Keyword::And) || self.keyword(Keyword::Or);
            if self.starts_expression() {
                parts.push(self.or());
            }
        }
        one_or(parts, Query::And)
    }

    fn starts_expression(&self) -> bool {
        matches!(
            self.kind(),
            Kind::Open | Kind::Word(_) | Kind::Quoted(_) | Kind::Keyword(Keyword::Not)
        )
    }

    fn or(&mut self) -> Query {
        let mut parts = vec![self.and()];
        while self.keyword(Keyword::Or) {
            parts.push(self.and());
        }
        one_or(parts, Query::Or)
    }

    fn and(&mut self) -> Query {
        let mut parts = vec![self.not()];
        loop {
            if self.keyword(Keyword::And) {
                parts.push(self.not());
            } else if self.starts_expression() {
                let span = self.unexpected("`and` or `or`");
                parts.push(Query::Error(span));
                parts.push(self.not());
            } else {
                return one_or(parts, Query::And);
            }
        }
    }

    fn not(&mut self) -> Query {
        let start = self.span();
        if !self.keyword(Keyword::Not) {
            return self.primary();
        }
        match self.deeper(Self::not) {
            Some(inner) => Query::Not(Box::new(inner)),
            None => Query::Error(start),
        }
    }

    fn primary(&mut self) -> Query {
        match self.kind() {
            Kind::Open => self.group(),
            Kind::Word(_) | Kind::Quoted(_) => self.expression(),
            Kind::End | Kind::Close | Kind::CloseBrace => {
                Query::Error(self.unexpected("a field or a value"))
            }
            _ => {
                let span = self.unexpected("a field or a value");
                self.bump();
                Query::Error(span)
            }
        }
    }

    fn group(&mut self) -> Query {
        let open = self.bump();
        let Some(inner) = self.deeper(Self::or) else {
            return Query::Error(open);
        };
        self.close(&Kind::Close, open);
        inner
    }

    /// Takes the closing token, or reports that it is missing.
    fn close(&mut self, kind: &Kind, open: Span) {
        if self.accept(kind) {
            return;
        }
        let found = describe(self.kind());
        let expected = describe(kind);
        let span = self.span();
        let diagnostic = Diagnostic::new(
            Code::KueryUnclosed,
            self.source,
            format!("expected {expected}, found {found}"),
        );
        diagnostic
            .at(span, "")
            .also(open, "opened here")
            .add_to(&mut self.diagnostics);
    }

    fn expression(&mut self) -> Query {
        let start = self.span();
        let literal = self.literal(false);
        match self.kind() {
            Kind::Colon => {
                self.bump();
                if *self.kind() == Kind::OpenBrace {
                    return self.nested(literal, start);
                }
                let values = self.list_or_value();
                Query::Is {
                    field: Some(literal),
                    values,
                }
            }
            Kind::Compare(op) => {
                let op = *op;
                self.bump();
                self.range(literal, op, start)
            }
            _ => Query::Is {
                field: None,
                values: Values::One(literal),
            },
        }
    }

    fn nested(&mut self, field: Literal, start: Span) -> Query {
        let open = self.bump();
        let Some(query) = self.deeper(Self::or) else {
            return Query::Error(start);
        };
        self.close(&Kind::CloseBrace, open);
        Query::Nested {
            field,
            query: Box::new(query),
            span: self.since(start),
        }
    }

    fn range(&mut self, field: Literal, op: CompareOp, start: Span) -> Query {
        if !matches!(self.kind(), Kind::Word(_) | Kind::Quoted(_)) {
            let found = self.unexpected("a value to compare with");
            return Query::Error(start.cover(found));
        }
        let value = self.literal(true);
        Query::Range {
            field,
            op,
            value,
            span: self.since(start),
        }
    }

    fn list_or_value(&mut self) -> Values {
        match self.kind() {
            Kind::Open => self.list(),
            Kind::Word(_) | Kind::Quoted(_) => Values::One(self.literal(true)),
            _ => Values::Error(self.unexpected("a value or `(`")),
        }
    }

    fn list(&mut self) -> Values {
        let open = self.bump();
        let Some(inner) = self.deeper(Self::or_values) else {
            return Values::Error(open);
        };
        self.close(&Kind::Close, open);
        inner
    }

    fn or_values(&mut self) -> Values {
        let mut parts = vec![self.and_values()];
        while self.keyword(Keyword::Or) {
            parts.push(self.and_values());
        }
        one_or(parts, Values::Or)
    }

    fn and_values(&mut self) -> Values {
        let mut parts = vec![self.not_values()];
        loop {
            if self.keyword(Keyword::And) {
                parts.push(self.not_values());
            } else if self.starts_expression() {
                let span = self.unexpected("`and`, `or` or `)`");
                parts.push(Values::Error(span));
                parts.push(self.not_values());
            } else {
                return one_or(parts, Values::And);
            }
        }
    }

    fn not_values(&mut self) -> Values {
        let start = self.span();
        if !self.keyword(Keyword::Not) {
            return self.one_value();
        }
        match self.deeper(Self::not_values) {
            Some(inner) => Values::Not(Box::new(inner)),
            None => Values::Error(start),
        }
    }

    fn one_value(&mut self) -> Values {
        match self.kind() {
            Kind::Open => self.list(),
            Kind::Word(_) | Kind::Quoted(_) => Values::One(self.literal(false)),
            Kind::End | Kind::Close | Kind::CloseBrace => Values::Error(self.unexpected("a value")),
            _ => {
                let span = self.unexpected("a value");
                self.bump();
                Values::Error(span)
            }
        }
    }

    /// A quoted string, or neighbouring words as one text with the blanks between them. In the
    /// place of a value, a word that a field's `:` follows belongs to the next expression.
    fn literal(&mut self, is_value: bool) -> Literal {
        let start = self.span();
        let token = self.tokens[self.at].clone();
        self.bump();
        let (mut parts, quoted) = match token.kind {
            Kind::Quoted(parts) => (parts, true),
            Kind::Word(parts) => (parts, false),
            _ => (Vec::new(), false),
        };
        let mut joined = false;
        while !quoted && self.continues(is_value) {
            let blank = Span::new(self.since(start).end, self.span().start);
            parts.push(Part::Literal(Text::new(self.source.slice(blank))));
            if let Kind::Word(more) = self.kind() {
                parts.extend(more.iter().cloned());
            }
            self.bump();
            joined = true;
        }
        if joined {
            parts = tidy(parts);
            self.blanks(&parts, self.since(start));
        }
        Literal {
            parts,
            quoted,
            span: self.since(start),
        }
    }

    /// Says that the words of an unquoted value are one.
    fn blanks(&mut self, parts: &[Part], span: Span) {
        if let [Part::Literal(_)] = parts {
            Diagnostic::new(
                Code::KueryBlanks,
                self.source,
                "a value of several words has no quotes",
            )
            .at(span, "one value on a keyword field")
            .hint("quotes make plain that the words belong together")
            .add_to(&mut self.diagnostics);
        }
    }

    /// Whether the word at the cursor belongs to the value before it.
    fn continues(&self, is_value: bool) -> bool {
        if !matches!(self.kind(), Kind::Word(_)) {
            return false;
        }
        let next = self.tokens.get(self.at + 1).map(|token| &token.kind);
        !(is_value && matches!(next, Some(Kind::Colon | Kind::Compare(_))))
    }
}

/// Joins neighbouring literals.
fn tidy(parts: Vec<Part>) -> Vec<Part> {
    tripline_ir::Pattern::new(parts, tripline_ir::Case::Sensitive).parts
}

fn one_or<T>(mut parts: Vec<T>, many: impl FnOnce(Vec<T>) -> T) -> T {
    if parts.len() == 1 {
        return parts.remove(0);
    }
    many(parts)
}

fn describe(kind: &Kind) -> &'static str {
    match kind {
        Kind::Open => "`(`",
        Kind::Close => "`)`",
        Kind::OpenBrace => "`{`",
        Kind::CloseBrace => "`}`",
        Kind::Colon => "`:`",
        Kind::Compare(CompareOp::Lt) => "`<`",
        Kind::Compare(CompareOp::Lte) => "`<=`",
        Kind::Compare(CompareOp::Gt) => "`>`",
        Kind::Compare(_) => "`>=`",
        Kind::Keyword(Keyword::And) => "`and`",
        Kind::Keyword(Keyword::Or) => "`or`",
        Kind::Keyword(Keyword::Not) => "`not`",
        Kind::Word(_) => "a word",
        Kind::Quoted(_) => "a quoted value",
        Kind::End => "the end of the query",
    }
}
