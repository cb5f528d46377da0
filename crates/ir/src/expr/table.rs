//! Which function of which language lowers to what.
//!
//! `f`, `a`, `b` are the lowered arguments in the language's order. "empty" is `""`.
//!
//! # Rules for all
//!
//! * A comparison of one field with a literal is an [`Atom`](crate::Atom), so that it is counted;
//!   anything else is `Subject::Expr` with `Test::IsTrue` over a truth-valued expression.
//! * An expression without fields and clock is folded with [`law::constant`](crate::law::constant).
//! * Replacement texts with `\1` go through [`replacement`](crate::replacement); those of ES|QL
//!   (`$1`) stay.
//! * Regular expressions: SPL, and ES|QL's `REPLACE`/`GROK`, are `Dialect::Pcre`; Kusto and YARA-L
//!   `Re2`; ES|QL's `RLIKE` `Lucene`.
//! * Sub-pipelines: `extend`, `eval`, `rex`, `parse`, `grok`, `dissect`, `spath` are `Plan::Derive` with
//!   one `RegexCapture` (or `JsonPath`, `SplunkPath`) per column; one that leaves a column alone
//!   when nothing matches is `Coalesce(new, Field(column))`.
//!
//! # Null and several values
//!
//! | language | field read in an expression | then |
//! |---|---|---|
//! | ES\|QL | `Single(field)`; bare in `MV_*` functions and aggregates | results that may be lists in `Single` again |
//! | SPL | field | `Compare(.., Sensitive, Loose)`; one of several values is enough |
//! | Kusto, text column | `Coalesce(field, "")` | `Compare(.., Typed)`, never null |
//! | Kusto, other column | field | `==` `EqualNullFalse`, `!=` `Not(EqualNullFalse)`, order `Compare` |
//! | YARA-L | `Coalesce(field, "")` or `Coalesce(field, 0)` | `Compare(.., Typed)` |
//!
//! # Truth and choice
//!
//! | SPL | Kusto | ES\|QL | YARA-L | variant |
//! |---|---|---|---|---|
//! | `AND OR NOT XOR` | `and or not()` | `AND OR NOT` | `and or not` | `And Or Not Xor` |
//! | `=` `==` | `==` | `==` | `=` | `Compare(Eq, Sensitive, ..)`, see above |
//! | | `=~` | | `= .. nocase` | `Compare(Eq, AsciiInsensitive / Insensitive, Typed)` |
//! | `in(f, ..)` | `in` / `in~` | `IN` | `in %list` | `In(case, Loose / Typed)` |
//! | `isnull` `isnotnull` | `isnull` `isnotnull` | `IS NULL` | | `IsNull`, `Not(IsNull)` |
//! | | `isempty` `isnotempty` | | `= ""` | `IsEmpty`, `Not(IsEmpty)` |
//! | `coalesce` | | `COALESCE` | | `Coalesce` |
//! | | `coalesce` | | `strings.coalesce` | `CoalesceNotEmpty` |
//! | `if` | `iff` `iif` | | `if` | `If` |
//! | `case` `validate`\* | `case` | `CASE` | | `Case` (\*`validate`: negate each condition) |
//! | `nullif` | | | | `NullIf` |
//! | `true() false() null()` | | | | literals |
//!
//! # Text tests
//!
//! | SPL | Kusto | ES\|QL | YARA-L | variant |
//! |---|---|---|---|---|
//! | `like(f, p)`, `LIKE` | | | | `Like(Sensitive)` |
//! | `searchmatch` | | `LIKE` | | `Glob(Insensitive)` and `HasWord(Insensitive)`, `Glob(Sensitive)` |
//! | | `startswith` `endswith` `contains` | `STARTS_WITH` .. | `strings.starts_with` .. | `StartsWith EndsWith Contains` (AsciiInsensitive, `_cs` and others Sensitive) |
//! | | `has` `hasprefix` `hassuffix` | | | `HasWord HasWordPrefix HasWordSuffix` |
//! | | `has_any(list)` | | | `HasWord(f, List)`; `has_all`: `And` of each |
//! | `match(f, re)` | `matches regex` | `RLIKE` | `re.regex` | `RegexMatch(dialect)` |
//! | `cidrmatch(net, f)` | `ipv4_is_in_range`, `ipv4_is_in_any_range`, `ipv6_..` | `CIDR_MATCH` | `net.ip_in_range_cidr` | `InNetwork(f, net..)` |
//! | | `ipv4_is_private` | | | `IsPrivateV4` |
//! | | `parse_ipv6 ipv4_range_to_cidr_list` | | | `FormatIpv6 RangeNetworks` |
//! | | `ipv4_is_match`, `ipv4_compare` | | | `Compare(Eq)` of `IpCompare` with 0, `IpCompare` |
//!
//! # Places
//!
//! | SPL | Kusto | ES\|QL | YARA-L | variant |
//! |---|---|---|---|---|
//! | | | `TO_GEOPOINT`, `::geo_point` | | `GeoPoint` |
//! | | | `ST_X`, `ST_Y` | | `Member(GeoPoint(p), "lon" / "lat")` |
//! | | | `ST_DISTANCE` | | `GeoDistance` of the members of both points |
//! | | | | `math.geo_distance(lon, lat, ..)` | `GeoDistance` |
//!
//! # Text
//!
//! | SPL | Kusto | ES\|QL | YARA-L | variant |
//! |---|---|---|---|---|
//! | `lower upper` | `tolower toupper` | `TO_LOWER TO_UPPER` | `strings.to_lower/upper` | `Lower Upper` |
//! | `trim ltrim rtrim` | | `TRIM LTRIM RTRIM` | `strings.trim ..` | `Trim TrimStart TrimEnd` |
//! | | `trim(re, f)` .. | | | `RegexReplaceFirst(f, "^(?:re)", "")`, and `"(?:re)$"` |
//! | `len` | `strlen` | `LENGTH` | `strings.length` | `LengthCharacters` (Kusto `string_size`, ES\|QL `BYTE_LENGTH`: `LengthBytes`) |
//! | `.` | `strcat` | `CONCAT` | `strings.concat` | `Concat` |
//! | | `strcat_delim(d, ..)`, `strcat_array` | `MV_CONCAT` | `arrays.join_string` | `Join(List(..), d)` |
//! | `mvjoin` | | | | `Join` |
//! | `split` | `split` | `SPLIT` | `strings.split` | `Split`; Kusto's third argument `Index` |
//! | `substr` | | `SUBSTRING` | | `SubstringOne` |
//! | | `substring` | | `strings.substr` | `SubstringLength` |
//! | | | `LEFT RIGHT` | | `Left Right` |
//! | | `indexof` | | | `IndexOfOrMinus` |
//! | | | `LOCATE` | | `IndexOfOne` |
//! | `replace` | `replace_regex` `replace` | `REPLACE` | `re.replace` | `RegexReplace(dialect)` |
//! | | `replace_string` | | | `Replace` |
//! | `rex` | `extract(re, g, f)` | `GROK` | `re.capture` | `RegexCapture(f, re, g)`; Kusto and YARA-L: empty for null |
//! | `rex max_match` | `extract_all` | | `re.capture_all` | `RegexCaptureAll`; Kusto `RegexGroups` |
//! | | `countof` | | | `CountText`, `RegexCount` |
//! | | | | `strings.count_substrings` | `ListLength(Split(a, b)) - 1`: occurrences do not overlap |
//! | | | | `strings.extract_hostname` | `RegexCapture` of `Trim` |
//! | `urldecode` | `url_decode url_encode_component` | `URL_DECODE URL_ENCODE` | `strings.url_decode` | `UrlDecode UrlEncode` |
//! | | `url_encode` | | | `UrlEncodeForm` |
//! | | `base64_decode_tostring`, `base64_encode_tostring` | `FROM_BASE64 TO_BASE64` | `strings.base64_decode` | `Base64Decode Base64Encode`; YARA-L `Coalesce(Base64Decode(a), a)` |
//! | `md5 sha1 sha256 sha512` | `hash_md5 hash_sha1 hash_sha256` | `MD5 SHA1 SHA256` | `hash.sha256` | `Hash(..)` |
//! | `printf` | | | | `Printf` |
//! | | `strrep` | `REPEAT`, `SPACE(n)` | | `Repeat` |
//! | | `reverse` | `REVERSE` | `strings.reverse` | `Reverse` |
//!
//! # Kinds
//!
//! | SPL | Kusto | ES\|QL | YARA-L | variant |
//! |---|---|---|---|---|
//! | `tonumber` | | | | `ToNumber` |
//! | | `toint tolong` | `TO_INTEGER TO_LONG` | `cast.as_int` | `ToInt(Truncate)`, ES\|QL `ToInt(Nearest)` |
//! | | `todouble toreal` | `TO_DOUBLE` | `cast.as_float` | `ToFloat` |
//! | | `tobool` | `TO_BOOLEAN` | | `ToBool`; YARA-L's `cast.as_bool` `IsTrue(In(a, "true", 1))` |
//! | `tostring` | | `TO_STRING` | `cast.as_string` | `ToText`; SPL `"commas"` `FormatCommas`, `"duration"` `FormatDuration`, `"hex"` `Printf("0x%X")` |
//! | | `tostring` | | | `Coalesce(ToTextOrJson(f), "")` |
//! | | `todatetime` | `TO_DATETIME` | | `ToTime` |
//! | | `totimespan` | | | `ToDuration` |
//! | | | `TO_IP` | | `ToIp` |
//! | `isnum isint isstr isbool` | | | | `IsNumber IsInt IsText IsBool` |
//! | `typeof` | `gettype` | | | `TypeOf(..)` |
//! | `json_extract spath` | | `JSON_EXTRACT` | | `JsonPath`, `SplunkPath` |
//! | | `parse_json todynamic` | | | `ParseDynamic` |
//! | | `extractjson` | | | `JsonPath` |
//! | `json_object` | `bag_pack pack` | | | `Object`, in SPL under `ToTextOrJson`, as all of its JSON |
//! | `json_keys` | `bag_keys` | | | `Keys` |
//! | | `bag_merge` `bag_has_key` `bag_remove_keys` `pack_all` | | | `Merge HasKey WithoutKeys RowObject` |
//! | | `d.a`, `d["a"]`, `d[0]` | | `f["a"]` | `Member` |
//! | | `parse_url parse_path parse_command_line parse_csv parse_xml parse_version` | | | `ParseUrl ..` |
//!
//! # Lists
//!
//! | SPL | Kusto | ES\|QL | YARA-L | variant |
//! |---|---|---|---|---|
//! | `mvcount` | | `MV_COUNT` | `arrays.length` | `ListLength` |
//! | | `array_length` | | | `ArrayLength` |
//! | | `series_add series_greater` .., `series_fill_*` | | | `SeriesPair(op) SeriesFill(how)` |
//! | | `series_stats series_fit_line` and `_dynamic` | | | `SeriesStatistics SeriesLine` |
//! | `mvindex(f, n)` | `d[n]` | | `arrays.index_to_str` | `Index` |
//! | `mvindex(f, a, b)` | `array_slice` | `MV_SLICE` | | `Slice` |
//! | `mvappend` | `array_concat` | `MV_APPEND` | `arrays.concat` | `ListConcat` |
//! | `mvdedup` | | `MV_DEDUPE` | | `Distinct` |
//! | `mvsort` | `array_sort_asc array_sort_desc` | `MV_SORT` | | `ListSort ListSortDescending` |
//! | `mvfind` | | | | `ListFindRegex` |
//! | `mvfilter(c)` `mvmap(f, e)` | | | | `Each::Filter` `Each::Map` |
//! | `mvzip` `mvrange` | `range` | `MV_ZIP` | | `Zip Range RangeInclusive` |
//! | | `array_index_of` | | | `ListIndexOf` |
//! | | `set_has_element` | `MV_CONTAINS` | `arrays.contains` | `ListContains(Sensitive)` |
//! | | `set_intersect set_difference set_union` | `MV_INTERSECTION` | | `Intersect Difference Union` |
//! | | | `MV_FIRST MV_LAST MV_MIN MV_MAX MV_SUM MV_AVG MV_MEDIAN` | `arrays.min ..` | `ListFirst ..` |
//! | | `pack_array` | | | `List` |
//! | | `mv-expand` | | | `Plan::Expand` of `Elements(f)` |
//! | `mvexpand` | | `MV_EXPAND` | | `Plan::Expand` of the field, empty rows kept |
//!
//! # Numbers and time
//!
//! | SPL | Kusto | ES\|QL | YARA-L | variant |
//! |---|---|---|---|---|
//! | `+ - * %` | same | same | same | `Add Subtract Multiply Modulo` (SPL's `+`: `AddOrJoin`, with a literal text `Concat`) |
//! | `/` | `/` | `/` | `/` | SPL `DivideReal`, others `Divide` |
//! | `round floor ceiling abs sqrt pow exp ln log` | `round ..` | `ROUND ..` | `math.round ..` | `Round Floor Ceiling Abs SquareRoot Power Exponential Logarithm` |
//! | `min max` | `min_of max_of` | | | `LeastKnown GreatestKnown` |
//! | | | `LEAST GREATEST` | | `Least Greatest` |
//! | `now() time()` | `now()` | `NOW()` | `timestamp.current_seconds` | `Now`, in SPL and YARA-L under `ToUnixSeconds` / `ToUnix(Second)` |
//! | `_time` | | `@timestamp` | `metadata.event_timestamp` | the field, else `RowTime` |
//! | | `ago(d)` | `NOW() - d` | | `Subtract(Now, d)`, against a field alone `Test::Time` with `Instant::Run` |
//! | `bin span=` | `bin(v, d)` | `DATE_TRUNC(d, t)`, `BUCKET` | | `Bin`; calendar units `TimeTruncate(unit)` |
//! | | `startofday .. endofday` | | | `TimeTruncate(unit)`, `TimeEnd(unit)`, weeks `WeekFromSunday` |
//! | | `datetime_add(u, n, t)` | | | `TimeAdd(u)(t, n)` |
//! | | `datetime_diff(u, a, b)` | | | `TimeBoundaries(u)(b, a)` |
//! | | | `DATE_DIFF(u, a, b)` | | `TimeDifference(u)(a, b)` |
//! | | `hourofday dayofmonth ..`, `datetime_part` | `DATE_EXTRACT` | `timestamp.get_hour` | `HourOfDay ..`; Kusto's `dayofweek` is `DurationOf(Day)(DayOfWeek)`, YARA-L's `DayOfWeek` + 1 |
//! | `strftime` | | | `timestamp.get_timestamp` | `FormatTime(Strftime)` |
//! | | `format_datetime format_timespan` | `DATE_FORMAT(f, t)` | | `FormatTime(Letters)(t, f)` |
//! | `strptime` | | `DATE_PARSE(f, s)` | | `ParseTime(..)`, SPL's under `ToUnixSeconds` |
//! | `relative_time` | | | | `RelativeTime` |
//! | | `unixtime_milliseconds_todatetime` .. | | | `FromUnix(unit)` |
//! | `tostring(x, "duration")` | | | | `FormatDuration` |
//!
//! # Measures
//!
//! | SPL | Kusto | ES\|QL | YARA-L | [`MeasureFunction`](crate::MeasureFunction) |
//! |---|---|---|---|---|
//! | `count` | `count()`, `countif(p)` | `COUNT(*)`, `.. WHERE p` | `#e` | `Count`, with `Measure::filter` |
//! | `count(f)` | | `COUNT(f)` | `count(f)` | `CountValues` |
//! | `count(eval(p))` | | | | `Count` with the filter `p` |
//! | `dc` | `dcount` `count_distinct` | `COUNT_DISTINCT` | `count_distinct` | `CountDistinct` |
//! | `values` | | `VALUES` | `array_distinct` | `Values` |
//! | | `make_set` | | | `Set` |
//! | `list` | `make_list` | | `array` | `List` |
//! | `first last` | | | | `First Last` |
//! | `earliest latest` | | `FIRST(f, t) LAST(f, t)` | `earliest latest` | `Earliest Latest`, ES\|QL `ArgMin`/`ArgMax` |
//! | | `arg_max(by, f)`, `arg_max(by, *)` | | | `ArgMax`, `RowOfMax` |
//! | | `take_any` `any` | | | `Any` |
//! | `sum avg min max` | same | same | same | `Sum Average Min Max` |
//! | `median` | | `MEDIAN` | | `Median` |
//! | `perc95` `p95` | `percentile` | `PERCENTILE` | | `PercentileNearest`, ES\|QL `Percentile` |
//! | `stdev stdevp var varp` | `stdev stdevp variance` | `STD_DEV` | `stddev` | `Deviation Variance` (ES\|QL: whole) |
//! | `mode range rate` | | | | `Mode Range Rate` |
//! | | `make_bag` | `TOP` | | `MakeBag`, `Top` |
//! | | `binary_all_or` `binary_all_and` `binary_all_xor` | | | `BitOr BitAnd BitXor` |
//!
//! Stages: `stats`/`summarize`/`STATS` are [`Aggregate`](crate::Aggregate) with `Window::Whole` and `closed`,
//! keys `optional` in Kusto and ES|QL, not in SPL and YARA-L; computed keys are a `Derive` before.
//! `eventstats`/`INLINE STATS` are `Inline`, `streamstats`, `row_number()`, `prev()`, `next()` `Running`.
