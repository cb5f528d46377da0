//! A Sigma document's metadata to a detection.

use crate::class;
use crate::reader::{FileContext, FileRead};
use crate::{Vendor, fallback_id};
use std::collections::BTreeSet;
use tripline_ir::{
    Class, Detection, Language, LossReason, Provenance, Requirement, RequirementKind, TechniqueTag,
    Text, format_smolstr,
};
use tripline_languages::Lowered;
use tripline_languages::sigma::{Document, LogSource, Metadata};
use tripline_text::Source;

/// A detection without its plan.
pub(super) struct Draft {
    pub(super) detection: Detection,
    /// Where the document's text begins in the file.
    start: u32,
}

impl Draft {
    /// The metadata of a document.
    pub(super) fn new(
        document: &Document,
        index: usize,
        source: &Source,
        context: &FileContext<'_>,
    ) -> Self {
        let metadata = document.metadata();
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let span = document.span();
        let (techniques, tactics) = attack_tags(metadata);
        let mut detection = Detection {
            id: id(metadata, context.path, index),
            vendor: Text::new_static(Vendor::Sigma.name()),
            language: Language::Sigma,
            kind: Text::new_static(kind(document)),
            title: metadata.title.clone(),
            description: metadata.description.clone().unwrap_or_default(),
            class: Class::Alert,
            class_reason: Text::default(),
            level: metadata.level(),
            severity: metadata.level.clone(),
            status: metadata.status.clone(),
            risk_score: None,
            authors: metadata.authors.clone(),
            created: metadata.date.clone(),
            modified: metadata.modified.clone(),
            references: metadata.references.clone(),
            false_positives: metadata.false_positives.clone(),
            note: None,
            setup: None,
            tags: metadata.tags.clone(),
            techniques,
            tactics,
            platforms: Vec::new(),
            sources: Vec::new(),
            integrations: Vec::new(),
            output_fields: metadata.fields.clone(),
            related: metadata.related.clone(),
            requires: Vec::new(),
            licence: metadata.license.clone(),
            provenance: Provenance {
                corpus: context.spec.name.clone(),
                commit: context.spec.commit.clone(),
                path: Text::new(context.path),
                index,
                body_offset: Some(span.start),
            },
            body: Text::from(source.slice(span)),
            plan: None,
            losses: Vec::new(),
        };
        match document {
            Document::Rule(rule) => add_sources([&rule.logsource], &mut detection),
            Document::Filter(filter) => add_sources([&filter.logsource], &mut detection),
            Document::Correlation(_) => {}
        }
        Self {
            detection,
            start: span.start,
        }
    }

    /// Adds what the document does, and puts the detection into `read`.
    pub(super) fn finish(mut self, lowered: Lowered, read: &mut FileRead) {
        let found = lowered.diagnostics.into_iter();
        read.diagnostics
            .extend(found.map(|diagnostic| diagnostic.shifted(self.start)));
        self.detection.plan = lowered.plan;
        self.detection.losses = lowered.losses;
        require_lists(&mut self.detection);
        class::decide(&mut self.detection, &[]);
        read.detections.push(self.detection);
    }
}

/// What the log sources say of a detection.
pub(super) fn add_sources<'a>(
    sources: impl IntoIterator<Item = &'a LogSource>,
    detection: &mut Detection,
) {
    let mut paths = BTreeSet::new();
    let mut platforms = BTreeSet::new();
    let mut definitions: Vec<&str> = Vec::new();
    for source in sources {
        paths.insert(source.path());
        platforms.extend(
            source
                .product
                .iter()
                .map(|name| Text::from(name.to_ascii_lowercase())),
        );
        let definition = source.definition.as_deref();
        definitions.extend(definition.filter(|text| !definitions.contains(text)));
    }
    detection
        .requires
        .extend(paths.iter().map(|path| Requirement {
            kind: RequirementKind::LogSource,
            name: path.clone(),
        }));
    detection.sources = paths.into_iter().collect();
    detection.platforms = platforms.into_iter().collect();
    if !definitions.is_empty() {
        detection.setup = Some(Text::from(definitions.join("\n\n")));
    }
}

/// Placeholders without a list are lists that a user must bring.
pub(super) fn require_lists(detection: &mut Detection) {
    for loss in &detection.losses {
        if loss.reason != LossReason::UnresolvedPlaceholder {
            continue;
        }
        let list = Requirement {
            kind: RequirementKind::List,
            name: loss.detail.clone(),
        };
        if !detection.requires.contains(&list) {
            detection.requires.push(list);
        }
    }
}

fn id(metadata: &Metadata, path: &str, index: u32) -> Text {
    match &metadata.id {
        Some(id) if !id.is_empty() => format_smolstr!("{}:{id}", Vendor::Sigma.name()),
        _ => fallback_id(Vendor::Sigma, path, index),
    }
}

fn kind(document: &Document) -> &'static str {
    match document {
        Document::Rule(_) => "detection",
        Document::Correlation(_) => "correlation",
        Document::Filter(_) => "filter",
    }
}

/// `attack.t1059.001` is a technique, `attack.g0016` and `attack.s0154` are groups and software,
/// any other `attack.` tag is a tactic.
fn attack_tags(metadata: &Metadata) -> (Vec<TechniqueTag>, Vec<Text>) {
    let mut techniques = Vec::new();
    let mut tactics = Vec::new();
    for tag in &metadata.tags {
        let Some(name) = strip_attack(tag) else {
            continue;
        };
        let mut chars = name.chars();
        let first = chars.next().map(|c| c.to_ascii_lowercase());
        let numbered = chars.next().is_some_and(|c| c.is_ascii_digit());
        match first {
            Some('t') if numbered => techniques.push(TechniqueTag {
                id: Text::from(name.to_ascii_uppercase()),
                tactics: Vec::new(),
            }),
            Some('g' | 's' | 'c') if numbered => {}
            Some(_) => tactics.push(Text::new(name)),
            None => {}
        }
    }
    techniques.sort();
    techniques.dedup();
    (techniques, tactics)
}

fn strip_attack(tag: &str) -> Option<&str> {
    let (namespace, name) = tag.trim().split_once('.')?;
    namespace.eq_ignore_ascii_case("attack").then_some(name)
}
