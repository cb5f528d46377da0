//! Which folders are which kind.

use super::content;
use super::listing::{Listing, prefix};
use crate::{KnowledgeKind, Vendor};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// What a folder or file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Rules(Vendor),
    Knowledge(KnowledgeKind),
}

/// A thing found.
#[derive(Debug)]
pub(super) struct Find {
    pub(super) kind: Kind,
    /// The folder, or for ATT&CK and single files the file, relative to the listing's root.
    pub(super) folder: String,
    /// Rule files, or the files of the knowledge base.
    pub(super) files: Vec<String>,
    /// Number of files in the folder that belong to nothing that was found.
    pub(super) others: usize,
    /// The folders bear the names of upstream's repository.
    upstream_layout: bool,
    /// It lies in a collection that does not reach further up.
    settled: bool,
}

/// Everything in a listing, sorted by folder. `collections` are the folders known to be copied or
/// checked out whole: no corpus reaches across their edge.
pub(super) fn classify(listing: &Listing, collections: &BTreeSet<String>) -> Vec<Find> {
    let scan = Scan {
        listing,
        collections,
    };
    let mut finds = scan.folder("");
    finds.sort_by(|a, b| a.folder.cmp(&b.folder));
    count_others(listing, &mut finds);
    finds
}

struct Scan<'a> {
    listing: &'a Listing,
    collections: &'a BTreeSet<String>,
}

impl Scan<'_> {
    /// What lies in a folder.
    fn folder(&self, folder: &str) -> Vec<Find> {
        if let Some(find) = knowledge(self.listing, folder) {
            return vec![find];
        }
        let by_layout: Vec<Find> = Vendor::ALL
            .into_iter()
            .filter_map(|vendor| layout(self.listing, folder, vendor))
            .collect();
        if !by_layout.is_empty() {
            return by_layout;
        }
        let mut finds = attack_bundles(self.listing, folder);
        for name in self.listing.folders_in(folder) {
            finds.extend(self.folder(&format!("{}{name}", prefix(folder))));
        }
        for vendor in Vendor::ALL {
            self.gather(folder, vendor, &mut finds);
        }
        if self.collections.contains(folder) {
            for find in &mut finds {
                find.settled = true;
            }
        }
        finds
    }

    /// Makes one corpus of a vendor's rules in a folder and below it, where they belong together:
    /// they lie in one collection, or rules lie directly in the folder, or plain folders of them
    /// lie side by side (`mine/windows` and `mine/linux` are `mine`). A folder that also holds
    /// other things than rules of this vendor is a place where collections are kept: it joins
    /// nothing.
    fn gather(&self, folder: &str, vendor: Vendor, finds: &mut Vec<Find>) {
        let kind = Kind::Rules(vendor);
        let mut own = rules_in(self.listing, folder, vendor);
        let whole = self.collections.contains(folder);
        let foreign = |find: &Find| {
            find.settled
                || !matches!(find.kind, Kind::Rules(_))
                || (find.upstream_layout && find.kind != kind)
        };
        let joins = |find: &Find| {
            find.kind == kind && !find.settled && (!find.upstream_layout || !own.is_empty())
        };
        let parts = finds.iter().filter(|find| joins(find)).count();
        let joined = whole || !finds.iter().any(foreign);
        if joined && (parts > 1 || (whole && parts == 1) || !own.is_empty()) {
            let (inner, rest): (Vec<Find>, Vec<Find>) =
                std::mem::take(finds).into_iter().partition(joins);
            *finds = rest;
            own.extend(inner.into_iter().flat_map(|find| find.files));
            own.sort_unstable();
        }
        if !own.is_empty() {
            finds.push(Find::of_rules(vendor, folder, own));
        }
    }
}

/// Counts, for each corpus, the files below its folder that are no rules of its own and belong to
/// nothing else that was found.
fn count_others(listing: &Listing, finds: &mut [Find]) {
    let counts: Vec<usize> = finds
        .iter()
        .map(|find| {
            let files = listing.under(&find.folder).iter().map(String::as_str);
            let mut files: BTreeSet<&str> = files.collect();
            for other in finds.iter() {
                other.take_from(&mut files, find, listing);
            }
            files.len()
        })
        .collect();
    for (find, count) in finds.iter_mut().zip(counts) {
        find.others = count;
    }
}

/// Bundles directly in the folder. Folders with many JSON files hold one object or event each.
fn attack_bundles(listing: &Listing, folder: &str) -> Vec<Find> {
    const FEW: usize = 40;
    let json: Vec<&str> = listing
        .files_in(folder)
        .filter(|file| extension(file) == "json")
        .collect();
    if json.len() > FEW {
        return Vec::new();
    }
    json.into_iter()
        .filter(|file| content::is_stix_bundle(&listing.full(file)))
        .map(|file| Find::of_knowledge(KnowledgeKind::Attack, file, vec![file.to_owned()]))
        .collect()
}

/// A knowledge base, told by its folder names.
fn knowledge(listing: &Listing, folder: &str) -> Option<Find> {
    let name = folder.rsplit('/').next().unwrap_or(folder);
    if name == "atomics" || folder.is_empty() {
        let tests = atomic_files(listing, folder);
        if !tests.is_empty() {
            return Some(Find::of_knowledge(KnowledgeKind::Atomics, folder, tests));
        }
    }
    let is_ossem = listing
        .folders_in(&format!("{}windows", prefix(folder)))
        .contains(&"etw-providers");
    if !is_ossem {
        return None;
    }
    let is_yaml = |file: &&String| matches!(extension(file), "yml" | "yaml");
    let files = listing.under(folder).iter().filter(is_yaml).cloned();
    let kind = KnowledgeKind::Dictionaries;
    Some(Find::of_knowledge(kind, folder, files.collect()))
}

/// The `T1059/T1059.yaml` files of a folder of Atomic Red Team.
fn atomic_files(listing: &Listing, folder: &str) -> Vec<String> {
    let folders = listing.folders_in(folder).into_iter();
    folders
        .filter(|id| content::is_technique_id(id))
        .map(|id| format!("{}{id}/{id}.yaml", prefix(folder)))
        .filter(|file| listing.files.binary_search(file).is_ok())
        .collect()
}

/// A corpus in the layout of upstream's repository: the rule folders count, the rest is seen.
fn layout(listing: &Listing, folder: &str, vendor: Vendor) -> Option<Find> {
    let reader = vendor.reader();
    let prefix = prefix(folder);
    let rule_folders: Vec<String> = listing
        .folders_in(folder)
        .into_iter()
        .filter(|name| reader.is_rule_folder(name))
        .map(|name| format!("{prefix}{name}"))
        .collect();
    let is_candidate = |file: &&String| reader.extensions().contains(&extension(file));
    let files: Vec<String> = rule_folders
        .iter()
        .flat_map(|name| listing.under(name).iter().filter(is_candidate).cloned())
        .collect();
    if !content::sample_is_rules(listing, &files, reader) {
        return None;
    }
    let mut find = Find::of_rules(vendor, folder, files);
    find.upstream_layout = true;
    Some(find)
}

/// The files directly in the folder that look like rules of the vendor.
fn rules_in(listing: &Listing, folder: &str, vendor: Vendor) -> Vec<String> {
    let reader = vendor.reader();
    let candidates: Vec<&str> = listing
        .files_in(folder)
        .filter(|file| reader.extensions().contains(&extension(file)))
        .collect();
    candidates
        .into_par_iter()
        .filter(|file| content::looks_like_rule(&listing.full(file), reader))
        .map(str::to_owned)
        .collect()
}

/// The name's extension in lower case, without the dot; at most a few bytes are of interest.
fn extension(path: &str) -> &'static str {
    const KNOWN: [&str; 11] = [
        "yml", "yaml", "toml", "json", "yaral", "csv", "md", "txt", "kql", "kusto", "csl",
    ];
    let found = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    KNOWN
        .into_iter()
        .find(|known| found.eq_ignore_ascii_case(known))
        .unwrap_or("")
}

impl Find {
    fn of_knowledge(kind: KnowledgeKind, folder: &str, files: Vec<String>) -> Self {
        Self {
            kind: Kind::Knowledge(kind),
            folder: folder.to_owned(),
            files,
            others: 0,
            upstream_layout: false,
            settled: false,
        }
    }

    /// Removes from `files` what belongs to this find and not to `outer`.
    fn take_from(&self, files: &mut BTreeSet<&str>, outer: &Find, listing: &Listing) {
        for file in &self.files {
            files.remove(file.as_str());
        }
        let inside = self.folder.starts_with(prefix(&outer.folder).as_str());
        if inside && self.folder != outer.folder {
            files.remove(self.folder.as_str());
            for file in listing.under(&self.folder) {
                files.remove(file.as_str());
            }
        }
    }

    fn of_rules(vendor: Vendor, folder: &str, files: Vec<String>) -> Self {
        Self {
            kind: Kind::Rules(vendor),
            folder: folder.to_owned(),
            files,
            others: 0,
            upstream_layout: false,
            settled: false,
        }
    }
}
