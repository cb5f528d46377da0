//! Shapes in which collectors wrap an event's fields.
//!
//! Windows events as XML-like JSON (`Event.System`, `Event.EventData`) get the flat names that Sigma
//! uses; an Elasticsearch hit is unwrapped; everything else is flattened as it is.

use crate::flatten::{add, object, structured};
use serde_json::{Map, Value as Json};
use tripline_ir::{Fields, Text, Value};

/// The event's native fields; `None` when it is too large.
pub(crate) fn native(fields: &Map<String, Json>) -> Option<Fields> {
    let mut into = Fields::new();
    let whole = if let Some(Json::Object(document)) = fields.get("_source") {
        if let Some(index) = fields.get("_index") {
            add(&mut into, &Text::new_static("_index"), structured(index));
        }
        object("", document, &mut into)
    } else if let Some((event, system)) = windows(fields) {
        windows_event(event, system, &mut into)
            && fields
                .iter()
                .filter(|(name, _)| name.starts_with(['_', '@']))
                .all(|(name, value)| {
                    add(&mut into, &Text::from(name.as_str()), structured(value));
                    true
                })
    } else {
        object("", fields, &mut into)
    };
    whole.then_some(into)
}

/// A JSON object.
type Object = Map<String, Json>;

/// The `Event` element and its `System` part.
fn windows(fields: &Object) -> Option<(&Object, &Object)> {
    let event = fields
        .get("Event")
        .and_then(Json::as_object)
        .unwrap_or(fields);
    let system = event.get("System")?.as_object()?;
    system.contains_key("EventID").then_some((event, system))
}

fn windows_event(event: &Map<String, Json>, system: &Map<String, Json>, into: &mut Fields) -> bool {
    let mut set = |name: &'static str, value: Option<&Json>| {
        if let Some(value) = value {
            add(into, &Text::new_static(name), structured(text_of(value)));
        }
    };
    for name in [
        "EventID",
        "Version",
        "Level",
        "Task",
        "Opcode",
        "Keywords",
        "EventRecordID",
        "Channel",
        "Computer",
    ] {
        set(name, system.get(name));
    }
    set("Provider_Name", attribute(system, "Provider", "Name"));
    set("Provider_Guid", attribute(system, "Provider", "Guid"));
    set(
        "TimeCreated",
        attribute(system, "TimeCreated", "SystemTime"),
    );
    set(
        "Execution_ProcessID",
        attribute(system, "Execution", "ProcessID"),
    );
    set(
        "Execution_ThreadID",
        attribute(system, "Execution", "ThreadID"),
    );
    set("Security_UserID", attribute(system, "Security", "UserID"));
    let data = event.get("EventData").and_then(Json::as_object);
    let user = event.get("UserData").and_then(Json::as_object);
    data.is_none_or(|data| members(data, into))
        && user.is_none_or(|user| {
            user.iter()
                .filter(|(name, _)| !is_attribute(name))
                .all(|(name, value)| match value {
                    Json::Object(inner) => members(inner, into),
                    other => {
                        add(into, &Text::from(name.as_str()), structured(other));
                        true
                    }
                })
        })
}

/// An attribute of a child element.
fn attribute<'a>(element: &'a Map<String, Json>, child: &str, name: &str) -> Option<&'a Json> {
    let child = element.get(child)?;
    ["#attributes", "@attributes", "$"]
        .iter()
        .find_map(|key| child.get(key)?.get(name))
        .or_else(|| child.get(name))
        .or_else(|| child.get(format!("@{name}").as_str()))
}

/// The text of an element that also has attributes.
fn text_of(value: &Json) -> &Json {
    value.get("#text").unwrap_or(value)
}

fn is_attribute(name: &str) -> bool {
    name.starts_with(['#', '@', '$'])
}

/// The named data of an event; unnamed data stands under `Data`. A name with blanks (Defender's
/// `Threat Name`) also stands without them, which is how rules write it.
fn members(data: &Map<String, Json>, into: &mut Fields) -> bool {
    data.iter()
        .filter(|(name, _)| !is_attribute(name))
        .all(|(name, value)| {
            let value = text_of(value);
            if let (Json::Array(items), "Data") = (value, name.as_str())
                && items.iter().any(|item| attribute_name(item).is_some())
            {
                named_data(items, into);
                return true;
            }
            match value {
                Json::Object(inner) => object(name, inner, into),
                other => {
                    let other = structured(other);
                    if name.contains(' ') {
                        add(into, &Text::from(name.replace(' ', "")), other.clone());
                    }
                    add(into, &Text::from(name.as_str()), other);
                    true
                }
            }
        })
}

/// `Data` elements with a `Name` attribute each.
fn named_data(items: &[Json], into: &mut Fields) {
    for item in items {
        let name = attribute_name(item).unwrap_or("Data");
        let value = item.get("#text").map_or(Value::Null, structured);
        add(into, &Text::from(name), value);
    }
}

fn attribute_name(item: &Json) -> Option<&str> {
    item.get("#attributes")
        .and_then(|attributes| attributes.get("Name"))
        .or_else(|| item.get("@Name"))?
        .as_str()
}
