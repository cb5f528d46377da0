//! Kusto's words, quoting and literals, once for every part of the front end.

use super::ast::{Comparison, ListTest, Test};

/// How deep expressions and pipelines may be nested.
pub(super) const MAX_DEPTH: u32 = 120;
/// Most operators that follow each other without brackets, over a query: each makes its tree one deeper. The
/// first four of a chain are not counted.
pub(super) const MAX_LINKS: u32 = 600;

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The character that an escape stands for, and the length of what follows the backslash.
pub(super) fn escape(rest: &str) -> Option<(char, usize)> {
    let c = match rest.chars().next()? {
        c @ ('\\' | '"' | '\'') => c,
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        '0' => '\0',
        _ => return None,
    };
    Some((c, 1))
}

/// Nanoseconds in a unit of timespan literals.
pub(super) fn unit(word: &str) -> Option<i64> {
    Some(match word {
        "d" | "day" | "days" => DAY,
        "h" | "hr" | "hrs" | "hour" | "hours" => HOUR,
        "m" | "min" | "minute" | "minutes" => MINUTE,
        "s" | "sec" | "second" | "seconds" => SECOND,
        "ms" | "milli" | "millis" | "millisec" | "millisecond" | "milliseconds" => 1_000_000,
        "micro" | "micros" | "microsec" | "microsecond" | "microseconds" => 1_000,
        "tick" | "ticks" => 100,
        _ => return None,
    })
}

/// A number of units in nanoseconds.
pub(super) fn scaled(number: &str, unit: i64) -> Option<i64> {
    if let Ok(whole) = number.parse::<i64>() {
        return whole.checked_mul(unit);
    }
    let value: f64 = number.parse().ok()?;
    nanoseconds(value, unit)
}

/// A fraction of units in nanoseconds; `None` when it does not fit.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "units are below 2^53 and the range is checked"
)]
pub(super) fn nanoseconds(value: f64, unit: i64) -> Option<i64> {
    let length = value * unit as f64;
    (length.abs() < 9.0e18).then_some(length.round() as i64)
}

/// `timespan(...)`: `1.02:03:04.5`, `3:04`, `2` (days), `15 minutes`.
pub(super) fn timespan_text(text: &str) -> Option<i64> {
    let text = text.trim_matches(['"', '\'']).trim();
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let (number, rest) = text.split_at(digits);
    let length = if rest.starts_with(':') {
        clock(text)?
    } else {
        scaled(number, unit(rest.trim())?)?
    };
    Some(if negative { -length } else { length })
}

/// `[d.]hh:mm[:ss[.fff]]`.
fn clock(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (days, hours) = match parts.next()?.split_once('.') {
        Some((days, hours)) => (days.parse::<i64>().ok()?, hours),
        None => (0, text.split(':').next()?),
    };
    let hours: i64 = hours.parse().ok()?;
    let minutes: i64 = parts.next()?.parse().ok()?;
    let seconds = match parts.next() {
        Some(seconds) => scaled(seconds, SECOND)?,
        None => 0,
    };
    let fits = hours < 24 && minutes < 60 && parts.next().is_none();
    let clock = hours * HOUR + minutes * MINUTE + seconds;
    fits.then(|| days.checked_mul(DAY)?.checked_add(clock))?
}

/// A date in ISO 8601 form, with a blank for the `T` and a missing offset taken as UTC.
pub(super) fn datetime_text(text: &str) -> Option<i64> {
    let text = text.trim().trim_matches(['"', '\'']).trim();
    let mut parts = text.splitn(3, ['-']);
    let short = parts.next().is_some_and(|year| year.len() == 4)
        && parts.next().is_some_and(|month| month.len() < 3)
        && parts
            .next()
            .is_some_and(|day| day.find(|c: char| !c.is_ascii_digit()).unwrap_or(day.len()) < 3);
    if !short {
        return None;
    }
    let (date, clock) = match text.find([' ', 'T', 't']) {
        Some(at) => (&text[..at], text[at + 1..].trim()),
        None => (text, ""),
    };
    let mut parts = date.split('-').map(str::parse::<i16>);
    let (year, month, day) = (
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next()?.ok()?,
    );
    let clock = match clock.matches(':').count() {
        0 if clock.is_empty() => "00:00:00".to_owned(),
        0 => format!("{clock}:00:00"),
        1 => format!("{clock}:00"),
        _ => clock.to_owned(),
    };
    let padded = if clock.find(':') == Some(1) { "0" } else { "" };
    let whole = format!("{year:04}-{month:02}-{day:02}T{padded}{clock}");
    let at = match whole.parse::<jiff::Timestamp>() {
        Ok(at) => at,
        Err(_) => {
            let civil: jiff::civil::DateTime = whole.parse().ok()?;
            jiff::tz::Offset::UTC.to_timestamp(civil).ok()?
        }
    };
    i64::try_from(at.as_nanosecond()).ok()
}

/// A word operator with one right side. `matches` stands before `regex`.
pub(super) fn comparison(word: &str) -> Option<Comparison> {
    let (negated, word) = match word.strip_prefix('!').or_else(|| word.strip_prefix("not")) {
        Some(rest) => (true, rest),
        None => (false, word),
    };
    let (word, cased) = match word.strip_suffix("_cs").or_else(|| word.strip_suffix("cs")) {
        Some(rest) => (rest, true),
        None => (word, false),
    };
    let test = match word {
        "contains" => Test::Contains,
        "startswith" => Test::StartsWith,
        "endswith" => Test::EndsWith,
        "has" => Test::Has,
        "hasprefix" => Test::HasPrefix,
        "hassuffix" => Test::HasSuffix,
        _ => return None,
    };
    Some(Comparison {
        test,
        negated,
        cased,
    })
}

/// A list operator: how, negated, cased.
pub(super) fn list_test(word: &str) -> Option<(ListTest, bool, bool)> {
    Some(match word {
        "in" => (ListTest::In, false, true),
        "in~" => (ListTest::In, false, false),
        "!in" | "notin" => (ListTest::In, true, true),
        "!in~" => (ListTest::In, true, false),
        "has_any" => (ListTest::HasAny, false, false),
        "has_all" => (ListTest::HasAll, false, false),
        _ => return None,
    })
}

/// Word operators, for suggestions.
pub(super) const WORD_OPERATORS: [&str; 28] = [
    "and",
    "or",
    "in",
    "in~",
    "!in",
    "!in~",
    "has",
    "!has",
    "has_cs",
    "!has_cs",
    "has_any",
    "has_all",
    "hasprefix",
    "!hasprefix",
    "hassuffix",
    "!hassuffix",
    "contains",
    "!contains",
    "contains_cs",
    "startswith",
    "!startswith",
    "endswith",
    "!endswith",
    "matches",
    "between",
    "!between",
    "startswith_cs",
    "endswith_cs",
];

/// Tabular operators, for suggestions and to tell a pipeline's end.
pub(super) const OPERATORS: [&str; 56] = [
    "where",
    "filter",
    "extend",
    "project",
    "project-away",
    "project-keep",
    "project-rename",
    "project-reorder",
    "project-smart",
    "project-by-names",
    "summarize",
    "distinct",
    "join",
    "lookup",
    "union",
    "sort",
    "order",
    "top",
    "top-nested",
    "top-hitters",
    "take",
    "limit",
    "sample",
    "sample-distinct",
    "count",
    "mv-expand",
    "mvexpand",
    "mv-apply",
    "mvapply",
    "parse",
    "parse-where",
    "parse-kv",
    "make-series",
    "serialize",
    "evaluate",
    "invoke",
    "as",
    "partition",
    "search",
    "find",
    "print",
    "range",
    "render",
    "consume",
    "getschema",
    "scan",
    "reduce",
    "facet",
    "fork",
    "graph-match",
    "make-graph",
    "graph-to-table",
    "graph-shortest-paths",
    "assert-schema",
    "macro-expand",
    "execute-and-cache",
];

/// Kinds of `join`, for suggestions.
pub(super) const JOIN_KINDS: [&str; 12] = [
    "inner",
    "innerunique",
    "leftouter",
    "rightouter",
    "fullouter",
    "leftanti",
    "rightanti",
    "anti",
    "leftantisemi",
    "rightantisemi",
    "leftsemi",
    "rightsemi",
];

/// Whether a text is a GUID: 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12.
pub(super) fn is_guid(text: &str) -> bool {
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_hexdigit());
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.into_iter().all(digits)
}
