//! `data/classes.toml`: findings of products, and rules whose metadata misleads.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use tripline_ir::{Class, Text};

const FILE: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../data/classes.toml"
));

/// Events that are findings of one product. Names are patterns in which `*` stands for any run;
/// they ignore case.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Finding {
    /// Whose findings, as a sentence names it.
    pub(super) product: String,
    /// Sources that hold them, in a rule's own terms; any without one.
    #[serde(default)]
    pub(super) sources: Vec<String>,
    /// Where the source holds other events too: fields of which one tells findings apart.
    #[serde(default)]
    pub(super) fields: Vec<String>,
    /// The values by which it does.
    #[serde(default)]
    pub(super) values: Vec<String>,
    /// Fields that say how a finding is labelled: its name, severity, product, state, time.
    pub(super) labels: Vec<String>,
    /// A keyword search is a test of the label: the source's text is the finding's name.
    #[serde(default)]
    pub(super) keywords: bool,
}

/// A rule whose class its metadata does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassOverride {
    /// The rule's id.
    pub id: Text,
    /// The class that it has.
    pub class: Class,
    /// The sentence that says why.
    pub reason: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    finding: Vec<Finding>,
    #[serde(rename = "override")]
    overrides: Vec<ClassOverride>,
}

struct Data {
    findings: Vec<Finding>,
    overrides: BTreeMap<Text, ClassOverride>,
}

/// The file, read once. A test holds that it can be read.
fn data() -> &'static Data {
    static DATA: OnceLock<Data> = OnceLock::new();
    DATA.get_or_init(|| {
        let file: File = read().unwrap_or(File {
            finding: Vec::new(),
            overrides: Vec::new(),
        });
        let overrides = file.overrides.into_iter();
        Data {
            findings: file.finding,
            overrides: overrides.map(|one| (one.id.clone(), one)).collect(),
        }
    })
}

fn read() -> Result<File, toml::de::Error> {
    toml::from_str(FILE)
}

/// Findings of products, in the file's order.
pub(super) fn findings() -> &'static [Finding] {
    &data().findings
}

/// The entry of a rule.
pub(super) fn overridden(id: &str) -> Option<&'static ClassOverride> {
    data().overrides.get(id)
}

/// Every rule whose class `data/classes.toml` sets, by id.
pub fn overrides() -> impl Iterator<Item = &'static ClassOverride> {
    data().overrides.values()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_can_be_read_and_says_each_thing_once() {
        let file = read().expect("data/classes.toml is well formed");
        let mut ids: Vec<&Text> = file.overrides.iter().map(|one| &one.id).collect();
        let count = ids.len();
        assert!(ids.is_sorted(), "entries are sorted by id");
        ids.dedup();
        assert_eq!(ids.len(), count);
        for finding in &file.finding {
            assert!(!finding.labels.is_empty(), "{}", finding.product);
            let told = !finding.sources.is_empty() || !finding.fields.is_empty();
            assert!(told, "{}: nothing tells its findings", finding.product);
            assert_eq!(finding.fields.is_empty(), finding.values.is_empty());
        }
    }
}
