//! Any sequence of changes: an incremental build writes what a build from nothing writes.

use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tripline_catalog::{BuildOptions, build};

/// One change to a folder of at most this many files.
const FILES: u8 = 40;

#[derive(Debug, Clone)]
enum Change {
    /// A rule of this number with this value, alone in its file.
    Rule(u8, u8),
    /// The rule's text changes and its meaning does not.
    Comment(u8),
    /// A correlation over the rule of another number.
    Correlation(u8, u8),
    /// A filter on the rule of another number.
    Filter(u8, u8),
    /// A rule that claims the id of another number.
    Copy(u8, u8),
    /// Text that is no YAML.
    Broken(u8),
    Remove(u8),
}

fn changes() -> impl Strategy<Value = Vec<Vec<Change>>> {
    let file = || 0..FILES;
    let change = prop_oneof![
        6 => (file(), any::<u8>()).prop_map(|(file, value)| Change::Rule(file, value)),
        2 => file().prop_map(Change::Comment),
        1 => (file(), file()).prop_map(|(file, of)| Change::Correlation(file, of)),
        1 => (file(), file()).prop_map(|(file, of)| Change::Filter(file, of)),
        1 => (file(), file()).prop_map(|(file, of)| Change::Copy(file, of)),
        1 => file().prop_map(Change::Broken),
        3 => file().prop_map(Change::Remove),
    ];
    prop::collection::vec(prop::collection::vec(change, 1..8), 1..6)
}

fn rule(id: u8, value: u8) -> String {
    format!(
        "title: Rule {value}\nid: 00000000-0000-4000-8000-{id:012}\nname: rule_{id}\nstatus: test\n\
         description: Finds the made-up tool {value}\ntags:\n    - attack.t1059.001\n\
         logsource:\n    product: windows\n    category: process_creation\n\
         detection:\n    selection:\n        Image|endswith: '\\tool{value}.exe'\n    \
         condition: selection\nlevel: high\n"
    )
}

fn correlation(id: u8, of: u8) -> String {
    format!(
        "title: Many\nid: 00000000-0000-4000-9000-{id:012}\nstatus: test\ncorrelation:\n    \
         type: event_count\n    rules:\n        - rule_{of}\n    group-by:\n        - User\n    \
         timespan: 5m\n    condition:\n        gte: 3\nlevel: high\n"
    )
}

fn filter(id: u8, of: u8) -> String {
    format!(
        "title: Known\nid: 00000000-0000-4000-a000-{id:012}\nlogsource:\n    product: windows\n    \
         category: process_creation\nfilter:\n    rules:\n        - rule_{of}\n    selection:\n        \
         User: known\n    condition: not selection\n"
    )
}

/// What the files hold after a change.
fn apply(change: &Change, files: &mut BTreeMap<u8, String>) {
    match *change {
        Change::Rule(at, value) => files.insert(at, rule(at, value)),
        Change::Comment(at) => files
            .get(&at)
            .cloned()
            .and_then(|text| files.insert(at, text + "# seen\n")),
        Change::Correlation(at, of) => files.insert(at, correlation(at, of)),
        Change::Filter(at, of) => files.insert(at, filter(at, of)),
        Change::Copy(at, of) => files.insert(at, rule(of, at)),
        Change::Broken(at) => files.insert(at, "title: [cut\n  detection: {".to_owned()),
        Change::Remove(at) => files.remove(&at),
    };
}

/// Makes the folder hold these files and no others.
fn write(folder: &Path, files: &BTreeMap<u8, String>) {
    for at in 0..FILES {
        let path = folder.join(format!("r{at}.yml"));
        match files.get(&at) {
            Some(text) => fs::write(path, text).expect("file is written"),
            None => drop(fs::remove_file(path)),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn incremental_is_cold(rounds in changes()) {
        let place = tempfile::tempdir().expect("temporary folder");
        let folder = place.path().join("mine");
        fs::create_dir(&folder).expect("folder is made");
        let paths = [folder.clone()];
        let (warm, cold) = (place.path().join("warm.db"), place.path().join("cold.db"));
        let mut files: BTreeMap<u8, String> =
            (0..FILES / 2).map(|at| (at, rule(at, at))).collect();
        for round in rounds {
            for change in &round {
                apply(change, &mut files);
            }
            // Something readable is always there.
            files.entry(0).or_insert_with(|| rule(0, 0));
            files.insert(1, rule(1, 1));
            write(&folder, &files);
            build(&BuildOptions::new(&paths, &warm)).expect("the build succeeds");
            let from_nothing = BuildOptions { incremental: false, ..BuildOptions::new(&paths, &cold) };
            build(&from_nothing).expect("the build succeeds");
            let same = fs::read(&warm).expect("read") == fs::read(&cold).expect("read");
            prop_assert!(same, "after {:?}", round);
        }
    }
}

/// A search that calls a macro.
fn search(id: u8) -> String {
    format!(
        "name: Search {id}\nid: 00000000-0000-4000-b000-{id:012}\nversion: 1\nstatus: production\n\
         type: TTP\ndescription: Finds tool {id}\nsearch: '`tools` process_name=tool{id}.exe'\n\
         how_to_implement: Nothing.\nknown_false_positives: None.\ntags:\n  mitre_attack_id:\n  - T1059\n"
    )
}

fn tools(index: &str) -> String {
    format!(
        "name: tools\ndefinition: index={index} sourcetype=made\ndescription: Where tools are\n"
    )
}

#[test]
fn a_macro_is_part_of_the_searches_that_call_it() {
    let place = tempfile::tempdir().expect("temporary folder");
    let folder = place.path().join("content");
    let (warm, cold) = (place.path().join("warm.db"), place.path().join("cold.db"));
    let put = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders are made");
        fs::write(path, text).expect("file is written");
    };
    let paths = [folder.clone()];
    let kept = |expected: usize| {
        let report = build(&BuildOptions::new(&paths, &warm)).expect("the build succeeds");
        let from_nothing = BuildOptions {
            incremental: false,
            ..BuildOptions::new(&paths, &cold)
        };
        build(&from_nothing).expect("the build succeeds");
        let same = fs::read(&warm).expect("read") == fs::read(&cold).expect("read");
        assert!(
            same,
            "an incremental build writes what a build from nothing writes"
        );
        assert_eq!(report.kept, expected);
    };
    put("macros/tools.yml", &tools("one"));
    put(
        "macros/other.yml",
        &tools("x").replace("name: tools", "name: other"),
    );
    for id in 0..4 {
        put(&format!("detections/endpoint/s{id}.yml"), &search(id));
    }
    kept(0);
    kept(6);
    // One search changes: it and the macros are read.
    put("detections/endpoint/s0.yml", &search(9));
    kept(3);
    // A macro changes: every search is read again, and for them the other macro.
    put("macros/tools.yml", &tools("two"));
    kept(0);
    kept(6);
}
