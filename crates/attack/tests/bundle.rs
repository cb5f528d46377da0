//! What is read of a small made-up bundle, and what is said of a broken one.

use tripline_attack::{ActorKind, Attack, Loaded, Resolved, ResolvedTactic};
use tripline_text::Code;

const BUNDLE: &str = include_str!("data/tiny.json");

fn tiny() -> Attack {
    let loaded = Attack::load("tiny.json", BUNDLE.as_bytes());
    assert_eq!(loaded.diagnostics, []);
    loaded.attack
}

fn load(objects: &str) -> Loaded {
    Attack::load("bundle", format!("{{\"objects\": [{objects}]}}").as_bytes())
}

#[test]
fn the_bundle_describes_itself() {
    let attack = tiny();
    assert_eq!(attack.name, "Tiny ATT&CK");
    assert_eq!(attack.version.as_deref(), Some("0.1"));
    assert_eq!(
        attack.format.as_deref(),
        Some("3.10.0"),
        "numbers, not text"
    );
    assert_eq!(attack.modified.as_deref(), Some("2020-01-09T00:00:00Z"));
    assert_eq!(attack.domains, ["enterprise-attack"]);
    assert_eq!(attack.publisher, "Nobody");
    assert_eq!(attack.publisher_note, "A made-up bundle for tests.");
    assert_eq!(attack.statement, "Made up.");
}

#[test]
fn tactics_stand_in_matrix_order() {
    let attack = tiny();
    let names: Vec<_> = attack
        .tactics
        .iter()
        .map(|t| t.short_name.as_str())
        .collect();
    assert_eq!(names, ["execution", "defense-evasion"]);
    let technique = attack.technique("T1001").unwrap();
    assert_eq!(
        technique.tactics,
        ["execution", "defense-evasion", "unheard-of"]
    );
    assert_eq!(attack.techniques_of("defense-evasion").count(), 3);
}

#[test]
fn a_technique_has_parent_and_citation() {
    let attack = tiny();
    let technique = attack.technique("T1001.001").unwrap();
    assert_eq!(technique.parent.as_deref(), Some("T1001"));
    assert!(technique.sub);
    let citation = attack.reference(technique.head.references[0]).unwrap();
    assert_eq!(citation.name, "Made-up Report 2020");
    assert_eq!(attack.references.len(), 1, "kept once");
    let subs: Vec<_> = attack.subtechniques("T1001").collect();
    assert_eq!(subs, [technique]);
}

#[test]
fn relations_lead_to_actors_mitigations_and_analytics() {
    let attack = tiny();
    let procedures = attack.procedures("T1001");
    let who: Vec<_> = procedures
        .iter()
        .map(|p| (p.actor.kind, p.actor.head.name.as_str()))
        .collect();
    let otter = (ActorKind::Group, "Quiet Otter");
    assert_eq!(who, [otter, (ActorKind::Software, "Spoon")]);
    assert_eq!(attack.group("G9001").unwrap().aliases, ["Loud Otter"]);
    let mitigations = attack.mitigations_of("T1001");
    assert_eq!(mitigations[0].0.head.name, "Lock the door");
    assert_eq!(mitigations[0].1.description, "A locked door helps.");
    let strategies = attack.strategies_of("T1001");
    let analytics = attack.analytics_of(strategies[0]);
    assert_eq!(
        analytics[0].log_sources[0].component.as_deref(),
        Some("DC9001")
    );
    assert_eq!(analytics[0].mutable_elements[0].field, "Window");
    assert_eq!(attack.data_component("DC9001").unwrap().source, None);
    assert!(attack.procedures("T1002").is_empty());
}

#[test]
fn techniques_resolve() {
    let attack = tiny();
    assert_eq!(
        attack.resolve_technique(" attack.t1001.001 "),
        Resolved::Active("T1001.001".into())
    );
    let once = attack.resolve_technique("T1002");
    assert_eq!(once.technique().unwrap(), "T1001");
    assert_eq!(once.note().unwrap(), "T1002 is now T1001");
    let Resolved::Revoked { through, .. } = attack.resolve_technique("T1003") else {
        panic!("T1003 is revoked");
    };
    assert_eq!(through, ["T1002"]);
    assert_eq!(
        attack.resolve_technique("T1004"),
        Resolved::Deprecated("T1004".into())
    );
    assert_eq!(
        attack.resolve_technique("T1005"),
        Resolved::Deprecated("T1005".into())
    );
    assert_eq!(
        attack.resolve_technique("T9999"),
        Resolved::Unknown("T9999".into())
    );
    assert_eq!(attack.resolve_technique(""), Resolved::Unknown("".into()));
}

#[test]
fn newer_techniques_count_as_what_holds_all_of_them() {
    let attack = tiny();
    let Resolved::Newer {
        older, counts_as, ..
    } = attack.resolve_technique("T1685")
    else {
        panic!("T1685 is newer");
    };
    assert_eq!(older, ["T1562", "T1562.001"], "what the bundle has of them");
    assert_eq!(
        counts_as.as_deref(),
        Some("T1562"),
        "the parent of the other"
    );
    // The bundle has nothing that T1690 was made from.
    assert_eq!(
        attack.resolve_technique("T1690"),
        Resolved::Unknown("T1690".into())
    );
}

#[test]
fn tactics_resolve_in_every_spelling() {
    let attack = tiny();
    let spellings = [
        "attack.defense-evasion",
        "attack.defense_evasion",
        "defense_evasion",
        "Defense Evasion",
        "DefenseEvasion",
        "TA0005",
        "ta0005",
    ];
    for name in spellings {
        let active = ResolvedTactic::Active("defense-evasion".into());
        assert_eq!(attack.resolve_tactic(name), active, "{name}");
    }
    let ResolvedTactic::Newer {
        name, older, since, ..
    } = attack.resolve_tactic("attack.stealth")
    else {
        panic!("stealth is newer");
    };
    assert_eq!((name.as_str(), since.as_str()), ("stealth", "19.0"));
    assert_eq!(older, ["defense-evasion"]);
    let odd = ResolvedTactic::Unknown("attack.html".into());
    assert_eq!(attack.resolve_tactic("attack.html"), odd);
}

#[test]
fn a_newer_bundle_says_what_an_old_tactic_became() {
    let newer = BUNDLE
        .replace("Defense Evasion", "Stealth")
        .replace("defense-evasion", "stealth");
    let attack = Attack::load("newer", newer.as_bytes()).attack;
    let split = ResolvedTactic::Split {
        name: "defense-evasion".into(),
        into: vec!["stealth".into()],
    };
    assert_eq!(attack.resolve_tactic("attack.defense-evasion"), split);
    let stealth = ResolvedTactic::Active("stealth".into());
    assert_eq!(attack.resolve_tactic("TA0005"), stealth);
}

#[test]
fn one_bad_object_costs_only_itself() {
    let good = r#"{"type":"attack-pattern","id":"attack-pattern--1","name":"A",
        "external_references":[{"source_name":"mitre-attack","external_id":"T1"}]}"#;
    let loaded = load(&format!(r#"{{"type":"tool","id":7}},{good},{{"id":"x"}}"#));
    assert_eq!(loaded.attack.techniques.len(), 1);
    let codes: Vec<_> = loaded.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::ObjectMalformed, Code::ObjectMalformed]);
    let span = loaded.diagnostics[0].primary.as_ref().unwrap().span;
    assert_eq!((span.start, span.len()), (13, 22));
}

#[test]
fn of_two_versions_the_later_counts() {
    let version = |name: &str, modified: &str| {
        format!(
            r#"{{"type":"attack-pattern","id":"attack-pattern--1","name":"{name}","modified":"{modified}",
            "external_references":[{{"source_name":"mitre-attack","external_id":"T1"}}]}}"#
        )
    };
    let loaded = load(&format!(
        "{},{}",
        version("new", "2021"),
        version("old", "2020")
    ));
    assert_eq!(loaded.attack.techniques.len(), 1);
    assert_eq!(loaded.attack.technique("T1").unwrap().head.name, "new");
    assert_eq!(loaded.diagnostics[0].code, Code::ObjectDuplicate);
}

#[test]
fn dangling_relations_and_missing_ids_are_told() {
    let loaded = load(
        r#"{"type":"malware","id":"malware--1","name":"A"},
        {"type":"relationship","id":"r","relationship_type":"uses",
         "source_ref":"malware--1","target_ref":"attack-pattern--9"},
        {"type":"relationship","id":"s","relationship_type":"targets",
         "source_ref":"malware--1","target_ref":"x-mitre-asset--9"}"#,
    );
    let codes: Vec<_> = loaded.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::ObjectWithoutId, Code::RelationDangling]);
    assert_eq!(loaded.attack.software("malware--1").unwrap().head.name, "A");
}

#[test]
fn a_mobile_bundle_is_read_too() {
    let loaded = load(
        r#"{"type":"attack-pattern","id":"attack-pattern--1","name":"A","x_mitre_tactic_type":["x"],
         "kill_chain_phases":[{"kill_chain_name":"mitre-mobile-attack","phase_name":"impact"}],
         "external_references":[{"source_name":"mitre-mobile-attack","external_id":"T1400"}]},
        {"type":"x-mitre-asset","id":"x-mitre-asset--1","name":"PLC","x_mitre_sectors":["x"]}"#,
    );
    assert_eq!(loaded.diagnostics, []);
    assert_eq!(
        loaded.attack.technique("T1400").unwrap().tactics,
        ["impact"]
    );
}

#[test]
fn what_is_no_bundle_is_said_to_be_none() {
    for text in ["{}", "[]", "", "7", "{\"objects\": {}}", "\u{feff}{}"] {
        let loaded = Attack::load("bundle", text.as_bytes());
        assert_eq!(loaded.diagnostics.len(), 1, "{text}");
        assert_eq!(loaded.diagnostics[0].code, Code::BundleBroken);
        assert!(loaded.attack.is_empty());
    }
    let loaded = Attack::load("bundle", b"{\"a\": \"\xff\"}");
    assert_eq!(loaded.diagnostics[0].code, Code::InvalidUtf8);
}
