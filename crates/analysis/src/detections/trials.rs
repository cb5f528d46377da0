//! Tests by which a detection can be tried.

use crate::Index;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr as Text;
use tripline_attack::atomic::AtomicTest;
use tripline_catalog::Result;

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
}

/// The tests of a technique, and of those below it when asked, in the order of their files.
pub(super) fn trials(
    index: &Index<'_>,
    technique: &str,
    with_subtechniques: bool,
) -> Result<Vec<Trial>> {
    let files = index.catalog.atomics()?.iter();
    let wanted = files.filter(|file| {
        let below = file.atomics.technique.strip_prefix(technique);
        below.is_some_and(|rest| rest.is_empty() || (with_subtechniques && rest.starts_with('.')))
    });
    let tests = wanted.flat_map(|file| {
        let technique = &file.atomics.technique;
        file.atomics
            .tests
            .iter()
            .map(move |test| trial(technique, test))
    });
    Ok(tests.collect())
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

fn trial(technique: &Text, test: &AtomicTest) -> Trial {
    Trial {
        guid: test.guid.clone(),
        name: test.name.clone(),
        technique: technique.clone(),
        description: test.description.trim().into(),
        platforms: test.platforms.clone(),
        executor: test.executor.name.clone(),
        elevated: test.executor.elevation_required,
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
