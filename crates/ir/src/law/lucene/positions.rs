//! Matching by sets of positions: for a start, the set of places where a match can end. It covers
//! intersection and complement, so it is the definition. Nested repetitions can make it slow, so
//! its steps are counted and bounded.

use super::{LucenePattern, Node};
use std::cell::Cell;
use std::collections::BTreeSet;

/// The longest text, in characters, that is looked at.
const MAX_TEXT: usize = 4096;
/// How many nodes are tried and places noted before the match is given up.
const MAX_STEPS: u32 = 1_000_000;

/// Whether a whole text matches; `None` when it is too long or takes too many steps.
pub(super) fn matches(pattern: &LucenePattern, text: &str) -> Option<bool> {
    let text: Vec<char> = text.chars().take(MAX_TEXT + 1).collect();
    if text.len() > MAX_TEXT {
        return None;
    }
    let matcher = Positions {
        pattern,
        text: &text,
        left: Cell::new(MAX_STEPS),
    };
    let ends = matcher.ends(&pattern.root, 0);
    (matcher.left.get() > 0).then(|| ends.contains(&text.len()))
}

/// One match.
struct Positions<'p> {
    pattern: &'p LucenePattern,
    text: &'p [char],
    /// Steps that are left; at 0 every set is empty and the result means nothing.
    left: Cell<u32>,
}

impl Positions<'_> {
    /// Takes `steps` steps; false when they are used up.
    fn spend(&self, steps: usize) -> bool {
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        self.left.set(self.left.get().saturating_sub(steps));
        self.left.get() > 0
    }

    /// Every place where a match of `node` that begins at `start` can end.
    fn ends(&self, node: &Node, start: usize) -> BTreeSet<usize> {
        if !self.spend(1) {
            return BTreeSet::new();
        }
        let one = |fits: bool| fits.then_some(start + 1).into_iter().collect();
        let here = self.text.get(start).copied();
        match node {
            Node::Empty => BTreeSet::from([start]),
            Node::Nothing => BTreeSet::new(),
            Node::AnyChar => one(here.is_some()),
            Node::AnyText => self.all_from(start),
            Node::Char(c) => one(here.is_some_and(|found| self.pattern.same(*c, found))),
            Node::Class { ranges, negated } => {
                one(here.is_some_and(|found| self.pattern.in_class(ranges, found) != *negated))
            }
            Node::Interval { low, high, width } => self.interval(*low, *high, *width, start),
            Node::Concat(parts) => parts.iter().fold(BTreeSet::from([start]), |starts, part| {
                self.step(part, &starts)
            }),
            Node::Union(parts) => parts
                .iter()
                .flat_map(|part| self.ends(part, start))
                .collect(),
            Node::Intersection(parts) => {
                let mut sets = parts.iter().map(|part| self.ends(part, start));
                let first = sets.next().unwrap_or_default();
                sets.fold(first, |both, set| &both & &set)
            }
            Node::Complement(inner) => &self.all_from(start) - &self.ends(inner, start),
            Node::Repeat { inner, min, max } => self.repeat(inner, *min, *max, start),
        }
    }

    /// Every place from `start` on.
    fn all_from(&self, start: usize) -> BTreeSet<usize> {
        self.spend(self.text.len() - start);
        (start..=self.text.len()).collect()
    }

    fn step(&self, node: &Node, starts: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut all = BTreeSet::new();
        for &start in starts {
            let mut ends = self.ends(node, start);
            if !self.spend(ends.len()) {
                break;
            }
            all.append(&mut ends);
        }
        all
    }

    fn repeat(&self, inner: &Node, min: u32, max: Option<u32>, start: usize) -> BTreeSet<usize> {
        let mut reached = BTreeSet::from([start]);
        for _ in 0..min {
            let next = self.step(inner, &reached);
            let stays = next == reached;
            reached = next;
            if stays {
                break;
            }
        }
        let mut all = reached.clone();
        let mut rounds = max.map(|max| max.saturating_sub(min));
        while rounds != Some(0) && !reached.is_empty() {
            rounds = rounds.map(|left| left - 1);
            let next = self.step(inner, &reached);
            reached = &next - &all;
            all.extend(&reached);
        }
        all
    }

    /// Places where a decimal number within the bounds ends: any number of leading zeros when the
    /// width is not fixed.
    fn interval(&self, low: u64, high: u64, width: usize, start: usize) -> BTreeSet<usize> {
        let mut ends = BTreeSet::new();
        let mut number: u64 = 0;
        for (offset, c) in self.text.iter().skip(start).enumerate() {
            let Some(digit) = c.to_digit(10) else {
                break;
            };
            self.spend(1);
            number = number.saturating_mul(10).saturating_add(u64::from(digit));
            let fits_width = width == 0 || offset + 1 == width;
            if fits_width && (low..=high).contains(&number) {
                ends.insert(start + offset + 1);
            }
        }
        ends
    }
}
