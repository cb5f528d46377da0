//! `docs/schema/*.json`: the JSON Schema of every answer, and of the representation.

use schemars::{Schema, schema_for};
use tripline_app::{answers, build, eval, explain};

/// File stem and schema, sorted by stem.
pub(crate) fn all() -> Vec<(&'static str, Schema)> {
    vec![
        ("build", schema_for!(build::BuildAnswer)),
        ("codes", schema_for!(explain::CodeList)),
        ("coverage", schema_for!(answers::Coverage)),
        ("detection", schema_for!(tripline_ir::Detection)),
        ("detections", schema_for!(answers::DetectionsAnswer)),
        ("eval", schema_for!(eval::EvalAnswer)),
        ("event", schema_for!(answers::EventAnswer)),
        ("explain", schema_for!(explain::Explanation)),
        ("field", schema_for!(answers::FieldAnswer)),
        ("ledger", schema_for!(answers::LedgerAnswer)),
        ("overlap", schema_for!(answers::OverlapAnswer)),
        ("platform_detection", schema_for!(answers::DetectionAnswer)),
        ("rule", schema_for!(answers::RuleAnswer)),
        ("search", schema_for!(answers::SearchAnswer)),
        ("sequences", schema_for!(answers::SequencesAnswer)),
        ("technique", schema_for!(answers::TechniqueAnswer)),
    ]
}
