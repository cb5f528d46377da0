//! Stages that compute with numbers: `bin`, `addtotals`, `accum`, `autoregress`, `delta`.

use super::super::ast::{Name, Options, Stage};
use super::aggregate::{binned, derive, duration, is_true, option};
use super::fields::words;
use super::order::in_order;
use super::{Flow, Lowering};
use tripline_ir::{
    Expr, FieldRef, Function, LossReason, Measure, MeasureFunction, Plan, Running, RunningWindow,
    Text, Value, format_smolstr,
};
use tripline_text::{Code, Span};

impl Lowering<'_> {
    /// `bin`: a time cut down to a multiple of a length, a number put into a range.
    pub(super) fn bin(
        &mut self,
        options: &Options,
        field: &Name,
        alias: Option<&Name>,
        mut flow: Flow,
        span: Span,
    ) -> Flow {
        let name = alias.unwrap_or(field).text.clone();
        let length = option(options, "span").and_then(|text| duration(text));
        match length {
            Some(length) if field.text == "_time" || is_time_span(options) => {
                let time = self.field_value(&flow.scope, &field.text);
                derive(&mut flow, name, binned(time, length));
            }
            _ => {
                if let Some(length) = whole_span(options) {
                    let number = self.field_value(&flow.scope, &field.text);
                    derive(&mut flow, name, ranged(number, length));
                    return flow;
                }
                if let Some(written) = options.iter().find(|(key, _)| key == "span") {
                    let message = format!("`{}` is no span of time", written.1.text);
                    let hint =
                        Some("a span is a number and a unit: `30s`, `5m`, `1h`, `1d`".into());
                    self.report(Code::SplArgument, written.1.span, message, hint);
                }
                self.lose(
                    LossReason::NotExpressible,
                    format_smolstr!("bin {}", field.text),
                    span,
                );
                flow.scope.compute(&name);
            }
        }
        flow
    }

    /// `accum f [as x]`, `autoregress f [as x] [p=n]`, `delta f [as x] [p=n]`: a column of the rows
    /// before. `None` for other forms.
    pub(super) fn running(&self, command: &str, arguments: &str, flow: &Flow) -> Option<Flow> {
        let mut back = 1;
        let mut names: Vec<&str> = Vec::new();
        for word in arguments.split_whitespace() {
            match word.split_once('=') {
                Some(("p", rows)) => back = rows.parse().ok().filter(|rows| *rows > 0)?,
                Some(_) => return None,
                None if word.eq_ignore_ascii_case("as") => {}
                None => names.push(word.trim_matches('"')),
            }
        }
        let (field, alias) = match names.as_slice() {
            [field] => (*field, None),
            [field, alias] => (*field, Some(Text::from(*alias))),
            _ => return None,
        };
        let mut flow = in_order(flow.clone());
        let of = self.field_value(&flow.scope, field);
        let accumulates = command == "accum";
        let name = alias.unwrap_or_else(|| match command {
            "accum" => field.into(),
            "delta" => format_smolstr!("delta({field})"),
            _ => format_smolstr!("{field}_p{back}"),
        });
        let measure = if accumulates {
            MeasureFunction::Sum(of.clone())
        } else {
            MeasureFunction::First(of.clone())
        };
        flow.plan = Plan::Running(Running {
            input: Box::new(flow.plan),
            group_by: Vec::new(),
            window: if accumulates {
                RunningWindow::All
            } else {
                RunningWindow::Rows(back)
            },
            current: accumulates,
            measures: vec![Measure::new(name.clone(), measure)],
        });
        flow.scope.compute(&name);
        if command == "delta" {
            let before = Expr::Field(FieldRef::unmapped(name.clone()));
            let change = Expr::call(Function::Subtract, vec![of, before]);
            derive(&mut flow, name, change);
        }
        Some(flow)
    }

    /// `addtotals`: the sum of a row's numbers, of the named columns or of all there are.
    pub(super) fn addtotals(
        &mut self,
        arguments: &str,
        mut flow: Flow,
        later: &[Stage],
        span: Span,
    ) -> Flow {
        let mut name = Text::new_static("Total");
        let mut patterns: Vec<&str> = Vec::new();
        let mut adds_row = false;
        for argument in arguments.split([' ', ',', '\n', '\t']) {
            match argument.split_once('=') {
                Some(("fieldname", value)) => name = value.trim_matches('"').into(),
                Some(("col", value)) => adds_row = is_true(value),
                Some(_) => {}
                None => patterns.extend(words(argument).first().map(|_| argument)),
            }
        }
        let all = patterns.is_empty();
        let mut columns: Vec<Text> = Vec::new();
        for pattern in if all { vec!["*"] } else { patterns } {
            if pattern.contains('*') {
                columns.extend(flow.scope.fitting(pattern));
            } else {
                columns.push(pattern.into());
            }
        }
        columns.retain(|column| !all || !column.starts_with('_'));
        let known = !adds_row && !flow.scope.vague && (!all || flow.scope.closed);
        if !known && self.decides(std::slice::from_ref(&name), later) {
            self.lose(LossReason::NotExpressible, "addtotals", span);
        }
        let zero = Expr::Literal(Value::Int(0));
        let numbers = columns.iter().map(|column| {
            let number = Expr::call(
                Function::ToNumber,
                vec![self.field_value(&flow.scope, column)],
            );
            Expr::call(Function::Coalesce, vec![number, zero.clone()])
        });
        let total = numbers.reduce(|sum, one| Expr::call(Function::Add, vec![sum, one]));
        derive(&mut flow, name, total.unwrap_or(zero.clone()));
        flow
    }
}

/// A span of numbers, and nothing else that says where ranges begin.
fn whole_span(options: &Options) -> Option<i64> {
    let [(key, value)] = options.as_slice() else {
        return None;
    };
    let length = value.text.parse().ok().filter(|length| *length > 0);
    length.filter(|_| key == "span")
}

/// The range of numbers that a number is in, as `bin` writes it: `20-30`.
fn ranged(number: Expr, length: i64) -> Expr {
    let span = Expr::Literal(Value::Int(length));
    let from = Expr::call(Function::Bin, vec![number, span.clone()]);
    let to = Expr::call(Function::Add, vec![from.clone(), span]);
    let dash = Expr::Literal(Value::Text("-".into()));
    Expr::call(Function::Concat, vec![from, dash, to])
}

/// Whether a span has a unit of time, so that the field counts seconds.
fn is_time_span(options: &Options) -> bool {
    option(options, "span").is_some_and(|text| text.ends_with(|c: char| c.is_alphabetic()))
}
