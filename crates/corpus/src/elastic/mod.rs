//! Elastic detection rules: one TOML file each, with `[metadata]` and `[rule]`.
//!
//! `bytes -> TOML with spans -> Detection`. What a rule's type adds to its query (thresholds, new
//! terms, indicator joins, filters) becomes plan nodes in [`plan`]. A damaged file keeps what could
//! be read of it. Files with `[hunt]` hold hunting queries, which [`hunting`] reads.
//!
//! Spans of atoms count bytes of the query. Atoms from filters and indicator queries, which stand
//! elsewhere in the file, have the empty span.

mod fields;
mod filters;
mod hunting;
mod metadata;
mod plan;
mod query;
#[cfg(test)]
mod tests;
mod threat;

use crate::class::{self, Said};
use crate::ledger::Failure;
use crate::reader::{FileContext, FileRead, VendorReader};
use fields::{Reader, Table};
use toml::de::DeTable;
use tripline_ir::{Class, Detection, Language};
use tripline_text::{Code, Diagnostic, Source, Span};

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
        matches!(name, "rules" | "rules_building_block" | "hunting")
    }

    fn looks_like_rule(&self, bytes: &[u8]) -> bool {
        bytes
            .split(|byte| *byte == b'\n')
            .any(|line| matches!(line.trim_ascii(), b"[rule]" | b"[hunt]"))
    }

    fn read_file(&self, source: &Source, context: &FileContext<'_>) -> FileRead {
        let text = source.text();
        let start = text.len() - text.trim_start_matches('\u{feff}').len();
        let (document, errors) = DeTable::parse_recoverable(&text[start..]);
        let mut reader = Reader::new(source, start);
        for error in &errors {
            reader.toml_error(error);
        }
        let span = reader.span(document.span());
        let root = Table::new(document.get_ref(), "", span);
        let mut read = FileRead::default();
        match reader.table(&root, "rule") {
            Some(rule) => {
                let detection = detection(&mut reader, &root, &rule, context);
                read.names = vec![detection.title.clone()];
                read.names.extend(upstream_id(&detection));
                read.detections.push(detection);
            }
            None if root.has("hunt") => {
                if let Some(hunt) = reader.table(&root, "hunt") {
                    read.detections = hunting::read(&mut reader, &hunt, context);
                    read.names = read.detections.iter().map(|d| d.title.clone()).collect();
                }
            }
            None => {
                if errors.is_empty() {
                    let message = "the file has no table `[rule]`";
                    reader.report(Diagnostic::new(Code::ElasticMissingKey, source, message));
                }
                let first = reader.diagnostics.iter().find(|found| found.is_error());
                read.failures
                    .extend(first.map(|first| Failure::of(first, context.spec, context.path)));
            }
        }
        read.diagnostics = reader.diagnostics;
        read
    }
}

fn upstream_id(detection: &Detection) -> Option<tripline_ir::Text> {
    detection.id.strip_prefix("elastic:").map(Into::into)
}

/// The whole detection: what the file says about it, then what it does.
fn detection(
    reader: &mut Reader<'_>,
    root: &Table<'_>,
    rule: &Table<'_>,
    context: &FileContext<'_>,
) -> Detection {
    let metadata = reader.table(root, "metadata");
    let language = metadata::language(reader, rule);
    let mut detection = metadata::describe(reader, metadata.as_ref(), rule, language, context);
    plan::fill(&mut detection, reader, rule, context);
    let said = said(reader, metadata.as_ref(), rule);
    class::decide(&mut detection, &said);
    detection
}

/// The classes that upstream marks by keys of their own.
fn said(reader: &mut Reader<'_>, metadata: Option<&Table<'_>>, rule: &Table<'_>) -> Vec<Said> {
    let mut said = Vec::new();
    if metadata.and_then(|table| reader.flag(table, "promotion")) == Some(true) {
        let why =
            "upstream marks it as a promotion: it turns another product's finding into an alert";
        said.push(Said::new(Class::ForwardedAlert, why));
    }
    if reader.text(rule, "building_block_type").is_some() {
        let why = "upstream marks it as a building block for other rules";
        said.push(Said::new(Class::BuildingBlock, why));
    }
    said
}

/// The span of atoms that do not stand in the query.
const ELSEWHERE: Span = Span { start: 0, end: 0 };
