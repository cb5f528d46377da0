//! Functions of dates.

use super::super::ast::{CompareOp, Expr, Literal, Name, TimeSpan};
use super::super::facts;
use super::Lowering;
use super::value::{ISO_TIME, Typed, bound, call, compared, literal};
use tripline_ir::{Function, SECOND, TimeFormat, Unit, Value};
use tripline_text::Span;

/// Seconds of a day.
const DAY: i64 = 86_400;
const WEEK: i64 = 7 * 86_400 * SECOND;

impl Lowering<'_> {
    /// A function of dates; `None` when it is none.
    #[expect(clippy::option_option, reason = "no such function and no value differ")]
    pub(super) fn date_call(
        &mut self,
        name: &str,
        arguments: &[Expr],
        span: Span,
    ) -> Option<Option<Typed>> {
        Some(match (name, arguments) {
            ("date_trunc", [interval, date]) | ("bucket" | "bin", [date, interval]) => {
                self.truncated(interval, date, span)
            }
            ("bucket" | "bin", [_, _, _, _]) => self.bucket(arguments, span),
            ("tbucket", _) => self.time_bucket(arguments, span),
            ("trange", _) => self.time_range(arguments, span),
            ("day", [date]) => self.of_date(Function::DayOfMonth, date),
            ("month", [date]) => self.of_date(Function::MonthOfYear, date),
            ("hour", [date]) => self.of_date(Function::HourOfDay, date),
            ("date_diff", [unit, from, to]) => self.difference(unit, from, to),
            ("date_extract", [part, date]) => self.part(part, date),
            ("date_format", _) => self.formatted(arguments),
            ("date_parse", _) => self.parsed_time(arguments),
            ("date_unit_count", [unit, of, date]) => self.units_of(unit, of, date),
            ("day_name", [date]) => self.named_part("EEEE", date),
            ("month_name", [date]) => self.named_part("MMMM", date),
            _ => return None,
        })
    }

    fn of_date(&mut self, function: Function, date: &Expr) -> Option<Typed> {
        let date = self.scalar(date)?;
        Some(Typed::one(call(function, vec![date])))
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
                let size = literal(Value::Duration(nanoseconds));
                call(Function::Bin, vec![value, size])
            }
            Some(TimeSpan { months, .. }) => {
                let (unit, count) = match months {
                    n if n % 12 == 0 => (Unit::Year, n / 12),
                    n if n % 3 == 0 => (Unit::Quarter, n / 3),
                    n => (Unit::Month, n),
                };
                let count = literal(Value::Int(count));
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

    /// `DATE_UNIT_COUNT("day", "month", date)`: how many units the stretch of a date has.
    fn units_of(&mut self, unit: &Expr, of: &Expr, date: &Expr) -> Option<Typed> {
        let (name, whole) = (
            self.constant_text(unit, "the unit")?,
            self.constant_text(of, "the unit")?,
        );
        let (unit, whole) = (self.unit(&name, unit.span()), self.unit(&whole, of.span()));
        let date = self.scalar(date);
        let (unit, whole) = (unit?, whole?);
        let start = call(Function::TimeTruncate(whole), vec![date?]);
        Some(Typed::one(bound("start", start, |start| {
            let next = vec![start.clone(), literal(1_i64)];
            let next = call(Function::TimeAdd(whole), next);
            call(Function::TimeDifference(unit), vec![start, next])
        })))
    }

    fn difference(&mut self, unit: &Expr, from: &Expr, to: &Expr) -> Option<Typed> {
        let name = self.constant_text(unit, "the unit")?;
        let unit = self.unit(&name, unit.span());
        let (from, to) = (self.scalar(from), self.scalar(to));
        let arguments = vec![from?, to?];
        Some(Typed::one(call(Function::TimeDifference(unit?), arguments)))
    }

    /// `DATE_EXTRACT("part", date)`.
    fn part(&mut self, part: &Expr, date: &Expr) -> Option<Typed> {
        let name = self.constant_text(part, "the part")?;
        let date = self.scalar(date)?;
        let name = name.to_ascii_lowercase();
        match chrono_field(&name, &date) {
            Some(value) => Some(Typed::one(value)),
            None => self.not_expressible(&format!("part {name} of a date"), part.span()),
        }
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

    /// `BUCKET(value, n, from, to)`: a size such that at most `n` buckets reach over the range.
    fn bucket(&mut self, arguments: &[Expr], span: Span) -> Option<Typed> {
        let [value, count, from, to] = arguments else {
            return None;
        };
        if let (Some(count), Some(from), Some(to)) = (number(count), number(from), number(to)) {
            let size = round_size(count, from, to);
            let value = call(Function::ToFloat, vec![self.scalar(value)?]);
            return Some(Typed::one(call(Function::Bin, vec![value, literal(size)])));
        }
        let value = self.scalar(value);
        let count = self.scalar(count);
        let (from, to) = (self.instant(from), self.instant(to));
        let (value, count, from, to) = (value?, count?, from?, to?);
        if !matches!(count, tripline_ir::Expr::Literal(Value::Int(_))) {
            return self.not_expressible("BUCKET", span);
        }
        let arguments = vec![value, count, from, to];
        Some(Typed::one(call(Function::TimeBucket, arguments)))
    }

    /// `TBUCKET(1 hour)`, `TBUCKET(n, from, to)`: buckets of `@timestamp`.
    fn time_bucket(&mut self, arguments: &[Expr], span: Span) -> Option<Typed> {
        let time = timestamp(span);
        match arguments {
            [size @ Expr::Literal(Literal::Span(_) | Literal::Text(_), _)] => {
                self.truncated(size, &time, span)
            }
            [count, from, to] => {
                let arguments = [time, count.clone(), from.clone(), to.clone()];
                self.bucket(&arguments, span)
            }
            // Without a range it is that of the request.
            _ => self.not_expressible("TBUCKET", span),
        }
    }

    /// `TRANGE(1 hour)`, `TRANGE(from, to)`: `@timestamp` lies in a range.
    fn time_range(&mut self, arguments: &[Expr], span: Span) -> Option<Typed> {
        let (from, to) = match arguments {
            [length] => {
                let now = call(Function::Now, Vec::new());
                let from = match length {
                    Expr::Literal(Literal::Span(TimeSpan { months, .. }), _) if *months != 0 => {
                        let months = literal(Value::Int(-months));
                        let arguments = vec![now.clone(), months];
                        call(Function::TimeAdd(Unit::Month), arguments)
                    }
                    length => {
                        let length = self.scalar(length)?;
                        call(Function::Subtract, vec![now.clone(), length])
                    }
                };
                (from, now)
            }
            [from, to] => (self.instant(from)?, self.instant(to)?),
            _ => return self.not_expressible("TRANGE", span),
        };
        let time = self.scalar(&timestamp(span))?;
        let after = compared(CompareOp::Gt, time.clone(), from);
        let before = compared(CompareOp::Lte, time, to);
        Some(Typed::one(call(Function::And, vec![after, before])))
    }

    /// A bound of a range as an instant, whether it is one, a text or milliseconds.
    fn instant(&mut self, expr: &Expr) -> Option<tripline_ir::Expr> {
        let value = self.scalar(expr)?;
        let value = self.beside(super::kind::Kind::Time, value);
        Some(match value {
            time @ tripline_ir::Expr::Literal(Value::Time(_)) => time,
            other => call(Function::ToTime, vec![other]),
        })
    }
}

/// The column that says when an event was.
fn timestamp(span: Span) -> Expr {
    Expr::Name(Name {
        text: "@timestamp".into(),
        span,
        pattern: false,
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "bounds of buckets are fractions"
)]
fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Literal(Literal::Int(n), _) => Some(*n as f64),
        Expr::Literal(Literal::Float(n), _) => Some(*n),
        _ => None,
    }
}

/// A power of ten, or half of one, not below the exact size.
fn round_size(count: f64, from: f64, to: f64) -> f64 {
    let exact = (to - from) / count;
    let power = 10_f64.powf(exact.log10().ceil());
    if exact < power / 2.0 {
        power / 2.0
    } else {
        power
    }
}

/// A field of `java.time`'s `ChronoField` of a date in UTC.
fn chrono_field(name: &str, date: &tripline_ir::Expr) -> Option<tripline_ir::Expr> {
    let int = |n: i64| literal(Value::Int(n));
    let add = |value, n| call(Function::Add, vec![value, int(n)]);
    let divided = |value, n| call(Function::Divide, vec![value, int(n)]);
    let within = |value, n| call(Function::ModuloEuclid, vec![value, int(n)]);
    let since = |unit| call(Function::ToUnix(unit), vec![date.clone()]);
    let part = |function| call(function, vec![date.clone()]);
    // Units of some length since the last beginning of another of so many of them.
    let of = |unit, many| within(since(unit), many);
    let week = |day| add(divided(add(day, -1), 7), 1);
    let weekday = |day| add(within(add(day, -1), 7), 1);
    Some(match name {
        "nano_of_second" => of(Unit::Nanosecond, 1_000_000_000),
        "nano_of_day" => of(Unit::Nanosecond, DAY * 1_000_000_000),
        "micro_of_second" => of(Unit::Microsecond, 1_000_000),
        "micro_of_day" => of(Unit::Microsecond, DAY * 1_000_000),
        "milli_of_second" => of(Unit::Millisecond, 1_000),
        "milli_of_day" => of(Unit::Millisecond, DAY * 1_000),
        "second_of_minute" => part(Function::SecondOfMinute),
        "second_of_day" => of(Unit::Second, DAY),
        "minute_of_hour" => part(Function::MinuteOfHour),
        "minute_of_day" => of(Unit::Minute, 24 * 60),
        "hour_of_ampm" => of(Unit::Hour, 12),
        // From 1 to 12, and to 24.
        "clock_hour_of_ampm" => add(within(add(part(Function::HourOfDay), 11), 12), 1),
        "clock_hour_of_day" => add(within(add(part(Function::HourOfDay), 23), 24), 1),
        "hour_of_day" => part(Function::HourOfDay),
        "ampm_of_day" => divided(part(Function::HourOfDay), 12),
        // Monday is 1, Sunday 7.
        "day_of_week" => add(within(add(part(Function::DayOfWeek), 6), 7), 1),
        "aligned_day_of_week_in_month" => weekday(part(Function::DayOfMonth)),
        "aligned_day_of_week_in_year" => weekday(part(Function::DayOfYear)),
        "aligned_week_of_month" => week(part(Function::DayOfMonth)),
        "aligned_week_of_year" => week(part(Function::DayOfYear)),
        "day_of_month" => part(Function::DayOfMonth),
        "day_of_year" => part(Function::DayOfYear),
        "epoch_day" => since(Unit::Day),
        "month_of_year" => part(Function::MonthOfYear),
        // Months since that of year 0.
        "proleptic_month" => bound("date", date.clone(), |date| {
            let year = call(Function::Year, vec![date.clone()]);
            let years = call(Function::Multiply, vec![year, int(12)]);
            let month = call(Function::MonthOfYear, vec![date]);
            add(call(Function::Add, vec![years, month]), -1)
        }),
        "year" => part(Function::Year),
        "year_of_era" => bound("year", part(Function::Year), |year| {
            let before = call(Function::Subtract, vec![int(1), year.clone()]);
            let current = compared(CompareOp::Gt, year.clone(), int(0));
            call(Function::If, vec![current, year, before])
        }),
        "era" => {
            let current = compared(CompareOp::Gt, part(Function::Year), int(0));
            call(Function::If, vec![current, int(1), int(0)])
        }
        "instant_seconds" => since(Unit::Second),
        "offset_seconds" => call(Function::Multiply, vec![since(Unit::Day), int(0)]),
        _ => return None,
    })
}
