//! Windows, thresholds and keys of a plan.

use serde::{Deserialize, Serialize};
use tripline_ir::{
    Aggregate, CompareOp, Condition, Correlate, Duration, Expr, Function, Key, NewTerms, Plan,
    Predicate, Projection, Step, Subject, Test, Text, Value, Window, format_smolstr,
};

/// One stage of a plan that looks at several events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CorrelationFact {
    /// `sequence`, `sample`, `temporal`, `temporal_ordered`, `aggregate` or `new_terms`.
    pub kind: Text,
    /// Length of the window in nanoseconds, when bounded.
    pub window: Option<Duration>,
    /// How the window lies: `span`, `sliding`, `tumbling`, `look_back`, or `history` for the time
    /// in which a new term must not have occurred.
    pub window_kind: Option<Text>,
    /// Tests of measures, as `count gte 5`.
    pub thresholds: Vec<Text>,
    /// What the events share: the canonical fields of each key, several where steps name it
    /// differently.
    pub keys: Vec<Vec<Text>>,
    /// Number of steps or rules.
    pub steps: u32,
}

/// Every such stage, outermost first.
pub(super) fn collect(plan: &Plan) -> Vec<CorrelationFact> {
    let mut found = Vec::new();
    walk(plan, Vec::new(), &mut found);
    found
}

/// A column and a test of it by a later stage.
type ColumnTest = (Text, CompareOp, Text);

/// Appends the stages of `plan`; `later` are the tests of its columns that stages above make.
fn walk(plan: &Plan, mut later: Vec<ColumnTest>, out: &mut Vec<CorrelationFact>) {
    match plan {
        Plan::Filter { predicate, .. } => column_tests(predicate, false, &mut later),
        Plan::Derive { columns, .. } => {
            later.retain(|(name, ..)| columns.iter().all(|(column, _)| column != name));
        }
        Plan::Project {
            projection: Projection::Rename(pairs),
            ..
        } => {
            for (name, ..) in &mut later {
                if let Some((from, _)) = pairs.iter().find(|(_, to)| to == name) {
                    *name = from.name.clone();
                }
            }
        }
        Plan::Aggregate(aggregate) => {
            out.push(of_aggregate(aggregate, &later));
            later.clear();
        }
        other => out.extend(stage(other)),
    }
    for input in plan.inputs() {
        walk(input, later.clone(), out);
    }
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
        Plan::Correlate(correlate) => Some(of_correlate(correlate)),
        Plan::NewTerms(terms) => Some(of_new_terms(terms)),
        _ => None,
    }
}

fn of_correlate(correlate: &Correlate) -> CorrelationFact {
    let kind = if correlate.ordered {
        "temporal_ordered"
    } else {
        "temporal"
    };
    let keys = correlate.rules.iter().map(|rule| {
        let keys = rule.keys.iter();
        keys.map(|key| vec![key.canonical.clone()]).collect()
    });
    CorrelationFact {
        kind: kind.into(),
        window: Some(correlate.window),
        window_kind: Some("sliding".into()),
        thresholds: vec![condition(&correlate.condition)],
        keys: together(keys),
        steps: count(correlate.rules.len()),
    }
}

fn of_new_terms(terms: &NewTerms) -> CorrelationFact {
    let fields = terms.fields.iter();
    CorrelationFact {
        kind: "new_terms".into(),
        window: Some(terms.history),
        window_kind: Some("history".into()),
        thresholds: Vec::new(),
        keys: fields.map(|field| vec![field.canonical.clone()]).collect(),
        steps: 1,
    }
}

fn of_aggregate(aggregate: &Aggregate, later: &[ColumnTest]) -> CorrelationFact {
    let (window, kind) = match aggregate.window {
        Window::Sliding(length) => (Some(length), Some("sliding")),
        Window::Tumbling(length) => (Some(length), Some("tumbling")),
        Window::LookBack(length) => (Some(length), Some("look_back")),
        Window::Whole => (None, None),
    };
    let mut tests = Vec::new();
    column_tests(&aggregate.having, false, &mut tests);
    let of_measure = |(name, ..): &&ColumnTest| {
        let mut measures = aggregate.measures.iter();
        measures.any(|measure| measure.name == *name)
    };
    tests.extend(later.iter().filter(of_measure).cloned());
    let mut thresholds: Vec<Text> = Vec::new();
    for (name, op, number) in tests {
        let told = format_smolstr!("{name} {} {number}", op.name());
        if !thresholds.contains(&told) {
            thresholds.push(told);
        }
    }
    CorrelationFact {
        kind: "aggregate".into(),
        window,
        window_kind: kind.map(Text::new),
        thresholds,
        keys: named(&aggregate.group_by),
        steps: 1,
    }
}

fn runs(step: &Step) -> Option<Text> {
    (step.runs > 1).then(|| format_smolstr!("runs eq {}", step.runs))
}

/// The keys of all steps, place by place.
fn step_keys(steps: &[Step]) -> Vec<Vec<Text>> {
    together(steps.iter().map(|step| {
        let keys = step.by.iter();
        keys.map(|key| names(&key.value)).collect()
    }))
}

/// The distinct names of each place.
fn together(steps: impl Iterator<Item = Vec<Vec<Text>>>) -> Vec<Vec<Text>> {
    let mut all: Vec<Vec<Text>> = Vec::new();
    for step in steps {
        for (place, fields) in step.into_iter().enumerate() {
            if place == all.len() {
                all.push(Vec::new());
            }
            for field in fields {
                if !all[place].contains(&field) {
                    all[place].push(field);
                }
            }
        }
    }
    all.retain(|fields| !fields.is_empty());
    all
}

/// The fields of each key; a key computed of several counts each.
fn named(keys: &[Key]) -> Vec<Vec<Text>> {
    let fields = keys.iter().flat_map(|key| names(&key.value));
    fields.map(|field| vec![field]).collect()
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

/// The tests of columns by a number.
fn column_tests(predicate: &Predicate, negated: bool, out: &mut Vec<ColumnTest>) {
    match predicate {
        Predicate::True | Predicate::False => {}
        Predicate::Not(inner) => column_tests(inner, !negated, out),
        Predicate::And(parts) | Predicate::Or(parts) => {
            for part in parts {
                column_tests(part, negated, out);
            }
        }
        Predicate::Atom(atom) => {
            let found = match (&atom.subject, &atom.test) {
                (Subject::Field(field), Test::Number(op, number)) => {
                    Some((field.name.clone(), *op, format_smolstr!("{number}")))
                }
                (Subject::Expr(value), Test::IsTrue) => compared(value),
                _ => None,
            };
            out.extend(found.and_then(|(name, op, number)| {
                let op = if negated { opposite(op)? } else { op };
                Some((name, op, number))
            }));
        }
    }
}

/// A column that is compared with a number.
fn compared(value: &Expr) -> Option<ColumnTest> {
    let Expr::Call {
        function: Function::Compare(op, ..),
        arguments,
    } = value
    else {
        return None;
    };
    match arguments.as_slice() {
        [
            Expr::Field(field),
            Expr::Literal(number @ (Value::Int(_) | Value::Float(_))),
        ] => Some((field.name.clone(), *op, format_smolstr!("{number}"))),
        _ => None,
    }
}

/// What holds where a relation does not; equality has no such relation.
fn opposite(op: CompareOp) -> Option<CompareOp> {
    match op {
        CompareOp::Eq => None,
        CompareOp::Lt => Some(CompareOp::Gte),
        CompareOp::Lte => Some(CompareOp::Gt),
        CompareOp::Gt => Some(CompareOp::Lte),
        CompareOp::Gte => Some(CompareOp::Lt),
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
