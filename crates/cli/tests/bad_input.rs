//! Bad input through the command: a clear diagnostic, the documented exit code, no crash, no wait.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const HEAD: &str = "title: t\nid: 0a4b1c1e-30b5-4f14-9b52-f6c2a9e21f10\nlogsource:\n  product: windows\n  category: process_creation\ndetection:\n";
/// Levels of nesting.
const DEEP: usize = 10_000;
/// No bad input takes longer, even in a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bad-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Exit code and what was said.
fn run(args: &[&str]) -> (Option<i32>, String) {
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_tripline"))
        .args(args)
        .env_clear()
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .output()
        .expect("the command runs");
    assert!(start.elapsed() < PATIENCE, "{args:?}");
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    (output.status.code(), format!("{out}{err}"))
}

/// Checks a file of this content: errors are findings and the code is named.
fn refused(name: &str, content: &[u8], code: &str) {
    let path = folder(name).join(name);
    std::fs::write(&path, content).expect("a file");
    let (exit, said) = run(&["check", path.to_str().expect("a path")]);
    let shown: String = said.chars().take(400).collect();
    assert_eq!(exit, Some(1), "{name}: {shown}");
    assert!(said.contains(code), "{name}: expected {code}: {shown}");
}

fn sigma(value: &str, condition: &str) -> String {
    format!("{HEAD}  sel: {value}\n  condition: {condition}\n")
}

fn elastic(language: &str, query: &str) -> String {
    let kind = if language == "eql" { "eql" } else { "query" };
    format!(
        "[rule]\nname = \"t\"\nrule_id = \"0a4b1c1e-30b5-4f14-9b52-f6c2a9e21f11\"\ntype = \"{kind}\"\nlanguage = \"{language}\"\nquery = '''{query}'''\n"
    )
}

fn nested(inner: &str) -> String {
    format!("{}{inner}{}", "(".repeat(DEEP), ")".repeat(DEEP))
}

#[test]
fn damaged_files_are_told_of() {
    refused(
        "cut.yml",
        format!("{HEAD}  sel:\n    Image: 'C:\\x").as_bytes(),
        "E0105",
    );
    refused("latin.yml", b"title: \xff\xfe\ndetection: {}\n", "E0102");
    refused(
        "binary.yml",
        &(0..=255).collect::<Vec<u8>>().repeat(40),
        "E0102",
    );
    refused(
        "big.yml",
        &b"- aaaaaaaaaaaaaaaaaaaaaaaa\n".repeat(2_000_000),
        "E0103",
    );
}

#[test]
fn nesting_is_bounded() {
    let list = format!("{}{}", "[".repeat(DEEP), "]".repeat(DEEP));
    let nots = "not ".repeat(DEEP);
    let map = "{Image: x}";
    refused("deep.yml", sigma(&list, "sel").as_bytes(), "E0107");
    refused("cond.yml", sigma(map, &nested("sel")).as_bytes(), "E0120");
    refused(
        "not.yml",
        sigma(map, &format!("{nots}sel")).as_bytes(),
        "E0120",
    );
    refused(
        "deep.toml",
        format!("[rule]\nx = {list}\n").as_bytes(),
        "E0140",
    );
    for (language, query) in [
        ("eql", format!("any where {}", nested("a == 1"))),
        ("eql", format!("any where {nots} a == 1")),
        ("kuery", nested("a:1")),
        ("kuery", format!("{nots} a:1")),
        ("lucene", nested("a:1")),
    ] {
        refused("query.toml", elastic(language, &query).as_bytes(), "E0120");
    }
}

#[test]
fn aliases_do_not_multiply() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..20 {
        let before = format!("*a{}, ", at - 1).repeat(9);
        let _ = writeln!(text, "a{at}: &a{at} [{before}]");
    }
    refused("bomb.yml", text.as_bytes(), "E0109");
}

#[test]
fn a_circle_of_correlations_is_told_of() {
    let one = |name: &str, other: &str, digit: &str| {
        let id = format!(
            "{0}-{1}-4{2}-8{2}-{3}",
            digit.repeat(8),
            digit.repeat(4),
            digit.repeat(3),
            digit.repeat(12)
        );
        format!(
            "title: {name}\nid: {id}\nname: {name}\ncorrelation:\n  type: temporal\n  rules: [{other}]\n  group-by: [User]\n  timespan: 5m\n"
        )
    };
    let text = format!("{}---\n{}", one("a", "b", "1"), one("b", "a", "2"));
    refused("circle.yml", text.as_bytes(), "E0211");
}

#[test]
fn equal_ids_are_told_apart() {
    let path = folder("equal").join("equal.yml");
    let rule = sigma("{Image: x}", "sel");
    std::fs::write(&path, format!("{rule}---\n{rule}")).expect("a file");
    let (exit, said) = run(&["check", path.to_str().expect("a path")]);
    assert_eq!(exit, Some(0), "{said}");
    assert!(said.contains("W1105"), "{said}");
}

#[cfg(unix)]
#[test]
fn odd_paths_end_well() {
    let folder = folder("odd");
    let link = folder.join("loop.yml");
    std::os::unix::fs::symlink("loop.yml", &link).expect("a link");
    let made = Command::new("mkfifo").arg(folder.join("pipe.yml")).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    std::fs::create_dir(folder.join("folder.yml")).expect("a folder");
    std::fs::write(folder.join("good.yml"), sigma("{Image: x}", "sel")).expect("a file");
    let (exit, said) = run(&["check", link.to_str().expect("a path")]);
    assert_eq!(exit, Some(1), "{said}");
    assert!(said.contains("E0101"), "{said}");
    let catalog = folder.join("catalog.db");
    let args = [
        "build",
        folder.to_str().expect("a path"),
        "-o",
        catalog.to_str().expect("a path"),
    ];
    let (exit, said) = run(&args);
    assert_eq!(exit, Some(0), "{said}");
    assert!(catalog.is_file());
}
