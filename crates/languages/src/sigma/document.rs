//! A file to its documents.

use super::ast::Detection;
use super::correlation::Correlation;
use super::detection::Reader;
use super::filter::Filter;
use super::metadata::{LogSource, Metadata};
use tripline_text::yaml::{self, Node};
use tripline_text::{Code, Diagnostic, Source, Span};

/// One document of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// A detection rule.
    Rule(Rule),
    /// A correlation of rules.
    Correlation(Correlation),
    /// A filter for rules.
    Filter(Filter),
}

/// A detection rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// What it says about itself.
    pub metadata: Metadata,
    /// Its text in the file. Spans inside count from its start.
    pub span: Span,
    /// Where its events come from.
    pub logsource: LogSource,
    /// What it searches.
    pub detection: Detection,
}

impl Document {
    /// What it says about itself.
    pub fn metadata(&self) -> &Metadata {
        match self {
            Self::Rule(rule) => &rule.metadata,
            Self::Correlation(correlation) => &correlation.metadata,
            Self::Filter(filter) => &filter.metadata,
        }
    }

    /// Its text in the file.
    pub fn span(&self) -> Span {
        match self {
            Self::Rule(rule) => rule.span,
            Self::Correlation(correlation) => correlation.span,
            Self::Filter(filter) => filter.span,
        }
    }
}

/// Reads a file. Documents that are no rule, correlation or filter are reported and left out.
pub fn read(source: &Source) -> (Vec<Document>, Vec<Diagnostic>) {
    let stream = yaml::read(source);
    let mut diagnostics = stream.diagnostics;
    let mut documents = Vec::new();
    let mut global: Option<Node> = None;
    let mut last: Option<Node> = None;
    for document in stream.documents {
        let mut root = document.root;
        root.shift_left(document.span.start);
        let mut reader = Reader::new(source, document.span);
        if let Some(action) = root.get("action").and_then(Node::text) {
            match action.as_str() {
                "global" => {
                    let what = "repeats its keys in the next documents";
                    legacy_action(&mut reader, &root, action, what);
                    global = Some(root);
                    root = empty();
                }
                "repeat" => {
                    let what = "takes the keys of the rule before";
                    legacy_action(&mut reader, &root, action, what);
                    if let Some(last) = &last {
                        merge(&mut root, last);
                    }
                }
                "reset" => {
                    global = None;
                    if root.entries().is_some_and(|entries| entries.len() == 1) {
                        root = empty();
                    }
                }
                _ => {}
            }
        }
        let acted = root.span == Span::default();
        if root.entries().is_some_and(|entries| !entries.is_empty()) || (global.is_none() && !acted)
        {
            if let Some(global) = &global {
                merge(&mut root, global);
            }
            last = Some(without_id(&root));
            documents.extend(one(&mut reader, &root, document.span));
        }
        let start = document.span.start;
        let found = reader.diagnostics.into_iter();
        diagnostics.extend(found.map(|diagnostic| diagnostic.shifted(start)));
    }
    (documents, diagnostics)
}

/// What is left of a document that only acts on others.
fn empty() -> Node {
    Node {
        value: yaml::Value::Mapping(Vec::new()),
        span: Span::default(),
    }
}

/// A rule's keys without its id, which no other rule may have.
fn without_id(root: &Node) -> Node {
    let mut copy = root.clone();
    if let yaml::Value::Mapping(entries) = &mut copy.value {
        let is_id = |entry: &yaml::Entry| entry.key.scalar().is_some_and(|key| key.text == "id");
        entries.retain(|entry| !is_id(entry));
    }
    copy
}

fn legacy_action(reader: &mut Reader<'_>, root: &Node, action: &str, what: &str) {
    let span = root
        .entry("action")
        .map_or(root.span, |entry| entry.key.span);
    let found = Diagnostic::new(
        Code::SigmaLegacyAction,
        reader.source,
        format!("`action: {action}` {what}, as Sigma did before version 2"),
    );
    reader.push(
        found
            .at(span, "legacy")
            .hint("each rule in a file of its own says the same"),
    );
}

/// Adds the keys of a global document that the document has not itself; maps are merged. Spans of
/// merged parts are empty: they stand in another document's text.
fn merge(root: &mut Node, global: &Node) {
    let (yaml::Value::Mapping(own), Some(more)) = (&mut root.value, global.entries()) else {
        return;
    };
    for entry in more {
        let Some(key) = entry.key.scalar().filter(|key| key.text != "action") else {
            continue;
        };
        let same = |other: &&mut yaml::Entry| {
            other
                .key
                .scalar()
                .is_some_and(|other| other.text == key.text)
        };
        if let Some(existing) = own.iter_mut().find(same) {
            merge(&mut existing.value, &entry.value);
        } else {
            let mut entry = entry.clone();
            entry.key.shift_left(u32::MAX);
            entry.value.shift_left(u32::MAX);
            own.push(entry);
        }
    }
}

fn one(reader: &mut Reader<'_>, root: &Node, span: Span) -> Option<Document> {
    if root.entries().is_none() {
        let message = format!("a rule was expected here, found {}", root.kind());
        reader.report(Code::SigmaStructure, message, root.span);
        return None;
    }
    let section = |name| root.entry(name);
    if section("detection").is_none()
        && section("correlation").is_none()
        && section("filter").is_none()
    {
        let first = root.entries().and_then(|entries| entries.first());
        let place = first.map_or(root.span, |entry| entry.key.span);
        let message = "the document has no `detection`, `correlation` or `filter`";
        reader.report(Code::SigmaMissingKey, message, place);
        return None;
    }
    let metadata = Metadata::read(root, reader.source, &mut reader.diagnostics);
    if let Some(section) = section("correlation") {
        return Some(Document::Correlation(Correlation::read(
            reader, section, metadata, span,
        )));
    }
    let logsource = if let Some(entry) = section("logsource") {
        if entry.value.entries().is_none() {
            let message = format!("a map was expected here, found {}", entry.value.kind());
            reader.report(Code::SigmaStructure, message, entry.value.span);
        }
        LogSource::read(&entry.value)
    } else {
        let first = root.entries().and_then(|entries| entries.first());
        let place = first.map_or(root.span, |entry| entry.key.span);
        reader.report(Code::SigmaMissingKey, "the rule has no `logsource`", place);
        LogSource::default()
    };
    if let Some(section) = section("filter") {
        return Some(Document::Filter(Filter::read(
            reader, section, metadata, logsource, span,
        )));
    }
    let detection = reader.detection(section("detection")?, &[]);
    Some(Document::Rule(Rule {
        metadata,
        span,
        logsource,
        detection,
    }))
}
