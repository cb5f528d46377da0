//! Knowledge bases in a catalogue: Atomic Red Team's tests and OSSEM's event dictionaries. They
//! are decoded when they are first asked for.

use crate::{Catalog, Result, pack, store};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;
use tripline_attack::atomic::Atomics;
use tripline_attack::ossem::EventDictionary;
use tripline_ir::Text;

/// A knowledge base as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnowledgeInfo {
    /// Its name.
    pub name: Text,
    /// What it is: `attack`, `atomics` or `dictionaries`.
    pub kind: Text,
    /// Where it was copied from.
    pub upstream: Option<Text>,
    /// Upstream's commit.
    pub commit: Option<Text>,
    /// Licence identifier.
    pub licence: Option<Text>,
    /// Files.
    pub files: usize,
    /// What it holds: techniques of ATT&CK, tests of Atomic Red Team, events of dictionaries.
    pub items: usize,
}

/// A file of Atomic Red Team tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtomicFile {
    /// Name of its knowledge base.
    pub base: Text,
    /// Path inside the folder `atomics`.
    pub path: Text,
    /// The tests of one technique.
    pub atomics: Atomics,
}

/// A file of an event dictionary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DictionaryFile {
    /// Name of its knowledge base.
    pub base: Text,
    /// Path inside the knowledge base.
    pub path: Text,
    /// The event.
    pub event: EventDictionary,
}

/// What was decoded so far.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    atomics: OnceLock<Vec<AtomicFile>>,
    dictionaries: OnceLock<Vec<DictionaryFile>>,
}

impl Catalog {
    /// Files of Atomic Red Team tests, in order of techniques. Every test's id is distinct.
    ///
    /// # Errors
    /// When the catalogue is damaged.
    pub fn atomics(&self) -> Result<&[AtomicFile]> {
        self.decoded(&self.decoded.atomics, crate::build::ATOMICS)
    }

    /// Event dictionaries, in order of providers, then event ids as text.
    ///
    /// # Errors
    /// When the catalogue is damaged.
    pub fn dictionaries(&self) -> Result<&[DictionaryFile]> {
        self.decoded(&self.decoded.dictionaries, crate::build::DICTIONARIES)
    }

    fn decoded<'a, T: DeserializeOwned>(
        &self,
        place: &'a OnceLock<Vec<T>>,
        key: &str,
    ) -> Result<&'a [T]> {
        if let Some(list) = place.get() {
            return Ok(list);
        }
        let blob = store::blob(&self.database(), key).map_err(|error| self.damaged(error))?;
        let list = match blob {
            Some((_, data)) => {
                let bytes = pack::expand(&data).map_err(|error| self.damaged(error))?;
                postcard::from_bytes(&bytes).map_err(|error| self.damaged(error))?
            }
            None => Vec::new(),
        };
        Ok(place.get_or_init(|| list))
    }
}
