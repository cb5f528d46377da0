//! Text patterns: literal runs with wildcards.

use crate::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether letters of different case are the same.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Case {
    /// Letters differ by case.
    Sensitive,
    /// Simple Unicode folding, one character to one; see [`fold_char`].
    #[default]
    Insensitive,
    /// `A` to `Z` equal `a` to `z`, nothing else folds: Kusto.
    AsciiInsensitive,
}

impl Case {
    /// A character under the rule.
    pub fn fold(self, c: char) -> char {
        match self {
            Self::Sensitive => c,
            Self::Insensitive => fold_char(c),
            Self::AsciiInsensitive => c.to_ascii_lowercase(),
        }
    }

    /// Whether two characters are one under the rule.
    #[inline]
    pub fn same(self, a: char, b: char) -> bool {
        if a == b || self == Self::Sensitive {
            return a == b;
        }
        match (a.is_ascii(), b.is_ascii()) {
            (true, true) => a.eq_ignore_ascii_case(&b),
            (true, false) => {
                self == Self::Insensitive && b == KELVIN && a.eq_ignore_ascii_case(&'k')
            }
            (false, true) => self.same(b, a),
            (false, false) => self.fold(a) == self.fold(b),
        }
    }
}

/// The sign of kelvin: of all characters beyond ASCII the one that folds to one of ASCII.
const KELVIN: char = '\u{212A}';

/// Folds one character: its lower case when that is one character, itself otherwise. No locale.
pub fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}

/// A piece of a pattern.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// These characters.
    Literal(Text),
    /// Any run of characters, also none.
    AnyRun,
    /// Exactly one character.
    AnyOne,
}

/// A pattern that must fit a whole text.
///
/// `parts` never holds two neighbouring literals, an empty literal, or two neighbouring
/// [`Part::AnyRun`]s; the constructors see to it. No parts at all is the empty text.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Pattern {
    /// The pieces in order.
    pub parts: Vec<Part>,
    /// The case rule.
    pub case: Case,
}

/// The reading of a pattern's shape: the operator it amounts to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape<'a> {
    /// `lit`: equality.
    Equals(&'a str),
    /// `lit*`.
    StartsWith(&'a str),
    /// `*lit`.
    EndsWith(&'a str),
    /// `*lit*`.
    Contains(&'a str),
    /// `*` alone: any text, also the empty one.
    Anything,
    /// Everything else.
    Wildcard,
}

impl Pattern {
    /// A pattern of these parts, brought to the form that the type promises.
    pub fn new(parts: impl IntoIterator<Item = Part>, case: Case) -> Self {
        let mut tidy: Vec<Part> = Vec::new();
        let mut run: Vec<Text> = Vec::new();
        for part in parts {
            match part {
                Part::Literal(text) => run.extend(Some(text).filter(|text| !text.is_empty())),
                other => {
                    tidy.extend(joined(&mut run));
                    if other != Part::AnyRun || tidy.last() != Some(&Part::AnyRun) {
                        tidy.push(other);
                    }
                }
            }
        }
        tidy.extend(joined(&mut run));
        Self { parts: tidy, case }
    }

    /// Exactly this text.
    pub fn equals(text: impl Into<Text>, case: Case) -> Self {
        Self::new([Part::Literal(text.into())], case)
    }

    /// Any text that begins so.
    pub fn starts_with(text: impl Into<Text>, case: Case) -> Self {
        Self::new([Part::Literal(text.into()), Part::AnyRun], case)
    }

    /// Any text that ends so.
    pub fn ends_with(text: impl Into<Text>, case: Case) -> Self {
        Self::new([Part::AnyRun, Part::Literal(text.into())], case)
    }

    /// Any text that holds this.
    pub fn contains(text: impl Into<Text>, case: Case) -> Self {
        Self::new(
            [Part::AnyRun, Part::Literal(text.into()), Part::AnyRun],
            case,
        )
    }

    /// The operator that the shape amounts to.
    pub fn shape(&self) -> Shape<'_> {
        match self.parts.as_slice() {
            [] => Shape::Equals(""),
            [Part::Literal(text)] => Shape::Equals(text),
            [Part::Literal(text), Part::AnyRun] => Shape::StartsWith(text),
            [Part::AnyRun, Part::Literal(text)] => Shape::EndsWith(text),
            [Part::AnyRun, Part::Literal(text), Part::AnyRun] => Shape::Contains(text),
            [Part::AnyRun] => Shape::Anything,
            _ => Shape::Wildcard,
        }
    }

    /// The pattern in glob form for people: `*` and `?` wildcards, with `\*` and `\?` for literal
    /// ones and every other character as it is. Two patterns may print alike when a literal
    /// backslash stands before a wildcard; use the parts to compare.
    pub fn glob(&self) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::AnyRun => out.push('*'),
                Part::AnyOne => out.push('?'),
                Part::Literal(text) => {
                    for c in text.chars() {
                        if matches!(c, '*' | '?') {
                            out.push('\\');
                        }
                        out.push(c);
                    }
                }
            }
        }
        out
    }
}

/// Literals side by side as one.
fn joined(run: &mut Vec<Text>) -> Option<Part> {
    let text = match run.as_slice() {
        [] => return None,
        [_] => run.pop()?,
        many => Text::from(many.concat()),
    };
    run.clear();
    Some(Part::Literal(text))
}

#[cfg(test)]
mod tests {
    use super::Case;

    #[test]
    fn characters_are_the_same_when_they_fold_alike() {
        let all = ('\0'..=char::MAX).filter(|c| !c.is_ascii() || c.is_ascii_alphanumeric());
        for case in [Case::Sensitive, Case::Insensitive, Case::AsciiInsensitive] {
            for c in all.clone() {
                for other in ['k', 'K', 's', 'i', '1', '\u{17F}', '\u{130}', 'É', 'é'] {
                    let alike = case.fold(c) == case.fold(other);
                    assert_eq!(case.same(c, other), alike, "{c:?} {other:?} {case:?}");
                    assert_eq!(case.same(other, c), alike, "{other:?} {c:?} {case:?}");
                }
            }
        }
    }
}
