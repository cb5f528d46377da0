//! Instants as rules write them: fixed, or counted from the run.

use crate::{Duration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An instant that a rule compares with.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Instant {
    /// Fixed.
    At(Timestamp),
    /// Counted from the rule's run: the run's time plus `offset`, cut down to a multiple of
    /// `round` since the Unix epoch where given, plus `then`.
    Run {
        /// Added first; mostly negative.
        offset: i64,
        /// The unit that the sum is cut down to.
        round: Option<Duration>,
        /// Added last.
        then: i64,
    },
}

impl Instant {
    /// The instant, for a run at `now`.
    pub fn resolve(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Run {
                offset,
                round,
                then,
            } => {
                let sum = now.saturating_add(offset);
                let cut = match round {
                    Some(unit) if unit > 0 => sum.saturating_sub(sum.rem_euclid(unit)),
                    _ => sum,
                };
                cut.saturating_add(then)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Instant;
    use crate::SECOND;

    #[test]
    fn a_run_is_offset_cut_and_moved() {
        let day = 86_400 * SECOND;
        let bound = Instant::Run {
            offset: -2 * day,
            round: Some(day),
            then: day,
        };
        assert_eq!(bound.resolve(10 * day + 5), 9 * day);
        assert_eq!(Instant::At(7).resolve(0), 7);
    }
}
