//! Text as a whole.

use super::{count, find, int, number, string, text};
use crate::law::value;
use crate::{Function, Number, Text, Value};

/// The longest text, in bytes, that repetition makes.
const MAX_TEXT: usize = 1 << 20;

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    match function {
        Function::Length => match a.first()? {
            Value::List(items) => count(items.len()),
            other => count(other.as_text()?.encode_utf16().count()),
        },
        Function::LengthCharacters => count(text(a, 0)?.chars().count()),
        Function::LengthBytes => count(text(a, 0)?.len()),
        Function::Concat => {
            let parts: Option<Vec<Text>> = a.iter().map(Value::as_text).collect();
            Some(string(parts?.concat()))
        }
        Function::Lower => Some(string(text(a, 0)?.to_lowercase())),
        Function::Upper => Some(string(text(a, 0)?.to_uppercase())),
        Function::Trim => trim(a, true, true),
        Function::TrimStart => trim(a, true, false),
        Function::TrimEnd => trim(a, false, true),
        Function::Reverse => Some(string(text(a, 0)?.chars().rev().collect::<String>())),
        Function::Repeat => {
            let (text, times) = (text(a, 0)?, usize::try_from(int(a, 1)?).ok()?);
            let fits = text.len().checked_mul(times)? <= MAX_TEXT;
            fits.then(|| string(text.repeat(times)))
        }
        Function::Replace => {
            let (text, old, new) = (text(a, 0)?, text(a, 1)?, text(a, 2)?);
            if old.is_empty() {
                return Some(Value::Text(text));
            }
            Some(string(text.replace(old.as_str(), &new)))
        }
        Function::CountText => {
            let text: Vec<char> = super::chars(a, 0)?;
            let needle: Vec<char> = super::chars(a, 1)?;
            let mut found = 0;
            let mut from = 0;
            while !needle.is_empty()
                && let Some(at) = find(&text, &needle, from)
            {
                found += 1;
                from = at + 1;
            }
            count(found)
        }
        Function::Translate => {
            let (from, to): (Vec<char>, Vec<char>) = (super::chars(a, 0)?, super::chars(a, 1)?);
            let new = |c: char| match from.iter().position(|own| *own == c) {
                None => Some(c),
                Some(at) => to.get(at).or(to.last()).copied(),
            };
            Some(string(
                text(a, 2)?.chars().filter_map(new).collect::<String>(),
            ))
        }
        Function::Split => {
            let (text, separator) = (text(a, 0)?, text(a, 1)?);
            let parts: Vec<Value> = if separator.is_empty() {
                text.chars().map(|c| string(c.to_string())).collect()
            } else {
                text.split(separator.as_str()).map(string).collect()
            };
            Some(Value::List(parts))
        }
        Function::Printf => printf(&text(a, 0)?, &a[1..]),
        Function::FormatCommas => Some(commas(number(a, 0)?)),
        _ => None,
    }
}

fn trim(a: &[Value], start: bool, end: bool) -> Option<Value> {
    let text = text(a, 0)?;
    let set: Option<Vec<char>> = match a.get(1) {
        Some(_) => Some(super::chars(a, 1)?),
        None => None,
    };
    let drop = |c: char| match &set {
        Some(set) => set.contains(&c),
        None => c.is_whitespace(),
    };
    let mut rest = text.as_str();
    if start {
        rest = rest.trim_start_matches(drop);
    }
    if end {
        rest = rest.trim_end_matches(drop);
    }
    Some(string(rest))
}

/// Thousands separated; a fraction keeps two digits.
fn commas(number: Number) -> Value {
    let plain = match number {
        Number::Int(n) => n.to_string(),
        Number::Float(n) => format!("{n:.2}"),
    };
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    let mut out = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    string(out)
}

/// One conversion of a format.
#[derive(Default)]
struct Conversion {
    left: bool,
    zero: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
}

fn printf(format: &str, arguments: &[Value]) -> Option<Value> {
    let mut arguments = arguments.iter();
    let mut out = String::new();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        if chars.next_if_eq(&'%').is_some() {
            out.push('%');
            continue;
        }
        let mut conversion = Conversion::default();
        while let Some(flag) = chars.next_if(|c| matches!(c, '-' | '0' | '+' | ' ' | '#')) {
            match flag {
                '-' => conversion.left = true,
                '0' => conversion.zero = true,
                '+' => conversion.plus = true,
                ' ' => conversion.space = true,
                _ => conversion.alternate = true,
            }
        }
        conversion.width = digits(&mut chars).unwrap_or(0).min(MAX_TEXT);
        if chars.next_if_eq(&'.').is_some() {
            conversion.precision = Some(digits(&mut chars).unwrap_or(0).min(60));
        }
        out.push_str(&converted(&conversion, chars.next()?, arguments.next()?)?);
        if out.len() > MAX_TEXT {
            return None;
        }
    }
    Some(string(out))
}

fn digits(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<usize> {
    let mut found = String::new();
    while let Some(digit) = chars.next_if(char::is_ascii_digit) {
        found.push(digit);
    }
    found.parse().ok()
}

fn converted(how: &Conversion, letter: char, argument: &Value) -> Option<String> {
    let numbers = std::slice::from_ref(argument);
    let body = match letter {
        's' => {
            let text = argument.as_text()?;
            let most = how.precision.unwrap_or(usize::MAX);
            text.chars().take(most).collect()
        }
        'c' => argument.as_text()?.chars().take(1).collect(),
        'd' | 'i' | 'u' => signed(how, truncated(numbers)?.to_string()),
        'x' if how.alternate => format!("{:#x}", truncated(numbers)?),
        'x' => format!("{:x}", truncated(numbers)?),
        'X' if how.alternate => format!("0X{:X}", truncated(numbers)?),
        'X' => format!("{:X}", truncated(numbers)?),
        'o' => format!("{:o}", truncated(numbers)?),
        'f' | 'F' => {
            let number = value::float(number(numbers, 0)?);
            signed(how, format!("{number:.*}", how.precision.unwrap_or(6)))
        }
        'e' | 'E' | 'g' | 'G' => {
            let number = value::float(number(numbers, 0)?);
            signed(how, exponent(number, letter, how.precision.unwrap_or(6)))
        }
        _ => return None,
    };
    let missing = how.width.saturating_sub(body.chars().count());
    Some(if how.left {
        body + &" ".repeat(missing)
    } else if how.zero && letter != 's' {
        let sign = usize::from(body.starts_with(['-', '+', ' ']));
        format!("{}{}{}", &body[..sign], "0".repeat(missing), &body[sign..])
    } else {
        " ".repeat(missing) + &body
    })
}

fn signed(how: &Conversion, body: String) -> String {
    match (body.starts_with('-'), how.plus, how.space) {
        (false, true, _) => format!("+{body}"),
        (false, false, true) => format!(" {body}"),
        _ => body,
    }
}

/// C's form of an exponent: two digits and a sign.
fn exponent(number: f64, letter: char, precision: usize) -> String {
    if matches!(letter, 'g' | 'G') {
        return number.to_string();
    }
    let plain = format!("{number:.precision$e}");
    let (digits, power) = plain.split_once('e').unwrap_or((&plain, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    let sign = if power < 0 { '-' } else { '+' };
    format!("{digits}{letter}{sign}{:02}", power.abs())
}

fn truncated(numbers: &[Value]) -> Option<i64> {
    match number(numbers, 0)? {
        Number::Int(n) => Some(n),
        Number::Float(n) => super::whole_float(n.trunc()),
    }
}
