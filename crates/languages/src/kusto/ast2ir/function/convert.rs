//! Conversions, truth and choice, arithmetic.

use super::{Kind, Typed, Value, literal, number, plain, values};
use crate::kusto::facts;
use tripline_ir::{Function, Round, Value as Constant};

/// Radius in metres of the sphere on which Kusto measures: that of the S2 library. With it the
/// documented example of `geo_distance_2points` comes out to the last digit.
const EARTH: f64 = 6_371_010.0;

pub(super) fn special(name: &str, arguments: &[Typed]) -> Option<Typed> {
    let first = arguments.first();
    let call = |function, kind| Some(plain(function, kind, arguments));
    match name {
        "tostring" => Some(to_text(first?.clone())),
        "parse_json" | "parsejson" | "todynamic" | "toobject" => {
            let mut done = first?.clone();
            if done.view.is_none() {
                done.value = Value::call(Function::ParseDynamic, vec![done.value]);
            }
            done.kind = Kind::Dynamic;
            Some(done)
        }
        "extractjson" | "extract_json" => {
            let path = vec![arguments.get(1)?.value.clone(), first?.value.clone()];
            let found = Value::call(Function::JsonPath, path);
            let kind = arguments.get(2).and_then(Typed::text);
            Some(as_type(found, kind.map_or("string", |kind| kind.as_str())))
        }
        "tohex" => {
            let format = literal("%x");
            let value = Value::call(Function::Printf, vec![format, first?.value.clone()]);
            (arguments.len() == 1).then(|| Typed::new(value, Kind::Text))
        }
        "isnotempty" | "notempty" => Some(negated(Function::IsEmpty, first?)),
        "isnotnull" | "notnull" | "isfinite" => Some(negated(Function::IsNull, first?)),
        "isnan" | "isinf" => Some(Typed::of(Constant::Bool(false))),
        "not" => call(Function::Not, Kind::Bool),
        "iff" | "iif" => call(Function::If, arguments.get(1)?.kind),
        "case" => call(Function::Case, arguments.get(1)?.kind),
        "bool" | "tobool" | "int" | "long" | "toint" | "tolong" | "real" | "double"
        | "todouble"
            if first?
                .as_constant()
                .is_some_and(|c| !matches!(c, Constant::Text(_))) =>
        {
            let mut done = first?.clone();
            if name == "tobool" || name == "bool" {
                done.kind = Kind::Bool;
            }
            Some(done)
        }
        "todatetime" | "datetime" => match first?.as_constant() {
            Some(Constant::Text(text)) => {
                facts::datetime_text(text).map(|at| Typed::of(Constant::Time(at)))
            }
            _ => first?.instant.map(|_| first.cloned()).unwrap_or_default(),
        },
        "totimespan" | "timespan" | "time" => match first?.as_constant() {
            Some(Constant::Text(text)) => {
                facts::timespan_text(text).map(|n| Typed::of(Constant::Duration(n)))
            }
            Some(Constant::Duration(_)) => first.cloned(),
            _ => None,
        },
        "hash" | "hash_xxhash64" => {
            let hash = Value::call(Function::XxHash, vec![first?.value.clone()]);
            let value = match arguments.get(1) {
                None => hash,
                Some(parts) => Value::call(Function::ModuloEuclid, vec![hash, parts.value.clone()]),
            };
            Some(Typed::new(value, Kind::Number))
        }
        _ => arithmetic(name, arguments),
    }
}

fn arithmetic(name: &str, arguments: &[Typed]) -> Option<Typed> {
    let float = |n: f64| Value::Literal(Constant::Float(n));
    let first = || arguments.first().map(|typed| typed.value.clone());
    let value = match name {
        "log10" => Value::call(Function::Logarithm, vec![first()?, number(10)]),
        "log2" => Value::call(Function::Logarithm, vec![first()?, number(2)]),
        "exp10" => Value::call(Function::Power, vec![float(10.0), first()?]),
        "exp2" => Value::call(Function::Power, vec![float(2.0), first()?]),
        "pi" => float(std::f64::consts::PI),
        "degrees" => scaled(first()?, 180.0 / std::f64::consts::PI),
        "radians" => scaled(first()?, std::f64::consts::PI / 180.0),
        "cot" => {
            let tangent = Value::call(Function::Tangent, vec![first()?]);
            Value::call(Function::DivideReal, vec![float(1.0), tangent])
        }
        // Whether the first lies no further than the third from the second.
        "around" => {
            let apart = Value::call(Function::Subtract, values(&arguments[..2]));
            let apart = Value::call(Function::Abs, vec![apart]);
            let near = Function::Compare(
                tripline_ir::CompareOp::Lte,
                tripline_ir::Case::Sensitive,
                tripline_ir::Coerce::Typed,
            );
            let value = Value::call(near, vec![apart, arguments.get(2)?.value.clone()]);
            return Some(Typed::new(value, Kind::Bool));
        }
        "geo_distance_2points" => match arguments.get(4).map(Typed::as_constant) {
            None | Some(Some(Constant::Bool(false))) => {
                let place = |at: usize| arguments.get(at).map(|typed| typed.value.clone());
                let (longitude, latitude) = (place(0)?, place(1)?);
                let (to_longitude, to_latitude) = (place(2)?, place(3)?);
                let radius = float(EARTH);
                Value::call(
                    Function::GeoDistance,
                    vec![latitude, longitude, to_latitude, to_longitude, radius],
                )
            }
            Some(_) => return None,
        },
        _ => return None,
    };
    Some(Typed::new(value, Kind::Number))
}

fn scaled(value: Value, by: f64) -> Value {
    Value::call(
        Function::Multiply,
        vec![value, Value::Literal(Constant::Float(by))],
    )
}

/// `tostring`.
pub(super) fn to_text(of: Typed) -> Typed {
    if let Some(text) = of.as_constant().and_then(Constant::as_text) {
        return Typed::of(Constant::Text(text));
    }
    if of.view.is_some() || of.kind == Kind::Text {
        return Typed {
            kind: Kind::Text,
            ..of
        };
    }
    Typed::new(
        Value::call(Function::ToTextOrJson, vec![of.value]),
        Kind::Text,
    )
}

fn negated(function: Function, of: &Typed) -> Typed {
    let inner = Value::call(function, vec![of.value.clone()]);
    Typed::new(Value::call(Function::Not, vec![inner]), Kind::Bool)
}

/// A found value as a type by its name: columns of `parse`, `typeof` in `extract` and
/// `mv-expand ... to typeof(...)`.
pub(in crate::kusto::ast2ir) fn as_type(value: Value, name: &str) -> Typed {
    let kind = Kind::named(name);
    let function = match kind {
        Kind::Number if matches!(name, "int" | "long") => Function::ToInt(Round::Truncate),
        Kind::Number => Function::ToFloat,
        Kind::Time => Function::ToTime,
        Kind::Length => Function::ToDuration,
        Kind::Bool => Function::ToBool,
        Kind::Dynamic => Function::ParseDynamic,
        Kind::Text => Function::ToTextOrJson,
        Kind::Unknown => return Typed::new(value, kind),
    };
    Typed::new(Value::call(function, vec![value]), kind)
}
