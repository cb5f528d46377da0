//! What the catalogue at the same place still holds.

use super::runs::Run;
use super::search;
use crate::{KnowledgeInfo, store};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tripline_corpus::{CorpusSpec, FileRecord, Known};

/// The catalogue that a build will replace. Anything in it that cannot be read counts as not
/// there: the build then makes it anew.
pub(crate) struct Previous {
    db: Mutex<Connection>,
    hash: String,
    knowledge: Vec<KnowledgeInfo>,
    /// Corpora by identity.
    corpora: BTreeMap<Vec<u8>, BTreeMap<String, KnownFile>>,
}

struct KnownFile {
    hash: Vec<u8>,
    record: Vec<u8>,
}

impl Previous {
    /// The catalogue at `path`, if it was written by this very program.
    pub(super) fn open(path: &Path) -> Option<Self> {
        let db = store::open(path).ok()?;
        if store::meta(&db, "program").ok()??.as_str() != crate::PROGRAM {
            return None;
        }
        let hash = store::meta(&db, "hash").ok()??;
        let knowledge = store::meta(&db, "knowledge").ok()??;
        let corpora = load(&db).ok()?;
        Some(Self {
            db: Mutex::new(db),
            hash,
            knowledge: serde_json::from_str(&knowledge).ok()?,
            corpora,
        })
    }

    /// Hash of the inputs it was made from.
    pub(super) fn hash(&self) -> &str {
        &self.hash
    }

    fn database(&self) -> MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A blob, when it was made from input with this hash.
    pub(super) fn blob(&self, key: &str, hash: &[u8]) -> Option<Vec<u8>> {
        let (found, data) = store::blob(&self.database(), key).ok()??;
        (found == hash).then_some(data)
    }

    /// How many things the knowledge base of this kind and name holds.
    pub(super) fn items(&self, kind: &str, name: &str) -> usize {
        let mut bases = self.knowledge.iter();
        let found = bases.find(|base| base.kind == kind && base.name == name);
        found.map_or(0, |base| base.items)
    }

    /// Every run of rules, in order.
    pub(super) fn runs(&self) -> rusqlite::Result<Vec<Run>> {
        let db = self.database();
        let mut statement = db.prepare(
            "SELECT f.data, t.data, d.data
             FROM facts f JOIN texts t ON t.n = f.n JOIN detections d ON d.n = f.n ORDER BY f.n",
        )?;
        let run = |row: &rusqlite::Row<'_>| {
            Ok(Run {
                facts: row.get(0)?,
                texts: row.get(1)?,
                detections: row.get(2)?,
            })
        };
        statement.query_map([], run)?.collect()
    }

    /// Copies a part of the index of the rules' texts.
    pub(super) fn copy_index(&self, table: &str, to: &Connection) -> rusqlite::Result<()> {
        search::copy((&self.database(), table), (to, table))
    }
}

fn load(db: &Connection) -> rusqlite::Result<BTreeMap<Vec<u8>, BTreeMap<String, KnownFile>>> {
    let mut by_number: BTreeMap<i64, Vec<u8>> = BTreeMap::new();
    let mut statement = db.prepare("SELECT n, identity FROM corpora")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        by_number.insert(row.get(0)?, row.get(1)?);
    }
    let mut corpora: BTreeMap<Vec<u8>, BTreeMap<String, KnownFile>> = BTreeMap::new();
    let mut statement = db.prepare("SELECT corpus, path, hash, record FROM files")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let Some(identity) = by_number.get(&row.get(0)?) else {
            continue;
        };
        let known = KnownFile {
            hash: row.get(2)?,
            record: row.get(3)?,
        };
        corpora
            .entry(identity.clone())
            .or_default()
            .insert(row.get(1)?, known);
    }
    Ok(corpora)
}

impl Known for Previous {
    fn record(&self, spec: &CorpusSpec, path: &str, hash: &[u8; 32]) -> Option<FileRecord> {
        let known = self.corpora.get(&spec.identity()[..])?.get(path)?;
        if known.hash != hash {
            return None;
        }
        postcard::from_bytes(&known.record).ok()
    }
}
