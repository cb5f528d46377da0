//! One build of a catalogue at a time.
//!
//! The lock is the operating system's lock on a file beside the catalogue, so that it ends with
//! its process however that ends. The file is removed by its holder; whoever locked a file that
//! has been removed meanwhile tries again.

use crate::Result;
use crate::error::CatalogError;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use tripline_text::Code;

/// How often a lock file may vanish between opening and locking it.
const TRIES: usize = 8;

/// The right to write one catalogue.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
    temporary: PathBuf,
}

impl Lock {
    /// Takes the lock and removes what a build that was killed left behind.
    pub(super) fn take(output: &Path) -> Result<Self> {
        let path = beside(output, ".lock");
        let temporary = beside(output, ".building");
        for _ in 0..TRIES {
            let file =
                File::create(&path).map_err(|error| CatalogError::unwritable(output, error))?;
            match file.try_lock() {
                Ok(()) if is_at(&file, &path) => {
                    let _ = fs::remove_file(&temporary);
                    return Ok(Self {
                        path,
                        _file: file,
                        temporary,
                    });
                }
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => break,
                Err(TryLockError::Error(error)) => {
                    return Err(CatalogError::unwritable(output, error));
                }
            }
        }
        let message = "another build is writing the catalogue";
        Err(CatalogError::new(Code::CatalogueBusy, output, message))
    }

    /// The files that a build writes: none of them is an input.
    pub(super) fn files(&self, output: &Path) -> [PathBuf; 3] {
        [output.to_owned(), self.path.clone(), self.temporary.clone()]
    }

    /// Where the new catalogue is written: in the same folder, so that it can be renamed.
    pub(super) fn temporary(&self) -> &Path {
        &self.temporary
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.temporary);
        // Still held: whoever waits for this file finds it gone and makes a new one.
        let _ = fs::remove_file(&self.path);
    }
}

/// `folder/.name<suffix>`.
fn beside(output: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(output.file_name().unwrap_or(output.as_os_str()));
    name.push(suffix);
    output.with_file_name(name)
}

/// Whether the open file is the one that now lies at `path`.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(there)) => open.ino() == there.ino() && open.dev() == there.dev(),
        _ => false,
    }
}

/// Elsewhere an open file cannot be removed.
#[cfg(not(unix))]
fn is_at(_file: &File, _path: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let output = dir.path().join("catalog.db");
        let first = Lock::take(&output).expect("free");
        let second = Lock::take(&output).expect_err("held");
        assert_eq!(second.code(), Code::CatalogueBusy);
        drop(first);
        drop(Lock::take(&output).expect("free again"));
        assert_eq!(fs::read_dir(dir.path()).expect("folder").count(), 0);
    }

    #[test]
    fn leftovers_of_a_killed_build_are_removed() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let output = dir.path().join("catalog.db");
        let left = dir.path().join(".catalog.db.building");
        fs::write(&left, "half").expect("written");
        let lock = Lock::take(&output).expect("free");
        assert!(!left.exists());
        assert_eq!(lock.temporary(), left);
    }
}
