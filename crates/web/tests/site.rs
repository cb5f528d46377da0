//! The static site of the starter catalogue: whole, linked, the same twice, brought up to date.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use tripline_app::Library;
use tripline_app::locate::Place;
use tripline_web::site::{SiteOptions, SiteReport, write};

fn library() -> Library {
    Library::open(&Place::Starter).expect("the starter opens")
}

fn written(out: &Path) -> SiteReport {
    write(&library(), out, SiteOptions { tests: true }, &|_, _| {}).expect("the site is written")
}

/// Every file below a folder, by its name from there.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).expect("below").to_string_lossy();
                found.insert(name.replace('\\', "/"), fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

/// The pages among the files of a site.
fn pages(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, String> {
    let is_page = |name: &str| Path::new(name).extension().is_some_and(|it| it == "html");
    let pages = files.iter().filter(|(name, _)| is_page(name));
    pages
        .map(|(name, bytes)| {
            (
                name.clone(),
                String::from_utf8(bytes.clone()).expect("UTF-8"),
            )
        })
        .collect()
}

/// The values of an attribute in a page.
fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    let begin = format!(" {attribute}=\"");
    let parts = page.split(begin.as_str()).skip(1);
    parts.filter_map(|part| part.split('"').next()).collect()
}

/// Where a relative link leads, from the root.
fn joined(from: &str, link: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            ".." => {
                assert!(parts.pop().is_some(), "{link} of {from} leaves the site");
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// One test, because writing the site takes longest.
#[test]
fn the_site_is_whole_and_the_same_twice() {
    let out = tempfile::tempdir().expect("a folder");
    let first = written(out.path());
    assert_eq!(first.failed, Vec::<String>::new());
    assert_eq!(first.written, first.files);
    let before = files(out.path());
    let pages = pages(&before);
    every_link_leads_to_a_file_and_an_anchor(&before, &pages);
    every_rule_and_technique_has_a_page(&pages);
    pages_ask_for_nothing_from_elsewhere_and_hold_no_inline_script(&pages);

    // A second run makes the same bytes, and so writes only what was changed.
    fs::write(out.path().join("techniques.html"), "changed").expect("written");
    assert_eq!(written(out.path()).written, 1);
    let after = files(out.path());
    assert!(before.keys().eq(after.keys()));
    for (name, bytes) in &before {
        assert!(bytes == &after[name], "{name} differs");
    }
}

fn every_link_leads_to_a_file_and_an_anchor(
    all: &BTreeMap<String, Vec<u8>>,
    pages: &BTreeMap<String, String>,
) {
    let anchors: BTreeMap<&str, BTreeSet<&str>> = pages
        .iter()
        .map(|(name, page)| (name.as_str(), values(page, "id").into_iter().collect()))
        .collect();
    let mut checked = 0;
    for (name, page) in pages {
        for link in ["href", "src", "action"]
            .iter()
            .flat_map(|it| values(page, it))
        {
            if link.starts_with("https://") || link.starts_with("http://") {
                continue;
            }
            assert!(
                !link.starts_with('/') && !link.contains("://"),
                "{name}: {link}"
            );
            let (link, fragment) = link.split_once('#').unwrap_or((link, ""));
            let (link, _) = link.split_once('?').unwrap_or((link, ""));
            let target = if link.is_empty() {
                name.clone()
            } else {
                joined(name, link)
            };
            assert!(all.contains_key(&target), "{name} links {link}");
            if !fragment.is_empty() {
                assert!(
                    anchors[target.as_str()].contains(fragment),
                    "{name} links {link}#{fragment}"
                );
            }
            checked += 1;
        }
    }
    assert!(checked > 1_000, "{checked} links");
}

fn every_rule_and_technique_has_a_page(pages: &BTreeMap<String, String>) {
    let library = library();
    let titles: BTreeSet<&str> = pages
        .values()
        .filter_map(|page| page.split("<title>").nth(1)?.split("</title>").next())
        .collect();
    let rules = pages
        .keys()
        .filter(|name| name.starts_with("rules/"))
        .count();
    assert_eq!(rules, library.catalog().facts.len());
    for technique in &library.catalog().attack.techniques {
        if technique.head.active() {
            assert!(pages.contains_key(&format!("techniques/{}.html", technique.head.id)));
        }
    }
    assert!(titles.len() > rules, "pages have titles of their own");
}

fn pages_ask_for_nothing_from_elsewhere_and_hold_no_inline_script(
    pages: &BTreeMap<String, String>,
) {
    for (name, page) in pages {
        for source in values(page, "src") {
            assert!(!source.contains("//"), "{name}: {source}");
        }
        assert!(page.contains("Content-Security-Policy"), "{name}");
        assert!(
            !page.contains("<style") && !page.contains(" style=\""),
            "{name}"
        );
        for script in page.split("<script").skip(1) {
            assert!(script.starts_with(" src=\""), "{name}: an inline script");
        }
    }
}

#[test]
fn a_folder_of_other_things_is_refused() {
    let out = tempfile::tempdir().expect("a folder");
    fs::write(out.path().join("mine.txt"), "x").expect("written");
    let error = write(
        &library(),
        out.path(),
        SiteOptions { tests: true },
        &|_, _| {},
    )
    .expect_err("refused");
    assert!(error.message().contains("no site wrote"));
    assert_eq!(files(out.path()).len(), 1);
}
