//! `MANIFEST.toml`: what a person wrote about the origin of the folders beside it.
//!
//! ```toml
//! [[corpus]]
//! name = "sigma"            # the folder's name
//! upstream = "https://..."  # optional, as are the rest
//! commit = "..."             # a commit id or tag; `several` where files are of several commits
//! licence = "DRL-1.1"
//! ```
//!
//! What follows the first space of `commit` is a remark and is not kept.

use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::{fs, io};
use tripline_ir::Text;
use tripline_text::{Code, Diagnostic, Span};

/// The file's name.
pub(crate) const NAME: &str = "MANIFEST.toml";

/// What the manifest says of one folder.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Entry {
    name: String,
    pub(crate) upstream: Option<String>,
    commit: Option<String>,
    pub(crate) licence: Option<String>,
}

impl Entry {
    /// The commit, without a remark; `None` where it is empty.
    pub(crate) fn commit(&self) -> Option<Text> {
        let written = self.commit.as_deref()?;
        written.split_whitespace().next().map(Text::from)
    }
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
        let entries = self.entries(folder.parent()?);
        entries.iter().find(|entry| entry.name == name).cloned()
    }

    /// The names of the folders in `folder` of which its manifest speaks.
    pub(crate) fn names(&mut self, folder: &Path) -> Vec<String> {
        let Ok(folder) = folder.canonicalize() else {
            return Vec::new();
        };
        let entries = self.entries(&folder).iter();
        entries.map(|entry| entry.name.clone()).collect()
    }

    /// The entries of the manifest in a canonical folder.
    fn entries(&mut self, folder: &Path) -> &[Entry] {
        let known = self.read.iter().position(|(path, _)| path == folder);
        let at = known.unwrap_or_else(|| {
            let entries = self.load(&folder.join(NAME));
            self.read.push((folder.to_path_buf(), entries));
            self.read.len() - 1
        });
        &self.read[at].1
    }

    fn load(&mut self, path: &Path) -> Vec<Entry> {
        let shown = path.display().to_string();
        // A pipe of that name would never end.
        if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            return Vec::new();
        }
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
