//! The one list of diagnostic codes.
//!
//! Each area keeps its entries in a file under `codes/`; the macro makes the enum, its table and
//! its pages from them, so that a code cannot exist without a title and an explanation.

use serde::{Deserialize, Serialize};

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// The rule is read, but probably does not say what its author meant.
    Warning,
    /// The rule, or a part of it, could not be read.
    Error,
}

impl Severity {
    /// Lower-case name, as printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

macro_rules! codes {
    ($($area:ident { $($name:ident = $id:literal, $severity:ident, $title:literal, $page:literal;)* })*) => {
        /// Names the kind of a diagnostic. Ids are stable: they are never used again for another
        /// meaning. `tripline explain ID` prints [`Code::page`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $title] $name,)*)*
        }

        impl Code {
            /// Every code, ordered by area, then as declared.
            pub const ALL: &'static [Self] = &[$($(Self::$name,)*)*];

            /// The stable id, such as `E0201`.
            pub fn id(self) -> &'static str {
                match self { $($(Self::$name => $id,)*)* }
            }

            /// How bad a diagnostic of this code is.
            pub fn severity(self) -> Severity {
                match self { $($(Self::$name => Severity::$severity,)*)* }
            }

            /// One line that names the flaw.
            pub fn title(self) -> &'static str {
                match self { $($(Self::$name => $title,)*)* }
            }

            /// The page: what it means, why it matters, how to mend it. Markdown.
            pub fn page(self) -> &'static str {
                match self { $($(Self::$name => $page,)*)* }
            }

            /// The area that declares the code (`text`, `sigma`, `eql`, ...).
            pub fn area(self) -> &'static str {
                match self { $($(Self::$name => stringify!($area),)*)* }
            }
        }
    };
}

include!("codes/table.rs");
include!("codes/remedy.rs");

impl Code {
    /// The code with this id, in any letter case.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|code| code.id().eq_ignore_ascii_case(id))
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        Self::from_id(&id).ok_or_else(|| serde::de::Error::custom(format!("unknown code {id}")))
    }
}
