//! Microsoft Sentinel's YAML: analytic rules (`Scheduled`, `NRT`) and hunting queries.
//!
//! Severity is the document's own. Without `kind`, a document with a schedule is `scheduled` and one
//! without is `hunting`. `triggerOperator` and `triggerThreshold` other than "more
//! than 0" become a count over the rows.

use crate::class;
use crate::kusto_docs::published;
use crate::kusto_docs::query;
use crate::reader::{FileContext, FileRead, VendorReader};
use crate::{Failure, Vendor, fallback_id};
use tripline_ir::{
    Aggregate, Atom, CompareOp, Detection, FieldRef, Language, Level, LossReason, Measure,
    MeasureFunction, Number, Plan, Predicate, TechniqueTag, Test, Text, Window, format_smolstr,
};
use tripline_text::yaml::{self, Node};
use tripline_text::{Code, Diagnostic, Source, Span};

/// Reads Sentinel's YAML documents.
pub(crate) struct SentinelReader;

/// Keys that only such documents have, beside `query:`.
const MARKS: [&str; 8] = [
    "relevantTechniques:",
    "queryFrequency:",
    "requiredDataConnectors:",
    "triggerOperator:",
    "entityMappings:",
    "kind: Scheduled",
    "kind: NRT",
    "tactics:",
];

impl VendorReader for SentinelReader {
    fn default_language(&self) -> Language {
        Language::Kusto
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["yaml", "yml"]
    }

    fn is_rule_folder(&self, name: &str) -> bool {
        matches!(name, "Detections" | "Hunting Queries" | "Solutions")
    }

    fn looks_like_rule(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        let starts = |mark: &str| text.lines().any(|line| line.starts_with(mark));
        starts("query:") && MARKS.into_iter().any(starts)
    }

    fn read_file(&self, source: &Source, context: &FileContext<'_>) -> FileRead {
        let stream = yaml::read(source);
        let mut read = FileRead {
            diagnostics: stream.diagnostics,
            ..FileRead::default()
        };
        for (index, document) in stream.documents.iter().enumerate() {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            detection(&document.root, index, source, context, &mut read);
        }
        if read.detections.is_empty() {
            let error = read.diagnostics.iter().find(|found| found.is_error());
            let failure = error.map(|error| Failure::of(error, context.spec, context.path));
            read.failures.extend(failure);
        }
        published::note(source, context, &mut read);
        read
    }
}

fn text(root: &Node, key: &str) -> Option<Text> {
    root.get(key)?.text().cloned()
}

fn texts(root: &Node, key: &str) -> Vec<Text> {
    let items = root.get(key).and_then(Node::items).unwrap_or(&[]);
    items
        .iter()
        .filter_map(|item| item.text().cloned())
        .collect()
}

/// The rule of one document.
fn detection(
    root: &Node,
    index: u32,
    source: &Source,
    context: &FileContext<'_>,
    read: &mut FileRead,
) {
    let Some(node) = root.get("query") else {
        if moved(root) {
            return;
        }
        let message = "the document has no `query`";
        let found = Diagnostic::new(Code::SentinelMissingQuery, source, message).at(root.span, "");
        read.diagnostics.push(found);
        return;
    };
    let Some(body) = node.text() else { return };
    let id = match text(root, "id") {
        Some(id) => format_smolstr!("{}:{id}", Vendor::Sentinel.name()),
        None => fallback_id(Vendor::Sentinel, context.path, index),
    };
    let mut rule = query::empty(Vendor::Sentinel, id, index, context);
    describe(&mut rule, root);
    let found = query::fill(&mut rule, body, source, context);
    let places = Places::new(source, node, body);
    rule.provenance.body_offset = places.offset();
    read.diagnostics
        .extend(found.into_iter().map(|one| places.moved(one)));
    trigger(&mut rule, root);
    class::decide(&mut rule, &[]);
    read.names.push(rule.title.clone());
    read.detections.push(rule);
}

/// Whether a document only says where a rule is now: what upstream leaves behind when it moves
/// rules into solutions.
fn moved(root: &Node) -> bool {
    text(root, "description").is_some_and(|text| text.contains("moved to a new location"))
}

/// What the document says about the rule.
fn describe(rule: &mut Detection, root: &Node) {
    rule.title = text(root, "name").unwrap_or_default();
    let description = text(root, "description").unwrap_or_default();
    rule.description = description.trim().trim_matches('\'').trim().into();
    rule.kind = match text(root, "kind") {
        Some(kind) => kind.to_lowercase().into(),
        None if root.get("queryFrequency").is_some() => Text::new_static("scheduled"),
        None => Text::new_static("hunting"),
    };
    rule.severity = text(root, "severity");
    rule.level = rule.severity.as_deref().and_then(level);
    rule.status = text(root, "status");
    rule.tactics = texts(root, "tactics");
    rule.tags = texts(root, "tags");
    let mut ids = texts(root, "relevantTechniques");
    ids.extend(texts(root, "subTechniques"));
    rule.techniques = ids
        .into_iter()
        .map(|id| TechniqueTag {
            id: id.to_uppercase().into(),
            tactics: Vec::new(),
        })
        .collect();
    let connectors = root
        .get("requiredDataConnectors")
        .and_then(Node::items)
        .unwrap_or(&[]);
    rule.integrations = connectors
        .iter()
        .filter_map(|connector| text(connector, "connectorId"))
        .collect();
    rule.integrations.sort();
    rule.integrations.dedup();
    let entities = root
        .get("entityMappings")
        .and_then(Node::items)
        .unwrap_or(&[]);
    for entity in entities {
        let mappings = entity
            .get("fieldMappings")
            .and_then(Node::items)
            .unwrap_or(&[]);
        rule.output_fields.extend(
            mappings
                .iter()
                .filter_map(|mapping| text(mapping, "columnName")),
        );
    }
    if let Some(author) = root
        .get("metadata")
        .and_then(|metadata| metadata.get("author"))
        && let Some(name) = text(author, "name")
    {
        rule.authors.push(name);
    }
    let setup: Vec<String> = ["queryFrequency", "queryPeriod"]
        .into_iter()
        .filter_map(|key| Some(format!("{key}: {}", text(root, key)?)))
        .collect();
    rule.setup = (!setup.is_empty()).then(|| setup.join("\n").into());
}

fn level(severity: &str) -> Option<Level> {
    Some(match severity.to_ascii_lowercase().as_str() {
        "informational" => Level::Informational,
        "low" => Level::Low,
        "medium" => Level::Medium,
        "high" => Level::High,
        _ => return None,
    })
}

/// A trigger other than "at least one row" counts the rows.
fn trigger(rule: &mut Detection, root: &Node) {
    let operator = text(root, "triggerOperator").unwrap_or_else(|| "gt".into());
    let threshold = text(root, "triggerThreshold").unwrap_or_else(|| "0".into());
    let Ok(bound) = threshold.trim().parse::<i64>() else {
        return;
    };
    let op = match operator.to_ascii_lowercase().as_str() {
        "gt" | "greaterthan" => CompareOp::Gt,
        "eq" | "equal" => CompareOp::Eq,
        "lt" | "lessthan" => {
            rule.losses.push(tripline_ir::Loss {
                reason: LossReason::NotExpressible,
                detail: "an alert when there are few rows".into(),
                span: None,
            });
            return;
        }
        _ => return,
    };
    if (op, bound) == (CompareOp::Gt, 0) {
        return;
    }
    let Some(plan) = rule.plan.take() else { return };
    let count = FieldRef::unmapped("$rows");
    let test = Test::Number(op, Number::Int(bound));
    rule.plan = Some(Plan::Aggregate(Aggregate {
        input: Box::new(plan),
        group_by: Vec::new(),
        window: Window::Whole,
        measures: vec![Measure::new("$rows", MeasureFunction::Count)],
        having: Predicate::atom(Atom::field(count, test, Span::default())),
        closed: true,
    }));
}

/// Places of a query's bytes in the file: the lines of a block scalar are indented there.
struct Places {
    /// Start of each line: in the query, and in the file.
    lines: Vec<(u32, u32)>,
    span: Span,
    indented: bool,
}

impl Places {
    fn new(source: &Source, node: &Node, body: &str) -> Self {
        let raw = source.slice(node.span);
        let mut lines = Vec::new();
        let mut at = 0_usize;
        let mut from = 0_usize;
        for line in body.split_inclusive('\n') {
            let wanted = line.trim_end();
            let found = raw
                .get(from..)
                .and_then(|rest| rest.find(wanted))
                .unwrap_or(0);
            let own = u32::try_from(at).unwrap_or(u32::MAX);
            let file = u32::try_from(from + found).unwrap_or(u32::MAX);
            lines.push((own, node.span.start.saturating_add(file)));
            from += found + wanted.len();
            at += line.len();
        }
        Self {
            indented: raw != body,
            lines,
            span: node.span,
        }
    }

    fn offset(&self) -> Option<u32> {
        (!self.indented).then_some(self.span.start)
    }

    fn moved(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let place = |at: u32| {
            let line = self
                .lines
                .partition_point(|(own, _)| *own <= at)
                .saturating_sub(1);
            match self.lines.get(line) {
                Some((own, file)) => file.saturating_add(at - own.min(&at)).min(self.span.end),
                None => self.span.start,
            }
        };
        for label in diagnostic
            .primary
            .iter_mut()
            .chain(&mut diagnostic.secondary)
        {
            label.span = Span::new(place(label.span.start), place(label.span.end));
        }
        diagnostic
    }
}
