//! Windows, thresholds and keys of a plan.

use serde::{Deserialize, Serialize};
use tripline_ir::{
    Aggregate, CompareOp, Condition, Duration, Expr, Plan, Predicate, Step, Subject, Test, Text,
    Window, format_smolstr,
};

/// One stage of a plan that looks at several events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CorrelationFact {
    /// `sequence`, `sample`, `temporal`, `temporal_ordered`, `aggregate` or `new_terms`.
    pub kind: Text,
    /// Length of the window in nanoseconds, when bounded.
    pub window: Option<Duration>,
    /// How the window lies: `span`, `sliding`, `tumbling`, `look_back`.
    pub window_kind: Option<Text>,
    /// Tests of measures, as `count gte 5`.
    pub thresholds: Vec<Text>,
    /// Canonical fields that the events share.
    pub keys: Vec<Text>,
    /// Number of steps or rules.
    pub steps: u32,
}

/// Every such stage, outermost first.
pub(super) fn collect(plan: &Plan) -> Vec<CorrelationFact> {
    let mut found: Vec<CorrelationFact> = stage(plan).into_iter().collect();
    found.extend(plan.inputs().into_iter().flat_map(collect));
    found
}

fn stage(plan: &Plan) -> Option<CorrelationFact> {
    match plan {
        Plan::Sequence(sequence) => Some(CorrelationFact {
            kind: "sequence".into(),
            window: sequence.max_span,
            window_kind: sequence.max_span.map(|_| "span".into()),
            thresholds: sequence.steps.iter().filter_map(runs).collect(),
            keys: step_keys(&sequence.steps),
            steps: count(sequence.steps.len()),
        }),
        Plan::Sample(sample) => Some(CorrelationFact {
            kind: "sample".into(),
            window: None,
            window_kind: None,
            thresholds: Vec::new(),
            keys: step_keys(&sample.steps),
            steps: count(sample.steps.len()),
        }),
        Plan::Correlate(correlate) => Some(CorrelationFact {
            kind: if correlate.ordered {
                "temporal_ordered"
            } else {
                "temporal"
            }
            .into(),
            window: Some(correlate.window),
            window_kind: Some("sliding".into()),
            thresholds: vec![condition(&correlate.condition)],
            keys: correlate
                .rules
                .first()
                .map(|rule| rule.keys.iter().map(|key| key.canonical.clone()).collect())
                .unwrap_or_default(),
            steps: count(correlate.rules.len()),
        }),
        Plan::Aggregate(aggregate) => Some(of_aggregate(aggregate)),
        Plan::NewTerms(terms) => Some(CorrelationFact {
            kind: "new_terms".into(),
            window: Some(terms.history),
            window_kind: Some("look_back".into()),
            thresholds: Vec::new(),
            keys: terms
                .fields
                .iter()
                .map(|field| field.canonical.clone())
                .collect(),
            steps: 1,
        }),
        _ => None,
    }
}

fn of_aggregate(aggregate: &Aggregate) -> CorrelationFact {
    let (window, kind) = match aggregate.window {
        Window::Sliding(length) => (Some(length), Some("sliding")),
        Window::Tumbling(length) => (Some(length), Some("tumbling")),
        Window::LookBack(length) => (Some(length), Some("look_back")),
        Window::Whole => (None, None),
    };
    CorrelationFact {
        kind: "aggregate".into(),
        window,
        window_kind: kind.map(Text::new),
        thresholds: thresholds(&aggregate.having),
        keys: aggregate
            .group_by
            .iter()
            .flat_map(|key| names(&key.value))
            .collect(),
        steps: 1,
    }
}

fn runs(step: &Step) -> Option<Text> {
    (step.runs > 1).then(|| format_smolstr!("runs eq {}", step.runs))
}

fn step_keys(steps: &[Step]) -> Vec<Text> {
    steps
        .first()
        .map(|step| step.by.iter().flat_map(|key| names(&key.value)).collect())
        .unwrap_or_default()
}

fn names(expr: &Expr) -> Vec<Text> {
    expr.fields()
        .into_iter()
        .map(|field| field.canonical.clone())
        .collect()
}

fn condition(condition: &Condition) -> Text {
    match condition {
        Condition::Count { min, max: None } => format_smolstr!("rules gte {min}"),
        Condition::Count {
            min,
            max: Some(max),
        } => {
            format_smolstr!("rules gte {min}, rules lte {max}")
        }
        Condition::Rule(name) => name.clone(),
        Condition::Not(inner) => format_smolstr!("not {}", self::condition(inner)),
        Condition::And(parts) => joined(parts, " and "),
        Condition::Or(parts) => joined(parts, " or "),
    }
}

fn joined(parts: &[Condition], word: &str) -> Text {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| condition(part).to_string())
        .collect();
    format_smolstr!("({})", parts.join(word))
}

/// Each test of a measure, as `count gte 5`.
fn thresholds(having: &Predicate) -> Vec<Text> {
    having
        .atoms()
        .into_iter()
        .filter_map(|atom| match (&atom.subject, &atom.test) {
            (Subject::Field(field), Test::Number(op, number)) => Some(format_smolstr!(
                "{} {} {number}",
                field.name,
                CompareOp::name(*op)
            )),
            _ => None,
        })
        .collect()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
