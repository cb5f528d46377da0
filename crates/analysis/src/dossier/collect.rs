//! Data to collect for the technique and how to turn it on.

use super::audit::filled;
use super::observables::{EventUse, Events};
use super::opportunities::OpportunityRow;
use super::scope::{Pen, Scope};
use crate::analytics::holds;
use crate::markup::safe_url;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::{SmolStr as Text, format_smolstr};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use tripline_ir::RequirementKind;
use tripline_schema::{Collection, Schema};

/// How many values of a field a Sysmon filter has.
const VALUES: usize = 6;

/// What to collect.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Collect {
    /// Settings, those that most rules need first.
    pub settings: Vec<SettingRow>,
    /// A Sysmon configuration with the events that rules read, or empty.
    pub sysmon: Text,
    /// Settings for events that ATT&CK's analytics name and no rule under the technique reads: count
    /// and evidence are of the analytics.
    pub unread: Vec<SettingRow>,
    /// Events of rules that the tables do not know how to turn on, those of most rules first.
    pub unknown: Vec<UnknownRow>,
    /// Tables, indices and data models that rules name, those of most rules first.
    pub requirements: Vec<RequirementRow>,
}

/// Something to turn on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SettingRow {
    /// What.
    pub title: Text,
    /// Commands or settings as they are typed, in order.
    pub steps: Vec<Text>,
    /// What else must be known, or empty.
    pub note: Text,
    /// The vendor's page that says so.
    pub source: Option<Text>,
    /// Keys of the events that it gives.
    pub events: Vec<Text>,
    /// Rules under the technique that read them, or analytics that name them.
    pub count: usize,
    /// Keys of these, the best rule first.
    pub evidence: Vec<Text>,
}

/// A source that the tables do not know how to turn on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnknownRow {
    /// Provider.
    pub provider: Text,
    /// Rules under the technique that read it.
    pub count: usize,
    /// Keys of the rules, best first.
    pub evidence: Vec<Text>,
}

/// Something that must exist for rules to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RequirementRow {
    /// What it is.
    pub kind: RequirementKind,
    /// Its name.
    pub name: Text,
    /// Rules that name it.
    pub count: usize,
    /// Keys of the rules, best first.
    pub evidence: Vec<Text>,
}

/// What to collect for the events of the technique.
pub(super) fn collect(
    scope: &Scope<'_>,
    pen: &mut Pen<'_>,
    events: &Events,
    opportunities: &[OpportunityRow],
) -> Collect {
    let schema = scope.index.schema;
    let mut settings: BTreeMap<Text, (Collection, BTreeSet<Text>, BTreeSet<u32>)> = BTreeMap::new();
    let mut unknown: BTreeMap<Text, BTreeSet<u32>> = BTreeMap::new();
    for event in events.windows.iter().chain(&events.other) {
        let rules = scope.positions(&event.evidence);
        if let Some(found) = schema.collection(&event.key) {
            let row = settings
                .entry(found.title.clone())
                .or_insert_with(|| (found, BTreeSet::new(), BTreeSet::new()));
            row.1.insert(event.key.clone());
            row.2.extend(rules);
        } else {
            unknown
                .entry(event.provider.clone())
                .or_default()
                .extend(rules);
        }
    }
    let mut settings: Vec<SettingRow> = settings
        .into_values()
        .map(|(found, events, rules)| setting(scope, pen, found, events, &rules))
        .collect();
    settings.sort_by_key(|row| Reverse(row.count));
    let mut unknown: Vec<UnknownRow> = unknown
        .into_iter()
        .map(|(provider, rules)| UnknownRow {
            provider,
            count: rules.len(),
            evidence: scope.evidence(pen, &Vec::from_iter(rules)),
        })
        .collect();
    unknown.sort_by_key(|row| Reverse(row.count));
    Collect {
        settings,
        sysmon: sysmon(scope, &events.sysmon),
        unread: unread(scope, events, opportunities),
        unknown,
        requirements: requirements(scope, pen),
    }
}

fn setting(
    scope: &Scope<'_>,
    pen: &mut Pen<'_>,
    found: Collection,
    events: BTreeSet<Text>,
    rules: &BTreeSet<u32>,
) -> SettingRow {
    let rules: Vec<u32> = rules.iter().copied().collect();
    let steps = found.steps.iter();
    SettingRow {
        title: found.title,
        steps: steps.flat_map(|step| filled(scope, step, &rules)).collect(),
        note: found.note,
        source: safe_url(&found.source),
        events: events.into_iter().collect(),
        count: rules.len(),
        evidence: scope.evidence(pen, &rules),
    }
}

/// Settings for the events that analytics name and no rule reads, those of most analytics first.
fn unread(scope: &Scope<'_>, events: &Events, opportunities: &[OpportunityRow]) -> Vec<SettingRow> {
    let schema = scope.index.schema;
    let all = events
        .windows
        .iter()
        .chain(&events.sysmon)
        .chain(&events.other);
    let read: BTreeSet<Text> = all.map(|event| event.key.clone()).collect();
    let mut rows: BTreeMap<Text, SettingRow> = BTreeMap::new();
    for analytic in opportunities.iter().flat_map(|row| &row.analytics) {
        let named = analytic
            .log_sources
            .iter()
            .flat_map(|source| &source.events);
        for key in named.filter(|key| !holds(&read, key)) {
            let Some(found) = sysmon_setting(schema, key).or_else(|| schema.collection(key)) else {
                continue;
            };
            let steps = found.steps.iter();
            let steps: Vec<Text> = steps.flat_map(|step| filled(scope, step, &[])).collect();
            if steps.is_empty() && !found.steps.is_empty() {
                continue;
            }
            let row = rows
                .entry(found.title.clone())
                .or_insert_with(|| SettingRow {
                    title: found.title,
                    steps: Vec::new(),
                    note: found.note,
                    source: safe_url(&found.source),
                    events: Vec::new(),
                    count: 0,
                    evidence: Vec::new(),
                });
            for step in steps {
                if !row.steps.contains(&step) {
                    row.steps.push(step);
                }
            }
            if !row.events.contains(key) {
                row.events.push(key.clone());
            }
            if !analytic
                .evidence
                .iter()
                .all(|key| row.evidence.contains(key))
            {
                row.evidence.extend(analytic.evidence.iter().cloned());
                row.count += 1;
            }
        }
    }
    let mut rows: Vec<SettingRow> = rows.into_values().collect();
    for row in &mut rows {
        row.events.sort();
    }
    rows.sort_by_key(|row| Reverse(row.count));
    rows
}

/// What turns on an event of Sysmon: an element of its configuration, here with everything.
fn sysmon_setting(schema: &Schema, key: &str) -> Option<Collection> {
    let element = schema.sysmon_element(key.strip_prefix("Sysmon/")?)?;
    Some(Collection {
        title: "Sysmon".into(),
        steps: vec![format_smolstr!(
            "<{} onmatch=\"exclude\"/>",
            element.element
        )],
        note: "Elements of its configuration, with everything that they give.".into(),
        ..Collection::default()
    })
}

/// A Sysmon configuration: everything of an event that is usually collected whole, of the others
/// the values that most rules look for.
fn sysmon(scope: &Scope<'_>, events: &[EventUse]) -> Text {
    let mut elements: BTreeMap<&str, (bool, Vec<String>)> = BTreeMap::new();
    for event in events.iter().filter(|event| event.provider == "Sysmon") {
        let Some(element) = scope.index.schema.sysmon_element(&event.event) else {
            continue;
        };
        let entry = elements.entry(&element.element).or_default();
        let lines = if element.all {
            Vec::new()
        } else {
            filters(scope, event)
        };
        entry.0 |= lines.is_empty();
        for line in lines {
            if !entry.1.contains(&line) {
                entry.1.push(line);
            }
        }
    }
    if elements.is_empty() {
        return Text::default();
    }
    let mut out = String::from("<Sysmon schemaversion=\"4.90\">\n");
    if reads_hashes(scope) {
        out.push_str("  <HashAlgorithms>*</HashAlgorithms>\n");
    }
    out.push_str("  <EventFiltering>\n");
    for (element, (all, lines)) in elements {
        let open = |out: &mut String, rest: &str| {
            out.push_str("    <RuleGroup name=\"\" groupRelation=\"or\">\n      <");
            out.push_str(element);
            out.push_str(rest);
        };
        if all {
            open(&mut out, " onmatch=\"exclude\"/>\n    </RuleGroup>\n");
            continue;
        }
        open(&mut out, " onmatch=\"include\">\n");
        for line in lines {
            out.push_str(&line);
        }
        out.push_str("      </");
        out.push_str(element);
        out.push_str(">\n    </RuleGroup>\n");
    }
    out.push_str("  </EventFiltering>\n</Sysmon>");
    out.into()
}

/// Whether a rule looks at hashes of files: Sysmon writes others than SHA-1 only when told to.
fn reads_hashes(scope: &Scope<'_>) -> bool {
    let mut atoms = scope
        .rules
        .iter()
        .flat_map(|at| scope.facts(*at).atoms.iter());
    atoms.any(|atom| atom.field.contains(".hash."))
}

/// Whether a field says what was done to what: its values may choose events. The account, the kind
/// of operation or a time alone would choose nearly all.
fn chooses(field: &str) -> bool {
    const COMMON: [&str; 7] = [
        "user.",
        "actor.user",
        "event.",
        "network.",
        "file.created",
        "file.action",
        "registry.event_type",
    ];
    !matches!(field, "registry.data" | "destination.port_name")
        && field.rsplit('.').next() != Some("pid")
        && !COMMON.iter().any(|common| field.starts_with(common))
}

/// Whether a field names who acted and not what was acted on. Conditions of one event are
/// alternatives: one on the actor beside one on the target would let all of the actor's through.
fn is_actor(field: &str) -> bool {
    field.starts_with("actor.") || field.starts_with("process.")
}

/// Conditions on the event's own fields for what most rules look for.
fn filters(scope: &Scope<'_>, event: &EventUse) -> Vec<String> {
    let native = scope.index.schema.describe_event(&event.key).fields;
    let mut lines: Vec<String> = Vec::new();
    let fields = event.fields.iter();
    let fields = fields.filter(|field| chooses(&field.canonical));
    let (actors, targets): (Vec<_>, Vec<_>) = fields.partition(|field| is_actor(&field.canonical));
    for field in if targets.is_empty() { actors } else { targets } {
        let names = scope
            .index
            .schema
            .field(&field.canonical)
            .map(|field| &field.names);
        let own = names.and_then(|names| names.iter().find(|(_, name)| native.contains(name)));
        let Some((_, name)) = own else {
            continue;
        };
        let own = field.values.iter().filter(|sample| !is_root(&sample.value));
        for sample in own.take(VALUES) {
            let Some(condition) = condition(&sample.operator) else {
                continue;
            };
            let line = format!(
                "        <{name} condition=\"{condition}\">{}</{name}>\n",
                escape(&sample.value)
            );
            if !lines.iter().any(|known| known.eq_ignore_ascii_case(&line)) {
                lines.push(line);
            }
        }
    }
    lines
}

/// Whether a value is the root of a drive or of all users' folders: nearly everything lies below it.
fn is_root(value: &str) -> bool {
    let path = value
        .trim_matches(['\\', '/', ':', '?', '*'])
        .to_lowercase();
    let below = path.strip_prefix("c:\\").unwrap_or(&path);
    below.len() < 2 || matches!(below, "users" | "windows" | "home" | "program files")
}

/// Sysmon's condition for an operator.
fn condition(operator: &str) -> Option<&'static str> {
    Some(match operator {
        "eq" => "is",
        "contains" => "contains",
        "starts_with" => "begin with",
        "ends_with" => "end with",
        _ => return None,
    })
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

/// Tables, indices and data models that rules name.
fn requirements(scope: &Scope<'_>, pen: &mut Pen<'_>) -> Vec<RequirementRow> {
    let mut found: BTreeMap<(RequirementKind, &Text), Vec<u32>> = BTreeMap::new();
    for (at, detail) in &scope.details {
        let kept = detail.requires.iter().filter(|need| {
            matches!(
                need.kind,
                RequirementKind::Index | RequirementKind::Table | RequirementKind::DataModel
            )
        });
        let distinct: BTreeSet<_> = kept.map(|need| (need.kind, &need.name)).collect();
        for need in distinct {
            found.entry(need).or_default().push(*at);
        }
    }
    let mut rows: Vec<RequirementRow> = found
        .into_iter()
        .map(|((kind, name), rules)| RequirementRow {
            kind,
            name: name.clone(),
            count: rules.len(),
            evidence: scope.evidence(pen, &rules),
        })
        .collect();
    rows.sort_by_key(|row| Reverse(row.count));
    rows
}

#[cfg(test)]
mod tests {
    use super::is_root;

    #[test]
    fn roots_choose_nothing() {
        for value in ["c:\\", "C:\\Users\\", "?:\\", "/home/", "\\windows\\"] {
            assert!(is_root(value), "{value}");
        }
        assert!(!is_root("c:\\users\\public\\") && !is_root(".hta"));
    }
}
