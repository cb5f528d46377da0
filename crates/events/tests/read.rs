//! Events of every shape are read with the meaning they have.

#![expect(clippy::print_stdout, reason = "tests say what they skip")]

use std::path::Path;
use tripline_events::{Events, read};
use tripline_ir::{Event, SECOND, Value};
use tripline_text::{Code, Source};

fn events(text: &str) -> Events {
    read(&Source::new("<test>", text))
}

fn one(text: &str) -> Event {
    let found = events(text);
    assert_eq!(found.diagnostics, []);
    assert_eq!(found.events.len(), 1);
    found.events.into_iter().next().unwrap_or_default()
}

fn canonical(event: &Event, id: &str) -> String {
    let value = event.canonical.get(id);
    value.map_or_else(String::new, |value| {
        let texts: Vec<String> = value
            .elements()
            .into_iter()
            .filter_map(|value| value.as_text().map(String::from))
            .collect();
        texts.join("|")
    })
}

#[test]
fn a_windows_event_gets_flat_names_and_a_kind() {
    let event = one(r##"{"Event": {"System": {
        "Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon"}}, "EventID": 1,
        "TimeCreated": {"#attributes": {"SystemTime": "2026-01-02T03:04:05.5Z"}},
        "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": "ws1"},
        "EventData": {"Image": "C:\\Tools\\Thing.EXE", "User": "CORP\\ann", "ProcessId": 7,
        "Hashes": "MD5=AB,SHA256=CD", "ParentImage": "C:\\Windows\\explorer.exe"}}}"##);
    assert_eq!(event.native.get("EventID"), Some(&Value::Int(1)));
    assert_eq!(event.native.get("Computer"), Some(&Value::from("ws1")));
    assert_eq!(event.time, 1_767_323_045 * SECOND + SECOND / 2);
    assert_eq!(event.source, None);
    assert_eq!(
        canonical(&event, "process.executable"),
        r"C:\Tools\Thing.EXE"
    );
    assert_eq!(canonical(&event, "process.name"), "Thing.EXE");
    assert_eq!(canonical(&event, "process.parent.name"), "explorer.exe");
    assert_eq!(canonical(&event, "process.user.name"), "ann");
    assert_eq!(canonical(&event, "process.hash.sha256"), "CD");
    assert_eq!(canonical(&event, "event.category"), "process");
    assert_eq!(canonical(&event, "event.type"), "start");
    assert_eq!(canonical(&event, "host.os.type"), "windows");
    assert_eq!(canonical(&event, "event.code"), "1");
}

#[test]
fn a_name_with_blanks_also_stands_without_them() {
    let event = one(r#"{"Event": {"System": {"EventID": 1116,
        "Channel": "Microsoft-Windows-Windows Defender/Operational"},
        "EventData": {"Threat Name": "Tool:X"}}}"#);
    for name in ["Threat Name", "ThreatName"] {
        assert_eq!(event.native.get(name), Some(&Value::from("Tool:X")));
    }
}

#[test]
fn a_flaw_is_shown_at_a_whole_character() {
    let text = "{\"a\": \"b\\\u{feff}c\"}";
    let found = events(text);
    let label = found.diagnostics[0]
        .primary
        .clone()
        .unwrap_or_else(|| panic!("no place"));
    assert!(text.get(label.span.range()).is_some(), "{label:?}");
}

#[test]
fn the_kind_decides_the_role() {
    let file = one(
        r#"{"EventID": 11, "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Image": "C:\\a\\b.exe", "TargetFilename": "C:\\x\\y.tar.gz"}"#,
    );
    assert_eq!(canonical(&file, "actor.name"), "b.exe");
    assert_eq!(canonical(&file, "process.executable"), "");
    assert_eq!(canonical(&file, "file.extension"), "gz");
    assert_eq!(canonical(&file, "file.directory"), r"C:\x");
    let audit = one(
        r#"{"EventID": 4688, "Channel": "Security", "NewProcessName": "C:\\n.exe",
        "ProcessId": "0x10", "NewProcessId": "0x20"}"#,
    );
    assert_eq!(canonical(&audit, "process.pid"), "0x20");
    assert_eq!(canonical(&audit, "process.parent.pid"), "0x10");
    let beat = one(
        r#"{"event": {"code": "13", "provider": "Microsoft-Windows-Sysmon", "category": ["registry"]},
        "winlog": {"channel": "Microsoft-Windows-Sysmon/Operational",
        "event_data": {"TargetObject": "HKLM\\Software\\K\\V"}}, "process": {"name": "reg.exe"}}"#,
    );
    assert_eq!(canonical(&beat, "registry.value"), "V");
    assert_eq!(canonical(&beat, "actor.name"), "reg.exe");
    assert_eq!(canonical(&beat, "event.type"), "change");
}

#[test]
fn every_schemes_names_are_understood() {
    let defender = one(r#"{"_source": "DeviceProcessEvents", "FileName": "x.exe",
        "InitiatingProcessFileName": "w.exe", "Timestamp": "2026-01-01T00:00:00Z"}"#);
    assert_eq!(canonical(&defender, "process.name"), "x.exe");
    assert_eq!(canonical(&defender, "process.parent.name"), "w.exe");
    let source = defender.source.unwrap_or_default();
    assert_eq!(source.name, "DeviceProcessEvents");
    assert!(source.events.iter().any(|key| key == "Sysmon/1"));
    let cim = one(
        r#"{"_source": "Endpoint.Processes", "process_name": "x.exe", "process": "x -y",
        "_time": 1767225600}"#,
    );
    assert_eq!(canonical(&cim, "process.command_line"), "x -y");
    assert_eq!(cim.time, 1_767_225_600 * SECOND);
    let udm = one(r#"{"metadata": {"event_type": "PROCESS_LAUNCH"},
        "target": {"process": {"file": {"full_path": "C:\\d\\x.exe"}}}}"#);
    assert_eq!(canonical(&udm, "process.name"), "x.exe");
}

#[test]
fn arrays_of_objects_keep_their_structure() {
    let event = one(r#"{"a": [{"b": 1, "c": "x"}, {"b": 2}], "d.e": [1, "two"]}"#);
    assert_eq!(
        event.native.get("a.b"),
        Some(&Value::List(vec![Value::Int(1), Value::Int(2)]))
    );
    assert!(matches!(event.native.get("a"), Some(Value::List(items))
        if items.iter().all(|item| matches!(item, Value::Object(_)))));
    assert_eq!(
        event.native.get("d.e"),
        Some(&Value::List(vec![Value::Int(1), Value::from("two")]))
    );
}

#[test]
fn a_bad_record_does_not_stop_the_rest() {
    let text = "{\"a\": 1, \"@timestamp\": 5}\n{\"a\": \n7\n{\"a\": 2}\n";
    let found = events(text);
    assert_eq!(found.events.len(), 2);
    assert_eq!(found.events[1].time, 5 * SECOND);
    let codes: Vec<Code> = found.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::EventNotJson, Code::EventNotObject]);
    let deep = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    let found = events(&deep);
    assert!(found.events.is_empty() && found.diagnostics.len() == 1);
    let found = events("[{\"a\": 1}, 3, {\"a\": 2}]");
    assert_eq!((found.events.len(), found.diagnostics.len()), (2, 1));
    assert_eq!(found.positions, [0, 2]);
    let found = events("{\"a\": 1}\n\nno event\n{\"a\": 2}\n7\n{\"a\": 3}\n");
    assert_eq!(
        (found.positions, found.diagnostics.len()),
        (vec![0, 2, 4], 2)
    );
}

/// Every recorded event of the shared corpus is read whole.
#[test]
fn recorded_events_are_read() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/corpora/sigma/regression_data"
    );
    if !Path::new(folder).is_dir() {
        println!("SKIPPED: {folder} is missing");
        return;
    }
    let mut files = 0;
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let path = entry.expect("readable folder").into_path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        files += 1;
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        let found = read(&Source::new(path.to_string_lossy().into_owned(), text));
        assert_eq!(found.diagnostics, [], "{}", path.display());
        assert!(!found.events.is_empty(), "{}", path.display());
        for event in &found.events {
            assert!(event.time > 1_500_000_000 * SECOND, "{}", path.display());
            assert!(event.native.contains_key("EventID") && event.native.contains_key("Channel"));
            assert!(
                event.canonical.contains_key("host.os.type"),
                "{}",
                path.display()
            );
        }
    }
    assert_eq!(files, 202);
}
