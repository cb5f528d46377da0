//! Numbers, and the arithmetic of times.

use super::{finite, int, number, time::instant_of, whole_float};
use crate::law::value;
use crate::{Function, Number, Value};

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    match function {
        Function::Add
        | Function::Subtract
        | Function::Multiply
        | Function::Divide
        | Function::DivideReal
        | Function::Modulo
        | Function::ModuloEuclid => {
            let (left, right) = (a.first()?, a.get(1)?);
            with_time(function, left, right).unwrap_or_else(|| of_numbers(function, a))
        }
        Function::AddOrJoin => match of_numbers(Function::Add, a) {
            Some(sum) => Some(sum),
            None => super::text::apply(Function::Concat, a),
        },
        Function::Negate => match a.first()? {
            Value::Duration(length) => length.checked_neg().map(Value::Duration),
            _ => match number(a, 0)? {
                Number::Int(n) => n.checked_neg().map(Value::Int),
                Number::Float(n) => Some(Value::Float(-n)),
            },
        },
        Function::Abs => match a.first()? {
            Value::Duration(length) => length.checked_abs().map(Value::Duration),
            _ => match number(a, 0)? {
                Number::Int(n) => n.checked_abs().map(Value::Int),
                Number::Float(n) => Some(Value::Float(n.abs())),
            },
        },
        Function::Ceiling => stepped(a, f64::ceil),
        Function::Floor => stepped(a, f64::floor),
        Function::Round => round(a),
        Function::Sign => match number(a, 0)? {
            Number::Int(n) => Some(Value::Int(n.signum())),
            Number::Float(n) => Some(Value::Int(i64::from(n > 0.0) - i64::from(n < 0.0))),
        },
        Function::SquareRoot => finite(value::float(number(a, 0)?).sqrt()),
        Function::CubeRoot => finite(value::float(number(a, 0)?).cbrt()),
        Function::Hypotenuse => {
            finite(value::float(number(a, 0)?).hypot(value::float(number(a, 1)?)))
        }
        Function::Power => power(number(a, 0)?, number(a, 1)?),
        Function::Exponential => finite(value::float(number(a, 0)?).exp()),
        Function::Logarithm => {
            let of = value::float(number(a, 0)?);
            match a.get(1) {
                None => finite(of.ln()),
                Some(_) => finite(logarithm(of, value::float(number(a, 1)?))),
            }
        }
        _ => bits(function, a),
    }
}

/// Base 10 and 2 are computed exactly where they can be.
#[expect(
    clippy::float_cmp,
    reason = "only these very bases have exact logarithms"
)]
fn logarithm(of: f64, base: f64) -> f64 {
    if base == 10.0 {
        of.log10()
    } else if base == 2.0 {
        of.log2()
    } else {
        of.ln() / base.ln()
    }
}

fn bits(function: Function, a: &[Value]) -> Option<Value> {
    let left = int(a, 0)?;
    if function == Function::BitNot {
        return Some(Value::Int(!left));
    }
    if function == Function::BitCount {
        return Some(Value::Int(i64::from(left.count_ones())));
    }
    let right = int(a, 1)?;
    let by = u32::try_from(right.rem_euclid(64)).ok()?;
    Some(Value::Int(match function {
        Function::BitAnd => left & right,
        Function::BitOr => left | right,
        Function::BitXor => left ^ right,
        Function::ShiftLeft => left.wrapping_shl(by),
        Function::ShiftRight => left.wrapping_shr(by),
        _ => return None,
    }))
}

/// Arithmetic in which a time or a length of time takes part; `None` when none does.
#[expect(
    clippy::cast_precision_loss,
    clippy::option_option,
    reason = "a quotient of lengths of time is a fraction; the outer `None` says that it is not ours"
)]
fn with_time(function: Function, left: &Value, right: &Value) -> Option<Option<Value>> {
    use Function as F;
    use Value::{Duration, Time};
    Some(match (function, left, right) {
        (F::Add, Duration(a), Duration(b)) => a.checked_add(*b).map(Duration),
        (F::Add, Duration(length), at) | (F::Add, at, Duration(length)) => instant_of(at)
            .and_then(|at| at.checked_add(*length))
            .map(Time),
        (F::Subtract, Duration(a), Duration(b)) => a.checked_sub(*b).map(Duration),
        (F::Subtract, at, Duration(length)) => instant_of(at)
            .and_then(|at| at.checked_sub(*length))
            .map(Time),
        (F::Subtract, Time(a), b) => instant_of(b).and_then(|b| a.checked_sub(b)).map(Duration),
        (F::Subtract, a @ Value::Text(_), b @ Value::Text(_))
            if value::number(a).is_none() && value::number(b).is_none() =>
        {
            match (instant_of(a), instant_of(b)) {
                (Some(a), Some(b)) => a.checked_sub(b).map(Duration),
                _ => None,
            }
        }
        (F::Subtract, a, Time(b)) => instant_of(a).and_then(|a| a.checked_sub(*b)).map(Duration),
        (F::Multiply, Duration(length), by) | (F::Multiply, by, Duration(length)) => {
            scaled(*length, value::number(by)?, false)
        }
        (F::Divide | F::DivideReal, Duration(a), Duration(b)) => {
            (*b != 0).then(|| Value::Float(*a as f64 / *b as f64))
        }
        (F::Divide | F::DivideReal, Duration(length), by) => {
            scaled(*length, value::number(by)?, true)
        }
        (F::ModuloEuclid, Duration(a), Duration(b)) => a.checked_rem_euclid(*b).map(Duration),
        (F::Modulo, Duration(a), Duration(b)) => a.checked_rem(*b).map(Duration),
        _ => return None,
    })
}

#[expect(clippy::cast_precision_loss, reason = "scaling by a fraction")]
fn scaled(length: i64, by: Number, divide: bool) -> Option<Value> {
    let scaled = match (by, divide) {
        (Number::Int(n), false) => length.checked_mul(n),
        (Number::Int(n), true) => length.checked_div(n),
        (Number::Float(n), false) => whole_float((length as f64 * n).round()),
        (Number::Float(n), true) => whole_float((length as f64 / n).round()),
    };
    scaled.map(Value::Duration)
}

/// Whole numbers stay whole; an overflow gives null.
fn of_numbers(function: Function, a: &[Value]) -> Option<Value> {
    let (left, right) = (number(a, 0)?, number(a, 1)?);
    if let (Number::Int(a), Number::Int(b)) = (left, right) {
        let whole = match function {
            Function::Add => a.checked_add(b),
            Function::Subtract => a.checked_sub(b),
            Function::Multiply => a.checked_mul(b),
            Function::DivideReal if a.checked_rem(b) != Some(0) => {
                return finite(value::float(left) / value::float(right));
            }
            Function::Divide | Function::DivideReal => a.checked_div(b),
            Function::ModuloEuclid => a.checked_rem_euclid(b),
            _ => a.checked_rem(b),
        };
        return whole.map(Value::Int);
    }
    let (a, b) = (value::float(left), value::float(right));
    finite(match function {
        Function::Add => a + b,
        Function::Subtract => a - b,
        Function::Multiply => a * b,
        Function::Divide | Function::DivideReal => a / b,
        Function::ModuloEuclid => a.rem_euclid(b),
        _ => a % b,
    })
}

fn stepped(a: &[Value], step: impl Fn(f64) -> f64) -> Option<Value> {
    match number(a, 0)? {
        Number::Int(n) => Some(Value::Int(n)),
        Number::Float(n) => {
            let n = step(n);
            whole_float(n).map(Value::Int).or_else(|| finite(n))
        }
    }
}

fn round(a: &[Value]) -> Option<Value> {
    let digits = match a.get(1) {
        Some(_) => i32::try_from(int(a, 1)?.clamp(-30, 30)).ok()?,
        None => 0,
    };
    match number(a, 0)? {
        Number::Int(n) if digits >= 0 => Some(Value::Int(n)),
        Number::Int(n) => {
            let unit = 10_i64.checked_pow(digits.unsigned_abs())?;
            let half = unit / 2 * n.signum();
            n.checked_add(half).map(|n| Value::Int(n / unit * unit))
        }
        Number::Float(n) => {
            let unit = 10_f64.powi(digits);
            finite((n * unit).round() / unit)
        }
    }
}

fn power(base: Number, exponent: Number) -> Option<Value> {
    if let (Number::Int(base), Number::Int(exponent)) = (base, exponent)
        && let Ok(exponent) = u32::try_from(exponent)
        && let Some(whole) = base.checked_pow(exponent)
    {
        return Some(Value::Int(whole));
    }
    finite(value::float(base).powf(value::float(exponent)))
}
