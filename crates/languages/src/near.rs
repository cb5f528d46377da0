//! "Did you mean": the nearest of some names.

/// The candidate with the smallest edit distance, if it is near enough to be meant. Never the name
/// itself, which is what was written.
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
        .filter(|candidate| *candidate != name)
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= allowed)
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
    strsim::osa_distance(&left.to_lowercase(), &right.to_lowercase())
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
        assert_eq!(nearest("contains", names), None);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("hihg", "high"), 1);
        assert_eq!(distance("", "ab"), 2);
    }
}
