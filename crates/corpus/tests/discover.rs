//! Where corpora begin and end, on trees made here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tripline_corpus::{CorpusSpec, Discovery, discover};

const SIGMA: &str = "title: A\nlogsource:\n  category: process_creation\ndetection:\n  a:\n    Image: x.exe\n  condition: a\n";
const KUSTO: &str =
    "# A\n```KQL\nDeviceProcessEvents\n| where FileName =~ \"x.exe\"\n| project DeviceName\n```\n";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Makes a tree of files and looks what lies there.
fn look(files: &[(&str, &str)]) -> (tempfile::TempDir, Discovery) {
    let dir = tempfile::tempdir().expect("temporary folder");
    let root = dir.path().join("root");
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("has a parent")).expect("folder is made");
        fs::write(path, text).expect("file is written");
    }
    let found = discover(&[root]);
    (dir, found)
}

/// Names, with the number of rule files.
fn names(found: &Discovery) -> BTreeMap<&str, usize> {
    let pair = |spec: &'_ CorpusSpec| spec.files.len();
    found
        .corpora
        .iter()
        .map(|spec| (spec.name.as_str(), pair(spec)))
        .collect()
}

#[test]
fn a_manifest_names_the_corpora() {
    let manifest = "[[corpus]]\nname = \"hunts\"\ncommit = \"several (newest of each file)\"\nlicence = \"MIT\"\n\n[[corpus]]\nname = \"ours\"\ncommit = \"\"\n";
    let (_dir, found) = look(&[
        ("MANIFEST.toml", manifest),
        ("hunts/windows/a.md", KUSTO),
        ("hunts/linux/b.md", KUSTO),
        ("ours/deep/below/c.md", KUSTO),
        ("README.md", KUSTO),
    ]);
    let expected = BTreeMap::from([("hunts", 2), ("ours", 1), ("root", 1)]);
    assert_eq!(names(&found), expected);
    let hunts = found.corpora.iter().find(|spec| spec.name == "hunts");
    let hunts = hunts.expect("was found");
    assert_eq!(hunts.commit.as_deref(), Some("several"));
    assert_eq!(hunts.licence.as_deref(), Some("MIT"));
    let ours = found.corpora.iter().find(|spec| spec.name == "ours");
    assert_eq!(ours.expect("was found").commit, None);
}

#[test]
fn a_checkout_is_one_corpus() {
    let (_dir, found) = look(&[
        ("one/.git/HEAD", COMMIT),
        ("one/a/x/1.md", KUSTO),
        ("one/b/2.md", KUSTO),
        ("two/.git/HEAD", COMMIT),
        ("two/only/here/3.md", KUSTO),
        ("two/only/LICENSE", "MIT License"),
    ]);
    assert_eq!(names(&found), BTreeMap::from([("one", 2), ("two", 1)]));
    for spec in &found.corpora {
        assert_eq!(spec.commit.as_deref(), Some(COMMIT), "{}", spec.name);
    }
}

#[test]
fn a_layout_inside_a_checkout_has_its_commit() {
    let (_dir, found) = look(&[(".git/HEAD", COMMIT), ("detections/rules/a.yml", SIGMA)]);
    assert_eq!(names(&found), BTreeMap::from([("detections", 1)]));
    assert_eq!(found.corpora[0].commit.as_deref(), Some(COMMIT));
}

#[test]
fn a_licence_marks_a_collection_that_was_copied() {
    let (_dir, found) = look(&[
        ("one/LICENSE", "MIT License"),
        ("one/a/1.md", KUSTO),
        ("one/b/2.md", KUSTO),
        ("one/b/LICENSE", "Apache License"),
        ("two/COPYING", ""),
        ("two/3.md", KUSTO),
    ]);
    assert_eq!(names(&found), BTreeMap::from([("one", 2), ("two", 1)]));
    assert_eq!(found.corpora[0].licence.as_deref(), Some("MIT"));
}

#[test]
fn plain_folders_side_by_side_are_one_corpus() {
    let (_dir, found) = look(&[("windows/a.yml", SIGMA), ("linux/b.yml", SIGMA)]);
    assert_eq!(names(&found), BTreeMap::from([("root", 2)]));
    assert_eq!(found.corpora[0].others, 0);
}

#[test]
fn a_place_where_collections_are_kept_joins_nothing() {
    let (_dir, found) = look(&[
        ("sigma/rules/a.yml", SIGMA),
        ("hunts-a/1.md", KUSTO),
        ("hunts-b/2.md", KUSTO),
        ("hunts-b/3.md", KUSTO),
    ]);
    let expected = BTreeMap::from([("hunts-a", 1), ("hunts-b", 2), ("sigma", 1)]);
    assert_eq!(names(&found), expected);
}

#[test]
fn knowledge_bases_are_no_files_of_a_corpus() {
    let (_dir, found) = look(&[
        ("LICENSE", ""),
        ("a.md", KUSTO),
        ("notes.txt", "nothing"),
        ("ossem/windows/etw-providers/P/events/1.yml", "a: 1\n"),
        ("red/atomics/T1003/T1003.yaml", "attack_technique: T1003\n"),
        (
            "attack/bundle.json",
            r#"{"type":"bundle","objects":[{"type":"attack-pattern"}]}"#,
        ),
    ]);
    assert_eq!(names(&found), BTreeMap::from([("root", 1)]));
    // The licence and the notes.
    assert_eq!(found.corpora[0].others, 2);
    let knowledge: Vec<(&str, &str, &str)> = found
        .knowledge
        .iter()
        .map(|spec| (spec.kind.name(), &*spec.name, &*spec.files[0].path))
        .collect();
    let expected = [
        ("attack", "attack", "bundle.json"),
        ("atomics", "red", "T1003/T1003.yaml"),
        (
            "dictionaries",
            "ossem",
            "windows/etw-providers/P/events/1.yml",
        ),
    ];
    assert_eq!(knowledge, expected);
}

#[test]
fn the_given_corpora_have_the_names_of_their_manifest() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora");
    if !Path::new(root).is_dir() {
        return;
    }
    let found = discover(&[PathBuf::from(root)]);
    let names: Vec<&str> = found
        .corpora
        .iter()
        .map(|spec| spec.name.as_str())
        .collect();
    let expected = [
        "azure-sentinel",
        "bertjan-hunting",
        "chronicle",
        "elastic",
        "falconfriday",
        "m365-defender-hunting",
        "sigma",
        "splunk",
    ];
    assert_eq!(names, expected);
    let commit = |name| {
        let spec = found.corpora.iter().find(|spec| spec.name == name);
        spec.and_then(|spec| spec.commit.as_deref())
    };
    assert_eq!(commit("azure-sentinel"), Some("several"));
    assert_eq!(
        commit("falconfriday"),
        Some("06de951eac7bbf7392049d79dae3b33835954ae7")
    );
}
