//! When an event happened.

use tripline_ir::{Fields, SECOND, Timestamp, Value};

/// Fields that hold the time, the most trusted first.
const FIELDS: [&str; 17] = [
    "@timestamp",
    "Timestamp",
    "TimeGenerated",
    "_time",
    "TimeCreated",
    "SystemTime",
    "UtcTime",
    "EventTime",
    "eventTime",
    "metadata.event_timestamp",
    "metadata.event_timestamp.seconds",
    "event.created",
    "CreationTime",
    "timestamp",
    "published",
    "time",
    "ts",
];

/// The event's own time, if it has one that can be read.
pub(crate) fn of(native: &Fields) -> Option<Timestamp> {
    FIELDS
        .iter()
        .filter_map(|name| native.get(*name))
        .find_map(instant)
}

fn instant(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Time(at) => Some(*at),
        Value::Int(n) => epoch(*n),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a float of seconds is exact to below a microsecond, and the cast saturates"
        )]
        Value::Float(n) => (n.abs() < 1e11)
            .then(|| (n * 1e6).round() as i64)
            .and_then(|micros| micros.checked_mul(SECOND / 1_000_000)),
        Value::Text(text) => written(text.trim()),
        Value::List(items) => items.first().and_then(instant),
        Value::Null | Value::Bool(_) | Value::Duration(_) | Value::Object(_) => None,
    }
}

/// Seconds, milliseconds, microseconds or nanoseconds since the epoch, told apart by their size.
fn epoch(n: i64) -> Option<Timestamp> {
    let unit = match n.unsigned_abs() {
        0..100_000_000_000 => SECOND,
        100_000_000_000..100_000_000_000_000 => SECOND / 1_000,
        100_000_000_000_000..100_000_000_000_000_000 => SECOND / 1_000_000,
        _ => 1,
    };
    n.checked_mul(unit)
}

/// ISO 8601, without an offset taken as UTC; or a number.
fn written(text: &str) -> Option<Timestamp> {
    let at = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        let civil = text.parse::<jiff::civil::DateTime>().ok()?;
        let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(zoned.timestamp())
    });
    match at {
        Some(at) => i64::try_from(at.as_nanosecond()).ok(),
        None => match text.parse::<i64>() {
            Ok(n) => epoch(n),
            Err(_) => text
                .parse::<f64>()
                .ok()
                .and_then(|n| instant(&Value::Float(n))),
        },
    }
}
