//! Native fields to an event: its source, kind, and canonical fields.

use crate::{flatten, time};
use tripline_ir::{Event, EventSource, Fields, Text, Timestamp, Value, format_smolstr};
use tripline_schema::{Activity, CatalogueEvent, Schema, Scheme};

/// Makes the event of its native fields.
pub(crate) fn event(mut native: Fields, previous: Timestamp) -> Event {
    let schema = Schema::builtin();
    let declared = match native.remove("_source") {
        Some(Value::Text(name)) => Some(name),
        _ => None,
    };
    let known = declared
        .as_deref()
        .and_then(|name| schema.source_events(name));
    let key = key(schema, &native);
    let listed = key.as_deref().and_then(|key| schema.event(key));
    let activity = [
        listed.map(|event| event.activity),
        known.as_ref().map(|(_, activity)| *activity),
        said(schema, &native),
    ]
    .into_iter()
    .flatten()
    .find(|activity| *activity != Activity::Other)
    .or_else(|| (listed.is_none() && key.is_none()).then(|| guessed(&native)))
    .unwrap_or_default();
    let scheme = scheme(schema, activity, &native, declared.as_deref());
    let reader = Reader {
        schema,
        scheme,
        activity,
        key: key.as_deref(),
    };
    let mut canonical = reader.canonical(&native);
    if let Some(listed) = listed {
        facts(schema, listed, &native, &mut canonical);
    } else if let Some((events, _)) = &known {
        shared_facts(schema, events, &mut canonical);
    }
    accounts(&mut canonical);
    reader.projections(&mut canonical);
    Event {
        time: time::of(&native).unwrap_or(previous),
        source: declared.map(|name| EventSource {
            name,
            events: known.map(|(events, _)| events).unwrap_or_default(),
        }),
        native,
        canonical,
        raw: None,
    }
}

/// The first of these fields that has a text.
fn text(native: &Fields, names: &[&str]) -> Option<Text> {
    names
        .iter()
        .filter_map(|name| native.get(*name))
        .find_map(|value| value.elements().first().and_then(|first| first.as_text()))
}

/// The key of the kind of event, from its provider or channel and its id.
fn key(schema: &Schema, native: &Fields) -> Option<Text> {
    let id = text(
        native,
        &["EventID", "winlog.event_id", "EventCode", "event.code"],
    )?;
    let provider = [
        "Provider_Name",
        "winlog.provider_name",
        "SourceName",
        "EventSourceName",
        "event.provider",
        "ProviderName",
    ];
    let channel = ["Channel", "winlog.channel", "EventLog", "LogName"];
    let provider = text(native, &provider).unwrap_or_default();
    let channel = text(native, &channel).unwrap_or_default();
    schema.event_key(&provider, &channel, &id)
}

/// What the event says of its own activity.
fn said(schema: &Schema, native: &Fields) -> Option<Activity> {
    if let Some(kind) = text(native, &["metadata.event_type"]) {
        return schema.udm_events(&kind).map(|(_, activity)| activity);
    }
    if let Some(table) = text(native, &["Type", "TableName", "$table"])
        && let Some((_, activity)) = schema.table_events(&table)
    {
        return Some(activity);
    }
    if let Some(dataset) = text(native, &["event.dataset", "data_stream.dataset"])
        && let Some(key) = schema.dataset_provider(&dataset)
        && schema.key_activity(&key) == Activity::Audit
    {
        return Some(Activity::Audit);
    }
    let category = native.get("event.category")?;
    let activities: Vec<Activity> = category
        .elements()
        .into_iter()
        .filter_map(Value::as_text)
        .map(|category| schema.category_activity(&category))
        .collect();
    let dns = native.contains_key("dns.question.name") && activities.contains(&Activity::Network);
    if dns {
        return Some(Activity::Dns);
    }
    activities
        .into_iter()
        .find(|activity| *activity != Activity::Other)
}

/// The activity that fields without any other clue look like.
fn guessed(native: &Fields) -> Activity {
    const CLUES: [(&str, Activity); 29] = [
        ("TargetObject", Activity::Registry),
        ("registry.path", Activity::Registry),
        ("registry_path", Activity::Registry),
        ("RegistryKey", Activity::Registry),
        ("TargetFilename", Activity::File),
        ("ImageLoaded", Activity::ImageLoad),
        ("dll.path", Activity::ImageLoad),
        ("dll.name", Activity::ImageLoad),
        ("GrantedAccess", Activity::ProcessAccess),
        ("StartFunction", Activity::RemoteThread),
        ("QueryName", Activity::Dns),
        ("dns.question.name", Activity::Dns),
        ("PipeName", Activity::Pipe),
        ("ScriptBlockText", Activity::Script),
        ("powershell.file.script_block_text", Activity::Script),
        ("DestinationIp", Activity::Network),
        ("destination.ip", Activity::Network),
        ("RemoteIP", Activity::Network),
        ("file.path", Activity::File),
        ("file.name", Activity::File),
        ("LogonType", Activity::Authentication),
        ("ParentImage", Activity::Process),
        ("NewProcessName", Activity::Process),
        ("CommandLine", Activity::Process),
        ("ProcessCommandLine", Activity::Process),
        ("Image", Activity::Process),
        ("process.executable", Activity::Process),
        ("process.name", Activity::Process),
        ("process_name", Activity::Process),
    ];
    CLUES
        .iter()
        .find(|(name, _)| native.contains_key(*name))
        .map_or(Activity::Other, |(_, activity)| *activity)
}

/// The scheme that knows most of the event's names; the declared source breaks a tie.
fn scheme(schema: &Schema, activity: Activity, native: &Fields, declared: Option<&str>) -> Scheme {
    let hint = declared.and_then(|name| match name {
        table if schema.table_events(table).is_some() => Some(Scheme::Defender),
        model if schema.cim_events(model).is_some() => Some(Scheme::Cim),
        index if index.starts_with("logs-") => Some(Scheme::Ecs),
        source if source.contains('/') => Some(Scheme::Sigma),
        _ => None,
    });
    let own = [
        Scheme::Sigma,
        Scheme::Ecs,
        Scheme::Defender,
        Scheme::Cim,
        Scheme::Udm,
        Scheme::Sentinel,
    ];
    let knows = |scheme: Scheme| {
        let names = native.keys();
        let known = names.filter(|name| schema.canonical(scheme, activity, name).is_some());
        known.count() * 2 + usize::from(Some(scheme) == hint)
    };
    let mut best = (0, Scheme::Sigma);
    for scheme in own {
        let score = knows(scheme);
        if score > best.0 {
            best = (score, scheme);
        }
    }
    best.1
}

struct Reader<'a> {
    schema: &'a Schema,
    scheme: Scheme,
    activity: Activity,
    key: Option<&'a str>,
}

impl Reader<'_> {
    /// The canonical fields: each name by its role in this event, and also by the role that a rule
    /// about no activity in particular gives it.
    fn canonical(&self, native: &Fields) -> Fields {
        let mut canonical = Fields::new();
        let mut general: Vec<(Text, &Value)> = Vec::new();
        for (name, value) in native {
            if value.is_null() {
                continue;
            }
            let Some(id) = self.id(self.activity, name) else {
                if let Some(rest) = self.schema.without_dataset(Scheme::Cim, name) {
                    canonical
                        .entry(rest.into())
                        .or_insert_with(|| value.clone());
                }
                continue;
            };
            if id != "event.time" || !canonical.contains_key(&id) {
                merge(&mut canonical, &id, value);
            }
            if let Some(other) = self.id(Activity::Other, name)
                && other != id
            {
                general.push((other, value));
            }
        }
        for (id, value) in general {
            canonical.entry(id).or_insert_with(|| value.clone());
        }
        canonical
    }

    /// The field that a name means: in the event's scheme, else in the first that knows it.
    fn id(&self, activity: Activity, name: &str) -> Option<Text> {
        self.schema
            .canonical_in(self.key, self.scheme, activity, name)
            .or_else(|| {
                Scheme::ALL
                    .into_iter()
                    .find_map(|scheme| self.schema.canonical(scheme, activity, name))
            })
    }

    /// Adds what follows from other fields: base names, folders, extensions, single hashes.
    fn projections(&self, canonical: &mut Fields) {
        for field in self.schema.fields() {
            let Some(projection) = &field.projection else {
                continue;
            };
            if canonical.contains_key(&field.id) {
                continue;
            }
            let Some(whole) = canonical.get(&projection.of) else {
                continue;
            };
            let parts: Vec<Value> = whole
                .elements()
                .into_iter()
                .filter_map(Value::as_text)
                .filter_map(|text| projection.kind.apply(&text).map(Value::from))
                .collect();
            let value = match <[Value; 1]>::try_from(parts) {
                Ok([one]) => one,
                Err(parts) if parts.is_empty() => continue,
                Err(parts) => Value::List(parts),
            };
            canonical.insert(field.id.clone(), value);
        }
    }
}

/// Accounts whose name and domain stand in fields of their own, joined as Windows writes them.
fn accounts(canonical: &mut Fields) {
    const ACCOUNTS: [&str; 3] = ["process.user", "actor.user", "process.parent.user"];
    for account in ACCOUNTS {
        let part = |name: &str| canonical.get(format!("{account}.{name}").as_str());
        let text = |name: &str| {
            part(name)
                .and_then(Value::as_text)
                .filter(|text| !text.is_empty())
        };
        let joined = match (text("domain"), text("name")) {
            (Some(domain), Some(name)) => format_smolstr!("{domain}\\{name}"),
            (None, Some(name)) => name,
            _ => continue,
        };
        canonical
            .entry(Text::new_static(account))
            .or_insert(Value::Text(joined));
    }
}

/// What all events of a declared source have in common, where the event itself does not say it.
fn shared_facts(schema: &Schema, events: &[Text], canonical: &mut Fields) {
    let listed: Option<Vec<&CatalogueEvent>> = events.iter().map(|key| schema.event(key)).collect();
    let Some((first, rest)) = listed.as_deref().and_then(<[_]>::split_first) else {
        return;
    };
    let mut fact = |id: &'static str, of: &dyn Fn(&CatalogueEvent) -> Vec<Text>| {
        let values = of(first);
        if !values.is_empty() && rest.iter().all(|event| of(event) == values) {
            let values = values.into_iter().map(Value::Text).collect();
            canonical
                .entry(Text::new_static(id))
                .or_insert(Value::List(values));
        }
    };
    fact("event.category", &|event| event.ecs_category.clone());
    fact("event.type", &|event| event.ecs_type.clone());
    fact("host.os.type", &|event| {
        let os = schema
            .provider(&event.provider)
            .map(|provider| provider.os.clone());
        os.into_iter().filter(|os| !os.is_empty()).collect()
    });
}

/// Adds a value unless it stands there already.
fn merge(into: &mut Fields, id: &Text, value: &Value) {
    match into.get(id) {
        Some(old) if old == value => {}
        _ => flatten::add(into, id, value.clone()),
    }
}

/// What the catalogue knows of this kind of event, where the event itself does not say it.
fn facts(schema: &Schema, listed: &CatalogueEvent, native: &Fields, canonical: &mut Fields) {
    let list = |values: &[Text]| Value::List(values.iter().cloned().map(Value::Text).collect());
    let mut types = listed.ecs_type.clone();
    if listed.key == "Sysmon/12"
        && let Some(kind) = text(native, &["EventType", "winlog.event_data.EventType"])
    {
        let deleted = kind.to_ascii_lowercase().starts_with("delete");
        types = vec![Text::new_static(if deleted {
            "deletion"
        } else {
            "creation"
        })];
    }
    let os = schema
        .provider(&listed.provider)
        .map(|provider| provider.os.clone())
        .unwrap_or_default();
    let mut fact = |id: &'static str, value: Option<Value>| {
        if let Some(value) = value {
            canonical.entry(Text::new_static(id)).or_insert(value);
        }
    };
    let category = &listed.ecs_category;
    fact(
        "event.category",
        (!category.is_empty()).then(|| list(category)),
    );
    fact("event.type", (!types.is_empty()).then(|| list(&types)));
    fact("event.code", Some(Value::Text(listed.id.clone())));
    fact("host.os.type", (!os.is_empty()).then_some(Value::Text(os)));
}
