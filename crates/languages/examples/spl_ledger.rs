//! Reads searches from a JSON file (`[{"f": path, "s": search}]`), macros from a second
//! (`[[name, arguments, definition]]`) and says how well they are read: for people who work on the
//! SPL front end.

#![expect(clippy::print_stdout, reason = "its output")]

use std::collections::BTreeMap;
use tripline_ir::Language;
use tripline_languages::{Context, lower, spl};
use tripline_schema::Schema;
use tripline_text::Source;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let read = |at: usize| -> serde_json::Value {
        let text = arguments
            .get(at)
            .and_then(|path| std::fs::read_to_string(path).ok());
        text.and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default()
    };
    let (searches, macros) = (read(1), read(2));
    let mut library = spl::Library::default();
    for entry in macros.as_array().into_iter().flatten() {
        let text = |at: usize| entry[at].as_str().unwrap_or_default().to_owned();
        let names = entry[1].as_array().into_iter().flatten();
        library.macros.insert(
            text(0).into(),
            spl::Macro {
                arguments: names
                    .filter_map(|name| name.as_str().map(Into::into))
                    .collect(),
                definition: match &entry[2] {
                    serde_json::Value::String(text) => text.as_str().into(),
                    other => other.to_string().into(),
                },
            },
        );
    }
    let schema = Schema::builtin();
    let (mut full, mut all) = (0, 0);
    let mut counts: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let start = std::time::Instant::now();
    for entry in searches.as_array().into_iter().flatten() {
        let (path, search) = (
            entry["f"].as_str().unwrap_or(""),
            entry["s"].as_str().unwrap_or(""),
        );
        if path.contains("/deprecated/")
            || !arguments
                .get(3)
                .is_none_or(|only| path.contains(only.as_str()))
        {
            continue;
        }
        let mut context = Context::new(schema);
        context.spl = Some(&library);
        let lowered = lower(Language::Spl, &Source::new(path, search), &context);
        all += 1;
        full += usize::from(lowered.losses.is_empty() && lowered.plan.is_some());
        let mut note = |text: String| {
            let own = counts.entry(text).or_insert_with(|| (0, path.to_owned()));
            own.0 += 1;
        };
        for loss in &lowered.losses {
            note(format!("LOSS {}: {}", loss.reason.phrase(), loss.detail));
        }
        for found in &lowered.diagnostics {
            note(format!("{} {}", found.code, found.message));
        }
        if arguments.len() > 3 {
            println!(
                "{search}\n{}",
                lowered
                    .plan
                    .as_ref()
                    .map(tripline_ir::indented)
                    .unwrap_or_default()
            );
        }
    }
    println!("{full} full of {all} in {:?}", start.elapsed());
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    for (what, (count, example)) in counts {
        println!(
            "{count:5} {what}   [{}]",
            example.rsplit('/').next().unwrap_or("")
        );
    }
}
