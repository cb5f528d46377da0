//! Writing: the file is made in memory, written beside the old one, synced, then renamed over it.

use super::attack::{ATTACK, RESOLVED};
use super::gather::Contents;
use super::knowledge::{ATOMICS, DICTIONARIES};
use super::lock::Lock;
use super::previous::Previous;
use super::search;
use crate::error::CatalogError;
use crate::{Result, store};
use rusqlite::{Connection, MAIN_DB, params};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// A catalogue in memory. Its index is only usable once it has been written or copied: FTS5 does
/// not see what was put into its tables behind its back.
pub(crate) fn image(contents: &Contents, previous: Option<&Previous>) -> Result<Connection> {
    let make = || {
        let (db, index) = rayon::join(
            || tables(contents),
            || match previous.filter(|_| contents.same_search) {
                Some(_) => Ok(None),
                None => search::fill(contents.rules.iter().map(|rule| &rule.text)).map(Some),
            },
        );
        let db = db?;
        match (index?, previous) {
            (Some(index), _) => search::copy(&index, &db)?,
            (None, Some(previous)) => previous.copy_search(&db)?,
            (None, None) => {}
        }
        db.execute_batch("COMMIT")?;
        Ok(db)
    };
    make().map_err(in_memory)
}

fn in_memory(error: rusqlite::Error) -> CatalogError {
    CatalogError::damaged(Path::new("<memory>"), error)
}

/// Writes the catalogue and puts it in place of the old one. Returns its size.
pub(super) fn replace(output: &Path, image: &mut Connection, lock: &Lock) -> Result<u64> {
    let image = image.serialize(MAIN_DB).map_err(in_memory)?;
    let temporary = lock.temporary();
    let written = write(temporary, &image).and_then(|()| fs::rename(temporary, output));
    if written.is_err() {
        let _ = fs::remove_file(temporary);
    }
    sync_folder(output);
    written.map_err(|error| CatalogError::unwritable(output, error))?;
    Ok(image.len() as u64)
}

fn write(path: &Path, image: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(image)?;
    file.sync_all()
}

/// The tables, the index apart; the transaction is still open.
fn tables(contents: &Contents) -> rusqlite::Result<Connection> {
    let db = store::create()?;
    db.execute_batch("BEGIN")?;
    store::set_meta(&db, "hash", &contents.meta.hash)?;
    store::set_meta(&db, "ledger", &json(&contents.ledger)?)?;
    store::set_meta(&db, "knowledge", &json(&contents.meta.knowledge)?)?;
    store::set_meta(&db, "program", crate::PROGRAM)?;
    store::set_meta(&db, "records", crate::RECORDS)?;
    let mut corpus = db.prepare("INSERT INTO corpora VALUES (?1, ?2, ?3)")?;
    for (n, info) in contents.meta.corpora.iter().enumerate() {
        corpus.execute(params![
            store::number(n),
            contents.identities[n],
            json(info)?
        ])?;
    }
    drop(corpus);
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
    drop(file);
    let mut blob = db.prepare("INSERT INTO blobs VALUES (?1, ?2, ?3)")?;
    let attack = &contents.attack;
    blob.execute(params![ATTACK, attack.hash, attack.data])?;
    blob.execute(params![RESOLVED, attack.hash, encode(&contents.resolved)?])?;
    let knowledge = &contents.knowledge;
    for (key, part) in [
        (ATOMICS, &knowledge.atomics),
        (DICTIONARIES, &knowledge.dictionaries),
    ] {
        blob.execute(params![key, part.hash, part.data])?;
    }
    drop(blob);
    runs(&db, contents)?;
    Ok(db)
}

fn runs(db: &Connection, contents: &Contents) -> rusqlite::Result<()> {
    let mut insert = db.prepare("INSERT INTO facts VALUES (?1, ?2)")?;
    for (first, run) in &contents.runs {
        insert.execute(params![store::number(*first), run.facts])?;
    }
    let mut insert = db.prepare("INSERT INTO texts VALUES (?1, ?2)")?;
    for (first, run) in &contents.runs {
        insert.execute(params![store::number(*first), run.texts])?;
    }
    let mut insert = db.prepare("INSERT INTO detections VALUES (?1, ?2)")?;
    for (first, run) in &contents.runs {
        insert.execute(params![store::number(*first), run.detections])?;
    }
    Ok(())
}

fn json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn encode(value: &impl serde::Serialize) -> rusqlite::Result<Vec<u8>> {
    postcard::to_stdvec(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// Makes the rename last. Not every system can sync a folder; none loses the old file by it.
fn sync_folder(output: &Path) {
    let folder = output.parent().filter(|path| !path.as_os_str().is_empty());
    if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
        let _ = folder.sync_all();
    }
}
