//! A detection's file to a detection, without what its search does.

use super::places::Places;
use super::{text_of, texts_of};
use crate::reader::FileContext;
use crate::{Vendor, fallback_id};
use std::sync::Arc;
use tripline_ir::{
    Detection, Language, Level, Plan, Provenance, Requirement, RequirementKind, TechniqueTag, Text,
    format_smolstr,
};
use tripline_text::yaml::Node;
use tripline_text::{Source, Span};

/// A detection and what lowering its search needs.
pub(super) struct Draft {
    detection: Option<Detection>,
    /// Name of the file, as shown.
    pub(super) name: Arc<str>,
    /// Where the search stands in the file.
    pub(super) places: Places,
}

impl Draft {
    /// The detection; the draft keeps the rest.
    pub(super) fn take_detection(&mut self) -> Detection {
        self.detection.take().unwrap_or_else(unread)
    }
}

/// Reads a document with a search.
pub(super) fn read(root: &Node, source: &Source, index: usize, context: &FileContext<'_>) -> Draft {
    let node = root.get("search");
    let text = node.and_then(Node::text).cloned().unwrap_or_default();
    let span = node.map_or_else(Span::default, |node| node.span);
    let raw = source.slice(span);
    let offset = raw
        .find(text.as_str())
        .filter(|_| !text.is_empty())
        .and_then(|at| u32::try_from(at).ok())
        .map(|at| span.start + at);
    let mut detection = describe(root, index, context);
    detection.body = text.clone();
    detection.provenance.body_offset = offset;
    Draft {
        detection: Some(detection),
        name: Arc::clone(source.name()),
        places: Places::new(raw, span.start, &text),
    }
}

fn describe(root: &Node, index: usize, context: &FileContext<'_>) -> Detection {
    let mut detection = unread();
    let index = u32::try_from(index).unwrap_or(u32::MAX);
    let tags = root.get("tags").unwrap_or(root);
    detection.id = match text_of(root, "id").filter(|id| !id.is_empty()) {
        Some(id) => format_smolstr!("{}:{id}", Vendor::Splunk.name()),
        None => fallback_id(Vendor::Splunk, context.path, index),
    };
    let file = context.path.rsplit('/').next().unwrap_or(context.path);
    detection.title = text_of(root, "name").unwrap_or_else(|| file.into());
    detection.kind = text_of(root, "type")
        .unwrap_or_default()
        .to_lowercase()
        .into();
    detection.description = text_of(root, "description").unwrap_or_default();
    detection.status = text_of(root, "status");
    detection.risk_score = risk_score(root, tags);
    detection.severity = detection
        .risk_score
        .map(|score| format_smolstr!("risk score {score}"));
    detection.level = detection.risk_score.map(level);
    detection.authors = text_of(root, "author")
        .map(|all| all.split(',').map(|one| one.trim().into()).collect())
        .unwrap_or_default();
    detection.created = text_of(root, "creation_date").or_else(|| text_of(root, "date"));
    detection.modified = text_of(root, "modification_date");
    detection.references = texts_of(root, "references");
    detection.false_positives = texts_of(root, "known_false_positives");
    detection.setup = text_of(root, "how_to_implement");
    let either = |key: &str| {
        let own = texts_of(tags, key);
        if own.is_empty() {
            texts_of(root, key)
        } else {
            own
        }
    };
    for key in [
        "analytic_story",
        "asset_type",
        "security_domain",
        "cve",
        "atomic_guid",
    ] {
        detection.tags.extend(either(key));
    }
    detection.techniques = either("mitre_attack_id")
        .into_iter()
        .map(|id| TechniqueTag {
            id: id.trim().to_ascii_uppercase().into(),
            tactics: Vec::new(),
        })
        .collect();
    detection.integrations = data_sources(root);
    detection.platforms = platforms(&detection.integrations);
    detection.output_fields = output_fields(root, tags);
    detection.provenance = Provenance {
        corpus: context.spec.name.clone(),
        commit: context.spec.commit.clone(),
        path: context.path.into(),
        index,
        body_offset: None,
    };
    detection
}

/// The risk score as written, else the highest of the entities'.
fn risk_score(root: &Node, tags: &Node) -> Option<u32> {
    let number = |node: &Node| node.text().and_then(|text| text.parse().ok());
    if let Some(score) = tags.get("risk_score").and_then(number) {
        return Some(score);
    }
    let objects = root.get("rba")?.get("risk_objects")?.items()?;
    objects
        .iter()
        .filter_map(|object| object.get("score").and_then(number))
        .max()
}

/// Splunk's own reading of a risk score: high from 80, medium from 50, low below.
fn level(score: u32) -> Level {
    match score {
        80.. => Level::High,
        50..80 => Level::Medium,
        _ => Level::Low,
    }
}

/// Data sources by name; the older layout writes some as maps.
fn data_sources(root: &Node) -> Vec<Text> {
    let items = root.get("data_source").and_then(Node::items);
    let mut names: Vec<Text> = items
        .unwrap_or_default()
        .iter()
        .filter_map(|item| item.text().cloned().or_else(|| text_of(item, "name")))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Platforms that the data sources name.
fn platforms(sources: &[Text]) -> Vec<Text> {
    // Table: beginnings of data sources.
    const PLATFORMS: [(&str, &str); 14] = [
        ("Sysmon for Linux", "linux"),
        ("Linux", "linux"),
        ("Sysmon", "windows"),
        ("Windows", "windows"),
        ("Powershell", "windows"),
        ("osquery", "macos"),
        ("AWS", "aws"),
        ("ASL AWS", "aws"),
        ("Azure", "azure"),
        ("O365", "m365"),
        ("Google Workspace", "google_workspace"),
        ("GCP", "gcp"),
        ("Kubernetes", "kubernetes"),
        ("Okta", "okta"),
    ];
    let mut found: Vec<Text> = sources
        .iter()
        .filter_map(|source| {
            PLATFORMS
                .iter()
                .find(|(start, _)| source.starts_with(start))
        })
        .map(|(_, platform)| Text::new_static(platform))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The entities that a finding shows.
fn output_fields(root: &Node, tags: &Node) -> Vec<Text> {
    let mut found = Vec::new();
    let mut add = |list: Option<&Node>, key: &str| {
        for item in list.and_then(Node::items).unwrap_or_default() {
            found.extend(text_of(item, key).filter(|name| !found.contains(name)));
        }
    };
    add(tags.get("observable"), "name");
    let rba = root.get("rba");
    add(rba.and_then(|rba| rba.get("risk_objects")), "field");
    add(rba.and_then(|rba| rba.get("threat_objects")), "field");
    found
}

/// What the plan says of a detection: its sources and what it requires.
pub(super) fn describe_plan(detection: &mut Detection) {
    let matches = detection
        .plan
        .as_ref()
        .map(Plan::matches)
        .unwrap_or_default();
    let mut names: Vec<Text> = matches
        .iter()
        .flat_map(|found| found.source.names.clone())
        .collect();
    names.sort();
    names.dedup();
    let model = format!("datamodel={}", "");
    let body = detection.body.to_lowercase();
    for name in &names {
        let lower = name.to_lowercase();
        let is_model = body.contains(&format!("{model}{lower}"))
            || body.contains(&format!("{model}\"{lower}"))
            || body.contains(&format!("datamodel:{lower}"))
            || body.contains(&format!("datamodel {}", lower.replace('.', " ")));
        detection.requires.push(Requirement {
            kind: if is_model {
                RequirementKind::DataModel
            } else {
                RequirementKind::LogSource
            },
            name: name.clone(),
        });
    }
    for name in lookups(&detection.body) {
        detection.requires.push(Requirement {
            kind: RequirementKind::Lookup,
            name,
        });
    }
    detection.sources = names;
}

/// The lookups that a search names, sorted.
fn lookups(body: &str) -> Vec<Text> {
    let words: Vec<&str> = body.split_whitespace().collect();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let command = word.trim_start_matches(['|', '[']);
        if !matches!(command, "lookup" | "inputlookup") {
            continue;
        }
        let name = words[at + 1..].iter().find(|word| !word.contains('='));
        let name = name.map(|name| {
            name.trim_matches(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
        });
        found.extend(name.filter(|name| !name.is_empty()).map(Text::from));
    }
    found.sort();
    found.dedup();
    found
}

/// A detection of which nothing is known yet.
fn unread() -> Detection {
    Detection::new(Vendor::Splunk.name(), Language::Spl)
}
