//! What a knowledge base is before it is read.

use crate::FileEntry;
use std::path::PathBuf;
use tripline_ir::Text;

/// The kinds of knowledge bases: the one list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KnowledgeKind {
    /// A STIX bundle of MITRE ATT&CK.
    Attack,
    /// Atomic Red Team: `atomics/T1059/T1059.yaml`.
    Atomics,
    /// OSSEM's event dictionaries.
    Dictionaries,
}

impl KnowledgeKind {
    /// Every kind, in display order.
    pub const ALL: [Self; 3] = [Self::Attack, Self::Atomics, Self::Dictionaries];

    /// Its name in catalogues and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Attack => "attack",
            Self::Atomics => "atomics",
            Self::Dictionaries => "dictionaries",
        }
    }
}

/// One knowledge base: where it lies, its files, and what is known of its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnowledgeSpec {
    /// What it is.
    pub kind: KnowledgeKind,
    /// Its name: that of the folder that holds it.
    pub name: Text,
    /// The folder; of ATT&CK the bundle.
    pub root: PathBuf,
    /// Where it was copied from, when known.
    pub upstream: Option<Text>,
    /// Upstream's commit, when known.
    pub commit: Option<Text>,
    /// Licence identifier, when known.
    pub licence: Option<Text>,
    /// Its files, sorted by path.
    pub files: Vec<FileEntry>,
}
