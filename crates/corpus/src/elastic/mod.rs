//! Elastic detection rules: being built.

use crate::reader::{FileContext, FileRead, VendorReader};
use tripline_ir::Language;
use tripline_text::Source;

/// Reads the TOML form of elastic/detection-rules.
pub(crate) struct ElasticReader;

impl VendorReader for ElasticReader {
    fn default_language(&self) -> Language {
        Language::None
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["toml"]
    }

    fn is_rule_folder(&self, name: &str) -> bool {
        matches!(name, "rules" | "rules_building_block")
    }

    fn looks_like_rule(&self, bytes: &[u8]) -> bool {
        String::from_utf8_lossy(bytes)
            .lines()
            .any(|line| line.trim() == "[rule]")
    }

    fn read_file(&self, _source: &Source, _context: &FileContext<'_>) -> FileRead {
        FileRead::default()
    }
}
