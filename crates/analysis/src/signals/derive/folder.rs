//! The current directory: what relative paths of files mean.
//!
//! Invoke-AtomicTest starts every test in the folder of temporary files. What the text changes
//! it to by a constant is followed; after anything else relative paths are not known.

use super::host::Platform;
use crate::signals::tables;

/// A current directory; `None` when only a run would tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Folder {
    windows: bool,
    path: Option<String>,
}

impl Folder {
    /// That of a test's executor.
    pub(crate) fn of(platform: Platform) -> Self {
        let windows = platform == Platform::Windows;
        let path = if windows {
            tables::cmd().variables.get("temp").cloned()
        } else {
            Some("/tmp".to_owned())
        };
        Self { windows, path }
    }

    /// The directory, where it is known.
    pub(crate) fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Goes to another directory; `None` to one that the text does not tell.
    pub(crate) fn go(&mut self, to: Option<&str>) {
        self.path = to.and_then(|to| self.rooted(to));
    }

    /// The whole path of a file; `None` when it is no plain path or the directory is not known.
    pub(crate) fn rooted(&self, path: &str) -> Option<String> {
        let path = path.trim_matches('"');
        if self.windows {
            return self.rooted_on_windows(&path.replace('/', "\\"));
        }
        if path.is_empty()
            || path.contains(['*', '$', '`', '?'])
            || path.starts_with(['-', '&', '~'])
        {
            return None;
        }
        let whole = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("{}/{path}", self.path()?)
        };
        Some(format!("/{}", resolved(&whole, '/')))
    }

    fn rooted_on_windows(&self, path: &str) -> Option<String> {
        if path.is_empty() || path.contains(['*', '$', '%', '?', '<', '>', '|']) {
            return None;
        }
        if path.starts_with("\\\\") {
            return Some(path.to_owned());
        }
        let (drive, rest) = match path.split_once(':') {
            Some((drive, rest)) if drive.len() == 1 && rest.starts_with('\\') => {
                (drive.to_owned(), rest.to_owned())
            }
            // Another provider of PowerShell, or the directory of another drive.
            Some(_) => return None,
            None => {
                let (drive, folder) = self.path()?.split_once(':')?;
                let rest = if path.starts_with('\\') {
                    path.to_owned()
                } else if path.starts_with(['-', '&']) {
                    return None;
                } else {
                    format!("{folder}\\{path}")
                };
                (drive.to_owned(), rest)
            }
        };
        Some(format!("{drive}:\\{}", resolved(&rest, '\\')))
    }
}

/// A path without its first separator, `.` and `..`; a separator at its end stays.
fn resolved(path: &str, separator: char) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(separator) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    let mut whole = parts.join(&separator.to_string());
    if path.ends_with(separator) && !whole.is_empty() {
        whole.push(separator);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::{Folder, Platform};

    #[test]
    fn relative_paths() {
        let mut folder = Folder::of(Platform::Windows);
        let rooted = |folder: &Folder, path: &str| folder.rooted(path);
        let temp = "C:\\Users\\user\\AppData\\Local\\Temp";
        assert_eq!(rooted(&folder, ".\\a.txt"), Some(format!("{temp}\\a.txt")));
        assert_eq!(
            rooted(&folder, "C:/x/../y.txt").as_deref(),
            Some("C:\\y.txt")
        );
        assert_eq!(rooted(&folder, "%RANDOM%.txt"), None);
        assert_eq!(rooted(&folder, "Variable:x"), None);
        folder.go(Some("\\Windows"));
        assert_eq!(
            rooted(&folder, "a.txt").as_deref(),
            Some("C:\\Windows\\a.txt")
        );
        folder.go(None);
        assert_eq!(rooted(&folder, "a.txt"), None);
        let mut folder = Folder::of(Platform::Linux);
        folder.go(Some("/etc/cron.d"));
        assert_eq!(rooted(&folder, "../x").as_deref(), Some("/etc/x"));
        assert_eq!(rooted(&folder, "-").as_deref(), None);
    }
}
