//! The tables of a catalogue, and the rows that go in and out of them.

use crate::Result;
use crate::error::CatalogError;
use crate::shards::{self, SHARDS};
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use std::path::Path;
use tripline_text::Code;

/// `PRAGMA application_id` of catalogues: "TRIP".
pub(crate) const APPLICATION_ID: i32 = 0x5452_4950;

/// `PRAGMA user_version`: raised whenever a table changes. What the records inside blobs look
/// like is told by [`crate::RECORDS`].
pub(crate) const FORMAT: i32 = 3;

/// The tables. Crate documentation says what they hold.
const TABLES: &str = "
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE blobs(key TEXT PRIMARY KEY, hash BLOB NOT NULL, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE corpora(n INTEGER PRIMARY KEY, identity BLOB NOT NULL, info TEXT NOT NULL);
CREATE TABLE files(corpus INTEGER NOT NULL, path TEXT NOT NULL, hash BLOB NOT NULL,
                   record BLOB NOT NULL, PRIMARY KEY(corpus, path)) WITHOUT ROWID;
CREATE TABLE facts(n INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE texts(n INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE detections(n INTEGER PRIMARY KEY, data BLOB NOT NULL);
";

/// A part of the index. It keeps no texts of its own.
fn index(table: &str) -> String {
    format!(
        "CREATE VIRTUAL TABLE {table} USING fts5(title, ids, description, body,
                   content='', tokenize='unicode61');"
    )
}

/// Sets up an empty catalogue in memory.
pub(crate) fn create_in_memory() -> rusqlite::Result<Connection> {
    create(Connection::open_in_memory()?)
}

/// Sets up an empty catalogue in a file of its own. Nothing is synced, nothing can be rolled
/// back: a file whose writing failed is to be thrown away.
pub(crate) fn create_at(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    db.execute_batch("PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=OFF;")?;
    create(db)
}

fn create(db: Connection) -> rusqlite::Result<Connection> {
    db.execute_batch("PRAGMA page_size=16384; PRAGMA journal_mode=OFF;")?;
    db.pragma_update(None, "application_id", APPLICATION_ID)?;
    db.pragma_update(None, "user_version", FORMAT)?;
    db.execute_batch(TABLES)?;
    for shard in 0..SHARDS {
        db.execute_batch(&index(&shards::table(shard)))?;
    }
    Ok(db)
}

/// Sets up an empty part of the index in memory; its table's name is `search`.
pub(crate) fn create_index() -> rusqlite::Result<Connection> {
    let db = Connection::open_in_memory()?;
    db.execute_batch("PRAGMA page_size=16384; PRAGMA journal_mode=OFF;")?;
    db.execute_batch(&index("search"))?;
    Ok(db)
}

/// Opens a catalogue for reading.
pub(crate) fn open(path: &Path) -> Result<Connection> {
    if let Err(error) = std::fs::File::open(path) {
        let message = format!("the catalogue cannot be opened: {error}");
        return Err(CatalogError::new(Code::CatalogueUnreadable, path, message)
            .hint("`tripline build PATH -o FILE` makes a catalogue"));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)
        .map_err(|error| CatalogError::damaged(path, error))?;
    let pragma = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    if !matches!(pragma("application_id"), Ok(APPLICATION_ID)) {
        let message = "the file is not a Tripline catalogue";
        return Err(CatalogError::new(Code::NotACatalogue, path, message));
    }
    let format = pragma("user_version").map_err(|error| CatalogError::damaged(path, error))?;
    if format != FORMAT {
        let message = format!("the catalogue has format {format}; this program reads {FORMAT}");
        return Err(CatalogError::new(Code::CatalogueFormat, path, message)
            .hint("`tripline build` makes it again from its corpora"));
    }
    match meta(&db, "records") {
        Ok(Some(records)) if records == crate::RECORDS => {}
        Ok(_) => {
            let message = "the catalogue was written by another version of this program";
            return Err(CatalogError::new(Code::CatalogueFormat, path, message)
                .hint("`tripline build` makes it again from its corpora"));
        }
        Err(error) => return Err(CatalogError::damaged(path, error)),
    }
    // Large blobs are read straight from the page cache.
    db.execute_batch("PRAGMA mmap_size=1073741824; PRAGMA query_only=1;")
        .map_err(|error| CatalogError::damaged(path, error))?;
    Ok(db)
}

/// A value of the `meta` table.
pub(crate) fn meta(db: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    db.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| {
        row.get(0)
    })
    .optional()
}

/// Sets a value of the `meta` table.
pub(crate) fn set_meta(db: &Connection, key: &str, value: &str) -> rusqlite::Result<()> {
    db.execute("INSERT INTO meta VALUES (?1, ?2)", [key, value])?;
    Ok(())
}

/// A blob, with the hash of what it was made from.
pub(crate) fn blob(db: &Connection, key: &str) -> rusqlite::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let sql = "SELECT hash, data FROM blobs WHERE key = ?1";
    db.query_row(sql, [key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// A count as SQLite keeps it.
pub(crate) fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
