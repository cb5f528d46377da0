//! `docs/schema/*.json`: the JSON Schema of every answer, and of the representation.

use schemars::{Schema, schema_for};
use tripline_app::{answers, build, eval, explain, workbench};

/// File stem and schema, sorted by stem.
pub(crate) fn all() -> Vec<(&'static str, Schema)> {
    vec![
        ("build", schema_for!(build::BuildAnswer)),
        ("codes", schema_for!(explain::CodeList)),
        ("coverage", schema_for!(answers::Coverage)),
        ("detection", schema_for!(tripline_ir::Detection)),
        ("detections", schema_for!(answers::DetectionsAnswer)),
        ("dossier", schema_for!(answers::Dossier)),
        ("eval", schema_for!(eval::EvalAnswer)),
        ("event", schema_for!(answers::EventAnswer)),
        ("events", schema_for!(answers::EventsAnswer)),
        ("explain", schema_for!(explain::Explanation)),
        ("field", schema_for!(answers::FieldAnswer)),
        ("fields", schema_for!(answers::FieldsAnswer)),
        ("indicator", schema_for!(answers::IndicatorAnswer)),
        ("ledger", schema_for!(answers::LedgerAnswer)),
        ("overlap", schema_for!(answers::OverlapAnswer)),
        ("platform_detection", schema_for!(answers::DetectionAnswer)),
        ("rule", schema_for!(answers::RuleAnswer)),
        ("search", schema_for!(answers::SearchAnswer)),
        ("sequences", schema_for!(answers::SequencesAnswer)),
        ("technique", schema_for!(answers::TechniqueAnswer)),
        ("tests", schema_for!(answers::SignalsAnswer)),
        ("workbench", schema_for!(workbench::WorkbenchAnswer)),
    ]
}
