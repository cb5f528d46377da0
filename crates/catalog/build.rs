//! Fingerprint of the program parts that decide what a catalogue holds.
//!
//! An incremental build may only keep what the *same* program would have made. The version number
//! alone does not say that while the program is being worked on, so the sources and tables of
//! every stage up to this crate are hashed.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders whose content decides, relative to this crate.
const PARTS: [&str; 8] = [
    "../text/src",
    "../ir/src",
    "../schema/src",
    "../attack/src",
    "../languages/src",
    "../corpus/src",
    "src",
    "../../data/schema",
];

/// The embedded starter corpus.
const STARTER: &str = "../../data/starter";

fn main() {
    fingerprint();
    starter();
}

/// Lists the starter corpus for `include_bytes!`.
fn starter() {
    println!("cargo::rerun-if-changed={STARTER}");
    let mut files = Vec::new();
    list(Path::new(STARTER), &mut files);
    files.sort();
    let mut code = String::from("&[\n");
    for file in files {
        let (Ok(inside), Ok(full)) = (file.strip_prefix(STARTER), file.canonicalize()) else {
            continue;
        };
        let inside = inside.to_string_lossy().replace('\\', "/");
        code.push_str(&format!("    ({inside:?}, include_bytes!({full:?})),\n"));
    }
    code.push_str("]\n");
    let out = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join("starter.rs"), code).expect("OUT_DIR is writable");
}

fn fingerprint() {
    let mut hasher = blake3::Hasher::new();
    for part in PARTS {
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
    println!("cargo::rustc-env=TRIPLINE_FINGERPRINT={}", &hash[..16]);
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
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
