//! Questions to ask of an alert: whether a field holds what rules look for or leave out, each with
//! a query that finds it.

use super::lookup::query;
use super::scope::{Pen, Scope};
use super::values::is_general;
use super::ways::ways;
use crate::tables::{self, FieldRow, Sample};
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
    let asked = rows.filter(|row| !row.routing && !is_general(&row.canonical));
    asked
        .filter_map(|row| Some((scope.index.schema.field(&row.canonical)?, row)))
        .filter_map(|(field, row)| question(scope, pen, field, row))
        .take(FIELDS)
        .collect()
}

/// The question about a field; `None` when rules look for nothing in it, or for nothing that more
/// of them do not leave out.
fn question(
    scope: &Scope<'_>,
    pen: &mut Pen<'_>,
    field: &CanonicalField,
    row: FieldRow,
) -> Option<Question> {
    let rules = scope.positions(&row.rules);
    let mut left_out = left_out(scope, &row.canonical);
    let mut looked_for = row.samples;
    looked_for.retain(|sample| {
        let mut out = left_out.iter();
        let same = out.find(|out| (&out.operator, &out.value) == (&sample.operator, &sample.value));
        same.is_none_or(|out| out.count <= sample.count)
    });
    if looked_for.is_empty() {
        return None;
    }
    let name = ecs_name(scope, field, &rules);
    let query = name.and_then(|name| {
        let of = scope.index.schema.field_dataset(&name);
        let rules = rules.iter().copied();
        let rules: Vec<u32> = rules
            .filter(|at| of.is_none_or(|provider| reads(scope, *at, provider)))
            .collect();
        query(field, &name, &ways(scope, &row.canonical, &rules))
    });
    left_out.truncate(LEFT_OUT);
    Some(Question {
        field: row.field,
        meaning: Text::new(&field.meaning),
        count: row.count,
        query,
        looked_for,
        left_out,
        evidence: scope.evidence(pen, &rules),
        canonical: row.canonical,
    })
}

/// The values that rules leave out on a field by themselves, not with other tests: those of most
/// rules first.
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
    samples
}

/// Whether a rule can fire on an event of a provider.
fn reads(scope: &Scope<'_>, at: u32, provider: &str) -> bool {
    let mut events = scope.facts(at).events.iter();
    events.any(|key| key.split('/').next() == Some(provider))
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
        let own = rules.iter().filter(|at| reads(scope, **at, provider));
        own.count() * 2 >= rules.len()
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
