//! Functions and stages that Kusto brought: figures are those of its documentation.

use tripline_ir::law::{Options, evaluate, run};
use tripline_ir::{
    Dialect, Event, Expr, FieldRef, Filling, Function as F, Measure, MeasureFunction as M, PairOp,
    Plan, Projection, Running, RunningWindow, SECOND, Table, Text, Value,
};

const NULL: Value = Value::Null;

fn t(text: &str) -> Value {
    Value::Text(text.into())
}

fn n(number: i64) -> Value {
    Value::Int(number)
}

fn b(truth: bool) -> Value {
    Value::Bool(truth)
}

fn l<const N: usize>(items: [Value; N]) -> Value {
    Value::List(items.into())
}

fn ns<const N: usize>(items: [i64; N]) -> Value {
    Value::List(items.map(Value::Int).into())
}

fn o<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(fields.map(|(k, v)| (k.into(), v)).into())
}

fn at(text: &str) -> Value {
    call(F::ToTime, [t(text)])
}

fn call<const N: usize>(function: F, arguments: [Value; N]) -> Value {
    let arguments = arguments.map(Expr::Literal).into();
    let expr = Expr::call(function, arguments);
    evaluate(&expr, &Event::default(), &Options::default())
}

fn near(found: &Value, wanted: f64) {
    let Value::Float(found) = found else {
        panic!("{found:?}")
    };
    assert!((found - wanted).abs() <= wanted.abs() * 1e-14, "{found}");
}

#[test]
fn hashes() {
    assert_eq!(call(F::XxHash, [t("World")]), n(1_846_988_464_401_551_951));
    let day = at("2015-01-01T00:00:00Z");
    assert_eq!(call(F::XxHash, [day]), n(1_380_966_698_541_616_202));
    // More than one stripe of 32 bytes, and every length of rest; by an implementation of the
    // specification in another language.
    let long: String = (0..100_u8).map(char::from).collect();
    assert_eq!(call(F::XxHash, [t(&long)]), n(7_692_681_977_284_421_015));
    assert_eq!(call(F::XxHash, [NULL]), NULL);
}

#[test]
fn remainders_are_never_negative() {
    let of = |a, b| call(F::ModuloEuclid, [n(a), n(b)]);
    assert_eq!(
        [of(14, 12), of(-14, 12), of(14, -12), of(-14, -12)],
        [2, 10, 2, 10].map(n)
    );
    assert_eq!(of(1, 0), NULL);
    assert_eq!(call(F::Modulo, [n(-14), n(12)]), n(-2));
}

#[test]
fn angles() {
    near(&call(F::Sine, [Value::Float(1.0)]), 1.0_f64.sin());
    near(&call(F::ArcTangent, [n(1), n(-1)]), 1.0_f64.atan2(-1.0));
    assert_eq!(call(F::ArcCosine, [n(2)]), NULL);
}

#[test]
fn lists_by_place() {
    let five = || ns([1, 2, 3, 4, 5]);
    assert_eq!(
        call(F::ListShift, [five(), n(-2)]),
        l([n(3), n(4), n(5), NULL, NULL])
    );
    assert_eq!(
        call(F::ListShift, [five(), n(2), n(0)]),
        ns([0, 0, 1, 2, 3])
    );
    assert_eq!(call(F::ListRotate, [five(), n(2)]), ns([4, 5, 1, 2, 3]));
    assert_eq!(call(F::ListRotate, [five(), n(-7)]), ns([3, 4, 5, 1, 2]));
    assert_eq!(
        call(F::ListSplit, [five(), ns([1, 3])]),
        l([ns([1]), ns([2, 3]), ns([4, 5])])
    );
    assert_eq!(
        call(F::ListSplit, [five(), n(-2)]),
        l([ns([1, 2, 3]), ns([4, 5])])
    );
    assert_eq!(
        call(F::Transpose, [ns([1, 3]), ns([2])]),
        l([ns([1, 2]), l([n(3), NULL])])
    );
    assert_eq!(call(F::ListRepeat, [n(7), n(2)]), ns([7, 7]));
    assert_eq!(
        call(
            F::ChooseEach,
            [l([b(true), b(false), NULL]), ns([1, 2, 3]), n(0)]
        ),
        l([n(1), n(0), NULL])
    );
    assert_eq!(call(F::ListShift, [NULL, n(1)]), NULL);
}

#[test]
fn lists_as_sets() {
    assert_eq!(call(F::SetEquals, [ns([1, 2]), ns([2, 1, 1])]), b(true));
    assert_eq!(call(F::SetEquals, [ns([1, 2]), ns([2])]), b(false));
    let of = call(F::Jaccard, [ns([1, 1, 2, 2]), ns([1, 2, 3, 4])]);
    assert_eq!(of, Value::Float(0.5));
}

#[test]
fn objects() {
    let bag = o([("a", n(1))]);
    assert_eq!(
        call(F::WithKey, [bag.clone(), t("b"), n(2)]),
        o([("a", n(1)), ("b", n(2))])
    );
    assert_eq!(call(F::WithKey, [bag, t("a"), n(3)]), o([("a", n(3))]));
    assert_eq!(
        call(F::ObjectOfLists, [l([t("a"), t("b")]), ns([1])]),
        o([("a", n(1)), ("b", NULL)])
    );
}

#[test]
fn texts() {
    assert_eq!(call(F::ToCodePoints, [t("aé")]), ns([97, 233]));
    assert_eq!(call(F::FromCodePoints, [ns([72, 105]), n(33)]), t("Hi!"));
    assert_eq!(call(F::FromCodePoints, [n(-1)]), NULL);
    assert_eq!(
        call(F::Base64Bytes, [t("S3VzdG8=")]),
        ns([75, 117, 115, 116, 111])
    );
    assert_eq!(
        call(F::Translate, [t("krasp"), t("otsku"), t("spark")]),
        t("kusto")
    );
    assert_eq!(call(F::Translate, [t("abc"), t(""), t("ab")]), t(""));
    assert_eq!(call(F::Translate, [t("abc"), t("x"), t("abc")]), t("xxx"));
    let re2 = F::RegexIndexOf(Dialect::Re2);
    assert_eq!(call(re2, [t("ééa1"), t("[0-9]")]), n(3));
    assert_eq!(call(re2, [t("a"), t("[0-9]")]), n(-1));
    assert_eq!(
        call(F::ParseQuery, [t("k1=v1&k2=v%202")]),
        o([("Query Parameters", o([("k1", t("v1")), ("k2", t("v 2"))]))])
    );
}

#[test]
fn addresses_in_texts() {
    let has = |text, ip| call(F::HasIpv4, [t(text), t(ip)]);
    assert_eq!(
        has("05:04:54 127.0.0.1 GET /favicon.ico 404", "127.0.0.1"),
        b(true)
    );
    assert_eq!(
        has("05:04:54 127.0.0.1 GET /favicon.ico 404", "127.0.0.2"),
        b(false)
    );
    assert_eq!(has("05:04:54 127.0.0.256 GET", "127.0.0.256"), b(false));
    assert_eq!(has("05:04:54127.0.0.1 GET", "127.0.0.1"), b(false));
    let begins = |text, prefix| call(F::HasIpv4Prefix, [t(text), t(prefix)]);
    assert_eq!(begins("05:04:54 127.0.0.1 GET", "127.0."), b(true));
    assert_eq!(begins("05:04:54 127.0.0.1 GET", "127.0.0.1"), b(true));
    assert_eq!(begins("05:04:54 127.0.0.1 GET", "127.0"), b(false));
    let masked = |ip, bits| call(F::FormatIpv4, [ip, n(bits)]);
    assert_eq!(masked(t("192.168.1.1"), 24), t("192.168.1.0"));
    assert_eq!(masked(n(3_232_236_034), 24), t("192.168.2.0"));
    assert_eq!(call(F::NetworkBits, [t("10.1.2.3/24")]), n(24));
    assert_eq!(call(F::NetworkBits, [t("10.1.2.3")]), n(32));
    assert_eq!(
        call(F::IpToNumber, [t("192.168.1.255/24")]),
        n(3_232_235_776)
    );
    assert_eq!(
        call(F::IpCompare, [t("192.168.1.1/24"), t("192.168.1.255/24")]),
        n(0)
    );
    assert_eq!(
        call(F::IpCompare, [t("192.168.1.1"), t("192.168.1.255"), n(24)]),
        n(0)
    );
    assert_eq!(
        call(F::IpCompare, [t("192.168.1.1"), t("192.168.1.255")]),
        n(-1)
    );
}

#[test]
fn instants_of_parts() {
    assert_eq!(
        call(
            F::MakeTime,
            [n(2017), n(10), n(1), n(12), n(11), Value::Float(0.1)]
        ),
        at("2017-10-01T12:11:00.1Z")
    );
    assert_eq!(call(F::MakeTime, [n(2017), n(2), n(30)]), NULL);
}

fn table(columns: &[&str], rows: &[Vec<Value>]) -> Plan {
    Plan::Table(Table {
        columns: columns.iter().map(|name| Text::new(*name)).collect(),
        rows: rows.to_vec(),
    })
}

fn rows(plan: &Plan) -> Vec<Vec<(String, Value)>> {
    let alerts = run(plan, &[], &Options::default()).expect("runs");
    let columns = |alert: tripline_ir::law::Alert| {
        let columns = alert.columns.into_iter();
        columns
            .map(|(name, value)| (name.to_string(), value))
            .collect()
    };
    alerts.into_iter().map(columns).collect()
}

#[test]
fn members_become_columns() {
    let bag = o([("a", n(1)), ("id", n(9)), ("gone", NULL)]);
    let spread = |prefix: &str, replace| Plan::Project {
        input: Box::new(table(
            &["id", "bag"],
            &[vec![n(0), bag.clone()], vec![n(1), t("x")]],
        )),
        projection: Projection::Spread {
            field: FieldRef::unmapped("bag"),
            prefix: prefix.into(),
            replace,
        },
    };
    let named = |name: &str, value: Value| (name.to_owned(), value);
    let untouched = vec![named("bag", t("x")), named("id", n(1))];
    assert_eq!(
        rows(&spread("", true)),
        [vec![named("a", n(1)), named("id", n(9))], untouched.clone()]
    );
    assert_eq!(
        rows(&spread("", false)),
        [vec![named("a", n(1)), named("id", n(0))], untouched.clone()]
    );
    assert_eq!(
        rows(&spread("p_", false)),
        [
            vec![named("id", n(0)), named("p_a", n(1)), named("p_id", n(9))],
            untouched
        ]
    );
}

#[test]
fn sessions() {
    let minutes = [0, 4, 8, 12, 30, 31, 32];
    let restarts = [false, false, false, false, false, false, true];
    let cells = minutes.iter().zip(restarts);
    let cells: Vec<Vec<Value>> = cells
        .map(|(minute, restart)| vec![Value::Time(minute * 60 * SECOND), b(restart)])
        .collect();
    let length = |minutes: i64| Expr::Literal(Value::Duration(minutes * 60 * SECOND));
    let plan = |from_first, between| {
        Plan::Running(Running {
            input: Box::new(table(&["at", "restart"], &cells)),
            group_by: vec![],
            window: RunningWindow::All,
            current: true,
            measures: vec![Measure::new(
                "start",
                M::SessionStart {
                    of: Expr::Field(FieldRef::unmapped("at")),
                    from_first: length(from_first),
                    between: length(between),
                    restart: Expr::Field(FieldRef::unmapped("restart")),
                },
            )],
        })
    };
    let starts = |from_first, between| -> Vec<i64> {
        let rows = rows(&plan(from_first, between));
        let start = |row: &Vec<(String, Value)>| match &row[2].1 {
            Value::Time(at) => at / (60 * SECOND),
            other => panic!("{other:?}"),
        };
        rows.iter().map(start).collect()
    };
    assert_eq!(starts(60, 5), [0, 0, 0, 0, 30, 30, 32]);
    assert_eq!(starts(8, 5), [0, 0, 0, 12, 30, 30, 32]);
    assert_eq!(starts(60, 3), [0, 4, 8, 12, 30, 30, 32]);
}

#[test]
fn distances_on_another_sphere() {
    let [seattle, los_angeles] = [(47.578_557, -122.407_628), (34.019_056, -118.275_287)];
    let place = |(latitude, longitude)| [Value::Float(latitude), Value::Float(longitude)];
    let ([a, b], [c, d]) = (place(seattle), place(los_angeles));
    let found = call(F::GeoDistance, [a, b, c, d, n(6_371_010)]);
    near(&found, 1_546_754.351_973_81);
}

#[test]
fn series() {
    let mixed = || l([n(1), t("x"), NULL, n(4)]);
    let sum = call(F::SeriesPair(PairOp::Add), [mixed(), ns([1, 2, 3])]);
    assert_eq!(sum, l([n(2), NULL, NULL, NULL]));
    let quotient = call(F::SeriesPair(PairOp::Divide), [ns([1, 2]), ns([2, 0])]);
    assert_eq!(quotient, l([Value::Float(0.5), NULL]));
    assert_eq!(call(F::SeriesPair(PairOp::Less), [n(1), ns([2])]), NULL);
    let gaps = || l([NULL, n(1), NULL, n(-1), n(4)]);
    let filled = |how, missing| call(F::SeriesFill(how), [gaps(), missing, n(7)]);
    assert_eq!(
        filled(Filling::Forward, n(-1)),
        l([NULL, n(1), n(1), n(1), n(4)])
    );
    assert_eq!(filled(Filling::Backward, NULL), ns([1, 1, -1, -1, 4]));
    assert_eq!(filled(Filling::Constant, NULL), ns([7, 1, 7, -1, 4]));
    let linear = l([n(1), n(1), Value::Float(2.0), Value::Float(3.0), n(4)]);
    assert_eq!(filled(Filling::Linear, n(-1)), linear);
    assert_eq!(
        call(F::SeriesFill(Filling::Linear), [l([NULL]), NULL, n(7)]),
        ns([7])
    );
    assert_eq!(call(F::SeriesStatistics, [mixed()]), NULL);
    let Value::Object(found) = call(F::SeriesStatistics, [mixed(), b(true)]) else {
        panic!("no object")
    };
    assert!(found.contains(&("max_idx".into(), n(3))), "{found:?}");
    assert_eq!(call(F::SeriesLine, [ns([1])]), NULL);
    assert_eq!(call(F::ArrayLength, [t("[1, 2]")]), n(2));
    assert_eq!(call(F::ArrayLength, [t("x")]), NULL);
    assert_eq!(call(F::ArrayLength, [l([])]), n(0));
}

#[test]
fn pairs_of_a_text() {
    let of = |text: &str, quotes: &str, escape: &str| {
        let arguments = [t(text), t("; "), t("="), t(quotes), t(escape)];
        call(F::ParsePairs, arguments)
    };
    let found = of("a=1; b = 2 ; none; c=x; y", "", "");
    assert_eq!(found, o([("a", t("1")), ("b", t("2")), ("c", t("x"))]));
    let found = of("'k=1'='x; y'; b=\"2; c=3", "'", "");
    assert_eq!(
        found,
        o([("k=1", t("x; y")), ("b", t("\"2")), ("c", t("3"))])
    );
    assert_eq!(of(r"a=<x\>y>", "<>", r"\"), o([("a", t("x>y"))]));
    assert_eq!(of("a='open", "'", ""), o([("a", t("'open"))]));
    assert_eq!(of("", "'", ""), o([]));
}

#[test]
fn texts_of_instants_and_lengths() {
    let text = |value| call(F::ToTextOrJson, [value]);
    let instant = text(at("2026-03-01T10:00:00.5Z"));
    assert_eq!(instant, t("2026-03-01T10:00:00.5000000Z"));
    let length = |seconds: i64| text(Value::Duration(seconds * SECOND));
    assert_eq!(length(0), t("00:00:00"));
    assert_eq!(length(-90_061), t("-1.01:01:01"));
    assert_eq!(text(Value::Duration(1_000_000)), t("00:00:00.0010000"));
    assert_eq!(text(l([Value::Duration(SECOND)])), t(r#"["00:00:01"]"#));
}
