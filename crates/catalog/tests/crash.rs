//! Builds that end badly: killed at any moment, on a full disk, into a folder that is read-only.
//! The catalogue that was there is then there still, whole.
#![cfg(unix)]
#![allow(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Instant;
use tripline_catalog::{BuildOptions, Catalog, build};

/// Set in the process that this file starts of itself: `input=output`.
const CHILD: &str = "TRIPLINE_TEST_BUILD";
const RULES: u32 = 300;
const KILLS: u32 = 30;

fn rule(id: u32, value: &str) -> String {
    format!(
        "title: Rule {id}\nid: 00000000-0000-4000-8000-{id:012}\nstatus: test\n\
         description: Finds the made-up tool {value}\nlogsource:\n    product: windows\n    \
         category: process_creation\ndetection:\n    selection:\n        \
         Image|endswith: '\\{value}.exe'\n    condition: selection\nlevel: high\n"
    )
}

fn corpus(folder: &Path) {
    fs::create_dir_all(folder).expect("folder is made");
    for id in 0..RULES {
        let path = folder.join(format!("r{id}.yml"));
        fs::write(path, rule(id, &format!("tool{id}"))).expect("file is written");
    }
}

/// Not a test of its own: what the children run.
#[test]
fn child() {
    let Ok(task) = std::env::var(CHILD) else {
        return;
    };
    let (input, output) = task.split_once('=').expect("two paths");
    let paths = [PathBuf::from(input)];
    if let Err(error) = build(&BuildOptions::new(&paths, Path::new(output))) {
        panic!("{error}");
    }
}

/// A process that runs one build; `shell` runs first, in the same process.
fn builder(shell: &str, input: &Path, output: &Path) -> Command {
    let mut command = Command::new("sh");
    let own = std::env::current_exe().expect("the test's own path");
    command
        .args([
            "-c",
            &format!("{shell} exec \"$0\" --exact child --nocapture"),
        ])
        .arg(own)
        .env(CHILD, format!("{}={}", input.display(), output.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

#[test]
fn a_killed_build_leaves_a_whole_catalogue() {
    let place = tempfile::tempdir().expect("temporary folder");
    let (input, output) = (place.path().join("mine"), place.path().join("catalog.db"));
    corpus(&input);
    let start = Instant::now();
    let first = builder("", &input, &output).status().expect("runs");
    assert!(first.success());
    let mut whole = start.elapsed();
    let mut killed = 0;
    for round in 0..KILLS {
        let changed = rule(round, &format!("round{round}"));
        fs::write(input.join(format!("r{round}.yml")), changed).expect("file is written");
        let mut child = builder("", &input, &output).spawn().expect("runs");
        sleep(whole * round / KILLS);
        child.kill().expect("is killed");
        if child.wait().expect("ends").signal() == Some(9) {
            killed += 1;
        } else {
            // It was done: a build takes less than was thought, on a machine that is less busy now.
            whole = whole * 3 / 4;
        }
        let catalog = Catalog::open(&output).expect("opens");
        assert_eq!(catalog.facts.len(), RULES as usize);
        assert_eq!(catalog.detections().expect("reads").len(), RULES as usize);
    }
    assert!(
        killed > KILLS / 4,
        "only {killed} of {KILLS} builds were hit"
    );
    // The next build finds its way, and leaves nothing of the others behind.
    build(&BuildOptions::new(&[input], &output)).expect("the build succeeds");
    let names: Vec<_> = fs::read_dir(place.path())
        .expect("folder")
        .map(|entry| entry.expect("entry").file_name())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn a_full_disk_leaves_the_old_catalogue() {
    let place = tempfile::tempdir().expect("temporary folder");
    let (input, output) = (place.path().join("mine"), place.path().join("catalog.db"));
    corpus(&input);
    assert!(
        builder("", &input, &output)
            .status()
            .expect("runs")
            .success()
    );
    let old = fs::read(&output).expect("read");
    fs::write(input.join("r0.yml"), rule(0, "changed")).expect("file is written");
    // No file of the child may grow beyond 8 blocks; the signal that tells so is ignored, as a
    // full disk sends none.
    let shell = "trap '' XFSZ; ulimit -f 8;";
    let ended = builder(shell, &input, &output).output().expect("runs");
    assert!(!ended.status.success());
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("the catalogue cannot be written"), "{said}");
    assert!(old == fs::read(&output).expect("read"));
    assert!(!place.path().join(".catalog.db.building").exists());
}

#[test]
fn a_folder_that_takes_no_files_is_named() {
    let place = tempfile::tempdir().expect("temporary folder");
    let input = place.path().join("mine");
    corpus(&input);
    // Read-only for everybody, whoever runs the test.
    for folder in [Path::new("/proc"), &input.join("r0.yml")] {
        let output = folder.join("catalog.db");
        let found = build(&BuildOptions::new(std::slice::from_ref(&input), &output));
        let error = found.expect_err("refused");
        assert_eq!(
            error.code(),
            tripline_text::Code::CatalogueUnwritable,
            "{error}"
        );
        assert!(error.to_string().contains("catalog.db"), "{error}");
    }
    // And where permissions count.
    let folder = place.path().join("fixed");
    fs::create_dir(&folder).expect("folder is made");
    let mut rights = fs::metadata(&folder).expect("folder").permissions();
    rights.set_readonly(true);
    fs::set_permissions(&folder, rights).expect("is set");
    if fs::write(folder.join("probe"), "").is_ok() {
        println!("skipped: permissions do not bind this user");
        return;
    }
    let output = folder.join("catalog.db");
    let found = build(&BuildOptions::new(&[input], &output));
    assert_eq!(
        found.expect_err("refused").code(),
        tripline_text::Code::CatalogueUnwritable
    );
}
