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
use crate::{CorpusSpec, FileEntry, KnowledgeKind, KnowledgeSpec, Vendor};
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
    /// Knowledge bases, sorted by kind, then by place; names are distinct within a kind.
    pub knowledge: Vec<KnowledgeSpec>,
    /// Files with bare queries, told by their extension, that are in no corpus. They can be checked;
    /// a catalogue has no use for them.
    pub queries: Vec<PathBuf>,
    /// Paths that do not exist or hold nothing that is read, flawed manifests.
    pub diagnostics: Vec<Diagnostic>,
}

impl Discovery {
    /// The knowledge bases of a kind.
    pub fn knowledge_of(&self, kind: KnowledgeKind) -> impl Iterator<Item = &KnowledgeSpec> {
        let of_kind = move |spec: &&KnowledgeSpec| spec.kind == kind;
        self.knowledge.iter().filter(of_kind)
    }
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
    found.queries.sort();
    found.queries.dedup();
    let place = |spec: &KnowledgeSpec| (spec.kind, spec.root.clone());
    found.knowledge.sort_by_key(place);
    found.knowledge.dedup_by_key(|spec| place(spec));
    let names = found.corpora.iter_mut().map(|spec| &mut spec.name);
    distinct_names(names.collect());
    for kind in KnowledgeKind::ALL {
        let of_kind = found.knowledge.iter_mut().filter(|spec| spec.kind == kind);
        distinct_names(of_kind.map(|spec| &mut spec.name).collect());
    }
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
    } else if kind.is_file() {
        Listing::of_file(path)
    } else {
        // A pipe or device: looking at it would take what it holds, or wait for ever.
        let message = "the path is neither a file nor a folder";
        let flaw = Diagnostic::for_file(Code::PathUnusable, shown, message);
        return found.diagnostics.push(flaw);
    };
    let collections = collections::roots(&listing, manifests);
    let finds = classify::classify(&listing, &collections);
    let queries = queries(&listing, &finds);
    if finds.is_empty() && queries.is_empty() {
        let message = "no rules, ATT&CK bundle, Atomic Red Team or OSSEM found";
        let hint = "read are rules of Sigma, Elastic, Splunk, Chronicle and Sentinel in the form of \
                    their repositories, and Kusto queries in Markdown and text files";
        found
            .diagnostics
            .push(Diagnostic::for_file(Code::NothingFound, shown, message).hint(hint));
    }
    found.queries.extend(queries);
    for find in finds {
        add(&find, &listing, found, manifests);
    }
}

/// Files with bare queries that no find holds.
fn queries(listing: &Listing, finds: &[Find]) -> Vec<PathBuf> {
    let held = |file: &String| {
        let mut holders = finds.iter();
        holders.any(|find| find.files.contains(file))
    };
    let files = listing.files.iter();
    let bare = files.filter(|file| crate::single::query_language(Path::new(file)).is_some());
    bare.filter(|file| !held(file))
        .map(|file| listing.full(file))
        .collect()
}

fn add(find: &Find, listing: &Listing, found: &mut Discovery, manifests: &mut Manifests) {
    match find.kind {
        Kind::Knowledge(kind) => {
            let spec = knowledge(kind, find, listing, manifests);
            found.knowledge.push(spec);
        }
        Kind::Rules(vendor) => found.corpora.push(spec(vendor, find, listing, manifests)),
    }
}

/// What is known of where a folder was copied from.
#[derive(Default)]
struct Origin {
    upstream: Option<Text>,
    commit: Option<Text>,
    licence: Option<Text>,
}

/// What the manifest beside `root` says, else what the checkout around `folder` does.
fn origin(root: &Path, folder: &str, listing: &Listing, manifests: &mut Manifests) -> Origin {
    let mut origin = Origin::default();
    if let Some(entry) = manifests.entry(root) {
        origin.commit = entry.commit();
        let text = |value: Option<String>| value.filter(|v| !v.is_empty()).map(Text::from);
        origin.upstream = text(entry.upstream);
        origin.licence = text(entry.licence);
    } else {
        let checkout = checkout(folder, listing);
        origin.commit = crate::git::head_commit(&checkout).map(Text::from);
        origin.upstream = crate::git::origin(&checkout).map(Text::from);
    }
    if origin.licence.is_none() && root.is_dir() {
        origin.licence = crate::licence::of_folder(root).map(Text::new_static);
    }
    origin
}

/// Atomic Red Team lies in the folder `atomics` of its repository, a bundle in a folder: those
/// are the folders that manifests and licence files speak of.
fn knowledge(
    kind: KnowledgeKind,
    find: &Find,
    listing: &Listing,
    manifests: &mut Manifests,
) -> KnowledgeSpec {
    let root = listing.full(&find.folder);
    let full = root.canonicalize().unwrap_or_else(|_| root.clone());
    let is_inside = kind == KnowledgeKind::Attack || full.ends_with("atomics");
    let home = match full.parent().filter(|_| is_inside) {
        Some(parent) if manifests.entry(&full).is_none() => parent.to_path_buf(),
        _ => full,
    };
    let origin = origin(&home, &find.folder, listing, manifests);
    KnowledgeSpec {
        kind,
        name: last_name(&home).unwrap_or_else(|| Text::new_static(kind.name())),
        upstream: origin.upstream,
        commit: origin.commit,
        licence: origin.licence,
        files: entries(find, listing),
        root,
    }
}

fn entries(find: &Find, listing: &Listing) -> Vec<FileEntry> {
    let folder = match find.kind {
        Kind::Knowledge(KnowledgeKind::Attack) => find.folder.rsplit_once('/'),
        _ => Some((find.folder.as_str(), "")),
    };
    let prefix = listing::prefix(folder.map_or("", |(folder, _)| folder));
    let inside = |path: &str| Text::from(path.strip_prefix(prefix.as_str()).unwrap_or(path));
    let entry = |path: &String| FileEntry {
        path: inside(path),
        full: listing.full(path),
    };
    find.files.iter().map(entry).collect()
}

fn spec(vendor: Vendor, find: &Find, listing: &Listing, manifests: &mut Manifests) -> CorpusSpec {
    let root = listing.full(&find.folder);
    let mut spec = CorpusSpec::new(folder_name(&root, vendor), vendor, &root);
    let origin = origin(&root, &find.folder, listing, manifests);
    spec.upstream = origin.upstream;
    spec.commit = origin.commit;
    spec.licence = origin.licence;
    spec.files = entries(find, listing);
    let prefix = listing::prefix(&find.folder);
    let inside = |path: &str| Text::from(path.strip_prefix(prefix.as_str()).unwrap_or(path));
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
    let full = root.canonicalize().ok();
    full.and_then(|path| last_name(&path))
        .unwrap_or_else(|| Text::new_static(vendor.name()))
}

fn last_name(path: &Path) -> Option<Text> {
    path.file_name()?.to_str().map(Text::from)
}

/// Equal names are told apart by a number.
fn distinct_names(mut names: Vec<&mut Text>) {
    for at in 1..names.len() {
        let (before, rest) = names.split_at_mut(at);
        let base = rest[0].clone();
        let mut number = 2;
        while before.iter().any(|name| **name == *rest[0]) {
            *rest[0] = Text::from(format!("{base}-{number}"));
            number += 1;
        }
    }
}
