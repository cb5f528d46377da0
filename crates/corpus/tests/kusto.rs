//! The given Kusto corpora: what is read of them, and that no name is taken for a value.

#![expect(clippy::print_stderr, reason = "tests say what they skip")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tripline_corpus::{Status, discover, read};
use tripline_ir::{Detection, Plan, Predicate, Test};

const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora");
const CORPORA: [&str; 4] = [
    "azure-sentinel",
    "falconfriday",
    "bertjan-hunting",
    "m365-defender-hunting",
];

fn detections() -> Option<BTreeMap<&'static str, Vec<Detection>>> {
    let root = Path::new(SHARED);
    if !root.is_dir() {
        eprintln!("skipped: {SHARED} is not there");
        return None;
    }
    let mut found = BTreeMap::new();
    for name in CORPORA {
        let folder: PathBuf = root.join(name);
        let specs = discover(&[folder]).corpora;
        let all = specs.iter().flat_map(|spec| read(spec).into_detections());
        found.insert(name, all.collect());
    }
    Some(found)
}

fn count(all: &[Detection], wanted: Status) -> usize {
    all.iter().filter(|rule| Status::of(rule) == wanted).count()
}

/// Losses that no reading of the query can mend: data that is not in it.
fn from_outside(rule: &Detection) -> bool {
    rule.losses.iter().all(|loss| {
        let detail = loss.detail.as_str();
        detail.starts_with("externaldata") || detail.starts_with("_GetWatchlist")
    })
}

#[test]
fn nearly_every_query_is_read_whole() {
    let Some(found) = detections() else { return };
    let (mut rules, mut full, mut outside, mut failed) = (0, 0, 0, 0);
    for (name, all) in &found {
        let whole = count(all, Status::Full);
        let partial: Vec<_> = all
            .iter()
            .filter(|r| Status::of(r) == Status::Partial)
            .collect();
        let own = partial.iter().filter(|rule| from_outside(rule)).count();
        eprintln!(
            "{name}: {} rules, {whole} full, {own} partial for data from outside, {} failed",
            all.len(),
            count(all, Status::Failed)
        );
        rules += all.len();
        full += whole;
        outside += own;
        failed += count(all, Status::Failed);
    }
    assert!(rules > 1_300, "{rules} rules");
    assert_eq!(failed, 0, "of {rules}");
    assert!(full * 100 >= rules * 89, "{full} of {rules} full");
    assert!(
        (full + outside) * 100 >= rules * 98,
        "{full} full and {outside} for data from outside, of {rules}"
    );
}

/// Names of `let` in a body.
fn lets(body: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for line in body.lines() {
        if let Some(rest) = line.trim_start().strip_prefix("let ") {
            found.insert(rest.split(['=', ' ', '(']).next().unwrap_or(""));
        }
    }
    found
}

fn predicates(plan: &Plan) -> Vec<&Predicate> {
    let mut found: Vec<&Predicate> = plan.matches().into_iter().map(|m| &m.predicate).collect();
    let mut stack = vec![plan];
    while let Some(plan) = stack.pop() {
        if let Plan::Filter { predicate, .. } = plan {
            found.push(predicate);
        }
        stack.extend(plan.inputs());
    }
    found
}

#[test]
fn no_name_is_a_value() {
    let Some(found) = detections() else { return };
    for rule in found.values().flatten() {
        let names = lets(&rule.body);
        let Some(plan) = &rule.plan else { continue };
        for predicate in predicates(plan) {
            for atom in predicate.atoms() {
                let value = match &atom.test {
                    Test::Pattern(pattern) => pattern.glob(),
                    Test::Term(term) => term.text.to_string(),
                    _ => continue,
                };
                let quoted = rule.body.contains(&format!("\"{value}\""))
                    || rule.body.contains(&format!("'{value}'"));
                assert!(
                    quoted || !names.contains(value.as_str()),
                    "{}: {value}",
                    rule.id
                );
            }
        }
    }
}

/// A list that upstream publishes, and that lies in the corpus, is read from there; any other, and
/// a path that leads out of the corpus, stays a name.
#[test]
fn published_lists_are_read_from_the_corpus() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let put = |path: &str, text: &str| {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().expect("has a folder")).expect("is made");
        std::fs::write(path, text).expect("is written");
    };
    let upstream = "[[corpus]]\nname = \"hunts\"\nupstream = \"https://github.com/Me/Hunts\"\n";
    put("MANIFEST.toml", upstream);
    put("hunts/lists/bad names.csv", "name,why\nevil.exe,\"a, b\"\n");
    put("secret.csv", "name,why\nsecret.exe,x\n");
    let query = |address: &str| {
        format!(
            "let Bad = externaldata(Name: string, Why: string)[@\"https://raw.githubusercontent.com/{address}\"] \
             with (format=\"csv\", ignoreFirstRecord=True);\n\
             DeviceProcessEvents | where FileName in ((Bad | project Name))"
        )
    };
    let rule = |address: &str| format!("# Rule\n\n```KQL\n{}\n```\n", query(address));
    put("hunts/own.md", &rule("Me/Hunts/main/lists/bad%20names.csv"));
    put(
        "hunts/other.md",
        &rule("You/Lists/main/lists/bad%20names.csv"),
    );
    put("hunts/out.md", &rule("Me/Hunts/main/../secret.csv"));
    let specs = discover(&[dir.path().to_path_buf()]).corpora;
    let found: Vec<Detection> = specs
        .iter()
        .flat_map(|spec| read(spec).into_detections())
        .collect();
    let losses = |path: &str| {
        let rule = found.iter().find(|rule| rule.provenance.path == path);
        rule.expect("was read").losses.len()
    };
    assert_eq!(
        (losses("own.md"), losses("other.md"), losses("out.md")),
        (0, 1, 1)
    );
    let own = found.iter().find(|rule| rule.provenance.path == "own.md");
    let plan = format!("{:?}", own.expect("was read").plan);
    assert!(
        plan.contains("evil.exe") && !plan.contains("name,why"),
        "{plan}"
    );
}
