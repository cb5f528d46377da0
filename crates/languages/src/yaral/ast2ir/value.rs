//! Values: an expression of the rule as an expression of the representation.

use super::subject::{is_time, last_index, last_key};
use super::{Lowering, Scope};
use crate::yaral::ast::{Expr, Field, Kind, Operator};
use crate::yaral::facts;
use tripline_ir::{Case, Coerce, CompareOp, Each, Expr as Value, FieldRef, Function, Text, Unit};
use tripline_ir::{LossReason, Value as Constant};

impl<'a> Lowering<'a> {
    /// The value of an expression; `None` (with a loss) when it has none.
    pub(super) fn value(&mut self, found: &Expr, scope: &Scope) -> Option<Value> {
        match &found.kind {
            Kind::Str(text) => Some(Value::literal(text.clone())),
            Kind::Int(n) => Some(Value::literal(*n)),
            Kind::Float(n) => Some(Value::literal(*n)),
            Kind::Bool(truth) => Some(Value::literal(*truth)),
            Kind::Field(field) => Some(match scope {
                Scope::Event(_) => self.event_field(field),
                Scope::Rows => Value::Field(self.row_field(field)),
            }),
            Kind::Variable(name) => self.variable(name, found, scope),
            Kind::Call(call) => self.call_value(call, found, scope),
            Kind::Arithmetic { op, left, right } => {
                let left = self.number(left, scope)?;
                let right = self.number(right, scope)?;
                Some(Value::call(arithmetic(*op), vec![left, right]))
            }
            Kind::Negate(inner) => {
                let inner = self.number(inner, scope)?;
                Some(Value::call(Function::Negate, vec![inner]))
            }
            Kind::Quantified { inner, .. } => {
                if let Kind::Field(field) = &inner.kind {
                    let key = (field.variable.clone(), field.written().into());
                    if let Some(element) = self.modified.get(&key) {
                        return Some(Value::Variable(element.clone()));
                    }
                }
                self.whole(|lowering| lowering.value(inner, scope))
            }
            Kind::And(_) | Kind::Or(_) | Kind::Not(_) | Kind::Compare { .. } | Kind::In { .. } => {
                self.truth(found, scope)
            }
            Kind::Array(items) => {
                let mut values = Vec::new();
                for item in items {
                    values.push(self.value(item, scope)?);
                }
                Some(Value::call(Function::List, values))
            }
            Kind::Count(name) if *scope == Scope::Rows && self.layout.is_some() => {
                self.count_value(name, found)
            }
            Kind::List(name) => {
                if self.context.lists.contains_key(name) {
                    let text = tripline_ir::format_smolstr!("%{name} as a value");
                    self.loss(LossReason::NotExpressible, text, Some(found.span));
                } else {
                    self.unknown_list(name, found.span);
                }
                None
            }
            Kind::Count(_) | Kind::Regex { .. } | Kind::NOf { .. } => {
                self.meaningless(found, "expected a value here");
                None
            }
            Kind::Error => None,
        }
    }

    /// A value of which an unset one counts as 0.
    pub(super) fn number(&mut self, found: &Expr, scope: &Scope) -> Option<Value> {
        let value = self.value(found, scope)?;
        Some(or_zero(value, true))
    }

    /// A value of which an unset one counts as the empty text.
    pub(super) fn text(&mut self, found: &Expr, scope: &Scope) -> Option<Value> {
        let value = self.value(found, scope)?;
        Some(or_zero(value, false))
    }

    /// A field read from an event.
    pub(super) fn event_field(&mut self, field: &Field) -> Value {
        if let Some(element) = self.element_of(field) {
            return element;
        }
        let names = field.names();
        if is_time(&names) {
            let time = Value::call(Function::RowTime, Vec::new());
            return Value::call(Function::ToUnix(Unit::Second), vec![time]);
        }
        let plain = Value::Field(self.field(field));
        let value = match last_key(field) {
            Some(key) => labelled(plain, Value::Field(self.array(field)), key),
            None => plain,
        };
        match last_index(field) {
            Some(at) => Value::call(Function::Index, vec![value, Value::literal(at)]),
            None => value,
        }
    }

    /// What a placeholder stands for in events of a variable, and whether it is only one of
    /// several that an `or` allows.
    pub(super) fn definition_in(&self, name: &str, event: &str) -> Option<(&'a Expr, bool)> {
        let definitions = self.names.placeholders.get(name)?;
        let own = definitions
            .iter()
            .find(|found| found.event.as_deref() == Some(event))?;
        Some((own.value, own.optional))
    }

    fn variable(&mut self, name: &Text, found: &Expr, scope: &Scope) -> Option<Value> {
        if let Some(outcome) = self.names.outcomes.get(name).copied()
            && !self.names.placeholders.contains_key(name)
        {
            return self.deeper(|lowering| lowering.value(outcome, scope));
        }
        match scope {
            Scope::Rows => {
                if self.names.placeholders.get(name).is_none_or(Vec::is_empty) {
                    self.undefined(name, found);
                    return None;
                }
                self.need_placeholder(name);
                Some(Value::Field(FieldRef::unmapped(Self::placeholder_column(
                    name,
                ))))
            }
            Scope::Event(event) => {
                let event = event.clone();
                let value = self.placeholder_value(name, &event);
                if value.is_none() {
                    self.undefined(name, found);
                }
                value
            }
        }
    }

    pub(super) fn undefined(&mut self, name: &str, found: &Expr) {
        if self.names.tabled.contains(name) {
            let text = tripline_ir::format_smolstr!("${name} has the values of a data table");
            if !self.told.insert(text.clone()) {
                return;
            }
            self.loss(LossReason::UnresolvedList, text, Some(found.span));
            return;
        }
        if self.names.is_event(name) {
            let message = format!("`${name}` stands for an event, which is no value");
            return self.meaningless(found, message);
        }
        let message = format!("`${name}` is not defined");
        let known = self
            .names
            .placeholders
            .iter()
            .filter(|(_, all)| !all.is_empty());
        let known = known.map(|(name, _)| name.as_str());
        let outcomes = self.names.outcomes.keys().map(Text::as_str);
        let events = self.names.events.iter().map(Text::as_str);
        let near = facts::nearest(name, known.chain(outcomes).chain(events));
        let hint = near.map(|near| format!("`${near}` has a similar name"));
        let mut flaw = tripline_text::Diagnostic::new(
            tripline_text::Code::YaralVariable,
            self.source,
            message,
        )
        .at(found.span, "");
        if let Some(hint) = hint {
            flaw = flaw.hint(hint);
        }
        flaw.add_to(&mut self.diagnostics);
        self.loss(
            LossReason::UndefinedName,
            tripline_ir::format_smolstr!("${name}"),
            Some(found.span),
        );
    }
}

/// Whether an expression is a number by its form.
pub(super) fn is_number(found: &Expr) -> bool {
    match &found.kind {
        Kind::Int(_)
        | Kind::Float(_)
        | Kind::Count(_)
        | Kind::Arithmetic { .. }
        | Kind::Negate(_) => true,
        Kind::Field(field) => facts::is_number(&field.names()),
        Kind::Call(call) => {
            let name = call.name.as_str();
            name.starts_with("math.") && name != "math.is_increasing"
                || name.starts_with("cast.as_int")
                || name.starts_with("cast.as_float")
                || name.starts_with("timestamp.current")
                || matches!(
                    name,
                    "timestamp.get_hour"
                        | "timestamp.get_minute"
                        | "timestamp.get_day_of_week"
                        | "timestamp.get_week"
                        | "strings.count_substrings"
                        | "strings.length"
                        | "arrays.length"
                        | "arrays.size"
                        | "count"
                        | "count_distinct"
                        | "sum"
                        | "avg"
                        | "stddev"
                        | "window.avg"
                        | "window.median"
                        | "window.range"
                        | "window.stddev"
                        | "window.variance"
                )
        }
        _ => false,
    }
}

/// Unset counts as zero.
pub(super) fn or_zero(value: Value, number: bool) -> Value {
    if let Value::Literal(_) = value {
        return value;
    }
    let zero = if number {
        Constant::Int(0)
    } else {
        Constant::from("")
    };
    Value::call(Function::Coalesce, vec![value, Value::Literal(zero)])
}

/// The value under a key, whether labels are kept as fields or as a list of keys and values.
pub(super) fn labelled(plain: Value, array: Value, key: &Text) -> Value {
    Value::call(Function::Coalesce, vec![plain, first_label(array, key)])
}

/// The first value under a key in a list of keys and values. The value of a struct's field, as in
/// `additional.fields`, says its kind.
pub(super) fn first_label(array: Value, key: &Text) -> Value {
    let of =
        |value: Value, name: &str| Value::call(Function::Member, vec![value, Value::literal(name)]);
    let member = |name: &str| of(Value::Variable(Text::new_static("label")), name);
    let is_struct =
        matches!(&array, Value::Field(field) if field.name.ends_with("additional.fields"));
    let value = if is_struct {
        let kinds = [
            "string_value",
            "stringValue",
            "number_value",
            "numberValue",
            "bool_value",
            "boolValue",
        ];
        let mut kinds: Vec<Value> = kinds.map(|kind| of(member("value"), kind)).into();
        kinds.push(member("value"));
        Value::call(Function::Coalesce, kinds)
    } else {
        member("value")
    };
    let equal = Function::Compare(CompareOp::Eq, Case::Sensitive, Coerce::Typed);
    let is_key = Value::call(equal, vec![member("key"), Value::literal(key.clone())]);
    let each = Value::Each {
        how: Each::Map,
        list: Box::new(array),
        variable: Text::new_static("label"),
        body: Box::new(Value::call(Function::If, vec![is_key, value])),
    };
    Value::call(Function::ListFirst, vec![each])
}

fn arithmetic(op: Operator) -> Function {
    match op {
        Operator::Add => Function::Add,
        Operator::Subtract => Function::Subtract,
        Operator::Multiply => Function::Multiply,
        Operator::Divide => Function::DivideReal,
        Operator::Modulo => Function::Modulo,
    }
}
