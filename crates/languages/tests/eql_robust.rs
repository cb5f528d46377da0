//! No text makes the EQL front end panic or point outside the text.

use proptest::prelude::*;
use tripline_languages::{Context, eql};
use tripline_schema::Schema;
use tripline_text::Source;

/// Reads a text as both dialects and looks at every span.
fn spans_are_true(text: &str) {
    let source = Source::new("query", text);
    let context = Context::new(Schema::builtin());
    for dialect in [eql::Dialect::Elasticsearch, eql::Dialect::Endpoint] {
        let lowered = eql::lower(dialect, &source, &context);
        for found in &lowered.diagnostics {
            for label in found.primary.iter().chain(&found.secondary) {
                assert!(text.get(label.span.range()).is_some(), "{found:?}");
            }
        }
        for found in lowered.plan.iter().flat_map(|plan| plan.matches()) {
            for atom in found.predicate.atoms() {
                assert!(text.get(atom.span.range()).is_some(), "{atom:?}");
            }
        }
    }
}

#[test]
fn spans_are_true_of_odd_texts() {
    for text in [
        "sequence [any where a == 1] by b [any where a == ent.category\": \u{786}\u{c0}^^2] by c, d",
        "any where a : \"\u{786}",
        "any where \u{786}\u{10ffff} == 1",
        "any where `\u{786}",
    ] {
        spans_are_true(text);
    }
}

proptest! {
    #[test]
    fn spans_are_true_of_any_text(text in "(any where |sequence |\\[|\\]| by |a|==|:|\"|\\PC|\\n){0,12}") {
        spans_are_true(&text);
    }
}
