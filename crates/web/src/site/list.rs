//! Which pages there are, and the file of each.

use super::SiteOptions;
use crate::links::Links;
use crate::route::{self, Make};
use hashbrown::HashMap;
use std::collections::{BTreeMap, BTreeSet};
use tripline_app::Library;
use tripline_app::answers::{EventRow, Platform};
use tripline_app::events::events;

/// Longest part of a file name that is taken from a name of the catalogue.
const MAX_NAME: usize = 80;
/// Rules that an indicator needs to have a page of its own.
const MIN_REACH: usize = 2;

/// The pages whose making runs rules over events.
const TESTS: &str = "/techniques/{id}/tests";

/// A page of the site.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    /// Its path on a server.
    pub(super) path: String,
    /// Its query there, without the `?`.
    pub(super) query: String,
    /// The named parts of its path.
    pub(super) parts: Vec<(String, String)>,
    /// What makes it.
    pub(super) make: Make,
    /// Its file in the site.
    pub(super) file: String,
}

impl Listed {
    /// The technique that it is about.
    fn technique(&self) -> Option<&str> {
        let (_, id) = self.parts.iter().find(|(name, _)| name == "id")?;
        self.path.starts_with("/techniques/").then_some(id)
    }

    /// Its address on a server.
    pub(super) fn target(&self) -> String {
        if self.query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.query)
        }
    }
}

/// The pages of the site.
pub(super) struct Pages {
    all: Vec<Listed>,
    by_target: HashMap<String, usize>,
}

impl Pages {
    /// The pages of a library: every route with everything that it can be asked for.
    pub(super) fn of(library: &Library, options: SiteOptions) -> Self {
        let things = Things::of(library);
        let mut all = Vec::new();
        let mut taken = BTreeSet::new();
        let wanted = |pattern: &str| options.tests || pattern != TESTS;
        for &(pattern, make) in route::PAGES.iter().filter(|page| wanted(page.0)) {
            for instance in things.instances(pattern) {
                let (path, query) = match instance.target.split_once('?') {
                    Some((path, query)) => (path.to_owned(), query.to_owned()),
                    None => (instance.target.clone(), String::new()),
                };
                let file = free(file_of(&path, &query), &instance.target, &mut taken);
                all.push(Listed {
                    path,
                    query,
                    parts: instance.parts,
                    make,
                    file,
                });
            }
        }
        // Pages of one technique rest on the same work: they are made one after the other.
        all.sort_by(|one, other| one.technique().cmp(&other.technique()));
        let by_target = all.iter().map(Listed::target).zip(0..).collect();
        Self { all, by_target }
    }

    /// All pages.
    pub(super) fn all(&self) -> &[Listed] {
        &self.all
    }

    /// The files of all pages.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|listed| listed.file.as_str())
    }

    /// The file of the page at an address of a server.
    pub(super) fn file(&self, target: &str) -> Option<&str> {
        let at = self.by_target.get(target)?;
        Some(&self.all[*at].file)
    }
}

/// A page of a route.
struct Instance {
    target: String,
    parts: Vec<(String, String)>,
}

impl Instance {
    fn new(target: String, parts: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            target,
            parts: parts.iter().map(owned).collect(),
        }
    }
}

/// What pages can be about.
struct Things {
    links: Links,
    /// Techniques, and whether they have sub-techniques.
    techniques: BTreeMap<String, bool>,
    /// Techniques with the platforms that have a rule of them.
    detections: BTreeSet<(String, &'static str)>,
    rules: Vec<String>,
    events: BTreeSet<(String, String)>,
    fields: BTreeSet<String>,
    indicators: BTreeSet<(String, String)>,
}

impl Things {
    fn of(library: &Library) -> Self {
        let catalog = library.catalog();
        let mut techniques: BTreeMap<String, bool> = BTreeMap::new();
        for technique in catalog
            .attack
            .techniques
            .iter()
            .filter(|it| it.head.active())
        {
            techniques.entry(technique.head.id.to_string()).or_default();
        }
        let mut fields = BTreeSet::new();
        let mut reach: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        let mut detections = BTreeSet::new();
        for facts in &catalog.facts {
            let platforms = || Platform::ALL.iter().filter(|platform| platform.runs(facts));
            for id in &facts.techniques {
                techniques.entry(id.to_string()).or_default();
                detections.extend(platforms().map(|platform| (id.to_string(), platform.id)));
            }
            for atom in &facts.atoms {
                fields.insert(atom.field.to_string());
                if atom.is_indicator() && facts.class.counts() && !atom.value.is_empty() {
                    let key = (atom.field.as_str(), atom.value.as_str());
                    reach.entry(key).or_default().insert(&facts.id);
                }
            }
        }
        let listed = events(library, None).map(|answer| answer.events);
        let key = |row: EventRow| (row.provider.to_string(), row.event.to_string());
        let shared = reach.iter().filter(|(_, rules)| rules.len() >= MIN_REACH);
        let owned = |(field, value): &(&str, &str)| ((*field).to_owned(), (*value).to_owned());
        Self {
            links: Links::new(None),
            techniques: with_parents(techniques),
            detections,
            rules: catalog.facts.iter().map(|it| it.id.to_string()).collect(),
            events: listed.unwrap_or_default().into_iter().map(key).collect(),
            fields,
            indicators: shared.map(|(key, _)| owned(key)).collect(),
        }
    }

    /// Every page of a route; none of a route that only a server can answer.
    fn instances(&self, pattern: &str) -> Vec<Instance> {
        let links = &self.links;
        match pattern {
            "/techniques/{id}" => {
                let mut all = Vec::new();
                for (id, parent) in &self.techniques {
                    let target = links.technique(id);
                    if *parent {
                        let with = format!("{target}?sub=1");
                        all.push(Instance::new(with, &[("id", id)]));
                    }
                    all.push(Instance::new(target, &[("id", id)]));
                }
                all
            }
            "/rules/{*id}" => {
                let page = |id: &String| Instance::new(links.rule(id), &[("id", id)]);
                self.rules.iter().map(page).collect()
            }
            "/events/{provider}/{id}" => {
                let page = |(provider, id): &(String, String)| {
                    let target = links.event(provider, id);
                    Instance::new(target, &[("provider", provider), ("id", id)])
                };
                self.events.iter().map(page).collect()
            }
            "/providers/{provider}" => {
                let names: BTreeSet<&String> = self.events.iter().map(|(name, _)| name).collect();
                let page =
                    |name: &String| Instance::new(links.provider(name), &[("provider", name)]);
                names.into_iter().map(page).collect()
            }
            "/techniques/{id}/detections/{platform}" => {
                let page = |(id, platform): &(String, &'static str)| {
                    let target = links.detection(id, platform, false);
                    Instance::new(target, &[("id", id), ("platform", platform)])
                };
                self.detections.iter().map(page).collect()
            }
            "/fields/{name}" => {
                let page = |name: &String| Instance::new(links.field(name), &[("name", name)]);
                self.fields.iter().map(page).collect()
            }
            "/indicators" => {
                let page = |(field, value): &(String, String)| {
                    Instance::new(links.indicator(field, value), &[])
                };
                self.indicators.iter().map(page).collect()
            }
            "/workbench" => Vec::new(),
            other => match other.strip_prefix("/techniques/{id}/") {
                Some(rest) if !rest.contains('{') => {
                    let page = |id: &String| {
                        let target = format!("{}/{rest}", links.technique(id));
                        Instance::new(target, &[("id", id)])
                    };
                    self.techniques.keys().map(page).collect()
                }
                _ if other.contains('{') => Vec::new(),
                _ => vec![Instance::new(other.to_owned(), &[])],
            },
        }
    }
}

/// Marks the techniques that others are part of; a parent that nobody tags has a page too.
fn with_parents(mut techniques: BTreeMap<String, bool>) -> BTreeMap<String, bool> {
    let parents: BTreeSet<String> = techniques
        .keys()
        .filter_map(|id| id.split_once('.'))
        .map(|(parent, _)| parent.to_owned())
        .collect();
    for parent in parents {
        techniques.insert(parent, true);
    }
    techniques
}

/// A file for an address: readable, of letters that every disk and address takes.
fn file_of(path: &str, query: &str) -> String {
    let decoded = |part: &str| {
        let part = percent_encoding::percent_decode_str(part);
        part.decode_utf8_lossy().into_owned()
    };
    let segments: Vec<String> = path.split('/').skip(1).map(decoded).collect();
    let mut names: Vec<String> = match segments.as_slice() {
        [only] if only.is_empty() => vec!["index".to_owned()],
        [kind, id] if kind == "rules" => {
            let (vendor, rest) = id.split_once(':').unwrap_or(("other", id));
            vec![kind.clone(), plain(vendor), plain(rest)]
        }
        segments => segments.iter().map(|segment| plain(segment)).collect(),
    };
    match query {
        "" => {}
        "sub=1" => names.push("with-sub-techniques".to_owned()),
        query => names.push(hash(query)),
    }
    format!("{}.html", names.join("/"))
}

/// A name in plain letters; one that had to be changed ends in a hash of what it was.
fn plain(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let kept: String = name
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .take(MAX_NAME)
        .collect();
    if kept == name && !name.is_empty() && !name.starts_with('.') {
        return kept;
    }
    format!("{}-{}", kept.trim_start_matches('.'), hash(name))
}

fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

/// The file, under another name when one that differs only in case is taken: some disks know no
/// difference.
fn free(file: String, target: &str, taken: &mut BTreeSet<String>) -> String {
    if taken.insert(file.to_lowercase()) {
        return file;
    }
    let stem = file.strip_suffix(".html").unwrap_or(&file);
    let file = format!("{stem}-{}.html", hash(target));
    taken.insert(file.to_lowercase());
    file
}

#[cfg(test)]
mod tests {
    use super::{file_of, free, plain};
    use std::collections::BTreeSet;

    #[test]
    fn files_are_named_after_pages() {
        assert_eq!(file_of("/", ""), "index.html");
        assert_eq!(file_of("/techniques", ""), "techniques.html");
        assert_eq!(
            file_of("/techniques/T1059.001", ""),
            "techniques/T1059.001.html"
        );
        let with = file_of("/techniques/T1059", "sub=1");
        assert_eq!(with, "techniques/T1059/with-sub-techniques.html");
        let rule = file_of("/rules/sigma:0a4b1c1e-30b5", "");
        assert_eq!(rule, "rules/sigma/0a4b1c1e-30b5.html");
    }

    #[test]
    fn no_name_leaves_its_folder() {
        for name in ["..", ".", "", "a/../../b", "c:\\d", "\u{202e}", ".htaccess"] {
            let name = plain(name);
            assert!(
                !name.starts_with('.') && !name.contains(['/', '\\', ':']),
                "{name}"
            );
        }
        let rule = file_of("/rules/kusto:a%2F..%2F..%2Fb%23c", "");
        assert_eq!(rule.matches('/').count(), 2, "{rule}");
    }

    #[test]
    fn names_that_differ_only_in_case_get_files_of_their_own() {
        let mut taken = BTreeSet::new();
        let one = free("fields/Image.html".into(), "/fields/Image", &mut taken);
        let other = free("fields/image.html".into(), "/fields/image", &mut taken);
        assert_ne!(one.to_lowercase(), other.to_lowercase());
    }
}
