//! Any text, as a query of both EQL dialects: no panic, spans inside the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tripline_languages::{Context, eql};
use tripline_schema::Schema;
use tripline_text::Source;

fuzz_target!(|text: &str| {
    let source = Source::new("fuzz", text);
    let context = Context::new(Schema::builtin());
    for dialect in [eql::Dialect::Elasticsearch, eql::Dialect::Endpoint] {
        for found in eql::lower(dialect, &source, &context).diagnostics {
            if let Some(label) = found.primary {
                assert!(text.get(label.span.range()).is_some());
            }
        }
    }
});
