//! Any text, as a Kusto query: no panic, spans inside the text, parts that cover it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tripline_ir::Language;
use tripline_languages::{Context, kusto, lower};
use tripline_schema::Schema;
use tripline_text::Source;

fuzz_target!(|text: &str| {
    let source = Source::new("fuzz", text);
    let context = Context::new(Schema::builtin());
    for found in lower(Language::Kusto, &source, &context).diagnostics {
        if let Some(label) = found.primary {
            assert!(text.get(label.span.range()).is_some());
        }
    }
    let parts = kusto::split(&source);
    let length: usize = parts.iter().map(|span| span.range().len()).sum();
    assert_eq!(length, text.len());
});
