//! One detection to its row.

use super::runs::{RuleRow, RuleText};
use crate::facts::{RuleFacts, facts};
use std::collections::BTreeSet;
use tripline_ir::{Detection, Text};
use tripline_schema::Schema;

/// Most bytes of values that a search looks at, per rule.
const MAX_BODY: usize = 16 * 1024;

/// The row of a detection. `resolve` follows a tagged technique to the one that counts.
pub(super) fn row(
    detection: &Detection,
    schema: &Schema,
    resolve: &dyn Fn(&str) -> Text,
) -> postcard::Result<RuleRow> {
    let facts = facts(detection, schema, resolve);
    RuleRow::made(rule_text(detection, &facts), detection, &facts)
}

fn rule_text(detection: &Detection, facts: &RuleFacts) -> RuleText {
    let tagged = detection.techniques.iter().map(|tag| tag.id.as_str());
    let mut ids: Vec<&str> = vec![detection.id.as_str()];
    ids.extend(tagged);
    ids.extend(facts.techniques.iter().map(Text::as_str));
    ids.extend(detection.tags.iter().map(Text::as_str));
    RuleText {
        id: detection.id.to_string(),
        size: 0,
        title: detection.title.to_string(),
        ids: distinct(&ids),
        description: detection.description.to_string(),
        body: body(facts),
    }
}

/// The values of tests, each once, in source order.
fn body(facts: &RuleFacts) -> String {
    let values: Vec<&str> = facts
        .atoms
        .iter()
        .filter(|atom| atom.literal && !atom.implied)
        .map(|atom| atom.value.as_str())
        .collect();
    let mut text = distinct(&values);
    if text.len() > MAX_BODY {
        let mut end = MAX_BODY;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
    text
}

fn distinct(parts: &[&str]) -> String {
    let mut seen = BTreeSet::new();
    let kept: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty() && seen.insert(*part))
        .collect();
    kept.join("\n")
}
