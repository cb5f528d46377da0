//! "Did you mean": the nearest of some names.

/// The candidate with the smallest edit distance, if it is near enough to be meant.
pub(super) fn nearest<'a>(
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
pub(super) fn hint<'a>(name: &str, candidates: &[&'a str]) -> Option<String> {
    if let Some(near) = nearest(name, candidates.iter().copied()) {
        return Some(format!("`{near}` has a similar name"));
    }
    let list = || {
        candidates
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
    };
    match candidates.len() {
        0 => None,
        1..=8 => Some(format!("known names: {}", list().join(", "))),
        _ => None,
    }
}

/// Edit distance, letter case ignored.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().flat_map(char::to_lowercase).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().flat_map(char::to_lowercase).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
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
    }
}
