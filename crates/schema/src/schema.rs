//! The tables, loaded and indexed, and look-up of fields and events.

use crate::collection::CollectionTable;
use crate::names::{NONE, Names};
use crate::table::{EventTable, FieldTable, NameTable, SourceRow, SourceTable};
use crate::{
    Activity, CanonicalField, CatalogueEvent, Projection, ProjectionKind, Provider, Scheme,
};
use smol_str::{SmolStr as Text, format_smolstr};
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

macro_rules! table {
    ($file:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../data/schema/",
            $file
        ))
    };
}

/// Text of each scheme's table, in the order of [`Scheme::ALL`].
const NAMES: [&str; 6] = [
    table!("sigma.toml"),
    table!("ecs.toml"),
    table!("cim.toml"),
    table!("defender.toml"),
    table!("sentinel.toml"),
    table!("udm.toml"),
];

/// Endings that Elastic gives to other forms of the same field.
const MULTI_FIELDS: [&str; 3] = [".caseless", ".text", ".keyword"];

/// The tables, indexed.
#[derive(Debug, Default)]
pub struct Schema {
    fields: Vec<CanonicalField>,
    /// Look-up only, never iterated.
    field_index: HashMap<Text, u16>,
    pub(crate) names: Vec<Names>,
    pub(crate) events: BTreeMap<Text, CatalogueEvent>,
    pub(crate) providers: Vec<Provider>,
    pub(crate) sources: Sources,
    pub(crate) collection: CollectionTable,
    errors: Vec<String>,
    /// Canonical fields of events whose own fields are listed. Look-up only.
    carried: OnceLock<HashMap<Text, Vec<u16>>>,
}

/// Log sources by the names that each vendor gives them.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) sigma: BTreeMap<Text, SourceEntry>,
    pub(crate) elastic: BTreeMap<Text, SourceEntry>,
    pub(crate) tables: BTreeMap<Text, SourceEntry>,
    pub(crate) cim: BTreeMap<Text, SourceEntry>,
    pub(crate) named: BTreeMap<Text, SourceEntry>,
    pub(crate) categories: BTreeMap<Text, Activity>,
    pub(crate) products: BTreeMap<Text, SourceEntry>,
    pub(crate) udm: BTreeMap<Text, Activity>,
}

/// What a log source holds.
#[derive(Debug, Default)]
pub(crate) struct SourceEntry {
    pub(crate) events: Vec<Text>,
    pub(crate) activity: Activity,
    pub(crate) endpoint: Vec<Text>,
    pub(crate) os: Vec<Text>,
    pub(crate) generic: bool,
}

/// Whether events have a field under names that the tables do not all join to it.
fn has_many_names(canonical: &str) -> bool {
    let parts = ["event.", "actor.", "host.", "network."];
    parts.iter().any(|part| canonical.starts_with(part))
        || canonical.ends_with("user")
        || canonical.ends_with("_id")
}

impl Schema {
    /// The embedded tables.
    pub fn builtin() -> &'static Self {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(Self::load)
    }

    /// What is wrong with the tables; a test shows that it is empty.
    pub fn errors(&self) -> &[String] {
        &self.errors
    }

    fn load() -> Self {
        let mut schema = Self::default();
        schema.load_fields();
        for (scheme, text) in Scheme::ALL.into_iter().zip(NAMES) {
            schema.load_names(scheme, text);
        }
        schema.load_events();
        schema.load_sources();
        schema.collection = schema
            .parse("collection.toml", table!("collection.toml"))
            .unwrap_or_default();
        schema.index_spellings();
        schema
    }

    /// Parses one table; a flaw is kept in `errors` and leaves the table empty.
    fn parse<T: serde::de::DeserializeOwned>(&mut self, file: &str, text: &str) -> Option<T> {
        toml::from_str(text)
            .map_err(|error| self.errors.push(format!("{file}: {error}")))
            .ok()
    }

    fn load_fields(&mut self) {
        let Some(table) = self.parse::<FieldTable>("fields.toml", table!("fields.toml")) else {
            return;
        };
        for (id, row) in table.fields.0 {
            let number = u16::try_from(self.fields.len()).unwrap_or(NONE);
            if self.field_index.insert(id.clone(), number).is_some() {
                self.errors.push(format!("field {id} stands twice"));
            }
            let names = row
                .show
                .into_iter()
                .filter_map(|(scheme, name)| Some((Scheme::from_name(&scheme)?, name)))
                .collect();
            self.fields.push(CanonicalField {
                id,
                meaning: row.meaning,
                kind: row.kind,
                projection: row.of.zip(row.by).map(|(of, by)| Projection {
                    of,
                    kind: ProjectionKind::from_name(&by),
                }),
                routing: row.routing,
                names,
            });
        }
        for field in &self.fields {
            if let Some(projection) = &field.projection
                && !self.field_index.contains_key(&projection.of)
            {
                self.errors
                    .push(format!("{} projects {}", field.id, projection.of));
            }
        }
    }

    fn load_names(&mut self, scheme: Scheme, text: &str) {
        let names = self
            .parse::<NameTable>(scheme.name(), text)
            .map(|table| Names::new(table, &|id| self.field_index.get(id).copied()))
            .unwrap_or_default();
        for error in &names.errors {
            self.errors.push(format!("{}: {error}", scheme.name()));
        }
        self.names.push(names);
    }

    fn load_events(&mut self) {
        let Some(table) = self.parse::<EventTable>("events.toml", table!("events.toml")) else {
            return;
        };
        for (name, row) in table.providers.0 {
            self.providers.push(Provider::new(name, row));
        }
        for (provider, events) in table.events.0 {
            let Some(provider) = self.providers.iter().find(|known| known.name == provider) else {
                self.errors.push(format!("events of unknown {provider}"));
                continue;
            };
            for (id, row) in events.0 {
                let event = CatalogueEvent::new(provider, id, row);
                self.events.insert(event.key.clone(), event);
            }
        }
    }

    fn load_sources(&mut self) {
        let Some(table) = self.parse::<SourceTable>("log_sources", table!("log_sources.toml"))
        else {
            return;
        };
        let activities = |rows: BTreeMap<Text, Text>| {
            rows.into_iter()
                .map(|(name, activity)| (name, Activity::from_name(&activity).unwrap_or_default()))
                .collect()
        };
        let entries = |rows| entries(rows, &|key: &Text| self.key_activity(key));
        self.sources = Sources {
            sigma: entries(table.sigma),
            elastic: entries(table.elastic),
            tables: entries(table.tables),
            cim: entries(table.cim),
            named: entries(table.data_sources),
            products: entries(table.products),
            categories: activities(table.categories),
            udm: activities(table.udm),
        };
        for (name, source) in &self.sources.sigma {
            for key in &source.events {
                if let Some(event) = self.events.get_mut(key) {
                    event.sigma_sources.push(name.clone());
                }
            }
        }
    }

    /// Gives each field its names, the one to show first.
    fn index_spellings(&mut self) {
        for (scheme, names) in Scheme::ALL.into_iter().zip(&self.names) {
            for primary in [true, false] {
                for name in &names.order {
                    let Some(roles) = names.index.get(name) else {
                        continue;
                    };
                    for number in roles.fields() {
                        if (number == roles.primary) != primary {
                            continue;
                        }
                        let spelled = &mut self.fields[usize::from(number)].names;
                        let entry = (scheme, name.clone());
                        if !spelled.contains(&entry) {
                            spelled.push(entry);
                        }
                    }
                }
            }
        }
        for field in &mut self.fields {
            field.names.sort_by_key(|(scheme, _)| *scheme);
        }
    }

    /// The canonical field that `name` means in `scheme` when the event is about `activity`;
    /// `None` when the tables do not know the name.
    pub fn canonical(&self, scheme: Scheme, activity: Activity, name: &str) -> Option<Text> {
        self.number(scheme, activity, name)
            .map(|number| self.fields[usize::from(number)].id.clone())
    }

    /// As [`Schema::canonical`], for a name in an event of a known kind, or in a source
    /// (`PROVIDER/*`): some names mean something else there.
    pub fn canonical_in(
        &self,
        event: Option<&str>,
        scheme: Scheme,
        activity: Activity,
        name: &str,
    ) -> Option<Text> {
        event
            .and_then(|key| self.names[Scheme::Sigma as usize].overrides.get(key))
            .and_then(|fields| fields.get(name.strip_prefix("winlog.event_data.").unwrap_or(name)))
            .cloned()
            .or_else(|| self.canonical(scheme, activity, name))
    }

    /// A name without the data sets that it begins with (`Web.url_length` is `url_length`); `None`
    /// when it begins with none.
    pub fn without_dataset<'n>(&self, scheme: Scheme, name: &'n str) -> Option<&'n str> {
        let datasets = &self.names.get(scheme as usize)?.datasets;
        let mut rest = name;
        while let Some((dataset, inner)) = rest.split_once('.')
            && datasets.contains_key(dataset)
        {
            rest = inner;
        }
        (rest.len() < name.len()).then_some(rest)
    }

    fn number(&self, scheme: Scheme, activity: Activity, name: &str) -> Option<u16> {
        let names = self.names.get(scheme as usize)?;
        if let Some(roles) = names.index.get(name) {
            let number = roles.get(activity);
            return (number != NONE).then_some(number);
        }
        for (prefix, other) in &names.prefixes {
            if let Some(rest) = name.strip_prefix(prefix.as_str()) {
                return self.number(Scheme::from_name(other)?, activity, rest);
            }
        }
        if let Some((dataset, rest)) = name.split_once('.')
            && let Some(said) = names.datasets.get(dataset)
        {
            return self.number(scheme, *said, rest);
        }
        if scheme == Scheme::Ecs
            && let Some(base) = MULTI_FIELDS.iter().find_map(|end| name.strip_suffix(end))
        {
            return self.number(scheme, activity, base);
        }
        names
            .inherits
            .iter()
            .filter_map(|other| Scheme::from_name(other))
            .find_map(|other| self.number(other, activity, name))
    }

    /// Whether the tables leave a name out on purpose: its meaning depends on the product.
    pub fn unmapped_on_purpose(&self, scheme: Scheme, name: &str) -> bool {
        self.names
            .get(scheme as usize)
            .is_some_and(|names| names.unmapped.iter().any(|own| own == name))
    }

    /// The canonical field of this id.
    pub fn field(&self, id: &str) -> Option<&CanonicalField> {
        self.field_index
            .get(id)
            .map(|&number| &self.fields[usize::from(number)])
    }

    /// Every canonical field, in table order.
    pub fn fields(&self) -> &[CanonicalField] {
        &self.fields
    }

    /// How the field follows from another; `None` when it is one of its own.
    pub fn projection(&self, canonical: &str) -> Option<&Projection> {
        self.field(canonical)?.projection.as_ref()
    }

    /// The field of the hash of this name (`SHA256`, in any letter case) in the packed list `list`.
    pub fn hash_in(&self, list: &str, name: &str) -> Option<&CanonicalField> {
        self.fields.iter().find(|field| {
            let projection = field.projection.as_ref();
            projection.is_some_and(|found| {
                found.of == list
                    && matches!(&found.kind, ProjectionKind::HashOf(hash) if hash.eq_ignore_ascii_case(name))
            })
        })
    }

    /// Whether the field selects events and does not describe behaviour.
    pub fn routing_field(&self, canonical: &str) -> bool {
        self.field(canonical).is_some_and(|field| field.routing)
    }

    /// Every field that a name may mean: a canonical id or any scheme's name, in any letter
    /// case; the best matching first.
    pub fn lookup_field(&self, name: &str) -> Vec<&CanonicalField> {
        let mut found: Vec<&CanonicalField> = self.field(name).into_iter().collect();
        let mut add = |field| {
            if !found.contains(&field) {
                found.push(field);
            }
        };
        let exact = |own: &str| own == name;
        let folded = |own: &str| own.eq_ignore_ascii_case(name);
        let tests: [&dyn Fn(&str) -> bool; 2] = [&exact, &folded];
        for fits in tests {
            for names in &self.names {
                for roles in names
                    .order
                    .iter()
                    .filter(|own| fits(own))
                    .filter_map(|own| names.index.get(own))
                {
                    for number in roles.fields() {
                        add(&self.fields[usize::from(number)]);
                    }
                }
            }
        }
        if found.is_empty() {
            let every = Scheme::ALL
                .into_iter()
                .flat_map(|scheme| Activity::ALL.map(|activity| (scheme, activity)));
            for (scheme, activity) in every {
                if let Some(number) = self.number(scheme, activity, name) {
                    let field = &self.fields[usize::from(number)];
                    if !found.contains(&field) {
                        found.push(field);
                    }
                }
            }
        }
        found
    }

    /// The name to show for a canonical field: that of `scheme` where it has one, with the role
    /// where two fields share it (`Image`, `Image (actor)`); else another scheme's; else the id.
    pub fn display_name(&self, canonical: &str, scheme: Scheme) -> String {
        let Some(field) = self.field(canonical) else {
            return canonical.to_owned();
        };
        let order = std::iter::once(scheme).chain([Scheme::Ecs, Scheme::Sigma]);
        let named = order
            .chain(Scheme::ALL)
            .find_map(|wanted| field.names.iter().find(|(own, _)| *own == wanted));
        let Some((owner, name)) = named else {
            return canonical.to_owned();
        };
        let known = self.names[scheme as usize].index.contains_key(name);
        if self.shows(*owner, name, field) && (*owner == scheme || !known) {
            name.to_string()
        } else {
            format!("{name} ({})", role(canonical))
        }
    }

    /// Whether the bare name stands for this field: it is the first that the name means.
    fn shows(&self, scheme: Scheme, name: &str, field: &CanonicalField) -> bool {
        self.names[scheme as usize]
            .index
            .get(name)
            .and_then(|roles| self.fields.get(usize::from(roles.primary)))
            .is_none_or(|primary| primary.id == field.id)
    }

    /// The catalogue event of this key, when the tables list it.
    pub fn event(&self, key: &str) -> Option<&CatalogueEvent> {
        self.events.get(key)
    }

    /// Whether an event has a canonical field; `None` when the tables do not say: the event's fields
    /// are not listed, or what it has under one name may be called otherwise.
    pub fn carries(&self, key: &str, canonical: &str) -> Option<bool> {
        let number = self.field_index.get(canonical)?;
        let carried = self.carried.get_or_init(|| self.carried());
        let fields = carried.get(key)?;
        let is_object = |fields: &[u16]| {
            let object = self.field_index.get("object.name");
            object.is_some_and(|object| fields.contains(object))
        };
        let of_object = canonical.starts_with("file.") || canonical.starts_with("registry.");
        match fields.contains(number) {
            true => Some(true),
            // Records of one audit event share what they say; times, actors and users have many names.
            false if key.starts_with("Auditd/") || has_many_names(canonical) => None,
            // `ObjectName` is a file, a key, or whatever else was opened.
            false if of_object && is_object(fields) => None,
            false => Some(false),
        }
    }

    fn carried(&self) -> HashMap<Text, Vec<u16>> {
        let listed = self
            .events
            .values()
            .filter(|event| !event.fields.is_empty());
        let of = |event: &CatalogueEvent| {
            let names = event.fields.iter();
            let canonical = |name: &Text| {
                let key = Some(event.key.as_str());
                self.canonical_in(key, Scheme::Sigma, event.activity, name)
            };
            let ids = names.filter_map(canonical);
            ids.filter_map(|id| self.field_index.get(&id).copied())
                .collect()
        };
        listed.map(|event| (event.key.clone(), of(event))).collect()
    }

    /// Every catalogue event, by key.
    pub fn events(&self) -> impl Iterator<Item = &CatalogueEvent> {
        self.events.values()
    }

    /// What the event of any key is about, listed or not.
    pub fn key_activity(&self, key: &str) -> Activity {
        if let Some(event) = self.event(key) {
            return event.activity;
        }
        let provider = key.split('/').next().unwrap_or(key);
        self.provider(provider)
            .map_or(Activity::Other, |provider| provider.activity)
    }

    /// A title for any key, listed or not.
    pub fn event_title(&self, key: &str) -> String {
        match (self.event(key), key.split_once('/')) {
            (Some(event), _) => event.title.to_string(),
            (None, Some((_, "*"))) => "Any event of the source".to_owned(),
            (None, Some((provider, id))) => match self.provider(provider) {
                Some(provider) if provider.named_ids => id.to_owned(),
                _ => format!("Event {id}"),
            },
            (None, None) => key.to_owned(),
        }
    }

    /// Everything about the event of any key: the table's entry, or one made from what is known
    /// of its provider.
    pub fn describe_event(&self, key: &str) -> CatalogueEvent {
        if let Some(event) = self.event(key) {
            return event.clone();
        }
        let (name, id) = key.split_once('/').unwrap_or((key, "*"));
        let row = crate::table::EventRow::titled(self.event_title(key));
        if let Some(provider) = self.provider(name) {
            return CatalogueEvent::new(provider, id.into(), row);
        }
        let provider = Provider::new(name.into(), crate::table::ProviderRow::default());
        CatalogueEvent::new(&provider, id.into(), row)
    }

    /// The provider of this short name.
    pub fn provider(&self, name: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.name == name)
    }

    /// The provider whose data set a field's name begins with, as `azure.activitylogs.identity`
    /// does: a field of that data set alone.
    pub fn field_dataset(&self, field: &str) -> Option<&str> {
        let begins = |dataset: &Text| {
            let rest = field.strip_prefix(dataset.as_str());
            dataset.contains('.') && rest.is_some_and(|rest| rest.starts_with('.'))
        };
        let mut all = self.providers.iter();
        all.find(|provider| provider.datasets.iter().any(begins))
            .map(|provider| provider.name.as_str())
    }

    /// The provider that an event names, told from others of the same name by its channel; either
    /// may be empty.
    pub fn provider_of(&self, name: &str, channel: &str) -> Option<&Provider> {
        let called = |provider: &&Provider| !name.is_empty() && provider.is_called(name);
        self.providers
            .iter()
            .filter(called)
            .find(|provider| channel.is_empty() || provider.writes_to(channel))
            .or_else(|| self.providers.iter().find(called))
            .or_else(|| {
                let alone = name.is_empty() && !channel.is_empty();
                self.providers
                    .iter()
                    .find(|provider| alone && provider.writes_to(channel))
            })
    }

    /// The key of an event that says its provider or channel, and its id.
    pub fn event_key(&self, provider: &str, channel: &str, id: &str) -> Option<Text> {
        if id.is_empty() {
            return None;
        }
        let found = self.provider_of(provider, channel)?;
        let key = format_smolstr!("{}/{id}", found.name);
        if self.events.contains_key(&key) || !provider.is_empty() {
            return Some(key);
        }
        self.providers
            .iter()
            .filter(|other| other.writes_to(channel))
            .map(|other| format_smolstr!("{}/{id}", other.name))
            .find(|key| self.events.contains_key(key))
            .or(Some(key))
    }
}

/// The first part of a canonical id, which names the role.
fn role(canonical: &str) -> &str {
    if canonical.starts_with("process.parent.") {
        return "parent";
    }
    canonical.split('.').next().unwrap_or(canonical)
}

/// A source without an activity of its own that only holds audit logs is about what they are.
fn entries(
    rows: BTreeMap<Text, SourceRow>,
    activity: &dyn Fn(&Text) -> Activity,
) -> BTreeMap<Text, SourceEntry> {
    rows.into_iter()
        .map(|(name, row)| {
            let mut events = row.events.iter();
            let audits = events.len() > 0 && events.all(|key| activity(key) == Activity::Audit);
            let general = if audits {
                Activity::Audit
            } else {
                Activity::Other
            };
            let entry = SourceEntry {
                activity: Activity::from_name(&row.activity).unwrap_or(general),
                events: row.events,
                endpoint: row.endpoint,
                os: row.os,
                generic: row.generic,
            };
            (name, entry)
        })
        .collect()
}
