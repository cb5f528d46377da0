//! No name stands as a value: over every real rule, and over rules that are wrong on purpose.
//!
//! A value of an indicator is a text that the rule compares with. The name of a Kusto variable, a
//! Splunk macro, a YARA-L list or a Sigma placeholder is none, and neither are the quotes around a
//! literal. A text that the same rule also writes as a literal is fine.

#![expect(clippy::print_stderr, reason = "tests say what they skip")]

use std::collections::BTreeSet;
use std::path::Path;
use tripline_catalog::facts::{AtomFact, RuleFacts, facts};
use tripline_corpus::{discover, read};
use tripline_ir::{Detection, Language, Text};
use tripline_schema::Schema;

const CORPORA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora");

fn of(detection: &Detection) -> RuleFacts {
    facts(detection, Schema::builtin(), &|id: &str| Text::new(id))
}

/// Words of a body: runs of letters, digits and underscores.
fn words(body: &str) -> Vec<&str> {
    body.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .collect()
}

/// The word that a text begins with.
fn first_word(text: &str) -> &str {
    words(text).first().copied().unwrap_or("")
}

/// Names that a Kusto query gives: of `let`, parameters, columns.
fn kusto_names(body: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for line in body.lines() {
        let line = line.split("//").next().unwrap_or("").trim_start();
        if let Some(rest) = line.strip_prefix("let ") {
            names.insert(first_word(rest).to_lowercase());
            if let Some((_, parameters)) = rest.split_once("=(") {
                let parameters = parameters.split(')').next().unwrap_or("");
                names.extend(
                    parameters
                        .split(',')
                        .map(|one| first_word(one).to_lowercase()),
                );
            }
        }
        // `name =`, but no `name ==`, `name =~`, `name <=`.
        for (at, _) in line.match_indices('=') {
            let (before, after) = (&line[..at], &line[at + 1..]);
            let compares = after.starts_with(['=', '~']) || before.ends_with(['=', '!', '<', '>']);
            if !compares && let Some(name) = words(before.trim_end()).last() {
                let touches = before.trim_end().ends_with(name);
                names.extend(touches.then(|| name.to_lowercase()));
            }
        }
    }
    names
}

/// Names of macros that an SPL search calls: between backticks.
fn macro_names(body: &str) -> BTreeSet<String> {
    let inside = body.split('`').skip(1).step_by(2);
    inside.map(|call| first_word(call).to_lowercase()).collect()
}

/// Names of lists that a YARA-L rule reads: behind `%` where a value may stand. A `%` inside a
/// text or an expression, as in `%tmp%`, is the author's own.
fn list_names(body: &str) -> BTreeSet<String> {
    let places = body.match_indices('%');
    let read = places.filter(|(at, _)| {
        let before = body[..*at].trim_end();
        ["in", "regex", "cidr"].contains(&words(before).last().copied().unwrap_or(""))
            && before.ends_with(char::is_alphabetic)
            || before.ends_with('=')
    });
    read.filter(|(at, _)| body[at + 1..].starts_with(|c: char| c.is_alphabetic() || c == '_'))
        .map(|(at, _)| first_word(&body[at + 1..]).to_lowercase())
        .collect()
}

/// Whether the rule writes a value between quotes, or (in YAML and SPL) bare, in lower case.
fn is_literal(body: &str, value: &str) -> bool {
    ['"', '\'', '`', '/'].iter().any(|quote| {
        body.match_indices(value).any(|(at, _)| {
            let before =
                body[..at].trim_end_matches(['\\', '*', '.', '@', '?', ':', '(', '^', ' ']);
            before.ends_with(*quote)
        })
    })
}

/// What stands as an indicator's value and must not.
fn offences(language: Language, body: &str, atoms: &[AtomFact]) -> Vec<String> {
    let names = match language {
        Language::Kusto => kusto_names(body),
        Language::Spl => macro_names(body),
        Language::Yaral => list_names(body),
        _ => BTreeSet::new(),
    };
    let lists: Vec<String> = atoms
        .iter()
        .filter(|atom| atom.operator == "in_list")
        .map(|atom| format!("%{}%", atom.value.to_lowercase()))
        .collect();
    let body = body.to_lowercase();
    let mut found = Vec::new();
    for atom in atoms.iter().filter(|atom| atom.literal) {
        let value = atom.value.to_lowercase();
        let bare = value.trim_matches(['*', '\\', '$', '%', '`']);
        let named = match language {
            // A bare word of a search is a literal, and `name=value` looks like a column.
            Language::Spl => value.contains('`') && names.contains(first_word(bare)),
            _ => names.contains(bare) && !is_literal(&body, bare),
        };
        let placeholder = lists.iter().any(|list| value.contains(list));
        if named || placeholder || enclosed(&value, &body) {
            found.push(format!("{} {} {}", atom.field, atom.operator, atom.value));
        }
    }
    found
}

/// Whether a value keeps the quotes of the literal that it was. Quotes that the author put inside
/// the literal are escaped, doubled, stand inside other quotes, or are literals of their own that
/// are joined to it: `strcat("\"", x, "\"")`, as an element of a JSON text.
fn enclosed(value: &str, body: &str) -> bool {
    let inner = ['"', '\''].iter().find_map(|quote| {
        value
            .strip_prefix(*quote)?
            .strip_suffix(*quote)
            .map(|inner| (inner, *quote))
    });
    let Some((inner, quote)) = inner else {
        return false;
    };
    let start: String = inner.chars().take_while(|c| c.is_alphanumeric()).collect();
    let written = body
        .match_indices(&format!("{quote}{start}"))
        .any(|(at, _)| {
            let before = body[..at].chars().next_back();
            before
                .is_some_and(|c| matches!(c, '\\' | '"' | '\'' | '/' | '*' | '`' | '|' | '(' | '['))
        });
    let alone = if quote == '"' {
        [r#""\"""#, r#"'"'"#]
    } else {
        [r"'\''", r#""'""#]
    };
    let joined = alone.iter().any(|literal| body.contains(literal));
    !written && !joined
}

#[test]
fn no_name_and_no_quote_is_a_value() {
    let root = Path::new(CORPORA);
    if !root.is_dir() {
        eprintln!("skipped: {CORPORA} is not here");
        return;
    }
    let mut found = Vec::new();
    let mut values = 0;
    for spec in discover(&[root.to_path_buf()]).corpora {
        for detection in read(&spec).into_detections() {
            let facts = of(&detection);
            values += facts.atoms.iter().filter(|atom| atom.literal).count();
            let own = offences(detection.language, &detection.body, &facts.atoms);
            found.extend(
                own.into_iter()
                    .map(|own| format!("{}: {own}", detection.id)),
            );
        }
    }
    assert!(values > 50_000, "only {values} values were looked at");
    assert!(
        found.is_empty(),
        "{} of {values}:\n{}",
        found.len(),
        found.join("\n")
    );
}

/// A rule of one test, and what is wrong with it.
fn wrong(language: Language, operator: &str, value: &str, body: &str) -> Vec<String> {
    let atom = AtomFact {
        field: "process.command_line".into(),
        operator: operator.into(),
        value: value.into(),
        literal: operator != "in_list",
        case_sensitive: false,
        negated: false,
        aside: false,
        implied: false,
        branch: 0,
        name: "CommandLine".into(),
        span: tripline_ir::Span::new(0, 0),
    };
    let list = AtomFact {
        operator: "in_list".into(),
        value: "servers".into(),
        literal: false,
        ..atom.clone()
    };
    offences(language, body, &[atom, list])
}

#[test]
fn wrong_values_are_found() {
    use Language::{Eql, Kusto, Sigma, Spl, Yaral};
    let kusto = "let Tools = dynamic(['a.exe']);\nT | extend Own = 1 | where FileName in (Tools)";
    assert_eq!(wrong(Kusto, "eq", "Tools", kusto).len(), 1);
    assert_eq!(wrong(Kusto, "eq", r"\tools", kusto).len(), 1);
    assert_eq!(wrong(Kusto, "contains", "Own", kusto).len(), 1);
    assert!(wrong(Kusto, "eq", "a.exe", kusto).is_empty());
    let function = "let f =(wanted:string) { T | where x == wanted };\nf('b')";
    assert_eq!(wrong(Kusto, "eq", "wanted", function).len(), 1);
    assert!(wrong(Kusto, "eq", "b", function).is_empty());
    let both = "let Tools = dynamic(['x']);\nT | where FileName == \"tools\"";
    assert!(wrong(Kusto, "eq", "tools", both).is_empty());
    let spl = "`sysmon` EventCode=1 Image=*\\sysmon*";
    assert_eq!(wrong(Spl, "eq", "`sysmon`", spl).len(), 1);
    assert!(wrong(Spl, "contains", r"\sysmon", spl).is_empty());
    let yaral = "events: $e.target.ip in %servers";
    assert_eq!(wrong(Yaral, "eq", "servers", yaral).len(), 1);
    assert_eq!(wrong(Yaral, "eq", "%servers", yaral).len(), 1);
    let regex = "$e.target.ip in regex %servers and $e.x = /%tmp%/";
    assert_eq!(wrong(Yaral, "eq", "servers", regex).len(), 1);
    assert!(wrong(Yaral, "contains", "%tmp%", regex).is_empty());
    assert_eq!(
        wrong(Sigma, "contains", "x%servers%", "a|expand: 'x%servers%'").len(),
        1
    );
    assert_eq!(
        wrong(Eql, "eq", "\"cmd.exe\"", "process.name == \"cmd.exe\"").len(),
        1
    );
    assert!(wrong(Eql, "eq", "\"a b\"", r#"process.args == "\"a b\"""#).is_empty());
    assert_eq!(
        wrong(Kusto, "eq", "'cmd.exe'", "FileName == 'cmd.exe'").len(),
        1
    );
    let joined = r#"let a = "x"; T | where b contains strcat("\"", a, "\"")"#;
    assert!(wrong(Kusto, "contains", "\"x\"", joined).is_empty());
    assert_eq!(
        wrong(Kusto, "contains", "\"x\"", r#"T | where b contains "x""#).len(),
        1
    );
}
