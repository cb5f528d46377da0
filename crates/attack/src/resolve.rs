//! Tags of rules to objects of a bundle.
//!
//! Vendors write techniques and tactics in their own spelling and in the version of ATT&CK that
//! they knew. Nothing is dropped here: a tag is active, has a successor, was withdrawn, is newer
//! than the bundle, or is unknown, and each answer keeps the tag as written.

use crate::model::{Attack, Entry, Head, Tactic, Technique};
use crate::newer::newer;
use serde::{Deserialize, Serialize};
use tripline_text::SmolStr as Text;

/// What a technique tag means in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolved {
    /// The bundle has it.
    Active(Text),
    /// The bundle has revoked it; the chain of successors ends at an active technique.
    Revoked {
        /// The tag.
        from: Text,
        /// The active technique at the end.
        to: Text,
        /// Everything between the two.
        through: Vec<Text>,
    },
    /// The bundle has withdrawn it without a successor.
    Deprecated(Text),
    /// The bundle is older than the tag; a later version made the technique from ones it has.
    Newer {
        /// The tag.
        from: Text,
        /// The ATT&CK version that brought it.
        since: Text,
        /// Active techniques of the bundle that it was made from.
        older: Vec<Text>,
        /// The one technique of the bundle that holds all of it: the only one of `older`, or the
        /// one that is the parent of all the others.
        counts_as: Option<Text>,
    },
    /// The bundle does not know it.
    Unknown(Text),
}

impl Resolved {
    /// The active technique that a rule with this tag belongs to.
    pub fn technique(&self) -> Option<&Text> {
        match self {
            Self::Active(id) | Self::Revoked { to: id, .. } => Some(id),
            Self::Newer { counts_as, .. } => counts_as.as_ref(),
            Self::Deprecated(_) | Self::Unknown(_) => None,
        }
    }

    /// The tag as upper-case id.
    pub fn tag(&self) -> &Text {
        match self {
            Self::Active(id) | Self::Deprecated(id) | Self::Unknown(id) => id,
            Self::Revoked { from, .. } | Self::Newer { from, .. } => from,
        }
    }

    /// What to tell a reader, where the tag is not simply active.
    pub fn note(&self) -> Option<String> {
        match self {
            Self::Active(_) => None,
            Self::Revoked { from, to, .. } => Some(format!("{from} is now {to}")),
            Self::Deprecated(id) => Some(format!("{id} was withdrawn without a successor")),
            Self::Newer {
                from, since, older, ..
            } => Some(format!(
                "{from} is new in ATT&CK {since}, made from {}",
                older.join(", ")
            )),
            Self::Unknown(id) => Some(format!("this ATT&CK does not have {id}")),
        }
    }
}

/// What a tactic name means in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResolvedTactic {
    /// The bundle has it: its short name.
    Active(Text),
    /// The bundle is older than the name; a later version made the tactic from ones it has.
    Newer {
        /// The name in short form: `defense-impairment`.
        name: Text,
        /// The ATT&CK version that brought it.
        since: Text,
        /// Short names of the bundle's tactics that it was made from.
        older: Vec<Text>,
        /// What happened.
        reason: Text,
    },
    /// The bundle is newer than the name; its version split the tactic into these.
    Split {
        /// The name in short form: `defense-evasion`.
        name: Text,
        /// Short names of the parts, in matrix order.
        into: Vec<Text>,
    },
    /// The bundle does not know it; as written.
    Unknown(Text),
}

impl ResolvedTactic {
    /// The bundle's tactic, when it has exactly this one.
    pub fn active(&self) -> Option<&Text> {
        match self {
            Self::Active(name) => Some(name),
            _ => None,
        }
    }
}

/// Letters and digits in lower case: what all spellings of a tactic share.
fn letters(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// The tactic that ATT&CK 19 retired by splitting it.
const SPLIT: (&str, &str) = ("TA0005", "defense-evasion");

impl Attack {
    /// Resolves a technique tag: `T1059.001`, `attack.t1059.001`, in any letter case.
    pub fn resolve_technique(&self, tag: &str) -> Resolved {
        let tag = tag.trim();
        let tag = tag.rsplit_once("attack.").map_or(tag, |(_, id)| id);
        let id = Text::from(tag.to_ascii_uppercase());
        match self.technique(&id) {
            Some(technique) if technique.head.active() => Resolved::Active(id),
            Some(technique) => self.follow(&id, technique),
            None => self.resolve_newer(id),
        }
    }

    /// Follows successors; a chain that ends nowhere or in a circle is a withdrawal.
    fn follow(&self, from: &Text, technique: &Technique) -> Resolved {
        let mut through: Vec<Text> = Vec::new();
        let mut next = technique.head.revoked_by.clone();
        while let Some(id) = next.take() {
            if through.contains(&id) || id == *from {
                break;
            }
            let Some(successor) = self.technique(&id) else {
                break;
            };
            if successor.head.active() {
                return Resolved::Revoked {
                    from: from.clone(),
                    to: id,
                    through,
                };
            }
            through.push(id);
            next.clone_from(&successor.head.revoked_by);
        }
        Resolved::Deprecated(from.clone())
    }

    fn resolve_newer(&self, id: Text) -> Resolved {
        let table = newer();
        let Some(entry) = table.technique.iter().find(|entry| entry.id == id) else {
            return Resolved::Unknown(id);
        };
        let active = |id: &&Text| self.technique(id).is_some_and(|t| t.head.active());
        let older: Vec<Text> = entry.older.iter().filter(active).cloned().collect();
        if older.is_empty() {
            return Resolved::Unknown(id);
        }
        let holds_all = |candidate: &&Text| {
            older.iter().all(|other| {
                let parent = self.technique(other).and_then(|t| t.parent.as_ref());
                other == *candidate || parent == Some(*candidate)
            })
        };
        Resolved::Newer {
            from: id,
            since: entry.since.clone(),
            counts_as: older.iter().find(holds_all).cloned(),
            older,
        }
    }

    /// Resolves a tactic in any vendor's spelling: `attack.defense-evasion`, `defense_evasion`,
    /// `Defense Evasion`, `DefenseEvasion`, `TA0005`.
    pub fn resolve_tactic(&self, name: &str) -> ResolvedTactic {
        let bare = name.trim();
        let bare = bare.rsplit_once("attack.").map_or(bare, |(_, name)| name);
        let wanted = letters(bare);
        let matches = |tactic: &&Tactic| {
            let Head { id, name, .. } = tactic.head();
            [id, name, &tactic.short_name]
                .iter()
                .any(|candidate| letters(candidate) == wanted)
        };
        if let Some(tactic) = self.tactics.iter().find(matches) {
            return ResolvedTactic::Active(tactic.short_name.clone());
        }
        let table = &newer().tactic;
        if wanted == letters(SPLIT.1) {
            let known = |name: &Text| self.resolve_tactic(name).active().cloned();
            let into: Vec<Text> = table
                .iter()
                .filter_map(|entry| known(&entry.name))
                .collect();
            if !into.is_empty() {
                let name = Text::new_static(SPLIT.1);
                return ResolvedTactic::Split { name, into };
            }
        }
        let newer = table
            .iter()
            .find(|entry| letters(&entry.name) == wanted || letters(&entry.id) == wanted);
        let Some(entry) = newer else {
            return ResolvedTactic::Unknown(Text::new(name));
        };
        let short = |id: &Text| {
            let tactic = self.tactics.iter().find(|tactic| tactic.head.id == *id)?;
            Some(tactic.short_name.clone())
        };
        ResolvedTactic::Newer {
            name: entry.name.to_lowercase().replace(' ', "-").into(),
            since: entry.since.clone(),
            older: entry.older.iter().filter_map(short).collect(),
            reason: entry.reason.clone(),
        }
    }
}
