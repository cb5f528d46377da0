//! All files under a path, listed once, in an order that does not depend on the file system.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Deepest folder that is looked into.
const MAX_DEPTH: usize = 64;

/// Files under a root, as sorted paths with `/`.
pub(super) struct Listing {
    root: PathBuf,
    /// The root is a file, listed under its own name.
    is_file: bool,
    pub(super) files: Vec<String>,
    /// Folders that git checked out (they hold `.git`), sorted; `""` is the root.
    pub(super) checkouts: Vec<String>,
    /// Entries that could not be listed (no permission, a loop of links), with the reason.
    pub(super) problems: Vec<(String, String)>,
}

impl Listing {
    pub(super) fn of_file(path: &Path) -> Self {
        let name = path.file_name().unwrap_or(path.as_os_str());
        Self {
            root: path.to_path_buf(),
            is_file: true,
            files: vec![name.to_string_lossy().into_owned()],
            checkouts: Vec::new(),
            problems: Vec::new(),
        }
    }

    pub(super) fn of_folder(root: &Path, unseen: &Unseen) -> Self {
        let mut listing = Self {
            root: root.to_path_buf(),
            is_file: false,
            files: Vec::new(),
            checkouts: Vec::new(),
            problems: Vec::new(),
        };
        let mut checkouts = Vec::new();
        let walk = WalkDir::new(root)
            .follow_links(true)
            .max_depth(MAX_DEPTH)
            .into_iter()
            .filter_entry(|entry| {
                if entry.depth() > 0 && entry.file_name() == ".git" {
                    let folder = entry.path().parent().unwrap_or(root);
                    checkouts.push(relative(root, folder));
                    return false;
                }
                entry.depth() == 0 || !is_ignored(entry)
            });
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_file() => {
                    if unseen.holds(entry.path()) {
                        continue;
                    }
                    listing.files.push(relative(root, entry.path()));
                }
                Ok(_) => {}
                Err(error) => {
                    let path = error
                        .path()
                        .map_or_else(String::new, |at| relative(root, at));
                    listing.problems.push((path, reason(&error)));
                }
            }
        }
        checkouts.sort_unstable();
        listing.checkouts = checkouts;
        listing.files.sort_unstable();
        listing.problems.sort_unstable();
        listing
    }

    /// The path to open for a listed file or a folder of one (`""` is the root).
    pub(super) fn full(&self, relative: &str) -> PathBuf {
        if self.is_file || relative.is_empty() {
            self.root.clone()
        } else {
            self.root.join(relative)
        }
    }

    /// The listed files in `folder`, at any depth.
    pub(super) fn under(&self, folder: &str) -> &[String] {
        let prefix = prefix(folder);
        let start = self
            .files
            .partition_point(|file| file.as_str() < prefix.as_str());
        let rest = &self.files[start..];
        let count = rest.partition_point(|file| file.starts_with(prefix.as_str()));
        &rest[..count]
    }

    /// Names of the folders directly in `folder`, sorted.
    pub(super) fn folders_in(&self, folder: &str) -> Vec<&str> {
        let mut names: Vec<&str> = self.entries(folder).filter_map(Entry::folder).collect();
        names.sort_unstable();
        names
    }

    /// The files directly in `folder`.
    pub(super) fn files_in(&self, folder: &str) -> impl Iterator<Item = &str> {
        self.entries(folder).filter_map(Entry::file)
    }

    /// What lies directly in `folder`, without looking at every file below it.
    fn entries(&self, folder: &str) -> impl Iterator<Item = Entry<'_>> {
        let skip = prefix(folder).len();
        let mut rest = self.under(folder);
        std::iter::from_fn(move || {
            let (first, others) = rest.split_first()?;
            let Some(length) = first[skip..].find('/') else {
                rest = others;
                return Some(Entry::File(first));
            };
            // Everything in a folder begins alike, so it stands side by side.
            let inside = &first[..=skip + length];
            let count = rest.partition_point(|file| file.starts_with(inside));
            rest = &rest[count..];
            Some(Entry::Folder(&first[skip..skip + length]))
        })
    }
}

/// What lies directly in a folder.
enum Entry<'a> {
    File(&'a str),
    Folder(&'a str),
}

impl<'a> Entry<'a> {
    fn file(self) -> Option<&'a str> {
        match self {
            Self::File(path) => Some(path),
            Self::Folder(_) => None,
        }
    }

    fn folder(self) -> Option<&'a str> {
        match self {
            Self::Folder(name) => Some(name),
            Self::File(_) => None,
        }
    }
}

/// Files that are not to be listed, whatever path leads to them.
#[derive(Default)]
pub(super) struct Unseen {
    /// The canonical folder and the name of each.
    files: Vec<(PathBuf, OsString)>,
}

impl Unseen {
    pub(super) fn new(paths: &[PathBuf]) -> Self {
        let place = |path: &PathBuf| {
            let name = path.file_name()?.to_owned();
            let folder = path.parent().filter(|path| !path.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
            Some((folder, name))
        };
        let files = paths.iter().filter_map(place).collect();
        Self { files }
    }

    fn holds(&self, path: &Path) -> bool {
        let mut same_name = self
            .files
            .iter()
            .filter(|(_, name)| path.file_name() == Some(name))
            .peekable();
        if same_name.peek().is_none() {
            return false;
        }
        let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
        same_name.any(|(unseen, _)| folder.as_deref() == Some(unseen))
    }
}

/// What every path in `folder` begins with.
pub(super) fn prefix(folder: &str) -> String {
    if folder.is_empty() {
        String::new()
    } else {
        format!("{folder}/")
    }
}

/// Repositories' own machinery and build output hold no rules.
fn is_ignored(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    entry.file_type().is_dir() && (name.starts_with('.') || name == "node_modules")
}

fn relative(root: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = inside
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

fn reason(error: &walkdir::Error) -> String {
    match (error.loop_ancestor(), error.io_error()) {
        (Some(_), _) => "a symbolic link leads back to a folder that holds it".to_owned(),
        (None, Some(io)) => format!("it cannot be opened: {io}"),
        (None, None) => "it cannot be listed".to_owned(),
    }
}
