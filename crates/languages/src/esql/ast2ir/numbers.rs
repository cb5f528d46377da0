//! Functions of numbers and addresses that others make up.

use super::super::ast::{CompareOp, Expr, Literal};
use super::Lowering;
use super::call::deviation;
use super::kind::Kind;
use super::value::{Typed, bound, call, compared, literal};
use tripline_ir::{Function, Text, Value};
use tripline_text::Span;

/// Named networks of `NETWORK_DIRECTION` and what lies in them.
const NETWORKS: [(&str, &[&str]); 7] = [
    ("loopback", &["127.0.0.0/8", "::1"]),
    ("private", &PRIVATE),
    ("unspecified", &["0.0.0.0", "::"]),
    ("multicast", &["224.0.0.0/4", "ff00::/8"]),
    ("link_local_unicast", &LINK_LOCAL),
    ("link_local_multicast", &["224.0.0.0/24", "ff02::/16"]),
    ("interface_local_multicast", &["ff01::/16"]),
];
const PRIVATE: [&str; 4] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8"];
const LINK_LOCAL: [&str; 2] = ["169.254.0.0/16", "fe80::/10"];

/// What is not in these networks, by name.
const OUTSIDE: [(&str, &[&str]); 3] = [
    ("unicast", &NO_UNICAST),
    ("global_unicast", &NO_UNICAST),
    (
        "public",
        &[
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "fd00::/8",
            "127.0.0.0/8",
            "::1",
            "0.0.0.0",
            "::",
            "169.254.0.0/16",
            "fe80::/10",
            "224.0.0.0/24",
            "ff02::/16",
            "ff01::/16",
            "255.255.255.255",
        ],
    ),
];
const NO_UNICAST: [&str; 9] = [
    "255.255.255.255",
    "0.0.0.0",
    "::",
    "127.0.0.0/8",
    "::1",
    "224.0.0.0/4",
    "ff00::/8",
    "169.254.0.0/16",
    "fe80::/10",
];

impl Lowering<'_> {
    /// A function of numbers that others make up.
    pub(super) fn number(&mut self, name: &str, arguments: &[Expr], span: Span) -> Option<Typed> {
        if name == "round_to" {
            return self.round_to(arguments, span);
        }
        if name == "mv_median_absolute_deviation" {
            let list = self.value(arguments.first()?)?.expr;
            return Some(Typed::one(deviation(list)));
        }
        let mut arguments = self.scalars(arguments)?.into_iter();
        let first = arguments.next()?;
        let expr = match name {
            "bit_length" => {
                let bytes = call(Function::LengthBytes, vec![first]);
                call(Function::Multiply, vec![bytes, literal(8_i64)])
            }
            "to_degrees" => {
                let factor = literal(180.0 / std::f64::consts::PI);
                call(Function::Multiply, vec![first, factor])
            }
            "to_radians" => {
                let factor = literal(std::f64::consts::PI / 180.0);
                call(Function::Multiply, vec![first, factor])
            }
            "scalb" => {
                let power = vec![literal(2.0), arguments.next()?];
                let power = call(Function::Power, power);
                let first = call(Function::ToFloat, vec![first]);
                call(Function::Multiply, vec![first, power])
            }
            "copy_sign" => {
                let size = call(Function::Abs, vec![first]);
                let negative = compared(CompareOp::Lt, arguments.next()?, literal(0_i64));
                bound("size", size, |size| {
                    let minus = call(Function::Negate, vec![size.clone()]);
                    call(Function::If, vec![negative, minus, size])
                })
            }
            _ => return None,
        };
        Some(Typed::one(expr))
    }

    /// `ROUND_TO(value, point, ...)`: the largest point not above the value, else the smallest.
    fn round_to(&mut self, arguments: &[Expr], span: Span) -> Option<Typed> {
        let (value, points) = arguments.split_first()?;
        let value = self.scalar(value);
        let points = self.scalars(points);
        let (value, points) = (value?, points?);
        let kind = self.common(std::iter::once(&value).chain(&points));
        let mut constants = Vec::new();
        for point in points {
            match self.beside(kind, point) {
                tripline_ir::Expr::Literal(point) => constants.push(point),
                _ => return self.not_expressible("ROUND_TO", span),
            }
        }
        constants.sort_by(|a, b| size(a).total_cmp(&size(b)));
        Some(Typed::one(bound("value", value, |value| {
            let mut cases = Vec::new();
            for pair in constants.windows(2) {
                let below = literal(pair[1].clone());
                cases.push(compared(CompareOp::Lt, value.clone(), below));
                cases.push(literal(pair[0].clone()));
            }
            let last = constants.last().cloned().unwrap_or(Value::Null);
            cases.push(compared(CompareOp::Gte, value, literal(last.clone())));
            cases.push(literal(last));
            call(Function::Case, cases)
        })))
    }

    /// `MV_IN_RANGE(values, low, high)`: one of the values lies in the range; never null.
    pub(super) fn in_range(&mut self, value: &Expr, low: &Expr, high: &Expr) -> Option<Typed> {
        let value = self.value(value);
        let (low, high) = (self.scalar(low), self.scalar(high));
        let (value, low, high) = (value?.expr, low?, high?);
        let kind = self.common([&value, &low, &high]);
        let (low, high) = (self.beside(kind, low), self.beside(kind, high));
        let element = tripline_ir::Expr::Variable("element".into());
        let above = compared(CompareOp::Gte, element.clone(), low);
        let below = compared(CompareOp::Lte, element, high);
        let found = tripline_ir::Expr::Each {
            how: tripline_ir::Each::Any,
            list: Box::new(self.beside(kind, value)),
            variable: "element".into(),
            body: Box::new(call(Function::And, vec![above, below])),
        };
        Some(Typed::one(call(Function::IsTrue, vec![found])))
    }

    /// `NETWORK_DIRECTION(source, destination, networks)`.
    pub(super) fn direction(&mut self, from: &Expr, to: &Expr, nets: &Expr) -> Option<Typed> {
        let (source, destination) = (self.scalar(from), self.scalar(to));
        let names: Vec<&Text> = match nets {
            Expr::Literal(Literal::Text(name), _) => vec![name],
            Expr::List(items, _) => items
                .iter()
                .filter_map(|item| match item {
                    Literal::Text(text) => Some(text),
                    _ => None,
                })
                .collect(),
            other => {
                self.value(other);
                return self.not_expressible("networks that are no constants", other.span());
            }
        };
        let of_address = |address: tripline_ir::Expr| {
            let within = |nets: Vec<&str>| {
                let nets = nets.into_iter().map(literal);
                let all = std::iter::once(address.clone()).chain(nets);
                call(Function::InNetwork, all.collect())
            };
            let mut tests: Vec<_> = names
                .iter()
                .filter_map(|name| OUTSIDE.iter().find(|(own, _)| own == *name))
                .map(|(_, nets)| call(Function::Not, vec![within(nets.to_vec())]))
                .collect();
            let nets: Vec<&str> = names
                .iter()
                .filter(|name| !OUTSIDE.iter().any(|(own, _)| own == **name))
                .flat_map(|name| {
                    let known = NETWORKS.iter().find(|(own, _)| own == *name);
                    known.map_or_else(|| vec![name.as_str()], |(_, nets)| nets.to_vec())
                })
                .collect();
            if !nets.is_empty() {
                tests.push(within(nets));
            }
            call(Function::Or, tests)
        };
        let inside = |value| bound("address", call(Function::ToIp, vec![value]), of_address);
        let (source, destination) = (inside(source?), inside(destination?));
        let choose = |a, b| move |test| call(Function::If, vec![test, literal(a), literal(b)]);
        // Null when either address is.
        Some(Typed::one(bound("inside", destination, |inside| {
            let out = choose("internal", "outbound")(inside.clone());
            let outer = choose("inbound", "external")(inside.clone());
            bound("source", source, |source| {
                let known = [source.clone(), inside].map(|test| call(Function::IsNull, vec![test]));
                let found = call(Function::If, vec![source, out, outer]);
                let missing = call(Function::Or, known.into());
                call(Function::If, vec![missing, literal(Value::Null), found])
            })
        })))
    }

    /// `TO_INTEGER(text, base)`, `TO_IP(text, {options})`.
    pub(super) fn cast_with(
        &mut self,
        value: Typed,
        to: &str,
        with: &Expr,
        span: Span,
    ) -> Option<Typed> {
        let function = match to {
            "int" | "integer" => Some(Function::ToInt32),
            "long" => None,
            "ip" => {
                return match with {
                    Expr::Options(entries, _) if leading_zeros_rejected(entries) => {
                        self.cast(value, to, span)
                    }
                    _ => self.not_expressible("options of TO_IP", with.span()),
                };
            }
            _ => return self.not_expressible(&format!("options of TO_{to}"), with.span()),
        };
        let base = self.scalar(with)?;
        let number = call(Function::ToNumber, vec![value.expr, base]);
        Some(Typed {
            expr: match function {
                Some(function) => call(function, vec![number]),
                None => number,
            },
            several: value.several,
        })
    }

    /// The values of a sort key in an order that is theirs.
    pub(super) fn sort_value(&self, value: tripline_ir::Expr) -> tripline_ir::Expr {
        match self.kind(&value) {
            Kind::Address => self.ordered(value),
            _ => value,
        }
    }
}

fn leading_zeros_rejected(entries: &[(Text, Literal)]) -> bool {
    entries.iter().all(|(name, value)| {
        name == "leading_zeros" && matches!(value, Literal::Text(how) if how == "reject")
    })
}

/// The size of a constant, for order.
#[expect(clippy::cast_precision_loss, reason = "an order of constants")]
fn size(value: &Value) -> f64 {
    match value {
        Value::Int(n) | Value::Time(n) => *n as f64,
        Value::Float(n) => *n,
        _ => f64::NAN,
    }
}
