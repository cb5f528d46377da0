//! Which folders are which kind.

use super::content;
use super::listing::{Listing, prefix};
use crate::Vendor;
use rayon::prelude::*;

/// What a folder or file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Rules(Vendor),
    Attack,
    Atomics,
    Ossem,
}

/// A thing found.
#[derive(Debug)]
pub(super) struct Find {
    pub(super) kind: Kind,
    /// The folder, or for ATT&CK and single files the file, relative to the listing's root.
    pub(super) folder: String,
    /// Rule files.
    pub(super) files: Vec<String>,
    /// Number of files in the folder that are no rules.
    pub(super) others: usize,
    /// The folders bear the names of upstream's repository.
    upstream_layout: bool,
}

/// Everything in a listing, sorted by folder.
pub(super) fn classify(listing: &Listing) -> Vec<Find> {
    let mut finds = Vec::new();
    descend(listing, "", &mut finds);
    finds.sort_by(|a, b| a.folder.cmp(&b.folder));
    finds
}

fn descend(listing: &Listing, folder: &str, finds: &mut Vec<Find>) {
    if let Some(kind) = knowledge(listing, folder) {
        return finds.push(Find::of_folder(kind, folder));
    }
    let by_layout: Vec<Find> = Vendor::ALL
        .into_iter()
        .filter_map(|vendor| layout(listing, folder, vendor))
        .collect();
    if !by_layout.is_empty() {
        return finds.extend(by_layout);
    }
    attack_bundles(listing, folder, finds);
    let own_rules: Vec<Find> = Vendor::ALL
        .into_iter()
        .filter(|vendor| has_rules(listing, folder, *vendor))
        .filter_map(|vendor| plain(listing, folder, vendor))
        .collect();
    let before = finds.len();
    for name in listing.folders_in(folder) {
        descend(listing, &format!("{}{name}", prefix(folder)), finds);
    }
    if own_rules.is_empty() {
        join_siblings(listing, folder, before, finds);
    } else {
        // The folder's own corpora hold the rules of its subfolders.
        let held = |find: &Find| own_rules.iter().any(|own| own.kind == find.kind);
        let nested = finds.split_off(before);
        finds.extend(nested.into_iter().filter(|find| !held(find)));
        finds.extend(own_rules);
    }
}

/// Plain folders of one vendor side by side are one corpus: `mine/windows` and `mine/linux` are
/// `mine`.
fn join_siblings(listing: &Listing, folder: &str, before: usize, finds: &mut Vec<Find>) {
    for vendor in Vendor::ALL {
        let kind = Kind::Rules(vendor);
        let joins = |find: &Find| find.kind == kind && !find.upstream_layout;
        if finds[before..].iter().filter(|find| joins(find)).count() < 2 {
            continue;
        }
        let (joined, rest): (Vec<Find>, Vec<Find>) =
            finds.split_off(before).into_iter().partition(joins);
        let files: Vec<String> = joined.into_iter().flat_map(|find| find.files).collect();
        finds.extend(rest);
        finds.push(Find::of_rules(vendor, folder, files, listing));
    }
}

/// Bundles directly in the folder. Folders with many JSON files hold one object or event each.
fn attack_bundles(listing: &Listing, folder: &str, finds: &mut Vec<Find>) {
    const FEW: usize = 40;
    let json: Vec<&str> = listing
        .files_in(folder)
        .filter(|file| extension(file) == "json")
        .collect();
    if json.len() > FEW {
        return;
    }
    for file in json {
        if content::is_stix_bundle(&listing.full(file)) {
            finds.push(Find::of_folder(Kind::Attack, file));
        }
    }
}

/// A knowledge base, told by its folder names.
fn knowledge(listing: &Listing, folder: &str) -> Option<Kind> {
    let name = folder.rsplit('/').next().unwrap_or(folder);
    let is_technique = |name: &&str| content::is_technique_id(name);
    let folders = listing.folders_in(folder);
    if (name == "atomics" || folder.is_empty()) && folders.iter().any(is_technique) {
        let tests = |id: &str| format!("{}{id}/{id}.yaml", prefix(folder));
        let has_test = |id: &&str| listing.files.binary_search(&tests(id)).is_ok();
        return folders.iter().any(has_test).then_some(Kind::Atomics);
    }
    let ossem = listing
        .folders_in(&format!("{}windows", prefix(folder)))
        .contains(&"etw-providers");
    ossem.then_some(Kind::Ossem)
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
    let mut find = Find::of_rules(vendor, folder, files, listing);
    find.upstream_layout = true;
    Some(find)
}

/// Whether a rule of the vendor lies directly in the folder.
fn has_rules(listing: &Listing, folder: &str, vendor: Vendor) -> bool {
    let reader = vendor.reader();
    let candidates: Vec<&str> = listing
        .files_in(folder)
        .filter(|file| reader.extensions().contains(&extension(file)))
        .collect();
    candidates
        .par_iter()
        .any(|file| content::looks_like_rule(&listing.full(file), reader))
}

/// A plain folder of rules: every file that looks like one.
fn plain(listing: &Listing, folder: &str, vendor: Vendor) -> Option<Find> {
    let all = listing.under(folder).iter().map(String::as_str);
    let files = rule_files(listing, all, vendor);
    if files.is_empty() {
        return None;
    }
    Some(Find::of_rules(vendor, folder, files, listing))
}

fn rule_files<'a>(
    listing: &Listing,
    files: impl Iterator<Item = &'a str>,
    vendor: Vendor,
) -> Vec<String> {
    let reader = vendor.reader();
    let candidates: Vec<&str> = files
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
    fn of_folder(kind: Kind, folder: &str) -> Self {
        Self {
            kind,
            folder: folder.to_owned(),
            files: Vec::new(),
            others: 0,
            upstream_layout: false,
        }
    }

    fn of_rules(vendor: Vendor, folder: &str, files: Vec<String>, listing: &Listing) -> Self {
        let others = listing.under(folder).len().saturating_sub(files.len());
        Self {
            kind: Kind::Rules(vendor),
            folder: folder.to_owned(),
            files,
            others,
            upstream_layout: false,
        }
    }
}
