//! What responders do: steps of investigation and containment out of rules' notes, mitigations,
//! and what is known to be harmless.
//!
//! A step of a note is kept when it names something that its own rule reads: a value or a field.
//! Steps that would fit any rule are counted and left out. Steps that say nearly the same stand
//! once (see `likeness`).

use super::actors::has_word;
use super::likeness;
use super::notes::{self, Part};
use super::scope::{Pen, Scope};
use crate::exclusions::{ExclusionRow, exclusions};
use crate::markup::Span;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use tripline_catalog::facts::RuleFacts;

/// Steps of rules' notes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Steps {
    /// The steps: those of most rules first, then by how good the best of their rules is; of one
    /// rule no two follow each other while others wait, nor two that begin with the same words.
    pub steps: Vec<StepRow>,
    /// Rules under the technique that have notes with such steps.
    pub rules: usize,
    /// Steps that name nothing that their rule reads.
    pub left_out: usize,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StepRow {
    /// The text of the best rule that has it.
    pub text: Vec<Span>,
    /// Rules with a step like it.
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

/// What is known to be harmless.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FalsePositives {
    /// Texts of all rules in groups of likeness: those of most rules first.
    pub groups: Vec<FalsePositiveRow>,
    /// Rules that state a known false positive.
    pub stated: usize,
    /// Rules that say there is none, or that none is known.
    pub none_known: usize,
    /// Rules that say nothing.
    pub silent: usize,
    /// What rules leave out already.
    pub exclusions: Vec<ExclusionRow>,
}

/// A known false positive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FalsePositiveRow {
    /// The text of the best rule that has it.
    pub text: Vec<Span>,
    /// Rules with a text like it.
    pub count: usize,
    /// Keys of the rules, best first.
    pub evidence: Vec<Text>,
}

/// The steps of one part of all notes.
fn steps(scope: &Scope<'_>, pen: &mut Pen<'_>, part: Part) -> Steps {
    let mut found: Vec<(u32, String)> = Vec::new();
    let mut out = Steps::default();
    for &at in &scope.best {
        let note = scope
            .details
            .get(&at)
            .and_then(|detail| detail.note.as_deref());
        let mut steps = notes::steps(note.unwrap_or_default());
        steps.retain(|step| step.part == part);
        out.rules += usize::from(!steps.is_empty());
        let things = Things::of(scope.facts(at));
        for step in steps {
            if things.are_named_in(&step.text) {
                found.push((at, step.text));
            } else {
                out.left_out += 1;
            }
        }
    }
    out.steps = rows(scope, pen, &found)
        .into_iter()
        .map(|(text, count, evidence)| StepRow {
            text,
            count,
            evidence,
        })
        .collect();
    spread(&mut out.steps);
    out
}

/// Groups texts of rules: the most rules first; a group's text is its first.
fn rows(
    scope: &Scope<'_>,
    pen: &mut Pen<'_>,
    found: &[(u32, String)],
) -> Vec<(Vec<Span>, usize, Vec<Text>)> {
    let groups = likeness::groups(found.iter().map(|(_, text)| text.as_str()));
    let mut rows: Vec<(Vec<Span>, usize, Vec<Text>)> = groups
        .iter()
        .map(|group| {
            let mut rules: Vec<u32> = group.members.iter().map(|at| found[*at].0).collect();
            rules.sort_unstable();
            rules.dedup();
            let text = pen.reader.line(&found[group.members[0]].1);
            (text, rules.len(), scope.evidence(pen, &rules))
        })
        .collect();
    rows.sort_by_key(|(_, count, _)| Reverse(*count));
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

/// What a rule reads, as its note would write it.
struct Things(Vec<String>);

impl Things {
    fn of(facts: &RuleFacts) -> Self {
        let mut things: Vec<String> = Vec::new();
        for atom in facts.atoms.iter().filter(|atom| !atom.implied) {
            if atom.name.contains(['.', '_']) {
                things.push(atom.name.to_lowercase());
            }
            let letters = |part: &&str| part.chars().filter(|c| c.is_alphabetic()).count() > 2;
            let parts = atom
                .value
                .split(['\\', '/', '*', '?', '"', ' ', '|', '(', ')', ':', '=']);
            let longest = parts.filter(letters).max_by_key(|part| part.len());
            if let Some(value) = longest.filter(|value| value.len() > 3) {
                things.push(value.trim_matches(['.', '-', ',', '\'']).to_lowercase());
            }
        }
        things.retain(|thing| thing.len() > 3 && !ANYWHERE.contains(&thing.as_str()));
        things.sort();
        things.dedup();
        Self(things)
    }

    fn are_named_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.0.iter().any(|thing| has_word(&text, thing))
    }
}

/// Values and fields that every note can name.
const ANYWHERE: &[&str] = &[
    "windows",
    "linux",
    "macos",
    "start",
    "process",
    "processes",
    "file",
    "files",
    "true",
    "false",
    "event.type",
    "event.action",
    "event.category",
    "host.os.type",
    "success",
    "failure",
    "user",
    "users",
    "user.name",
    "user.id",
    "host",
    "host.name",
    "host.id",
    "system",
    "system32",
    "creation",
    "change",
    "network",
    "event.outcome",
    "executed",
    "exec",
    "event.dataset",
    "event.module",
    "event.provider",
    "event.code",
    "event.kind",
    "application",
    "applications",
    "executable",
    "command",
    "commands",
    "script",
    "scripts",
    "service",
    "services",
    "access",
    "security",
    "admin",
    "administrator",
    "policy",
    "account",
    "accounts",
    "login",
    "root",
    "temp",
    "local",
    "data",
    "path",
    "name",
    "http",
    "https",
    "shell",
    "remote",
    "tools",
    "configuration",
    "program",
    // Of names of signers.
    "systems",
    "software",
    "technologies",
    "corporation",
    "microsoft",
];

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

/// What rules know to be harmless.
pub(super) fn false_positives(scope: &Scope<'_>, pen: &mut Pen<'_>) -> FalsePositives {
    let mut found: Vec<(u32, String)> = Vec::new();
    let mut out = FalsePositives {
        exclusions: exclusions(scope.index, &scope.rules),
        ..FalsePositives::default()
    };
    for &at in &scope.best {
        let Some(detail) = scope.details.get(&at) else {
            continue;
        };
        let own = detail
            .false_positives
            .iter()
            .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        let noted = notes::steps(detail.note.as_deref().unwrap_or_default()).into_iter();
        let noted = noted.filter(|step| step.part == Part::FalsePositive);
        let all: Vec<String> = own.chain(noted.map(|step| step.text)).collect();
        let said = all.len();
        let stated: Vec<String> = all
            .into_iter()
            .filter(|text| says_something(text))
            .collect();
        match (said, stated.len()) {
            (0, _) => out.silent += 1,
            (_, 0) => out.none_known += 1,
            _ => out.stated += 1,
        }
        found.extend(stated.into_iter().map(|text| (at, text)));
    }
    out.groups = rows(scope, pen, &found)
        .into_iter()
        .map(|(text, count, evidence)| FalsePositiveRow {
            text,
            count,
            evidence,
        })
        .collect();
    out
}

/// Whether a text states a false positive rather than that none is known, or how to write an
/// exception.
fn says_something(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    let denies = [
        "unknown",
        "none",
        "unlikely",
        "no",
        "rare",
        "undetermined",
        "tbd",
        "low",
        "n",
    ];
    let empty = words.len() <= 3 && words.iter().any(|word| denies.contains(word));
    let sentences = [
        "no false positives",
        "there are no known",
        "none identified",
        "no known false",
        "false positives should be limited",
        "there should be very few",
        "this activity is unlikely",
        "false positives are unlikely",
        "false positives are not expected",
        "false positives may be present",
        "currently unknown",
    ];
    let sentence = sentences.iter().any(|start| text.starts_with(start));
    !words.is_empty() && !empty && !sentence && !is_about_exceptions(&text)
}

/// Whether a text, folded, begins with how to write an exception, or what to do once all is known
/// to be harmless.
fn is_about_exceptions(text: &str) -> bool {
    let first = text.split(['.', ';', ':']).next().unwrap_or_default();
    let closes = [
        "if confirmed benign",
        "if benign",
        "if the activity is benign",
        "if this activity is expected",
    ];
    let writes = [
        "before", "build", "avoid", "create", "keep", "anchor", "do not", "treat",
    ];
    closes.iter().any(|start| first.starts_with(start))
        || (first.contains("except") && writes.iter().any(|start| first.starts_with(start)))
}

#[cfg(test)]
mod tests {
    use super::{StepRow, limits, says_something, spread};
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
    fn nothing_said() {
        for text in [
            "Unknown",
            "None.",
            "unlikely",
            "n/a",
            "No false positives have been identified at this time.",
            "Before exceptioning, validate that it recurs.",
            "If confirmed benign, reverse temporary containment. Create an exception.",
            "Create an exception only if the same workflow recurs.",
            "If this activity is expected and noisy, consider adding exceptions.",
        ] {
            assert!(!says_something(text), "{text}");
        }
        assert!(says_something(
            "Unknown administrators' scripts that call it"
        ));
    }

    #[test]
    fn limiting_mitigations() {
        assert!(limits("Restrict Web-Based Content"));
        assert!(!limits("User Training"));
    }
}
