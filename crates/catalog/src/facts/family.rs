//! Value families: tests of one field whose values say the same thing more or less exactly.
//!
//! A family has a head, the broadest test with the same core, and holds the tests that the head
//! contains. The core of a path that names its last part (`C:\Windows\System32\lsass.exe`,
//! `*\lsass.exe`, `*lsass.exe`) is that last part and the head is "ends with it"; the core of any
//! other value is the value without blanks and quotes at its edges, and the head is "contains it".
//! So `eq`, `ends_with` and `wildcard` spellings of one image are one family, while `*lsass*`,
//! which may be another file, is its own.

use tripline_ir::{Text, format_smolstr};

/// A family's name: the head's operator and value, as `*\lsass.exe` or `*-enc*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Family(pub Text);

/// The family of a canonical test. `path` says that the field holds paths.
pub fn family(path: bool, operator: &str, value: &str) -> Family {
    let name = match operator {
        "eq" | "ends_with" | "wildcard" if path && last_part(value).is_some() => last_part(value),
        "ends_with" if path => Some(format_smolstr!("*{}", value.to_lowercase())),
        "eq" | "contains" | "starts_with" | "ends_with" => {
            let core = value.trim_matches([' ', '\t', '"', '\'']);
            (!core.is_empty()).then(|| format_smolstr!("*{}*", core.to_lowercase()))
        }
        _ => None,
    };
    Family(name.unwrap_or_else(|| format_smolstr!("{operator} {value}")))
}

/// The head of a path's family: its last part, when the value names one in full.
fn last_part(value: &str) -> Option<Text> {
    let start = value.rfind(['\\', '/']).map_or(0, |at| at + 1);
    let last = value[start..].to_lowercase();
    let whole_name = !last.is_empty() && !last.contains(['*', '?']) && !last.starts_with('.');
    if !whole_name {
        return None;
    }
    Some(format_smolstr!("*{last}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(operator: &str, value: &str) -> Text {
        family(true, operator, value).0
    }

    #[test]
    fn spellings_of_one_image_are_one_family() {
        let head = path("ends_with", r"\lsass.exe");
        assert_eq!(head, "*lsass.exe");
        assert_eq!(path("eq", r"c:\windows\system32\lsass.exe"), head);
        assert_eq!(path("wildcard", r"?:\windows\system32\lsass.exe"), head);
        assert_eq!(path("ends_with", "lsass.exe"), head);
        assert_eq!(path("eq", "lsass.exe"), head);
    }

    #[test]
    fn broader_values_are_their_own_family() {
        assert_eq!(path("contains", "lsass"), "*lsass*");
        assert_eq!(path("ends_with", ".exe"), "*.exe");
        assert_eq!(path("ends_with", r"\"), r"*\");
    }

    #[test]
    fn blanks_and_quotes_at_the_edges_do_not_count() {
        assert_eq!(family(false, "contains", " -enc ").0, "*-enc*");
        assert_eq!(family(false, "eq", "-enc").0, "*-enc*");
        assert_eq!(family(false, "regex", "-e(nc)?").0, "regex -e(nc)?");
    }
}
