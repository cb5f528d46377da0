//! Writing: a new file beside the old one, synced, then renamed over it.

use super::attack::{ATTACK, RESOLVED};
use super::gather::Contents;
use super::knowledge::{ATOMICS, DICTIONARIES};
use super::lock::Lock;
use super::previous::Previous;
use super::runs::RuleText;
use super::search;
use crate::error::CatalogError;
use crate::shards::{self, SHARDS};
use crate::{Result, store};
use rayon::prelude::*;
use rusqlite::{Connection, ErrorCode, params};
use std::fs::{self, File};
use std::path::Path;

/// Fills an empty catalogue. Its index is only usable once the catalogue has been opened again:
/// FTS5 does not see what was put into its tables behind its back.
pub(crate) fn fill(
    db: Connection,
    contents: &Contents,
    previous: Option<&Previous>,
) -> rusqlite::Result<Connection> {
    let texts = RuleText::deal(contents.rules.iter().map(|rule| &rule.text));
    let kept = |shard: usize| previous.filter(|_| contents.same_index[shard]);
    let (db, made) = rayon::join(
        move || tables(&db, contents).map(|()| db),
        || {
            let make = |shard: usize| match kept(shard) {
                Some(_) => Ok(None),
                None => search::fill(&texts[shard]).map(Some),
            };
            let made: rusqlite::Result<Vec<_>> = (0..SHARDS).into_par_iter().map(make).collect();
            made
        },
    );
    let db = db?;
    for (shard, made) in made?.iter().enumerate() {
        let table = shards::table(shard);
        match (made, previous) {
            (Some(index), _) => search::copy((index, "search"), (&db, &table))?,
            (None, Some(previous)) => previous.copy_index(&table, &db)?,
            (None, None) => {}
        }
    }
    db.execute_batch("COMMIT")?;
    Ok(db)
}

/// Writes the catalogue beside the old one, for [`replace`] to put in its place. Returns its size.
pub(super) fn write(
    contents: &Contents,
    previous: Option<&Previous>,
    output: &Path,
    lock: &Lock,
) -> Result<u64> {
    let temporary = lock.temporary();
    let made = store::create_at(temporary)
        .and_then(|db| fill(db, contents, previous))
        .and_then(|db| db.close().map_err(|(_, error)| error));
    made.map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt) => CatalogError::damaged(output, error),
        _ => CatalogError::unwritable(output, error),
    })?;
    let synced = File::open(temporary).and_then(|file| {
        file.sync_all()?;
        Ok(file.metadata()?.len())
    });
    synced.map_err(|error| CatalogError::unwritable(output, error))
}

/// Puts the catalogue that was written in place of the old one.
pub(super) fn replace(output: &Path, lock: &Lock) -> Result<()> {
    let renamed = fs::rename(lock.temporary(), output);
    sync_folder(output);
    renamed.map_err(|error| CatalogError::unwritable(output, error))
}

/// The tables, the index apart; the transaction is still open.
fn tables(db: &Connection, contents: &Contents) -> rusqlite::Result<()> {
    db.execute_batch("BEGIN")?;
    store::set_meta(db, "hash", &contents.meta.hash)?;
    store::set_meta(db, "ledger", &json(&contents.ledger)?)?;
    store::set_meta(db, "knowledge", &json(&contents.meta.knowledge)?)?;
    store::set_meta(db, "program", crate::PROGRAM)?;
    store::set_meta(db, "records", crate::RECORDS)?;
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
    let knowledge = &contents.knowledge;
    for (key, part) in [
        (ATOMICS, &knowledge.atomics),
        (DICTIONARIES, &knowledge.dictionaries),
    ] {
        blob.execute(params![key, part.hash, part.data])?;
    }
    runs(db, contents)
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
