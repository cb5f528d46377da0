//! The boolean language of `search`: text without case, two truth values.
//!
//! `f!=v` asks for the field; `NOT f=v` also holds without it. `*` is the only wildcard and cannot
//! be escaped. `f=*` asks for a value that is not empty. A value in CIDR notation is a network.
//! Numbers compare by size with `<` and its kin where both sides are numbers, else as text;
//! with `=` always as text.

use super::super::ast::{Name, Relation, Search, Word};
use super::Lowering;
use super::scope::Scope;
use tripline_ir::{
    Atom, Case, Coerce, CompareOp, Expr, Function, LossReason, Net, Number, Part, Pattern,
    Predicate, Quantifier, Subject, Term, Test, TimeFormat, Unit, Value,
};
use tripline_text::{Code, Span};

impl Lowering<'_> {
    /// The condition; what has no image is true.
    pub(super) fn search(&mut self, search: &Search, scope: &Scope) -> Predicate {
        self.condition(search, scope).unwrap_or(Predicate::True)
    }

    /// The condition; `None` for a part that is lost.
    fn condition(&mut self, search: &Search, scope: &Scope) -> Option<Predicate> {
        match search {
            Search::And(parts) => {
                let all: Vec<_> = parts
                    .iter()
                    .filter_map(|part| self.condition(part, scope))
                    .collect();
                (!all.is_empty() || parts.is_empty()).then(|| Predicate::and(all))
            }
            Search::Or(parts) => {
                // A branch that is lost may hold for any event.
                let all: Vec<_> = parts
                    .iter()
                    .map(|part| self.condition(part, scope))
                    .collect();
                let known: Vec<_> = all.into_iter().flatten().collect();
                (!known.is_empty()).then(|| Predicate::or(known))
            }
            Search::Not(inner) => self.condition(inner, scope).map(Predicate::not),
            Search::Compare {
                field,
                op,
                value,
                span,
            } => Some(self.comparison(field, *op, value, *span, scope)),
            Search::In {
                field,
                values,
                span: _,
            } => {
                let each = values
                    .iter()
                    .map(|value| self.comparison(field, Relation::Eq, value, value.span, scope));
                Some(Predicate::or(each.collect::<Vec<_>>()))
            }
            Search::Term(word) | Search::Whole(word) => Some(self.term(word, Case::Insensitive)),
            Search::Cased(word) => Some(self.term(word, Case::Sensitive)),
            Search::Subsearch(pipeline, span) => self.subsearch_values(pipeline, *span, scope),
            // Told where macros are replaced.
            Search::Macro(_) => None,
            Search::Error(span) => {
                self.lose(LossReason::SyntaxError, self.excerpt(*span), *span);
                None
            }
        }
    }

    fn comparison(
        &mut self,
        field: &Name,
        op: Relation,
        value: &Word,
        span: Span,
        scope: &Scope,
    ) -> Predicate {
        if !scope.has(&field.text) {
            self.missing(field);
            return Predicate::False;
        }
        let place = self.place(span);
        if !scope.closed
            && op == Relation::Eq
            && !scope.columns.contains_key(&field.text)
            && let Some(bound) = time_bound(&field.text, &value.text)
        {
            let mut atom = Atom::new(Subject::Expr(bound), Test::IsTrue, place);
            atom.implied = true;
            return Predicate::atom(atom);
        }
        let subject = match field.text.as_str() {
            "_raw" if !scope.columns.contains_key("_raw") => Subject::AnyField,
            "_time" => Subject::Expr(self.field_value(scope, "_time")),
            name => Subject::Field(self.field_ref(scope, name)),
        };
        let atom = |test| Atom::new(subject.clone(), test, place);
        match op {
            Relation::Eq => equals(&atom, &value.text),
            Relation::Ne => differs(&atom, &value.text),
            _ => ordered(&atom, &subject, order(op), &value.text),
        }
    }

    /// Reports a field that no row has here.
    pub(super) fn missing(&mut self, field: &Name) {
        let message = format!("no earlier stage leaves a field `{}`", field.text);
        self.report(Code::SplMissingField, field.span, message, None);
    }

    /// A value to be found in the event's text.
    fn term(&mut self, word: &Word, case: Case) -> Predicate {
        let inner = word.text.trim_matches('*');
        if inner.is_empty() {
            return Predicate::True;
        }
        let test = if inner.contains('*') {
            let mut parts = vec![Part::AnyRun];
            parts.extend(pattern_parts(&word.text));
            parts.push(Part::AnyRun);
            Test::Pattern(Pattern::new(parts, case))
        } else {
            Test::Term(Term {
                text: inner.into(),
                case,
                left: !word.text.starts_with('*'),
                right: !word.text.ends_with('*'),
            })
        };
        Predicate::atom(Atom::new(Subject::AnyField, test, self.place(word.span)))
    }
}

/// The condition of `earliest=` and `latest=`: events from the one on, and before the other.
fn time_bound(name: &str, value: &str) -> Option<Expr> {
    let op = match name {
        "earliest" | "_index_earliest" => CompareOp::Gte,
        "latest" | "_index_latest" => CompareOp::Lt,
        _ => return None,
    };
    let literal = |text: &str| Expr::Literal(Value::Text(text.into()));
    let now = Expr::call(Function::Now, Vec::new());
    let bound = match value.trim() {
        "now" | "now()" => now,
        text if text.starts_with(['-', '+', '@']) => {
            Expr::call(Function::RelativeTime, vec![now, literal(text)])
        }
        text if text.contains('/') => {
            let format = Function::ParseTime(TimeFormat::Strftime);
            Expr::call(format, vec![literal(text), literal("%m/%d/%Y:%H:%M:%S")])
        }
        text => {
            let seconds = Expr::Literal(Value::Float(text.parse().ok()?));
            Expr::call(Function::FromUnix(Unit::Second), vec![seconds])
        }
    };
    let time = Expr::call(Function::RowTime, Vec::new());
    let compare = Function::Compare(op, Case::Sensitive, Coerce::Typed);
    Some(Expr::call(compare, vec![time, bound]))
}

/// The pattern of a value: every `*` is a wildcard.
pub(super) fn pattern_parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    for (at, piece) in text.split('*').enumerate() {
        if at > 0 {
            parts.push(Part::AnyRun);
        }
        if !piece.is_empty() {
            parts.push(Part::Literal(piece.into()));
        }
    }
    parts
}

fn implied(mut atom: Atom) -> Predicate {
    atom.implied = true;
    Predicate::atom(atom)
}

/// The test of a value.
fn value_test(text: &str) -> Test {
    match text.parse::<ipnet::IpNet>() {
        Ok(net) => Test::Cidr(vec![Net(net)]),
        Err(_) => Test::Pattern(Pattern::new(pattern_parts(text), Case::Insensitive)),
    }
}

fn is_any(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c == '*')
}

fn empty_text() -> Test {
    Test::Pattern(Pattern::equals("", Case::Sensitive))
}

fn equals(atom: &impl Fn(Test) -> Atom, text: &str) -> Predicate {
    if is_any(text) {
        return Predicate::and([
            Predicate::atom(atom(Test::Exists)),
            Predicate::not(implied(atom(empty_text()))),
        ]);
    }
    Predicate::atom(atom(value_test(text)))
}

/// One of the values is another.
fn differs(atom: &impl Fn(Test) -> Atom, text: &str) -> Predicate {
    let mut same = if is_any(text) {
        atom(Test::Pattern(Pattern::new(
            [Part::AnyOne, Part::AnyRun],
            Case::Insensitive,
        )))
    } else {
        atom(value_test(text))
    };
    same.quantifier = Quantifier::All;
    Predicate::and([
        implied(atom(Test::Exists)),
        Predicate::not(Predicate::atom(same)),
    ])
}

fn order(op: Relation) -> CompareOp {
    match op {
        Relation::Lt => CompareOp::Lt,
        Relation::Lte => CompareOp::Lte,
        Relation::Gt => CompareOp::Gt,
        Relation::Gte => CompareOp::Gte,
        Relation::Eq | Relation::Ne => CompareOp::Eq,
    }
}

/// By size where both are numbers, else by text.
fn ordered(
    atom: &impl Fn(Test) -> Atom,
    subject: &Subject,
    op: CompareOp,
    text: &str,
) -> Predicate {
    let by_text = Test::TextOrder(op, text.into());
    let Some(number) = number(text) else {
        return Predicate::atom(atom(by_text));
    };
    let by_size = Predicate::atom(atom(Test::Number(op, number)));
    let Subject::Field(field) = subject else {
        return by_size;
    };
    let mut is_number = atom(Test::IsTrue);
    is_number.subject = Subject::Expr(Expr::call(
        Function::IsNumber,
        vec![Expr::Field(field.clone())],
    ));
    let as_text = Predicate::and([Predicate::not(implied(is_number)), implied(atom(by_text))]);
    Predicate::or([by_size, as_text])
}

/// The number that a text writes.
pub(super) fn number(text: &str) -> Option<Number> {
    if let Ok(whole) = text.parse() {
        return Some(Number::Int(whole));
    }
    let plain = text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E'));
    let float: f64 = text.parse().ok().filter(|_| plain)?;
    Some(Number::Float(float))
}

/// The names that a search tests and that say where events come from. Letter case counts: Okta's
/// `eventType` is a field of the event.
pub(super) fn is_routing(name: &str) -> bool {
    matches!(
        name,
        "index" | "sourcetype" | "source" | "eventtype" | "nodename"
    )
}
