//! Conditions as computed truth values: where they stand inside `if` and other functions.

use super::predicate::{case_of, relation};
use super::value::{is_number, or_zero};
use super::{Lowering, Scope};
use crate::yaral::ast::{Call, Comparison, Expr, Kind, ListKind};
use tripline_ir::{
    Case, Coerce, CompareOp, Dialect, Expr as Value, Function, Text, format_smolstr,
};

impl Lowering<'_> {
    /// The truth of a condition; never null.
    pub(super) fn truth(&mut self, found: &Expr, scope: &Scope) -> Option<Value> {
        let is_leaf = !matches!(found.kind, Kind::And(_) | Kind::Or(_) | Kind::Not(_));
        if is_leaf && let Some(found) = self.quantified_truth(found, scope) {
            return Some(found);
        }
        match &found.kind {
            Kind::And(parts) => self.truths(Function::And, parts, scope),
            Kind::Or(parts) => self.truths(Function::Or, parts, scope),
            Kind::Not(inner) => Some(not(self.truth(inner, scope)?)),
            Kind::Compare {
                op,
                left,
                right,
                nocase,
            } => self.compared(*op, left, right, *nocase, scope),
            Kind::In {
                subject,
                list,
                how,
                nocase,
            } => self.listed(subject, list, *how, *nocase, found, scope),
            Kind::Call(call) => self.called(call, found, scope),
            _ => Some(is_true(self.value(found, scope)?)),
        }
    }

    fn truths(&mut self, function: Function, parts: &[Expr], scope: &Scope) -> Option<Value> {
        let parts: Option<Vec<Value>> = parts.iter().map(|part| self.truth(part, scope)).collect();
        Some(Value::call(function, parts?))
    }

    fn compared(
        &mut self,
        op: Comparison,
        left: &Expr,
        right: &Expr,
        nocase: bool,
        scope: &Scope,
    ) -> Option<Value> {
        if let Some(value) = self.optional_value(op, left, right, scope) {
            let number = is_number(value);
            let zero = if number {
                Value::literal(0_i64)
            } else {
                Value::literal("")
            };
            let found = or_zero(self.value(value, scope)?, number);
            let equal = Function::Compare(CompareOp::Eq, Case::Sensitive, Coerce::Typed);
            return Some(not(is_true(Value::call(equal, vec![found, zero]))));
        }
        for (regex, other) in [(right, left), (left, right)] {
            if let Kind::Regex { text, nocase: fold } = &regex.kind {
                let found = self.matched(other, text, *fold || nocase, scope)?;
                return Some(if op == Comparison::Ne {
                    not(found)
                } else {
                    found
                });
            }
        }
        for (constant, other) in [(right, left), (left, right)] {
            if let Kind::Bool(truth) = constant.kind
                && matches!(op, Comparison::Eq | Comparison::Ne)
            {
                let found = is_true(self.value(other, scope)?);
                let holds = truth == (op == Comparison::Eq);
                return Some(if holds { found } else { not(found) });
            }
            // A list, also where it is written as a value.
            if let Kind::List(list) = &constant.kind
                && matches!(op, Comparison::Eq | Comparison::Ne)
            {
                let found = self.listed(other, list, ListKind::Text, nocase, constant, scope)?;
                return Some(if op == Comparison::Ne {
                    not(found)
                } else {
                    found
                });
            }
        }
        let number = is_number(left) || is_number(right);
        let left = self.value(left, scope)?;
        let right = self.value(right, scope)?;
        let (relation, negated) = relation(op);
        let compare = Function::Compare(relation, case_of(nocase), Coerce::Typed);
        let operands = vec![or_zero(left, number), or_zero(right, number)];
        let found = is_true(Value::call(compare, operands));
        Some(if negated { not(found) } else { found })
    }

    fn matched(&mut self, of: &Expr, regex: &Text, nocase: bool, scope: &Scope) -> Option<Value> {
        let of = self.text(of, scope)?;
        let text = if nocase {
            format_smolstr!("(?i){regex}")
        } else {
            regex.clone()
        };
        let matched = Function::RegexMatch(Dialect::Re2);
        Some(is_true(Value::call(
            matched,
            vec![of, Value::literal(text)],
        )))
    }

    fn listed(
        &mut self,
        subject: &Expr,
        list: &Text,
        how: ListKind,
        nocase: bool,
        found: &Expr,
        scope: &Scope,
    ) -> Option<Value> {
        let Some(entries) = self.context.lists.get(list).cloned() else {
            self.losses.push(tripline_ir::Loss {
                reason: tripline_ir::LossReason::UnresolvedList,
                detail: format_smolstr!("%{list}"),
                span: Some(found.span),
            });
            return None;
        };
        if how == ListKind::Regex {
            let parts: Option<Vec<Value>> = entries
                .iter()
                .map(|entry| self.matched(subject, entry, nocase, scope))
                .collect();
            return Some(Value::call(Function::Or, parts?));
        }
        let function = match how {
            ListKind::Cidr => Function::InNetwork,
            _ => Function::In(case_of(nocase), Coerce::Typed),
        };
        let mut arguments = vec![self.text(subject, scope)?];
        arguments.extend(entries.into_iter().map(Value::literal));
        Some(is_true(Value::call(function, arguments)))
    }

    fn called(&mut self, call: &Call, found: &Expr, scope: &Scope) -> Option<Value> {
        let case = case_of(call.nocase);
        if let Some((of, list, how)) = super::list::listed(call) {
            return self.listed(of, list, how, call.nocase, found, scope);
        }
        let function = match call.name.as_str() {
            "re.regex" => {
                let [of, regex] = call.arguments.as_slice() else {
                    return None;
                };
                let (Kind::Str(text) | Kind::Regex { text, .. }) = &regex.kind else {
                    self.meaningless(regex, "expected a regular expression here");
                    return None;
                };
                let fold = matches!(regex.kind, Kind::Regex { nocase: true, .. });
                return self.matched(of, text, call.nocase || fold, scope);
            }
            "strings.contains" => Function::Contains(case),
            "strings.starts_with" => Function::StartsWith(case),
            "strings.ends_with" => Function::EndsWith(case),
            "net.ip_in_range_cidr" => Function::InNetwork,
            "arrays.contains" => Function::ListContains(Case::Sensitive),
            _ => return Some(is_true(self.value(found, scope)?)),
        };
        let texts = |lowering: &mut Self| -> Option<Vec<Value>> {
            let arguments = call.arguments.iter();
            arguments
                .map(|argument| lowering.text(argument, scope))
                .collect()
        };
        let arguments = match function {
            Function::ListContains(_) => self.whole(texts),
            _ => texts(self),
        };
        Some(is_true(Value::call(function, arguments?)))
    }
}

fn is_true(value: Value) -> Value {
    Value::call(Function::IsTrue, vec![value])
}

fn not(value: Value) -> Value {
    Value::call(Function::Not, vec![value])
}

/// Whether two values are equal, unset ones as the empty text.
pub(super) fn equal(left: Value, right: Value) -> Value {
    let compare = Function::Compare(CompareOp::Eq, Case::Sensitive, Coerce::Typed);
    Value::call(compare, vec![or_zero(left, false), or_zero(right, false)])
}
