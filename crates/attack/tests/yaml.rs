//! What is read of made-up Atomic Red Team and OSSEM files, and what is said of broken ones.

use tripline_attack::atomic::{self, Argument};
use tripline_attack::ossem;
use tripline_text::{Code, Source};

const ATOMIC: &str = r##"
attack_technique: t9001.001
display_name: "Do a thing: slowly"
atomic_tests:
- name: Do it with a spoon
  auto_generated_guid: 00000000-0000-4000-8000-000000000001
  description: |
    First line.
    Second line.
  supported_platforms: [windows, linux]
  input_arguments:
    folder:
      description: Where
      type: path
      default: C:\Spoons
    file:
      description: What
      type: path
      default: '#{folder}\spoon.exe'
    count:
      type: integer
      default: 3
    free:
      type: string
  dependency_executor_name: powershell
  dependencies:
  - description: A spoon
    prereq_command: Test-Path "#{file}"
    get_prereq_command: New-Item "#{file}"
  executor:
    name: command_prompt
    command: '"#{file}" -n #{count} #{free}'
    cleanup_command: del "#{file}"
    elevation_required: true
- name: Do it by hand
  supported_platforms: [macos]
  executor:
    name: manual
    steps: Lift the spoon.
- description: It has no name.
"##;

#[test]
fn atomics_keep_every_part() {
    let source = Source::new("T9001.001.yaml", ATOMIC);
    let (atomics, diagnostics) = atomic::read(&source);
    let atomics = atomics.unwrap();
    assert_eq!(atomics.technique, "T9001.001");
    assert_eq!(atomics.name, "Do a thing: slowly");
    assert_eq!(atomics.tests.len(), 2);
    let spoon = &atomics.tests[0];
    assert_eq!(spoon.description, "First line.\nSecond line.\n");
    assert_eq!(spoon.platforms, ["windows", "linux"]);
    let count = Argument {
        name: "count".into(),
        description: "".into(),
        kind: "integer".into(),
        default: Some("3".into()),
    };
    assert_eq!(spoon.arguments[2], count);
    assert_eq!(spoon.arguments[3].default, None);
    assert_eq!(spoon.dependency_executor.as_deref(), Some("powershell"));
    assert_eq!(spoon.dependencies[0].check, "Test-Path \"#{file}\"");
    assert!(spoon.executor.elevation_required);
    assert_eq!(spoon.executor.cleanup, "del \"#{file}\"");
    let filled = spoon.fill(&spoon.executor.command);
    assert_eq!(filled, "\"C:\\Spoons\\spoon.exe\" -n 3 #{free}");
    assert_eq!(atomics.tests[1].executor.steps, "Lift the spoon.");
    assert!(!atomics.tests[1].executor.elevation_required);
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].code, Code::AtomicMalformed);
    assert_eq!(diagnostics[0].message, "`name` is missing or empty");
    let span = diagnostics[0].primary.as_ref().unwrap().span;
    assert_eq!(source.slice(span), "description: It has no name.");
}

#[test]
fn an_argument_that_names_itself_ends() {
    let text = "attack_technique: T1\natomic_tests:\n- name: a\n  input_arguments:\n    x:\n      \
                default: '#{x}#{x}'\n";
    let (atomics, _) = atomic::read(&Source::new("a", text));
    assert_eq!(
        atomics.unwrap().tests[0]
            .fill("#{x}")
            .matches("#{x}")
            .count(),
        16
    );
}

#[test]
fn files_without_atomics_are_told() {
    for text in ["atomic_tests: []", "- a", "attack_technique: [T1]", "7"] {
        let (atomics, diagnostics) = atomic::read(&Source::new("a", text));
        assert_eq!(atomics, None, "{text}");
        assert_eq!(diagnostics.len(), 1, "{text}");
    }
}

#[test]
fn a_dictionary_keeps_title_provider_and_fields() {
    let text = "
name: 'Event ID 7: A spoon was lifted'
description: Somebody lifted a spoon.
platform: windows
log_source: Example-Spoons
event_id: '7'
event_version: 2
event_fields:
- standard_name: SpoonName
  standard_type: TBD
  name: Spoon
  type: string
  description: Which one
  sample_value: null
references:
- text: A page
  link: https://example.invalid/spoons
";
    let (dictionary, diagnostics) = ossem::read(&Source::new("event-7.yml", text));
    assert_eq!(diagnostics, []);
    let dictionary = dictionary.unwrap();
    assert_eq!(dictionary.title, "A spoon was lifted");
    assert_eq!(dictionary.provider, "Example-Spoons");
    assert_eq!(
        (dictionary.event_id.as_str(), dictionary.version.as_str()),
        ("7", "2")
    );
    let field = &dictionary.fields[0];
    assert_eq!(
        (field.name.as_str(), field.standard_name.as_str()),
        ("Spoon", "SpoonName")
    );
    assert_eq!((field.kind.as_str(), field.sample.as_str()), ("string", ""));
    assert_eq!(dictionary.references, ["https://example.invalid/spoons"]);
}

#[test]
fn a_readme_is_no_event_and_no_fault() {
    let text = "name: Spoons\ndescription: About them.\nreferences: []\n";
    assert_eq!(
        ossem::read(&Source::new("README.yml", text)),
        (None, vec![])
    );
    let (none, diagnostics) = ossem::read(&Source::new("a", "event_id: 7\nevent_fields: 9\n"));
    assert!(none.unwrap().fields.is_empty());
    assert_eq!(diagnostics[0].code, Code::DictionaryMalformed);
    assert_eq!(
        diagnostics[0].message,
        "`event_fields` is a number, expected a list"
    );
}
