//! Questions to ask of an alert: whether a field holds what rules look for or leave out, each with
//! a query that finds it.

use super::scope::{Pen, Scope};
use crate::tables::{self, Sample};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use tripline_schema::{CanonicalField, Scheme};

/// How many fields are asked about.
const FIELDS: usize = 8;
/// How many values that rules leave out are shown.
const LEFT_OUT: usize = 4;

/// Fields with few values, which most events have: nobody looks one of them up by itself.
const GENERAL: [&str; 6] = [
    "event.outcome",
    "http.request.method",
    "http.response.status_code",
    "network.transport",
    "network.direction",
    "network.initiated",
];

/// A question about a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Question {
    /// The name shown for the field.
    pub field: Text,
    /// The canonical field.
    pub canonical: Text,
    /// What the field means.
    pub meaning: Text,
    /// Rules under the technique that read it.
    pub count: usize,
    /// What most of them look for in it.
    pub looked_for: Vec<Sample>,
    /// What most of them leave out.
    pub left_out: Vec<Sample>,
    /// An EQL query over ECS fields that finds what is looked for; `None` when the field has no
    /// ECS name or no value can be written in EQL.
    pub query: Option<Text>,
    /// Keys of the rules, best first.
    pub evidence: Vec<Text>,
}

/// The questions, about the fields of most rules first.
pub(super) fn questions(scope: &Scope<'_>, pen: &mut Pen<'_>) -> Vec<Question> {
    let rows = tables::fields(scope.index, &scope.rules, |_, _| true).into_iter();
    let asked = rows.filter(|row| {
        !row.routing && !row.samples.is_empty() && !GENERAL.contains(&row.canonical.as_str())
    });
    asked
        .filter_map(|row| Some((scope.index.schema.field(&row.canonical)?, row)))
        .take(FIELDS)
        .map(|(field, row)| {
            let rules = scope.positions(&row.rules);
            Question {
                field: row.field,
                meaning: Text::new(&field.meaning),
                count: row.count,
                query: ecs_name(scope, field, &rules)
                    .and_then(|name| query(field, &name, &row.samples)),
                looked_for: row.samples,
                left_out: left_out(scope, &row.canonical),
                evidence: scope.evidence(pen, &rules),
                canonical: row.canonical,
            }
        })
        .collect()
}

/// The values that most rules leave out on a field by themselves, not with other tests.
fn left_out(scope: &Scope<'_>, field: &str) -> Vec<Sample> {
    let mut found: BTreeMap<(&Text, &Text), BTreeSet<u32>> = BTreeMap::new();
    for &at in &scope.rules {
        let facts = scope.facts(at);
        for exclusion in &facts.exclusions {
            let [only] = exclusion.atoms.as_slice() else {
                continue;
            };
            let atom = &facts.atoms[*only as usize];
            if atom.field == field && atom.literal {
                found
                    .entry((&atom.operator, &atom.value))
                    .or_default()
                    .insert(at);
            }
        }
    }
    let mut samples: Vec<Sample> = found
        .into_iter()
        .map(|((operator, value), rules)| Sample {
            operator: operator.clone(),
            value: value.clone(),
            count: rules.len(),
        })
        .collect();
    samples.sort_by_key(|sample| Reverse(sample.count));
    samples.truncate(LEFT_OUT);
    samples
}

/// The ECS name of a field for the events of rules: of the names that fit the events of at least
/// half of them, the one that most of the rules write, else the first.
fn ecs_name(scope: &Scope<'_>, field: &CanonicalField, rules: &[u32]) -> Option<Text> {
    let schema = scope.index.schema;
    if field.id == "cloud.api.action" {
        // The integrations of all cloud services write it, beside names of their own.
        return Some(Text::new_static("event.action"));
    }
    let of_half = |provider: &str| {
        let reads = |at: &&u32| {
            let mut events = scope.facts(**at).events.iter();
            events.any(|key| key.split('/').next() == Some(provider))
        };
        rules.iter().filter(reads).count() * 2 >= rules.len()
    };
    let own = |name: &Text| schema.field_dataset(name).is_none_or(of_half);
    let written = |name: &Text| {
        let writes = |at: &&u32| {
            let mut atoms = scope.facts(**at).atoms.iter();
            atoms.any(|atom| atom.field == field.id && atom.name == *name)
        };
        rules.iter().filter(writes).count()
    };
    let names = field.names.iter();
    let mut fitting: Vec<&Text> = names
        .filter(|(scheme, name)| *scheme == Scheme::Ecs && own(name))
        .map(|(_, name)| name)
        .collect();
    fitting.sort_by_cached_key(|name| Reverse(written(name)));
    let first = fitting.first().map(|name| (*name).clone());
    let of_aws = field.id == "cloud.api.service" && of_half("AWS-CloudTrail");
    first.or_else(|| of_aws.then(|| Text::new_static("event.provider")))
}

/// Which events the field of a question is of.
fn events_of(field: &str) -> &'static str {
    match field.split('.').next().unwrap_or_default() {
        "process" => "process where event.type == \"start\" and",
        "file" => "file where",
        "registry" => "registry where",
        _ => "any where",
    }
}

/// The EQL query for values of a field under its ECS name.
fn query(field: &CanonicalField, name: &str, samples: &[Sample]) -> Option<Text> {
    // They are typed: no text is compared with them.
    let number = matches!(field.kind.as_str(), "int" | "bool");
    let value = |sample: &Sample| match field.kind.as_str() {
        "int" => integer(sample),
        "bool" => truth(sample),
        _ => pattern(sample),
    };
    let mut values: Vec<String> = samples.iter().filter_map(value).collect();
    let mut seen = BTreeSet::new();
    values.retain(|value| seen.insert(value.to_lowercase()));
    let operator = if number { "in" } else { ":" };
    let valid = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_'));
    (valid && !values.is_empty()).then(|| {
        let events = events_of(&field.id);
        format!("{events} {name} {operator} ({})", values.join(", ")).into()
    })
}

fn truth(sample: &Sample) -> Option<String> {
    let value = sample.value.to_lowercase();
    (sample.operator == "eq" && matches!(value.as_str(), "true" | "false")).then_some(value)
}

fn integer(sample: &Sample) -> Option<String> {
    let number: i64 = sample.value.parse().ok()?;
    (sample.operator == "eq").then(|| number.to_string())
}

/// A value as an EQL pattern, which ignores case as `:` does; `None` when EQL cannot say it.
fn pattern(sample: &Sample) -> Option<String> {
    let value = sample.value.as_str();
    if value.is_empty() || value.contains(['*', '?']) || value.chars().any(char::is_control) {
        return None;
    }
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
    Some(match sample.operator.as_str() {
        "eq" => format!("\"{escaped}\""),
        "starts_with" => format!("\"{escaped}*\""),
        "ends_with" => format!("\"*{escaped}\""),
        // A switch of one letter or a piece of a word finds everything.
        "contains" if value.trim().len() < 4 => return None,
        "contains" => format!("\"*{escaped}*\""),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::query;
    use crate::tables::Sample;
    use tripline_schema::Schema;

    fn sample(operator: &str, value: &str) -> Sample {
        Sample {
            operator: operator.into(),
            value: value.into(),
            count: 1,
        }
    }

    #[test]
    fn queries_say_the_values() {
        let schema = Schema::builtin();
        let image = schema.field("process.executable").expect("is known");
        let samples = [
            sample("ends_with", "\\cmd.exe"),
            sample("regex", "x"),
            sample("eq", "a\"b"),
        ];
        let expected = r#"process where event.type == "start" and process.executable : ("*\\cmd.exe", "a\"b")"#;
        let name = "process.executable";
        assert_eq!(query(image, name, &samples).as_deref(), Some(expected));
        let port = schema.field("destination.port").expect("is known");
        let samples = [sample("eq", "3389"), sample("gt", "1")];
        let expected = "any where destination.port in (3389)";
        let found = query(port, "destination.port", &samples);
        assert_eq!(found.as_deref(), Some(expected));
        assert_eq!(query(image, name, &[sample("contains", "a*b")]), None);
    }
}
