//! Builds: determinism, incremental equals cold, bad input, a crash, places that cannot be written.

use std::fs;
use std::path::{Path, PathBuf};
use tripline_catalog::{BuildOptions, BuildReport, Catalog, CatalogError, build};
use tripline_text::Code;

fn rule(id: u32, value: &str) -> String {
    format!(
        "title: Rule {id}\nid: 00000000-0000-4000-8000-{id:012}\nstatus: test\nname: rule_{id}\n\
         description: Finds the made-up tool {value}\ntags:\n    - attack.t1059.001\n\
         logsource:\n    product: windows\n    category: process_creation\n\
         detection:\n    selection:\n        Image|endswith: '\\{value}.exe'\n\
         \u{20}   condition: selection\nlevel: high\n"
    )
}

fn correlation(id: u32, of: u32) -> String {
    format!(
        "title: Many of {of}\nid: 00000000-0000-4000-9000-{id:012}\nstatus: test\ncorrelation:\n    \
         type: event_count\n    rules:\n        - rule_{of}\n    group-by:\n        - User\n    \
         timespan: 5m\n    condition:\n        gte: 3\nlevel: high\n"
    )
}

struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().expect("temporary folder"),
        }
    }

    fn with_rules(count: u32) -> Self {
        let place = Self::new();
        for id in 0..count {
            place.put(
                &format!("mine/rules/r{id}.yml"),
                rule(id, &format!("tool{id}")).as_bytes(),
            );
        }
        place
    }

    fn put(&self, path: &str, bytes: &[u8]) {
        let path = self.dir.path().join(path);
        fs::create_dir_all(path.parent().expect("has a parent")).expect("folder is made");
        fs::write(path, bytes).expect("file is written");
    }

    fn build_to(&self, output: &Path, incremental: bool) -> Result<BuildReport, CatalogError> {
        let paths = [self.dir.path().join("mine")];
        build(&BuildOptions {
            incremental,
            ..BuildOptions::new(&paths, output)
        })
    }

    fn output(&self) -> PathBuf {
        self.dir.path().join("catalog.db")
    }

    fn build(&self) -> BuildReport {
        self.build_to(&self.output(), true)
            .expect("the build succeeds")
    }

    /// The incremental catalogue's bytes must be those of a build from nothing.
    fn assert_as_from_nothing(&self) {
        let cold = self.dir.path().join("cold.db");
        self.build_to(&cold, false).expect("the build succeeds");
        let same = fs::read(self.output()).expect("read") == fs::read(&cold).expect("read");
        assert!(same, "the incremental catalogue differs from a cold one");
    }
}

#[test]
fn bytes_do_not_depend_on_threads() {
    let place = Place::with_rules(40);
    let bytes = |threads| {
        let output = place.dir.path().join(format!("{threads}.db"));
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("pool");
        pool.install(|| place.build_to(&output, false))
            .expect("the build succeeds");
        fs::read(output).expect("read")
    };
    assert!(bytes(1) == bytes(4));
}

#[test]
fn an_incremental_build_is_a_cold_build() {
    let place = Place::with_rules(12);
    assert_eq!(place.build().kept, 0);
    assert!(place.build().unchanged);
    place.put("mine/rules/r3.yml", rule(3, "changed").as_bytes());
    let report = place.build();
    assert_eq!(
        (report.unchanged, report.kept, report.rules),
        (false, 11, 12)
    );
    place.assert_as_from_nothing();
    fs::remove_file(place.dir.path().join("mine/rules/r5.yml")).expect("removed");
    place.put("mine/rules/new.yml", rule(99, "new").as_bytes());
    assert_eq!(place.build().rules, 12);
    place.assert_as_from_nothing();
}

#[test]
fn links_between_files_are_followed_incrementally() {
    let place = Place::with_rules(6);
    place.build();
    // A correlation appears: the rule that it names becomes a building block.
    place.put("mine/rules/many.yml", correlation(1, 2).as_bytes());
    place.build();
    place.assert_as_from_nothing();
    let class = |id: &str| {
        let catalog = Catalog::open(&place.output()).expect("opens");
        catalog.rule_facts(id).expect("is there").class.name()
    };
    let named = "sigma:00000000-0000-4000-8000-000000000002";
    assert_eq!(class(named), "building_block");
    // And goes again.
    fs::remove_file(place.dir.path().join("mine/rules/many.yml")).expect("removed");
    place.build();
    place.assert_as_from_nothing();
    assert_eq!(class(named), "alert");
}

#[test]
fn a_contested_id_goes_to_the_first_path_and_comes_back() {
    let place = Place::with_rules(3);
    place.build();
    place.put("mine/rules/a.yml", rule(1, "copy").as_bytes());
    let report = place.build();
    assert!(
        report
            .diagnostics
            .iter()
            .any(|found| found.code == Code::DuplicateRuleId)
    );
    place.assert_as_from_nothing();
    let path = |id: &str| {
        let catalog = Catalog::open(&place.output()).expect("opens");
        catalog.rule_facts(id).map(|facts| facts.path.to_string())
    };
    let id = "sigma:00000000-0000-4000-8000-000000000001";
    assert_eq!(path(id).as_deref(), Some("rules/a.yml"));
    assert_eq!(
        path("sigma:rules/r1.yml#0").as_deref(),
        Some("rules/r1.yml")
    );
    fs::remove_file(place.dir.path().join("mine/rules/a.yml")).expect("removed");
    place.build();
    place.assert_as_from_nothing();
    assert_eq!(path(id).as_deref(), Some("rules/r1.yml"));
}

#[test]
fn bad_files_are_in_the_ledger_and_the_rest_is_built() {
    let place = Place::with_rules(2);
    place.put(
        "mine/rules/truncated.yml",
        b"title: Cut\ndetection:\n    selection: {a: [1, 2",
    );
    place.put("mine/rules/latin.yml", b"title: caf\xe9\n");
    place.put("mine/rules/huge.yml", &vec![b'#'; 50 << 20]);
    let mut deep = b"title: Deep\ndetection:\n    selection: ".to_vec();
    deep.extend(std::iter::repeat_n(b'[', 10_000));
    place.put("mine/rules/deep.yml", &deep);
    let mut bomb = String::from("a0: &a0 [x, x]\n");
    for level in 1..40 {
        let below = level - 1;
        bomb.extend([format!("a{level}: &a{level} [*a{below}, *a{below}]\n")]);
    }
    place.put("mine/rules/bomb.yml", (bomb + &rule(7, "bomb")).as_bytes());
    let cycle = |id, of: &str| {
        correlation(id, 0)
            .replace("rule_0", of)
            .replace("title:", &format!("name: c{id}\ntitle:"))
    };
    place.put("mine/rules/c1.yml", cycle(1, "c2").as_bytes());
    place.put("mine/rules/c2.yml", cycle(2, "c1").as_bytes());
    let report = place.build();
    let code = |file: &str| {
        let path = format!("rules/{file}.yml");
        let found = report
            .ledger
            .failures
            .iter()
            .find(|failure| failure.path == path.as_str());
        found.map(|failure| failure.code)
    };
    assert_eq!(code("latin"), Some(Code::InvalidUtf8));
    assert_eq!(code("huge"), Some(Code::FileTooLarge));
    assert_eq!(code("deep"), Some(Code::YamlTooDeep));
    assert!(code("truncated").is_some());
    assert!(
        report
            .diagnostics
            .iter()
            .any(|found| found.code == Code::YamlAliasBomb)
    );
    assert!(report.rules >= 2);
    let row = report
        .ledger
        .rows
        .iter()
        .find(|row| row.rules > 0)
        .expect("a row");
    assert_eq!(row.rules, row.full + row.partial + row.failed);
    assert!(row.full >= 2 && row.failed >= 4, "{row:?}");
    place.assert_as_from_nothing();
}

#[test]
fn places_that_cannot_be_written_leave_the_old_catalogue_whole() {
    let place = Place::with_rules(3);
    let missing = place.dir.path().join("no/such/folder/catalog.db");
    let error = place.build_to(&missing, true).expect_err("no folder");
    assert_eq!(error.code(), Code::CatalogueUnwritable);
    place.build();
    // A folder in the way of the new file stands for a disk that refuses it.
    let old = fs::read(place.output()).expect("read");
    place.put("mine/rules/r1.yml", rule(1, "changed").as_bytes());
    fs::create_dir(place.dir.path().join(".catalog.db.building")).expect("made");
    let error = place.build_to(&place.output(), true).expect_err("refused");
    assert_eq!(error.code(), Code::CatalogueUnwritable);
    assert!(old == fs::read(place.output()).expect("read"));
}

#[test]
fn what_is_no_catalogue_is_refused() {
    let place = Place::new();
    let code = |path: &Path| Catalog::open(path).expect_err("refused").code();
    assert_eq!(code(&place.output()), Code::CatalogueUnreadable);
    place.put(
        "catalog.db",
        b"not a database, but long enough to be looked at by anyone",
    );
    assert_eq!(code(&place.output()), Code::NotACatalogue);
    let error = place
        .build_to(&place.output(), true)
        .expect_err("nothing to read");
    assert_eq!(error.code(), Code::NothingFound);
}

#[test]
fn rules_are_found_and_searched() {
    let place = Place::with_rules(5);
    place.build();
    let catalog = Catalog::open(&place.output()).expect("opens");
    let ids = |query: &str| -> Vec<String> {
        let found = catalog.search(query, 10).expect("searches");
        assert_eq!(found.total, found.hits.len());
        found.hits.iter().map(|hit| hit.title.to_string()).collect()
    };
    assert_eq!(ids("tool3"), ["Rule 3"]);
    assert_eq!(ids("T1059 tool3"), ["Rule 3"]);
    assert_eq!(ids("Image:tool4"), ["Rule 4"]);
    assert_eq!(ids("vendor:sigma").len(), 5);
    let two = catalog.search("vendor:sigma", 2).expect("searches");
    assert_eq!((two.total, two.hits.len()), (5, 2));
    assert!(ids("vendor:elastic").is_empty());
    assert!(ids("\" OR * NEAR(").is_empty());
    let id = "sigma:00000000-0000-4000-8000-000000000002";
    let detection = catalog.detection(id).expect("reads").expect("is there");
    assert_eq!(detection.title, "Rule 2");
    assert!(detection.body.contains("tool2.exe"));
    for name in [
        "rule 2",
        "rules/r2.yml",
        "r2",
        "00000000-0000-4000-8000-000000000002",
    ] {
        let tripline_catalog::Found::One(found) = catalog.find_rule(name) else {
            panic!("{name} leads to no single rule");
        };
        assert_eq!(found.id, id);
    }
}

#[test]
fn what_a_build_writes_is_no_input() {
    let place = Place::with_rules(3);
    let output = place.dir.path().join("mine/catalog.db");
    let first = place.build_to(&output, true).expect("the build succeeds");
    assert_eq!((first.files, first.unchanged), (3, false));
    let second = place.build_to(&output, true).expect("the build succeeds");
    assert_eq!((second.files, second.unchanged), (3, true));
    // Another file of that name is one.
    place.put("mine/other/catalog.db", b"text");
    let third = place.build_to(&output, true).expect("the build succeeds");
    assert_eq!(third.files, 4);
}

#[test]
fn a_catalogue_of_another_program_is_refused_and_replaced() {
    let place = Place::with_rules(3);
    let alter = |sql: &str| {
        place
            .build_to(&place.output(), false)
            .expect("the build succeeds");
        let db = rusqlite::Connection::open(place.output()).expect("opens");
        db.execute_batch(sql).expect("is altered");
        drop(db);
        let error = Catalog::open(&place.output()).expect_err("refused");
        assert_eq!(error.code(), Code::CatalogueFormat, "{sql}");
        let hint = error.diagnostic().hint.clone().unwrap_or_default();
        assert!(hint.contains("tripline build"), "{hint}");
        assert!(!place.build().unchanged);
        assert!(Catalog::open(&place.output()).is_ok());
        place.assert_as_from_nothing();
    };
    alter("PRAGMA user_version = 1");
    alter("UPDATE meta SET value = 'other' WHERE key = 'records'");
}

#[test]
fn damage_is_told_and_repaired() {
    let place = Place::with_rules(30);
    for table in ["facts", "texts", "detections"] {
        place.build();
        let db = rusqlite::Connection::open(place.output()).expect("opens");
        db.execute_batch(&format!("UPDATE {table} SET data = x'00'"))
            .expect("is altered");
        drop(db);
        let read = Catalog::open(&place.output()).and_then(|catalog| catalog.detections());
        match table {
            "texts" => assert!(read.is_ok()),
            _ => assert_eq!(read.expect_err(table).code(), Code::CatalogueDamaged),
        }
        place.put(
            "mine/rules/r1.yml",
            rule(1, &format!("changed{table}")).as_bytes(),
        );
        place.build();
        place.assert_as_from_nothing();
    }
}
