//! Facts about YARA-L 2, once for lexer, parser, lowering and printer: names, escapes, units,
//! sections, functions, options, and what the Unified Data Model says of some fields.

pub(crate) use crate::near::nearest;
use tripline_ir::{Duration, SECOND};

/// Deepest nesting of expressions.
pub(super) const MAX_DEPTH: u32 = 100;
/// Operators of arithmetic that may follow each other in a rule; the first few of each chain are
/// free.
pub(super) const MAX_LINKS: u32 = 300;
/// Errors after which the rest of a file is not read.
pub(super) const MAX_ERRORS: usize = 50;
/// The source name of context records, as Google's own export calls their table.
pub(super) const ENTITY_GRAPH: &str = "entity_graph";

/// The sections of a rule, in the order in which they stand.
pub(super) const SECTIONS: [&str; 6] =
    ["meta", "events", "match", "outcome", "condition", "options"];

/// Sections that say what is done with a finding, or how the rule runs: they decide nothing.
pub(super) const PASSED_OVER: [&str; 2] = ["export", "setup"];

/// Names that stand for the bounds of a window.
pub(super) const BOUNDS: [&str; 2] = ["window_start", "window_end"];

/// The group of functions that look at precomputed statistics.
pub(super) const METRICS: &str = "metrics.";

/// Options of a rule.
pub(super) const OPTIONS: [&str; 3] = [
    "allow_zero_values",
    "suppression_window",
    "suppression_key_window",
];

/// Functions of a condition or a value, with the least and the greatest number of arguments.
pub(super) const FUNCTIONS: [(&str, usize, usize); 70] = [
    ("arrays.concat", 2, 2),
    ("arrays.contains", 2, 2),
    ("arrays.index_to_float", 2, 2),
    ("arrays.index_to_int", 2, 2),
    ("arrays.index_to_str", 2, 2),
    ("arrays.join_string", 1, 2),
    ("arrays.length", 1, 1),
    ("arrays.max", 1, 1),
    ("arrays.min", 1, 1),
    ("arrays.size", 1, 1),
    ("bytes.to_base64", 1, 2),
    ("cast.as_bool", 1, 1),
    ("cast.as_float", 1, 1),
    ("cast.as_int", 1, 1),
    ("cast.as_string", 1, 2),
    ("cast.as_timestamp", 1, 4),
    ("fingerprint", 1, 1),
    ("group", 1, 20),
    ("hash.fingerprint2011", 1, 1),
    ("hash.sha256", 1, 1),
    ("if", 2, 3),
    ("math.abs", 1, 1),
    ("math.ceil", 1, 1),
    ("math.floor", 1, 1),
    ("math.geo_distance", 4, 4),
    ("math.is_increasing", 3, 3),
    ("math.log", 1, 1),
    ("math.pow", 2, 2),
    ("math.random", 0, 0),
    ("math.round", 1, 2),
    ("math.sqrt", 1, 1),
    ("net.ip_in_range_cidr", 2, 2),
    ("re.capture", 2, 2),
    ("re.capture_all", 2, 2),
    ("re.count", 2, 2),
    ("re.regex", 2, 2),
    ("re.replace", 3, 3),
    ("strings.base64_decode", 1, 1),
    ("strings.coalesce", 1, 100),
    ("strings.concat", 1, 100),
    ("strings.contains", 2, 2),
    ("strings.count_substrings", 2, 2),
    ("strings.ends_with", 2, 2),
    ("strings.extract_domain", 1, 1),
    ("strings.extract_hostname", 1, 1),
    ("strings.from_base64", 1, 1),
    ("strings.from_hex", 1, 1),
    ("strings.length", 1, 1),
    ("strings.ltrim", 1, 2),
    ("strings.reverse", 1, 1),
    ("strings.rtrim", 1, 2),
    ("strings.split", 1, 2),
    ("strings.starts_with", 2, 2),
    ("strings.substr", 2, 3),
    ("strings.to_lower", 1, 1),
    ("strings.to_upper", 1, 1),
    ("strings.trim", 1, 2),
    ("strings.url_decode", 1, 1),
    ("strings.utf8_to_base64", 1, 1),
    ("timestamp.as_unix_seconds", 1, 2),
    ("timestamp.current_seconds", 0, 0),
    ("timestamp.diff", 2, 3),
    ("timestamp.get_date", 1, 2),
    ("timestamp.get_day_of_week", 1, 2),
    ("timestamp.get_hour", 1, 2),
    ("timestamp.get_minute", 1, 2),
    ("timestamp.get_timestamp", 1, 3),
    ("timestamp.get_week", 1, 2),
    ("timestamp.now", 0, 0),
    ("optimization.sample_rate", 3, 3),
];

/// Aggregates of an outcome.
pub(super) const AGGREGATES: [&str; 19] = [
    "array",
    "array_distinct",
    "avg",
    "count",
    "count_distinct",
    "earliest",
    "latest",
    "max",
    "min",
    "stddev",
    "sum",
    "window.avg",
    "window.first",
    "window.last",
    "window.median",
    "window.mode",
    "window.range",
    "window.stddev",
    "window.variance",
];

/// Whether a name may begin so.
pub(super) fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

/// Whether a name may go on so.
pub(super) fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The unit of a window's length.
pub(super) fn unit(c: char) -> Option<Duration> {
    Some(match c {
        's' => SECOND,
        'm' => 60 * SECOND,
        'h' => 3600 * SECOND,
        'd' => 86_400 * SECOND,
        _ => return None,
    })
}

/// The character that an escape at the beginning of `text` stands for, and its length.
pub(super) fn escaped(text: &str) -> Option<(char, usize)> {
    let mut chars = text.chars();
    chars.next().filter(|c| *c == '\\')?;
    let simple = |c| Some((c, 2));
    match chars.next()? {
        '\\' => simple('\\'),
        '"' => simple('"'),
        '\'' => simple('\''),
        '`' => simple('`'),
        '/' => simple('/'),
        'n' => simple('\n'),
        'r' => simple('\r'),
        't' => simple('\t'),
        'a' => simple('\u{7}'),
        'b' => simple('\u{8}'),
        'f' => simple('\u{c}'),
        'v' => simple('\u{b}'),
        'x' => coded(text, 2),
        'u' => coded(text, 4),
        'U' => coded(text, 8),
        _ => None,
    }
}

fn coded(text: &str, digits: usize) -> Option<(char, usize)> {
    let code = text.get(2..2 + digits)?;
    code.bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then_some(())?;
    let number = u32::from_str_radix(code, 16).ok()?;
    Some((char::from_u32(number)?, 2 + digits))
}

/// A text as a string in double quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Whether a field holds a number: zero, and not the empty text, is its value when unset.
pub(super) fn is_number(names: &str) -> bool {
    const ENDS: [&str; 25] = [
        "port",
        "response_code",
        "seconds",
        "nanos",
        "sent_bytes",
        "received_bytes",
        "sent_packets",
        "received_packets",
        "size",
        "rolling_max",
        "day_count",
        "day_max",
        "rolling_max_sub_domains",
        "risk_score",
        "score",
        "priority_details_number",
        "confidence_score",
        "first_seen_count",
        "asn",
        "latitude",
        "longitude",
        "region_latitude",
        "region_longitude",
        "exit_code",
        "dhcp.lease_time_seconds",
    ];
    let last = names.rsplit('.').next().unwrap_or(names);
    ENDS.contains(&last)
}

/// Fields and messages of the Unified Data Model that are repeated wherever they stand.
const REPEATED: [&str; 68] = [
    "about",
    "analytics_metadata",
    "answers",
    "associations",
    "authority",
    "bcc",
    "campaigns",
    "capabilities_tags",
    "category_details",
    "cc",
    "command_line_history",
    "comments",
    "department",
    "detection_fields",
    "email_addresses",
    "embedded_domains",
    "embedded_ips",
    "embedded_urls",
    "enrichment_labels",
    "event_timestamp_attributes",
    "group_identifiers",
    "hardware",
    "imports",
    "ingestion_kv_labels",
    "ingestion_labels",
    "intermediary",
    "ip",
    "ip_geo_artifact",
    "ip_location",
    "labels",
    "last_dns_records",
    "log_types",
    "mac",
    "managers",
    "mechanism",
    "names",
    "namespaces",
    "nat_ip",
    "outcomes",
    "permissions",
    "phone_numbers",
    "process_ancestors",
    "questions",
    "rcpt_to",
    "relations",
    "reports",
    "resource_ancestors",
    "resources_language_count",
    "resources_type_count",
    "roles",
    "rule_labels",
    "section",
    "security_result",
    "server_response",
    "signers",
    "software",
    "source_labels",
    "supported_ciphers",
    "tactics",
    "techniques",
    "tenant_id",
    "threat_collections",
    "time_off",
    "user_management_chain",
    "variables",
    "verdict_info",
    "vulnerabilities",
    "x509",
];

/// Those that are repeated under some message alone: the message, and the name.
const REPEATED_UNDER: [(&str, &str); 14] = [
    ("additional", "fields"),
    ("artifact", "tags"),
    ("dhcp", "options"),
    ("dns", "additional"),
    ("email", "subject"),
    ("email", "to"),
    ("file", "tags"),
    ("ip_geo_artifact", "tags"),
    ("metadata", "threat"),
    ("pe_file", "resource"),
    ("security_result", "action"),
    ("security_result", "category"),
    ("threat", "action"),
    ("threat", "category"),
];

/// Whether the step `name` of a path below `above` may have several values.
pub(super) fn is_repeated_step(above: &[&str], name: &str) -> bool {
    let parent = above.last().copied().unwrap_or_default();
    match name {
        // One noun in a finding, several in an event.
        "about" => !matches!(parent, "security_result" | "threat"),
        // A file has one verdict, an event several findings.
        "security_result" => parent != "file",
        _ => REPEATED.contains(&name) || REPEATED_UNDER.contains(&(parent, name)),
    }
}
