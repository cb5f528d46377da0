//! Literate cases: every `tests/rules/<language>/*.md`.
//!
//! Prose is free. A fence of the language (`yaml` for Sigma, the language's own name else) begins
//! a case; the fences after it, until the next one, say what holds for it:
//!
//! - ```` ```json match ```` / ```` ```json no match ````: one event, or a list of events each of
//!   which makes, or does not make, an alert on its own;
//! - ```` ```json alerts [[0, 1]] ````: a list of events and the events of each alert;
//! - ```` ```json lists ````: named lists for the case, before the other fences;
//! - ```` ```json library ````: macros and lookups for the case, as `common` says, before the others;
//! - ```` ```ir ````: the plan as printed;
//! - ```` ```losses ````: one loss a line (absent: there is none);
//! - ```` ```diagnostics ````: one a line, `CODE text-under-the-span: message` (absent: none).
//!
//! An event's `@timestamp` is a number of seconds or an RFC 3339 time; `_raw` is its raw text and
//! `_source` its declared source. `LITERATE=update` writes the `ir`, `losses` and `diagnostics`
//! fences that are there; read what it wrote.

mod common;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use tripline_ir::{Event, EventSource, Fields, Language, SECOND, Text, Value, law};
use tripline_languages::spl::{self, Library};
use tripline_languages::{Context, Lowered, lower};
use tripline_schema::Schema;
use tripline_text::Source;

/// A fenced block.
struct Fence {
    info: String,
    body: String,
    /// Line of the opening fence, from 1.
    line: usize,
}

fn language_of(folder: &str) -> Option<(Language, &'static [&'static str])> {
    Some(match folder {
        "sigma" => (Language::Sigma, &["yaml"]),
        "eql" => (Language::Eql, &["eql"]),
        "esql" => (Language::Esql, &["esql"]),
        "kuery" => (Language::Kuery, &["kuery"]),
        "lucene" => (Language::Lucene, &["lucene"]),
        "kusto" => (Language::Kusto, &["kusto"]),
        "spl" => (Language::Spl, &["spl"]),
        "yaral" => (Language::Yaral, &["yaral"]),
        _ => return None,
    })
}

#[test]
fn every_literate_case() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/rules"));
    let mut cases = 0;
    let mut failures = Vec::new();
    for (folder, path) in files(root) {
        let Some((language, fences)) = language_of(&folder) else {
            continue;
        };
        let text = std::fs::read_to_string(&path).unwrap();
        let mut run = Run {
            language,
            fences,
            path: &path,
            case: None,
            failures: Vec::new(),
            cases: 0,
        };
        let updated = run.file(&text);
        cases += run.cases;
        if updated != text && std::env::var_os("LITERATE").is_some_and(|value| value == "update") {
            std::fs::write(&path, updated).unwrap();
        }
        failures.extend(run.failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(cases > 0, "no case found under {}", root.display());
}

fn files(root: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for folder in std::fs::read_dir(root).unwrap().flatten() {
        let name = folder.file_name().to_string_lossy().into_owned();
        for file in std::fs::read_dir(folder.path())
            .into_iter()
            .flatten()
            .flatten()
        {
            if file
                .path()
                .extension()
                .is_some_and(|extension| extension == "md")
            {
                found.push((name.clone(), file.path()));
            }
        }
    }
    found.sort();
    found
}

/// A rule with what was lowered from it.
struct Case {
    line: usize,
    source: Source,
    lists: BTreeMap<Text, Vec<Text>>,
    library: Option<Library>,
    lowered: Lowered,
    /// Fences that speak about losses and diagnostics.
    told: (bool, bool),
}

struct Run<'a> {
    language: Language,
    fences: &'a [&'a str],
    path: &'a Path,
    case: Option<Case>,
    failures: Vec<String>,
    cases: usize,
}

impl Run<'_> {
    /// Runs the file and gives its text with the printed fences as they should be.
    fn file(&mut self, text: &str) -> String {
        let mut updated = String::new();
        let mut lines = text.lines().enumerate();
        while let Some((at, line)) = lines.next() {
            updated.push_str(line);
            updated.push('\n');
            let Some(info) = line.strip_prefix("```") else {
                continue;
            };
            let body: Vec<&str> = lines
                .by_ref()
                .map(|(_, line)| line)
                .take_while(|line| *line != "```")
                .collect();
            let mut fence = Fence {
                info: info.trim().to_owned(),
                body: body
                    .iter()
                    .fold(String::new(), |text, line| text + line + "\n"),
                line: at + 1,
            };
            self.fence(&mut fence);
            updated.push_str(&fence.body);
            updated.push_str("```\n");
        }
        self.close();
        updated
    }

    fn fail(&mut self, line: usize, message: &str) {
        self.failures
            .push(format!("{}:{line}: {message}", self.path.display()));
    }

    fn fence(&mut self, fence: &mut Fence) {
        if self.fences.contains(&fence.info.as_str()) {
            self.close();
            self.open(fence);
            return;
        }
        let Some(case) = &mut self.case else {
            self.fail(fence.line, "a fence before the first rule");
            return;
        };
        let expected = match fence.info.as_str() {
            "ir" => ir(case),
            "losses" => {
                case.told.0 = true;
                losses(case)
            }
            "diagnostics" => {
                case.told.1 = true;
                diagnostics(case)
            }
            info => {
                let result = events_fence(info, &fence.body, case, self.language);
                if let Err(message) = result {
                    self.fail(fence.line, &message);
                }
                return;
            }
        };
        if fence.body != expected {
            let message = format!("`{}` is\n{expected}instead of\n{}", fence.info, fence.body);
            fence.body = expected;
            self.fail(fence.line, &message);
        }
    }

    fn open(&mut self, fence: &Fence) {
        self.cases += 1;
        let source = Source::new("rule", fence.body.as_str());
        let mut case = Case {
            line: fence.line,
            source,
            lists: BTreeMap::new(),
            library: None,
            lowered: Lowered::default(),
            told: (false, false),
        };
        case.lower(self.language);
        self.case = Some(case);
    }

    /// What no fence of the case spoke about must not be there.
    fn close(&mut self) {
        let Some(case) = self.case.take() else { return };
        if !case.told.0 && !case.lowered.losses.is_empty() {
            self.fail(case.line, &format!("losses:\n{}", losses(&case)));
        }
        if !case.told.1 && !case.lowered.diagnostics.is_empty() {
            self.fail(case.line, &format!("diagnostics:\n{}", diagnostics(&case)));
        }
        if self.language == Language::Spl
            && let Err(flaw) = case.reads_as_itself()
        {
            self.fail(case.line, &flaw);
        }
    }
}

impl Case {
    /// Reads the rule with what the case knows so far.
    fn lower(&mut self, language: Language) {
        let mut context = Context::new(Schema::builtin());
        context.lists.clone_from(&self.lists);
        context.spl = self.library.as_ref();
        self.lowered = lower(language, &self.source, &context);
    }

    /// A search without an error, laid out, is the same search with the same plan.
    fn reads_as_itself(&self) -> Result<(), String> {
        let mut context = Context::new(Schema::builtin());
        context.lists.clone_from(&self.lists);
        context.spl = self.library.as_ref();
        let Some(text) = spl::laid_out(&self.source, &context) else {
            let told = &self.lowered.diagnostics;
            let told = told.iter().any(tripline_text::Diagnostic::is_error);
            return told.then_some(()).ok_or_else(|| "no layout".to_owned());
        };
        let printed = Source::new("printed", text.as_str());
        if !spl::same(&self.source, &printed, &context) {
            return Err(format!("another search when laid out:\n{text}"));
        }
        let lowered = lower(Language::Spl, &printed, &context);
        let plan = |lowered: &Lowered| lowered.plan.as_ref().map(tripline_ir::indented);
        let (before, after) = (plan(&self.lowered), plan(&lowered));
        if before != after {
            return Err(format!("{text}\nhas another plan:\n{before:?}\n{after:?}"));
        }
        Ok(())
    }
}

fn ir(case: &Case) -> String {
    let plan = case.lowered.plan.as_ref();
    let printed = plan.map_or_else(|| "none".to_owned(), tripline_ir::indented);
    format!("{}\n", printed.trim_end())
}

fn losses(case: &Case) -> String {
    let mut text = String::new();
    for loss in &case.lowered.losses {
        let _ = writeln!(text, "{}: {}", loss.reason.phrase(), loss.detail);
    }
    text
}

fn diagnostics(case: &Case) -> String {
    let mut text = String::new();
    for found in &case.lowered.diagnostics {
        let place = found
            .primary
            .as_ref()
            .map_or("", |label| case.source.slice(label.span));
        let hint = found
            .hint
            .as_ref()
            .map(|hint| format!(" ({hint})"))
            .unwrap_or_default();
        let place = place.replace('\n', " ");
        let _ = writeln!(text, "{} {place}: {}{hint}", found.code, found.message);
    }
    text
}

fn events_fence(info: &str, body: &str, case: &mut Case, language: Language) -> Result<(), String> {
    let Some(expect) = info.strip_prefix("json ") else {
        return Err(format!("unknown fence `{info}`"));
    };
    let json: serde_json::Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
    if expect == "lists" {
        case.lists = serde_json::from_value(json).map_err(|error| error.to_string())?;
        case.lower(language);
        return Ok(());
    }
    if expect == "library" {
        case.library = Some(common::library(json)?);
        case.lower(language);
        return Ok(());
    }
    let values = match json {
        serde_json::Value::Array(values) => values,
        value => vec![value],
    };
    let events: Vec<Event> = values.iter().map(event).collect();
    let plan = case.lowered.plan.as_ref().ok_or("there is no plan")?;
    let options = law::Options {
        now: None,
        lists: case.lists.clone(),
    };
    let run = |events: &[Event]| -> Result<Vec<Vec<usize>>, String> {
        let alerts = law::run(plan, events, &options).map_err(|error| error.to_string())?;
        Ok(alerts.into_iter().map(|alert| alert.events).collect())
    };
    if let Some(wanted) = expect.strip_prefix("alerts ") {
        let wanted: Vec<Vec<usize>> =
            serde_json::from_str(wanted).map_err(|error| error.to_string())?;
        let got = run(&events)?;
        return if got == wanted {
            Ok(())
        } else {
            Err(format!("alerts are {got:?} instead of {wanted:?}"))
        };
    }
    let wanted = match expect {
        "match" => true,
        "no match" => false,
        _ => return Err(format!("unknown expectation `{expect}`")),
    };
    for (event, value) in events.iter().zip(&values) {
        if run(std::slice::from_ref(event))?.is_empty() == wanted {
            return Err(format!("expected {expect}: {value}"));
        }
    }
    Ok(())
}

fn event(json: &serde_json::Value) -> Event {
    let mut native = Fields::new();
    flatten("", json, &mut native);
    let time = match native.get("@timestamp") {
        Some(Value::Int(seconds)) => seconds * SECOND,
        Some(Value::Text(text)) => {
            let instant: jiff::Timestamp = text.parse().unwrap();
            i64::try_from(instant.as_nanosecond()).unwrap()
        }
        _ => 0,
    };
    // A field of the event too, as it is in Splunk.
    let raw = native.get("_raw").and_then(Value::as_text);
    let source = native.remove("_source").and_then(|value| value.as_text());
    Event {
        time,
        source: source.map(|name| EventSource {
            name,
            events: Vec::new(),
        }),
        native,
        canonical: Fields::new(),
        raw,
    }
}

/// Members of objects under dotted names; of an array of objects, the list of their values.
fn flatten(prefix: &str, json: &serde_json::Value, fields: &mut Fields) {
    if let serde_json::Value::Array(items) = json {
        fields.insert(prefix.into(), value(json));
        let mut members = Fields::new();
        for item in items.iter().filter(|item| item.is_object()) {
            let mut own = Fields::new();
            flatten(prefix, item, &mut own);
            for (name, value) in own {
                let Value::List(all) = members.entry(name).or_insert(Value::List(Vec::new()))
                else {
                    continue;
                };
                match value {
                    Value::List(more) => all.extend(more),
                    one => all.push(one),
                }
            }
        }
        fields.extend(members);
        return;
    }
    let serde_json::Value::Object(map) = json else {
        fields.insert(prefix.into(), value(json));
        return;
    };
    for (key, inner) in map {
        let name = if prefix.is_empty() {
            key.clone()
        } else {
            format!("{prefix}.{key}")
        };
        flatten(&name, inner, fields);
    }
}

fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => number
            .as_i64()
            .map_or_else(|| Value::Float(number.as_f64().unwrap_or(0.0)), Value::Int),
        serde_json::Value::String(text) => Value::Text(text.as_str().into()),
        serde_json::Value::Array(items) => Value::List(items.iter().map(value).collect()),
        serde_json::Value::Object(map) => Value::Object(
            map.iter()
                .map(|(key, inner)| (key.as_str().into(), value(inner)))
                .collect(),
        ),
    }
}
