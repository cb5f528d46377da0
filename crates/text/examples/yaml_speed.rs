//! Reads every YAML file under the folders given and prints how long the reader alone took.
#![allow(clippy::print_stdout, reason = "a measuring tool")]

use std::path::PathBuf;
use std::time::Instant;
use tripline_text::{Source, yaml};

fn main() {
    let mut folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.extension().and_then(|extension| extension.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if matches!(name, Some("yml" | "yaml"))
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                sources.push(Source::new(path.display().to_string(), text));
            }
        }
    }
    let bytes: usize = sources.iter().map(|source| source.text().len()).sum();
    let start = Instant::now();
    let mut documents = 0;
    let mut diagnostics = 0;
    for source in &sources {
        let stream = yaml::read(source);
        documents += stream.documents.len();
        diagnostics += stream.diagnostics.len();
    }
    let time = start.elapsed();
    println!(
        "{} files, {bytes} bytes, {documents} documents, {diagnostics} diagnostics: {time:?}",
        sources.len()
    );
}
