//! Diagnostics as JSON objects: one array, or one object per line.
//!
//! An object has `code`, `severity`, `title` (of the code), `message`, `path`, `span`, `hint` and
//! `labels`. A span has byte offsets `start` and `end` (half-open) and, when the source is at
//! hand, `line`, `column`, `end_line`, `end_column` (from 1, columns in characters). `span` is the
//! primary label's; `labels` lists every label, the primary one first.

use super::Sources;
use super::place::place;
use crate::{Diagnostic, Label, Span};
use serde_json::{Map, Value, json};

pub(super) fn array(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let all = Value::Array(diagnostics.iter().map(|d| object(d, sources)).collect());
    format!("{all:#}\n")
}

pub(super) fn lines(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        out.push_str(&object(diagnostic, sources).to_string());
        out.push('\n');
    }
    out
}

fn object(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let labels = diagnostic
        .primary
        .iter()
        .map(|label| (label, true))
        .chain(diagnostic.secondary.iter().map(|label| (label, false)))
        .map(|(label, primary)| label_object(diagnostic, label, primary, sources))
        .collect::<Vec<_>>();
    json!({
        "code": diagnostic.code.id(),
        "severity": diagnostic.severity.name(),
        "title": diagnostic.code.title(),
        "message": diagnostic.message,
        "path": &*diagnostic.source,
        "span": diagnostic.primary.as_ref().map(|label| span(diagnostic, label.span, sources)),
        "hint": diagnostic.advice(),
        "labels": labels,
    })
}

fn label_object(diagnostic: &Diagnostic, label: &Label, primary: bool, sources: &Sources) -> Value {
    json!({
        "span": span(diagnostic, label.span, sources),
        "text": label.text,
        "primary": primary,
    })
}

fn span(diagnostic: &Diagnostic, span: Span, sources: &Sources) -> Value {
    let mut object = Map::new();
    let mut put = |name: &str, number: u32| object.insert(name.to_owned(), number.into());
    put("start", span.start);
    put("end", span.end);
    if let Some(at) = place(diagnostic, span, sources) {
        put("line", at.start.line);
        put("column", at.start.column);
        put("end_line", at.end.line);
        put("end_column", at.end.column);
    }
    Value::Object(object)
}
