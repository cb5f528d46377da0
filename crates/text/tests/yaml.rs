//! The YAML reader: spans, documents, bounds, recovery.
#![expect(clippy::print_stderr, reason = "a skipped test says so")]
#![expect(clippy::format_collect, reason = "short texts")]

use std::fmt::Write;

use tripline_text::yaml::{self, Limits, Node, Style, Value};
use tripline_text::{Code, Source};

fn read(text: &str) -> (Source, yaml::Stream) {
    let source = Source::new("rule.yml", text);
    let stream = yaml::read(&source);
    (source, stream)
}

fn codes(stream: &yaml::Stream) -> Vec<Code> {
    stream.diagnostics.iter().map(|found| found.code).collect()
}

#[test]
fn spans_are_the_bytes_of_the_text() {
    let text = "a: plain text  # comment\nb: 'it''s' # 'no'\nc: \"d\\te\\\"\"  # \"\nd:\n  - x é\n  - [1, {y: z}]\ne: |\n  line\n  two\n\nf: >-\n  folded\n  line\n";
    let (source, stream) = read(text);
    assert!(stream.diagnostics.is_empty());
    let root = &stream.documents[0].root;
    let at = |node: &Node| source.slice(node.span).to_owned();
    let value = |key: &str| root.get(key).unwrap();
    assert_eq!(at(value("a")), "plain text");
    assert_eq!(at(&root.entry("a").unwrap().key), "a");
    assert_eq!(at(value("b")), "'it''s'");
    assert_eq!(value("b").text().unwrap(), "it's");
    assert_eq!(at(value("c")), "\"d\\te\\\"\"");
    assert_eq!(value("c").text().unwrap(), "d\te\"");
    assert_eq!(at(value("d")), "- x é\n  - [1, {y: z}]");
    let items = value("d").items().unwrap();
    assert_eq!(at(&items[0]), "x é");
    assert_eq!(at(&items[1]), "[1, {y: z}]");
    let inner = items[1].items().unwrap();
    assert_eq!(at(&inner[1]), "{y: z}");
    assert_eq!(at(inner[1].get("y").unwrap()), "z");
    assert_eq!(at(value("e")), "line\n  two");
    assert_eq!(value("e").text().unwrap(), "line\ntwo\n");
    assert_eq!(value("e").scalar().unwrap().style, Style::Literal);
    assert_eq!(value("f").text().unwrap(), "folded line");
    assert_eq!(at(root), text.trim_end());
}

#[test]
fn a_byte_order_mark_shifts_every_span() {
    let (source, stream) = read("\u{feff}é: ü\nk: v\n");
    let root = &stream.documents[0].root;
    assert_eq!(source.slice(root.get("é").unwrap().span), "ü");
    assert_eq!(source.slice(root.get("k").unwrap().span), "v");
    assert_eq!(source.slice(stream.documents[0].span), "é: ü\nk: v\n");
}

#[test]
fn lines_of_a_quoted_text_may_stand_at_the_margin() {
    let text = "\u{feff}a: 'é one\ntwo\n\n  three'\nb:\n  - c: \"x\\\ny\" # d\n  - e\n";
    let (source, stream) = read(text);
    assert!(stream.diagnostics.is_empty(), "{:?}", stream.diagnostics);
    let root = &stream.documents[0].root;
    let a = root.get("a").unwrap();
    assert_eq!(a.text().unwrap(), "é one two\nthree");
    assert_eq!(source.slice(a.span), "'é one\ntwo\n\n  three'");
    let items = root.get("b").unwrap().items().unwrap();
    let c = items[0].get("c").unwrap();
    assert_eq!(c.text().unwrap(), "xy");
    assert_eq!(source.slice(c.span), "\"x\\\ny\"");
    assert_eq!(source.slice(items[1].span), "e");
    // What is no YAML behind it is still told, in its place.
    let (source, stream) = read("a: 'x\ny'\nb: [1\n");
    assert_eq!(codes(&stream), [Code::YamlSyntax]);
    let at = stream.diagnostics[0].primary.as_ref().unwrap().span;
    assert_eq!(source.slice(at), "");
    assert_eq!(at.start as usize, source.text().len());
}

#[test]
fn documents_keep_their_own_text() {
    let text = "# first\na: 1\n---\n# second\nb: 2\n...\n---\n---\nc: 3\n";
    let (source, stream) = read(text);
    assert!(stream.diagnostics.is_empty(), "{:?}", stream.diagnostics);
    let texts: Vec<_> = stream
        .documents
        .iter()
        .map(|document| source.slice(document.span))
        .collect();
    assert_eq!(texts, ["# first\na: 1\n", "# second\nb: 2\n", "c: 3\n"]);
}

#[test]
fn a_missing_value_is_null() {
    let (_, stream) = read("a:\nb: ~\nc: ''\nd: null\n");
    let root = &stream.documents[0].root;
    assert!(root.get("a").unwrap().is_null());
    assert!(root.get("a").unwrap().span.is_empty());
    assert!(root.get("b").unwrap().is_null());
    assert!(!root.get("c").unwrap().is_null());
    assert!(root.get("d").unwrap().is_null());
}

#[test]
fn repeated_keys_are_reported_and_the_first_counts() {
    let (source, stream) = read("a: 1\nb: 2\na: 3\n");
    assert_eq!(codes(&stream), [Code::YamlDuplicateKey]);
    let found = &stream.diagnostics[0];
    assert_eq!(found.primary.as_ref().unwrap().span.start, 10);
    assert_eq!(source.slice(found.secondary[0].span), "a");
    let root = &stream.documents[0].root;
    assert_eq!(root.get("a").unwrap().text().unwrap(), "1");
    assert_eq!(root.entries().unwrap().len(), 2);

    let many: String = (0..40).map(|n| format!("k{n}: {n}\n")).collect();
    let (_, stream) = read(&format!("{many}k7: again\n"));
    assert_eq!(codes(&stream), [Code::YamlDuplicateKey]);
    assert_eq!(
        stream.documents[0].root.get("k7").unwrap().text().unwrap(),
        "7"
    );
}

#[test]
fn aliases_repeat_and_merge() {
    let (source, stream) = read("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\nagain: *b\n");
    assert!(stream.diagnostics.is_empty());
    let root = &stream.documents[0].root;
    let used = root.get("use").unwrap();
    assert_eq!(used.get("y").unwrap().text().unwrap(), "3");
    assert_eq!(used.get("x").unwrap().text().unwrap(), "1");
    assert!(used.get("<<").is_none());
    let again = root.get("again").unwrap();
    assert_eq!(source.slice(again.get("x").unwrap().span), "*b");
}

#[test]
fn anchors_end_with_their_document() {
    let (_, stream) = read("a: &x 1\n---\nb: *x\n");
    assert_eq!(codes(&stream), [Code::YamlSyntax]);
    assert_eq!(stream.documents.len(), 1);
}

#[test]
fn an_anchor_cannot_hold_itself() {
    let (_, stream) = read("a: &x [1, *x]\n");
    assert_eq!(codes(&stream), [Code::YamlSyntax]);
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        let list = vec![before; 10].join(", ");
        writeln!(text, "a{level}: &a{level} [{list}]").unwrap();
    }
    let (_, stream) = read(&text);
    assert_eq!(codes(&stream), [Code::YamlAliasBomb]);
}

#[test]
fn depth_nodes_and_size_are_bounded() {
    let (_, stream) = read(&format!("a: {}", "[".repeat(10_000)));
    assert_eq!(codes(&stream), [Code::YamlTooDeep]);
    let (_, stream) = read(&"- ".repeat(10_000));
    assert_eq!(codes(&stream), [Code::YamlTooDeep]);
    let block: String = (0..300).map(|n| format!("{}k:\n", " ".repeat(n))).collect();
    let (_, stream) = read(&block);
    assert_eq!(codes(&stream), [Code::YamlTooDeep]);

    let source = Source::new("big.yml", "- a\n- b\n- c\n");
    let limits = Limits {
        nodes: 3,
        ..Limits::default()
    };
    assert_eq!(
        codes(&yaml::read_with(&source, limits)),
        [Code::YamlTooManyNodes]
    );
    let limits = Limits {
        bytes: 5,
        ..Limits::default()
    };
    assert_eq!(
        codes(&yaml::read_with(&source, limits)),
        [Code::FileTooLarge]
    );
}

#[test]
fn a_cut_off_file_keeps_the_documents_before() {
    let text = "title: whole\n---\ntitle: cut\nlist: [a, b";
    let (_, stream) = read(text);
    assert_eq!(stream.documents.len(), 1);
    assert_eq!(codes(&stream), [Code::YamlSyntax]);
    let found = &stream.diagnostics[0];
    assert!(
        found.message.starts_with("the YAML ends too early"),
        "{}",
        found.message
    );
    assert!(found.primary.as_ref().unwrap().span.start as usize >= text.len() - 1);
    assert_eq!(found.hint.as_deref(), Some("the file may be cut off"));

    let (_, stream) = read("title: 'never closed\nlevel: high\n");
    assert_eq!(codes(&stream), [Code::YamlSyntax]);
    assert!(stream.documents.is_empty());
}

#[test]
fn a_tab_is_pointed_at() {
    let (source, stream) = read("a:\n\tb: 1\n");
    assert_eq!(codes(&stream), [Code::YamlSyntax]);
    let span = stream.diagnostics[0].primary.as_ref().unwrap().span;
    assert_eq!(
        source.lines().line_column(source.text(), span.start).line,
        2
    );
}

fn check_spans(source: &Source, node: &Node) {
    match &node.value {
        Value::Scalar(scalar) => {
            let slice = source.slice(node.span);
            match scalar.style {
                Style::Plain if !scalar.text.contains([' ', '\n']) => {
                    assert_eq!(slice, scalar.text);
                }
                Style::SingleQuoted => assert!(slice.starts_with('\'') && slice.ends_with('\'')),
                Style::DoubleQuoted => assert!(slice.starts_with('"') && slice.ends_with('"')),
                _ => {}
            }
        }
        Value::Sequence(items) => {
            for item in items {
                assert!(item.span.is_empty() || node.span.contains(item.span));
                check_spans(source, item);
            }
        }
        Value::Mapping(entries) => {
            for entry in entries {
                assert!(node.span.contains(entry.key.span));
                check_spans(source, &entry.key);
                check_spans(source, &entry.value);
            }
        }
    }
}

#[test]
fn every_rule_of_the_corpora_has_true_spans() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora/sigma");
    let mut folders = vec![std::path::PathBuf::from(root)];
    if !folders[0].is_dir() {
        eprintln!("skipped: {root} is missing");
        return;
    }
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yml") {
                let text = std::fs::read_to_string(&path).unwrap();
                let source = Source::new(path.display().to_string(), text);
                let stream = yaml::read(&source);
                assert!(stream.diagnostics.is_empty(), "{:?}", stream.diagnostics);
                assert!(!stream.documents.is_empty(), "{}", path.display());
                stream
                    .documents
                    .iter()
                    .for_each(|document| check_spans(&source, &document.root));
                files += 1;
            }
        }
    }
    assert!(files > 4000, "{files} files");
}
