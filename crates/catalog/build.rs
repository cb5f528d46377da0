//! Fingerprint of the program parts that decide what a catalogue holds.
//!
//! An incremental build may only keep what the *same* program would have made. The version number
//! alone does not say that while the program is being worked on, so the sources and tables of
//! every stage up to this crate are hashed.

use std::fs;
use std::path::{Path, PathBuf};

/// Files and folders whose content decides what is written, relative to this crate.
const PARTS: [&str; 10] = [
    "../../Cargo.lock",
    "../text/src",
    "../ir/src",
    "../schema/src",
    "../attack/src",
    "../languages/src",
    "../corpus/src",
    "src",
    "../../data/schema",
    "../../data/classes.toml",
];

/// Those that define the records inside blobs: a catalogue of other records cannot be read.
const RECORDS: [&str; 12] = [
    "../text/src/code.rs",
    "../text/src/codes",
    "../text/src/span.rs",
    "../ir/src",
    "../attack/src/atomic.rs",
    "../attack/src/model.rs",
    "../attack/src/ossem.rs",
    "../corpus/src/ledger.rs",
    "src/facts",
    "src/knowledge.rs",
    "src/open.rs",
    "src/pack.rs",
];

/// The embedded starter corpus.
const STARTER: &str = "../../data/starter";

fn main() {
    fingerprint("TRIPLINE_FINGERPRINT", &PARTS);
    fingerprint("TRIPLINE_RECORDS", &RECORDS);
    starter();
}

/// Lists the starter corpus for `include_bytes!`.
fn starter() {
    println!("cargo::rerun-if-changed={STARTER}");
    let mut files = Vec::new();
    list(Path::new(STARTER), &mut files);
    files.sort();
    let mut entries = Vec::new();
    for file in files {
        let (Ok(inside), Ok(full)) = (file.strip_prefix(STARTER), file.canonicalize()) else {
            continue;
        };
        let inside = inside.to_string_lossy().replace('\\', "/");
        let full = full.to_string_lossy();
        entries.push(format!("    ({inside:?}, include_bytes!({full:?})),\n"));
    }
    let code = format!("&[\n{}]\n", entries.concat());
    let out = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join("starter.rs"), code).expect("OUT_DIR is writable");
}

/// Puts a hash of the parts into an environment variable of the crate's compilation.
fn fingerprint(name: &str, parts: &[&str]) {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        println!("cargo::rerun-if-changed={part}");
        let mut files = Vec::new();
        list(Path::new(part), &mut files);
        files.sort();
        for file in files {
            let Ok(bytes) = fs::read(&file) else { continue };
            hasher.update(file.to_string_lossy().as_bytes());
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(&bytes);
        }
    }
    let hash = hasher.finalize().to_hex();
    println!("cargo::rustc-env={name}={}", &hash[..16]);
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    if folder.is_file() {
        return files.push(folder.to_path_buf());
    }
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            list(&path, files);
        } else {
            files.push(path);
        }
    }
}
