//! Writing conditions: a conjunction of tests of single fields in a language's own text.
//!
//! Input: tests whose fields bear the language's own names. Output: the condition that holds when
//! all of them hold, or the one that holds when not all do, for a rule that shall leave something
//! out. What a language cannot say exactly is refused with the reason, never approximated: reading
//! the text back with the language's front end gives the same tests.

use crate::{eql, esql, kuery, kusto, sigma, spl, yaral};
use tripline_ir::{Case, CompareOp, Language, Net, Number, Part, Pattern, Text};

/// A test of one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The field as the language's rules spell it (YARA-L: with its event variable).
    pub field: Text,
    /// What is asked of it.
    pub check: Check,
}

/// What is asked of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// Its value fits a pattern.
    Fits(Pattern),
    /// Its value compares so with a number.
    Number(CompareOp, Number),
    /// Its value is an address in this network.
    Within(Net),
    /// It has a value.
    Present,
    /// It has none.
    Missing,
}

/// Why a language cannot say a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// It compares with letter case here, and the test does not.
    LetterCase,
    /// It compares without letter case here, and the test does.
    ExactCase,
    /// Letters beyond ASCII fold otherwise.
    Folding,
    /// A literal `*` or `?` cannot be written.
    LiteralWildcard,
    /// There is no wildcard for a single character.
    SingleCharacter,
    /// A character of the value or name cannot be written here.
    Character,
    /// There is no such operator, or it means something else.
    Operator,
    /// An empty value and a missing field are the same here.
    Empty,
    /// The language has no such conditions at all.
    Language,
}

impl Refusal {
    /// The reason in words.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::LetterCase => "the language compares this field with letter case",
            Self::ExactCase => "the language compares without letter case here",
            Self::Folding => "letters beyond ASCII fold otherwise in the language",
            Self::LiteralWildcard => "a literal `*` or `?` cannot be written in the language",
            Self::SingleCharacter => "the language has no wildcard for a single character",
            Self::Character => "a character cannot be written in the language",
            Self::Operator => "the language has no such test",
            Self::Empty => "the language does not tell an empty value from a missing one",
            Self::Language => "the language has no such conditions",
        }
    }
}

/// A refused test: its place among those wanted, and why.
pub type Refused = (usize, Refusal);

/// The condition that holds when all tests hold.
///
/// # Errors
/// A test cannot be said exactly.
pub fn condition(language: Language, wanted: &[Wanted]) -> Result<String, Refused> {
    let word = match language {
        Language::Sigma => return sigma::clause::selection(wanted),
        Language::Esql | Language::Spl => " AND ",
        _ => " and ",
    };
    let write: fn(&str, &Check) -> Result<String, Refusal> = match language {
        Language::Eql => eql::clause::test,
        Language::Kuery => kuery::clause::test,
        Language::Esql => esql::clause::test,
        Language::Spl => spl::clause::test,
        Language::Kusto => kusto::clause::test,
        Language::Yaral => yaral::clause::test,
        Language::Sigma | Language::Lucene | Language::None => return Err((0, Refusal::Language)),
    };
    let mut parts = Vec::with_capacity(wanted.len());
    for (at, found) in wanted.iter().enumerate() {
        parts.push(write(&found.field, &found.check).map_err(|why| (at, why))?);
    }
    Ok(parts.join(word))
}

/// What a rule adds to leave out what satisfies all tests, also where a field is missing:
///
/// | language | form |
/// |---|---|
/// | EQL, kuery, YARA-L | a condition to be joined with `and` |
/// | ES|QL, Kusto | a stage, `| where ...` |
/// | SPL | a condition of a `search`, to be joined with `AND` |
/// | Sigma | a selection; the rule's condition gets `and not` and its name |
///
/// # Errors
/// A test cannot be said exactly.
pub fn exclusion(language: Language, wanted: &[Wanted]) -> Result<String, Refused> {
    let inner = condition(language, wanted)?;
    Ok(match language {
        Language::Esql => esql::clause::without(wanted, &inner),
        Language::Kusto => format!("| where not({inner})"),
        Language::Spl => format!("NOT ({inner})"),
        Language::Sigma => inner,
        _ => format!("not ({inner})"),
    })
}

/// The smallest rule that has a written condition, by which it can be read back. Fields of
/// YARA-L must be those of one event variable, `$e`.
pub fn reading(language: Language, condition: &str) -> String {
    match language {
        Language::Eql => format!("any where {condition}"),
        Language::Esql => format!("FROM logs-* | WHERE {condition}"),
        Language::Kusto => format!("Events_CL | where {condition}"),
        Language::Yaral => {
            format!("rule r {{ events: {condition} condition: $e }}")
        }
        Language::Sigma => {
            let lines = condition.replace('\n', "\n    ");
            format!(
                "title: r\nlogsource:\n  product: x\ndetection:\n  s:\n    {lines}\n  condition: s\n"
            )
        }
        _ => condition.to_owned(),
    }
}

/// Whether a text has letters that have a case.
pub(crate) fn cased(text: &str) -> bool {
    text.chars()
        .any(|c| Case::Insensitive.fold(c) != c || c.to_uppercase().ne(std::iter::once(c)))
}

/// Whether any literal of a pattern has letters that have a case.
pub(crate) fn has_letters(pattern: &Pattern) -> bool {
    literals(pattern).any(cased)
}

/// The literals of a pattern.
pub(crate) fn literals(pattern: &Pattern) -> impl Iterator<Item = &str> {
    pattern.parts.iter().filter_map(|part| match part {
        Part::Literal(text) => Some(text.as_str()),
        Part::AnyRun | Part::AnyOne => None,
    })
}

/// Whether a literal of the pattern holds one of these characters.
pub(crate) fn holds(pattern: &Pattern, characters: &[char]) -> bool {
    literals(pattern).any(|text| text.contains(characters))
}

/// `"text"` with a backslash before backslashes and quotes, and the three escapes that every
/// language with this form has.
pub(crate) fn quoted(text: &str) -> Result<String, Refusal> {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => return Err(Refusal::Character),
            c => out.push(c),
        }
    }
    out.push('"');
    Ok(out)
}

/// A field's name, in backticks when it is more than words joined by dots.
pub(crate) fn in_backticks(name: &str, keyword: impl Fn(&str) -> bool) -> Result<String, Refusal> {
    let plain = name.split('.').all(|word| {
        let mut chars = word.chars();
        let first = chars.next();
        first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || c == '@')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !keyword(word)
    });
    if plain {
        return Ok(name.to_owned());
    }
    if name.is_empty() || name.contains('\n') {
        return Err(Refusal::Character);
    }
    Ok(format!("`{}`", name.replace('`', "``")))
}

/// `==` and the like in languages that write them so.
pub(crate) fn symbol(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "==",
        CompareOp::Lt => "<",
        CompareOp::Lte => "<=",
        CompareOp::Gt => ">",
        CompareOp::Gte => ">=",
    }
}

/// The pattern as a regular expression over the whole value, without flags: RE2 and what agrees
/// with it.
pub(crate) fn expression(pattern: &Pattern) -> String {
    let parts = pattern.parts.as_slice();
    let open_start = parts.first() == Some(&Part::AnyRun);
    let open_end = parts.len() > 1 && parts.last() == Some(&Part::AnyRun);
    let inner = &parts[usize::from(open_start)..parts.len() - usize::from(open_end)];
    let mut out = String::from(if open_start { "" } else { "^" });
    for part in inner {
        match part {
            Part::AnyRun => out.push_str(".*"),
            Part::AnyOne => out.push('.'),
            Part::Literal(text) => {
                for c in text.chars() {
                    if "\\.+*?()|[]{}^$".contains(c) {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
        }
    }
    if !open_end {
        out.push('$');
    }
    out
}
