//! Functions of series: lists of numbers.

use super::{Kind, Typed, Value, number, values};
use tripline_ir::{Each, Filling, Function, PairOp, Text, Value as Constant};

pub(super) fn special(name: &str, arguments: &[Typed]) -> Option<Typed> {
    let first = arguments.first()?.value.clone();
    let second = || arguments.get(1).map(|typed| typed.value.clone());
    if let Some(op) = pair(name) {
        let value = Value::call(Function::SeriesPair(op), vec![first, second()?]);
        return Some(Typed::new(value, Kind::Dynamic));
    }
    if let Some(function) = of_each(name) {
        return Some(Typed::new(mapped(function, first), Kind::Dynamic));
    }
    let (value, kind) = match name {
        "series_stats_dynamic" => (
            Value::call(Function::SeriesStatistics, values(arguments)),
            Kind::Dynamic,
        ),
        "series_stats" => {
            let all = Value::call(Function::SeriesStatistics, values(arguments));
            (members(all, parts(name)?), Kind::Dynamic)
        }
        "series_fit_line_dynamic" => (
            Value::call(Function::SeriesLine, vec![first]),
            Kind::Dynamic,
        ),
        "series_fit_line" => {
            let line = Value::call(Function::SeriesLine, vec![first]);
            (members(line, parts(name)?), Kind::Dynamic)
        }
        "series_dot_product" => (product(first, second()?), Kind::Number),
        "series_magnitude" => (length(first), Kind::Number),
        "series_cosine_similarity" => {
            let lengths = vec![length(first.clone()), length(second()?)];
            let lengths = Value::call(Function::Multiply, lengths);
            let product = product(first, second()?);
            let value = Value::call(Function::DivideReal, vec![product, lengths]);
            (value, Kind::Number)
        }
        "series_fill_const" => {
            let missing = arguments.get(2).map_or(null(), |typed| typed.value.clone());
            let function = Function::SeriesFill(Filling::Constant);
            let value = Value::call(function, vec![first, missing, second()?]);
            (value, Kind::Dynamic)
        }
        "series_fill_forward" | "series_fill_backward" => {
            let how = if name == "series_fill_forward" {
                Filling::Forward
            } else {
                Filling::Backward
            };
            let missing = second().unwrap_or_else(null);
            let value = Value::call(Function::SeriesFill(how), vec![first, missing]);
            (value, Kind::Dynamic)
        }
        "series_fill_linear" => (linear(first, arguments)?, Kind::Dynamic),
        _ => return None,
    };
    Some(Typed::new(value, kind))
}

/// The columns that a function gives where a column is computed; `None` for one that gives one.
pub(in crate::kusto::ast2ir) fn parts(name: &str) -> Option<&'static [&'static str]> {
    match name {
        "series_stats" => Some(&[
            "min", "min_idx", "max", "max_idx", "avg", "stdev", "variance",
        ]),
        "series_fit_line" => Some(&[
            "rsquare",
            "slope",
            "variance",
            "rvariance",
            "interception",
            "line_fit",
        ]),
        _ => None,
    }
}

fn pair(name: &str) -> Option<PairOp> {
    Some(match name {
        "series_add" => PairOp::Add,
        "series_subtract" => PairOp::Subtract,
        "series_multiply" => PairOp::Multiply,
        "series_divide" => PairOp::Divide,
        "series_pow" => PairOp::Power,
        "series_equals" => PairOp::Equal,
        "series_not_equals" => PairOp::NotEqual,
        "series_less" => PairOp::Less,
        "series_less_equals" => PairOp::LessEqual,
        "series_greater" => PairOp::Greater,
        "series_greater_equals" => PairOp::GreaterEqual,
        _ => return None,
    })
}

fn of_each(name: &str) -> Option<Function> {
    Some(match name {
        "series_abs" => Function::Abs,
        "series_ceiling" => Function::Ceiling,
        "series_floor" => Function::Floor,
        "series_exp" => Function::Exponential,
        "series_log" => Function::Logarithm,
        "series_sign" => Function::Sign,
        "series_sin" => Function::Sine,
        "series_cos" => Function::Cosine,
        "series_tan" => Function::Tangent,
        "series_asin" => Function::ArcSine,
        "series_acos" => Function::ArcCosine,
        "series_atan" => Function::ArcTangent,
        _ => return None,
    })
}

fn null() -> Value {
    Value::Literal(Constant::Null)
}

/// A function of each element; null where it has none.
fn mapped(function: Function, list: Value) -> Value {
    let variable = Text::new_static("element");
    let element = Value::Variable(variable.clone());
    let result = Value::call(function, vec![element]);
    Value::Each {
        how: Each::Map,
        list: Box::new(list),
        variable,
        // A list of one, because nulls are left out of the results.
        body: Box::new(Value::call(Function::List, vec![result])),
    }
}

/// The list of some members of an object.
fn members(object: Value, names: &[&'static str]) -> Value {
    let variable = Text::new_static("found");
    let member = |name: &&'static str| {
        let key = Value::Literal(Constant::Text(Text::new_static(name)));
        Value::call(
            Function::Member,
            vec![Value::Variable(variable.clone()), key],
        )
    };
    let list = Value::call(Function::List, names.iter().map(member).collect());
    Value::Let {
        variable: variable.clone(),
        value: Box::new(object),
        body: Box::new(list),
    }
}

fn product(left: Value, right: Value) -> Value {
    let products = Value::call(Function::SeriesPair(PairOp::Multiply), vec![left, right]);
    Value::call(
        Function::ToFloat,
        vec![Value::call(Function::ListSum, vec![products])],
    )
}

fn length(of: Value) -> Value {
    Value::call(Function::SquareRoot, vec![product(of.clone(), of)])
}

/// `series_fill_linear(list, missing, edges, constant)`; without the edges it is not understood.
fn linear(list: Value, arguments: &[Typed]) -> Option<Value> {
    let at = |index: usize| arguments.get(index).map(|typed| typed.value.clone());
    match arguments.get(2).map(Typed::as_constant) {
        None | Some(Some(Constant::Bool(true))) => {}
        Some(_) => return None,
    }
    let missing = at(1).unwrap_or_else(null);
    let constant = at(3).unwrap_or_else(|| number(0));
    Some(Value::call(
        Function::SeriesFill(Filling::Linear),
        vec![list, missing, constant],
    ))
}
