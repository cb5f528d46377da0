//! The form of the tables, as serde reads them.
//!
//! [`Ordered`] keeps the order of the file: of several names with one meaning the first is shown.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use smol_str::SmolStr as Text;
use std::collections::BTreeMap;
use std::marker::PhantomData;

/// A table with its keys in file order.
#[derive(Debug)]
pub(crate) struct Ordered<V>(pub(crate) Vec<(Text, V)>);

impl<V> Default for Ordered<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Ordered<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Entries<V> {
            type Value = Ordered<V>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a table")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(0));
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

/// `fields.toml`.
#[derive(serde::Deserialize)]
pub(crate) struct FieldTable {
    pub(crate) fields: Ordered<FieldRow>,
}

/// One canonical field.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldRow {
    pub(crate) kind: Text,
    pub(crate) meaning: Text,
    pub(crate) of: Option<Text>,
    pub(crate) by: Option<Text>,
    #[serde(default)]
    pub(crate) routing: bool,
    #[serde(default)]
    pub(crate) show: BTreeMap<Text, Text>,
}

/// One naming scheme.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NameTable {
    #[serde(default)]
    pub(crate) inherits: Vec<Text>,
    #[serde(default)]
    pub(crate) prefixes: BTreeMap<Text, Text>,
    #[serde(default)]
    pub(crate) datasets: BTreeMap<Text, Text>,
    pub(crate) names: Ordered<NameRow>,
    #[serde(default)]
    pub(crate) unmapped: Unmapped,
    #[serde(default)]
    pub(crate) overrides: BTreeMap<Text, BTreeMap<Text, Text>>,
}

/// Names that stay the source's own on purpose.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unmapped {
    pub(crate) names: Vec<Text>,
}

/// What a name means: the same everywhere, or by activity.
#[derive(serde::Deserialize)]
#[serde(untagged)]
pub(crate) enum NameRow {
    Always(Text),
    ByActivity(Ordered<Text>),
}

/// `events.toml`.
#[derive(serde::Deserialize)]
pub(crate) struct EventTable {
    pub(crate) providers: Ordered<ProviderRow>,
    pub(crate) events: Ordered<Ordered<EventRow>>,
}

/// Who writes events.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderRow {
    #[serde(default)]
    pub(crate) names: Vec<Text>,
    #[serde(default)]
    pub(crate) channels: Vec<Text>,
    #[serde(default)]
    pub(crate) os: Text,
    #[serde(default)]
    pub(crate) sentinel: Text,
    #[serde(default)]
    pub(crate) datasets: Vec<Text>,
    #[serde(default)]
    pub(crate) ids: Text,
    #[serde(default)]
    pub(crate) form: Text,
    #[serde(default)]
    pub(crate) activity: Text,
    #[serde(default)]
    pub(crate) level: Text,
}

/// One event.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventRow {
    pub(crate) title: Text,
    #[serde(default)]
    pub(crate) activity: Text,
    #[serde(default)]
    pub(crate) category: Vec<Text>,
    #[serde(default, rename = "type")]
    pub(crate) types: Vec<Text>,
    #[serde(default)]
    pub(crate) action: Vec<Text>,
    #[serde(default)]
    pub(crate) endpoint: bool,
    #[serde(default)]
    pub(crate) defender: Text,
    #[serde(default)]
    pub(crate) defender_action: Vec<Text>,
    #[serde(default)]
    pub(crate) cim: Text,
    #[serde(default)]
    pub(crate) udm: Text,
    #[serde(default)]
    pub(crate) audit: Text,
    #[serde(default)]
    pub(crate) fields: Text,
    #[serde(default)]
    pub(crate) channel: Text,
    #[serde(default)]
    pub(crate) level: Text,
}

impl EventRow {
    /// An event of which only the title is known.
    pub(crate) fn titled(title: String) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }
}

/// `log_sources.toml`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceTable {
    pub(crate) sigma: BTreeMap<Text, SourceRow>,
    pub(crate) elastic: BTreeMap<Text, SourceRow>,
    pub(crate) tables: BTreeMap<Text, SourceRow>,
    pub(crate) cim: BTreeMap<Text, SourceRow>,
    pub(crate) data_sources: BTreeMap<Text, SourceRow>,
    pub(crate) categories: BTreeMap<Text, Text>,
    pub(crate) products: BTreeMap<Text, SourceRow>,
    pub(crate) udm: BTreeMap<Text, Text>,
}

/// One log source.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceRow {
    #[serde(default)]
    pub(crate) events: Vec<Text>,
    #[serde(default)]
    pub(crate) activity: Text,
    #[serde(default)]
    pub(crate) endpoint: Vec<Text>,
    #[serde(default)]
    pub(crate) os: Vec<Text>,
    #[serde(default)]
    pub(crate) generic: bool,
}
