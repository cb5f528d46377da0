//! The catalogue: detections, what answers count about them, and ATT&CK, in one file.
//!
//! ```text
//! build:  paths -> corpora -> facts -> one SQLite file
//! open:   the file -> Catalog { meta, facts, attack, ledger } in memory; rules by id on demand
//! ```
//!
//! # The file
//!
//! An SQLite database with `PRAGMA application_id` "TRIP" and the format's number in
//! `PRAGMA user_version`. Blobs are in postcard unless said otherwise. Rules are numbered from 0
//! in order of their ids.
//!
//! | table | holds |
//! |---|---|
//! | `meta(key, value)` | `hash`: of the inputs; `program`: which program wrote it; `records`: what its blobs look like; `ledger` and `knowledge` (a list of [`KnowledgeInfo`]): JSON |
//! | `corpora(n, identity, info)` | a corpus: hash of what its detections depend on, [`CorpusInfo`] in JSON |
//! | `files(corpus, path, hash, record)` | a rule file: BLAKE3 of its content, `FileRecord` |
//! | `blobs(key, hash, data)` | `attack`: the bundle as [`Attack`], compressed; `resolved`: technique tags and what they count as; `hash` is that of the bundle; `atomics`: a list of [`AtomicFile`]s, and `dictionaries`: of [`DictionaryFile`]s, compressed; `hash` is that of their files |
//! | `facts(n, data)` | a run of rules that begins with rule `n`: a compressed list of [`RuleFacts`], what is counted of each |
//! | `texts(n, data)` | of the same rules: what searches look at, compressed |
//! | `detections(n, data)` | of the same rules: a compressed list of [`Detection`]s |
//! | `search_0` to `search_7` | FTS5 indexes of the texts, each of an eighth of the rules |
//!
//! Where a run of rules ends depends on the rules in it only, so that a rule that comes, changes
//! or goes leaves the other runs as they are.
//!
//! # What holds
//!
//! - Same inputs and same program: same bytes, whatever the number of threads and whether the
//!   build was incremental.
//! - A new catalogue is written beside the old one, synced and renamed; at no moment is there a
//!   half-written file under the catalogue's name.
//! - A catalogue of another format, or whose records are another program's, is refused, never
//!   guessed at.

mod build;
mod error;
pub mod facts;
mod find;
mod knowledge;
mod open;
mod pack;
mod search;
mod shards;
mod starter;
mod store;

pub use build::{BuildOptions, BuildReport, Progress, Timings, build};
pub use error::{CatalogError, Result};
pub use facts::RuleFacts;
pub use find::Found;
pub use knowledge::{AtomicFile, DictionaryFile, KnowledgeInfo};
pub use open::{Catalog, CorpusInfo, Meta};
pub use search::{Hit, Hits};
pub use tripline_attack::Attack;
pub use tripline_corpus::{Failure, Ledger, LedgerRow};
pub use tripline_ir::Detection;

/// Names the program that writes a catalogue: its version, and a hash of the sources and tables
/// that decide what is written.
pub(crate) const PROGRAM: &str =
    concat!(env!("CARGO_PKG_VERSION"), "+", env!("TRIPLINE_FINGERPRINT"));

/// Names what the records in a catalogue look like: a hash of the sources that define them.
pub(crate) const RECORDS: &str = env!("TRIPLINE_RECORDS");
