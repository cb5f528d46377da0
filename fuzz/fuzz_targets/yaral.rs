//! Any text, as a file of YARA-L rules: no panic, spans inside the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tripline_languages::{Context, yaral};
use tripline_schema::Schema;
use tripline_text::Source;

fuzz_target!(|text: &str| {
    let source = Source::new("fuzz", text);
    let context = Context::new(Schema::builtin());
    let (rules, diagnostics) = yaral::rules(&source, &context);
    for found in diagnostics {
        if let Some(label) = found.primary {
            assert!(text.get(label.span.range()).is_some());
        }
    }
    for rule in rules {
        assert!(text.get(rule.span.range()).is_some());
    }
    yaral::lower(&source, &context);
});
