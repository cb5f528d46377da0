//! Functions of values: which of the representation's functions they are.

use super::Lowering;
use super::relation::Branch;
use super::scalar::{Fold, Kind, Typed, View};
use crate::kusto::ast::Call;
use crate::sigma::near;
use tripline_ir::{
    Case, Dialect, Expr as Value, Function, Hash, Instant, LossReason, Round, Text, TimeFormat,
    TypeNames, Unit, Value as Constant, replacement,
};
use tripline_text::{Code, Span};

const MINUTE: i64 = 60 * 1_000_000_000;

/// Functions that are read by rules of their own.
const SPECIAL: [&str; 24] = [
    "ago",
    "now",
    "tostring",
    "tolower",
    "toupper",
    "parse_json",
    "parsejson",
    "todynamic",
    "isnotempty",
    "isnotnull",
    "notempty",
    "notnull",
    "not",
    "iff",
    "iif",
    "case",
    "strcat",
    "datetime_diff",
    "datetime_add",
    "column_ifexists",
    "columnifexists",
    "replace",
    "toscalar",
    "ingestion_time",
];

/// Aggregates, for suggestions.
const AGGREGATES: [&str; 30] = [
    "count",
    "countif",
    "dcount",
    "dcountif",
    "count_distinct",
    "count_distinctif",
    "sum",
    "sumif",
    "avg",
    "avgif",
    "min",
    "minif",
    "max",
    "maxif",
    "make_set",
    "make_set_if",
    "make_list",
    "make_list_if",
    "makeset",
    "makelist",
    "make_bag",
    "make_bag_if",
    "arg_max",
    "arg_min",
    "take_any",
    "any",
    "percentile",
    "percentiles",
    "stdev",
    "variance",
];

// Table: Kusto's functions of values; arguments go over in their order.
const TABLE: &[(&str, Function, Kind)] = &[
    ("abs", Function::Abs, Kind::Number),
    ("ceiling", Function::Ceiling, Kind::Number),
    ("floor", Function::Bin, Kind::Unknown),
    ("bin", Function::Bin, Kind::Unknown),
    ("bin_at", Function::Bin, Kind::Unknown),
    ("round", Function::Round, Kind::Number),
    ("sign", Function::Sign, Kind::Number),
    ("sqrt", Function::SquareRoot, Kind::Number),
    ("pow", Function::Power, Kind::Number),
    ("exp", Function::Exponential, Kind::Number),
    ("log", Function::Logarithm, Kind::Number),
    ("min_of", Function::Least, Kind::Unknown),
    ("max_of", Function::Greatest, Kind::Unknown),
    ("binary_and", Function::BitAnd, Kind::Number),
    ("binary_or", Function::BitOr, Kind::Number),
    ("binary_xor", Function::BitXor, Kind::Number),
    ("binary_not", Function::BitNot, Kind::Number),
    ("binary_shift_left", Function::ShiftLeft, Kind::Number),
    ("binary_shift_right", Function::ShiftRight, Kind::Number),
    ("isnull", Function::IsNull, Kind::Bool),
    ("isempty", Function::IsEmpty, Kind::Bool),
    ("coalesce", Function::CoalesceNotEmpty, Kind::Unknown),
    ("strlen", Function::LengthCharacters, Kind::Number),
    ("string_size", Function::LengthBytes, Kind::Number),
    ("reverse", Function::Reverse, Kind::Text),
    ("strrep", Function::Repeat, Kind::Text),
    ("replace_string", Function::Replace, Kind::Text),
    ("split", Function::Split, Kind::Dynamic),
    ("substring", Function::SubstringLength, Kind::Text),
    ("indexof", Function::IndexOfOrMinus, Kind::Number),
    ("countof", Function::CountText, Kind::Number),
    ("url_decode", Function::UrlDecode, Kind::Text),
    ("url_encode", Function::UrlEncode, Kind::Text),
    ("url_encode_component", Function::UrlEncode, Kind::Text),
    ("base64_decode_tostring", Function::Base64Decode, Kind::Text),
    ("base64_decodestring", Function::Base64Decode, Kind::Text),
    ("base64_encode_tostring", Function::Base64Encode, Kind::Text),
    ("base64_encodestring", Function::Base64Encode, Kind::Text),
    ("hash_md5", Function::Hash(Hash::Md5), Kind::Text),
    ("hash_sha1", Function::Hash(Hash::Sha1), Kind::Text),
    ("hash_sha256", Function::Hash(Hash::Sha256), Kind::Text),
    ("toint", Function::ToInt(Round::Truncate), Kind::Number),
    ("tolong", Function::ToInt(Round::Truncate), Kind::Number),
    ("int", Function::ToInt(Round::Truncate), Kind::Number),
    ("long", Function::ToInt(Round::Truncate), Kind::Number),
    ("todouble", Function::ToFloat, Kind::Number),
    ("toreal", Function::ToFloat, Kind::Number),
    ("todecimal", Function::ToFloat, Kind::Number),
    ("double", Function::ToFloat, Kind::Number),
    ("real", Function::ToFloat, Kind::Number),
    ("decimal", Function::ToFloat, Kind::Number),
    ("tobool", Function::ToBool, Kind::Bool),
    ("toboolean", Function::ToBool, Kind::Bool),
    ("bool", Function::ToBool, Kind::Bool),
    ("todatetime", Function::ToTime, Kind::Time),
    ("datetime", Function::ToTime, Kind::Time),
    ("totimespan", Function::ToDuration, Kind::Length),
    ("timespan", Function::ToDuration, Kind::Length),
    ("time", Function::ToDuration, Kind::Length),
    ("toguid", Function::ToText, Kind::Text),
    ("guid", Function::ToText, Kind::Text),
    ("gettype", Function::TypeOf(TypeNames::Kusto), Kind::Text),
    ("parse_url", Function::ParseUrl, Kind::Dynamic),
    ("parseurl", Function::ParseUrl, Kind::Dynamic),
    ("parse_path", Function::ParsePath, Kind::Dynamic),
    ("parse_csv", Function::ParseCsv, Kind::Dynamic),
    ("parse_xml", Function::ParseXml, Kind::Dynamic),
    ("parse_version", Function::ParseVersion, Kind::Number),
    ("pack_array", Function::List, Kind::Dynamic),
    ("array_length", Function::ListLength, Kind::Number),
    ("arraylength", Function::ListLength, Kind::Number),
    ("array_slice", Function::Slice, Kind::Dynamic),
    ("array_concat", Function::ListConcat, Kind::Dynamic),
    ("array_index_of", Function::ListIndexOf, Kind::Number),
    ("array_sort_asc", Function::ListSort, Kind::Dynamic),
    (
        "array_sort_desc",
        Function::ListSortDescending,
        Kind::Dynamic,
    ),
    ("array_reverse", Function::ListReverse, Kind::Dynamic),
    ("array_sum", Function::ListSum, Kind::Number),
    (
        "set_has_element",
        Function::ListContains(Case::Sensitive),
        Kind::Bool,
    ),
    ("set_intersect", Function::Intersect, Kind::Dynamic),
    ("set_difference", Function::Difference, Kind::Dynamic),
    ("set_union", Function::Union, Kind::Dynamic),
    ("strcat_array", Function::Join, Kind::Text),
    ("pack", Function::Object, Kind::Dynamic),
    ("bag_pack", Function::Object, Kind::Dynamic),
    ("pack_dictionary", Function::Object, Kind::Dynamic),
    ("bag_keys", Function::Keys, Kind::Dynamic),
    ("bag_merge", Function::Merge, Kind::Dynamic),
    ("bag_has_key", Function::HasKey, Kind::Bool),
    ("bag_remove_keys", Function::WithoutKeys, Kind::Dynamic),
    ("pack_all", Function::RowObject, Kind::Dynamic),
    ("hourofday", Function::HourOfDay, Kind::Number),
    ("dayofmonth", Function::DayOfMonth, Kind::Number),
    ("dayofyear", Function::DayOfYear, Kind::Number),
    ("weekofyear", Function::WeekOfYear, Kind::Number),
    ("week_of_year", Function::WeekOfYear, Kind::Number),
    ("monthofyear", Function::MonthOfYear, Kind::Number),
    ("getmonth", Function::MonthOfYear, Kind::Number),
    ("getyear", Function::Year, Kind::Number),
    ("startofday", Function::TimeTruncate(Unit::Day), Kind::Time),
    (
        "startofweek",
        Function::TimeTruncate(Unit::WeekFromSunday),
        Kind::Time,
    ),
    (
        "startofmonth",
        Function::TimeTruncate(Unit::Month),
        Kind::Time,
    ),
    (
        "startofyear",
        Function::TimeTruncate(Unit::Year),
        Kind::Time,
    ),
    ("endofday", Function::TimeEnd(Unit::Day), Kind::Time),
    (
        "endofweek",
        Function::TimeEnd(Unit::WeekFromSunday),
        Kind::Time,
    ),
    ("endofmonth", Function::TimeEnd(Unit::Month), Kind::Time),
    ("endofyear", Function::TimeEnd(Unit::Year), Kind::Time),
    (
        "unixtime_seconds_todatetime",
        Function::FromUnix(Unit::Second),
        Kind::Time,
    ),
    (
        "unixtime_milliseconds_todatetime",
        Function::FromUnix(Unit::Millisecond),
        Kind::Time,
    ),
    (
        "unixtime_microseconds_todatetime",
        Function::FromUnix(Unit::Microsecond),
        Kind::Time,
    ),
    (
        "format_datetime",
        Function::FormatTime(TimeFormat::Letters),
        Kind::Text,
    ),
    (
        "format_timespan",
        Function::FormatTime(TimeFormat::Letters),
        Kind::Text,
    ),
    ("ipv4_is_in_range", Function::InNetwork, Kind::Bool),
    ("ipv6_is_in_range", Function::InNetwork, Kind::Bool),
    ("ipv4_is_in_any_range", Function::InNetwork, Kind::Bool),
    ("ipv6_is_in_any_range", Function::InNetwork, Kind::Bool),
    ("ipv4_is_private", Function::IsPrivateV4, Kind::Bool),
    ("parse_ipv4", Function::IpToNumber, Kind::Number),
    (
        "parse_command_line",
        Function::ParseCommandLine,
        Kind::Dynamic,
    ),
    ("isint", Function::IsInt, Kind::Bool),
    ("has_any_index", Function::ListIndexOf, Kind::Number),
];

/// Functions that the engine has and the representation does not: known, so that their names are
/// no typing errors.
const OTHER: &[&str] = &[
    "geo_info_from_ip_address",
    "series_decompose_anomalies",
    "series_decompose",
    "series_stats",
    "series_stats_dynamic",
    "series_fit_line",
    "series_fit_2lines",
    "series_outliers",
    "parse_user_agent",
    "bag_pack_columns",
    "extractjson",
    "extract_json",
    "prev",
    "next",
    "row_number",
    "row_cumsum",
    "row_window_session",
    "rand",
    "new_guid",
    "zip",
    "repeat",
    "range",
    "array_iff",
    "array_split",
    "array_rotate_left",
    "geo_distance_2points",
    "hash",
    "series_sum",
    "ipv4_compare",
    "ipv4_is_match",
    "ipv6_is_match",
    "ipv4_netmask_suffix",
    "format_ipv4",
    "format_ipv4_mask",
    "has_ipv4",
    "has_any_ipv4",
    "has_ipv4_prefix",
    "has_any_ipv4_prefix",
    "current_principal",
    "estimate_data_size",
    "punycode_to_string",
    "punycode_from_string",
    "zlib_decompress_from_base64_string",
    "gzip_decompress_from_base64_string",
    "make_string",
    "unicode_codepoints_to_string",
    "to_utf8",
    "unicode_codepoints_from_string",
    "char",
    "isutf8",
    "isascii",
    "bag_set_key",
    "bag_zip",
    "jaccard_index",
    "set_equals",
    "parse_urlquery",
    "parse_ipv4_mask",
    "parse_ipv6",
    "extent_id",
    "cursor_after",
    "row_rank_dense",
    "row_rank_min",
    "log10",
    "log2",
    "isnan",
    "isfinite",
    "isinf",
    "rank_tdigest",
    "percentile_tdigest",
    "not",
    "datetime_part",
    "make_datetime",
    "make_timespan",
    "dayofweek",
    "datetime_utc_to_local",
    "datetime_local_to_utc",
    "extract",
    "extract_all",
    "replace_regex",
    "trim",
    "trim_start",
    "trim_end",
    "translate",
    "split",
    "treepath",
    "dynamic_to_json",
    "dcount_hll",
    "regex_quote",
    "base64_decode_toarray",
    "base64_decode_toguid",
    "hash_xxhash64",
    "hash_many",
    "left",
    "right",
    "binary_all_and",
    "bitset_count_ones",
    "tobool",
    "materialized_view",
    "series_fir",
    "exp2",
];

/// Whether the engine has a function of values of this name.
pub(super) fn is_known(name: &str) -> bool {
    SPECIAL.contains(&name) || TABLE.iter().any(|(own, _, _)| *own == name) || OTHER.contains(&name)
}

/// Whether a function that is no function of values gives a table: ones that workspaces save.
pub(super) fn is_table_function(name: &str) -> bool {
    name.starts_with('_') || is_parser(name) || name.starts_with(char::is_uppercase)
}

/// Parsers of the common information model, which stand for tables.
pub(super) fn is_parser(name: &str) -> bool {
    let after = |prefix: &str| {
        name.strip_prefix(prefix)
            .is_some_and(|rest| rest.starts_with(char::is_uppercase))
    };
    after("im") || after("_Im_") || after("_ASim_") || after("ASim") || after("vim")
}

impl<'a> Lowering<'a> {
    pub(super) fn known_call(
        &mut self,
        call: &'a Call,
        span: Span,
        row: Option<&Branch>,
    ) -> Option<Typed> {
        let name = call.name.text.as_str();
        if matches!(name, "column_ifexists" | "columnifexists") {
            return self.if_exists(call, row);
        }
        if !is_known(name) {
            return self.unknown(call);
        }
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            arguments.push(self.scalar(&argument.value, row)?);
        }
        if let Some(done) = special(name, &arguments) {
            return Some(done);
        }
        if let Some((_, function, kind)) = TABLE.iter().find(|(own, _, _)| *own == name) {
            let kind = match (kind, arguments.first()) {
                (Kind::Unknown, Some(first)) => first.kind,
                (kind, _) => *kind,
            };
            return Some(plain(*function, kind, arguments));
        }
        self.lose(LossReason::UnknownFunction, call.name.text.clone(), span);
        None
    }

    fn unknown(&mut self, call: &Call) -> Option<Typed> {
        let name = call.name.text.as_str();
        let known = SPECIAL
            .into_iter()
            .chain(TABLE.iter().map(|(own, _, _)| *own))
            .chain(OTHER.iter().copied())
            .chain(AGGREGATES);
        let near = near::nearest(name, known);
        let hint = if AGGREGATES.contains(&name) {
            Some("it is an aggregate and stands in `summarize`".to_owned())
        } else {
            near.map(|near| format!("`{near}` has a similar name"))
        };
        let message = format!("no function `{name}` is known");
        self.report(Code::KustoFunction, call.name.span, message, hint);
        self.lose(
            LossReason::UnknownFunction,
            call.name.text.clone(),
            call.name.span,
        );
        None
    }

    /// `column_ifexists("name", default)`: the column; events that lack it give the default.
    fn if_exists(&mut self, call: &'a Call, row: Option<&Branch>) -> Option<Typed> {
        let [first, rest @ ..] = call.arguments.as_slice() else {
            return self.unknown(call);
        };
        let name = self.scalar(&first.value, row)?;
        let default = match rest.first() {
            Some(argument) => self.scalar(&argument.value, row)?,
            None => Typed::of(Constant::Null),
        };
        let (Some(name), Some(row)) = (name.text(), row) else {
            return self.unknown(call);
        };
        let field = self.field(name, row);
        let empty = default
            .as_constant()
            .is_some_and(|constant| match constant {
                Constant::Text(text) => text.is_empty(),
                other => other.is_null(),
            });
        let view = View {
            field: field.clone(),
            fold: None,
        };
        let value = Value::Field(field);
        if empty {
            let mut done = Typed::new(value, default.kind);
            done.view = Some(view);
            return Some(done);
        }
        let kind = default.kind;
        let value = Value::call(Function::Coalesce, vec![value, default.value]);
        Some(Typed::new(value, kind))
    }
}

/// A function whose arguments go over as they are; a text argument that is missing is empty.
fn plain(function: Function, kind: Kind, arguments: Vec<Typed>) -> Typed {
    let values = arguments
        .into_iter()
        .map(|argument| argument.value)
        .collect();
    Typed::new(Value::call(function, values), kind)
}

#[expect(
    clippy::too_many_lines,
    reason = "one case per function of the language"
)]
/// Functions with rules of their own; `None` when the name is none of them.
fn special(name: &str, arguments: &[Typed]) -> Option<Typed> {
    let first = arguments.first();
    let call = |function, kind| {
        let values = arguments.iter().map(|a| a.value.clone()).collect();
        Some(Typed::new(Value::call(function, values), kind))
    };
    match name {
        "ago" => {
            let by = match first?.as_constant()? {
                Constant::Duration(by) => *by,
                Constant::Int(0) => 0,
                _ => return None,
            };
            Some(run(by.saturating_neg()))
        }
        "now" => match first.map(Typed::as_constant) {
            None => Some(run(0)),
            Some(Some(Constant::Duration(by))) => Some(run(*by)),
            _ => None,
        },
        "ingestion_time" => Some(Typed::new(
            Value::call(Function::RowTime, Vec::new()),
            Kind::Time,
        )),
        "tostring" => Some(to_text(first?.clone())),
        "tolower" | "toupper" => Some(fold_case(name, first?.clone())),
        "parse_json" | "parsejson" | "todynamic" => {
            let mut done = first?.clone();
            if done.view.is_none() {
                done.value = Value::call(Function::ParseDynamic, vec![done.value]);
            }
            done.kind = Kind::Dynamic;
            Some(done)
        }
        "isnotempty" | "notempty" => Some(negated(Function::IsEmpty, first?)),
        "isnotnull" | "notnull" => Some(negated(Function::IsNull, first?)),
        "not" => call(Function::Not, Kind::Bool),
        "iff" | "iif" => {
            let kind = arguments.get(1).map_or(Kind::Unknown, |a| a.kind);
            call(Function::If, kind)
        }
        "case" => {
            let kind = arguments.get(1).map_or(Kind::Unknown, |a| a.kind);
            call(Function::Case, kind)
        }
        "strcat" => Some(strcat(arguments)),
        "strcat_delim" => None,
        "startofday" | "bin" | "floor" if first?.instant.is_some() => rounded(arguments),
        "datetime_diff" => {
            let unit = unit(arguments.first()?.text()?)?;
            let (to, from) = (
                arguments.get(1)?.value.clone(),
                arguments.get(2)?.value.clone(),
            );
            Some(Typed::new(
                Value::call(Function::TimeBoundaries(unit), vec![from, to]),
                Kind::Number,
            ))
        }
        "datetime_add" => {
            let unit = unit(arguments.first()?.text()?)?;
            let (by, at) = (
                arguments.get(1)?.value.clone(),
                arguments.get(2)?.value.clone(),
            );
            Some(Typed::new(
                Value::call(Function::TimeAdd(unit), vec![at, by]),
                Kind::Time,
            ))
        }
        "datetime_part" => {
            let function = match arguments.first()?.text()?.to_ascii_lowercase().as_str() {
                "year" => Function::Year,
                "month" => Function::MonthOfYear,
                "day" => Function::DayOfMonth,
                "hour" => Function::HourOfDay,
                "minute" => Function::MinuteOfHour,
                "second" => Function::SecondOfMinute,
                _ => return None,
            };
            Some(Typed::new(
                Value::call(function, vec![arguments.get(1)?.value.clone()]),
                Kind::Number,
            ))
        }
        "dayofweek" => {
            let day = Value::call(Function::DayOfWeek, vec![first?.value.clone()]);
            Some(Typed::new(
                Value::call(Function::DurationOf(Unit::Day), vec![day]),
                Kind::Length,
            ))
        }
        "extract" => {
            let (regex, group, text) = (arguments.first()?, arguments.get(1)?, arguments.get(2)?);
            let values = vec![
                text.clone().known_text(),
                regex.value.clone(),
                group.value.clone(),
            ];
            Some(Typed::new(
                Value::call(Function::RegexCapture(Dialect::Re2), values),
                Kind::Text,
            ))
        }
        "extract_all" if arguments.len() == 2 => {
            let values = vec![arguments[1].value.clone(), arguments[0].value.clone()];
            Some(Typed::new(
                Value::call(Function::RegexGroups(Dialect::Re2), values),
                Kind::Dynamic,
            ))
        }
        "extractjson" | "extract_json" => {
            let values = vec![arguments.get(1)?.value.clone(), first?.value.clone()];
            Some(Typed::new(
                Value::call(Function::JsonPath, values),
                Kind::Text,
            ))
        }
        "replace" | "replace_regex" => {
            let (text, regex, with) = if name == "replace" {
                (arguments.get(2)?, first?, arguments.get(1)?)
            } else {
                (first?, arguments.get(1)?, arguments.get(2)?)
            };
            let with = Value::Literal(Constant::Text(replacement(with.text()?)));
            let values = vec![text.value.clone(), regex.value.clone(), with];
            Some(Typed::new(
                Value::call(Function::RegexReplace(Dialect::Re2), values),
                Kind::Text,
            ))
        }
        "trim" | "trim_start" | "trim_end" => trimmed(name, first?.text()?, arguments.get(1)?),
        "parse_urlquery" => None,
        "countof"
            if arguments
                .get(2)
                .and_then(Typed::text)
                .is_some_and(|kind| kind == "regex") =>
        {
            let values = arguments[..2].iter().map(|a| a.value.clone()).collect();
            Some(Typed::new(
                Value::call(Function::RegexCount(Dialect::Re2), values),
                Kind::Number,
            ))
        }
        "split" if arguments.len() == 3 => {
            let values = arguments[..2].iter().map(|a| a.value.clone()).collect();
            let parts = Value::call(Function::Split, values);
            let at = arguments[2].value.clone();
            let part = Value::call(Function::Index, vec![parts, at]);
            Some(Typed::new(
                Value::call(Function::List, vec![part]),
                Kind::Dynamic,
            ))
        }
        "pack_array" if arguments.iter().all(|a| a.as_constant().is_some()) => {
            let items = arguments.iter().filter_map(|a| a.as_constant().cloned());
            Some(Typed::of(Constant::List(items.collect())))
        }
        "array_concat" | "set_union" => constant_lists(name, arguments),
        "ipv4_is_match" if arguments.len() == 2 => call(Function::InNetwork, Kind::Bool),
        "bool" | "tobool" | "int" | "long" | "toint" | "tolong" | "real" | "double"
        | "todouble"
            if first?
                .as_constant()
                .is_some_and(|c| !matches!(c, Constant::Text(_))) =>
        {
            let mut done = first?.clone();
            if name == "tobool" || name == "bool" {
                done.kind = Kind::Bool;
            }
            Some(done)
        }
        "todatetime" | "datetime" => match first?.as_constant() {
            Some(Constant::Text(text)) => {
                crate::kusto::facts::datetime_text(text).map(|at| Typed::of(Constant::Time(at)))
            }
            _ => first?.instant.map(|_| first.cloned()).unwrap_or_default(),
        },
        "totimespan" | "timespan" | "time" => match first?.as_constant() {
            Some(Constant::Text(text)) => {
                crate::kusto::facts::timespan_text(text).map(|n| Typed::of(Constant::Duration(n)))
            }
            Some(Constant::Duration(_)) => first.cloned(),
            _ => None,
        },
        _ => None,
    }
}

fn run(offset: i64) -> Typed {
    let now = Value::call(Function::Now, Vec::new());
    let by = Value::Literal(Constant::Duration(offset));
    let value = if offset == 0 {
        now
    } else {
        Value::call(Function::Add, vec![now, by])
    };
    Typed {
        value,
        kind: Kind::Time,
        view: None,
        instant: Some(Instant::Run {
            offset,
            round: None,
            then: 0,
        }),
    }
}

/// `startofday(ago(1d))`, `bin(now(), 1h)`.
fn rounded(arguments: &[Typed]) -> Option<Typed> {
    let first = arguments.first()?;
    let unit = match arguments.get(1).map(Typed::as_constant) {
        None => 24 * 60 * MINUTE,
        Some(Some(Constant::Duration(unit))) => *unit,
        _ => return None,
    };
    let size = Value::Literal(Constant::Duration(unit));
    let mut done = Typed::new(
        Value::call(Function::Bin, vec![first.value.clone(), size]),
        Kind::Time,
    );
    done.instant = match first.instant? {
        Instant::At(at) => Some(Instant::At(at - at.rem_euclid(unit.max(1)))),
        Instant::Run {
            offset,
            round: None,
            then: 0,
        } => Some(Instant::Run {
            offset,
            round: Some(unit),
            then: 0,
        }),
        Instant::Run { .. } => None,
    };
    Some(done)
}

fn to_text(of: Typed) -> Typed {
    if let Some(text) = of.as_constant().and_then(Constant::as_text) {
        return Typed::of(Constant::Text(text));
    }
    if of.view.is_some() || of.kind == Kind::Text {
        return Typed {
            kind: Kind::Text,
            ..of
        };
    }
    Typed::new(
        Value::call(Function::ToTextOrJson, vec![of.value]),
        Kind::Text,
    )
}

fn fold_case(name: &str, of: Typed) -> Typed {
    let (function, fold) = match name {
        "tolower" => (Function::Lower, Fold::Lower),
        _ => (Function::Upper, Fold::Upper),
    };
    if let Some(text) = of.text() {
        let folded = match fold {
            Fold::Lower => text.to_lowercase(),
            Fold::Upper => text.to_uppercase(),
        };
        return Typed::of(Constant::Text(folded.into()));
    }
    if let Some(Constant::List(items)) = of.as_constant() {
        let fold_one = |item: &Constant| match item {
            Constant::Text(text) if fold == Fold::Lower => {
                Constant::Text(text.to_lowercase().into())
            }
            Constant::Text(text) => Constant::Text(text.to_uppercase().into()),
            other => other.clone(),
        };
        return Typed::of(Constant::List(items.iter().map(fold_one).collect()));
    }
    let view = of.view.map(|view| View {
        fold: Some(fold),
        ..view
    });
    let mut done = Typed::new(Value::call(function, vec![of.value]), Kind::Text);
    done.view = view;
    done
}

fn negated(function: Function, of: &Typed) -> Typed {
    let inner = Value::call(function, vec![of.value.clone()]);
    Typed::new(Value::call(Function::Not, vec![inner]), Kind::Bool)
}

fn strcat(arguments: &[Typed]) -> Typed {
    let constants: Option<Vec<Text>> = arguments
        .iter()
        .map(|argument| argument.as_constant().and_then(Constant::as_text))
        .collect();
    if let Some(texts) = constants {
        return Typed::of(Constant::Text(texts.concat().into()));
    }
    let values = arguments.iter().map(|a| to_text(a.clone()).known_text());
    Typed::new(Value::call(Function::Concat, values.collect()), Kind::Text)
}

fn constant_lists(name: &str, arguments: &[Typed]) -> Option<Typed> {
    let mut all = Vec::new();
    for argument in arguments {
        match argument.as_constant()? {
            Constant::List(items) => {
                for item in items {
                    if name != "set_union" || !all.contains(item) {
                        all.push(item.clone());
                    }
                }
            }
            _ => return None,
        }
    }
    Some(Typed::of(Constant::List(all)))
}

/// `trim(regex, text)`: the expression is cut off at the ends.
fn trimmed(name: &str, regex: &str, text: &Typed) -> Option<Typed> {
    let expression = match name {
        "trim" => format!("^(?:{regex})+|(?:{regex})+$"),
        "trim_start" => format!("^(?:{regex})+"),
        _ => format!("(?:{regex})+$"),
    };
    let values = vec![
        text.value.clone(),
        Value::Literal(Constant::Text(expression.into())),
        Value::Literal(Constant::Text(Text::default())),
    ];
    Some(Typed::new(
        Value::call(Function::RegexReplace(Dialect::Re2), values),
        Kind::Text,
    ))
}

fn unit(name: &str) -> Option<Unit> {
    Some(match name.to_ascii_lowercase().as_str() {
        "year" => Unit::Year,
        "quarter" => Unit::Quarter,
        "month" => Unit::Month,
        "week" => Unit::WeekFromSunday,
        "day" => Unit::Day,
        "hour" => Unit::Hour,
        "minute" => Unit::Minute,
        "second" => Unit::Second,
        "millisecond" => Unit::Millisecond,
        "microsecond" => Unit::Microsecond,
        "nanosecond" => Unit::Nanosecond,
        _ => return None,
    })
}
