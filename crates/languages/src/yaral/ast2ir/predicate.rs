//! Conditions: an expression of the rule as a two-valued test.

use super::subject::Tested;
use super::value::{is_number, or_zero};
use super::{Lowering, Scope};
use crate::yaral::ast::{Comparison, Expr, Kind, ListKind};
use std::cmp::Ordering;
use tripline_ir::{
    Atom, Case, Coerce, CompareOp, Dialect, Expr as Value, FieldCompare, FieldRelation, Function,
    LossReason, Net, Number, Pattern, Predicate, Quantifier, Regex, Subject, Test, Text, law,
};
use tripline_text::{Code, Span};

impl Lowering<'_> {
    /// The test that a condition is; `None` (with a loss) for one that cannot be read.
    pub(super) fn test(&mut self, found: &Expr, scope: &Scope) -> Option<Predicate> {
        match &found.kind {
            Kind::And(parts) => self.parts(parts, scope).map(Predicate::and),
            Kind::Or(parts) => self.parts(parts, scope).map(Predicate::or),
            Kind::Not(inner) => self.negated(inner, scope),
            Kind::Compare {
                op,
                left,
                right,
                nocase,
            } => self.comparison(found, *op, left, right, *nocase, scope),
            Kind::In {
                subject,
                list,
                how,
                nocase,
            } => {
                let tested = self.tested(subject, scope)?;
                Some(self.in_list(&tested, list, *how, *nocase, found.span))
            }
            Kind::Call(call) => self.call_test(call, found, scope),
            Kind::Bool(true) => Some(Predicate::True),
            Kind::Bool(false) => Some(Predicate::False),
            Kind::Field(_) | Kind::Variable(_) | Kind::Quantified { .. } => {
                let tested = self.tested(found, scope)?;
                Some(tested.any(Test::IsTrue))
            }
            Kind::Error => None,
            _ => {
                self.meaningless(found, "expected a condition here");
                None
            }
        }
    }

    /// The negation of a condition. Where it reads a repeated field one element must fail it, so
    /// that it is moved inward to the tests.
    fn negated(&mut self, found: &Expr, scope: &Scope) -> Option<Predicate> {
        let Scope::Event(event) = scope else {
            return self.test(found, scope).map(Predicate::not);
        };
        if !self.is_copied(found, scope) {
            return self.test(found, scope).map(Predicate::not);
        }
        match &found.kind {
            Kind::Not(inner) => self.test(inner, scope),
            Kind::And(parts) | Kind::Or(parts) => {
                let read = parts.iter().filter_map(|part| self.negated(part, scope));
                let read: Vec<Predicate> = read.collect();
                let all = matches!(found.kind, Kind::Or(_));
                (!read.is_empty()).then(|| {
                    if all {
                        Predicate::and(read)
                    } else {
                        Predicate::or(read)
                    }
                })
            }
            Kind::Compare {
                op: op @ (Comparison::Eq | Comparison::Ne),
                left,
                right,
                nocase,
            } => {
                let op = match op {
                    Comparison::Eq => Comparison::Ne,
                    _ => Comparison::Eq,
                };
                self.comparison(found, op, left, right, *nocase, scope)
            }
            Kind::In {
                subject,
                list,
                how,
                nocase,
            } => {
                let tested = self.tested(subject, scope)?;
                Some(self.not_in_list(&tested, list, *how, *nocase, found.span))
            }
            Kind::Call(call) => self.call_fails(call, found, scope),
            _ => self.copy_fails(found, &event.clone()),
        }
    }

    /// The parts that can be read.
    fn parts(&mut self, parts: &[Expr], scope: &Scope) -> Option<Vec<Predicate>> {
        let read: Vec<Predicate> = parts
            .iter()
            .filter_map(|part| self.test(part, scope))
            .collect();
        (!read.is_empty()).then_some(read)
    }

    fn comparison(
        &mut self,
        whole: &Expr,
        op: Comparison,
        left: &Expr,
        right: &Expr,
        nocase: bool,
        scope: &Scope,
    ) -> Option<Predicate> {
        let is_list = |found: &Expr| matches!(found.kind, Kind::List(_));
        let turned = is_constant(left) && !is_constant(right) || is_list(left) && !is_list(right);
        let (op, left, right) = if turned {
            (op.flipped(), right, left)
        } else {
            (op, left, right)
        };
        if let Some(optional) = self.optional_definition(op, left, right, scope) {
            return Some(optional);
        }
        if let Kind::List(list) = &right.kind {
            let mut tested = self.tested(left, scope)?;
            tested.span = whole.span;
            return Some(match op {
                Comparison::Ne => {
                    self.not_in_list(&tested, list, ListKind::Text, nocase, whole.span)
                }
                _ => self.in_list(&tested, list, ListKind::Text, nocase, whole.span),
            });
        }
        if !is_constant(right) {
            return self.two_values(whole, op, left, right, nocase, scope);
        }
        let mut tested = self.tested(left, scope)?;
        tested.span = whole.span;
        let computed = matches!(tested.subject, Subject::Expr(_)) && tested.is_any_of_several();
        let found = match &right.kind {
            Kind::Str(text) => self.text_test(&tested, op, text, nocase, right),
            Kind::Regex { text, nocase: fold } => {
                let regex = self.regex(text, *fold || nocase, &tested, right.span)?;
                Some(regex_test(&tested, regex, op == Comparison::Ne))
            }
            Kind::Bool(truth) => {
                let word = if *truth { "true" } else { "false" };
                self.text_test(&tested, op, &Text::new_static(word), true, right)
                    .map(|found| bool_test(found, &tested, *truth, op))
            }
            Kind::Int(n) => Some(number_test(&tested, op, Number::Int(*n))),
            Kind::Float(n) => Some(number_test(&tested, op, Number::Float(*n))),
            _ => {
                self.meaningless(right, "expected a value here");
                None
            }
        }?;
        if !computed {
            return Some(found);
        }
        let compared = compare((op, nocase), left, right, whole.span);
        Some(self.or_copy(found, &compared, scope))
    }

    /// In a branch of an `or`, a definition of a placeholder: the branch counts when the value is
    /// there.
    fn optional_definition(
        &mut self,
        op: Comparison,
        left: &Expr,
        right: &Expr,
        scope: &Scope,
    ) -> Option<Predicate> {
        let value = self.optional_value(op, left, right, scope)?;
        let mut tested = self.tested(value, scope)?;
        tested.span = left.span.cover(right.span);
        Some(is_set(&tested))
    }

    /// The value of such a definition.
    pub(super) fn optional_value<'e>(
        &self,
        op: Comparison,
        left: &'e Expr,
        right: &'e Expr,
        scope: &Scope,
    ) -> Option<&'e Expr> {
        let Scope::Event(event) = scope else {
            return None;
        };
        let (name, value) = match (&left.kind, &right.kind) {
            (Kind::Variable(name), _) => (name, right),
            (_, Kind::Variable(name)) => (name, left),
            _ => return None,
        };
        let definitions = self.names.placeholders.get(name)?;
        let is_this = |found: &super::names::Definition<'_>| {
            found.optional && found.event.as_ref() == Some(event) && found.value.span == value.span
        };
        (op == Comparison::Eq && definitions.iter().any(is_this)).then_some(value)
    }

    fn text_test(
        &mut self,
        tested: &Tested,
        op: Comparison,
        text: &Text,
        nocase: bool,
        right: &Expr,
    ) -> Option<Predicate> {
        let equal = Test::Pattern(Pattern::equals(text.clone(), tested.case(nocase)));
        let order = |op| Test::TextOrder(op, text.clone());
        Some(match op {
            Comparison::Eq if text.is_empty() => is_unset(tested),
            Comparison::Ne if text.is_empty() => is_set(tested),
            Comparison::Eq if tested.never(text, nocase) => Predicate::False,
            Comparison::Ne if tested.never(text, nocase) => Predicate::True,
            Comparison::Eq => tested.any(equal),
            Comparison::Ne => tested.differs(equal),
            _ if tested.fold.is_some() => {
                self.meaningless(right, "a folded text has no order here");
                return None;
            }
            Comparison::Lt => Predicate::or([
                tested.any(order(CompareOp::Lt)),
                tested.unset_somewhere(true),
            ]),
            Comparison::Lte => Predicate::or([
                tested.any(order(CompareOp::Lte)),
                tested.unset_somewhere(true),
            ]),
            Comparison::Gt => tested.any(order(CompareOp::Gt)),
            Comparison::Gte => tested.any(order(CompareOp::Gte)),
        })
    }

    /// Two values of the same event or row.
    fn two_values(
        &mut self,
        whole: &Expr,
        op: Comparison,
        left: &Expr,
        right: &Expr,
        nocase: bool,
        scope: &Scope,
    ) -> Option<Predicate> {
        let number = is_number(left) || is_number(right);
        let case = case_of(nocase);
        if let (Comparison::Ne, Scope::Event(event)) = (op, scope)
            && self.is_copied(whole, scope)
        {
            let equal = compare((Comparison::Eq, nocase), left, right, whole.span);
            return self.copy_fails(&equal, event);
        }
        let simple = |found: &Expr| matches!(found.kind, Kind::Field(_));
        if !number && simple(left) && simple(right) && matches!(op, Comparison::Eq | Comparison::Ne)
        {
            let mut first = self.tested(left, scope)?;
            let second = self.tested(right, scope)?;
            first.span = whole.span;
            let other = match second.subject.clone() {
                Subject::Field(field) => Value::Field(field),
                Subject::Expr(value) => value,
                _ => return None,
            };
            let relation = FieldRelation::Order(CompareOp::Eq);
            let equal = first.any(Test::Compare(FieldCompare {
                relation,
                other,
                case,
            }));
            let both_unset =
                Predicate::and([first.unset_somewhere(true), second.unset_somewhere(true)]);
            let found = Predicate::or([equal, both_unset]);
            return Some(negated_if(op == Comparison::Ne, found));
        }
        let compared = compare((op, nocase), left, right, whole.span);
        let left = self.value(left, scope)?;
        let right = self.value(right, scope)?;
        let (relation, negated) = relation(op);
        let holds = Function::Compare(relation, case, Coerce::Typed);
        let operands = vec![or_zero(left, number), or_zero(right, number)];
        let atom = Atom::new(
            Subject::Expr(Value::call(holds, operands)),
            Test::IsTrue,
            whole.span,
        );
        let found = negated_if(negated, Predicate::atom(atom));
        Some(self.or_copy(found, &compared, scope))
    }

    /// A regular expression of RE2; `None` when it cannot be read. A folded value is matched as
    /// the value itself without regard to case, when the expression names no letter of the other
    /// case.
    pub(super) fn regex(
        &mut self,
        text: &Text,
        nocase: bool,
        tested: &Tested,
        span: Span,
    ) -> Option<Regex> {
        let regex = Regex {
            text: text.clone(),
            dialect: Dialect::Re2,
            case_insensitive: nocase || tested.fold.is_some(),
            multi_line: false,
            dot_all: false,
            whole: false,
        };
        match law::compile(&regex) {
            Ok(_) => Some(regex),
            Err(error) => {
                let message = format!("the regular expression cannot be read: {error}");
                self.report(Code::YaralRegex, span, message);
                self.loss(LossReason::SyntaxError, text.clone(), Some(span));
                None
            }
        }
    }
}

/// A regular expression over a value that is the empty text when unset.
pub(super) fn regex_test(tested: &Tested, regex: Regex, negated: bool) -> Predicate {
    let empty = law::compile(&regex).is_ok_and(|compiled| compiled.is_match(""));
    if negated && !empty {
        return tested.differs(Test::Regex(regex));
    }
    let found = if negated {
        tested.fits(Test::Regex(regex))
    } else {
        tested.any(Test::Regex(regex))
    };
    let found = if empty {
        let unset = if negated {
            tested.unset(true)
        } else {
            tested.unset_somewhere(true)
        };
        Predicate::or([found, unset])
    } else {
        found
    };
    negated_if(negated, found)
}

/// The zero value of a text: unset or empty.
fn is_unset(tested: &Tested) -> Predicate {
    if tested.number {
        return number_test(tested, Comparison::Eq, Number::Int(0));
    }
    let empty = Test::Pattern(Pattern::equals("", Case::Sensitive));
    Predicate::or([
        tested.unset_somewhere(false),
        tested.atom(empty, Quantifier::Any, true),
    ])
}

/// Not the zero value.
pub(super) fn is_set(tested: &Tested) -> Predicate {
    let several = if tested.is_any_of_several() {
        Quantifier::All
    } else {
        Quantifier::Any
    };
    let implied = |found| tested.atom(found, several, true);
    let zero = if tested.number {
        Test::Number(CompareOp::Eq, Number::Int(0))
    } else {
        Test::Pattern(Pattern::equals("", Case::Sensitive))
    };
    Predicate::and([tested.any(Test::Exists), Predicate::not(implied(zero))])
}

/// A comparison with a number; an unset value is 0.
fn number_test(tested: &Tested, op: Comparison, number: Number) -> Predicate {
    let (relation, negated) = relation(op);
    let test = Test::Number(relation, number);
    let zero = match number {
        Number::Int(n) => 0.cmp(&n),
        Number::Float(n) => 0.0_f64.partial_cmp(&n).unwrap_or(Ordering::Less),
    };
    let unset_fits = relation.holds(zero);
    if negated && !unset_fits {
        return tested.differs(test);
    }
    let found = if negated {
        tested.fits(test)
    } else {
        tested.any(test)
    };
    let found = if unset_fits {
        let unset = if negated {
            tested.unset(true)
        } else {
            tested.unset_somewhere(true)
        };
        Predicate::or([found, unset])
    } else {
        found
    };
    negated_if(negated, found)
}

/// A truth value that is unset is false.
fn bool_test(found: Predicate, tested: &Tested, truth: bool, op: Comparison) -> Predicate {
    match (op, truth) {
        (Comparison::Eq, false) => Predicate::or([found, tested.unset_somewhere(true)]),
        (Comparison::Ne, false) if tested.is_any_of_several() => {
            let word = Pattern::equals("true", Case::Insensitive);
            tested.any(Test::Pattern(word))
        }
        (Comparison::Ne, false) => {
            Predicate::and([found, tested.atom(Test::Exists, Quantifier::Any, true)])
        }
        _ => found,
    }
}

/// A comparison, without or with regard to letter case.
fn compare(how: (Comparison, bool), left: &Expr, right: &Expr, span: Span) -> Expr {
    let (op, nocase) = how;
    let (left, right) = (Box::new(left.clone()), Box::new(right.clone()));
    let kind = Kind::Compare {
        op,
        left,
        right,
        nocase,
    };
    Expr { kind, span }
}

pub(super) fn negated_if(negated: bool, found: Predicate) -> Predicate {
    if negated {
        Predicate::not(found)
    } else {
        found
    }
}

/// The relation, and whether its negation is meant.
pub(super) fn relation(op: Comparison) -> (CompareOp, bool) {
    match op {
        Comparison::Eq => (CompareOp::Eq, false),
        Comparison::Ne => (CompareOp::Eq, true),
        Comparison::Lt => (CompareOp::Lt, false),
        Comparison::Lte => (CompareOp::Lte, false),
        Comparison::Gt => (CompareOp::Gt, false),
        Comparison::Gte => (CompareOp::Gte, false),
    }
}

pub(super) fn case_of(nocase: bool) -> Case {
    if nocase {
        Case::Insensitive
    } else {
        Case::Sensitive
    }
}

/// A network in CIDR notation; an address alone is a network of itself.
pub(super) fn network(text: &str) -> Option<Net> {
    let text = text.trim();
    if let Ok(net) = text.parse() {
        return Some(Net(net));
    }
    let address: std::net::IpAddr = text.parse().ok()?;
    Some(Net(address.into()))
}

/// Whether an expression has the same value whatever the events are.
pub(super) fn is_constant(found: &Expr) -> bool {
    matches!(
        found.kind,
        Kind::Str(_) | Kind::Regex { .. } | Kind::Int(_) | Kind::Float(_) | Kind::Bool(_)
    )
}
