//! `docs/schema/*.json`: the JSON Schema of every answer, and of the representation.

use schemars::Schema;
use tripline_app::{answers, build, eval, explain, schema_of, workbench};

/// File stem and schema, sorted by stem.
pub(crate) fn all() -> Vec<(&'static str, Schema)> {
    vec![
        ("build", schema_of::<build::BuildAnswer>()),
        ("codes", schema_of::<explain::CodeList>()),
        ("coverage", schema_of::<answers::Coverage>()),
        ("detection", schema_of::<tripline_ir::Detection>()),
        ("detections", schema_of::<answers::DetectionsAnswer>()),
        ("dossier", schema_of::<answers::Dossier>()),
        ("eval", schema_of::<eval::EvalAnswer>()),
        ("event", schema_of::<answers::EventAnswer>()),
        ("events", schema_of::<answers::EventsAnswer>()),
        ("explain", schema_of::<explain::Explanation>()),
        ("field", schema_of::<answers::FieldAnswer>()),
        ("fields", schema_of::<answers::FieldsAnswer>()),
        ("indicator", schema_of::<answers::IndicatorAnswer>()),
        ("ledger", schema_of::<answers::LedgerAnswer>()),
        ("overlap", schema_of::<answers::OverlapAnswer>()),
        (
            "platform_detection",
            schema_of::<answers::DetectionAnswer>(),
        ),
        ("rule", schema_of::<answers::RuleAnswer>()),
        ("search", schema_of::<answers::SearchAnswer>()),
        ("sequences", schema_of::<answers::SequencesAnswer>()),
        ("technique", schema_of::<answers::TechniqueAnswer>()),
        ("tests", schema_of::<answers::SignalsAnswer>()),
        ("workbench", schema_of::<workbench::WorkbenchAnswer>()),
    ]
}
