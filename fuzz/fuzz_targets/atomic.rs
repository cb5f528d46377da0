//! The readers of Atomic Red Team and OSSEM files never panic, and filling in arguments is bounded.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tripline_attack::{atomic, ossem};
use tripline_text::Source;

fuzz_target!(|text: &str| {
    let source = Source::new("fuzz", text);
    let (atomics, diagnostics) = atomic::read(&source);
    let (_, more) = ossem::read(&source);
    for label in diagnostics.iter().chain(&more).flat_map(|d| &d.primary) {
        assert!(text.get(label.span.range()).is_some());
    }
    for test in atomics.iter().flat_map(|atomics| &atomics.tests) {
        let _ = test.fill(&test.executor.command);
    }
});
