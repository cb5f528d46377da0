//! Values: columns, constants, arithmetic, conditions as values.

use super::super::ast::{ArithmeticOp, CompareOp, Expr, Literal, Name, TimeSpan, Word};
use super::super::facts;
use super::Lowering;
use super::columns::{Column, Found};
use super::kind::{self, Kind};
use tripline_ir::{
    Case, Coerce, Dialect, FieldRef, Function, LossReason, Round, Text, TimeFormat, Unit, Value,
};
use tripline_text::{Code, Span};

/// A value of the representation, and whether it may be a list.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Typed {
    pub(super) expr: tripline_ir::Expr,
    pub(super) several: bool,
}

impl Typed {
    pub(super) fn one(expr: tripline_ir::Expr) -> Self {
        Self {
            expr,
            several: false,
        }
    }

    pub(super) fn many(expr: tripline_ir::Expr) -> Self {
        Self {
            expr,
            several: true,
        }
    }

    pub(super) fn literal(value: Value) -> Self {
        let several = matches!(value, Value::List(_));
        Self {
            expr: tripline_ir::Expr::Literal(value),
            several,
        }
    }

    /// The value when there is exactly one, null when there are several.
    pub(super) fn single(self) -> tripline_ir::Expr {
        if self.several {
            call(Function::Single, vec![self.expr])
        } else {
            self.expr
        }
    }
}

/// How dates are written.
pub(super) const ISO_TIME: &str = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'";

/// A call of a function.
pub(super) fn call(function: Function, arguments: Vec<tripline_ir::Expr>) -> tripline_ir::Expr {
    tripline_ir::Expr::call(function, arguments)
}

/// A value that a body uses several times, computed once.
pub(super) fn bound(
    name: &'static str,
    value: tripline_ir::Expr,
    body: impl FnOnce(tripline_ir::Expr) -> tripline_ir::Expr,
) -> tripline_ir::Expr {
    let variable = Text::new_static(name);
    tripline_ir::Expr::Let {
        variable: variable.clone(),
        value: Box::new(value),
        body: Box::new(body(tripline_ir::Expr::Variable(variable))),
    }
}

/// A constant.
pub(super) fn literal(value: impl Into<Value>) -> tripline_ir::Expr {
    tripline_ir::Expr::Literal(value.into())
}

/// The value of a constant; months have none.
pub(super) fn constant(literal: &Literal) -> Option<Value> {
    Some(match literal {
        Literal::Null => Value::Null,
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Int(number) => Value::Int(*number),
        Literal::Float(number) => Value::Float(*number),
        Literal::Text(text) => Value::Text(text.clone()),
        Literal::Span(TimeSpan {
            nanoseconds,
            months: 0,
        }) => Value::Duration(*nanoseconds),
        Literal::Span(_) => return None,
    })
}

impl Lowering<'_> {
    /// The value of an expression; `None` when it is lost, which was said where it was.
    pub(super) fn value(&mut self, expr: &Expr) -> Option<Typed> {
        match expr {
            Expr::Literal(written, span) => match constant(written) {
                Some(value) => Some(Typed::literal(value)),
                None => self.not_expressible("months as a value", *span),
            },
            Expr::Name(name) => self.column(name),
            Expr::Parameter(name, span) => {
                if !facts::TIME_PARAMETERS.contains(&name.as_str()) {
                    let message = format!("the parameter `{name}` has no value");
                    self.report(Code::EsqlParameter, *span, message, None);
                }
                self.lose(LossReason::UndefinedName, name.clone(), *span);
                None
            }
            Expr::Star(span) => {
                let message = "`*` is no value: it stands in `COUNT(*)` alone";
                self.wrong(Code::EsqlType, *span, message, None);
                None
            }
            Expr::Call(written) => self.call(written),
            Expr::Negate(inner, _) => {
                let inner = self.value(inner)?.single();
                Some(Typed::one(call(Function::Negate, vec![inner])))
            }
            Expr::Arithmetic {
                op, left, right, ..
            } => self.arithmetic(*op, left, right),
            Expr::Cast { value, to, .. } => {
                let value = self.value(value);
                self.cast(value?, &to.text, to.span)
            }
            Expr::List(items, _) => {
                let items = items.iter().filter_map(constant).collect();
                Some(Typed::literal(Value::List(items)))
            }
            Expr::Options(_, span) => {
                self.wrong(Code::EsqlType, *span, "options are no value", None);
                None
            }
            Expr::Error(span) => {
                self.lose(LossReason::SyntaxError, self.excerpt(*span), *span);
                None
            }
            condition => self.condition_value(condition).map(Typed::one),
        }
    }

    /// A value that is null when it has several values.
    pub(super) fn scalar(&mut self, expr: &Expr) -> Option<tripline_ir::Expr> {
        self.value(expr).map(Typed::single)
    }

    /// Every value; `None` when one is lost, after all were looked at.
    pub(super) fn scalars(&mut self, list: &[Expr]) -> Option<Vec<tripline_ir::Expr>> {
        let all: Vec<_> = list.iter().map(|expr| self.scalar(expr)).collect();
        all.into_iter().collect()
    }

    pub(super) fn not_expressible<T>(&mut self, detail: &str, span: Span) -> Option<T> {
        self.lose(LossReason::NotExpressible, detail, span);
        None
    }

    fn column(&mut self, name: &Name) -> Option<Typed> {
        self.columns.note(&name.text);
        match self.columns.find(&name.text) {
            Found::Source => Some(self.field_value(self.source_field(&name.text))),
            Found::Column(Column::Field(field)) => Some(self.field_value(field)),
            Found::Column(Column::Alias(value)) if self.at_source || self.is_seen(&value) => {
                Some(value)
            }
            Found::Column(
                Column::Alias(Typed { several, .. }) | Column::Computed { several, .. },
            ) => Some(Typed {
                expr: tripline_ir::Expr::Field(FieldRef::unmapped(name.text.clone())),
                several,
            }),
            Found::Column(Column::Lost) => None,
            Found::Missing => {
                self.missing_column(name);
                None
            }
        }
    }

    /// Whether the fields that a value reads are columns still.
    fn is_seen(&self, value: &Typed) -> bool {
        let seen = |field: &&FieldRef| matches!(self.columns.find(&field.name), Found::Source);
        value.expr.fields().iter().all(seen)
    }

    /// A field's value: times as instants, whatever events write.
    #[expect(clippy::unused_self, reason = "reads as the other lookups")]
    fn field_value(&self, field: FieldRef) -> Typed {
        let time = kind::named(&field) == Kind::Time;
        let read = tripline_ir::Expr::Field(field);
        if time {
            Typed::many(call(Function::ToTime, vec![read]))
        } else {
            Typed::many(read)
        }
    }

    fn arithmetic(&mut self, op: ArithmeticOp, left: &Expr, right: &Expr) -> Option<Typed> {
        if let Some(value) = self.months(op, left, right) {
            return Some(value);
        }
        let (left, right) = (self.scalar(left), self.scalar(right));
        let function = match op {
            ArithmeticOp::Add => Function::Add,
            ArithmeticOp::Subtract => Function::Subtract,
            ArithmeticOp::Multiply => Function::Multiply,
            ArithmeticOp::Divide => Function::Divide,
            ArithmeticOp::Modulo => Function::Modulo,
        };
        Some(Typed::one(call(function, vec![left?, right?])))
    }

    /// `date + 1 month`.
    fn months(&mut self, op: ArithmeticOp, left: &Expr, right: &Expr) -> Option<Typed> {
        let of = |expr: &Expr| match expr {
            Expr::Literal(Literal::Span(span), _) if span.months != 0 => Some(span.months),
            _ => None,
        };
        let (date, months) = match (op, of(left), of(right)) {
            (ArithmeticOp::Add, _, Some(months)) => (left, months),
            (ArithmeticOp::Add, Some(months), None) => (right, months),
            (ArithmeticOp::Subtract, _, Some(months)) => (left, -months),
            _ => return None,
        };
        let date = self.scalar(date)?;
        let months = tripline_ir::Expr::Literal(Value::Int(months));
        Some(Typed::one(call(
            Function::TimeAdd(Unit::Month),
            vec![date, months],
        )))
    }

    /// `value::type` and `TO_...`: over every value of a list.
    pub(super) fn cast(&mut self, value: Typed, to: &str, span: Span) -> Option<Typed> {
        let to = to.to_ascii_lowercase();
        let kind = self.kind(&value.expr);
        if matches!(to.as_str(), "string" | "str" | "keyword" | "text") {
            return Some(Typed {
                expr: text_of(value.expr, kind),
                several: value.several,
            });
        }
        let number = matches!(
            to.as_str(),
            "int" | "integer" | "long" | "unsigned_long" | "ulong" | "ul" | "double" | "dbl"
        );
        let value = if number && kind == Kind::Time {
            // A date is its milliseconds since the epoch.
            Typed {
                expr: call(Function::ToUnix(Unit::Millisecond), vec![value.expr]),
                several: value.several,
            }
        } else {
            value
        };
        let function = match to.as_str() {
            "int" | "integer" => Function::ToInt32,
            "long" | "unsigned_long" | "ulong" | "ul" => Function::ToInt(Round::Nearest),
            "double" | "dbl" => Function::ToFloat,
            "bool" | "boolean" => Function::ToBoolWord,
            "datetime" | "date" | "dt" | "date_nanos" | "datenanos" => Function::ToTime,
            "ip" => Function::ToIp,
            "geo_point" | "geopoint" => Function::GeoPoint,
            "version" | "ver" => Function::ParseVersion,
            "time_duration" | "timeduration" | "date_period" | "dateperiod" => Function::ToDuration,
            other => return self.not_expressible(&format!("type {other}"), span),
        };
        Some(Typed {
            expr: call(function, vec![value.expr]),
            several: value.several,
        })
    }

    /// A condition as a value: true, false or null.
    pub(super) fn condition_value(&mut self, expr: &Expr) -> Option<tripline_ir::Expr> {
        match expr {
            Expr::And(parts) => self.scalars(parts).map(|all| call(Function::And, all)),
            Expr::Or(parts) => self.scalars(parts).map(|all| call(Function::Or, all)),
            Expr::Not(inner, _) => {
                let inner = self.scalar(inner)?;
                Some(call(Function::Not, vec![inner]))
            }
            Expr::Compare {
                op, left, right, ..
            } => {
                let (left, right) = (self.scalar(left), self.scalar(right));
                let (left, right) = self.alike(left?, right?);
                Some(compared(*op, left, right))
            }
            Expr::In {
                value,
                negated,
                list,
                ..
            } => self
                .in_value(value, list)
                .map(|test| negate(test, *negated)),
            Expr::Like {
                value,
                negated,
                regex,
                patterns,
                ..
            } => self
                .like_value(value, patterns, *regex)
                .map(|test| negate(test, *negated)),
            Expr::LikeValue {
                value,
                negated,
                regex,
                pattern,
                ..
            } => {
                let (value, pattern) = (self.scalar(value), self.scalar(pattern));
                let test = call(like_function(*regex), vec![value?, pattern?]);
                Some(negate(test, *negated))
            }
            Expr::InQuery { value, span } => {
                self.value(value);
                self.not_expressible("IN with a query", *span)
            }
            Expr::IsNull { value, negated, .. } => {
                let value = self.value(value)?.expr;
                Some(negate(call(Function::IsNull, vec![value]), *negated))
            }
            Expr::Match { .. } => self.search_value(expr),
            other => self.scalar(other),
        }
    }

    fn in_value(&mut self, value: &Expr, list: &[Expr]) -> Option<tripline_ir::Expr> {
        let value = self.scalar(value);
        let list = self.scalars(list);
        let mut arguments = vec![value?];
        arguments.extend(list?);
        let kind = self.common(&arguments);
        let arguments = arguments.into_iter();
        let arguments = arguments.map(|argument| self.beside(kind, argument));
        let function = Function::In(Case::Sensitive, Coerce::Typed);
        Some(call(function, arguments.collect()))
    }

    fn like_value(
        &mut self,
        value: &Expr,
        patterns: &[Word],
        regex: bool,
    ) -> Option<tripline_ir::Expr> {
        if patterns.iter().any(|one| facts::fits_all(&one.text, regex)) {
            let value = self.value(value)?.expr;
            return Some(negate(call(Function::IsNull, vec![value]), true));
        }
        let value = self.scalar(value)?;
        let test = |value: tripline_ir::Expr, pattern: &Word| {
            let arguments = vec![value, literal(pattern.text.as_str())];
            call(like_function(regex), arguments)
        };
        Some(match patterns {
            [only] => test(value, only),
            many => bound("value", value, |value| {
                let tests = many.iter().map(|pattern| test(value.clone(), pattern));
                call(Function::Or, tests.collect())
            }),
        })
    }

    /// The text of a constant argument.
    pub(super) fn constant_text(&mut self, expr: &Expr, what: &str) -> Option<Text> {
        if let Expr::Literal(Literal::Text(text), _) = expr {
            return Some(text.clone());
        }
        if matches!(expr, Expr::Parameter(..)) {
            self.value(expr);
            return None;
        }
        let span = expr.span();
        let message = format!("{what} must be a string");
        self.wrong(Code::EsqlArguments, span, message, None);
        None
    }

    /// The unit of a name such as `minutes`.
    pub(super) fn unit(&mut self, name: &str, span: Span) -> Option<Unit> {
        let unit = match name.to_ascii_lowercase().as_str() {
            "nanosecond" | "nanoseconds" | "ns" => Unit::Nanosecond,
            "microsecond" | "microseconds" | "mcs" => Unit::Microsecond,
            "millisecond" | "milliseconds" | "ms" => Unit::Millisecond,
            "second" | "seconds" | "ss" | "s" => Unit::Second,
            "minute" | "minutes" | "mi" | "n" => Unit::Minute,
            "hour" | "hours" | "hh" => Unit::Hour,
            "day" | "days" | "dd" | "d" | "dayofyear" | "dy" | "y" | "weekday" | "dw" => Unit::Day,
            "week" | "weeks" | "wk" | "ww" => Unit::Week,
            "month" | "months" | "mm" | "m" => Unit::Month,
            "quarter" | "quarters" | "qq" | "q" => Unit::Quarter,
            "year" | "years" | "yy" | "yyyy" => Unit::Year,
            _ => {
                let near = facts::nearest(name, DIFFERENCE_UNITS);
                let hint = near.map(|near| format!("`{near}` may be meant"));
                let message = format!("`{name}` is not a unit of time");
                self.wrong(Code::EsqlTimeSpan, span, message, hint);
                return None;
            }
        };
        Some(unit)
    }
}

/// The units of `DATE_DIFF`, for messages.
const DIFFERENCE_UNITS: [&str; 11] = [
    "nanosecond",
    "microsecond",
    "millisecond",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
];

/// A value as text: a date with its milliseconds, a version as it was written.
fn text_of(value: tripline_ir::Expr, kind: Kind) -> tripline_ir::Expr {
    match (kind, value) {
        (Kind::Time, value) => {
            let function = Function::FormatTime(TimeFormat::Letters);
            call(function, vec![value, literal(ISO_TIME)])
        }
        (
            Kind::Version,
            tripline_ir::Expr::Call {
                function: Function::ParseVersion,
                mut arguments,
            },
        ) if arguments.len() == 1 => call(Function::ToTextJava, vec![arguments.remove(0)]),
        (_, value) => call(Function::ToTextJava, vec![value]),
    }
}

fn like_function(regex: bool) -> Function {
    if regex {
        Function::RegexMatch(Dialect::Lucene)
    } else {
        Function::Glob(Case::Sensitive)
    }
}

fn negate(test: tripline_ir::Expr, negated: bool) -> tripline_ir::Expr {
    if negated {
        call(Function::Not, vec![test])
    } else {
        test
    }
}

/// The three-valued comparison of two values.
pub(super) fn compared(
    op: CompareOp,
    left: tripline_ir::Expr,
    right: tripline_ir::Expr,
) -> tripline_ir::Expr {
    let (negated, op) = match op {
        CompareOp::NotEq => (true, tripline_ir::CompareOp::Eq),
        CompareOp::Eq => (false, tripline_ir::CompareOp::Eq),
        CompareOp::Lt => (false, tripline_ir::CompareOp::Lt),
        CompareOp::Lte => (false, tripline_ir::CompareOp::Lte),
        CompareOp::Gt => (false, tripline_ir::CompareOp::Gt),
        CompareOp::Gte => (false, tripline_ir::CompareOp::Gte),
    };
    let test = call(
        Function::Compare(op, Case::Sensitive, Coerce::Typed),
        vec![left, right],
    );
    negate(test, negated)
}
