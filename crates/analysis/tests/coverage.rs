//! Matrix, comparison, overlap and sequences on the starter catalogue, counted again from the
//! facts by the plainest means.

use std::collections::{BTreeMap, BTreeSet};
use tripline_analysis::{
    ClassFilter, Coverage, CoverageRequest, Index, Lookups, StepRole, coverage, navigator, overlap,
    rule, sequences,
};
use tripline_catalog::Catalog;
use tripline_catalog::facts::RuleFacts;
use tripline_ir::Class;
use tripline_schema::{Schema, Scheme};

fn with_index<T>(check: impl FnOnce(&Index<'_>) -> T) -> T {
    let catalog = Catalog::starter().expect("the starter catalogue opens");
    let schema = Schema::builtin();
    let lookups = Lookups::new(&catalog, schema);
    check(&Index::new(&catalog, &lookups, schema, Scheme::Sigma))
}

fn asked(index: &Index<'_>, request: &CoverageRequest) -> Coverage {
    coverage(index, request).expect("the request names what there is")
}

fn under<'c>(index: &Index<'c>, id: &str) -> impl Iterator<Item = &'c RuleFacts> {
    let all = index.catalog.facts.iter();
    all.filter(move |facts| facts.techniques.iter().any(|technique| technique == id))
}

#[test]
fn the_columns_hold_every_technique_of_the_matrix() {
    with_index(|index| {
        let answer = asked(index, &CoverageRequest::default());
        let attack = &index.catalog.attack;
        assert!(!answer.tactics.is_empty());
        let shown: BTreeSet<&str> = answer
            .tactics
            .iter()
            .flat_map(|tactic| tactic.techniques.iter().map(AsRef::as_ref))
            .collect();
        let known: BTreeSet<&str> = attack
            .techniques
            .iter()
            .filter(|it| it.head.active() && !it.sub && !it.tactics.is_empty())
            .map(|it| it.head.id.as_str())
            .collect();
        assert_eq!(shown, known);
        for tactic in &answer.tactics {
            let with_rule = tactic.techniques.iter().filter(|id| {
                let row = answer.rows.iter().find(|row| row.id == **id);
                row.expect("a row").with_subtechniques > 0
            });
            assert_eq!(tactic.covered, with_rule.count(), "{}", tactic.name);
        }
    });
}

#[test]
fn a_row_knows_its_subtechniques() {
    with_index(|index| {
        let answer = asked(index, &CoverageRequest::default());
        let parents = answer.rows.iter().filter(|row| row.subtechniques > 0);
        let mut seen = 0;
        for parent in parents {
            let below: Vec<_> = answer
                .rows
                .iter()
                .filter(|row| row.parent.as_ref() == Some(&parent.id))
                .collect();
            assert_eq!(parent.subtechniques, below.len());
            let covered = below.iter().filter(|row| row.count > 0).count();
            assert_eq!(parent.subtechniques_covered, covered);
            seen += 1;
        }
        assert!(seen > 0);
    });
}

#[test]
fn filters_count_what_they_say() {
    with_index(|index| {
        let all = asked(index, &CoverageRequest::default());
        for class in [ClassFilter::Any, ClassFilter::Only(Class::Hunting)] {
            for vendor in &all.choices.vendors {
                let request = CoverageRequest {
                    vendor: Some(vendor.clone()),
                    classes: class,
                    ..CoverageRequest::default()
                };
                for row in asked(index, &request).rows {
                    let rules = under(index, &row.id)
                        .filter(|facts| facts.vendor == *vendor && class.takes(facts.class));
                    assert_eq!(row.count, rules.count(), "{} {vendor}", row.id);
                    assert_eq!(row.count, row.by_class.values().sum::<usize>());
                }
            }
        }
    });
}

#[test]
fn a_platform_keeps_its_techniques_alone() {
    with_index(|index| {
        let request = CoverageRequest {
            platform: Some("LINUX".into()),
            ..CoverageRequest::default()
        };
        let answer = asked(index, &request);
        assert_eq!(answer.filter.platform.as_deref(), Some("Linux"));
        let all = asked(index, &CoverageRequest::default());
        assert!(!answer.rows.is_empty() && answer.rows.len() < all.rows.len());
        for row in &answer.rows {
            let technique = index.catalog.attack.technique(&row.id).expect("known");
            assert!(technique.platforms.iter().any(|name| name == "Linux"));
        }
    });
}

#[test]
fn sides_are_counted_apart() {
    with_index(|index| {
        let compare = |left: &str, right: &str| {
            let request = CoverageRequest {
                compare: Some((left.into(), right.into())),
                ..CoverageRequest::default()
            };
            asked(index, &request)
        };
        let answer = compare("sigma", "elastic");
        let both = answer
            .comparison
            .as_ref()
            .expect("two sides were asked for");
        for row in &answer.rows {
            let of = |vendor: &str| {
                under(index, &row.id)
                    .filter(|facts| facts.class.counts() && facts.vendor == vendor)
                    .count()
            };
            let sides = row.sides.expect("both are counted");
            assert_eq!((sides.left, sides.right), (of("sigma"), of("elastic")));
            let places = [&both.both, &both.only_left, &both.only_right];
            let found = places.map(|ids| ids.contains(&row.id));
            let expected = match (sides.left > 0, sides.right > 0) {
                (true, true) => [true, false, false],
                (true, false) => [false, true, false],
                (false, true) => [false, false, true],
                (false, false) => [false; 3],
            };
            assert_eq!(found, expected, "{}", row.id);
        }
        assert!(!both.only_left.is_empty() && !both.only_right.is_empty());
        let sides = [&both.both, &both.only_left, &both.only_right];
        let covered = sides.into_iter().flatten();
        let covered = covered.filter(|id| index.catalog.attack.technique(id).is_some());
        let covered = covered.count();
        assert_eq!(answer.covered, covered, "of the two sides alone");
        let rest = compare("sigma", "rest").comparison.expect("two sides");
        let all = compare("sigma", "all").comparison.expect("two sides");
        assert_eq!(rest.right.rules, all.right.rules - both.left.rules);
        assert!(all.only_left.is_empty(), "all holds sigma");

        let layer = navigator(&answer, "18.1");
        assert_eq!(layer["legendItems"].as_array().map(Vec::len), Some(3));
        let entries = layer["techniques"].as_array().expect("a list");
        assert!(entries.iter().all(|entry| entry["color"].is_string()));
    });
}

#[test]
fn names_that_there_are_not_are_refused_with_those_that_there_are() {
    with_index(|index| {
        let request = CoverageRequest {
            compare: Some(("sigma".into(), "nobody".into())),
            ..CoverageRequest::default()
        };
        let error = coverage(index, &request).expect_err("nobody has rules");
        assert_eq!(
            (error.kind, error.name.as_str()),
            ("vendor or corpus", "nobody")
        );
        assert!(error.known.iter().any(|name| name == "rest"));
        let request = CoverageRequest {
            platform: Some("toaster".into()),
            ..CoverageRequest::default()
        };
        assert_eq!(
            coverage(index, &request).expect_err("none").kind,
            "platform"
        );
    });
}

#[test]
fn every_family_is_in_one_group_of_the_overlap() {
    with_index(|index| {
        let mut with_several = 0;
        let ids: Vec<String> = index.techniques().map(|(id, _)| id.to_owned()).collect();
        for id in ids {
            let answer = overlap(index, &id, false).expect("a rule names it");
            let mut families: BTreeMap<(&str, String), BTreeSet<&str>> = BTreeMap::new();
            for facts in under(index, &id).filter(|facts| facts.class.counts()) {
                for atom in facts.atoms.iter().filter(|atom| atom.is_indicator()) {
                    if !index.schema.routing_field(&atom.field) {
                        let key = (atom.field.as_str(), index.family(atom).to_string());
                        families.entry(key).or_default().insert(&facts.vendor);
                    }
                }
            }
            assert_eq!(answer.families, families.len(), "{id}");
            let mut groups: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
            for vendors in families.values() {
                *groups.entry(vendors.iter().copied().collect()).or_default() += 1;
            }
            let given: BTreeMap<Vec<&str>, usize> = answer
                .groups
                .iter()
                .map(|group| {
                    (
                        group.vendors.iter().map(AsRef::as_ref).collect(),
                        group.count,
                    )
                })
                .collect();
            assert_eq!(given, groups, "{id}");
            with_several += usize::from(groups.keys().any(|vendors| vendors.len() > 1));
        }
        assert!(
            with_several > 0,
            "some technique is seen alike by two vendors"
        );
    });
}

#[test]
fn rules_with_steps_show_them() {
    with_index(|index| {
        let mut found = 0;
        for facts in &index.catalog.facts {
            let detection = index
                .catalog
                .detection(&facts.id)
                .expect("whole")
                .expect("there");
            let answer = rule(index, &detection, facts);
            let stages = facts.correlations.iter().filter(|fact| fact.steps > 1);
            let stages: Vec<_> = stages.collect();
            assert_eq!(answer.sequences.len(), stages.len(), "{}", facts.id);
            for (shown, fact) in answer.sequences.iter().zip(stages) {
                let steps = shown
                    .steps
                    .iter()
                    .filter(|step| step.role != StepRole::Until);
                assert_eq!(steps.count(), fact.steps as usize, "{}", facts.id);
                assert_eq!(shown.kind, fact.kind);
                assert_eq!(shown.window.is_some(), fact.window.is_some());
                assert!(shown.steps.iter().all(|step| !step.label.is_empty()));
                found += 1;
            }
            if let (false, true, Some(technique)) = (
                answer.sequences.is_empty(),
                facts.class.counts(),
                facts.techniques.first(),
            ) {
                let of_technique = sequences(index, technique, false).expect("whole");
                let row = of_technique
                    .rules
                    .iter()
                    .find(|row| row.rule.id == facts.id);
                assert_eq!(row.expect("listed").sequences, answer.sequences);
            }
        }
        assert!(found > 0, "the starter corpus has rules with steps");
    });
}
