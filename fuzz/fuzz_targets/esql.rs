//! Any text as an ES|QL query: no panic, spans inside the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tripline_ir::Language;
use tripline_languages::{Context, lower};
use tripline_schema::Schema;
use tripline_text::Source;

fuzz_target!(|text: &str| {
    let source = Source::new("fuzz", text);
    let context = Context::new(Schema::builtin());
    let lowered = lower(Language::Esql, &source, &context);
    for found in lowered.diagnostics {
        for label in found.primary.iter().chain(&found.secondary) {
            assert!(text.get(label.span.range()).is_some());
        }
    }
});
