//! Grok patterns as regular expressions.
//!
//! Table: the named patterns, in our own words for what each stands for.

use super::extract::{Captures, Kind};
use tripline_ir::Text;

/// How deep patterns may name each other.
const MAX_DEPTH: u32 = 16;
/// Longest expression after names are replaced.
const MAX_LENGTH: usize = 64 * 1024;

/// Named patterns.
const PATTERNS: [(&str, &str); 62] = [
    (
        "BASE10NUM",
        r"(?<![0-9.+-])(?>[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+))",
    ),
    (
        "BASE16FLOAT",
        r"\b(?<![0-9A-Fa-f.])(?:[+-]?(?:0x)?(?:[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]*)?|\.[0-9A-Fa-f]+))\b",
    ),
    ("BASE16NUM", r"(?<![0-9A-Fa-f])(?:[+-]?(?:0x)?[0-9A-Fa-f]+)"),
    ("CISCOMAC", r"(?:[A-Fa-f0-9]{4}\.){2}[A-Fa-f0-9]{4}"),
    ("COMMONMAC", r"(?:[A-Fa-f0-9]{2}:){5}[A-Fa-f0-9]{2}"),
    ("DATA", r".*?"),
    ("DATE", r"(?:%{DATE_US}|%{DATE_EU})"),
    ("DATESTAMP", r"%{DATE}[- ]%{TIME}"),
    ("DATE_EU", r"%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}"),
    ("DATE_US", r"%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}"),
    (
        "DAY",
        r"(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)",
    ),
    ("EMAILADDRESS", r"%{EMAILLOCALPART}@%{HOSTNAME}"),
    ("EMAILLOCALPART", r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}"),
    ("GREEDYDATA", r".*"),
    ("GREEDYMULTILINE", r"[\s\S]*"),
    (
        "HOSTNAME",
        r"\b(?:[0-9A-Za-z][0-9A-Za-z_-]{0,62})(?:\.(?:[0-9A-Za-z][0-9A-Za-z_-]{0,62}))*(?:\.?|\b)",
    ),
    ("HOSTPORT", r"%{IPORHOST}:%{POSINT}"),
    ("HOUR", r"(?:2[0123]|[01]?[0-9])"),
    ("HTTPDATE", r"%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}"),
    ("HTTPDUSER", r"%{EMAILADDRESS}|%{USER}"),
    ("INT", r"(?:[+-]?[0-9]+)"),
    ("IP", r"(?:%{IPV6}|%{IPV4})"),
    ("IPORHOST", r"(?:%{IP}|%{HOSTNAME})"),
    (
        "IPV4",
        r"(?<![0-9])(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})\.){3}(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})(?![0-9])",
    ),
    (
        "IPV6",
        r"(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?)(?:%[0-9A-Za-z]+)?",
    ),
    ("ISO8601_SECOND", r"(?:%{SECOND}|60)"),
    ("ISO8601_TIMEZONE", r"(?:Z|[+-]%{HOUR}(?::?%{MINUTE}))"),
    (
        "LOGLEVEL",
        r"(?i:trace|debug|info(?:rmation)?|notice|warn(?:ing)?|err(?:or)?|crit(?:ical)?|alert|fatal|severe|emerg(?:ency)?)",
    ),
    ("MAC", r"(?:%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC})"),
    ("MINUTE", r"(?:[0-5][0-9])"),
    (
        "MONTH",
        r"\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b",
    ),
    ("MONTHDAY", r"(?:0[1-9]|[12][0-9]|3[01]|[1-9])"),
    ("MONTHNUM", r"(?:0?[1-9]|1[0-2])"),
    ("MONTHNUM2", r"(?:0[1-9]|1[0-2])"),
    ("NONNEGINT", r"\b(?:[0-9]+)\b"),
    ("NOTSPACE", r"\S+"),
    ("NUMBER", r"(?:%{BASE10NUM})"),
    ("PATH", r"(?:%{UNIXPATH}|%{WINPATH})"),
    ("POSINT", r"\b(?:[1-9][0-9]*)\b"),
    ("PROG", r"[!-Z^-~]+"),
    ("QS", r"%{QUOTEDSTRING}"),
    (
        "QUOTEDSTRING",
        r#"(?:"(?:\\.|[^\\"])*"|'(?:\\.|[^\\'])*'|`(?:\\.|[^\\`])*`)"#,
    ),
    ("SECOND", r"(?:(?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?)"),
    ("SPACE", r"\s*"),
    ("SYSLOGTIMESTAMP", r"%{MONTH} +%{MONTHDAY} %{TIME}"),
    (
        "TIME",
        r"(?<![0-9])%{HOUR}:%{MINUTE}(?::%{SECOND})(?![0-9])",
    ),
    (
        "TIMESTAMP_ISO8601",
        r"%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?%{ISO8601_TIMEZONE}?",
    ),
    ("TTY", r"(?:/dev/(?:pts|tty[pq]?)(?:\w+)?/?[0-9]*)"),
    ("TZ", r"(?:[A-Z]{3})"),
    ("UNIXPATH", r"(?:/[\w.%!$@:,+~-]*)+"),
    (
        "URI",
        r"%{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?",
    ),
    ("URIHOST", r"%{IPORHOST}(?::%{POSINT})?"),
    ("URIPARAM", r"\?[A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\[\]<>-]*"),
    ("URIPATH", r"(?:/[A-Za-z0-9$.+!*'(){},~:;=@#%&_-]*)+"),
    ("URIPATHPARAM", r"%{URIPATH}(?:%{URIPARAM})?"),
    ("URIPROTO", r"[A-Za-z](?:[A-Za-z0-9+.-]+)+"),
    (
        "URN",
        r"urn:[0-9A-Za-z][0-9A-Za-z-]{0,31}:(?:%[0-9a-fA-F]{2}|[0-9A-Za-z()+,.:=@;$_!*'/?#-])+",
    ),
    ("USER", r"%{USERNAME}"),
    ("USERNAME", r"[a-zA-Z0-9._-]+"),
    (
        "UUID",
        r"[A-Fa-f0-9]{8}-(?:[A-Fa-f0-9]{4}-){3}[A-Fa-f0-9]{12}",
    ),
    ("WINDOWSMAC", r"(?:[A-Fa-f0-9]{2}-){5}[A-Fa-f0-9]{2}"),
    ("WORD", r"\b\w+\b"),
];

/// Patterns that are not in the table because they begin others' names.
const MORE: [(&str, &str); 2] = [
    ("WINPATH", r"(?:[A-Za-z]+:|\\)(?:\\[^\\?*]*)+"),
    ("YEAR", r"(?:[0-9]{2}){1,2}"),
];

/// A grok pattern as an expression with numbered groups.
pub(super) fn captures(pattern: &str) -> Result<Captures, String> {
    let mut captures = Captures::default();
    expand(pattern, &mut captures, 0)?;
    Ok(captures)
}

fn expand(pattern: &str, into: &mut Captures, depth: u32) -> Result<(), String> {
    if depth > MAX_DEPTH || into.regex.len() > MAX_LENGTH {
        return Err("the pattern is too large".to_owned());
    }
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("%{")
            && let Some((inside, after)) = after.split_once('}')
            && inside
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_:.-[]@".contains(c))
            && !in_class
        {
            named(inside, into, depth)?;
            rest = after;
            continue;
        }
        if c == '\\' {
            let length = c.len_utf8() + rest[1..].chars().next().map_or(0, char::len_utf8);
            into.regex.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        match c {
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                if let Some((name, after)) = named_group(rest) {
                    into.groups.push(Some((name.into(), Kind::Text)));
                    into.regex.push('(');
                    rest = after;
                    continue;
                }
                if !rest.starts_with("(?") {
                    // Only named groups capture.
                    into.regex.push_str("(?:");
                    rest = &rest[1..];
                    continue;
                }
            }
            _ => {}
        }
        into.regex.push(c);
        rest = &rest[c.len_utf8()..];
    }
    Ok(())
}

/// `(?<name>`, which is no look-behind.
fn named_group(text: &str) -> Option<(&str, &str)> {
    let after = text.strip_prefix("(?<")?;
    let (name, after) = after.split_once('>')?;
    let sound = |c: char| c.is_alphanumeric() || "_.-@[]".contains(c);
    (!name.is_empty() && name.chars().all(sound)).then_some((name, after))
}

/// `%{NAME}`, `%{NAME:column}`, `%{NAME:column:type}`.
fn named(inside: &str, into: &mut Captures, depth: u32) -> Result<(), String> {
    let mut parts = inside.splitn(3, ':');
    let name = parts.next().unwrap_or("");
    let column = parts.next().filter(|column| !column.is_empty());
    let kind = match parts.next() {
        None | Some("string") => Kind::Text,
        Some("int") => Kind::Int,
        Some("long") => Kind::Long,
        Some("boolean") => Kind::Bool,
        Some("float" | "double") => Kind::Float,
        Some(other) => {
            return Err(format!(
                "`{other}` is not a type of grok: expected `int`, `long`, `float`, `double` or `boolean`"
            ));
        }
    };
    let known = PATTERNS.iter().chain(&MORE).find(|(own, _)| *own == name);
    let Some((_, pattern)) = known else {
        let names = PATTERNS.iter().chain(&MORE).map(|(own, _)| *own);
        let near = super::super::facts::nearest(name, names);
        let hint = near.map_or_else(String::new, |near| format!("; `{near}` may be meant"));
        return Err(format!("`{name}` is not a pattern of grok{hint}"));
    };
    match column {
        Some(column) => {
            into.groups.push(Some((Text::new(column), kind)));
            into.regex.push('(');
        }
        None => into.regex.push_str("(?:"),
    }
    expand(pattern, into, depth + 1)?;
    into.regex.push(')');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tripline_ir::{Dialect, Regex, law};

    fn matches(pattern: &str, text: &str) -> bool {
        let captures = captures(pattern).unwrap();
        let regex = Regex {
            text: captures.regex.as_str().into(),
            dialect: Dialect::Pcre,
            case_insensitive: false,
            multi_line: false,
            dot_all: false,
            whole: true,
        };
        law::compile(&regex).unwrap().is_match(text)
    }

    #[test]
    fn every_pattern_compiles() {
        for (name, _) in PATTERNS.iter().chain(&MORE) {
            matches(&format!("%{{{name}}}"), "");
        }
    }

    #[test]
    fn patterns_match_what_they_are_named_for() {
        assert!(matches("%{IP:a}", "10.0.0.1"));
        assert!(matches("%{IP}", "fe80::1"));
        assert!(!matches("%{IPV4}", "300.1.1.1"));
        assert!(matches("%{WORD:w} %{NUMBER:n:int}", "pid 12"));
        assert!(matches("%{TIMESTAMP_ISO8601}", "2024-01-02T03:04:05.6Z"));
        assert!(matches("(?<a.b>x+)%{GREEDYDATA}", "xxy"));
        assert!(matches(
            "%{URIPROTO}://%{URIHOST}",
            "https://example.org:8080"
        ));
    }

    #[test]
    fn only_named_groups_capture() {
        let captures = captures("(a|b)(?<c>d)%{INT:n:int}").unwrap();
        assert_eq!(captures.groups.len(), 2);
        assert_eq!(captures.groups[1], Some(("n".into(), Kind::Int)));
        assert!(super::captures("%{WORT:x}").unwrap_err().contains("WORD"));
    }
}
