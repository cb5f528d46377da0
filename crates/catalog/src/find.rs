//! A rule by what a person would type.

use crate::{Catalog, RuleFacts};

/// What a name leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Found<'a> {
    /// One rule.
    One(&'a RuleFacts),
    /// Several rules bear the name; in order of ids.
    Many(Vec<&'a RuleFacts>),
    /// No rule does.
    Nothing,
}

impl Catalog {
    /// The rule with this id (with or without its vendor), title or path. The first reading that
    /// leads to a rule counts, in this order: whole id, upstream id, title, path or its end.
    /// Letter case does not matter.
    pub fn find_rule(&self, name: &str) -> Found<'_> {
        let name = name.trim();
        if name.is_empty() {
            return Found::Nothing;
        }
        if let Some(exact) = self.rule_facts(name) {
            return Found::One(exact);
        }
        let readings: [&dyn Fn(&RuleFacts) -> bool; 4] = [
            &|facts| facts.id.eq_ignore_ascii_case(name),
            &|facts| upstream_id(facts).eq_ignore_ascii_case(name),
            &|facts| facts.title.to_lowercase() == name.to_lowercase(),
            &|facts| is_path(facts, name),
        ];
        for reading in readings {
            let mut found: Vec<&RuleFacts> =
                self.facts.iter().filter(|facts| reading(facts)).collect();
            match found.len() {
                0 => {}
                1 => return Found::One(found.remove(0)),
                _ => return Found::Many(found),
            }
        }
        Found::Nothing
    }
}

fn upstream_id(facts: &RuleFacts) -> &str {
    facts.id.split_once(':').map_or("", |(_, id)| id)
}

/// `name` is the path, the corpus and the path, the end of the path, or the file's stem.
fn is_path(facts: &RuleFacts, name: &str) -> bool {
    let path = facts.path.as_str();
    let name = name.strip_prefix("./").unwrap_or(name);
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let is_end = path
        .strip_suffix(name)
        .is_some_and(|before| before.is_empty() || before.ends_with('/'));
    let with_corpus = name
        .strip_suffix(path)
        .and_then(|before| before.strip_suffix('/'))
        .is_some_and(|before| before.rsplit('/').next() == Some(facts.corpus.as_str()));
    is_end || with_corpus || stem == name
}
