//! Detections per platform over the starter catalogue.

use std::collections::BTreeSet;
use tripline_analysis::{
    DetectionAnswer, Fidelity, Index, Lookups, Platform, RankedRule, Source, detection, detections,
};
use tripline_catalog::Catalog;
use tripline_ir::Class;
use tripline_schema::Schema;

fn with_index<T>(platform: &Platform, check: impl FnOnce(&Index<'_>) -> T) -> T {
    let catalog = Catalog::starter().expect("the starter catalogue opens");
    let schema = Schema::builtin();
    let lookups = Lookups::new(&catalog, schema);
    check(&Index::new(&catalog, &lookups, schema, platform.scheme))
}

fn on(index: &Index<'_>, id: &str, platform: &Platform) -> DetectionAnswer {
    detection(index, id, platform, false, 2).expect("the starter corpus has the technique")
}

/// What decides, said again: the smaller stands first.
fn key(row: &RankedRule) -> impl Ord + use<> {
    let reasons = &row.reasons;
    let trial = reasons.maturity.as_deref() == Some("experimental");
    let class = Class::ALL.iter().position(|class| *class == reasons.class);
    (
        class,
        ["full", "partial", "failed"]
            .iter()
            .position(|status| *status == reasons.status),
        !reasons.tagged_exactly,
        trial,
        matches!(reasons.fidelity, Fidelity::Low | Fidelity::None),
        std::cmp::Reverse(reasons.support),
        std::cmp::Reverse(reasons.level),
        std::cmp::Reverse(reasons.analytics.len()),
        std::cmp::Reverse(reasons.shared_exclusions),
    )
}

#[test]
fn rules_stand_in_the_order_that_is_written_down() {
    for platform in &Platform::ALL {
        with_index(platform, |index| {
            let ids: Vec<String> = index.techniques().map(|(id, _)| id.to_owned()).collect();
            let mut seen = 0;
            for id in ids {
                let answer = on(index, &id, platform);
                let best = answer.best.iter().map(|rule| &rule.ranked);
                let all: Vec<&RankedRule> = best.chain(&answer.others).collect();
                seen += all.len();
                assert!(
                    all.windows(2).all(|pair| key(pair[0]) <= key(pair[1])),
                    "{id} {}",
                    platform.id
                );
                let counted = all.iter().filter(|row| row.rule.class.counts()).count();
                assert_eq!(counted, answer.rules_total);
                assert!(
                    answer
                        .best
                        .iter()
                        .all(|rule| rule.ranked.rule.class != Class::Deprecated)
                );
            }
            assert!(seen > 0, "{}", platform.id);
        });
    }
}

#[test]
fn every_rule_runs_on_one_platform_of_its_vendor() {
    with_index(&Platform::ALL[0], |index| {
        for facts in &index.catalog.facts {
            let runs = Platform::ALL.iter().filter(|one| one.runs(facts));
            assert_eq!(runs.count(), 1, "{}", facts.id);
        }
    });
}

#[test]
fn support_counts_rules_that_share_a_value() {
    let sigma = Platform::from_id("Sigma").expect("a platform");
    with_index(&sigma, |index| {
        let answer = on(index, "T1204.001", &sigma);
        let under = index.under("T1204.001", false);
        for row in answer.best.iter().map(|rule| &rule.ranked) {
            let own = index.catalog.rule_facts(&row.rule.id).expect("its facts");
            let orders = ["lt", "lte", "gt", "gte"];
            let families: BTreeSet<_> = own
                .atoms
                .iter()
                .filter(|atom| atom.is_indicator() && !index.schema.routing_field(&atom.field))
                .filter(|atom| !orders.contains(&atom.operator.as_str()))
                .filter(|atom| index.family_reach(atom).len() <= 50)
                .map(|atom| (atom.field.clone(), index.family(atom)))
                .collect();
            let shares = |at: &&u32| {
                let other = index.facts(**at);
                other.id != own.id
                    && other.class.counts()
                    && other.atoms.iter().any(|atom| {
                        atom.is_indicator()
                            && families.contains(&(atom.field.clone(), index.family(atom)))
                    })
            };
            assert_eq!(row.reasons.support, under.iter().filter(shares).count());
        }
    });
}

#[test]
fn what_is_not_there_is_named() {
    let splunk = Platform::from_id("splunk").expect("a platform");
    with_index(&splunk, |index| {
        let answer = on(index, "T1204.004", &splunk);
        assert!(answer.best.is_empty() && answer.others.is_empty());
        let other = |id: &str| {
            let mut all = answer.other_platforms.iter();
            all.find(|row| row.platform == id).expect("a platform")
        };
        assert!(other("sigma").best.is_some() && other("chronicle").best.is_none());
        let technique = answer
            .references
            .iter()
            .filter(|row| row.cited_by.iter().any(|by| by.source == Source::Technique));
        assert!(technique.count() > 0);
        assert!(detections(index, "T9999", false).is_err());
    });
}

#[test]
fn what_others_leave_out_is_written_in_the_rules_language() {
    let mut written = 0;
    for platform in &Platform::ALL {
        with_index(platform, |index| {
            let ids: Vec<String> = index.techniques().map(|(id, _)| id.to_owned()).collect();
            for id in ids {
                let under = index.under(&id, false);
                for rule in on(index, &id, platform).best {
                    for row in &rule.tuning {
                        assert_eq!(row.count, row.rules.len());
                        assert!(!row.rules.contains(&rule.ranked.rule.id));
                        assert_eq!(row.text.is_none(), row.refused.is_some());
                        let known = |id: &_| under.iter().any(|at| index.id(*at) == *id);
                        assert!(row.rules.iter().all(known));
                        written += usize::from(row.text.is_some());
                    }
                    assert!(rule.tuning.len() <= rule.tuning_total);
                }
            }
        });
    }
    assert!(written > 0, "the starter has exclusions to share");
}

#[test]
fn detections_of_the_starter() {
    for id in ["elastic", "sigma"] {
        let platform = Platform::from_id(id).expect("a platform");
        with_index(&platform, |index| {
            let mut answer = on(index, "T1204.001", &platform);
            answer.catalog.hash = "(hash)".into();
            insta::assert_json_snapshot!(format!("t1204_001_{id}"), answer);
        });
    }
}
