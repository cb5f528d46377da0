//! OSSEM event dictionaries: what an event is called and which fields it has.
//!
//! Input: one file of OSSEM-DD. Output: its [`EventDictionary`]; the `README.yml` files between
//! them hold no event and give `None` without a diagnostic.

use crate::yaml_fields::Fields;
use serde::{Deserialize, Serialize};
use tripline_text::yaml::{self, Node};
use tripline_text::{Code, Diagnostic, SmolStr as Text, Source};

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDictionary {
    /// `windows`, `linux`, ...
    pub platform: Text,
    /// Provider or product that writes it: `Microsoft-Windows-Sysmon`.
    pub provider: Text,
    /// Event id; for Defender the table's name.
    pub event_id: Text,
    /// Version of the event's layout.
    pub version: Text,
    /// Title, without the `Event ID 1: ` that some files put before it.
    pub title: Text,
    /// What it says.
    pub description: Text,
    /// Its fields, in order.
    pub fields: Vec<EventField>,
    /// Links.
    pub references: Vec<Text>,
}

/// A field of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventField {
    /// Name in the event.
    pub name: Text,
    /// OSSEM's common name.
    pub standard_name: Text,
    /// Type, as written.
    pub kind: Text,
    /// What it holds.
    pub description: Text,
    /// An example.
    pub sample: Text,
}

/// Reads a file. `None` when it holds no event.
pub fn read(source: &Source) -> (Option<EventDictionary>, Vec<Diagnostic>) {
    let stream = yaml::read(source);
    let mut fields = Fields {
        source,
        code: Code::DictionaryMalformed,
        diagnostics: stream.diagnostics,
    };
    let Some(document) = stream.documents.first() else {
        return (None, fields.diagnostics);
    };
    let root = &document.root;
    let is_event = root.get("event_id").is_some() || root.get("event_fields").is_some();
    if !is_event {
        if root.entries().is_none() {
            let message = format!("the file is {}, expected a map", root.kind());
            let wrong = Diagnostic::new(fields.code, source, message).at(root.span, "");
            fields.diagnostics.push(wrong);
        }
        return (None, fields.diagnostics);
    }
    let Some(event_id) = fields.required(root, "event_id") else {
        return (None, fields.diagnostics);
    };
    let name = fields.text(root, "name");
    let maps = fields.maps(root, "event_fields");
    let dictionary = EventDictionary {
        platform: fields.text(root, "platform"),
        provider: fields.text(root, "log_source"),
        title: title(&name, &event_id),
        event_id,
        version: fields.text(root, "event_version"),
        description: fields.text(root, "description"),
        fields: maps
            .into_iter()
            .map(|map| field(&mut fields, map))
            .collect(),
        references: references(&mut fields, root),
    };
    (Some(dictionary), fields.diagnostics)
}

/// The name without its `Event ID 14: ` prefix.
fn title(name: &Text, event_id: &str) -> Text {
    let rest = name
        .strip_prefix("Event ID ")
        .and_then(|rest| rest.strip_prefix(event_id))
        .and_then(|rest| rest.strip_prefix(':'));
    rest.map_or_else(|| name.clone(), |rest| Text::new(rest.trim()))
}

fn field(fields: &mut Fields<'_>, map: &Node) -> EventField {
    EventField {
        name: fields.text(map, "name"),
        standard_name: fields.text(map, "standard_name"),
        kind: fields.text(map, "type"),
        description: fields.text(map, "description"),
        sample: fields.text(map, "sample_value"),
    }
}

fn references(fields: &mut Fields<'_>, root: &Node) -> Vec<Text> {
    let links = root
        .get("references")
        .and_then(Node::items)
        .unwrap_or_default();
    links
        .iter()
        .map(|node| match node.text() {
            Some(text) => text.clone(),
            None => fields.text(node, "link"),
        })
        .filter(|link| !link.is_empty())
        .collect()
}
