//! The ledger of the real corpora is exactly the pinned one, so that no change lowers it unseen.
//!
//! `tests/corpus/ledger.toml` pins it for the corpus commits it names. After a wanted change:
//! `TRIPLINE_PIN=1 cargo test -p tripline-app --test ledger`, and read the difference.
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use tripline_corpus::{LedgerRow, discover, read};

const CORPORA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora");
const PINNED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/corpus/ledger.toml"
);
const HEAD: &str = "# The ledger of the real corpora by upstream commit. crates/app/tests/ledger.rs compares it.\n";

/// Rows as TOML text, by corpus and commit.
type Pins = BTreeMap<(String, String), String>;

#[test]
fn the_ledger_is_the_pinned_one() {
    let mut pinned = pins(&std::fs::read_to_string(PINNED).unwrap_or_default());
    let mut changed = String::new();
    for name in [
        "azure-sentinel",
        "bertjan-hunting",
        "chronicle",
        "elastic",
        "falconfriday",
        "m365-defender-hunting",
        "sigma",
        "splunk",
    ] {
        let folder = PathBuf::from(CORPORA).join(name);
        if !folder.is_dir() {
            eprintln!("skipped: {} is missing", folder.display());
            continue;
        }
        let found = discover(&[folder]);
        assert_eq!(found.corpora.len(), 1, "{name}");
        let spec = &found.corpora[0];
        let commit = spec.commit.clone().unwrap_or_default();
        let rows = read(spec).ledger.rows;
        let now: String = rows.iter().map(row).collect();
        let key = (name.to_owned(), commit.to_string());
        match pinned.get(&key) {
            Some(then) if *then == now => {}
            Some(then) => {
                let _ = write!(changed, "pinned:\n{then}\nnow:\n{now}\n");
            }
            None if std::env::var_os("TRIPLINE_PIN").is_none() => {
                eprintln!("skipped: nothing is pinned for {name} at commit {commit}");
                continue;
            }
            None => {}
        }
        pinned.insert(key, now);
    }
    if std::env::var_os("TRIPLINE_PIN").is_some() {
        let text: String = pinned.into_values().collect();
        std::fs::write(PINNED, format!("{HEAD}{text}")).unwrap();
    } else {
        assert!(changed.is_empty(), "{changed}");
    }
}

/// A row as TOML.
fn row(row: &LedgerRow) -> String {
    let mut text = format!(
        "\n[[row]]\ncorpus = \"{}\"\ncommit = \"{}\"\nlanguage = \"{}\"\nwithdrawn = {}\nfiles = {}\nrules = {}\nfull = {}\npartial = {}\nfailed = {}\n",
        row.corpus,
        row.commit.as_deref().unwrap_or_default(),
        row.language.name(),
        row.withdrawn,
        row.files,
        row.rules,
        row.full,
        row.partial,
        row.failed,
    );
    for (reason, count) in &row.reasons {
        let _ = writeln!(text, "reasons.\"{reason}\" = {count}");
    }
    text
}

/// The pinned rows, grouped.
fn pins(text: &str) -> Pins {
    let mut pins = Pins::new();
    for row in text.split("\n[[row]]").skip(1) {
        let value = |key: &str| {
            let line = row.lines().find(|line| line.starts_with(key));
            let value = line.and_then(|line| line.split('"').nth(1));
            value.unwrap_or_default().to_owned()
        };
        let rows = pins.entry((value("corpus"), value("commit"))).or_default();
        let _ = write!(rows, "\n[[row]]{}\n", row.trim_end_matches('\n'));
    }
    pins
}
