//! Which rules implement an analytic of ATT&CK.
//!
//! A rule implements a log source of an analytic when, in one branch of its plan, it can fire on an
//! event of the log source and looks for a value there: a test that only selects events does not
//! do, unless it asks for the very event or operation that the log source names. Where the rule's source names no events (`PROVIDER/*`), the field of that value must be about
//! what the log source is about: the system calls in its text, else its data component.

use crate::analytics::holds;
use smol_str::SmolStr as Text;
use std::collections::BTreeSet;
use tripline_attack::LogSource;
use tripline_catalog::facts::RuleFacts;
use tripline_schema::{Activity, Schema};

/// Whether a branch of the rule has an event of the log source and looks for a value.
pub(crate) fn looks_there(
    schema: &Schema,
    facts: &RuleFacts,
    events: &BTreeSet<Text>,
    about: &[Activity],
) -> bool {
    facts.atoms.iter().any(|atom| {
        let fits = |key: &Text| {
            holds(events, key)
                && (!key.ends_with("/*") || about.is_empty() || is_about(&atom.field, about))
        };
        let branch = facts.branches.get(atom.branch as usize);
        let names_event = || {
            let mut ids = events.iter().filter_map(|key| key.split('/').nth(1));
            atom.operator == "eq" && ids.any(|id| id.eq_ignore_ascii_case(&atom.value))
        };
        atom.is_indicator()
            && (!schema.routing_field(&atom.field) || names_event())
            && branch.is_some_and(|branch| branch.events.iter().any(fits))
    })
}

/// What a log source is about: the system calls that its text names, else its data component.
pub(crate) fn about(source: &LogSource, component: &str) -> Vec<Activity> {
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

/// Whether a field describes traffic.
pub(crate) fn is_network(field: &str) -> bool {
    let parts = [
        "destination.",
        "remote.",
        "source.",
        "local.",
        "client.",
        "dns.",
        "url.",
        "http.",
        "network.",
        "tls.",
        "bits.remote_url",
        "user_agent.",
        "file.origin_",
        "cloud.client_ip",
    ];
    let process = field.starts_with("source.process") || field.starts_with("source.workstation");
    !process && parts.iter().any(|part| field.starts_with(part))
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
