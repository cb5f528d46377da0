//! What rules of Kusto have in common, whichever file holds them: tables, an empty
//! detection.

use crate::Vendor;
use crate::reader::FileContext;
use std::collections::BTreeSet;
use tripline_ir::{Class, Detection, Language, Provenance, Requirement, RequirementKind, Text};
use tripline_languages::{Context, lower};
use tripline_text::{Diagnostic, Source};

/// A detection about which nothing is known but where it lies.
pub(crate) fn empty(vendor: Vendor, id: Text, index: u32, context: &FileContext<'_>) -> Detection {
    Detection {
        id,
        vendor: vendor.name().into(),
        language: Language::Kusto,
        kind: Text::new_static("query"),
        title: Text::default(),
        description: Text::default(),
        class: Class::Alert,
        class_reason: Text::default(),
        level: None,
        severity: None,
        status: None,
        risk_score: None,
        authors: Vec::new(),
        created: None,
        modified: None,
        references: Vec::new(),
        false_positives: Vec::new(),
        note: None,
        setup: None,
        tags: Vec::new(),
        techniques: Vec::new(),
        tactics: Vec::new(),
        platforms: Vec::new(),
        sources: Vec::new(),
        integrations: Vec::new(),
        output_fields: Vec::new(),
        related: Vec::new(),
        requires: Vec::new(),
        licence: context.spec.licence.clone(),
        provenance: Provenance {
            corpus: context.spec.name.clone(),
            commit: context.spec.commit.clone(),
            path: context.path.into(),
            index,
            body_offset: None,
        },
        body: Text::default(),
        plan: None,
        losses: Vec::new(),
    }
}

/// Lowers the body and fills what follows from it: plan, losses, tables. The diagnostics' spans
/// count bytes of the body.
pub(crate) fn fill(
    detection: &mut Detection,
    body: &str,
    source: &Source,
    context: &FileContext<'_>,
) -> Vec<Diagnostic> {
    detection.body = body.into();
    let query = Source::new(source.name().clone(), body);
    let surroundings = Context::new(context.schema);
    let lowered = context
        .clock
        .lower(|| lower(Language::Kusto, &query, &surroundings));
    detection.losses = lowered.losses;
    if let Some(plan) = lowered.plan {
        let mut tables = BTreeSet::new();
        for found in plan.matches() {
            tables.extend(found.source.names.iter().cloned());
        }
        detection.sources = tables.iter().cloned().collect();
        detection.requires = tables
            .into_iter()
            .map(|name| Requirement {
                kind: RequirementKind::Table,
                name,
            })
            .collect();
        detection.plan = Some(plan);
    }
    lowered.diagnostics
}
