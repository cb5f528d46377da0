//! What a rule file says about the rule: everything but what it does.

use super::fields::{Reader, Table};
use super::threat;
use crate::reader::FileContext;
use crate::{Vendor, fallback_id};
use tripline_ir::{
    Class, Detection, Language, Level, Provenance, Requirement, RequirementKind, Text,
    format_smolstr,
};

/// The detection without its plan and class.
pub(super) fn describe(
    reader: &mut Reader<'_>,
    metadata: Option<&Table<'_>>,
    rule: &Table<'_>,
    language: Language,
    context: &FileContext<'_>,
) -> Detection {
    let (techniques, tactics) = threat::read(reader, rule);
    let severity = reader.owned(rule, "severity");
    let index = sorted(reader.texts(rule, "index"));
    let fields = reader.table(rule, "investigation_fields");
    let mut meta = |key: &str| metadata.and_then(|table| reader.owned(table, key));
    let (created, modified, status) = (
        meta("creation_date"),
        meta("updated_date"),
        meta("maturity"),
    );
    Detection {
        id: id(reader, rule, context),
        vendor: Vendor::Elastic.name().into(),
        language,
        kind: reader.owned(rule, "type").unwrap_or_default(),
        title: title(reader, rule, context),
        description: reader.owned(rule, "description").unwrap_or_default(),
        class: Class::Alert,
        class_reason: Text::default(),
        level: severity.as_deref().and_then(level),
        severity,
        status,
        risk_score: reader
            .whole(rule, "risk_score")
            .and_then(|score| u32::try_from(score).ok()),
        authors: reader.texts(rule, "author"),
        created,
        modified,
        references: reader.texts(rule, "references"),
        false_positives: reader.texts(rule, "false_positives"),
        note: reader.owned(rule, "note"),
        setup: reader.owned(rule, "setup"),
        tags: reader.texts(rule, "tags"),
        techniques,
        tactics,
        platforms: Vec::new(),
        requires: requires(reader, rule, &index),
        sources: index,
        integrations: integrations(reader, metadata, rule),
        output_fields: fields.map_or_else(Vec::new, |fields| reader.texts(&fields, "field_names")),
        related: Vec::new(),
        licence: licence(reader, rule).or_else(|| context.spec.licence.clone()),
        provenance: Provenance {
            corpus: context.spec.name.clone(),
            commit: context.spec.commit.clone(),
            path: context.path.into(),
            index: 0,
            body_offset: None,
        },
        body: Text::default(),
        plan: None,
        losses: Vec::new(),
    }
}

fn id(reader: &mut Reader<'_>, rule: &Table<'_>, context: &FileContext<'_>) -> Text {
    match reader.text(rule, "rule_id").filter(|id| !id.is_empty()) {
        Some(id) => format_smolstr!("{}:{id}", Vendor::Elastic.name()),
        None => fallback_id(Vendor::Elastic, context.path, 0),
    }
}

fn title(reader: &mut Reader<'_>, rule: &Table<'_>, context: &FileContext<'_>) -> Text {
    if let Some(name) = reader.owned(rule, "name") {
        return name;
    }
    if !rule.has("name") {
        reader.missing(rule, "name");
    }
    let file = context.path.rsplit('/').next().unwrap_or(context.path);
    file.strip_suffix(".toml").unwrap_or(file).into()
}

/// The language that the rule names, or that its type amounts to.
pub(super) fn language(reader: &mut Reader<'_>, rule: &Table<'_>) -> Language {
    match reader.text(rule, "language") {
        Some("kuery") => Language::Kuery,
        Some("lucene") => Language::Lucene,
        Some("eql") => Language::Eql,
        Some("esql") => Language::Esql,
        _ => match reader.text(rule, "type") {
            Some("eql") => Language::Eql,
            Some("esql") => Language::Esql,
            Some("query" | "threshold" | "new_terms" | "threat_match") => Language::Kuery,
            _ => Language::None,
        },
    }
}

fn level(severity: &str) -> Option<Level> {
    match severity {
        "low" => Some(Level::Low),
        "medium" => Some(Level::Medium),
        "high" => Some(Level::High),
        "critical" => Some(Level::Critical),
        _ => None,
    }
}

fn integrations(
    reader: &mut Reader<'_>,
    metadata: Option<&Table<'_>>,
    rule: &Table<'_>,
) -> Vec<Text> {
    let mut names = metadata.map_or_else(Vec::new, |table| reader.texts(table, "integration"));
    for related in reader.tables(rule, "related_integrations") {
        names.extend(reader.owned(&related, "package"));
    }
    sorted(names)
}

/// Indices and data views, indicator indices, machine-learning jobs, and lists of exceptions,
/// which the user fills: what an exception list holds is no part of the rule.
fn requires(reader: &mut Reader<'_>, rule: &Table<'_>, index: &[Text]) -> Vec<Requirement> {
    let mut found: Vec<(RequirementKind, Text)> = index
        .iter()
        .map(|name| (RequirementKind::Index, name.clone()))
        .collect();
    let view = reader.owned(rule, "data_view_id");
    found.extend(view.map(|view| (RequirementKind::Index, view)));
    let indicators = sorted(reader.texts(rule, "threat_index"));
    found.extend(
        indicators
            .into_iter()
            .map(|name| (RequirementKind::IndicatorIndex, name)),
    );
    let jobs = sorted(reader.texts(rule, "machine_learning_job_id"));
    found.extend(jobs.into_iter().map(|name| (RequirementKind::Job, name)));
    for list in reader.tables(rule, "exceptions_list") {
        let name = reader.owned(&list, "list_id");
        found.extend(name.map(|name| (RequirementKind::List, name)));
    }
    found
        .into_iter()
        .map(|(kind, name)| Requirement { kind, name })
        .collect()
}

/// Upstream writes its licence's name in several ways; this is its identifier.
fn licence(reader: &mut Reader<'_>, rule: &Table<'_>) -> Option<Text> {
    let written = reader.text(rule, "license")?;
    let elastic = matches!(
        written,
        "Elastic License v2" | "Elastic Licence v2" | "Elastic License 2.0"
    );
    Some(if elastic {
        "Elastic-2.0".into()
    } else {
        written.into()
    })
}

/// Sorted, each once.
pub(super) fn sorted(mut texts: Vec<Text>) -> Vec<Text> {
    texts.sort();
    texts.dedup();
    texts
}
