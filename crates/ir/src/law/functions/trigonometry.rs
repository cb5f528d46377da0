//! Angles in radians, and hyperbolic functions.

use super::{finite, number};
use crate::law::value;
use crate::{Function, Value};

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    let float = |at| number(a, at).map(value::float);
    let first = float(0)?;
    finite(match function {
        Function::Sine => first.sin(),
        Function::Cosine => first.cos(),
        Function::Tangent => first.tan(),
        Function::ArcSine => first.asin(),
        Function::ArcCosine => first.acos(),
        Function::ArcTangent => match a.get(1) {
            None => first.atan(),
            Some(_) => first.atan2(float(1)?),
        },
        Function::SineHyperbolic => first.sinh(),
        Function::CosineHyperbolic => first.cosh(),
        Function::TangentHyperbolic => first.tanh(),
        Function::ArcSineHyperbolic => first.asinh(),
        Function::ArcCosineHyperbolic => first.acosh(),
        Function::ArcTangentHyperbolic => first.atanh(),
        _ => return None,
    })
}
