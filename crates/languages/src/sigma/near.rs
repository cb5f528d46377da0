//! "Did you mean": the nearest of some names.

/// The candidate with the smallest edit distance, if it is near enough to be meant.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let length = name.chars().count();
    // Longer names are no typing errors, and the distance costs their square.
    if length > 100 {
        return None;
    }
    let allowed = (length / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= 400)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// A hint that names the nearest candidate, or lists all when they are few.
pub(crate) fn hint(name: &str, candidates: &[&str]) -> Option<String> {
    if let Some(near) = nearest(name, candidates.iter().copied()) {
        return Some(format!("`{near}` has a similar name"));
    }
    let list = || {
        candidates
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
    };
    (1..=8)
        .contains(&candidates.len())
        .then(|| format!("known names: {}", list().join(", ")))
}

/// Edit distance, letter case ignored; two neighbours exchanged count as one edit.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().flat_map(char::to_lowercase).collect();
    let right: Vec<char> = right.chars().flat_map(char::to_lowercase).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for i in 0..left.len() {
        let mut next = vec![i + 1];
        for j in 0..right.len() {
            let substituted = row[j] + usize::from(left[i] != right[j]);
            let mut best = substituted.min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && left[i] == right[j - 1] && left[i - 1] == right[j] {
                best = best.min(before[j - 1] + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_names() {
        let names = ["selection", "filter_main", "contains"];
        assert_eq!(nearest("selction", names), Some("selection"));
        assert_eq!(nearest("Contain", names), Some("contains"));
        assert_eq!(nearest("xyz", names), None);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("hihg", "high"), 1);
        assert_eq!(distance("", "ab"), 2);
    }
}
