//! The law's other parts: patterns, regular expressions, lookups, groups of rows.

use proptest::prelude::*;
use tripline_ir::arbitrary::{events, pattern, text};
use tripline_ir::law::source_fits;
use tripline_ir::law::{LucenePattern, Options, compile, explain, holds, pattern_matches, run};
use tripline_ir::{
    Aggregate, Atom, Case, CompareOp, Condition, Correlate, Correlated, Dialect, Event,
    EventSource, Expr, FieldRef, Function, Join, JoinColumns, JoinKey, JoinKind, Key, Lineage,
    LineageRelation, Match, Measure, MeasureFunction, Net, NewTerms, Number, Part, Pattern, Plan,
    Predicate, Regex, SECOND, Source, Span, Subject, Test, Value, Window, fold_char,
};

fn field_test(name: &str, test: Test) -> Predicate {
    Predicate::atom(Atom::field(FieldRef::unmapped(name), test, Span::default()))
}

fn equals(name: &str, value: &str) -> Predicate {
    field_test(
        name,
        Test::Pattern(Pattern::equals(value, Case::Insensitive)),
    )
}

fn find(name: &str, value: &str) -> Plan {
    Plan::Match(Match {
        source: Source::default(),
        predicate: equals(name, value),
    })
}

fn event(seconds: i64, fields: &[(&str, Value)]) -> Event {
    Event {
        time: seconds * SECOND,
        native: fields
            .iter()
            .map(|(k, v)| ((*k).into(), v.clone()))
            .collect(),
        ..Event::default()
    }
}

fn alerts(plan: &Plan, events: &[Event]) -> Vec<Vec<usize>> {
    let alerts = run(plan, events, &Options::default()).unwrap();
    alerts.into_iter().map(|alert| alert.events).collect()
}

fn one(predicate: &Predicate, fields: &[(&str, Value)]) -> bool {
    holds(predicate, &event(0, fields), &Options::default())
}

/// The definition of a pattern, part by part.
fn naive(parts: &[Part], text: &[char], fold: &impl Fn(char) -> char) -> bool {
    match parts {
        [] => text.is_empty(),
        [Part::AnyRun, rest @ ..] => (0..=text.len()).any(|n| naive(rest, &text[n..], fold)),
        [Part::AnyOne, rest @ ..] => !text.is_empty() && naive(rest, &text[1..], fold),
        [Part::Literal(literal), rest @ ..] => {
            let literal: Vec<char> = literal.chars().collect();
            text.len() >= literal.len()
                && std::iter::zip(&literal, text).all(|(a, b)| fold(*a) == fold(*b))
                && naive(rest, &text[literal.len()..], fold)
        }
    }
}

/// Lucene expressions without `&` and `~`, so that both ways of matching apply.
fn lucene() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a", "b", ".", "@", "#", "[ab]", "[^a-b]", "\"aB\"", "<1-12>", "<01-12>", "\\*", "()",
        "\\d", "[A-C]", "^", "$",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(3, 12, 3, |inner| {
        let quantified = (
            inner.clone(),
            prop::sample::select(vec!["?", "*", "+", "{2}", "{1,}"]),
        );
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a}|{b})")),
            quantified.prop_map(|(a, q)| format!("({a}){q}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn patterns_match_by_their_definition(pattern in pattern(), text in text()) {
        let chars: Vec<char> = text.chars().collect();
        let expected = match pattern.case {
            Case::Sensitive => naive(&pattern.parts, &chars, &|c| c),
            _ => naive(&pattern.parts, &chars, &fold_char),
        };
        prop_assert_eq!(pattern_matches(&pattern, &text), expected);
    }

    #[test]
    fn lucene_matches_alike_both_ways(
        regex in lucene(),
        text in "[abAB1*^0-9]{0,5}",
        insensitive in any::<bool>(),
    ) {
        let pattern = LucenePattern::parse(&regex, insensitive).unwrap();
        let translated = regex::Regex::new(&pattern.to_regex().unwrap()).unwrap();
        prop_assert_eq!(pattern.is_match(&text), translated.is_match(&text), "{}", regex);
    }

    #[test]
    fn lucene_never_panics(regex in "\\PC{0,12}", text in "\\PC{0,8}") {
        if let Ok(pattern) = LucenePattern::parse(&regex, true) {
            pattern.is_match(&text);
        }
    }

    #[test]
    fn sliding_windows_are_short_and_share_no_event(
        events in events(), length in 0_i64..8, bound in 1_i64..4, upper in any::<bool>(),
    ) {
        let op = if upper { CompareOp::Lte } else { CompareOp::Gte };
        let plan = counted(Plan::Union(vec![any_event()]), Window::Sliding(length * SECOND), op, bound);
        let mut seen = vec![false; events.len()];
        for found in alerts(&plan, &events) {
            let count = i64::try_from(found.len()).unwrap();
            let holds = op.holds(count.cmp(&bound));
            prop_assert!(holds);
            let times = || found.iter().map(|&i| events[i].time);
            prop_assert!(times().max().unwrap() - times().min().unwrap() <= length * SECOND);
            for index in found {
                prop_assert!(!std::mem::replace(&mut seen[index], true));
            }
        }
    }

    #[test]
    fn a_sliding_window_alerts_whenever_a_tumbling_one_does(
        events in events(), length in 1_i64..8, bound in 1_i64..4,
    ) {
        let of = |window| counted(any_event(), window, CompareOp::Gte, bound);
        let tumbling = alerts(&of(Window::Tumbling(length * SECOND)), &events);
        let sliding = alerts(&of(Window::Sliding(length * SECOND)), &events);
        prop_assert!(tumbling.is_empty() || !sliding.is_empty());
        for found in tumbling {
            let bucket = |i: &usize| events[*i].time.div_euclid(length * SECOND);
            prop_assert!(found.iter().all(|i| bucket(i) == bucket(&found[0])));
        }
    }
}

fn any_event() -> Plan {
    Plan::Match(Match {
        source: Source::default(),
        predicate: Predicate::True,
    })
}

fn counted(input: Plan, window: Window, op: CompareOp, bound: i64) -> Plan {
    measured(input, vec![], window, MeasureFunction::Count, op, bound)
}

fn measured(
    input: Plan,
    group_by: Vec<Key>,
    window: Window,
    function: MeasureFunction,
    op: CompareOp,
    bound: i64,
) -> Plan {
    Plan::Aggregate(Aggregate {
        input: Box::new(input),
        group_by,
        window,
        measures: vec![Measure::new("m", function)],
        having: field_test("m", Test::Number(op, Number::Int(bound))),
        closed: false,
    })
}

fn key(name: &str, optional: bool) -> Key {
    Key {
        value: Expr::Field(FieldRef::unmapped(name)),
        optional,
    }
}

fn at(times: &[i64]) -> Vec<Event> {
    times
        .iter()
        .map(|&t| event(t, &[("a", Value::from("x"))]))
        .collect()
}

#[test]
fn a_burst_alerts_once_and_the_scan_goes_on_behind_it() {
    let plan = counted(any_event(), Window::Sliding(10 * SECOND), CompareOp::Gte, 3);
    assert_eq!(alerts(&plan, &at(&[0, 8, 12, 14, 18])), [[1, 2, 3, 4]]);
    assert_eq!(
        alerts(&plan, &at(&[0, 5, 10, 20, 21, 22])),
        [[0, 1, 2], [3, 4, 5]]
    );
}

#[test]
fn a_part_of_a_larger_burst_is_not_a_small_one() {
    let plan = counted(any_event(), Window::Sliding(10 * SECOND), CompareOp::Lt, 3);
    assert_eq!(alerts(&plan, &at(&[0, 1, 2, 50, 51])), [[3, 4]]);
}

#[test]
fn tumbling_windows_split_a_burst_at_the_boundary() {
    let plan = counted(
        any_event(),
        Window::Tumbling(10 * SECOND),
        CompareOp::Gte,
        3,
    );
    assert!(alerts(&plan, &at(&[8, 9, 10, 11])).is_empty());
    assert_eq!(alerts(&plan, &at(&[10, 11, 19])), [[0, 1, 2]]);
}

#[test]
fn a_look_back_counts_from_the_run() {
    let plan = counted(
        any_event(),
        Window::LookBack(10 * SECOND),
        CompareOp::Gte,
        2,
    );
    assert_eq!(alerts(&plan, &at(&[0, 15, 20])), [[1, 2]]);
    let options = Options {
        now: Some(100 * SECOND),
        ..Options::default()
    };
    assert!(run(&plan, &at(&[0, 15, 20]), &options).unwrap().is_empty());
}

#[test]
fn groups_drop_rows_without_a_key_unless_it_is_optional() {
    let events = [
        event(0, &[("u", Value::from("x"))]),
        event(1, &[]),
        event(2, &[("u", Value::List(vec!["x".into(), "y".into()]))]),
        event(3, &[("u", Value::from("X"))]),
    ];
    let by = |optional| {
        let by = vec![key("u", optional)];
        measured(
            any_event(),
            by,
            Window::Whole,
            MeasureFunction::Count,
            CompareOp::Gte,
            1,
        )
    };
    assert_eq!(alerts(&by(false), &events), [vec![0, 2], vec![2], vec![3]]);
    assert_eq!(alerts(&by(true), &events).len(), 4);
}

#[test]
fn measures() {
    let events: Vec<Event> = [1, 2, 3, 10]
        .iter()
        .map(|&n| event(n, &[("n", Value::Int(n)), ("p", Value::Int(n % 2))]))
        .collect();
    let n = || Expr::Field(FieldRef::unmapped("n"));
    let distinct = vec![Expr::Field(FieldRef::unmapped("p"))];
    for (function, expected) in [
        (MeasureFunction::Count, Value::Int(4)),
        (MeasureFunction::CountDistinct(distinct), Value::Int(2)),
        (MeasureFunction::Sum(n()), Value::Int(16)),
        (MeasureFunction::Average(n()), Value::Float(4.0)),
        (MeasureFunction::Min(n()), Value::Int(1)),
        (MeasureFunction::Max(n()), Value::Int(10)),
        (MeasureFunction::Median(n()), Value::Float(2.5)),
        (MeasureFunction::Percentile(n(), 50.0), Value::Float(2.5)),
        (MeasureFunction::Percentile(n(), 100.0), Value::Int(10)),
    ] {
        let plan = measured(
            any_event(),
            vec![],
            Window::Whole,
            function,
            CompareOp::Gte,
            0,
        );
        let found = run(&plan, &events, &Options::default()).unwrap();
        assert_eq!(found[0].columns["m"], expected);
    }
}

fn correlation(ordered: bool, condition: Condition, rules: &[&str]) -> Plan {
    Plan::Correlate(Correlate {
        rules: rules
            .iter()
            .map(|&name| Correlated {
                name: name.into(),
                plan: find("t", name),
                keys: vec![],
            })
            .collect(),
        ordered,
        whole: false,
        window: 10 * SECOND,
        group_by: vec![],
        condition,
    })
}

fn typed(list: &[(&str, i64)]) -> Vec<Event> {
    list.iter()
        .map(|(t, at)| event(*at, &[("t", Value::from(*t))]))
        .collect()
}

fn all_of(rules: &[&str]) -> Condition {
    Condition::Count {
        min: u32::try_from(rules.len()).unwrap(),
        max: None,
    }
}

#[test]
fn temporal_rules_match_in_any_order_within_the_window() {
    let plan = correlation(false, all_of(&["a", "b"]), &["a", "b"]);
    assert_eq!(alerts(&plan, &typed(&[("b", 0), ("a", 10)])), [[0, 1]]);
    assert!(alerts(&plan, &typed(&[("b", 0), ("a", 11)])).is_empty());
    // One burst, one alert.
    let burst = typed(&[("a", 0), ("b", 1), ("a", 2), ("b", 3)]);
    assert_eq!(alerts(&plan, &burst), [[0, 1]]);
    let Plan::Correlate(mut whole) = plan else {
        unreachable!()
    };
    whole.whole = true;
    assert_eq!(alerts(&Plan::Correlate(whole), &burst), [[0, 1, 2, 3]]);
}

#[test]
fn ordered_rules_match_in_order_and_a_tie_is_in_order() {
    let plan = correlation(true, all_of(&["a", "b"]), &["a", "b"]);
    assert!(alerts(&plan, &typed(&[("b", 0), ("a", 5)])).is_empty());
    assert_eq!(
        alerts(&plan, &typed(&[("b", 0), ("a", 5), ("b", 6)])),
        [[1, 2]]
    );
    assert_eq!(alerts(&plan, &typed(&[("b", 5), ("a", 5)])), [[0, 1]]);
}

#[test]
fn a_negated_rule_must_not_stand_in_the_window() {
    let condition = Condition::And(vec![
        Condition::Rule("a".into()),
        Condition::Not(Box::new(Condition::Rule("b".into()))),
    ]);
    let plan = correlation(false, condition, &["a", "b"]);
    assert_eq!(alerts(&plan, &typed(&[("a", 0), ("b", 20)])), [[0]]);
    assert!(alerts(&plan, &typed(&[("b", 0), ("a", 5)])).is_empty());
    assert!(alerts(&plan, &typed(&[("a", 0), ("b", 5)])).is_empty());
}

#[test]
fn correlations_nest_and_an_inner_row_stands_at_its_last_event() {
    let burst = counted(
        find("t", "a"),
        Window::Sliding(5 * SECOND),
        CompareOp::Gte,
        2,
    );
    let Plan::Correlate(mut outer) = correlation(true, all_of(&["a", "b"]), &["a", "b"]) else {
        unreachable!()
    };
    outer.rules[0].plan = burst;
    let plan = Plan::Correlate(outer);
    assert_eq!(
        alerts(&plan, &typed(&[("a", 0), ("a", 4), ("b", 14)])),
        [[0, 1, 2]]
    );
    assert!(alerts(&plan, &typed(&[("a", 0), ("b", 3), ("a", 4)])).is_empty());
}

#[test]
fn new_terms_alert_once_on_the_first_event_of_the_look_back() {
    let plan = Plan::NewTerms(NewTerms {
        input: Box::new(any_event()),
        fields: vec![FieldRef::unmapped("u")],
        history: 100 * SECOND,
        look_back: 10 * SECOND,
    });
    let user = |at, name: &str| event(at, &[("u", Value::from(name))]);
    let events = [
        user(0, "z"),
        user(50, "x"),
        user(95, "x"),
        user(96, "y"),
        user(100, "y"),
        user(101, "z"),
    ];
    // The run is at 101: the history begins at 1, so `z` at 0 is forgotten.
    assert_eq!(alerts(&plan, &events), [[3], [5]]);
}

#[test]
fn joins_keep_left_rows() {
    let on = vec![vec![JoinKey::equal(
        Expr::Field(FieldRef::unmapped("ip")),
        Expr::Field(FieldRef::unmapped("bad")),
    )]];
    let join = |kind| {
        Plan::Join(Join {
            left: Box::new(find("t", "log")),
            right: Box::new(find("t", "intel")),
            on: on.clone(),
            kind,
            columns: JoinColumns::LeftFirst,
            limit: None,
        })
    };
    let events = [
        event(
            0,
            &[
                ("t", "intel".into()),
                ("bad", "1.1.1.1".into()),
                ("why", "c2".into()),
            ],
        ),
        event(1, &[("t", "log".into()), ("ip", "1.1.1.1".into())]),
        event(2, &[("t", "log".into()), ("ip", "2.2.2.2".into())]),
        event(3, &[("t", "log".into())]),
    ];
    assert_eq!(alerts(&join(JoinKind::LeftSemi), &events), [[1]]);
    assert_eq!(alerts(&join(JoinKind::LeftAnti), &events), [[2], [3]]);
    assert_eq!(alerts(&join(JoinKind::Inner), &events), [[0, 1]]);
    let found = run(&join(JoinKind::LeftSemi), &events, &Options::default()).unwrap();
    assert_eq!(found[0].columns["why"], Value::from("c2"));
}

#[test]
fn values_are_tested_in_their_text_form() {
    assert!(one(&equals("id", "4688"), &[("id", Value::Int(4688))]));
    assert!(one(&equals("b", "TRUE"), &[("b", Value::Bool(true))]));
    let four = field_test("n", Test::Number(CompareOp::Eq, Number::Int(4)));
    assert!(one(&four, &[("n", Value::from("4.0"))]));
    assert!(!one(&four, &[("n", Value::from("four"))]));
    assert!(!one(&four, &[("n", Value::from("inf"))]));
}

#[test]
fn a_missing_field_is_false_and_its_negation_true() {
    assert!(!one(&equals("a", "x"), &[]));
    assert!(one(&Predicate::not(equals("a", "x")), &[]));
    assert!(!one(&equals("a", "x"), &[("a", Value::Null)]));
}

#[test]
fn the_source_name_comes_before_the_canonical_one() {
    let field = FieldRef::mapped("Image", "process.executable");
    let test = Test::Pattern(Pattern::equals("x", Case::Insensitive));
    let p = Predicate::atom(Atom::field(field, test, Span::default()));
    assert!(one(&p, &[("process.executable", "x".into())]));
    assert!(!one(
        &p,
        &[("Image", "y".into()), ("process.executable", "x".into())]
    ));
}

#[test]
fn networks() {
    let nets = ["10.0.0.0/8", "fe80::/10"].map(|n| Net(n.parse().unwrap()));
    let p = field_test("ip", Test::Cidr(nets.into()));
    for (ip, expected) in [
        ("10.1.2.3", true),
        ("11.1.2.3", false),
        ("fe80::1", true),
        ("::ffff:10.1.2.3", false),
        ("10.1.2", false),
    ] {
        assert_eq!(one(&p, &[("ip", ip.into())]), expected, "{ip}");
    }
}

#[test]
fn nested_tests_bind_one_element() {
    let both = Predicate::and([equals("sig.k", "a"), equals("sig.v", "1")]);
    let p = field_test("sig", Test::Nested(Box::new(both)));
    let object =
        |k: &str, v: &str| Value::Object(vec![("k".into(), k.into()), ("v".into(), v.into())]);
    assert!(one(
        &p,
        &[("sig", Value::List(vec![object("b", "2"), object("a", "1")]))]
    ));
    assert!(!one(
        &p,
        &[("sig", Value::List(vec![object("a", "2"), object("b", "1")]))]
    ));
}

#[test]
fn lineage_follows_parents() {
    let of = |relation| {
        let lineage = Lineage {
            relation,
            of: Match {
                source: Source::default(),
                predicate: equals("name", "word"),
            },
        };
        let field = FieldRef::unmapped("process.entity_id");
        let atom = Atom::field(field, Test::Lineage(Box::new(lineage)), Span::default());
        Plan::Match(Match {
            source: Source::default(),
            predicate: Predicate::atom(atom),
        })
    };
    let start = |at, name: &str, id: &str, parent: &str| {
        let fields = [
            ("name", name.into()),
            ("process.entity_id", id.into()),
            ("process.parent.entity_id", parent.into()),
        ];
        event(at, &fields)
    };
    let events = [
        start(0, "word", "1", "0"),
        start(1, "cmd", "2", "1"),
        start(2, "whoami", "3", "2"),
        start(3, "other", "4", "0"),
    ];
    assert_eq!(
        alerts(&of(LineageRelation::DescendantOf), &events),
        [[1], [2]]
    );
    assert_eq!(alerts(&of(LineageRelation::ChildOf), &events), [[1]]);
    assert_eq!(alerts(&of(LineageRelation::EventOf), &events), [[0]]);
}

fn regex(text: &str, dialect: Dialect, insensitive: bool) -> Regex {
    Regex {
        text: text.into(),
        dialect,
        case_insensitive: insensitive,
        multi_line: false,
        dot_all: false,
        whole: false,
    }
}

#[test]
fn lucene_expressions() {
    for (text, insensitive, value, expected) in [
        ("abc", false, "abc", true),
        ("abc", false, "xabcx", false),
        ("^abc$", false, "abc", false),
        ("^abc$", false, "^abc$", true),
        ("a.c", false, "a\nc", true),
        ("ab", true, "AB", true),
        ("[a-c]b", true, "AB", false),
        ("[abc]b", true, "AB", true),
        ("\"a.c\"", false, "abc", false),
        ("\"a.c\"", false, "a.c", true),
        ("a@", false, "axyz", true),
        ("a#", false, "a", false),
        ("<1-100>", false, "42", true),
        ("<1-100>", false, "101", false),
        ("<01-31>", false, "07", true),
        ("<01-31>", false, "7", false),
        ("a.*&~(.*b)", false, "axc", true),
        ("a.*&~(.*b)", false, "axb", false),
        ("\\d+\\w", false, "12a", true),
        ("x{2,3}", false, "xxxx", false),
        ("[]a]", false, "]", true),
    ] {
        let compiled = compile(&regex(text, Dialect::Lucene, insensitive)).unwrap();
        assert_eq!(compiled.is_match(value), expected, "{text} on {value:?}");
    }
    for bad in [
        "(a", "a{", "[a", "\"a", "<a-b>", "<name>", "a)", "[b-a]", "a{3,2}", "\\",
    ] {
        assert!(
            compile(&regex(bad, Dialect::Lucene, false)).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn pcre_has_look_around_and_re2_has_not() {
    let look = "a(?!b)";
    assert!(
        compile(&regex(look, Dialect::Pcre, false))
            .unwrap()
            .is_match("xac")
    );
    assert!(compile(&regex(look, Dialect::Re2, false)).is_err());
    assert!(compile(&regex("(", Dialect::Pcre, false)).is_err());
}

fn value_of(function: Function, arguments: Vec<Value>) -> Value {
    let arguments = arguments.into_iter().map(Expr::Literal).collect();
    let plan = Plan::Derive {
        input: Box::new(any_event()),
        columns: vec![("x".into(), Expr::call(function, arguments))],
    };
    run(&plan, &[Event::default()], &Options::default()).unwrap()[0].columns["x"].clone()
}

fn check_functions(cases: Vec<(Function, Vec<Value>, Value)>) {
    for (function, arguments, expected) in cases {
        let shown = format!("{} {arguments:?}", function.name());
        assert_eq!(value_of(function, arguments), expected, "{shown}");
    }
}

#[test]
fn functions_of_numbers_and_texts() {
    let t = Value::from;
    check_functions(vec![
        (
            Function::Divide,
            vec![Value::Int(-7), Value::Int(2)],
            Value::Int(-3),
        ),
        (
            Function::Divide,
            vec![Value::Int(7), Value::Int(0)],
            Value::Null,
        ),
        (
            Function::Modulo,
            vec![Value::Int(-7), Value::Int(2)],
            Value::Int(-1),
        ),
        (
            Function::Add,
            vec![Value::Int(i64::MAX), Value::Int(1)],
            Value::Null,
        ),
        (Function::Length, vec![t("a😀")], Value::Int(3)),
        (
            Function::Length,
            vec![Value::List(vec![t("a"), t("b")])],
            Value::Int(2),
        ),
        (Function::Concat, vec![t("a"), Value::Int(1)], t("a1")),
        (Function::Concat, vec![t("a"), Value::Null], Value::Null),
        (Function::Between, vec![t("a[b]c"), t("["), t("]")], t("b")),
        (Function::Between, vec![t("a[b"), t("["), t("]")], t("")),
        (
            Function::BetweenInsensitive,
            vec![t("xAyBz"), t("a"), t("b")],
            t("y"),
        ),
        (
            Function::IndexOf,
            vec![t("abab"), t("b"), Value::Int(2)],
            Value::Int(3),
        ),
        (Function::IndexOf, vec![t("ab"), t("B")], Value::Null),
    ]);
}

#[test]
fn functions_of_places_numbers_and_times() {
    let t = Value::from;
    let time = || t("2026-03-01T13:45:10Z");
    check_functions(vec![
        (
            Function::Substring,
            vec![t("cmd.exe"), Value::Int(-4)],
            t(".exe"),
        ),
        (
            Function::Substring,
            vec![t("cmd.exe"), Value::Int(0), Value::Int(-4)],
            t("cmd"),
        ),
        (
            Function::Substring,
            vec![t("cmd"), Value::Int(2), Value::Int(1)],
            t(""),
        ),
        (Function::ToNumber, vec![t("0x1F")], Value::Int(31)),
        (
            Function::ToNumber,
            vec![t("1f"), Value::Int(16)],
            Value::Int(31),
        ),
        (Function::ToNumber, vec![t("x")], Value::Null),
        (Function::HourOfDay, vec![time()], Value::Int(13)),
        (Function::MinuteOfHour, vec![time()], Value::Int(45)),
        (Function::WeekOfYear, vec![time()], Value::Int(9)),
        (
            Function::DayOfMonth,
            vec![t("2026-03-01 13:45:10")],
            Value::Int(1),
        ),
        (Function::Year, vec![t("soon")], Value::Null),
    ]);
}

#[test]
fn sources_route() {
    let fits = |names: &[&str], known: &[&str], declared: &str, events: &[&str]| {
        let texts = |list: &[&str]| list.iter().map(|&s| s.into()).collect();
        let source = Source {
            names: texts(names),
            events: texts(known),
        };
        let event = Event {
            source: Some(EventSource {
                name: declared.into(),
                events: texts(events),
            }),
            ..Event::default()
        };
        source_fits(&source, &event)
    };
    assert!(fits(
        &["windows/process_creation/"],
        &[],
        "windows/process_creation/sysmon",
        &[]
    ));
    assert!(!fits(
        &["windows/process_creation/"],
        &[],
        "windows/file_event/",
        &[]
    ));
    assert!(fits(
        &["logs-endpoint.*"],
        &[],
        "logs-endpoint.events.process-default",
        &[]
    ));
    assert!(fits(&["*:logs-*"], &[], "logs-x", &[]));
    assert!(!fits(&["logs-*", "-logs-test*"], &[], "logs-test-1", &[]));
    assert!(!fits(&["windows//"], &[], "logs-x", &[]));
    assert!(fits(&["windows//"], &["Sysmon/1"], "logs-x", &["Sysmon/1"]));
    assert!(fits(
        &["windows//"],
        &["Sysmon/*"],
        "logs-x",
        &["Sysmon/16"]
    ));
    assert!(fits(
        &["windows//"],
        &["Sysmon/16"],
        "logs-x",
        &["Sysmon/*"]
    ));
    assert!(!fits(&["windows//"], &["Sysmon/*"], "logs-x", &["WMI/16"]));
    assert!(fits(&[], &[], "anything", &[]));
}

#[test]
fn explanations_name_the_deciding_atom() {
    let p = Predicate::and([
        equals("a", "1"),
        equals("b", "1"),
        Predicate::not(equals("c", "1")),
    ]);
    let plan = Plan::Match(Match {
        source: Source::default(),
        predicate: p,
    });
    let decided = |fields: &[(&str, Value)]| {
        let found = explain(&plan, &[event(0, fields)], &Options::default());
        let leaf = &found[0].leaves[0];
        let atoms = leaf.atoms.iter().filter(|a| a.decided);
        (
            leaf.result,
            atoms.map(|a| a.text.to_string()).collect::<Vec<_>>(),
        )
    };
    let (a, b, c) = (("a", "1".into()), ("b", "1".into()), ("c", "1".into()));
    assert_eq!(
        decided(std::slice::from_ref(&a)),
        (false, vec!["b = \"1\"".into()])
    );
    assert_eq!(
        decided(&[a.clone(), b.clone(), c]),
        (false, vec!["c = \"1\"".into()])
    );
    assert_eq!(decided(&[a, b]).1.len(), 3);
}

#[test]
fn an_opaque_part_cannot_be_run() {
    let opaque = Plan::Opaque(tripline_ir::Opaque {
        text: "foo bar".into(),
        reason: tripline_ir::LossReason::UnknownCommand,
        span: Span::new(3, 10),
    });
    let plan = Plan::Union(vec![any_event(), opaque]);
    let error = run(&plan, &[], &Options::default()).unwrap_err();
    assert_eq!(error.to_string(), "unknown command: `foo bar`");
}

#[test]
fn any_field_sees_values_and_raw_text() {
    let keyword = Pattern::contains("needle", Case::Insensitive);
    let p = Predicate::atom(Atom::new(
        Subject::AnyField,
        Test::Pattern(keyword),
        Span::default(),
    ));
    assert!(one(&p, &[("x", "a NEEDLE b".into())]));
    let mut raw = event(0, &[("x", "y".into())]);
    raw.raw = Some("the needle".into());
    assert!(holds(&p, &raw, &Options::default()));
}

#[test]
fn nested_repetitions_take_bounded_time() {
    for quantifier in ["*", "{1000}", "{0,1000}"] {
        let mut regex = "(()|a)".to_owned();
        for _ in 0..5 {
            regex = format!("({regex}{quantifier})");
        }
        let pattern = LucenePattern::parse(&format!("{regex}&@"), false).unwrap();
        let text = format!("{}b", "a".repeat(300));
        assert_ne!(pattern.try_match(&text), Some(true), "{regex}");
        assert_eq!(pattern.try_match("a"), Some(true), "{regex}");
    }
}
