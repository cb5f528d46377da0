//! Joins of two streams. Values are equal by text form, case-sensitively; of several values one
//! is enough; missing values equal nothing. Semi and anti joins yield left rows with their own
//! events; inner and outer joins yield pairs with the events of both. A column that the left row
//! lacks is taken from its partner.

use super::rows::Row;
use super::{Law, Unrunnable, value};
use crate::{Expr, Fields, Join, JoinKey, JoinKind};

impl Law<'_> {
    /// The rows of a join.
    pub(crate) fn join(&self, join: &Join) -> Result<Vec<Row>, Unrunnable> {
        let left = self.rows(&join.left)?;
        let right = self.rows(&join.right)?;
        let mut rows = Vec::new();
        for row in left {
            let mut partners = right
                .iter()
                .filter(|other| self.partners(join, &row, other));
            match join.kind {
                JoinKind::LeftSemi => rows.extend(partners.next().map(|other| Row {
                    columns: self.joined_columns(&row, other),
                    ..row.clone()
                })),
                JoinKind::LeftAnti if partners.next().is_none() => rows.push(row),
                JoinKind::LeftAnti => {}
                JoinKind::Inner | JoinKind::LeftOuter => {
                    let pairs: Vec<Row> = partners.map(|other| self.pair(&row, other)).collect();
                    if pairs.is_empty() && join.kind == JoinKind::LeftOuter {
                        rows.push(row);
                    }
                    rows.extend(pairs);
                }
                _ => {}
            }
        }
        rows.sort_by_key(|row| self.completion(row));
        Ok(rows)
    }

    fn partners(&self, join: &Join, left: &Row, right: &Row) -> bool {
        let equal = |key: &JoinKey| self.equal(&key.left, left, &key.right, right);
        join.on.iter().any(|keys| keys.iter().all(equal))
    }

    fn equal(&self, left: &Expr, left_row: &Row, right: &Expr, right_row: &Row) -> bool {
        let left = value::group_values(&self.row_value(left, left_row));
        let right = value::group_values(&self.row_value(right, right_row));
        left.iter().any(|(a, _)| right.iter().any(|(b, _)| a == b))
    }

    fn pair(&self, left: &Row, right: &Row) -> Row {
        let events = left.events.iter().chain(&right.events).copied();
        let mut columns = self.joined_columns(left, right);
        columns.extend(self.fields_of(left));
        Row {
            events: self.tidy(events.collect()),
            keys: left.keys.clone(),
            columns,
        }
    }

    /// The left row's columns, and the partner's fields that the left row does not have.
    fn joined_columns(&self, left: &Row, right: &Row) -> Fields {
        let own = self.fields_of(left);
        let mut columns = self.fields_of(right);
        columns.retain(|name, _| !own.contains_key(name));
        columns.extend(left.columns.clone());
        columns
    }

    /// Every column of a row: those of its last event, its keys, its own.
    fn fields_of(&self, row: &Row) -> Fields {
        let mut fields = self.events[row.last()].native.clone();
        fields.extend(row.keys.clone());
        fields.extend(row.columns.clone());
        fields
    }
}
