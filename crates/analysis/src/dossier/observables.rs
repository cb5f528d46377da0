//! Where the technique shows: events with the fields that rules read, and network traffic.

use super::opportunities::OpportunityRow;
use super::scope::{Pen, Scope};
use super::values::{is_general, values};
use crate::implements::is_network;
use crate::tables::{self, EventRow, FieldRow, IndicatorRow, Sample};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::{SmolStr as Text, format_smolstr};
use std::collections::BTreeMap;
use tripline_catalog::facts::{AtomFact, RuleFacts};
use tripline_schema::Activity;

/// How many fields of an event are listed.
const FIELDS: usize = 5;
/// How many values of a field are listed.
const VALUES: usize = 4;
/// What stands for a field in tests of computed values.
const COMPUTED: &str = "(computed)";

/// An event, and why it matters here: what rules read from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EventUse {
    /// `PROVIDER/ID`.
    pub key: Text,
    /// Provider.
    pub provider: Text,
    /// Event id within the provider.
    pub event: Text,
    /// Short title.
    pub title: Text,
    /// Log that it is written to, or empty.
    pub channel: Text,
    /// What turns it on, or empty.
    pub audit: Text,
    /// Rules under the technique that can fire on it.
    pub count: usize,
    /// Their number per vendor.
    pub by_vendor: BTreeMap<Text, usize>,
    /// The fields that they read on it, those of most rules first.
    pub fields: Vec<FieldRead>,
    /// Keys of the rules, best first.
    pub evidence: Vec<Text>,
}

/// A field that rules read on an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldRead {
    /// The name shown.
    pub field: Text,
    /// The canonical field.
    pub canonical: Text,
    /// Rules that read it on this event.
    pub count: usize,
    /// The values that most of them look for.
    pub values: Vec<Sample>,
}

/// The events of the technique in three groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Events {
    /// Of Windows, without Sysmon.
    pub windows: Vec<EventUse>,
    /// Of Sysmon, on Windows and Linux.
    pub sysmon: Vec<EventUse>,
    /// Of everything else: Linux, macOS, cloud, network, applications.
    pub other: Vec<EventUse>,
}

/// Whether a field describes behaviour: it does not only select events, is not computed, and is
/// not the outcome where most rules look for success.
pub(super) fn says_something(row: &FieldRow) -> bool {
    let first = row.samples.first();
    let outcome = row.canonical == "event.outcome"
        && first.is_some_and(|sample| sample.value.eq_ignore_ascii_case("success"));
    !row.routing && row.canonical != COMPUTED && !outcome
}

/// What can be seen on the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Network {
    /// What rules look for in network fields, without methods, states and directions of requests:
    /// the most telling first.
    pub indicators: Vec<IndicatorRow>,
    /// Events of connections, names and requests that rules read.
    pub events: Vec<EventUse>,
    /// Log sources of ATT&CK's analytics that watch the network.
    pub log_sources: Vec<NetworkSource>,
}

/// A log source of an analytic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NetworkSource {
    /// The analytic's id.
    pub analytic: Text,
    /// Data component.
    pub component: Text,
    /// Name of the log source.
    pub name: Text,
    /// What of it.
    pub channel: Text,
    /// Key of the analytic.
    pub evidence: Vec<Text>,
}

/// The events that the rules can fire on.
pub(super) fn events(scope: &Scope<'_>, pen: &mut Pen<'_>) -> Events {
    let mut events = Events {
        windows: Vec::new(),
        sysmon: Vec::new(),
        other: Vec::new(),
    };
    for row in tables::events(scope.index, &scope.rules) {
        let provider = scope.index.schema.provider(&row.provider);
        let windows = provider.is_some_and(|provider| provider.os == "windows");
        let group = match row.provider.as_str() {
            "Sysmon" | "Sysmon-Linux" => &mut events.sysmon,
            _ if windows => &mut events.windows,
            _ => &mut events.other,
        };
        group.push(event_use(scope, pen, row));
    }
    events
}

fn event_use(scope: &Scope<'_>, pen: &mut Pen<'_>, row: EventRow) -> EventUse {
    let key = format_smolstr!("{}/{}", row.provider, row.event);
    let schema = scope.index.schema;
    let known = schema.describe_event(&key);
    let here = |facts: &RuleFacts, atom: &AtomFact| {
        let branch = facts.branches.get(atom.branch as usize);
        branch.is_some_and(|branch| branch.events.contains(&key))
    };
    let rules = scope.positions(&row.rules);
    let fields = tables::fields(scope.index, &rules, here).into_iter();
    EventUse {
        channel: known.channel,
        audit: known.audit,
        fields: fields
            .filter(|field| field.count > 0 && says_something(field))
            .take(FIELDS)
            .map(|field| FieldRead {
                field: field.field,
                canonical: field.canonical,
                count: field.count,
                values: field.samples.into_iter().take(VALUES).collect(),
            })
            .collect(),
        evidence: scope.evidence(pen, &rules),
        provider: row.provider,
        event: row.event,
        title: row.title,
        count: row.count,
        by_vendor: row.by_vendor,
        key,
    }
}

/// What rules and analytics see on the network.
pub(super) fn network(
    scope: &Scope<'_>,
    events: &Events,
    opportunities: &[OpportunityRow],
) -> Network {
    let index = scope.index;
    let indicators = values(index, &scope.rules, |_, atom| {
        is_network(&atom.field)
            && !is_general(&atom.field)
            && !index.schema.routing_field(&atom.field)
            && !atom.value.is_empty()
    });
    let all = events
        .windows
        .iter()
        .chain(&events.sysmon)
        .chain(&events.other);
    let network = |event: &&EventUse| {
        let activity = index.schema.describe_event(&event.key).activity;
        matches!(activity, Activity::Network | Activity::Dns) || is_network_log(&event.provider)
    };
    let rows = opportunities.iter();
    let analytics = rows.flat_map(|row| &row.analytics);
    Network {
        indicators,
        events: all.filter(network).cloned().collect(),
        log_sources: analytics
            .flat_map(|analytic| {
                let own = analytic.log_sources.iter();
                let network = own.filter(|source| {
                    source.component.starts_with("Network Traffic")
                        || source.component.starts_with("Network Connection")
                        || source.component.contains("DNS")
                });
                network.map(|source| NetworkSource {
                    analytic: analytic.id.clone(),
                    component: source.component.clone(),
                    name: source.name.clone(),
                    channel: source.channel.clone(),
                    evidence: analytic.evidence.clone(),
                })
            })
            .collect(),
    }
}

fn is_network_log(provider: &str) -> bool {
    matches!(
        provider,
        "Zeek"
            | "Suricata"
            | "Proxy"
            | "DNS-Log"
            | "DNS-Server"
            | "Network-Firewall"
            | "Network-Flow"
            | "Network-Traffic"
            | "Web-Server"
            | "ModSecurity"
            | "FortiGate"
            | "Cisco-Syslog"
    )
}
