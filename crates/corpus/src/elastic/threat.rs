//! ATT&CK techniques of a rule.
//!
//! A technique with sub-techniques is a parent in the file's tree, not a tag of its own: the
//! sub-techniques are tagged, and the bare technique only where it has none. Counts with
//! sub-techniques find the parent all the same.

use super::fields::{Reader, Table};
use tripline_ir::{TechniqueTag, Text};

/// Techniques with their tactics, and all tactics, in the order of the file.
pub(super) fn read(reader: &mut Reader<'_>, rule: &Table<'_>) -> (Vec<TechniqueTag>, Vec<Text>) {
    let mut techniques: Vec<TechniqueTag> = Vec::new();
    let mut tactics: Vec<Text> = Vec::new();
    for threat in reader.tables(rule, "threat") {
        let framework = reader.text(&threat, "framework");
        if framework.is_some_and(|name| name != "MITRE ATT&CK") {
            continue;
        }
        let tactic = reader
            .table(&threat, "tactic")
            .and_then(|tactic| reader.owned(&tactic, "name"));
        for technique in reader.tables(&threat, "technique") {
            let below = reader.tables(&technique, "subtechnique");
            if below.is_empty() {
                tag(reader, &technique, tactic.as_ref(), &mut techniques);
            }
            for sub in below {
                tag(reader, &sub, tactic.as_ref(), &mut techniques);
            }
        }
        tactics.extend(tactic.filter(|tactic| !tactics.contains(tactic)));
    }
    (techniques, tactics)
}

fn tag(
    reader: &mut Reader<'_>,
    technique: &Table<'_>,
    tactic: Option<&Text>,
    techniques: &mut Vec<TechniqueTag>,
) {
    let Some(id) = reader.text(technique, "id") else {
        return;
    };
    let id = Text::from(id.to_ascii_uppercase());
    let known = techniques.iter().position(|tag| tag.id == id);
    let at = known.unwrap_or_else(|| {
        techniques.push(TechniqueTag {
            id,
            tactics: Vec::new(),
        });
        techniques.len() - 1
    });
    let tactics = &mut techniques[at].tactics;
    tactics.extend(tactic.filter(|tactic| !tactics.contains(tactic)).cloned());
}
