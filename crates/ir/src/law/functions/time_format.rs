//! Times written and read in a format. Both ways of writing formats become the same pieces.

use super::{chars, number, string, text, time, whole_float};
use crate::law::value;
use crate::{Function, Number, SECOND, TimeFormat, Timestamp, Value};

/// A piece of a format. Numbers have the least width they are written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Literal(char),
    /// White space: any run of it when read.
    Blank,
    Year(usize),
    ShortYear,
    Month(usize),
    MonthName,
    MonthShort,
    Day(usize),
    /// Day padded with a space.
    DaySpace,
    DayOfYear,
    Hour(usize),
    Hour12(usize),
    Minute(usize),
    Second(usize),
    /// Digits of the fraction.
    Fraction(usize),
    HalfDay,
    WeekdayName,
    WeekdayShort,
    /// 0 is Sunday.
    Weekday,
    IsoWeekday,
    IsoWeek,
    IsoYear,
    /// The week of the year that begins on a Sunday (on a Monday); the days before the first are 00.
    WeekFrom {
        monday: bool,
    },
    /// `+0000`, or `+00:00`.
    Offset(bool),
    ZoneName,
    Epoch,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    match function {
        Function::FormatTime(format) => {
            let pieces = pieces(&chars(a, 1)?, format)?;
            let clock = match (a.first()?, format) {
                (Value::Duration(length), _) => Clock::of_length(*length),
                (Value::Int(_) | Value::Float(_), TimeFormat::Strftime) => {
                    Clock::of_time(seconds(number(a, 0)?)?)?
                }
                (Value::Text(text), TimeFormat::Strftime) if value::decimal(text).is_some() => {
                    Clock::of_time(seconds(number(a, 0)?)?)?
                }
                (other, _) => Clock::of_time(time::instant_of(other)?)?,
            };
            Some(string(clock.written(&pieces)))
        }
        Function::ParseTime(format) => {
            let pieces = pieces(&chars(a, 1)?, format)?;
            read(&text(a, 0)?, &pieces, format).map(Value::Time)
        }
        _ => None,
    }
}

fn seconds(number: Number) -> Option<Timestamp> {
    match number {
        Number::Int(n) => n.checked_mul(SECOND),
        // A number of seconds of our time is exact to less than a microsecond.
        Number::Float(n) => {
            let micros = whole_float((n.fract() * 1e6).round())?;
            let whole = whole_float(n.trunc())?.checked_mul(SECOND)?;
            whole.checked_add(micros.checked_mul(SECOND / 1_000_000)?)
        }
    }
}

fn pieces(format: &[char], how: TimeFormat) -> Option<Vec<Piece>> {
    match how {
        TimeFormat::Strftime => strftime(format),
        TimeFormat::Letters => Some(letters(format)),
    }
}

fn plain(c: char) -> Piece {
    if c.is_whitespace() {
        Piece::Blank
    } else {
        Piece::Literal(c)
    }
}

/// `%Y-%m-%dT%H:%M:%S.%3N`; null for a letter that is not known.
fn strftime(format: &[char]) -> Option<Vec<Piece>> {
    let mut out = Vec::new();
    let mut rest = format.iter().copied().peekable();
    while let Some(c) = rest.next() {
        if c != '%' {
            out.push(plain(c));
            continue;
        }
        let bare = rest.next_if(|c| matches!(c, '-' | '#')).is_some();
        let colon = rest.next_if_eq(&':').is_some();
        let digits = rest
            .next_if(char::is_ascii_digit)
            .and_then(|c| c.to_digit(10));
        let width = if bare { 1 } else { 2 };
        let letter = rest.next()?;
        let all: &str = match letter {
            'T' | 'X' => "%H:%M:%S",
            'R' => "%H:%M",
            'F' => "%Y-%m-%d",
            'D' | 'x' => "%m/%d/%y",
            'c' => "%a %b %e %H:%M:%S %Y",
            'r' => "%I:%M:%S %p",
            _ => "",
        };
        if !all.is_empty() {
            out.extend(strftime(&all.chars().collect::<Vec<_>>())?);
            continue;
        }
        out.push(match letter {
            'Y' => Piece::Year(4),
            'y' => Piece::ShortYear,
            'G' => Piece::IsoYear,
            'm' => Piece::Month(width),
            'B' => Piece::MonthName,
            'b' | 'h' => Piece::MonthShort,
            'd' => Piece::Day(width),
            'e' => Piece::DaySpace,
            'j' => Piece::DayOfYear,
            'H' => Piece::Hour(width),
            'k' => Piece::Hour(1),
            'I' => Piece::Hour12(width),
            'l' => Piece::Hour12(1),
            'M' => Piece::Minute(width),
            'S' => Piece::Second(width),
            'N' | 'Q' | 'L' => {
                Piece::Fraction(digits.map_or(if letter == 'N' { 9 } else { 3 }, |d| d as usize))
            }
            'f' => Piece::Fraction(digits.map_or(6, |d| d as usize)),
            'p' | 'P' => Piece::HalfDay,
            'A' => Piece::WeekdayName,
            'a' => Piece::WeekdayShort,
            'w' => Piece::Weekday,
            'u' => Piece::IsoWeekday,
            'V' => Piece::IsoWeek,
            'U' => Piece::WeekFrom { monday: false },
            'W' => Piece::WeekFrom { monday: true },
            'z' => Piece::Offset(colon),
            'Z' => Piece::ZoneName,
            's' => Piece::Epoch,
            'n' | 't' => Piece::Blank,
            '%' => Piece::Literal('%'),
            _ => return None,
        });
    }
    Some(out)
}

/// `yyyy-MM-dd'T'HH:mm:ss.SSSX`: Java's letters, and .NET's `f` and `tt`.
fn letters(format: &[char]) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&c) = format.get(at) {
        if c == '\'' {
            at = quoted(format, at + 1, &mut out);
            continue;
        }
        let run = format[at..].iter().take_while(|d| **d == c).count();
        at += run;
        let piece = match (c, run) {
            ('y' | 'u', 2) => Piece::ShortYear,
            ('y' | 'u' | 'Y', n) => Piece::Year(n.min(4)),
            ('M' | 'L', 3) => Piece::MonthShort,
            ('M' | 'L', n) if n > 3 => Piece::MonthName,
            ('M' | 'L', n) => Piece::Month(n),
            ('d', 3) => Piece::WeekdayShort,
            ('d', n) if n > 3 => Piece::WeekdayName,
            ('d', n) => Piece::Day(n),
            ('D', _) => Piece::DayOfYear,
            ('H' | 'k', n) => Piece::Hour(n),
            ('h' | 'K', n) => Piece::Hour12(n),
            ('m', n) => Piece::Minute(n),
            ('s', n) => Piece::Second(n),
            ('S' | 'f' | 'F', n) => Piece::Fraction(n.min(9)),
            ('a' | 't', _) => Piece::HalfDay,
            ('E', n) if n > 3 => Piece::WeekdayName,
            ('E', _) => Piece::WeekdayShort,
            ('e', _) => Piece::IsoWeekday,
            ('w', _) => Piece::IsoWeek,
            ('X' | 'x', n) => Piece::Offset(n > 2),
            ('Z', n) => Piece::Offset(n > 4),
            ('z', _) => Piece::ZoneName,
            (other, n) => {
                out.extend(std::iter::repeat_n(plain(other), n - 1));
                plain(other)
            }
        };
        out.push(piece);
    }
    out
}

/// A quoted literal, from behind its quote; a doubled quote is one.
fn quoted(format: &[char], mut at: usize, out: &mut Vec<Piece>) -> usize {
    if format.get(at) == Some(&'\'') {
        out.push(Piece::Literal('\''));
        return at + 1;
    }
    while let Some(&c) = format.get(at) {
        at += 1;
        if c != '\'' {
            out.push(plain(c));
        } else if format.get(at) == Some(&'\'') {
            out.push(Piece::Literal('\''));
            at += 1;
        } else {
            break;
        }
    }
    at
}

/// An instant, or a length of time, taken apart.
struct Clock {
    year: i64,
    month: i64,
    day: i64,
    day_of_year: i64,
    weekday: i64,
    iso_week: i64,
    iso_year: i64,
    hour: i64,
    minute: i64,
    second: i64,
    fraction: i64,
    epoch: i64,
    /// A length has no half days.
    length: bool,
}

impl Clock {
    fn of_time(at: Timestamp) -> Option<Self> {
        let civil = time::civil(at)?;
        let week = civil.date().iso_week_date();
        Some(Self {
            year: civil.year().into(),
            month: civil.month().into(),
            day: civil.day().into(),
            day_of_year: civil.day_of_year().into(),
            weekday: civil.weekday().to_sunday_zero_offset().into(),
            iso_week: week.week().into(),
            iso_year: week.year().into(),
            hour: civil.hour().into(),
            minute: civil.minute().into(),
            second: civil.second().into(),
            fraction: civil.subsec_nanosecond().into(),
            epoch: at.div_euclid(SECOND),
            length: false,
        })
    }

    fn of_length(length: i64) -> Self {
        let seconds = length / SECOND;
        Self {
            year: 0,
            month: 0,
            day: seconds / 86_400,
            day_of_year: 0,
            weekday: 0,
            iso_week: 0,
            iso_year: 0,
            hour: seconds / 3_600 % 24,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            fraction: length % SECOND,
            epoch: seconds,
            length: true,
        }
    }

    fn written(&self, pieces: &[Piece]) -> String {
        pieces.iter().map(|piece| self.piece(*piece)).collect()
    }

    fn piece(&self, piece: Piece) -> String {
        let name = |names: &[&'static str], at: i64| {
            let at = usize::try_from(at).unwrap_or(0);
            names.get(at).copied().unwrap_or("")
        };
        let padded = |n: i64, width: usize| format!("{n:0width$}");
        match piece {
            Piece::Literal(c) => c.to_string(),
            Piece::Blank => " ".to_owned(),
            Piece::Year(width) => padded(self.year, width),
            Piece::ShortYear => padded(self.year.rem_euclid(100), 2),
            Piece::IsoYear => padded(self.iso_year, 4),
            Piece::Month(width) => padded(self.month, width),
            Piece::MonthName => name(&MONTHS, self.month - 1).to_owned(),
            Piece::MonthShort => name(&MONTHS, self.month - 1).chars().take(3).collect(),
            Piece::Day(width) => padded(self.day, width),
            Piece::DaySpace => format!("{:2}", self.day),
            Piece::DayOfYear => padded(self.day_of_year, 3),
            Piece::Hour(width) => padded(self.hour, width),
            Piece::Hour12(width) if self.length => padded(self.hour, width),
            Piece::Hour12(width) => padded((self.hour + 11) % 12 + 1, width),
            Piece::Minute(width) => padded(self.minute, width),
            Piece::Second(width) => padded(self.second, width),
            Piece::Fraction(digits) => padded(self.fraction.abs(), 9)
                .chars()
                .take(digits)
                .collect(),
            Piece::HalfDay => if self.hour < 12 { "AM" } else { "PM" }.to_owned(),
            Piece::WeekdayName => name(&WEEKDAYS, self.weekday).to_owned(),
            Piece::WeekdayShort => name(&WEEKDAYS, self.weekday).chars().take(3).collect(),
            Piece::Weekday => self.weekday.to_string(),
            Piece::IsoWeekday => ((self.weekday + 6) % 7 + 1).to_string(),
            Piece::IsoWeek => padded(self.iso_week, 2),
            Piece::WeekFrom { .. } if self.length => padded(0, 2),
            Piece::WeekFrom { monday } => {
                let from_start = (self.weekday + if monday { 6 } else { 0 }) % 7;
                padded((self.day_of_year + 6 - from_start) / 7, 2)
            }
            Piece::Offset(false) => "+0000".to_owned(),
            Piece::Offset(true) => "+00:00".to_owned(),
            Piece::ZoneName => "UTC".to_owned(),
            Piece::Epoch => self.epoch.to_string(),
        }
    }
}

/// What was read so far.
#[derive(Default)]
struct Reading {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    fraction: i64,
    afternoon: Option<bool>,
    offset: i64,
    epoch: Option<i64>,
}

/// The instant that a text writes; what stands behind it is left only by `strptime`.
fn read(text: &str, pieces: &[Piece], how: TimeFormat) -> Option<Timestamp> {
    let mut rest = text.trim();
    let mut found = Reading::default();
    for piece in pieces {
        rest = found.piece(*piece, rest)?;
    }
    let whole = rest.trim().is_empty() || how == TimeFormat::Strftime;
    whole.then(|| found.instant()).flatten()
}

/// A number of at most so many digits, and what follows.
fn digits(text: &str, most: usize) -> Option<(i64, &str)> {
    let end = text
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    let (number, rest) = text.split_at(end);
    Some((number.parse().ok()?, rest))
}

impl Reading {
    fn piece<'t>(&mut self, piece: Piece, text: &'t str) -> Option<&'t str> {
        let number = |most| digits(text.trim_start(), most);
        let slot = match piece {
            Piece::Literal(c) => return text.strip_prefix(c),
            Piece::Blank => return Some(text.trim_start()),
            Piece::MonthName | Piece::MonthShort => {
                let (at, rest) = named(text, &MONTHS)?;
                self.month = Some(at + 1);
                return Some(rest);
            }
            Piece::WeekdayName | Piece::WeekdayShort => return Some(named(text, &WEEKDAYS)?.1),
            Piece::HalfDay => {
                let (half, rest) = text.split_at_checked(2)?;
                self.afternoon = Some(match half.to_ascii_uppercase().as_str() {
                    "AM" => false,
                    "PM" => true,
                    _ => return None,
                });
                return Some(rest);
            }
            Piece::Fraction(_) => return self.read_fraction(text),
            Piece::Offset(_) | Piece::ZoneName => return self.read_offset(text),
            Piece::Epoch => {
                let (epoch, rest) = number(19)?;
                self.epoch = Some(epoch);
                return Some(rest);
            }
            Piece::ShortYear => {
                let (year, rest) = number(2)?;
                self.year = Some(if year < 69 { 2000 + year } else { 1900 + year });
                return Some(rest);
            }
            Piece::Year(_) => self.year.insert(0),
            Piece::Month(_) => self.month.insert(0),
            Piece::Day(_) | Piece::DaySpace => self.day.insert(0),
            Piece::DayOfYear => self.day_of_year.insert(0),
            Piece::Hour(_) | Piece::Hour12(_) => &mut self.hour,
            Piece::Minute(_) => &mut self.minute,
            Piece::Second(_) => &mut self.second,
            Piece::Weekday | Piece::IsoWeekday => return number(1).map(|(_, rest)| rest),
            Piece::IsoWeek | Piece::WeekFrom { .. } => return number(2).map(|(_, rest)| rest),
            Piece::IsoYear => return number(4).map(|(_, rest)| rest),
        };
        let most = match piece {
            Piece::Year(_) => 4,
            Piece::DayOfYear => 3,
            _ => 2,
        };
        let (value, rest) = digits(text.trim_start(), most)?;
        *slot = value;
        Some(rest)
    }

    fn read_fraction<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let end = text.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = text.split_at(end);
        let nine: String = digits.chars().chain("000000000".chars()).take(9).collect();
        self.fraction = if digits.is_empty() {
            return None;
        } else {
            nine.parse().ok()?
        };
        Some(rest)
    }

    /// `Z`, `UTC`, `GMT`, `+01:00`, `+0100`.
    fn read_offset<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        for zero in ["UTC", "GMT", "Z"] {
            if let Some(rest) = text.strip_prefix(zero) {
                return Some(rest);
            }
        }
        let sign = match text.chars().next()? {
            '+' => 1,
            '-' => -1,
            _ => return None,
        };
        let (hours, rest) = digits(&text[1..], 2)?;
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        let (minutes, rest) = digits(rest, 2).unwrap_or((0, rest));
        self.offset = sign * (hours * 60 + minutes) * 60;
        Some(rest)
    }

    fn instant(&self) -> Option<Timestamp> {
        if let Some(epoch) = self.epoch {
            return epoch.checked_mul(SECOND)?.checked_add(self.fraction);
        }
        let hour = match self.afternoon {
            Some(afternoon) => self.hour % 12 + if afternoon { 12 } else { 0 },
            None => self.hour,
        };
        let narrow = |n: i64| i8::try_from(n).ok();
        let year = i16::try_from(self.year.unwrap_or(1970)).ok()?;
        let date = if let (Some(day), None) = (self.day_of_year, self.month) {
            let first = jiff::civil::Date::new(year, 1, 1).ok()?;
            let day = i16::try_from(day).ok()?;
            first.with().day_of_year(day).build().ok()?
        } else {
            let month = narrow(self.month.unwrap_or(1))?;
            jiff::civil::Date::new(year, month, narrow(self.day.unwrap_or(1))?).ok()?
        };
        let (minute, second) = (narrow(self.minute)?, narrow(self.second)?);
        let fraction = i32::try_from(self.fraction).ok()?;
        let clock = jiff::civil::Time::new(narrow(hour)?, minute, second, fraction).ok()?;
        time::from_civil(date.to_datetime(clock))?.checked_sub(self.offset * SECOND)
    }
}

/// A name, or its first three letters, in any case: its place and what follows.
fn named<'t>(text: &'t str, names: &[&str]) -> Option<(i64, &'t str)> {
    let starts = |name: &str| {
        let head = text.get(..name.len())?;
        head.eq_ignore_ascii_case(name).then(|| &text[name.len()..])
    };
    names.iter().enumerate().find_map(|(at, name)| {
        let rest = starts(name).or_else(|| starts(&name[..3]))?;
        Some((i64::try_from(at).ok()?, rest))
    })
}
