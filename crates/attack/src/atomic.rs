//! Atomic Red Team: small tests that perform a technique, one file per technique.
//!
//! Input: one `T*.yaml` file. Output: its [`Atomics`]. Commands are kept verbatim, with their
//! `#{name}` places for input arguments; nothing here runs anything.

use crate::yaml_fields::Fields;
use serde::{Deserialize, Serialize};
use tripline_text::yaml::{self, Core, Node};
use tripline_text::{Code, Diagnostic, SmolStr as Text, Source};

/// The tests of one technique.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Atomics {
    /// Technique id, upper case: `T1003.001`.
    pub technique: Text,
    /// Its name in the file.
    pub name: Text,
    /// The tests, in order.
    pub tests: Vec<AtomicTest>,
}

/// One test.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtomicTest {
    /// Name.
    pub name: Text,
    /// Its stable id.
    pub guid: Text,
    /// What it does.
    pub description: Text,
    /// Platforms, as written: `windows`, `macos`, `linux`, `iaas:aws`, ...
    pub platforms: Vec<Text>,
    /// Arguments, in order.
    pub arguments: Vec<Argument>,
    /// What runs the commands of the dependencies, when it is not the executor.
    pub dependency_executor: Option<Text>,
    /// What must be there first.
    pub dependencies: Vec<Dependency>,
    /// How it is run.
    pub executor: Executor,
}

/// An argument of a test.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Argument {
    /// Name, as used in `#{name}`.
    pub name: Text,
    /// What it is for.
    pub description: Text,
    /// Its type: `path`, `string`, `url`, ...
    pub kind: Text,
    /// Its value unless given; `None` where the file has none.
    pub default: Option<Text>,
}

/// Something that a test needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// What.
    pub description: Text,
    /// The command that says whether it is there.
    pub check: Text,
    /// The command that fetches it.
    pub fetch: Text,
}

/// How a test is run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Executor {
    /// `powershell`, `command_prompt`, `bash`, `sh`, `manual`, ...
    pub name: Text,
    /// The commands; empty for `manual`.
    pub command: Text,
    /// The commands that undo it.
    pub cleanup: Text,
    /// Whether it needs elevated rights.
    pub elevation_required: bool,
    /// For `manual`: what a person does.
    pub steps: Text,
}

impl AtomicTest {
    /// A text of the test with the defaults of its arguments in their places. A default that
    /// names another argument is filled in too, a few levels deep; places without a default, and
    /// those that would make the text longer than [`MAX_FILLED`], stay as they are.
    pub fn fill(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for _ in 0..4 {
            let mut changed = false;
            for argument in &self.arguments {
                let Some(default) = &argument.default else {
                    continue;
                };
                let place = format!("#{{{}}}", argument.name);
                let places = filled.matches(&place).count();
                let added = places.saturating_mul(default.len());
                if places > 0 && filled.len().saturating_add(added) <= MAX_FILLED {
                    filled = filled.replace(&place, default);
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        filled
    }
}

/// Longest text that [`AtomicTest::fill`] makes, in bytes.
pub const MAX_FILLED: usize = 1 << 20;

/// Reads a file. `None` when it holds no atomics at all.
pub fn read(source: &Source) -> (Option<Atomics>, Vec<Diagnostic>) {
    let stream = yaml::read(source);
    let mut fields = Fields {
        source,
        code: Code::AtomicMalformed,
        diagnostics: stream.diagnostics,
    };
    let Some(document) = stream.documents.first() else {
        return (None, fields.diagnostics);
    };
    let root = &document.root;
    let Some(technique) = fields.required(root, "attack_technique") else {
        return (None, fields.diagnostics);
    };
    let name = fields.text(root, "display_name");
    let maps = fields.maps(root, "atomic_tests");
    let tests = maps.into_iter().filter_map(|map| test(&mut fields, map));
    let atomics = Atomics {
        technique: technique.to_ascii_uppercase().into(),
        name,
        tests: tests.collect(),
    };
    (Some(atomics), fields.diagnostics)
}

fn test(fields: &mut Fields<'_>, map: &Node) -> Option<AtomicTest> {
    let name = fields.required(map, "name")?;
    let dependencies = fields.maps(map, "dependencies");
    Some(AtomicTest {
        name,
        guid: fields.text(map, "auto_generated_guid"),
        description: fields.text(map, "description"),
        platforms: fields.texts(map, "supported_platforms"),
        arguments: arguments(fields, map),
        dependency_executor: Some(fields.text(map, "dependency_executor_name"))
            .filter(|name| !name.is_empty()),
        dependencies: dependencies
            .into_iter()
            .map(|map| Dependency {
                description: fields.text(map, "description"),
                check: fields.text(map, "prereq_command"),
                fetch: fields.text(map, "get_prereq_command"),
            })
            .collect(),
        executor: executor(fields, map),
    })
}

fn arguments(fields: &mut Fields<'_>, map: &Node) -> Vec<Argument> {
    let entries = map.get("input_arguments").and_then(Node::entries);
    let mut arguments = Vec::new();
    for entry in entries.unwrap_or_default() {
        let Some(name) = entry.key.text() else {
            continue;
        };
        arguments.push(Argument {
            name: name.clone(),
            description: fields.text(&entry.value, "description"),
            kind: fields.text(&entry.value, "type"),
            default: entry.value.get("default").map(default_text),
        });
    }
    arguments
}

/// A default as text: lists are joined, null is empty.
fn default_text(node: &Node) -> Text {
    let list = |items: &[Node]| {
        let texts: Vec<&str> = items
            .iter()
            .filter_map(|i| Some(i.text()?.as_str()))
            .collect();
        Text::from(texts.join(" "))
    };
    node.text()
        .cloned()
        .or_else(|| node.items().map(list))
        .unwrap_or_default()
}

fn executor(fields: &mut Fields<'_>, map: &Node) -> Executor {
    let Some(executor) = map.get("executor") else {
        return Executor::default();
    };
    let elevation = executor
        .get("elevation_required")
        .and_then(Node::scalar)
        .is_some_and(|scalar| scalar.core() == Core::Bool(true));
    Executor {
        name: fields.text(executor, "name"),
        command: fields.text(executor, "command"),
        cleanup: fields.text(executor, "cleanup_command"),
        elevation_required: elevation,
        steps: fields.text(executor, "steps"),
    }
}
