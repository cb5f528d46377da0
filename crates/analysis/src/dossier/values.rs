//! Values that rules look for, as a reader takes them in: those that differ in letter case alone
//! stand once, and those that tell most of the technique come first.

use crate::Index;
use crate::tables::{self, IndicatorRow};
use smol_str::SmolStr as Text;
use std::collections::{BTreeMap, BTreeSet};
use tripline_catalog::facts::{AtomFact, RuleFacts};

/// Fields with few values, which most events have: nobody looks one of them up by itself.
const GENERAL: [&str; 6] = [
    "event.outcome",
    "http.request.method",
    "http.response.status_code",
    "network.transport",
    "network.direction",
    "network.initiated",
];

/// Whether a field has few values, which most events have.
pub(super) fn is_general(field: &str) -> bool {
    GENERAL.contains(&field)
}

/// The values that rules look for, the most telling first.
pub(super) fn values(
    index: &Index<'_>,
    rules: &[u32],
    keep: impl Fn(&RuleFacts, &AtomFact) -> bool,
) -> Vec<IndicatorRow> {
    let mut alike: BTreeMap<(Text, Text, String), Vec<IndicatorRow>> = BTreeMap::new();
    for row in tables::indicators(index, rules, keep) {
        let key = (
            row.canonical.clone(),
            row.operator.clone(),
            row.value.to_lowercase(),
        );
        alike.entry(key).or_default().push(row);
    }
    let all = alike.into_values();
    let mut rows: Vec<IndicatorRow> = all.filter_map(|rows| merged(index, rows)).collect();
    rows.sort_by(|a, b| (&a.field, &a.value).cmp(&(&b.field, &b.value)));
    most_telling_first(&mut rows, |row| Telling {
        here: row.count,
        reach: row.reach,
        rules: row.rules.clone(),
    });
    rows
}

/// What a value tells of the technique.
pub(super) struct Telling {
    /// Rules here that look for it.
    pub(super) here: usize,
    /// Rules of the whole catalogue that do.
    pub(super) reach: usize,
    /// Ids of those here.
    pub(super) rules: Vec<Text>,
}

/// Sorts by `here³ / reach`, the largest first; what many rules here look for comes before what one
/// does, unless rules of everything else look for it as well. The k-th value of the very same rules
/// counts `1 / k` of it, so that no list of one rule fills the page.
pub(super) fn most_telling_first<T>(rows: &mut Vec<T>, of: impl Fn(&T) -> Telling) {
    let mut weighed: Vec<(f64, Vec<Text>, T)> = std::mem::take(rows)
        .into_iter()
        .map(|row| {
            let telling = of(&row);
            let weight = size(telling.here).powi(3) / size(telling.reach.max(1));
            (weight, telling.rules, row)
        })
        .collect();
    weighed.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut seen: BTreeMap<Vec<Text>, f64> = BTreeMap::new();
    for (weight, rules, _) in &mut weighed {
        let turn = seen.entry(std::mem::take(rules)).or_insert(0.0);
        *turn += 1.0;
        *weight /= *turn;
    }
    weighed.sort_by(|a, b| b.0.total_cmp(&a.0));
    rows.extend(weighed.into_iter().map(|(_, _, row)| row));
}

/// A number of things, to reckon with.
pub(super) fn size(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// One row for values that differ in letter case alone: written as most rules do.
fn merged(index: &Index<'_>, rows: Vec<IndicatorRow>) -> Option<IndicatorRow> {
    if rows.len() < 2 {
        return rows.into_iter().next();
    }
    let rules: BTreeSet<u32> = rows
        .iter()
        .flat_map(|row| &row.rules)
        .filter_map(|id| position(index, id))
        .collect();
    let reach: BTreeSet<u32> = rows
        .iter()
        .filter_map(|row| atom(index, row))
        .flat_map(|atom| index.reach(atom))
        .copied()
        .collect();
    let (rules, reach) = (Vec::from_iter(rules), Vec::from_iter(reach));
    let first = rows.into_iter().next()?;
    Some(IndicatorRow {
        count: rules.len(),
        reach: reach.len(),
        reach_by_vendor: tables::by_vendor(index, &reach),
        specific: rules.len() == reach.len(),
        rules: index.ids(&rules),
        ..first
    })
}

fn position(index: &Index<'_>, id: &str) -> Option<u32> {
    u32::try_from(index.catalog.number(id)?).ok()
}

/// A test that the row counts.
fn atom<'c>(index: &Index<'c>, row: &IndicatorRow) -> Option<&'c AtomFact> {
    let at = position(index, row.rules.first()?)?;
    index.facts(at).atoms.iter().find(|atom| {
        atom.field == row.canonical && atom.operator == row.operator && atom.value == row.value
    })
}

#[cfg(test)]
mod tests {
    use super::{Telling, most_telling_first};

    #[test]
    fn what_tells_most() {
        let mut rows = vec![
            ("one of its own", 1, 1, "a"),
            ("a second of the same rule", 1, 1, "a"),
            ("everybody's", 2, 35, "b c"),
            ("of half", 4, 8, "b c d e"),
            ("of all, and of others", 24, 199, "b .. y"),
            ("another rule's", 1, 1, "f"),
        ];
        most_telling_first(&mut rows, |(_, here, reach, rules)| Telling {
            here: *here,
            reach: *reach,
            rules: vec![(*rules).into()],
        });
        let order: Vec<&str> = rows.iter().map(|(name, ..)| *name).collect();
        let expected = [
            "of all, and of others",
            "of half",
            "one of its own",
            "another rule's",
            "a second of the same rule",
            "everybody's",
        ];
        assert_eq!(order, expected);
    }
}
