//! Values: fields, constants, functions, arithmetic; what is constant is computed here.

use super::super::ast::{ArithmeticOp, Call, Expr, Field, Literal};
use super::super::facts::{self, Kind, Signature};
use super::Lowering;
use tripline_ir::{Function, LossReason, Text, Value};
use tripline_text::Code;

impl Lowering<'_> {
    /// The value of an expression; `None` when it was reported or has no image.
    pub(super) fn value(&mut self, expr: &Expr) -> Option<tripline_ir::Expr> {
        match expr {
            Expr::Literal(literal, _) => Some(tripline_ir::Expr::Literal(constant(literal))),
            Expr::Field(field) => self.field_value(field),
            Expr::Call(call) => self.call_value(call),
            Expr::Arithmetic {
                op, left, right, ..
            } => {
                let function = match op {
                    ArithmeticOp::Add => Function::Add,
                    ArithmeticOp::Subtract => Function::Subtract,
                    ArithmeticOp::Multiply => Function::Multiply,
                    ArithmeticOp::Divide => Function::Divide,
                    ArithmeticOp::Modulo => Function::Modulo,
                };
                let left = self.number(left, op.spelling());
                let right = self.number(right, op.spelling());
                Some(folded(function, vec![left?, right?]))
            }
            Expr::Negate(inner, _) => {
                let inner = self.number(inner, "-")?;
                Some(folded(Function::Negate, vec![inner]))
            }
            Expr::Error(span) => {
                self.lose(LossReason::SyntaxError, self.excerpt(*span), *span);
                None
            }
            condition => {
                let span = condition.span();
                let message = "expected a value, found a condition";
                self.wrong(Code::EqlType, span, message, None);
                None
            }
        }
    }

    /// An operand of arithmetic.
    fn number(&mut self, expr: &Expr, op: &str) -> Option<tripline_ir::Expr> {
        if let Some(Literal::Text(_) | Literal::Bool(_) | Literal::Null) = expr.literal() {
            let message = format!("`{op}` takes numbers, found {}", kind_of(expr));
            self.wrong(Code::EqlType, expr.span(), message, None);
            return None;
        }
        self.value(expr)
    }

    fn field_value(&mut self, field: &Field) -> Option<tripline_ir::Expr> {
        self.field_of(field).map(tripline_ir::Expr::Field)
    }

    /// The field of a path, with variables resolved; `None` when it names another step's event.
    pub(super) fn field_of(&mut self, field: &Field) -> Option<tripline_ir::FieldRef> {
        if self.other_step(field) {
            self.lose(
                LossReason::NotExpressible,
                field.written.clone(),
                field.span,
            );
            return None;
        }
        if let Some((index, span)) = field.index {
            let detail = tripline_ir::format_smolstr!("[{index}]");
            self.lose(LossReason::NotExpressible, detail, span);
        }
        let Some(variable) = &field.variable else {
            return Some(self.field_ref(&field.path));
        };
        self.endpoint_only(field.span, "`$name`", None);
        let array = self.scope.variables.iter().rev();
        let array = array
            .clone()
            .find(|(name, _)| name == variable)
            .map(|(_, array)| array.clone());
        let Some(array) = array else {
            let message = format!("`${variable}` is not a variable of a function around it");
            self.wrong(Code::EqlArguments, field.span, message, None);
            return None;
        };
        let path = if field.path.is_empty() {
            array
        } else {
            tripline_ir::format_smolstr!("{array}.{}", field.path)
        };
        Some(self.field_ref(&path))
    }

    fn call_value(&mut self, call: &Call) -> Option<tripline_ir::Expr> {
        let signature = self.signature(call)?;
        match signature.kind {
            Kind::Value(function, tilde) => {
                let function = if call.tilde {
                    tilde.unwrap_or(function)
                } else {
                    function
                };
                self.function_value(call, signature, function)
            }
            Kind::Safe => self.value(call.arguments.first()?),
            Kind::ArrayCount => {
                self.lose(LossReason::NotExpressible, call.name.clone(), call.span);
                None
            }
            _ => {
                let message = format!("expected a value, found the condition `{}`", call.name);
                self.wrong(Code::EqlType, call.span, message, None);
                None
            }
        }
    }

    fn function_value(
        &mut self,
        call: &Call,
        signature: &Signature,
        function: Function,
    ) -> Option<tripline_ir::Expr> {
        let mut arguments = call.arguments.as_slice();
        if signature.name == "between" && arguments.len() == 4 {
            match arguments[3].literal() {
                Some(Literal::Bool(false)) => {}
                _ => self.lose(
                    LossReason::NotExpressible,
                    "greedy between",
                    arguments[3].span(),
                ),
            }
            arguments = &arguments[..3];
        }
        let numeric = matches!(
            function,
            Function::Add
                | Function::Subtract
                | Function::Multiply
                | Function::Divide
                | Function::Modulo
        );
        let values: Vec<_> = arguments
            .iter()
            .map(|argument| {
                if numeric {
                    self.number(argument, signature.name)
                } else {
                    self.value(argument)
                }
            })
            .collect();
        let values: Option<Vec<_>> = values.into_iter().collect();
        values.map(|values| folded(function, values))
    }

    /// The function of a call, with as many arguments as it takes; anything else is reported.
    pub(super) fn signature(&mut self, call: &Call) -> Option<&'static Signature> {
        let Some(signature) = facts::function(&call.name) else {
            let names = facts::FUNCTIONS.iter().map(|known| known.name);
            let near = facts::nearest(&call.name, names);
            let message = format!("there is no function `{}`", call.name);
            let hint = near.map(|near| format!("`{near}` may be meant"));
            self.report(Code::EqlFunction, call.name_span, message, hint);
            self.lose(LossReason::UnknownFunction, call.name.clone(), call.span);
            return None;
        };
        if signature.endpoint {
            let instead = match signature.kind {
                Kind::Wildcard => Some("write `:` with a list of patterns"),
                Kind::Match => Some("write `regex~`"),
                _ => None,
            };
            let what = format!("`{}`", call.name);
            self.endpoint_only(call.name_span, &what, instead);
        }
        if call.tilde && !signature.tilde {
            let message = format!("`{}` has no case-insensitive form", signature.name);
            let hint = Some("remove the `~`".to_owned());
            self.report(Code::EqlFunction, call.name_span, message, hint);
        }
        let found = call.arguments.len();
        if (signature.min..=signature.max).contains(&found) {
            return Some(signature);
        }
        let expected = match (signature.min, signature.max) {
            (min, max) if min == max => format!("{min}"),
            (min, usize::MAX) => format!("at least {min}"),
            (min, max) => format!("{min} to {max}"),
        };
        let message = format!(
            "`{}` takes {expected} argument{}, found {found}",
            signature.name,
            if expected == "1" { "" } else { "s" }
        );
        let hint = format!("write `{}({})`", signature.name, signature.usage);
        self.wrong(Code::EqlArguments, call.span, message, Some(hint));
        None
    }
}

/// What an expression is, for messages.
pub(super) fn kind_of(expr: &Expr) -> &'static str {
    match expr {
        Expr::Literal(literal, _) => match literal {
            Literal::Null => "`null`",
            Literal::Bool(_) => "a truth value",
            Literal::Int(_) | Literal::Float(_) => "a number",
            Literal::Text(_) => "a string",
        },
        Expr::Field(_) => "a field",
        Expr::Call(_) => "a function",
        Expr::Arithmetic { .. } | Expr::Negate(..) => "arithmetic",
        Expr::Error(_) => "an error",
        _ => "a condition",
    }
}

/// A constant as a value.
pub(super) fn constant(literal: &Literal) -> Value {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(b) => Value::Bool(*b),
        Literal::Int(n) => Value::Int(*n),
        Literal::Float(n) => Value::Float(*n),
        Literal::Text(text) => Value::Text(text.clone()),
    }
}

/// A call, computed when every argument is constant and the result is exact.
fn folded(function: Function, arguments: Vec<tripline_ir::Expr>) -> tripline_ir::Expr {
    let constants: Option<Vec<&Value>> = arguments
        .iter()
        .map(|argument| match argument {
            tripline_ir::Expr::Literal(value) => Some(value),
            _ => None,
        })
        .collect();
    match constants.and_then(|values| compute(function, &values)) {
        Some(value) => tripline_ir::Expr::Literal(value),
        None => tripline_ir::Expr::call(function, arguments),
    }
}

/// The result for constants; `None` is left to whoever runs the plan.
fn compute(function: Function, values: &[&Value]) -> Option<Value> {
    match (function, values) {
        (Function::Add, [Value::Int(a), Value::Int(b)]) => a.checked_add(*b).map(Value::Int),
        (Function::Subtract, [Value::Int(a), Value::Int(b)]) => a.checked_sub(*b).map(Value::Int),
        (Function::Multiply, [Value::Int(a), Value::Int(b)]) => a.checked_mul(*b).map(Value::Int),
        (Function::Divide, [Value::Int(a), Value::Int(b)]) => a.checked_div(*b).map(Value::Int),
        (Function::Modulo, [Value::Int(a), Value::Int(b)]) => a.checked_rem(*b).map(Value::Int),
        (Function::Negate, [Value::Int(a)]) => a.checked_neg().map(Value::Int),
        (Function::Negate, [Value::Float(a)]) => Some(Value::Float(-a)),
        (Function::Length, [Value::Text(text)]) => i64::try_from(text.encode_utf16().count())
            .ok()
            .map(Value::Int),
        (Function::ToText, [value]) => value.as_text().map(Value::Text),
        (Function::Concat, values) => {
            let texts: Option<Vec<Text>> = values.iter().map(|value| value.as_text()).collect();
            texts.map(|texts| Value::Text(texts.concat().into()))
        }
        _ => None,
    }
}
