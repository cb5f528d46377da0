//! Finding what lies under the given paths.
//!
//! Every path is listed once. Kinds are told by layout first (the folder names that upstream
//! repositories use), then by content (the first bytes of files): a plain folder of rules is a
//! corpus too.
//!
//! Where a plain corpus begins and ends is told, in this order, by a `MANIFEST.toml` beside its
//! folder, by git (a checkout is one collection) and by a licence file. Without any of them,
//! folders of one vendor side by side are one corpus, unless something else lies there too.

mod classify;
mod collections;
mod content;
mod listing;

use crate::manifest::Manifests;
use crate::{CorpusSpec, FileEntry, Vendor};
use classify::{Find, Kind};
use listing::{Listing, Unseen};
use std::path::{Path, PathBuf};
use tripline_ir::Text;
use tripline_text::{Code, Diagnostic};

/// What lies under the given paths.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    /// Corpora, in the order of the given paths, then of folders; names are distinct.
    pub corpora: Vec<CorpusSpec>,
    /// ATT&CK STIX bundles.
    pub attack: Vec<PathBuf>,
    /// Folders of Atomic Red Team tests (`atomics`).
    pub atomics: Vec<PathBuf>,
    /// Folders of OSSEM's data dictionaries.
    pub ossem: Vec<PathBuf>,
    /// Paths that do not exist or hold nothing that is read, flawed manifests.
    pub diagnostics: Vec<Diagnostic>,
}

/// Finds corpora and knowledge bases under `paths`, files or folders.
pub fn discover(paths: &[PathBuf]) -> Discovery {
    discover_without(paths, &[])
}

/// [`discover`], as if the files in `unseen` were not there: what a build itself writes is no
/// input.
pub fn discover_without(paths: &[PathBuf], unseen: &[PathBuf]) -> Discovery {
    let unseen = Unseen::new(unseen);
    let mut found = Discovery::default();
    let mut manifests = Manifests::default();
    for path in paths {
        look(path, &unseen, &mut found, &mut manifests);
    }
    found.diagnostics.append(&mut manifests.diagnostics);
    for list in [&mut found.attack, &mut found.atomics, &mut found.ossem] {
        list.sort();
        list.dedup();
    }
    distinct_names(&mut found.corpora);
    found
}

fn look(path: &Path, unseen: &Unseen, found: &mut Discovery, manifests: &mut Manifests) {
    let shown = path.display().to_string();
    let kind = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => {
            let message = format!("the path cannot be opened: {error}");
            let flaw = Diagnostic::for_file(Code::PathUnusable, shown, message);
            return found.diagnostics.push(flaw);
        }
    };
    let listing = if kind.is_dir() {
        Listing::of_folder(path, unseen)
    } else {
        Listing::of_file(path)
    };
    let collections = collections::roots(&listing, manifests);
    let finds = classify::classify(&listing, &collections);
    if finds.is_empty() {
        let message = "no rules, ATT&CK bundle, Atomic Red Team or OSSEM found";
        let hint = "read are rules of Sigma, Elastic, Splunk, Chronicle and Sentinel in the form of \
                    their repositories, and Kusto queries in Markdown and text files";
        found
            .diagnostics
            .push(Diagnostic::for_file(Code::NothingFound, shown, message).hint(hint));
    }
    for find in finds {
        add(&find, &listing, found, manifests);
    }
}

fn add(find: &Find, listing: &Listing, found: &mut Discovery, manifests: &mut Manifests) {
    let full = listing.full(&find.folder);
    match find.kind {
        Kind::Attack => found.attack.push(full),
        Kind::Atomics => found.atomics.push(full),
        Kind::Ossem => found.ossem.push(full),
        Kind::Rules(vendor) => found.corpora.push(spec(vendor, find, listing, manifests)),
    }
}

fn spec(vendor: Vendor, find: &Find, listing: &Listing, manifests: &mut Manifests) -> CorpusSpec {
    let root = listing.full(&find.folder);
    let mut spec = CorpusSpec::new(folder_name(&root, vendor), vendor, &root);
    if let Some(entry) = manifests.entry(&root) {
        spec.commit = entry.commit();
        let text = |value: Option<String>| value.filter(|v| !v.is_empty()).map(Text::from);
        spec.upstream = text(entry.upstream);
        spec.licence = text(entry.licence);
    } else {
        let checkout = checkout(&find.folder, listing);
        spec.commit = crate::git::head_commit(&checkout).map(Text::from);
        spec.upstream = crate::git::origin(&checkout).map(Text::from);
    }
    if spec.licence.is_none() && root.is_dir() {
        spec.licence = crate::licence::of_folder(&root).map(Text::new_static);
    }
    let prefix = listing::prefix(&find.folder);
    let inside = |path: &str| Text::from(path.strip_prefix(prefix.as_str()).unwrap_or(path));
    spec.files = find
        .files
        .iter()
        .map(|path| FileEntry {
            path: inside(path),
            full: listing.full(path),
        })
        .collect();
    spec.others = find.others;
    spec.unlisted = listing
        .problems
        .iter()
        .filter(|(path, _)| path.starts_with(prefix.as_str()))
        .map(|(path, reason)| (inside(path), reason.clone()))
        .collect();
    spec
}

/// The innermost checkout that holds a folder, as far up as the listing reaches; else the folder.
fn checkout(folder: &str, listing: &Listing) -> PathBuf {
    let holds = |checkout: &&String| {
        *checkout == folder || folder.starts_with(listing::prefix(checkout).as_str())
    };
    match listing.checkouts.iter().rfind(holds) {
        Some(checkout) => listing.full(checkout),
        None if listing.full(folder).is_dir() => listing.full(folder),
        None => {
            let file = listing.full(folder);
            file.parent().map(Path::to_path_buf).unwrap_or_default()
        }
    }
}

/// The folder's own name; the vendor's where it has none.
fn folder_name(root: &Path, vendor: Vendor) -> Text {
    root.canonicalize()
        .ok()
        .and_then(|path| path.file_name()?.to_str().map(Text::from))
        .unwrap_or_else(|| Text::new_static(vendor.name()))
}

/// Corpora of one name are told apart by a number.
fn distinct_names(corpora: &mut [CorpusSpec]) {
    for at in 1..corpora.len() {
        let (before, rest) = corpora.split_at_mut(at);
        let base = rest[0].name.clone();
        let mut number = 2;
        while before.iter().any(|spec| spec.name == rest[0].name) {
            rest[0].name = Text::from(format!("{base}-{number}"));
            number += 1;
        }
    }
}
