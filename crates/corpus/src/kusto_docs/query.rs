//! What rules of Kusto have in common, whichever file holds them: tables, an empty
//! detection.

use super::published;
use crate::Vendor;
use crate::reader::FileContext;
use std::collections::BTreeSet;
use tripline_ir::{Detection, Language, Provenance, Requirement, RequirementKind, Text};
use tripline_languages::{Context, lower};
use tripline_text::{Diagnostic, Source};

/// A detection about which nothing is known but where it lies.
pub(crate) fn empty(vendor: Vendor, id: Text, index: u32, context: &FileContext<'_>) -> Detection {
    Detection {
        id,
        kind: Text::new_static("query"),
        licence: context.spec.licence.clone(),
        provenance: Provenance {
            corpus: context.spec.name.clone(),
            commit: context.spec.commit.clone(),
            path: context.path.into(),
            index,
            body_offset: None,
        },
        ..Detection::new(vendor.name(), Language::Kusto)
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
    let mut surroundings = Context::new(context.schema);
    surroundings.published = published::texts(body, context);
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
