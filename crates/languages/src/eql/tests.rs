//! Reading never panics, is bounded, and what is printed reads as the same tree.

use super::{Dialect, lexer, lower, parser, print};
use crate::{Context, Lowered};
use proptest::prelude::*;
use tripline_ir::{Event, Plan, Predicate, Value, law};
use tripline_schema::Schema;
use tripline_text::{Code, Source};

fn read(query: &str) -> Lowered {
    let context = Context::new(Schema::builtin());
    lower(Dialect::Endpoint, &Source::new("query", query), &context)
}

/// The plan without spans.
fn meaning(plan: &Plan) -> serde_json::Value {
    fn strip(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(map) => {
                map.remove("span");
                map.values_mut().for_each(strip);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(plan).unwrap();
    strip(&mut value);
    value
}

fn printed(query: &str) -> String {
    let source = Source::new("query", query);
    let mut diagnostics = Vec::new();
    let tokens = lexer::lex(&source, &mut diagnostics);
    print::query(&parser::parse(
        &source,
        &tokens,
        Dialect::Endpoint,
        &mut diagnostics,
    ))
}

#[test]
fn deep_nesting_is_an_error() {
    for query in [
        format!(
            "any where {}a == 1{}",
            "(".repeat(10_000),
            ")".repeat(10_000)
        ),
        format!("any where {}a", "not ".repeat(10_000)),
        format!("any where a == {}1", "1 + ".repeat(10_000)),
        format!("any where {}", "descendant of [any where ".repeat(10_000)),
        format!("any where {}", "length(".repeat(10_000)),
    ] {
        let lowered = read(&query);
        let codes: Vec<_> = lowered.diagnostics.iter().map(|found| found.code).collect();
        assert!(codes.contains(&Code::NestingTooDeep), "{codes:?}");
    }
    let wide = format!("any where {}", vec!["a == 1"; 20_000].join(" and "));
    assert!(read(&wide).diagnostics.is_empty());
}

#[test]
fn an_error_never_narrows() {
    // The second part cannot be read: the plan keeps the first, under `not` too.
    for query in [
        "any where a == \"x\" and b ==",
        "any where a == \"x\" and not (c == 1 or b ==)",
    ] {
        let lowered = read(query);
        assert!(!lowered.losses.is_empty(), "{query}");
        let Some(Plan::Match(found)) = lowered.plan else {
            panic!("a plan is kept: {query}");
        };
        let fields: Vec<_> = found
            .predicate
            .atoms()
            .iter()
            .map(|atom| atom.fields()[0].name.clone())
            .collect();
        assert_eq!(
            fields.first().map(tripline_ir::Text::as_str),
            Some("a"),
            "{query}"
        );
        assert!(!matches!(found.predicate, Predicate::False));
    }
}

fn fires(query: &str, fields: &[(&str, Value)]) -> bool {
    let lowered = read(query);
    assert!(lowered.diagnostics.is_empty(), "{:?}", lowered.diagnostics);
    assert!(lowered.losses.is_empty(), "{:?}", lowered.losses);
    let mut event = Event::default();
    for (name, value) in fields {
        event.native.insert((*name).into(), value.clone());
    }
    let alerts = law::run(&lowered.plan.unwrap(), &[event], &law::Options::default());
    !alerts.unwrap().is_empty()
}

#[test]
fn endpoint_compares_fields() {
    let query = "any where a != b";
    assert!(fires(query, &[("a", "x".into()), ("b", "y".into())]));
    assert!(!fires(query, &[("a", "x".into()), ("b", "x".into())]));
    assert!(!fires(query, &[("a", "x".into())]));
}

#[test]
fn endpoint_searches_one_element_at_a_time() {
    let query = "any where _arraysearch(s, $e, $e.m == \"a\" and $e.n == 1)";
    let element =
        |m: &str, n| Value::Object(vec![("m".into(), m.into()), ("n".into(), Value::Int(n))]);
    let both = Value::List(vec![element("b", 2), element("a", 1)]);
    let apart = Value::List(vec![element("a", 2), element("b", 1)]);
    assert!(fires(query, &[("s", both)]));
    assert!(!fires(query, &[("s", apart)]));
}

#[test]
fn endpoint_functions_have_elasticsearch_images() {
    assert!(fires(
        "any where wildcard(a, \"x*\", \"y\")",
        &[("a", "Xa".into())]
    ));
    assert!(fires(
        "any where match(a, \"b[0-9]\")",
        &[("a", "B7c".into())]
    ));
    assert!(!fires(
        "any where match(a, \"b[0-9]\")",
        &[("a", "ab7".into())]
    ));
    assert!(fires(
        "any where arrayContains(a, \"x\")",
        &[("a", "X".into())]
    ));
}

#[test]
fn lineage_is_a_test_of_the_process() {
    let lowered =
        read("process where descendant of [process where a == 1] and child of [file where true]");
    assert!(lowered.diagnostics.is_empty() && lowered.losses.is_empty());
    let Some(Plan::Match(found)) = lowered.plan else {
        panic!("a match");
    };
    let lineages = found
        .predicate
        .atoms()
        .into_iter()
        .filter(|atom| matches!(atom.test, tripline_ir::Test::Lineage(_)));
    assert_eq!(lineages.count(), 2);
}

#[test]
fn a_step_names_another_steps_event_at_a_loss() {
    let lowered = read("sequence [any where a == 1] as e [any where b == $e.a or c == 2]");
    assert_eq!(lowered.losses.len(), 1, "{:?}", lowered.losses);
}

#[test]
fn the_category_field_may_be_another() {
    let mut context = Context::new(Schema::builtin());
    context.event_category_field = Some("event.type".into());
    let source = Source::new("query", "start where true");
    let Some(Plan::Match(found)) = lower(Dialect::Elasticsearch, &source, &context).plan else {
        panic!("a match");
    };
    let atom = found.predicate.atoms()[0];
    assert_eq!(atom.fields()[0].name, "event.type");
    assert!(atom.implied);
}

#[test]
fn diagnostics_are_bounded() {
    let query = format!("any where {}", "== ".repeat(5_000));
    assert!(read(&query).diagnostics.len() <= 70);
}

fn token() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "any",
            "process",
            "where",
            "sequence",
            "sample",
            "by",
            "with",
            "maxspan=5m",
            "runs=2",
            "until",
            "and",
            "or",
            "not",
            "in",
            "in~",
            "like",
            "like~",
            "regex",
            "regex~",
            "true",
            "false",
            "null",
            "(",
            ")",
            "[",
            "![",
            "]",
            ",",
            ".",
            ":",
            "?",
            "$e",
            "|",
            "=",
            "==",
            "!=",
            "<",
            "<=",
            ">",
            ">=",
            "+",
            "-",
            "*",
            "/",
            "%",
            "\"a*\"",
            "\"\"\"r\\\"\"\"",
            "'q'",
            "`b c`",
            "5",
            "2.5",
            "1e3",
            "head",
            "length(",
            "_arraysearch(",
            "startsWith~(",
            "cidrMatch(",
            "descendant of [",
            "a.b",
            "?c.d",
            "e[0]",
            "//x\n",
            "/*y*/",
            "\"",
            "`",
            "\\",
            "é",
            "&&",
        ])
        .prop_map(str::to_owned),
        "[a-z]{1,3}",
    ]
}

fn condition() -> impl Strategy<Value = String> {
    let field = prop::sample::select(vec!["a.b", "?c", "`d-e`.f", "length(g)", "h + 2"]);
    let leaf = (field, 0..9_u8).prop_map(|(field, kind)| match kind {
        0 => format!("{field} == \"x\\\\y\""),
        1 => format!("{field} : (\"a*\", \"?b\")"),
        2 => format!("{field} != null"),
        3 => format!("{field} not in (1, -2)"),
        4 => format!("{field} >= 3 * 2"),
        5 => format!("endsWith~({field}, \"z\")"),
        6 => format!("{field} like \"q\""),
        7 => format!("{field} regex~ \"[a-c]+\""),
        _ => "true".to_owned(),
    });
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} and {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

proptest! {
    #[test]
    fn token_soup_is_read(tokens in prop::collection::vec(token(), 0..60)) {
        let query = tokens.join(" ");
        let lowered = read(&query);
        for label in lowered.diagnostics.iter().filter_map(|found| found.primary.as_ref()) {
            prop_assert!(query.get(label.span.range()).is_some(), "{query}");
        }
    }

    #[test]
    fn any_text_is_read(query in "\\PC{0,80}") {
        let _ = read(&query);
    }

    #[test]
    fn what_is_printed_means_the_same(a in condition(), b in condition()) {
        for query in [
            format!("process where {a}"),
            format!("sequence by k with maxspan=3m [file where {a}] by x [any where {b}] by ?y with runs=2"),
        ] {
            let lowered = read(&query);
            prop_assert!(lowered.diagnostics.is_empty(), "{query}: {:?}", lowered.diagnostics);
            let again = printed(&query);
            let second = read(&again);
            prop_assert_eq!(
                meaning(&lowered.plan.unwrap()),
                meaning(&second.plan.unwrap()),
                "{} / {}", query, again
            );
        }
    }
}
