//! Questions to ask of an alert: whether a field holds what rules look for or leave out, each with
//! a query that finds it.

use super::scope::{Pen, Scope};
use crate::tables::{self, Sample};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use tripline_catalog::facts::{AtomFact, Tree};
use tripline_schema::{CanonicalField, Scheme};

/// How many fields are asked about.
const FIELDS: usize = 8;
/// How many ways of rules a query has.
const SHOWN_WAYS: usize = 6;
/// How many ways of one rule are looked at.
const MOST_WAYS: usize = 64;
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
                    .and_then(|name| query(field, &name, &ways(scope, &row.canonical, &rules))),
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
            if atom.field == field && atom.literal && atom.negated {
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

/// The tests of one field that a match of a rule may rest on together.
type Way<'a> = BTreeSet<(&'a str, &'a str)>;

/// The ways in which rules look for something in a field: those of most rules first, then of the
/// better rule. Values that a rule asks for together stay together.
fn ways<'a>(scope: &Scope<'a>, field: &str, rules: &[u32]) -> Vec<Way<'a>> {
    let mut found: BTreeMap<Way<'_>, (usize, usize)> = BTreeMap::new();
    let wanted: BTreeSet<u32> = rules.iter().copied().collect();
    let best = scope.best.iter().filter(|at| wanted.contains(at));
    for (place, at) in best.enumerate() {
        let facts = scope.facts(*at);
        let branches = facts.branches.iter();
        let all: BTreeSet<Way<'_>> = branches
            .flat_map(|branch| of_tree(&branch.tree, &facts.atoms, field))
            .collect();
        for way in all.into_iter().filter(|way| !way.is_empty()) {
            found.entry(way).or_insert((0, place)).0 += 1;
        }
    }
    let mut ways: Vec<_> = found.into_iter().collect();
    ways.sort_by_key(|(_, (count, place))| (Reverse(*count), *place));
    ways.into_iter().map(|(way, _)| way).collect()
}

/// The ways of a tree; a way without tests where it rests on other fields. Of more than
/// [`MOST_WAYS`] only the first.
fn of_tree<'a>(tree: &Tree, atoms: &'a [AtomFact], field: &str) -> Vec<Way<'a>> {
    let mut ways = match tree {
        Tree::Nothing => vec![Way::new()],
        Tree::Atom(at) => {
            let atom = &atoms[*at as usize];
            let own = atom.field == field && atom.is_indicator();
            let test = own.then_some((atom.operator.as_str(), atom.value.as_str()));
            vec![test.into_iter().collect()]
        }
        Tree::Or(parts) => parts
            .iter()
            .flat_map(|part| of_tree(part, atoms, field))
            .collect(),
        Tree::And(parts) => parts.iter().fold(vec![Way::new()], |ways, part| {
            let more = of_tree(part, atoms, field);
            let joined = ways.iter().flat_map(|way| {
                let with = |other: &Way<'a>| way.union(other).copied().collect();
                more.iter().map(with)
            });
            joined.take(MOST_WAYS).collect()
        }),
    };
    ways.truncate(MOST_WAYS);
    ways
}

/// The EQL query for values of a field under its ECS name: the first [`SHOWN_WAYS`] ways that EQL
/// can say.
fn query(field: &CanonicalField, name: &str, ways: &[Way<'_>]) -> Option<Text> {
    // They are typed: no text is compared with them.
    let number = matches!(field.kind.as_str(), "int" | "bool");
    let operator = if number { "in" } else { ":" };
    let valid = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_'));
    let mut seen = BTreeSet::new();
    let (mut single, mut several) = (Vec::new(), Vec::new());
    for way in ways.iter().filter(|_| valid) {
        if single.len() + several.len() == SHOWN_WAYS {
            break;
        }
        let values: Vec<String> = way.iter().filter_map(|test| value(field, *test)).collect();
        if values.is_empty() || !seen.insert(values.join("\n").to_lowercase()) {
            continue;
        }
        match values.as_slice() {
            [only] => single.push(only.clone()),
            all => {
                let tests: Vec<String> = all
                    .iter()
                    .map(|value| format!("{name} {operator} {value}"))
                    .collect();
                several.push(format!("({})", tests.join(" and ")));
            }
        }
    }
    let mut tests = several;
    if !single.is_empty() {
        tests.insert(0, format!("{name} {operator} ({})", single.join(", ")));
    }
    let events = events_of(&field.id);
    match tests.as_slice() {
        [] => None,
        [only] => Some(format!("{events} {only}").into()),
        all => Some(format!("{events} ({})", all.join(" or ")).into()),
    }
}

/// The value of a test as EQL writes it; `None` when EQL cannot say it.
fn value(field: &CanonicalField, (operator, value): (&str, &str)) -> Option<String> {
    match field.kind.as_str() {
        "int" => integer(operator, value),
        "bool" => truth(operator, value),
        _ => pattern(operator, value),
    }
}

fn truth(operator: &str, value: &str) -> Option<String> {
    let value = value.to_lowercase();
    (operator == "eq" && matches!(value.as_str(), "true" | "false")).then_some(value)
}

fn integer(operator: &str, value: &str) -> Option<String> {
    let number: i64 = value.parse().ok()?;
    (operator == "eq").then(|| number.to_string())
}

/// A value as an EQL pattern, which ignores case as `:` does; `None` when EQL cannot say it.
fn pattern(operator: &str, value: &str) -> Option<String> {
    if value.is_empty() || value.contains(['*', '?']) || value.chars().any(char::is_control) {
        return None;
    }
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
    Some(match operator {
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
    use super::{Way, query};
    use tripline_schema::Schema;

    #[test]
    fn queries_say_the_values() {
        let schema = Schema::builtin();
        let image = schema.field("process.executable").expect("is known");
        let way =
            |tests: &[(&'static str, &'static str)]| -> Way<'_> { tests.iter().copied().collect() };
        let ways = [
            way(&[("ends_with", "\\cmd.exe")]),
            way(&[("regex", "x")]),
            way(&[("contains", "\\temp\\"), ("ends_with", ".scr")]),
            way(&[("eq", "a\"b")]),
        ];
        let expected = r#"process where event.type == "start" and (process.executable : ("*\\cmd.exe", "a\"b") or (process.executable : "*\\temp\\*" and process.executable : "*.scr"))"#;
        let name = "process.executable";
        assert_eq!(query(image, name, &ways).as_deref(), Some(expected));
        let port = schema.field("destination.port").expect("is known");
        let ways = [way(&[("eq", "3389")]), way(&[("gt", "1")])];
        let expected = "any where destination.port in (3389)";
        let found = query(port, "destination.port", &ways);
        assert_eq!(found.as_deref(), Some(expected));
        assert_eq!(query(image, name, &[way(&[("contains", "a*b")])]), None);
    }
}
