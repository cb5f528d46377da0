//! Expressions, by precedence: `OR`, `AND`, `NOT`, comparison, sum, product, sign, cast.

use super::super::ast::{ArithmeticOp, Call, CompareOp, Expr, Literal, Name, TimeSpan, Word};
use super::super::facts;
use super::super::lexer::{Kind, Punct};
use super::Parser;
use tripline_ir::Text;
use tripline_text::{Code, Span};

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Expr {
        if !self.enter() {
            return Expr::Error(self.span());
        }
        let mut parts = vec![self.conjunction()];
        while self.eat_word("or") {
            parts.push(self.conjunction());
        }
        self.leave();
        single_or(parts, Expr::Or)
    }

    fn conjunction(&mut self) -> Expr {
        let mut parts = vec![self.negation()];
        loop {
            if self.eat_word("and") || self.word_operator() {
                parts.push(self.negation());
            } else {
                return single_or(parts, Expr::And);
            }
        }
    }

    /// `&&` and the like: reported, and taken for `AND`.
    fn word_operator(&mut self) -> bool {
        let start = self.span();
        let both = self.token().kind == Kind::Unknown
            && self.source.slice(start) == "&"
            && self.peek(1).kind == Kind::Unknown;
        if both {
            self.advance();
            self.advance();
            let message = "`&&` is not an operator";
            let hint = Some("write `AND`".to_owned());
            self.report(Code::EsqlCharacter, self.since(start), message, hint);
        }
        both
    }

    fn negation(&mut self) -> Expr {
        let start = self.span();
        if !self.eat_word("not") {
            return self.comparison();
        }
        if !self.enter() {
            return Expr::Error(start);
        }
        let inner = self.negation();
        self.leave();
        Expr::Not(Box::new(inner), self.since(start))
    }

    /// A value, a comparison of two, and what may follow either.
    fn comparison(&mut self) -> Expr {
        let start = self.span();
        let mut left = self.sum();
        if let Some(op) = self.compare_op() {
            left = self.compared(op, left, start);
            if let Some(_op) = self.compare_op() {
                let message = "comparisons do not chain";
                let hint = Some("join two comparisons by `AND`".to_owned());
                self.report(Code::EsqlSyntax, self.span(), message, hint);
                return self.skip(start);
            }
        }
        self.after_value(left, start)
    }

    fn compared(&mut self, op: CompareOp, left: Expr, start: Span) -> Expr {
        let place = self.span();
        match self.token().kind {
            Kind::Punct(Punct::Assign) => {
                let hint = Some("write `==`".to_owned());
                let message = "`=` does not compare: expected `==`";
                self.report(Code::EsqlSingleEquals, place, message, hint);
            }
            Kind::Punct(Punct::CaselessEq) => {
                let hint = Some("write `TO_LOWER(field) == \"value\"`".to_owned());
                self.report(Code::EsqlSyntax, place, "`=~` is not an operator", hint);
            }
            Kind::Punct(Punct::NotEq) if self.source.slice(place) == "<>" => {
                let hint = Some("write `!=`".to_owned());
                self.report(Code::EsqlSyntax, place, "`<>` is not an operator", hint);
            }
            _ => {}
        }
        self.advance();
        let right = self.sum();
        Expr::Compare {
            op,
            left: Box::new(left),
            right: Box::new(right),
            span: self.since(start),
        }
    }

    fn compare_op(&self) -> Option<CompareOp> {
        let Kind::Punct(punct) = self.token().kind else {
            return None;
        };
        Some(match punct {
            Punct::Eq | Punct::Assign | Punct::CaselessEq => CompareOp::Eq,
            Punct::NotEq => CompareOp::NotEq,
            Punct::Lt => CompareOp::Lt,
            Punct::Lte => CompareOp::Lte,
            Punct::Gt => CompareOp::Gt,
            Punct::Gte => CompareOp::Gte,
            _ => return None,
        })
    }

    /// `IS NULL`, `IN`, `LIKE`, `RLIKE`, `:`.
    fn after_value(&mut self, left: Expr, start: Span) -> Expr {
        if self.eat_word("is") {
            let negated = self.eat_word("not");
            if !self.eat_word("null") {
                return self.fail(start, "`NULL` or `NOT NULL`");
            }
            return Expr::IsNull {
                value: Box::new(left),
                negated,
                span: self.since(start),
            };
        }
        if self.is(Punct::Colon) {
            return self.matches(left, start);
        }
        let negated = self.at_word("not")
            && self.word_at(1).is_some_and(|word| {
                ["in", "like", "rlike"]
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(word))
            });
        if negated {
            self.advance();
        }
        if self.eat_word("in") {
            return self.in_list(left, negated, start);
        }
        let regex = self.at_word("rlike");
        if regex || self.at_word("like") {
            self.advance();
            return self.like(left, negated, regex, start);
        }
        left
    }

    fn matches(&mut self, left: Expr, start: Span) -> Expr {
        let field = match left {
            Expr::Name(name) => Some(name),
            Expr::Cast { value, .. } => match *value {
                Expr::Name(name) => Some(name),
                _ => None,
            },
            _ => None,
        };
        let Some(field) = field else {
            return self.fail(start, "a field before `:`");
        };
        self.advance();
        let value = self.operand();
        Expr::Match {
            field,
            value: Box::new(value),
            span: self.since(start),
        }
    }

    fn in_list(&mut self, value: Expr, negated: bool, start: Span) -> Expr {
        let open = self.span();
        if !self.eat(Punct::Open) {
            return self.fail(start, "a list in parentheses after `IN`");
        }
        if self.word().is_some_and(facts::is_source_command)
            && !matches!(self.peek(1).kind, Kind::Punct(_))
        {
            self.pipeline();
            self.close(Punct::Close, ")", open);
            return Expr::InQuery {
                value: Box::new(value),
                span: self.since(start),
            };
        }
        let mut list = Vec::new();
        loop {
            if !self.enter() {
                break;
            }
            list.push(self.sum());
            self.leave();
            if !self.eat(Punct::Comma) {
                break;
            }
        }
        if !self.close(Punct::Close, ")", open) {
            self.recover();
            self.eat(Punct::Close);
        }
        Expr::In {
            value: Box::new(value),
            negated,
            list,
            span: self.since(start),
        }
    }

    fn like(&mut self, value: Expr, negated: bool, regex: bool, start: Span) -> Expr {
        let what = if regex {
            "a regular expression in quotes after `RLIKE`"
        } else {
            "a pattern in quotes after `LIKE`"
        };
        let mut patterns = Vec::new();
        let open = self.span();
        if self.eat(Punct::Open) {
            loop {
                if let Some(pattern) = self.string() {
                    patterns.push(pattern);
                } else {
                    self.expected(what);
                    self.recover();
                }
                if !self.eat(Punct::Comma) {
                    break;
                }
            }
            self.close(Punct::Close, ")", open);
        } else {
            match self.string() {
                Some(pattern) => patterns.push(pattern),
                None if matches!(
                    self.token().kind,
                    Kind::Word | Kind::Quoted(_) | Kind::Parameter
                ) && self.word().is_none_or(|word| !facts::is_keyword(word)) =>
                {
                    let pattern = Box::new(self.sum());
                    return Expr::LikeValue {
                        value: Box::new(value),
                        negated,
                        regex,
                        pattern,
                        span: self.since(start),
                    };
                }
                None => return self.fail(start, what),
            }
        }
        Expr::Like {
            value: Box::new(value),
            negated,
            regex,
            patterns,
            span: self.since(start),
        }
    }

    /// A value without conditions.
    pub(super) fn operand(&mut self) -> Expr {
        self.sum()
    }

    fn sum(&mut self) -> Expr {
        self.arithmetic(Self::product, |punct| match punct {
            Punct::Plus => Some(ArithmeticOp::Add),
            Punct::Minus => Some(ArithmeticOp::Subtract),
            _ => None,
        })
    }

    fn product(&mut self) -> Expr {
        self.arithmetic(Self::signed, |punct| match punct {
            Punct::Star => Some(ArithmeticOp::Multiply),
            Punct::Slash => Some(ArithmeticOp::Divide),
            Punct::Percent => Some(ArithmeticOp::Modulo),
            _ => None,
        })
    }

    fn arithmetic(
        &mut self,
        mut operand: impl FnMut(&mut Self) -> Expr,
        operator: impl Fn(Punct) -> Option<ArithmeticOp>,
    ) -> Expr {
        let start = self.span();
        let mut left = operand(self);
        while let Kind::Punct(punct) = self.token().kind
            && let Some(op) = operator(punct)
            && self.operator()
        {
            self.advance();
            let right = operand(self);
            left = Expr::Arithmetic {
                op,
                left: Box::new(left),
                right: Box::new(right),
                span: self.since(start),
            };
        }
        left
    }

    fn signed(&mut self) -> Expr {
        let start = self.span();
        let minus = self.is(Punct::Minus);
        if !minus && !self.is(Punct::Plus) {
            return self.cast();
        }
        if !self.enter() {
            return Expr::Error(start);
        }
        self.advance();
        let inner = self.signed();
        self.leave();
        let span = self.since(start);
        match (minus, inner) {
            (false, inner) => inner,
            (true, Expr::Literal(Literal::Int(n), _)) => {
                Expr::Literal(Literal::Int(n.wrapping_neg()), span)
            }
            (true, Expr::Literal(Literal::Float(n), _)) => Expr::Literal(Literal::Float(-n), span),
            (true, inner) => Expr::Negate(Box::new(inner), span),
        }
    }

    fn cast(&mut self) -> Expr {
        let start = self.span();
        let mut value = self.primary();
        while self.is(Punct::Cast) && self.operator() {
            self.advance();
            if self.word().is_none() {
                return self.fail(start, "a type after `::`");
            }
            let to = self.taken();
            if !facts::TYPES
                .iter()
                .any(|known| known.eq_ignore_ascii_case(&to.text))
            {
                let near = facts::nearest(&to.text, facts::TYPES);
                let hint = near.map(|near| format!("`{near}` may be meant"));
                let message = format!("`{}` is not a type", to.text);
                self.report(Code::EsqlType, to.span, message, hint);
            }
            value = Expr::Cast {
                value: Box::new(value),
                to,
                span: self.since(start),
            };
        }
        value
    }

    fn primary(&mut self) -> Expr {
        let token = self.token();
        let span = token.span;
        match &token.kind {
            Kind::Int(_) | Kind::Float(_) => self.number(),
            Kind::Text(_) | Kind::BadEscape(..) | Kind::OtherQuotes(_) => match self.string() {
                Some(word) => Expr::Literal(Literal::Text(word.text), span),
                None => Expr::Error(span),
            },
            Kind::Parameter => {
                self.advance();
                Expr::Parameter(Text::new(self.source.slice(span)), span)
            }
            Kind::Punct(Punct::Open) => {
                self.advance();
                let inner = self.expression();
                if !self.close(Punct::Close, ")", span) {
                    self.recover();
                    self.eat(Punct::Close);
                }
                inner
            }
            Kind::Punct(Punct::OpenBracket) => self.list(),
            Kind::Punct(Punct::OpenBrace) => self.options_map(),
            Kind::Punct(Punct::Star) if self.only_argument() => {
                self.advance();
                Expr::Star(span)
            }
            Kind::Word => self.named(),
            Kind::Quoted(_) => self.column(),
            _ => self.fail(span, "a value"),
        }
    }

    /// Whether the token here stands alone between a function's parentheses.
    fn only_argument(&self) -> bool {
        let before = |back: usize| self.at.checked_sub(back).map(|at| &self.tokens[at]);
        before(1).is_some_and(|token| token.is(Punct::Open))
            && before(2).is_some_and(|token| token.kind == Kind::Word)
            && self.peek(1).is(Punct::Close)
    }

    fn named(&mut self) -> Expr {
        let span = self.span();
        let word = self.word().unwrap_or("");
        let called = self.peek(1).is(Punct::Open);
        if called
            && !["and", "or", "not", "in", "by", "is"]
                .iter()
                .any(|k| k.eq_ignore_ascii_case(word))
        {
            return self.call();
        }
        let literal = match word.to_ascii_lowercase().as_str() {
            "null" => Some(Literal::Null),
            "true" => Some(Literal::Bool(true)),
            "false" => Some(Literal::Bool(false)),
            _ => None,
        };
        if let Some(literal) = literal {
            self.advance();
            return Expr::Literal(literal, span);
        }
        if facts::is_keyword(word) {
            return self.fail(span, "a value");
        }
        self.column()
    }

    fn column(&mut self) -> Expr {
        let start = self.span();
        match self.name(false) {
            Some(name) => Expr::Name(name),
            None => self.skip(start),
        }
    }

    /// A number, or a time span when a unit follows.
    fn number(&mut self) -> Expr {
        let token = self.advance();
        let (start, number) = (token.span, &token.kind);
        let literal = match number {
            Kind::Int(n) => Literal::Int(*n),
            Kind::Float(n) => Literal::Float(*n),
            _ => return Expr::Error(start),
        };
        let (Literal::Int(count), Some(word)) = (&literal, self.word()) else {
            return Expr::Literal(literal, start);
        };
        let joined = facts::is_keyword(word)
            || ["on", "with", "as"]
                .iter()
                .any(|k| k.eq_ignore_ascii_case(word));
        if joined {
            return Expr::Literal(literal, start);
        }
        let count = *count;
        let unit = self.taken();
        let span = self.since(start);
        if let Some(known) = facts::unit(&unit.text) {
            return Expr::Literal(
                Literal::Span(TimeSpan {
                    nanoseconds: known.nanoseconds.saturating_mul(count),
                    months: known.months.saturating_mul(count),
                }),
                span,
            );
        }
        let near = facts::nearest(&unit.text, facts::unit_names());
        let hint = near.map(|near| format!("`{near}` may be meant"));
        let message = format!("`{}` is not a unit of time", unit.text);
        self.report(Code::EsqlTimeSpan, unit.span, message, hint);
        Expr::Error(span)
    }

    fn call(&mut self) -> Expr {
        let name = self.taken();
        let open = self.span();
        self.advance();
        let mut arguments = Vec::new();
        if !self.is(Punct::Close) {
            loop {
                arguments.push(self.expression());
                if self.eat_word("by") {
                    arguments.push(self.expression());
                }
                if !self.eat(Punct::Comma) {
                    break;
                }
            }
        }
        if !self.close(Punct::Close, ")", open) {
            self.recover();
            self.eat(Punct::Close);
        }
        Expr::Call(Call {
            span: self.since(name.span),
            name: name.text,
            name_span: name.span,
            arguments,
        })
    }

    /// `[1, 2]`: constants of one kind.
    fn list(&mut self) -> Expr {
        let open = self.span();
        if !self.enter() {
            return Expr::Error(open);
        }
        self.advance();
        let mut items = Vec::new();
        loop {
            match self.signed() {
                Expr::Literal(literal, _) => items.push(literal),
                Expr::Error(_) => break,
                other => {
                    let message = "only constants stand in a list";
                    self.report(Code::EsqlSyntax, other.span(), message, None);
                }
            }
            if !self.eat(Punct::Comma) {
                break;
            }
        }
        if !self.close(Punct::CloseBracket, "]", open) {
            self.recover();
            self.eat(Punct::CloseBracket);
        }
        self.leave();
        Expr::List(items, self.since(open))
    }

    /// `{"name": constant}`.
    pub(super) fn options_map(&mut self) -> Expr {
        let open = self.span();
        self.advance();
        let mut entries = Vec::new();
        while let Some(Word { text, .. }) = self.string() {
            if !self.eat(Punct::Colon) {
                self.expected("`:`");
            }
            let value = match self.signed() {
                Expr::Literal(literal, _) => literal,
                Expr::List(mut items, _) if !items.is_empty() => items.swap_remove(0),
                _ => Literal::Null,
            };
            entries.push((text, value));
            if !self.eat(Punct::Comma) {
                break;
            }
        }
        if !self.close(Punct::CloseBrace, "}", open) {
            self.recover();
            self.eat(Punct::CloseBrace);
        }
        Expr::Options(entries, self.since(open))
    }
}

fn single_or(mut parts: Vec<Expr>, build: impl FnOnce(Vec<Expr>) -> Expr) -> Expr {
    if parts.len() == 1 {
        parts.remove(0)
    } else {
        build(parts)
    }
}

/// A name that stands for itself in messages.
impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}
