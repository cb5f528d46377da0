//! Scalars as the YAML 1.2 core schema reads them.

use super::tree::{Scalar, Style};

/// What a scalar stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Core<'a> {
    /// Nothing: an empty plain scalar, `~`, `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number: decimal, `0o` octal or `0x` hexadecimal.
    Int(i64),
    /// Any other number, also a whole one too large for [`Core::Int`].
    Float(f64),
    /// Everything else; dates, and YAML 1.1's `yes`, `no`, `on`, `off` among it.
    Text(&'a str),
}

impl Scalar {
    /// What it stands for. Only plain scalars are anything but text, unless a tag says so.
    pub fn core(&self) -> Core<'_> {
        match (self.tag.as_deref(), self.style) {
            (Some("!!int" | "!!float" | "!!bool" | "!!null"), _) | (None, Style::Plain) => {
                plain(&self.text)
            }
            _ => Core::Text(&self.text),
        }
    }

    /// Whether it stands for null.
    pub fn is_null(&self) -> bool {
        self.core() == Core::Null
    }

    /// What it is, for diagnostics.
    pub fn kind(&self) -> &'static str {
        match self.core() {
            Core::Null => "null",
            Core::Bool(_) => "a truth value",
            Core::Int(_) | Core::Float(_) => "a number",
            Core::Text(_) => "a text",
        }
    }
}

fn plain(text: &str) -> Core<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Core::Null,
        "true" | "True" | "TRUE" => return Core::Bool(true),
        "false" | "False" | "FALSE" => return Core::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Core::Float(f64::NAN),
        _ => {}
    }
    // The first byte decides cheaply: most scalars are words.
    match text.as_bytes()[0] {
        b'0'..=b'9' | b'+' | b'-' | b'.' => number(text).unwrap_or(Core::Text(text)),
        _ => Core::Text(text),
    }
}

fn number(text: &str) -> Option<Core<'static>> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
        return Some(Core::Float(sign * f64::INFINITY));
    }
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return match text.parse() {
            Ok(whole) => Some(Core::Int(whole)),
            Err(_) => text.parse().ok().map(Core::Float),
        };
    }
    is_float(unsigned).then(|| text.parse().ok().map(Core::Float))?
}

fn radix(digits: &str, radix: u32) -> Option<Core<'static>> {
    // `from_str_radix` would accept a sign.
    let plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let parsed = i64::from_str_radix(digits, radix).ok().filter(|_| plain);
    parsed.map(Core::Int)
}

/// `[0-9]+ . [0-9]* e [+-] [0-9]+` or `. [0-9]+ e ...`, the exponent optional.
fn is_float(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|exponent| {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !unsigned.is_empty() && digits(unsigned)
    });
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Core<'_> {
        plain(text)
    }

    #[test]
    fn core_schema() {
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(read(text), Core::Null, "{text}");
        }
        assert_eq!(read("true"), Core::Bool(true));
        assert_eq!(read("FALSE"), Core::Bool(false));
        for text in [
            "yes",
            "No",
            "on",
            "off",
            "y",
            "nULL",
            "2024-01-02",
            "0b1",
            "1_000",
        ] {
            assert_eq!(read(text), Core::Text(text));
        }
        assert_eq!(read("4688"), Core::Int(4688));
        assert_eq!(read("-7"), Core::Int(-7));
        assert_eq!(read("+7"), Core::Int(7));
        assert_eq!(read("0x1F"), Core::Int(31));
        assert_eq!(read("0o17"), Core::Int(15));
        assert_eq!(read("010"), Core::Int(10));
        for text in [
            "0x", "0x+1", "0o9", "-", "+", ".", "1e", "e5", "-.", "1.2.3", "0x1G", "1 ",
        ] {
            assert_eq!(read(text), Core::Text(text));
        }
        assert_eq!(read("1.5"), Core::Float(1.5));
        assert_eq!(read(".5"), Core::Float(0.5));
        assert_eq!(read("1."), Core::Float(1.0));
        assert_eq!(read("-1e3"), Core::Float(-1000.0));
        assert_eq!(read("-.inf"), Core::Float(f64::NEG_INFINITY));
        assert_eq!(read("99999999999999999999"), Core::Float(1e20));
    }

    #[test]
    fn quotes_and_tags() {
        let quoted = |style, tag: Option<&str>| Scalar {
            text: "12".into(),
            style,
            tag: tag.map(Into::into),
        };
        assert_eq!(quoted(Style::SingleQuoted, None).core(), Core::Text("12"));
        assert_eq!(quoted(Style::Plain, Some("!!str")).core(), Core::Text("12"));
        assert_eq!(
            quoted(Style::DoubleQuoted, Some("!!int")).core(),
            Core::Int(12)
        );
    }
}
