//! Canonical fields.

use crate::Scheme;
use smol_str::SmolStr as Text;

/// A field with one role, whatever a vendor calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonicalField {
    /// Stable id, such as `process.executable`.
    pub id: Text,
    /// What it holds, in a phrase.
    pub meaning: Text,
    /// What its values are: `path`, `string`, `int`, ...
    pub kind: Text,
    /// How it follows from another field.
    pub projection: Option<Projection>,
    /// It selects events and does not describe behaviour.
    pub routing: bool,
    /// Every scheme's names for it; within a scheme the one that is shown comes first.
    pub names: Vec<(Scheme, Text)>,
}

/// How a field's value follows from another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection {
    /// The field it is taken from.
    pub of: Text,
    /// What is taken.
    pub kind: ProjectionKind,
}

/// What is taken of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectionKind {
    /// What follows the last `\` or `/`.
    BaseName,
    /// What precedes the last `\` or `/`.
    Directory,
    /// What follows the last dot of the base name.
    Extension,
    /// The hash of this name in a list such as `SHA1=..,MD5=..`.
    HashOf(Text),
}

impl ProjectionKind {
    /// The kind that a table calls `name`.
    pub(crate) fn from_name(name: &str) -> Self {
        match name {
            "base_name" => Self::BaseName,
            "directory" => Self::Directory,
            "extension" => Self::Extension,
            hash => Self::HashOf(hash.into()),
        }
    }

    /// What the projection takes of `value`; `None` when there is no such part.
    pub fn apply<'a>(&self, value: &'a str) -> Option<&'a str> {
        let cut = value.rfind(['\\', '/']);
        let base = cut.map_or(value, |at| &value[at + 1..]);
        match self {
            Self::BaseName => (!base.is_empty()).then_some(base),
            Self::Directory => cut.map(|at| &value[..at]),
            Self::Extension => match base.rsplit_once('.') {
                Some((stem, extension)) if !stem.is_empty() && !extension.is_empty() => {
                    Some(extension)
                }
                _ => None,
            },
            Self::HashOf(wanted) => value.split(',').find_map(|part| {
                let (name, hash) = part.split_once('=')?;
                name.trim()
                    .eq_ignore_ascii_case(wanted)
                    .then(|| hash.trim())
            }),
        }
    }
}
