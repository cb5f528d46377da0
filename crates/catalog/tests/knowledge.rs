//! Atomic Red Team and event dictionaries in a catalogue.

use std::fs;
use std::path::{Path, PathBuf};
use tripline_catalog::{BuildOptions, BuildReport, Catalog, build};
use tripline_text::Code;

const TEST: &str = "attack_technique: T1059.001\ndisplay_name: PowerShell\natomic_tests:\n  \
    - name: First\n    auto_generated_guid: 11111111-1111-4111-8111-111111111111\n    \
      supported_platforms: [windows]\n    executor:\n      name: powershell\n      command: Get-Date\n";

const EVENT: &str = "name: 'Event ID 1: Process creation'\nplatform: windows\n\
    log_source: Microsoft-Windows-Sysmon\nevent_id: '1'\nevent_fields:\n- name: Image\n";

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().expect("temporary folder"));
        place.put("red/atomics/T1059.001/T1059.001.yaml", TEST);
        place.put("ossem/windows/etw-providers/S/events/event-1.yml", EVENT);
        place.put("ossem/windows/etw-providers/S/README.yml", "name: S\n");
        place
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.0.path().join("in").join(path);
        fs::create_dir_all(path.parent().expect("has a parent")).expect("folder is made");
        fs::write(path, text).expect("file is written");
    }

    fn output(&self) -> PathBuf {
        self.0.path().join("catalog.db")
    }

    fn build_to(&self, output: &Path, incremental: bool) -> BuildReport {
        let paths = [self.0.path().join("in")];
        let options = BuildOptions {
            incremental,
            ..BuildOptions::new(&paths, output)
        };
        build(&options).expect("the build succeeds")
    }

    /// Builds on what is there; the result must be that of a build from nothing.
    fn build(&self) -> BuildReport {
        let report = self.build_to(&self.output(), true);
        let cold = self.0.path().join("cold.db");
        self.build_to(&cold, false);
        let same = fs::read(self.output()).expect("read") == fs::read(&cold).expect("read");
        assert!(same, "the incremental catalogue differs from a cold one");
        report
    }

    fn open(&self) -> Catalog {
        Catalog::open(&self.output()).expect("opens")
    }
}

fn shown(catalog: &Catalog) -> Vec<String> {
    let bases = catalog.meta.knowledge.iter();
    bases
        .map(|base| {
            let commit = base.commit.as_deref().unwrap_or("-");
            let (kind, name) = (&base.kind, &base.name);
            format!("{kind} {name} {commit} {}/{}", base.items, base.files)
        })
        .collect()
}

#[test]
fn tests_and_events_are_kept_with_their_origin() {
    let place = Place::new();
    place.put(
        "MANIFEST.toml",
        "[[corpus]]\nname = \"red\"\ncommit = \"abc\"\nlicence = \"MIT\"\n",
    );
    assert_eq!(place.build().diagnostics, []);
    let catalog = place.open();
    assert_eq!(
        shown(&catalog),
        ["atomics red abc 1/1", "dictionaries ossem - 1/2"]
    );
    assert_eq!(catalog.meta.knowledge[0].licence.as_deref(), Some("MIT"));
    let files = catalog.atomics().expect("decodes");
    let found: Vec<(&str, &str)> = files.iter().map(|f| (&*f.base, &*f.path)).collect();
    assert_eq!(found, [("red", "T1059.001/T1059.001.yaml")]);
    assert_eq!(files[0].atomics.tests[0].executor.command, "Get-Date");
    let events = catalog.dictionaries().expect("decodes");
    let found = (&*events[0].event.event_id, &*events[0].event.title);
    assert_eq!(found, ("1", "Process creation"));
    assert_eq!(events.len(), 1, "the README is no event");
}

#[test]
fn what_has_not_changed_is_kept() {
    let place = Place::new();
    place.build();
    assert!(place.build().unchanged);
    // Another file: counts of the base that was kept stand.
    place.put(
        "red/atomics/T1059.002/T1059.002.yaml",
        &TEST.replace("T1059.001", "T1059.002").replace('1', "2"),
    );
    assert!(!place.build().unchanged);
    let catalog = place.open();
    assert_eq!(
        shown(&catalog),
        ["atomics red - 2/2", "dictionaries ossem - 1/2"]
    );
    // Only what the manifest says.
    place.put(
        "MANIFEST.toml",
        "[[corpus]]\nname = \"ossem\"\ncommit = \"def\"\n",
    );
    assert!(!place.build().unchanged);
    assert_eq!(shown(&place.open())[1], "dictionaries ossem def 1/2");
}

#[test]
fn a_broken_file_is_told_and_the_rest_is_read() {
    let place = Place::new();
    place.put("red/atomics/T1003/T1003.yaml", "attack_technique: [\n");
    place.put("ossem/windows/etw-providers/S/events/event-2.yml", "- 1\n");
    let report = place.build();
    assert!(!report.diagnostics.is_empty());
    assert_eq!(place.open().atomics().expect("decodes").len(), 1);
    assert_eq!(place.open().dictionaries().expect("decodes").len(), 1);
}

#[test]
fn the_same_test_in_two_places_counts_once() {
    let place = Place::new();
    place.put("copy/atomics/T1059.001/T1059.001.yaml", TEST);
    let report = place.build();
    let codes: Vec<Code> = report.diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(codes, [Code::AtomicMalformed]);
    let catalog = place.open();
    let tests = catalog.atomics().expect("decodes").iter();
    assert_eq!(tests.map(|file| file.atomics.tests.len()).sum::<usize>(), 1);
    let items: Vec<usize> = catalog.meta.knowledge.iter().map(|b| b.items).collect();
    assert_eq!(items, [1, 0, 1]);
}

#[test]
fn the_starter_catalogue_has_tests_of_its_own() {
    let catalog = Catalog::starter().expect("opens");
    let files = catalog.atomics().expect("decodes");
    let tests: Vec<_> = files.iter().flat_map(|file| &file.atomics.tests).collect();
    assert_eq!((files.len(), tests.len()), (16, 17));
    for file in files {
        let technique = catalog.attack.technique(&file.atomics.technique);
        assert!(technique.is_some(), "{}", file.atomics.technique);
    }
    for test in tests {
        assert_eq!(test.guid.len(), 36, "{}", test.name);
        let whole = !test.executor.command.is_empty() || !test.executor.steps.is_empty();
        assert!(whole && !test.platforms.is_empty(), "{}", test.name);
    }
    assert_eq!(
        shown(&catalog),
        [
            "attack starter-attack - 68/1",
            "atomics starter-atomics - 17/16"
        ]
    );
}
