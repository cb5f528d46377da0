//! Sigma: SigmaHQ's folders and anybody's own.
//!
//! A file is read and its rules lowered by itself; [`link`] then does what needs several files:
//! correlations, filters, and the class of rules that correlations use.

mod detection;
mod link;

use crate::reader::{FileContext, FileRead, VendorReader};
use crate::{Failure, FileEntry};
use detection::Draft;
use std::borrow::Cow;
use tripline_ir::Language;
use tripline_languages::Context;
use tripline_languages::sigma::{self, Document, FilterTarget};
use tripline_text::{Diagnostic, Source};

/// Reads Sigma's YAML documents.
pub(crate) struct SigmaReader;

/// Keys that stand at the start of a line in rules and in hardly any other YAML.
const MARKS: [&str; 4] = ["logsource:", "detection:", "correlation:", "filter:"];

/// Keys that, beside `title:`, mark a rule whose other parts are missing.
const DESCRIPTIVE: [&str; 4] = ["id:", "status:", "description:", "tags:"];

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
        // Far quicker than the lossy way where there is nothing to lose.
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(bytes),
        };
        let (mut titled, mut described) = (false, false);
        for line in text.lines() {
            let starts = |marks: &[&str]| marks.iter().any(|mark| line.starts_with(mark));
            if starts(&MARKS) {
                return true;
            }
            titled = titled || starts(&["title:"]);
            described = described || starts(&DESCRIPTIVE);
        }
        titled && described
    }

    fn read_file(&self, source: &Source, context: &FileContext<'_>) -> FileRead {
        let (documents, diagnostics) = sigma::read(source);
        let failures = failures(&documents, &diagnostics, context);
        let mut read = FileRead {
            failures,
            diagnostics,
            pending: Some(Box::new(source.clone())),
            ..FileRead::default()
        };
        let meaning = Context::new(context.schema);
        for (index, document) in documents.iter().enumerate() {
            let metadata = document.metadata();
            let names = metadata.id.iter().chain(&metadata.name);
            match document {
                Document::Rule(rule) => {
                    read.names.extend(names.cloned());
                    let lowered = context
                        .clock
                        .lower(|| sigma::lower_rule(rule, source, &meaning));
                    let draft = Draft::new(document, index, source, context);
                    draft.finish(lowered, &mut read);
                }
                Document::Correlation(correlation) => {
                    read.names.extend(names.cloned());
                    let named = correlation.rules.iter().map(|(name, _)| name.clone());
                    read.refers.extend(named);
                }
                Document::Filter(filter) => match &filter.target {
                    FilterTarget::Any => read.refers_to_all = true,
                    FilterTarget::Rules(rules) => read.refers.extend(rules.iter().cloned()),
                },
            }
        }
        read
    }

    fn link(&self, files: &mut [(FileEntry, FileRead)], context: &FileContext<'_>) {
        link::link(files, context);
    }
}

/// What was left out of the documents: an error outside of every document that was read.
fn failures(
    documents: &[Document],
    diagnostics: &[Diagnostic],
    context: &FileContext<'_>,
) -> Vec<Failure> {
    let is_inside = |diagnostic: &Diagnostic| {
        diagnostic.primary.as_ref().is_some_and(|label| {
            let mut spans = documents.iter().map(Document::span);
            spans.any(|span| span.start <= label.span.start && label.span.start < span.end)
        })
    };
    let mut lost: Vec<Failure> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error() && !is_inside(diagnostic))
        .map(|diagnostic| Failure::of(diagnostic, context.spec, context.path))
        .collect();
    if documents.is_empty() {
        // One broken file is one broken rule, however much is wrong with it.
        lost.truncate(1);
    }
    lost
}
