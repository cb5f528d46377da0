//! No text makes the Sigma front end panic, and every span lies in the text.

use proptest::prelude::*;
use tripline_ir::Language;
use tripline_languages::{Context, lower};
use tripline_schema::Schema;
use tripline_text::Source;

const SEED: &str = include_str!("../../../tests/rules/sigma/modifiers.md");

fn check(text: &str) {
    let source = Source::new("rule", text);
    let lowered = lower(Language::Sigma, &source, &Context::new(Schema::builtin()));
    for found in lowered.plan.iter().flat_map(|plan| plan.matches()) {
        for atom in found.predicate.atoms() {
            assert!(text.get(atom.span.range()).is_some(), "{atom:?}");
        }
    }
    for found in &lowered.diagnostics {
        for label in found.primary.iter().chain(&found.secondary) {
            assert!(text.get(label.span.range()).is_some(), "{found:?}");
        }
    }
}

/// The rules of the literate cases.
fn rules() -> Vec<&'static str> {
    SEED.split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect()
}

proptest! {
    #[test]
    fn changed_rules(which in 0..1000_usize, at in 0..1000_usize, cut in 0..20_usize, put in r"[\\PC\n]{0,8}") {
        let rules = rules();
        let characters: Vec<char> = rules[which % rules.len()].chars().collect();
        let at = at % characters.len();
        let end = (at + cut).min(characters.len());
        let text: String = characters[..at].iter().copied().chain(put.chars()).chain(characters[end..].iter().copied()).collect();
        check(&text);
    }

    #[test]
    fn any_value_and_condition(value in r"\PC{0,20}", condition in r"[a-c1-2*() ]{0,30}|(1 of|all of|not|and|or|a|b|them|[()] ){0,8}") {
        let value = value.replace('\'', "''");
        let text = format!("title: x\nlogsource: {{product: linux}}\ndetection:\n  a: {{F|contains: '{value}'}}\n  b: {{F|windash|expand|base64offset: '{value}'}}\n  condition: \"{condition}\"\n");
        check(&text);
    }
}
