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
        Self {
            index,
            own,
            schemes: schemes(platform, facts),
            activity: activity(index, facts),
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
    /// rule's events are about.
    pub(super) fn name(&self, canonical: &str) -> Option<Text> {
        if let Some(name) = self.own.get(canonical) {
            return Some(name.clone());
        }
        let field = self.index.schema.field(canonical)?;
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
