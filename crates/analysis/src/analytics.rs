//! ATT&CK's analytics joined to rules by the events of their log sources.
//!
//! A log source names a log and, in free text, what to look for in it. It means the catalogue
//! events whose ids that text names; of a log of operations that none is named of, no event, or
//! every one where they are of one kind; of any
//! other, the events that the log sources of its data component name, on the analytic's platforms.

mod operations;

use crate::Index;
use crate::implements::{about, looks_there};
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::{SmolStr as Text, format_smolstr};
use std::collections::BTreeSet;
use tripline_attack::{Analytic, Attack, LogSource, Strategy};
use tripline_catalog::RuleFacts;
use tripline_schema::{Activity, Schema};

/// Logs of operations and the provider of their events.
// Table: names of log sources in ATT&CK.
const OPERATION_LOGS: [(&str, &str); 23] = [
    ("AWS:CloudTrail", "AWS-CloudTrail"),
    ("azure:activity", "Azure-Activity"),
    ("azure:audit", "Entra-Audit"),
    ("azure:signinlogs", "Entra-SignIn"),
    ("gcp:audit", "GCP-Audit"),
    ("gcp:workspaceaudit", "Google-Workspace"),
    ("kubernetes:apiserver", "Kubernetes-Audit"),
    ("kubernetes:audit", "Kubernetes-Audit"),
    ("linux:auth", "Linux-Auth"),
    ("linux:cron", "Linux-Cron"),
    ("m365:exchange", "M365-Audit"),
    ("m365:signinlogs", "Entra-SignIn"),
    ("m365:unified", "M365-Audit"),
    ("saas:github", "GitHub-Audit"),
    ("saas:googleworkspace", "Google-Workspace"),
    ("saas:okta", "Okta"),
    ("saas:zoom", "Zoom"),
    // Messages of logons and of sudo are among those of syslog.
    ("linux:syslog", "Linux-Auth"),
    ("linux:syslog", "Linux-Syslog"),
    // The unified log holds the audit of the directory too.
    ("m365:audit", "Entra-Audit"),
    ("m365:audit", "M365-Audit"),
    ("m365:office", "M365-Audit"),
    ("m365:messagetrace", "M365-Audit"),
];

/// An analytic of a technique and the catalogue events that it is about.
pub(crate) struct Joined<'c> {
    /// The detection strategy that it belongs to.
    pub(crate) strategy: &'c Strategy,
    /// The analytic.
    pub(crate) analytic: &'c Analytic,
    /// The events of each of its log sources, in their order.
    pub(crate) events: Vec<Events>,
}

/// The catalogue events of a log source.
pub(crate) struct Events {
    /// Their keys.
    pub(crate) keys: BTreeSet<Text>,
    /// What the log source is about.
    pub(crate) about: Vec<Activity>,
    /// The log source's own text names them, not only its data component.
    pub(crate) own: bool,
}

/// How much of an analytic a rule implements.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct AnalyticUse {
    /// Id of the analytic.
    pub id: Text,
    /// Its name.
    pub name: Text,
    /// Id of its detection strategy.
    pub strategy: Text,
    /// Number of its log sources in which the rule looks for a value.
    pub log_sources_read: usize,
    /// Number of its log sources.
    pub log_sources: usize,
}

/// The active analytics of a technique, in the order of its strategies.
pub(crate) fn analytics<'c>(index: &Index<'c>, technique: &str) -> Vec<Joined<'c>> {
    let attack = &index.catalog.attack;
    let strategies = attack.strategies_of(technique).into_iter();
    let pairs = strategies.flat_map(|strategy| {
        let analytics = attack.analytics_of(strategy).into_iter();
        analytics.map(move |analytic| (strategy, analytic))
    });
    pairs
        .map(|(strategy, analytic)| {
            let of = |source| {
                let own = named(index.schema, index.events(), source);
                let is_own = !own.is_empty();
                Events {
                    keys: if is_own {
                        own
                    } else {
                        of_components(index, analytic, source)
                    },
                    about: about(source, &component_of(attack, source)),
                    own: is_own,
                }
            };
            Joined {
                strategy,
                analytic,
                events: analytic.log_sources.iter().map(of).collect(),
            }
        })
        .collect()
}

impl Joined<'_> {
    /// How much of the analytic a rule implements; `None` when nothing.
    pub(crate) fn implemented_by(&self, schema: &Schema, facts: &RuleFacts) -> Option<AnalyticUse> {
        let reads = |events: &&Events| looks_there(schema, facts, &events.keys, &events.about);
        let read = self.events.iter().filter(reads).count();
        (read > 0).then(|| AnalyticUse {
            id: self.analytic.head.id.clone(),
            name: self.analytic.head.name.clone(),
            strategy: self.strategy.head.id.clone(),
            log_sources_read: read,
            log_sources: self.events.len(),
        })
    }
}

/// The name of a log source's data component, or empty.
pub(crate) fn component_of(attack: &Attack, source: &LogSource) -> Text {
    let component = source.component.as_deref();
    let component = component.and_then(|id| attack.data_component(id));
    component.map_or_else(Text::default, |found| found.head.name.clone())
}

/// Whether the events include `key`; a whole source on either side stands for its events.
pub(crate) fn holds(events: &BTreeSet<Text>, key: &Text) -> bool {
    let Some((provider, id)) = key.split_once('/') else {
        return false;
    };
    let whole = format_smolstr!("{provider}/*");
    events.contains(key)
        || events.contains(&whole)
        || (id == "*" && {
            let first = format_smolstr!("{provider}/");
            let mut below = events.range(first.clone()..);
            below
                .next()
                .is_some_and(|own| own.starts_with(first.as_str()))
        })
}

/// The catalogue events of a log source whose text names none: those of its data component.
fn of_components(index: &Index<'_>, analytic: &Analytic, source: &LogSource) -> BTreeSet<Text> {
    let Some(component) = &source.component else {
        return BTreeSet::new();
    };
    let events = index.component_events(component);
    events
        .iter()
        .filter(|key| runs_on(index.schema, key, &analytic.platforms))
        .cloned()
        .collect()
}

/// The events that the log sources of a data component name.
pub(crate) fn of_component(index: &Index<'_>, component: &str) -> BTreeSet<Text> {
    let component = index.catalog.attack.data_component(component);
    let sources = component.into_iter().flat_map(|found| &found.log_sources);
    sources
        .flat_map(|source| named(index.schema, index.events(), source))
        .collect()
}

/// Whether the provider of an event runs on one of ATT&CK's platforms.
fn runs_on(schema: &Schema, key: &str, platforms: &[Text]) -> bool {
    let provider = key.split('/').next().unwrap_or(key);
    let os = schema
        .provider(provider)
        .map_or("", |provider| &provider.os);
    !os.is_empty()
        && platforms
            .iter()
            .any(|platform| platform.eq_ignore_ascii_case(os))
}

/// The events that the text of a log source names; `known` are those that rules can fire on.
fn named(schema: &Schema, known: &BTreeSet<Text>, source: &LogSource) -> BTreeSet<Text> {
    if let Some(log) = source.name.strip_prefix("WinEventLog:") {
        return numbered(schema, &source.channel, |event| {
            is_log(log, &event.channel) || event.provider.eq_ignore_ascii_case(log)
        });
    }
    if source.name == "linux:Sysmon" {
        return numbered(schema, &source.channel, |event| {
            event.provider == "Sysmon-Linux"
        });
    }
    if let Some(record) = source.name.strip_prefix("auditd:") {
        return audit_records(schema, record, &source.channel);
    }
    if source.name == "macos:endpointsecurity" {
        return words(&source.channel)
            .filter_map(|word| word.strip_prefix("ES_EVENT_TYPE_"))
            .map(|kind| format_smolstr!("EndpointSecurity/{kind}"))
            .filter(|key| schema.event(key).is_some())
            .collect();
    }
    let logs = OPERATION_LOGS
        .iter()
        .filter(|(name, _)| *name == source.name);
    logs.flat_map(|(_, provider)| operations::named(provider, &source.channel, known))
        .collect()
}

/// Whether `channel` is the log that ATT&CK calls `name`: `Security`, `PowerShell`,
/// `Microsoft-Windows-CodeIntegrity/Operational`.
fn is_log(name: &str, channel: &str) -> bool {
    let inner = channel
        .strip_prefix("Microsoft-Windows-")
        .and_then(|rest| rest.split('/').next())
        .or_else(|| channel.strip_prefix("Windows "))
        .unwrap_or(channel);
    let alias = if name == "WMI" { "WMI-Activity" } else { name };
    channel.eq_ignore_ascii_case(name) || inner.eq_ignore_ascii_case(alias)
}

/// The events with the numbers in a text, of those that `fits` keeps.
fn numbered(
    schema: &Schema,
    text: &str,
    fits: impl Fn(&tripline_schema::CatalogueEvent) -> bool,
) -> BTreeSet<Text> {
    let Some((_, list)) = text.split_once("EventCode=") else {
        return BTreeSet::new();
    };
    let numbers: BTreeSet<&str> = words(list)
        .take_while(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    let fitting = schema
        .events()
        .filter(|event| numbers.contains(event.id.as_str()) && fits(event));
    fitting.map(|event| event.key.clone()).collect()
}

/// The records that auditd writes of a system call.
fn audit_records(schema: &Schema, record: &str, text: &str) -> BTreeSet<Text> {
    let call = match words(text).next().unwrap_or_default() {
        "execve" | "EXECVE" => Some("EXECVE"),
        "open" | "openat" | "write" | "unlink" | "rename" | "chmod" => Some("PATH"),
        "connect" | "socket" => Some("SOCKADDR"),
        _ => None,
    };
    let keys = std::iter::once(record).chain(call);
    keys.map(|id| format_smolstr!("Auditd/{id}"))
        .filter(|key| schema.event(key).is_some())
        .collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{holds, is_log, named};
    use std::collections::BTreeSet;
    use tripline_attack::LogSource;
    use tripline_schema::Schema;

    fn keys(name: &str, channel: &str) -> Vec<String> {
        let source = LogSource {
            component: None,
            name: name.into(),
            channel: channel.into(),
        };
        let found = named(Schema::builtin(), &BTreeSet::new(), &source);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn log_sources_name_events() {
        assert_eq!(
            keys("WinEventLog:Sysmon", "EventCode=3, 22"),
            ["Sysmon/22", "Sysmon/3"]
        );
        assert_eq!(
            keys("WinEventLog:Security", "EventCode=4688"),
            ["Security-Auditing/4688"]
        );
        assert_eq!(
            keys("WinEventLog:System", "EventCode=7045"),
            ["Service-Control-Manager/7045"]
        );
        assert_eq!(
            keys("auditd:SYSCALL", "execve"),
            ["Auditd/EXECVE", "Auditd/SYSCALL"]
        );
        assert_eq!(
            keys("macos:endpointsecurity", "ES_EVENT_TYPE_NOTIFY_EXEC"),
            ["EndpointSecurity/NOTIFY_EXEC"]
        );
        assert_eq!(
            keys("AWS:CloudTrail", "GetObject, CopyObject"),
            ["AWS-CloudTrail/CopyObject", "AWS-CloudTrail/GetObject"]
        );
        assert!(keys("saas:okta", "a sign-in from a new place").is_empty());
        assert!(keys("WinEventLog:Sysmon", "an odd parent process").is_empty());
    }

    #[test]
    fn a_whole_source_stands_for_its_events() {
        let one = BTreeSet::from(["AWS-CloudTrail/GetObject".into()]);
        assert!(holds(&one, &"AWS-CloudTrail/*".into()));
        assert!(!holds(&one, &"AWS-CloudTrail/PutObject".into()));
        let all = BTreeSet::from(["AWS-CloudTrail/*".into()]);
        assert!(holds(&all, &"AWS-CloudTrail/PutObject".into()));
        assert!(!holds(&all, &"Okta/*".into()));
    }

    #[test]
    fn logs_go_by_several_names() {
        assert!(is_log("Sysmon", "Microsoft-Windows-Sysmon/Operational"));
        assert!(is_log("Security", "Security"));
        assert!(!is_log("Security", "Microsoft-Windows-LSA/Operational"));
    }
}
