//! What needs several files: correlations, filters, and the class of rules that correlations use.

use super::detection::{Draft, add_sources, require_lists};
use crate::FileEntry;
use crate::class::{self, Said};
use crate::reader::{FileContext, FileRead};
use std::collections::BTreeSet;
use tripline_ir::{Class, Detection, Text};
use tripline_languages::Context;
use tripline_languages::sigma::{
    self, Correlation, Document, Filter, FilterTarget, LogSource, Rule, Rules,
};
use tripline_text::{Code, Source};

/// Longest chain of correlations of correlations whose log sources are collected.
const MAX_CHAIN: usize = 16;

/// A file that takes part in a link.
struct Part {
    /// Index into the files given.
    file: usize,
    source: Source,
    documents: Vec<Document>,
}

/// Links the files of a corpus. Files without correlations and filters, and not named by any, are
/// not touched.
pub(super) fn link(files: &mut [(FileEntry, FileRead)], context: &FileContext<'_>) {
    let all = files.iter().any(|(_, read)| read.refers_to_all);
    let named: BTreeSet<&Text> = files.iter().flat_map(|(_, read)| &read.refers).collect();
    if named.is_empty() && !all {
        return;
    }
    let parts: Vec<Part> = files
        .iter()
        .enumerate()
        .filter(|(_, (_, read))| {
            let is_named = read.names.iter().any(|name| named.contains(name));
            all || !read.refers.is_empty() || is_named
        })
        .filter_map(|(file, (_, read))| part(file, read))
        .collect();
    let documents = parts.iter().flat_map(|part| {
        part.documents
            .iter()
            .map(|document| (document, &part.source))
    });
    let linker = Linker {
        rules: Rules::new(documents),
        filters: filters(&parts),
        meaning: Context::new(context.schema),
        context: *context,
    };
    for part in &parts {
        let (entry, read) = &mut files[part.file];
        linker.part(part, &entry.path, read);
    }
}

/// The documents of a file, read again: few files take part in links, so that keeping the
/// documents of all would cost more.
fn part(file: usize, read: &FileRead) -> Option<Part> {
    let source = read.pending.as_ref()?.downcast_ref::<Source>()?.clone();
    let (documents, _) = sigma::read(&source);
    Some(Part {
        file,
        source,
        documents,
    })
}

fn filters(parts: &[Part]) -> Vec<(&Filter, &Source)> {
    let mut filters = Vec::new();
    for part in parts {
        for document in &part.documents {
            if let Document::Filter(filter) = document {
                filters.push((filter, &part.source));
            }
        }
    }
    filters
}

struct Linker<'a> {
    rules: Rules<'a>,
    filters: Vec<(&'a Filter, &'a Source)>,
    meaning: Context<'a>,
    context: FileContext<'a>,
}

impl Linker<'_> {
    fn part(&self, part: &Part, path: &str, read: &mut FileRead) {
        let context = FileContext {
            path,
            ..self.context
        };
        for (index, document) in part.documents.iter().enumerate() {
            match document {
                Document::Rule(rule) => self.rule(document, rule, index, part, read),
                Document::Correlation(correlation) => {
                    let lowered = context.clock.lower(|| {
                        sigma::lower_correlation(
                            correlation,
                            &part.source,
                            &self.rules,
                            &self.meaning,
                        )
                    });
                    let mut draft = Draft::new(document, index, &part.source, &context);
                    let mut sources = Vec::new();
                    self.sources(correlation, MAX_CHAIN, &mut sources);
                    add_sources(sources, &mut draft.detection);
                    draft.finish(lowered, read);
                    if let Some(finished) = read.detections.last_mut() {
                        self.classify(document, finished);
                    }
                }
                Document::Filter(filter) => self.unresolved(filter, &part.source, read),
            }
        }
    }

    fn rule(
        &self,
        document: &Document,
        rule: &Rule,
        index: usize,
        part: &Part,
        read: &mut FileRead,
    ) {
        let same = |found: &&mut Detection| found.provenance.index as usize == index;
        let Some(detection) = read.detections.iter_mut().find(same) else {
            return;
        };
        self.classify(document, detection);
        if self
            .filters
            .iter()
            .any(|(filter, _)| filter.applies_to(rule))
        {
            // The rule's own diagnostics were given when its file was read.
            let lowered = self.rules.lower(rule, &part.source, &self.meaning);
            detection.plan = lowered.plan;
            detection.losses = lowered.losses;
            require_lists(detection);
        }
    }

    /// A rule, or an inner correlation, that only serves correlations.
    fn classify(&self, document: &Document, detection: &mut Detection) {
        if !self.rules.alerts(document) {
            let why =
                "a correlation uses it without `generate: true`, so it does not alert by itself";
            class::decide(detection, &[Said::new(Class::BuildingBlock, why)]);
        }
    }

    /// The log sources of the rules under a correlation.
    fn sources<'b>(
        &'b self,
        correlation: &Correlation,
        depth: usize,
        found: &mut Vec<&'b LogSource>,
    ) {
        if depth == 0 {
            return;
        }
        for (name, _) in &correlation.rules {
            match self.rules.get(name) {
                Some((Document::Rule(rule), _)) => found.push(&rule.logsource),
                Some((Document::Correlation(inner), _)) => self.sources(inner, depth - 1, found),
                _ => {}
            }
        }
    }

    /// A filter for rules that are not there filters nothing: its author should know.
    fn unresolved(&self, filter: &Filter, source: &Source, read: &mut FileRead) {
        let FilterTarget::Rules(names) = &filter.target else {
            return;
        };
        for name in names {
            if self.rules.get(name).is_none() {
                let message = format!("no rule of the corpus has the id or name `{name}`");
                read.diagnostics.push(
                    tripline_text::Diagnostic::new(Code::FilterWithoutRule, source, message)
                        .at(filter.span, ""),
                );
            }
        }
    }
}
