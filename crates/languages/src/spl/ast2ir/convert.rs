//! `convert`: times and numbers in other forms.

use super::super::ast::{Name, Options, Stage};
use super::aggregate::{derive, option};
use super::{Flow, Lowering};
use tripline_ir::{
    Case, Coerce, CompareOp, Dialect, Expr, Function, LossReason, Text, TimeFormat, Value,
    format_smolstr,
};

/// How times are written where nothing is said.
const FORMAT: &str = "%m/%d/%Y %H:%M:%S";

impl Lowering<'_> {
    /// Conversions are computed only where a later stage needs them.
    pub(super) fn convert(
        &mut self,
        options: &Options,
        conversions: &[(Name, Name, Option<Name>)],
        mut flow: Flow,
        later: &[Stage],
    ) -> Flow {
        let format = option(options, "timeformat").map_or(FORMAT, Text::as_str);
        for (function, field, alias) in conversions {
            let fields = if field.has_wildcard() {
                flow.scope.fitting(&field.text)
            } else {
                vec![field.text.clone()]
            };
            for field in fields {
                let name = alias.as_ref().map_or(&field, |alias| &alias.text).clone();
                if !self.used(std::slice::from_ref(&name), later) {
                    flow.scope.compute(&name);
                    continue;
                }
                let own = self.field_value(&flow.scope, &field);
                let kind = function.text.to_lowercase();
                if let Some(value) = converted(&kind, own, format) {
                    derive(&mut flow, name, value);
                } else {
                    let detail = format_smolstr!("convert {kind}");
                    self.lose(LossReason::UnknownFunction, detail, function.span);
                }
            }
        }
        flow
    }
}

/// A value in another form; `None` for a form that is not known.
fn converted(kind: &str, own: Expr, format: &str) -> Option<Expr> {
    let format = || text(format);
    let or_own = |value: Expr, own: Expr| Expr::call(Function::Coalesce, vec![value, own]);
    Some(match kind {
        "ctime" => Expr::call(
            Function::FormatTime(TimeFormat::Strftime),
            vec![own, format()],
        ),
        "mktime" => {
            let time = Function::ParseTime(TimeFormat::Strftime);
            let time = Expr::call(time, vec![own, format()]);
            Expr::call(Function::ToUnixSeconds, vec![time])
        }
        "num" => number(own),
        "auto" => or_own(number(own.clone()), own),
        "rmcomma" => {
            let plain = Expr::call(Function::Replace, vec![own.clone(), text(","), text("")]);
            or_own(number(plain), own)
        }
        "rmunit" => or_own(number(part(&own, r"^\s*([-+]?\d+(?:\.\d+)?)")), own),
        "memk" => memory(own),
        "dur2sec" => clock(own),
        "mstime" => minutes(own),
        "none" => own,
        _ => return None,
    })
}

fn text(text: &str) -> Expr {
    Expr::Literal(Value::Text(text.into()))
}

fn int(number: i64) -> Expr {
    Expr::Literal(Value::Int(number))
}

fn number(of: Expr) -> Expr {
    Expr::call(Function::ToNumber, vec![of])
}

/// The first group of an expression in a text.
fn part(of: &Expr, expression: &str) -> Expr {
    let arguments = vec![of.clone(), text(expression), int(1)];
    Expr::call(Function::RegexCapture(Dialect::Pcre), arguments)
}

/// A size in kilobytes: `5m` is 5120.
fn memory(own: Expr) -> Expr {
    let size = number(part(&own, r"^\s*(\d+(?:\.\d+)?)\s*[kKmMgG]?[bB]?\s*$"));
    let unit = part(&own, r"^\s*\d+(?:\.\d+)?\s*([kKmMgG])");
    let unit = Expr::call(Function::Lower, vec![unit]);
    let equal = Function::Compare(CompareOp::Eq, Case::Sensitive, Coerce::Typed);
    let is = |letter: &str| Expr::call(equal, vec![unit.clone(), text(letter)]);
    let factor = vec![is("g"), int(1_048_576), is("m"), int(1024), int(1)];
    let factor = Expr::call(Function::Case, factor);
    let size = Expr::call(Function::Multiply, vec![size, factor]);
    Expr::call(Function::Coalesce, vec![size, own])
}

/// Seconds of `[days+]hours:minutes:seconds`.
fn clock(own: Expr) -> Expr {
    let units = [
        (r"^\s*(\d+)\+", 86_400),
        (r"(\d+):\d+:\d+(?:\.\d+)?\s*$", 3_600),
        (r"(\d+):\d+(?:\.\d+)?\s*$", 60),
        (r"\d+:(\d+(?:\.\d+)?)\s*$", 1),
    ];
    sum(
        own,
        &units,
        r"^\s*(?:\d+\+)?(?:\d+:)?(\d+):\d+(?:\.\d+)?\s*$",
    )
}

/// Seconds of `[minutes:]seconds.fraction`.
fn minutes(own: Expr) -> Expr {
    let units = [
        (r"(\d+):\d+(?:\.\d+)?\s*$", 60),
        (r"(\d+(?:\.\d+)?)\s*$", 1),
    ];
    sum(own, &units, r"^\s*(?:\d+:)?(\d+)(?:\.\d+)?\s*$")
}

/// The sum of parts of a text, each with its factor, where the text has the form; else the text.
fn sum(own: Expr, units: &[(&str, i64)], form: &str) -> Expr {
    let parts = units.iter().map(|(expression, factor)| {
        let found = Expr::call(
            Function::Multiply,
            vec![number(part(&own, expression)), int(*factor)],
        );
        Expr::call(Function::Coalesce, vec![found, int(0)])
    });
    let total = parts.reduce(|sum, one| Expr::call(Function::Add, vec![sum, one]));
    let fits = Expr::call(
        Function::RegexMatch(Dialect::Pcre),
        vec![own.clone(), text(form)],
    );
    Expr::call(Function::If, vec![fits, total.unwrap_or(int(0)), own])
}
