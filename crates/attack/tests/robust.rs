//! No input makes a reader panic, and what stands before a cut is kept.

use proptest::prelude::*;
use tripline_attack::{Attack, atomic, ossem};
use tripline_text::{Code, Source};

const BUNDLE: &str = include_str!("data/tiny.json");

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        Attack::load("bundle", &bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        atomic::read(&Source::new("atomic", text.clone()));
        ossem::read(&Source::new("event", text));
    }

    #[test]
    fn a_cut_bundle_keeps_what_is_before_the_cut(cut in 0..BUNDLE.len()) {
        let whole = Attack::load("bundle", BUNDLE.as_bytes());
        let bytes = &BUNDLE.as_bytes()[..cut];
        let loaded = Attack::load("bundle", bytes);
        prop_assert!(loaded.attack.techniques.len() <= whole.attack.techniques.len());
        let end = BUNDLE.trim_end().len();
        let broken = loaded.diagnostics.iter().any(|d| d.code == Code::BundleBroken || d.code == Code::InvalidUtf8);
        prop_assert_eq!(broken, cut < end);
    }

    #[test]
    fn a_changed_byte_never_panics(at in 0..BUNDLE.len(), byte in any::<u8>()) {
        let mut bytes = BUNDLE.as_bytes().to_vec();
        bytes[at] = byte;
        let attack = Attack::load("bundle", &bytes).attack;
        attack.resolve_technique("T1001");
        attack.resolve_tactic("Stealth");
    }

    #[test]
    fn any_tag_resolves(tag in ".{0,40}") {
        let attack = Attack::load("bundle", BUNDLE.as_bytes()).attack;
        attack.resolve_technique(&tag);
        attack.resolve_tactic(&tag);
    }
}

#[test]
fn deep_nesting_is_no_stack_overflow() {
    let deep = format!(
        "{{\"objects\":[{}{}]}}",
        "[".repeat(200_000),
        "]".repeat(200_000)
    );
    let loaded = Attack::load("bundle", deep.as_bytes());
    assert!(!loaded.diagnostics.is_empty());
    let unclosed = "[".repeat(1_000_000);
    assert!(
        !Attack::load("bundle", unclosed.as_bytes())
            .diagnostics
            .is_empty()
    );
}
