//! Bounds and robustness: any text gives an answer, with spans inside of it.

use super::{begins_query, lower};
use crate::{Context, Lowered};
use proptest::prelude::*;
use tripline_schema::Schema;
use tripline_text::Source;

fn lowered(text: &str) -> Lowered {
    lower(&Source::new("q", text), &Context::new(Schema::builtin()))
}

fn sound(text: &str) {
    let found = lowered(text);
    for diagnostic in &found.diagnostics {
        for label in diagnostic.primary.iter().chain(&diagnostic.secondary) {
            assert!(text.get(label.span.range()).is_some(), "{text:?} {label:?}");
        }
    }
    for loss in &found.losses {
        if let Some(span) = loss.span {
            assert!(text.get(span.range()).is_some(), "{text:?} {loss:?}");
        }
    }
}

#[test]
fn deep_and_long_queries_end() {
    let deep = |open: &str, close: &str| {
        format!(
            "from a | where {}b{}",
            open.repeat(5_000),
            close.repeat(5_000)
        )
    };
    sound(&deep("(", ")"));
    sound(&deep("not ", ""));
    sound(&deep("-", ""));
    sound(&deep("length(", ")"));
    sound(&deep("mv_append(1, ", ")"));
    sound(&format!("from a | where b {} > 1", "+ 1".repeat(20_000)));
    sound(&format!("from a | where b{}", "::long".repeat(20_000)));
    sound(&format!(
        "from {}a{}",
        "(from ".repeat(5_000),
        ")".repeat(5_000)
    ));
    sound(&format!(
        "from a {}",
        "| fork (where b) (where c) ".repeat(50)
    ));
    sound(&"| ".repeat(5_000));
}

#[test]
fn nested_lists_of_patterns_do_not_multiply() {
    let nested = (0..40).fold("a".to_owned(), |inner, _| {
        format!("({inner} like (\"x\", \"y\"))")
    });
    let plan = lowered(&format!("from a | eval b = {nested}"))
        .plan
        .unwrap();
    assert!(tripline_ir::indented(&plan).len() < 10_000);
}

#[test]
fn other_languages_are_told_apart() {
    assert!(begins_query("/* x */ FROM logs-*"));
    assert!(begins_query("SET a = true; from b"));
    assert!(!begins_query("SELECT * FROM users"));
    assert!(!begins_query("process where true"));
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC{0,120}") {
        sound(&text);
    }

    #[test]
    fn any_words_are_answered(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "from", "a", "b.c", "|", "where", "eval", "stats", "by", "keep", "*", "grok",
                "dissect", "\"%{x} %{y}\"", "==", "=", "(", ")", ",", "not", "in", "like", "rlike",
                "\"x*\"", "1", "2 days", "count(*)", "values(a)", "is null", "::string", "and",
                "or", "sort", "limit", "rename", "as", "fork", "mv_expand", "enrich", "on", "with",
                "[1, 2]", "{\"a\": 1}", ":", "?p", "`q`", "inline", "lookup join", "kql(\"a:b\")",
                "-", "+", "\"", "now()", "case(a, 1, 2)", "metadata", "sample", "drop",
            ]),
            0..40,
        )
    ) {
        sound(&words.join(" "));
    }
}
