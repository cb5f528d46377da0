//! What holds for every diagnostic code.

use std::collections::BTreeSet;
use tripline_text::{Code, Severity};

#[test]
fn ids_are_unique_and_begin_with_their_severity() {
    let mut seen = BTreeSet::new();
    for code in Code::ALL {
        let id = code.id();
        assert!(seen.insert(id), "{id} is used twice");
        let letter = match code.severity() {
            Severity::Error => 'E',
            Severity::Warning => 'W',
            Severity::Note => 'N',
        };
        assert!(
            id.starts_with(letter),
            "{id} is a {}",
            code.severity().name()
        );
        let digits = &id[1..];
        assert!(
            digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()),
            "{id}"
        );
    }
}

#[test]
fn ids_are_found_in_any_case() {
    for code in Code::ALL {
        assert_eq!(Code::from_id(&code.id().to_lowercase()), Some(*code));
    }
    assert_eq!(Code::from_id("E9999"), None);
    assert_eq!(Code::from_id(""), None);
}

#[test]
fn titles_and_pages_keep_the_voice() {
    for code in Code::ALL {
        let (id, title, page) = (code.id(), code.title(), code.page());
        assert!(!title.is_empty() && !title.ends_with('.'), "{id}: {title}");
        assert!(
            page.len() > 60 && page.trim_end().ends_with(['.', '`']),
            "{id}: {page}"
        );
        let words = format!(" {} ", page.to_lowercase());
        for word in [" you ", " your "] {
            assert!(!words.contains(word), "{id} addresses the reader: {page}");
        }
    }
}
