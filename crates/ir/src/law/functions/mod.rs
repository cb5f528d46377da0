//! What each function means, one file per family. [`Function`] documents them; `None` is null.

mod arithmetic;
mod arrays;
mod calendar;
mod command_line;
mod compare;
mod convert;
mod encode;
mod geography;
mod hash;
mod json;
mod lists;
mod logic;
mod network;
mod objects;
mod parse;
mod position;
mod regexes;
mod relative;
mod series;
mod text;
mod time;
mod time_format;
mod trigonometry;
mod words;
mod xml;

pub(crate) use compare::order;
pub(crate) use json::{parse as parse_json, write as json_text};
pub(crate) use logic::truth;
pub(crate) use network::inside;
pub(crate) use objects::fields as members;
pub(crate) use time::instant_of;
pub(crate) use words::term_occurs;

use super::expr::Context;
use super::value;
use crate::{Case, Function, Number, Text, Value};

/// How a function meets lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One value for each combination of elements.
    Scalar,
    /// True when it is for one combination.
    Test,
    /// Sees lists and nulls itself.
    Whole,
}

/// How a function meets lists, as [`Function`] says.
pub(crate) fn shape(function: Function) -> Shape {
    if is_test(function) {
        Shape::Test
    } else if sees_all(function) {
        Shape::Whole
    } else {
        Shape::Scalar
    }
}

fn is_test(function: Function) -> bool {
    use Function as F;
    matches!(
        function,
        F::Compare(..)
            | F::StartsWith(_)
            | F::EndsWith(_)
            | F::Contains(_)
            | F::Like(_)
            | F::Glob(_)
            | F::HasWord(_)
            | F::HasWordPrefix(_)
            | F::HasWordSuffix(_)
            | F::RegexMatch(_)
            | F::HasIpv4
            | F::HasIpv4Prefix
            | F::IsPrivateV4
            | F::IsPrivate
            | F::IsInt
            | F::IsNumber
            | F::IsText
            | F::IsBool
            | F::IsIp
    )
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn sees_all(function: Function) -> bool {
    use Function as F;
    matches!(
        function,
        F::Length
            | F::LeastKnown
            | F::GreatestKnown
            | F::Not
            | F::And
            | F::Or
            | F::Xor
            | F::IsNull
            | F::IsEmpty
            | F::IsTrue
            | F::Coalesce
            | F::CoalesceNotEmpty
            | F::If
            | F::Case
            | F::NullIf
            | F::EqualNullFalse(_)
            | F::In(..)
            | F::InNetwork
            | F::IsList
            | F::IsObject
            | F::TypeOf(_)
            | F::ToTextOrJson
            | F::JsonPath
            | F::SplunkPath
            | F::List
            | F::ListLength
            | F::ArrayLength
            | F::SeriesPair(_)
            | F::SeriesFill(_)
            | F::SeriesStatistics
            | F::SeriesLine
            | F::Index
            | F::Slice
            | F::ListFirst
            | F::ListLast
            | F::ListMin
            | F::ListMax
            | F::ListSum
            | F::ListAverage
            | F::ListMedian
            | F::ListPercentile
            | F::ListSeries
            | F::Distinct
            | F::ListSort
            | F::ListSortDescending
            | F::ListReverse
            | F::ListConcat
            | F::ListContains(_)
            | F::Intersect
            | F::Difference
            | F::Union
            | F::ListIndexOf
            | F::ListFindRegex
            | F::Join
            | F::Zip
            | F::ZipLongest
            | F::Single
            | F::Elements
            | F::Object
            | F::Member
            | F::Keys
            | F::Merge
            | F::HasKey
            | F::WithoutKeys
            | F::WithKey
            | F::ObjectOfLists
            | F::ChooseEach
            | F::ListShift
            | F::ListRotate
            | F::ListSplit
            | F::Transpose
            | F::ListRepeat
            | F::SetEquals
            | F::Jaccard
            | F::FromCodePoints
            | F::ParseJson
            | F::ParseDynamic
            | F::GeoPoint
    )
}

/// A function of values that it can take; `None` is null.
pub(crate) fn apply(function: Function, a: &[Value], context: &Context<'_>) -> Option<Value> {
    use Function as F;
    match function {
        F::Add
        | F::AddOrJoin
        | F::Subtract
        | F::Multiply
        | F::Divide
        | F::DivideReal
        | F::Modulo
        | F::ModuloEuclid
        | F::Negate
        | F::Abs
        | F::Ceiling
        | F::Floor
        | F::Round
        | F::Sign
        | F::SquareRoot
        | F::CubeRoot
        | F::Hypotenuse
        | F::Power
        | F::Exponential
        | F::Logarithm
        | F::BitAnd
        | F::BitOr
        | F::BitXor
        | F::BitNot
        | F::BitCount
        | F::ShiftLeft
        | F::ShiftRight => arithmetic::apply(function, a),
        F::Not
        | F::And
        | F::Or
        | F::Xor
        | F::IsNull
        | F::IsEmpty
        | F::IsTrue
        | F::Coalesce
        | F::CoalesceNotEmpty
        | F::If
        | F::Case
        | F::NullIf => logic::apply(function, a),
        F::Compare(..)
        | F::EqualNullFalse(_)
        | F::In(..)
        | F::Least
        | F::Greatest
        | F::LeastKnown
        | F::GreatestKnown => compare::apply(function, a),
        F::StartsWith(_)
        | F::EndsWith(_)
        | F::Contains(_)
        | F::Like(_)
        | F::Glob(_)
        | F::HasWord(_)
        | F::HasWordPrefix(_)
        | F::HasWordSuffix(_) => words::apply(function, a),
        F::RegexMatch(_)
        | F::RegexReplace(_)
        | F::RegexReplaceFirst(_)
        | F::RegexCapture(_)
        | F::RegexCaptureAll(_)
        | F::RegexGroups(_)
        | F::RegexCount(_)
        | F::RegexIndexOf(_) => regexes::apply(function, a, context),
        F::ListFindRegex => regexes::find_in_list(a, context),
        F::RowObject | F::RowSource | F::RowTime | F::Now => of_row(function, a, context),
        _ => apply_more(function, a),
    }
}

/// What is read of the row, or of the run.
fn of_row(function: Function, a: &[Value], context: &Context<'_>) -> Option<Value> {
    match function {
        Function::RowObject => Some(Value::Object(context.scope.visible().into_iter().collect())),
        Function::RowSource => {
            let source = context.scope.event.source.as_ref();
            source.map(|source| Value::Text(source.name.clone()))
        }
        Function::RowTime => time::of_row(a, context),
        _ => Some(Value::Time(context.law.now())),
    }
}

fn apply_more(function: Function, a: &[Value]) -> Option<Value> {
    use Function as F;
    match function {
        F::IsInt
        | F::IsNumber
        | F::IsText
        | F::IsBool
        | F::IsList
        | F::IsObject
        | F::TypeOf(_)
        | F::ToNumber
        | F::ToInt(_)
        | F::ToInt32
        | F::ToFloat
        | F::ToBool
        | F::ToBoolWord
        | F::ToText
        | F::ToTextJava
        | F::ToTextOrJson
        | F::ToTime
        | F::ToDuration => convert::apply(function, a),
        F::Sine
        | F::Cosine
        | F::Tangent
        | F::ArcSine
        | F::ArcCosine
        | F::ArcTangent
        | F::SineHyperbolic
        | F::CosineHyperbolic
        | F::TangentHyperbolic
        | F::ArcSineHyperbolic
        | F::ArcCosineHyperbolic
        | F::ArcTangentHyperbolic => trigonometry::apply(function, a),
        F::InNetwork
        | F::IsPrivateV4
        | F::IsPrivate
        | F::IsIp
        | F::ToIp
        | F::IpPrefix
        | F::IpToHex
        | F::IpFromHex
        | F::IpCompare
        | F::IpToNumber
        | F::FormatIpv4
        | F::FormatIpv6
        | F::RangeNetworks
        | F::NetworkBits
        | F::HasIpv4
        | F::HasIpv4Prefix => network::apply(function, a),
        F::RelativeTime => relative::apply(a),
        F::FormatTime(_) | F::ParseTime(_) => time_format::apply(function, a),
        _ => apply_rest(function, a),
    }
}

fn apply_rest(function: Function, a: &[Value]) -> Option<Value> {
    use Function as F;
    match function {
        F::Length
        | F::LengthCharacters
        | F::LengthBytes
        | F::Concat
        | F::Lower
        | F::Upper
        | F::Trim
        | F::TrimStart
        | F::TrimEnd
        | F::Reverse
        | F::Repeat
        | F::Replace
        | F::CountText
        | F::Split
        | F::Translate
        | F::Printf
        | F::FormatCommas => text::apply(function, a),
        F::Substring
        | F::SubstringLength
        | F::SubstringOne
        | F::Left
        | F::Right
        | F::Between
        | F::BetweenInsensitive
        | F::IndexOf
        | F::IndexOfInsensitive
        | F::IndexOfOrMinus
        | F::IndexOfOne => position::apply(function, a),
        F::UrlDecode
        | F::UrlEncode
        | F::UrlEncodeForm
        | F::Base64Encode
        | F::Base64Decode
        | F::HexEncode
        | F::HexDecode
        | F::Base64Bytes
        | F::FromCodePoints
        | F::ToCodePoints
        | F::XxHash
        | F::Hash(_) => encode::apply(function, a),
        F::ParseJson | F::ParseDynamic | F::JsonPath | F::SplunkPath => json::apply(function, a),
        F::ParseKeyValue
        | F::ParsePairs
        | F::ParseUrl
        | F::ParseQuery
        | F::ParsePath
        | F::ParseCsv
        | F::ParseVersion => parse::apply(function, a),
        F::GeoPoint | F::GeoDistance => geography::apply(function, a),
        F::ParseCommandLine => command_line::arguments(a),
        F::ParseXml => xml::apply(a),
        F::Object
        | F::Member
        | F::Keys
        | F::Merge
        | F::HasKey
        | F::WithoutKeys
        | F::WithKey
        | F::ObjectOfLists
        | F::Elements => objects::apply(function, a),
        _ => apply_last(function, a),
    }
}

fn apply_last(function: Function, a: &[Value]) -> Option<Value> {
    use Function as F;
    match function {
        F::ChooseEach
        | F::ListShift
        | F::ListRotate
        | F::ListSplit
        | F::Transpose
        | F::ListRepeat
        | F::SetEquals
        | F::Jaccard => arrays::apply(function, a),
        F::ArrayLength
        | F::SeriesPair(_)
        | F::SeriesFill(_)
        | F::SeriesStatistics
        | F::SeriesLine => series::apply(function, a),
        F::TimeTruncate(_)
        | F::TimeBucket
        | F::TimeEnd(_)
        | F::TimeAdd(_)
        | F::TimeDifference(_)
        | F::MakeTime
        | F::TimeBoundaries(_) => calendar::apply(function, a),
        F::MinuteOfHour
        | F::HourOfDay
        | F::DayOfMonth
        | F::WeekOfYear
        | F::MonthOfYear
        | F::Year
        | F::SecondOfMinute
        | F::DayOfWeek
        | F::DayOfYear
        | F::Bin
        | F::FromUnix(_)
        | F::ToUnix(_)
        | F::ToUnixSeconds
        | F::DurationOf(_)
        | F::DurationIn(_)
        | F::FormatDuration => time::apply(function, a),
        _ => lists::apply(function, a),
    }
}

/// A list, or null when there is nothing in it.
pub(crate) fn list_or_null(items: Vec<Value>) -> Value {
    if items.is_empty() {
        Value::Null
    } else {
        Value::List(items)
    }
}

/// The text form of an argument.
fn text(arguments: &[Value], at: usize) -> Option<Text> {
    arguments.get(at)?.as_text()
}

/// The characters of an argument's text form.
fn chars(arguments: &[Value], at: usize) -> Option<Vec<char>> {
    Some(text(arguments, at)?.chars().collect())
}

/// An argument as a number.
fn number(arguments: &[Value], at: usize) -> Option<Number> {
    value::number(arguments.get(at)?)
}

/// An argument as a whole number.
fn int(arguments: &[Value], at: usize) -> Option<i64> {
    match number(arguments, at)? {
        Number::Int(n) => Some(n),
        Number::Float(n) => whole_float(n),
    }
}

/// The whole number that a number in floating point is.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "checked against the range of whole numbers"
)]
pub(crate) fn whole_float(n: f64) -> Option<i64> {
    let fits = n.fract() == 0.0 && n >= i64::MIN as f64 && n < i64::MAX as f64;
    fits.then_some(n as i64)
}

/// A number in floating point, if it is one.
fn finite(n: f64) -> Option<Value> {
    n.is_finite().then_some(Value::Float(n))
}

/// A count as a value.
fn count(n: usize) -> Option<Value> {
    i64::try_from(n).ok().map(Value::Int)
}

fn string(text: impl Into<Text>) -> Value {
    Value::Text(text.into())
}

fn fold_all(text: &str, case: Case) -> Vec<char> {
    text.chars().map(|c| case.fold(c)).collect()
}

/// Where `needle` first occurs at or after `from`.
fn find(text: &[char], needle: &[char], from: usize) -> Option<usize> {
    (from..=text.len().checked_sub(needle.len())?).find(|&at| text[at..].starts_with(needle))
}
