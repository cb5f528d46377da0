//! Classes on the real corpora: how many rules of each vendor only pass on findings of other
//! products, and that every rule in `data/classes.toml` exists.
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tripline_corpus::{discover, overrides, read};
use tripline_ir::Class;

const CORPORA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora");

#[test]
fn rules_that_are_set_exist_and_forwarded_alerts_are_counted() {
    if !Path::new(CORPORA).is_dir() {
        eprintln!("skipped: {CORPORA} is missing");
        return;
    }
    let mut unknown: BTreeSet<&str> = overrides().map(|one| one.id.as_str()).collect();
    let mut forwarded: BTreeMap<String, usize> = BTreeMap::new();
    for spec in discover(&[PathBuf::from(CORPORA)]).corpora {
        for rule in read(&spec).into_detections() {
            assert!(!rule.class_reason.is_empty(), "{}", rule.id);
            unknown.remove(rule.id.as_str());
            if rule.class == Class::ForwardedAlert {
                *forwarded.entry(rule.vendor.to_string()).or_default() += 1;
            }
        }
    }
    assert!(unknown.is_empty(), "no rule has the ids {unknown:?}");
    for (vendor, least) in [
        ("chronicle", 15),
        ("elastic", 44),
        ("sigma", 50),
        ("splunk", 25),
    ] {
        let count = forwarded.get(vendor).copied().unwrap_or_default();
        assert!(count >= least, "{vendor}: {count} of at least {least}");
    }
}
