//! Conditions and values: `or` < `and` < `not` < comparison < `+ -` < `* / %` < sign < operand.

use super::super::ast::{ArithmeticOp, Call, CompareOp, EventFilter, Expr, Field, Literal, TextOp};
use super::super::facts;
use super::super::lexer::{Kind, Punct};
use super::Parser;
use tripline_ir::{LineageRelation, Text};
use tripline_text::{Code, Span};

const OPERAND: &str = "a field, a value or a function";

impl Parser<'_> {
    /// A condition or value.
    pub(super) fn expression(&mut self) -> Expr {
        let start = self.span();
        if !self.enter() {
            return Expr::Error(start);
        }
        let result = self.either();
        self.leave();
        result
    }

    /// A key of `by`: a value, not a condition.
    pub(super) fn key(&mut self) -> Expr {
        let start = self.span();
        if !self.enter() {
            return Expr::Error(start);
        }
        let result = self.sum();
        self.leave();
        result
    }

    fn either(&mut self) -> Expr {
        let first = self.both();
        if !self.at_word("or") {
            return first;
        }
        let mut parts = vec![first];
        while self.eat_word("or") {
            parts.push(self.both());
        }
        Expr::Or(parts)
    }

    fn both(&mut self) -> Expr {
        let first = self.negation();
        if !self.at_word("and") {
            return first;
        }
        let mut parts = vec![first];
        while self.eat_word("and") {
            parts.push(self.negation());
        }
        Expr::And(parts)
    }

    fn negation(&mut self) -> Expr {
        let mut starts = Vec::new();
        while self.at_word("not") {
            starts.push(self.advance().span);
            if starts.len() > facts::MAX_DEPTH as usize {
                self.give_up(format!(
                    "`not` is repeated too often: at most {} times",
                    facts::MAX_DEPTH
                ));
                return Expr::Error(starts[0]);
            }
        }
        let inner = self.comparison();
        starts.into_iter().rev().fold(inner, |inner, start| {
            let span = start.cover(inner.span());
            Expr::Not(Box::new(inner), span)
        })
    }

    fn comparison(&mut self) -> Expr {
        if self.lineage_ahead() {
            return self.lineage();
        }
        let left = self.sum();
        if left.is_error() {
            return left;
        }
        let compared = self.predicate(left);
        self.no_chain(compared)
    }

    /// What may follow the left operand.
    fn predicate(&mut self, left: Expr) -> Expr {
        let op_span = self.span();
        if let Some(op) = self.compare_op() {
            self.advance();
            return self.compare(left, op, op_span);
        }
        if let Some(op) = self.text_op() {
            self.advance();
            return self.text(left, op);
        }
        let negated = self.token().is_word("not");
        let after = self.peek(usize::from(negated));
        let insensitive = match &after.kind {
            Kind::Name(name) if name == "in" => false,
            Kind::TildeName(name) if name == "in" => true,
            Kind::Name(name) if negated && matches!(name.as_str(), "like" | "regex") => {
                self.misplaced_not(&left, name);
                return self.predicate(left);
            }
            Kind::TildeName(name) if negated && matches!(name.as_str(), "like" | "regex") => {
                self.misplaced_not(&left, &format!("{name}~"));
                return self.predicate(left);
            }
            _ => return left,
        };
        if negated {
            self.advance();
        }
        self.advance();
        self.membership(left, negated, insensitive)
    }

    fn misplaced_not(&mut self, left: &Expr, word: &str) {
        let field = self.source.slice(left.span()).to_owned();
        self.report(
            Code::EqlSyntax,
            self.span(),
            format!("`not {word}` is not an operator: expected `not` before the field"),
            Some(format!("write `not {field} {word} ...`")),
        );
        self.advance();
    }

    fn compare_op(&mut self) -> Option<CompareOp> {
        let Kind::Punct(punct) = self.token().kind else {
            return None;
        };
        Some(match punct {
            Punct::Equal => CompareOp::Eq,
            Punct::NotEqual => CompareOp::Ne,
            Punct::Less => CompareOp::Lt,
            Punct::LessEqual => CompareOp::Lte,
            Punct::Greater => CompareOp::Gt,
            Punct::GreaterEqual => CompareOp::Gte,
            Punct::Assign => {
                self.report(
                    Code::EqlSingleEquals,
                    self.span(),
                    "`=` does not compare: expected `==` or `:`",
                    Some("write `==` to compare exactly, `:` to ignore case".to_owned()),
                );
                CompareOp::Eq
            }
            _ => return None,
        })
    }

    fn text_op(&self) -> Option<TextOp> {
        Some(match &self.token().kind {
            Kind::Punct(Punct::Colon) => TextOp::Colon,
            Kind::Name(name) if name == "like" => TextOp::Like,
            Kind::Name(name) if name == "regex" => TextOp::Regex,
            Kind::TildeName(name) if name == "like" => TextOp::LikeTilde,
            Kind::TildeName(name) if name == "regex" => TextOp::RegexTilde,
            _ => return None,
        })
    }

    fn compare(&mut self, left: Expr, op: CompareOp, op_span: Span) -> Expr {
        let doubled = self.span();
        if matches!(
            self.token().kind,
            Kind::Punct(Punct::Assign | Punct::Equal | Punct::Less | Punct::Greater)
        ) {
            self.expected(OPERAND);
            self.advance();
        } else if self.is(Punct::Open) && matches!(self.peek(2).kind, Kind::Punct(Punct::Comma)) {
            let field = self.source.slice(left.span()).to_owned();
            let instead = if op == CompareOp::Ne { "not in" } else { "in" };
            self.report(
                Code::EqlSyntax,
                doubled,
                format!("`{}` takes one value, found a list", op.spelling()),
                Some(format!("write `{field} {instead} (...)`")),
            );
            self.advance();
            let open = doubled;
            let list = self.list(open);
            let span = self.since(left.span());
            return Expr::In {
                left: Box::new(left),
                negated: op == CompareOp::Ne,
                insensitive: false,
                list,
                span,
            };
        }
        let right = self.sum();
        let span = self.since(left.span());
        if right.is_error() {
            return Expr::Error(span);
        }
        Expr::Compare {
            op,
            left: Box::new(left),
            right: Box::new(right),
            op_span,
            span,
        }
    }

    fn text(&mut self, left: Expr, op: TextOp) -> Expr {
        let open = self.span();
        let list = if self.eat(Punct::Open) {
            self.list(open)
        } else {
            vec![self.sum()]
        };
        let span = self.since(left.span());
        Expr::Text {
            left: Box::new(left),
            op,
            list,
            span,
        }
    }

    fn membership(&mut self, left: Expr, negated: bool, insensitive: bool) -> Expr {
        let open = self.span();
        let list = if self.eat(Punct::Open) {
            self.list(open)
        } else {
            let what = if insensitive { "in~" } else { "in" };
            let message = format!("expected `(` after `{what}`, found {}", self.found());
            let hint = format!("write `{what} (\"a\", \"b\")`");
            self.report(Code::EqlSyntax, open, message, Some(hint));
            vec![self.sum()]
        };
        let span = self.since(left.span());
        Expr::In {
            left: Box::new(left),
            negated,
            insensitive,
            list,
            span,
        }
    }

    /// The values of a list, and its `)`.
    fn list(&mut self, open: Span) -> Vec<Expr> {
        let mut list = Vec::new();
        if self.is(Punct::Close) {
            self.expected("a value");
            self.advance();
            return vec![Expr::Error(self.since(open))];
        }
        loop {
            let before = self.span();
            list.push(self.expression());
            if self.eat(Punct::Comma) {
                if self.is(Punct::Close) {
                    let message = "a comma has no value after it";
                    let hint = Some("remove the comma".to_owned());
                    self.report(Code::EqlSyntax, self.span(), message, hint);
                    self.advance();
                    return list;
                }
                continue;
            }
            if self.eat(Punct::Close) {
                return list;
            }
            if self.begins_value() {
                let message = format!("expected `,` or `)`, found {}", self.found());
                let hint = Some("the values of a list stand between commas".to_owned());
                self.report(Code::EqlSyntax, self.span(), message, hint);
                if self.span() != before {
                    continue;
                }
            }
            self.close(Punct::Close, open);
            return list;
        }
    }

    fn begins_value(&self) -> bool {
        match &self.token().kind {
            Kind::Text(_) | Kind::Int(_) | Kind::Float(_) | Kind::Quoted(_) => true,
            Kind::Name(name) => !facts::is_keyword(name),
            _ => false,
        }
    }

    /// Reports `a == b == c`.
    fn no_chain(&mut self, compared: Expr) -> Expr {
        let chained = matches!(
            compared,
            Expr::Compare { .. } | Expr::In { .. } | Expr::Text { .. }
        );
        let start = self.span();
        if !chained || (self.text_op().is_none() && !self.is_compare() && !self.is_in()) {
            return compared;
        }
        self.report(
            Code::EqlChained,
            start,
            format!("comparisons cannot be chained: found {}", self.found()),
            Some("join two comparisons with `and`".to_owned()),
        );
        self.skip(compared.span())
    }

    fn is_compare(&self) -> bool {
        matches!(
            self.token().kind,
            Kind::Punct(
                Punct::Equal
                    | Punct::NotEqual
                    | Punct::Less
                    | Punct::LessEqual
                    | Punct::Greater
                    | Punct::GreaterEqual
                    | Punct::Assign
            )
        )
    }

    fn is_in(&self) -> bool {
        matches!(&self.token().kind, Kind::Name(name) | Kind::TildeName(name) if name == "in")
    }

    fn sum(&mut self) -> Expr {
        let mut left = self.product();
        loop {
            let op = match self.token().kind {
                Kind::Punct(Punct::Plus) => ArithmeticOp::Add,
                Kind::Punct(Punct::Minus) => ArithmeticOp::Subtract,
                _ => return left,
            };
            self.advance();
            if !self.spend() {
                return Expr::Error(left.span());
            }
            let right = self.product();
            left = self.arithmetic(op, left, right);
        }
    }

    fn product(&mut self) -> Expr {
        let mut left = self.signed();
        loop {
            let op = match self.token().kind {
                Kind::Punct(Punct::Star) => ArithmeticOp::Multiply,
                Kind::Punct(Punct::Slash) => ArithmeticOp::Divide,
                Kind::Punct(Punct::Percent) => ArithmeticOp::Modulo,
                _ => return left,
            };
            self.advance();
            if !self.spend() {
                return Expr::Error(left.span());
            }
            let right = self.signed();
            left = self.arithmetic(op, left, right);
        }
    }

    /// Counts an arithmetic operator.
    fn spend(&mut self) -> bool {
        self.arithmetic += 1;
        let within = self.arithmetic <= facts::MAX_ARITHMETIC;
        if !within {
            self.give_up(format!(
                "the query computes too much: at most {} arithmetic operators",
                facts::MAX_ARITHMETIC
            ));
        }
        within
    }

    fn arithmetic(&self, op: ArithmeticOp, left: Expr, right: Expr) -> Expr {
        let span = self.since(left.span());
        if left.is_error() || right.is_error() {
            return Expr::Error(span);
        }
        Expr::Arithmetic {
            op,
            left: Box::new(left),
            right: Box::new(right),
            span,
        }
    }

    fn signed(&mut self) -> Expr {
        let start = self.span();
        let mut negative = false;
        while self.is(Punct::Minus) || self.is(Punct::Plus) {
            negative ^= self.is(Punct::Minus);
            self.advance();
        }
        let operand = self.operand();
        let span = self.since(start);
        if span.start == operand.span().start {
            return operand;
        }
        match operand {
            Expr::Literal(Literal::Int(n), _) => {
                let n = if negative { n.saturating_neg() } else { n };
                Expr::Literal(Literal::Int(n), span)
            }
            Expr::Literal(Literal::Float(n), _) => {
                Expr::Literal(Literal::Float(if negative { -n } else { n }), span)
            }
            Expr::Error(_) => Expr::Error(span),
            other if negative => Expr::Negate(Box::new(other), span),
            other => other,
        }
    }

    fn operand(&mut self) -> Expr {
        let start = self.span();
        let literal = match &self.token().kind {
            Kind::Text(text) => Some(Literal::Text(text.clone())),
            Kind::Int(n) => Some(Literal::Int(*n)),
            Kind::Float(n) => Some(Literal::Float(*n)),
            Kind::Name(name) => match name.as_str() {
                "true" => Some(Literal::Bool(true)),
                "false" => Some(Literal::Bool(false)),
                "null" => Some(Literal::Null),
                _ => None,
            },
            _ => None,
        };
        if let Some(literal) = literal {
            self.advance();
            return Expr::Literal(literal, start);
        }
        match &self.token().kind {
            Kind::Punct(Punct::Open) => self.parenthesised(),
            Kind::TildeName(_) => self.call(),
            Kind::Name(_) if self.peek(1).is(Punct::Open) && !self.at_keyword() => self.call(),
            Kind::Name(name) if self.at_keyword() => {
                let hint = (!matches!(name.as_str(), "and" | "or"))
                    .then(|| format!("for a field of this name write `{name}` in backticks"));
                self.expected_with(OPERAND, hint);
                self.advance_unless_boundary();
                self.skip(start)
            }
            Kind::Punct(Punct::Question | Punct::Dollar) | Kind::Quoted(_) | Kind::Name(_) => {
                self.field()
            }
            _ => self.fail(start, OPERAND),
        }
    }

    /// Past a keyword that cannot begin an operand, unless reading goes on at it.
    fn advance_unless_boundary(&mut self) {
        let boundary = ["and", "or", "until", "by", "with"];
        if !boundary.iter().any(|word| self.token().is_word(word)) {
            self.advance();
        }
    }

    fn at_keyword(&self) -> bool {
        matches!(&self.token().kind, Kind::Name(name) if facts::is_keyword(name))
    }

    fn parenthesised(&mut self) -> Expr {
        let open = self.advance().span;
        let mut inner = self.expression();
        while !self.eat(Punct::Close) {
            let start = self.span();
            let stops = [
                Punct::CloseBracket,
                Punct::OpenBracket,
                Punct::OpenMissing,
                Punct::Pipe,
            ];
            if self.at_end() || stops.iter().any(|stop| self.is(*stop)) {
                self.close(Punct::Close, open);
                return inner;
            }
            let message = format!("expected `and`, `or` or `)`, found {}", self.found());
            let hint = self
                .is(Punct::Comma)
                .then(|| "a list stands after `in`, `:`, `like` or `regex`".to_owned());
            self.report(Code::EqlSyntax, start, message, hint);
            self.advance();
            self.recover();
            let mut parts = opened(inner);
            parts.push(Expr::Error(self.since(start)));
            if self.eat_word("and") || self.eat_word("or") {
                parts.push(self.expression());
            }
            inner = Expr::And(parts);
        }
        inner
    }

    fn call(&mut self) -> Expr {
        let token = self.advance();
        let name_span = token.span;
        let (name, tilde) = match &token.kind {
            Kind::TildeName(name) => (name.clone(), true),
            Kind::Name(name) => (name.clone(), false),
            _ => return Expr::Error(name_span),
        };
        let open = self.span();
        if !self.eat(Punct::Open) {
            let message = format!("expected `(` after `{name}~`, found {}", self.found());
            self.report(Code::EqlSyntax, open, message, None);
            return self.skip(name_span);
        }
        let arguments = if self.eat(Punct::Close) {
            Vec::new()
        } else {
            self.list(open)
        };
        Expr::Call(Call {
            name,
            tilde,
            arguments,
            name_span,
            span: self.since(name_span),
        })
    }

    fn field(&mut self) -> Expr {
        let start = self.span();
        let optional = self.eat(Punct::Question);
        if optional && matches!(self.token().kind, Kind::Text(_)) {
            self.report(
                Code::EqlDialect,
                start,
                "`?\"...\"` is Endgame's raw string: expected a field after `?`",
                Some("write the raw string as \"\"\"...\"\"\"".to_owned()),
            );
            return self.operand();
        }
        let mut path = String::new();
        let variable = if self.eat(Punct::Dollar) {
            match &self.token().kind {
                Kind::Name(name) => {
                    self.advance();
                    Some(name.clone())
                }
                _ => return self.fail(start, "a name after `$`"),
            }
        } else {
            if !self.path_part(&mut path, false) {
                return self.fail(start, "a field name");
            }
            None
        };
        let mut index = None;
        loop {
            if self.eat(Punct::Dot) {
                if !path.is_empty() {
                    path.push('.');
                }
                if !self.path_part(&mut path, true) {
                    let number = matches!(self.token().kind, Kind::Int(_) | Kind::Float(_));
                    let hint = number.then(|| "write a number in a path in backticks".to_owned());
                    self.expected_with("a name after `.`", hint);
                    return self.skip(start);
                }
            } else if let Some(found) = self.index() {
                index = index.or(Some(found));
            } else {
                break;
            }
        }
        let span = self.since(start);
        Expr::Field(Field {
            path: Text::from(path),
            optional,
            variable,
            index,
            written: Text::new(self.source.slice(span)),
            span,
        })
    }

    /// A name of a path; after a dot also a keyword.
    fn path_part(&mut self, path: &mut String, after_dot: bool) -> bool {
        match &self.token().kind {
            Kind::Name(name) if after_dot || !facts::is_keyword(name) => path.push_str(name),
            Kind::Quoted(name) => path.push_str(name),
            _ => return false,
        }
        self.advance();
        true
    }

    /// `[0]` directly after a path.
    fn index(&mut self) -> Option<(u64, Span)> {
        let open = self.span();
        let adjacent = open.start == self.end() && self.is(Punct::OpenBracket);
        if !adjacent || !self.peek(2).is(Punct::CloseBracket) {
            return None;
        }
        let Kind::Int(n) = self.peek(1).kind else {
            return None;
        };
        self.at += 3;
        Some((u64::try_from(n).unwrap_or(0), self.since(open)))
    }

    /// `descendant of [`, `child of [`, `event of [`.
    fn lineage_ahead(&self) -> bool {
        matches!(self.token().kind, Kind::Name(_))
            && self.peek(1).is_word("of")
            && self.peek(2).is(Punct::OpenBracket)
    }

    /// The relation named here; anything else is reported.
    fn relation(&mut self) -> Option<LineageRelation> {
        let Kind::Name(name) = &self.token().kind else {
            return None;
        };
        match name.as_str() {
            "descendant" => Some(LineageRelation::DescendantOf),
            "child" => Some(LineageRelation::ChildOf),
            "event" => Some(LineageRelation::EventOf),
            _ => {
                let message = format!(
                    "`{name} of` is not a process relation: expected `descendant of`, `child of` or `event of`"
                );
                let known = ["descendant", "child", "event"];
                let hint = facts::nearest(name, known).map(|near| format!("write `{near} of`"));
                self.report(Code::EqlSyntax, self.span(), message, hint);
                None
            }
        }
    }

    fn lineage(&mut self) -> Expr {
        let relation = self.relation();
        let start = self.advance().span;
        self.advance();
        let open = self.advance().span;
        if !self.enter() {
            return Expr::Error(start);
        }
        let of: EventFilter = self.event_filter();
        self.leave();
        self.close(Punct::CloseBracket, open);
        let span = self.since(start);
        match relation {
            Some(relation) => Expr::Lineage {
                relation,
                of: Box::new(of),
                span,
            },
            None => Expr::Error(span),
        }
    }
}

/// The parts of a conjunction, or the expression as its first: what recovery adds makes no tree deeper.
pub(super) fn opened(first: Expr) -> Vec<Expr> {
    match first {
        Expr::And(parts) => parts,
        other => vec![other],
    }
}
