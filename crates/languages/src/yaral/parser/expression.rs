//! Conditions and values: `or` binds loosest, then `and`, `not`, comparisons, `+ -`, `* / %`.

use super::Parser;
use crate::yaral::ast::{
    Call, Comparison, Expr, Field, Kind, ListKind, OfCount, Operator, Segment,
};
use crate::yaral::facts::{AGGREGATES, FUNCTIONS, nearest};
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
    fn operand(&mut self, part: fn(&mut Self) -> Expr) -> Expr {
        let before = self.at;
        let found = part(self);
        if self.at == before {
            self.unexpected("a condition or a value");
        }
        found
    }

    fn one_or(&self, start: Span, mut parts: Vec<Expr>, many: fn(Vec<Expr>) -> Kind) -> Expr {
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

    fn not_in(&self) -> bool {
        matches!(self.ahead(1), Token::Word(word) if word.eq_ignore_ascii_case("in"))
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

    /// `in %list`, `in regex %list`, `in cidr %list`, with `not` before and `nocase` behind.
    fn in_list(&mut self, start: Span, subject: Expr) -> Expr {
        let negated = self.word("not");
        self.bump();
        let how = if self.word("regex") {
            ListKind::Regex
        } else if self.word("cidr") {
            ListKind::Cidr
        } else {
            ListKind::Text
        };
        let Token::List(list) = self.token() else {
            let span = self.unexpected("a reference list such as `%names`");
            return Expr::error(start.cover(span));
        };
        let list = list.clone();
        self.bump();
        let nocase = self.word("nocase");
        let found = Expr {
            kind: Kind::In {
                subject: Box::new(subject),
                list,
                how,
                nocase,
            },
            span: self.since(start),
        };
        if !negated {
            return found;
        }
        Expr {
            span: found.span,
            kind: Kind::Not(Box::new(found)),
        }
    }

    /// `2 of ($a, $b)`, `any of [$a, $b]`, `all of ($a, $b)`.
    fn n_of(&mut self) -> Option<Expr> {
        let count = match self.token() {
            Token::Int(count) => OfCount::AtLeast(u32::try_from(*count).unwrap_or(0)),
            Token::Word(word) if word.eq_ignore_ascii_case("any") => OfCount::Any,
            Token::Word(word) if word.eq_ignore_ascii_case("all") => OfCount::All,
            _ => return None,
        };
        if !matches!(self.ahead(1), Token::Word(word) if word.eq_ignore_ascii_case("of")) {
            return None;
        }
        let start = self.bump();
        self.bump();
        let close = if self.sign("[") { "]" } else { ")" };
        if close == ")" && !self.sign("(") {
            self.unexpected("`(`");
            return Some(Expr::error(self.since(start)));
        }
        let of = self.arguments(close);
        Some(Expr {
            kind: Kind::NOf { count, of },
            span: self.since(start),
        })
    }

    /// A sum, or anything that binds tighter.
    pub(super) fn value(&mut self) -> Expr {
        let start = self.span();
        let mut left = self.product();
        loop {
            let op = match self.token() {
                Token::Sign("+") => Operator::Add,
                Token::Sign("-") => Operator::Subtract,
                _ => return left,
            };
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
        loop {
            let op = match self.token() {
                Token::Sign("*") => Operator::Multiply,
                Token::Sign("/") => Operator::Divide,
                Token::Sign("%") => Operator::Modulo,
                _ => return left,
            };
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

    /// `true`, `any $e.f`, `all $e.f`, a function call.
    fn named(&mut self) -> Expr {
        let start = self.span();
        for (word, value) in [("true", true), ("false", false)] {
            if self.word(word) {
                return Expr {
                    kind: Kind::Bool(value),
                    span: start,
                };
            }
        }
        for (word, all) in [("any", false), ("all", true)] {
            if self.is_word(word) && matches!(self.ahead(1), Token::Variable(_)) {
                self.bump();
                let inner = Box::new(self.postfix());
                return Expr {
                    kind: Kind::Quantified { all, inner },
                    span: self.since(start),
                };
            }
        }
        if ["and", "or", "not", "in", "nocase", "of", "over"]
            .iter()
            .any(|word| self.is_word(word))
        {
            return Expr::error(start);
        }
        self.call(start)
    }

    fn call(&mut self, start: Span) -> Expr {
        let mut name = self.source.slice(self.bump()).to_ascii_lowercase();
        while self.is_sign(".") && matches!(self.ahead(1), Token::Word(_)) {
            self.bump();
            name.push('.');
            name.push_str(&self.source.slice(self.bump()).to_ascii_lowercase());
        }
        let head = self.since(start);
        if !self.sign("(") {
            let flaw = self
                .flaw(Code::YaralSyntax, format!("`{name}` stands alone"))
                .at(head, "")
                .hint("fields begin with their event variable: `$e.principal.ip`; texts stand in quotes");
            self.report(flaw);
            return Expr::error(head);
        }
        let Some(arguments) = self.deeper(|parser| parser.arguments(")")) else {
            return Expr::error(head);
        };
        self.check_call(&name, head, arguments.len());
        Expr {
            kind: Kind::Call(Call {
                name: name.into(),
                arguments,
                nocase: false,
            }),
            span: self.since(start),
        }
    }

    /// Arguments up to the closing sign, which is taken.
    fn arguments(&mut self, close: &'static str) -> Vec<Expr> {
        let mut arguments = Vec::new();
        while !self.is_end() && !self.is_sign(close) {
            let before = self.at;
            let argument = self.expression();
            if self.at == before {
                self.unexpected("a value");
                break;
            }
            arguments.push(argument);
            if !self.sign(",") {
                break;
            }
        }
        if !self.sign(close) {
            self.unexpected(&format!("`,` or `{close}`"));
        }
        arguments
    }

    fn check_call(&mut self, name: &str, span: Span, given: usize) {
        if AGGREGATES.contains(&name) {
            return;
        }
        let Some((_, least, most)) = FUNCTIONS.iter().find(|(known, _, _)| *known == name) else {
            let known = FUNCTIONS.iter().map(|(known, _, _)| *known);
            let near = nearest(name, known.chain(AGGREGATES));
            let mut flaw = self
                .flaw(
                    Code::YaralFunction,
                    format!("there is no function `{name}`"),
                )
                .at(span, "");
            if let Some(near) = near {
                flaw = flaw.hint(format!("`{near}` has a similar name"));
            }
            return self.report(flaw);
        };
        if (*least..=*most).contains(&given) {
            return;
        }
        let wanted = match (least, most) {
            (least, most) if least == most => format!("{least}"),
            (least, most) => format!("{least} to {most}"),
        };
        let message = format!("`{name}` takes {wanted} arguments, found {given}");
        let flaw = self.flaw(Code::YaralArguments, message).at(span, "");
        self.report(flaw);
    }
}
