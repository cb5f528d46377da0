//! Narrowing of a log source's events by what a rule tests: ids, channels, providers, actions.

use crate::{CatalogueEvent, Provider, Schema};
use smol_str::{SmolStr as Text, format_smolstr};

/// What a routing field says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Id,
    Channel,
    Provider,
    Action,
    RegistryEventType,
    EcsType,
    EcsCategory,
    Os,
    Dataset,
    UdmType,
}

/// What each field says, by canonical id and by native name.
const FIELDS: [(&str, Said); 38] = [
    ("event.code", Said::Id),
    ("EventID", Said::Id),
    ("EventCode", Said::Id),
    ("signature_id", Said::Id),
    ("winlog.event_id", Said::Id),
    ("event.channel", Said::Channel),
    ("Channel", Said::Channel),
    ("winlog.channel", Said::Channel),
    ("EventLog", Said::Channel),
    ("event.provider", Said::Provider),
    ("Provider_Name", Said::Provider),
    ("winlog.provider_name", Said::Provider),
    ("EventSourceName", Said::Provider),
    ("event.action", Said::Action),
    ("ActionType", Said::Action),
    ("cloud.api.action", Said::Action),
    ("okta.event_type", Said::Action),
    ("eventName", Said::Action),
    ("operationName", Said::Action),
    ("OperationName", Said::Action),
    ("OperationNameValue", Said::Action),
    ("Operation", Said::Action),
    ("eventType", Said::Action),
    ("properties.message", Said::Action),
    ("gcp.audit.method_name", Said::Action),
    ("metadata.product_event_type", Said::Action),
    ("EventName", Said::Action),
    ("registry.event_type", Said::RegistryEventType),
    ("EventType", Said::RegistryEventType),
    ("event.type", Said::EcsType),
    ("event.category", Said::EcsCategory),
    ("host.os.type", Said::Os),
    ("event.dataset", Said::Dataset),
    ("data_stream.dataset", Said::Dataset),
    ("event.module", Said::Dataset),
    ("metadata.event_type", Said::UdmType),
    ("linux.audit_type", Said::Action),
    ("auditd.message_type", Said::Action),
];

/// Values of CIM's `action`: kinds of operations and outcomes, no operation's name.
// Source: Splunk's Common Information Model, data models Authentication, Change, Endpoint.
const KINDS: [&str; 17] = [
    "acl_modified",
    "allowed",
    "blocked",
    "cleared",
    "created",
    "deleted",
    "error",
    "failure",
    "locked",
    "lockout",
    "modified",
    "read",
    "started",
    "stopped",
    "success",
    "unlocked",
    "updated",
];

fn is_kind(action: &str) -> bool {
    KINDS.iter().any(|kind| action.eq_ignore_ascii_case(kind))
}

impl Schema {
    /// Keeps of `events` those that fit one of the values of a routing field, given by its
    /// canonical id or a native name. An event id that the tables do not list makes a key of its
    /// own (`Security-Auditing/9999`), and so does an action of a source whose ids are actions.
    /// Values that are not plain texts (patterns) and fields that route nothing leave the list as
    /// it is, and so does a test that no candidate fits.
    pub fn narrow(&self, events: &[Text], field: &str, values: &[&str]) -> Vec<Text> {
        let said = FIELDS.iter().find(|(name, _)| *name == field);
        let (Some((_, said)), false) = (said, values.is_empty()) else {
            return events.to_vec();
        };
        if values.iter().any(|value| value.contains(['*', '?'])) {
            return events.to_vec();
        }
        let mut found = match said {
            Said::Id => self.by_id(events, values),
            Said::Action => self.by_action(events, values),
            Said::Provider => self.by_provider(events, values),
            Said::Channel => self.by_channel(events, values),
            Said::Dataset => self.by_dataset(events, values),
            Said::Os => {
                let os: Vec<Text> = values.iter().map(|os| os.to_lowercase().into()).collect();
                keep(events, |key| self.runs_on(provider_part(key), &os))
            }
            Said::RegistryEventType => by_registry_type(events, values),
            Said::EcsType => self.by_list(events, values, |event| &event.ecs_type),
            Said::EcsCategory => self.by_list(events, values, |event| &event.ecs_category),
            Said::UdmType => keep(events, |key| {
                self.event(key)
                    .is_none_or(|event| values.contains(&event.udm_type.as_str()))
            }),
        };
        if found.is_empty() {
            return events.to_vec();
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The events that do not all have the value: an event stays unless `value` is all that it can
    /// say in `field`. All stay where none would.
    pub fn without(&self, events: &[Text], field: &str, value: &str) -> Vec<Text> {
        let said = FIELDS.iter().find(|(name, _)| *name == field);
        let always = |key: &str| {
            let only = |list: &[Text]| matches!(list, [own] if own == value);
            let event = self.event(key);
            match said {
                Some((_, Said::Id)) => key.split_once('/').is_some_and(|(_, id)| id == value),
                Some((_, Said::EcsType)) => event.is_some_and(|event| only(&event.ecs_type)),
                Some((_, Said::EcsCategory)) => {
                    event.is_some_and(|event| only(&event.ecs_category))
                }
                Some((_, Said::Action)) => event.is_some_and(|event| event.id == value),
                _ => false,
            }
        };
        let kept = keep(events, |key| !always(key));
        if kept.is_empty() {
            events.to_vec()
        } else {
            kept
        }
    }

    fn by_id(&self, events: &[Text], ids: &[&str]) -> Vec<Text> {
        if ids.iter().any(|id| id.parse::<u32>().is_err()) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for id in ids {
            let before = found.len();
            let mut generic = Vec::new();
            for key in events {
                let (provider, own) = key.split_once('/').unwrap_or((key, "*"));
                if own == *id {
                    found.push(key.clone());
                } else if own == "*" {
                    let into = if provider == "Windows" {
                        &mut generic
                    } else {
                        &mut found
                    };
                    into.extend(self.listed_under(provider, id));
                }
            }
            if found.len() == before {
                found.append(&mut generic);
            }
            if found.len() == before {
                let creatable = events.iter().filter_map(|key| self.creatable(key));
                found.extend(creatable.map(|provider| format_smolstr!("{provider}/{id}")));
            }
        }
        found
    }

    /// The listed events of this id that `PROVIDER/*` covers: the provider's own, else those of
    /// its channels, else (for all of Windows) any.
    fn listed_under(&self, provider: &str, id: &str) -> Vec<Text> {
        let own = format_smolstr!("{provider}/{id}");
        if self.event(&own).is_some() {
            return vec![own];
        }
        let Some(source) = self.provider(provider) else {
            return Vec::new();
        };
        let whole = provider == "Windows";
        let shares = |other: &Provider| {
            other.name != source.name
                && source
                    .channels
                    .iter()
                    .any(|channel| other.writes_to(channel))
        };
        self.providers
            .iter()
            .filter(|other| (whole && other.os == "windows") || shares(other))
            .map(|other| format_smolstr!("{}/{id}", other.name))
            .filter(|key| self.event(key).is_some())
            .collect()
    }

    /// The provider of a `PROVIDER/*` whose events are numbered and may be unlisted.
    fn creatable<'a>(&self, key: &'a str) -> Option<&'a str> {
        let provider = key.strip_suffix("/*")?;
        self.provider(provider)
            .is_none_or(|known| !known.named_ids)
            .then_some(provider)
    }

    fn by_action(&self, events: &[Text], actions: &[&str]) -> Vec<Text> {
        let mut found = Vec::new();
        for key in events {
            if let Some(event) = self.event(key) {
                let has = |list: &[Text]| {
                    list.iter()
                        .any(|own| actions.iter().any(|said| own.eq_ignore_ascii_case(said)))
                };
                if has(&event.ecs_action)
                    || has(&event.defender_action)
                    || actions.contains(&event.id.as_str())
                {
                    found.push(key.clone());
                }
                continue;
            }
            let named = key
                .strip_suffix("/*")
                .and_then(|name| self.provider(name))
                .filter(|provider| provider.named_ids);
            if let Some(provider) = named {
                found.extend(self.named_events(provider, actions));
            }
        }
        found
    }

    /// The keys of these actions in a source whose ids are names of operations.
    fn named_events(&self, provider: &Provider, actions: &[&str]) -> Vec<Text> {
        let mut listed = self
            .events
            .values()
            .filter(|event| event.provider == provider.name)
            .peekable();
        if listed.peek().is_some() {
            return listed
                .filter(|event| {
                    event
                        .ecs_action
                        .iter()
                        .any(|own| actions.contains(&own.as_str()))
                })
                .map(|event| event.key.clone())
                .collect();
        }
        let names = actions.iter().filter(|action| !is_kind(action));
        names
            .map(|action| format_smolstr!("{}/{action}", provider.name))
            .collect()
    }

    fn by_provider(&self, events: &[Text], names: &[&str]) -> Vec<Text> {
        let mut found = Vec::new();
        for provider in self
            .providers
            .iter()
            .filter(|provider| names.iter().any(|name| provider.is_called(name)))
        {
            for key in events {
                let (own, id) = key.split_once('/').unwrap_or((key, "*"));
                if own == provider.name {
                    found.push(key.clone());
                } else if self.provider(own).is_some_and(|own| covers(own, provider)) {
                    found.push(format_smolstr!("{}/{id}", provider.name));
                }
            }
        }
        found
    }

    fn by_channel(&self, events: &[Text], channels: &[&str]) -> Vec<Text> {
        let mut found = keep(events, |key| {
            self.provider(provider_part(key))
                .is_some_and(|own| channels.iter().any(|channel| own.writes_to(channel)))
        });
        for key in events {
            let Some(id) = key.strip_prefix("Windows/") else {
                continue;
            };
            let writers = channels
                .iter()
                .filter_map(|channel| self.provider_of("", channel));
            found.extend(writers.map(|writer| format_smolstr!("{}/{id}", writer.name)));
        }
        found
    }

    /// Data sets of an endpoint sensor hold the events of any provider that such a sensor reports.
    fn by_dataset(&self, events: &[Text], datasets: &[&str]) -> Vec<Text> {
        let of_sensor = |dataset: &&str| dataset.starts_with("endpoint.events.");
        let sensor = datasets.iter().any(of_sensor);
        keep(events, |key| {
            let reported = self.event(key).is_some_and(|event| event.endpoint);
            (sensor && reported)
                || self.provider(provider_part(key)).is_some_and(|own| {
                    own.datasets.iter().any(|dataset| {
                        datasets.contains(&dataset.as_str())
                            || dataset
                                .split_once('.')
                                .is_some_and(|(module, _)| datasets.contains(&module))
                    })
                })
        })
    }

    fn by_list(
        &self,
        events: &[Text],
        values: &[&str],
        list: impl Fn(&CatalogueEvent) -> &Vec<Text>,
    ) -> Vec<Text> {
        keep(events, |key| {
            self.event(key)
                .is_none_or(|event| list(event).iter().any(|own| values.contains(&own.as_str())))
        })
    }
}

/// Whether `source/*` may hold `provider`'s events: all of Windows, or a log named as a whole.
fn covers(source: &Provider, provider: &Provider) -> bool {
    let whole_log = source.names.is_empty()
        && source
            .channels
            .iter()
            .any(|channel| provider.writes_to(channel));
    whole_log || (source.name == "Windows" && provider.os == "windows")
}

/// Sysmon's registry event types: 12 for keys and deletions, 13 for values, 14 for renames.
fn by_registry_type(events: &[Text], types: &[&str]) -> Vec<Text> {
    let ids: Vec<&str> = types
        .iter()
        .map(|kind| match kind.to_ascii_lowercase().as_str() {
            "setvalue" => "Sysmon/13",
            "renamekey" | "renamevalue" => "Sysmon/14",
            "createkey" | "createvalue" | "deletekey" | "deletevalue" => "Sysmon/12",
            _ => "",
        })
        .collect();
    if ids.contains(&"") {
        return Vec::new();
    }
    keep(events, |key| ids.contains(&key))
}

fn keep(events: &[Text], fits: impl Fn(&str) -> bool) -> Vec<Text> {
    events.iter().filter(|key| fits(key)).cloned().collect()
}

fn provider_part(key: &str) -> &str {
    key.split_once('/').map_or(key, |(provider, _)| provider)
}
