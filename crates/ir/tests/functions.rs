//! The functions of expressions, family by family: ordinary values, null, empty, wrong kinds,
//! several values.

use proptest::prelude::*;
use tripline_ir::arbitrary::{text, value};
use tripline_ir::law::{Options, evaluate};
use tripline_ir::{
    Case, Coerce, CompareOp, Dialect, Each, Event, Expr, FieldRef, Function as F, Hash, Round,
    SECOND, TimeFormat, Unit, Value, replacement,
};

const NULL: Value = Value::Null;
const DAY: i64 = 86_400 * SECOND;

fn t(text: &str) -> Value {
    Value::Text(text.into())
}

fn n(number: i64) -> Value {
    Value::Int(number)
}

fn x(number: f64) -> Value {
    Value::Float(number)
}

fn b(truth: bool) -> Value {
    Value::Bool(truth)
}

fn l<const N: usize>(items: [Value; N]) -> Value {
    Value::List(items.into())
}

fn o<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(fields.map(|(k, v)| (k.into(), v)).into())
}

fn at(text: &str) -> Value {
    call(F::ToTime, [t(text)])
}

fn call<const N: usize>(function: F, arguments: [Value; N]) -> Value {
    let arguments = arguments.map(Expr::Literal).into();
    let options = Options {
        now: Some(1_000 * SECOND),
        ..Options::default()
    };
    evaluate(
        &Expr::call(function, arguments),
        &Event::default(),
        &options,
    )
}

fn compare(op: CompareOp) -> F {
    F::Compare(op, Case::Sensitive, Coerce::Typed)
}

#[test]
fn arithmetic() {
    assert_eq!(call(F::Divide, [n(7), n(2)]), n(3));
    assert_eq!(call(F::DivideReal, [n(7), n(2)]), x(3.5));
    assert_eq!(call(F::DivideReal, [n(8), n(2)]), n(4));
    assert_eq!(call(F::Divide, [n(7), n(0)]), NULL);
    assert_eq!(call(F::DivideReal, [n(7), n(0)]), NULL);
    assert_eq!(call(F::Add, [n(i64::MAX), n(1)]), NULL);
    assert_eq!(call(F::Add, [t("2"), n(1)]), n(3));
    assert_eq!(call(F::Add, [t("a"), n(1)]), NULL);
    assert_eq!(call(F::AddOrJoin, [t("2"), n(1)]), n(3));
    assert_eq!(call(F::AddOrJoin, [t("a"), n(1)]), t("a1"));
    assert_eq!(call(F::AddOrJoin, [NULL, t("a")]), NULL);
    assert_eq!(call(F::Add, [l([n(1), n(2)]), n(10)]), l([n(11), n(12)]));
    assert_eq!(call(F::Round, [x(2.5)]), x(3.0));
    assert_eq!(call(F::Round, [x(2.345), n(2)]), x(2.35));
    assert_eq!(call(F::Round, [n(1_250), n(-2)]), n(1_300));
    assert_eq!(call(F::Floor, [x(-1.5)]), n(-2));
    assert_eq!(call(F::Ceiling, [x(-1.5)]), n(-1));
    assert_eq!(call(F::Abs, [n(-3)]), n(3));
    assert_eq!(call(F::Sign, [x(-0.5)]), n(-1));
    assert_eq!(call(F::SquareRoot, [n(-1)]), NULL);
    assert_eq!(call(F::Power, [n(2), n(10)]), n(1_024));
    assert_eq!(call(F::Power, [n(2), n(-1)]), x(0.5));
    assert_eq!(call(F::Logarithm, [n(1_000), n(10)]), x(3.0));
    assert_eq!(call(F::Logarithm, [n(0)]), NULL);
    assert_eq!(call(F::BitAnd, [n(6), n(3)]), n(2));
    assert_eq!(call(F::ShiftLeft, [n(1), n(4)]), n(16));
    assert_eq!(call(F::Least, [n(3), n(2)]), n(2));
    assert_eq!(call(F::Least, [n(3), NULL]), NULL);
    assert_eq!(call(F::GreatestKnown, [n(3), NULL, l([n(9), n(1)])]), n(9));
}

#[test]
fn arithmetic_of_times() {
    let hour = Value::Duration(3_600 * SECOND);
    assert_eq!(
        call(
            F::Subtract,
            [at("2024-01-02T00:00:00Z"), at("2024-01-01T23:00:00Z")]
        ),
        hour
    );
    assert_eq!(
        call(F::Add, [t("2024-01-01"), hour.clone()]),
        at("2024-01-01T01:00:00Z")
    );
    assert_eq!(
        call(F::Divide, [Value::Duration(DAY), hour.clone()]),
        x(24.0)
    );
    assert_eq!(
        call(F::Multiply, [n(24), hour.clone()]),
        Value::Duration(DAY)
    );
    assert_eq!(call(F::Multiply, [t("x"), hour]), NULL);
}

#[test]
fn truth_has_three_values() {
    assert_eq!(call(F::And, [NULL, b(false)]), b(false));
    assert_eq!(call(F::And, [NULL, b(true)]), NULL);
    assert_eq!(call(F::Or, [NULL, b(true)]), b(true));
    assert_eq!(call(F::Or, [NULL, b(false)]), NULL);
    assert_eq!(call(F::Not, [NULL]), NULL);
    assert_eq!(call(F::Not, [t("true")]), b(false));
    assert_eq!(call(F::Xor, [b(true), NULL]), NULL);
    assert_eq!(call(F::IsTrue, [NULL]), b(false));
    assert_eq!(call(F::IsNull, [l([])]), b(true));
    assert_eq!(call(F::IsNull, [t("")]), b(false));
    assert_eq!(call(F::IsEmpty, [t("")]), b(true));
    assert_eq!(call(F::Coalesce, [NULL, t(""), t("a")]), t(""));
    assert_eq!(call(F::CoalesceNotEmpty, [NULL, t(""), t("a")]), t("a"));
    assert_eq!(call(F::If, [NULL, n(1), n(2)]), n(2));
    assert_eq!(call(F::If, [b(false), n(1)]), NULL);
    assert_eq!(call(F::Case, [NULL, n(1), b(true), n(2)]), n(2));
    assert_eq!(call(F::Case, [b(false), n(1), n(3)]), n(3));
    assert_eq!(call(F::Case, [b(false), n(1)]), NULL);
    assert_eq!(call(F::NullIf, [t("a"), t("a")]), NULL);
}

#[test]
fn comparisons() {
    let eq = compare(CompareOp::Eq);
    assert_eq!(call(eq, [t("a"), t("A")]), b(false));
    assert_eq!(
        call(
            F::Compare(CompareOp::Eq, Case::Insensitive, Coerce::Typed),
            [t("É"), t("é")]
        ),
        b(true)
    );
    assert_eq!(
        call(
            F::Compare(CompareOp::Eq, Case::AsciiInsensitive, Coerce::Typed),
            [t("É"), t("é")]
        ),
        b(false)
    );
    assert_eq!(call(eq, [t("1.0"), n(1)]), b(true));
    assert_eq!(call(eq, [t("1.0"), t("1")]), b(false));
    let loose = |op| F::Compare(op, Case::Sensitive, Coerce::Loose);
    assert_eq!(call(loose(CompareOp::Eq), [t("1.0"), t("1")]), b(true));
    assert_eq!(call(loose(CompareOp::Gt), [t("10"), t("9")]), b(true));
    assert_eq!(call(compare(CompareOp::Gt), [t("10"), t("9")]), b(false));
    assert_eq!(call(loose(CompareOp::Lt), [n(5), t("abc")]), b(true));
    assert_eq!(call(compare(CompareOp::Lt), [n(5), t("abc")]), NULL);
    assert_eq!(call(eq, [n(5), NULL]), NULL);
    // Of several values one is enough.
    assert_eq!(call(eq, [l([t("a"), t("b")]), t("b")]), b(true));
    assert_eq!(call(eq, [l([t("a"), t("b")]), t("c")]), b(false));
    assert_eq!(
        call(eq, [call(F::Single, [l([t("a"), t("b")])]), t("b")]),
        NULL
    );
    assert_eq!(call(F::Single, [l([t("a")])]), t("a"));
    let kusto = F::EqualNullFalse(Case::Sensitive);
    assert_eq!(call(kusto, [NULL, n(5)]), b(false));
    assert_eq!(call(kusto, [NULL, NULL]), NULL);
    assert_eq!(call(F::Not, [call(kusto, [NULL, n(5)])]), b(true));
    let is_in = F::In(Case::Sensitive, Coerce::Typed);
    assert_eq!(call(is_in, [n(2), n(1), l([n(2)])]), b(true));
    assert_eq!(call(is_in, [n(2), n(1), NULL]), NULL);
    assert_eq!(call(is_in, [n(2), n(1)]), b(false));
    assert_eq!(call(is_in, [NULL, n(1)]), NULL);
    assert_eq!(
        call(
            compare(CompareOp::Gt),
            [at("2024-01-02"), t("2024-01-01T00:00:00Z")]
        ),
        b(true)
    );
}

#[test]
fn text_tests() {
    assert_eq!(
        call(F::StartsWith(Case::Insensitive), [t("CMD.exe"), t("cmd")]),
        b(true)
    );
    assert_eq!(
        call(F::EndsWith(Case::Sensitive), [t("cmd.EXE"), t(".exe")]),
        b(false)
    );
    assert_eq!(
        call(F::Contains(Case::Sensitive), [t("abc"), t("")]),
        b(true)
    );
    assert_eq!(call(F::Contains(Case::Sensitive), [NULL, t("a")]), NULL);
    assert_eq!(
        call(F::Like(Case::Sensitive), [t("a%c_"), t("a\\%%_")]),
        b(true)
    );
    assert_eq!(
        call(F::Like(Case::Sensitive), [t("abc"), t("a\\%%")]),
        b(false)
    );
    assert_eq!(
        call(F::Glob(Case::Sensitive), [t("C:\\x"), t("?:\\\\*")]),
        b(true)
    );
    assert_eq!(
        call(F::HasWord(Case::Insensitive), [t("x cmd.exe /c"), t("CMD")]),
        b(true)
    );
    assert_eq!(
        call(F::HasWord(Case::Insensitive), [t("xcmd.exe"), t("cmd")]),
        b(false)
    );
    assert_eq!(
        call(F::HasWordPrefix(Case::Insensitive), [t("cmdlet"), t("cmd")]),
        b(true)
    );
    assert_eq!(
        call(F::HasWordSuffix(Case::Insensitive), [t("xcmd"), t("cmd")]),
        b(true)
    );
    assert_eq!(
        call(
            F::HasWord(Case::Insensitive),
            [t("a b"), l([t("z"), t("b")])]
        ),
        b(true)
    );
}

#[test]
fn text_functions() {
    assert_eq!(call(F::Lower, [l([t("A"), t("B")])]), l([t("a"), t("b")]));
    assert_eq!(call(F::Trim, [t("  a ")]), t("a"));
    assert_eq!(call(F::Trim, [t("xyaxx"), t("xy")]), t("a"));
    assert_eq!(call(F::TrimStart, [t("xa"), t("x")]), t("a"));
    assert_eq!(call(F::LengthCharacters, [t("aé😀")]), n(3));
    assert_eq!(call(F::LengthBytes, [t("aé😀")]), n(7));
    assert_eq!(call(F::Length, [t("aé😀")]), n(4));
    assert_eq!(
        call(F::Split, [t("a,b,"), t(",")]),
        l([t("a"), t("b"), t("")])
    );
    assert_eq!(call(F::Split, [t("ab"), t("")]), l([t("a"), t("b")]));
    assert_eq!(call(F::Replace, [t("aXa"), t("a"), t("$b")]), t("$bX$b"));
    assert_eq!(call(F::Repeat, [t("ab"), n(2)]), t("abab"));
    assert_eq!(call(F::Repeat, [t("ab"), n(-1)]), NULL);
    assert_eq!(call(F::CountText, [t("aaaa"), t("aa")]), n(3));
    assert_eq!(call(F::Concat, [t("a"), n(1), NULL]), NULL);
    assert_eq!(call(F::Reverse, [t("abc")]), t("cba"));
    assert_eq!(
        call(
            F::Printf,
            [t("%05.1f|%-4s|%x|%%"), x(2.25), t("ab"), n(255)]
        ),
        t("002.2|ab  |ff|%")
    );
    assert_eq!(call(F::Printf, [t("%d")]), NULL);
    assert_eq!(call(F::FormatCommas, [n(-1_234_567)]), t("-1,234,567"));
}

#[test]
fn positions() {
    assert_eq!(call(F::SubstringOne, [t("abcdef"), n(2), n(3)]), t("bcd"));
    assert_eq!(call(F::SubstringOne, [t("abcdef"), n(-3), n(2)]), t("de"));
    assert_eq!(call(F::SubstringOne, [t("abc"), n(0), n(1)]), t("a"));
    assert_eq!(call(F::SubstringLength, [t("abcdef"), n(1), n(2)]), t("bc"));
    assert_eq!(call(F::SubstringLength, [t("abcdef"), n(-2)]), t("ef"));
    assert_eq!(call(F::SubstringLength, [t("abc"), n(9), n(2)]), t(""));
    assert_eq!(call(F::Left, [t("abc"), n(2)]), t("ab"));
    assert_eq!(call(F::Right, [t("abc"), n(9)]), t("abc"));
    assert_eq!(call(F::IndexOf, [t("abc"), t("z")]), NULL);
    assert_eq!(call(F::IndexOfOrMinus, [t("abc"), t("z")]), n(-1));
    assert_eq!(call(F::IndexOfOne, [t("abcabc"), t("b"), n(3)]), n(5));
    assert_eq!(call(F::IndexOfOne, [t("abc"), t("z")]), n(0));
}

#[test]
fn regular_expressions() {
    assert_eq!(
        call(F::RegexMatch(Dialect::Re2), [t("abc"), t("b")]),
        b(true)
    );
    assert_eq!(
        call(F::RegexMatch(Dialect::Lucene), [t("abc"), t("b")]),
        b(false)
    );
    assert_eq!(
        call(F::RegexMatch(Dialect::Pcre), [t("ABC"), t("(?i)b(?=c)")]),
        b(true)
    );
    assert_eq!(call(F::RegexMatch(Dialect::Pcre), [t("abc"), t("(")]), NULL);
    assert_eq!(
        call(
            F::RegexCapture(Dialect::Re2),
            [t("k=v"), t("(\\w)=(\\w)"), n(2)]
        ),
        t("v")
    );
    assert_eq!(
        call(
            F::RegexCapture(Dialect::Pcre),
            [t("k=v"), t("(?<key>\\w)="), t("key")]
        ),
        t("k")
    );
    assert_eq!(
        call(F::RegexCapture(Dialect::Re2), [t("k"), t("(z)"), n(1)]),
        NULL
    );
    assert_eq!(
        call(
            F::RegexCaptureAll(Dialect::Pcre),
            [t("a1b2"), t("\\d"), n(0)]
        ),
        l([t("1"), t("2")])
    );
    assert_eq!(
        call(F::RegexGroups(Dialect::Re2), [t("a1b2"), t("(\\w)(\\d)")]),
        l([l([t("a"), t("1")]), l([t("b"), t("2")])])
    );
    assert_eq!(
        call(F::RegexCount(Dialect::Re2), [t("a1b2"), t("\\d")]),
        n(2)
    );
    assert_eq!(
        call(
            F::RegexReplace(Dialect::Pcre),
            [t("a1b2"), t("(\\d)"), t("<${1}$$>")]
        ),
        t("a<1$>b<2$>")
    );
    assert_eq!(
        call(
            F::RegexReplaceFirst(Dialect::Pcre),
            [t("a1b2"), t("\\d"), t("")]
        ),
        t("ab2")
    );
    assert_eq!(replacement("\\1-$\\\\"), "${1}-$$\\");
    assert_eq!(
        call(F::ListFindRegex, [l([t("ab"), t("cd")]), t("d$")]),
        n(1)
    );
    assert_eq!(call(F::ListFindRegex, [l([t("ab")]), t("z")]), NULL);
}

#[test]
fn encodings_and_hashes() {
    assert_eq!(call(F::UrlDecode, [t("a%20b+c%zz")]), t("a b c%zz"));
    assert_eq!(call(F::UrlEncode, [t("a b/é")]), t("a%20b%2F%C3%A9"));
    assert_eq!(call(F::Base64Encode, [t("hello")]), t("aGVsbG8="));
    assert_eq!(call(F::Base64Decode, [t("aGVsbG8")]), t("hello"));
    assert_eq!(call(F::Base64Decode, [t("a*")]), NULL);
    assert_eq!(call(F::HexDecode, [t("6869")]), t("hi"));
    assert_eq!(
        call(F::Hash(Hash::Md5), [t("abc")]),
        t("900150983cd24fb0d6963f7d28e17f72")
    );
    assert_eq!(
        call(F::Hash(Hash::Sha1), [t("abc")]),
        t("a9993e364706816aba3e25717850c26c9cd0d89d")
    );
    assert_eq!(
        call(F::Hash(Hash::Sha256), [t("abc")]),
        t("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    );
    assert_eq!(
        call(F::Hash(Hash::Sha512), [t("abc")]),
        t(
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        )
    );
}

#[test]
fn parsed_texts() {
    let json = t(r#"{"a": {"b": [1, {"c": null}]}, "d": "x"}"#);
    assert_eq!(call(F::JsonPath, [json.clone(), t("$.a.b[0]")]), n(1));
    assert_eq!(call(F::JsonPath, [json.clone(), t("$['d']")]), t("x"));
    assert_eq!(call(F::JsonPath, [json.clone(), t("$.z")]), NULL);
    assert_eq!(
        call(F::SplunkPath, [t(r#"{"a":[{"b":1},{"b":2}]}"#), t("a{}.b")]),
        l([n(1), n(2)])
    );
    assert_eq!(
        call(
            F::SplunkPath,
            [t(r#"{"a":[{"b":1},{"b":2}]}"#), t("a{1}.b")]
        ),
        n(2)
    );
    let xml = t(r#"<?xml version="1.0"?><r><a id="7">x</a><b><c>1</c></b><b><c>2</c></b></r>"#);
    let in_xml = |path: &str| call(F::SplunkPath, [xml.clone(), t(path)]);
    assert_eq!(in_xml("r.a"), t("x"));
    assert_eq!(in_xml("r.a{@id}"), t("7"));
    assert_eq!(in_xml("r.b.c"), l([t("1"), t("2")]));
    assert_eq!(in_xml("r.b{2}.c"), t("2"));
    assert_eq!(in_xml("r.b{3}.c"), NULL);
    assert_eq!(in_xml("r.z"), NULL);
    assert_eq!(call(F::SplunkPath, [t("<r><a>"), t("r.a")]), NULL);
    assert_eq!(call(F::ParseJson, [t("{")]), NULL);
    assert_eq!(call(F::ParseDynamic, [t("{")]), t("{"));
    assert_eq!(call(F::Member, [json.clone(), t("d")]), t("x"));
    assert_eq!(call(F::ToTextOrJson, [l([n(1), t("a")])]), t(r#"[1,"a"]"#));
    assert_eq!(
        call(F::ParseKeyValue, [t(r#"a=1, b="x, y""#), t(","), t("=")]),
        o([("a", t("1")), ("b", t("x, y"))])
    );
    let url = call(
        F::ParseUrl,
        [t("https://u:p@h.example:8443/p/q?a=b%20c&d#f")],
    );
    assert_eq!(call(F::Member, [url.clone(), t("Host")]), t("h.example"));
    assert_eq!(call(F::Member, [url.clone(), t("Port")]), t("8443"));
    assert_eq!(call(F::Member, [url.clone(), t("Password")]), t("p"));
    assert_eq!(
        call(F::Member, [url, t("Query Parameters")]),
        o([("a", t("b c")), ("d", t(""))])
    );
    let path = call(F::ParsePath, [t("C:\\dir\\sub\\f.tar.gz:s")]);
    assert_eq!(
        call(F::Member, [path.clone(), t("Filename")]),
        t("f.tar.gz")
    );
    assert_eq!(call(F::Member, [path.clone(), t("Extension")]), t("gz"));
    assert_eq!(call(F::Member, [path, t("DirectoryName")]), t("sub"));
    assert_eq!(
        call(
            F::ParseCommandLine,
            [t(r#""C:\a b\x.exe" /c "d \"e\"" f\\g"#)]
        ),
        l([t("C:\\a b\\x.exe"), t("/c"), t("d \"e\""), t("f\\\\g")])
    );
    assert_eq!(
        call(F::ParseCsv, [t("a,\"b,\"\"c\",")]),
        l([t("a"), t("b,\"c"), t("")])
    );
    assert_eq!(
        call(
            F::ParseXml,
            [t("<?xml?><a x='1'><b>t&amp;</b><b/><!-- c --></a>")]
        ),
        o([("a", o([("@x", t("1")), ("b", l([t("t&"), t("")]))]))])
    );
    assert_eq!(call(F::ParseXml, [t("<a><b></a>")]), NULL);
    let version = |text| call(F::ParseVersion, [t(text)]);
    assert_eq!(
        call(compare(CompareOp::Lt), [version("1.9"), version("1.10.1")]),
        b(true)
    );
}

#[test]
fn lists() {
    let list = l([n(3), n(1), n(3)]);
    assert_eq!(call(F::ListLength, [list.clone()]), n(3));
    assert_eq!(call(F::ListLength, [t("a")]), n(1));
    assert_eq!(call(F::ListLength, [NULL]), NULL);
    assert_eq!(call(F::Index, [list.clone(), n(-1)]), n(3));
    assert_eq!(call(F::Index, [list.clone(), n(3)]), NULL);
    assert_eq!(call(F::Index, [t("a"), n(0)]), t("a"));
    assert_eq!(call(F::Slice, [list.clone(), n(1), n(-1)]), l([n(1), n(3)]));
    assert_eq!(call(F::Slice, [list.clone(), n(2), n(1)]), NULL);
    assert_eq!(call(F::ListMin, [list.clone()]), n(1));
    assert_eq!(call(F::ListSum, [list.clone()]), n(7));
    assert_eq!(call(F::ListMedian, [list.clone()]), n(3));
    assert_eq!(call(F::ListMedian, [l([n(2), n(5), n(4), n(3)])]), n(3));
    assert_eq!(call(F::ListMedian, [l([x(2.0), n(3)])]), x(2.5));
    let five = l([n(5), n(5), n(10), n(12), n(5_000)]);
    assert_eq!(call(F::ListPercentile, [five.clone(), n(50)]), n(10));
    assert_eq!(call(F::ListPercentile, [five.clone(), n(60)]), n(10));
    assert_eq!(call(F::ListPercentile, [five, n(101)]), NULL);
    assert_eq!(call(F::ListSeries, [l([n(6), n(4)]), n(2)]), x(7.0));
    assert_eq!(call(F::Distinct, [list.clone()]), l([n(3), n(1)]));
    assert_eq!(call(F::ListSort, [list.clone()]), l([n(1), n(3), n(3)]));
    assert_eq!(
        call(F::ListConcat, [NULL, list.clone(), n(4)]),
        l([n(3), n(1), n(3), n(4)])
    );
    assert_eq!(
        call(F::ListContains(Case::Sensitive), [list.clone(), n(1)]),
        b(true)
    );
    assert_eq!(
        call(
            F::ListContains(Case::Sensitive),
            [list.clone(), l([n(1), n(9)])]
        ),
        b(false)
    );
    assert_eq!(call(F::Intersect, [list.clone(), l([n(3)])]), l([n(3)]));
    assert_eq!(call(F::Difference, [list.clone(), l([n(3)])]), l([n(1)]));
    assert_eq!(
        call(F::Union, [list.clone(), l([n(2)])]),
        l([n(3), n(1), n(2)])
    );
    assert_eq!(call(F::ListIndexOf, [list.clone(), n(9)]), n(-1));
    assert_eq!(call(F::Join, [list.clone(), t("|")]), t("3|1|3"));
    assert_eq!(
        call(F::Zip, [l([t("a"), t("b")]), l([n(1)])]),
        l([t("a,1")])
    );
    assert_eq!(
        call(F::ZipLongest, [l([t("a"), t("b")]), l([n(1)]), t("-")]),
        l([t("a-1"), t("b")])
    );
    assert_eq!(call(F::ZipLongest, [NULL, t("b")]), l([t("b")]));
    assert_eq!(call(F::Range, [n(0), n(6), n(2)]), l([n(0), n(2), n(4)]));
    assert_eq!(
        call(F::RangeInclusive, [n(0), n(4), n(2)]),
        l([n(0), n(2), n(4)])
    );
    assert_eq!(call(F::List, [NULL, n(1)]), l([NULL, n(1)]));
}

#[test]
fn objects() {
    let object = call(F::Object, [t("a"), n(1), t("b"), n(2), t("a"), n(3)]);
    assert_eq!(object, o([("b", n(2)), ("a", n(3))]));
    assert_eq!(call(F::Keys, [object.clone()]), l([t("b"), t("a")]));
    assert_eq!(
        call(F::Merge, [object.clone(), o([("a", n(9)), ("c", n(4))])]),
        o([("b", n(2)), ("a", n(3)), ("c", n(4))])
    );
    assert_eq!(call(F::HasKey, [object.clone(), t("z")]), b(false));
    assert_eq!(
        call(F::WithoutKeys, [object.clone(), l([t("a")])]),
        o([("b", n(2))])
    );
    assert_eq!(call(F::Member, [object.clone(), t("z")]), NULL);
    assert_eq!(call(F::Member, [l([n(5)]), n(0)]), n(5));
    assert_eq!(
        call(F::Elements, [object]),
        l([o([("b", n(2))]), o([("a", n(3))])])
    );
    assert_eq!(call(F::Elements, [l([])]), l([]));
}

#[test]
fn conversions() {
    assert_eq!(call(F::ToInt(Round::Truncate), [t("1.7")]), n(1));
    assert_eq!(call(F::ToInt(Round::Nearest), [x(1.5)]), n(2));
    assert_eq!(call(F::ToInt(Round::Truncate), [t("0x1f")]), n(31));
    assert_eq!(call(F::ToInt(Round::Truncate), [t("x")]), NULL);
    assert_eq!(call(F::ToInt(Round::Truncate), [b(true)]), n(1));
    assert_eq!(call(F::ToBool, [t("False")]), b(false));
    assert_eq!(call(F::ToBool, [t("0")]), b(false));
    assert_eq!(call(F::ToBool, [t("maybe")]), NULL);
    assert_eq!(
        call(F::ToDuration, [t("1.02:00:00")]),
        Value::Duration(26 * 3_600 * SECOND)
    );
    assert_eq!(
        call(F::ToDuration, [t("-5m")]),
        Value::Duration(-300 * SECOND)
    );
    assert_eq!(call(F::ToDuration, [t("soon")]), NULL);
    assert_eq!(call(F::ToIp, [t("::0:1")]), t("::1"));
    assert_eq!(call(F::ToIp, [t("::ffff:10.0.0.1")]), t("10.0.0.1"));
    assert_eq!(call(F::ToInt(Round::Nearest), [x(-1.5)]), n(-1));
    assert_eq!(call(F::ToInt(Round::Nearest), [t("0x1f")]), NULL);
    assert_eq!(call(F::ToInt32, [n(501_379_200_000)]), NULL);
    assert_eq!(call(F::ToInt32, [t("7.6")]), n(8));
    assert_eq!(call(F::ToBoolWord, [t("1")]), b(false));
    assert_eq!(call(F::ToBoolWord, [t("TRue")]), b(true));
    assert_eq!(call(F::ToBoolWord, [n(1)]), b(true));
    for (number, text) in [
        (5.0, "5.0"),
        (-0.25, "-0.25"),
        (1e7, "1.0E7"),
        (1.25e-5, "1.25E-5"),
        (9_999_999.5, "9999999.5"),
    ] {
        assert_eq!(call(F::ToTextJava, [x(number)]), t(text));
    }
    assert_eq!(call(F::ToTextJava, [n(5)]), t("5"));
    assert_eq!(call(F::IsNumber, [t("12")]), b(true));
    assert_eq!(call(F::IsText, [t("12")]), b(false));
}

#[test]
fn addresses() {
    assert_eq!(
        call(
            F::InNetwork,
            [t("10.1.2.3"), t("192.168.0.0/16"), t("10.0.0.0/8")]
        ),
        b(true)
    );
    assert_eq!(call(F::InNetwork, [t("fe80::1"), t("fe80::/10")]), b(true));
    assert_eq!(call(F::InNetwork, [t("10.1.2.3"), t("10.1.2.3")]), b(true));
    assert_eq!(call(F::InNetwork, [t("host"), t("10.0.0.0/8")]), NULL);
    assert_eq!(call(F::IsPrivateV4, [t("172.20.1.1")]), b(true));
    assert_eq!(call(F::IsPrivateV4, [t("8.8.8.8")]), b(false));
    assert_eq!(call(F::IsPrivateV4, [t("::1")]), NULL);
    let hex = call(F::IpToHex, [t("10.0.0.1")]);
    assert_eq!(hex, t("00000000000000000000ffff0a000001"));
    assert_eq!(call(F::IpToHex, [t("::ffff:10.0.0.1")]), hex);
    assert_eq!(call(F::IpFromHex, [hex]), t("10.0.0.1"));
    assert_eq!(
        call(F::IpFromHex, [t("+0000000000000000000000000000000")]),
        NULL
    );
    assert_eq!(call(F::IpToHex, [t("x")]), NULL);
    assert_eq!(
        call(F::IpPrefix, [t("10.1.2.3"), n(8), n(64)]),
        t("10.0.0.0")
    );
    assert_eq!(call(F::IpCompare, [t("10.0.0.1"), t("10.0.0.2")]), n(-1));
    assert_eq!(
        call(F::IpCompare, [t("10.0.0.1"), t("10.0.0.2"), n(24)]),
        n(0)
    );
    assert_eq!(call(F::IpToNumber, [t("0.0.1.0")]), n(256));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn times() {
    let noon = at("2024-02-29T12:34:56.789Z");
    assert_eq!(
        call(F::TimeTruncate(Unit::Hour), [noon.clone()]),
        at("2024-02-29T12:00:00Z")
    );
    assert_eq!(
        call(F::TimeTruncate(Unit::Minute), [noon.clone(), n(15)]),
        at("2024-02-29T12:30:00Z")
    );
    assert_eq!(
        call(F::TimeTruncate(Unit::Week), [noon.clone()]),
        at("2024-02-26T00:00:00Z")
    );
    assert_eq!(
        call(F::TimeTruncate(Unit::WeekFromSunday), [noon.clone()]),
        at("2024-02-25T00:00:00Z")
    );
    assert_eq!(
        call(F::TimeTruncate(Unit::Month), [noon.clone()]),
        at("2024-02-01T00:00:00Z")
    );
    assert_eq!(
        call(F::TimeTruncate(Unit::Quarter), [noon.clone()]),
        at("2024-01-01T00:00:00Z")
    );
    assert_eq!(
        call(F::TimeTruncate(Unit::Year), [noon.clone()]),
        at("2024-01-01T00:00:00Z")
    );
    assert_eq!(
        call(F::TimeEnd(Unit::Day), [noon.clone()]),
        at("2024-02-29T23:59:59.9999999Z")
    );
    assert_eq!(
        call(F::TimeAdd(Unit::Year), [noon.clone(), n(1)]),
        at("2025-02-28T12:34:56.789Z")
    );
    assert_eq!(
        call(F::TimeAdd(Unit::Day), [noon.clone(), n(-1)]),
        at("2024-02-28T12:34:56.789Z")
    );
    assert_eq!(
        call(F::Bin, [noon.clone(), Value::Duration(3_600 * SECOND)]),
        at("2024-02-29T12:00:00Z")
    );
    assert_eq!(call(F::Bin, [n(-7), n(5)]), n(-10));
    assert_eq!(call(F::Bin, [n(7), n(0)]), NULL);
    let (one, two) = (at("2024-01-31T23:00:00Z"), at("2024-02-01T01:00:00Z"));
    assert_eq!(
        call(F::TimeDifference(Unit::Day), [one.clone(), two.clone()]),
        n(0)
    );
    assert_eq!(
        call(F::TimeBoundaries(Unit::Day), [one.clone(), two.clone()]),
        n(1)
    );
    assert_eq!(
        call(F::TimeBoundaries(Unit::Month), [one.clone(), two.clone()]),
        n(1)
    );
    assert_eq!(
        call(
            F::TimeDifference(Unit::Month),
            [one.clone(), at("2024-03-31T22:00:00Z")]
        ),
        n(1)
    );
    assert_eq!(
        call(F::TimeDifference(Unit::Hour), [two, one.clone()]),
        n(-2)
    );
    assert_eq!(
        call(F::FromUnix(Unit::Millisecond), [n(1_500)]),
        Value::Time(1_500_000_000)
    );
    assert_eq!(
        call(F::FromUnix(Unit::Second), [x(1.5)]),
        Value::Time(1_500_000_000)
    );
    let day = 86_400 * SECOND;
    let bucket = |at: i64, n_: i64, from: i64, to: i64| {
        call(
            F::TimeBucket,
            [Value::Time(at), n(n_), Value::Time(from), Value::Time(to)],
        )
    };
    assert_eq!(
        bucket(5 * 3_600 * SECOND + 7, 24, 0, day),
        Value::Time(5 * 3_600 * SECOND)
    );
    assert_eq!(
        bucket(5 * 3_600 * SECOND + 7, 23, 0, day),
        Value::Time(3 * 3_600 * SECOND)
    );
    assert_eq!(bucket(40 * day, 12, 0, 365 * day), Value::Time(31 * day));
    assert_eq!(bucket(400 * day, 1, 0, 900 * day), Value::Time(365 * day));
    assert_eq!(call(F::ToUnixSeconds, [Value::Time(1_500_000_000)]), x(1.5));
    assert_eq!(call(F::DayOfWeek, [noon.clone()]), n(4));
    assert_eq!(call(F::DayOfYear, [noon.clone()]), n(60));
    assert_eq!(call(F::Now, []), Value::Time(1_000 * SECOND));
    assert_eq!(call(F::FormatDuration, [n(90_061)]), t("1+01:01:01"));
    assert_eq!(
        call(F::DurationIn(Unit::Minute), [Value::Duration(90 * SECOND)]),
        x(1.5)
    );
}

#[test]
fn time_formats() {
    let noon = at("2024-02-09T12:04:56.789Z");
    let (percent, letters) = (TimeFormat::Strftime, TimeFormat::Letters);
    assert_eq!(
        call(
            F::FormatTime(percent),
            [noon.clone(), t("%Y-%m-%dT%H:%M:%S.%3N %b %e %I%p %s")]
        ),
        t("2024-02-09T12:04:56.789 Feb  9 12PM 1707480296")
    );
    // Weeks from Sunday, from Monday, and of ISO; a year that begins on a Friday, one on a Monday.
    let weeks = [
        ("2024-02-09T00:00:00Z", "05 06 06"),
        ("2021-01-01T00:00:00Z", "00 00 53"),
        ("2021-01-03T00:00:00Z", "01 00 53"),
        ("2021-01-04T00:00:00Z", "01 01 01"),
        ("2024-01-01T00:00:00Z", "00 01 01"),
        ("2023-12-31T00:00:00Z", "53 52 52"),
    ];
    for (day, wanted) in weeks {
        let written = call(F::FormatTime(percent), [at(day), t("%U %W %V")]);
        assert_eq!(written, t(wanted), "{day}");
    }
    assert_eq!(
        call(F::FormatTime(percent), [n(0), t("%F %T")]),
        t("1970-01-01 00:00:00")
    );
    assert_eq!(call(F::FormatTime(percent), [noon.clone(), t("%?")]), NULL);
    assert_eq!(
        call(
            F::FormatTime(letters),
            [noon.clone(), t("yyyy-MM-dd'T'h:mm:ss.SSS a")]
        ),
        t("2024-02-09T12:04:56.789 PM")
    );
    assert_eq!(
        call(
            F::FormatTime(letters),
            [Value::Duration(DAY + 61 * SECOND), t("d.hh:mm:ss")]
        ),
        t("1.00:01:01")
    );
    assert_eq!(
        call(
            F::ParseTime(percent),
            [t("09/Feb/2024:12:04:56 +0100"), t("%d/%b/%Y:%H:%M:%S %z")]
        ),
        at("2024-02-09T11:04:56Z")
    );
    assert_eq!(
        call(
            F::ParseTime(letters),
            [t("2024-02-09 12:04"), t("yyyy-MM-dd HH:mm")]
        ),
        at("2024-02-09T12:04:00Z")
    );
    assert_eq!(
        call(F::ParseTime(letters), [t("2024-02-30"), t("yyyy-MM-dd")]),
        NULL
    );
    assert_eq!(call(F::ParseTime(percent), [t("x"), t("%Y")]), NULL);
}

#[test]
fn relative_times() {
    let now = at("2024-02-09T12:34:56Z");
    let moved = |how| call(F::RelativeTime, [now.clone(), t(how)]);
    assert_eq!(moved("-1d@d"), at("2024-02-08T00:00:00Z"));
    assert_eq!(moved("-h@h"), at("2024-02-09T11:00:00Z"));
    assert_eq!(moved("-1mon@mon+2h"), at("2024-01-01T02:00:00Z"));
    assert_eq!(moved("@w1"), at("2024-02-05T00:00:00Z"));
    assert_eq!(moved("@w6"), at("2024-02-03T00:00:00Z"));
    assert_eq!(moved("now"), now.clone());
    assert_eq!(moved("-1fortnight"), NULL);
    assert_eq!(call(F::RelativeTime, [n(3_700), t("@h")]), n(3_600));
}

#[test]
fn fields_of_objects_are_seen_whole() {
    let event = Event {
        native: [
            ("a.b".into(), n(1)),
            ("a.c.d".into(), n(2)),
            ("ab".into(), n(3)),
        ]
        .into(),
        ..Event::default()
    };
    let field = Expr::Field(FieldRef::unmapped("a"));
    let found = evaluate(&field, &event, &Options::default());
    assert_eq!(found, o([("b", n(1)), ("c", o([("d", n(2))]))]));
}

#[test]
fn bodies_run_over_lists() {
    let each = |how, list: Value| {
        let big = Expr::call(
            compare(CompareOp::Gt),
            vec![Expr::Variable("v".into()), Expr::Literal(n(1))],
        );
        let body = if how == Each::Map {
            Expr::call(
                F::Add,
                vec![Expr::Variable("v".into()), Expr::Literal(n(1))],
            )
        } else {
            big
        };
        let expr = Expr::Each {
            how,
            list: Box::new(Expr::Literal(list)),
            variable: "v".into(),
            body: Box::new(body),
        };
        evaluate(&expr, &Event::default(), &Options::default())
    };
    assert_eq!(each(Each::Filter, l([n(1), n(2)])), l([n(2)]));
    assert_eq!(each(Each::Filter, l([n(1)])), NULL);
    assert_eq!(each(Each::Map, l([n(1), NULL])), l([n(2)]));
    assert_eq!(each(Each::Map, n(1)), l([n(2)]));
    assert_eq!(each(Each::Any, l([n(1), n(2)])), b(true));
    assert_eq!(each(Each::All, l([n(1), n(2)])), b(false));
    assert_eq!(each(Each::All, l([])), b(true));
    assert_eq!(each(Each::Any, NULL), NULL);
}

/// Every function without parameters that tests here could miss, over any arguments.
fn some_function() -> impl Strategy<Value = F> {
    prop::sample::select(vec![
        F::Add,
        F::Divide,
        F::Modulo,
        F::Round,
        F::Power,
        F::Logarithm,
        F::ShiftLeft,
        F::Not,
        F::Coalesce,
        F::Case,
        F::InNetwork,
        F::Substring,
        F::SubstringOne,
        F::SubstringLength,
        F::Left,
        F::Right,
        F::Split,
        F::Printf,
        F::JsonPath,
        F::SplunkPath,
        F::ParseKeyValue,
        F::ParseUrl,
        F::ParsePath,
        F::ParseCommandLine,
        F::ParseCsv,
        F::ParseXml,
        F::Index,
        F::Slice,
        F::Zip,
        F::ZipLongest,
        F::ListPercentile,
        F::ListSeries,
        F::TimeBucket,
        F::ToTextJava,
        F::IpFromHex,
        F::Range,
        F::Member,
        F::Object,
        F::Elements,
        F::ToDuration,
        F::ToTime,
        F::RelativeTime,
        F::Bin,
        F::IpCompare,
        F::Base64Decode,
        F::UrlDecode,
        F::Repeat,
        F::FormatTime(TimeFormat::Strftime),
        F::ParseTime(TimeFormat::Letters),
        F::TimeAdd(Unit::Month),
        F::TimeTruncate(Unit::Week),
        F::RegexReplace(Dialect::Pcre),
        F::RegexCapture(Dialect::Re2),
    ])
}

fn truth() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![NULL, b(true), b(false)])
}

proptest! {
    #[test]
    fn no_function_panics(function in some_function(), arguments in prop::collection::vec(value(), 0..4)) {
        let arguments = arguments.into_iter().map(Expr::Literal).collect();
        evaluate(&Expr::call(function, arguments), &Event::default(), &Options::default());
    }

    #[test]
    fn no_text_function_panics(function in some_function(), texts in prop::collection::vec("\\PC{0,8}", 1..4)) {
        let arguments = texts.iter().map(|text| Expr::Literal(t(text))).collect();
        evaluate(&Expr::call(function, arguments), &Event::default(), &Options::default());
    }

    #[test]
    fn de_morgan_in_three_values(p in truth(), q in truth()) {
        let not = |value| call(F::Not, [value]);
        prop_assert_eq!(
            not(call(F::And, [p.clone(), q.clone()])),
            call(F::Or, [not(p), not(q)])
        );
    }

    #[test]
    fn encodings_go_round(text in "\\PC{0,20}") {
        let there = [F::UrlEncode, F::Base64Encode, F::HexEncode];
        let back = [F::UrlDecode, F::Base64Decode, F::HexDecode];
        for (there, back) in there.into_iter().zip(back) {
            prop_assert_eq!(call(back, [call(there, [t(&text)])]), t(&text));
        }
    }

    #[test]
    fn splitting_and_joining_go_round(text in text()) {
        prop_assume!(!text.is_empty());
        let parts = call(F::Split, [Value::Text(text.clone()), t("a")]);
        prop_assert_eq!(call(F::Join, [parts, t("a")]), Value::Text(text));
    }

    #[test]
    fn times_go_round(seconds in -9_000_000_000_i64..9_000_000_000) {
        let time = Value::Time(seconds * SECOND / 3);
        let format = t("%Y-%m-%d %H:%M:%S.%9N");
        let written = call(F::FormatTime(TimeFormat::Strftime), [time.clone(), format.clone()]);
        prop_assert_eq!(call(F::ParseTime(TimeFormat::Strftime), [written, format]), time);
    }

    #[test]
    fn truncated_times_are_the_start_of_what_holds_them(seconds in -9_000_000_000_i64..9_000_000_000) {
        for unit in [Unit::Minute, Unit::Day, Unit::Week, Unit::WeekFromSunday, Unit::Month, Unit::Quarter, Unit::Year] {
            let time = Value::Time(seconds * SECOND);
            let start = call(F::TimeTruncate(unit), [time.clone()]);
            let next = call(F::TimeAdd(unit), [start.clone(), n(1)]);
            prop_assert_eq!(call(compare(CompareOp::Lte), [start.clone(), time.clone()]), b(true));
            prop_assert_eq!(call(compare(CompareOp::Lt), [time, next]), b(true));
            prop_assert_eq!(call(F::TimeTruncate(unit), [start.clone()]), start);
        }
    }
}

#[test]
fn places_on_the_earth() {
    let berlin = || o([("lat", x(52.52)), ("lon", x(13.405))]);
    for written in [
        t("52.52,13.405"),
        t(" 52.52 , 13.405 "),
        t("POINT (13.405 52.52)"),
        t("point(13.405 52.52)"),
        l([x(13.405), x(52.52)]),
        o([("lon", t("13.405")), ("lat", t("52.52"))]),
        o([
            ("type", t("Point")),
            ("coordinates", l([x(13.405), x(52.52)])),
        ]),
        berlin(),
    ] {
        assert_eq!(call(F::GeoPoint, [written]), berlin());
    }
    let nowhere = [
        NULL,
        n(5),
        t(""),
        t("Berlin"),
        t("91,0"),
        t("POINT (1)"),
        t("POINT (1 2 3)"),
        l([x(1.0)]),
        o([("lat", x(1.0))]),
    ];
    for none in nowhere {
        assert_eq!(call(F::GeoPoint, [none.clone()]), NULL, "{none:?}");
    }
    let metres = |a: [f64; 4]| match call(F::GeoDistance, a.map(x)) {
        Value::Float(metres) => metres,
        other => panic!("{other:?}"),
    };
    // Berlin to Paris is about 878 km; a quarter of the way around, and half of it, by the radius.
    assert!((metres([52.52, 13.405, 48.8566, 2.3522]) - 877_464.0).abs() < 1_000.0);
    let quarter = std::f64::consts::FRAC_PI_2 * 6_371_008.771_4;
    assert!((metres([0.0, 0.0, 0.0, 90.0]) - quarter).abs() < 0.001);
    assert!((metres([90.0, 0.0, -90.0, 0.0]) - 2.0 * quarter).abs() < 0.001);
    assert!((metres([0.0, 179.5, 0.0, -179.5]) - quarter / 90.0).abs() < 0.001);
    assert!(metres([10.0, 20.0, 10.0, 20.0]).abs() < 0.001);
    assert_eq!(call(F::GeoDistance, [n(0), n(0), n(91), n(0)]), NULL);
    assert_eq!(call(F::GeoDistance, [n(0), NULL, n(0), n(0)]), NULL);
}
