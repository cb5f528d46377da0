//! Derived events as each vendor's collectors write them.
//!
//! A view is one way to collect what happened: Sysmon, Windows' own audit log, Elastic's agent, a
//! data model. Each draft becomes one event of the view, under the names that the view's scheme
//! gives to its fields; a field for which the scheme has no name in such an event is not there.

use super::derive::{Draft, Platform};
use serde_json::{Map, Value as Json};
use smol_str::{SmolStr as Text, format_smolstr};
use tripline_ir::{Event, EventSource, SECOND, Timestamp, Value};
use tripline_schema::{CatalogueEvent, Schema, Scheme};

/// Before a test's first event: 2026-01-05 12:00:00 UTC; each event is a second later.
const START: Timestamp = 1_767_614_400 * SECOND;

/// A way to collect events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum View {
    /// Sysmon and the logs of Windows; the sensors of other systems.
    Sensor,
    /// The same, with process creation from Windows' or Linux's audit log.
    Audit,
    /// Elastic Defend and integrations.
    Elastic,
    /// Splunk's common information model beside the events' own names.
    Splunk,
    /// Defender's tables.
    Defender,
    /// Google's unified data model.
    Udm,
}

impl View {
    /// All of them, in the order of their declaration.
    pub(super) const ALL: [Self; 6] = [
        Self::Sensor,
        Self::Audit,
        Self::Elastic,
        Self::Splunk,
        Self::Defender,
        Self::Udm,
    ];

    /// The views in which rules of a vendor are run.
    pub(super) fn of(vendor: &str) -> &'static [Self] {
        match vendor {
            "elastic" => &[Self::Elastic, Self::Sensor],
            "splunk" => &[Self::Splunk],
            "chronicle" => &[Self::Udm],
            "sentinel" | "kusto" => &[Self::Defender, Self::Sensor, Self::Audit],
            _ => &[Self::Sensor, Self::Audit],
        }
    }

    fn schemes(self) -> &'static [Scheme] {
        match self {
            Self::Sensor | Self::Audit => &[Scheme::Sigma],
            Self::Elastic => &[Scheme::Ecs],
            Self::Splunk => &[Scheme::Cim, Scheme::Sigma],
            Self::Defender => &[Scheme::Defender],
            Self::Udm => &[Scheme::Udm],
        }
    }
}

/// The catalogue event of a draft in a view.
pub(super) fn key(draft: &Draft, view: View) -> Text {
    if !draft.operation.is_empty() {
        let provider = draft.key.split('/').next().unwrap_or(draft.key);
        return format_smolstr!("{provider}/{}", draft.operation);
    }
    let other = draft.also.first().filter(|_| view == View::Audit);
    Text::new_static(other.unwrap_or(&draft.key))
}

/// The events of a test in a view, in order.
pub(super) fn events(drafts: &[Draft], platform: Platform, view: View) -> Vec<Event> {
    let schema = Schema::builtin();
    let mut time = START;
    drafts
        .iter()
        .map(|draft| {
            time += SECOND;
            event(schema, draft, platform, view, time)
        })
        .collect()
}

fn event(schema: &Schema, draft: &Draft, platform: Platform, view: View, time: Timestamp) -> Event {
    let key = key(draft, view);
    let known = schema.describe_event(&key);
    let mut native = Map::new();
    let mut put = |name: &str, value: Json| {
        native.entry(name).or_insert(value);
    };
    for (field, value) in &draft.fields {
        for scheme in view.schemes() {
            for name in names(schema, *scheme, &known, field) {
                put(&name, Json::String(shown(view, field, value)));
            }
        }
    }
    for (name, value) in &draft.native {
        put(name, Json::String(value.clone()));
    }
    if let Some(line) = draft
        .fields
        .get("process.command_line")
        .filter(|_| view == View::Elastic)
    {
        let args = arguments(line);
        put("process.args_count", Json::from(args.len()));
        put("process.args", Json::from(args));
    }
    for (name, value) in facts(schema, &known, platform, view) {
        put(&name, value);
    }
    let mut made = tripline_events::from_value(&Json::Object(native), time).unwrap_or_default();
    made.time = time;
    let instant = Value::Time(time);
    made.canonical
        .insert(Text::new_static("event.time"), instant);
    made.source = Some(EventSource {
        name: declared(&known, view),
        events: vec![key],
    });
    made
}

/// The names of a field in an event, under a scheme; those that the event is known to have.
fn names(schema: &Schema, scheme: Scheme, event: &CatalogueEvent, field: &str) -> Vec<Text> {
    let Some(known) = schema.field(field) else {
        return Vec::new();
    };
    let own = |name: &Text| {
        scheme != Scheme::Sigma || event.fields.is_empty() || event.fields.contains(name)
    };
    let means = |name: &Text| {
        let found = schema.canonical_in(Some(&event.key), scheme, event.activity, name);
        found.as_deref() == Some(field)
    };
    let all = known.names.iter().filter(|(of, _)| *of == scheme);
    all.map(|(_, name)| name.clone())
        .filter(|name| own(name) && means(name))
        .collect()
}

/// A value as the view's collectors write it.
fn shown(view: View, field: &str, value: &str) -> String {
    if field == "registry.data" && matches!(view, View::Elastic | View::Defender | View::Udm) {
        let number = value
            .strip_prefix("DWORD (0x")
            .and_then(|rest| rest.strip_suffix(')'));
        if let Some(number) = number.and_then(|hex| u32::from_str_radix(hex, 16).ok()) {
            return number.to_string();
        }
    }
    value.to_owned()
}

/// What the kind of event and the machine say of themselves.
fn facts(
    schema: &Schema,
    event: &CatalogueEvent,
    platform: Platform,
    view: View,
) -> Vec<(String, Json)> {
    let text = |name: &str, value: &str| (name.to_owned(), Json::from(value));
    let os = match platform {
        Platform::Windows => "windows",
        Platform::Linux => "linux",
        Platform::Macos => "macos",
        Platform::Cloud(_) => "",
    };
    let provider = schema.provider(&event.provider);
    let mut found = Vec::new();
    match view {
        View::Elastic => {
            let lists = [
                ("event.category", &event.ecs_category),
                ("event.type", &event.ecs_type),
            ];
            for (name, values) in lists {
                found.extend(values.first().map(|value| text(name, value)));
            }
            let exec = event.ecs_action.iter().find(|action| *action == "exec");
            let action = exec
                .filter(|_| os != "windows")
                .or(event.ecs_action.first());
            found.extend(action.map(|action| text("event.action", action)));
            if provider.is_some_and(|provider| provider.named_ids) {
                found.push(text("event.action", &event.id));
                found.push(text("event.outcome", "success"));
            } else if !event.endpoint {
                found.push(text("event.code", &event.id));
            }
            let dataset = provider.and_then(|provider| provider.datasets.first());
            found.extend(dataset.map(|name| text("event.dataset", name)));
            found.push(text("host.id", "host-1"));
            found.push(text("user.id", "user-1"));
            if !os.is_empty() {
                found.push(text("host.os.type", os));
            }
        }
        View::Defender => {
            found.extend(
                event
                    .defender_action
                    .first()
                    .map(|action| text("ActionType", action)),
            );
            found.push(text("DeviceName", "host-1"));
            found.push(text("DeviceId", "host-1"));
        }
        View::Udm => {
            found.push(text("metadata.event_type", &event.udm_type));
            found.push(text("principal.hostname", "host-1"));
        }
        View::Splunk => {
            found.push(text("dest", "host-1"));
            found.push(text("user", "user-1"));
        }
        View::Sensor | View::Audit => {}
    }
    if matches!(view, View::Sensor | View::Audit | View::Splunk) {
        if let Some(provider) = provider.filter(|provider| !provider.named_ids) {
            found.push(text("EventID", &event.id));
            found.extend(
                provider
                    .names
                    .first()
                    .map(|name| text("Provider_Name", name)),
            );
            if !event.channel.is_empty() {
                found.push(text("Channel", &event.channel));
            }
        }
        if view == View::Splunk {
            found.push(text("EventCode", &event.id));
        }
        found.push(text("Computer", "host-1"));
        found.push(text("User", "user-1"));
    }
    found.retain(|(_, value)| value.as_str() != Some(""));
    found
}

/// The source that the event names, in the view's terms.
fn declared(event: &CatalogueEvent, view: View) -> Text {
    let sigma = || event.sigma_sources.first().cloned();
    match view {
        View::Elastic => format_smolstr!("logs-{}", event.provider.to_lowercase()),
        View::Splunk => event.cim_dataset.clone(),
        View::Defender => event.defender_table.clone(),
        View::Udm => event.udm_type.clone(),
        View::Sensor | View::Audit => sigma().unwrap_or_else(|| event.key.clone()),
    }
}

/// The arguments of a command line, split as C programs of Windows and shells do.
fn arguments(line: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut word = String::new();
    let (mut quoted, mut open) = (false, false);
    for c in line.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                open = true;
            }
            ' ' | '\t' | '\n' | '\r' if !quoted => {
                if open {
                    all.push(std::mem::take(&mut word));
                }
                open = false;
            }
            _ => {
                word.push(c);
                open = true;
            }
        }
    }
    if open {
        all.push(word);
    }
    all
}
