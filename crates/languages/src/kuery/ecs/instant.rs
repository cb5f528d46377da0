//! Date math and dates.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use tripline_ir::{CompareOp, Duration, Instant, SECOND, Timestamp};

const DAY: Duration = 86_400 * SECOND;

/// An instant in Elasticsearch's notation: `now`, `now-9m`, `now-7d/d`, a date, or a time in RFC
/// 3339 form. A rounded instant is the beginning of its unit. `None` for anything else, and for
/// units of the calendar (months and years; weeks when rounded), which are no fixed length.
pub fn instant(text: &str) -> Option<Instant> {
    bound(CompareOp::Gte, text).map(|(_, instant)| instant)
}

/// The half-open range of instants that a date stands for: a day, or the one nanosecond of a full
/// time.
pub fn date_range(text: &str) -> Option<(Instant, Instant)> {
    if let Some(start) = day(text) {
        return Some((Instant::At(start), Instant::At(start.saturating_add(DAY))));
    }
    let at = time(text)?;
    Some((Instant::At(at), Instant::At(at.saturating_add(1))))
}

/// The comparison that `op text` amounts to: an upper bound given as a day or rounded to a unit
/// includes the whole unit, a strict lower bound excludes it.
pub(super) fn bound(op: CompareOp, text: &str) -> Option<(CompareOp, Instant)> {
    if let Some(rest) = text.strip_prefix("now") {
        let (offset, round) = math(rest)?;
        let (op, then) = whole_unit(op, round);
        return Some((
            op,
            Instant::Run {
                offset,
                round,
                then,
            },
        ));
    }
    if let Some(start) = day(text) {
        let (op, then) = whole_unit(op, Some(DAY));
        return Some((op, Instant::At(start.saturating_add(then))));
    }
    time(text).map(|at| (op, Instant::At(at)))
}

/// For `op` with a bound that is a whole unit: the operator and what to add to its beginning.
fn whole_unit(op: CompareOp, unit: Option<Duration>) -> (CompareOp, Duration) {
    match (op, unit) {
        (CompareOp::Gt, Some(unit)) => (CompareOp::Gte, unit),
        (CompareOp::Lte, Some(unit)) => (CompareOp::Lt, unit),
        (op, _) => (op, 0),
    }
}

/// Offsets and rounding after `now`.
fn math(text: &str) -> Option<(i64, Option<Duration>)> {
    let (offsets, round) = match text.split_once('/') {
        Some((offsets, unit)) => (offsets, Some(length(unit).filter(|_| unit != "w")?)),
        None => (text, None),
    };
    let mut offset = 0_i64;
    let mut rest = offsets;
    while let Some(sign) = rest.chars().next() {
        let factor = match sign {
            '+' => 1,
            '-' => -1,
            _ => return None,
        };
        rest = &rest[1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count: i64 = if digits == 0 {
            1
        } else {
            rest[..digits].parse().ok()?
        };
        rest = &rest[digits..];
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let length = length(&rest[..letters])?;
        rest = &rest[letters..];
        offset = offset.checked_add(count.checked_mul(length)?.checked_mul(factor)?)?;
    }
    Some((offset, round))
}

fn length(unit: &str) -> Option<Duration> {
    match unit {
        "s" => Some(SECOND),
        "m" => Some(60 * SECOND),
        "h" | "H" => Some(3_600 * SECOND),
        "d" => Some(DAY),
        "w" => Some(7 * DAY),
        _ => None,
    }
}

/// The beginning of a day written `YYYY-MM-DD`.
fn day(text: &str) -> Option<Timestamp> {
    if text.len() != 10 {
        return None;
    }
    let date: Date = text.parse().ok()?;
    let zoned = date.to_zoned(TimeZone::UTC).ok()?;
    i64::try_from(zoned.timestamp().as_nanosecond()).ok()
}

/// A time in RFC 3339 form; without an offset it is UTC.
fn time(text: &str) -> Option<Timestamp> {
    if !text
        .as_bytes()
        .get(..5)
        .is_some_and(|start| start[..4].iter().all(u8::is_ascii_digit) && start[4] == b'-')
        || !text.contains('T')
    {
        return None;
    }
    let at = match text.parse::<jiff::Timestamp>() {
        Ok(at) => at,
        Err(_) => text
            .parse::<jiff::civil::DateTime>()
            .ok()?
            .to_zoned(TimeZone::UTC)
            .ok()?
            .timestamp(),
    };
    i64::try_from(at.as_nanosecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::{DAY, bound, date_range, instant};
    use tripline_ir::{CompareOp, Instant, SECOND};

    fn run(offset: i64, round: Option<i64>, then: i64) -> Instant {
        Instant::Run {
            offset,
            round,
            then,
        }
    }

    #[test]
    fn date_math() {
        assert_eq!(instant("now"), Some(run(0, None, 0)));
        assert_eq!(instant("now-9m"), Some(run(-540 * SECOND, None, 0)));
        assert_eq!(instant("now-7d/d"), Some(run(-7 * DAY, Some(DAY), 0)));
        assert_eq!(
            instant("now-1d+2h"),
            Some(run(-DAY + 7_200 * SECOND, None, 0))
        );
        for text in [
            "now-1M",
            "now/w",
            "now-",
            "now-9",
            "nowadays",
            "5m",
            "now-99999999999w",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn bounds_round_to_whole_units() {
        assert_eq!(
            bound(CompareOp::Lte, "now/d"),
            Some((CompareOp::Lt, run(0, Some(DAY), DAY)))
        );
        assert_eq!(
            bound(CompareOp::Gt, "1970-01-02"),
            Some((CompareOp::Gte, Instant::At(2 * DAY)))
        );
        assert_eq!(
            bound(CompareOp::Gt, "1970-01-01T00:00:01Z"),
            Some((CompareOp::Gt, Instant::At(SECOND)))
        );
        assert_eq!(bound(CompareOp::Gt, "abc"), None);
        assert_eq!(
            date_range("1970-01-02"),
            Some((Instant::At(DAY), Instant::At(2 * DAY)))
        );
    }
}
