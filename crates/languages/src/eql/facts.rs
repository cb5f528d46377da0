//! What EQL's text looks like: keywords, functions, time units, escapes, wildcards.
//!
//! Said once here, for lexer, parser, lowering and printer alike.

pub(crate) use crate::near::nearest;
use tripline_ir::{Case, Duration, Function, Part, Pattern, SECOND, Text};
use tripline_schema::Activity;

/// Deepest nesting of expressions and bracketed queries.
pub(crate) const MAX_DEPTH: u32 = 64;
/// Most arithmetic operators of one query: with the nesting they bound the height of the tree.
pub(crate) const MAX_ARITHMETIC: u32 = 256;
/// Largest N of `with runs=N`.
pub(crate) const MAX_RUNS: u32 = 100;
/// Fewest and most digits of `\u{..}`.
pub(crate) const UNICODE_DIGITS: std::ops::RangeInclusive<usize> = 2..=8;

/// Words that are not field names unless they stand in backticks or after a dot.
pub(crate) const KEYWORDS: [&str; 17] = [
    "and", "by", "false", "in", "join", "like", "not", "null", "of", "or", "regex", "sample",
    "sequence", "true", "until", "where", "with",
];

/// Whether a name is a keyword.
pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// Time units of `maxspan`, longest spelling first where one begins another.
pub(crate) const UNITS: [(&str, Duration); 7] = [
    ("nanos", 1),
    ("micros", 1_000),
    ("ms", SECOND / 1_000),
    ("s", SECOND),
    ("m", 60 * SECOND),
    ("h", 3_600 * SECOND),
    ("d", 86_400 * SECOND),
];

/// A character after a backslash, unescaped.
pub(crate) fn unescape(c: char) -> Option<char> {
    Some(match c {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'b' => '\u{8}',
        'f' => '\u{c}',
        '\\' | '"' | '\'' => c,
        _ => return None,
    })
}

/// The pattern that a text means after `:` and `like`: `*` any run, `?` one character, and no way
/// to write either literally.
pub(crate) fn wildcard(text: &str, case: Case) -> Pattern {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['*', '?']) {
        parts.push(Part::Literal(Text::new(&rest[..at])));
        parts.push(if rest[at..].starts_with('*') {
            Part::AnyRun
        } else {
            Part::AnyOne
        });
        rest = &rest[at + 1..];
    }
    parts.push(Part::Literal(Text::new(rest)));
    Pattern::new(parts, case)
}

/// What a function does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Computes a value; the second is the case-insensitive form, where there is one.
    Value(Function, Option<Function>),
    /// The first text begins with the second.
    StartsWith,
    /// The first text ends with the second.
    EndsWith,
    /// The first text holds the second.
    Contains,
    /// The address is in one of the networks.
    Cidr,
    /// The text fits one of the wildcard patterns, in any letter case.
    Wildcard,
    /// The text begins with a match of one of the regular expressions, in any letter case.
    Match,
    /// An element of the array satisfies a condition.
    ArraySearch,
    /// The number of elements that satisfy a condition.
    ArrayCount,
    /// The array holds one of the values.
    ArrayContains,
    /// The value of its argument.
    Safe,
}

/// A function as it is called.
#[derive(Debug)]
pub(crate) struct Signature {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) kind: Kind,
    /// Fewest arguments.
    pub(crate) min: usize,
    /// Most arguments.
    pub(crate) max: usize,
    /// May be written with `~`.
    pub(crate) tilde: bool,
    /// Not known to Elasticsearch.
    pub(crate) endpoint: bool,
    /// What stands between the parentheses, for hints.
    pub(crate) usage: &'static str,
}

const MANY: usize = usize::MAX;

const fn stack(
    name: &'static str,
    kind: Kind,
    (min, max): (usize, usize),
    tilde: bool,
    usage: &'static str,
) -> Signature {
    Signature {
        name,
        kind,
        min,
        max,
        tilde,
        endpoint: false,
        usage,
    }
}

const fn endpoint(
    name: &'static str,
    kind: Kind,
    (min, max): (usize, usize),
    usage: &'static str,
) -> Signature {
    Signature {
        name,
        kind,
        min,
        max,
        tilde: false,
        endpoint: true,
        usage,
    }
}

const fn value(function: Function) -> Kind {
    Kind::Value(function, None)
}

/// Every function.
pub(crate) const FUNCTIONS: [Signature; 25] = [
    stack("add", value(Function::Add), (2, 2), false, "x, y"),
    stack(
        "between",
        Kind::Value(Function::Between, Some(Function::BetweenInsensitive)),
        (3, 4),
        true,
        "text, left, right[, greedy]",
    ),
    stack(
        "cidrMatch",
        Kind::Cidr,
        (2, MANY),
        false,
        "address, \"network\"[, ...]",
    ),
    stack(
        "concat",
        value(Function::Concat),
        (1, MANY),
        false,
        "value[, ...]",
    ),
    stack("divide", value(Function::Divide), (2, 2), false, "x, y"),
    stack("endsWith", Kind::EndsWith, (2, 2), true, "text, end"),
    stack(
        "indexOf",
        Kind::Value(Function::IndexOf, Some(Function::IndexOfInsensitive)),
        (2, 3),
        true,
        "text, part[, start]",
    ),
    stack("length", value(Function::Length), (1, 1), false, "text"),
    stack("modulo", value(Function::Modulo), (2, 2), false, "x, y"),
    stack("multiply", value(Function::Multiply), (2, 2), false, "x, y"),
    stack(
        "number",
        value(Function::ToNumber),
        (1, 2),
        false,
        "text[, base]",
    ),
    stack(
        "startsWith",
        Kind::StartsWith,
        (2, 2),
        true,
        "text, beginning",
    ),
    stack("string", value(Function::ToText), (1, 1), false, "value"),
    stack("stringContains", Kind::Contains, (2, 2), true, "text, part"),
    stack(
        "substring",
        value(Function::Substring),
        (2, 3),
        false,
        "text, start[, end]",
    ),
    stack("subtract", value(Function::Subtract), (2, 2), false, "x, y"),
    endpoint(
        "arrayContains",
        Kind::ArrayContains,
        (2, MANY),
        "array, value[, ...]",
    ),
    endpoint(
        "arrayCount",
        Kind::ArrayCount,
        (3, 3),
        "array, $name, condition",
    ),
    endpoint(
        "_arrayCount",
        Kind::ArrayCount,
        (3, 3),
        "array, $name, condition",
    ),
    endpoint(
        "arraySearch",
        Kind::ArraySearch,
        (3, 3),
        "array, $name, condition",
    ),
    endpoint(
        "_arraySearch",
        Kind::ArraySearch,
        (3, 3),
        "array, $name, condition",
    ),
    endpoint(
        "match",
        Kind::Match,
        (2, MANY),
        "text, \"expression\"[, ...]",
    ),
    endpoint(
        "matchLite",
        Kind::Match,
        (2, MANY),
        "text, \"expression\"[, ...]",
    ),
    endpoint("safe", Kind::Safe, (1, 1), "value"),
    endpoint(
        "wildcard",
        Kind::Wildcard,
        (2, MANY),
        "text, \"pattern\"[, ...]",
    ),
];

/// The function of this name, in any letter case.
pub(crate) fn function(name: &str) -> Option<&'static Signature> {
    FUNCTIONS
        .iter()
        .find(|known| known.name.eq_ignore_ascii_case(name))
}

/// The pipes, and whether Elasticsearch has them.
pub(crate) const PIPES: [(&str, bool); 7] = [
    ("count", false),
    ("filter", false),
    ("head", true),
    ("sort", false),
    ("tail", true),
    ("unique", false),
    ("unique_count", false),
];

/// What events of a category are about, where the category alone says it.
pub(crate) fn activity(category: &str) -> Option<Activity> {
    Some(match category {
        "process" => Activity::Process,
        "file" => Activity::File,
        "registry" => Activity::Registry,
        "network" => Activity::Network,
        "dns" => Activity::Dns,
        "library" => Activity::ImageLoad,
        "driver" => Activity::DriverLoad,
        "authentication" => Activity::Authentication,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tripline_ir::Shape;

    #[test]
    fn wildcards_have_no_escape() {
        assert_eq!(
            wildcard("*\\lsass.exe", Case::Insensitive).shape(),
            Shape::EndsWith("\\lsass.exe")
        );
        assert_eq!(
            wildcard("a\\*", Case::Sensitive).shape(),
            Shape::StartsWith("a\\")
        );
        assert_eq!(wildcard("**", Case::Sensitive).shape(), Shape::Anything);
        assert_eq!(
            wildcard("?:", Case::Sensitive).parts,
            [Part::AnyOne, Part::Literal(Text::new(":"))]
        );
    }

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = || FUNCTIONS.iter().map(|known| known.name);
        assert_eq!(nearest("cidrmatches", names()), Some("cidrMatch"));
        assert_eq!(nearest("stringContain", names()), Some("stringContains"));
        assert_eq!(nearest("begins", names()), None);
    }
}
