//! The YAML reader never panics, and every span lies in the text and in its parent.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tripline_text::yaml::{self, Node, Value};
use tripline_text::{Source, Span};

fuzz_target!(|text: &str| {
    let source = Source::new("fuzz", text);
    let stream = yaml::read(&source);
    for document in &stream.documents {
        check(text, document.span);
        node(text, &document.root);
    }
    for found in &stream.diagnostics {
        for label in found.primary.iter().chain(&found.secondary) {
            check(text, label.span);
        }
    }
});

fn check(text: &str, span: Span) {
    assert!(text.get(span.range()).is_some(), "{span:?}");
}

fn node(text: &str, at: &Node) {
    check(text, at.span);
    match &at.value {
        Value::Scalar(scalar) => {
            let _ = scalar.core();
        }
        Value::Sequence(items) => items.iter().for_each(|item| node(text, item)),
        Value::Mapping(entries) => {
            for entry in entries {
                node(text, &entry.key);
                node(text, &entry.value);
            }
        }
    }
}
