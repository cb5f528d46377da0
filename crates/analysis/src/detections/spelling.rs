//! How a rule of a platform spells a field.

use super::Platform;
use crate::Index;
use smol_str::{SmolStr as Text, format_smolstr};
use std::collections::{BTreeMap, BTreeSet};
use tripline_catalog::RuleFacts;
use tripline_ir::{Detection, FieldRef, Language, Plan, Predicate};
use tripline_schema::{Activity, Scheme};

/// The names of fields in one rule.
pub(super) struct Spelling<'a> {
    index: &'a Index<'a>,
    /// Names that the rule itself uses, by the field that each means.
    own: BTreeMap<Text, Text>,
    /// Names that the platform's rules use over one of its sources, where only they tell.
    beside: Option<BTreeMap<Text, Text>>,
    /// Schemes whose names its data has.
    schemes: &'static [Scheme],
    /// What the rule's events are about, where they agree.
    activity: Activity,
    /// The events that it can fire on.
    events: &'a [Text],
    /// What stands before a field of its data model: `Processes.`
    prefix: Text,
}

impl<'a> Spelling<'a> {
    /// The names in the rule `detection`.
    pub(super) fn new(
        index: &'a Index<'a>,
        platform: &Platform,
        facts: &'a RuleFacts,
        detection: &Detection,
    ) -> Self {
        let mut own = BTreeMap::new();
        for field in fields(detection) {
            let name = bare(&field.name, detection);
            own.entry(field.canonical.clone()).or_insert(name);
        }
        let prefix = own.values().find_map(|name| {
            let (model, _) = name.split_once('.')?;
            model
                .starts_with(|c: char| c.is_ascii_uppercase())
                .then(|| format_smolstr!("{model}."))
        });
        let schemes = schemes(platform, facts);
        let activity = activity(index, facts);
        let of_service = matches!(activity, Activity::Other | Activity::Audit)
            && schemes.contains(&Scheme::Sigma);
        Self {
            index,
            own,
            beside: of_service.then(|| beside(index, platform, facts, (schemes, activity))),
            schemes,
            activity,
            events: &facts.events,
            prefix: prefix
                .filter(|_| detection.language == Language::Spl)
                .unwrap_or_default(),
        }
    }

    /// Whether the rule itself reads the field.
    pub(super) fn reads(&self, canonical: &str) -> bool {
        self.own.contains_key(canonical)
    }

    /// The name of a field in the rule: its own, else that of the platform's scheme under what the
    /// rule's events are about. The logs of services have each its own names under one scheme: of
    /// these, what rules over the same source use.
    pub(super) fn name(&self, canonical: &str) -> Option<Text> {
        if let Some(name) = self.own.get(canonical) {
            return Some(name.clone());
        }
        let field = self.index.schema.field(canonical)?;
        if let Some(beside) = &self.beside {
            let found = beside.get(canonical).cloned();
            return found.or_else(|| self.listed(canonical, &field.names));
        }
        let of_scheme = self.schemes.iter().find_map(|scheme| {
            let names = field.names.iter().filter(|(own, _)| own == scheme);
            let full = names.map(|(_, name)| format_smolstr!("{}{name}", self.prefix));
            full.into_iter().find(|name| {
                let schema = self.index.schema;
                let meant = schema.canonical(*scheme, self.activity, name);
                meant.is_some_and(|id| id == canonical)
            })
        });
        of_scheme.or_else(|| self.event_data(canonical, &field.names))
    }

    /// The name of Windows' own that the tables list for every event of the rule.
    fn listed(&self, canonical: &str, names: &[(Scheme, Text)]) -> Option<Text> {
        let schema = self.index.schema;
        let has = |name: &Text| {
            !self.events.is_empty()
                && self.events.iter().all(|key| {
                    let event = schema.describe_event(key);
                    let (key, activity) = (Some(event.key.as_str()), event.activity);
                    let meant = schema.canonical_in(key, Scheme::Sigma, activity, name);
                    event.fields.contains(name) && meant.is_some_and(|id| id == canonical)
                })
        };
        let native = names.iter().filter(|(scheme, _)| *scheme == Scheme::Sigma);
        native.map(|(_, name)| name).find(|name| has(name)).cloned()
    }

    /// The name under which Elastic, or Splunk outside of data models, keeps a field of Windows'
    /// own events, where every event of the rule has it.
    fn event_data(&self, canonical: &str, names: &[(Scheme, Text)]) -> Option<Text> {
        let elastic = self.schemes.contains(&Scheme::Ecs);
        let splunk = self.schemes.contains(&Scheme::Cim) && self.prefix.is_empty();
        if !(elastic || splunk) || self.events.is_empty() {
            return None;
        }
        let schema = self.index.schema;
        let known: Vec<_> = self
            .events
            .iter()
            .map(|key| schema.describe_event(key))
            .collect();
        let native = names.iter().filter(|(scheme, _)| *scheme == Scheme::Sigma);
        native.map(|(_, name)| name).find_map(|name| {
            let full = if elastic {
                format_smolstr!("winlog.event_data.{name}")
            } else {
                name.clone()
            };
            let scheme = if elastic { Scheme::Ecs } else { Scheme::Sigma };
            let has = known.iter().all(|event| {
                let meant = schema.canonical_in(Some(&event.key), scheme, event.activity, &full);
                event.fields.contains(name) && meant.is_some_and(|id| id == canonical)
            });
            has.then_some(full)
        })
    }
}

/// The schemes whose names the events of a rule's tables have; none where it reads tables of
/// several.
fn schemes(platform: &Platform, facts: &RuleFacts) -> &'static [Scheme] {
    match platform.scheme {
        Scheme::Sigma => &[Scheme::Sigma],
        Scheme::Ecs => &[Scheme::Ecs],
        Scheme::Cim => &[Scheme::Cim],
        Scheme::Udm => &[Scheme::Udm],
        Scheme::Defender | Scheme::Sentinel => {
            let hunting = |table: &&Text| super::platforms::in_hunting(table);
            match facts.sources.iter().filter(hunting).count() {
                0 => &[Scheme::Sentinel, Scheme::Sigma],
                all if all == facts.sources.len() => &[Scheme::Defender],
                _ => &[],
            }
        }
    }
}

/// The names that rules of the platform over one of the rule's sources use, by the field that each
/// means; of several that of the most rules.
fn beside(
    index: &Index<'_>,
    platform: &Platform,
    facts: &RuleFacts,
    (schemes, activity): (&[Scheme], Activity),
) -> BTreeMap<Text, Text> {
    let kin = index.catalog.facts.iter().filter(|other| {
        let shares = |source: &Text| facts.sources.contains(source);
        platform.runs(other) && other.sources.iter().any(shares)
    });
    let means = |name: &Text, field: &Text| {
        let mut meant = schemes.iter();
        let meant = meant.find_map(|scheme| index.schema.canonical(*scheme, activity, name));
        meant.is_some_and(|meant| meant == *field)
    };
    let mut rules: BTreeMap<(&Text, &Text), usize> = BTreeMap::new();
    for other in kin {
        let names: BTreeSet<(&Text, &Text)> = other
            .atoms
            .iter()
            .map(|atom| (&atom.field, &atom.name))
            .collect();
        for pair in names {
            *rules.entry(pair).or_default() += 1;
        }
    }
    let mut found: BTreeMap<Text, (usize, Text)> = BTreeMap::new();
    for ((field, name), count) in rules {
        let most = found.get(field).map_or(0, |(most, _)| *most);
        if count > most && means(name, field) {
            found.insert(field.clone(), (count, name.clone()));
        }
    }
    let names = found.into_iter();
    names.map(|(field, (_, name))| (field, name)).collect()
}

/// What the events of a rule are about, where they agree.
fn activity(index: &Index<'_>, facts: &RuleFacts) -> Activity {
    let all: BTreeSet<Activity> = facts
        .events
        .iter()
        .map(|key| index.schema.key_activity(key))
        .collect();
    match all.first() {
        Some(one) if all.len() == 1 => *one,
        _ => Activity::Other,
    }
}

/// Every field that the tests of a rule read.
fn fields(detection: &Detection) -> Vec<FieldRef> {
    let mut found = Vec::new();
    if let Some(plan) = &detection.plan {
        predicates(plan, &mut |predicate| {
            predicate.visit(&mut |atom| found.extend(atom.fields().into_iter().cloned()));
        });
    }
    found
}

/// Calls `each` for the predicates of a plan's leaves and filters.
pub(super) fn predicates<'p>(plan: &'p Plan, each: &mut impl FnMut(&'p Predicate)) {
    match plan {
        Plan::Filter { input, predicate } => {
            predicates(input, each);
            each(predicate);
        }
        Plan::Match(_) | Plan::Sequence(_) | Plan::Sample(_) => {
            for found in plan.matches() {
                each(&found.predicate);
            }
        }
        other => {
            for input in other.inputs() {
                predicates(input, each);
            }
        }
    }
}

/// A field's name without the event variable before it.
fn bare(name: &Text, detection: &Detection) -> Text {
    match variable(detection) {
        Some(variable) => name
            .strip_prefix(variable.as_str())
            .and_then(|rest| rest.strip_prefix('.'))
            .map_or_else(|| name.clone(), Text::from),
        None => name.clone(),
    }
}

/// The one event variable of a YARA-L rule, without its `$`; `None` when it has several.
pub(super) fn variable(detection: &Detection) -> Option<Text> {
    if detection.language != Language::Yaral {
        return None;
    }
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for (at, _) in detection.body.match_indices('$') {
        let rest = &detection.body[at + 1..];
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        if end > 0 && rest[end..].starts_with('.') {
            found.insert(&rest[..end]);
        }
    }
    match found.first() {
        Some(one) if found.len() == 1 => Some(Text::from(*one)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Spelling;
    use crate::detections::Platform;
    use crate::{Index, Lookups};
    use tripline_catalog::Catalog;
    use tripline_catalog::facts::facts;
    use tripline_ir::{Detection, Language};
    use tripline_languages::{Context, lower};
    use tripline_schema::{Schema, Scheme};
    use tripline_text::Source;

    fn name(query: &str, field: &str) -> Option<String> {
        let catalog = Catalog::starter().expect("the starter catalogue opens");
        let schema = Schema::builtin();
        let lookups = Lookups::new(&catalog, schema);
        let index = Index::new(&catalog, &lookups, schema, Scheme::Sentinel);
        let source = Source::new("rule", query);
        let mut rule = Detection::new("sentinel", Language::Kusto);
        rule.plan = lower(Language::Kusto, &source, &Context::new(schema)).plan;
        let facts = facts(&rule, schema, &|id: &str| id.into());
        let sentinel = Platform::from_id("sentinel").expect("a platform");
        let spelling = Spelling::new(&index, &sentinel, &facts, &rule);
        spelling.name(field).map(Into::into)
    }

    #[test]
    fn a_table_is_not_read_by_the_names_of_another() {
        // A column of W3CIISLog, which CloudTrail's table lacks.
        let cloud = "AWSCloudTrail | where EventName == 'DeleteTrail'";
        let agent = name(cloud, "user_agent.original");
        assert_ne!(agent.as_deref(), Some("csUserAgent"));
        let own = name(cloud, "cloud.api.action");
        assert_eq!(own.as_deref(), Some("EventName"));
        let process = "SecurityEvent | where EventID == 4688 and CommandLine has 'x'";
        let image = name(process, "process.executable");
        assert_eq!(image.as_deref(), Some("NewProcessName"));
    }
}
