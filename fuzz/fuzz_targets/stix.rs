//! The reader of ATT&CK bundles never panics, whatever the bytes, and its spans lie in them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tripline_attack::Attack;

fuzz_target!(|bytes: &[u8]| {
    let loaded = Attack::load("fuzz", bytes);
    for technique in &loaded.attack.techniques {
        let _ = loaded.attack.procedures(&technique.head.id);
        let _ = loaded.attack.resolve_technique(&technique.head.id);
    }
    for found in &loaded.diagnostics {
        if let Some(label) = &found.primary {
            assert!(label.span.end as usize <= bytes.len(), "{found:?}");
        }
    }
});
