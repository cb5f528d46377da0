//! The Kuery front end never panics, and every atom's span lies in the query.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tripline_ir::Language;
use tripline_languages::{Context, lower};
use tripline_schema::Schema;
use tripline_text::Source;

fuzz_target!(|text: &str| {
    let source = Source::new("fuzz", text);
    let lowered = lower(Language::Kuery, &source, &Context::new(Schema::builtin()));
    for found in lowered.plan.iter().flat_map(|plan| plan.matches()) {
        for atom in found.predicate.atoms() {
            assert!(text.get(atom.span.range()).is_some(), "{atom:?}");
        }
    }
});
