//! The folder of a site: only what changed is written, only what a site wrote is removed.

use super::SiteReport;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use tripline_app::AppError;

/// The file that marks a folder as that of a site, and lists what the site wrote.
pub(super) const MANIFEST: &str = ".tripline-site.json";
/// Name and version of the manifest's form.
const SCHEMA: &str = "tripline/site-manifest/1";

#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    schema: String,
    files: BTreeSet<String>,
}

/// A folder while a site is written into it.
pub(super) struct Folder {
    root: PathBuf,
    /// What an earlier site wrote.
    before: BTreeSet<String>,
    /// What this site has.
    wanted: BTreeSet<String>,
    written: AtomicUsize,
    bytes: AtomicU64,
}

impl Folder {
    /// Opens or makes the folder at `root` for a site of these files. Until the site is done the
    /// manifest lists the files of both, so that a break leaves nothing behind that a later run
    /// would not know as a site's.
    ///
    /// # Errors
    /// The folder is neither empty nor that of an earlier site, or cannot be written.
    pub(super) fn open(root: &Path, names: Vec<String>) -> Result<Self, AppError> {
        let before = match fs::read(root.join(MANIFEST)) {
            Ok(bytes) => known(root, &bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                refuse_strange(root)?;
                BTreeSet::new()
            }
            Err(error) => return Err(broken(&root.join(MANIFEST), "read", &error)),
        };
        let folder = Self {
            root: root.to_owned(),
            before,
            wanted: names.into_iter().collect(),
            written: AtomicUsize::new(0),
            bytes: AtomicU64::new(0),
        };
        folder.make_folders()?;
        folder.manifest(folder.before.union(&folder.wanted).cloned().collect())?;
        Ok(folder)
    }

    fn make_folders(&self) -> Result<(), AppError> {
        let parents = self.wanted.iter().map(|name| match name.rsplit_once('/') {
            Some((parent, _)) => self.root.join(parent),
            None => self.root.clone(),
        });
        let distinct: BTreeSet<PathBuf> = parents.collect();
        for parent in distinct {
            fs::create_dir_all(&parent).map_err(|error| broken(&parent, "made", &error))?;
        }
        Ok(())
    }

    /// Writes a file of the site, unless it stands there already.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn put(&self, name: &str, content: &[u8]) -> Result<(), AppError> {
        debug_assert!(self.wanted.contains(name), "{name} was announced");
        let path = self.root.join(name);
        self.bytes
            .fetch_add(content.len() as u64, Ordering::Relaxed);
        if stands(&path, content) {
            return Ok(());
        }
        fs::write(&path, content).map_err(|error| broken(&path, "written", &error))?;
        self.written.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Removes what an earlier site wrote and this one does not have.
    ///
    /// # Errors
    /// A file cannot be removed, or the manifest not written.
    pub(super) fn close(self) -> Result<SiteReport, AppError> {
        let mut removed = 0;
        let mut parents: BTreeSet<PathBuf> = BTreeSet::new();
        for name in self.before.difference(&self.wanted) {
            let path = self.root.join(name);
            match fs::remove_file(&path) {
                Ok(()) => removed += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(broken(&path, "removed", &error)),
            }
            parents.extend(Path::new(name).ancestors().skip(1).map(Path::to_owned));
        }
        // The deepest first; a folder that still holds something stays.
        for parent in parents.iter().rev().filter(|it| !it.as_os_str().is_empty()) {
            let _ = fs::remove_dir(self.root.join(parent));
        }
        self.manifest(self.wanted.clone())?;
        Ok(SiteReport {
            files: self.wanted.len(),
            written: self.written.into_inner(),
            removed,
            bytes: self.bytes.into_inner(),
            ..SiteReport::default()
        })
    }

    fn manifest(&self, files: BTreeSet<String>) -> Result<(), AppError> {
        let manifest = Manifest {
            schema: SCHEMA.to_owned(),
            files,
        };
        let path = self.root.join(MANIFEST);
        let text = serde_json::to_string_pretty(&manifest)
            .map_err(|error| AppError::failure(error.to_string()))?;
        if stands(&path, text.as_bytes()) {
            return Ok(());
        }
        fs::write(&path, text).map_err(|error| broken(&path, "written", &error))
    }
}

/// Whether the file has exactly this content.
fn stands(path: &Path, content: &[u8]) -> bool {
    let length = fs::metadata(path).map(|found| found.len());
    length.is_ok_and(|length| length == content.len() as u64)
        && fs::read(path).is_ok_and(|found| found == content)
}

/// The files of a manifest.
fn known(root: &Path, bytes: &[u8]) -> Result<BTreeSet<String>, AppError> {
    let manifest: Option<Manifest> = serde_json::from_slice(bytes).ok();
    let manifest = manifest.filter(|manifest| {
        manifest.schema == SCHEMA && manifest.files.iter().all(|name| is_inside(name))
    });
    manifest.map(|manifest| manifest.files).ok_or_else(|| {
        let path = root.join(MANIFEST);
        AppError::failure(format!("{} is not a site's list of files", path.display()))
            .hint("a site is written into a folder of its own")
    })
}

/// Whether a name leads to a file below the folder.
fn is_inside(name: &str) -> bool {
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    !name.is_empty() && Path::new(name).components().all(plain)
}

/// Refuses a folder that holds files and is no site's.
fn refuse_strange(root: &Path) -> Result<(), AppError> {
    let mut entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(broken(root, "read", &error)),
    };
    if entries.next().is_none() {
        return Ok(());
    }
    Err(
        AppError::failure(format!("{} holds files that no site wrote", root.display()))
            .hint("a site is written into a new or empty folder, or over an earlier site"),
    )
}

fn broken(path: &Path, what: &str, error: &io::Error) -> AppError {
    AppError::failure(format!("{} cannot be {what}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::{Folder, MANIFEST, is_inside};
    use std::fs;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn only_what_changed_is_written_and_only_what_is_ours_is_removed() {
        let scratch = tempfile::tempdir().expect("a folder");
        let root = scratch.path().join("site");
        let folder = Folder::open(&root, names(&["a/b/c.html", "d.html"])).expect("new");
        folder.put("a/b/c.html", b"one").expect("written");
        folder.put("d.html", b"two").expect("written");
        let report = folder.close().expect("done");
        assert_eq!((report.written, report.removed), (2, 0));
        fs::write(root.join("mine.txt"), "kept").expect("written");

        let folder = Folder::open(&root, names(&["d.html"])).expect("a site's");
        folder.put("d.html", b"two").expect("stands");
        let report = folder.close().expect("done");
        assert_eq!((report.written, report.removed), (0, 1));
        assert!(!root.join("a").exists(), "empty folders go");
        assert!(root.join("mine.txt").exists());

        let folder = Folder::open(&root, names(&["d.html"])).expect("a site's");
        folder.put("d.html", b"owt").expect("written");
        assert_eq!(
            folder.close().expect("done").written,
            1,
            "same length, other text"
        );
    }

    #[test]
    fn a_strange_folder_is_refused() {
        let scratch = tempfile::tempdir().expect("a folder");
        fs::write(scratch.path().join("thesis.tex"), "x").expect("written");
        let error = Folder::open(scratch.path(), names(&["a.html"])).err();
        assert!(error.expect("refused").message().contains("no site wrote"));
        let manifest = r#"{"schema":"tripline/site-manifest/1","files":["../thesis.tex"]}"#;
        fs::write(scratch.path().join(MANIFEST), manifest).expect("written");
        assert!(Folder::open(scratch.path(), names(&["a.html"])).is_err());
        assert!(scratch.path().join("thesis.tex").exists());
    }

    #[test]
    fn names_stay_inside() {
        assert!(is_inside("a/b.html"));
        for name in ["", "/etc/passwd", "../a", "a/../../b", "./a"] {
            assert!(!is_inside(name), "{name}");
        }
    }
}
