//! Log sources: which catalogue events they hold and what activity they are about.

use crate::schema::SourceEntry;
use crate::{Activity, CatalogueEvent, Schema, Scheme};
use smol_str::SmolStr as Text;

/// What an Elastic rule asks for beside its indices; empty lists ask for nothing.
#[derive(Clone, Copy)]
struct Asked<'a> {
    categories: &'a [Text],
    types: &'a [Text],
    os: &'a [Text],
}

impl Schema {
    /// The catalogue events (`PROVIDER/ID`, sorted) of a Sigma log source; empty parts are `""`.
    pub fn sigma_events(&self, product: &str, category: &str, service: &str) -> Vec<Text> {
        self.sigma_source(product, category, service)
            .map(|source| source.events.clone())
            .unwrap_or_default()
    }

    /// The activity of a Sigma log source.
    pub fn sigma_activity(&self, product: &str, category: &str, service: &str) -> Activity {
        self.sigma_source(product, category, service)
            .map(|source| source.activity)
            .unwrap_or_default()
    }

    /// The entry of a Sigma log source, or of the nearest wider one.
    fn sigma_source(&self, product: &str, category: &str, service: &str) -> Option<&SourceEntry> {
        let keys = [
            (product, category, service),
            (product, category, ""),
            (product, "", service),
            ("", category, service),
            ("", category, ""),
            ("", "", service),
            (product, "", ""),
        ];
        keys.into_iter()
            .filter(|key| *key != ("", "", ""))
            .find_map(|(product, category, service)| {
                let key = format!("{product}/{category}/{service}");
                self.sources.sigma.get(key.as_str())
            })
    }

    /// The catalogue events (`PROVIDER/ID`, sorted) that an Elastic rule can see: index
    /// patterns, the event categories and types it asks for (empty: any), and the host
    /// operating systems it asks for (empty: any).
    pub fn ecs_events(
        &self,
        indices: &[Text],
        categories: &[Text],
        types: &[Text],
        os: &[Text],
    ) -> Vec<Text> {
        let known: Vec<Text> = categories
            .iter()
            .filter(|category| *category != "any")
            .cloned()
            .collect();
        let asked = Asked {
            categories: &known,
            types,
            os,
        };
        let mut exact = Vec::new();
        let mut generic = Vec::new();
        for entry in indices.iter().flat_map(|index| self.elastic_sources(index)) {
            let into = if entry.generic {
                &mut generic
            } else {
                &mut exact
            };
            self.ecs_entry(entry, asked, into);
        }
        if exact.is_empty() {
            exact = generic;
        }
        if exact.is_empty() && indices.is_empty() && !asked.categories.is_empty() {
            self.endpoint_events(asked.categories, asked, &mut exact);
        }
        exact.sort_unstable();
        exact.dedup();
        exact
    }

    /// The events of one index that fit what is asked for.
    fn ecs_entry(&self, entry: &SourceEntry, asked: Asked<'_>, into: &mut Vec<Text>) {
        if !entry.os.is_empty() && !meet(&entry.os, asked.os) {
            return;
        }
        if !entry.endpoint.is_empty() {
            let categories: Vec<Text> = entry
                .endpoint
                .iter()
                .filter(|own| asked.categories.is_empty() || asked.categories.contains(own))
                .cloned()
                .collect();
            let asked = Asked {
                os: if entry.os.is_empty() {
                    asked.os
                } else {
                    &entry.os
                },
                ..asked
            };
            self.endpoint_events(&categories, asked, into);
        }
        for key in &entry.events {
            let (provider, id) = key.split_once('/').unwrap_or((key, "*"));
            if !self.runs_on(provider, asked.os) {
                continue;
            }
            if id != "*" || asked.categories.is_empty() {
                into.push(key.clone());
            } else {
                self.wildcard_events(provider, key, asked, into);
            }
        }
    }

    /// The listed events of a whole source that fit; the source itself when none is listed.
    fn wildcard_events(&self, provider: &str, key: &Text, asked: Asked<'_>, into: &mut Vec<Text>) {
        let before = into.len();
        let of_provider = |event: &&CatalogueEvent| {
            event.provider == provider
                || (provider == "Windows" && self.runs_on(&event.provider, &["windows".into()]))
        };
        self.pick(self.events.values().filter(of_provider), asked, into);
        if into.len() == before && provider != "Windows" {
            into.push(key.clone());
        }
    }

    /// Events that endpoint sensors report too, of these categories.
    fn endpoint_events(&self, categories: &[Text], asked: Asked<'_>, into: &mut Vec<Text>) {
        let asked = Asked {
            categories,
            ..asked
        };
        if categories.is_empty() {
            return;
        }
        let endpoint = self
            .events
            .values()
            .filter(|event| event.endpoint && self.runs_on(&event.provider, asked.os));
        self.pick(endpoint, asked, into);
    }

    /// Adds the events of the categories and types; of the categories alone when no event of
    /// them has one of the types.
    fn pick<'a>(
        &self,
        events: impl Iterator<Item = &'a CatalogueEvent>,
        asked: Asked<'_>,
        into: &mut Vec<Text>,
    ) {
        let fitting: Vec<&CatalogueEvent> = events
            .filter(|event| meet(&event.ecs_category, asked.categories))
            .filter(|event| self.runs_on(&event.provider, asked.os))
            .collect();
        let typed = fitting
            .iter()
            .filter(|event| meet(&event.ecs_type, asked.types))
            .map(|event| event.key.clone());
        let before = into.len();
        into.extend(typed);
        if into.len() == before {
            into.extend(fitting.iter().map(|event| event.key.clone()));
        }
    }

    /// Whether a provider's events come from one of these operating systems.
    pub(crate) fn runs_on(&self, provider: &str, os: &[Text]) -> bool {
        os.is_empty()
            || self
                .provider(provider)
                .is_none_or(|provider| provider.os.is_empty() || os.contains(&provider.os))
    }

    /// The entries that an index pattern covers: the longest that it lies in, or those that it
    /// covers itself.
    fn elastic_sources(&self, index: &str) -> Vec<&SourceEntry> {
        let local = index.rsplit_once(':').map_or(index, |(_, local)| local);
        let table = &self.sources.elastic;
        let inside = table
            .iter()
            .filter(|(own, _)| local.starts_with(own.as_str()))
            .max_by_key(|(own, _)| own.len());
        if let Some((_, entry)) = inside {
            return vec![entry];
        }
        let stem = local.trim_end_matches(['*', '-', '.']);
        if stem.len() < 6 {
            return Vec::new();
        }
        table
            .iter()
            .filter(|(own, _)| own.starts_with(stem))
            .map(|(_, entry)| entry)
            .collect()
    }

    /// The activity of Elastic's `event.category` values and index patterns. Audit logs record
    /// operations, whatever category these are given.
    pub fn ecs_activity(&self, indices: &[Text], categories: &[Text]) -> Activity {
        let known: Vec<Activity> = categories
            .iter()
            .filter(|category| *category != "any")
            .map(|category| self.category_activity(category))
            .collect();
        let sources = indices.iter().flat_map(|index| self.elastic_sources(index));
        let own = agreed(sources.map(|entry| entry.activity));
        if known.is_empty() || own == Activity::Audit {
            return own;
        }
        agreed(known)
    }

    /// The activity of one ECS `event.category` value.
    pub fn category_activity(&self, category: &str) -> Activity {
        self.sources
            .categories
            .get(category)
            .copied()
            .unwrap_or_default()
    }

    /// Catalogue events and activity of a Defender or Sentinel table; `None` when not known.
    pub fn table_events(&self, table: &str) -> Option<(Vec<Text>, Activity)> {
        self.sources.tables.get(table).map(known)
    }

    /// Names of the Defender and Sentinel tables that are known, sorted.
    pub fn table_names(&self) -> Vec<&str> {
        self.sources.tables.keys().map(Text::as_str).collect()
    }

    /// Names of the CIM data sets that are known, with their data model, sorted.
    pub fn data_sets(&self) -> impl Iterator<Item = &str> {
        self.sources.cim.keys().map(Text::as_str)
    }

    /// The UDM event types that are known, sorted.
    pub fn event_types(&self) -> impl Iterator<Item = &str> {
        self.sources.udm.keys().map(Text::as_str)
    }

    /// A scheme's names of fields, in table order.
    pub fn scheme_names(&self, scheme: Scheme) -> impl Iterator<Item = &str> {
        let names = self.names.get(scheme as usize);
        names
            .into_iter()
            .flat_map(|names| names.order.iter().map(Text::as_str))
    }

    /// Catalogue events and activity of a CIM data model or data set (`Endpoint.Processes`,
    /// `Endpoint`, `Processes`); `None` when not known.
    pub fn cim_events(&self, model: &str) -> Option<(Vec<Text>, Activity)> {
        if let Some(entry) = self.sources.cim.get(model) {
            return Some(known(entry));
        }
        let part = |own: &str| {
            own.split_once('.')
                .is_some_and(|(whole, set)| whole == model || set == model)
        };
        let entries: Vec<&SourceEntry> = self
            .sources
            .cim
            .iter()
            .filter(|(own, _)| part(own))
            .map(|(_, entry)| entry)
            .collect();
        if entries.is_empty() {
            return None;
        }
        let mut events: Vec<Text> = entries
            .iter()
            .flat_map(|entry| entry.events.clone())
            .collect();
        events.sort_unstable();
        events.dedup();
        Some((events, agreed(entries.iter().map(|entry| entry.activity))))
    }

    /// Catalogue events of a data source as Splunk's detections name it, by the longest beginning
    /// that is known.
    pub fn data_source_events(&self, name: &str) -> Option<&[Text]> {
        let known = self.sources.named.iter();
        let fitting = known.filter(|(start, _)| name.starts_with(start.as_str()));
        let longest = fitting.max_by_key(|(start, _)| start.len());
        longest.map(|(_, entry)| entry.events.as_slice())
    }

    /// Catalogue events and activity of a product that UDM events name (in any letter case);
    /// `None` when not known.
    pub fn udm_product(&self, name: &str) -> Option<(Vec<Text>, Activity)> {
        let mut all = self.sources.products.iter();
        all.find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, entry)| known(entry))
    }

    /// Catalogue events and activity of a UDM `metadata.event_type`; `None` when not known.
    pub fn udm_events(&self, event_type: &str) -> Option<(Vec<Text>, Activity)> {
        let activity = *self.sources.udm.get(event_type)?;
        let events = self
            .events
            .values()
            .filter(|event| event.udm_type == event_type)
            .map(|event| event.key.clone())
            .collect();
        Some((events, activity))
    }

    /// Catalogue events and activity of a source under any scheme's name for it: a Sigma
    /// `product/category/service` (or two of the three), a table, a data model, a UDM event type, an
    /// index; `None` when no scheme knows it.
    pub fn source_events(&self, name: &str) -> Option<(Vec<Text>, Activity)> {
        let parts: Vec<&str> = name.split('/').collect();
        if let [product, category, service] = parts[..] {
            let source = self.sigma_source(product, category, service)?;
            return Some(known(source));
        }
        let plain = self.table_events(name).or_else(|| self.cim_events(name));
        if let Some(found) = plain.or_else(|| self.udm_events(name)) {
            return Some(found);
        }
        if let [product, part] = parts[..]
            && self.provider(product).is_none()
        {
            let source = self.sigma_source(product, part, "");
            return source
                .or_else(|| self.sigma_source(product, "", part))
                .map(known);
        }
        if self.provider(name.split('/').next()?).is_some() && name.contains('/') {
            let activity = self.event(name).map(|event| event.activity);
            return Some((vec![name.into()], activity.unwrap_or_default()));
        }
        if self.elastic_sources(name).is_empty() {
            return None;
        }
        let indices = [Text::from(name)];
        let events = self.ecs_events(&indices, &[], &[], &[]);
        Some((events, self.ecs_activity(&indices, &[])))
    }

    /// The provider key (`PROVIDER/*`) of an Elastic data set, when one provider has it.
    pub fn dataset_provider(&self, dataset: &str) -> Option<Text> {
        self.providers
            .iter()
            .find(|provider| provider.datasets.iter().any(|own| own == dataset))
            .map(|provider| smol_str::format_smolstr!("{}/*", provider.name))
    }
}

fn known(entry: &SourceEntry) -> (Vec<Text>, Activity) {
    (entry.events.clone(), entry.activity)
}

/// Whether two lists share a value; an empty `asked` asks for nothing.
fn meet(own: &[Text], asked: &[Text]) -> bool {
    asked.is_empty() || own.iter().any(|value| asked.contains(value))
}

/// The one activity that all agree on.
fn agreed(activities: impl IntoIterator<Item = Activity>) -> Activity {
    let mut found = None;
    for activity in activities {
        match found {
            None => found = Some(activity),
            Some(first) if first != activity => return Activity::Other,
            Some(_) => {}
        }
    }
    found.unwrap_or_default()
}
