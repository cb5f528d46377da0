//! Writing a catalogue: beside the old one, synced, then renamed over it.

use super::attack::{ATTACK, RESOLVED};
use super::gather::Contents;
use super::lock::Lock;
use crate::Result;
use crate::error::CatalogError;
use crate::store;
use rusqlite::{Connection, params};
use std::fs::{self, File};
use std::path::Path;

/// Writes the catalogue and puts it in place of the old one. Returns its size.
pub(super) fn replace(output: &Path, contents: &Contents, lock: &Lock) -> Result<u64> {
    let temporary = lock.temporary();
    let unwritable = |error: std::io::Error| CatalogError::unwritable(output, error);
    // SQLite's own message for a folder that cannot be written says less than the system's.
    drop(File::create(temporary).map_err(unwritable)?);
    let written = write_file(temporary, contents)
        .map_err(|error| CatalogError::unwritable(output, reason(&error)))
        .and_then(|()| {
            let file = File::options()
                .write(true)
                .open(temporary)
                .map_err(unwritable)?;
            file.sync_all().map_err(unwritable)?;
            let size = file.metadata().map_err(unwritable)?.len();
            fs::rename(temporary, output).map_err(unwritable)?;
            Ok(size)
        });
    if written.is_err() {
        let _ = fs::remove_file(temporary);
    }
    sync_folder(output);
    written
}

fn write_file(path: &Path, contents: &Contents) -> rusqlite::Result<()> {
    let db = Connection::open(path)?;
    store::create(&db)?;
    write_tables(&db, contents)?;
    db.close().map_err(|(_, error)| error)
}

/// Fills the tables of an empty catalogue.
pub(crate) fn write_tables(db: &Connection, contents: &Contents) -> rusqlite::Result<()> {
    db.execute_batch("BEGIN")?;
    store::set_meta(db, "hash", &contents.meta.hash)?;
    store::set_meta(db, "ledger", &json(&contents.ledger)?)?;
    store::set_meta(db, "program", crate::PROGRAM)?;
    let mut corpus = db.prepare("INSERT INTO corpora VALUES (?1, ?2, ?3)")?;
    for (n, info) in contents.meta.corpora.iter().enumerate() {
        corpus.execute(params![
            store::number(n),
            contents.identities[n],
            json(info)?
        ])?;
    }
    let mut file = db.prepare("INSERT INTO files VALUES (?1, ?2, ?3, ?4)")?;
    for stored in &contents.files {
        let record = encode(&stored.record)?;
        file.execute(params![
            store::number(stored.corpus),
            stored.path.as_str(),
            stored.hash,
            record
        ])?;
    }
    let mut blob = db.prepare("INSERT INTO blobs VALUES (?1, ?2, ?3)")?;
    let attack = &contents.attack;
    blob.execute(params![ATTACK, attack.hash, attack.data])?;
    blob.execute(params![RESOLVED, attack.hash, encode(&contents.resolved)?])?;
    store::insert_rules(db, &contents.rules)?;
    db.execute_batch("INSERT INTO search(search) VALUES ('rebuild'); COMMIT")
}

fn json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn encode(value: &impl serde::Serialize) -> rusqlite::Result<Vec<u8>> {
    postcard::to_stdvec(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn reason(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => "the disk is full".to_owned(),
        Some(rusqlite::ErrorCode::SystemIoFailure) => {
            format!("the disk failed or is full: {error}")
        }
        _ => error.to_string(),
    }
}

/// Makes the rename last. Not every system can sync a folder; none loses the old file by it.
fn sync_folder(output: &Path) {
    let folder = output.parent().filter(|path| !path.as_os_str().is_empty());
    if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
        let _ = folder.sync_all();
    }
}
