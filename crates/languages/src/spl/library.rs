//! What searches refer to by name: macros and lookups.

use std::collections::BTreeMap;
use tripline_ir::Text;

/// Macros and lookups of a corpus.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// By name; a macro of several arities stands under `name(n)` as well.
    pub macros: BTreeMap<Text, Macro>,
    /// By name, and by file name where a search names the file.
    pub lookups: BTreeMap<Text, Lookup>,
}

/// A macro: text with `$argument$` places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Macro {
    /// Names of the arguments, in order.
    pub arguments: Vec<Text>,
    /// The text it stands for.
    pub definition: Text,
}

/// A lookup's definition, and its rows where the corpus has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lookup {
    /// Its name.
    pub name: Text,
    /// The file or collection that holds the rows.
    pub file: Option<Text>,
    /// Column names.
    pub columns: Vec<Text>,
    /// Rows of as many texts; `None` when the rows are not in the corpus.
    pub rows: Option<Vec<Vec<Text>>>,
    /// How columns are compared; those not named are compared as a whole.
    pub matching: Vec<(Text, Matching)>,
    /// Letters of different case are different.
    pub case_sensitive: bool,
    /// The value of every output when no row fits.
    pub default_match: Option<Text>,
    /// How many rows at least a search sees.
    pub min_matches: u32,
}

/// How a lookup's column is compared with an event's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// `*` in the column stands for any run of characters.
    Wildcard,
    /// The column holds networks.
    Cidr,
}

impl Library {
    /// The macro of this name and number of arguments.
    pub(super) fn find(&self, name: &str, arguments: usize) -> Option<&Macro> {
        let exact = tripline_ir::format_smolstr!("{name}({arguments})");
        self.macros
            .get(&exact)
            .or_else(|| self.macros.get(name))
            .filter(|found| found.arguments.len() == arguments)
    }
}
