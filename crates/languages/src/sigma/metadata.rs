//! What a document says about itself.

use super::facts::{LEVELS, RULE_KEYS, STATUSES};
use crate::near;
use tripline_ir::{Level, Related, Text};
use tripline_text::yaml::Node;
use tripline_text::{Code, Diagnostic, Source};

/// The descriptive part of a rule, correlation or filter, as written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    /// Title.
    pub title: Text,
    /// Usually a UUID.
    pub id: Option<Text>,
    /// The name by which correlations call it.
    pub name: Option<Text>,
    /// Other rules: derived from, merged, similar, ...
    pub related: Vec<Related>,
    /// `stable`, `test`, ...
    pub status: Option<Text>,
    /// What it finds.
    pub description: Option<Text>,
    /// Links.
    pub references: Vec<Text>,
    /// Authors, one text each.
    pub authors: Vec<Text>,
    /// First published.
    pub date: Option<Text>,
    /// Last changed.
    pub modified: Option<Text>,
    /// `attack.t1059.001`, `cve.2021.44228`, ...
    pub tags: Vec<Text>,
    /// Severity as written.
    pub level: Option<Text>,
    /// Known false positives.
    pub false_positives: Vec<Text>,
    /// Fields worth looking at.
    pub fields: Vec<Text>,
    /// Licence.
    pub license: Option<Text>,
    /// Who the rule is for.
    pub scope: Vec<Text>,
    /// Whose field names it uses; Sigma's own when absent.
    pub taxonomy: Option<Text>,
    /// Every other key at the top, with its value's text; lists and maps are written in one line.
    pub custom: Vec<(Text, Text)>,
}

/// Where a rule's events come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogSource {
    /// `windows`, `linux`, `aws`, ...
    pub product: Option<Text>,
    /// `process_creation`, `webserver`, ...
    pub category: Option<Text>,
    /// `security`, `sysmon`, ...
    pub service: Option<Text>,
    /// What must be configured, in words.
    pub definition: Option<Text>,
    /// Every other key, with its value's text.
    pub custom: Vec<(Text, Text)>,
}

impl LogSource {
    /// `product/category/service`, parts that are not given empty.
    pub fn path(&self) -> Text {
        let part = |part: &Option<Text>| part.clone().unwrap_or_default();
        tripline_ir::format_smolstr!(
            "{}/{}/{}",
            part(&self.product),
            part(&self.category),
            part(&self.service)
        )
    }

    /// Whether every part given here is the same in `other`.
    pub fn covers(&self, other: &Self) -> bool {
        let covers = |own: &Option<Text>, other: &Option<Text>| own.is_none() || own == other;
        covers(&self.product, &other.product)
            && covers(&self.category, &other.category)
            && covers(&self.service, &other.service)
    }

    pub(super) fn read(node: &Node) -> Self {
        let custom = node
            .entries()
            .unwrap_or_default()
            .iter()
            .filter_map(|entry| {
                let key = entry.key.text()?;
                let known =
                    ["product", "category", "service", "definition"].contains(&key.as_str());
                (!known).then(|| (key.clone(), flat(&entry.value)))
            });
        Self {
            product: text(node, "product"),
            category: text(node, "category"),
            service: text(node, "service"),
            definition: text(node, "definition"),
            custom: custom.collect(),
        }
    }
}

impl Metadata {
    /// The severity on the common scale.
    pub fn level(&self) -> Option<Level> {
        Some(match self.level.as_deref()?.to_ascii_lowercase().as_str() {
            "informational" => Level::Informational,
            "low" => Level::Low,
            "medium" => Level::Medium,
            "high" => Level::High,
            "critical" => Level::Critical,
            _ => return None,
        })
    }

    /// Whether a correlation or filter may mean it by this name.
    pub fn answers_to(&self, reference: &str) -> bool {
        self.id.as_deref() == Some(reference) || self.name.as_deref() == Some(reference)
    }

    pub(super) fn read(root: &Node, source: &Source, found: &mut Vec<Diagnostic>) -> Self {
        let metadata = Self {
            title: text(root, "title").unwrap_or_default(),
            id: text(root, "id"),
            name: text(root, "name"),
            related: related(root),
            status: text(root, "status"),
            description: text(root, "description"),
            references: list(root, "references"),
            authors: authors(root),
            date: text(root, "date"),
            modified: text(root, "modified"),
            tags: list(root, "tags"),
            level: text(root, "level"),
            false_positives: list(root, "falsepositives"),
            fields: list(root, "fields"),
            license: text(root, "license"),
            scope: list(root, "scope"),
            taxonomy: text(root, "taxonomy"),
            custom: custom(root),
        };
        if metadata.title.is_empty() {
            let first = root.entries().and_then(<[_]>::first);
            let entry = root.entry("title").or(first);
            let span = entry.map_or(root.span, |entry| entry.key.span);
            let message = "the rule has no title";
            found.push(Diagnostic::new(Code::SigmaMissingKey, source, message).at(span, ""));
        }
        check_value(root, "level", LEVELS, source, found);
        check_value(root, "status", STATUSES, source, found);
        metadata
    }
}

fn check_value(
    root: &Node,
    key: &str,
    known: &[&str],
    source: &Source,
    found: &mut Vec<Diagnostic>,
) {
    let Some(node) = root.get(key) else { return };
    let Some(value) = node.text() else { return };
    if known.contains(&value.as_str()) {
        return;
    }
    let message = format!("`{value}` is no {key}");
    let mut diagnostic =
        Diagnostic::new(Code::SigmaMetadata, source, message).at(node.span, "not known");
    diagnostic.hint = near::hint(value, known);
    found.push(diagnostic);
}

pub(super) fn text(node: &Node, key: &str) -> Option<Text> {
    let text = node.get(key)?.text()?;
    Some(trimmed(text))
}

/// Without the line break that block scalars end in.
fn trimmed(text: &Text) -> Text {
    let trimmed = text.trim();
    if trimmed.len() == text.len() {
        text.clone()
    } else {
        trimmed.into()
    }
}

/// A list of texts, or one text.
pub(super) fn list(node: &Node, key: &str) -> Vec<Text> {
    let Some(value) = node.get(key) else {
        return Vec::new();
    };
    match value.items() {
        Some(items) => items
            .iter()
            .map(flat)
            .filter(|text| !text.is_empty())
            .collect(),
        None => value.text().map(trimmed).into_iter().collect(),
    }
}

fn authors(root: &Node) -> Vec<Text> {
    let written = list(root, "author");
    let names = written.iter().flat_map(|text| text.split(','));
    let names = names.map(str::trim).filter(|name| !name.is_empty());
    names.map(Text::from).collect()
}

fn related(root: &Node) -> Vec<Related> {
    let items = root
        .get("related")
        .and_then(Node::items)
        .unwrap_or_default();
    let entry = |item: &Node| {
        Some(Related {
            id: text(item, "id")?,
            relation: text(item, "type").unwrap_or_default(),
        })
    };
    items.iter().filter_map(entry).collect()
}

fn custom(root: &Node) -> Vec<(Text, Text)> {
    let entries = root.entries().unwrap_or_default().iter();
    let custom = entries.filter_map(|entry| {
        let key = entry.key.text()?;
        (!RULE_KEYS.contains(&key.as_str())).then(|| (key.clone(), flat(&entry.value)))
    });
    custom.collect()
}

/// Any value in one line.
pub(super) fn flat(node: &Node) -> Text {
    if let Some(items) = node.items() {
        let items: Vec<_> = items.iter().map(flat).collect();
        return items.join(", ").into();
    }
    if let Some(entries) = node.entries() {
        let entry = |entry: &tripline_text::yaml::Entry| {
            format!("{}: {}", flat(&entry.key), flat(&entry.value))
        };
        let entries: Vec<_> = entries.iter().map(entry).collect();
        return format!("{{{}}}", entries.join(", ")).into();
    }
    node.text().map(trimmed).unwrap_or_default()
}
