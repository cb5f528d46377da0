//! Splunk security content: detections, and the macros and lookups that their searches name.
//!
//! `detections/**/*.yml` hold one search each, `macros/*.yml` and `lookups/*.yml` with their CSV
//! files what searches refer to by name. A file is read by itself; searches are lowered in
//! [`link`](VendorReader::link), when every macro and lookup of the corpus is known. A detection
//! that is read alone takes them from the repository that it lies in.
//!
//! Both layouts are read: the older one (`tags` with `risk_score` and `observable`, lookups with
//! `filename` or `collection`) and the newer (`rba` with `risk_objects`, lookups with
//! `lookup_type` and a CSV file of their own name).

mod detection;
mod library;
mod places;

use crate::FileEntry;
use crate::class;
use crate::ledger::Failure;
use crate::reader::{FileContext, FileRead, VendorReader};
use detection::Draft;
use library::{Part, Shelf};
use rayon::prelude::*;
use std::path::Path;
use tripline_ir::{Language, Text};
use tripline_languages::spl::Library;
use tripline_languages::{Context, lower};
use tripline_text::yaml::{self, Node};
use tripline_text::{Code, Diagnostic, Source};

/// Reads Splunk's YAML and CSV.
pub(crate) struct SplunkReader;

/// What a file leaves for linking.
enum Pending {
    Parts(Vec<Part>),
    Searches(Vec<Draft>),
}

impl VendorReader for SplunkReader {
    fn default_language(&self) -> Language {
        Language::Spl
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["yml", "yaml", "csv"]
    }

    fn is_rule_folder(&self, name: &str) -> bool {
        matches!(name, "detections" | "macros" | "lookups")
    }

    fn looks_like_rule(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        let starts = |mark: &str| text.lines().any(|line| line.starts_with(mark));
        let any = |marks: &[&str]| marks.iter().any(|mark| starts(mark));
        let search = starts("search:") && any(&["type:", "how_to_implement:", "data_source:"]);
        let named = starts("name:");
        let definition = named && starts("definition:") && starts("description:");
        let lookup = named && any(&["filename:", "collection:", "lookup_type:"]);
        search || definition || lookup
    }

    fn read_file(&self, source: &Source, context: &FileContext<'_>) -> FileRead {
        let mut read = FileRead {
            shared: true,
            ..FileRead::default()
        };
        if context.path.to_ascii_lowercase().ends_with(".csv") {
            let part = library::csv(context.path, source.text());
            read.pending = Some(Box::new(Pending::Parts(vec![part])));
            return read;
        }
        let stream = yaml::read(source);
        let broken = stream.diagnostics.iter().find(|found| found.is_error());
        if stream.documents.is_empty()
            && let Some(first) = broken
        {
            read.failures
                .push(Failure::of(first, context.spec, context.path));
        }
        read.diagnostics.extend(stream.diagnostics);
        let (mut parts, mut searches) = (Vec::new(), Vec::new());
        for document in &stream.documents {
            match kind(&document.root) {
                Kind::Library => parts.extend(library::part(&document.root, context.path)),
                Kind::Detection => {
                    let index = searches.len();
                    searches.push(detection::read(&document.root, source, index, context));
                }
                Kind::Damaged => {
                    let message = "the rule has no key `search`";
                    let flaw = Diagnostic::new(Code::SplRuleKey, source, message)
                        .at(document.root.span, "");
                    read.failures
                        .push(Failure::of(&flaw, context.spec, context.path));
                    read.diagnostics.push(flaw);
                }
                Kind::Other => {}
            }
        }
        for draft in &mut searches {
            read.detections.push(draft.take_detection());
        }
        read.pending = Some(Box::new(if parts.is_empty() && !searches.is_empty() {
            read.shared = false;
            read.reads_shared = true;
            Pending::Searches(searches)
        } else {
            Pending::Parts(parts)
        }));
        read
    }

    fn link(&self, files: &mut [(FileEntry, FileRead)], context: &FileContext<'_>) {
        let mut shelf = Shelf::default();
        let mut work = Vec::new();
        for (_, read) in files.iter_mut() {
            let pending = read.pending.take().and_then(|any| any.downcast().ok());
            match pending.map(|pending| *pending) {
                Some(Pending::Parts(parts)) => shelf.add(parts),
                Some(Pending::Searches(searches)) => work.push((read, searches)),
                None => {}
            }
        }
        if shelf.is_empty() && context.spec.root.is_file() {
            shelf = library::beside(&context.spec.root);
        }
        let library = shelf.finish();
        work.par_iter_mut().for_each(|(read, searches)| {
            for (detection, draft) in read.detections.iter_mut().zip(searches) {
                let source = Source::new(draft.name.clone(), detection.body.as_str());
                let mut surroundings = Context::new(context.schema);
                surroundings.spl = Some(&library);
                let lowered = context
                    .clock
                    .lower(|| lower(Language::Spl, &source, &surroundings));
                let moved = lowered.diagnostics.into_iter();
                read.diagnostics
                    .extend(moved.map(|found| draft.places.moved(found)));
                detection.plan = lowered.plan;
                detection.losses = lowered.losses;
                detection::describe_plan(detection);
                class::decide(detection, &[]);
            }
        });
    }
}

/// The macros and lookups of the repository of Splunk content that a file or folder lies in: what
/// its searches refer to by name.
pub fn spl_library(inside: &Path) -> Library {
    library::beside(inside).finish()
}

enum Kind {
    Detection,
    Library,
    Damaged,
    Other,
}

/// What a document is, by its keys.
fn kind(root: &Node) -> Kind {
    let has = |key: &str| root.get(key).is_some();
    if has("search") {
        return Kind::Detection;
    }
    if has("definition") || has("filename") || has("collection") || has("lookup_type") {
        return Kind::Library;
    }
    if has("type") && (has("how_to_implement") || has("known_false_positives")) {
        return Kind::Damaged;
    }
    Kind::Other
}

/// The text of a key, trimmed.
fn text_of(root: &Node, key: &str) -> Option<Text> {
    let text = root.get(key)?.text()?;
    Some(text.trim().into())
}

/// The texts of a list, or of a single value.
fn texts_of(root: &Node, key: &str) -> Vec<Text> {
    let Some(node) = root.get(key) else {
        return Vec::new();
    };
    match node.items() {
        Some(items) => items
            .iter()
            .filter_map(|item| item.text().cloned())
            .collect(),
        None => node.text().cloned().into_iter().collect(),
    }
}
