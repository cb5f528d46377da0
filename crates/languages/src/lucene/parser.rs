//! Tokens to clauses, marked as the classic query parser marks them.
//!
//! The marks (default operator OR): a clause is optional; `+` makes it required, `-` and `NOT`
//! prohibited; a clause that `AND` introduces is required unless prohibited, and `AND` makes the
//! clause before it required unless that one is prohibited. `OR` changes nothing.

use super::ast::{Clause, Field, Occur, Parsed, Query, Term};
use super::facts::{MAX_DEPTH, MAX_ERRORS, Operator};
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
    let query = parser.whole();
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

    fn since(&self, start: Span) -> Span {
        match self.at.checked_sub(1) {
            Some(last) => start.cover(self.tokens[last].span),
            None => start,
        }
    }

    fn unexpected(&mut self, expected: &str) -> Query {
        let span = self.span();
        let found = describe(self.kind());
        Diagnostic::new(
            Code::LuceneSyntax,
            self.source,
            format!("expected {expected}, found {found}"),
        )
        .at(span, "")
        .add_to(&mut self.diagnostics);
        let errors = self.diagnostics.iter().filter(|found| found.is_error());
        if errors.count() >= MAX_ERRORS {
            self.at = self.tokens.len() - 1;
        }
        Query::Error(span)
    }

    fn whole(&mut self) -> Query {
        let mut clauses = Vec::new();
        while !self.is_end() {
            self.clauses(None, &mut clauses);
            if !self.is_end() {
                let span = self.span();
                let query = self.unexpected("a clause or the end of the query");
                self.bump();
                clauses.push(Clause {
                    occur: Occur::Should,
                    query,
                    span,
                });
            }
        }
        Query::Level(clauses)
    }

    /// Reads clauses up to a `)` or the end.
    fn clauses(&mut self, field: Option<&Field>, clauses: &mut Vec<Clause>) {
        while !matches!(self.kind(), Kind::End | Kind::Close) {
            let start = self.span();
            let mut required = false;
            if let Kind::Operator(operator @ (Operator::And | Operator::Or)) = *self.kind() {
                if clauses.is_empty() {
                    let query = self.unexpected("a clause");
                    clauses.push(Clause {
                        occur: Occur::Should,
                        query,
                        span: start,
                    });
                }
                self.bump();
                required = operator == Operator::And;
                if let (true, Some(before)) = (required, clauses.last_mut())
                    && before.occur != Occur::MustNot
                {
                    before.occur = Occur::Must;
                }
            }
            let occur = self.modifier(required);
            let query = self.clause(field);
            clauses.push(Clause {
                occur,
                query,
                span: self.since(start),
            });
        }
    }

    fn modifier(&mut self, required: bool) -> Occur {
        let occur = match self.kind() {
            Kind::Plus => Occur::Must,
            Kind::Minus | Kind::Operator(Operator::Not) => Occur::MustNot,
            _ if required => return Occur::Must,
            _ => return Occur::Should,
        };
        self.bump();
        occur
    }

    fn clause(&mut self, outer: Option<&Field>) -> Query {
        let start = self.span();
        let own = self.field();
        let field = own.as_ref().or(outer);
        match self.kind().clone() {
            Kind::Open => self.group(field),
            Kind::Term(parts) => {
                self.bump();
                self.term(field, own.is_some(), parts, start)
            }
            Kind::Quoted(parts) => {
                self.bump();
                self.value(field, parts, true, start)
            }
            Kind::Regex(text) => self.leaf(field, Term::Regex(text), start),
            Kind::Range(ends) => self.leaf(field, Term::Range(ends), start),
            Kind::End | Kind::Close => self.unexpected("a term"),
            _ => {
                let error = self.unexpected("a term");
                self.bump();
                error
            }
        }
    }

    /// A term and a colon.
    fn field(&mut self) -> Option<Field> {
        let next = self.tokens.get(self.at + 1).map(|token| &token.kind);
        let (Kind::Term(parts), Some(Kind::Colon)) = (self.kind(), next) else {
            return None;
        };
        let name = glob(parts);
        let span = self.bump();
        self.bump();
        Some(Field { name, span })
    }

    fn group(&mut self, field: Option<&Field>) -> Query {
        let open = self.bump();
        if self.depth >= MAX_DEPTH {
            Diagnostic::new(
                Code::NestingTooDeep,
                self.source,
                format!("the query is nested more than {MAX_DEPTH} levels deep"),
            )
            .at(open, "this level and all below it are skipped")
            .add_to(&mut self.diagnostics);
            self.at = self.tokens.len() - 1;
            return Query::Error(open);
        }
        self.depth += 1;
        let mut clauses = Vec::new();
        self.clauses(field, &mut clauses);
        self.depth -= 1;
        if clauses.is_empty() && !self.is_end() {
            clauses.push(Clause {
                occur: Occur::Should,
                query: self.unexpected("a clause"),
                span: self.span(),
            });
        }
        if !self.accept(&Kind::Close) {
            Diagnostic::new(
                Code::LuceneUnclosed,
                self.source,
                "the parenthesis is not closed",
            )
            .at(open, "opened here")
            .add_to(&mut self.diagnostics);
        }
        self.accept(&Kind::Boost);
        Query::Level(clauses)
    }

    fn leaf(&mut self, field: Option<&Field>, test: Term, start: Span) -> Query {
        self.bump();
        self.finish(field, test, start)
    }

    fn finish(&mut self, field: Option<&Field>, test: Term, start: Span) -> Query {
        let span = self.since(start);
        self.accept(&Kind::Boost);
        Query::Leaf {
            field: field.cloned(),
            test,
            span,
        }
    }

    /// A term; after a field's colon it may begin with a comparison.
    fn term(&mut self, field: Option<&Field>, own: bool, parts: Vec<Part>, start: Span) -> Query {
        if let (true, [Part::Literal(text)]) = (field.is_some(), parts.as_slice()) {
            let compared = [
                (">=", CompareOp::Gte),
                ("<=", CompareOp::Lte),
                (">", CompareOp::Gt),
                ("<", CompareOp::Lt),
            ]
            .into_iter()
            .find_map(|(sign, op)| Some((op, text.strip_prefix(sign)?)));
            if compared.is_some_and(|(_, bound)| bound.is_empty()) {
                let message = format!("`{text}` compares with nothing: expected a value behind it");
                Diagnostic::new(Code::LuceneSyntax, self.source, message)
                    .at(self.since(start), "")
                    .hint("no blank stands between them, as in `size:>10`")
                    .add_to(&mut self.diagnostics);
            }
            if let Some((op, bound)) = compared.filter(|(_, bound)| !bound.is_empty()) {
                return self.finish(field, Term::Range(vec![(op, bound.into())]), start);
            }
            if !own {
                self.lower_case(text);
            }
        } else if let [Part::Literal(text)] = parts.as_slice() {
            self.lower_case(text);
        }
        self.value(field, parts, false, start)
    }

    fn lower_case(&mut self, text: &str) {
        if !Operator::in_lower_case(text) {
            return;
        }
        let Some(before) = self.at.checked_sub(1) else {
            return;
        };
        let span = self.tokens[before].span;
        let capitals = text.to_ascii_uppercase();
        Diagnostic::new(
            Code::LuceneLowerCase,
            self.source,
            format!("`{text}` in lower case is a search term"),
        )
        .at(span, "")
        .hint(format!("the operator is `{capitals}`"))
        .add_to(&mut self.diagnostics);
    }

    fn value(
        &mut self,
        field: Option<&Field>,
        parts: Vec<Part>,
        quoted: bool,
        start: Span,
    ) -> Query {
        let fuzzy = match *self.kind() {
            Kind::Tilde(number) => Some((self.bump(), number)),
            _ => None,
        };
        let test = Term::Value {
            parts,
            quoted,
            fuzzy,
        };
        self.finish(field, test, start)
    }
}

/// A field name with its wildcards as `*`.
fn glob(parts: &[Part]) -> Text {
    parts
        .iter()
        .map(|part| match part {
            Part::Literal(text) => text.as_str(),
            Part::AnyRun => "*",
            Part::AnyOne => "?",
        })
        .collect::<String>()
        .into()
}

fn describe(kind: &Kind) -> String {
    match kind {
        Kind::Open => "`(`".into(),
        Kind::Close => "`)`".into(),
        Kind::Colon => "`:`".into(),
        Kind::Plus => "`+`".into(),
        Kind::Minus => "`-`".into(),
        Kind::Operator(Operator::And) => "`AND`".into(),
        Kind::Operator(Operator::Or) => "`OR`".into(),
        Kind::Operator(Operator::Not) => "`NOT`".into(),
        Kind::Tilde(_) => "`~`".into(),
        Kind::Boost => "`^`".into(),
        Kind::Term(_) => "a term".into(),
        Kind::Quoted(_) => "a quoted phrase".into(),
        Kind::Regex(_) => "a regular expression".into(),
        Kind::Range(_) => "a range".into(),
        Kind::Stray(c) => format!("`{c}`"),
        Kind::End => "the end of the query".into(),
    }
}
