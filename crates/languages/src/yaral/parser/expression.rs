//! Conditions and values: `or` binds loosest, then `and`, `not`, comparisons, `+ -`, `* / %`.

use super::Parser;
use crate::yaral::ast::{Comparison, Expr, Field, Kind, Operator, Segment};
use crate::yaral::lexer::Token;
use tripline_ir::Text;
use tripline_text::{Code, Span};

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Expr {
        let start = self.span();
        let mut parts = vec![self.and()];
        while self.word("or") {
            let part = self.operand(Self::and);
            parts.push(part);
        }
        self.one_or(start, parts, Kind::Or)
    }

    /// What an operator asks for: reports it when nothing stands there.
    pub(super) fn operand(&mut self, part: fn(&mut Self) -> Expr) -> Expr {
        let before = self.at;
        let found = part(self);
        if self.at == before {
            self.unexpected("a condition or a value");
        }
        found
    }

    pub(super) fn one_or(
        &self,
        start: Span,
        mut parts: Vec<Expr>,
        many: fn(Vec<Expr>) -> Kind,
    ) -> Expr {
        if parts.len() == 1 {
            return parts.remove(0);
        }
        Expr {
            kind: many(parts),
            span: self.since(start),
        }
    }

    fn and(&mut self) -> Expr {
        let start = self.span();
        let mut parts = vec![self.not()];
        while self.word("and") {
            let part = self.operand(Self::not);
            parts.push(part);
        }
        self.one_or(start, parts, Kind::And)
    }

    fn not(&mut self) -> Expr {
        let start = self.span();
        if !self.word("not") && !self.sign("!") {
            return self.comparison();
        }
        match self.deeper(|parser| parser.operand(Self::not)) {
            Some(inner) => Expr {
                kind: Kind::Not(Box::new(inner)),
                span: self.since(start),
            },
            None => Expr::error(start),
        }
    }

    fn comparison(&mut self) -> Expr {
        let start = self.span();
        if let Some(found) = self.n_of() {
            return found;
        }
        let left = self.value();
        if self.is_word("in") || (self.is_word("not") && self.not_in()) {
            return self.in_list(start, left);
        }
        if self.is_word("is") && self.null_ahead() {
            return self.is_null(start, left);
        }
        let Some(op) = self.comparison_sign() else {
            return self.folded(left);
        };
        self.bump();
        let before = self.at;
        let right = self.value();
        if self.at == before {
            let span = self.unexpected("a value");
            return Expr::error(start.cover(span));
        }
        let nocase = self.word("nocase");
        Expr {
            kind: Kind::Compare {
                op,
                left: Box::new(left),
                right: Box::new(right),
                nocase,
            },
            span: self.since(start),
        }
    }

    /// `nocase` behind a function that stands as a condition.
    fn folded(&mut self, mut found: Expr) -> Expr {
        if !self.is_word("nocase") {
            return found;
        }
        if let Kind::Call(call) = &mut found.kind {
            call.nocase = true;
        } else {
            self.unexpected("`and`, `or` or the next condition");
        }
        let span = self.bump();
        found.span = found.span.cover(span);
        found
    }

    fn comparison_sign(&mut self) -> Option<Comparison> {
        let Token::Sign(sign) = self.token() else {
            return None;
        };
        let op = match *sign {
            "=" => Comparison::Eq,
            "!=" => Comparison::Ne,
            "<" => Comparison::Lt,
            "<=" => Comparison::Lte,
            ">" => Comparison::Gt,
            ">=" => Comparison::Gte,
            _ => return None,
        };
        // `==` from other languages.
        if *sign == "=" && matches!(self.ahead(1), Token::Sign("=")) {
            let span = self.span().cover(self.tokens[self.at + 1].span);
            let flaw = self
                .flaw(Code::YaralOperator, "`==` is not an operator of YARA-L")
                .at(span, "read as `=`")
                .hint("`=` compares");
            self.report(flaw);
            self.bump();
        }
        Some(op)
    }

    /// A sum, or anything that binds tighter.
    pub(super) fn value(&mut self) -> Expr {
        let start = self.span();
        let mut left = self.product();
        let mut chain = 0;
        loop {
            let op = match self.token() {
                Token::Sign("+") => Operator::Add,
                Token::Sign("-") => Operator::Subtract,
                _ => return left,
            };
            self.link(&mut chain);
            self.bump();
            let right = self.operand(Self::product);
            left = self.arithmetic(start, op, left, right);
        }
    }

    fn arithmetic(&self, start: Span, op: Operator, left: Expr, right: Expr) -> Expr {
        Expr {
            kind: Kind::Arithmetic {
                op,
                left: Box::new(left),
                right: Box::new(right),
            },
            span: self.since(start),
        }
    }

    fn product(&mut self) -> Expr {
        let start = self.span();
        let mut left = self.unary();
        let mut chain = 0;
        loop {
            let op = match self.token() {
                Token::Sign("*") => Operator::Multiply,
                Token::Sign("/") => Operator::Divide,
                Token::Sign("%") => Operator::Modulo,
                _ => return left,
            };
            self.link(&mut chain);
            self.bump();
            let right = self.operand(Self::unary);
            left = self.arithmetic(start, op, left, right);
        }
    }

    fn unary(&mut self) -> Expr {
        let start = self.span();
        if !self.sign("-") {
            return self.postfix();
        }
        let Some(inner) = self.deeper(|parser| parser.operand(Self::unary)) else {
            return Expr::error(start);
        };
        let span = self.since(start);
        let kind = match inner.kind {
            Kind::Int(n) => Kind::Int(n.saturating_neg()),
            Kind::Float(n) => Kind::Float(-n),
            _ => Kind::Negate(Box::new(inner)),
        };
        Expr { kind, span }
    }

    /// A primary value. Takes nothing and reports nothing when none stands here.
    pub(super) fn postfix(&mut self) -> Expr {
        let span = self.span();
        let simple = match self.token() {
            Token::Str(text) => Kind::Str(text.clone()),
            Token::Int(n) => Kind::Int(*n),
            Token::Float(n) => Kind::Float(*n),
            Token::Length(length) => Kind::Int(*length / tripline_ir::SECOND),
            Token::List(name) => Kind::List(name.clone()),
            Token::Count(name) => Kind::Count(name.clone()),
            Token::Regex(text) => {
                let text = text.clone();
                return self.regex(text);
            }
            Token::Variable(name) => {
                let name = name.clone();
                return self.variable(name);
            }
            Token::Sign("(") => return self.group(),
            Token::Sign("[") => {
                self.bump();
                let Some(items) = self.deeper(|parser| parser.arguments("]")) else {
                    return Expr::error(span);
                };
                return Expr {
                    kind: Kind::Array(items),
                    span: self.since(span),
                };
            }
            Token::Word(_) => return self.named(),
            Token::Sign(_) | Token::End => return Expr::error(span),
        };
        self.bump();
        Expr { kind: simple, span }
    }

    fn regex(&mut self, text: Text) -> Expr {
        let start = self.bump();
        let nocase = self.word("nocase");
        Expr {
            kind: Kind::Regex { text, nocase },
            span: self.since(start),
        }
    }

    fn group(&mut self) -> Expr {
        let open = self.bump();
        let before = self.at;
        let Some(mut inner) = self.deeper(Self::expression) else {
            return Expr::error(open);
        };
        if self.at == before {
            self.unexpected("a condition or a value");
        }
        if !self.sign(")") {
            let found = self.found();
            let flaw = self
                .flaw(Code::YaralUnclosed, format!("expected `)`, found {found}"))
                .at(self.span(), "")
                .also(open, "opened here");
            self.report(flaw);
        }
        inner.span = self.since(open);
        inner
    }

    /// `$x` or `$x.a.b["k"][0]`.
    fn variable(&mut self, name: Text) -> Expr {
        let start = self.bump();
        let mut path = Vec::new();
        loop {
            if self.is_sign(".") {
                let Token::Word(segment) = self.ahead(1) else {
                    self.bump();
                    self.unexpected("the name of a field");
                    break;
                };
                path.push(Segment::Name(segment.clone()));
                self.bump();
                self.bump();
            } else if self.is_sign("[") && !path.is_empty() {
                let Some(segment) = self.index() else {
                    return Expr::error(self.since(start));
                };
                path.push(segment);
            } else {
                break;
            }
        }
        // `$e.udm.principal.ip` is `$e.principal.ip`.
        if path.len() > 1 && path.first() == Some(&Segment::Name(Text::new_static("udm"))) {
            path.remove(0);
        }
        let kind = if path.is_empty() {
            Kind::Variable(name)
        } else {
            Kind::Field(Field {
                variable: name,
                path,
            })
        };
        Expr {
            kind,
            span: self.since(start),
        }
    }

    fn index(&mut self) -> Option<Segment> {
        self.bump();
        let segment = match self.token() {
            Token::Int(at) => Segment::Index(*at),
            Token::Str(key) => Segment::Key(key.clone()),
            _ => {
                self.unexpected("a number or a key in quotes");
                return None;
            }
        };
        self.bump();
        if !self.sign("]") {
            self.unexpected("`]`");
            return None;
        }
        Some(segment)
    }
}
