//! The index of the rules' texts.
//!
//! Each of its parts is filled in one go, so that it consists of one segment whose bytes depend on
//! the texts only, and copied as the rows that FTS5 keeps it in.

use super::runs::RuleText;
use crate::store;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// The tables that FTS5 keeps an index in: what is added to the index's name, and their columns.
/// Its settings stay out.
const SHADOWS: [(&str, usize); 3] = [("data", 2), ("idx", 3), ("docsize", 2)];

/// An index of these texts in memory, under the name `search`.
pub(super) fn fill(texts: &[&RuleText]) -> rusqlite::Result<Connection> {
    let db = store::create_index()?;
    // Nothing is flushed before the end: no merging of segments.
    db.execute_batch("BEGIN; INSERT INTO search(search, rank) VALUES ('hashsize', 1073741824);")?;
    let mut insert = db.prepare(
        "INSERT INTO search(rowid, title, ids, description, body) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (n, text) in texts.iter().enumerate() {
        let [title, ids, description, body] = text.columns();
        insert.execute((store::number(n), title, ids, description, body))?;
    }
    drop(insert);
    db.execute_batch("COMMIT")?;
    Ok(db)
}

/// Copies the index that is called `name` in `from` over the empty one called `own` in `to`.
pub(super) fn copy(
    (from, name): (&Connection, &str),
    (to, own): (&Connection, &str),
) -> rusqlite::Result<()> {
    for (table, columns) in SHADOWS {
        to.execute_batch(&format!("DELETE FROM {own}_{table}"))?;
        let places = vec!["?"; columns].join(",");
        let mut insert = to.prepare(&format!("INSERT INTO {own}_{table} VALUES ({places})"))?;
        let mut select = from.prepare(&format!("SELECT * FROM {name}_{table} ORDER BY 1, 2"))?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let values: rusqlite::Result<Vec<Value>> = (0..columns).map(|n| row.get(n)).collect();
            insert.execute(params_from_iter(values?))?;
        }
    }
    Ok(())
}
