//! Rule ids: one rule each.

use crate::Vendor;
use std::collections::BTreeSet;
use tripline_ir::{Text, format_smolstr};

/// The id of a rule whose upstream gives it none: `vendor:path#n`.
pub fn fallback_id(vendor: Vendor, path: &str, index: u32) -> Text {
    format_smolstr!("{}:{path}#{index}", vendor.name())
}

/// The ids given so far. Rules come in path order, so which rule keeps a contested id does not
/// depend on threads.
#[derive(Debug, Default)]
pub struct IdRegistry {
    given: BTreeSet<Text>,
}

impl IdRegistry {
    /// No ids.
    pub fn new() -> Self {
        Self::default()
    }

    /// The id for a rule that asks for `wanted`: the first to ask has it, others get
    /// `vendor:path#n`, with the corpus before the path should that be taken as well.
    pub fn give(
        &mut self,
        wanted: &Text,
        vendor: Vendor,
        corpus: &str,
        path: &str,
        index: u32,
    ) -> Text {
        let mut id = wanted.clone();
        let mut tries = 0_u32;
        while self.given.contains(&id) {
            id = match tries {
                0 => fallback_id(vendor, path, index),
                1 => fallback_id(vendor, &format!("{corpus}/{path}"), index),
                n => fallback_id(vendor, &format!("{corpus}/{path}#{n}"), index),
            };
            tries += 1;
        }
        self.given.insert(id.clone());
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_keeps_a_contested_id() {
        let mut ids = IdRegistry::new();
        let wanted = Text::new("sigma:a");
        let mut give = |corpus: &str| ids.give(&wanted, Vendor::Sigma, corpus, "x.yml", 0);
        assert_eq!(give("one"), "sigma:a");
        assert_eq!(give("one"), "sigma:x.yml#0");
        assert_eq!(give("two"), "sigma:two/x.yml#0");
        assert_eq!(give("two"), "sigma:two/x.yml#2#0");
    }
}
