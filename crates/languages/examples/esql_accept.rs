//! Reads a JSON list of `[name, query]` from the standard input and writes, for each, one JSON
//! line with what the ES|QL front end says: errors, other diagnostics, losses, the plan. For
//! `tests/oracles/esql_accept.py`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "its output is its purpose"
)]

use serde_json::json;
use std::io::Read;
use tripline_ir::Language;
use tripline_languages::{Context, lower};
use tripline_schema::Schema;
use tripline_text::Source;

fn main() {
    let mut text = String::new();
    if std::io::stdin().read_to_string(&mut text).is_err() {
        eprintln!("the standard input is not UTF-8");
        std::process::exit(2);
    }
    let queries: Vec<(String, String)> = match serde_json::from_str(&text) {
        Ok(queries) => queries,
        Err(error) => {
            eprintln!("expected a list of [name, query]: {error}");
            std::process::exit(2);
        }
    };
    for (name, query) in queries {
        let source = Source::new(name.as_str(), query);
        let lowered = lower(Language::Esql, &source, &Context::new(Schema::builtin()));
        let said: Vec<String> = lowered
            .diagnostics
            .iter()
            .map(|found| {
                let place = found
                    .primary
                    .as_ref()
                    .map_or("", |label| source.slice(label.span));
                format!("{} {place:?}: {}", found.code, found.message)
            })
            .collect();
        let errors = lowered
            .diagnostics
            .iter()
            .filter(|found| found.is_error())
            .count();
        let losses: Vec<String> = lowered
            .losses
            .iter()
            .map(|loss| format!("{}: {}", loss.reason.phrase(), loss.detail))
            .collect();
        let plan = lowered.plan.as_ref().map(tripline_ir::indented);
        let line = json!({
            "name": name, "errors": errors, "diagnostics": said, "losses": losses, "plan": plan,
        });
        println!("{line}");
    }
}
