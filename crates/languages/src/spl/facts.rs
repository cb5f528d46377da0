//! The language's fixed facts: commands, functions, escapes, macros that ship with Splunk, bounds.

use tripline_ir::{Text, format_smolstr};

/// Longest search, expanded, in bytes.
pub(super) const MAX_BYTES: usize = 512 * 1024;
/// Deepest nesting of parentheses, calls, operators and subsearches.
pub(super) const MAX_DEPTH: u32 = 64;
/// Deepest nesting of macros.
pub(super) const MAX_MACRO_DEPTH: usize = 16;
/// Diagnostics after which no more are given.
pub(super) const MAX_DIAGNOSTICS: usize = 20;

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
pub(super) const GENERIC: [&str; 112] = [
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

/// A macro that is the user's own hook or a setting, and no part of what a rule finds.
pub(super) fn is_hook(name: &str) -> bool {
    name.ends_with("_filter") || name == "security_content_summariesonly"
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
        ("summariesonly_config", []) => Some("false".into()),
        ("oldsummaries_config", []) => Some("true".into()),
        ("fillnull_config", []) => Some("null".into()),
        (hook, []) if hook.ends_with("_filter") => Some("search *".into()),
        _ => None,
    }
}
