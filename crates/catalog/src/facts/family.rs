//! Value families: tests of one field whose values say the same thing more or less exactly.
//!
//! A family is named after the core that its tests have in common. The core of a path that names
//! its last part (`C:\Windows\System32\lsass.exe`, `*\lsass.exe`, `*lsass.exe`) is that last part,
//! in any folder: `*lsass.exe`. So `eq`, `ends_with` and `wildcard` spellings of one image are one
//! family, while `*lsass*`, which may be another file, is its own. The core of any other value is
//! the value without blanks and quotes at its edges; the name does not say how rules anchor it.

use super::AtomFact;
use tripline_schema::Schema;

/// Appends the name of the family of a test, as `*lsass.exe` or `-enc`.
pub fn push_family(out: &mut String, schema: &Schema, atom: &AtomFact) {
    let field = schema.field(&atom.field);
    let path = field.is_some_and(|field| field.kind == "path");
    push(out, path, &atom.operator, &atom.value);
}

fn push(out: &mut String, path: bool, operator: &str, value: &str) {
    let last = || last_part(value);
    match operator {
        "eq" | "ends_with" | "wildcard" if path && last().is_some() => {
            push_head(out, "*", last().unwrap_or_default(), "");
        }
        "ends_with" if path => push_head(out, "*", value, ""),
        "eq" | "contains" | "starts_with" | "ends_with" if !core(value).is_empty() => {
            let any = if path { "*" } else { "" };
            push_head(out, any, core(value), any);
        }
        _ => {
            out.push_str(operator);
            out.push(' ');
            out.push_str(value);
        }
    }
}

fn push_head(out: &mut String, before: &str, core: &str, after: &str) {
    out.push_str(before);
    if core.is_ascii() {
        let start = out.len();
        out.push_str(core);
        out[start..].make_ascii_lowercase();
    } else {
        out.push_str(&core.to_lowercase());
    }
    out.push_str(after);
}

/// A value without blanks and quotes at its edges.
fn core(value: &str) -> &str {
    value.trim_matches([' ', '\t', '"', '\''])
}

/// The last part of a path, when the value names one in full.
fn last_part(value: &str) -> Option<&str> {
    let start = value.rfind(['\\', '/']).map_or(0, |at| at + 1);
    let last = &value[start..];
    let whole_name = !last.is_empty() && !last.contains(['*', '?']) && !last.starts_with('.');
    whole_name.then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(path: bool, operator: &str, value: &str) -> String {
        let mut out = String::new();
        push(&mut out, path, operator, value);
        out
    }

    fn path(operator: &str, value: &str) -> String {
        family(true, operator, value)
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
        assert_eq!(family(false, "contains", " -enc "), "-enc");
        assert_eq!(family(false, "eq", "-enc"), "-enc");
        assert_eq!(family(false, "regex", "-e(nc)?"), "regex -e(nc)?");
    }
}
