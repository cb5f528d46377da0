//! Values that rules look for, as a reader takes them in: those that differ in letter case alone
//! stand once, and those that tell most of the technique come first.

use crate::Index;
use crate::tables::{self, IndicatorRow};
use smol_str::SmolStr as Text;
use std::cmp::Ordering;
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
    rows.sort_by(|a, b| {
        let more = more_telling((a.count, a.reach), (b.count, b.reach));
        more.then_with(|| (&a.field, &a.value).cmp(&(&b.field, &b.value)))
    });
    rows
}

/// Which of two values comes first, by the rules here that look for it and those of the whole
/// catalogue: of `here³ / all` the larger. What many rules here look for comes before what one
/// does, unless rules of everything else look for it as well.
pub(super) fn more_telling(a: (usize, usize), b: (usize, usize)) -> Ordering {
    let weight = |(here, _): (usize, usize), (_, all): (usize, usize)| {
        (here as u128).pow(3) * all.max(1) as u128
    };
    weight(b, a).cmp(&weight(a, b))
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
    use super::more_telling;
    use std::cmp::Ordering;

    #[test]
    fn what_tells_most() {
        let first = |a, b| more_telling(a, b) == Ordering::Less;
        assert!(first((3, 3), (3, 9)));
        assert!(first((24, 199), (5, 12)));
        assert!(first((3, 3), (4, 43)));
        assert!(!first((2, 35), (1, 1)));
        assert_eq!(more_telling((2, 4), (2, 4)), Ordering::Equal);
    }
}
