//! Stages of pipelines.

use tripline_ir::law::{Alert, Options, run};
use tripline_ir::{
    Aggregate, Apply, Atom, Case, CompareOp, Dedup, Event, Expand, Expr, FieldRef, Fill,
    Function as F, Inline, Join, JoinColumns, JoinKey, JoinKind, Key, KeyMatch, Match, Measure,
    MeasureFunction as M, MissingKey, Number, Plan, Population, Predicate, Projection, Running,
    RunningWindow, SECOND, SortKey, Source, Span, Table, Test, Transaction, Value, Window,
};

fn t(text: &str) -> Value {
    Value::Text(text.into())
}

fn n(number: i64) -> Value {
    Value::Int(number)
}

fn l<const N: usize>(items: [Value; N]) -> Value {
    Value::List(items.into())
}

fn name(name: &str) -> FieldRef {
    FieldRef::unmapped(name)
}

fn field(of: &str) -> Expr {
    Expr::Field(name(of))
}

fn all() -> Plan {
    Plan::Match(Match {
        source: Source::default(),
        predicate: Predicate::True,
    })
}

fn table<const C: usize>(columns: [&str; C], rows: &[[Value; C]]) -> Plan {
    Plan::Table(Table {
        columns: columns.map(Into::into).into(),
        rows: rows.iter().map(|row| row.to_vec()).collect(),
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

fn alerts(plan: &Plan, events: &[Event]) -> Vec<Alert> {
    run(plan, events, &Options::default()).expect("runnable")
}

/// One column of the rows that a plan gives without events.
fn column(plan: &Plan, of: &str) -> Vec<Value> {
    column_of(plan, &[], of)
}

/// The value of a field in each alert, read as a later stage would.
fn column_of(plan: &Plan, events: &[Event], of: &str) -> Vec<Value> {
    let derived = Plan::Derive {
        input: Box::new(plan.clone()),
        columns: vec![("seen".into(), field(of))],
    };
    let found = alerts(&derived, events).into_iter();
    found.map(|alert| alert.columns["seen"].clone()).collect()
}

fn number_test(of: &str, op: CompareOp, bound: i64) -> Predicate {
    let test = Test::Number(op, Number::Int(bound));
    Predicate::atom(Atom::field(name(of), test, Span::default()))
}

fn equals(of: &str, value: &str) -> Predicate {
    let pattern = tripline_ir::Pattern::equals(value, Case::Sensitive);
    Predicate::atom(Atom::field(
        name(of),
        Test::Pattern(pattern),
        Span::default(),
    ))
}

fn key(of: &str, optional: bool) -> Key {
    Key {
        value: field(of),
        optional,
    }
}

fn stats(input: Plan, keys: Vec<Key>, measures: Vec<Measure>) -> Plan {
    Plan::Aggregate(Aggregate {
        input: Box::new(input),
        group_by: keys,
        window: Window::Whole,
        measures,
        having: Predicate::True,
        closed: true,
    })
}

fn people() -> Plan {
    table(
        ["who", "n"],
        &[
            [t("a"), n(1)],
            [t("b"), n(5)],
            [t("a"), n(3)],
            [Value::Null, n(7)],
        ],
    )
}

#[test]
fn tables_are_rows() {
    assert_eq!(column(&people(), "n"), [n(1), n(5), n(3), n(7)]);
    assert_eq!(column(&people(), "other"), vec![Value::Null; 4]);
}

#[test]
fn null_keys_make_a_group_only_when_optional() {
    let count = vec![Measure::new("c", M::Count)];
    let dropped = stats(people(), vec![key("who", false)], count.clone());
    assert_eq!(column(&dropped, "c"), [n(2), n(1)]);
    let kept = stats(people(), vec![key("who", true)], count);
    assert_eq!(column(&kept, "who"), [t("a"), t("b"), Value::Null]);
}

#[test]
fn measures() {
    let values = [n(4), n(1), n(4), Value::Null, n(3)];
    let rows: Vec<[Value; 2]> = values.into_iter().map(|v| [v, t("k")]).collect();
    let measured = |function| {
        let plan = stats(
            table(["v", "k"], &rows),
            vec![],
            vec![Measure::new("m", function)],
        );
        column(&plan, "m").remove(0)
    };
    let v = || field("v");
    assert_eq!(measured(M::Count), n(5));
    assert_eq!(measured(M::CountValues(v())), n(4));
    assert_eq!(measured(M::CountDistinct(vec![v()])), n(3));
    assert_eq!(measured(M::Values(v())), l([n(1), n(3), n(4)]));
    assert_eq!(measured(M::Set(v(), Some(2))), l([n(4), n(1)]));
    assert_eq!(measured(M::List(v(), None)), l([n(4), n(1), n(4), n(3)]));
    assert_eq!(measured(M::First(v())), n(4));
    assert_eq!(measured(M::Last(v())), n(3));
    assert_eq!(measured(M::Sum(v())), n(12));
    assert_eq!(measured(M::Average(v())), Value::Float(3.0));
    assert_eq!(measured(M::Min(v())), n(1));
    assert_eq!(measured(M::Min(field("k"))), t("k"));
    assert_eq!(measured(M::Range(v())), n(3));
    assert_eq!(measured(M::Median(v())), Value::Float(3.5));
    assert_eq!(measured(M::PercentileNearest(v(), 50.0)), n(3));
    assert_eq!(
        measured(M::Variance(v(), Population::Sample)),
        Value::Float(2.0)
    );
    assert_eq!(
        measured(M::Variance(v(), Population::Whole)),
        Value::Float(1.5)
    );
    assert_eq!(measured(M::Mode(v())), n(4));
    let top = M::Top {
        of: v(),
        count: 2,
        descending: true,
    };
    assert_eq!(measured(top), l([n(4), n(4)]));
    let filter = number_test("v", CompareOp::Gte, 4);
    let filtered = Measure::filtered("m", M::Count, filter);
    let plan = stats(table(["v", "k"], &rows), vec![], vec![filtered]);
    assert_eq!(column(&plan, "m"), [n(2)]);
}

#[test]
fn measures_of_nothing_are_a_row_only_without_keys() {
    let count = vec![
        Measure::new("c", M::Count),
        Measure::new("s", M::Sum(field("x"))),
    ];
    let none = stats(table(["x"], &[]), vec![], count.clone());
    assert_eq!(column(&none, "c"), [n(0)]);
    assert_eq!(column(&none, "s"), [Value::Null]);
    let none = stats(table(["x"], &[]), vec![key("x", true)], count);
    assert!(alerts(&none, &[]).is_empty());
}

#[test]
fn a_closed_aggregate_hides_its_events() {
    let events = [event(1, &[("x", t("a")), ("y", t("b"))])];
    let count = vec![Measure::new("c", M::Count)];
    let plan = stats(all(), vec![key("x", false)], count);
    assert_eq!(column_of(&plan, &events, "y"), [Value::Null]);
    assert_eq!(column_of(&plan, &events, "x"), [t("a")]);
    assert_eq!(alerts(&plan, &events)[0].events, [0]);
}

#[test]
fn the_row_of_the_largest_shows_its_columns() {
    let rows = [[n(1), t("old")], [n(9), t("new")], [n(9), t("tie")]];
    let plan = stats(
        table(["at", "what"], &rows),
        vec![],
        vec![Measure::new("at", M::RowOfMax(field("at")))],
    );
    assert_eq!(column(&plan, "what"), [t("new")]);
    assert_eq!(column(&plan, "at"), [n(9)]);
    let of = M::ArgMin {
        by: field("at"),
        of: field("what"),
    };
    let plan = stats(
        table(["at", "what"], &rows),
        vec![],
        vec![Measure::new("m", of)],
    );
    assert_eq!(column(&plan, "m"), [t("old")]);
}

#[test]
fn inline_measures_keep_rows() {
    let plan = Plan::Inline(Inline {
        input: Box::new(people()),
        group_by: vec![key("who", false)],
        measures: vec![Measure::new("s", M::Sum(field("n")))],
    });
    assert_eq!(column(&plan, "s"), [n(4), n(5), n(4), Value::Null]);
    assert_eq!(column(&plan, "n"), [n(1), n(5), n(3), n(7)]);
}

fn running(input: Plan, window: RunningWindow, current: bool, function: M) -> Plan {
    Plan::Running(Running {
        input: Box::new(input),
        group_by: vec![],
        window,
        current,
        measures: vec![Measure::new("r", function)],
    })
}

#[test]
fn running_measures_look_back() {
    let rows: Vec<Event> = [0, 10, 11, 30].map(|at| event(at, &[("v", n(at))])).into();
    let sum = || M::Sum(field("v"));
    let of = |window, current, function| {
        column_of(&running(all(), window, current, function), &rows, "r")
    };
    assert_eq!(
        of(RunningWindow::All, true, sum()),
        [n(0), n(10), n(21), n(51)]
    );
    assert_eq!(
        of(RunningWindow::All, false, M::Count),
        [n(0), n(1), n(2), n(3)]
    );
    assert_eq!(
        of(RunningWindow::Rows(2), true, sum()),
        [n(0), n(10), n(21), n(41)]
    );
    assert_eq!(
        of(RunningWindow::Time(10 * SECOND), true, M::Count),
        [n(1), n(2), n(2), n(1)]
    );
    assert_eq!(
        of(RunningWindow::All, true, M::Lag(field("v"), 1)),
        [Value::Null, n(0), n(10), n(11)]
    );
    assert_eq!(
        of(RunningWindow::All, true, M::Lead(field("v"), 3)),
        [n(30), Value::Null, Value::Null, Value::Null]
    );
}

#[test]
fn expanding_makes_rows() {
    let rows = [
        [l([t("x"), t("y")]), n(1)],
        [Value::Null, n(2)],
        [t("z"), n(3)],
    ];
    let plan = |keep_empty, limit| {
        Plan::Expand(Expand {
            input: Box::new(table(["v", "id"], &rows)),
            columns: vec![("v".into(), field("v"))],
            keep_empty,
            limit,
            index: Some("at".into()),
        })
    };
    assert_eq!(column(&plan(false, None), "v"), [t("x"), t("y"), t("z")]);
    assert_eq!(column(&plan(false, None), "at"), [n(0), n(1), n(0)]);
    assert_eq!(column(&plan(true, None), "id"), [n(1), n(1), n(2), n(3)]);
    assert_eq!(column(&plan(false, Some(1)), "v"), [t("x"), t("z")]);
}

#[test]
fn projections_have_effect() {
    let events = [event(0, &[("p.a", n(1)), ("p.b", n(2)), ("c", n(3))])];
    let project = |projection| Plan::Project {
        input: Box::new(all()),
        projection,
    };
    let seen = |plan: &Plan, of| column_of(plan, &events, of).remove(0);
    let keep = project(Projection::Keep(vec![name("p.*")]));
    assert_eq!((seen(&keep, "p.a"), seen(&keep, "c")), (n(1), Value::Null));
    let drop = project(Projection::Drop(vec![name("p.*")]));
    assert_eq!((seen(&drop, "p.a"), seen(&drop, "c")), (Value::Null, n(3)));
    let rename = project(Projection::Rename(vec![(name("p.*"), "*".into())]));
    assert_eq!(
        (seen(&rename, "a"), seen(&rename, "p.a")),
        (n(1), Value::Null)
    );
    let swap = project(Projection::Rename(vec![
        (name("p.a"), "p.b".into()),
        (name("p.b"), "p.a".into()),
    ]));
    assert_eq!((seen(&swap, "p.a"), seen(&swap, "p.b")), (n(2), n(1)));
    let missing = project(Projection::Rename(vec![(name("none"), "c".into())]));
    assert_eq!(seen(&missing, "c"), Value::Null);
    let display = project(Projection::Display(vec!["c".into()]));
    assert_eq!(seen(&display, "p.a"), n(1));
    // Canonical names are found as long as the event shows the field.
    let mapped = FieldRef::mapped("proc", "process.executable");
    let canonical = [Event {
        canonical: [("process.executable".into(), t("x"))].into(),
        ..Event::default()
    }];
    let keep = project(Projection::Keep(vec![mapped.clone()]));
    assert_eq!(column_of(&keep, &canonical, "proc"), [t("x")]);
    let hidden = Plan::Derive {
        input: Box::new(project(Projection::Drop(vec![mapped.clone()]))),
        columns: vec![("seen".into(), Expr::Field(mapped))],
    };
    assert_eq!(alerts(&hidden, &canonical)[0].columns["seen"], Value::Null);
}

#[test]
fn filling_replaces_null() {
    let fill = |columns: Vec<FieldRef>| {
        Plan::Fill(Fill {
            input: Box::new(people()),
            columns,
            value: t("?"),
        })
    };
    assert_eq!(
        column(&fill(vec![]), "who"),
        [t("a"), t("b"), t("a"), t("?")]
    );
    assert_eq!(
        column(&fill(vec![name("z")]), "z"),
        [t("?"), t("?"), t("?"), t("?")]
    );
    assert_eq!(column(&fill(vec![name("z")]), "who")[3], Value::Null);
}

#[test]
fn sorting_and_top_rows_per_group() {
    let sort = |descending, nulls_first| Plan::Sort {
        input: Box::new(people()),
        by: vec![SortKey {
            value: field("who"),
            descending,
            nulls_first,
        }],
    };
    // Rows without events keep the order of the last stage.
    assert_eq!(column(&sort(false, false), "n"), [n(1), n(3), n(5), n(7)]);
    assert_eq!(column(&sort(true, true), "n"), [n(7), n(5), n(1), n(3)]);
    let dedup = |count, missing, consecutive| {
        Plan::Dedup(Dedup {
            input: Box::new(people()),
            by: vec![field("who")],
            count,
            consecutive,
            missing,
        })
    };
    assert_eq!(
        column(&dedup(1, MissingKey::Drop, false), "n"),
        [n(1), n(5)]
    );
    assert_eq!(
        column(&dedup(2, MissingKey::Value, false), "n"),
        [n(1), n(5), n(3), n(7)]
    );
    assert_eq!(
        column(&dedup(1, MissingKey::Keep, true), "n"),
        [n(1), n(5), n(3), n(7)]
    );
}

fn joined(kind: JoinKind, columns: JoinColumns, how: KeyMatch) -> Plan {
    let left = table(
        ["k", "v"],
        &[
            [t("a"), n(1)],
            [t("a"), n(2)],
            [t("c"), n(3)],
            [Value::Null, n(4)],
        ],
    );
    let right = table(
        ["k", "v"],
        &[[t("a"), n(10)], [t("d"), n(20)], [Value::Null, n(30)]],
    );
    Plan::Join(Join {
        left: Box::new(left),
        right: Box::new(right),
        on: vec![vec![JoinKey {
            left: field("k"),
            right: field("k"),
            how,
        }]],
        kind,
        columns,
        limit: None,
    })
}

#[test]
fn joins_of_every_kind() {
    let equal = KeyMatch::Equal(Case::Sensitive);
    let v = |kind| column(&joined(kind, JoinColumns::Numbered, equal), "v");
    let v1 = |kind| column(&joined(kind, JoinColumns::Numbered, equal), "v1");
    assert_eq!(v(JoinKind::Inner), [n(1), n(2)]);
    assert_eq!(v1(JoinKind::Inner), [n(10), n(10)]);
    assert_eq!(v(JoinKind::InnerUnique), [n(1)]);
    assert_eq!(v(JoinKind::LeftOuter), [n(1), n(2), n(3), n(4)]);
    assert_eq!(
        v1(JoinKind::LeftOuter),
        [n(10), n(10), Value::Null, Value::Null]
    );
    assert_eq!(v(JoinKind::LeftSemi), [n(1), n(2)]);
    assert_eq!(v(JoinKind::LeftAnti), [n(3), n(4)]);
    assert_eq!(v(JoinKind::RightSemi), [n(10)]);
    assert_eq!(v(JoinKind::RightAnti), [n(20), n(30)]);
    assert_eq!(v(JoinKind::RightOuter), [n(1), n(2), n(20), n(30)]);
    assert_eq!(v(JoinKind::FullOuter).len(), 6);
    let first = |columns| column(&joined(JoinKind::Inner, columns, equal), "v");
    assert_eq!(first(JoinColumns::LeftFirst), [n(1), n(2)]);
    assert_eq!(first(JoinColumns::RightFirst), [n(10), n(10)]);
}

#[test]
fn the_right_side_alone_is_left() {
    let plan = joined(
        JoinKind::Inner,
        JoinColumns::RightOnly,
        KeyMatch::Equal(Case::Sensitive),
    );
    // Both left rows of `a` find the same partner.
    assert_eq!(column(&plan, "v"), [n(10), n(10)]);
    let filtered = Plan::Derive {
        input: Box::new(plan),
        columns: vec![(
            "seen".into(),
            Expr::call(tripline_ir::Function::RowObject, vec![]),
        )],
    };
    let row = Value::Object(vec![("k".into(), t("a")), ("v".into(), n(10))]);
    assert_eq!(column(&filtered, "seen"), [row.clone(), row]);
}

#[test]
fn lookups_match_wildcards_and_networks() {
    let lookup = |value: &str, entry: &str, how| {
        let plan = Plan::Join(Join {
            left: Box::new(table(["x"], &[[t(value)]])),
            right: Box::new(table(["entry", "note"], &[[t(entry), t("hit")]])),
            on: vec![vec![JoinKey {
                left: field("x"),
                right: field("entry"),
                how,
            }]],
            kind: JoinKind::LeftOuter,
            columns: JoinColumns::RightFirst,
            limit: Some(1),
        });
        column(&plan, "note").remove(0)
    };
    let wildcard = KeyMatch::Wildcard(Case::Insensitive);
    assert_eq!(
        lookup("C:\\Temp\\x.EXE", "*\\temp\\*.exe", wildcard),
        t("hit")
    );
    assert_eq!(
        lookup("C:\\Other\\x.exe", "*\\temp\\*.exe", wildcard),
        Value::Null
    );
    assert_eq!(
        lookup("10.1.1.1", "10.0.0.0/8", KeyMatch::Network),
        t("hit")
    );
    assert_eq!(
        lookup("11.1.1.1", "10.0.0.0/8", KeyMatch::Network),
        Value::Null
    );
}

#[test]
fn named_rows_are_read_apart() {
    let named = |source: &str, what: &str| {
        let found = Plan::Match(Match {
            source: Source::default(),
            predicate: equals("type", source),
        });
        Plan::Named {
            input: Box::new(found),
            name: what.into(),
        }
    };
    let pair = Plan::Join(Join {
        left: Box::new(named("login", "e1")),
        right: Box::new(named("start", "e2")),
        on: vec![vec![JoinKey::equal(field("e1.host"), field("e2.host"))]],
        kind: JoinKind::Inner,
        columns: JoinColumns::LeftFirst,
        limit: None,
    });
    let later = Expr::call(
        F::Compare(CompareOp::Lt, Case::Sensitive, tripline_ir::Coerce::Typed),
        vec![
            Expr::call(F::RowTime, vec![Expr::literal("e1")]),
            Expr::call(F::RowTime, vec![Expr::literal("e2")]),
        ],
    );
    let plan = Plan::Filter {
        input: Box::new(pair),
        predicate: Predicate::atom(Atom::new(
            tripline_ir::Subject::Expr(later),
            Test::IsTrue,
            Span::default(),
        )),
    };
    let of = |at, kind: &str, host: &str, user: &str| {
        event(
            at,
            &[("type", t(kind)), ("host", t(host)), ("user", t(user))],
        )
    };
    let events = [
        of(1, "login", "h", "ann"),
        of(2, "start", "h", "bob"),
        of(3, "login", "h", "eve"),
        of(4, "start", "i", "bob"),
    ];
    let found = alerts(&plan, &events);
    assert_eq!(
        found.iter().map(|a| a.events.clone()).collect::<Vec<_>>(),
        [[0, 1]]
    );
    assert_eq!(column_of(&plan, &events, "e1.user"), [t("ann")]);
    assert_eq!(column_of(&plan, &events, "e2.user"), [t("bob")]);
}

#[test]
fn a_body_runs_for_each_row() {
    let rows = [
        [l([n(1), n(5)]), t("a")],
        [l([n(2)]), t("b")],
        [Value::Null, t("c")],
    ];
    let body = Plan::Filter {
        input: Box::new(Plan::Expand(Expand {
            input: Box::new(Plan::Given),
            columns: vec![("v".into(), field("v"))],
            keep_empty: false,
            limit: None,
            index: None,
        })),
        predicate: number_test("v", CompareOp::Gt, 1),
    };
    let apply = |body| {
        Plan::Apply(Apply {
            input: Box::new(table(["v", "id"], &rows)),
            body: Box::new(body),
        })
    };
    assert_eq!(column(&apply(body.clone()), "id"), [t("a"), t("b")]);
    let counted = stats(body, vec![], vec![Measure::new("c", M::Count)]);
    let plan = apply(counted);
    assert_eq!(column(&plan, "c"), [n(1), n(1), n(0)]);
    assert_eq!(column(&plan, "id"), [t("a"), t("b"), t("c")]);
}

#[test]
fn transactions_open_and_close() {
    let events: Vec<Event> = [
        (0, "in"),
        (5, "mid"),
        (10, "out"),
        (100, "in"),
        (200, "out"),
        (300, "mid"),
    ]
    .map(|(at, what)| event(at, &[("what", t(what)), ("host", t("h"))]))
    .into();
    let plan = |max_span: Option<i64>, ends: bool, keep_evicted| {
        Plan::Transaction(Transaction {
            input: Box::new(all()),
            keys: vec![field("host")],
            max_span: max_span.map(|span| span * SECOND),
            max_pause: None,
            max_events: None,
            starts_with: Some(equals("what", "in")),
            ends_with: ends.then(|| equals("what", "out")),
            keep_evicted,
            every_value: false,
        })
    };
    let found = |plan: &Plan| -> Vec<Vec<usize>> {
        let alerts = alerts(plan, &events).into_iter();
        alerts.map(|alert| alert.events).collect()
    };
    assert_eq!(found(&plan(None, true, false)), [vec![0, 1, 2], vec![3, 4]]);
    assert_eq!(found(&plan(Some(60), true, false)), [vec![0, 1, 2]]);
    assert_eq!(
        column_of(&plan(Some(60), true, false), &events, "duration"),
        [n(10)]
    );
    assert_eq!(
        column_of(&plan(Some(60), true, false), &events, "eventcount"),
        [n(3)]
    );
    assert_eq!(
        column_of(&plan(Some(60), true, false), &events, "host"),
        [t("h")]
    );
    assert_eq!(
        found(&plan(Some(60), false, false)),
        [vec![0, 1, 2], vec![3]]
    );
}

#[test]
fn append_keeps_what_union_joins() {
    let events = [event(0, &[("x", n(1))])];
    let both = vec![all(), all()];
    assert_eq!(alerts(&Plan::Union(both.clone()), &events).len(), 1);
    assert_eq!(alerts(&Plan::Append(both), &events).len(), 2);
}
