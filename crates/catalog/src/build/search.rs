//! The index of the rules' texts.
//!
//! It is filled in one go, so that it consists of one segment whose bytes depend on the texts
//! only, and copied as the rows that FTS5 keeps it in.

use super::runs::RuleText;
use crate::store;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// The tables that FTS5 keeps the index in, with their columns; its settings stay out.
const SHADOWS: [(&str, usize); 3] = [("search_data", 2), ("search_idx", 3), ("search_docsize", 2)];

/// An index of the texts of all rules, in memory.
pub(super) fn fill<'a>(texts: impl Iterator<Item = &'a RuleText>) -> rusqlite::Result<Connection> {
    let db = store::create_search()?;
    // Nothing is flushed before the end: no merging of segments.
    db.execute_batch("BEGIN; INSERT INTO search(search, rank) VALUES ('hashsize', 1073741824);")?;
    let mut insert = db.prepare(
        "INSERT INTO search(rowid, title, ids, description, body) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (n, text) in texts.enumerate() {
        let [title, ids, description, body] = text.columns();
        insert.execute((store::number(n), title, ids, description, body))?;
    }
    drop(insert);
    db.execute_batch("COMMIT")?;
    Ok(db)
}

/// Copies an index over an empty one.
pub(super) fn copy(from: &Connection, to: &Connection) -> rusqlite::Result<()> {
    for (table, columns) in SHADOWS {
        to.execute_batch(&format!("DELETE FROM {table}"))?;
        let places = vec!["?"; columns].join(",");
        let mut insert = to.prepare(&format!("INSERT INTO {table} VALUES ({places})"))?;
        let mut select = from.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let values: rusqlite::Result<Vec<Value>> = (0..columns).map(|n| row.get(n)).collect();
            insert.execute(params_from_iter(values?))?;
        }
    }
    Ok(())
}
