//! Tests of one field, by its kind.

use super::instant::{bound, date_range};
use super::network::{network, networks};
use tripline_ir::{
    Analyzer, Atom, Case, CompareOp, FieldGlob, FieldRef, Number, Part, Pattern, Predicate, Span,
    Subject, Test, Text, Words,
};

/// How an index stores a field, as far as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One exact text.
    Keyword,
    /// Words.
    FullText(Analyzer),
    /// An IP address.
    Address,
    /// An instant.
    Time,
}

/// A value as written: literal text with wildcards.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    /// Unescaped text and the wildcards between.
    pub parts: &'a [Part],
    /// It stood in quotes.
    pub quoted: bool,
    /// The case rule on keyword fields.
    pub case: Case,
}

/// The kind of the field called `name`.
pub fn kind(name: &str) -> FieldKind {
    let last = name.rsplit('.').next().unwrap_or(name);
    match last {
        "script_block_text" => FieldKind::FullText(Analyzer::PowerShell),
        "text" | "message" => FieldKind::FullText(Analyzer::Standard),
        "@timestamp" | "ingested" => FieldKind::Time,
        "created" | "start" | "end" if name.starts_with("event.") => FieldKind::Time,
        "ip" => FieldKind::Address,
        _ if last.ends_with("_ip") || last.ends_with("IpAddress") || last == "ipAddress" => {
            FieldKind::Address
        }
        _ => FieldKind::Keyword,
    }
}

/// The subject that a field name with possible wildcards is.
pub(crate) fn subject(name: &Text, wildcard: bool) -> Subject {
    match (wildcard, name.as_str()) {
        (true, "*") => Subject::AnyField,
        (true, _) => Subject::Fields(FieldGlob { name: name.clone() }),
        (false, _) => Subject::Field(FieldRef::unmapped(name.clone())),
    }
}

/// The field has a value.
pub fn exists(subject: Subject, span: Span) -> Predicate {
    if subject == Subject::AnyField {
        return Predicate::True;
    }
    leaf(subject, Test::Exists, span)
}

/// The field called `name` has this value.
pub fn value(name: &str, subject: Subject, value: Value<'_>, span: Span) -> Predicate {
    if value.parts == [Part::AnyRun] {
        return exists(subject, span);
    }
    match (kind(name), value.parts) {
        (FieldKind::FullText(analyzer), _) => words(&subject, analyzer, value, span),
        (FieldKind::Address, [Part::Literal(text)]) => match network(text) {
            Some(net) => leaf(subject, Test::Cidr(vec![net]), span),
            None => leaf(subject, pattern(value), span),
        },
        (FieldKind::Time, [Part::Literal(text)]) => match date_range(text) {
            Some((from, to)) => Predicate::and([
                leaf(subject.clone(), Test::Time(CompareOp::Gte, from), span),
                leaf(subject, Test::Time(CompareOp::Lt, to), span),
            ]),
            None => leaf(subject, pattern(value), span),
        },
        _ => leaf(subject, pattern(value), span),
    }
}

/// A value without a field: some field has it, whole; or the event's message, which is full
/// text, holds it.
pub fn any_field(value: Value<'_>, span: Span) -> Predicate {
    if value.parts == [Part::AnyRun] {
        return Predicate::True;
    }
    let message = Subject::Field(FieldRef::unmapped("message"));
    Predicate::or([
        leaf(Subject::AnyField, pattern(value), span),
        words(&message, Analyzer::Standard, value, span),
    ])
}

/// The field called `name` compares so with a bound; `None` for a bound that depends on the
/// calendar (`now-1M`).
pub fn range(
    name: &str,
    subject: Subject,
    op: CompareOp,
    text: &Text,
    span: Span,
) -> Option<Predicate> {
    if let Ok(number) = text.parse::<i64>()
        && kind(name) != FieldKind::Time
    {
        return Some(leaf(subject, Test::Number(op, Number::Int(number)), span));
    }
    if let Some(number) = float(text) {
        return Some(leaf(subject, Test::Number(op, Number::Float(number)), span));
    }
    if kind(name) == FieldKind::Address
        && let Some(nets) = networks(op, text)
    {
        return Some(leaf(subject, Test::Cidr(nets), span));
    }
    if let Some((op, instant)) = bound(op, text) {
        return Some(leaf(subject, Test::Time(op, instant), span));
    }
    if text.starts_with("now") && kind(name) == FieldKind::Time {
        return None;
    }
    Some(leaf(subject, Test::TextOrder(op, text.clone()), span))
}

fn float(text: &str) -> Option<f64> {
    let decimal = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    let number = text.parse::<f64>().ok()?;
    (decimal && text.contains(['.', 'e', 'E']) && number.is_finite()).then_some(number)
}

fn leaf(subject: Subject, test: Test, span: Span) -> Predicate {
    Predicate::atom(Atom::new(subject, test, span))
}

fn pattern(value: Value<'_>) -> Test {
    Test::Pattern(Pattern::new(value.parts.iter().cloned(), value.case))
}

/// A value of a full-text field. Wildcards match within one word, and blanks separate the words
/// of an unquoted value, any of which is enough.
fn words(subject: &Subject, analyzer: Analyzer, value: Value<'_>, span: Span) -> Predicate {
    let test = |text: Text, words: Vec<Pattern>| {
        let test = Test::Words(Words {
            text,
            words,
            analyzer,
        });
        leaf(subject.clone(), test, span)
    };
    let equal = |word: &&str| Pattern::equals(word.to_lowercase(), Case::Insensitive);
    match value.parts {
        [] => test(Text::default(), Vec::new()),
        [Part::Literal(text)] => {
            let found = analyzer.words(text);
            if value.quoted || found.len() <= 1 {
                return test(text.clone(), found.iter().map(equal).collect());
            }
            Predicate::or(
                found
                    .iter()
                    .map(|word| test(Text::new(word), vec![equal(word)])),
            )
        }
        parts => Predicate::or(blank_separated(parts).into_iter().map(|word| {
            let word = Pattern::new(word, Case::Insensitive);
            test(word.glob().into(), vec![word])
        })),
    }
}

/// Cuts a pattern at the blanks of its literals.
fn blank_separated(parts: &[Part]) -> Vec<Vec<Part>> {
    let mut words = Vec::new();
    let mut word = Vec::new();
    for part in parts {
        let Part::Literal(text) = part else {
            word.push(part.clone());
            continue;
        };
        for (at, piece) in text.split(char::is_whitespace).enumerate() {
            if at > 0 {
                words.push(std::mem::take(&mut word));
            }
            if !piece.is_empty() {
                word.push(Part::Literal(piece.into()));
            }
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}
