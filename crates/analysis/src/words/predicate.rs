//! Tests of events in words.

use super::marks::{code, quoted};
use super::{duration, expr, list};
use std::fmt::Write as _;
use tripline_ir::{
    Atom, Case, CompareOp, FieldRelation, Instant, LineageRelation, ListMatch, Pattern, Predicate,
    Quantifier, Shape, Subject, Term, Test,
};

/// A predicate in words, without a full stop.
pub(crate) fn words(predicate: &Predicate) -> String {
    match predicate {
        Predicate::True => "anything holds".to_owned(),
        Predicate::False => "nothing holds".to_owned(),
        Predicate::Atom(atom) => atom_words(&[&**atom], false),
        Predicate::Not(inner) => match &**inner {
            Predicate::Atom(atom) => atom_words(&[&**atom], true),
            Predicate::Or(parts) => match groups(parts).as_slice() {
                [Group::Tests(atoms)] => atom_words(atoms, true),
                _ => format!("not ({})", words(inner)),
            },
            Predicate::Not(inner) => words(inner),
            inner => format!("not ({})", words(inner)),
        },
        Predicate::And(parts) => {
            let mut told: Vec<String> = Vec::new();
            for (part, text) in parts.iter().map(|part| (part, operand(part))) {
                // A language's own guard is said once.
                if !implied(part) || !told.contains(&text) {
                    told.push(text);
                }
            }
            told.join(" and ")
        }
        Predicate::Or(parts) => {
            let written: Vec<Predicate> = parts
                .iter()
                .filter(|part| !is_added(part))
                .cloned()
                .collect();
            match written.as_slice() {
                [] => alternatives(parts),
                [one] => words(one),
                several => alternatives(several),
            }
        }
    }
}

/// A computed test that the language implies: another way in which the same field is meant.
fn is_added(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::Atom(atom) => atom.implied && matches!(atom.subject, Subject::Expr(_)),
        _ => false,
    }
}

/// Whether every test of a predicate is one that the language implies.
pub(super) fn implied(predicate: &Predicate) -> bool {
    let atoms = predicate.atoms();
    !atoms.is_empty() && atoms.iter().all(|atom| atom.implied)
}

/// A part of a conjunction or disjunction, in parentheses when it has parts of its own.
fn operand(part: &Predicate) -> String {
    match part {
        Predicate::And(_) => format!("({})", words(part)),
        Predicate::Or(inner) if groups(inner).len() > 1 => format!("({})", words(part)),
        _ => words(part),
    }
}

/// A disjunction, with tests that only differ in their value told together.
fn alternatives(parts: &[Predicate]) -> String {
    let told: Vec<String> = groups(parts)
        .into_iter()
        .map(|group| match group {
            Group::Tests(atoms) => atom_words(&atoms, false),
            Group::Other(part) => operand(part),
        })
        .collect();
    told.join(" or ")
}

/// Parts of a disjunction that are told together.
enum Group<'p> {
    /// Tests of one subject by one verb.
    Tests(Vec<&'p Atom>),
    /// Anything else.
    Other(&'p Predicate),
}

/// The parts of a disjunction, alike tests together at the place of the first.
fn groups(parts: &[Predicate]) -> Vec<Group<'_>> {
    let mut found: Vec<Group<'_>> = Vec::new();
    for part in parts {
        let Predicate::Atom(atom) = part else {
            found.push(Group::Other(part));
            continue;
        };
        let alike = found.iter_mut().find_map(|group| match group {
            Group::Tests(atoms) if alike(atoms[0], atom) => Some(atoms),
            _ => None,
        });
        match alike {
            Some(atoms) => atoms.push(atom),
            None => found.push(Group::Tests(vec![atom])),
        }
    }
    found
}

/// Whether two tests only differ in their value.
fn alike(one: &Atom, other: &Atom) -> bool {
    one.subject == other.subject
        && one.quantifier == other.quantifier
        && verb(&one.test).is == verb(&other.test).is
}

/// "subject verb value" for tests that share subject and verb, or its negation: none of them holds.
fn atom_words(atoms: &[&Atom], negated: bool) -> String {
    let Some(first) = atoms.first() else {
        return String::new();
    };
    if let (Subject::Expr(value), Test::IsTrue) = (&first.subject, &first.test) {
        let text = expr::truth(value);
        return if negated {
            format!("not ({text})")
        } else {
            text
        };
    }
    let mut out = match first.quantifier {
        Quantifier::Any | Quantifier::Single | Quantifier::Scalar => subject(&first.subject),
        Quantifier::All => format!("every value of {}", subject(&first.subject)),
    };
    let verb = verb(&first.test);
    let values: Vec<String> = atoms
        .iter()
        .filter_map(|atom| self::verb(&atom.test).value)
        .collect();
    let _ = match (values.as_slice(), negated) {
        ([], false) => write!(out, " {}", verb.is),
        ([], true) => write!(out, " {}", verb.is_not),
        ([one], false) => write!(out, " {} {one}", verb.is),
        ([one], true) => write!(out, " {} {one}", verb.is_not),
        (many, false) => write!(out, " {} {}", verb.is_one_of, comma(many)),
        (many, true) => write!(out, " {} any of {}", verb.is_not, comma(many)),
    };
    out
}

/// `a, b, c`: without a word between, which would read like one of the sentence's own.
fn comma(values: &[String]) -> String {
    list(values.iter().cloned(), ",")
}

fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Field(field) => expr::name(&field.name),
        Subject::Fields(glob) => format!("a field like {}", code(&glob.name)),
        Subject::AnyField => "any field".to_owned(),
        Subject::Expr(value) => expr::value(value),
    }
}

/// A test as a verb and its value.
struct Verb {
    is: &'static str,
    is_not: &'static str,
    is_one_of: String,
    value: Option<String>,
}

impl Verb {
    /// A verb without a value.
    fn alone(is: &'static str, is_not: &'static str) -> Self {
        Self::of(is, is_not, None)
    }

    fn of(is: &'static str, is_not: &'static str, value: Option<String>) -> Self {
        Self {
            is,
            is_not,
            is_one_of: format!("{is} one of"),
            value,
        }
    }

    /// Another form before several values.
    fn several(self, is_one_of: &str) -> Self {
        Self {
            is_one_of: is_one_of.to_owned(),
            ..self
        }
    }
}

fn verb(test: &Test) -> Verb {
    match test {
        Test::Exists => Verb::alone("is present", "is absent"),
        Test::IsTrue => Verb::alone("is true", "is not true"),
        Test::Pattern(pattern) => pattern_verb(pattern),
        Test::Regex(regex) => {
            let (is, is_not) = ("matches the expression", "does not match the expression");
            Verb::of(is, is_not, Some(quoted(&regex.text)))
                .several("matches one of the expressions")
        }
        Test::Number(op, number) => {
            let value = Some(number.to_string());
            Verb::of(comparison(*op), not_comparison(*op), value)
        }
        Test::TextOrder(op, text) => {
            Verb::of(comparison(*op), not_comparison(*op), Some(quoted(text)))
        }
        Test::Cidr(nets) => {
            let nets = nets.iter().map(|net| format!("`{}`", net.0));
            Verb::of("lies in", "does not lie in", Some(list(nets, ",")))
        }
        Test::Compare(compare) => {
            let (is, is_not) = match compare.relation {
                FieldRelation::Order(op) if expr::is_time(&compare.other) => in_time(op),
                other => relation(other),
            };
            Verb::of(is, is_not, Some(expr::value(&compare.other)))
        }
        Test::InList(entry) => {
            let (is, is_not) = in_list(entry.how);
            Verb::of(is, is_not, Some(code(&entry.name)))
        }
        Test::Term(term) => word_verb(term),
        Test::Time(op, at) => {
            let (is, is_not) = in_time(*op);
            Verb::of(is, is_not, Some(instant(*at)))
        }
        Test::Words(words) => {
            let (is, is_not) = ("has the phrase", "does not have the phrase");
            Verb::of(is, is_not, Some(quoted(&words.text))).several("has one of the phrases")
        }
        Test::Nested(inner) => {
            let (is, is_not) = ("has an element where", "has no element where");
            Verb::of(is, is_not, Some(format!("({})", words(inner))))
        }
        Test::Lineage(lineage) => {
            let (is, is_not) = descent(lineage.relation);
            let of = format!("({})", words(&lineage.of.predicate));
            Verb::of(is, is_not, Some(of))
        }
    }
}

/// A word, or the beginning or end of one, where an edge need not be the word's.
fn word_verb(term: &Term) -> Verb {
    let value = Some(quoted(&term.text));
    match term.bounds() {
        (true, true) => Verb::of("has the word", "does not have the word", value)
            .several("has one of the words"),
        (true, false) => {
            let (is, is_not) = (
                "has a word that starts with",
                "has no word that starts with",
            );
            Verb::of(is, is_not, value)
        }
        (false, true) => {
            let (is, is_not) = ("has a word that ends with", "has no word that ends with");
            Verb::of(is, is_not, value)
        }
        (false, false) => Verb::of("contains", "does not contain", value),
    }
}

/// An instant in words.
fn instant(at: Instant) -> String {
    let Instant::Run {
        offset,
        round: None,
        then,
    } = at
    else {
        return code(&at.to_string());
    };
    match offset.saturating_add(then) {
        0 => "the time of the run".to_owned(),
        length if length < 0 => format!("{} before the run", duration(length.saturating_neg())),
        length => format!("{} after the run", duration(length)),
    }
}

fn pattern_verb(pattern: &Pattern) -> Verb {
    let letters = |text: &str| text.chars().any(char::is_alphabetic);
    match pattern.shape() {
        Shape::Equals("") => Verb::alone("is empty", "is not empty"),
        Shape::Equals(text) if pattern.case == Case::Sensitive && letters(text) => {
            Verb::of("is exactly", "is not exactly", Some(quoted(text)))
        }
        Shape::Equals(text) => Verb::of("is", "is not", Some(quoted(text))),
        Shape::StartsWith(text) => {
            Verb::of("starts with", "does not start with", Some(quoted(text)))
        }
        Shape::EndsWith(text) => Verb::of("ends with", "does not end with", Some(quoted(text))),
        Shape::Contains(text) => Verb::of("contains", "does not contain", Some(quoted(text))),
        Shape::Anything => Verb::alone("is present", "is absent"),
        Shape::Wildcard => Verb::of("is like", "is not like", Some(quoted(&pattern.glob()))),
    }
}

fn relation(relation: FieldRelation) -> (&'static str, &'static str) {
    match relation {
        FieldRelation::Order(op) => (comparison(op), not_comparison(op)),
        FieldRelation::StartsWith => ("starts with", "does not start with"),
        FieldRelation::EndsWith => ("ends with", "does not end with"),
        FieldRelation::Contains => ("contains", "does not contain"),
    }
}

pub(super) fn in_time(op: CompareOp) -> (&'static str, &'static str) {
    match op {
        CompareOp::Eq => ("is", "is not"),
        CompareOp::Lt => ("is before", "is not before"),
        CompareOp::Lte => ("is at the latest", "is not at the latest"),
        CompareOp::Gt => ("is after", "is not after"),
        CompareOp::Gte => ("is at the earliest", "is not at the earliest"),
    }
}

fn descent(relation: LineageRelation) -> (&'static str, &'static str) {
    match relation {
        LineageRelation::DescendantOf => (
            "belongs to a descendant of a process where",
            "belongs to no descendant of a process where",
        ),
        LineageRelation::ChildOf => (
            "belongs to a child of a process where",
            "belongs to no child of a process where",
        ),
        LineageRelation::EventOf => ("belongs to a process where", "belongs to no process where"),
    }
}

fn in_list(how: ListMatch) -> (&'static str, &'static str) {
    match how {
        ListMatch::Equals => ("is in the list", "is not in the list"),
        ListMatch::Regex => (
            "matches an expression of the list",
            "matches no expression of the list",
        ),
        ListMatch::Cidr => (
            "lies in a network of the list",
            "lies in no network of the list",
        ),
        ListMatch::StartsWith => (
            "starts with an entry of the list",
            "starts with no entry of the list",
        ),
        ListMatch::EndsWith => (
            "ends with an entry of the list",
            "ends with no entry of the list",
        ),
        ListMatch::Contains => (
            "contains an entry of the list",
            "contains no entry of the list",
        ),
    }
}

/// An order relation as a verb.
pub(super) fn comparison(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "is",
        CompareOp::Lt => "is less than",
        CompareOp::Lte => "is at most",
        CompareOp::Gt => "is greater than",
        CompareOp::Gte => "is at least",
    }
}

/// The negation of an order relation; a missing value satisfies it too, so it is not turned
/// around.
fn not_comparison(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "is not",
        CompareOp::Lt => "is not less than",
        CompareOp::Lte => "is not at most",
        CompareOp::Gt => "is not greater than",
        CompareOp::Gte => "is not at least",
    }
}
