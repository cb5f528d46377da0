//! What every format writes, on one set of diagnostics.

use serde_json::Value;
use tripline_text::render::{Format, Sources, Style, render};
use tripline_text::{Code, Diagnostic, Source, Span};

const TEXT: &str = "title: Café probe\ndetection:\n  sel:\n    Image|endswit: '\\a.exe'\n";

fn source() -> Source {
    Source::new("rules/café probe.yml", TEXT)
}

fn find(needle: &str) -> Span {
    let start = TEXT.find(needle).expect("the needle is in the text");
    Span::from_usize(start..start + needle.len())
}

fn diagnostics() -> Vec<Diagnostic> {
    let source = source();
    vec![
        Diagnostic::new(
            Code::NestingTooDeep,
            &source,
            "the modifier `endswit` is unknown",
        )
        .at(find("endswit"), "expected a modifier")
        .also(find("sel"), "in this selection")
        .hint("`endswith` is the nearest name"),
        Diagnostic::new(Code::LanguageNotRead, &source, "the title is short").at(find("Café"), ""),
        Diagnostic::for_file(Code::FileUnreadable, "gone.yml", "permission denied"),
    ]
}

fn written(format: Format) -> String {
    render(
        format,
        &diagnostics(),
        &Sources::from_iter([source()]),
        Style::default(),
    )
}

#[test]
fn full() {
    insta::assert_snapshot!(written(Format::Full));
}

#[test]
fn full_in_colour_says_the_same() {
    let style = Style {
        colour: true,
        ..Style::default()
    };
    let sources = Sources::from_iter([source()]);
    let coloured = render(Format::Full, &diagnostics(), &sources, style);
    assert!(coloured.contains("\u{1b}["), "no escape in {coloured}");
    for part in [
        "endswit",
        "E0120",
        "permission denied",
        "expected a modifier",
    ] {
        assert!(coloured.contains(part), "{part} missing in {coloured}");
    }
}

#[test]
fn concise() {
    insta::assert_snapshot!(written(Format::Concise));
}

#[test]
fn json() {
    insta::assert_snapshot!(written(Format::Json));
}

#[test]
fn json_lines_are_the_array() {
    let array: Value = serde_json::from_str(&written(Format::Json)).expect("JSON");
    let lines: Vec<Value> = written(Format::JsonLines)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(array, Value::Array(lines));
}

#[test]
fn sarif() {
    insta::assert_snapshot!(written(Format::Sarif));
}

#[test]
fn nothing_to_say() {
    let all = |format| render(format, &[], &Sources::new(), Style::default());
    assert_eq!(all(Format::Full), "");
    assert_eq!(all(Format::Concise), "");
    assert_eq!(all(Format::JsonLines), "");
    assert_eq!(all(Format::Json), "[]\n");
    let log: Value = serde_json::from_str(&all(Format::Sarif)).expect("JSON");
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn rules_cannot_write_to_the_terminal() {
    let text = "a\u{1b}[2Jb";
    let source = Source::new("\u{1b}]0;x\u{7}.yml", text);
    let diagnostic = Diagnostic::new(Code::InvalidUtf8, &source, "found \u{1b}[31m here")
        .at(Span::new(0, 6), "\u{202e}tricked")
        .hint("not \u{9b}this");
    let sources = Sources::from_iter([source]);
    for format in Format::ALL {
        let out = render(
            format,
            std::slice::from_ref(&diagnostic),
            &sources,
            Style::default(),
        );
        let bad = |c: char| c.is_control() && c != '\n' || c == '\u{202e}' || c == '\u{9b}';
        let data = !matches!(format, Format::Full | Format::Concise);
        assert!(data || !out.contains(bad), "{}: {out:?}", format.name());
        assert!(!out.contains('\u{1b}'), "{}: {out:?}", format.name());
    }
}

#[test]
fn spans_outside_the_text_are_shown_at_its_end() {
    let source = Source::new("a.yml", "é");
    let sources = Sources::from_iter([source.clone()]);
    for span in [
        Span::new(1, 1),
        Span::new(1, 9),
        Span::new(7, 9),
        Span::new(2, 2),
    ] {
        let found = Diagnostic::new(Code::InvalidUtf8, &source, "bad").at(span, "here");
        for format in Format::ALL {
            let out = render(
                format,
                std::slice::from_ref(&found),
                &sources,
                Style::default(),
            );
            assert!(out.contains("bad"), "{}: {out}", format.name());
        }
    }
}

/// The properties that SARIF 2.1.0 requires of each object, and what it says of their values.
#[test]
fn sarif_has_what_the_standard_requires() {
    let log: Value = serde_json::from_str(&written(Format::Sarif)).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert!(run["tool"]["driver"]["name"].is_string());
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    assert_eq!(rules.len(), 3);
    for rule in rules {
        assert!(rule["id"].is_string());
        assert!(rule["shortDescription"]["text"].is_string());
        assert!(rule["help"]["text"].is_string());
        let level = rule["defaultConfiguration"]["level"].as_str();
        assert!(matches!(level, Some("none" | "note" | "warning" | "error")));
    }
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 3);
    for result in results {
        assert!(result["message"]["text"].is_string());
        let index = result["ruleIndex"].as_u64().expect("index");
        let rule = &rules[usize::try_from(index).expect("small")];
        assert_eq!(rule["id"], result["ruleId"]);
        let physical = &result["locations"][0]["physicalLocation"];
        let uri = physical["artifactLocation"]["uri"].as_str().expect("uri");
        assert!(uri.is_ascii() && !uri.contains(' '), "{uri}");
        if let Some(region) = physical.get("region") {
            assert!(region["startLine"].as_u64() >= Some(1));
            assert!(region["startColumn"].as_u64() >= Some(1));
            let first = (region["startLine"].as_u64(), region["startColumn"].as_u64());
            let last = (region["endLine"].as_u64(), region["endColumn"].as_u64());
            assert!(first <= last);
        }
    }
    assert!(
        results[2]["locations"][0]["physicalLocation"]
            .get("region")
            .is_none()
    );
}
