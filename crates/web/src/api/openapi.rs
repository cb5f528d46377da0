//! The OpenAPI document of the API, made from the list of its addresses and the schemas of the
//! answers. OpenAPI 3.1 takes JSON Schema as it is, so the schemas are those of `docs/schema`.

use super::{ENDPOINTS, Endpoint, Kind, Parameter};
use crate::ask::Ask;
use crate::respond::{JSON, Reply};
use crate::stop::Stop;
use serde_json::{Map, Value, json};
use tripline_app::Library;

/// The document.
pub(super) fn document(_: &Ask) -> Result<Reply, Stop> {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    for endpoint in ENDPOINTS {
        let (name, schema) = (endpoint.schema)();
        add_schema(&mut schemas, name, schema.to_value());
        let path = endpoint.path.replace("{*", "{");
        paths.insert(path, json!({ "get": operation(endpoint, name) }));
    }
    let schema = tripline_app::schema_of::<tripline_app::workbench::WorkbenchAnswer>();
    add_schema(&mut schemas, "workbench", schema.to_value());
    paths.insert("/api/v1/workbench".into(), json!({ "post": workbench() }));
    schemas.insert("error".into(), error());
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tripline",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Answers from detection rules of many languages. Every count carries the ids of its rules.",
        },
        "paths": paths,
        "components": { "schemas": schemas },
    });
    Ok(Reply::new(JSON, serde_json::to_vec(&document)?))
}

fn operation(endpoint: &Endpoint, name: &str) -> Value {
    let parameters: Vec<Value> = endpoint.parameters.iter().map(parameter).collect();
    json!({
        "operationId": operation_id(endpoint.path),
        "summary": endpoint.summary,
        "parameters": parameters,
        "responses": {
            "200": {
                "description": endpoint.summary,
                "headers": { "ETag": { "schema": { "type": "string" }, "description": "Names the content." } },
                "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } },
            },
            "304": { "description": "The client has this content." },
            "400": failure("The request makes no sense."),
            "404": failure("There is no such thing."),
            "500": failure("The answer could not be made."),
        },
    })
}

/// A refusal, with what is wrong.
fn failure(about: &str) -> Value {
    json!({
        "description": about,
        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/error" } } },
    })
}

/// The workbench takes a text as it is.
fn workbench() -> Value {
    json!({
        "operationId": "workbench",
        "summary": "A rule, read and compared with the catalogue",
        "parameters": [
            {
                "name": "language",
                "in": "query",
                "description": "Language of a bare query; without it the text is a rule file.",
                "schema": { "type": "string", "enum": tripline_app::check::languages() },
            },
            parameter(&super::NAMES),
        ],
        "requestBody": {
            "required": true,
            "content": { "text/plain": { "schema": { "type": "string", "minLength": 1 } } },
        },
        "responses": {
            "200": {
                "description": "What the rules of the text do, and what others add.",
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/workbench" } } },
            },
            "400": failure("The text is empty, too long, not UTF-8, or names an unknown language."),
            "403": { "description": "The text came from the page of another site." },
            "500": failure("The answer could not be made."),
        },
    })
}

/// `/api/v1/events/{provider}` as `events_provider`.
fn operation_id(path: &str) -> String {
    let path = path.trim_start_matches("/api/v1/");
    let words = path
        .split('/')
        .map(|word| word.trim_matches(['{', '}', '*']));
    words.collect::<Vec<_>>().join("_")
}

fn parameter(parameter: &Parameter) -> Value {
    let schema = match parameter.kind {
        Kind::Part | Kind::Needed => json!({ "type": "string", "minLength": 1 }),
        Kind::Text => json!({ "type": "string" }),
        Kind::Number => json!({ "type": "integer", "minimum": 0, "maximum": super::MAX_HITS }),
        Kind::Flag => json!({ "type": "string", "enum": ["0", "1"] }),
        Kind::Names => json!({ "type": "string", "enum": Library::schemes() }),
    };
    json!({
        "name": parameter.name,
        "in": if parameter.kind == Kind::Part { "path" } else { "query" },
        "required": matches!(parameter.kind, Kind::Part | Kind::Needed),
        "description": parameter.about,
        "schema": schema,
        "example": parameter.example,
    })
}

/// Adds a schema; what it defines becomes a schema of the document.
fn add_schema(schemas: &mut Map<String, Value>, name: &str, mut schema: Value) {
    let defined = schema
        .as_object_mut()
        .map(|object| {
            object.remove("$schema");
            object.remove("$defs")
        })
        .unwrap_or_default();
    if let Some(Value::Object(defined)) = defined {
        for (name, mut schema) in defined {
            relocate(&mut schema);
            schemas.insert(name, schema);
        }
    }
    relocate(&mut schema);
    schemas.insert(name.to_owned(), schema);
}

/// Turns references into the schema into references into the document.
fn relocate(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(to)) = object.get_mut("$ref") {
                *to = to.replace("#/$defs/", "#/components/schemas/");
            }
            object.values_mut().for_each(relocate);
        }
        Value::Array(items) => items.iter_mut().for_each(relocate),
        _ => {}
    }
}

/// What is answered instead of an answer.
fn error() -> Value {
    json!({
        "type": "object",
        "required": ["error", "hints"],
        "properties": {
            "error": { "type": "string", "description": "What is wrong, in one line." },
            "hints": {
                "type": "array",
                "items": { "type": "string" },
                "description": "What to do about it, or what was perhaps meant.",
            },
        },
    })
}
