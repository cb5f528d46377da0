//! Tests of rows.
//!
//! `not` is pushed to the leaves. Texts are never null, so their tests have two values and a
//! missing text is the empty one. Orders of numbers and times are null on null: a negated one gets
//! an explicit test that there is a value.

use super::Lowering;
use super::relation::Branch;
use super::scalar::{self, Fold, Form, Kind, Typed, View, case_of};
use crate::kusto::ast::{Call, Comparison, Expr, ExprKind, InList, ListTest, Test as Operator};
use tripline_ir::{
    Atom, Case, CompareOp, Dialect, FieldRef, Function, LossReason, Net, Number, Part, Pattern,
    Predicate, Quantifier, Regex, Subject, Term, Test, Text, Value as Constant,
};
use tripline_text::{Code, Span};

impl<'a> Lowering<'a> {
    /// The predicate of a test over the rows of a branch; `None` when it is not understood.
    pub(super) fn predicate(&mut self, expr: &'a Expr, row: &Branch) -> Option<Predicate> {
        self.test(expr, false, row)
    }

    fn test(&mut self, expr: &'a Expr, negated: bool, row: &Branch) -> Option<Predicate> {
        match &expr.kind {
            ExprKind::And(parts) => self.parts(parts, negated, !negated, row),
            ExprKind::Or(parts) => self.parts(parts, negated, negated, row),
            ExprKind::Call(call) => self.test_call(call, expr, negated, row),
            ExprKind::Compare(how, left, right) => {
                self.comparison(*how, left, right, negated, expr.span, row)
            }
            ExprKind::In(list) => self.in_list(list, negated, expr.span, row),
            ExprKind::Between(between) => {
                let not = between.negated != negated;
                let value = self.scalar(&between.value, Some(row))?;
                let low = self.scalar(&between.low, Some(row))?;
                let mut high = self.scalar(&between.high, Some(row))?;
                if high.kind == Kind::Length && low.kind == Kind::Time {
                    high =
                        scalar::arithmetic(crate::kusto::ast::Arithmetic::Add, low.clone(), high);
                }
                let span = expr.span;
                let bounds = [
                    self.leaf(Operator::GreaterEqual, true, value.clone(), low, not, span),
                    self.leaf(Operator::LessEqual, true, value, high, not, span),
                ];
                Some(if not {
                    Predicate::or(bounds)
                } else {
                    Predicate::and(bounds)
                })
            }
            ExprKind::Literal(literal) => match scalar::literal_value(literal) {
                Constant::Bool(value) if value != negated => Some(Predicate::True),
                Constant::Bool(_) => Some(Predicate::False),
                Constant::Text(text) => {
                    let atom = any_term(&text, expr.span);
                    Some(if negated { Predicate::not(atom) } else { atom })
                }
                _ => Some(Predicate::False),
            },
            ExprKind::Star => Some(Predicate::True),
            _ => {
                let value = self.scalar(expr, Some(row))?;
                Some(truth(value, negated, expr.span))
            }
        }
    }

    /// Parts joined by `and` or `or`; what is not understood is left out.
    fn parts(
        &mut self,
        parts: &'a [Expr],
        negated: bool,
        all: bool,
        row: &Branch,
    ) -> Option<Predicate> {
        let found: Vec<Predicate> = parts
            .iter()
            .filter_map(|part| self.test(part, negated, row))
            .collect();
        if found.is_empty() {
            return None;
        }
        Some(if all {
            Predicate::and(found)
        } else if found.contains(&Predicate::True) {
            // A constant decides: `isempty('') or Name == ''`.
            Predicate::True
        } else {
            Predicate::or(found)
        })
    }

    fn test_call(
        &mut self,
        call: &'a Call,
        expr: &'a Expr,
        negated: bool,
        row: &Branch,
    ) -> Option<Predicate> {
        let name = call.name.text.as_str();
        let own = self.names.has(name);
        let first = call.arguments.first().map(|argument| &argument.value);
        match (name, first) {
            ("not", Some(inner)) if !own => return self.test(inner, !negated, row),
            ("isempty" | "isnotempty" | "notempty", Some(inner)) if !own => {
                let value = self.scalar(inner, Some(row))?;
                let empty = (name == "isempty") != negated;
                return Some(emptiness(value, empty, expr.span));
            }
            ("isnull" | "isnotnull" | "notnull", Some(inner)) if !own => {
                let value = self.scalar(inner, Some(row))?;
                let null = (name == "isnull") != negated;
                return Some(nullness(value, null, expr.span));
            }
            (
                "ipv4_is_in_range"
                | "ipv6_is_in_range"
                | "ipv4_is_in_any_range"
                | "ipv6_is_in_any_range"
                | "ipv4_is_private",
                Some(inner),
            ) if !own => {
                if let Some(done) = self.network(call, inner, negated, expr.span, row) {
                    return Some(done);
                }
            }
            _ => {}
        }
        let value = self.scalar(expr, Some(row))?;
        Some(truth(value, negated, expr.span))
    }

    /// A test of an address against constant networks; null for what is no address.
    fn network(
        &mut self,
        call: &'a Call,
        inner: &'a Expr,
        negated: bool,
        span: Span,
        row: &Branch,
    ) -> Option<Predicate> {
        let value = self.scalar(inner, Some(row))?;
        let view = value.view.filter(|view| view.fold.is_none())?;
        let mut nets = Vec::new();
        if call.name.text == "ipv4_is_private" {
            for net in ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] {
                nets.push(Net(net.parse().ok()?));
            }
        }
        for argument in &call.arguments[1..] {
            let constant = self.scalar(&argument.value, Some(row))?.constant()?;
            for item in constant.elements() {
                nets.push(Net(net(item.as_text()?.as_str())?));
            }
        }
        let atom = Predicate::atom(Atom::field(view.field.clone(), Test::Cidr(nets), span));
        if !negated {
            return Some(atom);
        }
        let every = ["0.0.0.0/0", "::/0"]
            .iter()
            .filter_map(|net| net.parse().ok().map(Net));
        let address = implied(view.field, Test::Cidr(every.collect()), span);
        Some(Predicate::and([address, Predicate::not(atom)]))
    }

    fn comparison(
        &mut self,
        how: Comparison,
        left: &'a Expr,
        right: &'a Expr,
        negated: bool,
        span: Span,
        row: &Branch,
    ) -> Option<Predicate> {
        let not = how.negated != negated;
        if matches!(left.kind, ExprKind::Star) {
            let text = self.scalar(right, Some(row))?;
            let Some(text) = text.text() else {
                self.lose(
                    LossReason::NotExpressible,
                    "a search for a computed text",
                    span,
                );
                return None;
            };
            let atom = any_field(how, text, span);
            return Some(if not { Predicate::not(atom) } else { atom });
        }
        let left = self.scalar(left, Some(row))?;
        let right = self.scalar(right, Some(row))?;
        let (left, right, test) = match (left.as_constant(), right.as_constant()) {
            (Some(_), None) => match turned(how.test) {
                Some(test) => (right, left, test),
                None => (left, right, how.test),
            },
            _ => (left, right, how.test),
        };
        Some(self.leaf(test, how.cased, left, right, not, span))
    }

    /// One comparison.
    pub(super) fn leaf(
        &mut self,
        test: Operator,
        cased: bool,
        left: Typed,
        right: Typed,
        not: bool,
        span: Span,
    ) -> Predicate {
        if right.is_template() {
            return self.in_range_of_run(test, &right, not, span);
        }
        if test == Operator::Regex
            && let Some(text) = right.text()
            && !self.regex_is_valid(text, span)
        {
            return Predicate::False;
        }
        if let Some(view) = &left.view {
            if let Some(found) = self.field_test(test, cased, view, left.kind, &right, not, span) {
                return found;
            }
        } else if matches!(test, Operator::Equals)
            && left.kind == Kind::Bool
            && let Some(Constant::Bool(wanted)) = right.as_constant()
        {
            return truth_is(left, *wanted, not, span);
        }
        let value = scalar::compare(test, cased, left, right);
        truth(Typed::new(value, Kind::Bool), not, span)
    }

    /// A bound that the console fills in. The events of a run are those of its range, so that its
    /// own two bounds hold; any other comparison with them is not known.
    fn in_range_of_run(
        &mut self,
        test: Operator,
        bound: &Typed,
        not: bool,
        span: Span,
    ) -> Predicate {
        let text = bound.text().cloned().unwrap_or_default();
        let holds = match test {
            Operator::Greater | Operator::GreaterEqual => text.contains("Start"),
            Operator::Less | Operator::LessEqual => text.contains("End"),
            _ => false,
        };
        if !holds || not {
            self.lose(LossReason::UndefinedName, text, span);
        }
        Predicate::True
    }

    /// Whether an expression is one of RE2's; another is reported.
    pub(super) fn regex_is_valid(&mut self, text: &Text, span: Span) -> bool {
        let Err(error) = tripline_ir::law::compile(&regex(text)) else {
            return true;
        };
        let message = format!("the regular expression cannot be read: {error}");
        let hint = if ["(?=", "(?!", "(?<=", "(?<!"]
            .iter()
            .any(|look| text.contains(look))
        {
            Some("Kusto's regular expressions are RE2's, which have no look-around".to_owned())
        } else {
            None
        };
        self.report(Code::KustoRegex, span, message, hint);
        self.lose(LossReason::SyntaxError, "regular expression", span);
        false
    }

    /// A comparison of a field with a constant.
    #[expect(clippy::too_many_arguments, reason = "the parts of one comparison")]
    fn field_test(
        &mut self,
        test: Operator,
        cased: bool,
        view: &View,
        kind: Kind,
        right: &Typed,
        not: bool,
        span: Span,
    ) -> Option<Predicate> {
        let field = &view.field;
        if let Some(instant) = right.instant {
            return Some(ordered(
                field,
                Test::Time(order(test)?, instant),
                test,
                not,
                span,
            ));
        }
        let sign = |atom: Predicate| if not { Predicate::not(atom) } else { atom };
        match right.as_constant()? {
            Constant::Text(text) => {
                let (text, case) = self.folded(view, text, cased, test, span)?;
                let Some(text) = text else {
                    return Some(if not {
                        Predicate::True
                    } else {
                        Predicate::False
                    });
                };
                let written = matches!(view.form, Form::Text | Form::TextOfParsed);
                if written && is_json_edge(test, &text) {
                    return None;
                }
                let mut found = text_test(field, test, &text, case, span)?;
                if written && field.canonical == field.name {
                    of_scalar(&mut found, test);
                }
                let structured = written || matches!(kind, Kind::Dynamic | Kind::Unknown);
                if structured && looks_into_json(test, &text) {
                    let json = json_test(field, &found)?;
                    return Some(sign(Predicate::or([found, json])));
                }
                Some(sign(found))
            }
            Constant::Int(n) => numeric(field, test, Number::Int(*n), not, span),
            Constant::Float(n) => numeric(field, test, Number::Float(*n), not, span),
            Constant::Bool(wanted) if test == Operator::Equals => {
                let value = Typed {
                    value: tripline_ir::Expr::Field(field.clone()),
                    kind,
                    view: Some(view.clone()),
                    instant: None,
                };
                Some(truth_is(value, *wanted, not, span))
            }
            _ => None,
        }
    }

    /// The text and case rule of a test of a field whose letters were folded. The text is `None`
    /// when the test never holds.
    fn folded(
        &mut self,
        view: &View,
        text: &Text,
        cased: bool,
        test: Operator,
        span: Span,
    ) -> Option<(Option<Text>, Case)> {
        let Some(fold) = view.fold else {
            return Some((Some(text.clone()), case_of(cased)));
        };
        if test == Operator::Regex {
            return None;
        }
        let wrong = |c: char| match fold {
            Fold::Lower => c.is_uppercase(),
            Fold::Upper => c.is_lowercase(),
        };
        if cased && text.chars().any(wrong) {
            let (name, has) = match fold {
                Fold::Lower => ("tolower", "capitals"),
                Fold::Upper => ("toupper", "small letters"),
            };
            let message = format!("the comparison never holds: `{name}` leaves no {has}");
            self.report(
                Code::KustoNeverTrue,
                span,
                message,
                Some("`=~` compares without letter case".into()),
            );
            return Some((None, Case::Insensitive));
        }
        Some((Some(text.clone()), Case::Insensitive))
    }

    fn in_list(
        &mut self,
        list: &'a InList,
        negated: bool,
        span: Span,
        row: &Branch,
    ) -> Option<Predicate> {
        let not = list.negated != negated;
        let left = self.scalar(&list.left, Some(row))?;
        let items = self.items(&list.items, Some(row))?;
        let places = list.items.len() == items.len();
        let mut tests = Vec::with_capacity(items.len());
        for (at, item) in items.into_iter().enumerate() {
            let span = match list.items.get(at) {
                Some(expr) if places && matches!(expr.kind, ExprKind::Literal(_)) => expr.span,
                _ => span,
            };
            let case = case_of(list.cased);
            // A list that only the rows know: an empty one holds nothing.
            let within = match list.how {
                ListTest::In => Some(Function::In(case, tripline_ir::Coerce::Typed)),
                ListTest::HasAny if item.kind != Kind::Text => Some(Function::HasWord(case)),
                ListTest::HasAny | ListTest::HasAll => None,
            };
            let within = within.filter(|_| item.as_constant().is_none());
            let found = if let Some(function) = within {
                let sides = vec![left.clone().known_text(), item.value];
                let value = tripline_ir::Expr::call(function, sides);
                let value = tripline_ir::Expr::call(Function::IsTrue, vec![value]);
                truth(Typed::new(value, Kind::Bool), not, span)
            } else {
                let test = match list.how {
                    ListTest::In => Operator::Equals,
                    ListTest::HasAny | ListTest::HasAll => Operator::Has,
                };
                let item = match item.as_constant() {
                    Some(constant) if list.how != ListTest::In => match constant.as_text() {
                        Some(text) => Typed::of(Constant::Text(text)),
                        None => item,
                    },
                    _ => item,
                };
                self.leaf(test, list.cased, left.clone(), item, not, span)
            };
            tests.push(found);
        }
        let all = (list.how == ListTest::HasAll) != not;
        Some(if all {
            Predicate::and(tests)
        } else {
            Predicate::or(tests)
        })
    }
}

/// The comparison with its sides exchanged.
fn turned(test: Operator) -> Option<Operator> {
    Some(match test {
        Operator::Equals => Operator::Equals,
        Operator::Less => Operator::Greater,
        Operator::LessEqual => Operator::GreaterEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterEqual => Operator::LessEqual,
        _ => return None,
    })
}

fn order(test: Operator) -> Option<CompareOp> {
    Some(match test {
        Operator::Equals => CompareOp::Eq,
        Operator::Less => CompareOp::Lt,
        Operator::LessEqual => CompareOp::Lte,
        Operator::Greater => CompareOp::Gt,
        Operator::GreaterEqual => CompareOp::Gte,
        _ => return None,
    })
}

/// A test of a number or time: equality of null is false, an order of null is null.
fn ordered(field: &FieldRef, test: Test, how: Operator, not: bool, span: Span) -> Predicate {
    let atom = Predicate::atom(Atom::field(field.clone(), test, span));
    match (not, how) {
        (false, _) => atom,
        (true, Operator::Equals) => Predicate::not(atom),
        (true, _) => Predicate::and([
            implied(field.clone(), Test::Exists, span),
            Predicate::not(atom),
        ]),
    }
}

fn numeric(
    field: &FieldRef,
    how: Operator,
    bound: Number,
    not: bool,
    span: Span,
) -> Option<Predicate> {
    match order(how) {
        Some(op) => Some(ordered(field, Test::Number(op, bound), how, not, span)),
        None => {
            let text = Text::from(bound.to_string());
            let atom = text_test(field, how, &text, Case::Insensitive, span)?;
            Some(if not { Predicate::not(atom) } else { atom })
        }
    }
}

fn implied(field: FieldRef, test: Test, span: Span) -> Predicate {
    let mut atom = Atom::field(field, test, span);
    atom.implied = true;
    Predicate::atom(atom)
}

fn literal(text: &Text) -> Part {
    Part::Literal(text.clone())
}

/// Whether a text is looked for in the JSON of a value with structure, not in its elements.
fn looks_into_json(test: Operator, text: &str) -> bool {
    let signs: &[char] = match test {
        Operator::Regex => &['"'],
        Operator::Contains
        | Operator::Has
        | Operator::HasPrefix
        | Operator::HasSuffix
        | Operator::StartsWith
        | Operator::EndsWith => &['"', '{', '}', '[', ']'],
        _ => &[],
    };
    text.contains(signs)
}

/// Whether a text is looked for where the JSON of a list or an object begins or ends.
fn is_json_edge(test: Operator, text: &str) -> bool {
    match test {
        Operator::Equals | Operator::StartsWith => text.starts_with(['[', '{']),
        Operator::EndsWith => text.ends_with([']', '}']),
        _ => false,
    }
}

/// The JSON of a list is equal to none of its elements and begins and ends like none. Words and
/// parts of an element stand in it.
fn of_scalar(found: &mut Predicate, test: Operator) {
    if let Predicate::Atom(atom) = found
        && matches!(
            test,
            Operator::Equals | Operator::StartsWith | Operator::EndsWith
        )
    {
        atom.quantifier = Quantifier::Scalar;
    }
}

/// The test of a field's atom on the JSON of the field's value.
fn json_test(field: &FieldRef, found: &Predicate) -> Option<Predicate> {
    let Predicate::Atom(atom) = found else {
        return None;
    };
    let value = tripline_ir::Expr::Field(field.clone());
    let json = tripline_ir::Expr::call(Function::ToTextOrJson, vec![value]);
    let mut atom = (**atom).clone();
    atom.subject = Subject::Expr(json);
    atom.implied = true;
    Some(Predicate::atom(atom))
}

/// A test of a field's text.
fn text_test(
    field: &FieldRef,
    test: Operator,
    text: &Text,
    case: Case,
    span: Span,
) -> Option<Predicate> {
    let atom = |test: Test| Predicate::atom(Atom::field(field.clone(), test, span));
    let pattern = |parts: Vec<Part>| atom(Test::Pattern(Pattern::new(parts, case)));
    if text.is_empty() {
        return match test {
            Operator::Equals => Some(Predicate::or([
                Predicate::not(atom(Test::Exists)),
                pattern(Vec::new()),
            ])),
            Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual => {
                None
            }
            _ => Some(Predicate::True),
        };
    }
    let term = |left, right| {
        atom(Test::Term(Term {
            text: text.clone(),
            case,
            left,
            right,
        }))
    };
    Some(match test {
        Operator::Equals => pattern(vec![literal(text)]),
        Operator::Contains => pattern(vec![Part::AnyRun, literal(text), Part::AnyRun]),
        Operator::StartsWith => pattern(vec![literal(text), Part::AnyRun]),
        Operator::EndsWith => pattern(vec![Part::AnyRun, literal(text)]),
        Operator::Has => term(true, true),
        Operator::HasPrefix => term(true, false),
        Operator::HasSuffix => term(false, true),
        Operator::Regex => atom(Test::Regex(regex(text))),
        Operator::Less => atom(Test::TextOrder(CompareOp::Lt, text.clone())),
        Operator::LessEqual => atom(Test::TextOrder(CompareOp::Lte, text.clone())),
        Operator::Greater => atom(Test::TextOrder(CompareOp::Gt, text.clone())),
        Operator::GreaterEqual => atom(Test::TextOrder(CompareOp::Gte, text.clone())),
    })
}

/// A regular expression: RE2, unanchored; leading flags are taken out.
fn regex(text: &Text) -> Regex {
    let mut found = Regex {
        text: text.clone(),
        dialect: Dialect::Re2,
        case_insensitive: false,
        multi_line: false,
        dot_all: false,
        whole: false,
    };
    if let Some((flags, rest)) = text
        .strip_prefix("(?")
        .and_then(|rest| rest.split_once(')'))
        && !flags.is_empty()
        && flags.chars().all(|c| matches!(c, 'i' | 's' | 'm'))
    {
        found.case_insensitive = flags.contains('i');
        found.dot_all = flags.contains('s');
        found.multi_line = flags.contains('m');
        found.text = rest.into();
    }
    found
}

/// `isempty(x)`, or its negation: a missing text is empty.
fn emptiness(value: Typed, empty: bool, span: Span) -> Predicate {
    if let Some(text) = value.text() {
        return if text.is_empty() == empty {
            Predicate::True
        } else {
            Predicate::False
        };
    }
    let Some(view) = value.view else {
        let inner = tripline_ir::Expr::call(Function::IsEmpty, vec![value.value]);
        return truth(Typed::new(inner, Kind::Bool), !empty, span);
    };
    let exists = Predicate::atom(Atom::field(view.field.clone(), Test::Exists, span));
    let blank = Pattern::new([], Case::Sensitive);
    let mut blank = Atom::field(view.field, Test::Pattern(blank), span);
    blank.implied = true;
    let blank = Predicate::atom(blank);
    if empty {
        Predicate::or([Predicate::not(exists), blank])
    } else {
        Predicate::and([exists, Predicate::not(blank)])
    }
}

/// `isnull(x)`, or its negation: never true of a text.
fn nullness(value: Typed, null: bool, span: Span) -> Predicate {
    if value.kind == Kind::Text {
        return if null {
            Predicate::False
        } else {
            Predicate::True
        };
    }
    let Some(view) = value.view else {
        let inner = tripline_ir::Expr::call(Function::IsNull, vec![value.value]);
        return truth(Typed::new(inner, Kind::Bool), !null, span);
    };
    let exists = Predicate::atom(Atom::field(view.field, Test::Exists, span));
    if null { Predicate::not(exists) } else { exists }
}

/// A value that is true, or, negated, one that is false: null is neither.
fn truth(value: Typed, negated: bool, span: Span) -> Predicate {
    if let Some(constant) = value.as_constant() {
        return match constant {
            Constant::Bool(held) if *held != negated => Predicate::True,
            _ => Predicate::False,
        };
    }
    match value.view {
        Some(view) => truth_of(&view.field, !negated, span),
        None => {
            let value = if negated {
                tripline_ir::Expr::call(Function::Not, vec![value.value])
            } else {
                value.value
            };
            Predicate::atom(Atom::new(Subject::Expr(value), Test::IsTrue, span))
        }
    }
}

fn truth_of(field: &FieldRef, wanted: bool, span: Span) -> Predicate {
    let atom = Predicate::atom(Atom::field(field.clone(), Test::IsTrue, span));
    if wanted {
        return atom;
    }
    Predicate::and([
        implied(field.clone(), Test::Exists, span),
        Predicate::not(atom),
    ])
}

/// `x == true` and its kin; `!=` of null is true.
fn truth_is(value: Typed, wanted: bool, not: bool, span: Span) -> Predicate {
    if not {
        return Predicate::not(truth(value, !wanted, span));
    }
    truth(value, !wanted, span)
}

/// A term anywhere in the event.
fn any_term(text: &Text, span: Span) -> Predicate {
    let how = Comparison {
        test: Operator::Has,
        negated: false,
        cased: false,
    };
    any_field(how, text, span)
}

fn any_field(how: Comparison, text: &Text, span: Span) -> Predicate {
    let case = case_of(how.cased);
    let term = |left, right| {
        Test::Term(Term {
            text: text.clone(),
            case,
            left,
            right,
        })
    };
    let pattern = |parts: Vec<Part>| Test::Pattern(Pattern::new(parts, case));
    let star = text.contains('*');
    let test = match how.test {
        Operator::Equals => pattern(vec![literal(text)]),
        Operator::Contains => pattern(vec![Part::AnyRun, literal(text), Part::AnyRun]),
        Operator::StartsWith => pattern(vec![literal(text), Part::AnyRun]),
        Operator::EndsWith => pattern(vec![Part::AnyRun, literal(text)]),
        Operator::Regex => Test::Regex(regex(text)),
        Operator::HasPrefix => term(true, false),
        Operator::HasSuffix => term(false, true),
        _ if star => {
            let (left, right) = (!text.starts_with('*'), !text.ends_with('*'));
            Test::Term(Term {
                text: text.trim_matches('*').into(),
                case,
                left,
                right,
            })
        }
        _ => term(true, true),
    };
    Predicate::atom(Atom::new(Subject::AnyField, test, span))
}

/// A network, or an address alone.
fn net(text: &str) -> Option<ipnet::IpNet> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        text.parse::<std::net::IpAddr>()
            .ok()
            .map(ipnet::IpNet::from)
    })
}
