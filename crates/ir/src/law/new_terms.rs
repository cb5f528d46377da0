//! New terms: values, or tuples of values, in the look-back that the history before it does not
//! have. The look-back runs from `look_back` before the run until the run, inclusive; the history
//! from `history` before the run up to the look-back. A field with several values gives a tuple
//! for each; a row without one of the fields gives none. Each new tuple alerts once, on its first
//! row in the look-back.

use super::rows::{Row, View};
use super::{Law, Unrunnable};
use crate::{Expr, Fields, NewTerms, Text};
use std::collections::BTreeSet;

impl Law<'_> {
    /// The first rows of new tuples.
    pub(crate) fn new_terms(&self, terms: &NewTerms) -> Result<Vec<Row>, Unrunnable> {
        let mut rows = self.rows(&terms.input)?;
        rows.sort_by_key(|row| self.completion(row));
        let fields: Vec<Expr> = terms.fields.iter().cloned().map(Expr::Field).collect();
        let now = self.now();
        let look_back = now.saturating_sub(terms.look_back);
        let history = now.saturating_sub(terms.history);
        let mut seen: BTreeSet<Vec<Text>> = BTreeSet::new();
        let mut found = Vec::new();
        for row in rows {
            let time = self.time(&row);
            if time < history || time > now {
                continue;
            }
            for (tuple, values) in self.tuples(&fields, &row) {
                if !seen.insert(tuple) || time < look_back {
                    continue;
                }
                let names = terms.fields.iter().map(|field| field.name.clone());
                found.push(Row {
                    events: row.events.clone(),
                    keys: names.zip(values).collect(),
                    columns: Fields::new(),
                    view: View::default(),
                });
            }
        }
        Ok(found)
    }
}
