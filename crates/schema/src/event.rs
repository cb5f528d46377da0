//! The catalogue of events and of who writes them.

use crate::{Activity, table};
use smol_str::{SmolStr as Text, format_smolstr};

/// Who writes events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Short name, the first part of an event's key.
    pub name: Text,
    /// How the events themselves call it.
    pub names: Vec<Text>,
    /// Logs that it writes to.
    pub channels: Vec<Text>,
    /// `windows`, `linux`, `macos`, or empty.
    pub os: Text,
    /// Sentinel table that its events land in, or empty.
    pub sentinel_table: Text,
    /// Elastic data sets of its events.
    pub datasets: Vec<Text>,
    /// Ids are names of operations, not event ids.
    pub named_ids: bool,
    /// Level of its events unless they say otherwise, or empty.
    pub level: Text,
}

/// A kind of event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueEvent {
    /// `PROVIDER/ID`.
    pub key: Text,
    /// First part of the key.
    pub provider: Text,
    /// Second part of the key: an event id, or the name of an operation.
    pub id: Text,
    /// Short title.
    pub title: Text,
    /// Log it is written to, or empty.
    pub channel: Text,
    /// What it is about.
    pub activity: Activity,
    /// ECS `event.category`.
    pub ecs_category: Vec<Text>,
    /// ECS `event.type`.
    pub ecs_type: Vec<Text>,
    /// ECS `event.action`, as the collectors write it.
    pub ecs_action: Vec<Text>,
    /// Endpoint sensors report the same happening.
    pub endpoint: bool,
    /// Defender table, or empty.
    pub defender_table: Text,
    /// Defender `ActionType` values.
    pub defender_action: Vec<Text>,
    /// Sentinel table, or empty.
    pub sentinel_table: Text,
    /// CIM data set, or empty.
    pub cim_dataset: Text,
    /// UDM `metadata.event_type`, or empty.
    pub udm_type: Text,
    /// Level, or empty when not known.
    pub level: Text,
    /// Audit policy or setting that turns it on, or empty when not known.
    pub audit: Text,
    /// The event's own field names.
    pub fields: Vec<Text>,
    /// Sigma log sources that it belongs to, as `product/category/service`, sorted.
    pub sigma_sources: Vec<Text>,
}

impl Provider {
    pub(crate) fn new(name: Text, row: table::ProviderRow) -> Self {
        Self {
            name,
            names: row.names,
            channels: row.channels,
            os: row.os,
            sentinel_table: row.sentinel,
            datasets: row.datasets,
            named_ids: row.ids == "action",
            level: row.level,
        }
    }

    /// Whether `name` is how events call this provider, in any letter case.
    pub fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
            || self.names.iter().any(|own| own.eq_ignore_ascii_case(name))
    }

    /// Whether it writes to this log, in any letter case.
    pub fn writes_to(&self, channel: &str) -> bool {
        self.channels
            .iter()
            .any(|own| own.eq_ignore_ascii_case(channel))
    }
}

impl CatalogueEvent {
    pub(crate) fn new(provider: &Provider, id: Text, row: table::EventRow) -> Self {
        let or = |own: Text, general: Option<&Text>| match general {
            Some(general) if own.is_empty() => general.clone(),
            _ => own,
        };
        Self {
            key: format_smolstr!("{}/{id}", provider.name),
            provider: provider.name.clone(),
            id,
            title: row.title,
            channel: or(row.channel, provider.channels.first()),
            activity: Activity::from_name(&row.activity).unwrap_or_default(),
            ecs_category: row.category,
            ecs_type: row.types,
            ecs_action: row.action,
            endpoint: row.endpoint,
            defender_table: row.defender,
            defender_action: row.defender_action,
            sentinel_table: provider.sentinel_table.clone(),
            cim_dataset: row.cim,
            udm_type: row.udm,
            level: or(row.level, Some(&provider.level)),
            audit: row.audit,
            fields: row.fields.split_whitespace().map(Text::from).collect(),
            sigma_sources: Vec::new(),
        }
    }
}
