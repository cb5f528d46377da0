//! Answers over the starter catalogue: every number is counted again by another way.

use serde_json::Value;
use std::collections::BTreeSet;
use tripline_analysis::{
    CoverageRequest, Index, Lookups, TechniqueAnswer, coverage, event, field, navigator, rule,
    technique,
};
use tripline_catalog::Catalog;
use tripline_catalog::facts::RuleFacts;
use tripline_schema::{Schema, Scheme};

fn with_index<T>(check: impl FnOnce(&Index<'_>) -> T) -> T {
    let catalog = Catalog::starter().expect("the starter catalogue opens");
    let schema = Schema::builtin();
    let lookups = Lookups::new(&catalog, schema);
    check(&Index::new(&catalog, &lookups, schema, Scheme::Sigma))
}

fn guide(index: &Index<'_>, id: &str) -> TechniqueAnswer {
    technique(index, id, false).expect("the starter corpus has the technique")
}

fn counted<'a>(index: &'a Index<'_>, id: &str) -> Vec<&'a RuleFacts> {
    let rules = index
        .catalog
        .facts
        .iter()
        .filter(|facts| facts.class.counts());
    rules
        .filter(|facts| facts.techniques.iter().any(|tag| tag == id))
        .collect()
}

#[test]
fn rows_count_distinct_rules() {
    with_index(|index| {
        let guide = guide(index, "T1204.001");
        let mine = counted(index, "T1204.001");
        assert_eq!(guide.rules_total, mine.len());
        assert_eq!(guide.counts.tagged_exactly, mine.len());
        for row in &guide.indicators {
            let has = |facts: &RuleFacts| {
                facts.atoms.iter().any(|atom| {
                    !atom.negated
                        && !atom.implied
                        && atom.field == row.canonical
                        && atom.operator == row.operator
                        && atom.value == row.value
                })
            };
            let here: BTreeSet<_> = mine
                .iter()
                .filter(|facts| has(facts))
                .map(|facts| &facts.id)
                .collect();
            assert_eq!(row.rules.iter().collect::<BTreeSet<_>>(), here, "{row:?}");
            assert_eq!(row.count, here.len());
            let all = index
                .catalog
                .facts
                .iter()
                .filter(|facts| facts.class.counts());
            assert_eq!(row.reach, all.filter(|facts| has(facts)).count(), "{row:?}");
            assert_eq!(row.specific, row.reach == row.count);
            assert!(row.family_reach >= row.reach, "{row:?}");
            assert_eq!(row.reach_by_vendor.values().sum::<usize>(), row.reach);
        }
    });
}

#[test]
fn no_value_is_an_indicator_only_because_it_is_excluded() {
    with_index(|index| {
        for (id, _) in index.techniques() {
            for row in guide(index, id).indicators {
                for rule in &row.rules {
                    let facts = index
                        .catalog
                        .rule_facts(rule)
                        .expect("a listed rule exists");
                    let positive = facts.atoms.iter().any(|atom| {
                        atom.value == row.value && atom.field == row.canonical && !atom.negated
                    });
                    assert!(positive, "{id}: {row:?}");
                }
            }
        }
    });
}

#[test]
fn indicators_are_ordered_as_defined() {
    with_index(|index| {
        let rows = guide(index, "T1204.001").indicators;
        let key = |row: &tripline_analysis::IndicatorRow| {
            (
                usize::MAX - row.count,
                row.reach,
                row.field.clone(),
                row.value.clone(),
            )
        };
        assert!(rows.windows(2).all(|pair| key(&pair[0]) <= key(&pair[1])));
    });
}

#[test]
fn combinations_stand_in_one_conjunction_of_each_rule() {
    with_index(|index| {
        let guide = guide(index, "T1204.001");
        assert!(!guide.combinations.is_empty());
        for row in &guide.combinations {
            assert!(row.count >= 2 && row.count == row.rules.len());
            assert!((2..=3).contains(&row.items.len()));
        }
    });
}

#[test]
fn subtechniques_are_added_when_asked() {
    with_index(|index| {
        let exact = technique(index, "T1204", false).expect("known");
        let all = technique(index, "t1204", true).expect("known in any letter case");
        assert_eq!(exact.counts, all.counts);
        assert_eq!(all.rules_total, all.counts.with_subtechniques);
        assert!(all.rules_total > exact.rules_total);
    });
}

#[test]
fn an_unknown_technique_names_near_ones() {
    with_index(|index| {
        let error = technique(index, "T1204.999", false).expect_err("no such technique");
        assert!(error.near.iter().any(|id| id == "T1204.001"), "{error:?}");
    });
}

#[test]
fn the_guide_has_the_names_of_the_definitions() {
    with_index(|index| {
        let guide = serde_json::to_value(guide(index, "T1204.001")).expect("it serialises");
        let has = |value: &Value, names: &[&str]| {
            for name in names {
                assert!(value.get(name).is_some(), "{name} is missing");
            }
        };
        has(
            &guide,
            &[
                "schema",
                "catalog",
                "id",
                "name",
                "tactics",
                "platforms",
                "rules_total",
                "left_out",
                "events",
                "fields",
                "indicators",
                "exclusions",
                "combinations",
                "correlations",
                "rules",
            ],
        );
        has(&guide["catalog"], &["hash", "corpora"]);
        has(
            &guide["events"][0],
            &["provider", "event", "title", "by_vendor", "count", "rules"],
        );
        has(
            &guide["fields"][0],
            &["field", "how", "excluded_in", "samples", "count", "rules"],
        );
        has(
            &guide["indicators"][0],
            &[
                "field",
                "operator",
                "value",
                "reach",
                "reach_by_vendor",
                "family",
                "family_reach",
                "specific",
                "count",
                "rules",
            ],
        );
        has(
            &guide["exclusions"][0],
            &["clause", "scope", "count", "rules"],
        );
        has(
            &guide["exclusions"][0]["clause"][0],
            &["field", "operator", "value"],
        );
    });
}

#[test]
fn a_rule_shows_its_tests_where_they_stand() {
    with_index(|index| {
        for facts in &index.catalog.facts {
            let detection = index
                .catalog
                .detection(&facts.id)
                .expect("readable")
                .expect("there");
            let answer = rule(index, &detection, facts);
            assert!(!answer.logic.is_empty(), "{}", facts.id);
            for atom in &answer.atoms {
                let [start, end] = atom.span.map(|at| at as usize);
                assert!(
                    answer.body.get(start..end).is_some(),
                    "{}: {atom:?}",
                    facts.id
                );
            }
        }
    });
}

#[test]
fn events_and_fields_lead_to_rules() {
    with_index(|index| {
        let answer = event(index, "sysmon/1").expect("known in any letter case");
        assert_eq!(
            (answer.provider.as_str(), answer.event.as_str()),
            ("Sysmon", "1")
        );
        assert_eq!(answer.rules_total, answer.rules.len());
        assert!(answer.rules_total > 0);
        let answer = field(index, "Image").expect("known");
        let ids: Vec<&str> = answer
            .fields
            .iter()
            .map(|field| field.canonical.as_str())
            .collect();
        assert!(ids.contains(&"process.executable") && ids.contains(&"actor.executable"));
        assert!(event(index, "Nobody/1").is_none());
        assert!(field(index, "no.such.field").is_none());
    });
}

#[test]
fn the_layer_scores_what_coverage_counts() {
    with_index(|index| {
        let coverage = coverage(index, &CoverageRequest::default()).expect("no filter");
        let layer = navigator(&coverage, "18.1");
        assert_eq!(layer["versions"]["layer"], "4.5");
        assert_eq!(layer["versions"]["attack"], "18");
        for entry in layer["techniques"].as_array().expect("a list") {
            let id = entry["techniqueID"].as_str().expect("an id");
            let row = coverage
                .rows
                .iter()
                .find(|row| row.id == id)
                .expect("a row");
            assert_eq!(entry["score"], row.count);
            assert_eq!(row.count, counted(index, id).len());
        }
    });
}

#[test]
fn an_operation_joins_counted_rules_of_every_vendor() {
    with_index(|index| {
        let key = "AWS-CloudTrail/CreateAccessKey";
        let doing: Vec<&RuleFacts> = index
            .catalog
            .facts
            .iter()
            .filter(|facts| facts.events.iter().any(|event| event == key))
            .collect();
        let vendors: BTreeSet<_> = doing.iter().map(|facts| &facts.vendor).collect();
        assert!(vendors.len() > 1, "{vendors:?}");
        for facts in &doing {
            let detection = index.catalog.detection(&facts.id);
            let detection = detection.expect("readable").expect("there");
            let answer = rule(index, &detection, facts);
            let same = answer.same_action.iter();
            let same: Vec<_> = same
                .filter(|same| same.action == "CreateAccessKey")
                .collect();
            assert_eq!(same.len(), 1, "{}", facts.id);
            let found: BTreeSet<_> = same[0].rules.iter().map(|row| &row.id).collect();
            let others = doing.iter().filter(|other| other.id != facts.id);
            let others = others.filter(|other| other.class.counts());
            assert_eq!(found, others.map(|other| &other.id).collect());
            assert!(same[0].rules.iter().all(|row| !row.title.is_empty()));
        }
        // An action that is no operation of an audit log joins none.
        for facts in &index.catalog.facts {
            let detection = index.catalog.detection(&facts.id);
            let detection = detection.expect("readable").expect("there");
            for same in rule(index, &detection, facts).same_action {
                let key = format!("{}/{}", same.provider, same.action);
                assert!(facts.events.iter().any(|event| *event == key), "{key}");
            }
        }
    });
}
