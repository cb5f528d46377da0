//! How a rule counts: the rule that decides, in order.
//!
//! 1. A machine-learning job is [`Class::MachineLearning`].
//! 2. A rule that upstream keeps under `_deprecated` or marks so is [`Class::Deprecated`].
//! 3. A rule that only forwards another product's verdict is [`Class::ForwardedAlert`]: upstream
//!    marks it as a promotion, or it demands `event.kind: alert` of single events and tests
//!    nothing but how the finding is labelled (`event.*`, `data_stream.*`, the product's own
//!    label fields).
//! 4. A rule with a building block type, or under `rules_building_block`, is
//!    [`Class::BuildingBlock`].
//! 5. Every other is [`Class::Alert`].

use super::fields::{Reader, Table};
use tripline_ir::{Class, Detection, Plan, Predicate, Subject};
use tripline_languages::ecs;

/// Sets class and reason.
pub(super) fn decide(
    detection: &mut Detection,
    reader: &mut Reader<'_>,
    metadata: Option<&Table<'_>>,
    rule: &Table<'_>,
) {
    let mut marked = |key: &str| {
        metadata
            .and_then(|table| reader.flag(table, key))
            .unwrap_or(false)
    };
    let promotion = marked("promotion");
    let building = reader.text(rule, "building_block_type").is_some();
    let folders: Vec<&str> = detection.provenance.path.split('/').collect();
    let (class, reason) = if detection.kind == "machine_learning" {
        (
            Class::MachineLearning,
            "a machine-learning job finds the anomalies; the rule has no query",
        )
    } else if folders.contains(&"_deprecated") || detection.status.as_deref() == Some("deprecated")
    {
        (Class::Deprecated, "upstream has withdrawn it")
    } else if promotion || folders.contains(&"promotions") {
        (
            Class::ForwardedAlert,
            "upstream marks it as a promotion: it turns another product's finding into an alert",
        )
    } else if detection.plan.as_ref().is_some_and(forwards) {
        (
            Class::ForwardedAlert,
            "it asks only for findings of another product and how they are labelled",
        )
    } else if building || folders.contains(&"rules_building_block") {
        (
            Class::BuildingBlock,
            "upstream marks it as a building block for other rules",
        )
    } else {
        (Class::Alert, "it alerts on what its query finds")
    };
    detection.class = class;
    detection.class_reason = reason.into();
}

/// Whether a plan only passes on events that another product has judged.
fn forwards(plan: &Plan) -> bool {
    let Plan::Match(found) = plan else {
        return false;
    };
    let kinds = ecs::demanded(&found.predicate, &["event.kind"]);
    kinds.as_slice() == ["alert"] && only_labels(&found.predicate)
}

fn only_labels(predicate: &Predicate) -> bool {
    predicate.atoms().iter().all(|atom| match &atom.subject {
        Subject::Field(field) => {
            field.name.starts_with("event.")
                || field.name.starts_with("data_stream.")
                || field.name.ends_with(".metadata.type")
                || field.name.ends_with(".event_subtype_full")
        }
        _ => false,
    })
}
