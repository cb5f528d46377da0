//! Parts of a text by position, and positions of parts.

use super::{chars, count, find, int, string};
use crate::{Case, Function, Value};

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    match function {
        Function::Substring => substring(a),
        Function::SubstringLength => {
            let text = chars(a, 0)?;
            let start = place(int(a, 1)?, text.len());
            from(&text, start, a)
        }
        Function::SubstringOne => {
            let text = chars(a, 0)?;
            let start = int(a, 1)?;
            let start = if start > 0 { start - 1 } else { start };
            let start = place(start, text.len());
            from(&text, start, a)
        }
        Function::Left => {
            let (text, n) = (chars(a, 0)?, length(int(a, 1)?));
            Some(part(&text, 0, n.min(text.len())))
        }
        Function::Right => {
            let (text, n) = (chars(a, 0)?, length(int(a, 1)?));
            Some(part(&text, text.len().saturating_sub(n), text.len()))
        }
        Function::Between => between(a, Case::Sensitive),
        Function::BetweenInsensitive => between(a, Case::Insensitive),
        Function::IndexOf => index_of(a, 0, Case::Sensitive).and_then(count),
        Function::IndexOfInsensitive => index_of(a, 0, Case::Insensitive).and_then(count),
        Function::IndexOfOrMinus => {
            chars(a, 0)?;
            chars(a, 1)?;
            let found = index_of(a, 0, Case::Sensitive);
            found.map_or(Some(Value::Int(-1)), count)
        }
        Function::IndexOfOne => {
            chars(a, 0)?;
            chars(a, 1)?;
            let found = index_of(a, 1, Case::Sensitive);
            found.map_or(Some(Value::Int(0)), |at| count(at + 1))
        }
        _ => None,
    }
}

fn part(text: &[char], start: usize, end: usize) -> Value {
    let part = text.get(start..end).unwrap_or(&[]);
    string(part.iter().collect::<String>())
}

/// A length; a negative one is none.
fn length(n: i64) -> usize {
    usize::try_from(n.max(0)).unwrap_or(usize::MAX)
}

/// A position in a text of `len` characters: negative from the end, clamped.
fn place(n: i64, len: usize) -> usize {
    let distance = usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX);
    if n < 0 {
        len.saturating_sub(distance)
    } else {
        distance.min(len)
    }
}

/// From a place on, as many characters as the third argument says.
fn from(text: &[char], start: usize, a: &[Value]) -> Option<Value> {
    let end = match a.get(2) {
        Some(_) => start.saturating_add(length(int(a, 2)?)).min(text.len()),
        None => text.len(),
    };
    Some(part(text, start, end))
}

fn substring(a: &[Value]) -> Option<Value> {
    let text = chars(a, 0)?;
    let start = place(int(a, 1)?, text.len());
    let end = match a.get(2) {
        Some(_) => place(int(a, 2)?, text.len()),
        None => text.len(),
    };
    Some(part(&text, start, end))
}

fn folded(a: &[Value], at: usize, case: Case) -> Option<Vec<char>> {
    Some(chars(a, at)?.into_iter().map(|c| case.fold(c)).collect())
}

fn between(a: &[Value], case: Case) -> Option<Value> {
    let text = chars(a, 0)?;
    let [folded, left, right] = [
        folded(a, 0, case)?,
        folded(a, 1, case)?,
        folded(a, 2, case)?,
    ];
    let found = find(&folded, &left, 0).and_then(|at| {
        let start = at + left.len();
        find(&folded, &right, start).map(|end| part(&text, start, end))
    });
    Some(found.unwrap_or_else(|| string("")))
}

/// The position of a needle at or after a start, which counts from `origin`.
fn index_of(a: &[Value], origin: i64, case: Case) -> Option<usize> {
    let (text, needle) = (folded(a, 0, case)?, folded(a, 1, case)?);
    let start = match a.get(2) {
        Some(_) => length(int(a, 2)?.saturating_sub(origin)),
        None => 0,
    };
    find(&text, &needle, start)
}
