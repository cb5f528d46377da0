//! Date math and dates.
//!
//! Source: the sections on date math and on missing date components of Elasticsearch's reference.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, ToSpan};
use tripline_ir::{CompareOp, Duration, Instant, SECOND, Timestamp};

const MINUTE: Duration = 60 * SECOND;
const HOUR: Duration = 3_600 * SECOND;
const DAY: Duration = 86_400 * SECOND;
const MILLISECOND: Duration = SECOND / 1_000;

/// An instant in Elasticsearch's notation: `now`, `now-9m`, `now-7d/d`, a date or time as far as it
/// is given (`2024-01`, `2024-01-15T05:00Z`), one with date math (`2024-01-15||-1M/M`), or
/// milliseconds since the Unix epoch. A rounded instant is the beginning of its unit. `None` for
/// anything else, and where `now` is moved or rounded by units of the calendar (months and years;
/// weeks when rounded), which are no fixed length.
pub fn instant(text: &str) -> Option<Instant> {
    bound(CompareOp::Gte, text).map(|(_, instant)| instant)
}

/// The half-open range of instants that a date stands for: what is not given of its time of day.
pub fn date_range(text: &str) -> Option<(Instant, Instant)> {
    let (start, length) = absolute(text)?;
    let end = start.saturating_add(length.max(1));
    Some((Instant::At(start), Instant::At(end)))
}

/// The comparison that `op text` amounts to: an upper bound includes the whole of what is not given
/// of it, or of the unit that it is rounded to; a strict lower bound excludes it.
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
    let (start, length) = absolute(text)?;
    let (op, then) = whole_unit(op, Some(length).filter(|length| *length > 1));
    Some((op, Instant::At(start.saturating_add(then))))
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

/// The beginning and the length of what a text that does not begin with `now` stands for.
fn absolute(text: &str) -> Option<(Timestamp, Duration)> {
    if let Some((anchor, math)) = text.split_once("||") {
        let (start, _) = date(anchor)?;
        return moved(start, math);
    }
    if text.len() > 4
        && let Ok(milliseconds) = text.parse::<i64>()
    {
        return Some((milliseconds.checked_mul(MILLISECOND)?, 0));
    }
    let (start, length) = date(text)?;
    Some((nanoseconds(start)?, length))
}

/// A date or time as far as it is given, in UTC. A month or day that is not given is the first, and
/// the length is that of the day then.
fn date(text: &str) -> Option<(DateTime, Duration)> {
    let (day, time) = match text.split_once('T') {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    let mut parts = day.split('-');
    let mut part = |digits: usize| match parts.next() {
        None => Some(None),
        Some(part) => whole(part, digits).map(Some),
    };
    let (year, month, of_month) = (part(4)??, part(2)?, part(2)?);
    if parts.next().is_some() || (time.is_some() && of_month.is_none()) {
        return None;
    }
    let one = |part: Option<i16>| i8::try_from(part.unwrap_or(1)).ok();
    let day = Date::new(year, one(month)?, one(of_month)?).ok()?;
    match time.filter(|time| !time.is_empty()) {
        None => Some((day.at(0, 0, 0, 0), DAY)),
        Some(time) => of_day(day, time),
    }
}

/// A time of a day: hours, minutes, seconds and their fraction as far as they are given, and an
/// offset.
fn of_day(day: Date, text: &str) -> Option<(DateTime, Duration)> {
    let zone = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(zone);
    let (clock, fraction) = match clock.split_once(['.', ',']) {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (clock, None),
    };
    let numbers: Option<Vec<i16>> = clock.split(':').map(|part| whole(part, 2)).collect();
    let numbers = numbers?;
    let at = |place: usize| i8::try_from(numbers.get(place).copied().unwrap_or(0)).ok();
    let (nanosecond, length) = match (fraction, numbers.len()) {
        (Some(digits), 3) => (fraction_of(digits)?, 1),
        (None, 3) => (0, SECOND),
        (None, 2) => (0, MINUTE),
        (None, 1) => (0, HOUR),
        _ => return None,
    };
    let time = jiff::civil::Time::new(at(0)?, at(1)?, at(2)?, nanosecond).ok()?;
    let there = day.to_datetime(time);
    let start = offset(zone)?.to_timestamp(there).ok()?;
    Some((Offset::UTC.to_datetime(start), length))
}

/// Nanoseconds of a fraction of a second.
fn fraction_of(digits: &str) -> Option<i32> {
    let digits = digits.get(..digits.len().min(9))?;
    let value: i32 = digits.parse().ok().filter(|value| *value >= 0)?;
    Some(value * 10_i32.pow(9 - u32::try_from(digits.len()).ok()?))
}

fn offset(zone: &str) -> Option<Offset> {
    let Some(digits) = zone.strip_prefix(['+', '-']) else {
        return (zone.is_empty() || zone == "Z").then_some(Offset::UTC);
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    let (hours, minutes) = (
        digits.get(..2)?,
        digits.get(2..).filter(|it| !it.is_empty()),
    );
    let minutes = minutes.map_or(Some(0), |minutes| whole(minutes, 2))?;
    let seconds = (i32::from(whole(hours, 2)?) * 60 + i32::from(minutes)) * 60;
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    Offset::from_seconds(sign * seconds).ok()
}

/// A number of exactly this many digits.
fn whole(text: &str, digits: usize) -> Option<i16> {
    let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// A time moved by date math, and the length of the unit that it is rounded to at last.
fn moved(start: DateTime, math: &str) -> Option<(Timestamp, Duration)> {
    let (offsets, round) = match math.split_once('/') {
        Some((offsets, unit)) => (offsets, Some(unit)),
        None => (math, None),
    };
    let mut at = start;
    let mut rest = offsets;
    while let Some(sign) = rest.chars().next() {
        let digits = rest.bytes().skip(1).take_while(u8::is_ascii_digit).count();
        let count: i64 = match (sign, &rest[1..=digits]) {
            ('+' | '-', "") => 1,
            ('+' | '-', digits) => digits.parse().ok()?,
            _ => return None,
        };
        let unit = rest.get(1 + digits..2 + digits)?;
        let step = of_unit(unit, if sign == '-' { -count } else { count })?;
        at = at.checked_add(step).ok()?;
        rest = &rest[2 + digits..];
    }
    let Some(unit) = round else {
        return Some((nanoseconds(at)?, 0));
    };
    let start = beginning(at, unit)?;
    let end = start.checked_add(of_unit(unit, 1)?).ok()?;
    let (start, end) = (nanoseconds(start)?, nanoseconds(end)?);
    Some((start, end - start))
}

fn of_unit(unit: &str, count: i64) -> Option<Span> {
    // More would leave the range of every unit.
    let count = Some(count).filter(|count| count.abs() < 1_000_000_000)?;
    let span = match unit {
        "y" => Span::new().try_years(count),
        "M" => Span::new().try_months(count),
        "w" => Span::new().try_weeks(count),
        "d" => Span::new().try_days(count),
        "h" | "H" => Span::new().try_hours(count),
        "m" => Span::new().try_minutes(count),
        "s" => Span::new().try_seconds(count),
        _ => return None,
    };
    span.ok()
}

/// The beginning of the unit that a time is in; weeks begin on a Monday.
fn beginning(at: DateTime, unit: &str) -> Option<DateTime> {
    let day = at.date();
    Some(match unit {
        "y" => day.first_of_year().at(0, 0, 0, 0),
        "M" => day.first_of_month().at(0, 0, 0, 0),
        "w" => {
            let since = i64::from(day.weekday().to_monday_zero_offset());
            day.checked_sub(since.days()).ok()?.at(0, 0, 0, 0)
        }
        "d" => day.at(0, 0, 0, 0),
        "h" | "H" => day.at(at.hour(), 0, 0, 0),
        "m" => day.at(at.hour(), at.minute(), 0, 0),
        "s" => day.at(at.hour(), at.minute(), at.second(), 0),
        _ => return None,
    })
}

fn nanoseconds(at: DateTime) -> Option<Timestamp> {
    let zoned = at.to_zoned(TimeZone::UTC).ok()?;
    i64::try_from(zoned.timestamp().as_nanosecond()).ok()
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
        // What is not given of a time is its end, to the nanosecond.
        assert_eq!(
            bound(CompareOp::Gt, "1970-01-01T00:00:01Z"),
            Some((CompareOp::Gte, Instant::At(2 * SECOND)))
        );
        assert_eq!(
            bound(CompareOp::Gt, "1970-01-01T00:00:01.000Z"),
            Some((CompareOp::Gt, Instant::At(SECOND)))
        );
        assert_eq!(
            bound(CompareOp::Lte, "1970-01-01T01+00:30"),
            Some((CompareOp::Lt, Instant::At(5_400 * SECOND)))
        );
        assert_eq!(bound(CompareOp::Gt, "abc"), None);
        let days = |from: i64, to: i64| Some((Instant::At(from * DAY), Instant::At(to * DAY)));
        assert_eq!(date_range("1970-01-02"), days(1, 2));
        // A month or day that is not given is the first.
        assert_eq!(date_range("1970-02"), days(31, 32));
        assert_eq!(date_range("1971"), days(365, 366));
        assert_eq!(
            date_range("86400000"),
            Some((Instant::At(DAY), Instant::At(DAY + 1)))
        );
        for text in [
            "1970-13",
            "1970-1-2",
            "70-01-01",
            "1970-01T05",
            "1970-01-01T5",
            "x||/d",
            "",
        ] {
            assert_eq!(date_range(text), None, "{text}");
        }
    }

    #[test]
    fn dates_can_be_moved() {
        let at = |days: i64| Some((CompareOp::Gte, Instant::At(days * DAY)));
        assert_eq!(bound(CompareOp::Gte, "1970-02-15||/M"), at(31));
        assert_eq!(bound(CompareOp::Gte, "1970-03-31||-1M"), at(58));
        // The first Monday; its week's end.
        assert_eq!(bound(CompareOp::Gte, "1970-01-07||/w"), at(4));
        assert_eq!(
            bound(CompareOp::Lte, "1970-01-07||/w"),
            Some((CompareOp::Lt, Instant::At(11 * DAY)))
        );
        assert_eq!(bound(CompareOp::Gte, "1970-01-01||+2d+h-60m"), at(2));
        for text in [
            "1970-01-01||+",
            "1970-01-01||2d",
            "1970-01-01||/q",
            "1970||+99999999999d",
        ] {
            assert_eq!(bound(CompareOp::Gte, text), None, "{text}");
        }
    }
}
