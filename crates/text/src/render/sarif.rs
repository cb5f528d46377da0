//! SARIF 2.1.0: one run, its rules table holding the codes that occur. Columns count Unicode code
//! points (`columnKind`). Relative paths become relative URI references; fixes are not written.

use super::Sources;
use super::place::place;
use crate::{Code, Diagnostic, Label, Span};
use serde_json::{Value, json};
use std::fmt::Write as _;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

pub(super) fn render(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let used: Vec<Code> = Code::ALL
        .iter()
        .copied()
        .filter(|code| diagnostics.iter().any(|d| d.code == *code))
        .collect();
    let results: Vec<Value> = diagnostics
        .iter()
        .map(|diagnostic| result(diagnostic, &used, sources))
        .collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "tripline",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": used.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.id(),
        "name": format!("{code:?}"),
        "shortDescription": { "text": code.title() },
        "help": { "text": code.page(), "markdown": code.page() },
        "defaultConfiguration": { "level": code.severity().name() },
        "properties": { "area": code.area() },
    })
}

fn result(diagnostic: &Diagnostic, used: &[Code], sources: &Sources) -> Value {
    let mut result = json!({
        "ruleId": diagnostic.code.id(),
        "ruleIndex": used.iter().position(|code| *code == diagnostic.code),
        "level": diagnostic.severity.name(),
        "message": { "text": message(diagnostic) },
        "locations": [location(diagnostic, diagnostic.primary.as_ref(), sources)],
    });
    if !diagnostic.secondary.is_empty() {
        let related = diagnostic.secondary.iter().enumerate().map(|(id, label)| {
            let mut place = location(diagnostic, Some(label), sources);
            place["id"] = id.into();
            if !label.text.is_empty() {
                place["message"] = json!({ "text": label.text });
            }
            place
        });
        result["relatedLocations"] = related.collect();
    }
    result
}

/// Message and hint: viewers show nothing else.
fn message(diagnostic: &Diagnostic) -> String {
    format!("{}\nhint: {}", diagnostic.message, diagnostic.advice())
}

fn location(diagnostic: &Diagnostic, label: Option<&Label>, sources: &Sources) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(&diagnostic.source) } });
    if let Some(label) = label {
        physical["region"] = region(diagnostic, label.span, sources);
    }
    json!({ "physicalLocation": physical })
}

fn region(diagnostic: &Diagnostic, span: Span, sources: &Sources) -> Value {
    let mut region = json!({ "byteOffset": span.start, "byteLength": span.len() });
    if let Some(at) = place(diagnostic, span, sources) {
        region["startLine"] = at.start.line.into();
        region["startColumn"] = at.start.column.into();
        region["endLine"] = at.end.line.into();
        region["endColumn"] = at.end.column.into();
    }
    region
}

/// A path as a URI reference: `/` between parts, `file://` before an absolute path, everything
/// outside the unreserved characters percent-encoded.
fn uri(path: &str) -> String {
    let path = if cfg!(windows) {
        path.replace('\\', "/")
    } else {
        path.to_owned()
    };
    let mut out = String::with_capacity(path.len());
    if path.starts_with('/') {
        out.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            // Writing to a `String` cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}
