//! How the data that events come from are turned on.

use crate::Schema;
use serde::Deserialize;
use smol_str::{SmolStr as Text, format_smolstr};
use std::collections::BTreeMap;

/// How some events are turned on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collection {
    /// What is turned on: an audit subcategory, a setting, a log, a source.
    pub title: Text,
    /// Commands or settings as they are typed, in order.
    pub steps: Vec<Text>,
    /// What else must be known.
    pub note: Text,
    /// The vendor's page that says so, or empty.
    pub source: Text,
}

/// The element of Sysmon's configuration that an event needs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SysmonElement {
    /// Its name inside `EventFiltering`.
    pub element: Text,
    /// Collecting every such event is usual; the others are wanted for chosen values only.
    #[serde(default)]
    pub all: bool,
}

/// `collection.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CollectionTable {
    subcategories: BTreeMap<Text, Subcategory>,
    settings: BTreeMap<Text, Setting>,
    sysmon: BTreeMap<Text, SysmonElement>,
    providers: BTreeMap<Text, Setting>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subcategory {
    category: Text,
    #[serde(rename = "as")]
    called: Option<Text>,
    #[serde(default)]
    steps: Vec<Text>,
    #[serde(default)]
    note: Text,
    #[serde(default)]
    source: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Setting {
    steps: Vec<Text>,
    #[serde(default)]
    note: Text,
    #[serde(default)]
    source: Text,
}

const AUDITPOL: &str =
    "https://learn.microsoft.com/en-us/windows-server/administration/windows-commands/auditpol-set";
const WEVTUTIL: &str =
    "https://learn.microsoft.com/en-us/windows-server/administration/windows-commands/wevtutil";

impl Schema {
    /// How the event of a key is turned on; `None` when the tables do not say. Sysmon's events are
    /// turned on by [`Schema::sysmon_element`].
    pub fn collection(&self, key: &str) -> Option<Collection> {
        let event = self.describe_event(key);
        let table = &self.collection;
        let audit = event.audit.as_str();
        if let Some(row) = table.subcategories.get(audit) {
            return Some(subcategory(audit, row));
        }
        if let Some(row) = table.settings.get(audit) {
            return Some(setting(&event.audit, row));
        }
        if let Some(row) = table.providers.get(&event.provider) {
            return Some(setting(&event.provider, row));
        }
        match audit {
            "always" => Some(Collection {
                title: format_smolstr!("{}, always written", event.channel),
                ..Collection::default()
            }),
            _ if audit.starts_with("enable the") && !event.channel.is_empty() => Some(Collection {
                title: format_smolstr!("{}, off by default", event.channel),
                steps: vec![format_smolstr!(
                    "wevtutil set-log \"{}\" /enabled:true /quiet:true",
                    event.channel
                )],
                note: Text::default(),
                source: WEVTUTIL.into(),
            }),
            _ if audit.starts_with("Restrict NTLM") => Some(Collection {
                title: "Group policy".into(),
                steps: vec![format_smolstr!(
                    "Security Settings > Local Policies > Security Options > Network security: {audit}"
                )],
                ..Collection::default()
            }),
            _ => None,
        }
    }

    /// The element of Sysmon's configuration for an event id of Sysmon.
    pub fn sysmon_element(&self, id: &str) -> Option<&SysmonElement> {
        self.collection.sysmon.get(id)
    }

    /// The `audit` texts of events that no row of `collection.toml` explains, sorted.
    pub fn unexplained_audits(&self) -> Vec<Text> {
        let events = self.events().filter(|event| !event.audit.is_empty());
        let unexplained = events.filter(|event| {
            event.audit != "Sysmon configuration" && self.collection(&event.key).is_none()
        });
        let mut audits: Vec<Text> = unexplained.map(|event| event.audit.clone()).collect();
        audits.sort();
        audits.dedup();
        audits
    }
}

fn subcategory(audit: &str, row: &Subcategory) -> Collection {
    let called = row.called.as_deref().unwrap_or(audit);
    let mut steps = vec![format_smolstr!(
        "auditpol /set /subcategory:\"{called}\" /success:enable /failure:enable"
    )];
    steps.extend(row.steps.iter().cloned());
    Collection {
        title: format_smolstr!("Audit policy: {} > {called}", row.category),
        steps,
        note: row.note.clone(),
        source: if row.source.is_empty() {
            AUDITPOL.into()
        } else {
            row.source.clone()
        },
    }
}

fn setting(title: &Text, row: &Setting) -> Collection {
    Collection {
        title: title.clone(),
        steps: row.steps.clone(),
        note: row.note.clone(),
        source: row.source.clone(),
    }
}

#[cfg(test)]
mod tests {
    use crate::Schema;

    #[test]
    fn every_audit_text_is_explained() {
        assert_eq!(Schema::builtin().unexplained_audits(), Vec::<&str>::new());
    }

    #[test]
    fn process_creation_needs_the_command_line() {
        let schema = Schema::builtin();
        let found = schema
            .collection("Security-Auditing/4688")
            .expect("is known");
        assert_eq!(
            found.title,
            "Audit policy: Detailed Tracking > Process Creation"
        );
        assert_eq!(found.steps.len(), 2);
        assert!(found.steps[1].contains("ProcessCreationIncludeCmdLine_Enabled"));
        assert!(schema.collection("AWS-CloudTrail/CreateUser").is_some());
        assert_eq!(schema.collection("Antivirus/*"), None);
    }

    #[test]
    fn sysmon_events_have_elements() {
        let schema = Schema::builtin();
        let filtered = schema.events().filter(|event| event.provider == "Sysmon");
        // 4, 16 and 255 cannot be filtered; 23, 27 and 28 do more than write an event.
        let none = ["4", "16", "255", "23", "27", "28"];
        for event in filtered.filter(|event| !none.contains(&event.id.as_str())) {
            assert!(schema.sysmon_element(&event.id).is_some(), "{}", event.key);
        }
    }
}
