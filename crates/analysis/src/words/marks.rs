//! How names and texts of a rule stand in a sentence: between backticks, as in Markdown.

/// A name between backticks: one more of them than it has in a row, and blanks inside where that
/// is more than one.
pub(crate) fn code(name: &str) -> String {
    let most = longest_run(name);
    if most == 0 {
        return format!("`{name}`");
    }
    let fence = "`".repeat(most + 1);
    format!("{fence} {name} {fence}")
}

/// A text of the rule: in quotation marks, so that it is not taken for a name.
pub(super) fn quoted(text: &str) -> String {
    if text.is_empty() {
        return "an empty text".to_owned();
    }
    code(&format!("\"{text}\""))
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}

/// The parts of a sentence, and whether each stands between backticks.
pub fn marked(sentence: &str) -> Vec<(bool, &str)> {
    let mut parts = Vec::new();
    let (mut rest, mut plain) = (sentence, 0);
    while let Some(at) = rest[plain..].find('`').map(|at| at + plain) {
        let fence = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        let inside = &rest[at + fence..];
        let Some(end) = closing(inside, fence) else {
            plain = at + fence;
            continue;
        };
        let name = &inside[..end];
        let padded = name
            .strip_prefix(' ')
            .and_then(|name| name.strip_suffix(' '));
        parts.push((false, &rest[..at]));
        parts.push((true, padded.filter(|_| fence > 1).unwrap_or(name)));
        rest = &inside[end + fence..];
        plain = 0;
    }
    parts.push((false, rest));
    parts.retain(|(_, part)| !part.is_empty());
    parts
}

/// Where a run of exactly so many backticks begins.
fn closing(text: &str, fence: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text[at..].find('`').map(|found| found + at) {
        let run = text[found..].len() - text[found..].trim_start_matches('`').len();
        if run == fence {
            return Some(found);
        }
        at = found + run;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{code, marked, quoted};

    #[test]
    fn a_name_comes_back_as_it_was() {
        for name in ["a", " -r ", "*`*`*", "`", "``x`", " ` "] {
            let sentence = format!("x is {} or not", code(name));
            let parts = [(false, "x is "), (true, name), (false, " or not")];
            assert_eq!(marked(&sentence), parts, "{sentence}");
        }
    }

    #[test]
    fn a_text_is_no_name() {
        assert_eq!(quoted("a"), "`\"a\"`");
        assert_eq!(quoted(""), "an empty text");
        assert_eq!(marked("a ` b"), [(false, "a ` b")]);
    }
}
