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
const FIELDS: [(&str, Said); 37] = [
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

impl Schema {
    /// Keeps of `events` those that fit one of the values of a routing field, given by its
    /// canonical id or a native name. An event id that the tables do not list makes a key of its
    /// own (`Security-Auditing/9999`), and so does an operation of a source that rules name the
    /// operations of. A test that no candidate fits leaves none. Values that are not plain texts
    /// (patterns), or say nothing that the tables know, and fields that route nothing leave the
    /// list as it is.
    pub fn narrow(&self, events: &[Text], field: &str, values: &[&str]) -> Vec<Text> {
        let said = FIELDS.iter().find(|(name, _)| *name == field);
        let (Some((_, said)), false) = (said, values.is_empty()) else {
            return events.to_vec();
        };
        if values.iter().any(|value| value.contains(['*', '?'])) {
            return events.to_vec();
        }
        let found = match said {
            Said::Id => self.by_id(events, values),
            Said::Action => self.by_action(events, values),
            Said::Provider => self.by_provider(events, values),
            Said::Channel => self.by_channel(events, values),
            Said::Dataset => self.by_dataset(events, values),
            Said::Os => {
                let os: Vec<Text> = values.iter().map(|os| os.to_lowercase().into()).collect();
                Some(keep(events, |key| self.runs_on(provider_part(key), &os)))
            }
            Said::RegistryEventType => by_registry_type(events, values),
            Said::EcsType => self.by_list(events, values, |event| &event.ecs_type),
            // UDM's types of events are categories too.
            Said::EcsCategory => self
                .by_list(events, values, |event| &event.ecs_category)
                .or_else(|| {
                    self.by_list(events, values, |event| {
                        std::slice::from_ref(&event.udm_type)
                    })
                }),
            Said::UdmType => self.by_list(events, values, |event| {
                std::slice::from_ref(&event.udm_type)
            }),
        };
        let Some(mut found) = found else {
            return events.to_vec();
        };
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether tests of a canonical field tell events apart: they select events, or name an
    /// operation, which is behaviour too.
    pub fn narrows(&self, canonical: &str) -> bool {
        self.field(canonical).is_some() && FIELDS.iter().any(|(name, _)| *name == canonical)
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

    /// `None` when an id is no number.
    fn by_id(&self, events: &[Text], ids: &[&str]) -> Option<Vec<Text>> {
        if ids.iter().any(|id| id.parse::<u32>().is_err()) {
            return None;
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
        if found.is_empty() {
            // A source of names may have ids beside them.
            let named = |key: &str| key.ends_with("/*");
            found = keep(events, named);
        }
        Some(found)
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

    /// The candidates that one of these providers writes. One that the tables do not list may still
    /// write to a whole log: its events bear the name that the rule gives it. Where no candidate is
    /// one's, whole providers of the same system. `None` when nothing is known of the providers.
    fn by_provider(&self, events: &[Text], names: &[&str]) -> Option<Vec<Text>> {
        let mut any = false;
        let mut found = Vec::new();
        for name in names {
            let called = self.providers.iter().filter(|own| own.is_called(name));
            let known: Vec<&Provider> = called.collect();
            any |= !known.is_empty();
            for key in events {
                let (own, id) = key.split_once('/').unwrap_or((key, "*"));
                let source = self.provider(own);
                let source = source.filter(|own| id == "*" || is_whole(own));
                for provider in &known {
                    if own == provider.name || source.is_some_and(|own| covers(own, provider)) {
                        found.push(format_smolstr!("{}/{id}", provider.name));
                    }
                }
                if known.is_empty() && source.is_some_and(is_whole) && !name.contains('/') {
                    found.push(format_smolstr!("{name}/{id}"));
                }
            }
        }
        if found.is_empty() && any {
            let of_host = |key: &Text| self.provider(provider_part(key)).map(|own| &own.os);
            let called = |own: &&Provider| names.iter().any(|name| own.is_called(name));
            let all = self.providers.iter().filter(called);
            let near = all.filter(|own| events.iter().any(|key| of_host(key) == Some(&own.os)));
            found.extend(near.map(|own| format_smolstr!("{}/*", own.name)));
        }
        (any || !found.is_empty()).then_some(found)
    }

    /// `None` when nothing is known of the channels.
    fn by_channel(&self, events: &[Text], channels: &[&str]) -> Option<Vec<Text>> {
        let mut all = self.providers.iter();
        if !all.any(|own| channels.iter().any(|channel| own.writes_to(channel))) {
            return None;
        }
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
        Some(found)
    }

    /// `None` when no candidate is of one of the data sets, of which those of an endpoint sensor
    /// hold the events of any provider that such a sensor reports.
    fn by_dataset(&self, events: &[Text], datasets: &[&str]) -> Option<Vec<Text>> {
        let of_sensor = |dataset: &&str| dataset.starts_with("endpoint.events.");
        let sensor = datasets.iter().any(of_sensor);
        let reported = |key: &str| self.event(key).is_some_and(|event| event.endpoint);
        let has = |own: &Provider| {
            own.datasets.iter().any(|dataset| {
                let module = dataset.split_once('.').map(|(module, _)| module);
                datasets.contains(&dataset.as_str())
                    || module.is_some_and(|module| datasets.contains(&module))
            })
        };
        let found = keep(events, |key| {
            (sensor && reported(key)) || self.provider(provider_part(key)).is_some_and(has)
        });
        (!found.is_empty()).then_some(found)
    }

    /// `None` when the lists have none of the values.
    fn by_list(
        &self,
        events: &[Text],
        values: &[&str],
        list: impl Fn(&CatalogueEvent) -> &[Text],
    ) -> Option<Vec<Text>> {
        let has = |event: &CatalogueEvent| {
            let mut own = list(event).iter();
            own.any(|own| values.contains(&own.as_str()))
        };
        let known = self.events.values().any(has);
        known.then(|| keep(events, |key| self.event(key).is_none_or(has)))
    }
}

/// Whether `source/*` may hold `provider`'s events: all of Windows, or a log that both write to.
fn covers(source: &Provider, provider: &Provider) -> bool {
    let same_log = source
        .channels
        .iter()
        .any(|channel| provider.writes_to(channel));
    same_log || (source.name == "Windows" && provider.os == "windows")
}

/// Whether a source is a log that any provider may write to, or all of Windows.
fn is_whole(source: &Provider) -> bool {
    source.os == "windows" && source.names.is_empty()
}

/// Sysmon's registry event types: 12 for keys and deletions, 13 for values, 14 for renames.
/// `None` for others.
fn by_registry_type(events: &[Text], types: &[&str]) -> Option<Vec<Text>> {
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
        return None;
    }
    Some(keep(events, |key| ids.contains(&key)))
}

fn keep(events: &[Text], fits: impl Fn(&str) -> bool) -> Vec<Text> {
    events.iter().filter(|key| fits(key)).cloned().collect()
}

pub(crate) fn provider_part(key: &str) -> &str {
    key.split_once('/').map_or(key, |(provider, _)| provider)
}
