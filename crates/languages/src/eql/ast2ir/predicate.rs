//! Conditions.
//!
//! Elasticsearch turns a condition into an index query. There `not` over a test of one field and
//! constants holds for a missing field; a range is negated into the opposite range and fails; what
//! runs as a script (functions' results, `~` functions, two fields) yields null and fails, negated
//! or not. So `not` stays where it is written as long as only tests of the first kind stand under
//! it, and moves inward otherwise, to where the script's existence test is added.

use super::super::Dialect;
use super::super::ast::{CompareOp, Expr, Literal, TextOp};
use super::super::facts::{self, Kind};
use super::Lowering;
use super::value::{constant, kind_of};
use std::cmp::Ordering;
use tripline_ir::{
    Atom, Case, FieldCompare, FieldRelation, LossReason, Number, Pattern, Predicate, Regex,
    Subject, Test, Text, law,
};
use tripline_text::{Code, Span};

impl Lowering<'_> {
    /// The meaning of a condition, or of its negation.
    pub(super) fn condition(&mut self, expr: &Expr, negated: bool) -> Predicate {
        match expr {
            Expr::And(_) | Expr::Or(_) if negated && indexed(expr) => {
                Predicate::not(self.condition(expr, false))
            }
            Expr::And(parts) | Expr::Or(parts) => {
                let lowered: Vec<_> = parts
                    .iter()
                    .map(|part| self.condition(part, negated))
                    .collect();
                if matches!(expr, Expr::And(_)) == negated {
                    Predicate::or(lowered)
                } else {
                    Predicate::and(lowered)
                }
            }
            Expr::Not(inner, _) => self.condition(inner, !negated),
            Expr::Compare {
                op,
                left,
                right,
                op_span,
                span,
            } => {
                let op = if negated { op.negated() } else { *op };
                self.compare(op, left, right, *op_span, *span)
            }
            Expr::In {
                left,
                negated: not_in,
                insensitive,
                list,
                ..
            } => self.membership(left, *insensitive, list, negated ^ not_in),
            Expr::Text { left, op, list, .. } => self.text(left, *op, list, negated),
            Expr::Lineage { relation, of, span } => self.lineage(*relation, of, *span, negated),
            Expr::Call(call) => self.call_condition(call, negated),
            Expr::Field(field) => match self.field_of(field) {
                Some(found) => polar(
                    Predicate::atom(Atom::field(found, truth(true), field.span)),
                    negated,
                ),
                None => Predicate::True,
            },
            Expr::Literal(Literal::Bool(value), _) => fixed(*value != negated),
            Expr::Error(span) => {
                self.lose(LossReason::SyntaxError, self.excerpt(*span), *span);
                Predicate::True
            }
            other => {
                let message = format!("expected a condition, found {}", kind_of(other));
                let hint = "compare it with a value".to_owned();
                self.wrong(Code::EqlType, other.span(), message, Some(hint));
                Predicate::True
            }
        }
    }

    fn compare(
        &mut self,
        op: CompareOp,
        left: &Expr,
        right: &Expr,
        op_span: Span,
        span: Span,
    ) -> Predicate {
        match (left.literal(), right.literal()) {
            (Some(Literal::Null), Some(_)) | (Some(_), Some(Literal::Null)) => {
                let same = left.literal() == right.literal();
                return fixed((op == CompareOp::Eq) == same);
            }
            (Some(a), Some(b)) => return self.compare_constants(op, a, b, span),
            (Some(_), None) => return self.compare(op.flipped(), right, left, op_span, span),
            (None, Some(Literal::Null)) => return self.presence(op, left, span),
            (None, Some(Literal::Bool(value))) if Self::is_condition(left) => {
                return self.compare_condition(op, left, *value, span);
            }
            _ => {}
        }
        let order = order_op(op);
        let Some(subject) = self.value(left) else {
            // The right side is still checked.
            let _ = self.value(right);
            return Predicate::True;
        };
        let Some(other) = self.value(right) else {
            return Predicate::True;
        };
        if let (tripline_ir::Expr::Literal(a), tripline_ir::Expr::Literal(b)) = (&subject, &other)
            && let (Some(a), Some(b)) = (literal_of(a), literal_of(b))
        {
            return self.compare_constants(op, &a, &b, span);
        }
        let tripline_ir::Expr::Literal(value) = &other else {
            return self.compare_values(op, subject, other, op_span, span);
        };
        let Some(test) = self.order_test(op, order, value, right) else {
            return Predicate::True;
        };
        let computed = !matches!(subject, tripline_ir::Expr::Field(_));
        let atom = Predicate::atom(Atom::new(subject_of(subject.clone()), test, span));
        match (op == CompareOp::Ne, computed) {
            (false, _) => atom,
            (true, false) => Predicate::not(atom),
            (true, true) => guarded([exists(subject, span)], atom),
        }
    }

    /// The test of a comparison with a constant.
    fn order_test(
        &mut self,
        op: CompareOp,
        order: tripline_ir::CompareOp,
        value: &tripline_ir::Value,
        written: &Expr,
    ) -> Option<Test> {
        use tripline_ir::Value;
        let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
        match value {
            Value::Int(n) => Some(Test::Number(order, Number::Int(*n))),
            Value::Float(n) => Some(Test::Number(order, Number::Float(*n))),
            Value::Text(text) if equality => {
                self.literal_star(text, written.span());
                Some(Test::Pattern(Pattern::equals(
                    text.clone(),
                    Case::Sensitive,
                )))
            }
            Value::Text(text) => Some(Test::TextOrder(order, text.clone())),
            Value::Bool(value) if equality => Some(truth(*value)),
            _ => {
                let message = format!(
                    "`{}` takes a number or a string, found {}",
                    op.spelling(),
                    kind_of(written)
                );
                self.wrong(Code::EqlType, written.span(), message, None);
                None
            }
        }
    }

    /// Warns of a `*` that is no wildcard.
    fn literal_star(&mut self, text: &Text, span: Span) {
        if text.contains('*') && text.len() > 1 {
            let message = "`*` is an ordinary character here: only `:` and `like` have wildcards";
            let hint = Some("use `:` or `like`".to_owned());
            self.report(Code::EqlLiteralWildcard, span, message, hint);
        }
    }

    /// Two values of the event.
    fn compare_values(
        &mut self,
        op: CompareOp,
        left: tripline_ir::Expr,
        right: tripline_ir::Expr,
        op_span: Span,
        span: Span,
    ) -> Predicate {
        if self.dialect == Dialect::Elasticsearch {
            self.report(
                Code::EqlFieldComparison,
                op_span,
                "Elasticsearch does not compare two values of an event: expected a constant",
                Some("Elastic Endpoint's EQL does".to_owned()),
            );
        }
        let test = Test::Compare(FieldCompare {
            relation: FieldRelation::Order(order_op(op)),
            other: right.clone(),
            case: Case::Sensitive,
        });
        let atom = Predicate::atom(Atom::new(subject_of(left.clone()), test, span));
        if op == CompareOp::Ne {
            guarded([exists(left, span), exists(right, span)], atom)
        } else {
            atom
        }
    }

    fn compare_constants(
        &mut self,
        op: CompareOp,
        a: &Literal,
        b: &Literal,
        span: Span,
    ) -> Predicate {
        let order = match (a, b) {
            (Literal::Text(a), Literal::Text(b)) => Some(a.cmp(b)),
            (Literal::Bool(a), Literal::Bool(b)) => Some(a.cmp(b)),
            _ => number_of(a)
                .zip(number_of(b))
                .and_then(|(a, b)| a.partial_cmp(&b)),
        };
        let Some(order) = order else {
            let message = "the constants on both sides are of different kinds";
            self.wrong(Code::EqlType, span, message, None);
            return Predicate::True;
        };
        fixed(holds(op, order))
    }

    /// `f == null` and `f != null`.
    fn presence(&mut self, op: CompareOp, left: &Expr, span: Span) -> Predicate {
        let Some(value) = self.value(left) else {
            return Predicate::True;
        };
        match op {
            CompareOp::Eq => Predicate::not(exists(value, span)),
            CompareOp::Ne => exists(value, span),
            _ => {
                let message = format!(
                    "`{}` takes a number or a string, found `null`",
                    op.spelling()
                );
                self.wrong(Code::EqlType, span, message, None);
                Predicate::True
            }
        }
    }

    fn is_condition(expr: &Expr) -> bool {
        match expr {
            Expr::Call(call) => facts::function(&call.name).is_some_and(|signature| {
                !matches!(
                    signature.kind,
                    Kind::Value(..) | Kind::ArrayCount | Kind::Safe
                )
            }),
            Expr::And(_)
            | Expr::Or(_)
            | Expr::Not(..)
            | Expr::Compare { .. }
            | Expr::In { .. }
            | Expr::Text { .. }
            | Expr::Lineage { .. } => true,
            _ => false,
        }
    }

    /// `startsWith(f, "x") == true`: a script, so a missing field makes it fail either way.
    fn compare_condition(
        &mut self,
        op: CompareOp,
        left: &Expr,
        value: bool,
        span: Span,
    ) -> Predicate {
        let wanted = match op {
            CompareOp::Eq => value,
            CompareOp::Ne => !value,
            _ => {
                let message = format!("`{}` takes a number or a string", op.spelling());
                self.wrong(Code::EqlType, span, message, None);
                return Predicate::True;
            }
        };
        let lowered = self.condition(left, !wanted);
        if wanted {
            return lowered;
        }
        let mut fields: Vec<_> = lowered
            .atoms()
            .into_iter()
            .flat_map(|atom| atom.fields().into_iter().cloned().collect::<Vec<_>>())
            .collect();
        fields.sort();
        fields.dedup();
        let present = fields
            .into_iter()
            .map(|field| exists(tripline_ir::Expr::Field(field), span));
        Predicate::and(present.chain([lowered]))
    }

    /// `left in (..)`: one atom per value, each with its value's span.
    fn membership(
        &mut self,
        left: &Expr,
        insensitive: bool,
        list: &[Expr],
        negated: bool,
    ) -> Predicate {
        let case = if insensitive {
            Case::Insensitive
        } else {
            Case::Sensitive
        };
        self.alternatives(left, list, negated, |this, written| {
            let Some(literal) = written.literal() else {
                return this.member_value(written, case);
            };
            match literal {
                Literal::Text(text) => {
                    this.literal_star(text, written.span());
                    Some(Test::Pattern(Pattern::equals(text.clone(), case)))
                }
                Literal::Int(n) => Some(equal_to(Number::Int(*n))),
                Literal::Float(n) => Some(equal_to(Number::Float(*n))),
                Literal::Bool(value) => Some(truth(*value)),
                Literal::Null => {
                    let message = "a list holds strings, numbers or truth values, found `null`";
                    let hint = Some("write `field == null`".to_owned());
                    this.wrong(Code::EqlType, written.span(), message, hint);
                    None
                }
            }
        })
    }

    /// A member of a list that is not a constant.
    fn member_value(&mut self, written: &Expr, case: Case) -> Option<Test> {
        let other = self.value(written)?;
        if let tripline_ir::Expr::Literal(value) = &other {
            return Some(match value {
                tripline_ir::Value::Int(n) => equal_to(Number::Int(*n)),
                tripline_ir::Value::Float(n) => equal_to(Number::Float(*n)),
                value => Test::Pattern(Pattern::equals(value.as_text()?, case)),
            });
        }
        if self.dialect == Dialect::Elasticsearch {
            let message =
                "Elasticsearch does not compare two values of an event: expected a constant";
            self.report(Code::EqlFieldComparison, written.span(), message, None);
        }
        Some(Test::Compare(FieldCompare {
            relation: FieldRelation::Order(tripline_ir::CompareOp::Eq),
            other,
            case,
        }))
    }

    /// `left : (..)`, `like`, `regex`.
    fn text(&mut self, left: &Expr, op: TextOp, list: &[Expr], negated: bool) -> Predicate {
        if matches!(left.literal(), Some(literal) if !matches!(literal, Literal::Text(_))) {
            let message = format!(
                "`{}` tests a string, found {}",
                op.spelling(),
                kind_of(left)
            );
            self.wrong(Code::EqlType, left.span(), message, None);
            return Predicate::True;
        }
        self.alternatives(left, list, negated, |this, written| {
            let Some(Literal::Text(text)) = written.literal() else {
                if let Expr::Error(span) = written {
                    this.lose(LossReason::SyntaxError, this.excerpt(*span), *span);
                    return None;
                }
                let message = format!(
                    "`{}` takes strings, found {}",
                    op.spelling(),
                    kind_of(written)
                );
                let hint = matches!(written.literal(), Some(Literal::Int(_) | Literal::Float(_)))
                    .then(|| "compare numbers by `==` or `in`".to_owned());
                this.wrong(Code::EqlType, written.span(), message, hint);
                return None;
            };
            match op {
                TextOp::Colon | TextOp::LikeTilde => {
                    Some(Test::Pattern(facts::wildcard(text, Case::Insensitive)))
                }
                TextOp::Like => Some(Test::Pattern(facts::wildcard(text, Case::Sensitive))),
                TextOp::Regex | TextOp::RegexTilde => {
                    this.regex(text, op == TextOp::RegexTilde, written.span())
                }
            }
        })
    }

    fn regex(&mut self, text: &Text, case_insensitive: bool, span: Span) -> Option<Test> {
        let regex = Regex {
            text: text.clone(),
            dialect: tripline_ir::Dialect::Lucene,
            case_insensitive,
            multi_line: false,
            dot_all: true,
            whole: true,
        };
        self.checked_regex(regex, span)
    }

    /// A regular expression that can be run; anything else is reported.
    pub(super) fn checked_regex(&mut self, regex: Regex, span: Span) -> Option<Test> {
        if let Err(error) = law::compile(&regex) {
            let message = format!("the regular expression cannot be read: {error}");
            self.wrong(Code::EqlRegex, span, message, None);
            return None;
        }
        Some(Test::Regex(regex))
    }

    /// One atom per value of a list; a value without a test widens the whole.
    pub(super) fn alternatives(
        &mut self,
        left: &Expr,
        list: &[Expr],
        negated: bool,
        mut test: impl FnMut(&mut Self, &Expr) -> Option<Test>,
    ) -> Predicate {
        let tests: Vec<_> = list
            .iter()
            .map(|written| (test(self, written), written.span()))
            .collect();
        let Some(subject) = self.value(left) else {
            return Predicate::True;
        };
        let complete = tests.iter().all(|(test, _)| test.is_some());
        if !complete && !negated {
            return Predicate::True;
        }
        let computed = !matches!(subject, tripline_ir::Expr::Field(_))
            || tests
                .iter()
                .any(|(test, _)| matches!(test, Some(Test::Compare(_))));
        let atoms = tests.into_iter().filter_map(|(test, span)| {
            Some(Predicate::atom(Atom::new(
                subject_of(subject.clone()),
                test?,
                span,
            )))
        });
        let any = Predicate::or(atoms);
        match (negated, computed) {
            (false, _) => any,
            (true, false) => Predicate::not(any),
            (true, true) => guarded([exists(subject, left.span())], any),
        }
    }
}

/// Whether negating it is the same as `must_not` of an index query: every test is of one field and
/// constants, none is a range, and nothing in it is lost.
fn indexed(expr: &Expr) -> bool {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().all(indexed),
        Expr::Not(inner, _) => indexed(inner),
        Expr::Compare {
            op: CompareOp::Eq | CompareOp::Ne,
            left,
            right,
            ..
        } => plain_field(left) && right.literal().is_some(),
        Expr::In { left, list, .. } => {
            plain_field(left)
                && list
                    .iter()
                    .all(|value| !matches!(value.literal(), None | Some(Literal::Null)))
        }
        Expr::Text { left, op, list, .. } => {
            plain_field(left)
                && !matches!(op, TextOp::Regex | TextOp::RegexTilde)
                && list
                    .iter()
                    .all(|value| matches!(value.literal(), Some(Literal::Text(_))))
        }
        Expr::Field(_) => plain_field(expr),
        Expr::Literal(Literal::Bool(_), _) => true,
        _ => false,
    }
}

fn plain_field(expr: &Expr) -> bool {
    expr.field()
        .is_some_and(|field| field.variable.is_none() && field.index.is_none())
}

/// The condition, or its negation.
pub(super) fn polar(predicate: Predicate, negated: bool) -> Predicate {
    if negated {
        Predicate::not(predicate)
    } else {
        predicate
    }
}

/// Not that, of values that are there.
pub(super) fn guarded(
    present: impl IntoIterator<Item = Predicate>,
    predicate: Predicate,
) -> Predicate {
    let present = present.into_iter();
    Predicate::and(present.chain([Predicate::not(predicate)]))
}

/// Whether a value is there.
pub(super) fn exists(value: tripline_ir::Expr, span: Span) -> Predicate {
    match value {
        tripline_ir::Expr::Literal(value) => fixed(!value.is_null()),
        value => Predicate::atom(Atom::new(subject_of(value), Test::Exists, span)),
    }
}

/// What an atom looks at.
pub(super) fn subject_of(value: tripline_ir::Expr) -> Subject {
    match value {
        tripline_ir::Expr::Field(field) => Subject::Field(field),
        value => Subject::Expr(value),
    }
}

fn fixed(value: bool) -> Predicate {
    if value {
        Predicate::True
    } else {
        Predicate::False
    }
}

/// A truth value, by its text form.
fn truth(value: bool) -> Test {
    let text = if value { "true" } else { "false" };
    Test::Pattern(Pattern::equals(text, Case::Insensitive))
}

fn equal_to(number: Number) -> Test {
    Test::Number(tripline_ir::CompareOp::Eq, number)
}

fn order_op(op: CompareOp) -> tripline_ir::CompareOp {
    match op {
        CompareOp::Eq | CompareOp::Ne => tripline_ir::CompareOp::Eq,
        CompareOp::Lt => tripline_ir::CompareOp::Lt,
        CompareOp::Lte => tripline_ir::CompareOp::Lte,
        CompareOp::Gt => tripline_ir::CompareOp::Gt,
        CompareOp::Gte => tripline_ir::CompareOp::Gte,
    }
}

fn holds(op: CompareOp, order: Ordering) -> bool {
    order_op(op).holds(order) != (op == CompareOp::Ne)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "only decides between two constants of a rule"
)]
fn number_of(literal: &Literal) -> Option<f64> {
    match literal {
        Literal::Int(n) => Some(*n as f64),
        Literal::Float(n) => Some(*n),
        _ => None,
    }
}

fn literal_of(value: &tripline_ir::Value) -> Option<Literal> {
    let literal = match value {
        tripline_ir::Value::Null => Literal::Null,
        tripline_ir::Value::Bool(b) => Literal::Bool(*b),
        tripline_ir::Value::Int(n) => Literal::Int(*n),
        tripline_ir::Value::Float(n) => Literal::Float(*n),
        tripline_ir::Value::Text(text) => Literal::Text(text.clone()),
        _ => return None,
    };
    debug_assert_eq!(&constant(&literal), value);
    Some(literal)
}
