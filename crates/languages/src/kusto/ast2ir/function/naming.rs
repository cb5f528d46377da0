//! How a column that is computed by a function is named where the query gives it no name.

/// What a column's name is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kusto::ast2ir) enum Named {
    /// The name of the first argument.
    First,
    /// The name of the argument, where it is the only one.
    Only,
    /// A word, and the name of the first argument behind it.
    Prefix(&'static str),
    /// This.
    Is(&'static str),
    /// What the first argument says.
    Value,
}

/// The rule of a function or an aggregate; `None` where the column is only numbered.
pub(in crate::kusto::ast2ir) fn named(function: &str) -> Option<Named> {
    if FIRST.contains(&function) {
        return Some(Named::First);
    }
    let found = PREFIXES.iter().find(|(own, _)| *own == function);
    if let Some((_, prefix)) = found {
        return Some(Named::Prefix(prefix));
    }
    let own = OWN.iter().find(|own| **own == function);
    if let Some(own) = own {
        return Some(Named::Prefix(own));
    }
    match function {
        "make_datetime" | "make_timespan" => Some(Named::Only),
        "column_ifexists" | "columnifexists" => Some(Named::Value),
        "ingestion_time" => Some(Named::Is("$IngestionTime")),
        "hll_merge" => Some(Named::Is("hll_merged_result")),
        _ => None,
    }
}

// Table: functions whose columns have the name of the first argument. This and the tables below
// as in version 12.4.1 of the official parser.
const FIRST: &[&str] = &[
    "abs",
    "acos",
    "asin",
    "atan",
    "atan2",
    "bin",
    "bin_at",
    "bin_auto",
    "binary_all_and",
    "binary_all_or",
    "binary_all_xor",
    "binary_and",
    "binary_not",
    "binary_or",
    "binary_shift_left",
    "binary_shift_right",
    "binary_xor",
    "bitset_count_ones",
    "ceiling",
    "cos",
    "erf",
    "erfc",
    "exp",
    "exp10",
    "exp2",
    "floor",
    "format_bytes",
    "format_datetime",
    "format_timespan",
    "gamma",
    "log",
    "log10",
    "log2",
    "loggamma",
    "parse_csv",
    "parse_json",
    "parse_xml",
    "parsejson",
    "passthrough",
    "pow",
    "rand",
    "round",
    "series_fill_backward",
    "series_fill_const",
    "series_fill_forward",
    "series_fill_linear",
    "series_fir",
    "series_iir",
    "series_outliers",
    "sin",
    "split",
    "sqrt",
    "startofday",
    "take_any",
    "take_anyif",
    "tan",
    "tobool",
    "toboolean",
    "todatetime",
    "todecimal",
    "todouble",
    "todynamic",
    "toguid",
    "tohex",
    "toint",
    "tolong",
    "toobject",
    "toreal",
    "tostring",
    "totime",
    "totimespan",
];

// Table: functions and the words that their columns' names begin with.
const PREFIXES: &[(&str, &str)] = &[
    ("argmax", "max"),
    ("argmin", "min"),
    ("arg_max", "max"),
    ("arg_min", "min"),
    ("buildschema", "schema"),
    ("gettype", "type"),
    ("make_bag", "bag"),
    ("make_bag_if", "bag"),
    ("make_dictionary", "dictionary"),
    ("make_list", "list"),
    ("make_list_if", "list"),
    ("make_list_with_nulls", "list"),
    ("make_set", "set"),
    ("make_set_if", "set"),
    ("makelist", "list"),
    ("makeset", "set"),
    ("percentiles_array", "percentiles"),
    ("percentilesw_array", "percentiles"),
    ("treepath", "tree"),
];

// Table: functions whose columns' names begin with the function's.
const OWN: &[&str] = &[
    "any",
    "anyif",
    "avg",
    "avgif",
    "cnt",
    "count",
    "count_distinct",
    "count_distinctif",
    "countif",
    "covariance",
    "covarianceif",
    "covariancep",
    "covariancepif",
    "dcount",
    "dcount_hll",
    "dcountif",
    "hll",
    "hll_if",
    "max",
    "maxif",
    "min",
    "minif",
    "repeat",
    "stdev",
    "stdevif",
    "stdevp",
    "stdevpif",
    "string_size",
    "strlen",
    "sum",
    "sumif",
    "tdigest",
    "variance",
    "varianceif",
    "variancep",
    "variancepif",
];
