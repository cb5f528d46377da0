//! Functions: what each of them lowers to.

use super::super::ast::{Call, Expr};
use super::super::facts;
use super::super::functions::{self, FUNCTIONS};
use super::Lowering;
use super::kind::Kind;
use super::value::{Typed, bound, call, literal};
use tripline_ir::{Case, Dialect, Function, Hash, LossReason, Predicate, Value};
use tripline_text::Code;

/// Functions whose arguments are each one value: name and image.
// Table: names of the language and of the representation.
const SCALAR: [(&str, Function); 59] = [
    ("abs", Function::Abs),
    ("acos", Function::ArcCosine),
    ("acosh", Function::ArcCosineHyperbolic),
    ("asin", Function::ArcSine),
    ("asinh", Function::ArcSineHyperbolic),
    ("atan", Function::ArcTangent),
    ("atan2", Function::ArcTangent),
    ("atanh", Function::ArcTangentHyperbolic),
    ("cbrt", Function::CubeRoot),
    ("cos", Function::Cosine),
    ("cosh", Function::CosineHyperbolic),
    ("hypot", Function::Hypotenuse),
    ("sin", Function::Sine),
    ("sinh", Function::SineHyperbolic),
    ("tan", Function::Tangent),
    ("tanh", Function::TangentHyperbolic),
    ("year", Function::Year),
    ("byte_length", Function::LengthBytes),
    ("case", Function::Case),
    ("ceil", Function::Ceiling),
    ("concat", Function::Concat),
    ("contains", Function::Contains(Case::Sensitive)),
    ("ends_with", Function::EndsWith(Case::Sensitive)),
    ("exp", Function::Exponential),
    ("floor", Function::Floor),
    ("from_base64", Function::Base64Decode),
    ("greatest", Function::Greatest),
    ("ip_prefix", Function::IpPrefix),
    ("least", Function::Least),
    ("left", Function::Left),
    ("length", Function::LengthCharacters),
    ("locate", Function::IndexOfOne),
    ("log", Function::Logarithm),
    ("ltrim", Function::TrimStart),
    ("md5", Function::Hash(Hash::Md5)),
    ("now", Function::Now),
    ("pow", Function::Power),
    ("repeat", Function::Repeat),
    ("replace", Function::RegexReplace(Dialect::Pcre)),
    ("reverse", Function::Reverse),
    ("right", Function::Right),
    ("round", Function::Round),
    ("rtrim", Function::TrimEnd),
    ("sha1", Function::Hash(Hash::Sha1)),
    ("sha256", Function::Hash(Hash::Sha256)),
    ("signum", Function::Sign),
    ("sqrt", Function::SquareRoot),
    ("starts_with", Function::StartsWith(Case::Sensitive)),
    ("substring", Function::SubstringOne),
    ("to_base64", Function::Base64Encode),
    ("trim", Function::Trim),
    ("url_decode", Function::UrlDecode),
    ("url_encode_component", Function::UrlEncode),
    ("cidr_match", Function::InNetwork),
    ("to_lower", Function::Lower),
    ("to_upper", Function::Upper),
    ("coalesce", Function::Coalesce),
    ("split", Function::Split),
    ("mv_concat", Function::Join),
];

/// Functions of several values: name, image, and whether the result may be several.
// Table: names of the language and of the representation.
const WHOLE: [(&str, Function, bool); 21] = [
    ("mv_avg", Function::ListAverage, false),
    (
        "mv_contains",
        Function::ListContains(Case::Sensitive),
        false,
    ),
    ("mv_count", Function::ListLength, false),
    ("mv_dedupe", Function::Distinct, true),
    ("mv_difference", Function::Difference, true),
    ("mv_first", Function::ListFirst, false),
    ("mv_intersection", Function::Intersect, true),
    ("mv_last", Function::ListLast, false),
    ("mv_max", Function::ListMax, false),
    ("mv_median", Function::ListMedian, false),
    ("mv_min", Function::ListMin, false),
    ("mv_percentile", Function::ListPercentile, false),
    ("mv_pseries_weighted_sum", Function::ListSeries, false),
    ("mv_sum", Function::ListSum, false),
    ("mv_union", Function::Union, true),
    ("mv_zip", Function::ZipLongest, true),
    ("mv_slice", Function::Slice, true),
    ("mv_concat", Function::Join, false),
    ("coalesce", Function::Coalesce, true),
    ("to_lower", Function::Lower, true),
    ("to_upper", Function::Upper, true),
];

impl Lowering<'_> {
    /// Whether the function is known and its arguments are as many as it takes.
    pub(super) fn checked(&mut self, written: &Call) -> Option<&'static functions::Signature> {
        let Some(known) = functions::function(&written.name) else {
            let near = facts::nearest(&written.name, FUNCTIONS.iter().map(|known| known.name));
            let hint = near.map(|near| format!("`{near}` may be meant"));
            let message = format!("there is no function `{}`", written.name);
            self.report(Code::EsqlFunction, written.name_span, message, hint);
            self.lose(
                LossReason::UnknownFunction,
                written.name.clone(),
                written.span,
            );
            return None;
        };
        let count = written.arguments.len();
        if count < known.min || count > known.max {
            if let Some(Expr::Error(span)) = written.arguments.last() {
                // What could not be read was reported; the number of arguments follows from it.
                self.lose(LossReason::SyntaxError, self.excerpt(*span), *span);
                return None;
            }
            let s = if count == 1 { "" } else { "s" };
            let message = format!("`{}` has {count} argument{s}", known.name);
            let hint = format!("write `{}({})`", known.name, known.usage);
            self.wrong(Code::EsqlArguments, written.span, message, Some(hint));
            return None;
        }
        Some(known)
    }

    /// The value of a call.
    pub(super) fn call(&mut self, written: &Call) -> Option<Typed> {
        let known = self.checked(written)?;
        if known.aggregate {
            return self.aggregate(known.name, written);
        }
        if known.name.starts_with("to_")
            && let Some(to) = known.name.strip_prefix("to_")
            && !matches!(
                to,
                "lower" | "upper" | "base64" | "degrees" | "radians" | "ascii"
            )
        {
            let value = self.value(written.arguments.first()?);
            if let Some(base) = written.arguments.get(1) {
                return self.cast_with(value?, to, base, written.span);
            }
            return self.cast(value?, to, written.span);
        }
        let name = known.name;
        if let Some((_, function, several)) = WHOLE.iter().find(|(own, ..)| *own == name) {
            return self.whole(name, *function, *several, written);
        }
        if let Some((_, function)) = SCALAR.iter().find(|(own, _)| *own == name) {
            return self.plain_call(name, *function, written);
        }
        if let Some(found) = self.date_call(name, &written.arguments, written.span) {
            return found;
        }
        self.special(name, written)
    }

    fn plain_call(&mut self, name: &str, function: Function, written: &Call) -> Option<Typed> {
        let several = match name {
            "case" => return self.case(&written.arguments),
            "split" => true,
            _ => false,
        };
        let mut arguments = self.scalars(&written.arguments)?;
        if name == "log" && arguments.len() == 2 {
            arguments.swap(0, 1);
        }
        Some(Typed {
            expr: call(function, arguments),
            several,
        })
    }

    /// Conditions count when they are true; values may be lists.
    fn case(&mut self, arguments: &[Expr]) -> Option<Typed> {
        let mut several = false;
        let mut lowered = Vec::new();
        let last = arguments.len() - 1;
        for (at, argument) in arguments.iter().enumerate() {
            if at % 2 == 0 && at != last {
                lowered.push(self.scalar(argument));
                continue;
            }
            let value = self.value(argument);
            several |= value.as_ref().is_some_and(|value| value.several);
            lowered.push(value.map(|value| value.expr));
        }
        let lowered: Option<Vec<_>> = lowered.into_iter().collect();
        Some(Typed {
            expr: call(Function::Case, lowered?),
            several,
        })
    }

    fn whole(
        &mut self,
        name: &str,
        function: Function,
        several: bool,
        written: &Call,
    ) -> Option<Typed> {
        let values: Vec<_> = written.arguments.iter().map(|a| self.value(a)).collect();
        let values: Option<Vec<Typed>> = values.into_iter().collect();
        let values = values?;
        let any = values.iter().any(|value| value.several);
        let mut arguments: Vec<_> = values.into_iter().map(|value| value.expr).collect();
        if matches!(name, "mv_max" | "mv_min") && self.kind(&arguments[0]) == Kind::Address {
            let arguments = vec![self.ordered(arguments.remove(0))];
            let found = call(function, arguments);
            return Some(Typed::one(call(Function::IpFromHex, vec![found])));
        }
        let mut function = function;
        if name == "mv_slice" && arguments.len() == 2 {
            function = Function::Index;
        }
        if name == "mv_concat" && !any {
            arguments.truncate(1);
            return arguments.pop().map(Typed::one);
        }
        let several = several && (any || name.starts_with("mv_")) && function != Function::Index;
        Some(Typed {
            expr: call(function, arguments),
            several,
        })
    }

    /// Functions with rules of their own.
    fn special(&mut self, name: &str, written: &Call) -> Option<Typed> {
        let arguments = written.arguments.as_slice();
        let constant = |n: f64| Some(Typed::one(literal_value(Value::Float(n))));
        match (name, arguments) {
            ("e", _) => constant(std::f64::consts::E),
            ("pi", _) => constant(std::f64::consts::PI),
            ("tau", _) => constant(std::f64::consts::TAU),
            ("log10", [x]) => {
                let x = self.scalar(x)?;
                let ten = literal_value(Value::Int(10));
                Some(Typed::one(call(Function::Logarithm, vec![x, ten])))
            }
            ("space", [n]) => {
                let n = self.scalar(n)?;
                Some(Typed::one(call(Function::Repeat, vec![literal(" "), n])))
            }
            ("url_encode", [text]) => {
                let text = call(Function::UrlEncode, vec![self.scalar(text)?]);
                let arguments = vec![text, literal("%20"), literal("+")];
                Some(Typed::one(call(Function::Replace, arguments)))
            }
            ("clamp" | "clamp_min" | "clamp_max", _) => self.clamp(name, arguments),
            ("hash", [algorithm, text]) => self.hash(algorithm, text),
            ("json_extract", [text, path]) => self.json(text, path),
            ("mv_append", [a, b]) => self.append(a, b),
            ("mv_intersects", [a, b]) => {
                let (a, b) = (self.value(a)?, self.value(b)?);
                let both = call(Function::Intersect, vec![a.expr, b.expr]);
                let length = call(Function::ListLength, vec![both]);
                let zero = literal_value(Value::Int(0));
                let counted = call(Function::Coalesce, vec![length, zero.clone()]);
                Some(Typed::one(super::value::compared(
                    super::super::ast::CompareOp::Gt,
                    counted,
                    zero,
                )))
            }
            ("mv_in_range", [value, low, high]) => self.in_range(value, low, high),
            ("mv_sort", [value, order @ ..]) => self.sorted(value, order.first()),
            (
                "bit_length"
                | "to_degrees"
                | "to_radians"
                | "copy_sign"
                | "scalb"
                | "round_to"
                | "mv_median_absolute_deviation",
                _,
            ) => self.number(name, arguments, written.span),
            ("network_direction" | "netdir", [from, to, networks]) => {
                self.direction(from, to, networks)
            }
            ("st_x", [point]) => self.coordinate(point, "lon"),
            ("st_y", [point]) => self.coordinate(point, "lat"),
            ("st_distance", [from, to]) => {
                let (from, to) = (self.value(from), self.value(to));
                Some(distance(from?, to?))
            }
            ("kql" | "qstr" | "match" | "match_phrase" | "match_operator" | "multi_match", _) => {
                let search = Expr::Call(written.clone());
                self.search_value(&search).map(Typed::one)
            }
            _ => {
                for argument in arguments {
                    if !matches!(argument, Expr::Options(..)) {
                        self.value(argument);
                    }
                }
                self.lose(LossReason::UnknownFunction, name, written.span);
                None
            }
        }
    }

    fn clamp(&mut self, name: &str, arguments: &[Expr]) -> Option<Typed> {
        let mut bounds = self.scalars(arguments)?.into_iter();
        let mut value = bounds.next()?;
        if name != "clamp_max" {
            value = call(Function::Greatest, vec![value, bounds.next()?]);
        }
        if name != "clamp_min" {
            value = call(Function::Least, vec![value, bounds.next()?]);
        }
        Some(Typed::one(value))
    }

    fn hash(&mut self, algorithm: &Expr, text: &Expr) -> Option<Typed> {
        let name = self.constant_text(algorithm, "the algorithm")?;
        let text = self.scalar(text)?;
        let hash = match name.to_ascii_lowercase().as_str() {
            "md5" => Hash::Md5,
            "sha" | "sha1" | "sha-1" => Hash::Sha1,
            "sha256" | "sha-256" => Hash::Sha256,
            "sha512" | "sha-512" => Hash::Sha512,
            _ => return self.not_expressible(&format!("hash {name}"), algorithm.span()),
        };
        Some(Typed::one(call(Function::Hash(hash), vec![text])))
    }

    fn json(&mut self, text: &Expr, path: &Expr) -> Option<Typed> {
        let text = self.scalar(text);
        let path = self.constant_text(path, "the path")?;
        let path = match path.as_str() {
            rooted if rooted.starts_with('$') => rooted.to_owned(),
            indexed if indexed.starts_with('[') => format!("${indexed}"),
            relative => format!("$.{relative}"),
        };
        let found = call(Function::JsonPath, vec![text?, literal(path.as_str())]);
        Some(Typed::one(call(Function::ToTextOrJson, vec![found])))
    }

    /// The latitude or longitude of a point, which in an event may be a list of two numbers.
    fn coordinate(&mut self, point: &Expr, name: &str) -> Option<Typed> {
        let point = call(Function::GeoPoint, vec![self.value(point)?.expr]);
        Some(Typed::one(call(
            Function::Member,
            vec![point, literal(name)],
        )))
    }

    /// Null when either is.
    fn append(&mut self, a: &Expr, b: &Expr) -> Option<Typed> {
        let (a, b) = (self.value(a)?.expr, self.value(b)?.expr);
        let null = |value: &tripline_ir::Expr| call(Function::IsNull, vec![value.clone()]);
        Some(Typed::many(bound("a", a, |a| {
            bound("b", b, |b| {
                let either = call(Function::Or, vec![null(&a), null(&b)]);
                let both = call(Function::ListConcat, vec![a, b]);
                call(Function::If, vec![either, literal_value(Value::Null), both])
            })
        })))
    }

    fn sorted(&mut self, value: &Expr, order: Option<&Expr>) -> Option<Typed> {
        let value = self.value(value)?.expr;
        let descending = match order {
            Some(order) => self
                .constant_text(order, "the order")?
                .eq_ignore_ascii_case("desc"),
            None => false,
        };
        let function = if descending {
            Function::ListSortDescending
        } else {
            Function::ListSort
        };
        if self.kind(&value) == Kind::Address {
            let sorted = call(function, vec![self.ordered(value)]);
            return Some(Typed::many(call(Function::IpFromHex, vec![sorted])));
        }
        Some(Typed::many(call(function, vec![value])))
    }

    /// A call that is a condition.
    pub(super) fn call_truth(&mut self, written: &Call, positive: bool) -> Predicate {
        let Some(known) = self.checked(written) else {
            return Predicate::True;
        };
        let arguments = written.arguments.as_slice();
        let simple = match known.name {
            "starts_with" | "ends_with" | "contains" => {
                self.affix(known.name, arguments, positive, written.span)
            }
            "cidr_match" => self.networks(arguments, positive, written.span),
            _ => None,
        };
        if let Some(simple) = simple {
            return simple;
        }
        let Some(value) = self.call(written) else {
            return Predicate::True;
        };
        self.computed(value.single(), positive, written.span)
    }
}

/// Metres between two points.
fn distance(from: Typed, to: Typed) -> Typed {
    let mut arguments = Vec::new();
    for place in [from, to] {
        let point = call(Function::GeoPoint, vec![place.expr]);
        for name in ["lat", "lon"] {
            arguments.push(call(Function::Member, vec![point.clone(), literal(name)]));
        }
    }
    Typed::one(call(Function::GeoDistance, arguments))
}

/// The median of the distances of a list's numbers from their median.
pub(super) fn deviation(list: tripline_ir::Expr) -> tripline_ir::Expr {
    bound("list", list, |list| {
        let middle = call(Function::ListMedian, vec![list.clone()]);
        bound("middle", middle, |middle| {
            let number = tripline_ir::Expr::Variable("number".into());
            let distance = call(Function::Subtract, vec![number, middle]);
            let distances = tripline_ir::Expr::Each {
                how: tripline_ir::Each::Map,
                list: Box::new(list),
                variable: "number".into(),
                body: Box::new(call(Function::Abs, vec![distance])),
            };
            call(Function::ListMedian, vec![distances])
        })
    })
}

fn literal_value(value: Value) -> tripline_ir::Expr {
    tripline_ir::Expr::Literal(value)
}
