//! Kuery and Lucene on token soup, arbitrary text and hostile nesting: no panic, every span in
//! the query, and nothing lost without a word.

use proptest::prelude::*;
use tripline_ir::Language;
use tripline_languages::{Context, Lowered, lower};
use tripline_schema::Schema;
use tripline_text::{Code, Source};

const TOKENS: [&str; 34] = [
    "and",
    "or",
    "not",
    "AND",
    "OR",
    "NOT",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ":",
    "<",
    ">=",
    "\"",
    "*",
    "?",
    "\\",
    "/",
    "~",
    "^2",
    "+",
    "-",
    "TO",
    "a",
    "message",
    "source.ip",
    "10.0.0.0/8",
    "now-1d/d",
    "5",
    "\u{e9}\u{1F600}",
    "_exists_",
    " ",
];

fn read(language: Language, text: &str) -> Lowered {
    let source = Source::new("test", text);
    let lowered = lower(language, &source, &Context::new(Schema::builtin()));
    for found in lowered.plan.iter().flat_map(|plan| plan.matches()) {
        for atom in found.predicate.atoms() {
            assert!(text.get(atom.span.range()).is_some(), "{text:?}: {atom:?}");
        }
    }
    for diagnostic in &lowered.diagnostics {
        for label in diagnostic.primary.iter().chain(&diagnostic.secondary) {
            assert!(
                text.get(label.span.range()).is_some(),
                "{text:?}: {diagnostic:?}"
            );
        }
    }
    let errors = lowered
        .diagnostics
        .iter()
        .any(tripline_text::Diagnostic::is_error);
    assert!(
        !errors || !lowered.losses.is_empty(),
        "{text:?}: an error without a loss"
    );
    lowered
}

proptest! {
    #[test]
    fn token_soup(tokens in prop::collection::vec(prop::sample::select(&TOKENS[..]), 0..40), blank in any::<bool>()) {
        let text = tokens.join(if blank { " " } else { "" });
        read(Language::Kuery, &text);
        read(Language::Lucene, &text);
    }

    #[test]
    fn any_text(text in ".{0,80}") {
        read(Language::Kuery, &text);
        read(Language::Lucene, &text);
    }
}

#[test]
fn deep_nesting_is_refused() {
    for language in [Language::Kuery, Language::Lucene] {
        for open in ["(", "a:(", "a:{", "NOT ("] {
            let text = open.repeat(10_000);
            let lowered = read(language, &text);
            assert!(
                lowered
                    .diagnostics
                    .iter()
                    .any(tripline_text::Diagnostic::is_error),
                "{open}"
            );
        }
        let text = "(".repeat(10_000) + "a:b";
        let lowered = read(language, &text);
        let deep = |found: &tripline_text::Diagnostic| found.code == Code::NestingTooDeep;
        assert_eq!(
            lowered
                .diagnostics
                .iter()
                .filter(|found| deep(found))
                .count(),
            1
        );
    }
}
