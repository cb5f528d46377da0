//! Joins of two streams. Missing values fit nothing; of several values one is enough. Semi and anti
//! joins yield rows of one side with their own events; other joins yield pairs with the events of
//! both, and rows that have no partner as they are. Rows come in order of the left, then of the
//! right; right rows without a partner last.

use super::lookup::glob_fits;
use super::pattern::folded;
use super::rows::{Row, View};
use super::{Law, Unrunnable, functions, value};
use crate::{Case, Expr, Fields, Join, JoinColumns, JoinKey, JoinKind, KeyMatch, Net, Text, Value};
use std::collections::BTreeSet;

impl Law<'_> {
    /// The rows of a join.
    pub(crate) fn join(&self, join: &Join) -> Result<Vec<Row>, Unrunnable> {
        let mut left = self.rows(&join.left)?;
        let right = self.rows(&join.right)?;
        if join.kind == JoinKind::InnerUnique {
            self.unique(join, &mut left);
        }
        let limit = join.limit.map_or(usize::MAX, |limit| {
            usize::try_from(limit).unwrap_or(usize::MAX)
        });
        let mut rows = Vec::new();
        let mut met = BTreeSet::new();
        for row in left {
            let partners: Vec<usize> = (0..right.len())
                .filter(|&at| self.partners(join, &row, &right[at]))
                .take(limit)
                .collect();
            met.extend(partners.iter().copied());
            match (join.kind, partners.first()) {
                (JoinKind::LeftSemi, Some(&first)) => rows.push(Row {
                    columns: self.joined_columns(join.columns, &row, &right[first]),
                    ..row
                }),
                (JoinKind::LeftAnti | JoinKind::LeftOuter | JoinKind::FullOuter, None) => {
                    rows.push(row);
                }
                (
                    JoinKind::Inner
                    | JoinKind::InnerUnique
                    | JoinKind::LeftOuter
                    | JoinKind::RightOuter
                    | JoinKind::FullOuter,
                    Some(_),
                ) => {
                    let pairs = partners.iter();
                    rows.extend(pairs.map(|&at| self.pair(join.columns, &row, &right[at])));
                }
                _ => {}
            }
        }
        let alone = right
            .into_iter()
            .enumerate()
            .filter(|(at, _)| match join.kind {
                JoinKind::RightSemi => met.contains(at),
                JoinKind::RightAnti | JoinKind::RightOuter | JoinKind::FullOuter => {
                    !met.contains(at)
                }
                _ => false,
            });
        rows.extend(alone.map(|(_, row)| row));
        Ok(rows)
    }

    /// Keeps the first row of each key; rows without one go.
    fn unique(&self, join: &Join, left: &mut Vec<Row>) {
        let mut seen = BTreeSet::new();
        left.retain(|row| {
            let keys: Vec<Vec<Value>> = join
                .on
                .iter()
                .map(|keys| {
                    keys.iter()
                        .map(|key| self.row_value(&key.left, row))
                        .collect()
                })
                .collect();
            let whole = |keys: &Vec<Value>| !keys.iter().any(Value::is_null);
            let key: Vec<Text> = keys.iter().flatten().map(value::identity).collect();
            keys.iter().any(whole) && seen.insert(key)
        });
    }

    fn partners(&self, join: &Join, left: &Row, right: &Row) -> bool {
        let fits = |key: &JoinKey| self.fits_key(key, left, right);
        join.on.iter().any(|keys| keys.iter().all(fits))
    }

    fn fits_key(&self, key: &JoinKey, left_row: &Row, right_row: &Row) -> bool {
        let texts = |of: &Expr, row: &Row| {
            let values = value::group_values(&self.row_value(of, row));
            values.into_iter().map(|(text, _)| text).collect::<Vec<_>>()
        };
        let left = texts(&key.left, left_row);
        let right = texts(&key.right, right_row);
        left.iter()
            .any(|a| right.iter().any(|b| key_fits(key.how, a, b)))
    }

    fn pair(&self, how: JoinColumns, left: &Row, right: &Row) -> Row {
        if how == JoinColumns::RightOnly {
            return right.clone();
        }
        let events = left.events.iter().chain(&right.events).copied();
        let mut columns = self.joined_columns(how, left, right);
        for (name, value) in self.fields_of(left) {
            columns.entry(name).or_insert(value);
        }
        let parts = left.view.parts.iter().chain(&right.view.parts).cloned();
        let open = left.view == View::default() && right.view == View::default();
        if !open {
            for (name, value) in self.canonical(left).chain(self.canonical(right)) {
                columns.entry(name).or_insert(value);
            }
        }
        Row {
            events: self.tidy(events.collect()),
            keys: left.keys.clone(),
            columns,
            view: View {
                closed: !open,
                hidden: Vec::new(),
                parts: parts.collect(),
            },
        }
    }

    /// The left row's computed columns, and the partner's fields under the names that they get.
    fn joined_columns(&self, how: JoinColumns, left: &Row, right: &Row) -> Fields {
        let own = self.fields_of(left);
        let mut columns = left.columns.clone();
        let taken: BTreeSet<Text> = own.keys().cloned().collect();
        let theirs = self.fields_of(right);
        for (name, value) in &theirs {
            match how {
                _ if !taken.contains(name) => {
                    columns.insert(name.clone(), value.clone());
                }
                JoinColumns::LeftFirst | JoinColumns::RightOnly => {}
                JoinColumns::RightFirst => {
                    if !value.is_null() {
                        columns.insert(name.clone(), value.clone());
                    }
                }
                JoinColumns::Numbered => {
                    let free = (1..=u16::MAX)
                        .map(|n| crate::format_smolstr!("{name}{n}"))
                        .find(|new| !taken.contains(new) && !theirs.contains_key(new));
                    columns.extend(free.map(|free| (free, value.clone())));
                }
            }
        }
        columns
    }

    /// Every column of a row, as [`Law::visible`], keys and columns before the event's fields.
    fn fields_of(&self, row: &Row) -> Fields {
        self.visible(row)
    }
}

fn key_fits(how: KeyMatch, left: &str, right: &str) -> bool {
    match how {
        KeyMatch::Equal(Case::Sensitive) => left == right,
        KeyMatch::Equal(case) => folded(left, case) == folded(right, case),
        KeyMatch::Wildcard(case) => glob_fits(&folded(right, case), &folded(left, case)),
        KeyMatch::Network => {
            let net = right.parse::<ipnet::IpNet>().ok();
            let host = right
                .parse::<std::net::IpAddr>()
                .ok()
                .map(ipnet::IpNet::from);
            net.or(host)
                .is_some_and(|net| functions::inside(&[Net(net)], left))
        }
    }
}
