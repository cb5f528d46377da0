//! Expressions of `eval` and `where`: text with case, three truth values.
//!
//! `where` keeps rows whose condition is true. A comparison of one field with a constant becomes
//! an atom; `NOT` is pushed to the leaves, where a comparison of a missing field stays unknown and
//! gets its [`Test::Exists`]. Everything else is computed by an expression.

use super::super::ast::{Binary, Expr as Ast, Name};
use super::Lowering;
use super::functions::apply;
use super::scope::Scope;
use super::search::number;
use tripline_ir::{
    Atom, Case, Coerce, CompareOp, Dialect, Each, Expr, Function, LossReason, Net, Number, Part,
    Pattern, Predicate, Regex, Subject, Test, Text, Value,
};
use tripline_text::{Code, Span};

impl Lowering<'_> {
    /// The rows for which a condition is true.
    pub(super) fn holds(&mut self, ast: &Ast, scope: &Scope, wanted: bool) -> Predicate {
        match ast {
            Ast::Not(inner, _) => self.holds(inner, scope, !wanted),
            Ast::Binary {
                op: op @ (Binary::And | Binary::Or),
                left,
                right,
                ..
            } => {
                let parts = [
                    self.holds(left, scope, wanted),
                    self.holds(right, scope, wanted),
                ];
                if (*op == Binary::And) == wanted {
                    Predicate::and(parts)
                } else {
                    Predicate::or(parts)
                }
            }
            Ast::Call {
                name, arguments, ..
            } => match (name.text.as_str(), arguments.as_slice()) {
                ("true", []) => truth(wanted),
                ("false", []) => truth(!wanted),
                ("isnotnull", [Ast::Field(field)]) => self.exists(field, scope, wanted),
                ("isnull", [Ast::Field(field)]) => self.exists(field, scope, !wanted),
                _ => self.leaf(ast, scope, wanted),
            },
            Ast::Search(search, _) => signed(self.search(search, scope), wanted),
            _ => self.leaf(ast, scope, wanted),
        }
    }

    fn exists(&mut self, field: &Name, scope: &Scope, wanted: bool) -> Predicate {
        if field.text == "_time" && !scope.closed {
            return truth(wanted);
        }
        if !scope.has(&field.text) {
            self.missing(field);
            return truth(!wanted);
        }
        let atom = Atom::field(
            self.field_ref(scope, &field.text),
            Test::Exists,
            self.place(field.span),
        );
        signed(Predicate::atom(atom), wanted)
    }

    /// A comparison as an atom where it is one, else computed.
    fn leaf(&mut self, ast: &Ast, scope: &Scope, wanted: bool) -> Predicate {
        if let Some((field, tests, negated)) = self.tests(ast, scope) {
            if !scope.has(&field.text) {
                self.missing(&field);
                return Predicate::False;
            }
            let place = self.place(ast.span());
            let subject = match self.field_value(scope, &field.text) {
                Expr::Field(field) => Subject::Field(field),
                computed => Subject::Expr(computed),
            };
            let each = tests
                .into_iter()
                .map(|test| Predicate::atom(Atom::new(subject.clone(), test, place)));
            let holds = Predicate::or(each.collect::<Vec<_>>());
            if wanted != negated {
                return holds;
            }
            let mut there = Atom::new(subject, Test::Exists, place);
            there.implied = true;
            return Predicate::and([Predicate::atom(there), Predicate::not(holds)]);
        }
        let before = self.losses.len();
        let value = self.value(ast, scope);
        if self.losses.len() > before {
            return Predicate::True;
        }
        let condition = if wanted {
            value
        } else {
            Expr::call(Function::Not, vec![value])
        };
        if let Expr::Literal(value) = &condition {
            return truth(matches!(value, Value::Bool(true)));
        }
        let subject = Subject::Expr(condition);
        Predicate::atom(Atom::new(subject, Test::IsTrue, self.place(ast.span())))
    }

    /// A comparison of one field with constants: the field, the tests of which one must hold,
    /// and whether the comparison negates them.
    fn tests(&mut self, ast: &Ast, scope: &Scope) -> Option<(Name, Vec<Test>, bool)> {
        match ast {
            Ast::Binary {
                op, left, right, ..
            } => {
                if let (Ast::Field(field), Some(value)) = (&**left, constant(right)) {
                    let (test, negated) = comparison(*op, &value)?;
                    return Some((field.clone(), vec![test], negated));
                }
                let (Some(value), Ast::Field(field)) = (constant(left), &**right) else {
                    return None;
                };
                let (test, negated) = comparison(turned(*op)?, &value)?;
                Some((field.clone(), vec![test], negated))
            }
            Ast::In {
                value,
                list,
                negated,
                ..
            } => {
                let Ast::Field(field) = &**value else {
                    return None;
                };
                Some((field.clone(), equal_tests(list)?, *negated))
            }
            Ast::Call {
                name, arguments, ..
            } => self.call_tests(name, arguments, scope),
            _ => None,
        }
    }

    fn call_tests(
        &mut self,
        name: &Name,
        arguments: &[Ast],
        scope: &Scope,
    ) -> Option<(Name, Vec<Test>, bool)> {
        let _ = scope;
        let test = match (name.text.as_str(), arguments) {
            ("like", [Ast::Field(field), Ast::Pattern(text, _)]) => {
                (field, Test::Pattern(like(text, Case::Sensitive)))
            }
            (
                "like",
                [
                    Ast::Call {
                        name: fold,
                        arguments: inner,
                        ..
                    },
                    Ast::Pattern(text, _),
                ],
            ) if fold.text == "lower" && *text == text.to_lowercase() => {
                let [Ast::Field(field)] = inner.as_slice() else {
                    return None;
                };
                (field, Test::Pattern(like(text, Case::Insensitive)))
            }
            ("match", [Ast::Field(field), Ast::Text(text, span)]) => {
                (field, self.regex(text, *span)?)
            }
            ("cidrmatch", [Ast::Text(text, span), Ast::Field(field)]) => {
                (field, Test::Cidr(vec![self.net(text, *span)?]))
            }
            ("in", [Ast::Field(field), list @ ..]) => {
                return Some((field.clone(), equal_tests(list)?, false));
            }
            _ => return None,
        };
        Some((test.0.clone(), vec![test.1], false))
    }

    fn net(&mut self, text: &str, span: Span) -> Option<Net> {
        let parsed = text.parse().ok().or_else(|| {
            text.parse::<std::net::IpAddr>()
                .ok()
                .map(ipnet::IpNet::from)
        });
        if parsed.is_none() {
            let message = format!("`{text}` is no network in CIDR notation");
            self.report(Code::SplArgument, span, message, None);
        }
        parsed.map(Net)
    }

    /// A regular expression's test.
    pub(super) fn regex(&mut self, text: &Text, span: Span) -> Option<Test> {
        let regex = Regex {
            text: text.clone(),
            dialect: Dialect::Pcre,
            case_insensitive: false,
            multi_line: false,
            dot_all: false,
            whole: false,
        };
        if let Err(error) = tripline_ir::law::compile(&regex) {
            let message = format!("the regular expression is not valid: {error}");
            self.report(Code::SplRegex, span, message, None);
            self.lose(LossReason::SyntaxError, "regular expression", span);
            return None;
        }
        Some(Test::Regex(regex))
    }

    /// A computed value.
    pub(super) fn value(&mut self, ast: &Ast, scope: &Scope) -> Expr {
        match ast {
            Ast::Text(text, _) | Ast::Pattern(text, _) => Expr::Literal(Value::Text(text.clone())),
            Ast::Number(number, _) => Expr::Literal(Value::Float(*number)),
            Ast::Int(number, _) => Expr::Literal(Value::Int(*number)),
            Ast::Field(name) => self.field_value(scope, &name.text),
            Ast::Not(inner, _) => Expr::call(Function::Not, vec![self.value(inner, scope)]),
            Ast::Negate(inner, _) => match self.value(inner, scope) {
                Expr::Literal(Value::Int(number)) => Expr::Literal(Value::Int(-number)),
                Expr::Literal(Value::Float(number)) => Expr::Literal(Value::Float(-number)),
                value => Expr::call(Function::Negate, vec![value]),
            },
            Ast::Binary {
                op, left, right, ..
            } => self.binary(*op, left, right, scope),
            Ast::In {
                value,
                list,
                negated,
                ..
            } => {
                let mut arguments = vec![self.value(value, scope)];
                arguments.extend(list.iter().map(|item| self.value(item, scope)));
                let found = Expr::call(Function::In(Case::Sensitive, Coerce::Loose), arguments);
                if *negated {
                    Expr::call(Function::Not, vec![found])
                } else {
                    found
                }
            }
            Ast::Call {
                name,
                arguments,
                span,
            } => self.call(name, arguments, *span, scope),
            Ast::Search(search, span) => {
                let value = self.search_value(search, scope);
                let value = value.map(|value| Expr::call(Function::IsTrue, vec![value]));
                value.unwrap_or_else(|| {
                    self.lose(LossReason::NotExpressible, "searchmatch", *span);
                    Expr::Literal(Value::Null)
                })
            }
            Ast::Subsearch(pipeline, span) => self.subsearch_value(pipeline, *span),
            Ast::Error(span) => {
                self.lose(LossReason::SyntaxError, self.excerpt(*span), *span);
                Expr::Literal(Value::Null)
            }
        }
    }

    fn binary(&mut self, op: Binary, left: &Ast, right: &Ast, scope: &Scope) -> Expr {
        let texts = matches!(left, Ast::Text(..)) || matches!(right, Ast::Text(..));
        let arguments = vec![self.value(left, scope), self.value(right, scope)];
        let compare = |op| Function::Compare(op, Case::Sensitive, Coerce::Loose);
        let function = match op {
            Binary::And => Function::And,
            Binary::Or => Function::Or,
            Binary::Xor => Function::Xor,
            Binary::Eq => compare(CompareOp::Eq),
            Binary::Ne => {
                let equal = Expr::call(compare(CompareOp::Eq), arguments);
                return Expr::call(Function::Not, vec![equal]);
            }
            Binary::Lt => compare(CompareOp::Lt),
            Binary::Lte => compare(CompareOp::Lte),
            Binary::Gt => compare(CompareOp::Gt),
            Binary::Gte => compare(CompareOp::Gte),
            Binary::Like => Function::Like(Case::Sensitive),
            Binary::Concat => Function::Concat,
            Binary::Add if texts => Function::Concat,
            Binary::Add => Function::AddOrJoin,
            Binary::Subtract => Function::Subtract,
            Binary::Multiply => Function::Multiply,
            Binary::Divide => Function::DivideReal,
            Binary::Modulo => Function::Modulo,
        };
        Expr::call(function, arguments)
    }

    fn call(&mut self, name: &Name, arguments: &[Ast], span: Span, scope: &Scope) -> Expr {
        if let "mvfilter" | "mvmap" = name.text.as_str() {
            return self.each(name, arguments, span, scope);
        }
        if name.text == "searchmatch" {
            // Its text could not be read as a condition.
            self.lose(LossReason::NotExpressible, "searchmatch", span);
            return Expr::Literal(Value::Null);
        }
        let values: Vec<Expr> = arguments.iter().map(|one| self.value(one, scope)).collect();
        let Some(found) = apply(&name.text, values) else {
            self.lose(LossReason::UnknownFunction, name.text.clone(), span);
            return Expr::Literal(Value::Null);
        };
        found
    }

    /// `mvfilter(condition on f)` and `mvmap(f, expression on f)`.
    fn each(&mut self, name: &Name, arguments: &[Ast], span: Span, scope: &Scope) -> Expr {
        let (list, body, how) = match arguments {
            [body] if name.text == "mvfilter" => (first_field(body), body, Each::Filter),
            [Ast::Field(list), body] => (Some(list.clone()), body, Each::Map),
            _ => (None, &Ast::Error(span), Each::Map),
        };
        let Some(list) = list else {
            self.lose(LossReason::NotExpressible, name.text.clone(), span);
            return Expr::Literal(Value::Null);
        };
        let variable = list.text.clone();
        let target = self.field_value(scope, &variable);
        let body = self.value(body, scope);
        Expr::Each {
            how,
            list: Box::new(target.clone()),
            body: Box::new(bound(body, &target, &variable)),
            variable,
        }
    }
}

/// An expression in which a value is replaced by a variable.
pub(super) fn bound(expr: Expr, target: &Expr, variable: &Text) -> Expr {
    if expr == *target {
        return Expr::Variable(variable.clone());
    }
    match expr {
        Expr::Each {
            how,
            list,
            variable: own,
            body,
        } => Expr::Each {
            how,
            list: Box::new(bound(*list, target, variable)),
            variable: own,
            body: Box::new(bound(*body, target, variable)),
        },
        Expr::Call {
            function,
            arguments,
        } => Expr::Call {
            function,
            arguments: arguments
                .into_iter()
                .map(|one| bound(one, target, variable))
                .collect(),
        },
        other => other,
    }
}

/// The first field that an expression reads.
fn first_field(ast: &Ast) -> Option<Name> {
    match ast {
        Ast::Field(name) => Some(name.clone()),
        Ast::Call { arguments, .. } => arguments.iter().find_map(first_field),
        Ast::Binary { left, right, .. } => first_field(left).or_else(|| first_field(right)),
        Ast::Not(inner, _) | Ast::Negate(inner, _) => first_field(inner),
        Ast::In { value, .. } => first_field(value),
        _ => None,
    }
}

fn truth(value: bool) -> Predicate {
    if value {
        Predicate::True
    } else {
        Predicate::False
    }
}

fn signed(predicate: Predicate, wanted: bool) -> Predicate {
    if wanted {
        predicate
    } else {
        Predicate::not(predicate)
    }
}

/// A constant's text, and the number it is when it stands without quotes.
struct Constant {
    text: Text,
    number: Option<Number>,
}

fn constant(ast: &Ast) -> Option<Constant> {
    let written = |number: Number| Constant {
        text: tripline_ir::format_smolstr!("{number}"),
        number: Some(number),
    };
    match ast {
        Ast::Text(text, _) | Ast::Pattern(text, _) => Some(Constant {
            text: text.clone(),
            number: None,
        }),
        Ast::Int(number, _) => Some(written(Number::Int(*number))),
        Ast::Number(number, _) => Some(written(Number::Float(*number))),
        Ast::Negate(inner, _) => match &**inner {
            Ast::Int(number, _) => Some(written(Number::Int(-number))),
            Ast::Number(number, _) => Some(written(Number::Float(-number))),
            _ => None,
        },
        _ => None,
    }
}

/// The test of a comparison with a constant, and whether it is negated.
fn comparison(op: Binary, value: &Constant) -> Option<(Test, bool)> {
    let order = |op| match value.number.or_else(|| number(&value.text)) {
        Some(number) => Test::Number(op, number),
        None => Test::TextOrder(op, value.text.clone()),
    };
    Some(match op {
        Binary::Eq => (equal_test(value), false),
        Binary::Ne => (equal_test(value), true),
        Binary::Lt => (order(CompareOp::Lt), false),
        Binary::Lte => (order(CompareOp::Lte), false),
        Binary::Gt => (order(CompareOp::Gt), false),
        Binary::Gte => (order(CompareOp::Gte), false),
        Binary::Like if value.number.is_none() => {
            (Test::Pattern(like(&value.text, Case::Sensitive)), false)
        }
        _ => return None,
    })
}

fn equal_test(value: &Constant) -> Test {
    match value.number {
        Some(number) => Test::Number(CompareOp::Eq, number),
        None => Test::Pattern(Pattern::equals(value.text.clone(), Case::Sensitive)),
    }
}

fn equal_tests(list: &[Ast]) -> Option<Vec<Test>> {
    let constants: Option<Vec<Constant>> = list.iter().map(constant).collect();
    Some(constants?.iter().map(equal_test).collect())
}

/// The same comparison with its sides exchanged.
fn turned(op: Binary) -> Option<Binary> {
    Some(match op {
        Binary::Eq | Binary::Ne => op,
        Binary::Lt => Binary::Gt,
        Binary::Lte => Binary::Gte,
        Binary::Gt => Binary::Lt,
        Binary::Gte => Binary::Lte,
        _ => return None,
    })
}

/// The pattern of `like`: `%` any run, `_` one character, `\` makes them literal.
pub(super) fn like(text: &str, case: Case) -> Pattern {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let part = match (c, chars.peek()) {
            ('\\', Some(next @ ('%' | '_' | '\\'))) => {
                literal.push(*next);
                chars.next();
                continue;
            }
            ('%', _) => Part::AnyRun,
            ('_', _) => Part::AnyOne,
            (other, _) => {
                literal.push(other);
                continue;
            }
        };
        parts.push(Part::Literal(std::mem::take(&mut literal).into()));
        parts.push(part);
    }
    parts.push(Part::Literal(literal.into()));
    Pattern::new(parts, case)
}
