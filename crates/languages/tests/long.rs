//! Texts that would make a tree as deep as they are long: read in bounded depth, on a small stack.

use tripline_ir::Language;
use tripline_languages::{Context, lower};
use tripline_schema::Schema;
use tripline_text::Source;

/// Bytes of a text.
const LENGTH: usize = 120_000;

#[test]
fn long_chains_make_no_deep_trees() {
    let texts = [
        (Language::Kusto, "T | where ", "a: "),
        (Language::Kusto, "T | where ", "a."),
        (Language::Kusto, "T | where ", "a + "),
        (Language::Kusto, "T | where ", "a != "),
        (Language::Kusto, "T | where ", "("),
        (Language::Esql, "FROM x | WHERE ", "["),
        (Language::Esql, "FROM x | WHERE ", "a + "),
        (Language::Eql, "process where ", "a,"),
        (Language::Eql, "process where ", "not "),
        (Language::Spl, "search ", "("),
        (Language::Spl, "index=a | eval x=", "a + "),
        (Language::Kuery, "", "("),
        (Language::Lucene, "", "("),
        (Language::Yaral, "rule a { events: $e.a = ", "1 + "),
        (Language::Yaral, "rule a { events: $e.a = ", "1 * "),
        (Language::Yaral, "rule a { events: $e.a = ", "("),
        (Language::Yaral, "rule a { events: $e.a = ", "["),
        (
            Language::Yaral,
            "rule a { events: ",
            "$e.a = $x and $x != \"9\" or ",
        ),
        (
            Language::Yaral,
            "rule a { events: $e.b = 1 or ",
            "$e.a = $x and ",
        ),
        (
            Language::Yaral,
            "rule a { events: ",
            "($e.a = $x and $x != \"9\" or ",
        ),
    ];
    for (language, head, piece) in texts {
        let text = head.to_owned() + &piece.repeat(LENGTH / piece.len());
        let source = Source::new("long", text);
        let lowered = lower(language, &source, &Context::new(Schema::builtin()));
        assert!(!lowered.diagnostics.is_empty(), "{language:?} {piece}");
    }
}
