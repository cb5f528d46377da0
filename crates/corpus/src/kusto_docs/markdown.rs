//! Markdown that holds queries: headings, fences, techniques in tables and text.

use std::collections::BTreeSet;
use tripline_ir::{TechniqueTag, Text};

/// A fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fence<'t> {
    /// The word after the opening marks, lower case.
    pub(super) info: String,
    /// What stands between the marks.
    pub(super) body: &'t str,
    /// Where the body begins in the file.
    pub(super) offset: usize,
    /// The headings that it stands under, the nearest last; the document's title is left out.
    pub(super) headings: Vec<&'t str>,
}

/// What a document holds.
#[derive(Debug, Default)]
pub(super) struct Document<'t> {
    pub(super) title: Option<&'t str>,
    /// Text under the first heading that describes, or before any heading.
    pub(super) description: String,
    pub(super) fences: Vec<Fence<'t>>,
    pub(super) references: Vec<Text>,
}

/// Reads a document.
pub(super) fn read(text: &str) -> Document<'_> {
    let mut found = Document::default();
    let mut headings: Vec<(usize, &str)> = Vec::new();
    let mut open: Option<(usize, String, &str)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim();
        if let Some((body, info, marks)) = &open {
            if trimmed.starts_with(marks) {
                let fence = Fence {
                    info: info.clone(),
                    body: &text[*body..start],
                    offset: *body,
                    headings: headings.iter().map(|(_, text)| *text).collect(),
                };
                found.fences.push(fence);
                open = None;
            }
            continue;
        }
        if trimmed.starts_with("```") {
            let info = trimmed.trim_start_matches('`').trim().to_ascii_lowercase();
            if !info.contains('`') {
                open = Some((at, info, "```"));
            }
            continue;
        }
        let level = trimmed.len() - trimmed.trim_start_matches('#').len();
        if (1..=6).contains(&level) && trimmed[level..].starts_with(' ') {
            let heading = trimmed[level..].trim().trim_end_matches('#').trim();
            if found.title.is_none() {
                found.title = Some(heading);
                headings.clear();
            } else {
                headings.retain(|(other, _)| *other < level);
                headings.push((level, heading));
            }
            continue;
        }
        describe(&mut found, &headings, trimmed);
    }
    if let Some((body, info, _)) = open {
        found.fences.push(Fence {
            info,
            body: &text[body..],
            offset: body,
            headings: headings.iter().map(|(_, text)| *text).collect(),
        });
    }
    found
}

/// Adds a line of prose to the description or the references.
fn describe(found: &mut Document<'_>, headings: &[(usize, &str)], line: &str) {
    let under = headings
        .last()
        .map_or("", |(_, text)| *text)
        .to_ascii_lowercase();
    if under.contains("reference") {
        if let Some(at) = line.find("http") {
            let link = line[at..].split([' ', ')', '>', ']']).next().unwrap_or("");
            found.references.push(link.into());
        }
        return;
    }
    let describes = under.is_empty() || under.contains("description");
    if describes && !line.is_empty() && !line.starts_with('|') && !line.starts_with("---") {
        if !found.description.is_empty() {
            found.description.push('\n');
        }
        found.description.push_str(line);
    }
}

/// The techniques that a text names (`T1059`, `T1059.001`, the sub-technique of a table's next
/// cell), in order, once each. A technique whose sub-technique is named in the same table row is
/// that sub-technique alone.
pub(super) fn techniques(text: &str) -> Vec<TechniqueTag> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let table = line.trim_start().starts_with('|');
        let mut ids = ids(line);
        if table {
            let sub = cells
                .iter()
                .find(|cell| cell.len() == 3 && cell.bytes().all(|byte| byte.is_ascii_digit()));
            if let ([only], Some(sub)) = (ids.as_slice(), sub)
                && !only.contains('.')
            {
                ids = vec![format!("{only}.{sub}")];
            }
            let whole: Vec<String> = ids
                .iter()
                .filter(|id| {
                    id.contains('.')
                        || !ids.iter().any(|other| other.starts_with(&format!("{id}.")))
                })
                .cloned()
                .collect();
            ids = whole;
        }
        for id in ids {
            if seen.insert(id.clone()) {
                found.push(TechniqueTag {
                    id: id.into(),
                    tactics: Vec::new(),
                });
            }
        }
    }
    found
}

/// Technique ids in a line; `/` between the parts, as in links, counts as a dot.
fn ids(line: &str) -> Vec<String> {
    let bytes = line.as_bytes();
    let digits = |from: usize, count: usize| {
        bytes
            .get(from..from + count)
            .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
            && !bytes
                .get(from + count)
                .is_some_and(u8::is_ascii_alphanumeric)
    };
    let mut found: Vec<String> = Vec::new();
    for (at, byte) in bytes.iter().enumerate() {
        let begins = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        if !begins || !matches!(byte, b'T' | b't') || !digits(at + 1, 4) {
            continue;
        }
        let mut id = format!("T{}", &line[at + 1..at + 5]);
        if matches!(bytes.get(at + 5), Some(b'.' | b'/')) && digits(at + 6, 3) {
            id.push('.');
            id.push_str(&line[at + 6..at + 9]);
        }
        if !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{read, techniques};

    #[test]
    fn fences_know_their_headings() {
        let text = "# Title\n\nProse.\n## Defender XDR\n```KQL\nT\n| where a == 1\n```\n## Sentinel\n```\nT\n```\n";
        let found = read(text);
        assert_eq!(found.title, Some("Title"));
        assert_eq!(found.description, "Prose.");
        assert_eq!(found.fences.len(), 2);
        assert_eq!(found.fences[0].headings, ["Defender XDR"]);
        assert_eq!(found.fences[0].body, "T\n| where a == 1\n");
        assert_eq!(&text[found.fences[1].offset..][..2], "T\n");
    }

    #[test]
    fn techniques_of_tables_and_links() {
        let text = "| TA0001 - x | T1105 | 002 | Name|\n[T1562.001](https://x/techniques/T1562/001/)\n| T1003 | Dump | https://x/T1003/ |\nnot T10591";
        let ids: Vec<String> = techniques(text)
            .into_iter()
            .map(|t| t.id.to_string())
            .collect();
        assert_eq!(ids, ["T1105.002", "T1562.001", "T1003"]);
    }
}
