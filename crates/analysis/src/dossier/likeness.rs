//! Groups of texts that say nearly the same.
//!
//! Two texts are alike when the sets of their words (letters and digits, folded, at least three
//! long, without the commonest) share at least [`SHARED`] of their union, those of their first
//! sentences as well (what a text is about stands there, and what follows often fits any rule), and
//! neither has a word with a digit, or one that turns what is said about, that the other lacks. A
//! text joins the first group whose first text it is like; texts come in the order that the caller
//! gives.

use std::collections::BTreeMap;

/// The part of their words that texts of one group share.
const SHARED: f64 = 0.7;

/// A group: positions of its texts, the first of them its representative.
pub(super) struct Group {
    words: Words,
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
struct Words {
    all: Vec<u32>,
    /// Those of its first sentence.
    first: Vec<u32>,
    /// Those that texts of one group have all or none of.
    telling: Vec<u32>,
}

fn words(text: &str, known: &mut BTreeMap<String, u32>) -> Words {
    let folded = text.to_lowercase();
    let (first, rest) = folded.split_once(". ").unwrap_or((&folded, ""));
    let mut found = Words {
        all: Vec::new(),
        first: Vec::new(),
        telling: Vec::new(),
    };
    add(first, known, &mut found);
    found.first.clone_from(&found.all);
    add(rest, known, &mut found);
    for list in [&mut found.all, &mut found.first, &mut found.telling] {
        list.sort_unstable();
        list.dedup();
    }
    found
}

fn add(text: &str, known: &mut BTreeMap<String, u32>, found: &mut Words) {
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        let turns = TURNING.contains(&word);
        let stem = stem(word);
        if !turns && (stem.len() < 3 || COMMON.contains(&stem)) {
            continue;
        }
        let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
        let number = *known.entry(stem.to_owned()).or_insert(next);
        found.all.push(number);
        if turns || stem.contains(|c: char| c.is_ascii_digit()) {
            found.telling.push(number);
        }
    }
}

/// A word without the ending of a plural or a verb.
fn stem(word: &str) -> &str {
    ["ing", "ed", "es", "s"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending).filter(|stem| stem.len() > 3))
        .unwrap_or(word)
}

fn alike(one: &Words, other: &Words) -> bool {
    one.telling == other.telling && share(&one.all, &other.all) && share(&one.first, &other.first)
}

/// Whether two sorted sets share enough.
fn share(a: &[u32], b: &[u32]) -> bool {
    let (mut i, mut j, mut shared) = (0, 0, 0_u32);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        shared += u32::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    let all = u32::try_from(a.len() + b.len()).unwrap_or(u32::MAX) - shared;
    f64::from(shared) >= SHARED * f64::from(all)
}

/// Words that turn what is said about.
const TURNING: &[&str] = &[
    "no", "not", "never", "without", "except", "unless", "cannot", "only", "before", "after",
];

const COMMON: &[&str] = &[
    "and", "are", "but", "can", "for", "from", "has", "have", "into", "its", "may", "such", "that",
    "the", "their", "them", "then", "these", "they", "this", "was", "which", "will", "with", "any",
    "been", "could", "might", "also", "some", "when", "where", "other", "use",
];

#[cfg(test)]
mod tests {
    use super::groups;

    #[test]
    fn what_fits_any_rule_makes_no_group() {
        let tail = "may be done by a system or network administrator. Verify whether the user \
            identity, user agent and hostname should be making changes in your environment.";
        let texts =
            ["A bucket policy change", "Traffic mirroring"].map(|of| format!("{of} {tail}"));
        assert_eq!(groups(texts.iter().map(String::as_str)).len(), 2);
    }

    #[test]
    fn likeness() {
        let texts = [
            "Legitimate administrators may use this command.",
            "legitimate administrator uses of the commands",
            "A software installer",
            "Software installers",
            "Software installers are not known",
            "Exploitation of CVE 2021 44228 in servers of the company",
            "Exploitation of CVE 2022 22965 in servers of the company",
        ];
        let found: Vec<Vec<usize>> = groups(texts.into_iter())
            .into_iter()
            .map(|group| group.members)
            .collect();
        assert_eq!(found, [vec![0, 1], vec![2, 3], vec![4], vec![5], vec![6]]);
    }
}
