//! Google's detection rules: YARA-L files (`.yaral`), beside them `reference_lists`.
//!
//! `bytes -> rules with their meta section -> Detection`, one per rule of a file. [`metadata`]
//! says what the keys of `meta` mean, [`lists`] where the lists lie that a rule names.

mod lists;
mod metadata;
#[cfg(test)]
mod tests;

use crate::class::{self, Said};
use crate::ledger::Failure;
use crate::reader::{FileContext, FileRead, VendorReader};
use tripline_ir::{Class, Language, format_smolstr};
use tripline_languages::Context;
use tripline_languages::yaral::{self, RuleText};
use tripline_text::Source;

/// Reads the layout of chronicle/detection-rules, and YARA-L files anywhere.
pub(crate) struct ChronicleReader;

/// The name under which rules refer to lists beside the corpus's files.
const LISTS: &str = "chronicle:lists";

impl VendorReader for ChronicleReader {
    fn default_language(&self) -> Language {
        Language::Yaral
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["yaral"]
    }

    fn is_rule_folder(&self, name: &str) -> bool {
        name == "rules"
    }

    fn looks_like_rule(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        let begins = |line: &str| {
            let line = line.trim_start();
            line.strip_prefix("rule")
                .is_some_and(|rest| rest.starts_with([' ', '\t']))
        };
        text.lines().any(begins) && (text.contains("events:") || text.contains("meta:"))
    }

    fn read_file(&self, source: &Source, context: &FileContext<'_>) -> FileRead {
        let mut surroundings = Context::new(context.schema);
        surroundings.lists = lists::beside(source.text(), context);
        let (rules, diagnostics) = context.clock.lower(|| yaral::rules(source, &surroundings));
        let mut read = FileRead::default();
        if lists::named(source.text()).next().is_some() {
            // Lists are no files of the corpus: whether they are what they were, nobody knows.
            read.refers.push(LISTS.into());
        }
        for (index, rule) in rules.into_iter().enumerate() {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            let mut detection = metadata::describe(&rule, index, source, context);
            class::decide(&mut detection, &said(&rule));
            read.names.push(detection.title.clone());
            read.detections.push(detection);
        }
        if read.detections.is_empty() {
            let first = diagnostics.iter().find(|found| found.is_error());
            read.failures
                .extend(first.map(|first| Failure::of(first, context.spec, context.path)));
        }
        read.diagnostics = diagnostics;
        read
    }
}

/// The classes that the `meta` section names.
fn said(rule: &RuleText) -> Vec<Said> {
    let meta = |wanted: &str| {
        let entry = rule.meta.iter().find(|(key, _)| key == wanted);
        entry.map(|(_, value)| value.to_ascii_lowercase())
    };
    let mut said = Vec::new();
    if let Some(status) = meta("status").filter(|status| status == "deprecated") {
        let why = format_smolstr!("its status is `{status}`");
        said.push(Said::new(Class::Deprecated, why));
    }
    let kind = meta("type").unwrap_or_default();
    let why = format_smolstr!("its meta section says `type = \"{kind}\"`");
    match kind.as_str() {
        "building block" | "building_block" | "composite" | "signal" => {
            said.push(Said::new(Class::BuildingBlock, why));
        }
        _ if kind.starts_with("hunt") => said.push(Said::new(Class::Hunting, why)),
        _ => {}
    }
    said
}
