//! What responders do: steps of investigation and containment out of rules' notes, and mitigations.
//!
//! A step of a note is kept when it names something that its own rule reads: a value or a field.
//! Steps that would fit any rule are counted and left out. Steps that say nearly the same stand
//! once (see `likeness`).

use super::likeness;
use super::notes::Part;
use super::scope::{Pen, Scope};
use super::things::Things;
use crate::markup::Span;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Steps of rules' notes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Steps {
    /// The steps, those of response that are for the time after last: those of most rules first, then by how good the best of their rules is; of one
    /// rule no two follow each other while others wait, nor two that begin with the same words.
    pub steps: Vec<StepRow>,
    /// Rules under the technique that have notes with such steps.
    pub rules: usize,
    /// Steps that name nothing that their rule reads.
    pub left_out: usize,
}

/// A text of rules: a step of their notes, or what they know to be harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StepRow {
    /// The text of the best rule that has it.
    pub text: Vec<Span>,
    /// Rules with a text like it.
    pub count: usize,
    /// Keys of the rules, best first.
    pub evidence: Vec<Text>,
}

/// A mitigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MitigationRow {
    /// ATT&CK id.
    pub id: Text,
    /// Name.
    pub name: Text,
    /// How it helps against this technique, in ATT&CK's words.
    pub text: Vec<Span>,
    /// It limits what an adversary can reach, so that it also serves to contain.
    pub limits: bool,
    /// Keys of the relation and the mitigation.
    pub evidence: Vec<Text>,
}

/// The steps of one part of all notes.
fn steps(scope: &Scope<'_>, pen: &mut Pen<'_>, part: Part) -> Steps {
    let mut found: Vec<(u32, String)> = Vec::new();
    let mut out = Steps::default();
    for &at in &scope.best {
        let mut steps = scope.steps(at, part).peekable();
        if steps.peek().is_none() {
            continue;
        }
        out.rules += 1;
        let things = Things::of(scope.facts(at));
        for step in steps {
            if things.are_named_in(&step.text) {
                found.push((at, step.text.clone()));
            } else {
                out.left_out += 1;
            }
        }
    }
    out.steps = rows(scope, pen, &found);
    if part == Part::Respond {
        out.steps.sort_by_key(is_aftercare);
    }
    out
}

/// Whether a step of response is for the time after: what it asks to do begins with one of these
/// words.
fn is_aftercare(step: &StepRow) -> bool {
    const WORDS: [&str; 12] = [
        "consider",
        "document",
        "educate",
        "enhance",
        "harden",
        "hardening",
        "implement",
        "improve",
        "post-containment",
        "post-incident",
        "train",
        "update",
    ];
    let text: String = step.text.iter().map(Span::text).collect();
    let first = text.split_whitespace().next().unwrap_or_default();
    WORDS.contains(&first.trim_end_matches(':').to_lowercase().as_str())
}

/// Groups texts of rules: the most rules first, and among equals as [`spread`] says; a group's text
/// is its first.
pub(super) fn rows(scope: &Scope<'_>, pen: &mut Pen<'_>, found: &[(u32, String)]) -> Vec<StepRow> {
    let groups = likeness::groups(found.iter().map(|(_, text)| text.as_str()));
    let mut rows: Vec<StepRow> = groups
        .iter()
        .map(|group| {
            let mut rules: Vec<u32> = group.members.iter().map(|at| found[*at].0).collect();
            rules.sort_unstable();
            rules.dedup();
            StepRow {
                text: pen.reader.line(&found[group.members[0]].1),
                count: rules.len(),
                evidence: scope.evidence(pen, &rules),
            }
        })
        .collect();
    rows.sort_by_key(|row| Reverse(row.count));
    spread(&mut rows);
    rows
}

/// Among steps of equal counts, takes one of each rule in turn; of those that begin with the same
/// words, the further ones come after the others.
fn spread(steps: &mut [StepRow]) {
    let mut turns: BTreeMap<(usize, Text), usize> = BTreeMap::new();
    let mut openings: BTreeMap<(usize, String), usize> = BTreeMap::new();
    let mut keys: Vec<(Reverse<usize>, usize, usize)> = Vec::with_capacity(steps.len());
    for step in steps.iter() {
        let rule = step.evidence.first().cloned().unwrap_or_default();
        let turn = turns.entry((step.count, rule)).or_default();
        let again = openings.entry((step.count, opening(step))).or_default();
        keys.push((Reverse(step.count), *again, *turn));
        *turn += 1;
        *again += 1;
    }
    let mut order: Vec<usize> = (0..steps.len()).collect();
    order.sort_by_key(|at| keys[*at]);
    let sorted: Vec<StepRow> = order.iter().map(|at| steps[*at].clone()).collect();
    steps.clone_from_slice(&sorted);
}

/// The first three words of a step, folded: what it asks to do.
fn opening(step: &StepRow) -> String {
    let text: String = step.text.iter().map(Span::text).collect();
    let words = text.split_whitespace().take(3);
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Questions out of rules' triage notes.
pub(super) fn investigation(scope: &Scope<'_>, pen: &mut Pen<'_>) -> Steps {
    steps(scope, pen, Part::Investigate)
}

/// What rules' notes say to do about it.
pub(super) fn containment(scope: &Scope<'_>, pen: &mut Pen<'_>) -> Steps {
    steps(scope, pen, Part::Respond)
}

/// The mitigations, by id.
pub(super) fn mitigations(scope: &Scope<'_>, pen: &mut Pen<'_>) -> Vec<MitigationRow> {
    let attack = scope.attack();
    let all = scope.ids.iter().flat_map(|id| attack.mitigations_of(id));
    all.map(|(mitigation, relation)| MitigationRow {
        id: mitigation.head.id.clone(),
        name: mitigation.head.name.clone(),
        text: pen.reader.line(&relation.description.replace('\n', " ")),
        limits: limits(&mitigation.head.name),
        evidence: vec![
            pen.sources
                .relation(relation, &mitigation.head, "mitigates"),
            pen.sources.object(&mitigation.head),
        ],
    })
    .collect()
}

/// Whether a mitigation takes something away from an adversary who is already in: its name begins
/// with one of these words, or is one of these.
fn limits(name: &str) -> bool {
    let first = ["Restrict", "Limit", "Filter", "Disable", "Block"];
    let whole = [
        "Network Segmentation",
        "Account Use Policies",
        "User Account Management",
        "Privileged Account Management",
        "Password Policies",
        "Execution Prevention",
        "Network Intrusion Prevention",
    ];
    first.iter().any(|word| name.starts_with(word)) || whole.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::{StepRow, is_aftercare, limits, spread};
    use crate::markup::Span;

    #[test]
    fn steps_that_begin_alike_do_not_follow_each_other() {
        let step = |text: &str, rule: &str| StepRow {
            text: vec![Span::plain(text)],
            count: 1,
            evidence: vec![rule.into()],
        };
        let mut steps = [
            step("Terminate any process of a", "1"),
            step("Terminate any process of b", "2"),
            step("Restore the file", "1"),
        ];
        spread(&mut steps);
        let order: Vec<&str> = steps.iter().map(|step| step.text[0].text()).collect();
        let expected = [
            "Terminate any process of a",
            "Restore the file",
            "Terminate any process of b",
        ];
        assert_eq!(order, expected);
    }

    #[test]
    fn hardening_comes_after_containment() {
        let step = |text: &str| StepRow {
            text: vec![Span::plain(text)],
            count: 1,
            evidence: Vec::new(),
        };
        assert!(is_aftercare(&step("Post-incident hardening: restrict it.")));
        assert!(is_aftercare(&step("Implement enhanced monitoring.")));
        assert!(!is_aftercare(&step("Isolate the host.")));
    }

    #[test]
    fn limiting_mitigations() {
        assert!(limits("Restrict Web-Based Content"));
        assert!(!limits("User Training"));
    }
}
