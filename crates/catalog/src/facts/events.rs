//! The catalogue events that a branch can fire on.

use std::collections::BTreeSet;
use tripline_ir::{
    Atom, CompareOp, Number, Pattern, Predicate, Shape, Subject, Test, Text, format_smolstr, law,
};
use tripline_schema::Schema;

/// The events of `candidates` that can satisfy the event-selecting tests of `predicate`.
pub(super) fn narrowed(candidates: &[Text], predicate: &Predicate, schema: &Schema) -> Vec<Text> {
    match predicate {
        Predicate::And(parts) => parts.iter().fold(candidates.to_vec(), |left, part| {
            narrowed(&left, part, schema)
        }),
        Predicate::Or(parts) => either(candidates, parts, schema),
        Predicate::Atom(atom) => by_values(candidates, std::slice::from_ref(&**atom), schema),
        Predicate::False => Vec::new(),
        Predicate::Not(inner) => without(candidates, inner, schema),
        Predicate::True => candidates.to_vec(),
    }
}

/// The events that can fail tests: one that says nothing but what a test leaves out cannot.
fn without(candidates: &[Text], left_out: &Predicate, schema: &Schema) -> Vec<Text> {
    match left_out {
        Predicate::Or(parts) => parts.iter().fold(candidates.to_vec(), |kept, part| {
            without(&kept, part, schema)
        }),
        Predicate::Atom(atom) => match (&atom.subject, exact_value(atom)) {
            (Subject::Field(field), Some(value)) if schema.narrows(&field.canonical) => {
                schema.without(candidates, &field.canonical, &value)
            }
            _ => candidates.to_vec(),
        },
        _ => candidates.to_vec(),
    }
}

/// Alternatives of one field narrow as one set of values, others each by itself.
fn either(candidates: &[Text], parts: &[Predicate], schema: &Schema) -> Vec<Text> {
    let atoms: Option<Vec<Atom>> = parts
        .iter()
        .map(|part| match part {
            Predicate::Atom(atom) => Some((**atom).clone()),
            _ => None,
        })
        .collect();
    if let Some(atoms) = atoms
        && atoms
            .windows(2)
            .all(|pair| pair[0].subject == pair[1].subject)
    {
        return by_values(candidates, &atoms, schema);
    }
    let all: BTreeSet<Text> = parts
        .iter()
        .flat_map(|part| narrowed(candidates, part, schema))
        .collect();
    all.into_iter().collect()
}

fn by_values(candidates: &[Text], atoms: &[Atom], schema: &Schema) -> Vec<Text> {
    let Some(Subject::Field(field)) = atoms.first().map(|atom| &atom.subject) else {
        return candidates.to_vec();
    };
    if !schema.narrows(&field.canonical) {
        return candidates.to_vec();
    }
    let values: Option<Vec<Text>> = atoms.iter().map(exact_value).collect();
    let Some(values) = values else {
        return by_actions(candidates, &field.canonical, atoms, schema);
    };
    let values: Vec<&str> = values.iter().map(Text::as_str).collect();
    schema.narrow(candidates, &field.canonical, &values)
}

/// Events whose actions, as the tables know them, fit a pattern on the action. Events without a
/// known action stay where no event of their provider fits.
fn by_actions(candidates: &[Text], field: &str, atoms: &[Atom], schema: &Schema) -> Vec<Text> {
    let patterns: Option<Vec<&Pattern>> = atoms
        .iter()
        .map(|atom| match &atom.test {
            Test::Pattern(pattern) => Some(pattern),
            _ => None,
        })
        .collect();
    let (Some(patterns), "event.action") = (patterns, field) else {
        return candidates.to_vec();
    };
    let fits = |action: &Text| {
        patterns
            .iter()
            .any(|pattern| law::pattern_matches(pattern, action))
    };
    let known = |key: &Text| {
        let event = schema.event(key)?;
        let actions = event.ecs_action.iter().chain(&event.defender_action);
        Some(actions.collect::<Vec<_>>())
    };
    let fitting =
        |key: &&Text| known(key).is_some_and(|actions| actions.iter().any(|own| fits(own)));
    let provider = |key: &Text| key.split('/').next().map(Text::new);
    let providers: BTreeSet<Option<Text>> =
        candidates.iter().filter(fitting).map(provider).collect();
    let keeps = |key: &Text| match known(key) {
        None => true,
        Some(actions) if actions.is_empty() => !providers.contains(&provider(key)),
        Some(actions) => actions.iter().any(|own| fits(own)),
    };
    let kept = candidates.iter().filter(|key| keeps(key));
    kept.cloned().collect()
}

/// The one text that satisfies the test, if it is an equality.
fn exact_value(atom: &Atom) -> Option<Text> {
    match &atom.test {
        Test::Pattern(pattern) => match pattern.shape() {
            Shape::Equals(text) => Some(text.into()),
            _ => None,
        },
        Test::Number(CompareOp::Eq, Number::Int(n)) => Some(format_smolstr!("{n}")),
        _ => None,
    }
}
