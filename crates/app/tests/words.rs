//! The logic of single rules in words.

use tripline_analysis::{Index, Lookups, RuleAnswer, rule};
use tripline_catalog::Catalog;
use tripline_catalog::facts::facts;
use tripline_corpus::{Hint, Vendor, read_text};
use tripline_ir::{Language, Text};
use tripline_schema::{Schema, Scheme};

fn answer(text: &str, hint: Hint) -> RuleAnswer {
    let catalog = Catalog::starter().expect("the starter catalogue opens");
    let schema = Schema::builtin();
    let lookups = Lookups::new(&catalog, schema);
    let index = Index::new(&catalog, &lookups, schema, Scheme::Sigma);
    let read = read_text("rule", text, hint);
    let detection = &read.detections[0];
    rule(
        &index,
        detection,
        &facts(detection, schema, &|id: &str| Text::new(id)),
    )
}

fn logic(language: Language, query: &str) -> Vec<String> {
    let found = answer(query, Hint::Query(language));
    let stages = found.logic.iter();
    stages.map(|stage| stage.meaning.to_string()).collect()
}

fn kusto(query: &str) -> Vec<String> {
    logic(Language::Kusto, query)
}

#[test]
fn keys_that_steps_call_differently_are_told_with_their_steps() {
    let told = logic(
        Language::Eql,
        "sequence by host.id with maxspan=1m
  [process where true] by process.entity_id with runs=3
  [process where true] by process.parent.entity_id",
    );
    assert_eq!(
        told[0],
        "In this order within 1m, with the same `host.id`, where `process.entity_id` of step 1 = \
         `process.parent.entity_id` of step 2:"
    );
    assert!(told[1].starts_with("1. 3 events where"), "{told:?}");
}

#[test]
fn a_join_tells_both_sides() {
    let told = kusto("A | join kind=inner (B) on $left.x == $right.y, z");
    let join = told.last().expect("a stage");
    assert!(
        join.ends_with("by `x` of the first = `y` of the second and `z`."),
        "{join}"
    );
}

#[test]
fn alternatives_of_a_join_are_told_as_such() {
    let rule = r#"
[metadata]
creation_date = "2024/01/01"
maturity = "production"
[rule]
name = "Test"
description = "x"
rule_id = "0c41e478-5263-4c69-8f9e-7dfd2c22da64"
type = "threat_match"
language = "kuery"
index = ["logs-*"]
query = "source.ip:*"
threat_index = ["threat-*"]
threat_query = "*:*"
severity = "low"
risk_score = 21
[[rule.threat_mapping]]
[[rule.threat_mapping.entries]]
field = "source.ip"
type = "mapping"
value = "threat.ip"
[[rule.threat_mapping]]
[[rule.threat_mapping.entries]]
field = "destination.ip"
type = "mapping"
value = "threat.ip"
"#;
    let found = answer(rule, Hint::Rule(Vendor::Elastic));
    let join = found.logic.iter().find(|stage| stage.stage == "join");
    let join = join.expect("a join");
    assert!(
        join.meaning.contains(
            "by `source.ip` of the first = `threat.ip` of the second, or by `destination.ip` of \
             the first = `threat.ip` of the second"
        ),
        "{}",
        join.meaning
    );
}

#[test]
fn order_is_told_where_a_stage_goes_by_it() {
    let told = kusto("T | where a == 'x' | top 10 by n asc");
    let of = |start: &str| told.iter().any(|text| text.starts_with(start));
    assert!(of("Order the rows by `n` (ascending)."), "{told:?}");
    assert!(of("Keep the first 10 rows."), "{told:?}");
    let told = kusto("T | where a == 'x' | sort by n asc");
    assert!(
        !told.iter().any(|text| text.starts_with("Order")),
        "{told:?}"
    );
}

#[test]
fn texts_are_no_names() {
    let told = kusto("T | where a contains 'b' and c hasprefix 'd' and e has 'f'");
    let told = told.join(" ");
    assert!(told.contains("`a` contains `\"b\"`"), "{told}");
    assert!(
        told.contains("`c` has a word that starts with `\"d\"`"),
        "{told}"
    );
    assert!(told.contains("`e` has the word `\"f\"`"), "{told}");
    let told = kusto("T | extend n = replace_string(a, 'x', '') | where n == 'y'").join(" ");
    assert!(told.contains("replaced by an empty text"), "{told}");
}

#[test]
fn instants_are_told_from_the_run() {
    let told = kusto("T | where TimeGenerated > ago(2d) and a == 'x'").join(" ");
    assert!(told.contains("is after 2d before the run"), "{told}");
    let told = kusto("T | where ingestion_time() > ago(2d) and a == 'x'").join(" ");
    assert!(told.contains("`ingestion_time()`"), "{told}");
}

#[test]
fn a_guard_is_told_once() {
    let told = logic(
        Language::Esql,
        r#"FROM logs-* | WHERE NOT a LIKE "*x*" AND NOT a LIKE "*y*""#,
    );
    let guards = told.iter().filter(|text| text.contains("`a` is present"));
    assert_eq!(guards.count(), 1, "{told:?}");
}

#[test]
fn what_is_lost_is_told_with_its_line() {
    let found = answer("kind=x\n| stat count by user", Hint::Query(Language::Spl));
    let loss = found.logic.iter().find(|stage| stage.stage == "loss");
    assert_eq!(
        loss.expect("a loss").meaning,
        "Not all of line 2 is in this logic (unknown command: `stat`)."
    );
}

#[test]
fn an_exclusion_stands_once() {
    let found = answer(
        "union (A | where k == 'x' and not(b == 'y')), (B | where k == 'x' and not(b == 'y'))",
        Hint::Query(Language::Kusto),
    );
    assert_eq!(found.exclusions.len(), 1);
    assert_eq!(found.exclusions[0].spans.len(), 2);
}
