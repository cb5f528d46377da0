//! Computed values: how expressions are walked and how functions meet lists and nulls. The
//! functions themselves stand in [`functions`](super::functions).

use super::functions::{self, Shape};
use super::{
    Law,
    lookup::{Bound, Scope},
};
use crate::{Each, Expr, Function, Value};

/// The most combinations of list elements that one call is computed for.
const MAX_COMBINATIONS: usize = 10_000;

/// What a function may look at besides its arguments.
pub(crate) struct Context<'c> {
    /// The run.
    pub(crate) law: &'c Law<'c>,
    /// The row.
    pub(crate) scope: &'c Scope<'c>,
}

impl Law<'_> {
    /// The value of an expression.
    pub(crate) fn evaluate(&self, expr: &Expr, scope: &Scope<'_>) -> Value {
        match expr {
            Expr::Literal(value) => value.clone(),
            Expr::Field(field) => scope
                .field(field)
                .map_or(Value::Null, std::borrow::Cow::into_owned),
            Expr::Call {
                function,
                arguments,
            } => {
                let values: Vec<Value> =
                    arguments.iter().map(|a| self.evaluate(a, scope)).collect();
                self.call(*function, &values, scope)
            }
            Expr::Variable(name) => scope.variable(name),
            Expr::Let {
                variable,
                value,
                body,
            } => {
                let value = self.evaluate(value, scope);
                self.bound(body, variable, value, scope)
            }
            Expr::Each {
                how,
                list,
                variable,
                body,
            } => {
                let elements = match self.evaluate(list, scope) {
                    Value::Null => return Value::Null,
                    Value::List(items) => items,
                    other => vec![other],
                };
                let results = elements.into_iter().map(|element| {
                    let result = self.bound(body, variable, element.clone(), scope);
                    (element, result)
                });
                each(*how, results)
            }
        }
    }

    /// A body with a variable bound.
    fn bound(&self, body: &Expr, name: &crate::Text, value: Value, scope: &Scope<'_>) -> Value {
        let bound = Bound {
            name,
            value,
            outer: scope.bound,
        };
        let inner = Scope {
            bound: Some(&bound),
            ..*scope
        };
        self.evaluate(body, &inner)
    }

    /// A function of values.
    fn call(&self, function: Function, arguments: &[Value], scope: &Scope<'_>) -> Value {
        let context = Context { law: self, scope };
        let apply = |row: &[Value]| functions::apply(function, row, &context);
        let shape = functions::shape(function);
        let lists = arguments.iter().any(|a| matches!(a, Value::List(_)));
        if shape == Shape::Whole || !lists {
            let missing = shape != Shape::Whole && arguments.iter().any(Value::is_null);
            let found = (!missing).then(|| apply(arguments)).flatten();
            return found.unwrap_or(Value::Null);
        }
        let Some(rows) = combinations(arguments) else {
            return Value::Null;
        };
        let results = rows.iter().filter_map(|row| apply(row));
        if shape == Shape::Scalar {
            return Value::List(results.collect());
        }
        let truths: Vec<bool> = results.filter_map(|r| functions::truth(&r)).collect();
        match truths.iter().any(|truth| *truth) {
            true => Value::Bool(true),
            false if truths.is_empty() => Value::Null,
            false => Value::Bool(false),
        }
    }
}

/// Every choice of one element of each argument; `None` when there are too many.
fn combinations(arguments: &[Value]) -> Option<Vec<Vec<Value>>> {
    let mut combinations: Vec<Vec<Value>> = vec![Vec::new()];
    for argument in arguments {
        let elements = argument.elements();
        if combinations.len().saturating_mul(elements.len()) > MAX_COMBINATIONS {
            return None;
        }
        combinations = combinations
            .iter()
            .flat_map(|head| {
                elements.iter().map(|element| {
                    let mut row = head.clone();
                    row.push((*element).clone());
                    row
                })
            })
            .collect();
    }
    Some(combinations)
}

/// What becomes of the results over a list's elements.
fn each(how: Each, results: impl Iterator<Item = (Value, Value)>) -> Value {
    let holds = |result: &Value| functions::truth(result) == Some(true);
    match how {
        Each::Any => Value::Bool(results.into_iter().any(|(_, result)| holds(&result))),
        Each::All => Value::Bool(results.into_iter().all(|(_, result)| holds(&result))),
        Each::Filter => {
            let kept = results.filter(|(_, result)| holds(result));
            functions::list_or_null(kept.map(|(element, _)| element).collect())
        }
        Each::Map => {
            let mut all = Vec::new();
            for (_, result) in results {
                match result {
                    Value::Null => {}
                    Value::List(items) => all.extend(items),
                    other => all.push(other),
                }
            }
            functions::list_or_null(all)
        }
    }
}
