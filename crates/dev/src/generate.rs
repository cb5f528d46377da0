//! Writes what is generated, or says what is stale.

use crate::{codes, schemas};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Writes the generated files; with `check` it only compares, and fails when one is stale.
pub(crate) fn generate(check: bool) -> Result<(), String> {
    let root = root();
    let mut stale = Vec::new();
    for (path, text) in files()? {
        let full = root.join(&path);
        if std::fs::read_to_string(&full).is_ok_and(|old| old == text) {
            continue;
        }
        if check {
            stale.push(path.display().to_string());
        } else {
            write(&full, &text)?;
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!(
        "stale: {}; `cargo run -p tripline-dev -- generate` writes them",
        stale.join(", ")
    ))
}

/// Every generated file and its text.
fn files() -> Result<BTreeMap<PathBuf, String>, String> {
    let mut files = BTreeMap::new();
    files.insert("docs/reference/codes.md".into(), codes::reference());
    files.insert(
        "docs/reference/commands.md".into(),
        tripline_cli::reference(),
    );
    for (stem, schema) in schemas::all() {
        let text = serde_json::to_string_pretty(&schema).map_err(|error| error.to_string())?;
        files.insert(format!("docs/schema/{stem}.json").into(), text + "\n");
    }
    Ok(files)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let failure = |error: std::io::Error| format!("{} cannot be written: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failure)?;
    }
    std::fs::write(path, text).map_err(failure)
}

/// The repository's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
