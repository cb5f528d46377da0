//! Names that are newer than a bundle: the table in `data/newer.toml`.

use serde::Deserialize;
use std::sync::OnceLock;
use tripline_text::SmolStr as Text;

/// The table.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Newer {
    pub(crate) tactic: Vec<NewerTactic>,
    pub(crate) technique: Vec<NewerTechnique>,
}

/// A tactic that a newer version has.
#[derive(Debug, Deserialize)]
pub(crate) struct NewerTactic {
    pub(crate) id: Text,
    pub(crate) name: Text,
    pub(crate) since: Text,
    pub(crate) older: Vec<Text>,
    pub(crate) reason: Text,
}

/// A technique that a newer version has.
#[derive(Debug, Deserialize)]
pub(crate) struct NewerTechnique {
    pub(crate) id: Text,
    pub(crate) since: Text,
    pub(crate) older: Vec<Text>,
}

/// The embedded table; a test checks that it parses.
pub(crate) fn newer() -> &'static Newer {
    static TABLE: OnceLock<Newer> = OnceLock::new();
    TABLE.get_or_init(|| toml::from_str(include_str!("../data/newer.toml")).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::newer;

    #[test]
    fn the_table_parses_and_names_ids_once() {
        let table = newer();
        assert_eq!(table.tactic.len(), 2);
        assert_eq!(table.technique.len(), 16);
        let ids: Vec<_> = table.technique.iter().map(|entry| &entry.id).collect();
        let mut sorted = ids.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(ids, sorted);
    }
}
