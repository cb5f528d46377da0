//! The readers on the published corpora, when they are beside the repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tripline_attack::{Attack, Counts, Resolved, ResolvedTactic, atomic, ossem};
use tripline_text::Source;

const CORPORA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora");

/// A file or folder of the corpora, or a clear word that the test is skipped.
#[expect(clippy::print_stderr, reason = "a skipped test has to say so")]
fn corpus(path: &str) -> Option<PathBuf> {
    let path = Path::new(CORPORA).join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} is not there", path.display());
    None
}

fn yaml_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            yaml_files(&path, files);
        } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            files.push(path);
        }
    }
    files.sort();
}

#[test]
#[expect(clippy::print_stderr, reason = "the measured time is the point")]
fn enterprise_attack_is_read_whole() {
    let Some(path) = corpus("attack/enterprise-attack.json") else {
        return;
    };
    let bytes = fs::read(path).unwrap();
    let start = Instant::now();
    let loaded = Attack::load("enterprise-attack.json", &bytes);
    eprintln!("{} bytes in {:?}", bytes.len(), start.elapsed());
    assert_eq!(loaded.diagnostics, []);
    let attack = loaded.attack;
    let packed = postcard::to_stdvec(&attack).unwrap();
    let start = Instant::now();
    assert_eq!(postcard::from_bytes::<Attack>(&packed).unwrap(), attack);
    eprintln!(
        "{} bytes packed, unpacked in {:?}",
        packed.len(),
        start.elapsed()
    );
    assert_eq!(
        attack.counts(),
        Counts {
            tactics: 14,
            techniques: 216,
            subtechniques: 475,
            mitigations: 44,
            groups: 172,
            software: 784,
            campaigns: 52,
            data_sources: 0,
            data_components: 106,
            strategies: 691,
            analytics: 1739,
            uses: 17270,
        }
    );
    assert_eq!(attack.techniques.len(), 835);
    assert_eq!(attack.mitigates.len(), 1445);
    assert_eq!(attack.detects.len(), 691);
    assert_eq!(attack.attributed.len(), 25);
    assert_eq!(attack.format.as_deref(), Some("3.3.0"));
    assert!(attack.statement.contains("The MITRE Corporation"));
    let order: Vec<_> = attack
        .tactics
        .iter()
        .map(|t| t.short_name.as_str())
        .collect();
    assert_eq!(
        order[..3],
        ["reconnaissance", "resource-development", "initial-access"]
    );
    assert_eq!(order[13], "impact");
}

#[test]
fn a_technique_has_its_surroundings() {
    let Some(path) = corpus("attack/enterprise-attack.json") else {
        return;
    };
    let attack = Attack::load("bundle", &fs::read(path).unwrap()).attack;
    let technique = attack.technique("T1204.001").unwrap();
    assert_eq!(technique.head.name, "Malicious Link");
    assert_eq!(technique.parent.as_deref(), Some("T1204"));
    assert_eq!(technique.tactics, ["execution"]);
    let url = "https://attack.mitre.org/techniques/T1204/001";
    assert_eq!(technique.head.url.as_deref(), Some(url));
    let strategies = attack.strategies_of("T1204.001");
    assert_eq!(strategies.len(), 1);
    let analytics = attack.analytics_of(strategies[0]);
    assert!(!analytics.is_empty());
    let logs = analytics.iter().flat_map(|analytic| &analytic.log_sources);
    for log in logs {
        let component = log.component.as_ref().unwrap();
        assert!(attack.data_component(component).is_some(), "{component}");
    }
    let procedures = attack.procedures("T1204.001");
    assert!(procedures.len() > 50);
    for procedure in procedures {
        assert!(!procedure.relation.description.is_empty());
        for reference in &procedure.relation.references {
            assert!(attack.reference(*reference).is_some());
        }
    }
    assert!(!attack.mitigations_of("T1204.001").is_empty());
    assert_eq!(attack.subtechniques("T1204").count(), 5);
}

#[test]
fn every_revoked_technique_ends_somewhere() {
    let Some(path) = corpus("attack/enterprise-attack.json") else {
        return;
    };
    let attack = Attack::load("bundle", &fs::read(path).unwrap()).attack;
    let (mut revoked, mut deprecated) = (0, 0);
    for technique in attack.techniques.iter().filter(|t| !t.head.active()) {
        match attack.resolve_technique(&technique.head.id) {
            Resolved::Revoked { to, .. } => {
                revoked += 1;
                assert!(attack.technique(&to).unwrap().head.active());
            }
            Resolved::Deprecated(_) => deprecated += 1,
            other => panic!("{}: {other:?}", technique.head.id),
        }
    }
    assert_eq!((revoked, deprecated), (132, 12));
    let chain = attack.resolve_technique("T1150");
    let to = "T1647".into();
    let (from, through) = ("T1150".into(), vec!["T1547.011".into()]);
    assert_eq!(chain, Resolved::Revoked { from, to, through });
}

#[test]
fn tags_of_a_newer_version_find_their_place() {
    let Some(path) = corpus("attack/enterprise-attack.json") else {
        return;
    };
    let attack = Attack::load("bundle", &fs::read(path).unwrap()).attack;
    let cleared = attack.resolve_technique("attack.t1685.005");
    assert_eq!(cleared.technique().unwrap(), "T1070.001");
    let tools = attack.resolve_technique("T1685");
    assert_eq!(tools.technique().unwrap(), "T1562");
    let note = "T1685 is new in ATT&CK 19.0, made from T1562, T1562.001, T1562.006";
    assert_eq!(tools.note().as_deref(), Some(note));
    for name in ["attack.stealth", "attack.defense-impairment", "TA0112"] {
        let resolved = attack.resolve_tactic(name);
        let ResolvedTactic::Newer { older, .. } = resolved else {
            panic!("{name}: {resolved:?}");
        };
        assert_eq!(older, ["defense-evasion"]);
    }
}

#[test]
fn atomics_are_read_whole() {
    let Some(folder) = corpus("atomic-red-team/atomics") else {
        return;
    };
    let mut files = Vec::new();
    yaml_files(&folder, &mut files);
    let (mut tests, mut arguments, mut manual, mut elevated) = (0, 0, 0, 0);
    for file in &files {
        let source = Source::new(file.to_str().unwrap(), fs::read_to_string(file).unwrap());
        let (atomics, diagnostics) = atomic::read(&source);
        assert_eq!(diagnostics, [], "{}", file.display());
        let atomics = atomics.unwrap();
        assert_eq!(
            file.file_stem().unwrap().to_str().unwrap(),
            atomics.technique
        );
        for test in &atomics.tests {
            tests += 1;
            arguments += test.arguments.len();
            elevated += usize::from(test.executor.elevation_required);
            assert_eq!(test.guid.len(), 36, "{}", test.name);
            assert!(!test.platforms.is_empty());
            if test.executor.name == "manual" {
                manual += 1;
                assert!(!test.executor.steps.is_empty());
            } else {
                assert!(!test.executor.command.is_empty(), "{}", test.name);
            }
        }
    }
    assert_eq!((files.len(), tests, arguments, manual, elevated), FIGURES);
}

/// Files, tests, arguments, manual tests, tests that need elevated rights.
const FIGURES: (usize, usize, usize, usize, usize) = (341, 1819, 2171, 16, 682);

#[test]
fn event_dictionaries_are_read_whole() {
    let Some(folder) = corpus("ossem") else {
        return;
    };
    let mut files = Vec::new();
    yaml_files(&folder, &mut files);
    let (mut events, mut fields) = (0, 0);
    let mut sysmon_1 = None;
    for file in &files {
        let text = String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned();
        let (dictionary, diagnostics) = ossem::read(&Source::new("event", text));
        assert_eq!(diagnostics, [], "{}", file.display());
        let Some(dictionary) = dictionary else {
            continue;
        };
        events += 1;
        fields += dictionary.fields.len();
        if dictionary.provider == "Microsoft-Windows-Sysmon"
            && dictionary.platform == "windows"
            && dictionary.event_id == "1"
        {
            sysmon_1 = Some(dictionary);
        }
    }
    assert_eq!((files.len(), events), (3484, 3455));
    assert_eq!(fields, 15163);
    let sysmon_1 = sysmon_1.unwrap();
    assert_eq!(sysmon_1.title, "Process creation");
    assert!(
        sysmon_1
            .fields
            .iter()
            .any(|f| f.name == "ParentCommandLine")
    );
}
