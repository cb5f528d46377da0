//! Expressions, by precedence: `or`, `and`, equality and lists, order, sums, products, text
//! operators, signs, paths.

use super::{Parsed, Parser};
use crate::kusto::ast::{
    Argument, Arithmetic, Between, Call, Comparison, Expr, ExprKind, External, Ident, InList, Json,
    Literal, Test,
};
use crate::kusto::facts;
use crate::kusto::lexer::{Kind, Punct};
use tripline_ir::Text;
use tripline_text::{Code, Span};

/// Words that begin a pipeline.
const LEADING: [&str; 6] = ["union", "search", "find", "print", "range", "evaluate"];

impl Parser<'_> {
    /// An expression with the operators that it runs through.
    pub(super) fn piped(&mut self) -> Parsed<Expr> {
        self.nested(|parser| {
            let start = parser.span();
            let source = parser.expression()?;
            if !parser.is(Punct::Pipe) {
                return Ok(source);
            }
            let operators = parser.pipeline()?;
            Ok(Expr {
                kind: ExprKind::Pipe(Box::new(source), operators),
                span: parser.since(start),
            })
        })
    }

    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.nested(Self::or)
    }

    fn or(&mut self) -> Parsed<Expr> {
        self.chain("or", Self::and, ExprKind::Or)
    }

    fn and(&mut self) -> Parsed<Expr> {
        self.chain("and", Self::equality, ExprKind::And)
    }

    fn chain(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Parsed<Expr>,
        build: fn(Vec<Expr>) -> ExprKind,
    ) -> Parsed<Expr> {
        let start = self.span();
        let first = part(self)?;
        if !self.joined_by(word) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.joined_by(word) {
            self.advance();
            parts.push(part(self)?);
        }
        Ok(Expr {
            kind: build(parts),
            span: self.since(start),
        })
    }

    /// Whether the word joins here; in capitals it is reported and taken as meant.
    fn joined_by(&mut self, word: &str) -> bool {
        let Some(found) = self.word() else {
            return false;
        };
        if found == word {
            return true;
        }
        if found.eq_ignore_ascii_case(word) {
            let message = format!("expected `{word}`, found `{found}`");
            let hint = format!("words of the language are in lower case: `{word}`");
            self.report(Code::KustoSyntax, self.span(), message, Some(hint));
            return true;
        }
        false
    }

    fn equality(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let mut left = self.relation()?;
        let mut chain = 0;
        loop {
            self.link(&mut chain)?;
            let negated = match self.token().kind {
                Kind::Punct(Punct::Equals) => false,
                Kind::Punct(Punct::NotEquals) => true,
                _ => match self.word() {
                    Some("between" | "!between" | "notbetween") => {
                        left = self.between(left, start)?;
                        continue;
                    }
                    Some(word) if facts::list_test(word).is_some() => {
                        left = self.in_list(left, start)?;
                        continue;
                    }
                    _ => return Ok(left),
                },
            };
            self.advance();
            let right = self.relation()?;
            let how = Comparison {
                test: Test::Equals,
                negated,
                cased: true,
            };
            left = self.compare(how, left, right, start);
        }
    }

    fn compare(&self, how: Comparison, left: Expr, right: Expr, start: Span) -> Expr {
        Expr {
            kind: ExprKind::Compare(how, Box::new(left), Box::new(right)),
            span: self.since(start),
        }
    }

    fn between(&mut self, value: Expr, start: Span) -> Parsed<Expr> {
        let negated = self.word() != Some("between");
        self.advance();
        let open = self.span();
        self.expect(Punct::Open, "`(`")?;
        let low = self.expression()?;
        self.expect(Punct::DotDot, "`..`")?;
        let high = self.expression()?;
        self.close(Punct::Close, "`)`", open)?;
        let between = Between {
            value,
            low,
            high,
            negated,
        };
        Ok(Expr {
            kind: ExprKind::Between(Box::new(between)),
            span: self.since(start),
        })
    }

    fn in_list(&mut self, left: Expr, start: Span) -> Parsed<Expr> {
        let Some((how, negated, cased)) = self.word().and_then(facts::list_test) else {
            return self.expected("a list operator");
        };
        self.advance();
        let open = self.span();
        self.expect(Punct::Open, "`(`")?;
        let mut items = Vec::new();
        while !self.is(Punct::Close) && !self.at_end() {
            items.push(self.piped()?);
            if !self.eat(Punct::Comma) {
                break;
            }
        }
        self.close(Punct::Close, "`)` or `,`", open)?;
        let list = InList {
            left,
            how,
            negated,
            cased,
            items,
        };
        Ok(Expr {
            kind: ExprKind::In(Box::new(list)),
            span: self.since(start),
        })
    }

    fn relation(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let mut left = self.sum()?;
        let mut chain = 0;
        loop {
            self.link(&mut chain)?;
            let test = match self.token().kind {
                Kind::Punct(Punct::Less) => Test::Less,
                Kind::Punct(Punct::LessEqual) => Test::LessEqual,
                Kind::Punct(Punct::Greater) => Test::Greater,
                Kind::Punct(Punct::GreaterEqual) => Test::GreaterEqual,
                _ => return Ok(left),
            };
            self.advance();
            let right = self.sum()?;
            let how = Comparison {
                test,
                negated: false,
                cased: true,
            };
            left = self.compare(how, left, right, start);
        }
    }

    fn sum(&mut self) -> Parsed<Expr> {
        self.arithmetic(Self::product, |punct| match punct {
            Punct::Plus => Some(Arithmetic::Add),
            Punct::Minus => Some(Arithmetic::Subtract),
            _ => None,
        })
    }

    fn product(&mut self) -> Parsed<Expr> {
        self.arithmetic(Self::text_operation, |punct| match punct {
            Punct::Star => Some(Arithmetic::Multiply),
            Punct::Slash => Some(Arithmetic::Divide),
            Punct::Percent => Some(Arithmetic::Modulo),
            _ => None,
        })
    }

    fn arithmetic(
        &mut self,
        part: fn(&mut Self) -> Parsed<Expr>,
        operator: fn(Punct) -> Option<Arithmetic>,
    ) -> Parsed<Expr> {
        let start = self.span();
        let mut left = part(self)?;
        let mut chain = 0;
        while let Kind::Punct(punct) = self.token().kind
            && let Some(which) = operator(punct)
        {
            self.link(&mut chain)?;
            self.advance();
            let right = part(self)?;
            left = Expr {
                kind: ExprKind::Binary(which, Box::new(left), Box::new(right)),
                span: self.since(start),
            };
        }
        Ok(left)
    }

    fn text_operation(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let mut left = self.signed()?;
        let mut chain = 0;
        loop {
            self.link(&mut chain)?;
            let Some(how) = self.text_operator() else {
                return Ok(left);
            };
            let right = self.signed()?;
            left = self.compare(how, left, right, start);
        }
    }

    /// Takes a text operator, if one stands here.
    fn text_operator(&mut self) -> Option<Comparison> {
        let folded = |negated| Comparison {
            test: Test::Equals,
            negated,
            cased: false,
        };
        let found = match &self.token().kind {
            Kind::Punct(Punct::EqualsFold) => folded(false),
            Kind::Punct(Punct::NotEqualsFold) => folded(true),
            Kind::Punct(Punct::Colon) => Comparison {
                test: Test::Has,
                negated: false,
                cased: false,
            },
            Kind::Name(word) if word == "matches" && self.peek(1).word()? == "regex" => {
                self.advance();
                Comparison {
                    test: Test::Regex,
                    negated: false,
                    cased: true,
                }
            }
            Kind::Name(word) => facts::comparison(word)?,
            _ => return None,
        };
        self.advance();
        Some(found)
    }

    fn signed(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let minus = self.is(Punct::Minus);
        if minus || self.is(Punct::Plus) {
            self.advance();
            let inner = self.nested(Self::signed)?;
            return Ok(Expr {
                kind: ExprKind::Sign(minus, Box::new(inner)),
                span: self.since(start),
            });
        }
        self.path()
    }

    /// A table: a path whose brackets hold a pipeline.
    pub(super) fn table_path(&mut self) -> Parsed<Expr> {
        self.path()
    }

    fn path(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let mut of = self.primary()?;
        let mut chain = 0;
        loop {
            self.link(&mut chain)?;
            let kind = if self.is(Punct::Dot) {
                self.advance();
                self.member(of)?
            } else if self.is(Punct::SquareOpen) && self.indexable(&of) {
                let open = self.span();
                self.advance();
                let index = self.expression()?;
                self.close(Punct::SquareClose, "`]`", open)?;
                match index.kind {
                    ExprKind::Literal(Literal::Text(text)) => {
                        let span = index.span;
                        ExprKind::Member(Box::new(of), Ident { text, span })
                    }
                    _ => ExprKind::Index(Box::new(of), Box::new(index)),
                }
            } else {
                return Ok(of);
            };
            of = Expr {
                kind,
                span: self.since(start),
            };
        }
    }

    fn indexable(&self, of: &Expr) -> bool {
        !matches!(
            of.kind,
            ExprKind::Literal(_) | ExprKind::Datatable(..) | ExprKind::External(_)
        )
    }

    /// What follows a dot.
    fn member(&mut self, of: Expr) -> Parsed<ExprKind> {
        if self.is(Punct::SquareOpen) && !matches!(self.peek(1).kind, Kind::Text(_)) {
            let open = self.span();
            self.advance();
            let index = self.expression()?;
            self.close(Punct::SquareClose, "`]`", open)?;
            return Ok(ExprKind::Index(Box::new(of), Box::new(index)));
        }
        let name = self.ident("a name after `.`")?;
        if self.is(Punct::Open) {
            let arguments = self.arguments()?;
            return Ok(ExprKind::MemberCall(Box::new(of), Call { name, arguments }));
        }
        if self.is(Punct::Star) && self.span().start == name.span.end {
            self.advance();
            return Ok(ExprKind::Wildcard(Text::from(format!("{}*", name.text))));
        }
        Ok(ExprKind::Member(Box::new(of), name))
    }

    /// `(arguments)`.
    pub(super) fn arguments(&mut self) -> Parsed<Vec<Argument>> {
        let open = self.span();
        self.expect(Punct::Open, "`(`")?;
        let mut found = Vec::new();
        while !self.is(Punct::Close) && !self.at_end() {
            found.push(self.argument()?);
            if !self.eat(Punct::Comma) {
                break;
            }
        }
        self.close(Punct::Close, "`)` or `,`", open)?;
        Ok(found)
    }

    /// An item of an operator: a value, with `name =` before it or not.
    pub(super) fn item(&mut self) -> Parsed<Argument> {
        let names = self.names()?;
        let value = self.expression()?;
        Ok(Argument { names, value })
    }

    /// An argument of a call, which may be a pipeline.
    fn argument(&mut self) -> Parsed<Argument> {
        let names = self.names()?;
        let value = self.piped()?;
        Ok(Argument { names, value })
    }

    /// `name =` or `(a, b) =`, when that stands here.
    pub(super) fn names(&mut self) -> Parsed<Vec<Ident>> {
        let single = self.token().word().is_some() && self.peek(1).is(Punct::Assign);
        let bracketed = self.is(Punct::SquareOpen) && self.peek(3).is(Punct::Assign);
        if single || bracketed {
            let name = self.ident("a name")?;
            self.advance();
            return Ok(vec![name]);
        }
        if self.is(Punct::Open) && self.tuple_of_names_ahead() {
            self.advance();
            let names = self.list(|parser| parser.ident("a name"))?;
            self.expect(Punct::Close, "`)`")?;
            self.expect(Punct::Assign, "`=`")?;
            return Ok(names);
        }
        Ok(Vec::new())
    }

    fn tuple_of_names_ahead(&self) -> bool {
        let mut ahead = 1;
        loop {
            if self.peek(ahead).word().is_none() {
                return false;
            }
            match self.peek(ahead + 1).kind {
                Kind::Punct(Punct::Comma) => ahead += 2,
                Kind::Punct(Punct::Close) => return self.peek(ahead + 2).is(Punct::Assign),
                _ => return false,
            }
        }
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let kind = match &self.token().kind {
            Kind::Text(_) => ExprKind::Literal(Literal::Text(self.texts())),
            Kind::Int(n) => self.take(ExprKind::Literal(Literal::Int(*n))),
            Kind::Real(n) => self.take(ExprKind::Literal(Literal::Real(*n))),
            Kind::Timespan(n) => self.take(ExprKind::Literal(Literal::Timespan(*n))),
            Kind::Datetime(Some(at)) => self.take(ExprKind::Literal(Literal::Datetime(*at))),
            Kind::Datetime(None) => self.take(ExprKind::Error),
            Kind::Null => self.take(ExprKind::Literal(Literal::Null)),
            Kind::Punct(Punct::Star) => self.take(ExprKind::Star),
            Kind::Punct(Punct::Open) => self.grouped()?,
            Kind::Punct(Punct::SquareOpen) => ExprKind::Name(self.ident("an expression")?.text),
            Kind::Name(word) => self.named(word)?,
            _ => return self.expected("an expression"),
        };
        Ok(Expr {
            kind,
            span: self.since(start),
        })
    }

    fn take(&mut self, kind: ExprKind) -> ExprKind {
        self.advance();
        kind
    }

    /// Strings side by side are one.
    pub(super) fn texts(&mut self) -> Text {
        let mut joined: Option<String> = None;
        while let Kind::Text(text) = &self.token().kind {
            self.advance();
            match &mut joined {
                None if !matches!(self.token().kind, Kind::Text(_)) => return text.clone(),
                None => joined = Some(text.to_string()),
                Some(joined) => joined.push_str(text),
            }
        }
        joined.unwrap_or_default().into()
    }

    fn grouped(&mut self) -> Parsed<ExprKind> {
        let open = self.span();
        self.advance();
        let first = self.piped()?;
        if self.is(Punct::Comma) {
            let mut parts = vec![first];
            while self.eat(Punct::Comma) {
                parts.push(self.piped()?);
            }
            self.close(Punct::Close, "`)`", open)?;
            return Ok(ExprKind::Tuple(parts));
        }
        self.close(Punct::Close, "`)`", open)?;
        Ok(first.kind)
    }

    fn named(&mut self, word: &Text) -> Parsed<ExprKind> {
        let start = self.span();
        let called = self.peek(1).is(Punct::Open);
        match word.as_str() {
            "true" | "false" | "True" | "False" | "TRUE" | "FALSE" if !called => {
                let value = word.eq_ignore_ascii_case("true");
                return Ok(self.take(ExprKind::Literal(Literal::Bool(value))));
            }
            "dynamic" if called => return self.dynamic(),
            "datatable" if called => return self.datatable(),
            "externaldata" | "external_data" if called => return self.external(),
            leading if LEADING.contains(&leading) && self.begins_pipeline(leading) => {
                let operator = self.operator()?;
                return Ok(ExprKind::Leading(Box::new(operator)));
            }
            _ => {}
        }
        if let Some(found) = self.wildcard(word) {
            return Ok(found);
        }
        self.advance();
        if called {
            let name = Ident {
                text: word.clone(),
                span: start,
            };
            let arguments = self.nested(Self::arguments)?;
            return Ok(ExprKind::Call(Call { name, arguments }));
        }
        Ok(ExprKind::Name(word.clone()))
    }

    /// `Device*`, `*Events` is read by its star elsewhere; the star must touch the name and not
    /// multiply.
    fn wildcard(&mut self, word: &Text) -> Option<ExprKind> {
        let (name, star, next) = (self.token(), self.peek(1), self.peek(2));
        let touches = star.is(Punct::Star) && star.span.start == name.span.end;
        let ends = match &next.kind {
            Kind::Punct(
                Punct::Comma | Punct::Close | Punct::Pipe | Punct::Semicolon | Punct::Minus,
            )
            | Kind::End => true,
            Kind::Name(_) => next.span.start > star.span.end,
            _ => false,
        };
        if !touches || !ends {
            return None;
        }
        self.at += 2;
        Some(ExprKind::Wildcard(Text::from(format!("{word}*"))))
    }

    /// Whether the word is an operator here and not the name of a column or function.
    fn begins_pipeline(&self, word: &str) -> bool {
        let next = self.peek(1);
        match word {
            "range" => next.word().is_some() && self.peek(2).word().is_some(),
            "evaluate" | "print" => {
                !next.is(Punct::Open) && !matches!(next.kind, Kind::Punct(_) | Kind::End)
            }
            "find" | "search" if next.word().is_some_and(|w| w == "in") => {
                self.peek(2).is(Punct::Open)
            }
            "union" | "find" | "search" => {
                matches!(
                    next.kind,
                    Kind::Name(_) | Kind::Text(_) | Kind::Punct(Punct::Open | Punct::Star)
                ) && next.word().is_none_or(|w| {
                    facts::comparison(w).is_none()
                        && facts::list_test(w).is_none()
                        && w != "and"
                        && w != "or"
                })
            }
            _ => false,
        }
    }

    /// `dynamic(...)`.
    fn dynamic(&mut self) -> Parsed<ExprKind> {
        self.advance();
        let open = self.span();
        self.advance();
        let value = self.nested(Self::json)?;
        self.close(Punct::Close, "`)`", open)?;
        Ok(match value {
            Json::Scalar(literal, _) if *literal == Literal::Null => {
                ExprKind::Literal(Literal::Null)
            }
            value => ExprKind::Literal(Literal::Dynamic(value)),
        })
    }

    fn json(&mut self) -> Parsed<Json> {
        let span = self.span();
        if self.eat(Punct::SquareOpen) {
            let mut items = Vec::new();
            while !self.is(Punct::SquareClose) && !self.at_end() {
                items.push(self.nested(Self::json)?);
                if !self.eat(Punct::Comma) {
                    break;
                }
            }
            self.close(Punct::SquareClose, "`]` or `,`", span)?;
            return Ok(Json::List(items));
        }
        if self.eat(Punct::BraceOpen) {
            let mut entries = Vec::new();
            while !self.is(Punct::BraceClose) && !self.at_end() {
                let name = match &self.token().kind {
                    Kind::Text(_) => self.texts(),
                    _ => self.ident("a name in quotes")?.text,
                };
                self.expect(Punct::Colon, "`:`")?;
                entries.push((name, self.nested(Self::json)?));
                if !self.eat(Punct::Comma) {
                    break;
                }
            }
            self.close(Punct::BraceClose, "`}` or `,`", span)?;
            return Ok(Json::Object(entries));
        }
        let minus = self.eat(Punct::Minus);
        let literal = match &self.token().kind {
            Kind::Text(_) => Literal::Text(self.texts()),
            Kind::Int(n) => {
                self.advance();
                Literal::Int(if minus { n.wrapping_neg() } else { *n })
            }
            Kind::Real(n) => {
                self.advance();
                Literal::Real(if minus { -n } else { *n })
            }
            Kind::Timespan(n) => {
                self.advance();
                Literal::Timespan(*n)
            }
            Kind::Datetime(Some(at)) => {
                self.advance();
                Literal::Datetime(*at)
            }
            Kind::Null => {
                self.advance();
                Literal::Null
            }
            Kind::Name(word) if matches!(word.as_str(), "true" | "false" | "null") => {
                self.advance();
                match word.as_str() {
                    "null" => Literal::Null,
                    word => Literal::Bool(word == "true"),
                }
            }
            Kind::Name(word)
                if matches!(
                    word.as_str(),
                    "dynamic" | "bool" | "int" | "long" | "real" | "guid"
                ) && self.peek(1).is(Punct::Open) =>
            {
                self.advance();
                let open = self.span();
                self.advance();
                let inner = self.nested(Self::json)?;
                self.close(Punct::Close, "`)`", open)?;
                return Ok(inner);
            }
            Kind::Name(_) => {
                let hint = Some("texts inside `dynamic(...)` stand in quotes".to_owned());
                return self.expected_with("a constant", hint);
            }
            _ => return self.expected("a constant"),
        };
        Ok(Json::Scalar(Box::new(literal), self.since(span)))
    }

    fn datatable(&mut self) -> Parsed<ExprKind> {
        self.advance();
        let columns = self.parameters()?;
        let values = self.square_list()?;
        Ok(ExprKind::Datatable(columns, values))
    }

    fn external(&mut self) -> Parsed<ExprKind> {
        self.advance();
        let columns = self.parameters()?;
        let addresses = self.square_list()?;
        let mut settings = Vec::new();
        if self.eat_word("with") {
            let open = self.span();
            self.expect(Punct::Open, "`(`")?;
            while let Some(name) = self.word()
                && self.peek(1).is(Punct::Assign)
            {
                self.at += 2;
                let token = self.advance();
                let value = match &token.kind {
                    Kind::Text(text) => text.clone(),
                    _ => Text::from(self.source.slice(token.span)),
                };
                settings.push((name.to_lowercase().into(), value));
                self.eat(Punct::Comma);
            }
            self.skip_to(&[Punct::Close]);
            self.close(Punct::Close, "`)`", open)?;
        }
        Ok(ExprKind::External(Box::new(External {
            columns,
            addresses,
            settings,
        })))
    }

    /// `[a, b, ...]`; a comma may stand at the end.
    fn square_list(&mut self) -> Parsed<Vec<Expr>> {
        let open = self.span();
        self.expect(Punct::SquareOpen, "`[`")?;
        let mut items = Vec::new();
        while !self.is(Punct::SquareClose) && !self.at_end() {
            items.push(self.expression()?);
            if !self.eat(Punct::Comma) {
                break;
            }
        }
        self.close(Punct::SquareClose, "`]` or `,`", open)?;
        Ok(items)
    }
}
