//! Constants, arithmetic and comparisons of values: what is constant is computed at once.

use super::scalar::{Kind, Typed};
use crate::kusto::ast::{Arithmetic, Json, Literal, Test};
use tripline_ir::{
    Case, Coerce, CompareOp, Dialect, Expr as Value, Function, Instant, Value as Constant,
};

pub(super) fn case_of(cased: bool) -> Case {
    if cased {
        Case::Sensitive
    } else {
        Case::Insensitive
    }
}

/// The value of a constant.
pub(super) fn literal_value(literal: &Literal) -> Constant {
    match literal {
        Literal::Text(text) => Constant::Text(text.clone()),
        Literal::Int(n) => Constant::Int(*n),
        Literal::Real(n) => Constant::Float(*n),
        Literal::Bool(b) => Constant::Bool(*b),
        Literal::Timespan(n) => Constant::Duration(*n),
        Literal::Datetime(at) => Constant::Time(*at),
        Literal::Null => Constant::Null,
        Literal::Dynamic(json) => json_value(json),
    }
}

fn json_value(json: &Json) -> Constant {
    match json {
        Json::Scalar(literal, _) => literal_value(literal),
        Json::List(items) => Constant::List(items.iter().map(json_value).collect()),
        Json::Object(entries) => Constant::Object(
            entries
                .iter()
                .map(|(name, value)| (name.clone(), json_value(value)))
                .collect(),
        ),
    }
}

/// Arithmetic; instants counted from the run stay so.
pub(super) fn arithmetic(how: Arithmetic, left: Typed, right: Typed) -> Typed {
    let shifted = match (how, &left.instant, right.as_constant()) {
        (Arithmetic::Add, Some(at), Some(Constant::Duration(by))) => Some(moved(*at, *by)),
        (Arithmetic::Subtract, Some(at), Some(Constant::Duration(by))) => {
            Some(moved(*at, by.saturating_neg()))
        }
        _ => None,
    };
    let kind = match (how, left.kind, right.kind) {
        (Arithmetic::Subtract, Kind::Time, Kind::Time) => Kind::Length,
        (Arithmetic::Divide, Kind::Length, Kind::Length) => Kind::Number,
        (_, Kind::Time, _) | (_, _, Kind::Time) => Kind::Time,
        (_, Kind::Length, _) | (_, _, Kind::Length) => Kind::Length,
        _ => Kind::Number,
    };
    if let (Some(a), Some(b)) = (left.as_constant(), right.as_constant())
        && let Some(folded) = folded(how, a, b)
    {
        return Typed::of(folded);
    }
    let function = match how {
        Arithmetic::Add => Function::Add,
        Arithmetic::Subtract => Function::Subtract,
        Arithmetic::Multiply => Function::Multiply,
        Arithmetic::Divide => Function::Divide,
        Arithmetic::Modulo => Function::ModuloEuclid,
    };
    let mut done = Typed::new(Value::call(function, vec![left.value, right.value]), kind);
    done.instant = shifted;
    done
}

fn moved(at: Instant, by: i64) -> Instant {
    match at {
        Instant::At(at) => Instant::At(at.saturating_add(by)),
        Instant::Run {
            offset,
            round,
            then,
        } => match round {
            None => Instant::Run {
                offset: offset.saturating_add(by),
                round,
                then,
            },
            Some(_) => Instant::Run {
                offset,
                round,
                then: then.saturating_add(by),
            },
        },
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a number times a length of time"
)]
pub(super) fn folded(how: Arithmetic, a: &Constant, b: &Constant) -> Option<Constant> {
    use Constant::{Duration, Float, Int, Time};
    let whole = |a: i64, b: i64| match how {
        Arithmetic::Add => a.checked_add(b),
        Arithmetic::Subtract => a.checked_sub(b),
        Arithmetic::Multiply => a.checked_mul(b),
        Arithmetic::Divide => a.checked_div(b),
        Arithmetic::Modulo => a.checked_rem_euclid(b),
    };
    Some(match (a, b) {
        (Int(a), Int(b)) => Int(whole(*a, *b)?),
        (Duration(a), Duration(b)) if matches!(how, Arithmetic::Add | Arithmetic::Subtract) => {
            Duration(whole(*a, *b)?)
        }
        (Time(a), Duration(b)) if matches!(how, Arithmetic::Add | Arithmetic::Subtract) => {
            Time(whole(*a, *b)?)
        }
        (Time(a), Time(b)) if how == Arithmetic::Subtract => Duration(whole(*a, *b)?),
        (Duration(a), Int(b)) | (Int(b), Duration(a)) if how == Arithmetic::Multiply => {
            Duration(a.checked_mul(*b)?)
        }
        (Duration(a), Float(b)) | (Float(b), Duration(a)) if how == Arithmetic::Multiply => {
            Duration(crate::kusto::facts::nanoseconds(*b, *a)?)
        }
        (Float(_), Float(_) | Int(_)) | (Int(_), Float(_)) => {
            let number = |c: &Constant| match c {
                Int(n) => *n as f64,
                Float(n) => *n,
                _ => f64::NAN,
            };
            let (a, b) = (number(a), number(b));
            Float(match how {
                Arithmetic::Add => a + b,
                Arithmetic::Subtract => a - b,
                Arithmetic::Multiply => a * b,
                Arithmetic::Divide => a / b,
                Arithmetic::Modulo => a.rem_euclid(b),
            })
        }
        _ => return None,
    })
}

/// A comparison as a value.
pub(super) fn compare(test: Test, cased: bool, left: Typed, right: Typed) -> Value {
    let case = case_of(cased);
    let texts = left.kind == Kind::Text || right.kind == Kind::Text;
    let order = |op| Function::Compare(op, case, Coerce::Typed);
    let function = match test {
        Test::Equals if texts => order(CompareOp::Eq),
        Test::Equals => Function::EqualNullFalse(case),
        Test::Less => order(CompareOp::Lt),
        Test::LessEqual => order(CompareOp::Lte),
        Test::Greater => order(CompareOp::Gt),
        Test::GreaterEqual => order(CompareOp::Gte),
        Test::Contains => Function::Contains(case),
        Test::StartsWith => Function::StartsWith(case),
        Test::EndsWith => Function::EndsWith(case),
        Test::Has => Function::HasWord(case),
        Test::HasPrefix => Function::HasWordPrefix(case),
        Test::HasSuffix => Function::HasWordSuffix(case),
        Test::Regex => Function::RegexMatch(Dialect::Re2),
    };
    let textual = texts && test == Test::Equals
        || !matches!(
            test,
            Test::Equals | Test::Less | Test::LessEqual | Test::Greater | Test::GreaterEqual
        );
    let sides = if textual {
        vec![left.known_text(), right.known_text()]
    } else {
        vec![left.value, right.value]
    };
    Value::call(function, sides)
}

/// The negated form: `!=` of null and a value is true.
pub(super) fn negate(value: Value) -> Value {
    Value::call(Function::Not, vec![value])
}

/// Constant elements and members are read at once.
pub(super) fn fold(typed: Typed) -> Typed {
    let Value::Call {
        function: Function::Index,
        arguments,
    } = &typed.value
    else {
        return typed;
    };
    let [
        Value::Literal(Constant::List(items)),
        Value::Literal(Constant::Int(at)),
    ] = arguments.as_slice()
    else {
        return typed;
    };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let place = if *at < 0 { at + length } else { *at };
    let found = usize::try_from(place)
        .ok()
        .and_then(|at| items.get(at).cloned());
    Typed::of(found.unwrap_or(Constant::Null))
}
