//! Which events a match looks at. A source routes, it does not test.

use super::lookup::glob_fits;
use crate::{Event, Source, Text};

/// Whether an event is among those that a source names.
///
/// An event that declares no source fits every source, and a source without names takes every
/// event. Otherwise one of the source's names must fit the event's, or both must know their
/// catalogue events and share one (`PROVIDER/*` is any event of the provider). Names with a `/` are log sources (`product/category/service`),
/// compared part by part, an empty part on either side fitting any; other names are tables,
/// indices or data models, compared as wildcard patterns. All ignore case. A leading `-` excludes.
pub fn source_fits(source: &Source, event: &Event) -> bool {
    let Some(declared) = &event.source else {
        return true;
    };
    if source.names.is_empty() {
        return true;
    }
    if names_fit(&source.names, &declared.name) {
        return true;
    }
    !excluded(&source.names, &declared.name)
        && source
            .events
            .iter()
            .any(|known| declared.events.iter().any(|other| same_event(known, other)))
}

/// Whether two keys of catalogue events (`PROVIDER/ID`, `PROVIDER/*`) can mean one event.
fn same_event(a: &str, b: &str) -> bool {
    match (a.split_once('/'), b.split_once('/')) {
        (Some((provider, id)), Some((other, other_id))) => {
            provider == other && (id == other_id || id == "*" || other_id == "*")
        }
        _ => a == b,
    }
}

fn names_fit(names: &[Text], declared: &str) -> bool {
    !excluded(names, declared)
        && names
            .iter()
            .filter(|name| !name.starts_with('-'))
            .any(|name| name_fits(name, declared))
}

fn excluded(names: &[Text], declared: &str) -> bool {
    names
        .iter()
        .filter_map(|name| name.strip_prefix('-'))
        .any(|name| name_fits(name, declared))
}

fn name_fits(name: &str, declared: &str) -> bool {
    match (name.contains('/'), declared.contains('/')) {
        (true, true) => log_source_fits(name, declared),
        (false, false) => index_fits(name, declared),
        _ => false,
    }
}

fn log_source_fits(name: &str, declared: &str) -> bool {
    let mut left = name.split('/');
    let mut right = declared.split('/');
    (0..3).all(|_| {
        let (a, b) = (left.next().unwrap_or(""), right.next().unwrap_or(""));
        a.is_empty() || b.is_empty() || a.eq_ignore_ascii_case(b)
    })
}

/// An index name fits a pattern; a cluster prefix (`*:logs-*`) is only looked at when the index
/// name has one too.
fn index_fits(pattern: &str, declared: &str) -> bool {
    let pattern = pattern.to_lowercase();
    let declared = declared.to_lowercase();
    let without_cluster = match pattern.split_once(':') {
        Some((_, local)) if !declared.contains(':') => local,
        _ => pattern.as_str(),
    };
    glob_fits(without_cluster, &declared)
}
