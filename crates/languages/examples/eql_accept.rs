//! Reads EQL queries and says what Tripline finds wrong with them.
//!
//! Input on standard input, one JSON object per line: `query`, and optionally `id`, `index` (a
//! list), `override` (the category field) and `dialect` (`endpoint`). Output, one object per line:
//! `id`, `errors` (`code`, `message`, `text`), `warnings` (codes) and `losses`.

use serde_json::{Value, json};
use std::io::{BufRead, Write};
use tripline_languages::{Context, eql};
use tripline_schema::Schema;
use tripline_text::Source;

fn main() -> std::io::Result<()> {
    let stdin = std::io::stdin();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in stdin.lock().lines() {
        let request: Value = serde_json::from_str(&line?).map_err(std::io::Error::other)?;
        writeln!(out, "{}", answer(&request))?;
    }
    out.flush()
}

fn answer(request: &Value) -> Value {
    let mut context = Context::new(Schema::builtin());
    let indices = request["index"].as_array().into_iter().flatten();
    context.indices = indices.filter_map(Value::as_str).map(Into::into).collect();
    context.event_category_field = request["override"].as_str().map(Into::into);
    let dialect = match request["dialect"].as_str() {
        Some("endpoint") => eql::Dialect::Endpoint,
        _ => eql::Dialect::Elasticsearch,
    };
    let source = Source::new("query", request["query"].as_str().unwrap_or_default());
    let lowered = eql::lower(dialect, &source, &context);
    let (errors, others): (Vec<_>, Vec<_>) = lowered
        .diagnostics
        .iter()
        .partition(|diagnostic| diagnostic.is_error());
    json!({
        "id": request["id"],
        "errors": errors.iter().map(|error| json!({
            "code": error.code.id(),
            "message": error.message,
            "text": error.primary.as_ref().map(|label| source.slice(label.span)),
        })).collect::<Vec<_>>(),
        "warnings": others.iter().map(|other| other.code.id()).collect::<Vec<_>>(),
        "losses": lowered.losses,
    })
}
