//! An open catalogue.

use crate::build::{Contents, fill};
use crate::error::CatalogError;
use crate::facts::RuleFacts;
use crate::knowledge::{Decoded, KnowledgeInfo};
use crate::pack::{self, Unpacked};
use crate::shards::{self, Shards};
use crate::{Result, store};
use hashbrown::HashMap;
use quick_cache::sync::Cache;
use rayon::prelude::*;
use rusqlite::{Connection, MAIN_DB};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tripline_attack::Attack;
use tripline_corpus::{Failure, Ledger, LedgerRow};
use tripline_ir::{Detection, Text};

/// What a catalogue was made from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Number of the file format.
    pub format: i32,
    /// Hash of the inputs and the program, in hex.
    pub hash: String,
    /// Corpora in order.
    pub corpora: Vec<CorpusInfo>,
    /// Knowledge bases, in order of kinds.
    pub knowledge: Vec<KnowledgeInfo>,
}

/// A corpus as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorpusInfo {
    /// Its name.
    pub name: Text,
    /// Whose rules.
    pub vendor: Text,
    /// Where it was copied from.
    pub upstream: Option<Text>,
    /// Upstream's commit.
    pub commit: Option<Text>,
    /// Licence identifier.
    pub licence: Option<Text>,
    /// Files seen, rules or not.
    pub files: usize,
    /// Detections.
    pub rules: usize,
}

/// Runs of rules that stay expanded; one has some 150 kB.
const KEPT_RUNS: usize = 128;

/// An open catalogue: everything that answers count is in memory, rules are read when asked for.
#[derive(Debug)]
pub struct Catalog {
    /// What it was made from.
    pub meta: Meta,
    /// Facts of every rule, sorted by id.
    pub facts: Vec<RuleFacts>,
    /// ATT&CK; empty when the catalogue was built without.
    pub attack: Attack,
    /// Counts per corpus and language.
    pub ledger: Vec<LedgerRow>,
    /// What could not be read.
    pub failures: Vec<Failure>,
    pub(crate) decoded: Decoded,
    /// Positions of rules by id.
    numbers: OnceLock<HashMap<Text, usize>>,
    members: OnceLock<Shards<Vec<usize>>>,
    /// Where runs of rules start, and those read last.
    starts: OnceLock<Vec<usize>>,
    runs: Cache<usize, Arc<Unpacked>>,
    /// Every run by the number of its first rule, once all were asked for.
    expanded: OnceLock<HashMap<usize, Arc<Unpacked>>>,
    path: PathBuf,
    db: Mutex<Connection>,
}

impl Catalog {
    /// Opens the catalogue at `path`.
    ///
    /// # Errors
    /// When it is not there, is not a catalogue, has another format or is damaged.
    pub fn open(path: &Path) -> Result<Self> {
        let db = store::open(path)?;
        Self::load(path, db)
    }

    /// A catalogue that lives in memory only.
    pub(crate) fn in_memory(contents: &Contents) -> Result<Self> {
        let name = Path::new("<memory>");
        let make = || {
            let mut made = fill(store::create_in_memory()?, contents, None)?;
            let image = made.serialize(MAIN_DB)?;
            let mut db = Connection::open_in_memory()?;
            db.deserialize_read_exact(MAIN_DB, &image[..], image.len(), true)?;
            Ok(db)
        };
        let db = make().map_err(|error: rusqlite::Error| CatalogError::damaged(name, error))?;
        Self::load(name, db)
    }

    fn load(path: &Path, db: Connection) -> Result<Self> {
        let damaged = |what: rusqlite::Error| CatalogError::damaged(path, what);
        let corpora = corpora(&db, path)?;
        let hash = store::meta(&db, "hash").map_err(damaged)?;
        let ledger: Ledger = json(&db, path, "ledger")?;
        let attack = store::blob(&db, "attack").map_err(damaged)?;
        let runs = all(&db, "SELECT data FROM facts ORDER BY n").map_err(damaged)?;
        let (attack, facts) = rayon::join(
            || match attack {
                Some((_, data)) => decode_attack(&data),
                None => Ok(Attack::default()),
            },
            || {
                let runs: io::Result<Vec<Vec<RuleFacts>>> =
                    runs.par_iter().map(|run| decode_list(run)).collect();
                Ok(runs?.into_iter().flatten().collect::<Vec<_>>())
            },
        );
        Ok(Self {
            meta: Meta {
                format: store::FORMAT,
                hash: hash.unwrap_or_default(),
                corpora,
                knowledge: json(&db, path, "knowledge")?,
            },
            facts: facts.map_err(|error: io::Error| CatalogError::damaged(path, error))?,
            attack: attack.map_err(|error| CatalogError::damaged(path, error))?,
            ledger: ledger.rows,
            failures: ledger.failures,
            decoded: Decoded::default(),
            numbers: OnceLock::new(),
            members: OnceLock::new(),
            starts: OnceLock::new(),
            runs: Cache::new(KEPT_RUNS),
            expanded: OnceLock::new(),
            path: path.to_path_buf(),
            db: Mutex::new(db),
        })
    }

    /// The facts of the rule with this id.
    pub fn rule_facts(&self, id: &str) -> Option<&RuleFacts> {
        self.facts.get(self.number(id)?)
    }

    /// The position in [`Catalog::facts`] of the rule with this id.
    pub fn number(&self, id: &str) -> Option<usize> {
        let ids = || self.facts.iter().map(|facts| facts.id.clone());
        let numbers = self.numbers.get_or_init(|| ids().zip(0..).collect());
        numbers.get(id).copied()
    }

    /// The rule with this id.
    ///
    /// # Errors
    /// When the catalogue is damaged.
    pub fn detection(&self, id: &str) -> Result<Option<Detection>> {
        let Some(number) = self.number(id) else {
            return Ok(None);
        };
        let detection = self.read(number)?;
        if detection.id == id {
            Ok(Some(detection))
        } else {
            Err(self.damaged("a rule is missing"))
        }
    }

    /// The rule of this number.
    fn read(&self, number: usize) -> Result<Detection> {
        let (first, list) = self.run_of(number)?;
        let bytes = list.get(number - first);
        let bytes = bytes.ok_or_else(|| self.damaged("a rule is missing"))?;
        postcard::from_bytes(bytes).map_err(|error| self.damaged(error))
    }

    /// The run of rules that holds rule `number`, and the number of its first.
    fn run_of(&self, number: usize) -> Result<(usize, Arc<Unpacked>)> {
        let starts = self.starts()?;
        let run = starts
            .partition_point(|start| *start <= number)
            .checked_sub(1);
        let first = starts[run.ok_or_else(|| self.damaged("a rule is missing"))?];
        if let Some(run) = self.expanded.get().and_then(|all| all.get(&first)) {
            return Ok((first, Arc::clone(run)));
        }
        let read = || {
            let sql = "SELECT data FROM detections WHERE n = ?1";
            let data: rusqlite::Result<Vec<u8>> = self
                .database()
                .prepare_cached(sql)
                .and_then(|mut run| run.query_row([store::number(first)], |row| row.get(0)));
            let data = data.map_err(|error| self.damaged(error))?;
            let list = Unpacked::of(&data).map_err(|error| self.damaged(error))?;
            Ok(Arc::new(list))
        };
        Ok((first, self.runs.get_or_insert_with(&first, read)?))
    }

    /// Keeps every rule expanded from now on: for who reads all of them many times. It takes some
    /// 9 kB a rule.
    ///
    /// # Errors
    /// When the catalogue is damaged.
    pub fn expand(&self) -> Result<()> {
        if self.expanded.get().is_some() {
            return Ok(());
        }
        let runs = all(&self.database(), "SELECT data FROM detections ORDER BY n")
            .map_err(|error| self.damaged(error))?;
        let lists: io::Result<Vec<Unpacked>> =
            runs.par_iter().map(|run| Unpacked::of(run)).collect();
        let lists = lists.map_err(|error| self.damaged(error))?;
        let starts = self.starts()?.iter().copied();
        let _ = self
            .expanded
            .set(starts.zip(lists.into_iter().map(Arc::new)).collect());
        Ok(())
    }

    /// Where runs of rules start.
    fn starts(&self) -> Result<&[usize]> {
        if self.starts.get().is_none() {
            let db = self.database();
            let rows: rusqlite::Result<Vec<u32>> = db
                .prepare("SELECT n FROM detections ORDER BY n")
                .and_then(|mut all| all.query_map([], |row| row.get(0))?.collect());
            let rows = rows.map_err(|error| self.damaged(error))?;
            let starts = rows.into_iter().map(|start| start as usize).collect();
            let _ = self.starts.set(starts);
        }
        Ok(self.starts.get().map_or(&[], Vec::as_slice))
    }

    /// The rules at these positions in [`Catalog::facts`], in the given order.
    ///
    /// # Errors
    /// When the catalogue is damaged, or a position is not there.
    pub fn detections_at(&self, positions: &[u32]) -> Result<Vec<Detection>> {
        let one = |at: &u32| self.read(*at as usize);
        positions.par_iter().map(one).collect()
    }

    /// Every rule, in order of ids. Takes far longer than what is in [`Catalog::facts`].
    ///
    /// # Errors
    /// When the catalogue is damaged.
    pub fn detections(&self) -> Result<Vec<Detection>> {
        let runs = all(&self.database(), "SELECT data FROM detections ORDER BY n")
            .map_err(|error| self.damaged(error))?;
        let lists: io::Result<Vec<Vec<Detection>>> =
            runs.par_iter().map(|run| decode_list(run)).collect();
        let lists = lists.map_err(|error| self.damaged(error))?;
        Ok(lists.into_iter().flatten().collect())
    }

    /// The rules in each part of the index, by position in [`Catalog::facts`].
    pub(crate) fn members(&self) -> &Shards<Vec<usize>> {
        let ids = self.facts.iter().map(|facts| facts.id.as_str());
        self.members.get_or_init(|| shards::deal(ids.zip(0..)))
    }

    pub(crate) fn database(&self) -> MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn damaged(&self, what: impl std::fmt::Display) -> CatalogError {
        CatalogError::damaged(&self.path, what)
    }
}

fn corpora(db: &Connection, path: &Path) -> Result<Vec<CorpusInfo>> {
    let rows: rusqlite::Result<Vec<String>> = db
        .prepare("SELECT info FROM corpora ORDER BY n")
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect());
    rows.map_err(|error| CatalogError::damaged(path, error))?
        .iter()
        .map(|info| serde_json::from_str(info).map_err(|error| CatalogError::damaged(path, error)))
        .collect()
}

/// A value of the `meta` table that is written in JSON.
fn json<T: DeserializeOwned>(db: &Connection, path: &Path, key: &str) -> Result<T> {
    let damaged = |what: &dyn std::fmt::Display| CatalogError::damaged(path, what);
    let text = store::meta(db, key).map_err(|error| damaged(&error))?;
    serde_json::from_str(&text.unwrap_or_default()).map_err(|error| damaged(&error))
}

/// A column of blobs.
fn all(db: &Connection, sql: &str) -> rusqlite::Result<Vec<Vec<u8>>> {
    let mut statement = db.prepare(sql)?;
    statement.query_map([], |row| row.get(0))?.collect()
}

fn decode_attack(data: &[u8]) -> io::Result<Attack> {
    postcard::from_bytes(&pack::expand(data)?).map_err(io::Error::other)
}

fn decode_list<T: DeserializeOwned>(run: &[u8]) -> io::Result<Vec<T>> {
    let list = Unpacked::of(run)?;
    list.iter()
        .map(|bytes| postcard::from_bytes(bytes).map_err(io::Error::other))
        .collect()
}
