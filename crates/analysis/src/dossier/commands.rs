//! Commands: Atomic Red Team's tests of the technique, and what rules look for in what is run.

use super::scope::{Pen, Scope};
use super::values::values;
use crate::markup::{Span, safe_url};
use crate::signals::placed;
use crate::tables::IndicatorRow;
use crate::technique::is_about;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::{SmolStr as Text, format_smolstr};
use tripline_attack::atomic::AtomicTest;
use tripline_catalog::AtomicFile;

/// Commands of the technique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Commands {
    /// Atomic Red Team's tests, in their order.
    pub tests: Vec<AtomicRow>,
    /// What rules look for in command lines, arguments and scripts: the most telling first.
    pub fragments: Vec<IndicatorRow>,
}

/// A test of Atomic Red Team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AtomicRow {
    /// The technique that it is a test of.
    pub technique: Text,
    /// Its name.
    pub name: Text,
    /// Its GUID.
    pub guid: Text,
    /// What it does, in its author's words.
    pub text: Vec<Span>,
    /// Platforms.
    pub platforms: Vec<Text>,
    /// What runs the command: `command_prompt`, `powershell`, `sh`, `bash`, `manual`.
    pub executor: Text,
    /// Whether it must run as administrator or root.
    pub elevated: bool,
    /// What must be there first.
    pub prerequisites: Vec<Text>,
    /// The command with the defaults of its inputs filled in, or the steps to do by hand.
    pub command: Text,
    /// What undoes it, with the defaults filled in; or empty.
    pub cleanup: Text,
    /// Key of the test.
    pub evidence: Vec<Text>,
}

/// The commands.
///
/// # Errors
/// The catalogue is damaged.
pub(super) fn commands(scope: &Scope<'_>, pen: &mut Pen<'_>) -> tripline_catalog::Result<Commands> {
    let files = scope.index.catalog.atomics()?.iter();
    let own = files.filter(|file| {
        let named = &file.atomics.technique;
        scope
            .ids
            .iter()
            .any(|id| is_about(scope.index, named, id, false))
    });
    let mut tests = Vec::new();
    for file in own {
        let rows = file.atomics.tests.iter();
        tests.extend(rows.map(|test| row(scope, pen, file, test)));
    }
    let fragments = values(scope.index, &scope.rules, |_, atom| is_command(&atom.field));
    Ok(Commands { tests, fragments })
}

fn row(scope: &Scope<'_>, pen: &mut Pen<'_>, file: &AtomicFile, test: &AtomicTest) -> AtomicRow {
    let run = &test.executor;
    let command = if run.command.is_empty() {
        &run.steps
    } else {
        &run.command
    };
    let fill = |text: &str| placed(test, &test.fill(text));
    let needs = test.dependencies.iter();
    AtomicRow {
        technique: file.atomics.technique.clone(),
        name: test.name.clone(),
        guid: test.guid.clone(),
        text: pen.reader.line(&one_line(&fill(&test.description))),
        platforms: test.platforms.clone(),
        executor: run.name.clone(),
        elevated: run.elevation_required,
        prerequisites: needs
            .map(|need| one_line(&fill(&need.description)).into())
            .collect(),
        command: fill(command).trim_end().into(),
        cleanup: fill(&run.cleanup).trim_end().into(),
        evidence: vec![
            pen.sources
                .atomic(&test.guid, &test.name, page(scope, file)),
        ],
    }
}

/// The test's file where its knowledge base was copied from.
fn page(scope: &Scope<'_>, file: &AtomicFile) -> Option<Text> {
    let bases = &scope.index.catalog.meta.knowledge;
    let base = bases.iter().find(|base| base.name == file.base)?;
    let (upstream, commit) = (base.upstream.as_ref()?, base.commit.as_ref()?);
    let upstream = upstream.trim_end_matches(".git").trim_end_matches('/');
    safe_url(&format_smolstr!(
        "{upstream}/blob/{commit}/atomics/{}",
        file.path
    ))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a field holds what was typed or run.
fn is_command(field: &str) -> bool {
    matches!(
        field,
        "process.command_line"
            | "process.args"
            | "actor.command_line"
            | "powershell.script_block"
            | "powershell.payload"
            | "linux.proctitle"
    )
}
