//! The reader of JSON events never panics, its spans lie in the text, and events come out the same
//! when read twice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tripline_text::Source;

fuzz_target!(|text: &str| {
    let source = Source::new("fuzz", text);
    let read = tripline_events::read(&source);
    for label in read.diagnostics.iter().flat_map(|d| &d.primary) {
        assert!(text.get(label.span.range()).is_some());
    }
    let again = tripline_events::read(&source);
    assert_eq!(format!("{:?}", read.events), format!("{:?}", again.events));
});
