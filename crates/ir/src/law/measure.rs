//! Measures: values computed from the rows of a group.

use super::functions::{order, truth};
use super::rows::{Row, sort_values};
use super::{Law, value};
use crate::{
    Case, Coerce, Expr, Fields, Measure, MeasureFunction, Number, Population, SECOND, Text, Value,
};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

impl Law<'_> {
    /// A measure's value, over the rows that it counts.
    pub(crate) fn measure(&self, measure: &Measure, rows: &[Row]) -> Value {
        let Some(filter) = &measure.filter else {
            return self.measured_value(&measure.function, rows);
        };
        let rows: Vec<Row> = rows
            .iter()
            .filter(|row| self.row_holds(filter, row))
            .cloned()
            .collect();
        self.measured_value(&measure.function, &rows)
    }

    fn measured_value(&self, function: &MeasureFunction, rows: &[Row]) -> Value {
        use MeasureFunction as M;
        match function {
            M::Count => count(rows.len()),
            M::CountValues(expr) => count(self.values(expr, rows).len()),
            M::CountDistinct(exprs) => {
                let tuples = rows.iter().flat_map(|row| self.tuples(exprs, row));
                let distinct: BTreeSet<Vec<Text>> = tuples.map(|(texts, _)| texts).collect();
                count(distinct.len())
            }
            M::Values(expr) => {
                let mut all = distinct(self.values(expr, rows));
                all.sort_by(sort_values);
                super::functions::list_or_null(all)
            }
            M::Set(expr, limit) => Value::List(limited(distinct(self.values(expr, rows)), *limit)),
            M::List(expr, limit) => Value::List(limited(self.values(expr, rows), *limit)),
            M::First(expr) | M::Any(expr) => one(self.values(expr, rows).into_iter().next()),
            M::Last(expr) => one(self.values(expr, rows).pop()),
            M::Earliest(expr) => one(self.values(expr, &self.by_time(rows)).into_iter().next()),
            M::Latest(expr) => one(self.values(expr, &self.by_time(rows)).pop()),
            M::ArgMin { by, of } => self.value_at(by, of, rows, Ordering::Less),
            M::ArgMax { by, of } => self.value_at(by, of, rows, Ordering::Greater),
            M::RowOfMin(by) => self.value_at(by, by, rows, Ordering::Less),
            M::RowOfMax(by) => self.value_at(by, by, rows, Ordering::Greater),
            M::Sum(expr) => self.total(expr, rows, one_sum),
            M::Average(expr) => self.total(expr, rows, one_average),
            M::Min(expr) => one(extreme(&self.values(expr, rows), Ordering::Less)),
            M::Max(expr) => one(extreme(&self.values(expr, rows), Ordering::Greater)),
            _ => self.statistic(function, rows),
        }
    }

    fn statistic(&self, function: &MeasureFunction, rows: &[Row]) -> Value {
        use MeasureFunction as M;
        match function {
            M::Range(expr) => {
                let sorted = self.sorted(expr, rows);
                match (sorted.first(), sorted.last()) {
                    (Some(low), Some(high)) => difference(*low, *high),
                    _ => Value::Null,
                }
            }
            M::Median(expr) => share(&self.sorted(expr, rows), 50.0),
            M::Percentile(expr, of) => share(&self.sorted(expr, rows), *of),
            M::PercentileNearest(expr, of) => nearest(&self.sorted(expr, rows), *of),
            M::Deviation(expr, of) => match variance(&self.numbers(expr, rows), *of) {
                Value::Float(variance) => Value::Float(variance.sqrt()),
                other => other,
            },
            M::Variance(expr, of) => variance(&self.numbers(expr, rows), *of),
            M::Mode(expr) => mode(self.values(expr, rows)),
            M::Top {
                of,
                count,
                descending,
            } => {
                let mut all = self.values(of, rows);
                all.sort_by(sort_values);
                if *descending {
                    all.reverse();
                }
                super::functions::list_or_null(limited(all, Some(*count)))
            }
            M::MakeBag(expr) => make_bag(self.values(expr, rows)),
            M::AnyTrue(expr) => {
                let values = self.values(expr, rows);
                Value::Bool(values.iter().any(|value| truth(value) == Some(true)))
            }
            M::BitOr(expr) => self.bits(expr, rows, |a, b| a | b),
            M::BitAnd(expr) => self.bits(expr, rows, |a, b| a & b),
            M::BitXor(expr) => self.bits(expr, rows, |a, b| a ^ b),
            M::Rate(expr) => self.rate(expr, rows),
            // Lag and lead mean something between neighbours alone; see `running`.
            _ => Value::Null,
        }
    }

    /// What joins the bits of the whole numbers.
    fn bits(&self, expr: &Expr, rows: &[Row], join: fn(i64, i64) -> i64) -> Value {
        let numbers = self.numbers(expr, rows).into_iter();
        let whole = numbers.filter_map(|n| match n {
            Number::Int(n) => Some(n),
            Number::Float(_) => None,
        });
        whole.reduce(join).map_or(Value::Null, Value::Int)
    }

    /// The columns that a measure adds to its group's row beside its own: those of the row that
    /// `arg_max(by, *)` finds.
    pub(crate) fn row_columns(&self, measure: &Measure, rows: &[Row]) -> Option<Fields> {
        let (by, wanted) = match &measure.function {
            MeasureFunction::RowOfMin(by) => (by, Ordering::Less),
            MeasureFunction::RowOfMax(by) => (by, Ordering::Greater),
            _ => return None,
        };
        self.row_at(by, rows, wanted).map(|row| self.visible(row))
    }

    fn value_at(&self, by: &Expr, of: &Expr, rows: &[Row], wanted: Ordering) -> Value {
        let row = self.row_at(by, rows, wanted);
        row.map_or(Value::Null, |row| self.row_value(of, row))
    }

    /// The first row where an expression is smallest (largest).
    fn row_at<'r>(&self, by: &Expr, rows: &'r [Row], wanted: Ordering) -> Option<&'r Row> {
        let mut best: Option<(Value, &Row)> = None;
        for row in rows {
            let value = self.row_value(by, row);
            if value.is_null() {
                continue;
            }
            let better = best
                .as_ref()
                .is_none_or(|(known, _)| ordered(&value, known) == wanted);
            if better {
                best = Some((value, row));
            }
        }
        best.map(|(_, row)| row)
    }

    /// The values that an argument has over the rows, in order.
    pub(crate) fn values(&self, expr: &Expr, rows: &[Row]) -> Vec<Value> {
        let all = rows.iter().map(|row| self.row_value(expr, row));
        all.flat_map(|value| value.elements().into_iter().cloned().collect::<Vec<_>>())
            .collect()
    }

    fn by_time(&self, rows: &[Row]) -> Vec<Row> {
        let mut rows = rows.to_vec();
        rows.sort_by_key(|row| self.time(row));
        rows
    }

    /// A sum or mean: of lengths of time when all values are such, else of numbers.
    fn total(&self, expr: &Expr, rows: &[Row], of: fn(&[Number]) -> Option<Value>) -> Value {
        let values = self.values(expr, rows);
        let lengths: Option<Vec<Number>> = values
            .iter()
            .map(|value| match value {
                Value::Duration(length) => Some(Number::Int(*length)),
                _ => None,
            })
            .collect();
        match lengths {
            Some(lengths) if !lengths.is_empty() => match of(&lengths) {
                Some(Value::Int(total)) => Value::Duration(total),
                Some(Value::Float(mean)) => Value::Duration(rounded(mean)),
                _ => Value::Null,
            },
            _ => one(of(&self.numbers(expr, rows))),
        }
    }

    /// The numbers that an argument has over the rows; what is no number is skipped.
    fn numbers(&self, expr: &Expr, rows: &[Row]) -> Vec<Number> {
        let values = self.values(expr, rows);
        values.iter().filter_map(value::number).collect()
    }

    fn sorted(&self, expr: &Expr, rows: &[Row]) -> Vec<Number> {
        let mut numbers = self.numbers(expr, rows);
        numbers.sort_by(|a, b| value::float(*a).total_cmp(&value::float(*b)));
        numbers
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate is a fraction")]
    fn rate(&self, expr: &Expr, rows: &[Row]) -> Value {
        let rows = self.by_time(rows);
        let known: Vec<(i64, f64)> = rows
            .iter()
            .filter_map(|row| {
                let number = value::number(&self.row_value(expr, row))?;
                Some((self.time(row), value::float(number)))
            })
            .collect();
        match (known.first(), known.last()) {
            (Some((from, low)), Some((to, high))) if to > from => {
                let seconds = (to - from) as f64 / SECOND as f64;
                Value::Float((high - low) / seconds)
            }
            _ => Value::Null,
        }
    }
}

fn one(value: Option<Value>) -> Value {
    value.unwrap_or(Value::Null)
}

fn one_sum(numbers: &[Number]) -> Option<Value> {
    sum(numbers)
}

fn one_average(numbers: &[Number]) -> Option<Value> {
    average(numbers)
}

fn count(rows: usize) -> Value {
    Value::Int(i64::try_from(rows).unwrap_or(i64::MAX))
}

fn limited(mut values: Vec<Value>, limit: Option<u64>) -> Vec<Value> {
    if let Some(limit) = limit {
        values.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    values
}

fn distinct(values: Vec<Value>) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    let new = |value: &Value| seen.insert(value::identity(value));
    values.into_iter().filter(new).collect()
}

/// The order in which smallest and largest are looked for.
fn ordered(left: &Value, right: &Value) -> Ordering {
    order(left, right, Case::Sensitive, Coerce::Loose).unwrap_or_else(|| sort_values(left, right))
}

/// The first of the smallest (largest): by size when every value is a number, a time or a length,
/// else by text form.
fn extreme(values: &[Value], wanted: Ordering) -> Option<Value> {
    let numbers = values.iter().all(|value| value::number(value).is_some());
    let texts = !numbers && values.iter().any(|value| matches!(value, Value::Text(_)));
    let compare = |a: &Value, b: &Value| {
        if texts {
            a.as_text().cmp(&b.as_text())
        } else {
            ordered(a, b)
        }
    };
    let (first, rest) = values.split_first()?;
    let mut best = first;
    for value in rest {
        if compare(value, best) == wanted {
            best = value;
        }
    }
    Some(match (numbers, value::number(best)) {
        (true, Some(number)) => value::from_number(number),
        _ => best.clone(),
    })
}

fn difference(low: Number, high: Number) -> Value {
    if let (Number::Int(low), Number::Int(high)) = (low, high)
        && let Some(between) = high.checked_sub(low)
    {
        return Value::Int(between);
    }
    Value::Float(value::float(high) - value::float(low))
}

/// The most frequent; of several the smallest.
fn mode(values: Vec<Value>) -> Value {
    let mut found: BTreeMap<Text, (usize, Value)> = BTreeMap::new();
    for value in values {
        let entry = found.entry(value::identity(&value)).or_insert((0, value));
        entry.0 += 1;
    }
    let most = found.into_values().reduce(|best, next| {
        let order = next.0.cmp(&best.0).then(sort_values(&best.1, &next.1));
        if order.is_gt() { next } else { best }
    });
    one(most.map(|(_, value)| value))
}

fn make_bag(values: Vec<Value>) -> Value {
    let mut bag: Vec<(Text, Value)> = Vec::new();
    for value in values {
        let Value::Object(fields) = value else {
            continue;
        };
        for (key, inner) in fields {
            if !bag.iter().any(|(name, _)| *name == key) {
                bag.push((key, inner));
            }
        }
    }
    Value::Object(bag)
}

/// Null for nothing; whole when every number is and the sum fits.
pub(crate) fn sum(numbers: &[Number]) -> Option<Value> {
    if numbers.is_empty() {
        return None;
    }
    let whole = numbers
        .iter()
        .try_fold(0_i64, |total, number| match number {
            Number::Int(n) => total.checked_add(*n),
            Number::Float(_) => None,
        });
    Some(match whole {
        Some(total) => Value::Int(total),
        None => Value::Float(numbers.iter().map(|n| value::float(*n)).sum()),
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a mean is a floating-point number"
)]
pub(crate) fn average(numbers: &[Number]) -> Option<Value> {
    let total: f64 = numbers.iter().map(|n| value::float(*n)).sum();
    (!numbers.is_empty()).then(|| Value::Float(total / numbers.len() as f64))
}

/// The median of the numbers among values, of whole ones rounded down.
pub(crate) fn median(values: &[Value]) -> Option<Value> {
    percentile(values, 50.0)
}

/// The percentile of the numbers among values, between whole ones rounded down.
pub(crate) fn percentile(values: &[Value], of: f64) -> Option<Value> {
    if !(0.0..=100.0).contains(&of) {
        return None;
    }
    let mut numbers: Vec<Number> = values.iter().filter_map(value::number).collect();
    numbers.sort_by(|a, b| value::float(*a).total_cmp(&value::float(*b)));
    let whole = numbers.iter().all(|n| matches!(n, Number::Int(_)));
    match share(&numbers, of) {
        Value::Null => None,
        Value::Float(n) if whole => super::functions::whole_float(n.floor()).map(Value::Int),
        found => Some(found),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a mean of lengths lies between them"
)]
fn rounded(mean: f64) -> i64 {
    mean.round() as i64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a variance is a floating-point number"
)]
pub(crate) fn variance(numbers: &[Number], of: Population) -> Value {
    let all: Vec<f64> = numbers.iter().map(|n| value::float(*n)).collect();
    let count = all.len() as f64;
    let mean = all.iter().sum::<f64>() / count;
    let squares: f64 = all.iter().map(|n| (n - mean) * (n - mean)).sum();
    match (of, all.len()) {
        (_, 0) => Value::Null,
        (_, 1) => Value::Float(0.0),
        (Population::Sample, _) => Value::Float(squares / (count - 1.0)),
        (Population::Whole, _) => Value::Float(squares / count),
    }
}

/// The value below which a share of sorted numbers falls, by linear interpolation between the
/// two nearest: the number at place `share / 100 * (n - 1)`.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places in a list of numbers, clamped to it"
)]
fn share(sorted: &[Number], share: f64) -> Value {
    let Some(top) = sorted.len().checked_sub(1) else {
        return Value::Null;
    };
    let place = (share.clamp(0.0, 100.0) / 100.0) * top as f64;
    let below = (place.floor() as usize).min(top);
    let above = (place.ceil() as usize).min(top);
    if below == above {
        return value::from_number(sorted[below]);
    }
    let (low, high) = (value::float(sorted[below]), value::float(sorted[above]));
    Value::Float(low + (high - low) * (place - below as f64))
}

/// The number at place `ceil(share / 100 * n)`, from 1.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places in a list of numbers, clamped to it"
)]
fn nearest(sorted: &[Number], share: f64) -> Value {
    let place = (share.clamp(0.0, 100.0) / 100.0 * sorted.len() as f64).ceil() as usize;
    let found = sorted.get(place.max(1) - 1);
    found.map_or(Value::Null, |number| value::from_number(*number))
}
