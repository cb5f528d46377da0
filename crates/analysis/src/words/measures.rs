//! Measures of groups in words.

use super::marks::code;
use super::predicate::words;
use super::{duration, expr, list};
use tripline_ir::{Expr, Measure, MeasureFunction, Value};

/// `name` = what is computed.
pub(super) fn measure(measure: &Measure) -> String {
    let what = function(&measure.function);
    match &measure.filter {
        Some(filter) => format!("{} = {what} where {}", code(&measure.name), words(filter)),
        None => format!("{} = {what}", code(&measure.name)),
    }
}

fn function(function: &MeasureFunction) -> String {
    let of = |exprs: &[&Expr]| list(exprs.iter().map(|one| expr::value(one)), "and");
    let values = of(&function.arguments());
    match function {
        MeasureFunction::Count => "the number of events".to_owned(),
        MeasureFunction::CountValues(_) => format!("the number of values of {values}"),
        MeasureFunction::CountDistinct(_) => format!("the number of different {values}"),
        MeasureFunction::Values(_) | MeasureFunction::Set(..) => {
            format!("the different values of {values}")
        }
        MeasureFunction::List(..) => format!("the values of {values}"),
        MeasureFunction::First(_) => format!("the first {values}"),
        MeasureFunction::Last(_) => format!("the last {values}"),
        MeasureFunction::Earliest(_) => format!("the earliest {values}"),
        MeasureFunction::Latest(_) => format!("the latest {values}"),
        MeasureFunction::Any(_) => format!("some {values}"),
        MeasureFunction::ArgMin { by, of: value } => {
            format!("{} where {} is smallest", of(&[value]), of(&[by]))
        }
        MeasureFunction::ArgMax { by, of: value } => {
            format!("{} where {} is largest", of(&[value]), of(&[by]))
        }
        MeasureFunction::RowOfMin(_) => format!("the smallest {values}, with its row"),
        MeasureFunction::RowOfMax(_) => format!("the largest {values}, with its row"),
        MeasureFunction::Sum(_) => format!("the sum of {values}"),
        MeasureFunction::Average(_) => format!("the mean of {values}"),
        MeasureFunction::Min(_) => format!("the smallest of {values}"),
        MeasureFunction::Max(_) => format!("the largest of {values}"),
        MeasureFunction::Range(_) => format!("the largest minus the smallest of {values}"),
        MeasureFunction::Median(_) => format!("the median of {values}"),
        MeasureFunction::Percentile(_, share) | MeasureFunction::PercentileNearest(_, share) => {
            format!("the percentile {share} of {values}")
        }
        MeasureFunction::Deviation(..) => format!("the standard deviation of {values}"),
        MeasureFunction::Variance(..) => format!("the variance of {values}"),
        MeasureFunction::Mode(_) => format!("the most frequent of {values}"),
        MeasureFunction::Top {
            count, descending, ..
        } => {
            let which = if *descending { "largest" } else { "smallest" };
            format!("the {count} {which} of {values}")
        }
        MeasureFunction::MakeBag(_) => format!("the members of {values}"),
        MeasureFunction::AnyTrue(_) => format!("whether {values} is ever true"),
        MeasureFunction::BitOr(_) => format!("the bits of {values}"),
        MeasureFunction::BitAnd(_) => format!("the bits that all of {values} have"),
        MeasureFunction::BitXor(_) => format!("the bits that an odd number of {values} has"),
        MeasureFunction::Rate(_) => format!("the change of {values} per second"),
        MeasureFunction::Lag(_, 1) => format!("{values} of the row before"),
        MeasureFunction::Lag(_, rows) => format!("{values} of the row {rows} before"),
        MeasureFunction::Lead(_, 1) => format!("{values} of the next row"),
        MeasureFunction::Lead(_, rows) => format!("{values} of the row {rows} later"),
        MeasureFunction::SessionStart {
            of: value,
            from_first,
            between,
            restart,
        } => format!(
            "{} at the start of its session (a new one begins {} after the first row, {} after the \
             row before, or where {})",
            of(&[value]),
            length(from_first),
            length(between),
            expr::truth(restart)
        ),
    }
}

/// A length of time.
fn length(of: &Expr) -> String {
    match of {
        Expr::Literal(Value::Duration(length)) => duration(*length).to_string(),
        other => expr::value(other),
    }
}
