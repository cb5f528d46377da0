//! The index of the rules' texts, in parts.
//!
//! Which part a rule is in depends on its id only, and inside a part rules are numbered from 0 in
//! order of their ids. So the bytes of a part depend on its rules only, and a rule that changes
//! costs an eighth of the index.

/// Number of parts.
pub(crate) const SHARDS: usize = 8;

/// A value for each part.
pub(crate) type Shards<T> = [T; SHARDS];

/// The part that a rule is in.
fn of(id: &str) -> usize {
    usize::from(blake3::hash(id.as_bytes()).as_bytes()[1]) % SHARDS
}

/// Deals items out, each given with the id of its rule, by the parts that the rules are in.
pub(crate) fn deal<'a, T>(items: impl Iterator<Item = (&'a str, T)>) -> Shards<Vec<T>> {
    let mut dealt: Shards<Vec<T>> = Default::default();
    for (id, item) in items {
        dealt[of(id)].push(item);
    }
    dealt
}

/// The name of a part's table.
pub(crate) fn table(shard: usize) -> String {
    format!("search_{shard}")
}
