//! What a condition looks at, and the constants that it is compared with.

use super::kind::Kind;
use super::value::{Typed, call, literal};
use crate::kuery::ecs;
use std::net::IpAddr;
use tripline_ir::{
    Atom, Case, Function, Instant, Number, Part, Pattern, Predicate, Quantifier, Subject, Test,
    Value,
};
use tripline_text::Span;

/// What is tested, and how letters of different case are told apart.
pub(super) struct Tested {
    pub(super) subject: Subject,
    /// What differs from the subject where its text writes a number: the text as Java writes it.
    pub(super) written: Option<Subject>,
    /// What the value is.
    pub(super) kind: Kind,
    /// The value went through `TO_IP`, which reads IPv4 addresses written in IPv6.
    pub(super) read_ip: bool,
    pub(super) several: bool,
    /// The value went through `TO_LOWER` (`Some(false)`) or `TO_UPPER` (`Some(true)`).
    pub(super) folded: Option<bool>,
}

impl Tested {
    pub(super) fn of(value: Typed) -> Self {
        let several = value.several;
        let (expr, folded) = unfolded(value.expr);
        let written = match &expr {
            tripline_ir::Expr::Call {
                function: Function::ToTextJava,
                ..
            } => Some(Subject::Expr(expr.clone())),
            _ => None,
        };
        let subject = match plain(expr) {
            tripline_ir::Expr::Field(field) => Subject::Field(field),
            other => Subject::Expr(other),
        };
        Self {
            subject,
            written,
            kind: Kind::Any,
            read_ip: false,
            several,
            folded,
        }
    }

    pub(super) fn atom(&self, test: Test, span: Span) -> Predicate {
        let subject = match &self.written {
            Some(written) if writes_number(&test) => written.clone(),
            _ => self.subject.clone(),
        };
        let mut atom = Atom::new(subject, test, span);
        if self.several {
            atom.quantifier = Quantifier::Single;
        }
        Predicate::atom(atom)
    }

    /// There is exactly one value.
    pub(super) fn is_there(&self, span: Span) -> Predicate {
        let mut guard = Atom::new(self.subject.clone(), Test::Exists, span);
        if self.several {
            guard.quantifier = Quantifier::Single;
        }
        guard.implied = true;
        Predicate::atom(guard)
    }

    /// The predicate for a test that is true, or one that is false.
    pub(super) fn decide(&self, tests: Vec<Predicate>, positive: bool, span: Span) -> Predicate {
        if positive {
            return Predicate::or(tests);
        }
        let guard = std::iter::once(self.is_there(span));
        Predicate::and(guard.chain(tests.into_iter().map(Predicate::not)))
    }

    /// The case rule, and whether a text can be met at all after folding.
    pub(super) fn case(&self, text: &str) -> (Case, bool) {
        match self.folded {
            None => (Case::Sensitive, true),
            Some(false) => (Case::Insensitive, text.to_lowercase() == text),
            Some(true) => (Case::Insensitive, text.to_uppercase() == text),
        }
    }
}

/// What stands inside `TO_LOWER` or `TO_UPPER`, and which of them; a field that an index keeps in
/// lower case is as if in the first.
pub(super) fn unfolded(expr: tripline_ir::Expr) -> (tripline_ir::Expr, Option<bool>) {
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
pub(super) fn plain(expr: tripline_ir::Expr) -> tripline_ir::Expr {
    match expr {
        tripline_ir::Expr::Call {
            function: Function::ToTime | Function::ToTextJava,
            mut arguments,
        } if matches!(arguments.as_slice(), [tripline_ir::Expr::Field(_)]) => arguments.remove(0),
        other => other,
    }
}

/// Whether a test may fit the text of a number.
pub(super) fn writes_number(test: &Test) -> bool {
    match test {
        Test::Pattern(pattern) => {
            let mut runs = pattern.parts.iter().filter_map(|part| match part {
                Part::Literal(text) => Some(text),
                _ => None,
            });
            let digit = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-');
            runs.all(|run| run.chars().all(digit))
        }
        Test::Regex(_) | Test::TextOrder(..) => true,
        _ => false,
    }
}

/// What a constant is.
pub(super) enum Bound {
    Value(Value),
    Instant(Instant),
    Address(IpAddr),
}

impl Bound {
    pub(super) fn expr(self) -> Option<tripline_ir::Expr> {
        match self {
            Self::Value(Value::Null) => None,
            Self::Value(value) => Some(tripline_ir::Expr::Literal(value)),
            Self::Address(ip) => Some(literal(ip.to_string().as_str())),
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
pub(super) fn constant(value: &Typed) -> Option<Bound> {
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
pub(super) fn offset(expr: &tripline_ir::Expr) -> Option<i64> {
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
pub(super) fn equals(tested: &Tested, bound: &Bound, span: Span) -> Option<Option<Predicate>> {
    let bound = match bound {
        Bound::Value(value) => value,
        Bound::Instant(instant) => {
            let test = Test::Time(tripline_ir::CompareOp::Eq, *instant);
            return Some(Some(tested.atom(test, span)));
        }
        Bound::Address(ip) => {
            let test = same_address(*ip, tested.read_ip);
            return Some(Some(tested.atom(test, span)));
        }
    };
    let test = match bound {
        Value::Text(_) if tested.kind == Kind::Version => return None,
        Value::Text(text) => {
            let (case, possible) = tested.case(text);
            if !possible {
                return Some(None);
            }
            Test::Pattern(Pattern::equals(text.clone(), case))
        }
        Value::Int(n) => Test::Number(tripline_ir::CompareOp::Eq, Number::Int(*n)),
        Value::Float(n) => Test::Number(tripline_ir::CompareOp::Eq, Number::Float(*n)),
        Value::Bool(true) => Test::IsTrue,
        Value::Bool(false) => Test::Pattern(Pattern::equals("false", Case::Insensitive)),
        _ => return None,
    };
    Some(Some(tested.atom(test, span)))
}

/// The network of an address alone; when addresses are read from texts, an IPv4 one also as it is
/// written in IPv6.
pub(super) fn same_address(ip: IpAddr, read: bool) -> Test {
    let mut nets: Vec<_> = network(&ip.to_string()).into_iter().collect();
    if let IpAddr::V4(ip) = ip
        && read
    {
        nets.extend(network(&ip.to_ipv6_mapped().to_string()));
    }
    Test::Cidr(nets)
}

/// There is a value, one or several; or there is none.
pub(super) fn there(value: Typed, positive: bool, span: Span) -> Predicate {
    let tested = Tested::of(Typed {
        several: false,
        ..value
    });
    let exists = tested.atom(Test::Exists, span);
    if positive {
        exists
    } else {
        Predicate::not(exists)
    }
}

/// An address read from a text is the text: the test reads it so itself.
pub(super) fn ip(value: Typed) -> Typed {
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

pub(super) fn network(text: &str) -> Option<tripline_ir::Net> {
    ecs::network(text).or_else(|| {
        let address: IpAddr = text.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        ecs::network(&format!("{address}/{bits}"))
    })
}
