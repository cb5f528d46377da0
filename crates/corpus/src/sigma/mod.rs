//! Sigma: being built.

use crate::reader::{FileContext, FileRead, VendorReader};
use tripline_ir::Language;
use tripline_text::Source;

/// Reads Sigma's YAML documents.
pub(crate) struct SigmaReader;

/// Keys that stand at the start of a line in rules and in hardly any other YAML.
const MARKS: [&str; 4] = ["logsource:", "detection:", "correlation:", "filter:"];

impl VendorReader for SigmaReader {
    fn default_language(&self) -> Language {
        Language::Sigma
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["yml", "yaml"]
    }

    fn is_rule_folder(&self, name: &str) -> bool {
        matches!(name, "rules" | "deprecated" | "unsupported") || name.starts_with("rules-")
    }

    fn looks_like_rule(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        let starts = |mark: &str| text.lines().any(|line| line.starts_with(mark));
        let described = || {
            ["id:", "status:", "description:", "tags:"]
                .into_iter()
                .any(starts)
        };
        MARKS.into_iter().any(starts) || (starts("title:") && described())
    }

    fn read_file(&self, _source: &Source, _context: &FileContext<'_>) -> FileRead {
        FileRead::default()
    }
}
