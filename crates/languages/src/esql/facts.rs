//! What ES|QL's text looks like: words, punctuation, escapes, wildcards, units, bounds.

use super::ast::TimeSpan;
use super::lexer::Punct;
use tripline_ir::{Case, Part, Pattern, SECOND, Text};

pub(crate) use crate::near::nearest;

/// Deepest nesting of parentheses, calls, `NOT` and subqueries.
pub(crate) const MAX_DEPTH: u32 = 64;
/// Most arithmetic operators and casts of one query: with the nesting they bound the tree.
pub(crate) const MAX_OPERATORS: u32 = 512;
/// Most branches of `FORK`.
pub(crate) const MAX_BRANCHES: usize = 8;

/// The commands that a query begins with.
pub(crate) const SOURCE_COMMANDS: [&str; 5] = ["from", "row", "show", "ts", "promql"];

/// The commands after a `|`, as they are written in messages.
pub(crate) const COMMANDS: [&str; 33] = [
    "bottomk",
    "change_point",
    "completion",
    "dedup",
    "dense_vector",
    "dissect",
    "drop",
    "enrich",
    "eval",
    "fork",
    "fuse",
    "grok",
    "highlight",
    "inline stats",
    "inlinestats",
    "ip_location",
    "keep",
    "limit",
    "limitk",
    "lookup join",
    "mmr",
    "mv_expand",
    "registered_domain",
    "rename",
    "rerank",
    "sample",
    "sort",
    "stats",
    "topk",
    "ts_collapse",
    "uri_parts",
    "user_agent",
    "where",
];

/// Parameters that Kibana fills in: the range of time that the query is run over.
pub(crate) const TIME_PARAMETERS: [&str; 2] = ["?_tstart", "?_tend"];

/// Commands that are read over: what they do is not told by the events.
pub(crate) const NOT_RUN: [&str; 6] = [
    "DENSE_VECTOR",
    "HIGHLIGHT",
    "METRICS_INFO",
    "MMR",
    "TS_COLLAPSE",
    "TS_INFO",
];

/// Commands that take a text apart by tables that are not here, and the columns that they add
/// under their prefix.
pub(crate) const PARTS: [(&str, &[&str]); 3] = [
    (
        "REGISTERED_DOMAIN",
        &[
            "domain",
            "registered_domain",
            "top_level_domain",
            "subdomain",
        ],
    ),
    (
        "USER_AGENT",
        &[
            "name",
            "version",
            "os.name",
            "os.version",
            "os.full",
            "device.name",
            "device.type",
        ],
    ),
    (
        "IP_LOCATION",
        &[
            "city_name",
            "continent_name",
            "country_iso_code",
            "country_name",
            "location",
            "region_iso_code",
            "region_name",
            "asn",
            "organization_name",
            "network",
            "timezone",
            "postal_code",
        ],
    ),
];

/// Commands of other piped languages and what does the same here.
pub(crate) const FOREIGN_COMMANDS: [(&str, &str); 14] = [
    ("bin", "EVAL with DATE_TRUNC or BUCKET"),
    ("count", "STATS count = COUNT(*)"),
    ("dedup", "STATS ... BY"),
    ("eventstats", "INLINE STATS"),
    ("extend", "EVAL"),
    ("fields", "KEEP"),
    ("filter", "WHERE"),
    ("head", "LIMIT"),
    ("mvexpand", "MV_EXPAND"),
    ("project", "KEEP"),
    ("search", "WHERE"),
    ("summarize", "STATS"),
    ("table", "KEEP"),
    ("take", "LIMIT"),
];

/// Whether a word begins a query.
pub(crate) fn is_source_command(word: &str) -> bool {
    SOURCE_COMMANDS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(word))
}

/// Words that are no column names unless they stand in backticks.
pub(crate) const KEYWORDS: [&str; 19] = [
    "and", "asc", "by", "desc", "false", "first", "in", "is", "last", "like", "not", "null",
    "nulls", "on", "or", "rlike", "true", "where", "with",
];

/// Whether a word is a keyword inside of expressions.
pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(word))
        && !["on", "with"]
            .iter()
            .any(|later| later.eq_ignore_ascii_case(word))
}

/// Whether a word can name no column, even where nothing else could stand.
pub(crate) fn is_reserved(word: &str) -> bool {
    is_keyword(word)
        && !["first", "last"]
            .iter()
            .any(|own| own.eq_ignore_ascii_case(word))
}

/// Punctuation, longer before shorter.
pub(crate) const PUNCTUATION: [(&str, Punct); 26] = [
    ("::", Punct::Cast),
    ("==", Punct::Eq),
    ("=~", Punct::CaselessEq),
    ("!=", Punct::NotEq),
    ("<>", Punct::NotEq),
    ("<=", Punct::Lte),
    (">=", Punct::Gte),
    ("|", Punct::Pipe),
    (",", Punct::Comma),
    (".", Punct::Dot),
    ("(", Punct::Open),
    (")", Punct::Close),
    ("[", Punct::OpenBracket),
    ("]", Punct::CloseBracket),
    ("{", Punct::OpenBrace),
    ("}", Punct::CloseBrace),
    ("=", Punct::Assign),
    ("<", Punct::Lt),
    (">", Punct::Gt),
    ("+", Punct::Plus),
    ("-", Punct::Minus),
    ("*", Punct::Star),
    ("/", Punct::Slash),
    ("%", Punct::Percent),
    (":", Punct::Colon),
    (";", Punct::Semicolon),
];

/// Whether a character begins a word.
pub(crate) fn starts_word(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '_' | '@')
}

/// Whether a character goes on with a word.
pub(crate) fn continues_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// What stands after a backslash in a string in double quotes.
pub(crate) fn escape(c: char) -> Option<char> {
    match c {
        't' => Some('\t'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        '"' | '\\' => Some(c),
        _ => None,
    }
}

/// The pattern that a text means after `LIKE`: `*` any run, `?` one character, a backslash makes
/// the next one literal.
pub(crate) fn wildcard(text: &str, case: Case) -> Pattern {
    let mut parts = Vec::new();
    let mut run = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let part = match c {
            '*' => Part::AnyRun,
            '?' => Part::AnyOne,
            '\\' => {
                run.push(chars.next().unwrap_or('\\'));
                continue;
            }
            c => {
                run.push(c);
                continue;
            }
        };
        parts.push(Part::Literal(Text::from(std::mem::take(&mut run))));
        parts.push(part);
    }
    parts.push(Part::Literal(run.into()));
    Pattern::new(parts, case)
}

/// Whether a pattern of `LIKE` or `RLIKE` fits every text: it then asks for a value, and a value
/// that is missing is a no, as several are a yes.
pub(crate) fn fits_all(pattern: &str, regex: bool) -> bool {
    if regex {
        pattern == ".*"
    } else {
        !pattern.is_empty() && pattern.chars().all(|c| c == '*')
    }
}

const DAY: i64 = 86_400 * SECOND;

/// Units of time spans: nanoseconds and months.
const UNITS: [(&[&str], i64, i64); 10] = [
    (&["nanosecond", "nanoseconds", "ns"], 1, 0),
    (&["microsecond", "microseconds", "us"], 1_000, 0),
    (&["millisecond", "milliseconds", "ms"], SECOND / 1_000, 0),
    (&["second", "seconds", "sec", "s"], SECOND, 0),
    (&["minute", "minutes", "min", "m"], 60 * SECOND, 0),
    (&["hour", "hours", "h"], 3_600 * SECOND, 0),
    (&["day", "days", "d"], DAY, 0),
    (&["week", "weeks", "w"], 7 * DAY, 0),
    (&["month", "months", "mo"], 0, 1),
    (&["quarter", "quarters", "q"], 0, 3),
];

/// The unit of a time span.
pub(crate) fn unit(word: &str) -> Option<TimeSpan> {
    let word = word.to_ascii_lowercase();
    if matches!(word.as_str(), "year" | "years" | "yr" | "y") {
        return Some(TimeSpan {
            nanoseconds: 0,
            months: 12,
        });
    }
    UNITS
        .iter()
        .find(|(names, ..)| names.contains(&word.as_str()))
        .map(|&(_, nanoseconds, months)| TimeSpan {
            nanoseconds,
            months,
        })
}

/// Every unit's full name, for messages.
pub(crate) fn unit_names() -> impl Iterator<Item = &'static str> {
    UNITS
        .iter()
        .flat_map(|(names, ..)| names.iter().copied())
        .chain(["year", "years"])
}

/// Types after `::`.
pub(crate) const TYPES: [&str; 28] = [
    "bool",
    "boolean",
    "cartesian_point",
    "cartesian_shape",
    "date",
    "date_nanos",
    "date_period",
    "datetime",
    "dense_vector",
    "double",
    "geo_point",
    "geo_shape",
    "geohash",
    "geohex",
    "geotile",
    "int",
    "integer",
    "ip",
    "keyword",
    "long",
    "null",
    "string",
    "text",
    "time_duration",
    "ul",
    "ulong",
    "unsigned_long",
    "version",
];

#[cfg(test)]
mod tests {
    use super::*;
    use tripline_ir::Shape;

    #[test]
    fn a_backslash_makes_wildcards_literal() {
        let shape = |text| format!("{:?}", wildcard(text, Case::Sensitive).shape());
        assert_eq!(shape("a*"), format!("{:?}", Shape::StartsWith("a")));
        assert_eq!(shape("a\\*"), format!("{:?}", Shape::Equals("a*")));
        assert_eq!(
            shape("*\\\\x.exe"),
            format!("{:?}", Shape::EndsWith("\\x.exe"))
        );
        assert_eq!(shape("a?"), format!("{:?}", Shape::Wildcard));
    }

    #[test]
    fn units_have_several_names() {
        assert_eq!(
            unit("Minutes").map(|unit| unit.nanoseconds),
            Some(60 * SECOND)
        );
        assert_eq!(unit("mo").map(|unit| unit.months), Some(1));
        assert_eq!(unit("fortnight"), None);
    }
}
