//! What rules and ATT&CK cite, merged: one row per address, with everybody who cites it.

use super::Trial;
use super::trials::addresses;
use crate::Index;
use schemars::JsonSchema;
use serde::Serialize;
use smol_str::{SmolStr as Text, format_smolstr};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use tripline_catalog::Result;

/// A cited address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cited {
    /// The address, `http` or `https`.
    pub url: Text,
    /// What ATT&CK says of it: author, date, title; empty when only rules cite it.
    pub title: Text,
    /// Who cites it.
    pub cited_by: Vec<Citing>,
}

/// Who cites an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Citing {
    /// What kind of thing it is.
    pub source: Source,
    /// Its id.
    pub id: Text,
}

/// What cites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// ATT&CK's page of the technique.
    Technique,
    /// A rule.
    Rule,
    /// A test of Atomic Red Team, by its id.
    Atomic,
}

#[derive(Default)]
struct Entry {
    url: Text,
    title: Text,
    cited_by: BTreeSet<Citing>,
}

/// The addresses that the technique, the rules and the tests cite: those cited by most first, then by
/// address.
pub(super) fn references(
    index: &Index<'_>,
    technique: &str,
    rules: &[u32],
    tests: &[Trial],
) -> Result<Vec<Cited>> {
    let mut found: BTreeMap<Text, Entry> = BTreeMap::new();
    let mut add = |url: &str, title: &str, source: Source, id: &Text| {
        let Some((key, url)) = normal(url) else {
            return;
        };
        let entry = found.entry(key).or_default();
        // Of spellings of one address that with TLS is kept, else the first.
        if entry.url.is_empty() || (entry.url.starts_with("http:") && url.starts_with("https:")) {
            entry.url = url;
        }
        if entry.title.is_empty() {
            entry.title = title.into();
        }
        let id = id.clone();
        entry.cited_by.insert(Citing { source, id });
    };
    if let Some(known) = index.catalog.attack.technique(technique) {
        let head = &known.head;
        let page = head.url.iter().map(|url| (url.as_str(), ""));
        let cited = head.references.iter().filter_map(|id| {
            let reference = index.catalog.attack.reference(*id)?;
            Some((reference.url.as_str(), reference.description.as_str()))
        });
        for (url, title) in page.chain(cited) {
            add(url, title, Source::Technique, &head.id);
        }
    }
    for &at in rules {
        let facts = index.facts(at);
        let Some(rule) = index.catalog.detection(&facts.id)? else {
            continue;
        };
        let sources = rule.references.iter().filter(|url| !is_tag(url));
        for url in sources {
            add(url, "", Source::Rule, &facts.id);
        }
    }
    for test in tests {
        for url in addresses(&test.description) {
            add(url, "", Source::Atomic, &test.guid);
        }
    }
    let mut all: Vec<Cited> = found
        .into_values()
        .map(|entry| Cited {
            url: entry.url,
            title: entry.title,
            cited_by: entry.cited_by.into_iter().collect(),
        })
        .collect();
    all.sort_by(|a, b| {
        let key = |row: &Cited| Reverse(row.cited_by.len());
        (key(a), &a.url).cmp(&(key(b), &b.url))
    });
    Ok(all)
}

/// Whether an address is a page of ATT&CK's matrix: a tag, no source.
fn is_tag(url: &str) -> bool {
    ["/techniques/", "/tactics/"]
        .iter()
        .any(|part| url.contains(&format!("attack.mitre.org{part}")))
}

/// What an address is compared by, and the address to show; `None` when it is not `http` or
/// `https`. Scheme, letter case of the host, `www.`, port 80 and 443, a trailing `/`, fragments
/// and campaign parameters make no difference.
fn normal(url: &str) -> Option<(Text, Text)> {
    let url = url.trim();
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    if !matches!(scheme.as_str(), "http" | "https") {
        return None;
    }
    if rest.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"`{}|\\^".contains(c)) {
        return None;
    }
    let rest = rest.split('#').next().unwrap_or(rest);
    let cut = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(cut);
    if host.is_empty() || host.contains('@') {
        return None;
    }
    let host = host.to_ascii_lowercase();
    let host = host.trim_end_matches(":443").trim_end_matches(":80");
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let kept: Vec<&str> = query
        .split('&')
        .filter(|part| !part.is_empty() && !part.starts_with("utm_"))
        .collect();
    let query = if kept.is_empty() {
        String::new()
    } else {
        format!("?{}", kept.join("&"))
    };
    let key_host = host.strip_prefix("www.").unwrap_or(host);
    let key = format_smolstr!("{key_host}{}{query}", path.trim_end_matches('/'));
    Some((key, format_smolstr!("{scheme}://{host}{path}{query}")))
}

#[cfg(test)]
mod tests {
    use super::normal;

    fn key(url: &str) -> Option<String> {
        normal(url).map(|(key, _)| key.to_string())
    }

    #[test]
    fn spellings_of_one_address_are_one() {
        let one = key("https://Example.org/a/b/");
        assert_eq!(one.as_deref(), Some("example.org/a/b"));
        for other in [
            "http://www.example.org/a/b",
            "https://example.org:443/a/b#part",
            " https://example.org/a/b?utm_source=x ",
        ] {
            assert_eq!(key(other), one, "{other}");
        }
        assert_ne!(key("https://example.org/A/b"), one);
        assert_ne!(key("https://example.org/a/b?x=1"), one);
    }

    #[test]
    fn only_web_addresses_are_kept() {
        for bad in [
            "javascript:alert(1)",
            "ftp://example.org/x",
            "data:text/html,x",
            "Internal Research",
            "https://user@example.org/",
            "https://example.org/\"><script>",
            "https:///path",
        ] {
            assert_eq!(key(bad), None, "{bad}");
        }
    }
}
