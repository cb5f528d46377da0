//! The reader over made-up rules, and over the shared corpus where it is there.

#![expect(clippy::print_stderr, reason = "tests say what they skip")]

use crate::{Hint, Status, Vendor, discover, read, read_text};
use tripline_ir::{Class, Level, RequirementKind};

const RULE: &str = r#"
rule made_up_persistence {
  meta:
    author = "Tripline"
    description = "A run key that starts a script."
    rule_id = "mr_made_up_1"
    rule_name = "Made Up Run Key"
    mitre_attack_tactic = "Persistence"
    mitre_attack_url = "https://attack.mitre.org/techniques/T1547/001/"
    type = "alert"
    platform = "Windows, EDR"
    severity = "Medium"
    reference = "https://example.org/a"
  events:
    $e.metadata.event_type = "REGISTRY_MODIFICATION"
    $e.target.registry.registry_key = /\\currentversion\\run/ nocase
    not $e.principal.process.file.full_path in %trusted_installers
  outcome:
    $risk_score = 35
    $mitre_attack_technique_id = "T1547.001"
  condition:
    $e
}
"#;

#[test]
fn metadata_becomes_a_detection() {
    let read = read_text("made_up.yaral", RULE, Hint::Rule(Vendor::Chronicle));
    let [rule] = read.detections.as_slice() else {
        panic!("{read:?}");
    };
    assert_eq!(rule.id, "chronicle:mr_made_up_1");
    assert_eq!(rule.title, "Made Up Run Key");
    assert_eq!(rule.level, Some(Level::Medium));
    assert_eq!(rule.platforms, ["windows"]);
    let ids: Vec<&str> = rule.techniques.iter().map(|tag| tag.id.as_str()).collect();
    assert_eq!(ids, ["T1547.001"]);
    assert_eq!(rule.tactics, ["Persistence"]);
    assert_eq!(rule.class, Class::Alert);
    assert_eq!(
        rule.output_fields,
        ["$risk_score", "$mitre_attack_technique_id"]
    );
    assert_eq!(rule.requires.len(), 1);
    assert_eq!(rule.requires[0].kind, RequirementKind::List);
    assert_eq!(rule.requires[0].name, "trusted_installers");
    assert!(rule.body.starts_with("rule made_up_persistence"));
    assert_eq!(Status::of(rule), Status::Partial);
}

#[test]
fn the_type_makes_a_hunt() {
    let text = RULE.replace("\"alert\"", "\"Hunt\"");
    let read = read_text("made_up.yaral", &text, Hint::Auto);
    assert_eq!(read.detections[0].class, Class::Hunting);
    assert_eq!(
        read.detections[0].class_reason,
        "its meta section says `type = \"hunt\"`"
    );
}

#[test]
fn lists_beside_the_rule_are_values_and_not_names() {
    let folder = std::env::temp_dir().join(format!("tripline-chronicle-{}", std::process::id()));
    let lists = folder.join("reference_lists");
    std::fs::create_dir_all(&lists).unwrap();
    std::fs::write(
        lists.join("trusted_installers"),
        "// ours\nC:\\\\setup.exe // one\n",
    )
    .unwrap();
    std::fs::write(folder.join("made_up.yaral"), RULE).unwrap();
    let found = discover(std::slice::from_ref(&folder));
    assert_eq!(found.corpora.len(), 1, "{found:?}");
    let corpus = read(&found.corpora[0]);
    std::fs::remove_dir_all(&folder).unwrap();
    let detections = corpus.into_detections();
    assert_eq!(detections.len(), 1);
    assert_eq!(Status::of(&detections[0]), Status::Full);
    let plan = format!("{:?}", detections[0].plan);
    assert!(
        plan.contains("setup.exe") && !plan.contains("trusted_installers"),
        "{plan}"
    );
}

#[test]
fn the_shared_corpus_is_read() {
    let root = std::path::Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/corpora/chronicle"
    ));
    if !root.exists() {
        return eprintln!("skipped: {} is not there", root.display());
    }
    let found = discover(&[root.to_path_buf()]);
    assert_eq!(found.corpora.len(), 1, "{:?}", found.diagnostics);
    let read = read(&found.corpora[0]);
    let row = &read.ledger.rows[0];
    assert_eq!((row.rules, row.failed), (348, 0), "{row:?}");
    assert!(row.full * 100 >= row.rules * 90, "{row:?}");
    let detections = read.into_detections();
    let tagged = detections
        .iter()
        .filter(|rule| !rule.techniques.is_empty())
        .count();
    assert!(tagged > 200, "{tagged} rules have a technique");
    let mut classes = std::collections::BTreeMap::new();
    for rule in &detections {
        *classes.entry(rule.class).or_insert(0_usize) += 1;
    }
    assert_eq!(classes[&Class::Hunting], 38);
}
