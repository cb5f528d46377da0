//! Groups of texts that say nearly the same.
//!
//! Two texts are alike when the sets of their words (letters and digits, folded, at least three
//! long, without the commonest) share at least [`SHARED`] of their union. A text joins the first
//! group whose first text it is like; texts come in the order that the caller gives.

use std::collections::BTreeMap;

/// The part of their words that texts of one group share.
const SHARED: f64 = 0.6;

/// A group: positions of its texts, the first of them its representative.
pub(super) struct Group {
    words: Vec<u32>,
    pub(super) members: Vec<usize>,
}

/// Groups texts.
pub(super) fn groups<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<Group> {
    let mut known: BTreeMap<String, u32> = BTreeMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for (at, text) in texts.enumerate() {
        let words = words(text, &mut known);
        match groups.iter_mut().find(|group| alike(&group.words, &words)) {
            Some(group) => group.members.push(at),
            None => groups.push(Group {
                words,
                members: vec![at],
            }),
        }
    }
    groups
}

/// The distinct words of a text as numbers, sorted.
fn words(text: &str, known: &mut BTreeMap<String, u32>) -> Vec<u32> {
    let folded = text.to_lowercase();
    let mut words: Vec<u32> = folded
        .split(|c: char| !c.is_alphanumeric())
        .map(stem)
        .filter(|word| word.len() > 2 && !COMMON.contains(word))
        .map(|word| {
            let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
            *known.entry(word.to_owned()).or_insert(next)
        })
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// A word without the ending of a plural or a verb.
fn stem(word: &str) -> &str {
    ["ing", "ed", "es", "s"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending).filter(|stem| stem.len() > 3))
        .unwrap_or(word)
}

fn alike(a: &[u32], b: &[u32]) -> bool {
    let (mut i, mut j, mut shared) = (0, 0, 0_u32);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        shared += u32::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    let all = u32::try_from(a.len() + b.len()).unwrap_or(u32::MAX) - shared;
    f64::from(shared) >= SHARED * f64::from(all)
}

const COMMON: &[&str] = &[
    "and", "are", "but", "can", "for", "from", "has", "have", "into", "its", "may", "not", "such",
    "that", "the", "their", "them", "then", "these", "they", "this", "was", "which", "will",
    "with", "any", "been", "could", "might", "also", "some", "when", "where", "other", "use",
];

#[cfg(test)]
mod tests {
    use super::groups;

    #[test]
    fn likeness() {
        let texts = [
            "Legitimate administrators may use this command.",
            "legitimate administrator uses of the commands",
            "A software installer",
            "Software installers",
        ];
        let found: Vec<Vec<usize>> = groups(texts.into_iter())
            .into_iter()
            .map(|group| group.members)
            .collect();
        assert_eq!(found, [vec![0, 1], vec![2, 3]]);
    }
}
