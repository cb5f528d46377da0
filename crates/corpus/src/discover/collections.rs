//! Where a collection of rules begins: folders that were copied or checked out whole.

use super::listing::{Listing, prefix};
use crate::licence;
use crate::manifest::{self, Manifests};
use std::collections::BTreeSet;

/// The folders of a listing that are whole collections.
///
/// Those that a manifest names and those that git checked out are, wherever they lie. A folder
/// with a licence file is one when no folder above it is: a copy without `.git` keeps its licence,
/// while a licence inside of a collection belongs to a part of it.
pub(super) fn roots(listing: &Listing, manifests: &mut Manifests) -> BTreeSet<String> {
    let mut roots: BTreeSet<String> = listing.checkouts.iter().cloned().collect();
    roots.extend(named(listing, manifests));
    let mut licensed = Vec::new();
    for file in &listing.files {
        let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
        if licence::FILES.contains(&name) {
            licensed.push(folder.to_owned());
        }
    }
    // Outer folders first.
    licensed.sort_unstable();
    for folder in licensed {
        if !above(&folder).any(|outer| roots.contains(outer)) {
            roots.insert(folder);
        }
    }
    roots
}

/// The folders that manifests name.
fn named(listing: &Listing, manifests: &mut Manifests) -> Vec<String> {
    let mut found = Vec::new();
    if manifests.entry(&listing.full("")).is_some() {
        found.push(String::new());
    }
    let is_manifest = |file: &&String| file.rsplit('/').next() == Some(manifest::NAME);
    for file in listing.files.iter().filter(is_manifest) {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        for name in manifests.names(&listing.full(folder)) {
            let root = format!("{}{name}", prefix(folder));
            if !listing.under(&root).is_empty() {
                found.push(root);
            }
        }
    }
    found
}

/// The folder and those that hold it, innermost first.
fn above(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |inner| {
        if inner.is_empty() {
            return None;
        }
        Some(inner.rsplit_once('/').map_or("", |(outer, _)| outer))
    })
}
