//! Sequences: what rules look for one after the other, step by step.

use crate::Index;
use crate::correlations::duration;
use crate::head::{CatalogHead, schema};
use crate::tables::{RuleRow, rule_row};
use crate::technique::{UnknownTechnique, known};
use crate::words::words;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::collections::BTreeSet;
use tripline_catalog::CatalogError;
use tripline_ir::{
    Correlate, Detection, Expr, Match, Plan, Predicate, Sample, Sequence, Step, Subject, Test,
};

/// Rules of a technique that look for several events, step by step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SequencesAnswer {
    /// Name and version of this form.
    pub schema: Text,
    /// The catalogue it was computed from.
    pub catalog: CatalogHead,
    /// Technique id.
    pub id: Text,
    /// Its name.
    pub name: Text,
    /// Whether rules of sub-techniques are included.
    pub with_subtechniques: bool,
    /// Counted rules with at least two steps, by vendor, title, id.
    pub rules: Vec<SequenceRule>,
}

/// A rule and its sequences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SequenceRule {
    /// The rule.
    pub rule: RuleRow,
    /// Its sequences, outermost first.
    pub sequences: Vec<SequenceSteps>,
}

/// Steps and what binds them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SequenceSteps {
    /// `sequence`, `sample`, `temporal` or `temporal_ordered`.
    pub kind: Text,
    /// The steps must occur in this order.
    pub ordered: bool,
    /// Longest time from the first to the last step, as `5m`.
    pub window: Option<Text>,
    /// What the events of one match share; where steps name it differently, as
    /// `source.ip = destination.ip`.
    pub keys: Vec<Text>,
    /// The steps.
    pub steps: Vec<SequenceStep>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SequenceStep {
    /// What kind of event: the category or event that the step names, else its source, else the
    /// rule's name in a correlation.
    pub label: Text,
    /// What is tested, in words.
    pub meaning: Text,
    /// How it takes part.
    pub role: StepRole,
    /// How many times in a row.
    pub runs: u32,
}

/// How a step takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepRole {
    /// It must occur.
    Occurs,
    /// It must not occur.
    Missing,
    /// When it occurs, the search is given up.
    Until,
}

/// Why there are no sequences.
#[derive(Debug)]
pub enum SequencesError {
    /// Neither ATT&CK nor any rule knows the id.
    Unknown(UnknownTechnique),
    /// The catalogue is damaged.
    Catalog(CatalogError),
}

/// The sequences of the counted rules of technique `id` (any letter case).
///
/// # Errors
/// When neither ATT&CK nor any rule knows the id, or the catalogue is damaged.
pub fn sequences(
    index: &Index<'_>,
    id: &str,
    with_subtechniques: bool,
) -> Result<SequencesAnswer, SequencesError> {
    let (id, _) = known(index, id).map_err(SequencesError::Unknown)?;
    let mut rules = index.under(&id, with_subtechniques);
    rules.retain(|at| {
        let facts = index.facts(*at);
        facts.class.counts() && facts.correlations.iter().any(|it| it.steps > 1)
    });
    let mut rows = Vec::new();
    for at in rules {
        let facts = index.facts(at);
        let found = index.catalog.detection(&facts.id);
        let found = found.map_err(SequencesError::Catalog)?;
        let sequences = found.as_ref().map(of_rule).unwrap_or_default();
        if !sequences.is_empty() {
            rows.push(SequenceRule {
                rule: rule_row(facts),
                sequences,
            });
        }
    }
    rows.sort_by(|a, b| {
        let key = |row: &SequenceRule| {
            let rule = &row.rule;
            (
                rule.vendor.clone(),
                rule.title.to_lowercase(),
                rule.id.clone(),
            )
        };
        key(a).cmp(&key(b))
    });
    let known = index.catalog.attack.technique(&id);
    Ok(SequencesAnswer {
        schema: schema("sequences"),
        catalog: CatalogHead::of(index.catalog),
        name: known.map(|it| it.head.name.clone()).unwrap_or_default(),
        with_subtechniques,
        rules: rows,
        id,
    })
}

/// The sequences of at least two steps in a rule, outermost first.
pub(crate) fn of_rule(detection: &Detection) -> Vec<SequenceSteps> {
    let mut found = Vec::new();
    if let Some(plan) = &detection.plan {
        collect(plan, &mut found);
    }
    found.retain(|sequence| sequence.steps.len() > 1);
    found
}

fn collect(plan: &Plan, found: &mut Vec<SequenceSteps>) {
    match plan {
        Plan::Sequence(sequence) => found.push(of_sequence(sequence)),
        Plan::Sample(sample) => found.push(of_sample(sample)),
        Plan::Correlate(correlate) => found.push(of_correlate(correlate)),
        _ => {}
    }
    for input in plan.inputs() {
        collect(input, found);
    }
}

fn of_sequence(sequence: &Sequence) -> SequenceSteps {
    let mut steps: Vec<SequenceStep> = sequence.steps.iter().map(step).collect();
    steps.extend(sequence.until.iter().map(|until| SequenceStep {
        role: StepRole::Until,
        ..step(until)
    }));
    SequenceSteps {
        kind: "sequence".into(),
        ordered: true,
        window: sequence.max_span.map(duration),
        keys: keys(&sequence.steps),
        steps,
    }
}

fn of_sample(sample: &Sample) -> SequenceSteps {
    SequenceSteps {
        kind: "sample".into(),
        ordered: false,
        window: None,
        keys: keys(&sample.steps),
        steps: sample.steps.iter().map(step).collect(),
    }
}

fn of_correlate(correlate: &Correlate) -> SequenceSteps {
    let steps = correlate.rules.iter().map(|rule| SequenceStep {
        label: rule.name.clone(),
        meaning: meaning(&rule.plan),
        role: StepRole::Occurs,
        runs: 1,
    });
    let kind = if correlate.ordered {
        "temporal_ordered"
    } else {
        "temporal"
    };
    SequenceSteps {
        kind: kind.into(),
        ordered: correlate.ordered,
        window: Some(duration(correlate.window)),
        keys: correlate.group_by.clone(),
        steps: steps.collect(),
    }
}

/// What a correlated rule finds, in words.
fn meaning(plan: &Plan) -> Text {
    let parts: Vec<String> = plan
        .matches()
        .into_iter()
        .map(|found| words(&found.predicate))
        .collect();
    parts.join(" or ").into()
}

fn step(step: &Step) -> SequenceStep {
    let role = if step.missing {
        StepRole::Missing
    } else {
        StepRole::Occurs
    };
    SequenceStep {
        label: label(&step.find),
        meaning: words(&step.find.predicate).into(),
        role,
        runs: step.runs,
    }
}

/// Fields that name the kind of an event, the most telling first.
const KINDS: [&str; 4] = [
    "event.category",
    "event.action",
    "cloud.api.action",
    "event.code",
];

fn label(found: &Match) -> Text {
    let mut atoms = Vec::new();
    required(&found.predicate, &mut atoms);
    for kind in KINDS {
        let of_kind = atoms.iter().find(|(field, _)| *field == kind);
        if let Some((_, value)) = of_kind {
            return value.clone();
        }
    }
    let source = found.source.names.first();
    source.cloned().unwrap_or_else(|| "event".into())
}

/// The values that fields must equal for the predicate to hold.
fn required<'p>(predicate: &'p Predicate, found: &mut Vec<(&'p str, Text)>) {
    match predicate {
        Predicate::And(parts) => parts.iter().for_each(|part| required(part, found)),
        Predicate::Atom(atom) => {
            if let (Subject::Field(field), Test::Pattern(pattern)) = (&atom.subject, &atom.test)
                && let tripline_ir::Shape::Equals(text) = pattern.shape()
            {
                found.push((field.canonical.as_str(), text.into()));
            }
        }
        _ => {}
    }
}

/// What the steps share, one entry per place in their lists of keys.
fn keys(steps: &[Step]) -> Vec<Text> {
    let places = steps.iter().map(|step| step.by.len()).max().unwrap_or(0);
    let name = |value: &Expr| -> String {
        let fields = value.fields();
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        names.join(", ")
    };
    let key = |place: usize| -> Text {
        let mut seen = BTreeSet::new();
        let of_steps = steps.iter().filter_map(|step| step.by.get(place));
        let names = of_steps.map(|key| name(&key.value));
        let distinct: Vec<String> = names.filter(|name| seen.insert(name.clone())).collect();
        distinct.join(" = ").into()
    };
    (0..places).map(key).collect()
}
