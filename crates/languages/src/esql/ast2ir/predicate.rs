//! Conditions: the predicate that holds when one is true, or when it is false.
//!
//! A condition is true, false or null. `NOT` is pushed to the leaves, where "is false" is
//! written out: the value is there, is one, and the test fails.

use super::super::ast::{CompareOp, Expr, Literal, Word};
use super::super::facts;
use super::Lowering;
use super::value::{Typed, call, compared};
use crate::kuery::ecs::{self, FieldKind};
use tripline_ir::{
    Atom, Case, Dialect, Function, Instant, Number, Pattern, Predicate, Quantifier, Regex, Subject,
    Test, Text, Value, law,
};
use tripline_text::{Code, Span};

/// What is tested, and how letters of different case are told apart.
struct Tested {
    subject: Subject,
    several: bool,
    /// The value went through `TO_LOWER` (`Some(false)`) or `TO_UPPER` (`Some(true)`).
    folded: Option<bool>,
}

impl Tested {
    fn of(value: Typed) -> Self {
        let several = value.several;
        let (expr, folded) = unfolded(value.expr);
        let subject = match plain(expr) {
            tripline_ir::Expr::Field(field) => Subject::Field(field),
            other => Subject::Expr(other),
        };
        Self {
            subject,
            several,
            folded,
        }
    }

    fn atom(&self, test: Test, span: Span) -> Predicate {
        let mut atom = Atom::new(self.subject.clone(), test, span);
        if self.several {
            atom.quantifier = Quantifier::Single;
        }
        Predicate::atom(atom)
    }

    /// There is exactly one value.
    fn is_there(&self, span: Span) -> Predicate {
        let mut guard = Atom::new(self.subject.clone(), Test::Exists, span);
        if self.several {
            guard.quantifier = Quantifier::Single;
        }
        guard.implied = true;
        Predicate::atom(guard)
    }

    /// The predicate for a test that is true, or one that is false.
    fn decide(&self, tests: Vec<Predicate>, positive: bool, span: Span) -> Predicate {
        if positive {
            return Predicate::or(tests);
        }
        let guard = std::iter::once(self.is_there(span));
        Predicate::and(guard.chain(tests.into_iter().map(Predicate::not)))
    }

    /// The case rule, and whether a text can be met at all after folding.
    fn case(&self, text: &str) -> (Case, bool) {
        match self.folded {
            None => (Case::Sensitive, true),
            Some(false) => (Case::Insensitive, text.to_lowercase() == text),
            Some(true) => (Case::Insensitive, text.to_uppercase() == text),
        }
    }
}

/// What stands inside `TO_LOWER` or `TO_UPPER`, and which of them; a field that an index keeps in
/// lower case is as if in the first.
fn unfolded(expr: tripline_ir::Expr) -> (tripline_ir::Expr, Option<bool>) {
    if let tripline_ir::Expr::Call {
        function,
        mut arguments,
    } = expr
    {
        return match (function, arguments.len()) {
            (Function::Lower, 1) => (arguments.remove(0), Some(false)),
            (Function::Upper, 1) => (arguments.remove(0), Some(true)),
            _ => (
                tripline_ir::Expr::Call {
                    function,
                    arguments,
                },
                None,
            ),
        };
    }
    let kept_lower =
        matches!(&expr, tripline_ir::Expr::Field(field) if ecs::is_caseless(&field.name));
    (expr, kept_lower.then_some(false))
}

/// A field read as an instant is the field: tests of instants read it so themselves.
fn plain(expr: tripline_ir::Expr) -> tripline_ir::Expr {
    match expr {
        tripline_ir::Expr::Call {
            function: Function::ToTime | Function::ToText,
            mut arguments,
        } if matches!(arguments.as_slice(), [tripline_ir::Expr::Field(_)]) => arguments.remove(0),
        other => other,
    }
}

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
            Expr::IsNull {
                value,
                negated,
                span,
            } => match self.value(value) {
                Some(value) => {
                    let tested = Tested::of(Typed {
                        several: false,
                        ..value
                    });
                    let exists = tested.atom(Test::Exists, *span);
                    if positive == *negated {
                        exists
                    } else {
                        Predicate::not(exists)
                    }
                }
                None => Predicate::True,
            },
            Expr::Match { field, value, span } => {
                let found = self.match_field(field, value, false, *span);
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
        let (op, value, bound, written) = match (constant(&left_value), constant(&right_value)) {
            (None, Some(bound)) => (op, left_value, bound, right),
            (Some(bound), None) => (op.swapped(), right_value, bound, left),
            _ => {
                let test = compared(op, left_value.single(), right_value.single());
                return self.computed(test, positive, span);
            }
        };
        self.against(op, value, bound, written, positive, span)
    }

    /// A comparison with a constant.
    fn against(
        &mut self,
        op: CompareOp,
        value: Typed,
        bound: Bound,
        written: &Expr,
        positive: bool,
        span: Span,
    ) -> Predicate {
        let equality = matches!(op, CompareOp::Eq | CompareOp::NotEq);
        if equality {
            self.literal_wildcard(&bound, written);
            let expr = value.clone().single();
            let positive = positive != (op == CompareOp::NotEq);
            let tested = Tested::of(value);
            return match equals(&tested, &bound, span) {
                Some(test) => tested.decide(test.into_iter().collect(), positive, span),
                None => match bound.expr() {
                    Some(bound) => {
                        self.computed(compared(CompareOp::Eq, expr, bound), positive, span)
                    }
                    None => Predicate::False,
                },
            };
        }
        let op = if positive { op } else { opposite(op) };
        let expr = value.clone().single();
        let tested = Tested::of(value);
        let time = match &tested.subject {
            Subject::Field(field) => ecs::kind(&field.name) == FieldKind::Time,
            _ => false,
        };
        let relation = relation(op);
        let test = match &bound {
            _ if tested.folded.is_some() => None,
            Bound::Instant(instant) => Some(Test::Time(relation, *instant)),
            Bound::Value(Value::Int(n)) if !time => Some(Test::Number(relation, Number::Int(*n))),
            Bound::Value(Value::Float(n)) if !time => {
                Some(Test::Number(relation, Number::Float(*n)))
            }
            Bound::Value(Value::Text(text)) if time => {
                ecs::instant(text).map(|instant| Test::Time(relation, instant))
            }
            Bound::Value(Value::Null) => return Predicate::False,
            Bound::Value(_) => None,
        };
        match (test, bound.expr()) {
            (Some(test), _) => tested.atom(test, span),
            (None, Some(bound)) => self.computed(compared(op, expr, bound), true, span),
            (None, None) => Predicate::False,
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
        let tested = Tested::of(value.clone());
        let mut tests = Vec::new();
        let (mut others, mut null, mut lost) = (Vec::new(), false, false);
        for (item, written) in items.into_iter().zip(list) {
            let Some(item) = item else {
                lost = true;
                continue;
            };
            let bound = constant(&item);
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
            self.computed(
                compared(CompareOp::Eq, single.clone(), other),
                positive,
                span,
            )
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

/// An address read from a text is the text: the test reads it so itself.
fn ip(value: Typed) -> Typed {
    match value.expr {
        tripline_ir::Expr::Call {
            function: Function::ToIp,
            mut arguments,
        } if arguments.len() == 1 => Typed {
            expr: arguments.remove(0),
            several: value.several,
        },
        expr => Typed { expr, ..value },
    }
}

fn network(text: &str) -> Option<tripline_ir::Net> {
    ecs::network(text).or_else(|| {
        let address: std::net::IpAddr = text.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        ecs::network(&format!("{address}/{bits}"))
    })
}

/// A search of the index is never null.
fn two_valued(found: Predicate, positive: bool) -> Predicate {
    match (found, positive) {
        (Predicate::True, false) => Predicate::False,
        (found, true) => found,
        (found, false) => Predicate::not(found),
    }
}

/// What a constant is.
enum Bound {
    Value(Value),
    Instant(Instant),
}

impl Bound {
    fn expr(self) -> Option<tripline_ir::Expr> {
        match self {
            Self::Value(Value::Null) => None,
            Self::Value(value) => Some(tripline_ir::Expr::Literal(value)),
            Self::Instant(Instant::At(at)) => Some(tripline_ir::Expr::Literal(Value::Time(at))),
            Self::Instant(Instant::Run { offset, .. }) => Some(call(
                Function::Add,
                vec![
                    call(Function::Now, Vec::new()),
                    tripline_ir::Expr::Literal(Value::Duration(offset)),
                ],
            )),
        }
    }
}

/// The constant that a value is: a literal, or an instant counted from the run.
fn constant(value: &Typed) -> Option<Bound> {
    match &value.expr {
        tripline_ir::Expr::Literal(Value::List(_)) => None,
        tripline_ir::Expr::Literal(Value::Time(at)) => Some(Bound::Instant(Instant::At(*at))),
        tripline_ir::Expr::Literal(value) => Some(Bound::Value(value.clone())),
        expr => offset(expr).map(|offset| {
            Bound::Instant(Instant::Run {
                offset,
                round: None,
                then: 0,
            })
        }),
    }
}

/// How far an expression of `NOW()` is from the run.
fn offset(expr: &tripline_ir::Expr) -> Option<i64> {
    let tripline_ir::Expr::Call {
        function,
        arguments,
    } = expr
    else {
        return None;
    };
    let length = |expr: &tripline_ir::Expr| match expr {
        tripline_ir::Expr::Literal(Value::Duration(length)) => Some(*length),
        _ => None,
    };
    match (function, arguments.as_slice()) {
        (Function::Now, []) => Some(0),
        (Function::Add, [a, b]) => match (offset(a), length(b)) {
            (Some(from), Some(length)) => from.checked_add(length),
            _ => offset(b)?.checked_add(length(a)?),
        },
        (Function::Subtract, [a, b]) => offset(a)?.checked_sub(length(b)?),
        _ => None,
    }
}

/// Equality with a constant: `Some(None)` for one that can never be, `None` when it is no simple
/// test.
#[expect(clippy::option_option, reason = "no test and no match differ")]
fn equals(tested: &Tested, bound: &Bound, span: Span) -> Option<Option<Predicate>> {
    let bound = match bound {
        Bound::Value(value) => value,
        Bound::Instant(instant) => {
            let test = Test::Time(tripline_ir::CompareOp::Eq, *instant);
            return Some(Some(tested.atom(test, span)));
        }
    };
    let test = match bound {
        Value::Text(text) => {
            let time = matches!(&tested.subject, Subject::Field(field) if ecs::kind(&field.name) == FieldKind::Time);
            if time && let Some(instant) = ecs::instant(text) {
                Test::Time(tripline_ir::CompareOp::Eq, instant)
            } else {
                let (case, possible) = tested.case(text);
                if !possible {
                    return Some(None);
                }
                Test::Pattern(Pattern::equals(text.clone(), case))
            }
        }
        Value::Int(n) => Test::Number(tripline_ir::CompareOp::Eq, Number::Int(*n)),
        Value::Float(n) => Test::Number(tripline_ir::CompareOp::Eq, Number::Float(*n)),
        Value::Bool(true) => Test::IsTrue,
        Value::Bool(false) => Test::Pattern(Pattern::equals("false", Case::Insensitive)),
        _ => return None,
    };
    Some(Some(tested.atom(test, span)))
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
