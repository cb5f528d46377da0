//! Tests by which a detection can be tried.

use crate::Index;
use crate::signals::{Signal, Tried, tried};
use crate::technique::is_about;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use tripline_attack::atomic::AtomicTest;
use tripline_catalog::Result;
use tripline_ir::Detection;

/// A test of Atomic Red Team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Trial {
    /// Its stable id.
    pub guid: Text,
    /// Name.
    pub name: Text,
    /// Technique that it performs.
    pub technique: Text,
    /// What it does.
    pub description: Text,
    /// Platforms, as written.
    pub platforms: Vec<Text>,
    /// What runs it: `powershell`, `command_prompt`, ...
    pub executor: Text,
    /// Whether it needs elevated rights.
    pub elevated: bool,
    /// What it is expected to leave behind on each of its platforms.
    pub runs: Vec<TrialRun>,
}

/// What a test leaves behind on one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TrialRun {
    /// `windows`, `linux`, `macos`, or the cloud service.
    pub platform: Text,
    /// The expected events, in order.
    pub signals: Vec<TrialSignal>,
    /// Ids of the rules shown whole that fire on them: the law says so.
    pub fires: Vec<Text>,
}

/// An expected event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TrialSignal {
    /// Catalogue event: `PROVIDER/ID`.
    pub event: Text,
    /// Its title.
    pub title: Text,
    /// The name of the field that tells most, or empty.
    pub field: Text,
    /// Its value.
    pub value: Text,
}

/// Fields that tell most of an event, the first that it has.
const TELLING: [&str; 16] = [
    "process.command_line",
    "powershell.script_block",
    "file.path",
    "registry.path",
    "dll.path",
    "destination.domain",
    "destination.ip",
    "dns.question.name",
    "bits.remote_url",
    "task.name",
    "windows_service.name",
    "event.user.target",
    "cloud.api.action",
    "process.executable",
    "actor.command_line",
    "actor.executable",
];

/// The tests of a technique, and of those below it when asked, in the order of their files.
pub(super) fn trials(
    index: &Index<'_>,
    technique: &str,
    with_subtechniques: bool,
    rules: &[(u32, &Detection)],
) -> Result<Vec<Trial>> {
    let files = index.catalog.atomics()?.iter();
    let wanted = files.filter(|file| {
        is_about(
            index,
            &file.atomics.technique,
            technique,
            with_subtechniques,
        )
    });
    let tests = wanted.flat_map(|file| {
        let technique = &file.atomics.technique;
        file.atomics.tests.iter().map(move |test| (technique, test))
    });
    let tests: Vec<(&Text, &AtomicTest)> = tests.collect();
    let alone: Vec<&AtomicTest> = tests.iter().map(|(_, test)| *test).collect();
    let rows = tests.into_iter().zip(tried(index, &alone, rules));
    Ok(rows
        .map(|((technique, test), runs)| trial(index, technique, test, runs, rules))
        .collect())
}

/// The web addresses in a text.
pub(super) fn addresses(text: &str) -> Vec<&str> {
    let starts = text.match_indices("http").map(|(at, _)| &text[at..]);
    starts
        .filter(|rest| rest.starts_with("http://") || rest.starts_with("https://"))
        .map(|rest| {
            let end = rest.find(|c: char| c.is_whitespace() || "<>\"`()[]{}".contains(c));
            rest[..end.unwrap_or(rest.len())].trim_end_matches(['.', ',', ';', ':', '\''])
        })
        .collect()
}

/// The field of a signal that tells most.
fn telling(signal: Signal) -> TrialSignal {
    let mut fields = TELLING.iter();
    let told = fields.find_map(|name| signal.fields.iter().find(|field| field.field == *name));
    let told = told.or(signal.fields.first());
    TrialSignal {
        event: signal.event,
        title: signal.title,
        field: told.map_or_else(Text::default, |field| field.name.clone()),
        value: told.map_or_else(Text::default, |field| field.value.clone()),
    }
}

fn trial(
    index: &Index<'_>,
    technique: &Text,
    test: &AtomicTest,
    runs: Vec<Tried>,
    rules: &[(u32, &Detection)],
) -> Trial {
    let runs = runs.into_iter().map(|run| TrialRun {
        platform: run.platform,
        signals: run.signals.into_iter().map(telling).collect(),
        fires: run.fires.iter().map(|at| index.id(rules[*at].0)).collect(),
    });
    Trial {
        guid: test.guid.clone(),
        name: test.name.clone(),
        technique: technique.clone(),
        description: test.description.trim().into(),
        platforms: test.platforms.clone(),
        executor: test.executor.name.clone(),
        elevated: test.executor.elevation_required,
        runs: runs.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::addresses;

    #[test]
    fn addresses_end_where_the_text_goes_on() {
        let text = "See [a](https://example.org/a), http://example.org/b?x=1. Not httpx://c";
        assert_eq!(
            addresses(text),
            ["https://example.org/a", "http://example.org/b?x=1"]
        );
    }
}
