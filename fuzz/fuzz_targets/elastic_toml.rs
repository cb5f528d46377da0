//! The reader of Elastic rule files never panics, and every span lies in the text it counts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tripline_corpus::{CorpusSpec, FileContext, StageClock, Vendor};
use tripline_schema::Schema;
use tripline_text::Source;

fuzz_target!(|text: &str| {
    let spec = CorpusSpec::new("fuzz", Vendor::Elastic, ".");
    let clock = StageClock::default();
    let context = FileContext {
        spec: &spec,
        path: "rules/fuzz.toml",
        schema: Schema::builtin(),
        clock: &clock,
    };
    let read = Vendor::Elastic
        .reader()
        .read_file(&Source::new("fuzz", text), &context);
    for diagnostic in &read.diagnostics {
        for label in diagnostic.primary.iter().chain(&diagnostic.secondary) {
            assert!(label.span.end as usize <= text.len(), "{diagnostic:?}");
        }
    }
    for rule in &read.detections {
        for found in rule.plan.iter().flat_map(|plan| plan.matches()) {
            for atom in found.predicate.atoms() {
                assert!(rule.body.get(atom.span.range()).is_some(), "{atom:?}");
            }
        }
    }
});
