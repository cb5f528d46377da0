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
    /// Ids are names, not event ids.
    pub named_ids: bool,
    /// How its operations are written, where rules name them: each is an event of its own.
    pub operations: Option<Form>,
    /// What its events are about, unless they say otherwise.
    pub activity: Activity,
    /// Level of its events unless they say otherwise, or empty.
    pub level: Text,
}

/// How a provider writes the names of its operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Anyhow.
    Any,
    /// Letters and digits: `CreateUser`.
    Word,
    /// Words with dots between: `user.account.lock`.
    Dotted,
    /// A path, or a title with blanks: `Microsoft.Compute/virtualMachines/write`, `Create Role`.
    Path,
    /// No path: `Add member to role`, `Request Approved/Denied`.
    Title,
    /// Capitals, digits and `_`: the types of records, `USER_LOGIN`.
    Record,
}

impl Form {
    /// The form that a table calls `name`.
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "" => Some(Self::Any),
            "word" => Some(Self::Word),
            "dotted" => Some(Self::Dotted),
            "path" => Some(Self::Path),
            "title" => Some(Self::Title),
            "record" => Some(Self::Record),
            _ => None,
        }
    }

    /// Whether an operation's name is written so.
    pub fn fits(self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Word => name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b' '),
            Self::Dotted => name.contains('.') && !name.contains(['/', ' ']),
            Self::Path => name.contains(['/', ' ']),
            Self::Title => name.matches('/').count() < 2,
            Self::Record => name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'),
        }
    }
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
            named_ids: row.ids == "action" || row.ids == "operation",
            operations: Form::from_name(&row.form).filter(|_| row.ids == "operation"),
            activity: Activity::from_name(&row.activity).unwrap_or_default(),
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
            activity: Activity::from_name(&row.activity).unwrap_or(provider.activity),
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
