//! `MANIFEST.toml`: what a person wrote about the origin of the folders beside it.
//!
//! ```toml
//! [[corpus]]
//! name = "sigma"            # the folder's name
//! upstream = "https://..."  # optional, as are the rest
//! commit = "..."
//! licence = "DRL-1.1"
//! ```

use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::{fs, io};
use tripline_text::{Code, Diagnostic, Span};

/// The file's name.
const NAME: &str = "MANIFEST.toml";

/// What the manifest says of one folder.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Entry {
    name: String,
    pub(crate) upstream: Option<String>,
    pub(crate) commit: Option<String>,
    pub(crate) licence: Option<String>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    corpus: Vec<Entry>,
}

/// Manifests by the folder they lie in, read once each.
#[derive(Default)]
pub(crate) struct Manifests {
    read: Vec<(PathBuf, Vec<Entry>)>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Manifests {
    /// What the manifest beside `folder` says of it.
    pub(crate) fn entry(&mut self, folder: &Path) -> Option<Entry> {
        let folder = folder.canonicalize().ok()?;
        let name = folder.file_name()?.to_str()?.to_owned();
        let parent = folder.parent()?.to_path_buf();
        if !self.read.iter().any(|(path, _)| *path == parent) {
            let entries = self.load(&parent.join(NAME));
            self.read.push((parent.clone(), entries));
        }
        let (_, entries) = self.read.iter().find(|(path, _)| *path == parent)?;
        entries.iter().find(|entry| entry.name == name).cloned()
    }

    fn load(&mut self, path: &Path) -> Vec<Entry> {
        let shown = path.display().to_string();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
            Err(error) => {
                let message = format!("the manifest cannot be read: {error}");
                let flaw = Diagnostic::for_file(Code::ManifestFlawed, shown, message);
                self.diagnostics.push(flaw);
                return Vec::new();
            }
        };
        match toml::from_str::<File>(&text) {
            Ok(file) => file.corpus,
            Err(error) => {
                let mut flaw =
                    Diagnostic::for_file(Code::ManifestFlawed, shown, error.message().to_owned());
                if let Some(span) = error.span() {
                    flaw = flaw.at(Span::from_usize(span), "");
                }
                self.diagnostics.push(flaw);
                Vec::new()
            }
        }
    }
}
