//! How much room a text takes, and what is left of one that takes too much.

use unicode_width::UnicodeWidthChar;

/// Size of the letters, in the picture's units.
pub(crate) const SIZE: u32 = 12;
/// What stands where a text was cut.
const CUT: char = '\u{2026}';

/// The room that a text takes at most, in the picture's units. Fonts differ: a character counts
/// as wide as in the widest common system font.
pub(crate) fn width(text: &str) -> u32 {
    let hundredths: u64 = text.chars().map(char_width).sum();
    let units = (hundredths * u64::from(SIZE)).div_ceil(100);
    u32::try_from(units).unwrap_or(u32::MAX / 4)
}

/// Hundredths of the size of letters.
fn char_width(character: char) -> u64 {
    match character {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' => 40,
        'f' | 'r' | 't' | '(' | ')' | '[' | ']' | '{' | '}' | '/' | '\\' | ' ' | '-' | '`'
        | '"' => 48,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 105,
        'A'..='Z' | '&' | '#' | '_' | '+' | '=' | '<' | '>' | '~' | '^' => 84,
        ' '..='~' => 64,
        other => match other.width().unwrap_or(1) {
            0 => 0,
            1 => 80,
            _ => 120,
        },
    }
}

/// The text, or as much of its beginning as has room, with a mark where it was cut.
pub(crate) fn cut(text: &str, room: u32) -> String {
    let text = visible(text);
    if width(&text) <= room {
        return text;
    }
    let budget = u64::from(room) * 100 / u64::from(SIZE);
    let mut used = char_width(CUT);
    let mut kept = String::new();
    for character in text.chars() {
        used += char_width(character);
        if used > budget {
            break;
        }
        kept.push(character);
    }
    kept.truncate(kept.trim_end().len());
    kept.push(CUT);
    kept
}

/// The text on at most `lines` lines, broken between words where that is possible; the last line
/// is cut.
pub(crate) fn wrap(text: &str, room: u32, lines: usize) -> Vec<String> {
    let text = visible(text);
    let mut done: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && done.len() + 1 < lines {
        let fits = |end: &usize| width(rest[..*end].trim_end()) <= room;
        let ends = rest.match_indices(' ').map(|(at, _)| at);
        let Some(end) = ends.chain([rest.len()]).take_while(fits).last() else {
            break;
        };
        done.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    if !rest.is_empty() {
        done.push(cut(rest, room));
    }
    done
}

/// The text on one line, with what is not to be seen or not allowed in XML made visible.
pub(crate) fn visible(text: &str) -> String {
    let shown = |character: char| match character {
        '\n' | '\r' | '\t' => ' ',
        hidden if hidden.is_control() || turns_or_is_forbidden(hidden) => '\u{FFFD}',
        other => other,
    };
    text.chars().map(shown).collect()
}

/// Whether a character changes the direction of writing or is no character of XML.
fn turns_or_is_forbidden(character: char) -> bool {
    matches!(
        character,
        '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}'
    )
}

/// A number in at most five characters: `9999`, `12k`, `3M`. Rounded down.
pub(crate) fn short(number: u64) -> String {
    const UNITS: [(&str, u64); 6] = [
        ("E", 1_000_000_000_000_000_000),
        ("P", 1_000_000_000_000_000),
        ("T", 1_000_000_000_000),
        ("G", 1_000_000_000),
        ("M", 1_000_000),
        ("k", 1_000),
    ];
    if number < 10_000 {
        return number.to_string();
    }
    let unit = UNITS.iter().find(|(_, unit)| number >= *unit);
    unit.map_or_else(
        || number.to_string(),
        |(name, unit)| format!("{}{name}", number / unit),
    )
}

/// `1 rule`, `2 rules`.
pub(crate) fn rules(count: u64) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} rule{end}")
}
