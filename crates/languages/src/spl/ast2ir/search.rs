//! The boolean language of `search`: text without case, two truth values.
//!
//! `f!=v` asks for the field; `NOT f=v` also holds without it. `*` is the only wildcard and cannot
//! be escaped. `f=*` asks for a value that is not empty. A value in CIDR notation is a network.
//! Numbers compare by size with `<` and its kin where both sides are numbers, else as text;
//! with `=` always as text.

use super::super::ast::{Name, Relation, Search, Within, Word};
use super::Lowering;
use super::scope::{Scope, from_time};
use tripline_ir::{
    Atom, Case, Coerce, CompareOp, Dialect, Expr, Function, LossReason, Net, Number, Part, Pattern,
    Predicate, Quantifier, Regex, Subject, Term, Test, TimeFormat, Unit, Value,
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
            Search::Term(word) => Some(self.term(word, Case::Insensitive)),
            Search::Whole(word) => Some(self.whole_term(word)),
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
            name if name == "_time" || from_time(scope, name) => {
                Subject::Expr(self.field_value(scope, name))
            }
            name => Subject::Field(self.field_ref(scope, name)),
        };
        let atom = |test| Atom::new(subject.clone(), test, place);
        match op {
            Relation::Eq => equals(&atom, value),
            Relation::Ne => differs(&atom, value),
            _ => ordered(&atom, &subject, order(op), &value.text),
        }
    }

    /// Reports a field that no row has here.
    pub(super) fn missing(&mut self, field: &Name) {
        let message = format!("no earlier stage leaves a field `{}`", field.text);
        self.report(Code::SplMissingField, field.span, message, None);
    }

    /// A value to be found in the event's text.
    pub(super) fn term(&self, word: &Word, case: Case) -> Predicate {
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

impl Lowering<'_> {
    /// `TERM(...)`: between major breakers, so that `a=1` is no place to find `1`.
    fn whole_term(&self, word: &Word) -> Predicate {
        const BREAKERS: &str = r#"\[\]<>(){}|!;,'"*\s&?+"#;
        let mut text = format!("(?i)(?:^|[{BREAKERS}]|--)");
        for c in word.text.chars() {
            match c {
                '*' => text.extend(["[^", BREAKERS, "]*"]),
                c if c.is_alphanumeric() || c == '_' || !c.is_ascii() => text.push(c),
                c => text.extend(['\\', c]),
            }
        }
        text.extend(["(?:$|[", BREAKERS, "]|--)"]);
        let regex = Regex {
            text: text.into(),
            dialect: Dialect::Pcre,
            case_insensitive: false,
            multi_line: false,
            dot_all: false,
            whole: false,
        };
        let atom = Atom::new(Subject::AnyField, Test::Regex(regex), self.place(word.span));
        Predicate::and([self.term(word, Case::Insensitive), implied(atom)])
    }

    /// A condition as a value; `None` for what only events can be asked.
    pub(super) fn search_value(&mut self, search: &Search, scope: &Scope) -> Option<Expr> {
        let mut all = |parts: &[Search]| -> Option<Vec<Expr>> {
            parts
                .iter()
                .map(|part| self.search_value(part, scope))
                .collect()
        };
        match search {
            Search::And(parts) => Some(Expr::call(Function::And, all(parts)?)),
            Search::Or(parts) => Some(Expr::call(Function::Or, all(parts)?)),
            Search::Not(inner) => {
                let inner = self.search_value(inner, scope)?;
                let held = Expr::call(Function::IsTrue, vec![inner]);
                Some(Expr::call(Function::Not, vec![held]))
            }
            Search::Compare {
                field, op, value, ..
            } => Some(self.comparison_value(field, *op, value, scope)),
            Search::In { field, values, .. } => {
                let each = values
                    .iter()
                    .map(|value| self.comparison_value(field, Relation::Eq, value, scope));
                Some(Expr::call(Function::Or, each.collect()))
            }
            Search::Term(word) => {
                let inner = word.text.trim_matches('*');
                let literal = |text: String| Expr::Literal(Value::Text(text.into()));
                let (function, text) = if inner == word.text {
                    (Function::HasWord(Case::Insensitive), inner.to_owned())
                } else {
                    let text = format!("*{}*", globbed(inner));
                    (Function::Glob(Case::Insensitive), text)
                };
                let texts = super::subsearch::row_texts();
                Some(Expr::call(function, vec![texts, literal(text)]))
            }
            _ => None,
        }
    }

    fn comparison_value(&self, field: &Name, op: Relation, value: &Word, scope: &Scope) -> Expr {
        let own = self.field_value(scope, &field.text);
        let literal = |text: &str| Expr::Literal(Value::Text(text.into()));
        let case = case_of(value);
        let fits = |text: &str| {
            let pattern = literal(&globbed(text));
            Expr::call(Function::Glob(case), vec![own.clone(), pattern])
        };
        match op {
            Relation::Eq if is_any(&value.text) => {
                let empty = Expr::call(Function::IsEmpty, vec![own]);
                Expr::call(Function::Not, vec![empty])
            }
            Relation::Eq if value.text.parse::<ipnet::IpNet>().is_err() => fits(&value.text),
            Relation::Eq => Expr::call(Function::InNetwork, vec![own, literal(&value.text)]),
            Relation::Ne => Expr::call(Function::Not, vec![fits(&value.text)]),
            _ => {
                let compare = Function::Compare(order(op), Case::Sensitive, Coerce::Loose);
                Expr::call(compare, vec![own, literal(&value.text)])
            }
        }
    }
}

/// A pattern in which only `*` is special, as [`Function::Glob`] reads it.
fn globbed(text: &str) -> String {
    text.replace('\\', "\\\\").replace('?', "\\?")
}

/// How letters of a value are compared.
fn case_of(value: &Word) -> Case {
    match value.within {
        Within::Case => Case::Sensitive,
        Within::Nothing | Within::Term => Case::Insensitive,
    }
}

/// The condition of `earliest=` and `latest=`: events from the one on, and before the other.
fn time_bound(name: &str, value: &str) -> Option<Expr> {
    if let Some((op, unit)) = time_ago(name) {
        let count: u32 = value.trim().parse().ok()?;
        return time_bound(op, &format!("-{count}{unit}"));
    }
    let op = match name {
        "earliest" | "_index_earliest" | "starttime" | "starttimeu" => CompareOp::Gte,
        "latest" | "_index_latest" | "endtime" | "endtimeu" => CompareOp::Lt,
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

/// What `starthoursago` and its kin bound, and in which unit.
fn time_ago(name: &str) -> Option<(&'static str, &'static str)> {
    let (bound, rest) = match name.strip_prefix("start") {
        Some(rest) => ("earliest", rest),
        None => ("latest", name.strip_prefix("end")?),
    };
    let unit = match rest {
        "minutesago" => "m",
        "hoursago" => "h",
        "daysago" => "d",
        "monthsago" => "mon",
        _ => return None,
    };
    Some((bound, unit))
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
fn value_test(value: &Word) -> Test {
    match value.text.parse::<ipnet::IpNet>() {
        Ok(net) => Test::Cidr(vec![Net(net)]),
        Err(_) => Test::Pattern(Pattern::new(pattern_parts(&value.text), case_of(value))),
    }
}

fn is_any(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c == '*')
}

fn empty_text() -> Test {
    Test::Pattern(Pattern::equals("", Case::Sensitive))
}

fn equals(atom: &impl Fn(Test) -> Atom, value: &Word) -> Predicate {
    if is_any(&value.text) {
        return Predicate::and([
            Predicate::atom(atom(Test::Exists)),
            Predicate::not(implied(atom(empty_text()))),
        ]);
    }
    Predicate::atom(atom(value_test(value)))
}

/// One of the values is another.
fn differs(atom: &impl Fn(Test) -> Atom, value: &Word) -> Predicate {
    let mut same = if is_any(&value.text) {
        atom(Test::Pattern(Pattern::new(
            [Part::AnyOne, Part::AnyRun],
            Case::Insensitive,
        )))
    } else {
        atom(value_test(value))
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
