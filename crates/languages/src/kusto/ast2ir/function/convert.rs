//! Conversions, truth and choice, arithmetic.

use super::{Kind, Typed, Value, literal, number, plain, values};
use crate::kusto::ast2ir::scalar::{Form, View};
use crate::kusto::facts;
use tripline_ir::{Case, Coerce, CompareOp, Dialect, Function, Round, Value as Constant};

/// Radius in metres of the sphere on which Kusto measures: that of the S2 library. With it the
/// documented example of `geo_distance_2points` comes out to the last digit.
const EARTH: f64 = 6_371_010.0;

/// A GUID, in the forms that a text may write it.
const GUID: &str = r"^\s*[{(]?([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})[)}]?\s*$";

pub(super) fn special(name: &str, arguments: &[Typed]) -> Option<Typed> {
    let first = arguments.first();
    let call = |function, kind| Some(plain(function, kind, arguments));
    match name {
        "tostring" => Some(to_text(first?.clone())),
        "parse_json" | "parsejson" | "todynamic" | "toobject" => {
            let of = first?.clone();
            let mut done = Typed::new(
                Value::call(Function::ParseDynamic, vec![of.value]),
                Kind::Dynamic,
            );
            done.view = of.view.filter(|view| view.fold.is_none()).map(|view| View {
                form: Form::Parsed,
                ..view
            });
            Some(done)
        }
        "extractjson" | "extract_json" => {
            let path = vec![arguments.get(1)?.value.clone(), first?.value.clone()];
            let found = Value::call(Function::JsonPath, path);
            let kind = arguments.get(2).and_then(Typed::text);
            Some(as_type(found, kind.map_or("string", |kind| kind.as_str())))
        }
        "tohex" => {
            let format = match arguments.get(1).map(Typed::as_constant) {
                None => literal("%x"),
                Some(Some(Constant::Int(digits @ 0..=64))) => literal(format!("%0{digits}x")),
                Some(_) => return None,
            };
            let value = Value::call(Function::Printf, vec![format, first?.value.clone()]);
            Some(Typed::new(value, Kind::Text))
        }
        "toguid" | "guid" => {
            let values = vec![first?.value.clone(), literal(GUID), number(1)];
            let found = Value::call(Function::RegexCapture(Dialect::Re2), values);
            let value = Value::call(Function::Lower, vec![found]);
            Some(Typed::new(value, Kind::Unknown))
        }
        "isnotempty" | "notempty" => Some(negated(Function::IsEmpty, first?)),
        "isnotnull" | "notnull" | "isfinite" => Some(negated(Function::IsNull, first?)),
        "isinf" if matches!(first?.as_constant(), Some(Constant::Float(n)) if n.is_infinite()) => {
            Some(Typed::of(Constant::Bool(true)))
        }
        "isnan" if matches!(first?.as_constant(), Some(Constant::Float(n)) if n.is_nan()) => {
            Some(Typed::of(Constant::Bool(true)))
        }
        // Rows have finite numbers alone.
        "isnan" | "isinf" => Some(Typed::of(Constant::Bool(false))),
        "not" => call(Function::Not, Kind::Bool),
        "iff" | "iif" => call(Function::If, arguments.get(1)?.kind),
        "case" => call(Function::Case, arguments.get(1)?.kind),
        "bool" | "tobool" | "int" | "long" | "toint" | "tolong" | "real" | "double"
        | "todouble" | "toreal" | "todecimal" | "decimal" => {
            cast(name, first?.as_constant()?).map(Typed::of)
        }
        "todatetime" | "datetime" => match first?.as_constant() {
            Some(Constant::Text(text)) if text.starts_with("{{") => Some(Typed {
                kind: Kind::Time,
                ..first?.clone()
            }),
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

/// A constant as a number or a truth value; `None` for what is left to the law.
fn cast(name: &str, from: &Constant) -> Option<Constant> {
    let truth = matches!(name, "bool" | "tobool");
    let whole = matches!(name, "int" | "long" | "toint" | "tolong");
    Some(match from {
        Constant::Bool(_) if truth => from.clone(),
        Constant::Int(n) if truth => Constant::Bool(*n != 0),
        Constant::Int(_) if whole => from.clone(),
        Constant::Int(n) => Constant::Float(float(*n)),
        Constant::Float(_) if !whole && !truth => from.clone(),
        // Ticks of 100 ns.
        Constant::Duration(n) if whole => Constant::Int(n / 100),
        Constant::Null => Constant::Null,
        _ => return None,
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the cast that the query asks for"
)]
fn float(n: i64) -> f64 {
    n as f64
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
            let near = Function::Compare(CompareOp::Lte, Case::Sensitive, Coerce::Typed);
            let value = Value::call(near, vec![apart, arguments.get(2)?.value.clone()]);
            return Some(Typed::new(value, Kind::Bool));
        }
        "geo_point_in_circle" => {
            let place = |at: usize| arguments.get(at).map(|typed| typed.value.clone());
            let (longitude, latitude) = (place(0)?, place(1)?);
            let (to_longitude, to_latitude) = (place(2)?, place(3)?);
            let points = vec![latitude, longitude, to_latitude, to_longitude, float(EARTH)];
            let apart = Value::call(Function::GeoDistance, points);
            let near = Function::Compare(CompareOp::Lte, Case::Sensitive, Coerce::Typed);
            let value = Value::call(near, vec![apart, place(4)?]);
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
    if let Some(text) = of.as_constant().and_then(Constant::as_long_text) {
        return Typed::of(Constant::Text(text));
    }
    let text = |value| Value::call(Function::ToTextOrJson, vec![value]);
    match of.kind {
        Kind::Text => of,
        Kind::Number | Kind::Bool if of.view.is_some() => Typed {
            kind: Kind::Text,
            ..of
        },
        // Events write instants as texts.
        Kind::Time => {
            let instant = Value::call(Function::ToTime, vec![of.value]);
            Typed::new(text(instant), Kind::Text)
        }
        _ => {
            let mut done = Typed::new(text(of.value), Kind::Text);
            done.view = of
                .view
                .filter(|_| of.kind != Kind::Length)
                .map(|view| View {
                    form: match view.form {
                        Form::Parsed | Form::TextOfParsed => Form::TextOfParsed,
                        Form::Own | Form::Text => Form::Text,
                    },
                    ..view
                });
            done
        }
    }
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
