//! The functions of the representation.

use super::{Coerce, Filling, Hash, PairOp, Round, TimeFormat, TypeNames, Unit};
use crate::{Case, CompareOp, Dialect, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The functions of the representation: each has one meaning, whatever languages use it.
///
/// What holds for all unless a line says otherwise:
///
/// * **Null.** A null argument gives null. So does an argument of the wrong kind, an overflow, a
///   malformed pattern. Truth is three-valued: true, false, null.
/// * **Lists.** *(scalar)* functions of a list give the list of their values over its elements.
///   *(test)* functions of a list are true if they are for one element (of each list argument one),
///   else false if they are for one, else null. *(whole)* functions see lists as a whole; a value
///   that is no list counts there as a list of one. ES|QL, where an operator on several values is
///   null, wraps its field reads in [`Function::Single`].
/// * **Text** arguments take the text form of any scalar ([`Value::as_text`](crate::Value::as_text)).
/// * **Positions** count characters (Unicode scalar values) from 0 unless the name says otherwise.
/// * Arguments in `[ ]` may be missing.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    // --- arithmetic (scalar): numbers, or texts that write them ---
    /// `(a, b)`: sum; a time and a length of time give a time, two lengths a length.
    Add,
    /// `(a, b)`: the sum of two numbers (or texts that write them), else both as texts, joined. SPL's
    /// `+`.
    AddOrJoin,
    /// `(a, b)`: `a - b`; two times (or texts that write instants) give the length between, a time
    /// and a length a time.
    Subtract,
    /// `(a, b)`: product; a length of time times a number is a length.
    Multiply,
    /// `(a, b)`: quotient; of two whole numbers truncated toward zero; null when `b` is 0. Two
    /// lengths of time give a number, a length and a number a length.
    Divide,
    /// `(a, b)`: quotient, never truncated: a whole quotient of whole numbers stays whole, any
    /// other is a fraction; null when `b` is 0. SPL.
    DivideReal,
    /// `(a, b)`: remainder with the sign of `a`; null when `b` is 0.
    Modulo,
    /// `(a, b)`: remainder from 0 up to the size of `b`; null when `b` is 0. Kusto.
    ModuloEuclid,
    /// `(a)`: minus `a`.
    Negate,
    /// `(a)`: without sign; of a length of time too.
    Abs,
    /// `(a)`: the smallest whole number not below.
    Ceiling,
    /// `(a)`: the largest whole number not above.
    Floor,
    /// `(a[, digits])`: to the nearest with that many decimals (0), halves away from zero.
    Round,
    /// `(a)`: -1, 0 or 1.
    Sign,
    /// `(a)`: square root; null below 0.
    SquareRoot,
    /// `(a)`: cube root.
    CubeRoot,
    /// `(a, b)`: the square root of the sum of their squares.
    Hypotenuse,
    /// `(a, b)`: `a` to the power of `b`; whole for whole numbers when it fits and `b` is not
    /// negative.
    Power,
    /// `(a)`: e to the power of `a`.
    Exponential,
    /// `(a[, base])`: logarithm, natural without a base; null unless both are positive.
    Logarithm,
    /// `(a)`: sine of an angle in radians.
    Sine,
    /// `(a)`: cosine of an angle in radians.
    Cosine,
    /// `(a)`: tangent of an angle in radians.
    Tangent,
    /// `(a)`: angle in radians with that sine; null outside -1 to 1.
    ArcSine,
    /// `(a)`: angle in radians with that cosine; null outside -1 to 1.
    ArcCosine,
    /// `(a[, b])`: angle in radians with that tangent, or of the point with height `a` and
    /// distance `b`.
    ArcTangent,
    /// `(a)`: hyperbolic sine.
    SineHyperbolic,
    /// `(a)`: hyperbolic cosine.
    CosineHyperbolic,
    /// `(a)`: hyperbolic tangent.
    TangentHyperbolic,
    /// `(a)`: the number with that hyperbolic sine.
    ArcSineHyperbolic,
    /// `(a)`: the number from 0 with that hyperbolic cosine; null below 1.
    ArcCosineHyperbolic,
    /// `(a)`: the number with that hyperbolic tangent; null outside -1 to 1.
    ArcTangentHyperbolic,
    /// `(a, ...)`: the smallest argument by [`Function::Compare`]'s order.
    Least,
    /// `(a, ...)`: the largest argument.
    Greatest,
    /// As [`Function::Least`], nulls left out, lists by their elements *(whole)*.
    LeastKnown,
    /// As [`Function::Greatest`], nulls left out, lists by their elements *(whole)*.
    GreatestKnown,
    /// `(a, b)`: bits in both.
    BitAnd,
    /// `(a, b)`: bits in either.
    BitOr,
    /// `(a, b)`: bits in one.
    BitXor,
    /// `(a)`: bits not in `a`.
    BitNot,
    /// `(a)`: how many bits of a whole number are set.
    BitCount,
    /// `(a, n)`: shifted left; `n` modulo 64.
    ShiftLeft,
    /// `(a, n)`: shifted right, keeping the sign; `n` modulo 64.
    ShiftRight,

    // --- truth (whole; three-valued) ---
    /// `(a)`: true for false, false for true, null for null. A list counts as true if one of its
    /// elements is.
    Not,
    /// `(a, ...)`: false if one is false, else null if one is null, else true.
    And,
    /// `(a, ...)`: true if one is true, else null if one is null, else false.
    Or,
    /// `(a, b)`: exactly one is true.
    Xor,
    /// `(a)`: whether `a` is null (or the empty list); never null.
    IsNull,
    /// `(a)`: whether `a` is null, the empty text, or the empty list or object; never null.
    IsEmpty,
    /// `(a)`: true only for true; null counts as false.
    IsTrue,
    /// `(a, ...)`: the first argument that is not null.
    Coalesce,
    /// `(a, ...)`: the first argument that is neither null nor the empty text; null when none is.
    CoalesceNotEmpty,
    /// `(condition, then[, else])`: `then` when the condition is true, `else` (null) when it is
    /// false or null.
    If,
    /// `(c1, v1, c2, v2, ...[, default])`: the value of the first true condition; an argument
    /// without a partner is the default, null without one.
    Case,
    /// `(a, b)`: null when they are equal, else `a`.
    NullIf,

    // --- tests (test) ---
    /// `(a, b)`: whether they stand in the relation: numbers by size, texts by characters under
    /// the case rule, truth values (false before true), instants, lengths of time. Kinds that do
    /// not compare: false for `eq`, null for an order.
    Compare(CompareOp, Case, Coerce),
    /// `(a, b)`: as `Compare(Eq)`, but false when exactly one is null: Kusto's `==` on what is not
    /// text. Null when both are.
    EqualNullFalse(Case),
    /// `(a, b, ...)`: `a` equals one of the others (list arguments by their elements): true if so,
    /// else null if `a` or one of them is null, else false.
    In(Case, Coerce),
    /// `(text, needle)`: begins with it.
    StartsWith(Case),
    /// `(text, needle)`: ends with it.
    EndsWith(Case),
    /// `(text, needle)`: holds it.
    Contains(Case),
    /// `(text, pattern)`: fits as a whole: `%` any run, `_` one character, `\` escapes.
    Like(Case),
    /// `(text, pattern)`: fits as a whole: `*` any run, `?` one character, `\` escapes.
    Glob(Case),
    /// `(text, words)`: occurs with both edges at word boundaries, as [`Term`](crate::Term) says.
    HasWord(Case),
    /// `(text, words)`: occurs with its left edge at a word boundary.
    HasWordPrefix(Case),
    /// `(text, words)`: occurs with its right edge at a word boundary.
    HasWordSuffix(Case),
    /// `(text, expression)`: matches in any part (as a whole in Lucene). Flags stand in the
    /// expression: `(?i)`.
    RegexMatch(Dialect),
    /// `(ip, net, ...)`: the address lies in one of the networks (`10.0.0.0/8`; an address alone
    /// is a network of itself). A first argument that is no address: null.
    InNetwork,
    /// `(text, ip)`: the IPv4 address stands in the text with no letter or digit at its edges. A
    /// second argument that is no address: false.
    HasIpv4,
    /// `(text, prefix)`: an IPv4 address that begins with the prefix (`10.1.`, or a whole address;
    /// any other: false) stands so in the text.
    HasIpv4Prefix,
    /// `(ip)`: an IPv4 address, or a network's, in 10/8, 172.16/12, 192.168/16. No IPv4 address: null.
    IsPrivateV4,
    /// `(ip)`: an address in a private range: those of IPv4, loopback, link-local, fc00::/7.
    IsPrivate,
    /// `(a)`: is a whole number.
    IsInt,
    /// `(a)`: is a number, or a text that writes one.
    IsNumber,
    /// `(a)`: is a text that writes no number (SPL's `isstr`).
    IsText,
    /// `(a)`: is a truth value.
    IsBool,
    /// `(text)`: is an IPv4 or IPv6 address.
    IsIp,

    // --- kinds ---
    /// `(a)` *(whole)*: is a list.
    IsList,
    /// `(a)` *(whole)*: is an object.
    IsObject,
    /// `(a)` *(whole)*: name of its type; never null.
    TypeOf(TypeNames),
    /// `(text[, base])`: the number that a text writes, in `base` (10, or 16 after `0x`); null
    /// when it is none.
    ToNumber,
    /// `(a)`: whole number of a number, a text that writes one (to be truncated `0x` too), or a
    /// truth value (1, 0).
    ToInt(Round),
    /// `(a)`: as [`Function::ToInt`] to the nearest; null outside of 32 bits: ES|QL's integers.
    ToInt32,
    /// `(a)`: number in floating point, of the same.
    ToFloat,
    /// `(a)`: truth value of a truth value, `true`/`false` in any case, or a number (not 0).
    ToBool,
    /// `(a)`: truth value of a truth value, of a number (not 0), or of a text: whether it is `true`
    /// in any case. ES|QL.
    ToBoolWord,
    /// `(a)`: text form of any scalar.
    ToText,
    /// `(a)`: text form of any scalar; of a number in floating point as Java writes it (`5.0`,
    /// `1.0E10`). ES|QL.
    ToTextJava,
    /// `(a)` *(whole)*: text form of a scalar, JSON of a list or object; instants and lengths of time
    /// as [`Value::as_long_text`](crate::Value::as_long_text): Kusto's `tostring`.
    ToTextOrJson,
    /// `(a)`: an instant; of a text in ISO 8601 form (without an offset UTC) or a whole number of
    /// milliseconds since the Unix epoch.
    ToTime,
    /// `(a)`: a length of time; of a text `[-][d.]hh:mm:ss[.f]`, a number with a unit (`5m`, `3
    /// hours`), or of a whole number of days (Kusto).
    ToDuration,
    /// `(text)`: an IP address in its usual form; an IPv4 address written in IPv6
    /// (`::ffff:10.0.0.1`) is the IPv4 address.
    ToIp,

    // --- text (scalar) ---
    /// `(text)`: number of UTF-16 code units, as EQL counts; of a list, its length *(whole)*.
    Length,
    /// `(text)`: number of characters.
    LengthCharacters,
    /// `(text)`: number of bytes in UTF-8.
    LengthBytes,
    /// `(a, b, ...)`: the texts joined.
    Concat,
    /// `(text)`: lower case.
    Lower,
    /// `(text)`: upper case.
    Upper,
    /// `(text[, characters])`: without those (white space) at both ends.
    Trim,
    /// `(text[, characters])`: without those at the start.
    TrimStart,
    /// `(text[, characters])`: without those at the end.
    TrimEnd,
    /// `(text)`: characters in reverse; of a list, see [`Function::ListReverse`].
    Reverse,
    /// `(text, n)`: `n` times; null when longer than a mebibyte or `n` is negative.
    Repeat,
    /// `(text, old, new)`: every occurrence replaced; an empty `old` changes nothing.
    Replace,
    /// `(text, expression, replacement)`: every match replaced. `$1`, `${name}` stand for groups,
    /// `$$` for `$`; see [`replacement`](crate::replacement).
    RegexReplace(Dialect),
    /// As [`Function::RegexReplace`], the first match alone.
    RegexReplaceFirst(Dialect),
    /// `(text, expression, group)`: a group of the first match, by number (0: the match) or name;
    /// null without a match or when the group took no part.
    RegexCapture(Dialect),
    /// `(text, expression, group)`: the list of a group over all matches; null without a match.
    RegexCaptureAll(Dialect),
    /// `(text, expression)`: all groups of all matches: one group a list of texts, several a list of lists;
    /// null without a match. Kusto's `extract_all`.
    RegexGroups(Dialect),
    /// `(text, expression)`: number of matches.
    RegexCount(Dialect),
    /// `(text, needle)`: number of occurrences, overlapping ones too.
    CountText,
    /// `(text, separator)`: the list of parts, empty ones kept; an empty separator splits into
    /// characters.
    Split,
    /// `(text, start[, end])`: characters from `start` up to but without `end`; negative
    /// positions count from the end, positions past the end clamp.
    Substring,
    /// `(text, start[, length])`: as many characters from `start`; negative from the end, clamped.
    /// Kusto.
    SubstringLength,
    /// `(text, start[, length])`: the same, the first character is 1 (0 counts as 1): SPL, ES|QL.
    SubstringOne,
    /// `(text, n)`: the first `n` characters; negative `n` none.
    Left,
    /// `(text, n)`: the last `n` characters.
    Right,
    /// `(text, left, right)`: what stands between the first `left` and the next `right`; empty
    /// when either is missing.
    Between,
    /// As [`Function::Between`], case-insensitive.
    BetweenInsensitive,
    /// `(text, needle[, start])`: position of the first `needle` at or after `start`, from 0;
    /// null when there is none.
    IndexOf,
    /// As [`Function::IndexOf`], case-insensitive.
    IndexOfInsensitive,
    /// `(text, needle[, start])`: as [`Function::IndexOf`], -1 when there is none: Kusto.
    IndexOfOrMinus,
    /// `(text, needle[, start])`: position from 1, 0 when there is none, `start` from 1: ES|QL.
    IndexOfOne,
    /// `(text)`: `%41` and `+` read; malformed escapes stay.
    UrlDecode,
    /// `(text)`: everything but `A-Z a-z 0-9 - _ . ~` as `%41`.
    UrlEncode,
    /// `(text)`: a space as `+`, everything but `A-Z a-z 0-9 - _ . ! * ( )` as `%2f`, in small
    /// letters: forms of a web page, as .NET encodes them.
    UrlEncodeForm,
    /// `(text)`: Base64 of its UTF-8.
    Base64Encode,
    /// `(text)`: the text behind Base64, standard or URL alphabet, padding optional; null when it
    /// is none or not UTF-8.
    Base64Decode,
    /// `(text)`: lower-case hexadecimal of its UTF-8.
    HexEncode,
    /// `(text)`: the text behind hexadecimal.
    HexDecode,
    /// `(text)`: the list of bytes (0 to 255) behind Base64; null when it is none.
    Base64Bytes,
    /// `(code, ...)`: the text of Unicode code points, lists by their elements *(whole)*; null when
    /// one is none.
    FromCodePoints,
    /// `(text)`: the list of its Unicode code points; the empty list for the empty text.
    ToCodePoints,
    /// `(from, to, text)`: each character of `from` replaced by the one at its place in `to`, by
    /// the last of `to` where that is shorter, by nothing when `to` is empty: Kusto's `translate`.
    Translate,
    /// `(text, expression[, start])`: position of the first match at or after `start`, -1 when there
    /// is none.
    RegexIndexOf(Dialect),
    /// `(text)`: hash of its UTF-8.
    Hash(Hash),
    /// `(a)`: 64-bit xxHash with seed 0 of a text's UTF-8, or of the 8 little-endian bytes of a
    /// whole number, of an instant (in units of 100 ns since year 1) or of a length (of 100 ns).
    /// Kusto's `hash`.
    XxHash,
    /// `(format, a, ...)`: C's printf: `%s %d %i %u %f %.2f %e %x %X %o %c %%`, flags, widths.
    Printf,
    /// `(a, separator)`: a number with thousands separated: `tostring(x, "commas")`.
    FormatCommas,

    // --- parsing ---
    /// `(text)`: the value that a JSON text writes; null when it is none. What is no text stays.
    ParseJson,
    /// `(text)`: as [`Function::ParseJson`], but a text that is no JSON stays a text: Kusto.
    ParseDynamic,
    /// `(value, path)` *(whole)*: what stands at a path: `$.a.b[0]['c']`; a text value is parsed
    /// as JSON first. `*` for all elements gives a list. Null when there is nothing.
    JsonPath,
    /// `(value, path)` *(whole)*: as [`Function::JsonPath`], in `spath`'s grammar: `a.b{}.c`, `a{0}`; of
    /// an XML text too, its root the first name: `a.b{@id}`, `a.b{1}`.
    SplunkPath,
    /// `(text, pair separators, value separators)`: an object of the pairs in a text such as
    /// `a=1, b="x y"`; each character of a separator argument separates.
    ParseKeyValue,
    /// `(text, pair separator, value separator[, quotes[, escape]])`: an object of the pairs in a
    /// text; each separator is a text as a whole. A key or a value that begins with the first
    /// character of `quotes` ends at the last one of it; neither is part of it. Behind `escape` a
    /// quote is a character like others.
    ParsePairs,
    /// `(text)`: an object with `Scheme`, `Host`, `Port`, `Path`, `Username`, `Password`, `Query
    /// Parameters` (an object), `Fragment`; parts that are missing are empty.
    ParseUrl,
    /// `(text)`: an object with one member `Query Parameters`, an object of the pairs of a query
    /// text (`a=1&b=2`).
    ParseQuery,
    /// `(text)`: an object with `Scheme`, `RootPath`, `DirectoryPath`, `DirectoryName`,
    /// `Filename`, `Extension`, `AlternateDataStreamName`; what is missing is empty.
    ParsePath,
    /// `(text)`: the list of arguments that Windows makes of a command line.
    ParseCommandLine,
    /// `(text)`: the list of fields of one CSV record.
    ParseCsv,
    /// `(text)`: an object of an XML text: elements by name, attributes with `@`, text `#text`.
    ParseXml,
    /// `(text)`: a version `1.2.3.4` as a text that orders as versions do.
    ParseVersion,

    // --- lists (whole) ---
    /// `(a, ...)`: the list of the arguments, nulls kept; never null.
    List,
    /// `(list)`: how many elements; null for null.
    ListLength,
    /// `(a)`: how many elements a list has, or the JSON text of one; null of anything else. Kusto.
    ArrayLength,
    /// `(list, n)`: element `n` from 0, negative from the end; null outside.
    Index,
    /// `(list, from, to)`: elements from `from` to `to`, both inclusive, negative from the end;
    /// null when there are none.
    Slice,
    /// `(list)`: first element.
    ListFirst,
    /// `(list)`: last element.
    ListLast,
    /// `(list)`: smallest element.
    ListMin,
    /// `(list)`: largest element.
    ListMax,
    /// `(list)`: sum of the numbers.
    ListSum,
    /// `(list)`: mean of the numbers.
    ListAverage,
    /// `(list)`: median of the numbers, of whole ones rounded down.
    ListMedian,
    /// `(list, share)`: as [`Percentile`](crate::MeasureFunction::Percentile) of the numbers, share
    /// from 0 to 100, else null; between whole ones cut down toward the smaller.
    ListPercentile,
    /// `(list, p)`: the sum of each number divided by its place, from 1, to the power of `p`.
    ListSeries,
    /// `(list)`: each element once, in order of first appearance.
    Distinct,
    /// `(list)`: in ascending order.
    ListSort,
    /// `(list)`: in descending order.
    ListSortDescending,
    /// `(list)`: last element first.
    ListReverse,
    /// `(a, ...)`: elements of all, nulls left out; null when there are none.
    ListConcat,
    /// `(list, value)`: an element equals the value (a list: every one of its elements does).
    ListContains(Case),
    /// `(a, b)`: elements of `a` that are in `b`, each once.
    Intersect,
    /// `(a, b, ...)`: elements of `a` that are in none of the others, each once.
    Difference,
    /// `(a, b, ...)`: elements of any, each once.
    Union,
    /// `(list, value)`: position of the first equal element, -1 when there is none.
    ListIndexOf,
    /// `(list, expression)`: position of the first element that matches (in PCRE), null when
    /// there is none: SPL's `mvfind`.
    ListFindRegex,
    /// `(list, separator)`: the text forms joined; null elements left out.
    Join,
    /// `(a, b[, separator])`: texts of pairs, joined by the separator (`,`), as many as the
    /// shorter has: `mvzip`.
    Zip,
    /// `(a, b[, separator])`: the same, followed by what the longer has more; null counts as no
    /// elements: ES|QL.
    ZipLongest,
    /// `(conditions, a, b)`: for each element of the first list the element of `a` at its place
    /// where it is true, else that of `b`; a value that is no list stands for itself at all places.
    ChooseEach,
    /// `(list, n[, fill])`: elements moved `n` places to the end (to the start when negative); the
    /// places left get `fill`.
    ListShift,
    /// `(list, n)`: elements moved `n` places to the end, those that fall off to the start.
    ListRotate,
    /// `(list, position, ...)`: the list of the parts that begin at the positions (list arguments
    /// by their elements; negative from the end).
    ListSplit,
    /// `(a, b, ...)`: the list of the lists of the elements at each place, as many as the longest
    /// has, nulls in place of what is missing: Kusto's `zip`.
    Transpose,
    /// `(value, n)`: the list with the value `n` times, at most 10,000.
    ListRepeat,
    /// `(a, b, ...)`: whether all hold the same elements, in any order and number.
    SetEquals,
    /// `(a, b)`: how many elements both have of those that one has, each counted once, as a
    /// fraction.
    Jaccard,
    /// `(a, b)`: for each place of two lists of numbers what is computed of the two elements there;
    /// null where one is no number or is missing.
    SeriesPair(PairOp),
    /// `(list, missing[, constant])`: with null elements, and those that equal `missing`, replaced.
    /// `constant` is what they become, or in [`Filling::Linear`] what they become where none is there.
    SeriesFill(Filling),
    /// `(list[, skip])`: an object of `min`, `min_idx`, `max`, `max_idx` (positions), `avg`, `stdev`
    /// and `variance` (of a sample), `sum` and `len` of the numbers. Null when one element is no number,
    /// unless `skip` is true.
    SeriesStatistics,
    /// `(list)`: the straight line that fits the numbers best, the first at 1, by least squares: an
    /// object of `rsquare`, `slope`, `variance` (of the numbers) and `rvariance` (of the distances; both
    /// of a sample), `interception` and `line_fit` (the list of the line's values). Null when an element
    /// is no number or there are fewer than two.
    SeriesLine,
    /// `(from, to[, step])`: numbers from `from` up to but without `to`; at most 10,000.
    Range,
    /// `(from, to[, step])`: numbers (or times, with a length as step) up to and with `to`.
    RangeInclusive,
    /// `(a)`: the value when there is exactly one, null for a list of several or none: ES|QL.
    Single,
    /// `(a)`: what Kusto's `mv-expand` makes rows of: a list's elements; an object as a list of
    /// objects with one key each; a text that writes either likewise; null for null.
    Elements,

    // --- objects (whole) ---
    /// `(k1, v1, k2, v2, ...)`: an object; never null. Of equal keys the last counts.
    Object,
    /// `(a, key)`: the member of an object; of a list with a number key the element (negative
    /// from the end); null when it has none. A text is parsed as JSON first.
    Member,
    /// `(a)`: the list of an object's keys.
    Keys,
    /// `(a, ...)`: members of all objects; of equal keys the first counts.
    Merge,
    /// `(a, key)`: an object has the key; of a list: has the element.
    HasKey,
    /// `(a, keys)`: an object without some keys.
    WithoutKeys,
    /// `(a, key, value)`: an object with a member set.
    WithKey,
    /// `(keys, values)`: an object of two lists; a missing value is null, further values are left.
    ObjectOfLists,
    /// `()`: an object of every field of the row: Kusto's `pack_all`.
    RowObject,
    /// `()`: the declared source of the row's event, such as its table; null when it says none.
    RowSource,

    // --- time (scalar, UTC) ---
    /// `()`: the instant of the run.
    Now,
    /// `([part])`: the time of the row; of the part of that name (see `Plan::Named`).
    RowTime,
    /// `(time)`: minute of the hour, 0 to 59.
    MinuteOfHour,
    /// `(time)`: hour of the day, 0 to 23.
    HourOfDay,
    /// `(time)`: day of the month, 1 to 31.
    DayOfMonth,
    /// `(time)`: ISO week of the year, 1 to 53.
    WeekOfYear,
    /// `(time)`: month, 1 to 12.
    MonthOfYear,
    /// `(time)`: year.
    Year,
    /// `(time)`: second of the minute, 0 to 59.
    SecondOfMinute,
    /// `(time)`: day of the week, 0 (Sunday) to 6.
    DayOfWeek,
    /// `(time)`: day of the year, 1 to 366.
    DayOfYear,
    /// `(time[, n])`: the start of the unit, or of the stretch of `n` units (counted from the Unix
    /// epoch, from Monday 1969-12-29 for weeks, from January of year 1 for months and longer).
    TimeTruncate(Unit),
    /// `(time)`: the last 100 nanoseconds of the unit: Kusto's `endofday`.
    TimeEnd(Unit),
    /// `(year, month, day[, hour, minute, second])`: an instant; seconds may have a fraction. Null
    /// when there is no such date.
    MakeTime,
    /// `(value, size[, origin])`: cut down to a multiple of `size` from `origin` (the epoch, 0):
    /// times by lengths, lengths by lengths, numbers by numbers. A size not above 0: null.
    Bin,
    /// `(time, n, from, to)`: cut down to the first of the stretches of which at most `n` reach from
    /// `from` to `to`: the shortest of a year, month, week, day, 12, 3 or 1 hours, 30, 10, 5 or 1
    /// minutes, 30, 10, 5 or 1 seconds, 100, 50, 10 or 1 milliseconds before the first of which there
    /// would be more; a year when all would. ES|QL.
    TimeBucket,
    /// `(time, n)`: `n` units later; a day that a month does not have becomes its last.
    TimeAdd(Unit),
    /// `(from, to)`: whole units from one to the other, toward zero: ES|QL.
    TimeDifference(Unit),
    /// `(from, to)`: how many beginnings of the unit lie between: Kusto's `datetime_diff(to, from)`.
    TimeBoundaries(Unit),
    /// `(n)`: the instant `n` units (with fraction) after the Unix epoch.
    FromUnix(Unit),
    /// `(time)`: units since the Unix epoch, cut down to a whole number.
    ToUnix(Unit),
    /// `(time)`: seconds since the Unix epoch, with fraction when there is one: SPL's `_time`.
    ToUnixSeconds,
    /// `(n)`: a length of `n` units (with fraction); null for months and longer.
    DurationOf(Unit),
    /// `(length)`: units in a length of time, as a fraction.
    DurationIn(Unit),
    /// `(time or length, format)`: written in a format; a number is seconds since the Unix epoch
    /// in `strftime`.
    FormatTime(TimeFormat),
    /// `(text, format)`: the instant that a text writes in a format; null when it does not fit. What
    /// stands behind it is not looked at in `strftime`'s formats.
    ParseTime(TimeFormat),
    /// `(time, modifiers)`: moved by Splunk's modifiers (`-1d@d+3h`, `@w1`); a number is seconds
    /// since the Unix epoch and stays one.
    RelativeTime,
    /// `(seconds or length)`: `[d+]hh:mm:ss`, as SPL's `tostring(x, "duration")`.
    FormatDuration,

    // --- addresses (scalar) ---
    /// `(ip, v4 bits, v6 bits)`: the first address of the network of that many bits.
    IpPrefix,
    /// `(a, b[, bits])`: -1, 0 or 1 by the order of the first `bits` of two addresses; of networks
    /// (`10.0.0.0/8`) at most as many bits as their prefixes have.
    IpCompare,
    /// `(ip)`: an IPv4 address as a number; of a network (`10.0.0.0/8`) its first address.
    IpToNumber,
    /// `(ip)`: an address as 32 hexadecimal digits, IPv4 mapped into IPv6: equal for equal
    /// addresses, and in their order.
    IpToHex,
    /// `(text)`: the address of 32 hexadecimal digits.
    IpFromHex,
    /// `(ip or number[, bits])`: an IPv4 address with all but its first `bits` (32) cleared, as
    /// text.
    FormatIpv4,
    /// `(ip[, bits])`: an address with all but its first `bits` cleared, as IPv6 with all its digits;
    /// one of IPv4 as `::ffff:a.b.c.d`. Bits of a network (`10.0.0.0/8`, `fe80::/10`) count at most.
    FormatIpv6,
    /// `(from, to)`: the list of the fewest IPv4 networks that hold the addresses between two, both
    /// inclusive.
    RangeNetworks,
    /// `(ip)`: how many bits of an IPv4 network are its prefix; 32 of an address alone.
    NetworkBits,

    // --- places on the earth ---
    /// `(a)` *(whole)*: a point as an object of `lat` and `lon` in degrees; of `lat,lon` or
    /// `POINT (lon lat)`, an object of `lat` and `lon` or of GeoJSON, a list `[lon, lat]`. Null when it
    /// is none, or outside 90 and 180 degrees.
    GeoPoint,
    /// `(lat, lon, lat, lon[, radius])`: metres along the great circle between two points in degrees:
    /// the haversine formula on a sphere of 6,371,008.7714 m (ES|QL), or of the radius in metres.
    GeoDistance,
}

impl Function {
    /// Whether it reads more than its arguments: the row, or the clock.
    pub fn reads_more(self) -> bool {
        matches!(
            self,
            Self::Now | Self::RowTime | Self::RowObject | Self::RowSource
        )
    }

    /// Name as printed: the JSON name, with parameters that are not the usual ones behind it.
    pub fn name(self) -> Text {
        let json = serde_json::to_value(self).unwrap_or_default();
        let (name, parameters) = match &json {
            serde_json::Value::String(name) => return Text::new(name),
            serde_json::Value::Object(fields) => match fields.iter().next() {
                Some((name, parameters)) => (name.as_str(), words(parameters)),
                None => ("function", Vec::new()),
            },
            _ => ("function", Vec::new()),
        };
        match parameters.split_first() {
            Some((op, rest)) if name == "compare" => named(op, rest),
            _ => named(name, &parameters),
        }
    }
}

/// The words of a parameter list, the usual ones left out.
fn words(parameters: &serde_json::Value) -> Vec<&str> {
    let all = match parameters {
        serde_json::Value::Array(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    all.iter()
        .filter_map(serde_json::Value::as_str)
        .filter(|word| !matches!(*word, "sensitive" | "typed"))
        .collect()
}

fn named(name: &str, parameters: &[&str]) -> Text {
    if parameters.is_empty() {
        return Text::new(name);
    }
    crate::format_smolstr!("{name}<{}>", parameters.join(", "))
}
