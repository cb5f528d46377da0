//! The reader on made-up files and on upstream's whole corpus.

#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use super::ElasticReader;
use crate::reader::{FileContext, FileRead, StageClock, VendorReader};
use crate::{CorpusSpec, Status, Vendor};
use std::collections::BTreeMap;
use std::path::Path;
use tripline_ir::{Class, Detection, Language, Plan};
use tripline_schema::Schema;
use tripline_text::Source;

fn read_as(path: &str, text: &str) -> FileRead {
    let spec = CorpusSpec::new("test", Vendor::Elastic, ".");
    let clock = StageClock::default();
    let context = FileContext {
        spec: &spec,
        path,
        schema: Schema::builtin(),
        clock: &clock,
    };
    ElasticReader.read_file(&Source::new(path, text), &context)
}

const SHARED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/corpora/elastic"
);

/// Every rule file of the corpus in path order, or nothing when the corpus is not there.
fn corpus() -> Vec<(String, String)> {
    let root = Path::new(SHARED);
    if !root.is_dir() {
        eprintln!("SKIPPED: no corpus at {SHARED}");
        return Vec::new();
    }
    let mut files: Vec<_> = ["rules", "rules_building_block"]
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(root.join(folder)))
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|ext| ext == "toml"))
        .filter_map(|entry| {
            let path = entry.path().strip_prefix(root).ok()?;
            let text = std::fs::read_to_string(entry.path()).ok()?;
            Some((path.to_string_lossy().into_owned(), text))
        })
        .collect();
    files.sort();
    files
}

/// Rule types whose queries have a front end.
fn has_query(rule: &Detection) -> bool {
    !matches!(rule.language, Language::Esql | Language::None)
}

#[test]
fn the_whole_corpus() {
    let files = corpus();
    if files.is_empty() {
        return;
    }
    let mut classes: BTreeMap<Class, usize> = BTreeMap::new();
    let (mut rules, mut queries, mut full) = (0, 0, 0);
    for (path, text) in &files {
        let read = read_as(path, text);
        assert_eq!(read.failures.len(), 0, "{path}");
        for rule in &read.detections {
            rules += 1;
            *classes.entry(rule.class).or_default() += 1;
            assert_ne!(Status::of(rule), Status::Failed, "{path}");
            spans_lie_in_the_body(path, rule);
            if let Some(offset) = rule.provenance.body_offset {
                let slice = &text[offset as usize..][..rule.body.len()];
                assert_eq!(slice, rule.body, "{path}");
            }
            queries += usize::from(has_query(rule));
            full += usize::from(has_query(rule) && Status::of(rule) == Status::Full);
            if matches!(rule.language, Language::Kuery | Language::Lucene) {
                assert_eq!(Status::of(rule), Status::Full, "{path}: {:?}", rule.losses);
            }
        }
    }
    assert_eq!((rules, queries), (2192, 1874));
    assert!(full * 100 >= queries * 99, "{full} of {queries} are full");
    assert_eq!(classes[&Class::MachineLearning], 106);
    assert_eq!(classes[&Class::ForwardedAlert], 44);
    assert_eq!(classes[&Class::BuildingBlock], 123);
    assert_eq!(classes[&Class::Deprecated], 136);
}

fn spans_lie_in_the_body(path: &str, rule: &Detection) {
    for found in rule.plan.iter().flat_map(Plan::matches) {
        for atom in found.predicate.atoms() {
            assert!(
                rule.body.get(atom.span.range()).is_some(),
                "{path}: {atom:?}"
            );
        }
    }
}

/// A file with this head and body of `[rule]`.
fn rule(body: &str) -> FileRead {
    let text = format!(
        "[metadata]\ncreation_date = \"2024/01/02\"\nintegration = [\"endpoint\"]\n\n[rule]\n\
         name = \"Made up\"\nrule_id = \"r1\"\nseverity = \"high\"\nrisk_score = 73\n\
         index = [\"made-up-b\", \"made-up-a\"]\nlanguage = \"kuery\"\n{body}"
    );
    read_as("rules/windows/made_up.toml", &text)
}

/// The printed plan of the only rule.
fn plan(read: &FileRead) -> String {
    assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
    let plan = read.detections[0].plan.as_ref();
    plan.map_or_else(String::new, ToString::to_string)
}

#[test]
fn metadata_and_techniques() {
    let read = rule(
        "type = \"query\"\nquery = 'f: 1'\ntags = [\"OS: Windows\", \"Use Case: X\"]\n\
         exceptions_list = [{ list_id = \"own\" }]\n[[rule.threat]]\nframework = \"MITRE ATT&CK\"\n\
         tactic = { name = \"Execution\" }\ntechnique = [{ id = \"T1059\", subtechnique = [{ id = \"T1059.001\" }] }, { id = \"T1204\" }]\n",
    );
    let found = &read.detections[0];
    assert_eq!(found.id, "elastic:r1");
    assert_eq!(found.platforms, ["windows"]);
    assert_eq!(found.sources, ["made-up-a", "made-up-b"]);
    assert_eq!(found.integrations, ["endpoint"]);
    let tags: Vec<_> = found.techniques.iter().map(|tag| tag.id.as_str()).collect();
    assert_eq!(tags, ["T1059.001", "T1204"]);
    assert_eq!(found.techniques[0].tactics, ["Execution"]);
    assert!(found.requires.iter().any(|needed| needed.name == "own"));
    assert_eq!((found.class, found.risk_score), (Class::Alert, Some(73)));
}

#[test]
fn rule_types() {
    insta::assert_snapshot!(plan(&rule(
        "type = \"threshold\"\nfrom = \"now-1h\"\nquery = 'f: 1'\n[rule.threshold]\nfield = [\"host.id\"]\nvalue = 5\n\
         [[rule.threshold.cardinality]]\nfield = \"user.name\"\nvalue = 3\n"
    )), @r##"aggregate look back 1h count = count(), `distinct user.name` = count_distinct(user.name) by host.id having count gte 5 and `distinct user.name` gte 3 { match from "made-up-a", "made-up-b" where f = "1" cased }"##);
    insta::assert_snapshot!(plan(&rule(
        "type = \"new_terms\"\nquery = 'f: 1'\n[rule.new_terms]\nfield = \"new_terms_fields\"\nvalue = [\"host.id\", \"g\"]\n\
         [[rule.new_terms.history_window_start]]\nfield = \"history_window_start\"\nvalue = \"now-7d\"\n"
    )), @r##"new terms (host.id, g) history 7d look back 6m { match from "made-up-a", "made-up-b" where f = "1" cased }"##);
    insta::assert_snapshot!(plan(&rule(
        "type = \"threat_match\"\nquery = 'f: *'\nthreat_index = [\"ti-*\"]\nthreat_query = '@timestamp >= \"now-30d/d\"'\n\
         [[rule.threat_filters]]\nquery = { match_phrase = { kind = \"ioc\" } }\n\
         [[rule.threat_mapping]]\nentries = [{ field = \"f\", type = \"mapping\", value = \"ioc.f\" }]\n"
    )), @r##"join left semi on (f = ioc.f) { match from "made-up-a", "made-up-b" where f exists, match from "ti-*" where event.time<@timestamp> time gte now -30d rounded to 1d and kind = "ioc" cased }"##);
}

#[test]
fn filters() {
    insta::assert_snapshot!(plan(&rule(
        "type = \"query\"\nquery = 'f: 1'\n\
         [[rule.filters]]\nmeta = { negate = true }\nquery = { wildcard = { p = { value = '?:\\\\x\\\\*', case_insensitive = true } } }\n\
         [[rule.filters]]\nmeta = { negate = true }\nexists = { field = \"g\" }\n\
         [[rule.filters]]\nmeta = { disabled = true }\nquery = { term = { h = 1 } }\n\
         [[rule.filters]]\nquery = { bool = { should = [{ term = { a = 1 } }, { range = { b = { gte = 2, lt = 3 } } }], must_not = [{ terms = { c = [\"x\", \"y\"] } }] } }\n"
    )), @r##"match from "made-up-a", "made-up-b" where f = "1" cased and not p like ?":\\x\\"* and not g exists and (a = "1" cased or (b gte 2 and b lt 3)) and not (c = "x" cased or c = "y" cased)"##);
    let read = rule(
        "type = \"query\"\nquery = 'f: 1'\n[[rule.filters]]\nquery = { script = { source = \"x\" } }\n",
    );
    assert_eq!(read.detections[0].losses.len(), 1);
    assert_eq!(Status::of(&read.detections[0]), Status::Partial);
}

#[test]
fn forwarded_alerts_only_read_labels() {
    let class =
        |query: &str| rule(&format!("type = \"query\"\nquery = '{query}'\n")).detections[0].class;
    assert_eq!(
        class("event.kind: alert and event.module: x"),
        Class::ForwardedAlert
    );
    assert_eq!(class("event.kind: alert and process.name: x"), Class::Alert);
    assert_eq!(
        class("event.kind: (alert or event) and event.code: x"),
        Class::Alert
    );
    assert_eq!(
        class("not event.kind: alert and event.code: x"),
        Class::Alert
    );
}

#[test]
fn damaged_files() {
    let codes = |read: &FileRead| {
        let found = read.diagnostics.iter();
        found.map(|found| found.code.id()).collect::<Vec<_>>()
    };
    let cut = rule("type = \"query\"\nquery = \"\"\"f: 1 and");
    assert_eq!(codes(&cut), ["E0140", "E0401"]);
    assert_eq!(cut.detections[0].title, "Made up");
    let odd = rule("type = \"riddle\"\nquery = 'f: 1'\ntags = 5\n");
    assert_eq!(codes(&odd), ["E0142", "E0143"]);
    assert!(odd.detections[0].plan.is_none());
    let bare = read_as("rules/x.toml", "[metadata]\n");
    assert_eq!((codes(&bare), bare.failures.len()), (vec!["E0141"], 1));
    let hunt = read_as("hunting/x.toml", "[hunt]\nname = \"x\"\n");
    assert_eq!((codes(&hunt), hunt.detections.len()), (vec!["E0141"], 0));
}

#[test]
fn a_query_error_is_shown_at_its_place_in_the_file() {
    let text =
        "[rule]\nname = \"n\"\ntype = \"query\"\nquery = \"\"\"\nf: \\\"a\\\\b\\\" and\n\"\"\"\n";
    let read = read_as("rules/x.toml", text);
    let label = read.diagnostics[0].primary.as_ref().unwrap();
    assert_eq!(label.span.start as usize, text.rfind("\"\"\"").unwrap());
}
