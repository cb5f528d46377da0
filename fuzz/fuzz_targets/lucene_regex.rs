//! Lucene expressions: no panic, and the image in the `regex` crate matches what the definition by
//! positions matches. The first line is the expression, the rest is the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tripline_ir::law::{LucenePattern, compile};
use tripline_ir::{Dialect, Regex};

/// Longer texts only take time.
const MAX_TEXT: usize = 64;

fuzz_target!(|input: (bool, &str)| {
    let (case_insensitive, input) = input;
    let (expression, text) = input.split_once('\n').unwrap_or((input, ""));
    let text: String = text.chars().take(MAX_TEXT).collect();
    let Ok(pattern) = LucenePattern::parse(expression, case_insensitive) else {
        return;
    };
    let regex = Regex {
        text: expression.into(),
        dialect: Dialect::Lucene,
        case_insensitive,
        multi_line: false,
        dot_all: false,
        whole: true,
    };
    let Ok(compiled) = compile(&regex) else {
        return;
    };
    if let Some(by_position) = pattern.try_match(&text) {
        assert_eq!(compiled.is_match(&text), by_position, "{expression:?} {text:?}");
    }
});
