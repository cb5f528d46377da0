//! What a rule takes: events, fields, and what must be there.

use crate::Index;
use crate::tables::told;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::collections::{BTreeMap, BTreeSet};
use tripline_catalog::RuleFacts;
use tripline_ir::{Detection, FieldRef, Plan, Step};
use tripline_schema::{Activity, Scheme};

/// A catalogue event that a rule reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DataSource {
    /// Provider, as in `Sysmon`.
    pub provider: Text,
    /// Event id within the provider; `*` for any.
    pub event: Text,
    /// Short title.
    pub title: Text,
    /// Audit policy or setting that turns it on; empty when the tables do not say.
    pub audit: Text,
}

impl DataSource {
    /// The title where it says more than the event's name.
    pub fn told(&self) -> &str {
        told(&self.event, &self.title)
    }
}

/// What a rule does with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldRole {
    /// It looks for values of it.
    LooksFor,
    /// It leaves events out by it.
    LeavesOut,
    /// It groups or joins events by it.
    Groups,
    /// It shows it with an alert.
    Shows,
}

impl FieldRole {
    /// The role in words.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::LooksFor => "looks for",
            Self::LeavesOut => "leaves out by",
            Self::Groups => "groups by",
            Self::Shows => "shows",
        }
    }
}

/// A field that a rule reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldNeed {
    /// The name as the rule spells it.
    pub name: Text,
    /// The canonical field, the first where the name means several in the rule's events; the rule's
    /// own name where the tables do not know it.
    pub canonical: Text,
    /// What it holds, all that it may hold joined by ", or "; empty when the tables do not know it.
    pub meaning: Text,
    /// What the rule does with it.
    pub roles: Vec<FieldRole>,
}

/// The events that a rule can fire on.
pub(super) fn data_sources(index: &Index<'_>, facts: &RuleFacts) -> Vec<DataSource> {
    let all = facts.events.iter();
    all.map(|key| {
        let event = index.schema.describe_event(key);
        DataSource {
            provider: event.provider,
            event: event.id,
            title: event.title,
            audit: event.audit,
        }
    })
    .collect()
}

/// The fields that a rule reads, by name, on a platform whose names are of `scheme`.
pub(super) fn fields(
    index: &Index<'_>,
    facts: &RuleFacts,
    detection: &Detection,
    scheme: Scheme,
) -> Vec<FieldNeed> {
    let mut found = Needs::default();
    for atom in facts.atoms.iter().filter(|atom| !atom.name.is_empty()) {
        let role = if atom.excludes() {
            FieldRole::LeavesOut
        } else {
            FieldRole::LooksFor
        };
        found.add(
            &atom.name,
            [own_field(index, &atom.name, &atom.field)],
            role,
        );
    }
    if let Some(plan) = &detection.plan {
        let computed = computed(plan);
        let keys = keys(plan).into_iter();
        for key in keys.filter(|key| !computed.contains(&key.name)) {
            found.add(&key.name, [key.canonical.clone()], FieldRole::Groups);
        }
    }
    for name in &detection.output_fields {
        let meant = match found.known_as(index, scheme, name) {
            Some(meant) => meant,
            None => meant(index, facts, scheme, name),
        };
        found.add(name, meant, FieldRole::Shows);
    }
    let all = found.by_name.into_iter();
    all.map(|(name, (meant, mut roles))| {
        roles.sort_unstable();
        let meanings = meant.iter().filter_map(|field| index.schema.field(field));
        let meanings: BTreeSet<&str> = meanings.map(|field| field.meaning.as_str()).collect();
        FieldNeed {
            canonical: meant.first().unwrap_or(&name).clone(),
            meaning: meanings
                .into_iter()
                .collect::<Vec<_>>()
                .join(", or ")
                .into(),
            name,
            roles,
        }
    })
    .collect()
}

/// Fields by name: what each means, the first found first, and what the rule does with it.
#[derive(Default)]
struct Needs {
    by_name: BTreeMap<Text, (Vec<Text>, Vec<FieldRole>)>,
}

impl Needs {
    fn add(&mut self, name: &Text, meant: impl IntoIterator<Item = Text>, role: FieldRole) {
        let (all, roles) = self.by_name.entry(name.clone()).or_default();
        for meant in meant {
            if !all.contains(&meant) {
                all.push(meant);
            }
        }
        if !roles.contains(&role) {
            roles.push(role);
        }
    }

    /// What a name means that the rule also writes with its data set (`Processes.user`).
    fn known_as(&self, index: &Index<'_>, scheme: Scheme, name: &str) -> Option<Vec<Text>> {
        let bare = |own: &str| index.schema.without_dataset(scheme, own) == Some(name);
        let mut all = self.by_name.iter();
        let found = all.find(|(own, _)| *own == name || bare(own));
        found.map(|(_, (meant, _))| meant.clone())
    }
}

/// The field that `name` means itself, where a test of it counts on `counted`: a base name's on the
/// path.
fn own_field(index: &Index<'_>, name: &str, counted: &Text) -> Text {
    let meanings = index.schema.lookup_field(name).into_iter();
    let mut projected = meanings.filter(|field| {
        let of = field.projection.as_ref();
        of.is_some_and(|projection| projection.of == *counted)
    });
    let found = projected.next();
    found.map_or_else(|| counted.clone(), |field| field.id.clone())
}

/// What a name means in the events that a rule reads; where these say nothing, in events of no
/// particular kind; the name itself where the tables do not know it.
fn meant(index: &Index<'_>, facts: &RuleFacts, scheme: Scheme, name: &Text) -> Vec<Text> {
    let mut found = Vec::new();
    for key in &facts.events {
        let activity = index.schema.describe_event(key).activity;
        let meant = index.schema.canonical_in(Some(key), scheme, activity, name);
        found.extend(meant.filter(|meant| !found.contains(meant)));
    }
    if found.is_empty() {
        let plain = index.schema.canonical(scheme, Activity::Other, name);
        found.push(plain.unwrap_or_else(|| name.clone()));
    }
    found
}

/// The fields that events are grouped or joined by, as the rule spells them.
fn keys(plan: &Plan) -> Vec<&FieldRef> {
    let mut found = match plan {
        Plan::Sequence(sequence) => of_steps(&sequence.steps),
        Plan::Sample(sample) => of_steps(&sample.steps),
        Plan::Correlate(correlate) => {
            let rules = correlate.rules.iter();
            rules.flat_map(|rule| &rule.keys).collect()
        }
        Plan::Aggregate(aggregate) => {
            let keys = aggregate.group_by.iter();
            keys.flat_map(|key| key.value.fields()).collect()
        }
        Plan::NewTerms(terms) => terms.fields.iter().collect(),
        _ => Vec::new(),
    };
    found.extend(plan.inputs().into_iter().flat_map(keys));
    found
}

fn of_steps(steps: &[Step]) -> Vec<&FieldRef> {
    let keys = steps.iter().flat_map(|step| &step.by);
    keys.flat_map(|key| key.value.fields()).collect()
}

/// The columns that a plan computes: no event has them.
fn computed(plan: &Plan) -> BTreeSet<&Text> {
    let mut found: BTreeSet<&Text> = match plan {
        Plan::Derive { columns, .. } => columns.iter().map(|(name, _)| name).collect(),
        Plan::Aggregate(aggregate) => aggregate.measures.iter().map(|own| &own.name).collect(),
        _ => BTreeSet::new(),
    };
    found.extend(plan.inputs().into_iter().flat_map(computed));
    found
}

#[cfg(test)]
mod tests {
    use super::{FieldNeed, FieldRole, fields};
    use crate::{Index, Lookups};
    use tripline_catalog::Catalog;
    use tripline_catalog::facts::facts;
    use tripline_ir::{Detection, Language};
    use tripline_languages::{Context, lower};
    use tripline_schema::{Schema, Scheme};
    use tripline_text::Source;

    fn needs(query: &str, shows: &[&str]) -> Vec<FieldNeed> {
        let catalog = Catalog::starter().expect("the starter catalogue opens");
        let schema = Schema::builtin();
        let lookups = Lookups::new(&catalog, schema);
        let index = Index::new(&catalog, &lookups, schema, Scheme::Cim);
        let source = Source::new("rule", query);
        let lowered = lower(Language::Spl, &source, &Context::new(schema));
        let mut rule = Detection::new("splunk", Language::Spl);
        rule.plan = lowered.plan;
        rule.output_fields = shows.iter().map(|name| (*name).into()).collect();
        let facts = facts(&rule, schema, &|id: &str| id.into());
        fields(&index, &facts, &rule, Scheme::Cim)
    }

    fn meaning<'n>(needs: &'n [FieldNeed], name: &str) -> &'n str {
        let found = needs.iter().find(|need| need.name == name);
        found.map_or("(not there)", |need| &need.meaning)
    }

    #[test]
    fn a_field_means_what_it_does_in_the_rules_events() {
        let cloud = "sourcetype=aws:cloudtrail eventName=DeleteTrail | stats count by src_ip";
        let cloud = needs(cloud, &["user", "dest"]);
        assert_eq!(meaning(&cloud, "user"), "account the event is about");
        let process = "| tstats count from datamodel=Endpoint.Processes where Processes.process_name=a.exe by Processes.dest Processes.user";
        let process = needs(process, &["user", "dest"]);
        let account = meaning(&process, "user");
        assert_eq!(account, "name of the account the started process runs as");
        assert_eq!(meaning(&process, "dest"), "host");
    }

    #[test]
    fn keys_are_named_as_the_rule_does_and_computed_columns_are_no_fields() {
        let query = "sourcetype=aws:cloudtrail eventName=DeleteTrail | eval who=lower(user) | stats count by who awsRegion src_ip";
        let found = needs(query, &[]);
        let groups = |name: &str| {
            let mut all = found.iter();
            all.any(|need| need.name == name && need.roles.contains(&FieldRole::Groups))
        };
        assert!(groups("awsRegion") && groups("src_ip"));
        assert!(!found.iter().any(|need| need.name == "who"));
    }
}
