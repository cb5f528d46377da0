//! The language's fixed facts: commands, functions, escapes, macros that ship with Splunk, bounds.

use tripline_ir::{Text, format_smolstr};

/// Longest search in bytes once its macros are replaced.
pub(super) const MAX_EXPANDED: usize = 512 * 1024;

/// Deepest nesting of parentheses, calls, operators and subsearches.
pub(super) const MAX_DEPTH: u32 = 64;
/// Most arithmetic operators that follow each other: each makes the tree one deeper.
pub(super) const MAX_LINKS: u32 = 400;
/// Deepest nesting of macros.
pub(super) const MAX_MACRO_DEPTH: usize = 16;

/// Every command that has a syntax node of its own.
// Table: commands taken apart.
pub(super) const COMMANDS: [&str; 45] = [
    "append",
    "appendcols",
    "appendpipe",
    "bin",
    "bucket",
    "chart",
    "convert",
    "datamodel",
    "dedup",
    "discretize",
    "eval",
    "eventstats",
    "fields",
    "fillnull",
    "foreach",
    "from",
    "head",
    "inputlookup",
    "join",
    "lookup",
    "makemv",
    "makeresults",
    "mstats",
    "multisearch",
    "mvexpand",
    "rare",
    "regex",
    "rename",
    "replace",
    "rex",
    "search",
    "sort",
    "spath",
    "stats",
    "streamstats",
    "table",
    "tail",
    "timechart",
    "top",
    "transaction",
    "tstats",
    "union",
    "where",
    "sistats",
    "from",
];

/// Known commands whose arguments are kept as text.
// Table: commands known by name.
pub(super) const GENERIC: [&str; 113] = [
    "abstract",
    "accum",
    "addcoltotals",
    "addinfo",
    "addtotals",
    "analyzefields",
    "anomalies",
    "anomalousvalue",
    "anomalydetection",
    "apply",
    "arules",
    "associate",
    "audit",
    "autoregress",
    "cefout",
    "cluster",
    "cofilter",
    "collect",
    "concurrency",
    "contingency",
    "correlate",
    "cyberchef",
    "dbinspect",
    "dbxquery",
    "delete",
    "delta",
    "diff",
    "dump",
    "erex",
    "eventcount",
    "expand",
    "extract",
    "fieldformat",
    "fieldsummary",
    "filldown",
    "findtypes",
    "fit",
    "flatten",
    "folderize",
    "format",
    "fromjson",
    "gauge",
    "gentimes",
    "geom",
    "geomfilter",
    "geostats",
    "highlight",
    "history",
    "iconify",
    "inputcsv",
    "inputintelligence",
    "iplocation",
    "kv",
    "kvform",
    "loadjob",
    "localize",
    "localop",
    "lookupdefinition",
    "makecontinuous",
    "map",
    "mcatalog",
    "mcollect",
    "metadata",
    "metasearch",
    "meventcollect",
    "mpreview",
    "msearch",
    "multikv",
    "mvcombine",
    "noop",
    "nomv",
    "notable",
    "outlier",
    "outputcsv",
    "outputlookup",
    "outputtext",
    "overlap",
    "pivot",
    "predict",
    "rangemap",
    "reltime",
    "require",
    "rest",
    "return",
    "reverse",
    "rtorder",
    "run",
    "savedsearch",
    "script",
    "scrub",
    "searchtxn",
    "selfjoin",
    "sendalert",
    "sendemail",
    "set",
    "setfields",
    "sichart",
    "sirare",
    "sitimechart",
    "sitop",
    "strcat",
    "summarize",
    "summary",
    "tags",
    "timewrap",
    "tojson",
    "transpose",
    "trendline",
    "tscollect",
    "typeahead",
    "typelearner",
    "typer",
    "uniq",
];

/// More known commands.
// Table: commands known by name.
pub(super) const GENERIC_MORE: [&str; 14] = [
    "untable",
    "walklex",
    "where",
    "x11",
    "xmlkv",
    "xmlunescape",
    "xpath",
    "xsdetails",
    "xyseries",
    "risk",
    "sendresults",
    "stateestimate",
    "score",
    "ut_parse",
];

/// Whether a command changes neither which rows there are nor what they hold, as far as an
/// alert is concerned: it stores, sends or formats.
pub(super) fn only_shows(name: &str) -> bool {
    matches!(
        name,
        "abstract"
            | "audit"
            | "collect"
            | "fieldformat"
            | "highlight"
            | "iconify"
            | "localize"
            | "localop"
            | "mcollect"
            | "noop"
            | "notable"
            | "outputcsv"
            | "outputlookup"
            | "outputtext"
            | "require"
            | "risk"
            | "scrub"
            | "sendalert"
            | "sendemail"
            | "sendresults"
            | "tags"
            | "typer"
    )
}

/// Every command's name.
pub(super) fn commands() -> impl Iterator<Item = &'static str> {
    COMMANDS.into_iter().chain(GENERIC).chain(GENERIC_MORE)
}

/// Functions of `eval` and `where`.
// Table: functions.
pub(super) const FUNCTIONS: [&str; 113] = [
    "abs",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "avg",
    "bit_and",
    "bit_not",
    "bit_or",
    "bit_shift_left",
    "bit_shift_right",
    "bit_xor",
    "case",
    "ceil",
    "ceiling",
    "cidrmatch",
    "coalesce",
    "commands",
    "cos",
    "cosh",
    "exact",
    "exp",
    "false",
    "floor",
    "hypot",
    "if",
    "in",
    "ipmask",
    "isarray",
    "isbool",
    "isdouble",
    "isint",
    "ismv",
    "isnotnull",
    "isnull",
    "isnum",
    "isobject",
    "isstr",
    "json",
    "json_append",
    "json_array",
    "json_array_to_mv",
    "json_delete",
    "json_entries",
    "json_extend",
    "json_extract",
    "json_extract_exact",
    "json_has_key_exact",
    "json_keys",
    "json_object",
    "json_set",
    "json_set_exact",
    "json_valid",
    "len",
    "like",
    "ln",
    "log",
    "lookup",
    "lower",
    "ltrim",
    "match",
    "max",
    "md5",
    "min",
    "mvappend",
    "mvcount",
    "mvdedup",
    "mvfilter",
    "mvfind",
    "mvindex",
    "mvjoin",
    "mvmap",
    "mvrange",
    "mvsort",
    "mvzip",
    "mv_to_json_array",
    "now",
    "null",
    "nullif",
    "pi",
    "pow",
    "printf",
    "random",
    "relative_time",
    "replace",
    "round",
    "rtrim",
    "searchmatch",
    "sha1",
    "sha256",
    "sha512",
    "sigfig",
    "sin",
    "sinh",
    "split",
    "sqrt",
    "strftime",
    "strptime",
    "substr",
    "sum",
    "tan",
    "tanh",
    "time",
    "toarray",
    "tobool",
    "tonumber",
    "tostring",
    "trim",
    "true",
    "typeof",
];

/// More functions of `eval` and `where`.
// Table: functions.
pub(super) const FUNCTIONS_MORE: [&str; 6] = [
    "upper",
    "urldecode",
    "validate",
    "spath",
    "mvreverse",
    "tomv",
];

/// Every function's name.
pub(super) fn functions() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.into_iter().chain(FUNCTIONS_MORE)
}

/// Aggregate functions, without percentiles.
// Table: aggregates.
pub(super) const AGGREGATES: [&str; 30] = [
    "avg",
    "c",
    "count",
    "dc",
    "distinct_count",
    "earliest",
    "earliest_time",
    "estdc",
    "estdc_error",
    "first",
    "last",
    "latest",
    "latest_time",
    "list",
    "max",
    "mean",
    "median",
    "min",
    "mode",
    "per_day",
    "per_hour",
    "per_minute",
    "per_second",
    "range",
    "rate",
    "sparkline",
    "stdev",
    "stdevp",
    "sum",
    "values",
];

/// More aggregates.
// Table: aggregates.
pub(super) const AGGREGATES_MORE: [&str; 3] = ["sumsq", "var", "varp"];

/// The share of a percentile function: `perc95`, `p95`, `exactperc95`, `upperperc95`.
pub(super) fn percentile(name: &str) -> Option<f64> {
    ["exactperc", "upperperc", "perc", "p"]
        .into_iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .and_then(|share| share.parse().ok())
        .filter(|share| (0.0..=100.0).contains(share))
}

/// Whether a name is that of an aggregate.
pub(super) fn is_aggregate(name: &str) -> bool {
    AGGREGATES.contains(&name) || AGGREGATES_MORE.contains(&name) || percentile(name).is_some()
}

/// What a quoted string's escape stands for: `\"` and `\\` lose their backslash, any other
/// keeps it.
pub(super) fn unescape(text: &str) -> Text {
    if !text.contains('\\') {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(next @ ('"' | '\\'))) => {
                out.push(*next);
                chars.next();
            }
            _ => out.push(c),
        }
    }
    out.into()
}

/// As [`unescape`], but `\\` stays as it is.
pub(super) fn unquote(text: &str) -> Text {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let next = if c == '\\' { chars.next() } else { None };
        if next != Some('"') {
            out.push(c);
        }
        out.extend(next);
    }
    out.into()
}

/// A macro that is the user's own hook or a setting, and no part of what a rule finds.
pub(super) fn is_hook(name: &str) -> bool {
    is_condition_hook(name) || name == "security_content_summariesonly"
}

/// A macro in which users write conditions of their own.
pub(super) fn is_condition_hook(name: &str) -> bool {
    name.ends_with("_filter")
}

/// Macros that ship with Splunk's add-ons or that the content's build makes: the text they stand
/// for where a corpus does not define them.
pub(super) fn macro_of(name: &str, arguments: &[Text]) -> Option<Text> {
    match (name, arguments) {
        ("drop_dm_object_name", [object]) => {
            Some(format_smolstr!("rename \"{object}.*\" as \"*\""))
        }
        ("security_content_ctime", [field]) => Some(format_smolstr!("convert ctime({field})")),
        ("security_content_summariesonly", []) => {
            Some("summariesonly=false allow_old_summaries=true fillnull_value=null".into())
        }
        // What searches had before triple backticks.
        ("comment", [_, ..]) => Some(Text::default()),
        ("summariesonly_config", []) => Some("false".into()),
        ("oldsummaries_config", []) => Some("true".into()),
        ("fillnull_config", []) => Some("null".into()),
        (hook, []) if is_condition_hook(hook) => Some("search *".into()),
        _ => None,
    }
}

/// Fewest and most arguments of functions with a fixed number, and what they are.
// Table: functions by name.
const ARGUMENTS: [(&str, usize, usize, &str); 38] = [
    ("abs", 1, 1, "number"),
    ("ceil", 1, 1, "number"),
    ("ceiling", 1, 1, "number"),
    ("cidrmatch", 2, 2, "\"network\", address"),
    ("exp", 1, 1, "number"),
    ("floor", 1, 1, "number"),
    ("if", 3, 3, "condition, value, otherwise"),
    ("isnotnull", 1, 1, "field"),
    ("isnull", 1, 1, "field"),
    ("isnum", 1, 1, "field"),
    ("isstr", 1, 1, "field"),
    ("len", 1, 1, "text"),
    ("like", 2, 2, "text, \"pattern\""),
    ("lower", 1, 1, "text"),
    ("match", 2, 2, "text, \"expression\""),
    ("md5", 1, 1, "text"),
    ("mvcount", 1, 1, "field"),
    ("mvdedup", 1, 1, "field"),
    ("mvfilter", 1, 1, "condition"),
    ("mvfind", 2, 2, "field, \"expression\""),
    ("mvindex", 2, 3, "field, start[, end]"),
    ("mvjoin", 2, 2, "field, \"separator\""),
    ("mvmap", 2, 3, "field, expression[, field]"),
    ("mvzip", 2, 3, "field, field[, \"separator\"]"),
    ("now", 0, 0, ""),
    ("null", 0, 0, ""),
    ("nullif", 2, 2, "field, value"),
    ("pow", 2, 2, "number, power"),
    ("relative_time", 2, 2, "time, \"modifier\""),
    ("replace", 3, 3, "text, \"expression\", \"replacement\""),
    ("round", 1, 2, "number[, decimals]"),
    ("split", 2, 2, "text, \"separator\""),
    ("strftime", 2, 2, "time, \"format\""),
    ("strptime", 2, 2, "text, \"format\""),
    ("substr", 2, 3, "text, start[, length]"),
    ("tonumber", 1, 2, "text[, base]"),
    ("tostring", 1, 2, "value[, \"format\"]"),
    ("upper", 1, 1, "text"),
];

/// Fewest and most arguments of a function, and what they are.
pub(super) fn arguments(name: &str) -> Option<(usize, usize, &'static str)> {
    let found = ARGUMENTS.iter().find(|(own, ..)| *own == name);
    found.map(|(_, fewest, most, usage)| (*fewest, *most, *usage))
}

/// What SPL writes for a function of other languages.
pub(super) fn function_meant(name: &str) -> Option<&'static str> {
    Some(match name {
        "strlen" | "length" => "`len(text)`",
        "tolower" | "to_lower" | "lcase" => "`lower(text)`",
        "toupper" | "to_upper" | "ucase" => "`upper(text)`",
        "iff" | "iif" => "`if(condition, value, otherwise)`",
        "ifnull" | "nvl" => "`coalesce(field, value)`",
        "contains" => "`like(text, \"%part%\")`",
        "startswith" | "starts_with" => "`like(text, \"start%\")`",
        "endswith" | "ends_with" => "`like(text, \"%end\")`",
        "concat" | "strcat" => "`a . b`",
        "regex" | "rlike" => "`match(text, \"expression\")`",
        "isnotempty" | "exists" => "`isnotnull(field)`",
        "isempty" => "`isnull(field)`",
        "ago" => "`relative_time(now(), \"-1h\")`",
        _ => return None,
    })
}
