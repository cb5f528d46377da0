//! Functions: what each of them lowers to.

use super::super::ast::{Call, Expr, Literal, TimeSpan};
use super::super::facts;
use super::super::functions::{self, FUNCTIONS};
use super::Lowering;
use super::value::{Typed, bound, call, literal};
use tripline_ir::{
    Case, Dialect, Function, Hash, LossReason, Predicate, SECOND, TimeFormat, Unit, Value,
};
use tripline_text::{Code, Span};

const WEEK: i64 = 7 * 86_400 * SECOND;
const ISO_TIME: &str = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'";

/// Functions whose arguments are each one value: name and image.
// Table: names of the language and of the representation.
const SCALAR: [(&str, Function); 43] = [
    ("abs", Function::Abs),
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
const WHOLE: [(&str, Function, bool); 19] = [
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
    ("mv_sum", Function::ListSum, false),
    ("mv_union", Function::Union, true),
    ("mv_zip", Function::Zip, true),
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
            && !matches!(to, "lower" | "upper" | "base64" | "degrees" | "radians")
        {
            let value = self.value(written.arguments.first()?);
            return self.cast(value?, to, written.span);
        }
        let name = known.name;
        if let Some((_, function, several)) = WHOLE.iter().find(|(own, ..)| *own == name) {
            return self.whole(name, *function, *several, written);
        }
        if let Some((_, function)) = SCALAR.iter().find(|(own, _)| *own == name) {
            return self.plain_call(name, *function, written);
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
            ("mv_sort", [value, order @ ..]) => self.sorted(value, order.first()),
            ("date_trunc", [interval, date]) | ("bucket", [date, interval]) => {
                self.truncated(interval, date, written.span)
            }
            ("date_diff", [unit, from, to]) => self.difference(unit, from, to),
            ("date_extract", [part, date]) => self.part(part, date),
            ("date_format", _) => self.formatted(arguments),
            ("date_parse", _) => self.parsed_time(arguments),
            ("day_name", [date]) => self.named_part("EEEE", date),
            ("month_name", [date]) => self.named_part("MMMM", date),
            ("st_x", [point]) => self.coordinate(point, "lon"),
            ("st_y", [point]) => self.coordinate(point, "lat"),
            ("st_distance", [from, to]) => {
                let (from, to) = (self.value(from), self.value(to));
                Some(distance(from?, to?))
            }
            ("kql" | "qstr" | "match" | "match_phrase" | "match_operator", _) => self
                .search_value(&Expr::Call(written.clone()))
                .map(Typed::one),
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
        Some(Typed::many(call(function, vec![value])))
    }

    /// `DATE_TRUNC(1 day, d)`, `BUCKET(d, 1 hour)`, `BUCKET(n, 10)`.
    fn truncated(&mut self, interval: &Expr, value: &Expr, span: Span) -> Option<Typed> {
        let value = self.scalar(value);
        let interval = match interval {
            Expr::Cast { value, .. } => self.interval_text(value),
            Expr::Literal(Literal::Text(_), _) => self.interval_text(interval),
            Expr::Literal(Literal::Span(span), _) => Some(*span),
            other => {
                let size = self.scalar(other);
                return Some(Typed::one(call(Function::Bin, vec![value?, size?])));
            }
        };
        let value = value?;
        let expr = match interval {
            Some(TimeSpan {
                nanoseconds: WEEK,
                months: 0,
            }) => call(Function::TimeTruncate(Unit::Week), vec![value]),
            Some(TimeSpan {
                nanoseconds,
                months: 0,
            }) => {
                let size = literal_value(Value::Duration(nanoseconds));
                call(Function::Bin, vec![value, size])
            }
            Some(TimeSpan { months, .. }) => {
                let (unit, count) = match months {
                    n if n % 12 == 0 => (Unit::Year, n / 12),
                    n if n % 3 == 0 => (Unit::Quarter, n / 3),
                    n => (Unit::Month, n),
                };
                let count = literal_value(Value::Int(count));
                call(Function::TimeTruncate(unit), vec![value, count])
            }
            None => return self.not_expressible("interval", span),
        };
        Some(Typed::one(expr))
    }

    /// `"1 day"` as a time span.
    #[expect(clippy::unused_self, reason = "reads as the other readings")]
    fn interval_text(&self, expr: &Expr) -> Option<TimeSpan> {
        let Expr::Literal(Literal::Text(text), _) = expr else {
            return None;
        };
        let mut words = text.split_whitespace();
        let count: i64 = words.next()?.parse().ok()?;
        let unit = facts::unit(words.next()?)?;
        Some(TimeSpan {
            nanoseconds: unit.nanoseconds.checked_mul(count)?,
            months: unit.months.checked_mul(count)?,
        })
    }

    fn difference(&mut self, unit: &Expr, from: &Expr, to: &Expr) -> Option<Typed> {
        let name = self.constant_text(unit, "the unit")?;
        let unit = self.unit(&name, unit.span());
        let (from, to) = (self.scalar(from), self.scalar(to));
        let arguments = vec![from?, to?];
        Some(Typed::one(call(Function::TimeDifference(unit?), arguments)))
    }

    fn part(&mut self, part: &Expr, date: &Expr) -> Option<Typed> {
        let name = self.constant_text(part, "the part")?;
        let date = self.scalar(date)?;
        let number = |n| literal_value(Value::Int(n));
        let function = match name.to_ascii_lowercase().as_str() {
            "second_of_minute" => Function::SecondOfMinute,
            "minute_of_hour" => Function::MinuteOfHour,
            "hour_of_day" => Function::HourOfDay,
            "day_of_month" => Function::DayOfMonth,
            "day_of_year" => Function::DayOfYear,
            "month_of_year" => Function::MonthOfYear,
            "year" => Function::Year,
            "day_of_week" => {
                // Monday is 1, Sunday 7.
                let day = call(Function::DayOfWeek, vec![date]);
                let shifted = call(Function::Add, vec![day, number(6)]);
                let wrapped = call(Function::Modulo, vec![shifted, number(7)]);
                return Some(Typed::one(call(Function::Add, vec![wrapped, number(1)])));
            }
            "minute_of_day" => {
                return Some(Typed::one(bound("date", date, |date| {
                    let hour = call(Function::HourOfDay, vec![date.clone()]);
                    let minutes = call(Function::Multiply, vec![hour, number(60)]);
                    let minute = call(Function::MinuteOfHour, vec![date]);
                    call(Function::Add, vec![minutes, minute])
                })));
            }
            "epoch_day" => Function::ToUnix(Unit::Day),
            _ => return self.not_expressible(&format!("part {name} of a date"), part.span()),
        };
        Some(Typed::one(call(function, vec![date])))
    }

    fn formatted(&mut self, arguments: &[Expr]) -> Option<Typed> {
        let (format, date) = match arguments {
            [format, date] => (self.scalar(format), date),
            [date] => (Some(literal(ISO_TIME)), date),
            _ => return None,
        };
        let date = self.scalar(date);
        let function = Function::FormatTime(TimeFormat::Letters);
        Some(Typed::one(call(function, vec![date?, format?])))
    }

    fn named_part(&mut self, format: &str, date: &Expr) -> Option<Typed> {
        let date = self.scalar(date)?;
        let function = Function::FormatTime(TimeFormat::Letters);
        Some(Typed::one(call(function, vec![date, literal(format)])))
    }

    fn parsed_time(&mut self, arguments: &[Expr]) -> Option<Typed> {
        let expr = match arguments {
            [text] => call(Function::ToTime, vec![self.scalar(text)?]),
            [format, text, ..] => {
                let (format, text) = (self.scalar(format), self.scalar(text));
                let function = Function::ParseTime(TimeFormat::Letters);
                call(function, vec![text?, format?])
            }
            [] => return None,
        };
        Some(Typed::one(expr))
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

fn literal_value(value: Value) -> tripline_ir::Expr {
    tripline_ir::Expr::Literal(value)
}
