//! Points on the earth.

use super::{finite, number};
use crate::{Function, Number, Value};

/// Mean radius of the earth in metres, as Elasticsearch and Lucene (`SloppyMath`) take it.
const RADIUS: f64 = 6_371_008.771_4;

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    match function {
        Function::GeoPoint => {
            let (latitude, longitude) = point(a.first()?)?;
            Some(Value::Object(vec![
                ("lat".into(), Value::Float(latitude)),
                ("lon".into(), Value::Float(longitude)),
            ]))
        }
        Function::GeoDistance => {
            let place = |at| Some((degrees(a, at)?, degrees(a, at + 1)?));
            let (from, to) = (place(0)?, place(2)?);
            let valid = |(latitude, longitude): (f64, f64)| in_range(latitude, longitude);
            let radius = match a.get(4) {
                Some(_) => degrees(a, 4)?,
                None => RADIUS,
            };
            (valid(from) && valid(to)).then(|| finite(distance(from, to, radius)))?
        }
        _ => None,
    }
}

fn degrees(a: &[Value], at: usize) -> Option<f64> {
    as_degrees(number(a, at)?)
}

#[expect(clippy::cast_precision_loss, reason = "degrees are small")]
fn as_degrees(number: Number) -> Option<f64> {
    let degrees = match number {
        Number::Int(n) => n as f64,
        Number::Float(n) => n,
    };
    degrees.is_finite().then_some(degrees)
}

fn in_range(latitude: f64, longitude: f64) -> bool {
    latitude.abs() <= 90.0 && longitude.abs() <= 180.0
}

/// Along the great circle, by the haversine formula.
fn distance(from: (f64, f64), to: (f64, f64), radius: f64) -> f64 {
    let (a, b) = (from.0.to_radians(), to.0.to_radians());
    let across = ((to.1 - from.1).to_radians() / 2.0).sin().powi(2);
    let along = ((b - a) / 2.0).sin().powi(2);
    let half = along + a.cos() * b.cos() * across;
    2.0 * radius * half.sqrt().min(1.0).asin()
}

/// Latitude and longitude of a point in one of the forms in which events hold it.
fn point(value: &Value) -> Option<(f64, f64)> {
    let (latitude, longitude) = match value {
        Value::Text(text) => written(text)?,
        Value::Object(members) => object(members)?,
        // GeoJSON's order.
        Value::List(pair) => match pair.as_slice() {
            [longitude, latitude] => (coordinate(latitude)?, coordinate(longitude)?),
            _ => return None,
        },
        _ => return None,
    };
    in_range(latitude, longitude).then_some((latitude, longitude))
}

fn coordinate(value: &Value) -> Option<f64> {
    as_degrees(super::value::number(value)?)
}

fn object(members: &[(crate::Text, Value)]) -> Option<(f64, f64)> {
    let member = |name: &str| {
        let found = members.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value)
    };
    if let Some(coordinates) = member("coordinates") {
        return match coordinates {
            Value::List(_) => point(coordinates),
            _ => None,
        };
    }
    Some((coordinate(member("lat")?)?, coordinate(member("lon")?)?))
}

/// `48.1,11.6` (latitude first) or `POINT (11.6 48.1)` (longitude first).
fn written(text: &str) -> Option<(f64, f64)> {
    let text = text.trim();
    let parse = |part: &str| part.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    if let Some((latitude, longitude)) = text.split_once(',') {
        return Some((parse(latitude)?, parse(longitude)?));
    }
    let head = text
        .get(..5)
        .filter(|head| head.eq_ignore_ascii_case("point"))?;
    let inner = text[head.len()..].trim();
    let inner = inner.strip_prefix('(')?.strip_suffix(')')?;
    let mut parts = inner.split_whitespace();
    let (longitude, latitude) = (parse(parts.next()?)?, parse(parts.next()?)?);
    parts.next().is_none().then_some((latitude, longitude))
}
