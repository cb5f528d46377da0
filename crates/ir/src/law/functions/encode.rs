//! Encodings and hashes.

use super::{hash, string, text};
use crate::{Function, Value};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::fmt::Write as _;

pub(super) fn apply(function: Function, a: &[Value]) -> Option<Value> {
    match function {
        Function::XxHash => return xx_hash(a.first()?),
        Function::FromCodePoints => return from_code_points(a),
        Function::ToCodePoints => {
            let code = |c: char| Value::Int(i64::from(u32::from(c)));
            return Some(Value::List(text(a, 0)?.chars().map(code).collect()));
        }
        Function::Base64Bytes => {
            let bytes = from_base64(&text(a, 0)?)?;
            let byte = |byte: u8| Value::Int(i64::from(byte));
            return Some(Value::List(bytes.into_iter().map(byte).collect()));
        }
        _ => {}
    }
    let text = text(a, 0)?;
    let bytes = text.as_bytes();
    Some(string(match function {
        Function::UrlDecode => url_decode(&text),
        Function::UrlEncode => url_encode(bytes),
        Function::UrlEncodeForm => form_encode(bytes),
        Function::Base64Encode => STANDARD.encode(bytes),
        Function::Base64Decode => String::from_utf8(from_base64(&text)?).ok()?,
        Function::HexEncode => hex(bytes),
        Function::HexDecode => String::from_utf8(from_hex(&text)?).ok()?,
        Function::Hash(which) => hex(&hash::of(which, bytes)),
        _ => return None,
    }))
}

/// xxHash of what Kusto hashes: the UTF-8 of a text, else 8 bytes; times count in units of 100 ns.
fn xx_hash(value: &Value) -> Option<Value> {
    /// Units of 100 ns from the first day of year 1 to the Unix epoch.
    const EPOCH: i64 = 621_355_968_000_000_000;
    let number = match value {
        Value::Int(n) => *n,
        Value::Time(at) => EPOCH.checked_add(at.div_euclid(100))?,
        Value::Duration(length) => length / 100,
        Value::Float(n) => i64::from_le_bytes(n.to_le_bytes()),
        other => {
            let text = other.as_text()?;
            return Some(Value::Int(hash::xx(text.as_bytes())));
        }
    };
    Some(Value::Int(hash::xx(&number.to_le_bytes())))
}

fn from_code_points(a: &[Value]) -> Option<Value> {
    let codes = a.iter().flat_map(Value::elements);
    let letter = |code: &Value| {
        let code = super::int(std::slice::from_ref(code), 0)?;
        char::from_u32(u32::try_from(code).ok()?)
    };
    codes.map(letter).collect::<Option<String>>().map(string)
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(hex_digit).collect();
    let digits = digits?;
    let whole = digits.len() % 2 == 0;
    whole.then(|| {
        digits
            .chunks(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect()
    })
}

fn hex_digit(c: char) -> Option<u8> {
    c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// `%41` and `+` read; malformed escapes and what is no UTF-8 stay as they are (the latter as
/// U+FFFD).
pub(super) fn url_decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escape = bytes.get(at + 1..at + 3).and_then(|pair| {
            let high = hex_digit(char::from(pair[0]))?;
            Some(high << 4 | hex_digit(char::from(pair[1]))?)
        });
        match (byte, escape) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            _ => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn url_encode(bytes: &[u8]) -> String {
    let mut out = String::new();
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn form_encode(bytes: &[u8]) -> String {
    let mut out = String::new();
    for &byte in bytes {
        match byte {
            b' ' => out.push('+'),
            b'-' | b'_' | b'.' | b'!' | b'*' | b'(' | b')' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02x}");
            }
        }
    }
    out
}

/// The standard alphabet; padding and bits that hold nothing may be there or not.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Standard or URL alphabet; white space is skipped, padding optional.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let letters = text.chars().filter(|c| !c.is_ascii_whitespace());
    let standard = letters.map(|c| match c {
        '-' => '+',
        '_' => '/',
        other => other,
    });
    let body: String = standard.collect();
    LENIENT.decode(body.trim_end_matches('=')).ok()
}
