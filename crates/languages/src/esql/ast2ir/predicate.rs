//! Conditions: the predicate that holds when one is true, or when it is false.
//!
//! A condition is true, false or null. `NOT` is pushed to the leaves, where "is false" is
//! written out: the value is there, is one, and the test fails.

use super::super::ast::{CompareOp, Expr, Literal, Word};
use super::super::facts;
use super::Lowering;
use super::embedded::How;
use super::kind::{self, Kind};
use super::tested::{Bound, Tested, constant, equals, ip, network, there};
use super::value::{Typed, call, compared};
use crate::kuery::ecs;
use tripline_ir::{
    Atom, Dialect, Function, LossReason, Number, Pattern, Predicate, Quantifier, Regex, Subject,
    Test, Text, Value, format_smolstr, law,
};
use tripline_text::{Code, Span};

impl Lowering<'_> {
    /// The predicate that holds when a condition is true (`positive`), or when it is false. A
    /// lost part holds always.
    pub(super) fn truth(&mut self, expr: &Expr, positive: bool) -> Predicate {
        match expr {
            Expr::And(parts) => self.joined(parts, positive, positive),
            Expr::Or(parts) => self.joined(parts, positive, !positive),
            Expr::Not(inner, _) => self.truth(inner, !positive),
            Expr::Compare {
                op,
                left,
                right,
                span,
            } => self.comparison(*op, left, right, positive, *span),
            Expr::In {
                value,
                negated,
                list,
                span,
            } => self.in_list(value, list, positive != *negated, *span),
            Expr::Like {
                value,
                negated,
                regex,
                patterns,
                span,
            } => self.like(value, patterns, *regex, positive != *negated, *span),
            Expr::InQuery { value, span } => {
                self.value(value);
                self.lose(LossReason::NotExpressible, "IN with a query", *span);
                Predicate::True
            }
            Expr::IsNull {
                value,
                negated,
                span,
            } => match self.value(value) {
                Some(value) => there(value, positive == *negated, *span),
                None => Predicate::True,
            },
            Expr::Match { field, value, span } => {
                let found = self.match_field(field, value, How::AnyWord, *span);
                two_valued(found, positive)
            }
            Expr::Literal(Literal::Bool(value), _) if *value == positive => Predicate::True,
            Expr::Literal(Literal::Bool(_) | Literal::Null, _) => Predicate::False,
            Expr::Call(written) => match self.search(written) {
                Some(found) => two_valued(found, positive),
                None => self.call_truth(written, positive),
            },
            other => self.boolean(other, positive),
        }
    }

    fn joined(&mut self, parts: &[Expr], positive: bool, all: bool) -> Predicate {
        let parts: Vec<_> = parts
            .iter()
            .map(|part| self.truth(part, positive))
            .collect();
        if all {
            Predicate::and(parts)
        } else if parts.contains(&Predicate::True) {
            Predicate::True
        } else {
            Predicate::or(parts)
        }
    }

    /// Any other value that is a condition.
    fn boolean(&mut self, expr: &Expr, positive: bool) -> Predicate {
        let span = expr.span();
        if let Expr::Literal(Literal::Text(_) | Literal::Int(_) | Literal::Float(_), _) = expr {
            let message = "expected a condition, found a value";
            self.wrong(Code::EsqlType, span, message, None);
            return Predicate::True;
        }
        let Some(value) = self.value(expr) else {
            return Predicate::True;
        };
        let tested = Tested::of(value);
        let test = tested.atom(Test::IsTrue, span);
        tested.decide(vec![test], positive, span)
    }

    /// A computed condition.
    #[expect(clippy::unused_self, reason = "reads as the other conditions")]
    pub(super) fn computed(
        &self,
        value: tripline_ir::Expr,
        positive: bool,
        span: Span,
    ) -> Predicate {
        let value = if positive {
            value
        } else {
            call(Function::Not, vec![value])
        };
        Predicate::atom(Atom::new(Subject::Expr(value), Test::IsTrue, span))
    }

    fn comparison(
        &mut self,
        op: CompareOp,
        left: &Expr,
        right: &Expr,
        positive: bool,
        span: Span,
    ) -> Predicate {
        let (left_value, right_value) = (self.value(left), self.value(right));
        let (Some(left_value), Some(right_value)) = (left_value, right_value) else {
            return Predicate::True;
        };
        let kind = self.common([&left_value.expr, &right_value.expr]);
        let (op, value, bound, written) = match (constant(&left_value), constant(&right_value)) {
            (None, Some(_)) => (op, left_value, right_value, right),
            (Some(_), None) => (op.swapped(), right_value, left_value, left),
            _ => {
                let (left, right) = self.alike(left_value.single(), right_value.single());
                return self.computed(compared(op, left, right), positive, span);
            }
        };
        let Some(bound) = self.bound(kind, &bound, written) else {
            return Predicate::True;
        };
        if matches!(op, CompareOp::Eq | CompareOp::NotEq) {
            self.literal_wildcard(&bound, written);
        }
        self.against(op, kind, value, bound, positive, span)
    }

    /// A constant beside a value of some kind; `None` when it can be no such, which was said.
    fn bound(&mut self, kind: Kind, value: &Typed, written: &Expr) -> Option<Bound> {
        let bound = constant(value)?;
        let Bound::Value(Value::Text(text)) = &bound else {
            return Some(bound);
        };
        match kind {
            Kind::Time => {
                if let Some(instant) = value.as_instant() {
                    return Some(Bound::Instant(instant));
                }
                let message = format!("`{text}` is not a date");
                let hint = if text.starts_with("now") {
                    "write `NOW() - 1 hour` for a time counted from the run"
                } else {
                    "write it as `2024-01-31` or `2024-01-31T12:00:00Z`"
                };
                self.wrong(
                    Code::EsqlType,
                    written.span(),
                    message,
                    Some(hint.to_owned()),
                );
                None
            }
            Kind::Address => kind::address(text).map(Bound::Address),
            Kind::Any | Kind::Version => Some(bound),
        }
    }

    /// A comparison with a constant.
    fn against(
        &mut self,
        op: CompareOp,
        kind: Kind,
        value: Typed,
        bound: Bound,
        positive: bool,
        span: Span,
    ) -> Predicate {
        let equality = matches!(op, CompareOp::Eq | CompareOp::NotEq);
        if equality {
            let expr = value.clone().single();
            let positive = positive != (op == CompareOp::NotEq);
            let tested = self.tested(kind, value);
            return match equals(&tested, &bound, span) {
                Some(test) => tested.decide(test.into_iter().collect(), positive, span),
                None => match bound.expr() {
                    Some(bound) => {
                        let (expr, bound) = self.alike(expr, bound);
                        self.computed(compared(CompareOp::Eq, expr, bound), positive, span)
                    }
                    None => Predicate::False,
                },
            };
        }
        let op = if positive { op } else { opposite(op) };
        let expr = value.clone().single();
        let tested = self.tested(kind, value);
        let time = kind == Kind::Time;
        let relation = relation(op);
        let test = match &bound {
            _ if tested.folded.is_some() => None,
            Bound::Instant(instant) => Some(Test::Time(relation, *instant)),
            Bound::Value(Value::Int(n)) if !time => Some(Test::Number(relation, Number::Int(*n))),
            Bound::Value(Value::Float(n)) if !time => {
                Some(Test::Number(relation, Number::Float(*n)))
            }
            Bound::Value(Value::Null) => return Predicate::False,
            Bound::Address(ip) if !tested.read_ip => {
                ecs::networks(relation, &format_smolstr!("{ip}")).map(Test::Cidr)
            }
            Bound::Value(_) | Bound::Address(_) => None,
        };
        match (test, bound.expr()) {
            (Some(test), _) => tested.atom(test, span),
            (None, Some(bound)) => {
                let (expr, bound) = self.alike(expr, bound);
                self.computed(compared(op, expr, bound), true, span)
            }
            (None, None) => Predicate::False,
        }
    }

    /// What a test of a value of some kind looks at.
    #[expect(clippy::unused_self, reason = "reads as the other conditions")]
    fn tested(&self, kind: Kind, value: Typed) -> Tested {
        let read = matches!(
            &value.expr,
            tripline_ir::Expr::Call {
                function: Function::ToIp,
                ..
            }
        );
        let tested = Tested::of(if kind == Kind::Address {
            ip(value)
        } else {
            value
        });
        Tested {
            kind,
            read_ip: read && kind == Kind::Address,
            ..tested
        }
    }

    /// `==` with a star in it compares with the star.
    fn literal_wildcard(&mut self, bound: &Bound, written: &Expr) {
        if let Bound::Value(Value::Text(text)) = bound
            && text.len() > 1
            && (text.starts_with('*') || text.ends_with('*'))
        {
            let message = "`*` is an ordinary character here";
            let hint = "write `LIKE` for wildcards".to_owned();
            self.report(
                Code::EsqlLiteralWildcard,
                written.span(),
                message,
                Some(hint),
            );
        }
    }

    fn in_list(&mut self, value: &Expr, list: &[Expr], positive: bool, span: Span) -> Predicate {
        let found = self.value(value);
        let items: Vec<_> = list.iter().map(|item| self.value(item)).collect();
        let Some(value) = found else {
            return Predicate::True;
        };
        let found = items.iter().flatten().map(|item| &item.expr);
        let kind = self.common(std::iter::once(&value.expr).chain(found));
        let tested = self.tested(kind, value.clone());
        let mut tests = Vec::new();
        let (mut others, mut null, mut lost) = (Vec::new(), false, false);
        for (item, written) in items.into_iter().zip(list) {
            let Some(item) = item else {
                lost = true;
                continue;
            };
            let bound = self.bound(kind, &item, written);
            if bound.is_none() && constant(&item).is_some() {
                lost = true;
                continue;
            }
            if let Some(bound) = &bound {
                self.literal_wildcard(bound, written);
            }
            match bound
                .as_ref()
                .and_then(|bound| equals(&tested, bound, written.span()))
            {
                Some(test) => tests.extend(test),
                None if matches!(bound, Some(Bound::Value(Value::Null))) => null = true,
                None => others.push(item.single()),
            }
        }
        if lost || (null && !positive) {
            return if lost {
                Predicate::True
            } else {
                Predicate::False
            };
        }
        if others.is_empty() {
            return tested.decide(tests, positive, span);
        }
        let single = value.single();
        let others = others.into_iter().map(|other| {
            let (value, other) = (single.clone(), other);
            let (value, other) = (self.beside(kind, value), self.beside(kind, other));
            self.computed(compared(CompareOp::Eq, value, other), positive, span)
        });
        if positive {
            return Predicate::or(tests.into_iter().chain(others));
        }
        let others: Vec<_> = others.collect();
        Predicate::and(std::iter::once(tested.decide(tests, false, span)).chain(others))
    }

    fn like(
        &mut self,
        value: &Expr,
        patterns: &[Word],
        regex: bool,
        positive: bool,
        span: Span,
    ) -> Predicate {
        let Some(value) = self.value(value) else {
            return Predicate::True;
        };
        if patterns
            .iter()
            .any(|pattern| facts::fits_all(&pattern.text, regex))
        {
            return there(value, positive, span);
        }
        let tested = Tested::of(value);
        let mut tests = Vec::new();
        for pattern in patterns {
            let place = if patterns.len() == 1 {
                span
            } else {
                pattern.span
            };
            let found = if regex {
                self.regex(&tested, pattern, place)
            } else {
                self.backslash(pattern);
                let (case, possible) = tested.case(&pattern.text);
                let test = Test::Pattern(facts::wildcard(&pattern.text, case));
                possible.then(|| tested.atom(test, place))
            };
            tests.extend(found);
        }
        tested.decide(tests, positive, span)
    }

    fn regex(&mut self, tested: &Tested, pattern: &Word, span: Span) -> Option<Predicate> {
        let mut regex = Regex {
            text: pattern.text.clone(),
            dialect: Dialect::Lucene,
            case_insensitive: false,
            multi_line: false,
            dot_all: false,
            whole: true,
        };
        if let Err(error) = law::compile(&regex) {
            let message = format!("the regular expression cannot be read: {error}");
            self.wrong(Code::EsqlRegex, pattern.span, message, None);
            return Some(Predicate::True);
        }
        let Some(upper) = tested.folded else {
            return Some(tested.atom(Test::Regex(regex), span));
        };
        let foreign = |c: char| {
            if upper {
                c.is_lowercase()
            } else {
                c.is_uppercase()
            }
        };
        if !regex.text.contains(['[', '\\']) && !regex.text.chars().any(foreign) {
            regex.case_insensitive = true;
            return Some(tested.atom(Test::Regex(regex), span));
        }
        // Ranges keep their case whatever the flag says: the folded value itself is tested.
        let function = if upper {
            Function::Upper
        } else {
            Function::Lower
        };
        let inner = match &tested.subject {
            Subject::Field(field) => tripline_ir::Expr::Field(field.clone()),
            Subject::Expr(expr) => expr.clone(),
            _ => return None,
        };
        let mut atom = Atom::new(
            Subject::Expr(call(function, vec![inner])),
            Test::Regex(regex),
            span,
        );
        if tested.several {
            atom.quantifier = Quantifier::Single;
        }
        Some(Predicate::atom(atom))
    }

    /// A single backslash before an ordinary character is lost in a pattern.
    fn backslash(&mut self, pattern: &Word) {
        let mut chars = pattern.text.chars();
        while let Some(c) = chars.next() {
            if c != '\\' {
                continue;
            }
            if let Some(next) = chars.next()
                && next.is_alphanumeric()
            {
                let message =
                    format!("`\\{next}` in a pattern is `{next}`: the backslash disappears");
                let hint = "a backslash is written twice in the pattern".to_owned();
                self.report(Code::EsqlBackslash, pattern.span, message, Some(hint));
                return;
            }
        }
    }

    /// `STARTS_WITH(f, "x")` and its kin as patterns of the field.
    pub(super) fn affix(
        &mut self,
        function: &str,
        arguments: &[Expr],
        positive: bool,
        span: Span,
    ) -> Option<Predicate> {
        let [value, Expr::Literal(Literal::Text(text), _)] = arguments else {
            return None;
        };
        let Some(value) = self.value(value) else {
            return Some(Predicate::True);
        };
        let tested = Tested::of(value);
        let (case, possible) = tested.case(text);
        let pattern = match function {
            "starts_with" => Pattern::starts_with(text.clone(), case),
            "ends_with" => Pattern::ends_with(text.clone(), case),
            _ => Pattern::contains(text.clone(), case),
        };
        let tests = possible.then(|| tested.atom(Test::Pattern(pattern), span));
        Some(tested.decide(tests.into_iter().collect(), positive, span))
    }

    /// `CIDR_MATCH(f, "net", ...)`.
    pub(super) fn networks(
        &mut self,
        arguments: &[Expr],
        positive: bool,
        span: Span,
    ) -> Option<Predicate> {
        let (value, nets) = arguments.split_first()?;
        let mut found = Vec::new();
        for net in nets {
            let texts: Vec<(&Text, Span)> = match net {
                Expr::Literal(Literal::Text(text), place) => vec![(text, *place)],
                Expr::List(items, place) => items
                    .iter()
                    .filter_map(|item| match item {
                        Literal::Text(text) => Some((text, *place)),
                        _ => None,
                    })
                    .collect(),
                _ => return None,
            };
            for (text, place) in texts {
                if let Some(net) = network(text) {
                    found.push(net);
                } else {
                    let message = format!("`{text}` is not a network: expected `10.0.0.0/8`");
                    self.wrong(Code::EsqlNetwork, place, message, None);
                }
            }
        }
        let Some(value) = self.value(value) else {
            return Some(Predicate::True);
        };
        let value = ip(value);
        let tested = Tested::of(value);
        let test = tested.atom(Test::Cidr(found), span);
        Some(tested.decide(vec![test], positive, span))
    }
}

/// A search of the index is never null.
fn two_valued(found: Predicate, positive: bool) -> Predicate {
    match (found, positive) {
        (Predicate::True, false) => Predicate::False,
        (found, true) => found,
        (found, false) => Predicate::not(found),
    }
}

fn opposite(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Eq => CompareOp::NotEq,
        CompareOp::NotEq => CompareOp::Eq,
        CompareOp::Lt => CompareOp::Gte,
        CompareOp::Lte => CompareOp::Gt,
        CompareOp::Gt => CompareOp::Lte,
        CompareOp::Gte => CompareOp::Lt,
    }
}

fn relation(op: CompareOp) -> tripline_ir::CompareOp {
    match op {
        CompareOp::Eq | CompareOp::NotEq => tripline_ir::CompareOp::Eq,
        CompareOp::Lt => tripline_ir::CompareOp::Lt,
        CompareOp::Lte => tripline_ir::CompareOp::Lte,
        CompareOp::Gt => tripline_ir::CompareOp::Gt,
        CompareOp::Gte => tripline_ir::CompareOp::Gte,
    }
}
