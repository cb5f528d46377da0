//! Detection opportunities: ATT&CK's strategies and analytics, joined to the rules that implement
//! them.
//!
//! A rule implements an analytic when, in one branch of its plan, it can fire on an event of one of
//! the analytic's log sources (see `analytics`) and looks for a value there: a test that only
//! selects events does not do. Where the rule's source names no events (`PROVIDER/*`), the field of
//! that value must be about what the log source is about: the system calls in its text, else its
//! data component.

use super::observables::is_network;
use super::scope::{Pen, Scope};
use crate::analytics::{Joined, analytics, holds};
use crate::markup::Span;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use std::collections::BTreeSet;
use tripline_attack::LogSource;
use tripline_catalog::facts::RuleFacts;
use tripline_schema::Activity;

/// A detection strategy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OpportunityRow {
    /// ATT&CK id.
    pub id: Text,
    /// Name.
    pub name: Text,
    /// Its analytics.
    pub analytics: Vec<AnalyticRow>,
    /// Key of the strategy.
    pub evidence: Vec<Text>,
}

/// An analytic and the rules that implement it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AnalyticRow {
    /// ATT&CK id.
    pub id: Text,
    /// What it looks for, in ATT&CK's words.
    pub text: Vec<Span>,
    /// Platforms.
    pub platforms: Vec<Text>,
    /// Its log sources.
    pub log_sources: Vec<LogSourceRow>,
    /// What an organisation sets itself.
    pub mutable_elements: Vec<MutableRow>,
    /// Rules under the technique that implement it.
    pub count: usize,
    /// Key of the analytic.
    pub evidence: Vec<Text>,
    /// Keys of the rules, best first.
    pub rules: Vec<Text>,
}

/// A log source of an analytic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LogSourceRow {
    /// Data component.
    pub component: Text,
    /// Name.
    pub name: Text,
    /// What of it.
    pub channel: Text,
    /// Rules under the technique that look for something there.
    pub count: usize,
    /// Keys of the rules, best first.
    pub rules: Vec<Text>,
}

/// A setting of an analytic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MutableRow {
    /// Its name.
    pub field: Text,
    /// What it is for.
    pub description: Text,
}

/// The strategies of the technique.
pub(super) fn opportunities(scope: &Scope<'_>, pen: &mut Pen<'_>) -> Vec<OpportunityRow> {
    let attack = scope.attack();
    let mut rows: Vec<OpportunityRow> = Vec::new();
    for id in &scope.ids {
        for joined in analytics(attack, scope.index.schema, id) {
            let strategy = &joined.strategy.head;
            if rows.last().is_none_or(|last| last.id != strategy.id) {
                rows.push(OpportunityRow {
                    id: strategy.id.clone(),
                    name: strategy.name.clone(),
                    analytics: Vec::new(),
                    evidence: vec![pen.sources.object(strategy)],
                });
            }
            let row = row(scope, pen, &joined);
            if let Some(last) = rows.last_mut() {
                last.analytics.push(row);
            }
        }
    }
    rows
}

fn row(scope: &Scope<'_>, pen: &mut Pen<'_>, joined: &Joined<'_>) -> AnalyticRow {
    let analytic = joined.analytic;
    let pairs = analytic.log_sources.iter().zip(&joined.events);
    let log_sources: Vec<LogSourceRow> = pairs
        .map(|(source, events)| log_source(scope, pen, source, events))
        .collect();
    let mut rules: Vec<u32> = Vec::new();
    for source in &log_sources {
        rules.extend(scope.positions(&source.rules));
    }
    rules.sort_unstable();
    rules.dedup();
    AnalyticRow {
        id: analytic.head.id.clone(),
        text: pen
            .reader
            .line(&analytic.head.description.replace('\n', " ")),
        platforms: analytic.platforms.clone(),
        log_sources,
        mutable_elements: analytic
            .mutable_elements
            .iter()
            .map(|element| MutableRow {
                field: element.field.clone(),
                description: element.description.clone(),
            })
            .collect(),
        count: rules.len(),
        evidence: vec![pen.sources.object(&analytic.head)],
        rules: scope.evidence(pen, &rules),
    }
}

fn log_source(
    scope: &Scope<'_>,
    pen: &mut Pen<'_>,
    source: &LogSource,
    events: &BTreeSet<Text>,
) -> LogSourceRow {
    let component = source.component.as_deref();
    let component = component.and_then(|id| scope.attack().data_component(id));
    let component = component.map(|found| found.head.name.clone());
    let component = component.unwrap_or_default();
    let about = about(source, &component);
    let all = scope.rules.iter().copied();
    let rules: Vec<u32> = all
        .filter(|at| looks_there(scope, scope.facts(*at), events, &about))
        .collect();
    LogSourceRow {
        component,
        name: source.name.clone(),
        channel: source.channel.clone(),
        count: rules.len(),
        rules: scope.evidence(pen, &rules),
    }
}

/// Whether a branch of the rule has an event of the log source and looks for a value.
fn looks_there(
    scope: &Scope<'_>,
    facts: &RuleFacts,
    events: &BTreeSet<Text>,
    about: &[Activity],
) -> bool {
    let schema = scope.index.schema;
    facts.atoms.iter().any(|atom| {
        let fits = |key: &Text| {
            holds(events, key)
                && (!key.ends_with("/*") || about.is_empty() || is_about(&atom.field, about))
        };
        let branch = facts.branches.get(atom.branch as usize);
        atom.is_indicator()
            && !schema.routing_field(&atom.field)
            && branch.is_some_and(|branch| branch.events.iter().any(fits))
    })
}

/// What a log source is about: the system calls that its text names, else its data component.
fn about(source: &LogSource, component: &str) -> Vec<Activity> {
    let calls = if source.name.starts_with("auditd") {
        system_calls(&source.channel)
    } else {
        Vec::new()
    };
    if calls.is_empty() {
        component_activity(component).into_iter().collect()
    } else {
        calls
    }
}

/// Whether a field is about one of these, as far as its name says.
fn is_about(field: &str, about: &[Activity]) -> bool {
    let table = [
        ("process.", Activity::Process),
        ("linux.proctitle", Activity::Process),
        ("file.", Activity::File),
        ("registry.", Activity::Registry),
        ("dll.", Activity::ImageLoad),
        ("driver.", Activity::DriverLoad),
        ("pipe.", Activity::Pipe),
        ("wmi.", Activity::Wmi),
        ("powershell.", Activity::Script),
        ("dns.", Activity::Dns),
        ("logon.", Activity::Authentication),
        ("event.user.", Activity::Authentication),
        ("user.", Activity::Authentication),
        ("cloud.", Activity::Authentication),
        ("okta.", Activity::Authentication),
    ];
    let mut named = table.iter().filter(|(start, _)| field.starts_with(start));
    named.any(|(_, activity)| about.contains(activity))
        || (is_network(field)
            && [Activity::Network, Activity::Dns, Activity::Authentication]
                .iter()
                .any(|activity| about.contains(activity)))
}

/// What the system calls are about that a text names.
fn system_calls(text: &str) -> Vec<Activity> {
    let mut found = Vec::new();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        let activity = match word {
            "execve" | "execveat" | "fork" | "clone" => Activity::Process,
            "open" | "openat" | "creat" | "rename" | "write" | "unlink" | "unlinkat" | "chmod" => {
                Activity::File
            }
            "connect" | "sendto" | "socket" | "bind" | "accept" => Activity::Network,
            "ptrace" => Activity::ProcessAccess,
            _ => continue,
        };
        if !found.contains(&activity) {
            found.push(activity);
        }
    }
    found
}

/// What a data component is about; `None` where no activity of the tables says it.
fn component_activity(component: &str) -> Option<Activity> {
    Some(match component {
        "Process Creation" | "Command Execution" => Activity::Process,
        "File Creation" | "File Modification" | "File Access" | "File Deletion"
        | "File Metadata" => Activity::File,
        "Windows Registry Key Modification"
        | "Windows Registry Key Creation"
        | "Windows Registry Key Deletion"
        | "Windows Registry Key Access" => Activity::Registry,
        "Network Connection Creation" | "Network Traffic Flow" | "Network Traffic Content" => {
            Activity::Network
        }
        "Module Load" => Activity::ImageLoad,
        "Driver Load" => Activity::DriverLoad,
        "Process Access" => Activity::ProcessAccess,
        "Named Pipe Metadata" => Activity::Pipe,
        "WMI Creation" => Activity::Wmi,
        "Script Execution" => Activity::Script,
        "Active DNS" | "Passive DNS" => Activity::Dns,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{about, is_about};
    use tripline_attack::LogSource;
    use tripline_schema::Activity;

    #[test]
    fn what_log_sources_are_about() {
        let source = |name: &str, channel: &str| LogSource {
            component: None,
            name: name.into(),
            channel: channel.into(),
        };
        let network = "Network Connection Creation";
        let calls = about(&source("auditd:SYSCALL", "execve: browsers"), network);
        assert_eq!(calls, [Activity::Process]);
        let flow = about(&source("NSM:Flow", "open connections"), network);
        assert_eq!(flow, [Activity::Network]);
        assert!(is_about("process.executable", &calls));
        assert!(!is_about("(any field)", &calls));
        assert!(is_about("destination.port", &flow));
    }
}
